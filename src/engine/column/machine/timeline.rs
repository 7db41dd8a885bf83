//! An account at all dates: what each register has, and from when on.
//!
//! An input has a new phase at each date at which rows that it counts begin or end to count. The units follow in their order:
//! each runs once for all dates between which nothing changes that it reads, so that its results come in phases too.

use super::classes::{Class, Classes, Kept, Key, Memo, Operands, UNKNOWN, own, seen};
use super::cuts::Ages;
use super::op::Reg;
use super::run::State;
use super::units::{Operand, Sight, Unit, Units};
use crate::engine::column::{Cell, Tag, Texts};

/// What a register has from a date on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phase {
    pub(super) since: u32,
    pub(super) class: Class,
    pub(super) cell: Cell,
}

/// A cell with its class.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine::column) struct Told {
    cell: Cell,
    class: Class,
}

/// What the registers of an account have at all dates.
#[derive(Debug)]
pub(in crate::engine::column) struct Timeline {
    state: State,
    classes: Classes,
    /// By unit.
    memos: Vec<Memo>,
    /// By register.
    tracks: Vec<Track>,
    /// Room for what is known of the unit at hand.
    turns: Vec<Turn>,
    open: Vec<usize>,
}

impl Kept {
    #[inline]
    fn since(self, date: u32) -> Phase {
        Phase { since: date, class: self.class, cell: self.cell() }
    }
}

/// What a register has at all dates.
#[derive(Debug)]
struct Track {
    /// In the order of the dates; there is always one, and the first is since the first date.
    phases: Vec<Phase>,
    /// Somebody wants to know its cells, whatever those who read it can tell.
    watched: bool,
}

/// A register that a unit reads, on the way from date to date.
#[derive(Debug, Clone, Copy)]
struct Turn {
    class: Class,
    place: u32,
    /// The next phase that the unit can tell from this one, and when it begins.
    next: u32,
    until: u32,
}

/// Stands for a date that does not come.
pub(super) const NEVER: u32 = u32::MAX;

impl Track {
    /// A new phase, if somebody can tell it from the one before.
    #[inline]
    fn push(&mut self, phase: Phase) {
        if phase.since == 0 {
            self.phases.clear();
        } else if let Some(last) = self.phases.last() {
            let told = phase.class != UNKNOWN && !self.watched;
            if last.class == phase.class && (told || last.cell == phase.cell) {
                return;
            }
        }
        self.phases.push(phase);
    }
}

impl Turn {
    /// At the phase of this place, at a date of it.
    #[inline]
    fn at(units: &Units, operand: &Operand, phases: &[Phase], place: u32, date: u32) -> Turn {
        let Some(phase) = phases.get(place as usize) else {
            return Turn { class: UNKNOWN, place, next: place, until: NEVER };
        };
        match &operand.sight {
            Sight::Whole => Turn::told(phases, place, phase.class, |phase| phase.class),
            Sight::Compared(cuts) => {
                let class = |phase: &Phase| seen(cuts, phase.cell).unwrap_or(phase.class);
                Turn::told(phases, place, class(phase), class)
            }
            Sight::Age(ages) => {
                let mut turn = Turn::told(phases, place, UNKNOWN, |phase| phase.class);
                turn.class = phase.class;
                if phase.cell.tag == Tag::Date {
                    turn.age(units, ages, phase.cell, date);
                }
                turn
            }
        }
    }

    /// The same, of this class, up to one of another.
    #[inline]
    fn told(phases: &[Phase], place: u32, class: Class, of: impl Fn(&Phase) -> Class) -> Turn {
        let mut next = place + 1;
        while let Some(phase) = phases.get(next as usize) {
            if class == UNKNOWN || of(phase) != class {
                return Turn { class, place, next, until: phase.since };
            }
            next += 1;
        }
        Turn { class, place, next, until: NEVER }
    }

