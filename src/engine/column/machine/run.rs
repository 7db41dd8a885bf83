//! The loop, and what it keeps of an account.

use super::op::{Comparison, List, Op, Reg};
use super::values::{
    NO_DATA, NOT_APPLICABLE, boolean, both, compare, compare_others, date, kleene, negate_if, number, plus, quick,
    reason, times, truth,
};
use super::{Code, Found, Input, Interpreted, Machine, functions, judge, series};
use crate::engine::AccountFault;
use crate::engine::column::{Cell, Tag, Texts};
use crate::engine::reference::{Assistant, Computed};
use crate::number::Decimal;
use crate::value::{Fault, Missing};

/// What came of asking somebody else.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// The result; nothing for what has none of its own.
    pub result: Option<Computed>,
    /// The faults that were noted on the way.
    pub faults: Vec<AccountFault>,
}

/// Computes what the machine does not.
pub trait Outside {
    /// A step, where its turn comes.
    fn compute(&mut self, step: &Interpreted) -> Outcome;
}

impl Outside for Assistant<'_> {
    fn compute(&mut self, step: &Interpreted) -> Outcome {
        let (result, faults) = self.step(step.item, step.date);
        Outcome { result, faults }
    }
}

/// Knows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Outside for Nobody {
    fn compute(&mut self, _: &Interpreted) -> Outcome {
        Outcome::default()
    }
}

/// One account after the other: what went in, what came out.
#[derive(Debug, Clone)]
pub struct State {
    pub(super) regs: Vec<Cell>,
    /// By place of the input.
    input_faults: Vec<(u32, Fault)>,
    careful: bool,
    faults: Vec<AccountFault>,
    /// By place among what is interpreted.
    pub(super) outside: Vec<Option<Computed>>,
}

/// How often somebody else is asked, and where it goes on then.
type Pause = (u32, usize);

impl State {
    /// Ready for the first account. Constants that are texts are put among the texts.
    pub fn new(machine: &Machine, texts: &mut Texts) -> State {
        let mut regs = vec![Cell::default(); machine.registers as usize];
        for (reg, value) in &machine.constants {
            if let Some(place) = regs.get_mut(*reg as usize) {
                *place = Cell::of(value, texts);
            }
        }
        let outside = vec![None; machine.interpreted.len()];
        let (input_faults, faults) = (Vec::with_capacity(16), Vec::with_capacity(16));
        State { regs, input_faults, careful: false, faults, outside }
    }

    /// A new account: nothing is noted about its inputs. Inputs that are not set keep their cells.
    #[inline]
    pub fn begin(&mut self) {
        self.input_faults.clear();
        self.careful = false;
    }

    /// Sets an input, by its place in [`Machine::inputs`].
    #[inline]
    pub fn set(&mut self, machine: &Machine, input: usize, cell: Cell) {
        let place = machine.input_registers.get(input).and_then(|reg| self.regs.get_mut(*reg as usize));
        if let Some(place) = place {
            *place = cell;
        }
        self.careful |= cell.tag.is_fault();
    }

    /// Sets all inputs of a new account, in the order of [`Machine::inputs`]. `careful` says that some may be missing because of
    /// a fault.
    #[inline]
    pub fn load(&mut self, machine: &Machine, cells: &[Cell], careful: bool) {
        self.input_faults.clear();
        self.careful = careful;
        let (first, rest) = cells.split_at(cells.len().min(machine.reserved as usize));
        if let Some(places) = self.regs.get_mut(..first.len()) {
            places.copy_from_slice(first);
        }
        for (cell, reg) in rest.iter().zip(machine.input_registers.iter().skip(first.len())) {
            self.put(*reg, *cell);
        }
    }

    /// Notes what went wrong where an input was computed, in that order.
    pub fn note(&mut self, input: usize, faults: &[Fault]) {
        self.careful |= !faults.is_empty();
        self.input_faults.extend(faults.iter().map(|fault| (u32::try_from(input).unwrap_or(u32::MAX), *fault)));
    }

    /// Computes everything. What is interpreted is missing; see [`State::run_with`].
    pub fn run(&mut self, machine: &Machine, texts: &Texts) {
        self.faults.clear();
        let code = if self.careful { &machine.careful } else { &machine.plain };
        let mut pause = self.execute(machine, code, texts, 0);
        while let Some((_, place)) = pause {
            pause = self.execute(machine, code, texts, place);
        }
    }

    /// Computes everything, and asks somebody else for what is interpreted.
    pub fn run_with(&mut self, machine: &Machine, texts: &mut Texts, outside: &mut dyn Outside) {
        self.faults.clear();
        let code = if self.careful { &machine.careful } else { &machine.plain };
        let mut pause = self.execute(machine, code, texts, 0);
        while let Some((asked, place)) = pause {
            if let Some(step) = machine.interpreted.get(asked as usize) {
                let outcome = outside.compute(step);
                self.take(machine, asked, step, outcome, texts);
            }
            pause = self.execute(machine, code, texts, place);
        }
    }

