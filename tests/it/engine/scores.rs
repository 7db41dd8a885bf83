//! Scorecards, thresholds and scales.

use super::build::*;
use laud::ast::LimitVerb;
use laud::engine::ScoreResult;
use laud::number::Decimal;
use laud::program::*;

/// A card over these weights and points, changed by `change`, for the account `A`.
fn scored(lines: &[(&str, Option<&str>)], change: impl FnOnce(&mut World, &mut Scorecard)) -> ScoreResult {
    let mut w = World::of(&["A"]);
    let lines = lines
        .iter()
        .enumerate()
        .map(|(i, (weight, points))| line(w.fixed(&format!("m{i}"), *points), weight))
        .collect();
    let mut card = card("score", lines);
    change(&mut w, &mut card);
    w.card(card);
    w.run("2026-03-31")["A"].scores[0].clone()
}

fn text(score: &ScoreResult) -> String {
    show(&score.value)
}

const ROLL_UP: [(&str, Option<&str>); 4] = [("40", Some("80")), ("30", None), ("20", Some("60")), ("10", Some("100"))];

fn roll_up(missing: MissingPolicy) -> ScoreResult {
    scored(&ROLL_UP, |_, card| card.missing = missing)
}

fn renormalise(at_least: &str) -> MissingPolicy {
    MissingPolicy::Renormalise { at_least: d(at_least) }
}

#[test]
fn policies_for_missing_lines() {
    assert_eq!(text(&roll_up(renormalise("0.6"))), "77.142857143"); // 5400 / 70
    assert_eq!(text(&roll_up(renormalise("0.7"))), "77.142857143");
    assert_eq!(text(&roll_up(renormalise("0.71"))), "too few");
    assert_eq!(text(&roll_up(MissingPolicy::Zero)), "54");
    assert_eq!(text(&roll_up(MissingPolicy::Neutral(d("50")))), "69");
    assert_eq!(text(&roll_up(MissingPolicy::Fail)), "no data");
    for policy in [renormalise("0.6"), MissingPolicy::Zero, MissingPolicy::Fail] {
        assert_eq!(roll_up(policy).coverage, d("0.7"));
    }
}

#[test]
fn a_line_may_have_a_policy_of_its_own() {
    let own = |card_policy, line_policy| {
        scored(&ROLL_UP, |_, card| {
            card.missing = card_policy;
            card.lines[1].missing = Some(line_policy);
        })
    };
    let neutral = own(MissingPolicy::Fail, MissingPolicy::Neutral(d("50")));
    assert_eq!(text(&neutral), "69");
    assert_eq!((neutral.lines[1].stand_in, neutral.lines[1].counted_weight), (Some(d("50")), d("30")));
    // Nothing is shared out, so no coverage is asked for.
    assert_eq!(text(&own(renormalise("0.9"), MissingPolicy::Zero)), "54");
    assert_eq!(text(&own(MissingPolicy::Zero, renormalise("0.9"))), "too few");
    assert_eq!(text(&own(MissingPolicy::Zero, renormalise("0.5"))), "77.142857143");
    assert_eq!(text(&own(renormalise("0.5"), MissingPolicy::Fail)), "no data");
}

#[test]
fn a_weight_that_was_shared_out_counts_nothing() {
    let score = roll_up(renormalise("0.6"));
    let line = &score.lines[1];
    assert_eq!((line.weight, line.counted_weight), (d("30"), d("0")));
    assert_eq!((line.contribution, line.lost, line.stand_in), (None, None, None));
    // 3200/70, 1200/70, 1000/70: 45.714285714|28, 17.142857142|86, 14.285714285|71 for 77.142857143
    let gained: Vec<String> = score.lines.iter().filter_map(|l| l.contribution).map(|c| c.to_string()).collect();
    assert_eq!(gained, ["45.714285714", "17.142857143", "14.285714286"]);
    let lost: Vec<Decimal> = score.lines.iter().filter_map(|l| l.lost).collect();
    assert_eq!(lost.iter().fold(Decimal::ZERO, |sum, l| sum.add(*l).unwrap()), d("22.857142857"));
}

