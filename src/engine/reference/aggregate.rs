//! What the rows of an aggregate amount to: value per row, caps on what a period adds up to, decay, weight, and the
//! function over them.
//!
//! Decay and weight multiply what a row adds to a count or sum, and say how much it matters in a mean, share or net
//! promoter score. For the other functions decay fades the value itself, and weights mean nothing.

use super::concentration::concentrated;
use super::logic::{fold, order};
use super::rows::{Capped, Counted, Dropped, Listener, Outcome};
use super::scope::Scope;
use crate::association::{Pair, Side, lacking, measure};
use crate::builtins::{AggregateFunction as F, Pairing};
use crate::calendar::Date;
use crate::engine::column::What;
use crate::irrational;
use crate::number::{Decimal, Products, apportion};
use crate::program::{Aggregate, Decay, Reach};
use crate::similar;
use crate::statistics::Sample;
use crate::value::{Fault, Missing, Value};
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Nothing can be said about the whole then.
const OVERFLOW: Dropped = Dropped::NoValue(Missing::Error(Fault::Overflow));

/// A row before anything is done to what it adds.
struct Worth {
    key: Vec<Value>,
    value: Value,
    other: Option<Value>,
    weight: Option<Decimal>,
    diminish: Option<Decimal>,
    /// What it adds, where rows are added up.
    basis: Option<Decimal>,
}

/// A row with all that the functions need of it.
pub(super) struct Row {
    /// What it is added up under, where it is asked how concentrated something is.
    pub(super) key: Vec<Value>,
    /// After decay, where decay fades the value.
    value: Value,
    /// What is measured beside it, for functions of pairs.
    pub(super) other: Option<Value>,
    /// The value as a number to be added up: 1 for a count, 1 or 0 for a share, 1, 0 or -1 for nps.
    basis: Decimal,
    /// Decay times weight.
    factor: Decimal,
    /// Basis times factor.
    amount: Decimal,
}

impl Row {
    /// A row that does not fade; `None` if a number is too large.
    pub(super) fn plain(function: F, value: Value, weight: Option<Decimal>) -> Option<Row> {
        let factor = weight.unwrap_or(Decimal::ONE);
        let basis = basis(function, &value).unwrap_or(Decimal::ZERO);
        Some(Row { key: Vec::new(), value, other: None, basis, factor, amount: basis.mul(factor)? })
    }

    /// The value, what is measured beside it, and the bin they lie in.
    fn pair(&self) -> Option<Pair> {
        Some(Pair { one: self.value.clone(), other: self.other.clone()?, bin: self.key.clone() })
    }

    /// What it adds.
    pub(super) fn amount(&self) -> Decimal {
        self.amount
    }
}

