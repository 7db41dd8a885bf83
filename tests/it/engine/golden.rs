//! The golden fixture: four accounts, fourteen events, five surveys, worked by hand.
//!
//! The data stands here as it is after loading: the orphan row and the impossible answer are gone, the rows of the merged
//! account have moved, the instant has become a date.

use super::build::*;
use laud::builtins::AggregateFunction as F;
use laud::calendar::PeriodKind;
use laud::engine::RuleStatus;
use laud::engine::reference::{Dropped, Outcome};
use laud::number::Decimal;
use laud::program::*;

const EVENTS: &str = "
    A1 | 2026-01-05 | e1  | c1 | reference | completed | yes
    A1 | 2026-01-07 | e2  | c1 | reference | completed | yes
    A1 | 2026-01-09 | e3  | c1 | reference | completed | yes
    A1 | 2026-02-10 | e4  | c2 | reference | completed | no
    A1 | 2026-03-31 | e5  | c2 | reference | completed |
    A1 | 2026-03-01 | e6  | c3 | reference | requested | yes
    A2 | 2025-12-31 | e7  | c4 | reference | completed | yes
    A2 | 2026-01-01 | e8  | c4 | reference | completed | yes
    A2 | 2026-02-02 | e9  | c4 | speaking  | completed | no
    A3 | 2026-03-20 | e10 | c5 | reference | completed | yes
    A3 | 2026-03-25 | e11 | c5 | reference | completed | yes
    A3 | 2026-03-29 | e12 | c5 | reference | completed | yes
    A2 | 2026-05-01 | e14 | c4 | reference | completed | yes";

const SURVEYS: &str = "
    A1 | 2026-02-01 | c1 | 9
    A1 | 2026-03-01 | c1 | 10
    A1 | 2026-03-02 | c2 | 8
    A1 | 2026-03-03 | c3 | 6";

/// Metrics: 0 references, 1 weighted, 2 decayed, 3 nps, 4 speaking. One scorecard, one rule.
fn world(min_answers: u32, policy: MissingPolicy) -> World {
    let trim = |rows: &str| rows.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    let mut w = World::of(&["A4", "A2", "A1", "A3"]);
    let activity = w.events(
        "activity",
        "account text | occurred_at date | id text | contact text | type reference/speaking | status requested/completed | solicited boolean",
        &trim(EVENTS),
    );
    let survey = w.events("survey", "account text | answered_on date | contact text | score number", &trim(SURVEYS));
    let quarter = Some(laud::ast::WindowKind::This(PeriodKind::Quarter));
    let completed = |w: &World, kind: &str| {
        Some(and(vec![w.row_is(activity, "type", kind), w.row_is(activity, "status", "completed")]))
    };
    let dedupe = Some(Dedupe {
        by: vec![w.field(activity, "type"), w.field(activity, "contact")],
        within_days: Some(3),
        chain: false,
        keep: Keep::First,
    });
    let references =
        Aggregate { filter: completed(&w, "reference"), window: quarter, dedupe, ..aggregate(F::Count, activity) };
    let unprompted = e(ExprKind::If {
        condition: bx(w.row_is(activity, "solicited", "no")),
        then: bx(num("1.5")),
        otherwise: bx(num("1")),
    });
    let weighted = Aggregate { function: F::Sum, value: Some(unprompted), ..references.clone() };
    let decayed = Aggregate { decay: Some(Decay::HalfLife(90)), ..weighted.clone() };
    let nps = Aggregate {
        value: Some(w.row(survey, "score")),
        latest_per: vec![w.field(survey, "contact")],
        window: quarter,
        at_least: Some(min_answers),
        ..aggregate(F::Nps, survey)
    };
    let speaking = Aggregate { filter: completed(&w, "speaking"), window: quarter, ..aggregate(F::Count, activity) };

    let with_points = |name: &str, value: Expr, thresholds: Vec<BandTable>, scales: Vec<Scale>| Metric {
        header: header(name),
        value,
        thresholds,
        scales,
        valid_for: None,
    };
    let references = w.full_metric(with_points(
        "references",
        rows(references),
        vec![bands(vec![
            band("champion", above("3"), Some("100")),
            band("active", from("2"), Some("70")),
            band("emerging", from("1"), Some("40")),
            band("silent", BandTest::Otherwise, Some("0")),
        ])],
        vec![],
    ));
    w.metric("weighted", rows(weighted));
    w.metric("decayed", rows(decayed));
    let to_points = scale(&[("-100", "0"), ("100", "100")]);
    let nps = w.full_metric(with_points("nps", rows(nps), vec![], vec![to_points]));
    let talks = bands(vec![band("yes", from("1"), Some("100")), band("no", BandTest::Otherwise, Some("0"))]);
    let speaking = w.full_metric(with_points("speaking", rows(speaking), vec![talks], vec![]));
    let mut adv = card("adv", vec![line(references, "50"), line(nps, "30"), line(speaking, "20")]);
    adv.missing = policy;
    adv.grades = vec![bands(vec![
        band("strong", from("60"), None),
        band("building", from("40"), None),
        band("low", BandTest::Otherwise, None),
    ])];
    w.card(adv);
    w.rule("low", below(score(0), "40"), None);
    w
}

fn policy() -> MissingPolicy {
    MissingPolicy::Renormalise { at_least: d("0.6") }
}

