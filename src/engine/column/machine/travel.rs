//! An account on its way from date to date: what is computed again, and when.

use super::cuts::Drift;
use super::mask::{Mask, add, set, slice, words};
use super::op::Reg;
use super::run::State;
use super::units::Units;
use crate::engine::column::{Cell, Texts};

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

    /// The cell of an input at the first date.
    #[inline]
    pub(in crate::engine::column) fn set_first(&mut self, units: &Units, input: usize, cell: Cell) {
        let reg = units.machine().and_then(|machine| machine.input_registers.get(input));
        reg.into_iter().for_each(|reg| self.state.put(*reg, cell));
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
