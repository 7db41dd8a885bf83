//! What the tests of a program expect, as sets of numbers: `expect acme.calls >= 3` is all numbers from 3 on.

use super::Facts;
use crate::ast::{CompareOp, ExpectationKind, Expr, ExprKind, Item, ItemKind, Test};
use crate::check::domain::{Domain, Known};
use crate::check::interval::Numbers;
use crate::check::region::band_numbers;
use crate::number::Decimal;
use crate::program::{BandTable, MetricId, ScorecardId};
use crate::span::Span;
use std::collections::HashMap;

/// What is expected of one value.
#[derive(Debug)]
pub struct Claim<'f> {
    /// Whose.
    pub subject: &'f str,
    /// Of what.
    pub name: &'f str,
    /// Which numbers fit.
    pub numbers: Numbers,
    /// The comparison.
    pub span: Span,
    /// `acme.calls`
    pub value: Span,
    /// It is the whole of an expectation, without a tolerance.
    pub whole: bool,
}

/// Finds what is known of a name quickly.
pub struct Names<'f> {
    facts: &'f Facts<'f>,
    metrics: HashMap<&'f str, u32>,
    scores: HashMap<&'f str, u32>,
}

/// The tests of the project itself.
pub fn tests<'f>(facts: &Facts<'f>) -> impl Iterator<Item = (&'f Item, &'f Test)> + use<'f> {
    let items = facts.files.iter().filter(|f| f.package.is_none()).flat_map(|f| &f.items);
    items.filter_map(|item| match &item.kind {
        ItemKind::Test(test) => Some((item, test)),
        _ => None,
    })
}

impl<'f> Names<'f> {
    /// Of a program.
    pub fn new(facts: &'f Facts<'f>) -> Names<'f> {
        let metrics = facts.program.metrics.iter().map(|metric| metric.header.name.as_str());
        let scores = facts.program.scorecards.iter().map(|card| card.header.name.as_str());
        Names { facts, metrics: metrics.zip(0..).collect(), scores: scores.zip(0..).collect() }
    }

    /// Which numbers a metric or a score can be.
    pub fn domain(&self, name: &str) -> Option<Domain> {
        let metric = self.metrics.get(name).map(|id| self.facts.proofs.metric(MetricId(*id)));
        metric.or_else(|| self.scores.get(name).map(|id| self.facts.proofs.score(ScorecardId(*id))))
    }

    /// What a test expects of single values.
    pub fn claims(&self, test: &'f Test) -> Vec<Claim<'f>> {
        let mut found = Vec::new();
        for expectation in &test.expect {
            let ExpectationKind::Holds { condition, within } = &expectation.kind else { continue };
            let tolerance = match within {
                Some(within) => match self.constant(within) {
                    Some(tolerance) => Some(tolerance),
                    None => continue,
                },
                None => None,
            };
            let parts: Vec<&'f Expr> = match &condition.kind {
                ExprKind::And(list) => list.iter().collect(),
                _ => vec![condition],
            };
            let whole = parts.len() == 1 && within.is_none();
            found.extend(parts.into_iter().filter_map(|part| self.claim(part, tolerance, whole)));
        }
        found
    }

    fn claim(&self, condition: &'f Expr, tolerance: Option<Decimal>, whole: bool) -> Option<Claim<'f>> {
        let (value, numbers) = match &condition.kind {
            ExprKind::Compare(op, left, right) => {
                let bound = self.constant(right)?;
                let numbers = match (tolerance, op) {
                    (Some(by), CompareOp::Equal) => Numbers::between(bound.sub(by), bound.add(by)),
                    (Some(_), _) => return None,
                    (None, op) => Numbers::compared(*op, bound),
                };
                (&**left, numbers)
            }
            ExprKind::Is { value, label, negated: false } => (&**value, self.labelled(told(value)?.1, &label.text)?),
            _ => return None,
        };
        let (subject, name) = told(value)?;
        let known = self.metrics.contains_key(name) || self.scores.contains_key(name);
        known.then_some(Claim { subject, name, numbers, span: condition.span, value: value.span, whole })
    }

    /// The numbers of a band or a grade, where one table holds for everyone.
    fn labelled(&self, name: &str, label: &str) -> Option<Numbers> {
        let program = self.facts.program;
        let of_metric = self.metrics.get(name).and_then(|id| program.metric(MetricId(*id))).map(|m| &m.thresholds);
        let of_card = || self.scores.get(name).and_then(|id| program.scorecard(ScorecardId(*id))).map(|c| &c.grades);
        let [table] = of_metric.or_else(of_card)?.as_slice() else { return None };
        let BandTable { segment: None, bands, .. } = table else { return None };
        let mut left = Numbers::all();
        for band in bands {
            let own = band_numbers(&band.test).and(&left);
            if band.name == label {
                return Some(own);
            }
            left = left.without(&own);
        }
        None
    }

    /// The number that is written, or that a parameter holds.
    fn constant(&self, expr: &Expr) -> Option<Decimal> {
        match &expr.kind {
            ExprKind::Number(n) | ExprKind::Percent(n) | ExprKind::Money(n, _) => Some(*n),
            ExprKind::Negate(inner) => self.constant(inner).map(Decimal::neg),
            ExprKind::Name(name) => self.facts.program.params.iter().find(|p| p.header.name == *name)?.value.number(),
            _ => None,
        }
    }
}

/// Whose value it is and of what; the only account of a test need not be named.
fn told(value: &Expr) -> Option<(&str, &str)> {
    match &value.kind {
        ExprKind::Member(subject, name) => Some((&subject.text, &name.text)),
        ExprKind::Name(name) => Some(("", name)),
        _ => None,
    }
}

/// `0 to 100`, `0 or more`: which values there can be, in words; nothing if there is no bound.
pub fn spoken(domain: Domain) -> Option<String> {
    match (domain.low, domain.high) {
        (Some(low), Some(high)) => Some(format!("{low} to {high}")),
        (Some(low), None) => Some(format!("{low} or more")),
        (None, Some(high)) => Some(format!("at most {high}")),
        (None, None) => None,
    }
}
