//! Expressions into instructions: each gives the register in which its value will be.

use super::build::Builder;
use super::op::{Op, Reg};
use super::{Found, Input, Why};
use crate::ast::CompareOp;
use crate::builtins::Scalar;
use crate::calendar::Date;
use crate::engine::Item;
use crate::engine::column::{Tag, What};
use crate::number::Decimal;
use crate::program::{Aggregate, Expr, ExprKind, FieldId, MetricId, MissingWord, Node, PortfolioId, ScorecardId};
use crate::value::{Missing, Value};

type Built = Result<Reg, Why>;

impl Builder<'_, '_> {
    /// The register of an expression's value at a date.
    pub(super) fn expr(&mut self, expr: &Expr, date: Date) -> Built {
        match &expr.kind {
            ExprKind::Literal(value) => Ok(self.constant(value.clone())),
            ExprKind::Param(id) => {
                let value = self.program.params.get(id.index()).map(|param| param.value.clone());
                Ok(self.constant(value.unwrap_or(Value::Missing(Missing::NoData))))
            }
            ExprKind::AsOfDate => Ok(self.constant(Value::Date(date))),
            ExprKind::Field(field) => Ok(self.field(*field, date)),
            ExprKind::Metric(id) => Ok(self.metric(*id, date, false)),
            ExprKind::Points(id) => Ok(self.metric(*id, date, true)),
            ExprKind::Score(id) => Ok(self.score(*id, date)),
            ExprKind::Segment(id) => Ok(self.membership(Item::Segment(*id), date)),
            ExprKind::Partition(id) => Ok(self.membership(Item::Partition(*id), date)),
            ExprKind::Portfolio(id) => Ok(self.portfolio(*id, date)),
            _ => {
                if let Some(known) = self.known_value(expr, date) {
                    return Ok(known);
                }
                self.fits()?;
                let reg = self.composed(expr, date)?;
                self.learn_value(expr, date, reg);
                Ok(reg)
            }
        }
    }