    /// Nothing went wrong yet.
    pub(super) fn forgive(&mut self) {
        self.faults.clear();
    }

    /// What went wrong, each once, in the order in which it did.
    pub fn faults(&self) -> &[AccountFault] {
        &self.faults
    }

    /// Puts what somebody else computed where those who read it look for it.
    fn take(&mut self, machine: &Machine, asked: u32, step: &Interpreted, outcome: Outcome, texts: &mut Texts) {
        outcome.faults.into_iter().for_each(|fault| self.blame(fault));
        let found = machine.found(step.item, step.date).map_or(Found::Nothing, |place| place.found);
        let symbol = |place: Option<u32>| place.map_or(NO_DATA, |bits| Cell { tag: Tag::Symbol, bits: bits.into() });
        match (found, &outcome.result) {
            (Found::Metric { value, band, points, .. }, Some(Computed::Metric(result))) => {
                self.put(value, Cell::of(&result.value, texts));
                let code = machine.band_code(step.item, result.band.as_deref());
                band.into_iter().for_each(|reg| self.put(reg, symbol(code)));
                let given = result.points.as_ref().map_or(NO_DATA, |points| Cell::of(points, texts));
                points.into_iter().for_each(|reg| self.put(reg, given));
            }
            (Found::Score { value, coverage, grade, .. }, Some(Computed::Score(result))) => {
                self.put(value, Cell::of(&result.value, texts));
                self.put(coverage, Cell::number(result.coverage));
                let code = machine.band_code(step.item, result.grade.as_deref());
                grade.into_iter().for_each(|reg| self.put(reg, symbol(code)));
            }
            (Found::Membership { value }, Some(Computed::Membership(member))) => {
                self.put(value, Cell::of(member, texts));
            }
            _ => {}
        }
        if let Some(place) = self.outside.get_mut(asked as usize) {
            *place = outcome.result;
        }
    }

    fn blame(&mut self, fault: AccountFault) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    #[inline]
    pub(super) fn at(&self, reg: Reg) -> Cell {
        self.regs.get(reg as usize).copied().unwrap_or_default()
    }

    #[inline]
    pub(super) fn put(&mut self, reg: Reg, cell: Cell) {
        if let Some(place) = self.regs.get_mut(reg as usize) {
            *place = cell;
        }
    }

    /// The value, or the missing one of a fault, which is noted.
    #[inline]
    pub(super) fn settle(&mut self, to: Reg, found: Result<Cell, Fault>, code: &Code, place: usize) {
        let cell = match found {
            Ok(cell) => cell,
            Err(fault) => self.wrong(fault, code, place),
        };
        self.put(to, cell);
    }

    #[cold]
    pub(super) fn wrong(&mut self, fault: Fault, code: &Code, place: usize) -> Cell {
        if let Some(item) = code.item(place) {
            self.blame(AccountFault { item, fault });
        }
        Cell::missing(Missing::Error(fault))
    }

    /// The faults of an input are those of whoever reads it.
    #[cold]
    fn touch(&mut self, machine: &Machine, input: u32, code: &Code, place: usize) {
        let Some(item) = code.item(place) else { return };
        if let (Some(Input::Field(..)), Some(reg)) =
            (machine.inputs.get(input as usize), machine.input_registers.get(input as usize))
            && let Some(Missing::Error(fault)) = self.at(*reg).tag.missing()
        {
            self.blame(AccountFault { item, fault });
        }
        for i in 0..self.input_faults.len() {
            if let Some((of, fault)) = self.input_faults.get(i).copied()
                && of == input
            {
                self.blame(AccountFault { item, fault });
            }
        }
    }

    /// Runs from a place on, until somebody else has to be asked or all is done.
    pub(super) fn execute(&mut self, machine: &Machine, code: &Code, texts: &Texts, from: usize) -> Option<Pause> {
        self.execute_until(machine, code, texts, from, code.ops.len())
    }

