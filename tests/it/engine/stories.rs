//! What traces tell, and what-if.

use super::build::*;
use laud::ast::CompareOp;
use laud::calendar::PeriodKind;
use laud::engine::reference::Clause;
use laud::program::*;

#[test]
fn every_clause_is_told_even_after_the_outcome_is_clear() {
    let mut w = World::default();
    w.table("account", "id text | arr number | nps number", "A | 5 |");
    let condition = and(vec![
        at_least(w.own("arr"), "10"),
        at_least(w.own("nps"), "0"),
        compare(CompareOp::Equal, num("1"), num("1")),
    ]);
    let rule = w.rule("r", condition, Some(at_least(w.own("nps"), "50")));
    let evaluator = w.evaluator();
    let account = evaluator.account("A", date("2026-03-31")).unwrap();
    let trace = account.rule_trace(rule).unwrap();
    assert_eq!((trace.condition.truth, trace.condition.unknown.len()), (Some(false), 0));
    let Clause::All(clauses) = &trace.condition.clause else { panic!() };
    assert_eq!(clauses.iter().map(|c| c.truth).collect::<Vec<_>>(), [Some(false), None, Some(true)]);
    let Clause::Compare { left, right, .. } = &clauses[0].clause else { panic!() };
    assert_eq!((left.value.clone(), right.value.clone(), left.name.as_deref()), (n("5"), n("10"), Some("arr")));
    let unless = trace.unless.unwrap();
    assert_eq!(unless.unknown[0].name.as_deref(), Some("nps"));
}

#[test]
fn quarters_are_told_one_by_one() {
    let mut w = World::default();
    let rows = "A | 2025-01-01 | 1\nA | 2025-10-01 | 9";
    let id = w.table("account", "id text | since date | x number", rows);
    w.program.tables[id.index()].kind = TableKind::Rows { as_of: Some(FieldId(1)) };
    let x = w.own("x");
    w.metric("m", x);
    let held = e(ExprKind::Held {
        condition: bx(at_least(metric(0), "5")),
        count: 3,
        of: 3,
        period: PeriodKind::Quarter,
        ignoring: false,
    });
    w.rule("r", held, None);
    let evaluator = w.evaluator();
    let account = evaluator.account("A", date("2026-03-31")).unwrap();
    let trace = account.rule_trace(RuleId(0)).unwrap().condition;
    let Clause::Held { at, .. } = &trace.clause else { panic!() };
    let told: Vec<(String, Option<bool>)> = at.iter().map(|c| (c.as_of.to_string(), c.truth)).collect();
    let expected = [("2026-03-31", true), ("2025-12-31", true), ("2025-09-30", false)];
    assert_eq!(told, expected.map(|(date, truth)| (date.to_string(), Some(truth))));
    assert_eq!(trace.truth, Some(false));
}

#[test]
fn what_if_a_metric_had_another_value() {
    let mut w = World::of(&["A"]);
    let (a, b) = (w.fixed("a", Some("40")), w.fixed("b", None));
    w.card(card("score", vec![line(a, "50"), line(b, "50")]));
    let evaluator = w.evaluator();
    let as_of = date("2026-03-31");
    let suppose = [(MetricId(1), n("100"))];
    let account = evaluator.account_if("A", as_of, &suppose).unwrap();
    assert_eq!(account.score(ScorecardId(0)).value, n("70"));
    assert_eq!(evaluator.account("A", as_of).unwrap().score(ScorecardId(0)).value, n("40"));
    assert!(evaluator.account("B", as_of).is_none());
}
