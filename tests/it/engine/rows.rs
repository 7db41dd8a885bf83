//! Which rows count, and what they amount to.

use super::build::*;
use laud::ast::WindowKind;
use laud::builtins::AggregateFunction as F;
use laud::calendar::{Calendar, PeriodKind};
use laud::program::*;

/// One account with one event table: date, contact, number, yes or no.
fn world(rows: &str) -> (World, TableId) {
    let mut w = World::of(&["A"]);
    let rows: String = rows.split(';').map(|row| format!("A|{}\n", row.trim())).collect();
    let table = w.events("thing", "account text | at date | who text | x number | ok boolean", &rows);
    (w, table)
}

/// Rows on these days of 2026, nothing else in them.
fn on_days(days: &[u32]) -> (World, TableId) {
    let first = date("2026-01-01");
    let rows: Vec<String> = days.iter().map(|day| format!("{}| c", first.plus_days(i64::from(*day) - 1))).collect();
    world(&rows.join(";"))
}

fn get(w: &World, aggregate: Aggregate, as_of: &str) -> String {
    show(&w.value(&rows(aggregate), as_of))
}

fn of_x(w: &World, function: F, table: TableId) -> Aggregate {
    Aggregate { value: Some(w.row(table, "x")), ..aggregate(function, table) }
}

#[test]
fn dedupe_compares_with_the_last_kept_row_or_with_the_one_before() {
    let (w, table) = on_days(&[1, 3, 5]);
    let dedupe = |chain, keep_last| {
        let by = vec![w.field(table, "who")];
        let dedupe = Dedupe { by, within_days: Some(3), chain, keep: keep(keep_last) };
        Aggregate { dedupe: Some(dedupe), ..aggregate(F::Count, table) }
    };
    assert_eq!(get(&w, dedupe(false, false), "2026-03-31"), "2");
    assert_eq!(get(&w, dedupe(true, false), "2026-03-31"), "1");
    assert_eq!(get(&w, dedupe(false, true), "2026-03-31"), "2");
    // Which ones: first of anchor 1 and 5; last of anchor 5 and 1; the last of a chain is 5.
    let sum = |chain, keep_last, function| Aggregate { function, ..dedupe(chain, keep_last) };
    assert_eq!(get(&w, sum(false, false, F::Last), "2026-03-31"), "2026-01-05");
    assert_eq!(get(&w, sum(true, false, F::Last), "2026-03-31"), "2026-01-01");
    assert_eq!(get(&w, sum(true, true, F::First), "2026-03-31"), "2026-01-05");
}

#[test]
fn exactly_so_many_days_later_is_a_repeat() {
    let (w, table) = on_days(&[1, 4, 8]);
    let by = vec![w.field(table, "who")];
    let dedupe = Dedupe { by, within_days: Some(3), chain: false, keep: Keep::First };
    let count = Aggregate { dedupe: Some(dedupe.clone()), ..aggregate(F::Count, table) };
    assert_eq!(get(&w, count.clone(), "2026-03-31"), "2");
    // Without a distance every later row is a repeat.
    let all = Aggregate { dedupe: Some(Dedupe { within_days: None, ..dedupe }), ..count };
    assert_eq!(get(&w, all, "2026-03-31"), "1");
}

#[test]
fn keys_are_compared_trimmed_and_without_case_and_blank_equals_blank() {
    let (w, table) = world("2026-01-01| a@x ;2026-01-01|A@x;2026-01-01|   A@X   ;2026-01-02|;2026-01-02|;2026-01-03|b");
    let by = vec![w.field(table, "who")];
    let dedupe = Dedupe { by: by.clone(), within_days: Some(3), chain: false, keep: Keep::First };
    let count = Aggregate { dedupe: Some(dedupe), ..aggregate(F::Count, table) };
    assert_eq!(get(&w, count, "2026-03-31"), "3"); // a@x, blank, b
    let distinct = Aggregate { value: Some(w.row(table, "who")), ..aggregate(F::Distinct, table) };
    assert_eq!(get(&w, distinct, "2026-03-31"), "2"); // a@x, b
    // Latest per contact: rows without a contact each stand for themselves.
    let latest = Aggregate { latest_per: by, ..aggregate(F::Count, table) };
    assert_eq!(get(&w, latest, "2026-03-31"), "4");
}