    /// The same up to a place.
    pub(super) fn execute_until(
        &mut self,
        machine: &Machine,
        code: &Code,
        texts: &Texts,
        from: usize,
        end: usize,
    ) -> Option<Pause> {
        let ops = code.ops.get(..end)?;
        let mut place = from;
        while let Some(op) = ops.get(place) {
            let here = place;
            place += 1;
            match *op {
                Op::Bands { bands } => {
                    if let Some(bands) = machine.bands.get(bands as usize)
                        && !bands.direct.as_ref().is_some_and(|direct| direct.judge(&mut self.regs))
                    {
                        self.judge(bands, texts, code, here);
                    }
                }
                Op::KleeneCompare { to, op, left, right, decisive, first, go } => {
                    let so_far = if first { boolean(!decisive) } else { self.at(to) };
                    let value = compare(op, self.at(left), self.at(right), texts);
                    let (cell, decided) = kleene(so_far, value, decisive);
                    self.put(to, cell);
                    if decided {
                        place = go as usize;
                    }
                }
                Op::Chain { to, comparisons, decisive } => {
                    let comparisons = machine.chained(comparisons);
                    self.put(to, self.chain(comparisons, decisive, texts));
                }
                Op::Kleene { to, value, decisive, first, go } => {
                    let so_far = if first { boolean(!decisive) } else { self.at(to) };
                    let (cell, decided) = kleene(so_far, self.at(value), decisive);
                    self.put(to, cell);
                    if decided {
                        place = go as usize;
                    }
                }
                Op::Card { card } => {
                    if let Some(card) = machine.cards.get(card as usize) {
                        self.score(machine, card, code, here);
                    }
                }
                Op::Compare { to, op, left, right } => {
                    self.put(to, compare(op, self.at(left), self.at(right), texts));
                }
                Op::Plus { to, left, right, subtract } => {
                    self.settle(to, plus(self.at(left), subtract, self.at(right)), code, here);
                }
                Op::Times { to, left, right, divide } => {
                    self.settle(to, times(self.at(left), divide, self.at(right)), code, here);
                }
                Op::Copy { to, from } => self.put(to, self.at(from)),
                Op::Jump { go } => place = go as usize,
                Op::IfMissing { value, go } => {
                    if self.at(value).tag.is_missing() {
                        place = go as usize;
                    }
                }
                Op::IfPresent { value, go } => {
                    if !self.at(value).tag.is_missing() {
                        place = go as usize;
                    }
                }
                Op::Unless { condition, go } => {
                    if truth(self.at(condition)) != Some(true) {
                        place = go as usize;
                    }
                }
                Op::Settle { to, from, go } => {
                    let value = self.at(from);
                    if !value.tag.is_missing() {
                        self.put(to, value);
                        place = go as usize;
                    }
                }
                Op::Parts { to, value, parts } => {
                    let tests = machine.parts.get(parts as usize).map_or(&[][..], Vec::as_slice);
                    self.put(to, self.part(tests, self.at(value), texts));
                }
                Op::InSet { to, value, set, negated } => self.put(to, in_set(self.at(value), set, negated)),
                Op::In { to, value, list, negated } => {
                    let cell = self.is_in(machine, self.at(value), list, texts);
                    self.put(to, negate_if(negated, cell));
                }
                Op::IsMissing { to, value, reasons, negated } => {
                    let tag = self.at(value).tag;
                    let missing = tag.is_missing() && reasons & (1 << (tag as u8)) != 0;
                    self.put(to, boolean(missing != negated));
                }
                Op::Named { to, name, value, wanted, negated } => {
                    let (name, value) = (self.at(name), self.at(value));
                    let cell = match (name.tag, value.tag.is_missing()) {
                        (Tag::Symbol, _) => boolean((name.bits == i128::from(wanted)) != negated),
                        (_, true) => value,
                        _ => boolean(negated),
                    };
                    self.put(to, cell);
                }
                Op::Not { to, from } => self.put(to, negate_if(true, self.at(from))),
                Op::Negate { to, from } => {
                    let value = self.at(from);
                    self.put(to, number(value).map_or(value, |n| Cell::number(n.neg())));
                }
                Op::Within { to, value, first, last, negated } => {
                    let value = self.at(value);
                    let cell = date(value).map_or(reason(value), |day| boolean(first <= day && day <= last));
                    self.put(to, negate_if(negated, cell));
                }
                Op::Elapsed { to, date, unit, until, as_of } => {
                    self.put(to, series::elapsed(self.at(date), unit, until, as_of));
                }
                Op::DaysOf { to, date, kind, left } => {
                    self.put(to, series::days_of(machine.calendar, self.at(date), kind, left));
                }
                Op::Call { to, function, ty, arguments } => {
                    let found = functions::call(function, ty, arguments_of(machine, arguments), &self.regs, texts);
                    self.settle(to, found, code, here);
                }
                Op::Change { to, now, then, percent } => {
                    self.settle(to, series::change(self.at(now), self.at(then), percent), code, here);
                }
                Op::Trend { to, values } => {
                    self.settle(to, series::trend(arguments_of(machine, values), &self.regs), code, here);
                }
                Op::Held { to, truths, count, ignoring } => {
                    self.put(to, series::held(arguments_of(machine, truths), &self.regs, count, ignoring));
                }
                Op::StreakEnds { value, ignoring, go } => match truth(self.at(value)) {
                    Some(true) => {}
                    None if ignoring => {}
                    _ => place = go as usize,
                },
                Op::Streak { to, truths, ignoring } => {
                    self.put(to, series::streak(arguments_of(machine, truths), &self.regs, ignoring));
                }
                Op::Until { to, points, at_least } => {
                    self.put(to, series::until(arguments_of(machine, points), &self.regs, at_least));
                }
                Op::Benchmark { to, value, figures, position } => {
                    if let Some(figures) = machine.figures.get(figures as usize) {
                        let found = self.beside(figures, self.at(value), position);
                        self.settle(to, found, code, here);
                    }
                }
                Op::Expire { expiry } => {
                    if let Some(expiry) = machine.expiries.get(expiry as usize) {
                        self.expire(machine, expiry, code, here);
                    }
                }
                Op::Fade { expiry } => {
                    if let Some(expiry) = machine.expiries.get(expiry as usize) {
                        self.fade_points(expiry, code, here);
                    }
                }
                Op::Passes { to, value, parts, part } => {
                    let test = machine.parts.get(parts as usize).and_then(|tests| tests.get(part as usize));
                    let passes = test.is_some_and(|test| judge::passes(test, self.at(value), &self.regs, texts));
                    self.put(to, boolean(passes));
                }
                Op::Take { to, condition, part, go } => {
                    let condition = self.at(condition);
                    match truth(condition) {
                        Some(false) => {}
                        Some(true) => {
                            self.put(to, Cell { tag: Tag::Symbol, bits: part.into() });
                            place = go as usize;
                        }
                        None => {
                            self.put(to, reason(condition));
                            place = go as usize;
                        }
                    }
                }
                Op::Nowhere { to, value } => self.put(to, reason(self.at(value))),
                Op::Limits { card } => {
                    if let Some(card) = machine.cards.get(card as usize) {
                        self.limit(card);
                    }
                }
                Op::Grade { card } => {
                    if let Some(card) = machine.cards.get(card as usize) {
                        self.grade(card, texts);
                    }
                }
                Op::Touch { input } => self.touch(machine, input, code, here),
                Op::Ask { step } => return Some((step, place)),
            }
        }
        None
    }