#[test]
fn nothing_but_missing_lines_is_no_score_unless_something_stands_in() {
    let all_missing = |policy| scored(&[("60", None), ("40", None)], |_, card| card.missing = policy);
    for (policy, expected) in [
        (renormalise("0"), "no data"),
        (renormalise("0.6"), "no data"),
        (MissingPolicy::Zero, "0"),
        (MissingPolicy::Neutral(d("50")), "50"),
    ] {
        let score = all_missing(policy);
        assert_eq!((text(&score).as_str(), score.coverage), (expected, d("0")), "{policy:?}");
    }
}

#[test]
fn groups_are_scored_before_they_are_weighed() {
    let mut w = World::of(&["A"]);
    let (a1, a2, b1) = (w.fixed("a1", Some("100")), w.fixed("a2", None), w.fixed("b1", Some("50")));
    let a = w.card(card("a", vec![line(a1, "50"), line(a2, "50")]));
    let b = w.card(card("b", vec![line(b1, "100")]));
    w.card(card("all", vec![line(a, "60"), line(b, "40")]));
    assert_eq!(text(&w.run("2026-03-31")["A"].scores[2]), "80");
}

#[test]
fn unrounded_values_flow_up() {
    // 100/3 of three lines, times three: 99.999999999 and not 99.9 or 100
    let mut w = World::of(&["A"]);
    let third = [w.fixed("x", Some("100")), w.fixed("y", Some("0")), w.fixed("z", Some("0"))];
    let group = w.card(card("group", third.iter().map(|m| line(*m, "1")).collect()));
    let mut sum = card("sum", vec![line(group, "3")]);
    sum.combine = Combine::Sum;
    w.card(sum);
    assert_eq!(text(&w.run("2026-03-31")["A"].scores[1]), "99.999999999");
}

#[test]
fn advocacy_inside_health() {
    let lines = [
        ("30", Some("100")),
        ("15", Some("60")),
        ("15", Some("70")),
        ("15", Some("50")),
        ("15", None),
        ("5", Some("80")),
        ("5", Some("60")),
    ];
    let advocacy = |policy| scored(&lines, |_, card| card.missing = policy);
    assert_eq!(text(&advocacy(renormalise("0.6"))), "75.294117647"); // 6400 / 85
    assert_eq!(advocacy(renormalise("0.6")).coverage, d("0.85"));
    assert_eq!(text(&advocacy(MissingPolicy::Zero)), "64");
    let health = scored(&[("15", Some("75.294117647")), ("85", Some("72"))], |_, _| {});
    assert_eq!(text(&health), "72.494117647");
}

#[test]
fn nine_scores() {
    let mean = |lines: &[(&str, &str)]| {
        let lines: Vec<(&str, Option<&str>)> = lines.iter().map(|(w, p)| (*w, Some(*p))).collect();
        text(&scored(&lines, |_, _| {}))
    };
    assert_eq!(mean(&[("0.8", "87.5"), ("0.2", "70")]), "84");
    assert_eq!(mean(&[("0.4", "75"), ("0.2", "60"), ("0.4", "95")]), "80");
    assert_eq!(mean(&[("50", "80"), ("30", "60"), ("20", "30")]), "64");
    assert_eq!(mean(&[("85", "64"), ("15", "72")]), "65.2");
    assert_eq!(mean(&[("0.5", "80"), ("0.3", "60"), ("0.2", "40")]), "66");
    assert_eq!(mean(&[("30", "70"), ("30", "60"), ("15", "50"), ("25", "100")]), "71.5");
    // (20 x 47 + 15 x 59 + 22 x 21) / 57 = 40.12
    assert_eq!(mean(&[("20", "47"), ("15", "59"), ("22", "21")]), "40.122807018");
}

#[test]
fn sums_start_from_their_base() {
    let lines = [("1", Some("34")), ("1", Some("18")), ("1", Some("30"))];
    let sum = |base: &str| {
        scored(&lines, |_, card| {
            card.combine = Combine::Sum;
            card.base = d(base);
        })
    };
    assert_eq!(text(&sum("0")), "82");
    assert_eq!(text(&sum("449")), "531");
    let gained: Vec<Option<Decimal>> = sum("449").lines.iter().map(|l| l.contribution).collect();
    assert_eq!(gained, [Some(d("34")), Some(d("18")), Some(d("30"))]);
    // A line without points adds nothing, if that much may be missing.
    let some = scored(&[("2", Some("10")), ("2", None)], |_, card| card.combine = Combine::Sum);
    assert_eq!((text(&some), some.coverage), ("20".into(), d("0.5")));
}