    /// Of a date nothing is told but its age.
    #[inline]
    fn age(&mut self, units: &Units, ages: &Ages, date: Cell, at: u32) {
        // Dates are days since 1970.
        let day = date.bits as i64;
        let (place, next) = ages.at(units.day(at) - day);
        self.class = own(place);
        let until = next.map_or(NEVER, |age| units.from(day + age));
        if until < self.until {
            // Another age, of the same.
            (self.until, self.next) = (until, self.place);
        }
    }
}

impl Timeline {
    pub(in crate::engine::column) fn new(units: &Units, texts: &mut Texts) -> Option<Timeline> {
        let state = State::new(units.machine()?, texts);
        let classes = Classes::new(units.sorts.len());
        let memos = units.units.iter().map(|_| Memo::default()).collect();
        let track = |(reg, _)| {
            let constant = Phase { since: 0, class: UNKNOWN, cell: state.at(reg) };
            Track { phases: vec![constant], watched: units.is_watched(reg) }
        };
        let tracks = (0..).zip(&units.sorts).map(track).collect();
        let mut timeline = Timeline { state, classes, memos, tracks, turns: Vec::new(), open: Vec::new() };
        for (date, constants) in (0..).zip(&units.constants) {
            constants.iter().for_each(|(reg, cell)| timeline.put(units, *reg, date, *cell));
        }
        Some(timeline)
    }

    /// A cell of an input, with its class.
    pub(in crate::engine::column) fn told(&mut self, units: &Units, input: usize, cell: Cell) -> Told {
        let class = units.input(input).map_or(UNKNOWN, |reg| self.class(units, reg, cell));
        Told { cell, class }
    }

    /// What an input has from a date on; the first date comes first.
    #[inline]
    pub(in crate::engine::column) fn set(&mut self, units: &Units, input: usize, date: u32, cell: Cell) {
        if let Some(reg) = units.input(input) {
            self.put(units, reg, date, cell);
        }
    }

    /// The same, when its class is known.
    #[inline]
    pub(in crate::engine::column) fn set_told(&mut self, units: &Units, input: usize, date: u32, told: Told) {
        let Told { cell, class } = told;
        if let Some(track) = units.input(input).and_then(|reg| self.tracks.get_mut(reg as usize)) {
            track.push(Phase { since: date, class, cell });
        }
    }

    #[inline]
    fn class(&mut self, units: &Units, reg: Reg, cell: Cell) -> Class {
        units.sorts.get(reg as usize).map_or(UNKNOWN, |sort| self.classes.find(reg, sort, cell))
    }

    #[inline]
    fn put(&mut self, units: &Units, reg: Reg, since: u32, cell: Cell) {
        let class = self.class(units, reg, cell);
        if let Some(track) = self.tracks.get_mut(reg as usize) {
            track.push(Phase { since, class, cell });
        }
    }

    /// Runs the units, when all inputs are set. False if something went wrong.
    pub(in crate::engine::column) fn run(&mut self, units: &Units, texts: &Texts) -> bool {
        self.state.forgive();
        units.live.iter().all(|i| self.unit(units, *i, texts).is_some())
    }

    /// Runs one at all dates; nothing, if something went wrong.
    fn unit(&mut self, units: &Units, i: usize, texts: &Texts) -> Option<()> {
        let unit = units.units.get(i)?;
        if let ([operand], []) = (&*unit.operands, &*unit.stops) {
            return self.alone(units, (i, unit), operand, texts);
        }
        let (mut turns, mut open) = (std::mem::take(&mut self.turns), std::mem::take(&mut self.open));
        turns.clear();
        open.clear();
        let done = self.together(units, (i, unit), (&mut turns, &mut open), texts);
        (self.turns, self.open) = (turns, open);
        done
    }

    /// One that reads nothing but a single operand.
    fn alone(&mut self, units: &Units, unit: (usize, &Unit), operand: &Operand, texts: &Texts) -> Option<()> {
        let (mut place, mut date) = (0, 0);
        loop {
            let turn = Turn::at(units, operand, self.of(operand.reg), place, date);
            let mut operands = Operands::default();
            operands.put(0, UNKNOWN, turn.class);
            self.step(units, unit, &[turn], (operands.key(1), date), texts)?;
            if turn.until == NEVER {
                return Some(());
            }
            (place, date) = (turn.next, turn.until);
        }
    }