#[test]
fn windows_hold_exactly_so_many_dates() {
    let (w, table) = world("2025-12-31| a;2026-01-01| b;2026-03-31| c;2026-04-01| d");
    let count = |window| Aggregate { window: Some(window), ..aggregate(F::Count, table) };
    assert_eq!(get(&w, count(WindowKind::Last(days(90))), "2026-03-31"), "2");
    assert_eq!(get(&w, count(WindowKind::Last(days(91))), "2026-03-31"), "3");
    assert_eq!(get(&w, count(WindowKind::This(PeriodKind::Quarter)), "2026-03-31"), "2");
    assert_eq!(get(&w, count(WindowKind::Previous(PeriodKind::Quarter)), "2026-03-31"), "1");
    // Nothing after the as-of date is ever seen, whatever the window says.
    assert_eq!(get(&w, count(WindowKind::Since(date("2026-01-01"))), "2026-03-31"), "2");
    assert_eq!(get(&w, count(WindowKind::Between(date("2025-01-01"), date("2027-01-01"))), "2026-03-31"), "3");
    assert_eq!(get(&w, aggregate(F::Count, table), "2026-03-31"), "3");
    assert_eq!(get(&w, aggregate(F::Count, table), "2026-04-01"), "4");
}

#[test]
fn instants_count_on_their_date() {
    let mut w = World::of(&["A"]);
    let rows = "A | 2026-03-31T22:30\nA | 2026-04-01T00:00";
    let table = w.events("thing", "account text | at instant", rows);
    let count = Aggregate { window: Some(WindowKind::This(PeriodKind::Quarter)), ..aggregate(F::Count, table) };
    assert_eq!(get(&w, count, "2026-03-31"), "1");
    assert_eq!(get(&w, aggregate(F::Last, table), "2026-03-31"), "2026-03-31");
}

#[test]
fn a_source_that_says_nothing_gives_no_count() {
    let (mut w, table) = world("2026-02-10| a");
    let this_quarter = Aggregate { window: Some(WindowKind::This(PeriodKind::Quarter)), ..aggregate(F::Count, table) };
    // Loaded until 2026-02-10: the first quarter has begun by then, the second has not.
    assert_eq!(get(&w, this_quarter.clone(), "2026-03-31"), "1");
    assert_eq!(get(&w, this_quarter.clone(), "2026-04-01"), "no data");
    w.data.tables[1].covers_to = Some(date("2026-04-01"));
    assert_eq!(get(&w, this_quarter.clone(), "2026-06-30"), "0"); // it reaches into the window, if only just
    w.data.tables[1].covers_to = Some(date("2026-06-30"));
    assert_eq!(get(&w, this_quarter.clone(), "2026-04-01"), "0");
    w.data.tables[1].covers_from = Some(date("2026-01-02"));
    assert_eq!(get(&w, this_quarter.clone(), "2026-03-31"), "no data");
    assert_eq!(get(&w, aggregate(F::Count, table), "2026-03-31"), "1");
    assert_eq!(get(&w, aggregate(F::Count, table), "2026-01-01"), "no data");
    w.data.tables[1].covers_from = None;
    w.data.tables[1].loaded = false;
    assert_eq!(get(&w, this_quarter, "2026-03-31"), "no data");
}

#[test]
fn caps_keep_the_earliest_of_each_fiscal_period() {
    let (mut w, table) = world("2026-01-05| a;2026-01-20| b;2026-01-31| c;2026-02-01| d;2026-03-01| e");
    let capped = Aggregate {
        cap: Some(RowCap { most: 2, period: PeriodKind::Quarter, keep: Keep::First }),
        ..aggregate(F::Count, table)
    };
    assert_eq!(get(&w, capped.clone(), "2026-03-31"), "2");
    // With a year from February, January closes one quarter and February opens another.
    w.calendar = Calendar { fiscal_year_starts: 2 };
    assert_eq!(get(&w, capped.clone(), "2026-03-31"), "4");
    assert_eq!(get(&w, Aggregate { function: F::First, ..capped }, "2026-03-31"), "2026-01-05");
}

