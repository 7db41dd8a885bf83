//! The page of an account and the table of all, from a program and data made by hand.
//!
//! The program is the scorecard of the language charter; its numbers are worked out here: references 2 (active, 70
//! points, weight 40), stories 1 (scale 0 -> 0, 3 -> 100, weight 20), promoters missing (3 answers of 5, weight 25),
//! speaking 0 (weight 15). Present weight 75: (70 x 40 + 33.333333333 x 20 + 0 x 15) / 75 = 46.222222222.

use laud::ast::{CompareOp, LimitVerb, WindowKind};
use laud::builtins::AggregateFunction as F;
use laud::calendar::{Calendar, Date, Duration, PeriodKind};
use laud::data::{Cells, Column, Dataset, LoadReport, Note, NoteKind, Origin, RejectReason, TableData, TableReport};
use laud::engine::reference::{Evaluator, Reference};
use laud::engine::{Engine, Options};
use laud::explain::{self, Case, Topic, Traced};
use laud::number::Decimal;
use laud::program::*;
use laud::report::accounts::{self, Evaluation, Extras};
use laud::report::{Layout, Stamp};
use laud::source::Sources;
use laud::span::Span;
use laud::value::Value;
use std::sync::Arc;

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn e(kind: ExprKind, ty: Type) -> Expr {
    Expr { kind, ty, span: Span::default() }
}

fn number(n: &str, unit: Unit) -> Expr {
    e(ExprKind::Literal(Value::Number(d(n))), Type::Number(unit))
}

fn header(name: &str) -> Header {
    Header { name: name.to_string(), ..Header::default() }
}

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: name.to_string(),
        ty,
        integer: false,
        low: None,
        high: None,
        optional: false,
        personal: false,
        recorded: false,
        merged: false,
        parent: false,
        currency: None,
        doc: None,
        span: Span::default(),
    }
}

const TYPE: EnumId = EnumId(0);
const SIZE: EnumId = EnumId(1);
const USD: Unit = Unit::Money(Currency(*b"USD"));
const ACTIVITY: TableId = TableId(1);
const SURVEY: TableId = TableId(2);

fn count(kind: u32, window: WindowKind) -> Expr {
    let is = e(
        ExprKind::Compare(
            CompareOp::Equal,
            Box::new(e(ExprKind::RowField(FieldId(2)), Type::Enum(TYPE))),
            Box::new(e(ExprKind::Literal(Value::Symbol(kind)), Type::Enum(TYPE))),
        ),
        Type::Boolean,
    );
    aggregate(F::Count, ACTIVITY, None, Some(is), window, None)
}

fn aggregate(
    function: F,
    source: TableId,
    value: Option<Expr>,
    filter: Option<Expr>,
    window: WindowKind,
    at_least: Option<u32>,
) -> Expr {
    let dedupe = (function == F::Count).then(|| Dedupe {
        by: vec![FieldId(3)],
        within_days: Some(3),
        chain: false,
        keep: Keep::First,
    });
    let aggregate =
        Aggregate { value, filter, window: Some(window), dedupe, at_least, ..Aggregate::of(function, source) };
    let unit = if function == F::Nps { Unit::Nps } else { Unit::Plain };
    e(ExprKind::Aggregate(Box::new(aggregate)), Type::Number(unit))
}

fn metric(name: &str, value: Expr) -> Metric {
    Metric { header: header(name), value, thresholds: Vec::new(), scales: Vec::new(), valid_for: None }
}

fn band(name: &str, at_least: Option<&str>, points: Option<&str>) -> Band {
    Band {
        name: name.to_string(),
        test: at_least.map_or(BandTest::Otherwise, |n| BandTest::Compare(CompareOp::GreaterEqual, d(n))),
        points: points.map(d),
        span: Span::default(),
    }
}

fn scale(points: &[(&str, &str)]) -> Scale {
    let points = points.iter().map(|(value, points)| (d(value), d(points))).collect();
    Scale { segment: None, points, span: Span::default() }
}

