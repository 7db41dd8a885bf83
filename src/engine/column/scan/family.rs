//! Which rows of a source count for what, on which dates.

use super::kept::{Kept, Run};
use super::nodes::{LaneId, NodeId, Nodes};
use super::row::asks_for_the_date;
use super::spans::Spans;
use super::tally::{FEW_DATES, Keeping};
use crate::calendar::{Calendar, Date, DateRange, WindowKind};
use crate::engine::column::slots::{Cell, Texts};
use crate::program::{Expr, ExprKind, Program, TableId};
use crate::value::Value;

/// What is read of each row that counts.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine::column) enum Reading<'p> {
    /// Nothing.
    Nothing,
    /// Its date.
    Day,
    /// A column.
    Lane(LaneId),
    /// One of few values.
    Test(Test<'p>),
    /// An expression at an as-of date.
    Expr(&'p Expr, Date),
}

/// A value that a condition decides.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine::column) struct Test<'p> {
    pub(super) node: NodeId,
    /// The value of rows that meet it, of those that do not, and of those of which it is unknown.
    pub(super) met: Option<Kept>,
    pub(super) not: Option<Kept>,
    pub(super) unknown: Option<Kept>,
    /// The same as it is written, for rows with cells that cannot be read.
    pub(super) written: (&'p Expr, Date),
}

impl PartialEq for Reading<'_> {
    fn eq(&self, other: &Reading<'_>) -> bool {
        match (self, other) {
            (Reading::Nothing, Reading::Nothing) | (Reading::Day, Reading::Day) => true,
            (Reading::Lane(a), Reading::Lane(b)) => a == b,
            (Reading::Expr(a, at), Reading::Expr(b, other)) => std::ptr::eq(*a, *b) && at == other,
            (Reading::Test(Test { written: (a, at), .. }), Reading::Test(Test { written: (b, other), .. })) => {
                std::ptr::eq(*a, *b) && at == other
            }
            _ => false,
        }
    }
}

/// What a value counts as where values are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::engine::column) enum Basis {
    /// Itself.
    Plain,
    /// 1 where it holds.
    Truth,
    /// 1 for promoters, -1 for detractors.
    Nps,
    /// 1 for promoters, 2^32 for detractors: both counts in one sum.
    Margin,
    /// 1 for 4 and 5.
    Csat,
    /// From 1 to 5 as a share of the way.
    CsatMean,
}

/// Aggregates of the same rows, value and window; they differ in as-of date and in what is made of the rows.
#[derive(Debug)]
pub(in crate::engine::column) struct Family<'p> {
    pub(super) filter: NodeId,
    /// The same as it is written.
    pub(super) written: Option<(&'p Expr, Date)>,
    pub(super) value: Reading<'p>,
    /// What must be there beside it.
    pub(super) present: Option<Reading<'p>>,
    pub(super) keeping: Keeping,
    pub(super) basis: Basis,
    window: Option<WindowKind>,
    /// Somebody asks how many rows there are beside what is counted of them.
    pub(super) counts_rows: bool,
    pub(super) calendar: Calendar,
    /// By as-of date, rising: the first and the last day that count.
    pub(super) days: Vec<(Date, i32, i32)>,
    /// The first and the last day that count on any date.
    pub(super) ends: (i32, i32),
    /// By day from this one on: the dates on which a row counts. Nothing, if there is one date only.
    runs: (i32, Vec<Run>),
}

/// So many days at the most are listed with the dates that they count for.
const LISTED: i64 = 100_000;

impl<'p> Family<'p> {
    pub(in crate::engine::column) fn new(
        source: &mut Source<'p>,
        filter: Option<(&'p Expr, Date)>,
        value: Reading<'p>,
        present: Option<Reading<'p>>,
        keeping: Keeping,
        basis: Basis,
        window: Option<WindowKind>,
    ) -> Family<'p> {
        let written = filter.map(|(filter, date)| (filter, if asks_for_the_date(filter) { date } else { ANY_DATE }));
        let filter = match written {
            Some((filter, date)) => source.nodes.condition(filter, date),
            None => source.nodes.everything(),
        };
        Family {
            filter,
            written,
            value,
            present,
            keeping,
            basis,
            window,
            counts_rows: false,
            calendar: source.nodes.calendar,
            days: Vec::new(),
            ends: (i32::MAX, i32::MIN),
            runs: (0, Vec::new()),
        }
    }

    /// When all dates are there: lists the days on which anything changes, and those between.
    fn list(&mut self) {
        let ends = self.days.iter().map(|(_, first, last)| (*first, *last));
        self.ends = ends.fold(self.ends, |(first, last), (a, b)| (first.min(a), last.max(b)));
        let turns = || self.days.iter().flat_map(|(_, first, last)| [*first, last.saturating_add(1)]);
        let (first, last) = (turns().filter(|day| *day > i32::MIN).min(), turns().max());
        let (Some(first), Some(last)) = (first, last) else { return };
        if self.days.len() > 1 && i64::from(last) - i64::from(first) < LISTED {
            self.runs = (first - 1, (first - 1..=last).map(|day| self.searched(day)).collect());
        }
    }

