//! Single records: what comes out is what the engine says of the same account, nothing of an earlier record remains, and no
//! memory is asked for on the way.

use laud::Settings;
use laud::calendar::{Calendar, Date};
use laud::compile;
use laud::engine::RuleStatus;
use laud::program::Program;
use laud::scoring::{Scorer, Scores};
use laud::source::Sources;
use laud::value::{Missing, Value};
use serde_json::json;

const DAY: &str = "2026-03-31";

fn program(text: &str) -> Program {
    let mut sources = Sources::new();
    sources.add("program.laud", text);
    let (program, found) = compile(&sources, &Settings::default());
    program.unwrap_or_else(|| panic!("{}", laud::diagnostics::render::short(&found.sorted(), &sources)))
}

fn scorer(text: &str) -> Scorer {
    Scorer::new(program(text), Date::parse(DAY).unwrap(), Calendar::default()).unwrap()
}

const HEALTH: &str = r#"
table account {
  id       text key
  arr      money USD
  plan     one of free, team, enterprise_plus
  renewal  date optional
  nps      nps optional
  seats    integer 1 or more
  active   integer 0 or more optional
  tier     text optional
}
segments size by account.arr {
  small  < 50k
  big    otherwise
}
segment paying = plan in (team, enterprise_plus)
metric adoption = to_points(to_ratio(active / seats))
metric mood {
  value nps
  thresholds {
    happy    >= 30      -> 100
    neutral  0 to 29    -> 50
    unhappy  otherwise  -> 0
    unasked  missing    -> 40
  }
  thresholds for big {
    happy    >= 50      -> 100
    unhappy  otherwise  -> 20
    unasked  missing    -> 30
  }
}
scorecard health {
  adoption  weight 60  scale 0 -> 0, 100 -> 100
  mood      weight 40
  for big {
    adoption  weight 50
    mood      weight 50
  }
  missing  renormalise at least 50% coverage
  cap 49 when renewal in next 30 days
  grades {
    green  >= 70
    amber  >= 40
    red    otherwise
  }
}
metric per_seat = arr / seats
rule rescue {
  when    health < 50 and paying
  unless  tier = "partner"
  do      task "Call"
}
rule dear {
  when  per_seat > 1000
  do    task "Explain"
}
"#;

/// Worked by hand.
#[test]
fn scores_are_those_of_the_program() {
    let scorer = scorer(HEALTH);
    let (mut record, mut scores) = (scorer.record(), scorer.scores());
    let (health, rescue) = (scorer.scorecard("health").unwrap(), scorer.rule("rescue").unwrap());
    let object = json!({"id": "A1", "arr": 49999.5, "plan": "Enterprise Plus", "renewal": "2026-05-15", "nps": 29, "seats": 40,
        "active": 30, "tier": "direct", "unknown column": true});
    record.read_json(object.as_object().unwrap()).unwrap();
    scorer.score(&record, &mut scores);
    // 30 of 40 are 75 points; 29 is neutral, 50 points; 0.6 * 75 + 0.4 * 50.
    assert_eq!(scores.score(health).unwrap().to_string(), "65");
    assert_eq!((scores.grade(health), scores.rule(rescue)), (Some("amber"), RuleStatus::DoesNotHold));
    assert_eq!(scores.part(scorer.partition("size").unwrap()), Some("small"));
    assert_eq!(scores.band(scorer.metric("mood").unwrap()), Some("neutral"));
    assert_eq!(scores.segment(scorer.segment("paying").unwrap()), Some(true));
    let result = scores.result("A1");
    let parts: Vec<String> = result.scores[0].lines.iter().map(|l| l.contribution.unwrap().to_string()).collect();
    assert_eq!(parts, ["45", "20"]);
    // From 50k on the other weights and thresholds hold: 0.5 * 75 + 0.5 * 20; and 30 days before the renewal the cap does.
    record.read("arr", "50000").unwrap();
    scorer.score(&record, &mut scores);
    assert_eq!(scores.score(health).unwrap().to_string(), "47.5");
    assert_eq!((scores.grade(health), scores.rule(rescue)), (Some("amber"), RuleStatus::Holds));
    record.read("nps", "80").unwrap();
    record.read("renewal", "2026-04-30").unwrap();
    scorer.score(&record, &mut scores);
    assert_eq!(scores.score(health).unwrap().to_string(), "49");
    assert_eq!(scores.result("A1").scores[0].unlimited, Value::Number("87.5".parse().unwrap()));
    // The partner is left alone.
    record.read("tier", "partner").unwrap();
    scorer.score(&record, &mut scores);
    assert_eq!(scores.rule(rescue), RuleStatus::HeldBack);
    record.read("tier", "no partner at all").unwrap();
    scorer.score(&record, &mut scores);
    assert_eq!(scores.rule(rescue), RuleStatus::Holds);
}

#[test]
fn nothing_of_an_earlier_record_remains() {
    let scorer = scorer(HEALTH);
    let (mut full, empty) = (scorer.record(), scorer.record());
    for (name, text) in [("arr", "70000"), ("plan", "team"), ("nps", "-4"), ("seats", "7"), ("active", "3")] {
        full.read(name, text).unwrap();
    }
    let mut fresh = scorer.scores();
    scorer.score(&empty, &mut fresh);
    let nothing = fresh.result("");
    let mut scores = scorer.scores();
    scorer.score(&full, &mut scores);
    let something = scores.result("");
    scorer.score(&empty, &mut scores);
    assert_eq!(scores.result(""), nothing);
    scorer.score(&full, &mut scores);
    assert_eq!(scores.result(""), something);
    assert_ne!(something, nothing);
    let mut again = full.clone();
    again.reset();
    scorer.score(&again, &mut scores);
    assert_eq!(scores.result(""), nothing);
    // Nothing is known: not even the weight of what nobody was asked about is enough.
    assert_eq!(scores.score(scorer.scorecard("health").unwrap()), Err(Missing::TooFew));
    assert_eq!(scores.rule(scorer.rule("dear").unwrap()), RuleStatus::Undecided);
}

