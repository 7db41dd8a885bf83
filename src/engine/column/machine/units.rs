//! Which items read what, so that of an account at many dates only what changed is computed again ([`super::timeline`]).
//!
//! A unit is the code of an item at a date. Machines of the same program at different dates mostly have the same code; where an
//! as-of date stands in it (`days since`, ages, benchmarks) the unit of one date differs from that of the date before, and
//! has to run at every date, unless all that it does with days is to compare them ([`Drift`]). All others run again only where
//! a register that they read has changed.

use super::alike::same_tables;
use super::classes::{MOST_OPERANDS, MOST_RESULTS, Sort};
use super::cuts::{Ages, Cuts, Drift, turns};
use super::flow::{can_fail, reads, writes};
use super::op::{Op, Reg};
use super::timeline::{NEVER, Phase, Timeline, until};
use super::values::truth;
use super::{Found, Input, Machine};
use crate::engine::Item;
use crate::engine::column::{Cell, Tag, Texts};
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
    Rule { condition: Reg, unless: Option<Reg> },
    Nothing,
}

/// The code of an item, and what reads its results.
#[derive(Debug, Default)]
pub(super) struct Unit {
    pub(super) begin: usize,
    pub(super) end: usize,
    /// Registers that somebody else reads.
    pub(super) results: Vec<Reg>,
    /// Registers that it reads, that are not its own, and that are not the same for all accounts and dates.
    pub(super) operands: Vec<Operand>,
    /// They alone, at all dates, decide what it comes to, and they are few.
    pub(super) remembers: bool,
    /// Dates at which it has to run whatever they are: its code is another one than at the date before.
    pub(super) stops: Vec<u32>,
}

/// A register that a unit reads.
#[derive(Debug)]
pub(super) struct Operand {
    pub(super) reg: Reg,
    /// If all there is to it is how long ago a date is: the ages that are told apart.
    pub(super) ages: Option<Ages>,
}

/// The units of the machines of many dates, which differ in dates only.
#[derive(Debug)]
pub(in crate::engine::column) struct Units {
    pub(super) machines: Vec<Machine>,
    pub(super) units: Vec<Unit>,
    /// Units that have to run at all, in their order: the others are read by nobody, and cannot go wrong.
    pub(super) live: Vec<usize>,
    /// By register: somebody wants to know it, or somebody who runs reads it.
    watched_registers: Vec<bool>,
    read: Vec<bool>,
    /// By date and unit: the first of the dates that have the same code.
    pub(super) bases: Vec<u32>,
    /// By register: how those who read it tell its cells apart.
    sorts: Vec<Sort>,
    /// What registers are compared with by units other than their own.
    cuts: Cuts,
    /// By date: the day.
    pub(super) days: Vec<i32>,
    /// By date: constants that are others than at the date before; of the first date: what they are there.
    pub(super) constants: Vec<Vec<(Reg, Cell)>>,
    watched: Vec<Watched>,
    looks: Vec<Look>,
}

impl Units {
    /// Of the machines of dates in rising order, which are all [`alike`] and ask nobody else.
    pub(in crate::engine::column) fn new(machines: Vec<Machine>, watched: Vec<Watched>) -> Option<Units> {
        let first = machines.first()?;
        let mut begin = 0;
        let mut units = Vec::with_capacity(first.plain.ends.len());
        for (end, _) in &first.plain.ends {
            let end = *end as usize;
            units.push(Unit { begin, end, ..Unit::default() });
            begin = end;
        }
        let looks = watched.iter().map(|of| first.look(*of)).collect();
        let registers = first.registers as usize;
        let mut all = Units {
            units,
            live: Vec::new(),
            watched_registers: vec![false; registers],
            read: vec![false; registers],
            cuts: Cuts::default(),
            days: machines.iter().map(|machine| machine.as_of.0).collect(),
            bases: Vec::new(),
            constants: Vec::new(),
            sorts: Vec::new(),
            watched,
            looks,
            machines,
        };
        all.connect()?;
        all.compare()?;
        all.drift();
        all.tell_apart();
        Some(all)
    }

