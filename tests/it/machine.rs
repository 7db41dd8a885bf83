//! The machine gives what the reference gives, for every program there is: values, reasons, faults and their order,
//! contributions, and what made a rule undecided.
//!
//! Inputs come from the columns of the data; what rows amount to is asked of the reference.

use crate::eval::{load, options};
use crate::support::{Failures, folders, stem};
use laud::calendar::{Calendar, Date};
use laud::compile;
use laud::data::Dataset;
use laud::engine::column::machine::{Input, Machine, State, Supply, Wanted};
use laud::engine::column::{Cell, SlotId, Texts, What};
use laud::engine::reference::{Evaluator, Reference};
use laud::engine::{AccountResult, Engine, Options};
use laud::program::{Aggregate, Program};
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
