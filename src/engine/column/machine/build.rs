//! What a compilation keeps: registers, constants, inputs, jumps, and what is known already.

use super::fuse::{go, plain};
use super::op::{List, Member, Op, Place as At, Reg};
use super::{Code, Found, Input, Interpreted, Machine, Names, Now, Place, Supply, Wanted, Why};
use crate::calendar::{Calendar, Date};
use crate::engine::Item;
use crate::engine::column::Cell;
use crate::engine::column::Tag;
use crate::engine::reference::Step;
use crate::program::{Expr, MetricId, Node, PartitionId, Program, RuleId, ScorecardId, SegmentId, SegmentRef};
use crate::value::{Missing, Value};
use hashbrown::HashMap;

/// Registers for inputs besides a column of the account each.
const RESERVED: usize = 256;

/// Instructions that one item may have.
const MOST: usize = 50_000;

/// What has been computed on every way that leads here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Done {
    /// An expression, by its address: the program does not move meanwhile.
    Value(*const Expr, Date),
    /// The faults of an input have been noted.
    Touched(u32),
}

pub(super) struct Builder<'p, 's> {
    pub(super) program: &'p Program,
    pub(super) calendar: Calendar,
    pub(super) wanted: Wanted,
    pub(super) supply: &'s mut dyn Supply,
    pub(super) machine: Machine,
    pub(super) code: Vec<Op>,
    ends: Vec<(At, Item)>,
    constants: HashMap<Value, Reg>,
    inputs: HashMap<Input, u32>,
    /// Registers for what is needed on the way; those from `used` on are free.
    temporary: Vec<Reg>,
    used: usize,
    /// Registers that are kept free for inputs, the first ones.
    reserved: u32,
    /// The same for what is compiled by itself.
    apart: Vec<Reg>,
    done: HashMap<Done, Reg>,
    order: Vec<Done>,
    /// Where the item at hand begins.
    begin: usize,
    /// So many parts of conditions are compiled by themselves.
    pub(super) probed: u32,
}

impl<'p, 's> Builder<'p, 's> {
    pub(super) fn new(
        program: &'p Program,
        calendar: Calendar,
        as_of: Date,
        wanted: Wanted,
        supply: &'s mut dyn Supply,
    ) -> Self {
        let reserved = at(program.subject_table().map_or(0, |table| table.fields.len()) + RESERVED);
        let machine = Machine {
            as_of,
            reserved,
            plain: Code::default(),
            careful: Code::default(),
            registers: reserved,
            constants: Vec::new(),
            lists: Vec::new(),
            comparisons: Vec::new(),
            bands: Vec::new(),
            expiries: Vec::new(),
            figures: Vec::new(),
            parts: Vec::new(),
            cards: Vec::new(),
            inputs: Vec::new(),
            input_registers: Vec::new(),
            steps: HashMap::new(),
            now: Now::default(),
            interpreted: Vec::new(),
            names: Names::default(),
            probes: Vec::new(),
            calendar,
        };
        let (constants, inputs, done) = Default::default();
        let (code, ends, temporary, order, apart) = Default::default();
        Builder {
            program,
            calendar,
            wanted,
            supply,
            machine,
            code,
            ends,
            constants,
            inputs,
            temporary,
            used: 0,
            reserved,
            apart,
            done,
            order,
            begin: 0,
            probed: 0,
        }
    }

    pub(super) fn machine(mut self, steps: &[Step]) -> Machine {
        for step in steps {
            self.name(step.0);
            self.begin = self.code.len();
            self.forget();
            let inputs = self.machine.inputs.len();
            let place = match self.step(*step) {
                Ok(found) => Place { found, asked: None },
                Err(why) => {
                    self.code.truncate(self.begin);
                    self.forget();
                    self.machine.inputs.drain(inputs..).for_each(|input| {
                        self.inputs.remove(&input);
                    });
                    self.machine.input_registers.truncate(inputs);
                    self.asked(*step, why)
                }
            };
            self.machine.steps.insert(*step, place);
            if self.code.len() > self.begin {
                self.ends.push((at(self.code.len()), step.0));
            }
        }
        let now = |item: Item| {
            let place = self.machine.found(item, self.machine.as_of);
            place.unwrap_or(Place { found: Found::Nothing, asked: None })
        };
        let metrics = (0..at(self.program.metrics.len())).map(|i| now(Item::Node(Node::Metric(MetricId(i)))));
        let scores = (0..at(self.program.scorecards.len())).map(|i| now(Item::Node(Node::Scorecard(ScorecardId(i)))));
        let rules = (0..at(self.program.rules.len())).map(|i| now(Item::Rule(RuleId(i))));
        let segments = (0..at(self.program.segments.len())).map(|i| now(Item::Segment(SegmentId(i))));
        let partitions = (0..at(self.program.partitions.len())).map(|i| now(Item::Partition(PartitionId(i))));
        self.machine.now = Now {
            metrics: metrics.collect(),
            scores: scores.collect(),
            rules: rules.collect(),
            segments: segments.collect(),
            partitions: partitions.collect(),
        };
        let careful = Code { ops: self.code, ends: self.ends };
        self.machine.plain = plain(&careful, &mut self.machine.comparisons);
        self.machine.careful = careful;
        self.machine
    }