    /// Who reads what. Nothing, if a register has two owners.
    fn connect(&mut self) -> Option<()> {
        let machine = self.machines.first()?;
        for reg in self.looks.iter().flat_map(Look::registers) {
            *self.watched_registers.get_mut(reg as usize)? = true;
        }
        let mut owned = vec![false; machine.registers as usize];
        let inputs = machine.input_registers.iter();
        inputs.chain(machine.constants.iter().map(|(reg, _)| reg)).for_each(|reg| mark(&mut owned, *reg));
        let mut wanted = self.watched_registers.clone();
        // From the last to the first: whoever reads comes after those who are read.
        for (i, unit) in self.units.iter_mut().enumerate().rev() {
            let ops = machine.plain.ops.get(unit.begin..unit.end)?;
            let (mut read, mut written) = (Vec::new(), Vec::new());
            for op in ops {
                reads(op, machine, &mut read);
                writes(op, machine, &mut written);
            }
            sorted(&mut written);
            read.retain(|reg| written.binary_search(reg).is_err());
            sorted(&mut read);
            if written.iter().any(|reg| has(&owned, *reg)) {
                return None;
            }
            written.iter().for_each(|reg| mark(&mut owned, *reg));
            written.retain(|reg| has(&wanted, *reg));
            if !written.is_empty() || ops.iter().any(can_fail) {
                read.iter().for_each(|reg| [&mut wanted, &mut self.read].into_iter().for_each(|of| mark(of, *reg)));
                self.live.push(i);
            }
            unit.operands = read.into_iter().map(|reg| Operand { reg, ages: None }).collect();
            unit.results = written;
        }
        self.live.reverse();
        Some(())
    }

    /// What differs from date to date. Nothing, if a constant is another text.
    fn compare(&mut self) -> Option<()> {
        self.bases = vec![0; self.units.len()];
        let (first, count) = (self.machines.first()?, self.units.len());
        self.constants.push(Vec::new());
        for (date, pair) in (1u32..).zip(self.machines.windows(2)) {
            let [before, after] = pair else { continue };
            for unit in &mut self.units {
                let same = same(before, after, unit);
                if !same {
                    unit.stops.push(date);
                }
                let base = if same { self.bases.get(self.bases.len() - count).copied() } else { None };
                self.bases.push(base.unwrap_or(date));
            }
            let mut constants = Vec::new();
            for ((reg, was), (_, is)) in before.constants.iter().zip(&after.constants).filter(|(was, is)| was != is) {
                constants.push((*reg, constant(is)?));
                let first = first.constants.iter().find(|(of, _)| of == reg);
                let begins = (*reg, constant(first.map_or(was, |(_, value)| value))?);
                if let Some(known) = self.constants.first_mut().filter(|known| !known.contains(&begins)) {
                    known.push(begins);
                }
            }
            self.constants.push(constants);
        }
        Some(())
    }

    /// The units that run.
    fn running(&self) -> impl Iterator<Item = &Unit> {
        self.live.iter().filter_map(|i| self.units.get(*i))
    }

    /// What numbers are compared with, and which of them only grow with the date.
    fn drift(&mut self) {
        let (Some(machine), Some(fickle)) = (self.machines.first(), self.constants.first()) else { return };
        let ops = |unit: &Unit| machine.plain.ops.get(unit.begin..unit.end).unwrap_or(&[]).iter();
        let cuts = Cuts::new(machine, self.running().flat_map(|unit| ops(unit).map(|op| (op, None))), fickle);
        // What a unit reads of its own is nobody else's business.
        let regs: Vec<Vec<Reg>> = self.running().map(|unit| unit.operands.iter().map(|of| of.reg).collect()).collect();
        let others = self.running().zip(&regs).flat_map(|(unit, regs)| ops(unit).map(|op| (op, Some(&**regs))));
        self.cuts = Cuts::new(machine, others, fickle);
        for i in &self.live {
            let Some(unit) = self.units.get_mut(*i) else { continue };
            let drift = Drift::new(&self.machines, (unit.begin, unit.end), &cuts, fickle);
            let Some(Drift { mut ages, all }) = drift else { continue };
            // Who reads such a date does nothing else with it.
            let shared = |op: &Op| {
                let mut read = Vec::new();
                reads(op, machine, &mut read);
                !matches!(op, Op::Elapsed { .. }) && read.iter().any(|reg| ages.iter().any(|(date, _)| date == reg))
            };
            if all.iter().any(|reg| has(&self.watched_registers, *reg)) || ops(unit).any(shared) {
                continue;
            }
            unit.stops.clear();
            for operand in &mut unit.operands {
                let place = ages.iter().position(|(date, _)| *date == operand.reg);
                operand.ages = place.map(|place| ages.swap_remove(place).1);
            }
        }
    }

