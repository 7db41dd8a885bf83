//! Which items read what, so that of an account at many dates only what changed is computed again.
//!
//! A unit is the code of an item at a date. Machines of the same program at different dates mostly have the same code; where an
//! as-of date stands in it (`days since`, ages, benchmarks) the unit of one date differs from that of the date before, and
//! has to run at every date. All others run again only where a register that they read has changed.

use super::cuts::{Cuts, Drift};
use super::flow::{can_fail, jump, reads, sources, writes};
use super::op::{Op, Reg, Source};
use super::run::State;
use super::{Found, Input, Machine};
use crate::engine::Item;
use crate::engine::column::{Cell, Texts};
use crate::number::SCALE;
use crate::program::{MetricId, Node, RuleId, ScorecardId};
use crate::value::Value;

/// Some units, inputs, or what is watched: a bit each.
pub(in crate::engine::column) type Mask = Vec<u64>;

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

/// The code of an item, and what reads its results.
#[derive(Debug)]
struct Unit {
    begin: usize,
    end: usize,
    /// Registers that somebody else reads.
    results: Vec<Reg>,
    /// When it has to run again, though none of its inputs changed.
    drift: Option<Drift>,
}

/// The units of the machines of many dates, which differ in dates only.
#[derive(Debug)]
pub(in crate::engine::column) struct Units {
    machines: Vec<Machine>,
    units: Vec<Unit>,
    /// Units that have to run at all: the others are read by nobody, and cannot go wrong.
    live: Mask,
    /// By register: the units that read it.
    readers: Vec<u64>,
    /// By register: what is watched that it belongs to.
    watchers: Vec<u64>,
    /// By date and unit: the first of the dates that have the same code.
    bases: Vec<u32>,
    /// What registers are compared with by units other than their own.
    cuts: Cuts,
    /// The same by all units.
    all_cuts: Cuts,
    /// By date: the day.
    days: Vec<i32>,
    /// By date: units whose code is another one than at the date before, and which have to run for that reason.
    changed: Vec<Mask>,
    /// By date: constants that are others than at the date before; of the first date: all that ever are.
    constants: Vec<Vec<(Reg, Cell)>>,
    watched: Vec<Watched>,
    /// Everything that is watched.
    all_seen: Mask,
    /// The units that depend on days alone.
    drifting: Vec<usize>,
    /// Words of a mask of units, and of one of what is watched.
    words: usize,
    eyes: usize,
}

impl Units {
    /// Of the machines of dates in rising order, which are all [`alike`] and ask nobody else.
    pub(in crate::engine::column) fn new(machines: Vec<Machine>, watched: Vec<Watched>) -> Option<Units> {
        let first = machines.first()?;
        let mut begin = 0;
        let mut units = Vec::with_capacity(first.plain.ends.len());
        for (end, _) in &first.plain.ends {
            let end = *end as usize;
            units.push(Unit { begin, end, results: Vec::new(), drift: None });
            begin = end;
        }
        let (words, eyes) = (words(units.len()), words(watched.len()));
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
            drifting: Vec::new(),
            watched,
            words,
            eyes,
            machines,
        };
        all.connect()?;
        all.compare()?;
        all.drift();
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
        let mut all_written = Vec::with_capacity(self.units.len());
        for (i, unit) in self.units.iter().enumerate() {
            let (mut read, mut written) = (Vec::new(), Vec::new());
            for op in machine.plain.ops.get(unit.begin..unit.end)? {
                reads(op, machine, &mut read);
                writes(op, machine, &mut written);
            }
            written.sort_unstable();
            written.dedup();
            for reg in read.iter().filter(|reg| written.binary_search(reg).is_err()) {
                set(&mut self.readers, *reg as usize * self.words, i);
            }
            all_written.push(written);
        }
        for (unit, written) in self.units.iter_mut().zip(all_written) {
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
                self.drifting.push(i);
                self.changed.iter_mut().for_each(|changed| unset(changed, i));
            }
        }
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

    /// What is watched, in the order of the bits.
    pub(in crate::engine::column) fn watched(&self) -> &[Watched] {
        &self.watched
    }
}

