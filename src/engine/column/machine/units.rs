//! Which items read what, so that of an account at many dates only what changed is computed again.
//!
//! A unit is the code of an item at a date. Machines of the same program at different dates mostly have the same code; where an
//! as-of date stands in it (`days since`, ages, benchmarks) the unit of one date differs from that of the date before, and
//! has to run at every date. All others run again only where a register that they read has changed.

use super::alike::same_tables;
use super::classes::{MOST_OPERANDS, MOST_RESULTS, Sort};
use super::cuts::{Cuts, Drift};
use super::flow::{can_fail, reads, writes};
use super::mask::{Mask, add, has, set, slice, unset, words};
use super::op::Reg;
use super::run::State;
use super::{Found, Input, Machine};
use crate::engine::column::{Cell, Tag, Texts};
use crate::engine::{Item, RuleStatus};
use crate::number::SCALE;
use crate::program::{MetricId, Node, RuleId, ScorecardId};
use crate::value::Value;
use std::collections::HashSet;

/// Something of an account at a date that somebody wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine::column) enum Watched {
    /// The value of a metric.
    Metric(MetricId),
    /// A score and its grade.
    Score(ScorecardId),
    /// How a rule stands.
    Rule(RuleId),
}

/// Where something that is watched is found.
#[derive(Debug, Clone, Copy)]
enum Look {
    Number { value: Reg, grade: Option<Reg> },
    Rule(RuleId),
    Nothing,
}

/// The code of an item, and what reads its results.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) begin: usize,
    pub(super) end: usize,
    /// Registers that somebody else reads.
    pub(super) results: Vec<Reg>,
    /// Registers that it reads and that are not its own, if they alone, at all dates, decide what it comes to.
    pub(super) operands: Option<Vec<Reg>>,
    /// When it has to run again, though none of its inputs changed.
    pub(super) drift: Option<Drift>,
}

/// The units of the machines of many dates, which differ in dates only.
#[derive(Debug)]
pub(in crate::engine::column) struct Units {
    pub(super) machines: Vec<Machine>,
    pub(super) units: Vec<Unit>,
    /// Units that have to run at all: the others are read by nobody, and cannot go wrong.
    pub(super) live: Mask,
    /// By register: the units that read it.
    pub(super) readers: Vec<u64>,
    /// By register: what is watched that it belongs to.
    pub(super) watchers: Vec<u64>,
    /// By date and unit: the first of the dates that have the same code.
    pub(super) bases: Vec<u32>,
    /// By register: how those who read it tell its cells apart.
    pub(super) sorts: Vec<Sort>,
    /// What registers are compared with by units other than their own.
    cuts: Cuts,
    /// The same by all units.
    pub(super) all_cuts: Cuts,
    /// By date: the day.
    pub(super) days: Vec<i32>,
    /// By date: units whose code is another one than at the date before, and which have to run for that reason.
    pub(super) changed: Vec<Mask>,
    /// By date: constants that are others than at the date before; of the first date: all that ever are.
    pub(super) constants: Vec<Vec<(Reg, Cell)>>,
    pub(super) watched: Vec<Watched>,
    looks: Vec<Look>,
    /// Everything that is watched.
    pub(super) all_seen: Mask,
    /// The units that have to run at the first date, even if their inputs are those that they had last.
    pub(super) first: Mask,
    /// Words of a mask of units, and of one of what is watched.
    pub(super) words: usize,
    pub(super) eyes: usize,
}

impl Units {
    /// Of the machines of dates in rising order, which are all [`alike`] and ask nobody else.
    pub(in crate::engine::column) fn new(machines: Vec<Machine>, watched: Vec<Watched>) -> Option<Units> {
        let first = machines.first()?;
        let mut begin = 0;
        let mut units = Vec::with_capacity(first.plain.ends.len());
        for (end, _) in &first.plain.ends {
            let end = *end as usize;
            units.push(Unit { begin, end, results: Vec::new(), operands: None, drift: None });
            begin = end;
        }
        let (words, eyes) = (words(units.len()), words(watched.len()));
        let looks = watched.iter().map(|of| first.look(*of)).collect();
        let registers = first.registers as usize;
        let mut all = Units {
            units,
            live: vec![0; words],
            readers: vec![0; registers * words],
            watchers: vec![0; registers * eyes],
            cuts: Cuts::default(),
            all_cuts: Cuts::default(),
            days: machines.iter().map(|machine| machine.as_of.0).collect(),
            bases: Vec::new(),
            changed: Vec::new(),
            constants: Vec::new(),
            all_seen: vec![0; eyes],
            first: vec![0; words],
            sorts: Vec::new(),
            watched,
            looks,
            words,
            eyes,
            machines,
        };
        all.connect()?;
        all.compare()?;
        all.drift();
        all.sort();
        Some(all)
    }

