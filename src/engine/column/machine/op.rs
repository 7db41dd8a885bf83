//! The instructions of the machine, and the tables that some of them read.
//!
//! Every operand is a register: a place in one flat list that holds constants, inputs, what steps found, and what is only
//! needed on the way. Instructions are laid out in the order of the schedule; jumps go forward only.

use super::even::Even;
use super::ladder::{Direct, Ladder, NOWHERE, Rung};
use crate::ast::{CompareOp, LimitVerb};
use crate::builtins::Scalar;
use crate::calendar::{Date, Duration, PeriodKind};
use crate::engine::column::Cell;
use crate::number::Decimal;
use crate::program::{Combine, MissingPolicy, Stale, Type};

/// A place in the list of registers.
pub(in crate::engine::column) type Reg = u32;

/// A place among instructions.
pub(super) type Place = u32;

/// Some registers side by side in [`super::Machine::lists`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct List {
    pub(super) start: u32,
    pub(super) len: u32,
}

/// One instruction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Op {
    /// The same value.
    Copy { to: Reg, from: Reg },
    /// Goes on there.
    Jump { go: Place },
    /// Goes on there where nothing is known.
    IfMissing { value: Reg, go: Place },
    /// Goes on there where something is known.
    IfPresent { value: Reg, go: Place },
    /// Goes on there unless it surely holds.
    Unless { condition: Reg, go: Place },
    /// Takes the value and goes on there, if there is one.
    Settle { to: Reg, from: Reg, go: Place },
    /// Notes the faults of an input.
    Touch { input: u32 },
    /// Lets somebody else compute a step.
    Ask { step: u32 },
    /// Turned around; unknown stays unknown.
    Not { to: Reg, from: Reg },
    /// Minus.
    Negate { to: Reg, from: Reg },
    /// One more operand of `and` (what decides is no) or `or` (yes).
    Kleene { to: Reg, value: Reg, decisive: bool, first: bool, go: Place },
    /// The same for a comparison.
    KleeneCompare { to: Reg, op: CompareOp, left: Reg, right: Reg, decisive: bool, first: bool, go: Place },
    /// An `and` or `or` of comparisons with nothing to do between them.
    Chain { to: Reg, comparisons: List, decisive: bool },
    /// A comparison.
    Compare { to: Reg, op: CompareOp, left: Reg, right: Reg },
    /// Membership in a list.
    In { to: Reg, value: Reg, list: List, negated: bool },
    /// Membership in a list of symbols below 64.
    InSet { to: Reg, value: Reg, set: u64, negated: bool },
    /// A date within dates.
    Within { to: Reg, value: Reg, first: Date, last: Date, negated: bool },
    /// Missing for one of these reasons, a bit per tag.
    IsMissing { to: Reg, value: Reg, reasons: u8, negated: bool },
    /// Whether a band or grade is this one.
    Named { to: Reg, name: Reg, value: Reg, wanted: u32, negated: bool },
    /// A sum or difference.
    Plus { to: Reg, left: Reg, right: Reg, subtract: bool },
    /// A product or quotient.
    Times { to: Reg, left: Reg, right: Reg, divide: bool },
    /// A function of the catalogue.
    Call { to: Reg, function: Scalar, ty: Type, arguments: List },
    /// Whole units from a date to the as-of date, or the other way.
    Elapsed { to: Reg, date: Reg, unit: PeriodKind, until: bool, as_of: Date },
    /// The days of the period that holds a date, or those that are left.
    DaysOf { to: Reg, date: Reg, kind: PeriodKind, left: bool },
    /// Now minus then.
    Change { to: Reg, now: Reg, then: Reg, percent: bool },
    /// The slope through values, earliest first.
    Trend { to: Reg, values: List },
    /// Often enough.
    Held { to: Reg, truths: List, count: u32, ignoring: bool },
    /// Goes on there where a run of truths ends.
    StreakEnds { value: Reg, ignoring: bool, go: Place },
    /// The length of a run of truths, latest first; what comes after its end is not looked at.
    Streak { to: Reg, truths: List, ignoring: bool },
    /// A state replayed: enter and leave in turn, earliest first.
    Until { to: Reg, points: List, at_least: u32 },
    /// A value beside a benchmark.
    Benchmark { to: Reg, value: Reg, figures: u32, position: bool },
    /// The band and points of a value.
    Bands { bands: u32 },
    /// What becomes of a value that is too old.
    Expire { expiry: u32 },
    /// What its age does to points.
    Fade { expiry: u32 },
    /// The part of a partition whose parts are tests of one value.
    Parts { to: Reg, value: Reg, parts: u32 },
    /// Whether a value passes the test of one part.
    Passes { to: Reg, value: Reg, parts: u32, part: u32 },
    /// Takes this part and goes on there unless the condition surely does not hold.
    Take { to: Reg, condition: Reg, part: u32, go: Place },
    /// No part: for the reason of this value.
    Nowhere { to: Reg, value: Reg },
    /// A score before limits.
    Card { card: u32 },
    /// A score after limits.
    Limits { card: u32 },
    /// A grade.
    Grade { card: u32 },
}