/// An account on its way from date to date.
#[derive(Debug)]
pub(in crate::engine::column) struct Traveller {
    pub(in crate::engine::column) state: State,
    /// Units that have to run.
    due: Mask,
    /// What changed at the date at hand, of what is watched.
    pub(in crate::engine::column) seen: Mask,
    /// By date: units that have to run there.
    later: Vec<u64>,
    /// Dates at which anything has to be done.
    pub(in crate::engine::column) busy: Mask,
}

/// So many results of a unit are compared side by side.
const FEW: usize = 4;

impl Traveller {
    pub(in crate::engine::column) fn new(units: &Units, texts: &mut Texts) -> Option<Traveller> {
        let state = State::new(units.machine()?, texts);
        let later = vec![0; units.machines.len() * units.words];
        let busy = vec![0; words(units.machines.len())];
        Some(Traveller { state, due: vec![0; units.words], seen: vec![0; units.eyes], later, busy })
    }

    /// A new account, at the first date, when its inputs are set: everything is computed and new.
    pub(in crate::engine::column) fn begin(&mut self, units: &Units, texts: &Texts) {
        self.state.forgive();
        for (reg, cell) in units.constants.first().into_iter().flatten() {
            self.state.put(*reg, *cell);
        }
        if let Some(machine) = units.machine() {
            let code = &machine.plain;
            // Nobody has to be asked: that was looked at before.
            let _ = self.state.execute_until(machine, code, texts, 0, code.ops.len());
        }
        self.due.fill(0);
        for i in &units.drifting {
            if let Some(drift) = units.units.get(*i).and_then(|unit| unit.drift.as_ref()) {
                self.wake(units, 0, *i, drift);
            }
        }
        self.seen.clone_from(&units.all_seen);
    }

    /// Another cell of an input.
    #[inline]
    pub(in crate::engine::column) fn set(&mut self, units: &Units, input: usize, cell: Cell) {
        let Some(machine) = units.machine() else { return };
        let Some(reg) = machine.input_registers.get(input).copied() else { return };
        let before = self.state.at(reg);
        if before != cell {
            self.state.put(reg, cell);
            self.tell(units, reg, before, cell);
        }
    }

    /// Tells those who read a register that it is another cell.
    #[inline]
    fn tell(&mut self, units: &Units, reg: Reg, before: Cell, cell: Cell) {
        add(&mut self.seen, slice(&units.watchers, reg as usize, units.eyes));
        if !units.cuts.alike(reg, before, cell) {
            add(&mut self.due, slice(&units.readers, reg as usize, units.words));
        }
    }

    /// Goes on to the next date, before its inputs are set.
    #[inline]
    pub(in crate::engine::column) fn go(&mut self, units: &Units, date: usize) {
        self.seen.iter_mut().for_each(|word| *word = 0);
        for (reg, cell) in units.constants.get(date).into_iter().flatten() {
            self.state.put(*reg, *cell);
            add(&mut self.due, slice(&units.readers, *reg as usize, units.words));
        }
        if let Some(changed) = units.changed.get(date) {
            add(&mut self.due, changed);
        }
        for (i, due) in self.due.iter_mut().enumerate() {
            *due |= self.later.get_mut(date * units.words + i).map_or(0, std::mem::take);
        }
    }

    /// Computes what has to be computed at a date. True if something changed that is watched.
    pub(in crate::engine::column) fn run(&mut self, units: &Units, date: usize, texts: &Texts) -> bool {
        for word in 0..self.due.len() {
            while let Some(bits) = self.due.get_mut(word).filter(|bits| **bits != 0) {
                let i = word * 64 + bits.trailing_zeros() as usize;
                *bits &= *bits - 1;
                self.unit(units, date, i, texts);
            }
        }
        self.seen.iter().any(|word| *word != 0)
    }