impl Scope<'_> {
    pub(super) fn aggregate(self, aggregate: &Aggregate) -> Value {
        match aggregate.reach {
            Reach::Everyone => self.everyone(aggregate),
            Reach::Account => {
                self.given(aggregate, What::Value).unwrap_or_else(|| self.run(aggregate, &mut |_, _, _| {}))
            }
            _ => self.run(aggregate, &mut |_, _, _| {}),
        }
    }

    /// The latest date of a row that counts.
    pub(super) fn last_counted(self, aggregate: &Aggregate) -> Option<Date> {
        match self.given(aggregate, What::LastCounted) {
            Some(given) => given.date(),
            None => self.looked_up(aggregate),
        }
    }

    /// The same from the rows themselves.
    pub(super) fn looked_up(self, aggregate: &Aggregate) -> Option<Date> {
        // Rows without a date of their own are never the latest.
        self.account.evaluator.program.table(aggregate.source)?.kind.at()?;
        let mut last = None;
        self.run(aggregate, &mut |_, date, outcome| {
            if matches!(outcome, Outcome::Counted(_)) {
                last = last.max(Some(date));
            }
        });
        last
    }

    /// The value, and to the listener what became of every row.
    pub(super) fn run(self, aggregate: &Aggregate, tell: Listener<'_>) -> Value {
        if !self.covered(aggregate) {
            return Value::Missing(Missing::NoData);
        }
        if let Some(with) = &aggregate.with {
            return self.matched(aggregate, with, tell);
        }
        match self.rows(aggregate, tell) {
            Some(rows) => match aggregate.function {
                F::Paired(pairing) => self.paired(pairing, &rows, aggregate.at_least),
                _ if aggregate.at_least.is_some_and(|least| rows.len() < least as usize) => {
                    Value::Missing(Missing::TooFew)
                }
                _ => self.total(aggregate, &rows),
            },
            None => self.fault(Fault::Overflow),
        }
    }

    /// The rows that have all they need. `None` if a number was too large: nothing can be said then, while a row
    /// without a value merely adds nothing.
    fn rows(self, aggregate: &Aggregate, tell: Listener<'_>) -> Option<Vec<Row>> {
        let kept = self.kept(aggregate, tell);
        let diminish = self.diminished(aggregate, &kept);
        let worth: Vec<Result<Worth, Dropped>> =
            kept.iter().zip(diminish).map(|((row, date), left)| self.worth(aggregate, *row, *date, left)).collect();
        let capped = self.capped(aggregate, &kept, &worth);
        let mut too_large = capped.is_none();
        let mut rows = Vec::new();
        let caps = capped.unwrap_or_default();
        for (((row, date), worth), i) in kept.into_iter().zip(worth).zip(0usize..) {
            match worth.and_then(|worth| self.row(aggregate, date, worth, caps.get(&i).copied())) {
                Ok((counted, ready)) => {
                    tell(row, date, Outcome::Counted(counted));
                    rows.push(ready);
                }
                Err(dropped) => {
                    tell(row, date, Outcome::Dropped(dropped));
                    too_large |= dropped.reason() == Some(Missing::Error(Fault::Overflow));
                }
            }
        }
        (!too_large).then_some(rows)
    }

    fn total(self, aggregate: &Aggregate, rows: &[Row]) -> Value {
        match aggregate.function {
            function if function.concentration() => concentrated(function, rows, aggregate.top),
            F::NthLast => {
                let place = rows.len().checked_sub(aggregate.top as usize);
                let row = place.and_then(|place| rows.get(place));
                row.map_or(Value::Missing(Missing::NoData), |row| row.value.clone())
            }
            F::NearDuplicates => {
                let texts: Vec<&str> = rows.iter().filter_map(|row| row.value.text()).collect();
                let repeats = similar::repeats(&texts, aggregate.alike).into_iter().flatten().count();
                Value::Number(Decimal::int(i64::try_from(repeats).unwrap_or(i64::MAX)))
            }
            function => self.combine(function, rows),
        }
    }

    /// What is left of each row because of those of its period that came before it, by date.
    fn diminished(self, aggregate: &Aggregate, kept: &[(u32, Date)]) -> Vec<Option<Decimal>> {
        let Some(diminish) = aggregate.diminish else { return vec![None; kept.len()] };
        let calendar = self.account.evaluator.calendar;
        let mut before: HashMap<Date, u32> = HashMap::new();
        let left = |(_, date): &(u32, Date)| {
            let before = before.entry(calendar.start_of(diminish.period, *date)).or_default();
            let left = diminish.left.fraction_power(*before);
            *before = before.saturating_add(1);
            left
        };
        kept.iter().map(left).collect()
    }

    /// By place: what the cap on a period leaves of a row's worth, for periods that are over it. `None` on overflow.
    fn capped(
        self,
        aggregate: &Aggregate,
        kept: &[(u32, Date)],
        worth: &[Result<Worth, Dropped>],
    ) -> Option<HashMap<usize, Capped>> {
        let mut out = HashMap::new();
        let Some(cap) = aggregate.value_cap else { return Some(out) };
        let calendar = self.account.evaluator.calendar;
        let mut periods: BTreeMap<Date, Vec<(usize, Decimal)>> = BTreeMap::new();
        for (i, ((_, date), worth)) in kept.iter().zip(worth).enumerate() {
            if let Ok(Worth { basis: Some(basis), .. }) = worth {
                periods.entry(calendar.start_of(cap.period, *date)).or_default().push((i, *basis));
            }
        }
        for rows in periods.values() {
            let sum = rows.iter().try_fold(Decimal::ZERO, |sum, (_, n)| sum.add(*n))?;
            if sum > cap.most {
                let parts: Vec<(Decimal, Decimal)> = rows.iter().map(|(_, n)| (cap.most, *n)).collect();
                let shares = apportion(cap.most, &parts, sum);
                out.extend(rows.iter().zip(shares).map(|((i, from), to)| (*i, Capped { from: *from, to })));
            }
        }
        Some(out)
    }

    /// The first half of a row: its value and weight, and what it adds before any cap.
    fn worth(self, aggregate: &Aggregate, row: u32, date: Date, diminish: Option<Decimal>) -> Result<Worth, Dropped> {
        let value = match (&aggregate.value, aggregate.function) {
            (Some(value), _) => self.of_row(aggregate.source, row, value),
            (None, F::First | F::Last | F::NthLast) => Value::Date(date),
            (None, _) => Value::Number(Decimal::ONE),
        };
        let other = aggregate.other.as_ref().map(|other| self.of_row(aggregate.source, row, other));
        let value = match (value, aggregate.function, &other) {
            // Like a condition behind `where`: unknown is not met.
            (Value::Missing(_), F::Run, _) => Value::Boolean(false),
            (value, F::Paired(pairing), Some(other)) => match lacking(pairing, &value, other) {
                Some(Side::One(reason)) => return Err(Dropped::NoValue(reason)),
                Some(Side::Other(reason)) => return Err(Dropped::NoOther(reason)),
                None => value,
            },
            (Value::Missing(reason), ..) => return Err(Dropped::NoValue(reason)),
            (value, ..) => value,
        };
        let key =
            self.key_of(&aggregate.by, |expr| self.of_row(aggregate.source, row, expr)).map_err(Dropped::NoKey)?;
        let weight = match aggregate.weight.as_ref().map(|weight| self.of_row(aggregate.source, row, weight)) {
            None => None,
            Some(Value::Number(weight)) => Some(weight),
            Some(missing) => return Err(Dropped::NoWeight(missing.missing().unwrap_or(Missing::NotApplicable))),
        };
        let basis = match basis(aggregate.function, &value) {
            Some(basis) => Some(times(basis, diminish)?),
            None => None,
        };
        Ok(Worth { key, value, other, weight, diminish, basis })
    }

    /// The second half: cap, decay, weight.
    fn row(
        self,
        aggregate: &Aggregate,
        date: Date,
        worth: Worth,
        capped: Option<Capped>,
    ) -> Result<(Counted, Row), Dropped> {
        let Worth { key, value, other, weight, diminish, basis } = worth;
        let decay = match &aggregate.decay {
            None => None,
            Some(decay) => Some(faded(decay, self.as_of.days_since(date)).ok_or(OVERFLOW)?),
        };
        let Some(basis) = basis.map(|basis| capped.map_or(basis, |capped| capped.to)) else {
            // Nothing is added up: the value stands for itself, faded if it is a number.
            let faded = match value {
                Value::Number(number) => Value::Number(times(times(number, diminish)?, decay)?),
                ref other => other.clone(),
            };
            let (basis, factor, amount) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
            let row = Row { key, value: faded, other, basis, factor, amount };
            let pair = row.pair().map(Box::new);
            let counted = Counted { value, pair, diminish, capped: capped.map(Box::new), decay, weight, amount: None };
            return Ok((counted, row));
        };
        let factor = match (decay, weight) {
            (None, None) => Decimal::ONE,
            (Some(one), None) | (None, Some(one)) => one,
            (Some(decay), Some(weight)) => times(decay, Some(weight))?,
        };
        let amount = times(basis, Some(factor))?;
        let counted = Counted {
            value: value.clone(),
            pair: None,
            diminish,
            capped: capped.map(Box::new),
            decay,
            weight,
            amount: Some(amount),
        };
        Ok((counted, Row { key, value, other, basis, factor, amount }))
    }

    pub(super) fn combine(self, function: F, rows: &[Row]) -> Value {
        let values = || rows.iter().map(|row| &row.value);
        let or_no_data = |value: Option<Value>| value.unwrap_or(Value::Missing(Missing::NoData));
        match function {
            F::Count | F::Sum => {
                let total = rows.iter().try_fold(Decimal::ZERO, |total, row| total.add(row.amount));
                self.number(total)
            }
            F::Avg => self.mean(rows, Decimal::ONE, Missing::NoData),
            F::Share => self.mean(rows, Decimal::ONE, Missing::NotApplicable),
            F::Nps | F::CsatMean => self.mean(rows, Decimal::HUNDRED, Missing::NoData),
            F::Csat | F::Ces => self.mean(rows, Decimal::ONE, Missing::NoData),
            F::NpsMargin => self.nps_margin(rows),
            F::Min => or_no_data(best(values(), Ordering::Less)),
            F::Max => or_no_data(best(values(), Ordering::Greater)),
            F::First => or_no_data(values().next().cloned()),
            F::Last => or_no_data(values().next_back().cloned()),
            F::Distinct => {
                let different: HashSet<Value> = values().cloned().map(fold).collect();
                Value::Number(Decimal::int(i64::try_from(different.len()).unwrap_or(i64::MAX)))
            }
            F::Median => self.median(rows),
            F::Stddev => self.stddev(rows),
            F::Run => {
                let run = values().rev().take_while(|value| value.truth() == Some(true)).count();
                Value::Number(Decimal::int(i64::try_from(run).unwrap_or(i64::MAX)))
            }
            // They want to know more than the rows, and are told in `total`.
            F::TopShare | F::Hhi | F::EffectiveNumber | F::WithoutTop | F::NthLast | F::NearDuplicates | F::Matches => {
                Value::Missing(Missing::NotApplicable)
            }
            F::Paired(_) => Value::Missing(Missing::NotApplicable),
        }
    }

    /// What pairs amount to. Fewer than `least` are too few.
    pub(super) fn paired(self, pairing: Pairing, rows: &[Row], least: Option<u32>) -> Value {
        let pairs: Vec<Pair> = rows.iter().filter_map(Row::pair).collect();
        self.figure(pairing, &pairs, least)
    }

    pub(super) fn figure(self, pairing: Pairing, pairs: &[Pair], least: Option<u32>) -> Value {
        match measure(pairing, pairs, least.unwrap_or(0) as usize) {
            Ok(finding) => Value::Number(finding.value),
            Err(Missing::Error(fault)) => self.fault(fault),
            Err(reason) => Value::Missing(reason),
        }
    }

    /// `times` the sum of factor times basis over the sum of factors, as one operation, rounded once.
    fn mean(self, rows: &[Row], times: Decimal, nothing: Missing) -> Value {
        if rows.is_empty() {
            return Value::Missing(nothing);
        }
        if rows.iter().any(|row| row.factor.is_negative()) {
            // With a weight below 0 it would be no mean: a share could be above 1.
            return Value::Missing(Missing::NotApplicable);
        }
        let mut above = Products::default();
        let mut below = Decimal::ZERO;
        for row in rows {
            // For nps both factors are exact: the basis is 1, 0 or -1.
            let scaled = row.basis.mul(times);
            let added = scaled.and_then(|basis| above.add(basis, row.factor));
            match added.and_then(|()| below.add(row.factor)) {
                Some(sum) => below = sum,
                None => return self.fault(Fault::Overflow),
            }
        }
        if below.is_zero() {
            // No row weighs anything: there is no mean.
            return Value::Missing(Missing::NotApplicable);
        }
        self.number(above.divided_by(below))
    }

    /// Half the width of the interval around the score.
    fn nps_margin(self, rows: &[Row]) -> Value {
        let count = |wanted: Ordering| {
            let found = rows.iter().filter(|row| row.basis.cmp(&Decimal::ZERO) == wanted).count();
            i64::try_from(found).unwrap_or(i64::MAX)
        };
        if rows.is_empty() {
            return Value::Missing(Missing::NoData);
        }
        let (promoters, passives, detractors) =
            (count(Ordering::Greater), count(Ordering::Equal), count(Ordering::Less));
        self.number(irrational::nps_margin(promoters, detractors, promoters + passives + detractors))
    }

    fn stddev(self, rows: &[Row]) -> Value {
        let numbers: Vec<Decimal> = rows.iter().filter_map(|row| row.value.number()).collect();
        let [first, _, ..] = numbers[..] else { return Value::Missing(Missing::TooFew) };
        let mut sample = Sample::around(first);
        let added = numbers.iter().try_for_each(|number| sample.add(*number));
        self.number(added.and_then(|()| sample.deviation()))
    }

    fn median(self, rows: &[Row]) -> Value {
        let mut numbers: Vec<Decimal> = rows.iter().filter_map(|row| row.value.number()).collect();
        numbers.sort();
        let middle = numbers.len() / 2;
        let upper = numbers.get(middle).copied();
        if numbers.len() % 2 == 1 {
            return upper.map_or(Value::Missing(Missing::NoData), Value::Number);
        }
        let lower = middle.checked_sub(1).and_then(|i| numbers.get(i)).copied();
        match lower.zip(upper) {
            Some((lower, upper)) => self.number(lower.add(upper).and_then(|sum| sum.div(Decimal::int(2)))),
            None => Value::Missing(Missing::NoData),
        }
    }
}