    /// The first day of the window and, by day after it, the place of its period: if one row of a period counts, at one date,
    /// and there are few periods.
    pub(super) fn periods(&self) -> Option<(i32, Vec<u8>)> {
        let (Keeping::Capped { most: 1, period }, [(_, first, last)]) = (self.keeping, self.days.as_slice()) else {
            return None;
        };
        // 64 years at most.
        if last.checked_sub(*first).is_none_or(|days| days > 64 * 366) {
            return None;
        }
        let mut places = Vec::new();
        let (mut known, mut place) = (None, 0u8);
        for day in *first..=*last {
            let start = self.calendar.start_of(period, Date(day));
            place += u8::from(known.is_some_and(|known| known != start));
            known = Some(start);
            if place >= 64 {
                return None;
            }
            places.push(place);
        }
        Some((*first, places))
    }

    /// Where one row of a period counts, at many dates: what is kept of so many accounts, if the first and the last day of a
    /// period are enough.
    pub(super) fn spans(&self, accounts: usize) -> Option<Spans> {
        let Keeping::Capped { most: 1, period } = self.keeping else { return None };
        let (first, runs) = &self.runs;
        // Days that are not listed count as the first and the last that are: those must not count at all.
        let none = |run: Option<&Run>| run.is_some_and(|run| run.from >= run.to);
        if self.days.len() <= FEW_DATES || !none(runs.first()) || !none(runs.last()) {
            return None;
        }
        let days = (*first..).zip(runs);
        Spans::new(*first, days.map(|(day, run)| (*run, self.calendar.start_of(period, Date(day)).0)), accounts)
    }

    /// The conditions that decide what is read of a row.
    fn tests(&self) -> impl Iterator<Item = NodeId> {
        let test = |reading: Reading<'_>| match reading {
            Reading::Test(test) => Some(test.node),
            _ => None,
        };
        std::iter::once(self.value).chain(self.present).filter_map(test)
    }

    /// The dates on which a row of this day counts.
    #[inline]
    pub(super) fn run(&self, day: i32) -> Run {
        if let [(_, first, last)] = self.days.as_slice() {
            return Run { from: 0, to: u32::from(*first <= day && day <= *last) };
        }
        match self.place(day).and_then(|place| self.runs.1.get(place)) {
            Some(run) => *run,
            None => self.searched(day),
        }
    }

    /// The place of a day among those whose dates are listed, if any are: before the first and after the last nothing changes.
    #[inline]
    pub(super) fn place(&self, day: i32) -> Option<usize> {
        let last = self.runs.1.len().checked_sub(1)?;
        Some(usize::try_from(i64::from(day) - i64::from(self.runs.0)).unwrap_or(0).min(last))
    }

    fn searched(&self, day: i32) -> Run {
        // Both ends of a window move on with the as-of date.
        let from = self.days.partition_point(|(_, _, last)| *last < day);
        let to = self.days.partition_point(|(_, first, _)| *first <= day);
        Run { from: from as u32, to: to as u32 }
    }
}

/// Stands where the as-of date makes no difference.
const ANY_DATE: Date = Date(0);

/// All that is asked of the rows of one table.
#[derive(Debug)]
pub(in crate::engine::column) struct Source<'p> {
    pub(in crate::engine::column) table: TableId,
    pub(super) nodes: Nodes<'p>,
    /// The lane of the date, where rows have one of their own.
    pub(in crate::engine::column) at: Option<LaneId>,
    pub(super) families: Vec<Family<'p>>,
    pub(super) groups: Vec<Group>,
}

/// Families of the same condition.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) filter: NodeId,
    /// The lanes that the condition reads.
    pub(super) lanes: Vec<LaneId>,
    pub(super) families: Vec<usize>,
    /// The first and the last day that count for any of them.
    pub(super) first: i32,
    pub(super) last: i32,
    /// By node whether it is part of the condition, or of one that decides a value.
    parts: Vec<bool>,
}

impl Group {
    /// True if the condition, or a value, cannot be known without this node.
    pub(super) fn needs(&self, node: NodeId) -> bool {
        self.parts.get(node as usize).copied().unwrap_or(false)
    }
}