    /// Who reads what.
    fn connect(&mut self) -> Option<()> {
        let machine = self.machines.first()?;
        for (i, of) in self.watched.iter().enumerate() {
            set(&mut self.all_seen, 0, i);
            for reg in machine.registers_of(*of) {
                set(&mut self.watchers, reg as usize * self.eyes, i);
            }
        }
        let (mut all_read, mut all_written) = (Vec::new(), Vec::new());
        for (i, unit) in self.units.iter().enumerate() {
            let (mut read, mut written) = (Vec::new(), Vec::new());
            for op in machine.plain.ops.get(unit.begin..unit.end)? {
                reads(op, machine, &mut read);
                writes(op, machine, &mut written);
            }
            written.sort_unstable();
            written.dedup();
            read.retain(|reg| written.binary_search(reg).is_err());
            read.sort_unstable();
            read.dedup();
            for reg in &read {
                set(&mut self.readers, *reg as usize * self.words, i);
            }
            all_read.push(read);
            all_written.push(written);
        }
        for ((unit, read), written) in self.units.iter_mut().zip(all_read).zip(all_written) {
            unit.operands = Some(read);
            let (readers, watchers) = (&self.readers, &self.watchers);
            let wanted = |reg: &Reg| {
                let at = *reg as usize;
                slice(readers, at, self.words).iter().any(|word| *word != 0)
                    || slice(watchers, at, self.eyes).iter().any(|word| *word != 0)
            };
            unit.results = written.into_iter().filter(wanted).collect();
        }
        // From the last to the first: whoever reads comes after those who are read.
        for i in (0..self.units.len()).rev() {
            let unit = self.units.get(i)?;
            let wanted = unit.results.iter().any(|reg| {
                let at = *reg as usize;
                let mut readers = slice(&self.readers, at, self.words).iter().zip(&self.live);
                readers.any(|(reader, live)| reader & live != 0)
                    || slice(&self.watchers, at, self.eyes).iter().any(|word| *word != 0)
            });
            if wanted || machine.plain.ops.get(unit.begin..unit.end)?.iter().any(can_fail) {
                set(&mut self.live, 0, i);
            }
        }
        // Nobody has to be told who is not live.
        for readers in self.readers.chunks_mut(self.words.max(1)) {
            readers.iter_mut().zip(&self.live).for_each(|(readers, live)| *readers &= live);
        }
        Some(())
    }

    /// What differs from date to date. Nothing, if a constant is another text.
    fn compare(&mut self) -> Option<()> {
        self.bases = vec![0; self.units.len()];
        self.changed.push(vec![0; self.words]);
        self.constants.push(Vec::new());
        for (date, pair) in (1u32..).zip(self.machines.windows(2)) {
            let [before, after] = pair else { continue };
            let mut changed = vec![0; self.words];
            for (i, unit) in self.units.iter().enumerate() {
                let same = same(before, after, unit);
                if !same && has(&self.live, i) {
                    set(&mut changed, 0, i);
                }
                let base = if same { self.bases.get(self.bases.len() - self.units.len()).copied() } else { None };
                self.bases.push(base.unwrap_or(date));
            }
            let mut constants = Vec::new();
            for ((reg, was), (_, is)) in before.constants.iter().zip(&after.constants).filter(|(was, is)| was != is) {
                constants.push((*reg, constant(is)?));
                let first = self.machines.first().and_then(|first| first.constants.iter().find(|(of, _)| of == reg));
                let reset = (*reg, constant(first.map_or(was, |(_, value)| value))?);
                if let Some(resets) = self.constants.first_mut().filter(|resets| !resets.contains(&reset)) {
                    resets.push(reset);
                }
            }
            self.constants.push(constants);
            self.changed.push(changed);
        }
        Some(())
    }

