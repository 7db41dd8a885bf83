//! Which rows of one source have a partner in another.
//!
//! The pairs that lie nearest are joined first. Between two days that can be joined no other free row lies, since it would
//! be nearer to one of them; so it is enough to look at days that follow each other, and the cost stays near-linear however
//! many rows there are.

use super::logic::fold;
use super::rows::{Counted, Listener, Outcome};
use super::scope::Scope;
use crate::calendar::Date;
use crate::data;
use crate::number::Decimal;
use crate::program::{Aggregate, FieldId, TableId, Type, With};
use crate::value::{Missing, Value};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

/// Two rows that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The row of the first source.
    pub left: u32,
    /// The row of the second.
    pub right: u32,
    /// Days between them.
    pub apart: i64,
}

/// Two days that can be joined: how far apart, the places of the rows that would be, the days.
type Joint = (i64, usize, usize, Date, Date);

/// A row in the order in which equally near ones are taken.
type Free = (usize, u32);

/// The free rows of a day: of one side only, once those of the same day are joined.
#[derive(Default)]
struct Day {
    left: VecDeque<Free>,
    right: VecDeque<Free>,
}

impl Day {
    /// The next free row, and whether it is of the first source.
    fn take(&mut self) -> Option<(u32, bool)> {
        let left = self.left.pop_front().map(|(_, row)| (row, true));
        left.or_else(|| self.right.pop_front().map(|(_, row)| (row, false)))
    }
}

/// How two days would be joined, if they can be.
fn between(days: &BTreeMap<Date, Day>, a: Date, b: Date, within: i64) -> Option<Reverse<Joint>> {
    let apart = b.days_since(a);
    let (one, other) = (days.get(&a)?, days.get(&b)?);
    let (left, right) = match (one.left.front(), other.right.front()) {
        (Some(left), Some(right)) => (left, right),
        _ => (other.left.front()?, one.right.front()?),
    };
    (apart <= within).then_some(Reverse((apart, left.0, right.0, a, b)))
}

