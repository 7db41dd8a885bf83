//! Missing values in logic, comparisons and arithmetic; functions; rules.

use super::build::*;
use laud::ast::CompareOp;
use laud::builtins::Scalar;
use laud::engine::{Item, RuleStatus};
use laud::program::*;
use laud::value::{Fault, Missing, Value};

fn value(expr: &Expr) -> String {
    show(&World::of(&["A"]).value(expr, "2026-03-31"))
}

fn missing(reason: Missing) -> Expr {
    e(ExprKind::Literal(Value::Missing(reason)))
}

fn three() -> [(Expr, &'static str); 3] {
    [(truth(true), "true"), (truth(false), "false"), (missing(Missing::Stale), "stale")]
}

#[test]
fn kleene_tables() {
    let expected_and = ["true", "false", "stale", "false", "false", "false", "stale", "false", "stale"];
    let expected_or = ["true", "true", "true", "true", "false", "stale", "true", "stale", "stale"];
    let pairs = || three().into_iter().flat_map(|(a, _)| three().map(|(b, _)| vec![a.clone(), b]));
    for (pair, expected) in pairs().zip(expected_and) {
        assert_eq!(value(&e(ExprKind::And(pair.clone()))), expected, "{pair:?}");
    }
    for (pair, expected) in pairs().zip(expected_or) {
        assert_eq!(value(&e(ExprKind::Or(pair.clone()))), expected, "{pair:?}");
    }
    for ((a, _), expected) in three().into_iter().zip(["false", "true", "stale"]) {
        assert_eq!(value(&e(ExprKind::Not(bx(a)))), expected);
    }
}

#[test]
fn the_first_missing_operand_gives_the_reason() {
    let (stale, few) = (|| missing(Missing::Stale), || missing(Missing::TooFew));
    assert_eq!(value(&compare(CompareOp::Less, stale(), few())), "stale");
    assert_eq!(value(&compare(CompareOp::Less, num("1"), few())), "too few");
    assert_eq!(value(&and(vec![truth(true), few(), stale()])), "too few");
    assert_eq!(value(&e(ExprKind::Sum(vec![(false, num("1")), (true, stale()), (false, few())]))), "stale");
    assert_eq!(value(&e(ExprKind::Product(vec![(false, few()), (true, num("0"))]))), "too few");
    assert_eq!(value(&e(ExprKind::OrElse(vec![few(), stale()]))), "too few");
    assert_eq!(value(&e(ExprKind::OrElse(vec![few(), num("7"), stale()]))), "7");
    assert_eq!(value(&e(ExprKind::Function(Scalar::Least, vec![num("1"), stale(), few()]))), "stale");
}

#[test]
fn missing_can_be_asked_for() {
    let is = |of, because, negated| value(&e(ExprKind::IsMissing { value: bx(missing(of)), because, negated }));
    let zero = Missing::Error(Fault::DivisionByZero);
    assert_eq!(is(Missing::Stale, None, false), "true");
    assert_eq!(is(Missing::Stale, None, true), "false");
    assert_eq!(is(Missing::Stale, Some(MissingWord::Stale), false), "true");
    assert_eq!(is(Missing::Stale, Some(MissingWord::TooFew), false), "false");
    assert_eq!(is(zero, Some(MissingWord::Error), false), "true");
    let present = e(ExprKind::IsMissing { value: bx(num("0")), because: None, negated: false });
    assert_eq!(value(&present), "false");
}

#[test]
fn membership() {
    let in_list = |of, list, negated| value(&e(ExprKind::In { value: bx(of), list, negated }));
    assert_eq!(in_list(num("2"), vec![num("1"), num("2")], false), "true");
    assert_eq!(in_list(num("3"), vec![num("1"), num("2")], false), "false");
    assert_eq!(in_list(num("3"), vec![num("1"), num("2")], true), "true");
    assert_eq!(in_list(num("2"), vec![unknown(), num("2")], false), "true");
    assert_eq!(in_list(num("3"), vec![unknown(), num("2")], true), "no data");
    assert_eq!(in_list(missing(Missing::Stale), vec![num("2")], true), "stale");
}

#[test]
fn an_unknown_condition_is_not_met() {
    let choice = e(ExprKind::If { condition: bx(unknown()), then: bx(num("1")), otherwise: bx(num("2")) });
    assert_eq!(value(&choice), "2");
}

#[test]
fn decimals_are_exact() {
    let sum = e(ExprKind::Sum(vec![(false, num("0.1")), (false, num("0.2"))]));
    assert_eq!(value(&compare(CompareOp::GreaterEqual, sum, num("0.3"))), "true");
    // Left to right, each step rounded once: 1 / 3 x 3
    let product = e(ExprKind::Product(vec![(false, num("1")), (true, num("3")), (false, num("3"))]));
    assert_eq!(value(&product), "0.999999999");
    // A customer's value: 12000 x 0.8 / 0.10
    let clv = e(ExprKind::Product(vec![(false, num("12000")), (false, num("0.8")), (true, num("0.10"))]));
    assert_eq!(value(&clv), "96000");
}

#[test]
fn functions_of_single_values() {
    let call = |function, arguments: &[&str]| {
        value(&e(ExprKind::Function(function, arguments.iter().map(|a| num(a)).collect())))
    };
    let cases: &[(Scalar, &[&str], &str)] = &[
        (Scalar::Abs, &["-2.5"], "2.5"),
        (Scalar::Round, &["2.5"], "3"),
        (Scalar::Round, &["-2.5"], "-3"),
        (Scalar::Round, &["2.345", "2"], "2.35"),
        (Scalar::Round, &["2.345", "12"], "2.345"),
        (Scalar::Floor, &["-2.1"], "-3"),
        (Scalar::Ceil, &["-2.9"], "-2"),
        (Scalar::Ceil, &["2.1"], "3"),
        (Scalar::Least, &["3", "1", "2"], "1"),
        (Scalar::Greatest, &["3", "1", "2"], "3"),
        (Scalar::Clamp, &["12", "0", "10"], "10"),
        (Scalar::Clamp, &["-1", "0", "10"], "0"),
        (Scalar::ToNumber, &["7"], "7"),
        (Scalar::Round, &["99999999999999999999999999999.5"], "number too large"),
    ];
    for (function, arguments, expected) in cases {
        assert_eq!(call(*function, arguments), *expected, "{function:?} {arguments:?}");
    }
    let convert = |function, text: &str, unit| {
        let argument = Expr { ty: Type::Number(unit), ..num(text) };
        value(&e(ExprKind::Function(function, vec![argument])))
    };
    assert_eq!(convert(Scalar::ToPoints, "0.85", Unit::Ratio), "85");
    assert_eq!(convert(Scalar::ToPoints, "40", Unit::Nps), "70");
    assert_eq!(convert(Scalar::ToPoints, "40", Unit::Plain), "40");
    assert_eq!(convert(Scalar::ToRatio, "85", Unit::Points), "0.85");
    assert_eq!(convert(Scalar::ToRatio, "0.5", Unit::Plain), "0.5");
}

#[test]
fn faults_are_noted_where_they_happen_even_if_made_up_for() {
    let mut w = World::of(&["A"]);
    let by_zero = || e(ExprKind::Product(vec![(false, num("1")), (true, num("0"))]));
    w.metric("rate", by_zero());
    w.metric("twice", e(ExprKind::Product(vec![(false, metric(0)), (false, num("2"))])));
    w.metric("safe", e(ExprKind::OrElse(vec![by_zero(), num("0")])));
    let guarded = ExprKind::If { condition: bx(truth(false)), then: bx(by_zero()), otherwise: bx(num("1")) };
    w.metric("guarded", e(guarded));
    let account = &w.run("2026-03-31")["A"];
    let shown: Vec<String> = account.metrics.iter().map(|m| show(&m.value)).collect();
    assert_eq!(shown, ["division by zero", "division by zero", "0", "1"]);
    let items: Vec<Item> = account.faults.iter().map(|f| f.item).collect();
    assert_eq!(items, [0, 2].map(|i| Item::Node(Node::Metric(MetricId(i)))));
}

#[test]
fn unreadable_cells_are_errors_of_the_account() {
    let mut w = World::default();
    w.table("account", "id text | arr number", "A | !\nB | 1");
    let arr = w.own("arr");
    w.metric("arr_metric", arr);
    let results = w.run("2026-03-31");
    assert_eq!(show(&results["A"].metrics[0].value), "unreadable cell");
    assert_eq!((results["A"].faults.len(), results["B"].faults.len()), (1, 0));
}

#[test]
fn how_rules_stand() {
    let mut w = World::of(&["A"]);
    let cases = [
        (truth(true), None, RuleStatus::Holds),
        (truth(false), None, RuleStatus::DoesNotHold),
        (unknown(), None, RuleStatus::Undecided),
        (truth(true), Some(truth(false)), RuleStatus::Holds),
        (truth(true), Some(truth(true)), RuleStatus::HeldBack),
        (truth(true), Some(unknown()), RuleStatus::Undecided),
        (truth(false), Some(unknown()), RuleStatus::DoesNotHold),
        (unknown(), Some(truth(true)), RuleStatus::DoesNotHold),
        (unknown(), Some(truth(false)), RuleStatus::Undecided),
    ];
    for (i, (condition, unless, _)) in cases.iter().enumerate() {
        w.rule(&format!("r{i}"), condition.clone(), unless.clone());
    }
    w.program.rules[0].close = Some(Close { condition: truth(true), runs: 1 });
    let account = &w.run("2026-03-31")["A"];
    for (result, (condition, unless, expected)) in account.rules.iter().zip(&cases) {
        assert_eq!(result.status, *expected, "{condition:?} {unless:?}");
    }
    assert_eq!((account.rules[0].closes, account.rules[1].closes), (Some(true), None));
}

#[test]
fn sixty_days_of_silence() {
    let mut w = World::default();
    w.table("account", "id text | last date", "A | 2026-01-29\nB | 2026-01-30\nC |");
    let last = w.own("last");
    let quiet = e(ExprKind::Elapsed { unit: laud::calendar::PeriodKind::Day, until: false, date: bx(last) });
    w.rule("touch", compare(CompareOp::Greater, quiet, num("60")), None);
    let results = w.run("2026-03-31");
    assert_eq!(results["A"].rules[0].status, RuleStatus::Holds); // 61 days
    assert_eq!(results["B"].rules[0].status, RuleStatus::DoesNotHold);
    assert_eq!(results["C"].rules[0].status, RuleStatus::Undecided);
    // What was missing comes with the result, and only where it is needed.
    let unknown = |account: &str| -> Vec<(Option<String>, Missing)> {
        results[account].rules[0].unknown.iter().map(|u| (u.name.clone(), u.reason)).collect()
    };
    assert_eq!(unknown("C"), [(Some("last".to_string()), Missing::NoData)]);
    assert_eq!((unknown("A"), unknown("B")), (Vec::new(), Vec::new()));
}

#[test]
fn bands_and_grades_can_be_asked_for() {
    let mut w = World::default();
    w.table("account", "id text | x number", "A | 5\nB |");
    let x = w.own("x");
    let thresholds = || bands(vec![band("high", from("3"), Some("100")), band("low", BandTest::Otherwise, Some("0"))]);
    let m = w.full_metric(Metric {
        header: header("m"),
        value: x,
        thresholds: vec![thresholds()],
        scales: vec![],
        valid_for: None,
    });
    let mut score = card("score", vec![line(m, "100")]);
    score.grades = vec![thresholds()];
    w.card(score);
    let ask = |band: &str| e(ExprKind::IsBand { metric: MetricId(0), band: band.into(), negated: false });
    let grade = |grade: &str, negated| e(ExprKind::IsGrade { scorecard: ScorecardId(0), grade: grade.into(), negated });
    let evaluator = w.evaluator();
    let get = |id: &str, expr: &Expr| show(&evaluator.account(id, date("2026-03-31")).unwrap().value(expr));
    assert_eq!(get("A", &ask("high")), "true");
    assert_eq!(get("A", &ask("low")), "false");
    assert_eq!(get("B", &ask("low")), "no data");
    assert_eq!(get("A", &grade("low", true)), "true");
    assert_eq!(get("B", &grade("low", true)), "no data");
    assert_eq!(get("A", &e(ExprKind::Points(MetricId(0)))), "100");
    assert_eq!(get("A", &e(ExprKind::Function(Scalar::Points, vec![metric(0)]))), "100");
}

#[test]
fn segments_that_read_segments() {
    let mut w = World::default();
    w.table("account", "id text | x number", "A | 5\nB | 1\nC |");
    let big = at_least(w.own("x"), "3");
    // Declared before what it reads: order does not matter.
    w.segment("small", e(ExprKind::Not(bx(e(ExprKind::Segment(SegmentId(1)))))));
    w.segment("big", big);
    let results = w.run("2026-03-31");
    assert_eq!(results["A"].segments, [Some(false), Some(true)]);
    assert_eq!(results["B"].segments, [Some(true), Some(false)]);
    assert_eq!(results["C"].segments, [None, None]);
}

#[test]
fn long_lists_are_read_in_a_loop() {
    let long = and(vec![truth(true); 100_000]);
    assert_eq!(value(&long), "true");
    let sum = e(ExprKind::Sum(vec![(false, num("1")); 100_000]));
    assert_eq!(value(&sum), "100000");
}

#[test]
fn definitions_within_definitions_are_read_deeply() {
    // Nesting of source is capped at 128; expanding definitions may multiply that. Tests run on small stacks.
    let deep = (0..800).fold(truth(true), |inner, _| e(ExprKind::Not(bx(inner))));
    assert_eq!(value(&deep), "true");
    let deep = (0..250).fold(num("1"), |inner, _| {
        let halved = e(ExprKind::Product(vec![(false, inner), (true, num("2"))]));
        e(ExprKind::If {
            condition: bx(truth(true)),
            then: bx(e(ExprKind::Sum(vec![(false, halved)]))),
            otherwise: bx(num("0")),
        })
    });
    assert_eq!(value(&deep), "0.000000001"); // half a billionth is rounded away from zero
}