    fn composed(&mut self, expr: &Expr, date: Date) -> Built {
        match &expr.kind {
            ExprKind::Part(id, part) => {
                let value = self.membership(Item::Partition(*id), date);
                let part = self.constant(Value::Symbol(*part));
                let to = self.temporary();
                self.emit(Op::Compare { to, op: CompareOp::Equal, left: value, right: part });
                Ok(to)
            }
            ExprKind::Not(inner) => {
                let from = self.expr(inner, date)?;
                let to = self.temporary();
                self.emit(Op::Not { to, from });
                Ok(to)
            }
            ExprKind::Negate(inner) => {
                if let ExprKind::Literal(Value::Number(number)) = inner.kind {
                    return Ok(self.constant(Value::Number(number.neg())));
                }
                let from = self.expr(inner, date)?;
                let to = self.temporary();
                self.emit(Op::Negate { to, from });
                Ok(to)
            }
            ExprKind::And(list) => self.kleene(list, false, date),
            ExprKind::Or(list) => self.kleene(list, true, date),
            ExprKind::Sum(terms) => self.sum(terms, date),
            ExprKind::Product(factors) => self.product(factors, date),
            ExprKind::Compare(op, left, right) => {
                let (left, right) = (self.expr(left, date)?, self.expr(right, date)?);
                let to = self.temporary();
                self.emit(Op::Compare { to, op: *op, left, right });
                Ok(to)
            }
            ExprKind::In { value, list, negated } => self.is_in(value, list, *negated, date),
            ExprKind::Within { value, window, negated } => {
                let value = self.expr(value, date)?;
                let range = self.calendar.range(*window, date);
                let to = self.temporary();
                self.emit(Op::Within { to, value, first: range.first, last: range.last, negated: *negated });
                Ok(to)
            }
            ExprKind::IsMissing { value, because, negated } => {
                let value = self.expr(value, date)?;
                let to = self.temporary();
                self.emit(Op::IsMissing { to, value, reasons: reasons(*because), negated: *negated });
                Ok(to)
            }
            ExprKind::IsBand { metric, band, negated } => self.is_band(*metric, band, *negated, date),
            ExprKind::IsGrade { scorecard, grade, negated } => self.is_grade(*scorecard, grade, *negated, date),
            ExprKind::OrElse(list) => self.or_else(list, date),
            ExprKind::If { condition, then, otherwise } => self.choice(condition, then, otherwise, date),
            ExprKind::Function(function, arguments) => self.call(*function, arguments, date),
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, date),
            ExprKind::Elapsed { unit, until, date: since } => {
                let since = self.expr(since, date)?;
                let to = self.temporary();
                self.emit(Op::Elapsed { to, date: since, unit: *unit, until: *until, as_of: date });
                Ok(to)
            }
            ExprKind::RowField(_) | ExprKind::Related { .. } | ExprKind::RowMetric { .. } => Err(Why::OfRows),
            ExprKind::Ranked(_) | ExprKind::Across(_) => Err(Why::Others),
            ExprKind::Convert(_) => Err(Why::Rates),
            _ => self.looking_back(expr, date),
        }
    }

    // ---------- what lies ready ----------

    pub(super) fn field(&mut self, field: FieldId, date: Date) -> Reg {
        let keeps_history = self.program.subject_table().is_some_and(|table| table.kind.since().is_some());
        let date = if keeps_history { date } else { self.machine.as_of };
        self.input(Input::Field(field, date))
    }

    pub(super) fn metric(&mut self, id: MetricId, date: Date, points: bool) -> Reg {
        match self.machine.found(Item::Node(Node::Metric(id)), date).map(|place| place.found) {
            Some(Found::Metric { points: Some(given), .. }) if points => given,
            Some(Found::Metric { value, .. }) => value,
            _ => self.nothing(),
        }
    }

    pub(super) fn score(&mut self, id: ScorecardId, date: Date) -> Reg {
        match self.machine.found(Item::Node(Node::Scorecard(id)), date).map(|place| place.found) {
            Some(Found::Score { value, .. }) => value,
            _ => self.nothing(),
        }
    }

    fn coverage(&mut self, id: ScorecardId, date: Date) -> Reg {
        match self.machine.found(Item::Node(Node::Scorecard(id)), date).map(|place| place.found) {
            Some(Found::Score { coverage, .. }) => coverage,
            _ => self.nothing(),
        }
    }

    /// Its faults were noted elsewhere, for nobody in particular.
    fn portfolio(&mut self, id: PortfolioId, date: Date) -> Reg {
        let index = self.input_index(Input::Portfolio(id, date));
        self.machine.input_registers.get(index as usize).copied().unwrap_or_default()
    }

    fn aggregate(&mut self, aggregate: &Aggregate, date: Date) -> Built {
        let slot = self.supply.slot(aggregate, date, What::Value).ok_or(Why::Rows)?;
        Ok(self.input(Input::Slot(slot)))
    }

    // ---------- logic ----------

    /// `and` and `or`: operands after one that decides are not looked at.
    fn kleene(&mut self, list: &[Expr], decisive: bool, date: Date) -> Built {
        let to = self.temporary();
        let mut jumps = Vec::new();
        let mut mark = None;
        for (i, operand) in list.iter().enumerate() {
            let first = i == 0;
            let op = match &operand.kind {
                ExprKind::Compare(op, left, right) => {
                    let (left, right) = (self.expr(left, date)?, self.expr(right, date)?);
                    Op::KleeneCompare { to, op: *op, left, right, decisive, first, go: 0 }
                }
                _ => Op::Kleene { to, value: self.expr(operand, date)?, decisive, first, go: 0 },
            };
            jumps.push(self.here());
            self.emit(op);
            mark = mark.or(Some(self.perhaps()));
        }
        if list.is_empty() {
            let from = self.constant(Value::Boolean(!decisive));
            self.emit(Op::Copy { to, from });
        }
        mark.into_iter().for_each(|mark| self.surely(mark));
        self.land(&jumps);
        Ok(to)
    }

    fn is_in(&mut self, value: &Expr, list: &[Expr], negated: bool, date: Date) -> Built {
        let value = self.expr(value, date)?;
        let to = self.temporary();
        if let Some(set) = symbols(list) {
            self.emit(Op::InSet { to, value, set, negated });
            return Ok(to);
        }
        // Members are looked at only as long as none was found, and none if there is nothing to look for.
        let begin = self.here();
        self.emit(Op::Copy { to, from: value });
        let jump = self.here();
        self.emit(Op::IfMissing { value, go: 0 });
        let mark = self.perhaps();
        let lazily = self.here();
        let mut regs = Vec::with_capacity(list.len());
        for member in list {
            regs.push(self.expr(member, date)?);
        }
        if self.here() == lazily {
            // All of them are there anyway.
            self.code.truncate(begin);
            let list = self.list(&regs);
            self.emit(Op::In { to, value, list, negated });
            self.surely(mark);
            return Ok(to);
        }
        self.code.truncate(lazily);
        self.surely(mark);
        let mut jumps = Vec::new();
        for (i, member) in list.iter().enumerate() {
            let right = self.expr(member, date)?;
            jumps.push(self.here());
            let (op, left) = (CompareOp::Equal, value);
            self.emit(Op::KleeneCompare { to, op, left, right, decisive: true, first: i == 0, go: 0 });
        }
        self.surely(mark);
        self.land(&jumps);
        if negated {
            self.emit(Op::Not { to, from: to });
        }
        self.land(&[jump]);
        Ok(to)
    }

    fn is_band(&mut self, id: MetricId, band: &str, negated: bool, date: Date) -> Built {
        let found = self.machine.found(Item::Node(Node::Metric(id)), date).map(|place| place.found);
        let (Some(metric), Some(Found::Metric { value, band: name, .. })) = (self.program.metric(id), found) else {
            return Ok(self.nothing());
        };
        let wanted = super::items::names(&metric.thresholds).position(|name| name == band);
        self.named(name, value, wanted, negated)
    }

    fn is_grade(&mut self, id: ScorecardId, grade: &str, negated: bool, date: Date) -> Built {
        let found = self.machine.found(Item::Node(Node::Scorecard(id)), date).map(|place| place.found);
        let (Some(card), Some(Found::Score { value, grade: name, .. })) = (self.program.scorecard(id), found) else {
            return Ok(self.nothing());
        };
        let wanted = super::items::names(&card.grades).position(|name| name == grade);
        self.named(name, value, wanted, negated)
    }

    fn named(&mut self, name: Option<Reg>, value: Reg, wanted: Option<usize>, negated: bool) -> Built {
        let name = name.unwrap_or_else(|| self.nothing());
        let wanted = wanted.map_or(u32::MAX, super::build::at);
        let to = self.temporary();
        self.emit(Op::Named { to, name, value, wanted, negated });
        Ok(to)
    }

    fn or_else(&mut self, list: &[Expr], date: Date) -> Built {
        let mut alternatives = list.iter();
        let Some(first) = alternatives.next() else { return Ok(self.nothing()) };
        let from = self.expr(first, date)?;
        let to = self.temporary();
        self.emit(Op::Copy { to, from });
        let mut jumps = vec![self.here()];
        self.emit(Op::IfPresent { value: to, go: 0 });
        let mark = self.perhaps();
        for other in alternatives {
            let from = self.expr(other, date)?;
            jumps.push(self.here());
            self.emit(Op::Settle { to, from, go: 0 });
        }
        self.surely(mark);
        self.land(&jumps);
        Ok(to)
    }

    fn choice(&mut self, condition: &Expr, then: &Expr, otherwise: &Expr, date: Date) -> Built {
        let condition = self.expr(condition, date)?;
        let to = self.temporary();
        let turn = self.here();
        self.emit(Op::Unless { condition, go: 0 });
        let mark = self.perhaps();
        let from = self.expr(then, date)?;
        self.emit(Op::Copy { to, from });
        let end = self.here();
        self.emit(Op::Jump { go: 0 });
        self.surely(mark);
        self.land(&[turn]);
        let from = self.expr(otherwise, date)?;
        self.emit(Op::Copy { to, from });
        self.surely(mark);
        self.land(&[end]);
        Ok(to)
    }

    // ---------- arithmetic ----------

    fn sum(&mut self, terms: &[(bool, Expr)], date: Date) -> Built {
        let zero = Value::Number(Decimal::ZERO);
        self.chain(terms, zero, date, |to, left, right, subtract| Op::Plus { to, left, right, subtract })
    }

    fn product(&mut self, factors: &[(bool, Expr)], date: Date) -> Built {
        let one = Value::Number(Decimal::ONE);
        self.chain(factors, one, date, |to, left, right, divide| Op::Times { to, left, right, divide })
    }

    /// Left to right. What comes after something missing is not looked at.
    fn chain(
        &mut self,
        operands: &[(bool, Expr)],
        neutral: Value,
        date: Date,
        op: impl Fn(Reg, Reg, Reg, bool) -> Op,
    ) -> Built {
        let mut operands = operands.iter();
        let Some((inverse, first)) = operands.next() else { return Ok(self.constant(neutral)) };
        let mut left = self.expr(first, date)?;
        let to = self.temporary();
        if *inverse {
            let neutral = self.constant(neutral);
            self.emit(op(to, neutral, left, true));
            left = to;
        }
        let mark = self.perhaps();
        let mut jumps = Vec::new();
        for (inverse, operand) in operands {
            let begin = self.here();
            // Where the jump leads to, the value has to lie.
            self.emit(Op::Copy { to, from: left });
            let jump = self.here();
            self.emit(Op::IfMissing { value: to, go: 0 });
            let right = self.expr(operand, date)?;
            if self.here() == jump + 1 {
                self.code.truncate(begin);
            } else {
                jumps.push(jump);
                left = to;
            }
            self.emit(op(to, left, right, *inverse));
            left = to;
        }
        self.surely(mark);
        self.land(&jumps);
        Ok(left)
    }

    fn call(&mut self, function: Scalar, arguments: &[Expr], date: Date) -> Built {
        if let Scalar::DaysIn(kind) | Scalar::DaysLeft(kind) = function {
            let left = matches!(function, Scalar::DaysLeft(_));
            let day = match arguments.first() {
                Some(day) => self.expr(day, date)?,
                None => self.constant(Value::Date(date)),
            };
            let to = self.temporary();
            self.emit(Op::DaysOf { to, date: day, kind, left });
            return Ok(to);
        }
        let Some(first) = arguments.first() else { return Ok(self.constant(Value::Missing(Missing::NotApplicable))) };
        match (function, &first.kind) {
            (Scalar::Points, ExprKind::Metric(id)) => return Ok(self.metric(*id, date, true)),
            (Scalar::Coverage, ExprKind::Score(id)) => return Ok(self.coverage(*id, date)),
            _ => {}
        }
        let mut regs = Vec::with_capacity(arguments.len());
        for argument in arguments {
            regs.push(self.expr(argument, date)?);
        }
        let arguments = self.list(&regs);
        let to = self.temporary();
        self.emit(Op::Call { to, function, ty: first.ty, arguments });
        Ok(to)
    }
}

/// A bit per tag that counts as missing for this reason.
fn reasons(because: Option<MissingWord>) -> u8 {
    let bit = |tag: Tag| 1u8 << (tag as u8);
    match because {
        None => u8::MAX,
        Some(MissingWord::NoData) => bit(Tag::NoData),
        Some(MissingWord::NotApplicable) => bit(Tag::NotApplicable),
        Some(MissingWord::Stale) => bit(Tag::Stale),
        Some(MissingWord::TooFew) => bit(Tag::TooFew),
        Some(MissingWord::Error) => {
            bit(Tag::DivisionByZero) | bit(Tag::Overflow) | bit(Tag::BadCell) | bit(Tag::NoRate)
        }
    }
}

/// A list of constant symbols as bits.
fn symbols(list: &[Expr]) -> Option<u64> {
    list.iter().try_fold(0, |set, member| match &member.kind {
        ExprKind::Literal(Value::Symbol(symbol)) if *symbol < 64 => Some(set | 1u64 << symbol),
        _ => None,
    })
}
