//! What a run asks of rows, before any row is read: each aggregate at each as-of date is a slot, and slots that can be
//! found while rows go by are told which rows to keep what of.
//!
//! The program and the as-of date say all of this. Aggregates that mean the same share one family: the same rows, the same
//! value, the same window; its as-of dates lie side by side.

use super::scan::tally::Keeping;
use super::scan::{Basis, Family, Reading, Source, row};
use super::slots::{SlotId, What};
use crate::builtins::AggregateFunction as F;
use crate::calendar::{Calendar, Date};
use crate::data::stream::is_streamable;
use crate::engine::reference::{aggregates_asked, reads_others};
use crate::program::{
    About, Aggregate, Attribution, ExprKind, Keep, Metric, Program, Reach, Rule, Scorecard, Table, TableId, Trigger,
    Type,
};
use hashbrown::{HashMap, HashSet};

/// One aggregate at one as-of date.
#[derive(Debug)]
pub struct Slot<'p> {
    /// As it stands in the program; equal ones share a slot, and this is one of them.
    pub aggregate: &'p Aggregate,
    /// The as-of date.
    pub date: Date,
    /// What is asked of it.
    pub what: What,
    pub(super) how: How,
}

/// How a slot comes by its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum How {
    /// While rows go by.
    Rows { source: usize, family: usize, place: u32 },
    /// The reference says, from loaded rows.
    Asked,
    /// Nobody reads it.
    Unread,
}

/// All that a run asks of rows.
#[derive(Debug)]
pub struct Plan<'p> {
    pub(super) program: &'p Program,
    pub(super) calendar: Calendar,
    /// The slots.
    pub slots: Vec<Slot<'p>>,
    /// The as-of dates, rising.
    dates: Vec<Date>,
    /// By as-of date: its slots, each once.
    turns: Vec<Vec<SlotId>>,
    pub(super) sources: Vec<Source<'p>>,
    /// By the address of the aggregate: the program stays where it is.
    index: HashMap<(usize, Date, What), SlotId>,
    /// Tables whose rows somebody looks at who is no slot: what reads what is computed of accounts first, or rows of
    /// everyone.
    held: Vec<TableId>,
    /// Aggregates that nobody reads, by address.
    unread: HashSet<usize>,
}

