//! What the accounts of a test show.

use super::facets::{is_joined, side};
use super::{Seen, Sight};
use crate::engine::reference::{Account, Clause, ConditionTrace, Dropped, Evaluator, Outcome};
use crate::engine::{RuleResult, RuleStatus};
use crate::program::{
    About, Aggregate, BandTable, BandTest, Expr, ExprKind, MetricId, PartTest, PartitionId, Program, Reach, Rule,
    RuleId, ScorecardId, SegmentId, SegmentRef, Trigger,
};
use crate::span::Span;
use crate::value::Value;

/// Everything that one account shows.
pub(in crate::testing) fn seen(program: &Program, account: &Account, out: &mut Seen) {
    let mut eye = Eye { account, out };
    for (i, metric) in ids(&program.metrics) {
        let result = account.metric(MetricId(i));
        eye.bands(&metric.thresholds, &result.value, result.band.as_deref());
        eye.value(&metric.value);
    }
    for (i, card) in ids(&program.scorecards) {
        let result = account.score(ScorecardId(i));
        for (line, found) in card.lines.iter().zip(&result.lines) {
            if found.missing.is_some() {
                eye.out.insert((line.span, Sight::Missing));
            }
        }
        card.limits.iter().filter_map(|l| l.when.as_ref()).for_each(|when| eye.condition(when));
        eye.bands(&card.grades, &result.value, result.grade.as_deref());
    }
    for (i, segment) in ids(&program.segments) {
        match account.belongs(SegmentRef::Segment(SegmentId(i))) {
            Some(true) => eye.see(segment.header.span, Sight::Holds),
            Some(false) => eye.see(segment.header.span, Sight::Fails),
            None => {}
        }
        eye.condition(&segment.condition);
    }
    for (i, partition) in ids(&program.partitions) {
        for (place, part) in ids(&partition.parts) {
            if account.belongs(SegmentRef::Part(PartitionId(i), place)) == Some(true) {
                eye.see(part.span, Sight::Entered);
            }
            if let PartTest::Condition(condition) = &part.test {
                eye.condition(condition);
            }
        }
    }
    for (i, rule) in ids(&program.rules) {
        eye.rule(rule, &account.rule(RuleId(i)));
    }
    for (i, rule) in ids(&program.row_rules) {
        for row in account.row_rule(RuleId(i)).rows {
            eye.see(rule.header.span, sight(row.result.status));
        }
    }
}

fn sight(status: RuleStatus) -> Sight {
    match status {
        RuleStatus::Holds => Sight::Fires,
        RuleStatus::DoesNotHold => Sight::DoesNotFire,
        RuleStatus::HeldBack => Sight::HeldBack,
        RuleStatus::Suppressed => Sight::Suppressed,
        RuleStatus::Undecided => Sight::Undecided,
    }
}

/// What the portfolio of a test shows.
pub(in crate::testing) fn seen_of_portfolio(evaluator: &Evaluator, account: &Account, out: &mut Seen) {
    let program = evaluator.program;
    let results = evaluator.portfolio_rules(account.as_of());
    let mut eye = Eye { account, out };
    for (rule, result) in program.portfolio_rules.iter().zip(&results) {
        eye.rule(rule, result);
    }
}

/// What a run of the rules shows of one that a test asks for.
pub(in crate::testing) fn seen_of_rule(account: &Account, rule: &Rule, id: RuleId, out: &mut Seen) {
    let mut eye = Eye { account, out };
    match rule.about {
        About::Account => eye.rule(rule, &account.rule(id)),
        About::Row(_) => {
            for row in account.row_rule(id).rows {
                eye.see(rule.header.span, sight(row.result.status));
            }
        }
        About::Portfolio => {}
    }
}

fn ids<T>(list: &[T]) -> impl Iterator<Item = (u32, &T)> {
    list.iter().enumerate().map(|(i, item)| (i as u32, item))
}

struct Eye<'a> {
    account: &'a Account<'a>,
    out: &'a mut Seen,
}