#[test]
fn worst_and_best_of() {
    let lines = [("1", Some("80")), ("1", Some("30")), ("1", None), ("1", Some("30")), ("1", Some("80"))];
    let of = |combine| scored(&lines, |_, card| card.combine = combine);
    let (min, max) = (of(Combine::Min), of(Combine::Max));
    assert_eq!((text(&min), text(&max)), ("30".into(), "80".into()));
    let gained = |score: &ScoreResult| score.lines.iter().map(|l| l.contribution).collect::<Vec<_>>();
    let zero = Some(Decimal::ZERO);
    // The first of equals decides.
    assert_eq!(gained(&min), [zero, Some(d("30")), None, zero, zero]);
    assert_eq!(gained(&max), [Some(d("80")), zero, None, zero, zero]);
}

#[test]
fn informational_lines_are_shown_and_not_scored() {
    let score = scored(&[("100", Some("40")), ("0", Some("90")), ("0", None)], |_, card| {
        card.lines[1].informational = true;
        card.lines[2].informational = true;
        card.missing = MissingPolicy::Fail;
    });
    assert_eq!((text(&score), score.coverage), ("40".into(), d("1")));
    assert_eq!((score.lines[1].points.clone(), score.lines[1].contribution), (n("90"), None));
    let score = scored(&[("60", None), ("40", Some("50"))], |_, card| {
        card.lines[0].informational = true;
        card.missing = MissingPolicy::Zero;
    });
    assert_eq!((text(&score), score.coverage), ("50".into(), d("1")));
    assert_eq!((score.lines[0].stand_in, score.lines[0].counted_weight), (None, d("0")));
}

fn limit(verb: LimitVerb, value: &str, when: Option<Expr>) -> Limit {
    Limit { verb, value: d(value), when, because: None, span: Default::default() }
}

fn limited(points: &str, limits: Vec<Limit>) -> ScoreResult {
    scored(&[("100", Some(points))], |_, card| card.limits = limits)
}

#[test]
fn caps_never_raise_a_score() {
    let cap = || vec![limit(LimitVerb::Cap, "49", Some(truth(true)))];
    assert_eq!(text(&limited("82", cap())), "49");
    assert_eq!(text(&limited("30", cap())), "30");
    assert_eq!(show(&limited("82", cap()).unlimited), "82");
    assert_eq!(limited("82", cap()).limits, [(0, d("49"))]);
    assert_eq!(text(&limited("82", vec![limit(LimitVerb::Cap, "49", Some(truth(false)))])), "82");
}

#[test]
fn the_lowest_cap_and_the_highest_floor_win() {
    use LimitVerb::{Cap, Floor};
    let caps = vec![limit(Cap, "60", None), limit(Cap, "49", None), limit(Cap, "70", None)];
    assert_eq!(text(&limited("82", caps)), "49");
    let floors = vec![limit(Floor, "20", None), limit(Floor, "40", None), limit(Floor, "30", None)];
    assert_eq!(text(&limited("10", floors)), "40");
    // Written the other way round makes no difference: floors first, then caps.
    let both = limited("10", vec![limit(Cap, "50", None), limit(Floor, "60", None)]);
    assert_eq!((text(&both), both.limits), ("50".into(), vec![(1, d("60")), (0, d("50"))]));
}

#[test]
fn set_decides_alone() {
    use LimitVerb::{Cap, Floor, Set};
    let set = vec![limit(Cap, "10", None), limit(Set, "55", None), limit(Floor, "90", None), limit(Set, "66", None)];
    assert_eq!(text(&limited("82", set)), "55");
    // It gives a score where there was none; caps and floors do not.
    let none = |limits| text(&scored(&[("100", None)], |_, card| card.limits = limits));
    assert_eq!(none(vec![limit(Set, "0", None)]), "0");
    assert_eq!(none(vec![limit(Floor, "50", None), limit(Cap, "60", None)]), "no data");
}