fn line(item: Node, weight: &str, scale: Option<Scale>) -> Line {
    Line {
        item,
        weight: d(weight),
        informational: false,
        at_most: None,
        scale,
        missing: None,
        because: None,
        span: Span::default(),
    }
}

fn bands(bands: Vec<Band>) -> BandTable {
    BandTable { segment: None, bands, span: Span::default() }
}

fn program() -> Program {
    let quarter = WindowKind::This(PeriodKind::Quarter);
    let last = |count, unit| WindowKind::Last(Duration { count, unit });
    let events = |at| TableKind::Events { of: TableId(0), parent: FieldId(0), at: FieldId(at) };
    let mut csm = field("csm", Type::Text);
    csm.personal = true;
    let mut contact = field("contact", Type::Text);
    contact.personal = true;
    let account = vec![
        field("id", Type::Text),
        field("name", Type::Text),
        field("arr", Type::Number(USD)),
        field("renewal", Type::Date),
        csm,
        field("open_p1", Type::PLAIN),
    ];
    let activity = vec![
        field("account", Type::Text),
        field("occurred_at", Type::Date),
        field("type", Type::Enum(TYPE)),
        contact.clone(),
    ];
    let survey =
        vec![field("account", Type::Text), field("answered_on", Type::Date), field("score", Type::PLAIN), contact];
    let table = |name: &str, kind, fields, key| Table { header: header(name), kind, fields, key };
    let mut references = metric("references", count(0, quarter));
    references.thresholds = vec![bands(vec![
        band("champion", Some("4"), Some("100")),
        band("active", Some("2"), Some("70")),
        band("silent", None, Some("0")),
    ])];
    let score = e(ExprKind::RowField(FieldId(2)), Type::PLAIN);
    let m = |i| Node::Metric(MetricId(i));
    let advocacy = Scorecard {
        header: header("advocacy"),
        lines: vec![
            line(m(0), "40", None),
            line(m(1), "20", Some(scale(&[("0", "0"), ("3", "100")]))),
            line(m(2), "25", Some(scale(&[("-100", "0"), ("100", "100")]))),
            line(m(3), "15", Some(scale(&[("0", "0"), ("2", "100")]))),
        ],
        overrides: Vec::new(),
        missing: MissingPolicy::Renormalise { at_least: d("0.6") },
        combine: Combine::WeightedMean,
        base: Decimal::ZERO,
        correction: None,
        limits: Vec::new(),
        grades: vec![bands(vec![
            band("gold", Some("85"), None),
            band("silver", Some("60"), None),
            band("bronze", Some("30"), None),
            band("none", None, None),
        ])],
    };
    let open_p1 = e(
        ExprKind::Compare(
            CompareOp::Greater,
            Box::new(e(ExprKind::Field(FieldId(5)), Type::PLAIN)),
            Box::new(number("0", Unit::Plain)),
        ),
        Type::Boolean,
    );
    let health = Scorecard {
        header: header("health"),
        lines: vec![line(Node::Scorecard(ScorecardId(0)), "25", None), line(m(4), "75", None)],
        correction: None,
        limits: vec![Limit {
            verb: LimitVerb::Cap,
            value: d("49"),
            when: Some(open_p1),
            because: None,
            span: Span::default(),
        }],
        grades: Vec::new(),
        ..advocacy.clone()
    };
    let mut adoption = metric("adoption", number("100", Unit::Points));
    adoption.scales = vec![scale(&[("0", "0"), ("100", "100")])];
    let in_window = e(
        ExprKind::Within {
            value: Box::new(e(ExprKind::Field(FieldId(3)), Type::Date)),
            window: WindowKind::Next(Duration { count: 90, unit: PeriodKind::Day }),
            negated: false,
        },
        Type::Boolean,
    );
    let below = |n: &str| {
        e(
            ExprKind::Compare(
                CompareOp::Less,
                Box::new(e(ExprKind::Score(ScorecardId(0)), Type::Number(Unit::Points))),
                Box::new(number(n, Unit::Points)),
            ),
            Type::Boolean,
        )
    };
    let promoted = e(
        ExprKind::Compare(
            CompareOp::Greater,
            Box::new(e(ExprKind::Metric(MetricId(2)), Type::Number(Unit::Nps))),
            Box::new(number("50", Unit::Nps)),
        ),
        Type::Boolean,
    );
    let rule = |name: &str, condition, unless| Rule { unless, ..Rule::of(header(name), Trigger::When, condition) };
    let both = e(ExprKind::And(vec![in_window, below("46.22")]), Type::Boolean);
    Program {
        tables: vec![
            table("account", TableKind::Rows { as_of: None }, account, Some(FieldId(0))),
            table("activity", events(1), activity, None),
            table("survey", events(1), survey, None),
        ],
        subject: Some(TableId(0)),
        enums: vec![
            EnumType {
                name: "activity.type".into(),
                values: vec!["reference".into(), "case_study".into(), "speaking".into()],
            },
            EnumType { name: "size".into(), values: vec!["small".into(), "large".into()] },
        ],
        partitions: vec![Partition {
            header: header("size"),
            by: Some(e(ExprKind::Field(FieldId(2)), Type::Number(USD))),
            values: SIZE,
            parts: vec![
                Part {
                    name: "small".into(),
                    test: PartTest::By(BandTest::Compare(CompareOp::Less, d("50000"))),
                    span: Span::default(),
                },
                Part { name: "large".into(), test: PartTest::By(BandTest::Otherwise), span: Span::default() },
            ],
        }],
        metrics: vec![
            references,
            metric("stories", count(1, last(12, PeriodKind::Month))),
            metric("promoters", aggregate(F::Nps, SURVEY, Some(score), None, last(180, PeriodKind::Day), Some(5))),
            metric("speaking", count(2, last(180, PeriodKind::Day))),
            adoption,
        ],
        scorecards: vec![advocacy, health],
        rules: vec![rule("renewal_call", both, None), rule("thank_you", promoted, None)],
        order: vec![m(0), m(1), m(2), m(3), m(4), Node::Scorecard(ScorecardId(0)), Node::Scorecard(ScorecardId(1))],
        hash: "3f9c2e1d00112233".into(),
        ..Program::default()
    }
}