impl<'p> Plan<'p> {
    /// Of everything that a program declares, at one as-of date and the earlier ones that it looks at.
    pub fn new(program: &'p Program, calendar: Calendar, as_of: Date) -> Plan<'p> {
        Plan::over(program, calendar, &[as_of])
    }

    /// The same for many as-of dates, which share their passes over rows. Dates come in rising order.
    pub fn over(program: &'p Program, calendar: Calendar, as_of: &[Date]) -> Plan<'p> {
        Plan::made(program, calendar, as_of, HashSet::new())
    }

    /// The same where accounts are only added up: counts of rows are not made that no score, rule or segment reads.
    pub fn summed(program: &'p Program, calendar: Calendar, as_of: &[Date]) -> Plan<'p> {
        let mut unread = HashSet::new();
        // Without scores it is metrics that are added up.
        if !program.scorecards.is_empty() {
            unread.extend(program.metrics.iter().filter_map(counted).map(address));
        }
        Plan::made(program, calendar, as_of, unread)
    }

    /// `unread` are aggregates that nobody is told; of them those are left out that nobody else reads.
    fn made(program: &'p Program, calendar: Calendar, as_of: &[Date], unread: HashSet<usize>) -> Plan<'p> {
        let (slots, sources, index, held) = Default::default();
        let (dates, turns) = (as_of.to_vec(), vec![Vec::new(); as_of.len()]);
        let mut plan = Plan { program, calendar, slots, dates, turns, sources, index, held, unread };
        let mut shared = HashMap::new();
        let mut asked = Vec::new();
        for (turn, as_of) in as_of.iter().enumerate() {
            let (found, read) = aggregates_asked(program, calendar, *as_of);
            for (aggregate, ..) in found.iter().take(read) {
                plan.unread.remove(&address(aggregate));
            }
            asked.extend(found.into_iter().map(|(aggregate, date, last)| (turn, aggregate, date, last)));
        }
        asked.sort_by_key(|(_, _, date, _)| *date);
        for (turn, aggregate, date, last) in asked {
            plan.held.extend(aggregate.with.as_deref().map(|with| with.other.source));
            if aggregate.reach != Reach::Account {
                plan.held.push(aggregate.source);
                if let Reach::Naming { via, .. } = aggregate.reach {
                    plan.held.push(via);
                }
                continue;
            }
            for what in [What::Value, What::LastCounted].into_iter().take(1 + usize::from(last)) {
                plan.add(aggregate, date, what, &mut shared);
                if let (Some(slot), Some(slots)) = (plan.slot(aggregate, date, what), plan.turns.get_mut(turn)) {
                    slots.push(slot);
                }
            }
        }
        for slots in &mut plan.turns {
            slots.sort_unstable();
            slots.dedup();
        }
        // Tables that nobody asks anything of are accounted for too.
        for id in (0u32..).map(TableId).take(program.tables.len()).filter(|id| is_streamable(program, *id)) {
            if !plan.sources.iter().any(|source| source.table == id) {
                plan.sources.push(Source::new(program, calendar, id));
            }
        }
        plan.sources.iter_mut().for_each(Source::close);
        plan
    }

    /// The slot of an aggregate of the program at a date.
    pub fn slot(&self, aggregate: &Aggregate, date: Date, what: What) -> Option<SlotId> {
        self.index.get(&(address(aggregate), date, what)).copied()
    }

    /// The as-of dates, rising.
    pub fn dates(&self) -> &[Date] {
        &self.dates
    }

    /// The slots that are looked at for the as-of date at this place.
    pub(super) fn turn(&self, place: usize) -> &[SlotId] {
        self.turns.get(place).map_or(&[], Vec::as_slice)
    }

    /// How many slots the reference has to find out from loaded rows.
    pub fn asked(&self) -> usize {
        self.slots.iter().filter(|slot| slot.how == How::Asked).count()
    }

    /// The tables that do not have to be loaded, because all that is asked of their rows is found while they go by.
    pub fn streams(&self) -> Vec<TableId> {
        self.sources.iter().map(|source| source.table).filter(|table| self.is_streamed(*table)).collect()
    }

    fn is_streamed(&self, id: TableId) -> bool {
        let asked = |slot: &Slot<'_>| slot.how == How::Asked && slot.aggregate.source == id;
        let program = self.program;
        let above = |table: &Table| table.kind.owner().is_some_and(|(of, _)| of == id);
        let sold = |attribution: &Attribution| attribution.touches == id || attribution.of == id;
        // Where dates are all there is, rows of one day are the rule: which of them is the first or the last, only all that a
        // row says decides.
        let daily = |table: &Table| {
            let at = table.kind.at().and_then(|at| table.fields.get(at.index()));
            at.is_none_or(|at| at.ty != Type::Instant)
        };
        let edges = self.sources.iter().any(|source| source.table == id && source.has_edges());
        let tied = edges && program.table(id).is_none_or(daily);
        let set = |card: &Scorecard| card.correction.as_ref().is_some_and(|correction| correction.events == id);
        is_streamable(program, id)
            && !tied
            && !self.held.contains(&id)
            && !self.slots.iter().any(asked)
            && !program.tables.iter().any(above)
            && !program.attributions.iter().any(sold)
            && !program.scorecards.iter().any(set)
            && !program.rules.iter().chain(&program.row_rules).any(|rule| of_rows(rule, id))
    }

    fn add(
        &mut self,
        aggregate: &'p Aggregate,
        date: Date,
        what: What,
        shared: &mut HashMap<(How, F, Option<u32>, Date, What), SlotId>,
    ) {
        let key = (address(aggregate), date, what);
        if self.index.contains_key(&key) {
            return;
        }
        let how = match self.kept(aggregate, what) {
            Some((.., Keeping::Count | Keeping::Distinct | Keeping::Capped { .. }, _))
                if self.unread.contains(&address(aggregate)) =>
            {
                How::Unread
            }
            Some((reading, present, keeping, basis)) => self.family(aggregate, date, reading, present, keeping, basis),
            None if reads_others(self.program, self.calendar, aggregate, date) => {
                self.held.push(aggregate.source);
                return;
            }
            None => How::Asked,
        };
        let same = (how, aggregate.function, aggregate.at_least, date, what);
        if how != How::Asked
            && let Some(known) = shared.get(&same)
        {
            self.index.insert(key, *known);
            return;
        }
        let id = SlotId(self.slots.len() as u32);
        self.slots.push(Slot { aggregate, date, what, how });
        self.index.insert(key, id);
        shared.insert(same, id);
    }

    /// What is kept of the rows of an aggregate, if that is possible while they go by.
    fn kept(&self, aggregate: &'p Aggregate, what: What) -> Option<Kept<'p>> {
        let Aggregate {
            function,
            source,
            reach,
            value,
            other,
            filter,
            window: _,
            dedupe,
            latest_per,
            cap,
            diminish,
            value_cap,
            decay,
            weight,
            at_least: _,
            by,
            top: _,
            alike: _,
            with,
        } = aggregate;
        let plain = *reach == Reach::Account
            && other.is_none()
            && dedupe.is_none()
            && latest_per.is_empty()
            && diminish.is_none()
            && value_cap.is_none()
            && decay.is_none()
            && weight.is_none()
            && by.is_empty()
            && with.is_none();
        let subject = self.program.subject?;
        let table = self.program.table(*source)?;
        let dated = table.kind.at().is_some();
        let made = self.program.attributions.iter().any(|attribution| attribution.table == *source);
        let owned = *source != subject && self.program.lineage(*source).contains(&subject);
        let exprs = filter.iter().chain(value).all(row::can);
        if !plain || made || !owned || !exprs {
            return None;
        }
        let reading = value.as_ref().map(Value::Of);
        if what == What::LastCounted {
            if !dated || cap.is_some() || !streams(*function) {
                return None;
            }
            return Some((Value::Day, reading, Keeping::Best { most: true }, Basis::Plain));
        }
        let sum = |basis| reading.map(|reading| (reading, None, Keeping::Sum, basis));
        let text = value.as_ref().is_some_and(|value| matches!(value.ty, Type::Text | Type::Mixed | Type::Unknown));
        match (function, cap) {
            (F::Count, None) if value.is_none() => Some((Value::Nothing, None, Keeping::Count, Basis::Plain)),
            (F::Count, Some(cap)) if value.is_none() && dated && matches!(cap.keep, Keep::First | Keep::Last) => {
                let keeping = Keeping::Capped { most: cap.most, period: cap.period };
                Some((Value::Nothing, None, keeping, Basis::Plain))
            }
            (_, Some(_)) => None,
            (F::Sum | F::Avg | F::Ces, None) => sum(Basis::Plain),
            (F::Share, None) => sum(Basis::Truth),
            (F::Nps, None) => sum(Basis::Nps),
            (F::NpsMargin, None) => sum(Basis::Margin),
            (F::Csat, None) => sum(Basis::Csat),
            (F::CsatMean, None) => sum(Basis::CsatMean),
            (F::Min | F::Max, None) if !text => {
                reading.map(|reading| (reading, None, Keeping::Best { most: *function == F::Max }, Basis::Plain))
            }
            (F::First | F::Last, None) if dated => {
                let last = *function == F::Last;
                match reading {
                    Some(reading) => Some((reading, None, Keeping::Edge { last }, Basis::Plain)),
                    None => Some((Value::Day, None, Keeping::Best { most: last }, Basis::Plain)),
                }
            }
            (F::Distinct, None) => reading.map(|reading| (reading, None, Keeping::Distinct, Basis::Plain)),
            _ => None,
        }
    }

    fn family(
        &mut self,
        aggregate: &'p Aggregate,
        date: Date,
        value: Value<'p>,
        present: Option<Value<'p>>,
        keeping: Keeping,
        basis: Basis,
    ) -> How {
        let source = match self.sources.iter().position(|source| source.table == aggregate.source) {
            Some(known) => known,
            None => {
                self.sources.push(Source::new(self.program, self.calendar, aggregate.source));
                self.sources.len() - 1
            }
        };
        let range = aggregate.window.map(|window| self.calendar.range(window, date));
        let Some(of) = self.sources.get_mut(source) else { return How::Asked };
        let mut read = |value| match value {
            Value::Nothing => Reading::Nothing,
            Value::Day => Reading::Day,
            Value::Of(expr) => of.reading(expr, date),
        };
        let (value, present) = (read(value), present.map(&mut read));
        let filter = aggregate.filter.as_ref().map(|filter| (filter, date));
        let dated = of.at.is_some();
        if !dated && range.is_some_and(|range| !range.contains(date)) {
            return How::Asked;
        }
        let family = Family::new(of, filter, value, present, keeping, basis, aggregate.window.filter(|_| dated));
        let (family, place) = of.add(family, date, range, aggregate.at_least.is_some());
        How::Rows { source, family, place }
    }
}

/// What is read of a row.
#[derive(Clone, Copy)]
enum Value<'p> {
    Nothing,
    Day,
    Of(&'p crate::program::Expr),
}

/// What is read of each row, what must be there beside it, and what is kept of it.
type Kept<'p> = (Value<'p>, Option<Value<'p>>, Keeping, Basis);

/// The count that is all there is to a metric: nothing can go wrong with it but a cell that cannot be read.
fn counted(metric: &Metric) -> Option<&Aggregate> {
    match &metric.value.kind {
        ExprKind::Aggregate(aggregate) if metric.scales.is_empty() && metric.valid_for.is_none() => Some(aggregate),
        _ => None,
    }
}

/// True for a rule that looks at the rows of a table one by one.
fn of_rows(rule: &Rule, table: TableId) -> bool {
    rule.trigger == Trigger::On(table) || rule.about == About::Row(table)
}

/// True for functions whose rows count as soon as they have a value.
fn streams(function: F) -> bool {
    matches!(
        function,
        F::Count
            | F::Sum
            | F::Avg
            | F::Ces
            | F::Share
            | F::Nps
            | F::NpsMargin
            | F::Csat
            | F::Min
            | F::Max
            | F::First
            | F::Last
            | F::Distinct
            | F::Median
            | F::Stddev
    )
}

fn address(aggregate: &Aggregate) -> usize {
    std::ptr::from_ref(aggregate).addr()
}