#[test]
fn every_number_of_the_table() {
    let results = world(3, policy()).run("2026-03-31");
    // account: references, weighted, nps, speaking, adv, coverage, grade
    let expected = [
        ("A1", "4", "4.5", "0", "0", "65", "1", "strong"),
        ("A2", "1", "1", "too few", "1", "57.142857143", "0.7", "building"),
        ("A3", "3", "3", "too few", "0", "50", "0.7", "building"),
        ("A4", "0", "0", "too few", "0", "0", "0.7", "low"),
    ];
    for (id, references, weighted, nps, speaking, adv, coverage, grade) in expected {
        let account = &results[id];
        assert_eq!(value(account, 0), references, "{id} references");
        assert_eq!(value(account, 1), weighted, "{id} weighted");
        assert_eq!(value(account, 3), nps, "{id} nps");
        assert_eq!(value(account, 4), speaking, "{id} speaking");
        assert_eq!(show(&account.scores[0].value), adv, "{id} adv");
        assert_eq!(account.scores[0].coverage.to_string(), coverage, "{id} coverage");
        assert_eq!(account.scores[0].grade.as_deref(), Some(grade), "{id} grade");
        assert!(account.faults.is_empty());
    }
    assert_eq!(results["A1"].metrics[0].band.as_deref(), Some("champion"));
    assert_eq!(results["A1"].metrics[3].points, Some(n("50")));
}

#[test]
fn decayed_references() {
    let results = world(3, policy()).run("2026-03-31");
    // 0.5^(85/90) + 0.5^(81/90) + 1.5 x 0.5^(49/90) + 1, by a script with 50 digits, each rounded to nine
    assert_eq!(value(&results["A1"], 2), "3.083999422");
    assert_eq!(results["A1"].metrics[2].value.number().unwrap().fixed(6), "3.083999");
}

#[test]
fn five_answers_are_asked_for() {
    let results = world(5, policy()).run("2026-03-31");
    assert_eq!(value(&results["A1"], 3), "too few");
    assert_eq!(show(&results["A1"].scores[0].value), "71.428571429"); // 5000 / 70
}

#[test]
fn missing_counts_as_zero() {
    let results = world(3, MissingPolicy::Zero).run("2026-03-31");
    for (id, adv, grade) in [("A1", "65", "strong"), ("A2", "40", "building"), ("A3", "35", "low"), ("A4", "0", "low")]
    {
        assert_eq!(show(&results[id].scores[0].value), adv, "{id}");
        assert_eq!(results[id].scores[0].grade.as_deref(), Some(grade), "{id}");
    }
}

#[test]
fn what_each_line_costs() {
    let results = world(3, policy()).run("2026-03-31");
    let lost: Vec<String> = results["A1"].scores[0].lines.iter().map(|l| l.lost.unwrap().to_string()).collect();
    assert_eq!(lost, ["0", "15", "20"]);
    let gained: Vec<Option<Decimal>> = results["A2"].scores[0].lines.iter().map(|l| l.contribution).collect();
    // 2000/70 and 2000/70: the odd billionth of 57.142857143 goes to the first
    assert_eq!(gained, [Some(d("28.571428572")), None, Some(d("28.571428571"))]);
}

#[test]
fn the_rule_holds_for_one() {
    let results = world(3, policy()).run("2026-03-31");
    let holds = |id: &str| results[id].rules[0].status == RuleStatus::Holds;
    assert!(holds("A4") && !holds("A1") && !holds("A2") && !holds("A3"));
}

#[test]
fn accounts_come_sorted_and_filtered() {
    use laud::engine::{Engine, reference::Reference};
    let w = world(3, policy());
    let ids = |accounts: &[&str]| {
        let mut options = w.options("2026-03-31");
        options.accounts = accounts.iter().map(|a| a.to_string()).collect();
        let results = Reference.evaluate(&w.program, &w.data, &options);
        results.accounts.into_iter().map(|a| a.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&[]), ["A1", "A2", "A3", "A4"]);
    assert_eq!(ids(&["A3", "A1"]), ["A1", "A3"]);
}

#[test]
fn the_story_of_every_row() {
    let w = world(3, policy());
    let evaluator = w.evaluator();
    let told = |id: &str| -> Vec<(u32, Option<Dropped>)> {
        let trace = &evaluator.account(id, date("2026-03-31")).unwrap().rows(MetricId(0))[0];
        let dropped = |outcome: &Outcome| match outcome {
            Outcome::Counted(_) => None,
            Outcome::Dropped(reason) => Some(*reason),
        };
        trace.rows.iter().map(|row| (row.row, dropped(&row.outcome))).collect()
    };
    let not_completed = Some(Dropped::Filter { unknown: false });
    // e1, e2 (two days after e1), e3, e4, e6 (requested), e5
    assert_eq!(
        told("A1"),
        [(0, None), (1, Some(Dropped::Repeat(0))), (2, None), (3, None), (5, not_completed), (4, None)]
    );
    // e7 (the day before the quarter), e8, e9 (speaking); e14 is in the future
    assert_eq!(told("A2"), [(6, Some(Dropped::Window)), (7, None), (8, not_completed)]);
    let trace = &evaluator.account("A2", date("2026-03-31")).unwrap().rows(MetricId(0))[0];
    assert_eq!((trace.after_as_of, trace.covered, trace.value.clone()), (1, true, n("1")));
}
