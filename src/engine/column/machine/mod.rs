//! The account stage as a flat list of instructions: a program and the items that it asks for, at their dates, become one
//! [`Machine`]; a [`State`] runs it for one account after the other without asking for memory.
//!
//! What the machine reads of an account are its [`Machine::inputs`]: cells of the subject table, and what the passes over rows
//! found. An item with a form of expression that the machine does not know is [`Machine::interpreted`]: where its turn comes,
//! [`Outside`] is asked for it. Everything else (values, reasons, faults and their order, contributions, what made a rule
//! undecided) comes out as the [reference](crate::engine::reference) has it, digit for digit.
//!
//! | file | what |
//! |---|---|
//! | `op` | instructions and tables |
//! | `build` | registers, constants, inputs and jumps while a program is compiled |
//! | `expressions`, `past` | expressions; those that look at other dates |
//! | `items`, `cards` | metrics, segments, partitions and rules; scorecards |
//! | `fuse` | the instructions once more, fewer of them, for accounts without faults |
//! | `run` | the loop, and what an account's state is |
//! | `values`, `functions`, `series`, `judge`, `ladder`, `score`, `even` | what instructions do |
//! | `units`, `alike`, `flow`, `cuts` | which items read what, and what of a number somebody can tell |
//! | `timeline`, `classes` | an account at all dates: of each item only what changes, and what was not seen before |
//! | `result`, `unknown` | what is told of an account beyond its scores |

mod alike;
mod build;
mod cards;
mod classes;
mod cuts;
mod even;
mod expressions;
mod flow;
mod functions;
mod fuse;
mod items;
mod judge;
mod ladder;
mod op;
mod past;
mod result;
mod run;
mod score;
mod series;
mod timeline;
mod units;
mod unknown;
mod values;

pub(in crate::engine::column) use alike::alike;
pub use items::names;
pub(in crate::engine::column) use op::Reg;
pub use result::Figure;
pub use run::{Nobody, Outcome, Outside, State};
pub(in crate::engine::column) use timeline::{Timeline, Told};
pub(in crate::engine::column) use units::{Units, Watched};

use super::{SlotId, What};
use crate::calendar::{Calendar, Date};
use crate::engine::Item;
use crate::engine::reference::{Schedule, Step};
use crate::program::{Aggregate, FieldId, MetricId, Node, PortfolioId, Program};
use crate::value::Value;
use hashbrown::HashMap;
use op::{Bands, Card, Comparison, Expiry, Figures, Op, Test};

/// Something that a machine reads of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Input {
    /// A column of the account as it was known at a date; of a table that keeps no history the date is the as-of date.
    Field(FieldId, Date),
    /// What the rows of the account amount to.
    Slot(SlotId),
    /// The value of a metric of the whole portfolio.
    Portfolio(PortfolioId, Date),
    /// The value of a metric that somebody else knows.
    Given(MetricId, Date),
}

/// Who says where values come from that a machine cannot compute.
pub trait Supply {
    /// The slot of an aggregate at a date; `None` if nobody computes it for the machine.
    fn slot(&mut self, aggregate: &Aggregate, date: Date, what: What) -> Option<SlotId>;

    /// True if the value of a metric that the machine cannot compute is handed to it as an input: it goes on with bands and
    /// points. Otherwise the whole metric is interpreted.
    fn gives(&mut self, _metric: MetricId, _date: Date) -> bool {
        false
    }
}

/// Rows are nobody's business: what reads them is interpreted.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRows;

impl Supply for NoRows {
    fn slot(&mut self, _: &Aggregate, _: Date, _: What) -> Option<SlotId> {
        None
    }
}

/// Why an item is not computed by the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// It reads rows of which nobody has a slot.
    Rows,
    /// It is about rows.
    OfRows,
    /// It looks at other accounts.
    Others,
    /// It converts currencies.
    Rates,
    /// It says what two values over time have to do with each other.
    Pairs,
    /// People may set the score.
    Corrections,
    /// Guards may hold it back.
    Guards,
    /// It is larger than it should be.
    Large,
    /// It is computed once, for nobody in particular.
    Whole,
}

impl Why {
    /// In a person's words.
    pub fn words(self) -> &'static str {
        match self {
            Why::Rows => "reads rows of events",
            Why::OfRows => "is about rows",
            Why::Others => "looks at other accounts",
            Why::Rates => "converts currencies",
            Why::Pairs => "compares two values over time",
            Why::Corrections => "may be set by people",
            Why::Guards => "may be held back by guards",
            Why::Large => "is too large",
            Why::Whole => "is about the whole portfolio",
        }
    }
}

/// An item that [`Outside`] is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interpreted {
    /// What.
    pub item: Item,
    /// At which date.
    pub date: Date,
    /// Why the machine does not compute it.
    pub why: Why,
}