    /// How registers are told apart, and what depends on them alone.
    fn tell_apart(&mut self) {
        let Some(machine) = self.machines.first() else { return };
        let count = self.units.len().max(1);
        let fickle: Vec<Reg> = self.constants.iter().flatten().map(|(reg, _)| *reg).collect();
        let still: HashSet<Reg> =
            machine.constants.iter().map(|(reg, _)| *reg).filter(|reg| !fickle.contains(reg)).collect();
        for (i, unit) in self.units.iter_mut().enumerate() {
            unit.operands.retain(|of| of.ages.is_some() || !still.contains(&of.reg));
            let drifts = unit.operands.iter().any(|of| of.ages.is_some());
            unit.remembers = (drifts || self.bases.iter().skip(i).step_by(count).all(|base| *base == 0))
                && !unit.operands.iter().any(|of| fickle.contains(&of.reg))
                && (1..=MOST_OPERANDS).contains(&unit.operands.len())
                && unit.results.len() <= MOST_RESULTS;
        }
        let remembering = self.running().filter(|unit| unit.remembers).flat_map(|unit| &unit.operands);
        let operands: HashSet<Reg> = remembering.filter(|of| of.ages.is_none()).map(|of| of.reg).collect();
        let sort = |reg: Reg| match self.cuts.of(reg) {
            _ if !has(&self.read, reg) => Sort::Apart,
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

    /// One that has the code of a unit at a date.
    #[inline]
    pub(super) fn machine_of(&self, date: u32, unit: usize) -> Option<&Machine> {
        self.machines.get(*self.bases.get(date as usize * self.units.len() + unit)? as usize)
    }

    /// What it reads of an account at a date.
    pub(in crate::engine::column) fn inputs(&self, date: usize) -> &[Input] {
        self.machines.get(date).map_or(&[], Machine::inputs)
    }

    /// The register of an input.
    pub(in crate::engine::column) fn input(&self, input: usize) -> Option<Reg> {
        self.machines.first()?.input_registers.get(input).copied()
    }

    /// How many registers there are.
    pub(super) fn registers(&self) -> usize {
        self.sorts.len()
    }

    /// How the cells of a register are told apart.
    #[inline]
    pub(super) fn sort(&self, reg: Reg) -> Option<&Sort> {
        self.sorts.get(reg as usize)
    }

    /// Registers that somebody reads or wants to know, and that no unit writes.
    pub(super) fn looked_at(&self) -> impl Iterator<Item = Reg> {
        let written: HashSet<Reg> = self.running().flat_map(|unit| &unit.results).copied().collect();
        let read: HashSet<Reg> = self.running().flat_map(|unit| &unit.operands).map(|of| of.reg).collect();
        let all = 0..self.registers() as Reg;
        all.filter(move |reg| !written.contains(reg) && (read.contains(reg) || self.is_watched(*reg)))
    }

    /// The day of a date.
    #[inline]
    pub(super) fn day(&self, date: u32) -> i64 {
        self.days.get(date as usize).map_or(i64::MAX, |day| i64::from(*day))
    }

    /// The first date that is this day or later; one that does not come, if there is none.
    #[inline]
    pub(super) fn from(&self, day: i64) -> u32 {
        let date = self.days.partition_point(|known| i64::from(*known) < day);
        if date < self.days.len() { date as u32 } else { NEVER }
    }

    /// True if somebody wants to know a register.
    #[inline]
    pub(super) fn is_watched(&self, reg: Reg) -> bool {
        has(&self.watched_registers, reg)
    }

    /// True if anybody who counts reads an input.
    pub(in crate::engine::column) fn is_read(&self, input: usize) -> bool {
        self.input(input).is_some_and(|reg| has(&self.read, reg) || self.is_watched(reg))
    }

    /// Where an input is a count of rows: counts that somebody who reads it tells from the one below. Nothing, if each one
    /// matters.
    pub(in crate::engine::column) fn bounds(&self, input: usize) -> Option<Vec<u32>> {
        let reg = self.input(input)?;
        if self.is_watched(reg) {
            return None;
        }
        let around = |cut: &i128| turns(*cut).map(|turn| u32::try_from(turn.max(0)).unwrap_or(u32::MAX));
        let mut bounds: Vec<u32> = self.cuts.of(reg)?.iter().flat_map(around).filter(|bound| *bound > 0).collect();
        bounds.sort_unstable();
        bounds.dedup();
        Some(bounds)
    }

    /// Shows what there is to see of something that is watched, of which account and from which date on: a number, and the place
    /// of its grade or 0 for a rule that holds.
    #[inline]
    pub(in crate::engine::column) fn see(
        &self,
        i: usize,
        timeline: &Timeline,
        mut show: impl FnMut(usize, u32, Cell, Option<u32>),
    ) {
        let Some((look, first)) = self.looks.get(i).and_then(|look| Some((look, look.registers().next()?))) else {
            return;
        };
        let mut first = timeline.of(first);
        let Some(mut second) = look.registers().nth(1).map(|reg| timeline.of(reg)) else {
            let mut accounts = 0;
            for phase in first {
                accounts += usize::from(phase.since == 0);
                let (value, place) = look.see(phase.cell(), None);
                show(accounts.wrapping_sub(1), phase.since, value, place);
            }
            return;
        };
        for account in 0..timeline.spoilt().len() {
            let mut date = 0;
            while date != NEVER {
                let Some(phase) = first.first() else { return };
                let (value, place) = look.see(phase.cell(), second.first().map(Phase::cell));
                show(account, date, value, place);
                let (a, b) = (until(first), until(second));
                date = a.min(b);
                // In the end both go on to the next account.
                for (phases, _) in [(&mut first, a), (&mut second, b)].into_iter().filter(|(_, until)| *until == date) {
                    *phases = phases.get(1..).unwrap_or(&[]);
                }
            }
        }
    }

    /// Accounts with numbers to be seen that are larger than this are not to be counted.
    pub(in crate::engine::column) fn spare(&self, timeline: &mut Timeline, most: u128) {
        for look in &self.looks {
            if let Look::Number { value, .. } = look {
                timeline.spare(*value, most);
            }
        }
    }

    /// What is watched, in the order of [`Units::see`].
    pub(in crate::engine::column) fn watched(&self) -> &[Watched] {
        &self.watched
    }
}

impl Look {
    fn registers(&self) -> impl Iterator<Item = Reg> + use<> {
        let (first, second) = match *self {
            Look::Number { value, grade } => (Some(value), grade),
            Look::Rule { condition, unless } => (Some(condition), unless),
            Look::Nothing => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// What cells of these registers say.
    #[inline]
    fn see(&self, first: Cell, second: Option<Cell>) -> (Cell, Option<u32>) {
        match self {
            Look::Number { .. } => {
                let grade = second.filter(|cell| cell.tag == Tag::Symbol);
                (first, grade.and_then(|cell| u32::try_from(cell.bits).ok()))
            }
            Look::Rule { .. } => {
                let held_back = second.map_or(Some(false), truth);
                let holds = truth(first) == Some(true) && held_back == Some(false);
                (Cell::default(), holds.then_some(0))
            }
            Look::Nothing => (Cell::default(), None),
        }
    }
}

impl Machine {
    /// Where something that is watched is found.
    fn look(&self, watched: Watched) -> Look {
        let item = match watched {
            Watched::Metric(id) => Item::Node(Node::Metric(id)),
            Watched::Score(id) => Item::Node(Node::Scorecard(id)),
            Watched::Rule(id) => Item::Rule(id),
        };
        match self.now(item).found {
            Found::Metric { value, .. } => Look::Number { value, grade: None },
            Found::Score { value, grade, .. } => Look::Number { value, grade },
            Found::Rule { condition, unless, .. } => Look::Rule { condition, unless },
            Found::Membership { .. } | Found::Nothing => Look::Nothing,
        }
    }
}

fn has(of: &[bool], reg: Reg) -> bool {
    of.get(reg as usize).copied().unwrap_or(false)
}

fn mark(of: &mut [bool], reg: Reg) {
    if let Some(of) = of.get_mut(reg as usize) {
        *of = true;
    }
}

fn sorted(regs: &mut Vec<Reg>) {
    regs.sort_unstable();
    regs.dedup();
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