    /// Kleene over comparisons that note nothing: all of them are made, so that no jump depends on a single one.
    #[inline(never)]
    fn chain(&self, comparisons: &[Comparison], decisive: bool, texts: &Texts) -> Cell {
        let (mut decided, mut all_known) = (false, true);
        for Comparison { left, right, orders } in comparisons {
            let (Some(left), Some(right)) = (self.regs.get(*left as usize), self.regs.get(*right as usize)) else {
                return NO_DATA;
            };
            let (known, holds) = both(*orders, *left, *right);
            decided |= known & (holds == decisive);
            all_known &= known;
        }
        if decided | all_known { boolean(decided == decisive) } else { self.undecided(comparisons, decisive, texts) }
    }

    /// The same where something is missing, or is no number.
    fn undecided(&self, comparisons: &[Comparison], decisive: bool, texts: &Texts) -> Cell {
        let mut so_far = boolean(!decisive);
        for Comparison { left, right, orders } in comparisons {
            let (left, right) = (self.at(*left), self.at(*right));
            let value =
                quick(*orders, left, right).map_or_else(|| compare_others(*orders, left, right, texts), boolean);
            let (cell, decided) = kleene(so_far, value, decisive);
            if decided {
                return cell;
            }
            so_far = cell;
        }
        so_far
    }

    /// Kleene: the first member that is the value decides.
    fn is_in(&self, machine: &Machine, value: Cell, list: List, texts: &Texts) -> Cell {
        if value.tag.is_missing() {
            return value;
        }
        let mut so_far = boolean(false);
        for member in arguments_of(machine, list) {
            let same = compare(crate::ast::CompareOp::Equal, value, self.at(*member), texts);
            let (cell, decided) = kleene(so_far, same, true);
            if decided {
                return cell;
            }
            so_far = cell;
        }
        so_far
    }
}

fn in_set(value: Cell, set: u64, negated: bool) -> Cell {
    if value.tag.is_missing() {
        return value;
    }
    if value.tag != Tag::Symbol {
        return NOT_APPLICABLE;
    }
    let member = u32::try_from(value.bits).ok().filter(|bit| *bit < 64).is_some_and(|bit| set >> bit & 1 == 1);
    boolean(member != negated)
}

/// The registers of a list.
#[inline]
pub(super) fn arguments_of(machine: &Machine, list: List) -> &[Reg] {
    let start = list.start as usize;
    machine.lists.get(start..start + list.len as usize).unwrap_or(&[])
}

/// The cell of a register.
#[inline]
pub(super) fn of(regs: &[Cell], reg: Reg) -> Cell {
    regs.get(reg as usize).copied().unwrap_or_default()
}

/// The number of a register.
#[inline]
pub(super) fn number_of(regs: &[Cell], reg: Reg) -> Option<Decimal> {
    number(of(regs, reg))
}