#[test]
fn what_cannot_be_read_is_told() {
    let scorer = scorer(HEALTH);
    let mut record = scorer.record();
    let mut wrong = |name: &str, text: &str| record.read(name, text).unwrap_err().to_string();
    assert_eq!(wrong("arr", "12k"), "`arr` is not a number: `12k`");
    assert_eq!(wrong("seats", "0"), "`seats` is 0, at least 1 is allowed");
    assert_eq!(wrong("seats", "2.5"), "`seats` is not a whole number: `2.5`");
    assert_eq!(wrong("plan", "gold"), "`plan` is none of free, team, enterprise_plus: `gold`");
    assert_eq!(wrong("renewal", "31.03.2026"), "`renewal` is not a date such as 2026-03-31: `31.03.2026`");
    assert_eq!(wrong("seat", "1"), "`seat` is no field of a record; did you mean `seats`?");
    let object = json!({"arr": "much", "seats": 3, "active": [1]});
    let errors: Vec<String> =
        record.read_json(object.as_object().unwrap()).unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(errors, ["`arr` is not a number: `much`", "`active` is a number, not [1]"]);
    let mut scores = scorer.scores();
    scorer.score(&record, &mut scores);
    assert_eq!(scores.metric(scorer.metric("adoption").unwrap()), Value::Missing(Missing::NoData));
    let field = scorer.field("plan").unwrap();
    assert_eq!(record.set(field, &Value::Symbol(3)).unwrap_err().to_string(), "`plan` is one of a list, not this");
}

/// A metric of rows is a field of the record; what looks further back than a record can say is refused with its name.
#[test]
fn metrics_of_rows_are_handed_over() {
    let base = "table account { id text key }\nevents call of account at made_on { id text key }\n\
        metric calls {\n  value count(call in last 90 days)\n  thresholds { many >= 3 -> 100\n few otherwise -> 10 }\n}\n\
        scorecard voice { calls weight 100 }\n";
    let scorer = scorer(base);
    assert_eq!(scorer.fields(), ["calls"]);
    let (mut record, mut scores) = (scorer.record(), scorer.scores());
    record.number(scorer.field("calls").unwrap(), "3".parse().unwrap());
    scorer.score(&record, &mut scores);
    assert_eq!(scores.score(scorer.scorecard("voice").unwrap()).unwrap().to_string(), "100");
    assert_eq!(scores.band(scorer.metric("calls").unwrap()), Some("many"));
    let back = program(&format!("{base}metric momentum = change in calls over 1 quarter\n"));
    let refused = Scorer::new(back, Date::parse(DAY).unwrap(), Calendar::default()).unwrap_err();
    let refused: Vec<String> = refused.iter().map(ToString::to_string).collect();
    assert_eq!(refused, ["`calls` as of 2025-12-31 reads rows of events: a record does not hold that"]);
}

#[test]
fn scoring_asks_for_no_memory() {
    let scorer = scorer(HEALTH);
    let mut records = Vec::new();
    for i in 0..64 {
        let mut record = scorer.record();
        let texts = [("arr", 20_000 + i * 1_000), ("nps", i - 40), ("seats", 5 + i), ("active", i)];
        for (name, number) in texts {
            if (i + number) % 5 != 0 {
                record.read(name, &number.to_string()).unwrap();
            }
        }
        record.read("plan", ["free", "team", "enterprise_plus"][i as usize % 3]).unwrap();
        record.read("tier", if i % 7 == 0 { "partner" } else { "direct" }).unwrap();
        records.push(record);
    }
    let (health, rescue) = (scorer.scorecard("health").unwrap(), scorer.rule("rescue").unwrap());
    let mut scores = scorer.scores();
    let mut seen = (0, 0, 0);
    let info = allocation_counter::measure(|| {
        scorer.score_batch(&records, &mut scores, |_, scores: &Scores| {
            seen.0 += u32::from(scores.score(health).is_ok());
            seen.1 += u32::from(scores.grade(health) == Some("red"));
            seen.2 += u32::from(scores.rule(rescue) == RuleStatus::Holds);
        });
    });
    assert!(seen.0 > 20 && seen.1 > 5 && seen.2 > 5, "{seen:?}");
    assert_eq!(info.count_total, 0);
}

#[test]
fn threads_share_a_scorer() {
    fn shared<T: Send + Sync>() {}
    shared::<Scorer>();
    let scorer = scorer(HEALTH);
    let health = scorer.scorecard("health").unwrap();
    let work = |arr: &'static str| {
        let scorer = scorer.clone();
        move || {
            let (mut record, mut scores) = (scorer.record(), scorer.scores());
            for (name, text) in [("arr", arr), ("nps", "100"), ("seats", "10"), ("active", "5")] {
                record.read(name, text).unwrap();
            }
            scorer.score(&record, &mut scores);
            scores.score(health).unwrap().to_string()
        }
    };
    let (a, b) = (std::thread::spawn(work("1000")), std::thread::spawn(work("90000")));
    assert_eq!((a.join().unwrap().as_str(), b.join().unwrap().as_str()), ("70", "75"));
}