#[test]
fn a_limit_that_nobody_can_decide_is_left_out_and_told() {
    let score = limited("82", vec![limit(LimitVerb::Cap, "49", Some(unknown())), limit(LimitVerb::Cap, "80", None)]);
    assert_eq!((text(&score), score.undecided_limits.clone()), ("80".into(), vec![0]));
    assert_eq!(score.limits, [(1, d("80"))]);
}

#[test]
fn a_limit_that_has_no_turn_any_more_is_not_undecided() {
    use LimitVerb::{Cap, Floor, Hold, Set};
    let maybe = |verb| limit(verb, "49", Some(unknown()));
    let left = |limits| limited("82", limits).undecided_limits;
    assert_eq!(left(vec![maybe(Cap), maybe(Floor), maybe(Set), maybe(Hold)]), [0, 1, 2, 3]);
    // A setting leaves nothing to floors and caps, nor to settings below it; one above it would have gone first.
    assert_eq!(left(vec![maybe(Cap), maybe(Set), limit(Set, "55", None), maybe(Set), maybe(Hold)]), [1, 4]);
    // A hold leaves nothing to all others.
    assert_eq!(left(vec![maybe(Hold), limit(Hold, "55", None), maybe(Hold), maybe(Set), maybe(Floor)]), [0]);
}

fn grades() -> Vec<BandTable> {
    vec![bands(vec![
        band("healthy", above("80"), None),
        band("watch", from("50"), None),
        band("instability", BandTest::Otherwise, None),
    ])]
}

#[test]
fn grades_see_the_unrounded_limited_score() {
    let grade = |points: &str, limits: Vec<Limit>| {
        let score = scored(&[("100", Some(points))], |_, card| {
            card.grades = grades();
            card.limits = limits;
        });
        score.grade.unwrap()
    };
    assert_eq!(grade("80", vec![]), "watch");
    assert_eq!(grade("80.000000001", vec![]), "healthy");
    assert_eq!(grade("49.9", vec![]), "instability");
    assert_eq!(grade("95", vec![limit(LimitVerb::Cap, "49", None)]), "instability");
}

#[test]
fn a_grade_for_what_is_missing() {
    let mut table = grades();
    table[0].bands.insert(0, band("unknown", BandTest::Missing, None));
    let score = scored(&[("100", None)], |_, card| card.grades = table);
    assert_eq!((text(&score), score.grade.as_deref()), ("no data".into(), Some("unknown")));
}

#[test]
fn scales_interpolate_with_one_rounding_and_clamp() {
    use laud::engine::reference::interpolate;
    let at = |points: &[(&str, &str)], x: &str| interpolate(&scale(points).points, d(x)).unwrap().to_string();
    assert_eq!(at(&[("0", "-5"), ("10", "5")], "7"), "2");
    let piecewise = [("0", "0"), ("3", "70"), ("6", "100")];
    let expected =
        [("-1", "0"), ("0", "0"), ("1", "23.333333333"), ("3", "70"), ("4", "80"), ("6", "100"), ("9", "100")];
    for (x, points) in expected {
        assert_eq!(at(&piecewise, x), points, "{x}");
    }
    assert_eq!(at(&[("-100", "0"), ("100", "100")], "40"), "70");
    // Hours: lower is better. 3 of 1 to 24 gives 91.304347826, 30 of 8 to 96 gives 75.
    assert_eq!(at(&[("1", "100"), ("24", "0")], "3"), "91.304347826");
    assert_eq!(at(&[("8", "100"), ("96", "0")], "30"), "75");
}

