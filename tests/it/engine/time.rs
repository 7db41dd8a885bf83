//! Other as-of dates, and time that has passed.

use super::build::*;
use laud::ast::{Shift, WindowKind};
use laud::builtins::AggregateFunction as F;
use laud::calendar::{Calendar, PeriodKind};
use laud::program::*;

/// One account with so many events in each quarter of 2025, first to fourth, and one metric: events this quarter.
fn quarterly(counts: [u32; 4]) -> World {
    let mut w = World::of(&["A"]);
    let months = ["02", "05", "08", "11"];
    let rows: String = months
        .iter()
        .zip(counts)
        .flat_map(|(month, count)| (1..=count).map(move |day| format!("A | 2025-{month}-{day:02}\n")))
        .collect();
    let table = w.events("thing", "account text | at date", &rows);
    w.data.tables[table.index()].covers_to = Some(date("2026-12-31"));
    let count = Aggregate { window: Some(WindowKind::This(PeriodKind::Quarter)), ..aggregate(F::Count, table) };
    w.metric("events", rows_expr(count));
    w
}

fn rows_expr(aggregate: Aggregate) -> Expr {
    rows(aggregate)
}

fn held(condition: Expr, count: u32, of: u32) -> Expr {
    e(ExprKind::Held { condition: bx(condition), count, of, period: PeriodKind::Quarter, ignoring: false })
}

#[test]
fn sustained_over_complete_quarters() {
    let w = quarterly([1, 1, 0, 2]);
    let refs = || at_least(metric(0), "1");
    assert_eq!(show(&w.value(&held(refs(), 3, 3), "2025-12-31")), "false");
    assert_eq!(show(&w.value(&held(refs(), 3, 4), "2025-12-31")), "true");
    let w = quarterly([0, 1, 2, 1]);
    assert_eq!(show(&w.value(&held(refs(), 3, 3), "2025-12-31")), "true");
    // A quarter that has only begun is not looked at.
    assert_eq!(show(&w.value(&held(refs(), 3, 3), "2025-12-30")), "false");
    assert_eq!(show(&w.value(&held(refs(), 3, 3), "2026-02-15")), "true");
}

#[test]
fn an_unknown_quarter_breaks_a_run_and_is_not_taken_for_no() {
    let mut w = quarterly([1, 1, 1, 2]);
    w.data.tables[1].covers_from = Some(date("2025-04-01"));
    let refs = || at_least(metric(0), "1");
    assert_eq!(show(&w.value(&held(refs(), 4, 4), "2025-12-31")), "no data");
    assert_eq!(show(&w.value(&held(refs(), 3, 4), "2025-12-31")), "true");
    // Three of four are needed, one is known to fail and one is unknown.
    let most = || at_least(metric(0), "2");
    assert_eq!(show(&w.value(&held(most(), 3, 4), "2025-12-31")), "false");
    assert_eq!(show(&w.value(&held(most(), 2, 4), "2025-12-31")), "no data");
}

#[test]
fn change_between_two_dates() {
    let w = quarterly([1, 4, 0, 3]);
    let change =
        |percent, quarters_back| e(ExprKind::Change { value: bx(metric(0)), percent, over: quarters(quarters_back) });
    assert_eq!(show(&w.value(&change(false, 1), "2025-12-31")), "3");
    assert_eq!(show(&w.value(&change(true, 1), "2025-12-31")), "not applicable");
    assert_eq!(show(&w.value(&change(false, 2), "2025-12-31")), "-1"); // 4 on 2025-06-30
    assert_eq!(show(&w.value(&change(true, 2), "2025-12-31")), "-0.25");
    // From a negative value the magnitude is what counts: from -2 to 1 is up by 150 %.
    let less = e(ExprKind::Sum(vec![(false, metric(0)), (true, num("2"))]));
    let up = e(ExprKind::Change { value: bx(less), percent: true, over: quarters(1) });
    assert_eq!(show(&w.value(&up, "2025-12-31")), "1.5");
}

#[test]
fn slope_of_the_last_quarters() {
    let w = quarterly([10, 12, 15, 11]);
    let trend = |count| e(ExprKind::Trend { value: bx(metric(0)), over: quarters(count) });
    assert_eq!(show(&w.value(&trend(4), "2025-12-31")), "0.6");
    assert_eq!(show(&w.value(&trend(3), "2025-12-31")), "-0.5"); // 12, 15, 11
    assert_eq!(show(&w.value(&trend(2), "2025-12-31")), "too few");
    // In the middle of a quarter the last point is today's: 12, 15, 11, 0.
    assert_eq!(show(&w.value(&trend(4), "2026-01-10")), "-4");
    // A point without a value leaves its place empty: 1, 2, 3 of quarters 0 to 3 with the first unknown.
    let mut w = quarterly([9, 12, 15, 11]);
    w.data.tables[1].covers_from = Some(date("2025-04-01"));
    assert_eq!(show(&w.value(&trend(4), "2025-12-31")), "-0.5");
    w.data.tables[1].covers_from = Some(date("2025-07-01"));
    assert_eq!(show(&w.value(&trend(4), "2025-12-31")), "too few");
    w.data.tables[1].covers_from = Some(date("2027-01-01"));
    assert_eq!(show(&w.value(&trend(4), "2025-12-31")), "no data");
}