#[test]
fn caps_come_before_decay() {
    // Ages 0, 90, 180: 1 + 0.5 + 0.25. One per year keeps the older one of 2025, faded as it is: 0.25 + 1.
    let (w, table) = world("2025-10-02| a|1;2025-12-31| b|1;2026-03-31| c|1");
    let decayed = Aggregate { decay: Some(Decay::HalfLife(90)), ..aggregate(F::Count, table) };
    assert_eq!(get(&w, decayed.clone(), "2026-03-31"), "1.75");
    let capped = Aggregate { cap: Some(RowCap { most: 1, period: PeriodKind::Year, keep: Keep::First }), ..decayed };
    assert_eq!(get(&w, capped, "2026-03-31"), "1.25");
}

#[test]
fn fading_with_age() {
    // Ages 10, 45, 100 and 200 with a half-life of 90: .9259 + .7071 + .4629 + .2143
    let first = date("2026-03-31");
    let ages: Vec<String> = [10i64, 45, 100, 200].iter().map(|age| format!("{}| c|1", first.plus_days(-age))).collect();
    let (w, table) = world(&ages.join(";"));
    let decayed = |decay| Aggregate { decay: Some(decay), ..aggregate(F::Count, table) };
    assert_eq!(get(&w, decayed(Decay::HalfLife(90)), "2026-03-31"), "2.310229845");
    // Linear over 100 days: .9 + .55 + 0 + 0
    assert_eq!(get(&w, decayed(Decay::Linear(100)), "2026-03-31"), "1.45");
    let sum = Aggregate { value: Some(w.row(table, "x")), function: F::Sum, ..decayed(Decay::Linear(100)) };
    assert_eq!(get(&w, sum, "2026-03-31"), "1.45");
}

#[test]
fn net_promoter_scores() {
    let answers = |scores: &[i32]| {
        let rows: Vec<String> =
            scores.iter().enumerate().map(|(i, score)| format!("2026-01-01| c{i}|{score}")).collect();
        world(&rows.join(";"))
    };
    let (w, table) = answers(&[9, 10, 9, 9, 10, 7, 8, 8, 0, 6]);
    assert_eq!(get(&w, of_x(&w, F::Nps, table), "2026-03-31"), "30");
    let few = Aggregate { at_least: Some(11), ..of_x(&w, F::Nps, table) };
    assert_eq!(get(&w, few, "2026-03-31"), "too few");
    // Ten promoters and two detractors: 800 / 12, rounded once.
    let (w, table) = answers(&[9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 3, 3]);
    assert_eq!(get(&w, of_x(&w, F::Nps, table), "2026-03-31"), "66.666666667");
    // Weighted: promoter 3, passive 1, detractor 2: 100 x (3 - 2) / 6
    let (w, table) = world("2026-01-01| a|3;2026-01-01| b|1;2026-01-01| c|2");
    let answer = e(ExprKind::Sum(vec![(false, num("8")), (false, w.row(table, "x"))])); // 11, 9, 10: all promoters
    let all = Aggregate { value: Some(answer), weight: Some(w.row(table, "x")), ..aggregate(F::Nps, table) };
    assert_eq!(get(&w, all, "2026-03-31"), "100");
    let (w, table) = world("2026-01-01| 9|3;2026-01-01| 7|1;2026-01-01| 2|2");
    let answer = e(ExprKind::If {
        condition: bx(compare(laud::ast::CompareOp::Equal, w.row(table, "x"), num("3"))),
        then: bx(num("9")),
        otherwise: bx(e(ExprKind::Sum(vec![(false, num("8")), (true, w.row(table, "x"))]))), // 7 and 6
    });
    let mixed = Aggregate { value: Some(answer), weight: Some(w.row(table, "x")), ..aggregate(F::Nps, table) };
    assert_eq!(get(&w, mixed, "2026-03-31"), "16.666666667");
}