fn texts(list: &[&str]) -> Cells {
    Cells::Text(list.iter().map(|t| (!t.is_empty()).then(|| Arc::from(*t))).collect())
}

fn table(file: &str, columns: Vec<Cells>, by_parent: Vec<Vec<u32>>) -> TableData {
    let rows = match &columns[0] {
        Cells::Text(cells) => cells.len() as u32,
        _ => 0,
    };
    TableData {
        loaded: true,
        rows,
        columns: columns.into_iter().map(|cells| Column { cells, unreadable: Vec::new() }).collect(),
        origins: (0..rows).map(|i| Origin { file: 0, line: i + 2 }).collect(),
        files: vec![file.to_string()],
        by_parent,
        ..TableData::default()
    }
}

fn data() -> Dataset {
    let dates = |list: &[&str]| Cells::Date(list.iter().map(|t| Some(day(t))).collect());
    let mut account = table(
        "account.csv",
        vec![
            texts(&["acme", "beta"]),
            texts(&["Acme Ltd", "東京 Betriebe"]),
            Cells::Number([Some(d("400000")), Some(d("20000"))].into_iter().collect()),
            dates(&["2026-05-30", "2027-01-01"]),
            texts(&["Ana", "Ben"]),
            Cells::Number([Some(d("1")), Some(d("0"))].into_iter().collect()),
        ],
        Vec::new(),
    );
    account.by_key = ["acme", "beta"].map(Arc::from).into_iter().collect();
    let activity = table(
        "activity.csv",
        vec![
            texts(&["acme"; 6]),
            dates(&["2025-11-02", "2025-12-31", "2026-01-05", "2026-01-07", "2026-02-10", "2026-05-01"]),
            Cells::Symbol(vec![Some(1), Some(0), Some(0), Some(0), Some(0), Some(0)]),
            texts(&["c9", "c1", "c1", "c1", "c2", "c3"]),
        ],
        vec![vec![0, 1, 2, 3, 4, 5], vec![]],
    );
    let survey = table(
        "survey.csv",
        vec![
            texts(&["acme"; 3]),
            dates(&["2026-01-01", "2026-02-01", "2026-03-01"]),
            Cells::Number([Some(d("9")), Some(d("10")), Some(d("8"))].into_iter().collect()),
            texts(&["c1", "c2", "c3"]),
        ],
        vec![vec![0, 1, 2], vec![]],
    );
    Dataset { tables: vec![account, activity, survey] }
}