/// Where the results of a step lie.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Found {
    Metric {
        value: Reg,
        band: Option<Reg>,
        points: Option<Reg>,
        expiry: Option<u32>,
    },
    Score {
        value: Reg,
        coverage: Reg,
        grade: Option<Reg>,
        card: Option<u32>,
    },
    Membership {
        value: Reg,
    },
    Rule {
        condition: Reg,
        unless: Option<Reg>,
        close: Option<Reg>,
    },
    /// Only its faults matter, or those who read it find it elsewhere.
    Nothing,
}

/// What is wanted of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wanted {
    /// Values, points, scores, grades, and how rules stand.
    Scores,
    /// The same, with no register of an item written by another one: items can be computed again one by one ([`Units`]).
    Steps,
    /// Whole results, with what is missing in a rule that is undecided.
    Everything,
}

/// A step with what is known of it.
#[derive(Debug, Clone, Copy)]
struct Place {
    found: Found,
    /// Its place among what is interpreted.
    asked: Option<u32>,
}

/// What is known of the as-of date, by id: results are asked for more often than anything is computed.
#[derive(Debug, Default)]
struct Now {
    metrics: Vec<Place>,
    scores: Vec<Place>,
    rules: Vec<Place>,
    segments: Vec<Place>,
    partitions: Vec<Place>,
}

/// The bands of metrics and the grades of scorecards, each once, by id.
#[derive(Debug, Default)]
struct Names {
    metrics: Vec<Vec<String>>,
    scores: Vec<Vec<String>>,
}

impl Names {
    #[inline]
    fn of(&self, item: Item) -> Option<&[String]> {
        match item {
            Item::Node(Node::Metric(id)) => self.metrics.get(id.index()).map(Vec::as_slice),
            Item::Node(Node::Scorecard(id)) => self.scores.get(id.index()).map(Vec::as_slice),
            _ => None,
        }
    }
}

/// A compiled program.
#[derive(Debug)]
pub struct Machine {
    as_of: Date,
    /// Nothing is noted of inputs: there is nothing to note of most accounts. Comparisons are chained.
    plain: Code,
    /// Inputs may have faults.
    careful: Code,
    registers: u32,
    /// The first inputs have the first registers, up to this one.
    reserved: u32,
    constants: Vec<(Reg, Value)>,
    lists: Vec<Reg>,
    comparisons: Vec<Comparison>,
    bands: Vec<Bands>,
    expiries: Vec<Expiry>,
    figures: Vec<Figures>,
    parts: Vec<Vec<Test>>,
    cards: Vec<Card>,
    inputs: Vec<Input>,
    /// By place among the inputs.
    input_registers: Vec<Reg>,
    steps: HashMap<Step, Place>,
    now: Now,
    interpreted: Vec<Interpreted>,
    names: Names,
    /// By rule: what tells why it is undecided; nothing, if nobody wants to know.
    probes: Vec<Vec<unknown::Probe>>,
    calendar: Calendar,
}

/// Instructions, and whose they are.
#[derive(Debug, Default, Clone)]
struct Code {
    ops: Vec<Op>,
    /// Where each item ends.
    ends: Vec<(op::Place, Item)>,
}

impl Code {
    /// In whose definition an instruction stands.
    fn item(&self, place: usize) -> Option<Item> {
        let i = self.ends.partition_point(|(end, _)| *end as usize <= place);
        self.ends.get(i).map(|(_, item)| *item)
    }
}

impl Machine {
    /// Everything that a program says about an account at a date, and what that needs of earlier ones.
    pub fn compile(
        program: &Program,
        calendar: Calendar,
        as_of: Date,
        wanted: Wanted,
        supply: &mut dyn Supply,
    ) -> Machine {
        let schedule = Schedule::whole(program, calendar, as_of);
        build::Builder::new(program, calendar, as_of, wanted, supply).machine(&schedule.steps)
    }

    /// The as-of date.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// What it reads of an account; [`State::set`] goes by the place in here.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// What it does not compute, in the order in which it asks for it.
    pub fn interpreted(&self) -> &[Interpreted] {
        &self.interpreted
    }

    /// How many instructions it has.
    pub fn len(&self) -> usize {
        self.plain.ops.len()
    }

    /// True if there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.plain.ops.is_empty()
    }

    /// The place of a band or grade among the names of its item.
    fn band_code(&self, item: Item, name: Option<&str>) -> Option<u32> {
        let place = self.names.of(item)?.iter().position(|known| Some(known.as_str()) == name)?;
        u32::try_from(place).ok()
    }

    /// The comparisons of a chain.
    #[inline]
    fn chained(&self, of: op::List) -> &[Comparison] {
        self.comparisons.get(of.start as usize..(of.start + of.len) as usize).unwrap_or_default()
    }

    fn found(&self, item: Item, date: Date) -> Option<Place> {
        self.steps.get(&(item, date)).copied()
    }
}