#[test]
fn means_medians_and_shares() {
    let (w, table) =
        world("2026-01-01| a|5|yes;2026-01-02| b|5|yes;2026-01-03| c|4|yes;2026-01-04| d|3|no;2026-01-05| e||");
    let of = |function| get(&w, of_x(&w, function, table), "2026-03-31");
    assert_eq!(of(F::Avg), "4.25"); // satisfaction: (4.25 - 1) / 4 = 81.25 %
    assert_eq!(of(F::Sum), "17");
    assert_eq!(of(F::Median), "4.5");
    assert_eq!(of(F::Min), "3");
    assert_eq!(of(F::Max), "5");
    assert_eq!(of(F::First), "5");
    assert_eq!(of(F::Last), "3"); // the latest row that has one
    assert_eq!(of(F::Distinct), "3");
    let top = Aggregate { value: Some(at_least(w.row(table, "x"), "4")), ..aggregate(F::Share, table) };
    assert_eq!(get(&w, top, "2026-03-31"), "0.75");
    let ok = Aggregate { value: Some(w.row(table, "ok")), ..aggregate(F::Share, table) };
    assert_eq!(get(&w, ok.clone(), "2026-03-31"), "0.75"); // the row where it is unknown is left out
    // Five rows, four with a value.
    assert_eq!(get(&w, Aggregate { at_least: Some(5), ..of_x(&w, F::Avg, table) }, "2026-03-31"), "too few");
    assert_eq!(get(&w, Aggregate { at_least: Some(5), ..aggregate(F::Count, table) }, "2026-03-31"), "5");
    let (w, table) = world("2026-01-01| a|1;2026-01-02| b|1;2026-01-03| c|1;2026-01-04| d|9");
    assert_eq!(get(&w, of_x(&w, F::Median, table), "2026-03-31"), "1");
}

#[test]
fn without_rows() {
    let (w, table) = world("2026-01-01| a|1");
    let none = |function| {
        let value = if function == F::Share { truth(true) } else { w.row(table, "x") };
        let aggregate = Aggregate { filter: Some(truth(false)), value: Some(value), ..aggregate(function, table) };
        get(&w, aggregate, "2026-03-31")
    };
    assert_eq!((none(F::Count), none(F::Sum), none(F::Distinct)), ("0".into(), "0".into(), "0".into()));
    for function in [F::Avg, F::Median, F::Min, F::Max, F::First, F::Last, F::Nps] {
        assert_eq!(none(function), "no data", "{function:?}");
    }
    assert_eq!(none(F::Share), "not applicable");
}

#[test]
fn weights_and_decay_in_means() {
    // 10 weighs 1, 40 weighs 2: 90 / 3
    let (w, table) = world("2026-01-01| a|10|yes;2026-03-31| b|40|no");
    let weight = e(ExprKind::If { condition: bx(w.row(table, "ok")), then: bx(num("1")), otherwise: bx(num("2")) });
    let mean = Aggregate { weight: Some(weight.clone()), ..of_x(&w, F::Avg, table) };
    assert_eq!(get(&w, mean, "2026-03-31"), "30");
    let sum = Aggregate { weight: Some(weight), ..of_x(&w, F::Sum, table) };
    assert_eq!(get(&w, sum, "2026-03-31"), "90");
    // The older row, 89 days old of 178, matters half as much: (10 x .5 + 40) / 1.5
    let faded = Aggregate { decay: Some(Decay::Linear(178)), ..of_x(&w, F::Avg, table) };
    assert_eq!(get(&w, faded, "2026-03-31"), "30");
    let weightless = Aggregate { weight: Some(num("0")), ..of_x(&w, F::Avg, table) };
    assert_eq!(get(&w, weightless, "2026-03-31"), "not applicable");
    let nobody_knows = Aggregate { weight: Some(unknown()), ..of_x(&w, F::Avg, table) };
    assert_eq!(get(&w, nobody_knows, "2026-03-31"), "no data");
}

#[test]
fn unsolicited_counts_half_as_much_again() {
    let (w, table) = world("2026-01-01| a|1|yes;2026-01-02| b|1|yes;2026-01-03| c|1|no");
    let value =
        e(ExprKind::If { condition: bx(w.row_is(table, "ok", "no")), then: bx(num("1.5")), otherwise: bx(num("1")) });
    let sum = Aggregate { value: Some(value), ..aggregate(F::Sum, table) };
    assert_eq!(get(&w, sum, "2026-03-31"), "3.5");
}

#[test]
fn a_number_too_large_is_an_error_of_the_account() {
    let huge = "99999999999999999999999999999";
    let (w, table) = world(&format!("2026-01-01| a|{huge};2026-01-02| b|{huge}"));
    assert_eq!(get(&w, of_x(&w, F::Sum, table), "2026-03-31"), "number too large");
    let product = e(ExprKind::Product(vec![(false, w.row(table, "x")), (false, num("100"))]));
    let sum = Aggregate { value: Some(product), ..aggregate(F::Sum, table) };
    assert_eq!(get(&w, sum, "2026-03-31"), "number too large");
}

