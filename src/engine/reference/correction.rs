//! Scores that people set: which of them is in force.

use super::schedule::{Needs, Step};
use super::scope::Scope;
use super::time;
use crate::calendar::{Calendar, Date};
use crate::engine::{CorrectionOutcome as Outcome, CorrectionResult, Item};
use crate::program::{Aggregate, Correction, Expr, ExprKind, FieldId, Line, Node, Scorecard};
use hashbrown::HashSet;

impl Scope<'_> {
    /// What people set for the account, latest first. The latest that is in force applies.
    pub(super) fn corrections(self, card: &Scorecard, lines: &[Line]) -> Vec<CorrectionResult> {
        let Some(correction) = &card.correction else { return Vec::new() };
        let mut rows = self.seen_rows(correction.events);
        rows.retain(|(row, _)| {
            let met = correction.filter.as_ref().map(|filter| self.on(correction.events, *row).eval(filter));
            met.is_none_or(|met| met.truth() == Some(true))
        });
        let evidence = match correction.newer_evidence && !rows.is_empty() {
            true => self.newest_row(lines),
            false => None,
        };
        let mut decided = false;
        let told = rows.into_iter().rev().map(|(row, date)| {
            let outcome = match self.ended(correction, row, date, evidence) {
                Some(ended) => ended,
                None if decided => Outcome::Superseded,
                None => Outcome::Applied,
            };
            decided |= outcome == Outcome::Applied;
            let score = self.on(correction.events, row).row_field(correction.score);
            CorrectionResult { row, date, score, outcome }
        });
        told.collect()
    }

    /// Why a row is not in force, if so. Its last day still belongs to it.
    fn ended(self, correction: &Correction, row: u32, date: Date, evidence: Option<Date>) -> Option<Outcome> {
        let cell = |field: FieldId| self.on(correction.events, row).row_field(field);
        let needed = [correction.score, correction.until, correction.who, correction.why];
        let lacking = |column: FieldId| cell(column).missing().map(|reason| Outcome::Incomplete { column, reason });
        if let Some(incomplete) = needed.into_iter().find_map(lacking) {
            return Some(incomplete);
        }
        let until = cell(correction.until).date()?;
        if until < self.as_of {
            return Some(Outcome::Expired(until));
        }
        evidence.filter(|newest| *newest > date).map(Outcome::NewerEvidence)
    }

    /// The date of the latest row that counts for these lines: in an aggregate of what they weigh, of what that reads, and
    /// so on down.
    fn newest_row(self, lines: &[Line]) -> Option<Date> {
        let (program, calendar) = (self.account.evaluator.program, self.account.evaluator.calendar);
        let needs = Needs::of_its_own(program, calendar);
        let scored = lines.iter().filter(|line| !line.informational);
        let mut open: Vec<Step> = scored.map(|line| (Item::Node(line.item), self.as_of)).collect();
        let mut seen: HashSet<Step> = HashSet::new();
        let mut looked: HashSet<(*const Expr, Date)> = HashSet::new();
        let mut newest = None;
        while let Some((item, date)) = open.pop() {
            if !seen.insert((item, date)) {
                continue;
            }
            match item {
                Item::Node(Node::Scorecard(id)) => {
                    let lines = program.scorecard(id).map_or(&[][..], |card| self.at(date).lines_of(card).1);
                    open.extend(lines.iter().filter(|l| !l.informational).map(|line| (Item::Node(line.item), date)));
                }
                Item::Node(Node::Metric(id)) => {
                    let Some(metric) = program.metric(id) else { continue };
                    needs.expr(&metric.value, date, &mut open);
                    let mut found = Vec::new();
                    aggregates(calendar, &metric.value, date, &mut looked, &mut found);
                    newest = newest.max(found.into_iter().filter_map(|(a, at)| self.at(at).last_counted(a)).max());
                }
                Item::RowMetric(id) => {
                    let Some(metric) = program.row_metric(id) else { continue };
                    needs.expr(&metric.value, date, &mut open);
                    let mut found = Vec::new();
                    aggregates(calendar, &metric.value, date, &mut looked, &mut found);
                    for (row, _) in self.rows_of_account(metric.of) {
                        let here = self.on(metric.of, row);
                        newest = newest.max(found.iter().filter_map(|(a, at)| here.at(*at).last_counted(a)).max());
                    }
                }
                _ => {}
            }
        }
        newest
    }
}

/// The aggregates of an expression, each with the date at which it looks.
fn aggregates<'e>(
    calendar: Calendar,
    expr: &'e Expr,
    date: Date,
    looked: &mut HashSet<(*const Expr, Date)>,
    out: &mut Vec<(&'e Aggregate, Date)>,
) {
    match &expr.kind {
        ExprKind::Aggregate(aggregate) => out.push((aggregate, date)),
        ExprKind::Across(_) => {}
        kind => {
            let dates = time::dates(calendar, kind, date);
            let shifted = dates.is_some();
            for child in expr.children() {
                for at in dates.as_deref().unwrap_or(&[date]) {
                    if !shifted || looked.insert((child, *at)) {
                        aggregates(calendar, child, *at, looked, out);
                    }
                }
            }
        }
    }
}