#[test]
fn the_same_metric_at_an_earlier_date() {
    let w = quarterly([1, 4, 0, 3]);
    let at = |shift| e(ExprKind::AsOf { value: bx(metric(0)), shift });
    assert_eq!(show(&w.value(&at(Shift::Ago(quarters(2))), "2025-12-31")), "4");
    assert_eq!(show(&w.value(&at(Shift::On(date("2025-03-31"))), "2025-12-31")), "1");
    assert_eq!(show(&w.value(&at(Shift::EndOfPrevious(PeriodKind::Quarter)), "2025-12-31")), "0");
    assert_eq!(show(&w.value(&at(Shift::On(date("2025-12-31"))), "2025-12-31")), "3");
    // From an earlier as-of date nobody sees a later one.
    assert_eq!(show(&w.value(&at(Shift::On(date("2025-12-31"))), "2025-06-30")), "no data");
    // As of an earlier date, today is that date.
    let today = e(ExprKind::AsOf { value: bx(e(ExprKind::AsOfDate)), shift: Shift::Ago(days(90)) });
    assert_eq!(show(&w.value(&today, "2026-03-31")), "2025-12-31");
}

#[test]
fn a_value_expires_the_day_after() {
    let mut w = World::of(&["A"]);
    let table = w.events("survey", "account text | at date | score number", "A | 2025-12-31 | 9");
    let last = Aggregate { value: Some(w.row(table, "score")), ..aggregate(F::Last, table) };
    w.full_metric(Metric {
        header: header("latest"),
        value: rows(last),
        thresholds: vec![],
        scales: vec![],
        valid_for: Some(ValidFor { duration: days(90), then: Stale::Missing }),
    });
    assert_eq!(value(&w.run("2026-03-31")["A"], 0), "9");
    assert_eq!(value(&w.run("2026-04-01")["A"], 0), "stale");
}

#[test]
fn days_and_months_that_have_passed() {
    let mut w = World::default();
    w.table("account", "id text | since date | renewal date", "A | 2025-03-31 | 2026-05-30");
    let elapsed = |unit, until, name: &str| e(ExprKind::Elapsed { unit, until, date: bx(w.own(name)) });
    let at = |expr: &Expr, as_of| show(&w.value(expr, as_of));
    assert_eq!(at(&elapsed(PeriodKind::Month, false, "since"), "2026-03-31"), "12");
    assert_eq!(at(&elapsed(PeriodKind::Month, false, "since"), "2026-03-30"), "11");
    assert_eq!(at(&elapsed(PeriodKind::Year, false, "since"), "2026-03-31"), "1");
    assert_eq!(at(&elapsed(PeriodKind::Quarter, false, "since"), "2026-03-30"), "3");
    assert_eq!(at(&elapsed(PeriodKind::Day, true, "renewal"), "2026-03-31"), "60");
    assert_eq!(at(&elapsed(PeriodKind::Week, true, "renewal"), "2026-03-31"), "8");
    assert_eq!(at(&elapsed(PeriodKind::Day, false, "renewal"), "2026-03-31"), "-60");
    let within = |window| e(ExprKind::Within { value: bx(w.own("renewal")), window, negated: false });
    assert_eq!(at(&within(WindowKind::Next(days(60))), "2026-03-31"), "true");
    assert_eq!(at(&within(WindowKind::Next(days(59))), "2026-03-31"), "false");
    // date - date, date + days
    let today = || e(ExprKind::AsOfDate);
    let left = e(ExprKind::Sum(vec![(false, w.own("renewal")), (true, today())]));
    assert_eq!(at(&left, "2026-03-31"), "60");
    let later = e(ExprKind::Sum(vec![(false, today()), (false, num("60.9"))]));
    assert_eq!(at(&later, "2026-03-31"), "2026-05-30");
    let never = e(ExprKind::Sum(vec![(false, today()), (false, num("4000000000"))]));
    assert_eq!(at(&never, "2026-03-31"), "number too large");
}

