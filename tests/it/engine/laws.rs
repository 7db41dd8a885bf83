//! What holds for every score and every account of rows.

use super::build::*;
use laud::builtins::AggregateFunction as F;
use laud::engine::reference::Outcome;
use laud::number::Decimal;
use laud::program::*;
use proptest::prelude::*;

fn decimal(range: std::ops::Range<i64>) -> impl Strategy<Value = Decimal> {
    (range, 0i128..1_000_000_000)
        .prop_map(|(whole, part)| Decimal::from_raw(i128::from(whole) * laud::number::SCALE + part).unwrap())
}

fn sum(parts: impl Iterator<Item = Decimal>) -> Decimal {
    parts.fold(Decimal::ZERO, |sum, part| sum.add(part).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn contributions_add_up_to_the_last_digit(
        lines in prop::collection::vec((decimal(0..100), prop::option::of(decimal(-50..150))), 1..12),
        policy in 0..3,
        combine in 0..4,
    ) {
        let mut w = World::of(&["A"]);
        let lines: Vec<Line> = lines.iter().enumerate().map(|(i, (weight, points))| {
            let text = points.map(|p| p.to_string());
            line(w.fixed(&format!("m{i}"), text.as_deref()), &weight.to_string())
        }).collect();
        let mut card = card("score", lines);
        card.missing = [RENORMALISE, MissingPolicy::Zero, MissingPolicy::Neutral(d("33.3"))][policy as usize];
        card.combine = [Combine::WeightedMean, Combine::Sum, Combine::Min, Combine::Max][combine as usize];
        card.base = d("449.5");
        let mean = card.combine == Combine::WeightedMean;
        let base = if card.combine == Combine::Sum { card.base } else { Decimal::ZERO };
        w.card(card);
        let account = w.run("2026-03-31").remove("A").unwrap();
        let score = &account.scores[0];
        if let Some(total) = score.unlimited.number() {
            let gained = sum(score.lines.iter().filter_map(|l| l.contribution));
            prop_assert_eq!(gained.add(base).unwrap(), total);
            if mean {
                let lost = sum(score.lines.iter().filter_map(|l| l.lost));
                prop_assert_eq!(lost, Decimal::HUNDRED.sub(total).unwrap());
                let points = || score.lines.iter().filter_map(|l| l.points.number().or(l.stand_in));
                prop_assert!(points().min().unwrap() <= total && total <= points().max().unwrap());
            }
        } else {
            let weights = sum(score.lines.iter().map(|l| l.counted_weight));
            prop_assert!(weights.is_zero());
        }
    }

    #[test]
    fn geometric_means_lose_what_is_lacking_and_no_more(
        lines in prop::collection::vec((decimal(0..100), decimal(0..100), 0..8), 1..8),
    ) {
        let mut w = World::of(&["A"]);
        let points: Vec<Decimal> = lines.iter().map(|(_, p, zero)| if *zero == 0 { Decimal::ZERO } else { *p }).collect();
        let built: Vec<Line> = lines.iter().zip(&points).enumerate().map(|(i, ((weight, ..), points))| {
            line(w.fixed(&format!("m{i}"), Some(&points.to_string())), &weight.to_string())
        }).collect();
        let mut mean = card("mean", built.clone());
        mean.combine = Combine::Geometric;
        w.card(mean);
        w.card(card("plain", built));
        let account = w.run("2026-03-31").remove("A").unwrap();
        let (geometric, plain) = (&account.scores[0], &account.scores[1]);
        if let Some(total) = geometric.unlimited.number() {
            let gained = sum(geometric.lines.iter().filter_map(|l| l.contribution));
            let lost = sum(geometric.lines.iter().filter_map(|l| l.lost));
            prop_assert_eq!(gained, total);
            prop_assert_eq!(lost, Decimal::HUNDRED.sub(total).unwrap());
            prop_assert!(geometric.lines.iter().filter_map(|l| l.lost).all(|lost| !lost.is_negative()));
            // Never more than the weighted mean, but for the last digit; a zero that weighs anything makes it zero.
            prop_assert!(total <= plain.unlimited.number().unwrap().add(Decimal::STEP).unwrap());
            let dead = lines.iter().zip(&points).any(|((weight, ..), p)| p.is_zero() && !weight.is_zero());
            prop_assert_eq!(total.is_zero(), dead);
        } else {
            prop_assert!(lines.iter().all(|(weight, ..)| weight.is_zero()));
        }
    }

    #[test]
    fn amounts_of_rows_add_up_to_counts_and_sums(
        ages in prop::collection::vec((0i64..400, 0u32..4, decimal(-100..100)), 0..30),
        half_life in prop::option::of(1i64..200),
        within in prop::option::of(0i64..40),
        keep_last: bool,
        chain: bool,
        function in 0..2,
    ) {
        let as_of = date("2026-03-31");
        let mut w = World::of(&["A"]);
        let rows: String =
            ages.iter().map(|(age, who, x)| format!("A | {} | c{who} | {x}\n", as_of.plus_days(-age))).collect();
        let table = w.events("thing", "account text | at date | who text | x number", &rows);
        let dedupe = Dedupe { by: vec![w.field(table, "who")], within_days: within, chain, keep: keep(keep_last) };
        let aggregate = Aggregate {
            value: (function == 1).then(|| w.row(table, "x")),
            dedupe: Some(dedupe),
            decay: half_life.map(Decay::HalfLife),
            ..aggregate([F::Count, F::Sum][function as usize], table)
        };
        let evaluator = w.evaluator();
        let account = evaluator.account("A", as_of).unwrap();
        let trace = account.rows_of(&aggregate);
        prop_assert_eq!(trace.rows.len(), ages.len());
        let amounts = trace.rows.iter().filter_map(|row| match &row.outcome {
            Outcome::Counted(counted) => counted.amount,
            Outcome::Dropped(_) => None,
        });
        // No rows at all are no evidence that nothing happened.
        let expected = (!ages.is_empty()).then(|| sum(amounts));
        prop_assert_eq!(trace.value.number(), expected);
        prop_assert_eq!(&account.value(&super::build::rows(aggregate)), &trace.value);
        // No two kept rows of one contact lie within the distance of each other.
        let kept: Vec<_> = trace.rows.iter().filter(|row| matches!(row.outcome, Outcome::Counted(_))).collect();
        for (i, a) in kept.iter().enumerate() {
            for b in &kept[i + 1..] {
                let same = ages[a.row as usize].1 == ages[b.row as usize].1;
                let far = within.is_some_and(|days| b.date.days_since(a.date) > days);
                prop_assert!(!same || far);
            }
        }
    }

    #[test]
    fn rows_after_the_as_of_date_change_nothing(
        before in prop::collection::vec(0i64..100, 0..10),
        after in prop::collection::vec(1i64..100, 0..10),
    ) {
        let as_of = date("2026-03-31");
        let run = |rows: Vec<i64>| {
            let mut w = World::of(&["A"]);
            let text: String = rows.iter().map(|age| format!("A | {}\n", as_of.plus_days(-age))).collect();
            let table = w.events("thing", "account text | at date", &text);
            w.data.tables[table.index()].covers_to = None;
            // Said outright: a source without any row vouches for nothing else.
            w.data.tables[table.index()].covers_from = Some(date("2020-01-01"));
            w.value(&super::build::rows(aggregate(F::Count, table)), "2026-03-31")
        };
        let future = before.iter().copied().chain(after.iter().map(|days| -days)).collect();
        prop_assert_eq!(run(before.clone()), run(future));
    }
}