#[test]
fn the_first_band_that_fits() {
    let mut w = World::default();
    w.table(
        "account",
        "id text | refs number | plan starter/pro/gone",
        "A | 3 | pro\nB | 4 | gone\nC | | starter\nD | 0 |",
    );
    let own = |w: &World, name: &str| w.own(name);
    let refs = own(&w, "refs");
    w.full_metric(Metric {
        header: header("references"),
        value: refs,
        thresholds: vec![bands(vec![
            band("none", BandTest::Missing, Some("10")),
            band("high", above("3"), Some("100")),
            band("some", BandTest::Between(d("1"), d("3")), Some("70")),
            band("low", BandTest::Otherwise, Some("0")),
        ])],
        scales: vec![],
        valid_for: None,
    });
    let plan = own(&w, "plan");
    let in_list = |list: &[u32]| BandTest::In(list.iter().map(|s| laud::value::Value::Symbol(*s)).collect());
    w.full_metric(Metric {
        header: header("plan"),
        value: plan,
        thresholds: vec![bands(vec![
            band("paying", in_list(&[0, 1]), Some("100")),
            band("not", BandTest::Otherwise, Some("0")),
        ])],
        scales: vec![],
        valid_for: None,
    });
    let results = w.run("2026-03-31");
    let got = |id: &str, metric: usize| {
        let m = &results[id].metrics[metric];
        (m.band.clone().unwrap_or_default(), show(m.points.as_ref().unwrap()))
    };
    let is = |band: &str, points: &str| (band.to_string(), points.to_string());
    assert_eq!(got("A", 0), is("some", "70"));
    assert_eq!(got("B", 0), is("high", "100"));
    assert_eq!(got("C", 0), is("none", "10"));
    assert_eq!(got("D", 0), is("low", "0"));
    assert_eq!(got("A", 1), is("paying", "100"));
    assert_eq!(got("B", 1), is("not", "0"));
    assert_eq!(got("D", 1), is("", "no data"));
}

#[test]
fn segments_have_their_own_bands_scales_lines_and_grades() {
    let mut w = World::default();
    w.table("account", "id text | arr number | x number", "A | 250000 | 2\nB | 249999.99 | 2\nC | 10000 | 2\nD | | 2");
    let arr = w.own("arr");
    w.program.partitions.push(Partition {
        header: header("size"),
        by: Some(arr),
        values: EnumId(0),
        parts: [
            ("smb", BandTest::Compare(laud::ast::CompareOp::Less, d("20000"))),
            ("mid", BandTest::Compare(laud::ast::CompareOp::Less, d("250000"))),
            ("enterprise", BandTest::Otherwise),
        ]
        .into_iter()
        .map(|(name, test)| Part { name: name.into(), test: PartTest::By(test), span: Default::default() })
        .collect(),
    });
    let part = |i| SegmentRef::Part(PartitionId(0), i);
    let x = w.own("x");
    let table = |bound: &str, segment| BandTable {
        segment,
        ..bands(vec![band("high", above(bound), Some("100")), band("low", BandTest::Otherwise, Some("0"))])
    };
    let metric = w.full_metric(Metric {
        header: header("references"),
        value: x,
        thresholds: vec![table("1", Some(part(0))), table("3", None)],
        scales: vec![],
        valid_for: None,
    });
    let other = w.fixed("other", Some("50"));
    let mut card = card("score", vec![line(metric, "60"), line(other, "40")]);
    card.overrides = vec![Override {
        segment: part(2),
        lines: vec![line(metric, "10"), line(other, "90")],
        span: Default::default(),
    }];
    card.grades = vec![
        BandTable { segment: Some(part(0)), ..bands(vec![band("small", BandTest::Otherwise, None)]) },
        bands(vec![band("general", BandTest::Otherwise, None)]),
    ];
    w.card(card);
    let results = w.run("2026-03-31");
    let got = |id: &str| {
        let r = &results[id];
        (r.parts[0], text(&r.scores[0]), r.scores[0].applied, r.scores[0].grade.clone().unwrap())
    };
    assert_eq!(got("A"), (Some(2), "45".into(), Some(0), "general".into())); // 10 x 0 + 90 x 50
    assert_eq!(got("B"), (Some(1), "20".into(), None, "general".into()));
    assert_eq!(got("C"), (Some(0), "80".into(), None, "small".into()));
    assert_eq!(got("D"), (None, "20".into(), None, "general".into())); // size unknown: what holds for everyone
}

#[test]
fn a_line_may_have_a_scale_of_its_own() {
    let mut w = World::of(&["A"]);
    let stories = w.fixed("stories", Some("1"));
    let mut own = line(stories, "100");
    own.scale = Some(scale(&[("0", "0"), ("3", "100")]));
    w.card(card("score", vec![own]));
    let score = &w.run("2026-03-31")["A"].scores[0];
    assert_eq!((text(score), score.lines[0].points.clone()), ("33.333333333".into(), n("33.333333333")));
}