    fn unit(&mut self, units: &Units, date: usize, i: usize, texts: &Texts) {
        let Some(unit) = units.units.get(i) else { return };
        let base = units.bases.get(date * units.units.len() + i).copied().unwrap_or(0);
        let Some(machine) = units.machines.get(base as usize) else { return };
        let mut before = [Cell::default(); FEW];
        for (before, reg) in before.iter_mut().zip(&unit.results) {
            *before = self.state.at(*reg);
        }
        let others: Vec<Cell> = match unit.results.get(FEW..) {
            Some(others) => others.iter().map(|reg| self.state.at(*reg)).collect(),
            None => Vec::new(),
        };
        let _ = self.state.execute_until(machine, &machine.plain, texts, unit.begin, unit.end);
        for (before, reg) in before.iter().chain(&others).zip(&unit.results) {
            let cell = self.state.at(*reg);
            if cell != *before {
                self.tell(units, *reg, *before, cell);
            }
        }
        if let Some(drift) = &unit.drift {
            self.wake(units, date, i, drift);
        }
    }

    /// When a unit has to run again that depends on days alone.
    fn wake(&mut self, units: &Units, date: usize, i: usize, drift: &Drift) {
        if let Some(days) = drift.days(&units.all_cuts, |reg| self.state.at(reg)) {
            let day = units.days.get(date).map_or(i64::MAX, |day| i64::from(*day)).saturating_add(days);
            let date = units.days.partition_point(|known| i64::from(*known) < day);
            set(&mut self.later, date * units.words, i);
            set(&mut self.busy, 0, date);
        }
    }

    /// The account at hand is not taken any further.
    pub(in crate::engine::column) fn stop(&mut self) {
        self.later.fill(0);
        self.busy.fill(0);
    }

    /// The next date at which anything has to be done.
    #[inline]
    pub(in crate::engine::column) fn next(&mut self) -> Option<usize> {
        for (i, word) in self.busy.iter_mut().enumerate() {
            if *word != 0 {
                let date = i * 64 + word.trailing_zeros() as usize;
                *word &= *word - 1;
                return Some(date);
            }
        }
        None
    }
}

impl Machine {
    /// The registers of what is watched.
    fn registers_of(&self, watched: Watched) -> Vec<Reg> {
        let item = match watched {
            Watched::Metric(id) => Item::Node(Node::Metric(id)),
            Watched::Score(id) => Item::Node(Node::Scorecard(id)),
            Watched::Rule(id) => Item::Rule(id),
        };
        match self.found(item, self.as_of).map(|place| place.found) {
            Some(Found::Metric { value, .. }) => vec![value],
            Some(Found::Score { value, grade, .. }) => [Some(value), grade].into_iter().flatten().collect(),
            Some(Found::Rule { condition, unless, .. }) => [Some(condition), unless].into_iter().flatten().collect(),
            Some(Found::Membership { value }) => vec![value],
            Some(Found::Nothing) | None => Vec::new(),
        }
    }
}

/// The cell of a constant that is no text.
fn constant(value: &Value) -> Option<Cell> {
    if let Value::Text(_) = value { None } else { Some(Cell::of(value, &mut Texts::default())) }
}