/// A comparison among others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Comparison {
    pub(super) left: Reg,
    pub(super) right: Reg,
    /// The orders for which it holds.
    pub(super) orders: u8,
}

/// Members of a segment or part: a register that is then exactly so.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Member {
    pub(super) reg: Reg,
    pub(super) is: Cell,
}

/// A test of a value against constants.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    Compare(CompareOp, i128),
    Between(i128, i128),
    In(Vec<Reg>),
    Missing,
    Otherwise,
}

/// A row of a table of bands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) test: Test,
    pub(super) gives: Rung,
}

/// A table of bands, or grades.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    pub(super) member: Option<Member>,
    pub(super) rows: Vec<Row>,
    /// The rows as they are for numbers; nothing, if one of them is no span of them.
    pub(super) ladder: Option<Ladder>,
    /// What a missing value gives.
    pub(super) absent: Rung,
}

impl Table {
    pub(super) fn new(member: Option<Member>, rows: Vec<Row>) -> Table {
        let absent = rows.iter().find(|row| matches!(row.test, Test::Missing)).map_or(NOWHERE, |row| row.gives);
        Table { member, ladder: Ladder::new(&rows), rows, absent }
    }
}

/// A scale.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slope {
    pub(super) member: Option<Member>,
    pub(super) points: Vec<(Decimal, Decimal)>,
}

/// Everything that turns a value into a band and points.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bands {
    pub(super) value: Reg,
    pub(super) tables: Vec<Table>,
    pub(super) slopes: Vec<Slope>,
    /// The name as a symbol; nothing, if there are no tables.
    pub(super) band: Option<Reg>,
    /// Nothing, if neither gives points.
    pub(super) points: Option<Reg>,
    /// All of it in short, where there is no more to it.
    pub(super) direct: Option<Direct>,
}

/// How old a value may be.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expiry {
    pub(super) duration: Duration,
    pub(super) then: Stale,
    pub(super) as_of: Date,
    /// The value, which becomes missing or fades.
    pub(super) value: Reg,
    /// True where points fade rather than the value.
    pub(super) points_fade: bool,
    pub(super) points: Option<Reg>,
    /// Dates of the last rows that count.
    pub(super) lasts: List,
    /// The latest of them, if the value is too old; otherwise no data.
    pub(super) last: Reg,
    /// What faded, before it did.
    pub(super) before: Reg,
}

/// The figures of a benchmark at a date.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figures {
    pub(super) rows: Vec<(Option<Member>, [Decimal; 3])>,
}

/// A line of a scorecard.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CardLine {
    pub(super) source: Source,
    /// The same at earlier dates, latest first, where the last points may stand in.
    pub(super) earlier: Vec<(Date, Source)>,
    pub(super) weight: Decimal,
    /// The weight in the smallest whole numbers that stand in the same proportion.
    pub(super) share: i64,
    pub(super) informational: bool,
    pub(super) policy: MissingPolicy,
}

/// Where the points of a line come from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Source {
    pub(super) reg: Reg,
    /// The line's own scale.
    pub(super) scale: Option<Vec<(Decimal, Decimal)>>,
    /// The expiry of the metric, where its points fade.
    pub(super) expiry: Option<u32>,
}

/// The lines as they hold for some.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lines {
    pub(super) member: Option<Member>,
    pub(super) lines: Vec<CardLine>,
    /// Places of the lines that are scored.
    pub(super) scored: Vec<u32>,
    /// The sum of their shares.
    pub(super) shares: i64,
    /// Their coverage if nothing is missing.
    pub(super) covered: Decimal,
    /// Each line counts as one where coverage is told.
    pub(super) unweighed: bool,
    /// The same in short, if they are all treated alike.
    pub(super) even: Option<Even>,
}

/// A cap, floor, setting or hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CardLimit {
    pub(super) verb: LimitVerb,
    pub(super) value: Decimal,
    /// Always, if absent.
    pub(super) when: Option<Reg>,
}

/// A scorecard.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Card {
    pub(super) combine: Combine,
    pub(super) base: Decimal,
    /// Those for segments first, those for everyone last.
    pub(super) lines: Vec<Lines>,
    pub(super) limits: Vec<CardLimit>,
    pub(super) grades: Vec<Table>,
    pub(super) unlimited: Reg,
    pub(super) value: Reg,
    pub(super) coverage: Reg,
    /// Which of `lines` applied, as a symbol.
    pub(super) applied: Reg,
    pub(super) grade: Option<Reg>,
}
