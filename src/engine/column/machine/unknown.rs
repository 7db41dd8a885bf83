//! Why a rule is undecided: the innermost parts of its conditions that are missing and make it so.
//!
//! Every part of a condition is compiled once more by itself, and run only for accounts whose rule is undecided.

use super::build::{Builder, put};
use super::op::Reg;
use super::run::State;
use super::values::truth;
use super::{Code, Machine, Wanted, Why};
use crate::calendar::Date;
use crate::engine::Unknown;
use crate::engine::column::{Tag, Texts};
use crate::engine::reference::looked_at;
use crate::program::{Expr, ExprKind, Program, Rule, RuleId};
use crate::span::Span;
use crate::value::Missing;

/// Instructions that the parts of one rule may have.
const MOST: usize = 50_000;

/// A part of a condition at a date.
#[derive(Debug, Clone)]
pub(super) struct Probe {
    code: Code,
    reg: Reg,
    span: Span,
    date: Date,
    name: Option<String>,
    /// It is the only part of the machine with this number.
    number: u32,
    /// What has the name of a benchmark is called so only if its value is known.
    of: Option<Box<Probe>>,
    /// The condition of a choice between the first and the second part.
    condition: Option<Box<Probe>>,
    parts: Vec<Probe>,
}

impl Builder<'_, '_> {
    pub(super) fn probes(&mut self, id: RuleId, rule: &Rule, date: Date) -> Result<(), Why> {
        if self.wanted < Wanted::Everything {
            return Ok(());
        }
        let mut left = MOST;
        let mut probes = Vec::new();
        for condition in std::iter::once(&rule.condition).chain(&rule.unless) {
            probes.push(self.probe(condition, date, true, &mut left)?);
        }
        put(&mut self.machine.probes, id.index(), probes);
        Ok(())
    }

    fn probe(&mut self, expr: &Expr, date: Date, back: bool, left: &mut usize) -> Result<Probe, Why> {
        let (code, reg) = self.apart(expr, date)?;
        *left = left.checked_sub(code.ops.len() + 1).ok_or(Why::Large)?;
        let dates = looked_at(self.calendar, &expr.kind, date);
        // What happens inside an aggregate happens per row, and is told by its own story.
        let children = match &expr.kind {
            ExprKind::Aggregate(_) => Vec::new(),
            _ if dates.is_some() && !back => Vec::new(),
            ExprKind::If { then, otherwise, .. } => vec![&**then, &**otherwise],
            _ => expr.children(),
        };
        let back = back && dates.is_none();
        let mut parts = Vec::new();
        for at in dates.unwrap_or_else(|| vec![date]) {
            for child in &children {
                parts.push(self.probe(child, at, back, left)?);
            }
        }
        let condition = match &expr.kind {
            ExprKind::If { condition, .. } => Some(Box::new(self.alone(condition, date)?)),
            _ => None,
        };
        let of = match &expr.kind {
            ExprKind::Benchmark { id, .. } => match self.program.benchmark(*id) {
                Some(benchmark) => Some(Box::new(self.alone(&benchmark.of, date)?)),
                None => None,
            },
            _ => None,
        };
        let (name, number) = (name(self.program, expr), self.number());
        Ok(Probe { code, reg, span: expr.span, date, name, number, of, condition, parts })
    }

    fn alone(&mut self, expr: &Expr, date: Date) -> Result<Probe, Why> {
        let (code, reg) = self.apart(expr, date)?;
        let (name, number, parts) = (name(self.program, expr), self.number(), Vec::new());
        Ok(Probe { code, reg, span: expr.span, date, name, number, of: None, condition: None, parts })
    }

    fn number(&mut self) -> u32 {
        self.probed += 1;
        self.probed
    }
}

/// What a person calls it, if it has a name.
fn name(program: &Program, expr: &Expr) -> Option<String> {
    let name = match &expr.kind {
        ExprKind::Field(id) => &program.subject_table()?.fields.get(id.index())?.name,
        ExprKind::Param(id) => &program.params.get(id.index())?.header.name,
        ExprKind::Metric(id) | ExprKind::Points(id) | ExprKind::IsBand { metric: id, .. } => {
            &program.metric(*id)?.header.name
        }
        ExprKind::Score(id) | ExprKind::IsGrade { scorecard: id, .. } => &program.scorecard(*id)?.header.name,
        ExprKind::Benchmark { id, .. } => &program.benchmark(*id)?.header.name,
        ExprKind::Portfolio(id) => &program.portfolio(*id)?.header.name,
        ExprKind::Segment(id) => &program.segments.get(id.index())?.header.name,
        ExprKind::Partition(id) => &program.partitions.get(id.index())?.header.name,
        ExprKind::Part(id, part) => &program.partitions.get(id.index())?.parts.get(*part as usize)?.name,
        _ => return None,
    };
    Some(name.clone())
}

impl State {
    /// What is missing in the conditions of a rule.
    pub(super) fn unknown(&mut self, machine: &Machine, texts: &Texts, id: RuleId) -> Vec<Unknown> {
        let mut all = Vec::new();
        for probe in machine.probes.get(id.index()).into_iter().flatten() {
            self.unknowns(machine, texts, probe, &mut |probe, named, reason| {
                let name = named.name.clone();
                once(&mut all, Unknown { name, span: probe.span, as_of: probe.date, reason });
            });
        }
        all
    }

    /// The same as numbers, which are alike for accounts that lack the same.
    pub(super) fn unknown_in_short(&mut self, machine: &Machine, texts: &Texts, id: RuleId, all: &mut Vec<u64>) {
        for probe in machine.probes.get(id.index()).into_iter().flatten() {
            self.unknowns(machine, texts, probe, &mut |_, named, reason| {
                all.push(u64::from(named.number) << 8 | Tag::from(reason) as u64);
            });
        }
    }

    /// Shows the innermost parts that are missing, each with the part that has its name; true if there is one.
    fn unknowns<'m>(
        &mut self,
        machine: &Machine,
        texts: &Texts,
        probe: &'m Probe,
        show: &mut dyn FnMut(&'m Probe, &'m Probe, Missing),
    ) -> bool {
        self.execute(machine, &probe.code, texts, 0);
        let Some(reason) = self.at(probe.reg).tag.missing() else { return false };
        let parts: &[Probe] = match &probe.condition {
            Some(condition) => {
                self.execute(machine, &condition.code, texts, 0);
                let place = usize::from(truth(self.at(condition.reg)) != Some(true));
                probe.parts.get(place..place + 1).unwrap_or(&[])
            }
            None => &probe.parts,
        };
        let mut inner = false;
        for part in parts {
            inner |= self.unknowns(machine, texts, part, show);
        }
        if !inner {
            let mut named = probe;
            if let Some(of) = &probe.of {
                self.execute(machine, &of.code, texts, 0);
                if self.at(of.reg).tag.is_missing() {
                    named = of;
                }
            }
            show(probe, named, reason);
        }
        true
    }
}

/// The same name, date and reason are told once.
fn once(all: &mut Vec<Unknown>, unknown: Unknown) {
    if unknown.name.is_none() || !all.iter().any(|known: &Unknown| known.says_the_same_as(&unknown)) {
        all.push(unknown);
    }
}
