//! Which rows of an event table count: the pipeline source, filter, window, dedupe, latest per, cap.
//!
//! Every row that leaves the pipeline is told to whoever listens, with the reason; the plain evaluation does not listen.

use super::Evaluator;
use super::logic::{fold, order};
use super::scope::Scope;
use crate::association::Pair;
use crate::builtins::AggregateFunction;
use crate::calendar::{Date, DateRange};
use crate::number::Decimal;
use crate::program::{Aggregate, Dedupe, FieldId, Keep, RowCap, TableId};
use crate::value::{Missing, Value};
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The story of an aggregate.
#[derive(Debug, Clone, PartialEq)]
pub struct RowsTrace {
    /// Whose rows.
    pub table: TableId,
    /// The dates that count, if there is a window.
    pub window: Option<DateRange>,
    /// False if the source was not loaded, says nothing, or does not cover the window; then no rows were looked at.
    pub covered: bool,
    /// Rows of the account dated after the as-of date, or, if asked, recorded after it; they were not looked at.
    pub after_as_of: usize,
    /// All other rows of the account, by date.
    pub rows: Vec<RowTrace>,
    /// What it all amounts to.
    pub value: Value,
}

/// The story of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowTrace {
    /// The row of the event table; [`crate::data::TableData::place`] says where it was read.
    pub row: u32,
    /// Its date.
    pub date: Date,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It counted.
    Counted(Counted),
    /// It did not.
    Dropped(Dropped),
}

/// How a row counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// Its value before all that follows: 1 for a count, its date for `first` and `last` of a source.
    pub value: Value,
    /// The value with what is measured beside it, for functions of pairs.
    pub pair: Option<Box<Pair>>,
    /// What is left of it because other rows of its period came before.
    pub diminish: Option<Decimal>,
    /// What the cap on its period left of that; only where the period was over it.
    pub capped: Option<Box<Capped>>,
    /// What decay multiplied it with.
    pub decay: Option<Decimal>,
    /// Its weight.
    pub weight: Option<Decimal>,
    /// What went in: for counts and sums these add up to the result; for means, shares and net promoter scores they
    /// are what stands above the line (for nps 1, 0 or -1 times the weight). `None` where nothing is added up.
    pub amount: Option<Decimal>,
}

/// A value that was scaled down together with the others of its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capped {
    /// Before.
    pub from: Decimal,
    /// After.
    pub to: Decimal,
}

/// Why a row did not count; the first reason in the order of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dropped {
    /// `where` is not met; unknown counts as not met.
    Filter {
        /// True if it is unknown because something is missing.
        unknown: bool,
    },
    /// Outside the window.
    Window,
    /// A repeat of this row.
    Repeat(u32),
    /// This row is later and has the same key.
    NotLatest(u32),
    /// The period was full.
    OverCap,
    /// Its value is missing.
    NoValue(Missing),
    /// What is measured beside its value is missing.
    NoOther(Missing),
    /// Its weight is missing.
    NoWeight(Missing),
    /// What it would be added up under is missing.
    NoKey(Missing),
    /// It takes no part in what is shared out; [`crate::data::TableData::left_out`] says why.
    LeftOut,
}

impl Dropped {
    /// True if its value was never looked at.
    pub fn before_value(self) -> bool {
        self.reason().is_none()
    }

    /// Why something that it needs is missing, if that is why it does not count.
    pub fn reason(self) -> Option<Missing> {
        match self {
            Dropped::NoValue(why) | Dropped::NoOther(why) | Dropped::NoWeight(why) | Dropped::NoKey(why) => Some(why),
            _ => None,
        }
    }
}

/// Where rows tell what became of them.
pub(super) type Listener<'l> = &'l mut dyn FnMut(u32, Date, Outcome);

