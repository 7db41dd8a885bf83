//! The machine gives what the reference gives, for every program there is: values, reasons, faults and their order,
//! contributions, and what made a rule undecided.
//!
//! Inputs come from the columns of the data; what rows amount to is asked of the reference.

use crate::eval::{load, options};
use crate::support::{Failures, folders, stem};
use laud::calendar::{Calendar, Date};
use laud::data::Dataset;
use laud::engine::column::machine::{Input, Machine, State, Supply, Wanted};
use laud::engine::column::{Cell, SlotId, Texts, What};
use laud::engine::reference::{Evaluator, Reference};
use laud::engine::{AccountResult, Engine, Options};
use laud::program::{Aggregate, Program};
use laud::source::Sources;
use laud::{Settings, compile};
use std::path::Path;

/// Accounts per case that are compared.
const MOST: usize = 150;

/// Every aggregate gets a slot of its own.
#[derive(Default)]
struct Slots(Vec<(Aggregate, Date, What)>);

impl Supply for Slots {
    fn slot(&mut self, aggregate: &Aggregate, date: Date, what: What) -> Option<SlotId> {
        let known = self.0.iter().position(|(a, d, w)| (a, *d, *w) == (aggregate, date, what));
        let place = known.unwrap_or_else(|| {
            self.0.push((aggregate.clone(), date, what));
            self.0.len() - 1
        });
        Some(SlotId(place as u32))
    }
}

/// Compares both engines over some data; what was compared, and what was left to the reference.
pub(crate) fn compare(
    program: &Program,
    data: &Dataset,
    calendar: Calendar,
    as_of: Date,
) -> Result<(usize, usize), String> {
    let evaluator = Evaluator::new(program, data, calendar);
    let ids: Vec<String> = evaluator.ids(as_of).take(MOST).map(str::to_string).collect();
    let asked = Options { as_of, calendar, accounts: ids.clone() };
    let expected = if ids.is_empty() { Vec::new() } else { Reference.evaluate(program, data, &asked).accounts };
    let mut slots = Slots::default();
    let machine = Machine::compile(program, calendar, as_of, Wanted::Everything, &mut slots);
    let mut texts = Texts::default();
    let mut state = State::new(&machine, &mut texts);
    for (id, expected) in ids.iter().zip(&expected) {
        let mut assistant = evaluator.assistant(id, as_of).unwrap();
        state.begin();
        for (place, input) in machine.inputs().iter().enumerate() {
            let value = match *input {
                Input::Field(field, date) => assistant.field(field, date),
                Input::Portfolio(id, date) => assistant.portfolio(id, date),
                Input::Given(..) => return Err("nobody gives anything".to_string()),
                Input::Slot(slot) => {
                    let (aggregate, date, what) = &slots.0[slot.index()];
                    match what {
                        What::Value => {
                            let (value, faults) = assistant.aggregate(aggregate, *date);
                            state.note(place, &faults);
                            value
                        }
                        What::LastCounted => {
                            let none = laud::value::Value::Missing(laud::value::Missing::NoData);
                            assistant.last_counted(aggregate, *date).map_or(none, laud::value::Value::Date)
                        }
                    }
                }
            };
            state.set(&machine, place, Cell::of(&value, &mut texts));
        }
        let mut fresh = evaluator.assistant(id, as_of).unwrap();
        state.run_with(&machine, &mut texts, &mut fresh);
        let actual = state.result(&machine, program, &texts, id.clone(), expected.row);
        if actual != *expected {
            return Err(differences(program, expected, &actual));
        }
    }
    Ok((machine.len(), machine.interpreted().len()))
}

fn differences(program: &Program, expected: &AccountResult, actual: &AccountResult) -> String {
    let mut out = format!("account {}", expected.id);
    let mut tell = |name: &str, expected: String, actual: String| {
        if expected != actual {
            out += &format!("\n  {name}\n    reference {expected}\n    machine   {actual}");
        }
    };
    tell("faults", format!("{:?}", expected.faults), format!("{:?}", actual.faults));
    tell("parts", format!("{:?}", expected.parts), format!("{:?}", actual.parts));
    tell("segments", format!("{:?}", expected.segments), format!("{:?}", actual.segments));
    for ((metric, a), b) in program.metrics.iter().zip(&expected.metrics).zip(&actual.metrics) {
        tell(&metric.header.name, format!("{a:?}"), format!("{b:?}"));
    }
    for ((card, a), b) in program.scorecards.iter().zip(&expected.scores).zip(&actual.scores) {
        tell(&card.header.name, format!("{a:?}"), format!("{b:?}"));
    }
    for ((rule, a), b) in program.rules.iter().zip(&expected.rules).zip(&actual.rules) {
        tell(&rule.header.name, format!("{a:?}"), format!("{b:?}"));
    }
    out
}

fn case(folder: &Path) -> Result<(), String> {
    let case = options(folder);
    let (program, _) = compile(&case.sources(), &case.settings);
    let program = program.ok_or("does not compile")?;
    let loaded = load(&program, &case)?;
    compare(&program, &loaded.data, loaded.calendar, loaded.as_of).map(|_| ())
}

#[test]
fn the_machine_agrees_with_the_reference() {
    let mut failures = Failures::default();
    for root in ["tests/eval", "tests/oracle/cases"] {
        for folder in folders(root) {
            failures.case(&format!("{root}/{}", stem(&folder)), case(&folder));
        }
    }
    failures.report();
}