    /// One that reads several, or is another one from date to date. Notes where they have got to, and the places of those that
    /// go on.
    fn together(
        &mut self,
        units: &Units,
        (i, unit): (usize, &Unit),
        (turns, open): (&mut Vec<Turn>, &mut Vec<usize>),
        texts: &Texts,
    ) -> Option<()> {
        let mut operands = Operands::default();
        let mut stops = unit.stops.iter().copied();
        let mut stop = stops.next().unwrap_or(NEVER);
        // The date at hand, and the one at which it goes on.
        let (mut date, mut next) = (0, stop);
        for (place, operand) in unit.operands.iter().enumerate() {
            let turn = Turn::at(units, operand, self.of(operand.reg), 0, 0);
            operands.put(place, UNKNOWN, turn.class);
            if turn.until != NEVER {
                next = next.min(turn.until);
                open.push(place);
            }
            turns.push(turn);
        }
        loop {
            self.step(units, (i, unit), turns, (operands.key(unit.operands.len()), date), texts)?;
            date = next;
            if date == NEVER {
                return Some(());
            }
            if date == stop {
                stop = stops.next().unwrap_or(NEVER);
            }
            next = stop;
            for place in &*open {
                let turn = turns.get_mut(*place)?;
                if turn.until == date {
                    let (before, operand) = (turn.class, unit.operands.get(*place)?);
                    *turn = Turn::at(units, operand, self.of(operand.reg), turn.next, date);
                    operands.put(*place, before, turn.class);
                }
                next = next.min(turn.until);
            }
        }
    }

    /// What a unit comes to from a date on; nothing, if something went wrong.
    #[inline]
    fn step(
        &mut self,
        units: &Units,
        (i, unit): (usize, &Unit),
        turns: &[Turn],
        (key, date): (Option<Key>, u32),
        texts: &Texts,
    ) -> Option<()> {
        let memo = self.memos.get_mut(i)?;
        let key = key.filter(|_| unit.remembers && memo.is_worth());
        match (key.and_then(|key| memo.get(key)), &*unit.results) {
            (Some([kept, ..]), [reg]) => self.tracks.get_mut(*reg as usize)?.push(kept.since(date)),
            (Some(results), regs) => {
                for (reg, kept) in regs.iter().zip(results) {
                    self.tracks.get_mut(*reg as usize)?.push(kept.since(date));
                }
            }
            (None, _) => {
                self.compute(units, (i, unit), turns, date, texts)?;
                if let Some(key) = key {
                    self.keep(i, unit, key);
                }
            }
        }
        Some(())
    }

    /// Keeps what a unit came to.
    fn keep(&mut self, i: usize, unit: &Unit, key: Key) {
        if let Some(memo) = self.memos.get_mut(i) {
            let last = |reg: &Reg| self.tracks.get(*reg as usize).and_then(|track| track.phases.last());
            memo.keep(key, unit.results.iter().filter_map(last).map(|phase| (phase.cell, phase.class)));
        }
    }

    fn compute(
        &mut self,
        units: &Units,
        (i, unit): (usize, &Unit),
        turns: &[Turn],
        date: u32,
        texts: &Texts,
    ) -> Option<()> {
        let machine = units.machine_of(date, i)?;
        for (turn, operand) in turns.iter().zip(&unit.operands) {
            let phase = self.tracks.get(operand.reg as usize)?.phases.get(turn.place as usize)?;
            self.state.put(operand.reg, phase.cell);
        }
        // Nobody has to be asked: that was looked at before.
        let _ = self.state.execute_until(machine, &machine.plain, texts, unit.begin, unit.end);
        for reg in &unit.results {
            self.put(units, *reg, date, self.state.at(*reg));
        }
        self.state.faults().is_empty().then_some(())
    }

    /// The phases of a register.
    pub(super) fn of(&self, reg: Reg) -> &[Phase] {
        self.tracks.get(reg as usize).map_or(&[], |track| &track.phases)
    }
}
