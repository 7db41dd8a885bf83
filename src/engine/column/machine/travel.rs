//! An account on its way from date to date: what is computed again, and when.

use super::classes::{Class, Classes, Memo};
use super::cuts::Drift;
use super::mask::{Mask, add, set, slice, words};
use super::op::Reg;
use super::run::State;
use super::units::{Unit, Units};
use crate::engine::column::{Cell, Texts};

/// An account on its way from date to date.
#[derive(Debug)]
pub(in crate::engine::column) struct Traveller {
    pub(in crate::engine::column) state: State,
    /// Of the cells in all registers.
    classes: Classes,
    /// By unit.
    memos: Vec<Memo>,
    /// Registers are what the units make of the inputs that they had last, and nothing went wrong.
    sound: bool,
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
        let mut classes = Classes::new(units.sorts.len());
        for (reg, sort) in (0..).zip(&units.sorts) {
            let class = classes.find(reg, sort, state.at(reg));
            classes.put(reg, class);
        }
        Some(Traveller {
            state,
            classes,
            memos: units.units.iter().map(|_| Memo::default()).collect(),
            sound: false,
            due: vec![0; units.words],
            seen: vec![0; units.eyes],
            later,
            busy,
        })
    }

    /// A new account, at the first date, when its inputs are set: everything is new. What the account before ended with is
    /// as good a beginning as any.
    pub(in crate::engine::column) fn begin(&mut self, units: &Units, texts: &Texts) {
        self.state.forgive();
        add(&mut self.due, if self.sound { &units.first } else { &units.live });
        self.sound = true;
        for (reg, cell) in units.constants.first().into_iter().flatten() {
            self.state.put(*reg, *cell);
        }
        self.run(units, 0, texts);
        self.seen.clone_from(&units.all_seen);
    }

    /// Another cell of an input.
    #[inline]
    pub(in crate::engine::column) fn set(&mut self, units: &Units, input: usize, cell: Cell) {
        let Some(reg) = units.machine().and_then(|machine| machine.input_registers.get(input)) else { return };
        if self.state.at(*reg) != cell {
            self.state.put(*reg, cell);
            self.tell(units, *reg, cell);
        }
    }

    /// Tells those who read a register that it has another cell.
    #[inline]
    fn tell(&mut self, units: &Units, reg: Reg, cell: Cell) {
        let class = units.sorts.get(reg as usize).map(|sort| self.classes.find(reg, sort, cell));
        self.turn(units, reg, class.unwrap_or_default());
    }

    /// The same, when its class is known.
    #[inline]
    fn turn(&mut self, units: &Units, reg: Reg, class: Class) {
        add(&mut self.seen, slice(&units.watchers, reg as usize, units.eyes));
        if self.classes.put(reg, class) {
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

    #[inline]
    fn unit(&mut self, units: &Units, date: usize, i: usize, texts: &Texts) {
        let (Some(unit), Some(memo)) = (units.units.get(i), self.memos.get_mut(i)) else { return };
        let operands = unit.operands.as_deref().filter(|_| memo.is_worth());
        let Some(key) = operands.and_then(|operands| self.classes.key(operands)) else {
            self.compute(units, date, (i, unit), texts);
            return;
        };
        if let Some(results) = memo.get(key) {
            for (reg, kept) in unit.results.iter().zip(results) {
                if self.state.at(*reg) != kept.cell() {
                    self.state.put(*reg, kept.cell());
                    self.turn(units, *reg, kept.class);
                }
            }
            return;
        }
        self.compute(units, date, (i, unit), texts);
        if let Some(memo) = self.memos.get_mut(i).filter(|_| self.state.faults().is_empty()) {
            memo.keep(key, unit.results.iter().map(|reg| (self.state.at(*reg), self.classes.at(*reg))));
        }
    }

    fn compute(&mut self, units: &Units, date: usize, (i, unit): (usize, &Unit), texts: &Texts) {
        let base = units.bases.get(date * units.units.len() + i).copied().unwrap_or(0);
        let Some(machine) = units.machines.get(base as usize) else { return };
        let mut before = [Cell::default(); FEW];
        let (few, more) = unit.results.split_at(unit.results.len().min(FEW));
        for (before, reg) in before.iter_mut().zip(few) {
            *before = self.state.at(*reg);
        }
        let others: Vec<Cell> = more.iter().map(|reg| self.state.at(*reg)).collect();
        // Nobody has to be asked: that was looked at before.
        let _ = self.state.execute_until(machine, &machine.plain, texts, unit.begin, unit.end);
        for (before, reg) in before.iter().zip(few).chain(others.iter().zip(more)) {
            let cell = self.state.at(*reg);
            if cell != *before {
                self.tell(units, *reg, cell);
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
        self.sound = false;
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