    /// Bands and grades are numbers until they are told.
    fn name(&mut self, item: Item) {
        let tables = match item {
            Item::Node(Node::Metric(id)) => self.program.metric(id).map(|metric| metric.thresholds.as_slice()),
            Item::Node(Node::Scorecard(id)) => self.program.scorecard(id).map(|card| card.grades.as_slice()),
            _ => None,
        };
        if let Some(tables) = tables.filter(|tables| !tables.is_empty()) {
            let names = super::items::names(tables).map(str::to_string).collect();
            match item {
                Item::Node(Node::Metric(id)) => put(&mut self.machine.names.metrics, id.index(), names),
                Item::Node(Node::Scorecard(id)) => put(&mut self.machine.names.scores, id.index(), names),
                _ => {}
            }
        }
    }

    /// Somebody else computes it; where the results go is known here.
    fn asked(&mut self, step: Step, why: Why) -> Place {
        let (item, date) = step;
        let asked = at(self.machine.interpreted.len());
        self.machine.interpreted.push(Interpreted { item, date, why });
        self.emit(Op::Ask { step: asked });
        let found = match item {
            Item::Node(Node::Metric(id)) => self.program.metric(id).map_or(Found::Nothing, |metric| Found::Metric {
                value: self.fresh(),
                band: (!metric.thresholds.is_empty()).then(|| self.fresh()),
                points: super::items::gives_points(metric).then(|| self.fresh()),
                expiry: None,
            }),
            Item::Node(Node::Scorecard(id)) => self.program.scorecard(id).map_or(Found::Nothing, |card| Found::Score {
                value: self.fresh(),
                coverage: self.fresh(),
                grade: (!card.grades.is_empty()).then(|| self.fresh()),
                card: None,
            }),
            Item::Segment(_) | Item::Partition(_) => Found::Membership { value: self.fresh() },
            Item::Rule(_) => {
                Found::Rule { condition: self.fresh(), unless: Some(self.fresh()), close: Some(self.fresh()) }
            }
            Item::Portfolio(_) | Item::RowMetric(_) | Item::RowRule(_) | Item::PortfolioRule(_) => Found::Nothing,
        };
        Place { found, asked: Some(asked) }
    }

    /// Instructions that compute an expression by themselves, when everything else is known.
    pub(super) fn apart(&mut self, expr: &Expr, date: Date) -> Result<(Code, Reg), Why> {
        let code = std::mem::take(&mut self.code);
        let begin = std::mem::take(&mut self.begin);
        // It runs when all is computed: what is kept of later items must not lie where it works.
        std::mem::swap(&mut self.temporary, &mut self.apart);
        self.forget();
        let reg = self.expr(expr, date);
        let ops = std::mem::replace(&mut self.code, code);
        self.begin = begin;
        std::mem::swap(&mut self.temporary, &mut self.apart);
        self.forget();
        Ok((plain(&Code { ops, ends: Vec::new() }, &mut self.machine.comparisons), reg?))
    }

    // ---------- registers ----------

    /// A register that keeps its value until the next account.
    pub(super) fn fresh(&mut self) -> Reg {
        let reg = self.machine.registers;
        self.machine.registers += 1;
        reg
    }

    /// A register for the item at hand.
    pub(super) fn temporary(&mut self) -> Reg {
        if let Some(reg) = self.temporary.get(self.used) {
            self.used += 1;
            return *reg;
        }
        let reg = self.fresh();
        self.temporary.push(reg);
        self.used += 1;
        reg
    }

    /// The register keeps its value from now on.
    pub(super) fn keep(&mut self, reg: Reg) -> Reg {
        if let Some(place) = self.temporary.iter().position(|r| *r == reg) {
            self.temporary.remove(place);
            self.used = self.used.saturating_sub(1);
        }
        reg
    }