impl<'p> Source<'p> {
    pub(in crate::engine::column) fn new(program: &'p Program, calendar: Calendar, table: TableId) -> Source<'p> {
        let mut nodes = Nodes::new(program, calendar, table);
        let at = program.table(table).and_then(|table| table.kind.at()).map(|at| nodes.lane(at));
        Source { table, nodes, at, families: Vec::new(), groups: Vec::new() }
    }

    /// The columns that are looked at, in the order of the lanes.
    pub(in crate::engine::column) fn fields(&self) -> &[crate::program::FieldId] {
        &self.nodes.fields
    }

    /// How a value is read at an as-of date.
    pub(in crate::engine::column) fn reading(&mut self, expr: &'p Expr, date: Date) -> Reading<'p> {
        if let ExprKind::RowField(field) = &expr.kind {
            return Reading::Lane(self.nodes.lane(*field));
        }
        self.nodes.lanes_of(expr);
        let date = if asks_for_the_date(expr) { date } else { ANY_DATE };
        self.test(expr, date).map_or(Reading::Expr(expr, date), Reading::Test)
    }

    /// What a condition decides that is known for all rows of a piece at once.
    fn test(&mut self, expr: &'p Expr, date: Date) -> Option<Test<'p>> {
        let kept = |value: &Value| {
            let Cell { tag, bits } = Cell::of(value, &mut Texts::default());
            Kept { tag, bits }
        };
        let written = (expr, date);
        match &expr.kind {
            ExprKind::If { condition, then, otherwise } => {
                let of = |expr| match self.nodes.constant(expr, date)? {
                    value @ (Value::Number(_) | Value::Boolean(_)) => Some(kept(&value)),
                    _ => None,
                };
                let (met, not) = (Some(of(then)?), Some(of(otherwise)?));
                Some(Test { node: self.nodes.quick(condition, date)?, met, not, unknown: not, written })
            }
            ExprKind::Not(_)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Compare(..)
            | ExprKind::In { .. }
            | ExprKind::Within { .. }
            | ExprKind::IsMissing { .. } => {
                let (met, not) = (Some(kept(&Value::Boolean(true))), Some(kept(&Value::Boolean(false))));
                Some(Test { node: self.nodes.quick(expr, date)?, met, not, unknown: None, written })
            }
            _ => None,
        }
    }

    /// Adds a family, or a date to one that is the same; gives its place and that of the date. Dates come in rising order.
    pub(in crate::engine::column) fn add(
        &mut self,
        family: Family<'p>,
        date: Date,
        range: Option<DateRange>,
        counts_rows: bool,
    ) -> (usize, u32) {
        let same = |known: &Family<'p>| {
            known.filter == family.filter
                && known.value == family.value
                && known.present == family.present
                && known.keeping == family.keeping
                && known.basis == family.basis
                && known.window == family.window
        };
        let place = self.families.iter().position(same).unwrap_or_else(|| {
            self.families.push(family);
            self.families.len() - 1
        });
        let Some(family) = self.families.get_mut(place) else { return (place, 0) };
        family.counts_rows |= counts_rows;
        if self.at.is_none() {
            // Rows without a date of their own have that of the question.
            if family.days.is_empty() {
                family.days.push((date, i32::MIN, i32::MAX));
            }
            return (place, 0);
        }
        let at = family.days.iter().rposition(|(known, _, _)| *known == date).unwrap_or_else(|| {
            // Nothing dated after the as-of date is ever seen.
            let (first, last) = range.map_or((i32::MIN, i32::MAX), |range| (range.first.0, range.last.0));
            family.days.push((date, first, last.min(date.0)));
            family.days.len() - 1
        });
        (place, at as u32)
    }

    /// When all is known that is asked.
    pub(in crate::engine::column) fn close(&mut self) {
        self.families.iter_mut().for_each(Family::list);
        let mut groups: Vec<Group> = Vec::new();
        for (place, family) in self.families.iter().enumerate() {
            let (first, last) = family.ends;
            match groups.iter_mut().find(|group| group.filter == family.filter) {
                Some(group) => {
                    group.families.push(place);
                    family.tests().for_each(|test| self.nodes.mark_parts(test, &mut group.parts));
                    (group.first, group.last) = (group.first.min(first), group.last.max(last));
                }
                None => {
                    let lanes = family.written.map_or(Vec::new(), |(filter, _)| self.nodes.lanes_of(filter));
                    let mut parts = self.nodes.parts_of(family.filter);
                    family.tests().for_each(|test| self.nodes.mark_parts(test, &mut parts));
                    groups.push(Group { filter: family.filter, lanes, families: vec![place], first, last, parts });
                }
            }
        }
        self.groups = groups;
    }

    /// True if the value of a first or last row is asked for.
    pub(in crate::engine::column) fn has_edges(&self) -> bool {
        self.families.iter().any(|family| matches!(family.keeping, Keeping::Edge { .. }))
    }

    /// True if anything is asked of its rows.
    pub(in crate::engine::column) fn is_asked(&self) -> bool {
        !self.families.is_empty()
    }
}