    /// What numbers are compared with, and which of them only grow with the date.
    fn drift(&mut self) {
        let (Some(machine), Some(fickle)) = (self.machines.first(), self.constants.first()) else { return };
        let live = |i: &usize| has(&self.live, *i);
        let units = || self.units.iter().enumerate().filter(|(i, _)| live(i)).map(|(_, unit)| unit);
        let ops = |unit: &Unit| machine.plain.ops.get(unit.begin..unit.end).unwrap_or(&[]).iter();
        self.all_cuts = Cuts::new(machine, units().flat_map(ops), fickle);
        // What a unit reads of its own is nobody else's business.
        let others = units().flat_map(|unit| {
            let mut written = Vec::new();
            ops(unit).for_each(|op| writes(op, machine, &mut written));
            ops(unit).filter(move |op| {
                let mut read = Vec::new();
                reads(op, machine, &mut read);
                read.iter().any(|reg| !written.contains(reg))
            })
        });
        self.cuts = Cuts::new(machine, others, fickle);
        let watched = |reg: Reg| slice(&self.watchers, reg as usize, self.eyes).iter().any(|word| *word != 0);
        for i in 0..self.units.len() {
            let Some(unit) = self.units.get_mut(i).filter(|_| has(&self.live, i)) else { continue };
            let drift = Drift::new(&self.machines, (unit.begin, unit.end), &self.all_cuts);
            unit.drift = drift.filter(|drift| !drift.regs().iter().any(|reg| watched(*reg)));
            if unit.drift.is_some() {
                set(&mut self.first, 0, i);
                self.changed.iter_mut().for_each(|changed| unset(changed, i));
            }
        }
    }

    /// How registers are told apart, and what depends on them alone.
    fn sort(&mut self) {
        let Some(machine) = self.machines.first() else { return };
        let (words, units) = (self.words, self.units.len().max(1));
        let is_read = |reg: usize| slice(&self.readers, reg, words).iter().any(|word| *word != 0);
        // What is another code or another constant at some date has to be what it is at the first one.
        let fickle: Vec<Reg> = self.constants.iter().flatten().map(|(reg, _)| *reg).collect();
        for changed in &self.changed {
            add(&mut self.first, changed);
        }
        for reg in &fickle {
            add(&mut self.first, slice(&self.readers, *reg as usize, words));
        }
        let constant = |reg: &Reg| machine.constants.iter().any(|(of, _)| of == reg);
        for (i, unit) in self.units.iter_mut().enumerate() {
            let still = self.bases.iter().skip(i).step_by(units).all(|base| *base == 0);
            let read = unit.operands.take().filter(|read| still && !read.iter().any(|reg| fickle.contains(reg)));
            unit.operands = read.and_then(|mut read| {
                read.retain(|reg| !constant(reg));
                let few = (1..=MOST_OPERANDS).contains(&read.len()) && unit.results.len() <= MOST_RESULTS;
                few.then_some(read)
            });
        }
        let live = |(i, _): &(usize, &Unit)| has(&self.live, *i);
        let remembering = self.units.iter().enumerate().filter(live).filter_map(|(_, unit)| unit.operands.as_ref());
        let operands: HashSet<Reg> = remembering.flatten().copied().collect();
        let sort = |reg: Reg| match self.cuts.of(reg) {
            _ if !is_read(reg as usize) => Sort::Apart,
            Some(cuts) => Sort::compared(cuts).unwrap_or(Sort::Cells),
            None if operands.contains(&reg) => Sort::Cells,
            None => Sort::Apart,
        };
        self.sorts = (0..machine.registers).map(sort).collect();
    }

    /// The machine of the first date; results lie at the same places at all dates.
    pub(in crate::engine::column) fn machine(&self) -> Option<&Machine> {
        self.machines.first()
    }

    /// What it reads of an account at a date.
    pub(in crate::engine::column) fn inputs(&self, date: usize) -> &[Input] {
        self.machines.get(date).map_or(&[], Machine::inputs)
    }