impl Eye<'_> {
    fn see(&mut self, span: Span, sight: Sight) {
        self.out.insert((span, sight));
    }

    fn bands(&mut self, tables: &[BandTable], value: &Value, entered: Option<&str>) {
        let Some(table) = self.account.bands(tables) else { return };
        if let Some(band) = table.bands.iter().find(|band| Some(band.name.as_str()) == entered) {
            self.see(band.span, Sight::Entered);
        }
        let Some(n) = value.number() else { return };
        for band in &table.bands {
            match &band.test {
                BandTest::Compare(_, bound) => self.see(band.span, side(n, *bound, false)),
                BandTest::Between(low, high) => {
                    self.see(band.span, side(n, *low, false));
                    self.see(band.span, side(n, *high, true));
                }
                _ => {}
            }
        }
    }

    fn rule(&mut self, rule: &Rule, result: &RuleResult) {
        self.see(rule.header.span, sight(result.status));
        match rule.trigger {
            // What it looks at are rows: seen as one that holds for some, and as one that does for none.
            Trigger::On(_) => {}
            _ => self.condition(&rule.condition),
        }
        rule.unless.iter().for_each(|unless| self.condition(unless));
    }

    fn condition(&mut self, condition: &Expr) {
        let told = self.account.condition(condition);
        self.clauses(&told);
    }

    fn clauses(&mut self, told: &ConditionTrace) {
        match &told.clause {
            Clause::All(list) | Clause::Any(list) => list.iter().for_each(|c| self.clauses(c)),
            Clause::Not(inner) => self.clauses(inner),
            _ => match told.truth {
                Some(true) => self.see(told.span, Sight::Holds),
                Some(false) => self.see(told.span, Sight::Fails),
                None => {}
            },
        }
    }

    /// Conditions inside a value, as far as they are about the account at its own date.
    fn value(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Aggregate(aggregate) => self.rows(aggregate, expr.span),
            ExprKind::OrElse(list) => {
                if let Some(taken) = list.iter().position(|one| !self.account.value(one).is_missing())
                    && let Some(instead) = list.get(taken).filter(|_| taken > 0)
                {
                    self.see(instead.span, Sight::Instead);
                }
                list.iter().for_each(|one| self.value(one));
            }
            ExprKind::If { condition, .. } => {
                self.condition(condition);
                expr.children().into_iter().skip(1).for_each(|child| self.value(child));
            }
            ExprKind::Across(_) | ExprKind::Ranked(_) => {}
            _ if expr.looks_back() => {}
            _ => expr.children().into_iter().for_each(|child| self.value(child)),
        }
    }

    /// The rows of an aggregate: what of its filter they meet, and where its window leaves them.
    fn rows(&mut self, aggregate: &Aggregate, span: Span) {
        if aggregate.reach != Reach::Account || (aggregate.filter.is_none() && aggregate.window.is_none()) {
            return;
        }
        for row in &self.account.rows_of(aggregate).rows {
            let met = match row.outcome {
                Outcome::Dropped(Dropped::LeftOut) => continue,
                Outcome::Dropped(Dropped::Filter { .. }) => false,
                _ => true,
            };
            if let Some(filter) = &aggregate.filter {
                self.see(filter.span, if met { Sight::Met } else { Sight::NotMet });
                if is_joined(filter) {
                    self.row_clauses(aggregate, filter, row.row);
                }
            }
            if met && aggregate.window.is_some() {
                let outside = matches!(row.outcome, Outcome::Dropped(Dropped::Window));
                self.see(span, if outside { Sight::Outside } else { Sight::Inside });
            }
        }
    }

    fn row_clauses(&mut self, aggregate: &Aggregate, clause: &Expr, row: u32) {
        match &clause.kind {
            ExprKind::And(list) | ExprKind::Or(list) => {
                list.iter().for_each(|one| self.row_clauses(aggregate, one, row))
            }
            ExprKind::Not(inner) => self.row_clauses(aggregate, inner, row),
            _ => match self.account.value_on(aggregate.source, row, clause).truth() {
                Some(true) => self.see(clause.span, Sight::Met),
                Some(false) => self.see(clause.span, Sight::NotMet),
                None => {}
            },
        }
    }
}