fn load_report() -> LoadReport {
    let table = |name: &str, read, kept, rejected| TableReport {
        table: name.into(),
        files: vec![format!("data/{name}.csv")],
        loaded: true,
        read,
        kept,
        rejected,
        skipped: 0,
        notes: Vec::new(),
    };
    let mut activity = table("activity", 8, 6, vec![(RejectReason::Duplicate, 1), (RejectReason::UnknownAccount, 1)]);
    activity.notes.push(Note {
        kind: NoteKind::Unreadable,
        field: Some("type".into()),
        count: 1,
        text: "1 cell of `type` is not in its list: \"Refrence\"; did you mean `reference`?".into(),
    });
    LoadReport { tables: vec![table("account", 2, 2, vec![]), activity, table("survey", 3, 3, vec![])] }
}

fn stamp(program: &Program) -> Stamp {
    Stamp {
        project: "advocacy".into(),
        as_of: day("2026-03-31"),
        program: program.hash.clone(),
        data: "sample".into(),
        ..Stamp::default()
    }
}

fn page(topic: Topic) -> explain::Why {
    let (program, data) = (program(), data());
    let evaluator = Evaluator::new(&program, &data, Calendar::default());
    let account = evaluator.account("acme", day("2026-03-31")).unwrap();
    explain::why(
        Case {
            program: &program,
            sources: &Sources::new(),
            data: &data,
            stamp: &stamp(&program),
            account: &account.result(),
            probe: &Traced::new(&evaluator, &account),
            personal: false,
        },
        topic,
    )
}

fn evaluated<T>(of: impl FnOnce(&Evaluation) -> T) -> T {
    let (program, data) = (program(), data());
    let options = Options { as_of: day("2026-03-31"), calendar: Calendar::default(), accounts: Vec::new() };
    let results = Reference.evaluate(&program, &data, &options);
    of(&Evaluation {
        program: &program,
        data: &data,
        load: &load_report(),
        results: &results,
        stamp: &stamp(&program),
        personal: false,
        extras: &Extras::default(),
    })
}

#[test]
fn the_page_of_the_charter() {
    let text = explain::human(&page(Topic::Account), &Layout::default());
    insta::assert_snapshot!(text);
}

#[test]
fn a_metric_unfolds_to_its_rows() {
    let text = explain::human(&page(Topic::Metric(MetricId(0))), &Layout::default());
    insta::assert_snapshot!(text);
    let why = page(Topic::Metric(MetricId(0)));
    let rows = &why.metrics[0].unfolded.as_ref().unwrap().aggregates[0].rows;
    let kept: Vec<&str> = rows.iter().filter(|r| r.kept).map(|r| r.place.as_str()).collect();
    assert_eq!(kept, ["activity.csv:4", "activity.csv:6"]);
}