#[test]
fn a_table_with_history_is_read_as_it_was() {
    let mut w = World::default();
    let rows = "A | 2025-01-01 | 10\nA | 2025-07-01 | 20\nA | 2026-01-01 | 30\nB | 2026-02-01 | 5";
    let id = w.table("account", "id text | recorded_on date | arr number", rows);
    w.program.tables[id.index()].kind = TableKind::Rows { as_of: Some(FieldId(1)) };
    w.metric("arr_now", w.own("arr"));
    w.metric("growth", e(ExprKind::Change { value: bx(metric(0)), percent: true, over: quarters(2) }));
    let results = w.run("2025-12-31");
    assert_eq!((value(&results["A"], 0), value(&results["A"], 1)), ("20".into(), "1".into()));
    assert!(!results.contains_key("B"), "B does not exist yet");
    assert!(w.run("2026-02-01").contains_key("B"));
    assert_eq!(value(&w.run("2026-03-31")["B"], 0), "5");
    assert_eq!(value(&w.run("2026-03-31")["B"], 1), "no data");
}

#[test]
fn a_score_of_the_past_is_weighed_as_it_was_then() {
    // The account was small until December: then one event weighs all, now nothing does.
    let mut w = World::default();
    let rows = "A | 2025-01-01 | 10\nA | 2025-12-01 | 500";
    let id = w.table("account", "id text | since date | arr number", rows);
    w.program.tables[id.index()].kind = TableKind::Rows { as_of: Some(FieldId(1)) };
    let small = w.segment("small", below(w.own("arr"), "100"));
    let (one, two) = (w.fixed("one", Some("100")), w.fixed("two", Some("40")));
    let mut score_card = card("score", vec![line(one, "0"), line(two, "100")]);
    score_card.overrides =
        vec![Override { segment: small, lines: vec![line(one, "100"), line(two, "0")], span: Default::default() }];
    w.card(score_card);
    let then = e(ExprKind::AsOf { value: bx(score(0)), shift: Shift::Ago(quarters(2)) });
    assert_eq!(show(&w.value(&then, "2026-03-31")), "100");
    assert_eq!(show(&w.value(&score(0), "2026-03-31")), "40");
}

#[test]
fn quarters_of_a_fiscal_year() {
    let mut w = quarterly([0, 0, 0, 3]);
    w.calendar = Calendar { fiscal_year_starts: 2 };
    // November 2025 to January 2026 is one fiscal quarter.
    assert_eq!(value(&w.run("2026-01-31")["A"], 0), "3");
    assert_eq!(value(&w.run("2026-02-01")["A"], 0), "0");
    let refs = held(at_least(metric(0), "3"), 1, 1);
    assert_eq!(show(&w.value(&refs, "2026-01-31")), "true");
    assert_eq!(show(&w.value(&refs, "2026-01-30")), "false");
}

#[test]
fn long_chains_need_no_deep_stack() {
    let mut w = quarterly([1, 1, 1, 1]);
    for i in 0..5_000 {
        w.metric(&format!("m{i}"), e(ExprKind::Sum(vec![(false, metric(i)), (false, num("1"))])));
    }
    let last = metric(5_000);
    assert_eq!(show(&w.value(&last, "2025-12-31")), "5001");
    let change = e(ExprKind::Change { value: bx(last), percent: false, over: quarters(1) });
    assert_eq!(show(&w.value(&change, "2025-12-31")), "0");
    // Each one the change of the one before.
    let mut w = quarterly([1, 1, 1, 1]);
    for i in 0..300 {
        w.metric(&format!("c{i}"), e(ExprKind::Change { value: bx(metric(i)), percent: false, over: days(1) }));
    }
    assert_eq!(show(&w.value(&metric(300), "2026-11-30")), "0");
}

#[test]
fn nesting_does_not_multiply() {
    let w = quarterly([1, 2, 3, 4]);
    let change = |value, unit| {
        let over = laud::calendar::Duration { count: 1, unit };
        e(ExprKind::Change { value: bx(value), percent: false, over })
    };
    // Two looks per level, 2 to the 60th if each were taken anew.
    let deep = (0..60).fold(metric(0), |value, _| change(value, PeriodKind::Year));
    assert_eq!(show(&w.value(&deep, "2025-12-31")), "4"); // there was nothing in the years before
    let deep = (0..60).fold(at_least(metric(0), "0"), |condition, _| held(condition, 4, 4));
    let mut w = quarterly([1, 2, 3, 4]);
    w.rule("deep", deep, None);
    w.data.tables[1].covers_from = Some(date("1900-01-01"));
    let evaluator = w.evaluator();
    let trace = evaluator.account("A", date("2025-12-31")).unwrap().rule_trace(RuleId(0)).unwrap();
    assert_eq!(trace.condition.truth, Some(true));
}
