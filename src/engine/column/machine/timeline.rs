//! Some accounts at all dates: what each register has, and from when on.
//!
//! An input has a new phase at each date at which rows that it counts begin or end to count. The units follow in their order,
//! each for all accounts at hand: it runs once for all dates between which nothing changes that it reads, so that its results
//! come in phases too. What it came to for operands that cannot be told from these is looked up ([`super::classes`]).

use super::classes::{ALL_PLACES, Class, Classes, Key, Memo, NO_OPERANDS, UNKNOWN, own, with};
use super::cuts::Ages;
use super::op::Reg;
use super::run::State;
use super::units::{Operand, Unit, Units};
use crate::engine::column::{Cell, Tag, Texts};

/// What a register has from a date on. At the first date another account begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phase {
    bits: i128,
    pub(super) since: u32,
    class: Class,
    tag: Tag,
}

impl Phase {
    fn new(since: u32, class: Class, Cell { tag, bits }: Cell) -> Phase {
        Phase { bits, since, class, tag }
    }

    #[inline]
    pub(super) fn cell(&self) -> Cell {
        Cell { tag: self.tag, bits: self.bits }
    }
}

/// A cell with its class.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine::column) struct Told {
    cell: Cell,
    class: Class,
}

/// What the registers of some accounts have at all dates.
#[derive(Debug)]
pub(in crate::engine::column) struct Timeline {
    state: State,
    classes: Classes,
    /// By unit, and how many places are left for them.
    memos: Vec<Memo>,
    room: usize,
    /// By register.
    tracks: Vec<Track>,
    /// What registers have that nobody sets, and that somebody looks at.
    fixed: Vec<(Reg, Vec<Phase>)>,
    /// By account: something went wrong.
    wrong: Vec<bool>,
}

/// What a register has, account by account, in the order of the dates.
#[derive(Debug, Default)]
struct Track {
    phases: Vec<Phase>,
    /// Somebody wants to know its cells, whatever those who read it can tell.
    watched: bool,
}

impl Track {
    /// A new phase, if somebody can tell it from the one before.
    #[inline]
    fn push(&mut self, phase: Phase) {
        if let Some(last) = self.phases.last().filter(|last| last.class == phase.class && phase.since != 0) {
            let told = phase.class != UNKNOWN && !self.watched;
            if told || (last.bits, last.tag) == (phase.bits, phase.tag) {
                return;
            }
        }
        self.phases.push(phase);
    }
}

/// Stands for a date that does not come.
pub(super) const NEVER: u32 = u32::MAX;

/// The date at which the next phase begins, of those of an account of which this is the first.
#[inline]
pub(super) fn until(phases: &[Phase]) -> u32 {
    phases.get(1).map_or(NEVER, |next| if next.since == 0 { NEVER } else { next.since })
}

/// An operand on its way from date to date, and from account to account.
#[derive(Debug)]
struct Turn<'t> {
    /// From the one at hand on.
    phases: &'t [Phase],
    ages: Option<&'t Ages>,
    class: Class,
    /// When the unit can tell it from this one.
    until: u32,
}

impl<'t> Turn<'t> {
    fn new(operand: &'t Operand, tracks: &'t [Track]) -> Turn<'t> {
        let phases = tracks.get(operand.reg as usize).map_or(&[][..], |track| &track.phases);
        Turn { phases, ages: operand.ages.as_ref(), class: UNKNOWN, until: NEVER }
    }

    fn cell(&self) -> Cell {
        self.phases.first().map_or_else(Cell::default, Phase::cell)
    }

    /// Looks at the phase at hand.
    #[inline]
    fn look(&mut self, units: &Units, date: u32) {
        (self.class, self.until) = (UNKNOWN, NEVER);
        while let [phase, rest @ ..] = self.phases {
            self.class = phase.class;
            let Some(next) = rest.first().filter(|next| next.since != 0) else { break };
            if next.class != phase.class || next.class == UNKNOWN {
                self.until = next.since;
                break;
            }
            self.phases = rest;
        }
        if let Some(ages) = self.ages {
            self.age(units, ages, date);
        }
    }

    /// Of a date nothing is told but its age.
    fn age(&mut self, units: &Units, ages: &Ages, date: u32) {
        let cell = self.cell();
        // Dates are days since 1970.
        let Some(day) = i64::try_from(cell.bits).ok().filter(|_| cell.tag == Tag::Date) else { return };
        let (place, next) = ages.at(units.day(date) - day);
        self.class = own(place);
        self.until = self.until.min(next.map_or(NEVER, |age| units.from(day + age)));
    }

    /// At the date at which it changes.
    #[inline]
    fn go(&mut self, units: &Units, date: u32) {
        if self.ages.is_none() || until(self.phases) == date {
            self.leave();
        }
        self.look(units, date);
    }

    /// Goes on to the next phase, or to the next account after the last one.
    #[inline]
    fn leave(&mut self) {
        self.phases = self.phases.get(1..).unwrap_or(&[]);
    }
}