#[test]
fn an_unreadable_cell_adds_nothing_and_is_told() {
    use laud::engine::reference::{Dropped, Outcome};
    use laud::value::{Fault, Missing};
    let (mut w, table) = world("2026-01-01| a|!;2026-01-02| b|2");
    let sum = of_x(&w, F::Sum, table);
    assert_eq!(get(&w, sum.clone(), "2026-03-31"), "2");
    w.metric("m", rows(sum));
    let evaluator = w.evaluator();
    let account = evaluator.account("A", date("2026-03-31")).unwrap();
    let trace = &account.rows(MetricId(0))[0];
    assert_eq!(trace.rows[0].outcome, Outcome::Dropped(Dropped::NoValue(Missing::Error(Fault::BadCell))));
    let faults = account.result().faults;
    assert_eq!((faults.len(), faults[0].fault), (1, Fault::BadCell));
}

#[test]
fn rows_of_what_belongs_to_the_account() {
    // Votes belong to ideas, ideas to the account.
    let mut w = World::of(&["A", "B"]);
    let ideas = w.events("idea", "account text | at date", "A | 2026-01-01\nB | 2026-01-02\nA | 2026-01-03");
    let votes = w.events("vote", "account text | at date", "A | 2026-01-04\nB | 2026-01-05\nA | 2026-01-06");
    // Re-hang the votes: on ideas 0, 1 and 2 in that order.
    w.program.tables[votes.index()].kind = TableKind::Events { of: ideas, parent: FieldId(0), at: FieldId(1) };
    w.data.tables[votes.index()].by_parent = vec![vec![0], vec![1], vec![2]];
    assert_eq!(get(&w, aggregate(F::Count, votes), "2026-03-31"), "2");
    assert_eq!(get(&w, aggregate(F::Last, votes), "2026-03-31"), "2026-01-06");
}

#[test]
fn a_backtest_sees_what_had_been_recorded() {
    let mut w = World::of(&["A"]);
    let rows = "A | 2026-01-10 | 2026-01-12\nA | 2026-01-20 | 2026-02-15\nA | 2026-01-25 |";
    let table = w.events("thing", "account text | at date | entered date", rows);
    w.program.tables[table.index()].fields[2].recorded = true;
    let count = aggregate(F::Count, table);
    assert_eq!(get(&w, count.clone(), "2026-01-31"), "3");
    let evaluator = w.evaluator().as_recorded();
    let at = |as_of: &str| {
        let trace = evaluator.account("A", date(as_of)).unwrap().rows_of(&count);
        (show(&trace.value), trace.after_as_of)
    };
    assert_eq!(at("2026-01-31"), ("2".into(), 1));
    assert_eq!(at("2026-02-15"), ("3".into(), 0));
}

#[test]
fn an_answer_that_was_not_given_leaves_an_earlier_one() {
    // Kim said 2 and was asked again, Lee says 10, and Jo was asked, too.
    let (w, table) = world("2026-01-05|Kim|2;2026-01-06|Lee|10;2026-02-05|Kim|;2026-02-06|Jo|");
    let per = |function| Aggregate { latest_per: vec![w.field(table, "who")], ..of_x(&w, function, table) };
    assert_eq!(get(&w, per(F::Nps), "2026-03-31"), "0");
    assert_eq!(get(&w, per(F::Nps), "2026-01-05"), "-100");
    assert_eq!(get(&w, Aggregate { at_least: Some(2), ..per(F::Nps) }, "2026-03-31"), "0");
    assert!(get(&w, Aggregate { at_least: Some(3), ..per(F::Nps) }, "2026-03-31").contains("few"));
    // Of other functions the latest row counts, whatever is in it.
    assert_eq!(get(&w, per(F::Avg), "2026-03-31"), "10");
    // One answer later Kim is a promoter.
    let (w, table) = world("2026-01-05|Kim|2;2026-02-05|Kim|;2026-03-05|Kim|9");
    let per = |function| Aggregate { latest_per: vec![w.field(table, "who")], ..of_x(&w, function, table) };
    assert_eq!(get(&w, per(F::Nps), "2026-03-31"), "100");
}