impl Scope<'_> {
    /// True if the source can say something about the window.
    pub(super) fn vouched(self, aggregate: &Aggregate) -> bool {
        let Some(table) = self.account.evaluator.data.table(aggregate.source) else { return false };
        let calendar = self.account.evaluator.calendar;
        let after_start = |first: Date| table.covers_to.is_none_or(|last| last >= first);
        let before = |first: Date| table.covers_from.is_none_or(|from| from <= first);
        let covered = match aggregate.window.map(|window| calendar.range(window, self.as_of).first) {
            Some(first) => after_start(first) && before(first),
            // Without a window everything up to the as-of date is meant, however little that is.
            None => before(self.as_of),
        };
        table.vouches() && covered
    }

    /// All rows of the account that can be seen at the as-of date, by date.
    pub(super) fn seen_rows(self, source: TableId) -> Vec<(u32, Date)> {
        let mut rows = self.rows_of_account(source);
        rows.retain(|row| self.is_seen(source, *row));
        rows
    }

    /// The rows that come through, by date.
    pub(super) fn kept(self, aggregate: &Aggregate, tell: Listener<'_>) -> Vec<(u32, Date)> {
        let mut rows = self.source_rows(aggregate);
        rows.retain(|row| self.is_seen(aggregate.source, *row));
        if let Some(data) = self.account.evaluator.data.table(aggregate.source).filter(|d| !d.left_out.is_empty()) {
            retain(&mut rows, tell, |(row, _)| data.left_out.contains_key(&row).then_some(Dropped::LeftOut));
        }
        if let Some(filter) = &aggregate.filter {
            retain(&mut rows, tell, |(row, _)| {
                let met = self.of_row(aggregate.source, row, filter).truth();
                (met != Some(true)).then_some(Dropped::Filter { unknown: met.is_none() })
            });
        }
        if let Some(window) = aggregate.window {
            let range = self.account.evaluator.calendar.range(window, self.as_of);
            retain(&mut rows, tell, |(_, date)| (!range.contains(date)).then_some(Dropped::Window));
        }
        if let Some(dedupe) = &aggregate.dedupe {
            let repeats = self.repeats(aggregate.source, dedupe, &rows);
            retain(&mut rows, tell, |(row, _)| repeats.get(&row).map(|of| Dropped::Repeat(*of)));
        }
        if !aggregate.latest_per.is_empty() {
            // Who was asked and has not answered leaves an earlier answer as it is.
            let answers = matches!(aggregate.function, AggregateFunction::Nps | AggregateFunction::NpsMargin);
            let given = aggregate.value.as_ref().filter(|_| answers).map(|value| {
                let given = |(row, _): &&(u32, Date)| !self.of_row(aggregate.source, *row, value).is_missing();
                rows.iter().filter(given).copied().collect::<Vec<_>>()
            });
            let latest = self.latest(aggregate.source, &aggregate.latest_per, given.as_ref().unwrap_or(&rows));
            retain(&mut rows, tell, |(row, _)| latest.get(&row).map(|of| Dropped::NotLatest(*of)));
        }
        if let Some(cap) = &aggregate.cap {
            let over = self.over(aggregate.source, cap, &rows);
            retain(&mut rows, tell, |(row, _)| over.contains(&row).then_some(Dropped::OverCap));
        }
        rows
    }

    /// The rows for which their period has no room, whichever are kept.
    fn over(self, source: TableId, cap: &RowCap, rows: &[(u32, Date)]) -> HashSet<u32> {
        let calendar = self.account.evaluator.calendar;
        let mut taken: HashMap<Date, u32> = HashMap::new();
        let mut over = HashSet::new();
        for (row, date) in self.preferred(source, &cap.keep, rows) {
            let taken = taken.entry(calendar.start_of(cap.period, date)).or_default();
            *taken = taken.saturating_add(1);
            if *taken > cap.most {
                over.insert(row);
            }
        }
        over
    }

    /// The rows in the order in which they would be kept.
    fn preferred(self, source: TableId, keep: &Keep, rows: &[(u32, Date)]) -> Vec<(u32, Date)> {
        match keep {
            Keep::First => rows.to_vec(),
            Keep::Last => rows.iter().rev().copied().collect(),
            Keep::Highest(by) => {
                let mut ranked: Vec<(Value, (u32, Date))> =
                    rows.iter().map(|row| (self.of_row(source, row.0, by), *row)).collect();
                // Stable: of equal ones the earlier comes first.
                ranked.sort_by(|(a, _), (b, _)| match (a.is_missing(), b.is_missing()) {
                    (false, false) => order(b, a).unwrap_or(Ordering::Equal),
                    (a, b) => a.cmp(&b),
                });
                ranked.into_iter().map(|(_, row)| row).collect()
            }
        }
    }

    /// Nothing dated after the as-of date is ever seen.
    pub(super) fn is_seen(self, source: TableId, (row, date): (u32, Date)) -> bool {
        date <= self.account.evaluator.seen_until(self.as_of)
            && (!self.account.evaluator.as_recorded || self.is_recorded(source, row))
    }

    fn is_recorded(self, source: TableId, row: u32) -> bool {
        let Evaluator { program, data, .. } = self.account.evaluator;
        let field = program.table(source).and_then(|table| table.fields.iter().position(|field| field.recorded));
        let column = field.and_then(|i| data.table(source)?.columns.get(i));
        column.and_then(|column| column.value(row).date()).is_none_or(|recorded| recorded <= self.as_of)
    }

    /// For each row that repeats another: the row that is kept in its place.
    ///
    /// Rows are taken by date, latest first if the last is to be kept, so that no two kept rows of one key are ever
    /// within the distance of each other.
    fn repeats(self, source: TableId, dedupe: &Dedupe, rows: &[(u32, Date)]) -> HashMap<u32, u32> {
        if matches!(dedupe.keep, Keep::Highest(_)) {
            return self.below_the_highest(source, dedupe, rows);
        }
        let mut repeats = HashMap::new();
        // By key: the kept row, and the date to compare the next one with.
        let mut groups: HashMap<Vec<Value>, (u32, Date)> = HashMap::new();
        let ordered: Vec<&(u32, Date)> =
            if dedupe.keep == Keep::Last { rows.iter().rev().collect() } else { rows.iter().collect() };
        for (row, date) in ordered {
            let near = |other: Date| dedupe.within_days.is_none_or(|days| date.days_since(other).abs() <= days);
            match groups.get_mut(&self.key(source, &dedupe.by, *row)) {
                Some((kept, compared)) if near(*compared) => {
                    repeats.insert(*row, *kept);
                    if dedupe.chain {
                        *compared = *date;
                    }
                }
                Some(group) => *group = (*row, *date),
                None => {
                    groups.insert(self.key(source, &dedupe.by, *row), (*row, *date));
                }
            }
        }
        repeats
    }

    /// The same where the highest is kept: of a chain the highest; otherwise rows are taken from the highest down, and
    /// each is a repeat if one within the distance was taken before.
    fn below_the_highest(self, source: TableId, dedupe: &Dedupe, rows: &[(u32, Date)]) -> HashMap<u32, u32> {
        let mut groups: HashMap<Vec<Value>, Vec<(u32, Date)>> = HashMap::new();
        for row in rows {
            groups.entry(self.key(source, &dedupe.by, row.0)).or_default().push(*row);
        }
        let within = dedupe.within_days.unwrap_or(i64::MAX);
        let mut repeats = HashMap::new();
        for group in groups.values() {
            let chains: Vec<&[(u32, Date)]> = match dedupe.chain {
                true => group.chunk_by(|(_, a), (_, b)| b.days_since(*a) <= within).collect(),
                false => vec![group],
            };
            for chain in chains {
                let within = if dedupe.chain { i64::MAX } else { within };
                let mut kept: BTreeMap<(Date, u32), u32> = BTreeMap::new();
                for (row, date) in self.preferred(source, &dedupe.keep, chain) {
                    let before = kept.range(..=(date, u32::MAX)).next_back();
                    let after = kept.range((date, 0)..).next();
                    let near = |(other, _): &(&(Date, u32), &u32)| other.0.days_since(date).abs() <= within;
                    match before.filter(near).or(after.filter(near)) {
                        Some((_, of)) => {
                            repeats.insert(row, *of);
                        }
                        None => {
                            kept.insert((date, row), row);
                        }
                    }
                }
            }
        }
        repeats
    }

    /// For each row that has a later one with the same key: the latest. A row whose key is not complete stands for itself.
    fn latest(self, source: TableId, by: &[FieldId], rows: &[(u32, Date)]) -> HashMap<u32, u32> {
        let mut older = HashMap::new();
        let mut latest: HashMap<Vec<Value>, u32> = HashMap::new();
        for (row, _) in rows.iter().rev() {
            let key = self.key(source, by, *row);
            if key.iter().any(Value::is_missing) {
                continue;
            }
            match latest.get(&key) {
                Some(of) => {
                    older.insert(*row, *of);
                }
                None => {
                    latest.insert(key, *row);
                }
            }
        }
        older
    }

    /// The values that two rows must agree in; why one is missing makes no difference.
    fn key(self, source: TableId, by: &[FieldId], row: u32) -> Vec<Value> {
        let Some(table) = self.account.evaluator.data.table(source) else { return Vec::new() };
        let fields = by.iter().map(|field| match fold(table.value(*field, row)) {
            Value::Missing(_) => Value::Missing(Missing::NoData),
            value => value,
        });
        fields.collect()
    }

    /// The story of an aggregate, told by the same run that gives its value.
    pub(super) fn rows_trace(self, aggregate: &Aggregate) -> RowsTrace {
        let mut rows = Vec::new();
        let value = self.run(aggregate, &mut |row, date, outcome| rows.push(RowTrace { row, date, outcome }));
        let all = self.source_rows(aggregate);
        let place: HashMap<u32, usize> = all.iter().enumerate().map(|(i, (row, _))| (*row, i)).collect();
        rows.sort_by_key(|told| place.get(&told.row).copied());
        RowsTrace {
            table: aggregate.source,
            window: aggregate.window.map(|w| self.account.evaluator.calendar.range(w, self.as_of)),
            covered: self.covered(aggregate),
            after_as_of: all.iter().filter(|row| !self.is_seen(aggregate.source, **row)).count(),
            rows,
            value,
        }
    }
}

/// Drops rows for a reason, and tells.
fn retain(rows: &mut Vec<(u32, Date)>, tell: Listener<'_>, mut reason: impl FnMut((u32, Date)) -> Option<Dropped>) {
    rows.retain(|(row, date)| match reason((*row, *date)) {
        None => true,
        Some(dropped) => {
            tell(*row, *date, Outcome::Dropped(dropped));
            false
        }
    });
}