#[test]
fn contributions_add_up_exactly_and_as_shown() {
    let why = page(Topic::Account);
    let health = &why.scorecards[0];
    let advocacy = health.lines[0].scorecard.as_deref().unwrap();
    for card in [health, advocacy] {
        let total = card.unlimited.as_ref().unwrap_or(&card.score);
        let exact: Decimal = card
            .lines
            .iter()
            .filter_map(|l| l.contributes.as_ref())
            .fold(Decimal::ZERO, |sum, f| sum.add(f.exact).unwrap());
        assert_eq!(exact.to_string(), total.value.to_string());
        let sum = |of: &dyn Fn(&explain::LineWhy) -> Option<Decimal>| {
            card.lines.iter().filter_map(of).fold(Decimal::ZERO, |sum, n| sum.add(n).unwrap())
        };
        let shown = sum(&|l| l.contributes.as_ref().map(|f| d(&f.shown)));
        assert_eq!(shown.fixed(1), total.shown);
        let lost = sum(&|l| l.lost.as_ref().map(|f| d(&f.shown)));
        assert_eq!(lost.add(shown).unwrap(), Decimal::HUNDRED);
    }
    assert_eq!(advocacy.score.value.to_string(), "46.222222222");
    assert_eq!(health.score.shown, "49.0");
}

#[test]
fn the_json_of_a_page_keeps_every_digit() {
    let json = serde_json::to_value(page(Topic::Account)).unwrap();
    let advocacy = &json["scorecards"][0]["lines"][0]["scorecard"];
    assert_eq!(advocacy["score"]["value"].to_string(), "46.222222222");
    assert_eq!(advocacy["lines"][2]["value"]["value"]["missing"], "too few");
    assert_eq!(advocacy["lines"][2]["missing"]["treatment"], "weight shared out");
    assert_eq!(json["rules"][1]["status"], "undecided");
    assert_eq!(json["rules"][1]["missing"][0], "promoters (too few)");
}

#[test]
fn a_comparison_is_not_shown_as_its_opposite() {
    // advocacy is 46.222222222: as shown, 46.2 < 46.22 would seem to hold.
    let why = page(Topic::Account);
    let clause = &why.rules[0].condition.clauses[1];
    assert_eq!(clause.holds, Some(false));
    assert_eq!(clause.shown, "advocacy < 46.22 (it is 46.222222222)");
}

#[test]
fn the_table_of_all_accounts() {
    let text = evaluated(|of| accounts::human(of, &Layout::default()));
    insta::assert_snapshot!(text);
}

#[test]
fn a_narrow_table_is_split() {
    let text = evaluated(|of| accounts::human(of, &Layout { width: 60, ..Layout::default() }));
    assert!(text.lines().skip(1).take(11).all(|l| l.chars().count() <= 60), "{text}");
}

#[test]
fn csv_has_one_row_per_account_and_every_digit() {
    let text = evaluated(accounts::csv);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "account,name,as_of,size,advocacy,advocacy.grade,advocacy.coverage,health,health.coverage,health.limited,\
         references,references.band,references.points,stories,promoters,speaking,adoption,adoption.points,renewal_call,thank_you,missing"
    );
    assert_eq!(
        lines[1],
        "acme,Acme Ltd,2026-03-31,large,46.222222222,bronze,0.75,49,1,cap 49,2,active,70,1,,0,100,100,no,undecided,\
         promoters: too few; thank_you: promoters (too few)"
    );
}

#[test]
fn json_has_exact_numbers_and_reasons() {
    let json = evaluated(accounts::json);
    let acme = &json["accounts"][0];
    assert_eq!(acme["scorecards"]["advocacy"]["score"].to_string(), "46.222222222");
    assert_eq!(acme["metrics"]["promoters"]["value"]["missing"], "too few");
    assert_eq!(acme["rules"]["thank_you"], "undecided");
    assert_eq!(json["load"][1]["rejected"]["unknown account"], 1);
    assert_eq!(json["load"][1]["unseen"], 1);
}

#[test]
fn markdown_of_both() {
    let text = evaluated(accounts::markdown);
    assert!(text.contains("| acme | Acme Ltd | large | 49.0 | 100% | 46.2 | bronze | 75% |"), "{text}");
    let page = explain::markdown(&page(Topic::Account));
    assert!(page.contains("| references | 2 | active | 70.0 | 40 | 37.3 | 16.0 |"), "{page}");
}
