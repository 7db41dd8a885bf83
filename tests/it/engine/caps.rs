//! What holds for caps on points and for diminishing values, whatever the rows are.

use super::build::*;
use laud::builtins::AggregateFunction as F;
use laud::calendar::{Date, PeriodKind};
use laud::engine::reference::{Counted, Outcome};
use laud::number::Decimal;
use laud::program::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Rows as days before the as-of date and values in billionths.
type Rows = Vec<(i64, i64)>;

fn decimal(raw: i64) -> Decimal {
    Decimal::from_raw(i128::from(raw)).unwrap()
}

fn sum(parts: impl Iterator<Item = Decimal>) -> Decimal {
    parts.fold(Decimal::ZERO, |sum, part| sum.add(part).unwrap())
}

/// The value, and what counted by date.
fn run(rows: &Rows, change: impl Fn(&mut Aggregate)) -> (Option<Decimal>, Vec<(Date, Counted)>) {
    let as_of = date("2026-03-31");
    let mut w = World::of(&["A"]);
    let text: String =
        rows.iter().map(|(age, x)| format!("A | {} | {}\n", as_of.plus_days(-age), decimal(*x))).collect();
    let table = w.events("thing", "account text | at date | x number", &text);
    let mut wanted = Aggregate { value: Some(w.row(table, "x")), ..aggregate(F::Sum, table) };
    change(&mut wanted);
    let evaluator = w.evaluator();
    let trace = evaluator.account("A", as_of).unwrap().rows_of(&wanted);
    let counted = trace.rows.into_iter().filter_map(|row| match row.outcome {
        Outcome::Counted(counted) => Some((row.date, counted)),
        Outcome::Dropped(_) => None,
    });
    (trace.value.number(), counted.collect())
}

/// The first day of the quarter, by hand.
fn quarter(date: Date) -> (i32, u32) {
    let (year, month, _) = date.ymd();
    (year, (month - 1) / 3)
}

fn by_quarter(rows: &[(Date, Counted)], of: impl Fn(&Counted) -> Decimal) -> BTreeMap<(i32, u32), Decimal> {
    let mut sums: BTreeMap<(i32, u32), Decimal> = BTreeMap::new();
    for (date, counted) in rows {
        let slot = sums.entry(quarter(*date)).or_default();
        *slot = slot.add(of(counted)).unwrap();
    }
    sums
}

fn rows(least: i64) -> impl Strategy<Value = Rows> {
    prop::collection::vec((0i64..400, least..20_000_000_000), 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_period_is_worth_its_cap_or_what_it_holds(rows in rows(-5_000_000_000), most in 0i64..60_000_000_000) {
        let most = decimal(most);
        let cap = ValueCap { most, period: PeriodKind::Quarter };
        let (_, plain) = run(&rows, |_| {});
        let (value, capped) = run(&rows, |aggregate| aggregate.value_cap = Some(cap));
        let held = by_quarter(&plain, |counted| counted.amount.unwrap());
        let left = by_quarter(&capped, |counted| counted.amount.unwrap());
        for (period, held) in &held {
            prop_assert_eq!(left[period], (*held).min(most), "{:?}", period);
        }
        prop_assert_eq!(value, Some(sum(left.values().copied())));
        // Every row of a period that was cut tells before and after; rows of the others tell nothing.
        for (date, counted) in &capped {
            prop_assert_eq!(counted.capped.is_some(), held[&quarter(*date)] > most);
        }
    }

    #[test]
    fn no_row_gains_by_a_cap(rows in rows(0), most in 0i64..60_000_000_000) {
        let cap = ValueCap { most: decimal(most), period: PeriodKind::Quarter };
        let (_, capped) = run(&rows, |aggregate| aggregate.value_cap = Some(cap));
        for (_, counted) in &capped {
            let (own, left) = (counted.value.number().unwrap(), counted.amount.unwrap());
            prop_assert!(!left.is_negative() && left <= own, "{} of {}", left, own);
        }
    }

    #[test]
    fn each_further_row_is_worth_less_and_none_takes_away(rows in rows(0), left in 0i64..=1_000_000_000, more in 0i64..400) {
        let diminish = Diminish { left: decimal(left), period: PeriodKind::Quarter };
        let ones: Rows = rows.iter().map(|(age, _)| (*age, 1_000_000_000)).collect();
        let with = |rows: &Rows, diminish: Diminish| run(rows, |aggregate| aggregate.diminish = Some(diminish));
        let (value, counted) = with(&ones, diminish);
        // Within a period the factors fall, from 1.
        let mut last: BTreeMap<(i32, u32), Decimal> = BTreeMap::new();
        for (date, counted) in &counted {
            let factor = counted.diminish.unwrap_or(Decimal::ONE);
            let before = last.insert(quarter(*date), factor);
            prop_assert!(factor <= before.unwrap_or(Decimal::ONE) && !factor.is_negative());
            prop_assert!(before.is_some() || factor == Decimal::ONE);
        }
        // One more row of the same worth never makes less of all.
        let mut longer = ones.clone();
        longer.push((more, 1_000_000_000));
        prop_assert!(with(&longer, diminish).0 >= value);
        // What is left of more is not less, and all of it is the plain sum.
        let milder = Diminish { left: decimal(left + (1_000_000_000 - left) / 2), ..diminish };
        prop_assert!(with(&rows, milder).0 >= with(&rows, diminish).0);
        let nothing_lost = Diminish { left: Decimal::ONE, ..diminish };
        prop_assert_eq!(with(&rows, nothing_lost).0, run(&rows, |_| {}).0);
    }
}