impl Scope<'_> {
    /// How many rows have a partner; to the listener, which.
    pub(super) fn matched(self, aggregate: &Aggregate, with: &With, tell: Listener<'_>) -> Value {
        if !self.covered(&with.other) {
            return Value::Missing(Missing::NoData);
        }
        let rows = self.kept(aggregate, tell);
        let others = self.kept(&with.other, &mut |_, _, _| {});
        let pairs = self.pairs_of(aggregate, with, &rows, &others);
        let partners: HashMap<u32, Pair> = pairs.iter().map(|pair| (pair.left, *pair)).collect();
        for (row, date) in rows {
            let amount = if partners.contains_key(&row) { Decimal::ONE } else { Decimal::ZERO };
            let value = Value::Number(Decimal::ONE);
            let counted = Counted {
                value,
                pair: None,
                diminish: None,
                capped: None,
                decay: None,
                weight: None,
                amount: Some(amount),
            };
            tell(row, date, Outcome::Counted(counted));
        }
        Value::Number(Decimal::int(i64::try_from(pairs.len()).unwrap_or(i64::MAX)))
    }

    /// The pairs, and the rows of the second source that have no partner.
    pub(super) fn pairs(self, aggregate: &Aggregate, with: &With) -> (Vec<Pair>, Vec<u32>) {
        if !self.covered(aggregate) || !self.covered(&with.other) {
            return (Vec::new(), Vec::new());
        }
        let rows = self.kept(aggregate, &mut |_, _, _| {});
        let others = self.kept(&with.other, &mut |_, _, _| {});
        let pairs = self.pairs_of(aggregate, with, &rows, &others);
        let taken: HashSet<u32> = pairs.iter().map(|pair| pair.right).collect();
        let alone = others.iter().map(|(row, _)| *row).filter(|row| !taken.contains(row)).collect();
        (pairs, alone)
    }

    fn pairs_of(self, aggregate: &Aggregate, with: &With, rows: &[(u32, Date)], others: &[(u32, Date)]) -> Vec<Pair> {
        let ty = |source: TableId, field: FieldId| {
            self.account.evaluator.program.table(source).and_then(|t| t.fields.get(field.index())).map(|f| f.ty)
        };
        // A text beside a value of a list is read as such values are: `Case Study` is case_study.
        let mixed = |(own, theirs): &(FieldId, FieldId)| {
            let (own, theirs) = (ty(aggregate.source, *own), ty(with.other.source, *theirs));
            own != theirs && (own == Some(Type::Text) || theirs == Some(Type::Text))
        };
        let own: Vec<(FieldId, bool)> = with.by.iter().map(|pair| (pair.0, mixed(pair))).collect();
        let theirs: Vec<(FieldId, bool)> = with.by.iter().map(|pair| (pair.1, mixed(pair))).collect();
        let mut groups: BTreeMap<Vec<Arc<str>>, BTreeMap<Date, Day>> = BTreeMap::new();
        for (place, (row, date)) in self.by_key(aggregate.source, rows).into_iter().enumerate() {
            let Some(key) = self.agreed(aggregate.source, &own, row) else { continue };
            groups.entry(key).or_default().entry(date).or_default().left.push_back((place, row));
        }
        for (place, (row, date)) in self.by_key(with.other.source, others).into_iter().enumerate() {
            let Some(key) = self.agreed(with.other.source, &theirs, row) else { continue };
            groups.entry(key).or_default().entry(date).or_default().right.push_back((place, row));
        }
        let mut pairs: Vec<Pair> =
            groups.into_values().flat_map(|days| nearest_first(days, with.within_days)).collect();
        let places: HashMap<u32, usize> = rows.iter().enumerate().map(|(place, (row, _))| (*row, place)).collect();
        pairs.sort_by_key(|pair| places.get(&pair.left).copied());
        pairs
    }

    /// Rows by their key, where the table has one.
    fn by_key(self, source: TableId, rows: &[(u32, Date)]) -> Vec<(u32, Date)> {
        let evaluator = self.account.evaluator;
        let key = evaluator.program.table(source).and_then(|table| table.key);
        let (Some(key), Some(data)) = (key, evaluator.data.table(source)) else { return rows.to_vec() };
        let mut keyed: Vec<(Option<String>, (u32, Date))> = rows
            .iter()
            .map(|row| match data.value(key, row.0) {
                Value::Text(text) => (Some(text.to_string()), *row),
                Value::Number(number) => (Some(number.to_string()), *row),
                _ => (None, *row),
            })
            .collect();
        // Stable: without a key rows stay by date.
        keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
        keyed.into_iter().map(|(_, row)| row).collect()
    }

    /// What a row must agree in with its partner, as text: lists of two tables are different lists. A row that lacks
    /// something has no partner.
    fn agreed(self, source: TableId, by: &[(FieldId, bool)], row: u32) -> Option<Vec<Arc<str>>> {
        let evaluator = self.account.evaluator;
        let (table, rows) = (evaluator.program.table(source)?, evaluator.data.table(source)?);
        let part = |(field, mixed): &(FieldId, bool)| {
            let ty = table.fields.get(field.index())?.ty;
            Some(match (fold(rows.value(*field, row)), ty) {
                (Value::Missing(_), _) => return None,
                (Value::Symbol(place), Type::Enum(list)) => {
                    Arc::from(data::fold(evaluator.program.symbol(list, place)))
                }
                (Value::Text(text), _) if *mixed => Arc::from(data::fold(&text)),
                (Value::Text(text), _) => text,
                (Value::Number(number), _) => Arc::from(number.to_string()),
                (Value::Boolean(yes), _) => Arc::from(if yes { "yes" } else { "no" }),
                (other, _) => Arc::from(other.date()?.to_string()),
            })
        };
        by.iter().map(part).collect()
    }
}

/// Joins rows of one key, the nearest first.
fn nearest_first(mut days: BTreeMap<Date, Day>, within: i64) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for day in days.values_mut() {
        while let (Some(left), Some(right)) = (day.left.front().copied(), day.right.front().copied()) {
            pairs.push(Pair { left: left.1, right: right.1, apart: 0 });
            day.left.pop_front();
            day.right.pop_front();
        }
    }
    days.retain(|_, day| !day.left.is_empty() || !day.right.is_empty());
    // Days that follow each other and have free rows of different sides, by distance, then by the rows they would join.
    let mut open: BinaryHeap<Reverse<Joint>> = BinaryHeap::new();
    let dates: Vec<Date> = days.keys().copied().collect();
    for (a, b) in dates.iter().zip(dates.iter().skip(1)) {
        open.extend(between(&days, *a, *b, within));
    }
    while let Some(Reverse((apart, left_place, right_place, a, b))) = open.pop() {
        // What was joined meanwhile is looked at anew.
        let Some(Reverse(now)) = between(&days, a, b, within) else { continue };
        if now != (apart, left_place, right_place, a, b) {
            open.push(Reverse(now));
            continue;
        }
        let (Some(one), Some(other)) = (days.get_mut(&a).and_then(Day::take), days.get_mut(&b).and_then(Day::take))
        else {
            continue;
        };
        let ((left, _), (right, _)) = if one.1 { (one, other) } else { (other, one) };
        pairs.push(Pair { left, right, apart });
        for date in [a, b] {
            if days.get(&date).is_some_and(|day| day.left.is_empty() && day.right.is_empty()) {
                days.remove(&date);
            }
        }
        let before = days.range(..=a).next_back().map(|(date, _)| *date);
        let after = days.range(b..).next().map(|(date, _)| *date);
        if let (Some(before), Some(after)) = (before, after) {
            open.extend(between(&days, before, after, within));
        }
    }
    pairs
}