/// Numbers beside every bound, and far beyond what a machine word holds.
const EDGES: [&str; 24] = [
    "",
    "",
    "",
    "0",
    "0.000000001",
    "-0.000000001",
    "1.5",
    "1.500000001",
    "3.999999999",
    "4",
    "5",
    "5.000000001",
    "7",
    "33.333333333",
    "66.666666667",
    "100",
    "-1",
    "9223372036.854775807",
    "9223372036.854775808",
    "-9223372036.854775808",
    "-9223372036.854775809",
    "10000000000",
    "99999999999999999999999999999",
    "-99999999999999999999999999999",
];

const POINTS: [&str; 7] = ["", "0", "0.000000001", "33.333333333", "50", "66.666666667", "100"];

const AT_THE_EDGES: &str = r#"
table account {
  id    text key
  kind  one of x, y, z optional
  day   date optional
  a     number optional
  b     number optional
  c     number optional
  p     points optional
  q     points optional
  r     points optional
}
segment first_kind = kind = x
segment second_kind = kind in (y)
segment above = a > b or c = a or p >= q
segment known = a >= 0 and b >= 0 and kind != z
metric stairs {
  value a
  thresholds {
    far   >= 10000000000 -> 100
    high  >= 4           -> 70.5
    some  > 0            -> 33.333333333
    none  otherwise      -> 0
  }
}
metric gaps {
  value b
  thresholds {
    low    < 0      -> 10
    mid    0 to 5   -> 20
    exact  = 7      -> 99
    blank  missing  -> 5
    rest   otherwise -> 30
  }
}
metric many {
  value c
  thresholds {
    b1  < -9223372036 -> 1
    b2  < -1     -> 2
    b3  < 0      -> 3
    b4  <= 0     -> 4
    b5  < 1.5    -> 5
    b6  <= 1.5   -> 6
    b7  < 4      -> 7
    b8  <= 4     -> 8
    b9  < 7      -> 9
    b10 = 7      -> 10
    b11 < 34     -> 11
    b12 < 67     -> 12
    b13 < 101    -> 13
    b14 < 1000   -> 14
    b15 < 10000  -> 15
    b16 < 100000 -> 16
    b17 < 1000000 -> 17
    b18 otherwise -> 18
  }
}
metric dated {
  value days since day
  thresholds {
    old   >= 455    -> 0
    new   otherwise -> 100
  }
}
metric by_kind {
  value a
  thresholds for first_kind { up >= 4 -> 90  down otherwise -> 10 }
  thresholds { up >= 5 -> 80  down otherwise -> 20 }
}
metric sloped {
  value b
  scale  0 -> 0, 5 -> 100
}
metric as_p = p
metric as_q = q
metric as_r = r
scorecard two {
  stairs  weight 33
  sloped  weight 67
  missing renormalise at least 0% coverage
}
scorecard three {
  as_p  weight 30
  as_q  weight 30.5
  as_r  weight 39.5
  for second_kind { as_p weight 59  as_q weight 40  as_r weight 1 }
  missing renormalise at least 60% coverage
  grades { fine >= 50  poor otherwise }
}
scorecard all_there {
  as_p    weight 10
  by_kind weight 90
  for first_kind  { as_p weight 50  by_kind weight 50 }
  for second_kind { as_p weight 20  by_kind weight 80 }
  missing renormalise at least 100% coverage
}
scorecard eight {
  stairs  weight 5
  gaps    weight 6
  many    weight 7
  dated   weight 8
  by_kind weight 9
  sloped  weight 10
  as_p    weight 25
  as_q    weight 30
  missing renormalise at least 50% coverage
}
scorecard over_all {
  two       weight 50
  three     weight 30
  eight     weight 20
  missing renormalise
}
rule mixed {
  when  (a >= 4 and b >= 0 and c < 7) or (p > 50 and over_all < 50) or day >= 2025-01-01
  do    task "Look"
}
"#;

#[test]
fn bounds_gaps_and_large_numbers_come_out_the_same() {
    let mut sources = Sources::new();
    sources.add("edges.laud", AT_THE_EDGES);
    let (program, found) = compile(&sources, &Settings::default());
    let program = program.unwrap_or_else(|| panic!("{}", laud::diagnostics::render::short(&found.sorted(), &sources)));
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    let mut seed = 7u64;
    let mut below = |n: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % n
    };
    for file in 0..12 {
        let mut text = "id,kind,day,a,b,c,p,q,r\n".to_string();
        for row in 0..MOST {
            text += &format!("{row},{},{}", ["x", "y", "z", ""][below(4)], ["2024-12-31", "2025-01-01", ""][below(3)]);
            for _ in 0..3 {
                text += &format!(",{}", EDGES[below(EDGES.len())]);
            }
            // In every second file all points are there.
            for _ in 0..3 {
                text += &format!(",{}", POINTS[file % 2 + below(POINTS.len() - file % 2)]);
            }
            text.push('\n');
        }
        std::fs::write(folder.path().join("data/account.csv"), text).unwrap();
        let binding = laud::data::without_config(&program, None, folder.path());
        let (data, _) = laud::data::load(&program, &binding, &mut |_| {}).unwrap();
        let as_of = Date::parse("2026-03-31").unwrap();
        assert_eq!(Evaluator::new(&program, &data, Calendar::default()).ids(as_of).count(), MOST);
        compare(&program, &data, Calendar::default(), as_of).unwrap_or_else(|problem| panic!("{problem}"));
    }
}