    pub(super) fn constant(&mut self, value: Value) -> Reg {
        if let Some(reg) = self.constants.get(&value) {
            return *reg;
        }
        let reg = self.fresh();
        self.machine.constants.push((reg, value.clone()));
        self.constants.insert(value, reg);
        reg
    }

    pub(super) fn nothing(&mut self) -> Reg {
        self.constant(Value::Missing(Missing::NoData))
    }

    /// The register of an input; its faults are noted where it is read.
    pub(super) fn input(&mut self, input: Input) -> Reg {
        let index = self.input_index(input);
        self.touch(index);
        self.machine.input_registers.get(index as usize).copied().unwrap_or_default()
    }

    pub(super) fn input_index(&mut self, input: Input) -> u32 {
        if let Some(index) = self.inputs.get(&input) {
            return *index;
        }
        let index = at(self.machine.inputs.len());
        // The first of them lie side by side, so that a record is taken over as a whole.
        let reg = if index < self.reserved { index } else { self.fresh() };
        self.machine.inputs.push(input);
        self.machine.input_registers.push(reg);
        self.inputs.insert(input, index);
        index
    }

    pub(super) fn touch(&mut self, input: u32) {
        if self.known(Done::Touched(input)).is_none() {
            self.emit(Op::Touch { input });
            self.learn(Done::Touched(input), 0);
        }
    }

    pub(super) fn list(&mut self, regs: &[Reg]) -> List {
        let start = at(self.machine.lists.len());
        self.machine.lists.extend_from_slice(regs);
        List { start, len: at(regs.len()) }
    }

    // ---------- instructions ----------

    pub(super) fn emit(&mut self, op: Op) {
        self.code.push(op);
    }

    pub(super) fn here(&self) -> usize {
        self.code.len()
    }

    /// Too much for one item?
    pub(super) fn fits(&self) -> Result<(), Why> {
        if self.code.len() - self.begin > MOST { Err(Why::Large) } else { Ok(()) }
    }

    /// Lets the jumps that stand at these places go on here.
    pub(super) fn land(&mut self, jumps: &[usize]) {
        let here = at(self.code.len());
        for jump in jumps {
            if let Some(go) = self.code.get_mut(*jump).and_then(go) {
                *go = here;
            }
        }
    }

    // ---------- what is known ----------

    fn known(&self, what: Done) -> Option<Reg> {
        self.done.get(&what).copied()
    }

    fn learn(&mut self, what: Done, reg: Reg) {
        self.done.insert(what, reg);
        self.order.push(what);
    }

    pub(super) fn known_value(&self, expr: &Expr, date: Date) -> Option<Reg> {
        self.known(Done::Value(expr, date))
    }

    pub(super) fn learn_value(&mut self, expr: &Expr, date: Date, reg: Reg) {
        self.learn(Done::Value(expr, date), reg);
    }

    /// What comes from here on may not be reached.
    pub(super) fn perhaps(&self) -> usize {
        self.order.len()
    }

    /// From here on all is reached again that was before.
    pub(super) fn surely(&mut self, mark: usize) {
        for what in self.order.drain(mark.min(self.order.len())..) {
            self.done.remove(&what);
        }
    }

    /// A new item begins.
    pub(super) fn forget(&mut self) {
        self.done.clear();
        self.order.clear();
        self.used = 0;
        if self.wanted == Wanted::Steps {
            self.temporary.clear();
        }
    }

    // ---------- members ----------

    pub(super) fn member(&mut self, segment: Option<SegmentRef>, date: Date) -> Option<Member> {
        let (item, is) = match segment? {
            SegmentRef::Segment(id) => (Item::Segment(id), Cell { tag: Tag::Boolean, bits: 1 }),
            SegmentRef::Part(id, part) => (Item::Partition(id), Cell { tag: Tag::Symbol, bits: i128::from(part) }),
        };
        Some(Member { reg: self.membership(item, date), is })
    }

    pub(super) fn membership(&mut self, item: Item, date: Date) -> Reg {
        match self.machine.found(item, date).map(|place| place.found) {
            Some(Found::Membership { value }) => value,
            _ => self.nothing(),
        }
    }
}

/// As a place.
pub(super) fn at(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Puts something at a place of a list that may not be so long yet.
pub(super) fn put<T: Default>(list: &mut Vec<T>, place: usize, of: T) {
    if list.len() <= place {
        list.resize_with(place + 1, T::default);
    }
    if let Some(to) = list.get_mut(place) {
        *to = of;
    }
}