/// What a row's value counts as where rows are added up.
fn basis(function: F, value: &Value) -> Option<Decimal> {
    match function {
        F::Count => Some(Decimal::ONE),
        F::Sum | F::Avg | F::Ces | F::TopShare | F::Hhi | F::EffectiveNumber | F::WithoutTop => value.number(),
        F::Csat => value.number().map(|score| if score >= Decimal::int(4) { Decimal::ONE } else { Decimal::ZERO }),
        // Answers are whole, and a quarter of a whole number has two digits.
        F::CsatMean => value.number()?.sub(Decimal::ONE)?.div(Decimal::int(4)),
        F::Share => value.truth().map(|holds| if holds { Decimal::ONE } else { Decimal::ZERO }),
        F::Nps | F::NpsMargin => value.number().map(|score| match score {
            _ if score >= Decimal::int(9) => Decimal::ONE,
            _ if score <= Decimal::int(6) => Decimal::ONE.neg(),
            _ => Decimal::ZERO,
        }),
        F::Min | F::Max | F::First | F::Last | F::Distinct | F::Median | F::Stddev => None,
        F::Run | F::NthLast | F::NearDuplicates | F::Matches | F::Paired(_) => None,
    }
}

/// What is left of 1 after so many days.
fn faded(decay: &Decay, age: i64) -> Option<Decimal> {
    match decay {
        Decay::HalfLife(days) => Decimal::half_life(age, *days),
        Decay::Linear(days) if age >= *days => Some(Decimal::ZERO),
        Decay::Linear(days) => Decimal::int(days - age).div(Decimal::int(*days)),
        Decay::Steps(steps, otherwise) => {
            Some(steps.iter().find(|(until, _)| age <= *until).map_or(*otherwise, |(_, left)| *left))
        }
    }
}

fn times(a: Decimal, b: Option<Decimal>) -> Result<Decimal, Dropped> {
    b.map_or(Some(a), |b| a.mul(b)).ok_or(OVERFLOW)
}

/// The first value that no other one beats.
fn best<'v>(values: impl Iterator<Item = &'v Value>, wins: Ordering) -> Option<Value> {
    values.reduce(|best, value| if order(value, best) == Some(wins) { value } else { best }).cloned()
}