/// True if two machines differ in nothing but dates, slots and what tables say, and ask nobody else.
pub(in crate::engine::column) fn alike(a: &Machine, b: &Machine) -> bool {
    let kinds = |machine: &Machine| -> Vec<_> { machine.inputs.iter().map(std::mem::discriminant).collect() };
    let fields = a.inputs.iter().zip(&b.inputs).all(|pair| match pair {
        (Input::Field(a, _), Input::Field(b, _)) => a == b,
        (Input::Slot(_), Input::Slot(_)) => true,
        _ => false,
    });
    let registers = |machine: &Machine| -> Vec<Reg> { machine.constants.iter().map(|(reg, _)| *reg).collect() };
    let results = |machine: &Machine| -> Vec<Found> {
        let now = &machine.now;
        let all = now.metrics.iter().chain(&now.scores).chain(&now.rules);
        all.map(|place| place.found).collect()
    };
    a.interpreted.is_empty()
        && b.interpreted.is_empty()
        && a.plain.ops.len() == b.plain.ops.len()
        && a.plain.ends == b.plain.ends
        && a.registers == b.registers
        && kinds(a) == kinds(b)
        && fields
        && a.input_registers == b.input_registers
        && registers(a) == registers(b)
        && a.lists == b.lists
        && results(a) == results(b)
        && [a.bands.len(), a.expiries.len(), a.figures.len(), a.parts.len(), a.cards.len()]
            == [b.bands.len(), b.expiries.len(), b.figures.len(), b.parts.len(), b.cards.len()]
        && a.plain.ops.iter().zip(&b.plain.ops).all(|(x, y)| {
            let (mut left, mut right) = (Vec::new(), Vec::new());
            for (list, op, machine) in [(&mut left, x, a), (&mut right, y, b)] {
                reads(op, machine, list);
                list.push(Reg::MAX);
                writes(op, machine, list);
            }
            std::mem::discriminant(x) == std::mem::discriminant(y) && left == right && jump(x) == jump(y)
        })
}

/// True if the code of a unit is the same in both, tables included.
fn same(a: &Machine, b: &Machine, unit: &Unit) -> bool {
    let range = unit.begin..unit.end;
    let (Some(left), Some(right)) = (a.plain.ops.get(range.clone()), b.plain.ops.get(range)) else { return false };
    left.iter().zip(right).all(|(x, y)| {
        x == y
            && match *x {
                Op::Bands { bands } => a.bands.get(bands as usize) == b.bands.get(bands as usize),
                Op::Expire { expiry } | Op::Fade { expiry } => {
                    a.expiries.get(expiry as usize) == b.expiries.get(expiry as usize)
                }
                Op::Benchmark { figures, .. } => a.figures.get(figures as usize) == b.figures.get(figures as usize),
                Op::Parts { parts, .. } | Op::Passes { parts, .. } => {
                    a.parts.get(parts as usize) == b.parts.get(parts as usize)
                }
                Op::Card { card } | Op::Limits { card } | Op::Grade { card } => {
                    let (x, y) = (a.cards.get(card as usize), b.cards.get(card as usize));
                    x == y && x.is_none_or(|card| sources(card).all(|source| same_expiry(a, b, source)))
                }
                _ => true,
            }
    })
}

/// Points that fade are read with their age.
fn same_expiry(a: &Machine, b: &Machine, source: &Source) -> bool {
    source.expiry.is_none_or(|expiry| a.expiries.get(expiry as usize) == b.expiries.get(expiry as usize))
}

/// So many words for so many bits.
pub(in crate::engine::column) fn words(bits: usize) -> usize {
    bits.div_ceil(64).max(1)
}

/// Sets a bit of a mask that begins at this word.
pub(in crate::engine::column) fn set(masks: &mut [u64], from: usize, bit: usize) {
    if let Some(word) = masks.get_mut(from + bit / 64) {
        *word |= 1 << (bit % 64);
    }
}

pub(in crate::engine::column) fn has(mask: &[u64], bit: usize) -> bool {
    mask.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
}

fn unset(mask: &mut [u64], bit: usize) {
    if let Some(word) = mask.get_mut(bit / 64) {
        *word &= !(1 << (bit % 64));
    }
}

/// More bits.
#[inline]
fn add(mask: &mut [u64], more: &[u64]) {
    if let ([word], [more]) = (&mut *mask, more) {
        *word |= more;
        return;
    }
    mask.iter_mut().zip(more).for_each(|(word, more)| *word |= more);
}

/// The mask of a register.
#[inline]
fn slice(masks: &[u64], at: usize, words: usize) -> &[u64] {
    masks.get(at * words..(at + 1) * words).unwrap_or(&[])
}