/// A unit at work.
struct Work<'w> {
    units: &'w Units,
    i: usize,
    unit: &'w Unit,
    texts: &'w Texts,
    state: &'w mut State,
    classes: &'w mut Classes,
    memo: &'w mut Memo,
    room: &'w mut usize,
    /// Of its results.
    tracks: &'w mut [Track],
    wrong: &'w mut [bool],
}

impl Work<'_> {
    /// One that reads nothing but a single operand.
    fn alone(&mut self, mut turn: Turn<'_>) {
        for account in 0..self.wrong.len() {
            let mut date = 0;
            turn.look(self.units, date);
            loop {
                self.step(with(Some(NO_OPERANDS), turn.class), std::slice::from_ref(&turn), (account, date));
                if turn.until == NEVER {
                    break;
                }
                date = turn.until;
                turn.go(self.units, date);
            }
            turn.leave();
        }
    }

    /// One that reads several, or is another one from date to date.
    fn together(&mut self, turns: &mut [Turn<'_>]) {
        for account in 0..self.wrong.len() {
            let (mut stops, mut stop, mut date) = (self.unit.stops.iter(), 0, 0);
            turns.iter_mut().for_each(|turn| turn.look(self.units, date));
            loop {
                if stop == date {
                    stop = stops.next().copied().unwrap_or(NEVER);
                }
                let (mut key, mut next) = (Some(NO_OPERANDS), stop);
                for turn in &mut *turns {
                    if turn.until == date {
                        turn.go(self.units, date);
                    }
                    key = with(key, turn.class);
                    next = next.min(turn.until);
                }
                self.step(key, turns, (account, date));
                if next == NEVER {
                    break;
                }
                date = next;
            }
            turns.iter_mut().for_each(Turn::leave);
        }
    }

    /// What the unit comes to, for an account from a date on.
    #[inline(always)]
    fn step(&mut self, key: Option<Key>, turns: &[Turn<'_>], (account, date): (usize, u32)) {
        let key = key.filter(|_| self.unit.remembers && self.memo.is_worth());
        let Some(results) = key.and_then(|key| self.memo.get(key)) else {
            return self.learn(key, turns, (account, date));
        };
        if let ([track], [kept, ..]) = (&mut *self.tracks, results) {
            return track.push(Phase::new(date, kept.class, kept.cell()));
        }
        for (track, kept) in self.tracks.iter_mut().zip(results) {
            track.push(Phase::new(date, kept.class, kept.cell()));
        }
    }

    /// Computes it, and keeps it for the next time.
    #[inline(never)]
    fn learn(&mut self, key: Option<Key>, turns: &[Turn<'_>], (account, date): (usize, u32)) {
        let fine = self.compute(turns, date).is_some_and(|()| self.state.faults().is_empty());
        if fine && let Some(key) = key {
            let last = self.tracks.iter().filter_map(|track| track.phases.last());
            self.memo.keep(key, last.map(|phase| (phase.cell(), phase.class)), self.room);
        } else if !fine {
            self.state.forgive();
            if let Some(wrong) = self.wrong.get_mut(account) {
                *wrong = true;
            }
        }
    }

    fn compute(&mut self, turns: &[Turn<'_>], date: u32) -> Option<()> {
        let machine = self.units.machine_of(date, self.i)?;
        for (turn, operand) in turns.iter().zip(&self.unit.operands) {
            self.state.put(operand.reg, turn.cell());
        }
        // Nobody has to be asked: that was looked at before.
        let _ = self.state.execute_until(machine, &machine.plain, self.texts, self.unit.begin, self.unit.end);
        for (reg, track) in self.unit.results.iter().zip(&mut *self.tracks) {
            let cell = self.state.at(*reg);
            let class = self.units.sort(*reg).map_or(UNKNOWN, |sort| self.classes.find(*reg, sort, cell));
            track.push(Phase::new(date, class, cell));
        }
        Some(())
    }
}

impl Timeline {
    pub(in crate::engine::column) fn new(units: &Units, texts: &mut Texts) -> Option<Timeline> {
        let state = State::new(units.machine()?, texts);
        let classes = Classes::new(units.registers());
        let memos = units.units.iter().map(|_| Memo::default()).collect();
        let regs = 0..units.registers() as Reg;
        let tracks = regs.map(|reg| Track { phases: Vec::new(), watched: units.is_watched(reg) }).collect();
        let (fixed, wrong) = (Vec::new(), Vec::new());
        let mut timeline = Timeline { state, classes, memos, room: ALL_PLACES, tracks, fixed, wrong };
        for reg in units.looked_at() {
            let first = timeline.state.at(reg);
            let constants = (0..).zip(&units.constants).flat_map(|(date, all)| all.iter().map(move |of| (date, of)));
            let own = constants.filter(|(_, (of, _))| *of == reg).map(|(date, (_, cell))| (date, *cell));
            let mut phases: Vec<Phase> = Vec::new();
            for (date, cell) in std::iter::once((0, first)).chain(own) {
                let Told { cell, class } = timeline.told(units, reg, cell);
                phases.retain(|phase| phase.since != date);
                phases.push(Phase::new(date, class, cell));
            }
            timeline.fixed.push((reg, phases));
        }
        Some(timeline)
    }

    /// Other accounts, so many.
    pub(in crate::engine::column) fn begin(&mut self, accounts: usize) {
        self.wrong.clear();
        self.wrong.resize(accounts, false);
        self.tracks.iter_mut().for_each(|track| track.phases.clear());
    }

    /// A cell of a register, with its class.
    #[inline]
    pub(in crate::engine::column) fn told(&mut self, units: &Units, reg: Reg, cell: Cell) -> Told {
        Told { cell, class: units.sort(reg).map_or(UNKNOWN, |sort| self.classes.find(reg, sort, cell)) }
    }

    /// What the register of an input has from a date on: of each account in their order, the first date first.
    #[inline]
    pub(in crate::engine::column) fn set(&mut self, reg: Reg, date: u32, told: Told) {
        if let Some(track) = self.tracks.get_mut(reg as usize) {
            track.push(Phase::new(date, told.class, told.cell));
        }
    }

    /// Nothing is told of an account: the register of an input had so many phases before it.
    pub(in crate::engine::column) fn give_up(&mut self, reg: Reg, before: usize, account: usize) {
        if let Some(track) = self.tracks.get_mut(reg as usize) {
            track.phases.truncate(before);
            track.push(Phase::new(0, UNKNOWN, Cell::default()));
        }
        self.spoil(account);
    }

    /// How many phases a register has so far.
    pub(in crate::engine::column) fn len(&self, reg: Reg) -> usize {
        self.of(reg).len()
    }

    /// An account is not to be counted.
    pub(in crate::engine::column) fn spoil(&mut self, account: usize) {
        if let Some(wrong) = self.wrong.get_mut(account) {
            *wrong = true;
        }
    }

    /// An account with a number in this register that is larger than this is not to be counted.
    pub(super) fn spare(&mut self, reg: Reg, most: u128) {
        let mut accounts = 0;
        let phases = self.tracks.get(reg as usize).map_or(&[][..], |track| &track.phases);
        for phase in phases {
            accounts += usize::from(phase.since == 0);
            if let Some(wrong) =
                self.wrong.get_mut(accounts.wrapping_sub(1)).filter(|_| phase.bits.unsigned_abs() > most)
            {
                *wrong = true;
            }
        }
    }

    /// By account: true if it is not to be counted.
    pub(in crate::engine::column) fn spoilt(&self) -> &[bool] {
        &self.wrong
    }

    /// Runs the units, when all inputs are set.
    pub(in crate::engine::column) fn run(&mut self, units: &Units, texts: &Texts) {
        self.state.forgive();
        for (reg, phases) in &self.fixed {
            let Some(track) = self.tracks.get_mut(*reg as usize).filter(|track| track.phases.is_empty()) else {
                continue;
            };
            (0..self.wrong.len()).for_each(|_| track.phases.extend(phases));
        }
        let mut results: Vec<Track> = Vec::new();
        for i in &units.live {
            let (Some(unit), Some(memo)) = (units.units.get(*i), self.memos.get_mut(*i)) else { continue };
            results.clear();
            for reg in &unit.results {
                results.extend(self.tracks.get_mut(*reg as usize).map(std::mem::take));
            }
            let Timeline { state, classes, room, tracks, wrong, .. } = self;
            let mut work = Work { units, i: *i, unit, texts, state, classes, memo, room, tracks: &mut results, wrong };
            match (&*unit.operands, &*unit.stops) {
                ([operand], []) => work.alone(Turn::new(operand, tracks)),
                (operands, _) => {
                    let mut turns: Vec<Turn<'_>> = operands.iter().map(|operand| Turn::new(operand, tracks)).collect();
                    work.together(&mut turns);
                }
            }
            for (reg, result) in unit.results.iter().zip(results.drain(..)) {
                if let Some(track) = self.tracks.get_mut(*reg as usize) {
                    *track = result;
                }
            }
        }
    }

    /// The phases of a register, account by account.
    pub(super) fn of(&self, reg: Reg) -> &[Phase] {
        self.tracks.get(reg as usize).map_or(&[], |track| &track.phases)
    }
}