    /// True if anybody who counts reads an input.
    pub(in crate::engine::column) fn is_read(&self, input: usize) -> bool {
        let Some(reg) = self.machine().and_then(|machine| machine.input_registers.get(input)) else { return false };
        slice(&self.readers, *reg as usize, self.words).iter().any(|word| *word != 0)
            || slice(&self.watchers, *reg as usize, self.eyes).iter().any(|word| *word != 0)
    }

    /// True if something has to be done at a date, whatever the account.
    pub(in crate::engine::column) fn is_busy(&self, date: usize) -> bool {
        self.changed.get(date).is_some_and(|changed| changed.iter().any(|word| *word != 0))
            || self.constants.get(date).is_some_and(|constants| !constants.is_empty())
    }

    /// Where an input is a count of rows: counts that somebody who reads it tells from the one below. Nothing, if each one
    /// matters.
    pub(in crate::engine::column) fn bounds(&self, input: usize) -> Option<Vec<u32>> {
        let reg = *self.machine()?.input_registers.get(input)?;
        if slice(&self.watchers, reg as usize, self.eyes).iter().any(|word| *word != 0) {
            return None;
        }
        let around = |cut: &i128| {
            let whole = cut.div_euclid(SCALE);
            // Less than that, just that, and more.
            let turns = if cut.rem_euclid(SCALE) == 0 { [whole, whole + 1] } else { [whole + 1, whole + 1] };
            turns.map(|turn| u32::try_from(turn.max(0)).unwrap_or(u32::MAX))
        };
        let mut bounds: Vec<u32> = self.cuts.of(reg)?.iter().flat_map(around).filter(|bound| *bound > 0).collect();
        bounds.sort_unstable();
        bounds.dedup();
        Some(bounds)
    }

    /// What there is to see of something that is watched: a number, and the place of its grade or 0 for a rule that holds.
    #[inline]
    pub(in crate::engine::column) fn see(&self, i: usize, state: &State) -> (Cell, Option<u32>) {
        match self.looks.get(i) {
            Some(Look::Number { value, grade }) => {
                let grade = grade.map(|reg| state.at(reg)).filter(|cell| cell.tag == Tag::Symbol);
                (state.at(*value), grade.and_then(|cell| u32::try_from(cell.bits).ok()))
            }
            Some(Look::Rule(id)) => {
                let holds = self.machine().is_some_and(|machine| state.rule(machine, *id) == RuleStatus::Holds);
                (Cell::default(), holds.then_some(0))
            }
            Some(Look::Nothing) | None => (Cell::default(), None),
        }
    }

    /// What is watched, in the order of the bits.
    pub(in crate::engine::column) fn watched(&self) -> &[Watched] {
        &self.watched
    }
}

impl Machine {
    /// Where something that is watched is found.
    fn look(&self, watched: Watched) -> Look {
        let item = match watched {
            Watched::Metric(id) => Item::Node(Node::Metric(id)),
            Watched::Score(id) => Item::Node(Node::Scorecard(id)),
            Watched::Rule(id) => return Look::Rule(id),
        };
        match self.now(item).found {
            Found::Metric { value, .. } => Look::Number { value, grade: None },
            Found::Score { value, grade, .. } => Look::Number { value, grade },
            _ => Look::Nothing,
        }
    }

    /// The registers of what is watched.
    fn registers_of(&self, watched: Watched) -> Vec<Reg> {
        let (first, second) = match self.look(watched) {
            Look::Number { value, grade } => (Some(value), grade),
            Look::Rule(id) => match self.now(Item::Rule(id)).found {
                Found::Rule { condition, unless, .. } => (Some(condition), unless),
                _ => (None, None),
            },
            Look::Nothing => (None, None),
        };
        first.into_iter().chain(second).collect()
    }
}

/// The cell of a constant that is no text.
fn constant(value: &Value) -> Option<Cell> {
    if let Value::Text(_) = value { None } else { Some(Cell::of(value, &mut Texts::default())) }
}

/// True if the code of a unit is the same in both, tables included.
fn same(a: &Machine, b: &Machine, unit: &Unit) -> bool {
    let range = unit.begin..unit.end;
    let (Some(left), Some(right)) = (a.plain.ops.get(range.clone()), b.plain.ops.get(range)) else { return false };
    left.iter().zip(right).all(|(x, y)| x == y && same_tables(a, b, x))
}
