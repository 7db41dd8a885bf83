//! Whether what is expected holds, and what to say where it does not.

use super::coverage::{self, Seen};
use super::days::Days;
use super::{Edit, Failure, Outcome, Problem, Setup, Unit, build, finding};
use crate::ast::{CompareOp, RuleOutcome};
use crate::data::Dataset;
use crate::engine::reference::{Account, Evaluator, Supposed, Supposition};
use crate::engine::{RuleResult, RuleStatus};
use crate::explain::{self, Case, PortfolioPart, Topic, Traced, Whole, words};
use crate::number::Decimal;
use crate::program::{
    Expectation, ExpectationKind, Expr, ExprKind, GuardId, Node, Program, RuleId, TableId, Test, Type, Update, Whose,
};
use crate::report::{Layout, Stamp};
use crate::value::{Missing, Value};
use std::cell::OnceCell;

/// Runs a test in one of its cases.
pub(super) fn judge(setup: &Setup, unit: Unit) -> (Outcome, Seen) {
    let Unit { test, case } = unit;
    let span = case.map_or(test.header.span, |case| case.span);
    let source = setup.sources.get(span.source);
    let mut outcome = Outcome {
        title: test.header.name.clone(),
        case: case.map(|case| case.name.clone()),
        file: source.map_or(String::new(), |source| source.name.clone()),
        line: source.map_or(0, |source| source.line_of(span.start)),
        todo: test.todo.clone(),
        expectations: 0,
        problems: Vec::new(),
        failures: Vec::new(),
    };
    let data = match build::dataset(setup, unit) {
        Ok(data) => data,
        Err(problems) => {
            outcome.problems = problems;
            return (outcome, Seen::new());
        }
    };
    let evaluator = Evaluator::new(setup.program, &data, setup.calendar);
    let world = World::new(setup, unit, &evaluator, &data);
    for expectation in test.expect.iter().chain(case.into_iter().flat_map(|case| &case.expect)) {
        outcome.expectations += 1;
        match world.expectation(expectation) {
            Ok(None) => {}
            Ok(Some(failure)) => outcome.failures.push(failure),
            Err(problem) => outcome.problems.push(problem),
        }
    }
    // What may fail shows nothing yet.
    let looks = setup.coverage && outcome.problems.is_empty() && test.todo.is_none();
    let seen = if looks { world.seen() } else { Seen::new() };
    (outcome, seen)
}

/// A test with its data.
pub(super) struct World<'a> {
    pub(super) setup: &'a Setup<'a>,
    pub(super) unit: Unit<'a>,
    pub(super) evaluator: &'a Evaluator<'a>,
    pub(super) data: &'a Dataset,
    /// What became of the rules in its runs, once that was asked.
    pub(super) days: OnceCell<Days>,
}

impl<'a> World<'a> {
    pub(super) fn new(
        setup: &'a Setup<'a>,
        unit: Unit<'a>,
        evaluator: &'a Evaluator<'a>,
        data: &'a Dataset,
    ) -> World<'a> {
        World { setup, unit, evaluator, data, days: OnceCell::new() }
    }
}

impl World<'_> {
    pub(super) fn test(&self) -> &Test {
        self.unit.test
    }

    /// What all accounts of the test show of the program.
    fn seen(&self) -> Seen {
        let (as_of, mut seen) = (self.test().as_of, Seen::new());
        for id in self.evaluator.ids(as_of) {
            if let Some(account) = self.evaluator.account_supposing(id, as_of, &self.suppose(id)) {
                coverage::seen(self.program(), &account, &mut seen);
            }
        }
        coverage::seen_of_portfolio(self.evaluator, &self.evaluator.nobody(as_of), &mut seen);
        self.seen_in_runs(&mut seen);
        seen
    }

    pub(super) fn program(&self) -> &Program {
        self.setup.program
    }

    fn expectation(&self, expectation: &Expectation) -> Result<Option<Failure>, Problem> {
        match &expectation.kind {
            ExpectationKind::Holds { whose, condition, within, update } => {
                let mut account = self.account(whose, expectation)?;
                if holds(&mut account, condition, *within) {
                    return Ok(None);
                }
                Ok(Some(self.differs(whose, expectation, condition, *within, *update)))
            }
            ExpectationKind::Snapshot { whose, value, update } => {
                let got = self.account(whose, expectation)?.value_of(value);
                let mut failure = self.failure(expectation, "a value".to_string(), self.exact(value.ty, &got));
                failure.note = Some("`laud test --bless` writes it down".to_string());
                failure.edit = Some(self.edit(*update, value.ty, &got, None, true));
                failure.why = self.why(whose, value);
                Ok(Some(failure))
            }
            ExpectationKind::Rule { whose, rule, outcome, because, reason } => {
                self.rule(expectation, whose, *rule, *outcome, (because.as_ref(), *reason))
            }
            ExpectationKind::Ran { whose, .. } => {
                self.account(whose, expectation)?;
                Ok(self.ran(expectation))
            }
            ExpectationKind::Finding { errors_only, code, text, set } => {
                let found = finding::look(self.setup, *errors_only, *code, text.as_ref(), set);
                Ok(found.map(|(expected, got)| self.failure(expectation, expected, got)))
            }
        }
    }

    /// What becomes of a rule.
    pub(super) fn outcome(&self, account: &mut Account, whose: &Whose, id: RuleId) -> Option<RuleResult> {
        match whose {
            Whose::Row(..) => {
                let row = self.row(whose)?.1;
                let rows = account.row_rule_of(id).rows;
                rows.into_iter().find(|standing| standing.row == row).map(|standing| standing.result)
            }
            Whose::Portfolio => self.evaluator.portfolio_rules(self.test().as_of).into_iter().nth(id.index()),
            _ => Some(account.rule_of(id)),
        }
    }

    fn suppose(&self, id: &str) -> Vec<Supposition> {
        let all = self.unit.case.map_or(&[][..], |case| &case.suppose);
        let own = all.iter().filter(|(account, ..)| **account == *id);
        own.map(|(_, metric, value)| (Supposed::Metric(*metric), value.clone())).collect()
    }

    pub(super) fn id<'i>(&'i self, whose: &'i Whose) -> Option<&'i str> {
        match whose {
            Whose::Account(id) => Some(id),
            Whose::Case => self.unit.case.map(|case| case.name.as_str()),
            Whose::Row(..) => self.evaluator.owner_id(self.row(whose)?),
            Whose::Portfolio => None,
        }
    }

    /// The row that is meant.
    fn row(&self, whose: &Whose) -> Option<(TableId, u32)> {
        let Whose::Row(table, key) = whose else { return None };
        self.data.table(*table)?.by_key.get(key).map(|row| (*table, row))
    }

    /// The value of an expression where something is expected: for the account, or for a row of it.
    pub(super) fn value(&self, account: &mut Account, whose: &Whose, expr: &Expr) -> Value {
        let value = account.value_of(expr);
        match self.row(whose) {
            Some((table, row)) => account.value_on(table, row, expr),
            None => value,
        }
    }

    pub(super) fn account(&self, whose: &Whose, expectation: &Expectation) -> Result<Account<'_>, Problem> {
        let as_of = self.test().as_of;
        let Some(id) = self.id(whose) else { return Ok(self.evaluator.nobody(as_of)) };
        self.evaluator.account_lazily(id, as_of, &self.suppose(id)).ok_or_else(|| {
            let place = self.setup.sources.position(expectation.span);
            let place = place.rsplit_once(':').map_or(place.clone(), |(place, _)| place.to_string());
            Problem {
                place,
                message: format!("there is no account `{id}` on {as_of}"),
                help: Some("it is not in the file, was merged into another, or is known later only".to_string()),
            }
        })
    }

    pub(super) fn failure(&self, expectation: &Expectation, expected: String, got: String) -> Failure {
        let sources = self.setup.sources;
        let words = |span| sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
        let text = match expectation.head {
            Some(head) => format!("expect {} | {} |", words(head), words(expectation.span)),
            None => words(expectation.span),
        };
        let line = sources.get(expectation.span.source).map_or(0, |s| s.line_of(expectation.span.start));
        Failure { text, line, expected, got, note: None, why: None, edit: None }
    }

    /// A value with every digit, as it would be written.
    fn exact(&self, ty: Type, value: &Value) -> String {
        match value {
            Value::Missing(reason) => format!("missing because {reason}"),
            value => words::literal(self.program(), ty, value),
        }
    }

    /// A condition that does not hold.
    fn differs(
        &self,
        whose: &Whose,
        expectation: &Expectation,
        condition: &Expr,
        within: Option<Decimal>,
        update: Option<Update>,
    ) -> Failure {
        let as_of = self.test().as_of;
        let lazily = |id: &str| self.evaluator.account_lazily(id, as_of, &self.suppose(id));
        let account = self.id(whose).and_then(lazily);
        let mut account = account.unwrap_or_else(|| self.evaluator.nobody(as_of));
        let mut failure = match &condition.kind {
            ExprKind::Compare(CompareOp::Equal, left, right) => {
                let (found, wanted) = (account.value_of(left), account.value_of(right));
                let tolerance = within.map_or(String::new(), |n| {
                    format!(" within {}", words::literal(self.program(), left.ty, &Value::Number(n)))
                });
                let expected = format!("{}{tolerance}", self.exact(right.ty, &wanted));
                let mut failure = self.failure(expectation, expected, self.exact(left.ty, &found));
                failure.edit = update.map(|update| self.edit(update, left.ty, &found, None, false));
                failure
            }
            ExprKind::IsBand { metric, band, negated } => {
                let (value, actual) = self.full(whose).map_or((Value::Missing(Missing::NoData), None), |account| {
                    let result = account.metric(*metric);
                    (result.value, result.band)
                });
                let ty = self.program().metric(*metric).map_or(Type::Unknown, |m| m.value.ty);
                self.label(expectation, band, *negated, actual, (ty, &value), update)
            }
            ExprKind::IsGrade { scorecard, grade, negated } => {
                let (value, actual) = self.full(whose).map_or((Value::Missing(Missing::NoData), None), |account| {
                    let result = account.score(*scorecard);
                    (result.value, result.grade)
                });
                let ty = Type::Number(crate::program::Unit::Points);
                self.label(expectation, grade, *negated, actual, (ty, &value), update)
            }
            ExprKind::IsMissing { value, because, negated } => {
                let found = account.value_of(value);
                let text = words::Words::new(self.program()).expr(condition);
                let expected = match (negated, because) {
                    (true, _) => "a value".to_string(),
                    (false, _) => text.split_once(" is ").map_or(text.clone(), |(_, rest)| rest.replace('_', " ")),
                };
                let mut failure = self.failure(expectation, expected, self.exact(value.ty, &found));
                failure.edit = update.map(|update| self.edit(update, value.ty, &found, None, false));
                failure
            }
            _ => {
                let told = self.told(whose, condition).unwrap_or_default();
                let truth = match account.value_of(condition).truth() {
                    Some(true) => "yes",
                    Some(false) => "no",
                    None => "unknown",
                };
                self.failure(expectation, "yes".to_string(), format!("{truth}: {told}"))
            }
        };
        failure.why = self.why(whose, condition);
        failure
    }

    fn label(
        &self,
        expectation: &Expectation,
        wanted: &str,
        negated: bool,
        actual: Option<String>,
        (ty, value): (Type, &Value),
        update: Option<Update>,
    ) -> Failure {
        let got = match &actual {
            Some(actual) => format!("{actual}, {}", self.exact(ty, value)),
            None => self.exact(ty, value),
        };
        let expected = if negated { format!("not {wanted}") } else { wanted.to_string() };
        let mut failure = self.failure(expectation, expected, got);
        failure.edit = update.map(|update| self.edit(update, ty, value, actual, false));
        failure
    }

    /// What would have to be written for the expectation to hold.
    fn edit(&self, update: Update, ty: Type, value: &Value, label: Option<String>, fresh: bool) -> Edit {
        let label = label.filter(|_| update.label);
        let text = match (value, &label) {
            (Value::Missing(_), None) if update.bare => self.exact(ty, value),
            (Value::Missing(_), None) => format!(" is {}", self.exact(ty, value)),
            (_, Some(label)) if update.bare => label.clone(),
            (_, Some(label)) => format!(" is {label}"),
            (value, None) if update.bare => self.written(ty, value),
            (value, None) => format!(" = {}", self.written(ty, value)),
        };
        Edit { span: update.span, text, fresh }
    }

    /// A value as a rule file has it: without marks between thousands.
    fn written(&self, ty: Type, value: &Value) -> String {
        match (value, ty) {
            (Value::Number(n), Type::Number(crate::program::Unit::Ratio)) => {
                words::literal(self.program(), ty, &Value::Number(*n))
            }
            (Value::Number(n), _) => n.to_string(),
            (value, ty) => words::literal(self.program(), ty, value),
        }
    }

    fn rule(
        &self,
        expectation: &Expectation,
        whose: &Whose,
        id: RuleId,
        outcome: RuleOutcome,
        (because, reason): (Option<&Expr>, Option<(GuardId, usize)>),
    ) -> Result<Option<Failure>, Problem> {
        let mut account = self.account(whose, expectation)?;
        let Some(result) = self.outcome(&mut account, whose, id) else { return Ok(None) };
        let found = stands(&result);
        if !agree(outcome, found) {
            let got = self.standing(found, &result);
            let mut failure = self.failure(expectation, outcome_words(outcome).to_string(), got);
            if (outcome, found) == (RuleOutcome::DoesNotFire, RuleOutcome::Undecided) {
                failure.note = Some(
                    "it cannot be told whether it would fire: expect `is undecided`, or give what is missing"
                        .to_string(),
                );
            }
            failure.why = self.why_rule(whose, id);
            return Ok(Some(failure));
        }
        if let Some((guard, place)) = reason
            && !result.suppressed_by().any(|by| (by.guard, by.reason) == (guard, place))
        {
            let name = self.program().guard(guard).and_then(|g| g.reasons.get(place)).map_or("", |r| r.name.as_str());
            let expected = format!("{} because {name}", outcome_words(outcome));
            let got = format!("{}, but not because of that", self.standing(found, &result));
            let mut failure = self.failure(expectation, expected, got);
            failure.why = self.why_rule(whose, id);
            return Ok(Some(failure));
        }
        if let Some(because) = because
            && self.value(&mut account, whose, because).truth() != Some(true)
        {
            let expected =
                format!("{} because {}", outcome_words(outcome), words::Words::new(self.program()).expr(because));
            let told = self.told(whose, because).unwrap_or_default();
            let got = format!("{}, but not because of that: {told}", self.standing(found, &result));
            let mut failure = self.failure(expectation, expected, got);
            failure.why = self.why_rule(whose, id);
            return Ok(Some(failure));
        }
        Ok(None)
    }

    fn standing(&self, outcome: RuleOutcome, result: &RuleResult) -> String {
        let words = outcome_words(outcome);
        match (outcome, result.status) {
            (_, RuleStatus::HeldBack) => format!("{words}: `unless` holds"),
            (_, RuleStatus::Suppressed) => {
                format!("{words}: {}", crate::report::accounts::reasons(self.program(), result).join(", "))
            }
            (RuleOutcome::Undecided, _) => {
                let name = |u: &crate::engine::Unknown| {
                    let name = u.name.clone().unwrap_or_else(|| self.setup.sources.text(u.span).to_string());
                    format!("{name} is missing ({})", u.reason)
                };
                let list: Vec<String> = result.unknown.iter().map(name).collect();
                format!("{words}: {}", list.join(", "))
            }
            _ => words.to_string(),
        }
    }

    // ---------- explanations ----------

    /// The account with everything computed, for explanations.
    fn full(&self, whose: &Whose) -> Option<Account<'_>> {
        let id = self.id(whose)?;
        self.evaluator.account_supposing(id, self.test().as_of, &self.suppose(id))
    }

    fn stamp(&self) -> Stamp {
        Stamp {
            project: self.setup.project.to_string(),
            as_of: self.test().as_of,
            program: self.program().hash.clone(),
            data: "test".to_string(),
            settings: Vec::new(),
            timeless: None,
            old_benchmarks: Vec::new(),
        }
    }

    fn explained<T>(&self, whose: &Whose, also: Option<&Expr>, ask: impl FnOnce(Case) -> T) -> Option<T> {
        let mut account = match self.id(whose) {
            Some(_) => self.full(whose)?,
            None => self.evaluator.nobody(self.test().as_of),
        };
        if let Some(also) = also {
            account.value_of(also);
        }
        let (result, stamp) = (account.result(), self.stamp());
        Some(ask(Case {
            program: self.program(),
            sources: self.setup.sources,
            data: self.data,
            stamp: &stamp,
            account: &result,
            probe: &Traced::new(self.evaluator, &account),
            // What stands in a test is no secret.
            personal: true,
        }))
    }

    /// The condition with its values.
    fn told(&self, whose: &Whose, condition: &Expr) -> Option<String> {
        self.explained(whose, Some(condition), |case| explain::condition_told(case, condition))
    }

    fn layout(&self) -> Layout {
        Layout { width: self.setup.width, ..Layout::default() }
    }

    /// The page of the metric or scorecard that an expression is about, without its heading.
    fn why(&self, whose: &Whose, expr: &Expr) -> Option<String> {
        if let Some(id) = portfolio_of(expr) {
            let stamp = self.stamp();
            let whole = Whole {
                program: self.program(),
                sources: self.setup.sources,
                data: self.data,
                stamp: &stamp,
                evaluator: self.evaluator,
                personal: true,
            };
            let page = explain::portfolio_human(&explain::portfolio(whole, PortfolioPart::Metric(id)), &self.layout());
            return Some(without_heading(&page));
        }
        let topic = match expr.first_node()? {
            Node::Metric(id) => Topic::Metric(id),
            Node::Scorecard(id) => Topic::Scorecard(id),
        };
        let supposed = self.id(whose).map(|id| self.suppose(id)).unwrap_or_default();
        if let Topic::Metric(id) = topic
            && supposed.iter().any(|(what, _)| *what == Supposed::Metric(id))
        {
            // What is supposed came from no rows.
            return None;
        }
        self.page(whose, topic)
    }

    fn why_rule(&self, whose: &Whose, id: RuleId) -> Option<String> {
        match whose {
            // The page of a rule about rows is of all rows of an account.
            Whose::Portfolio | Whose::Row(..) => None,
            Whose::Account(_) | Whose::Case => self.page(whose, Topic::Rule(id)),
        }
    }

    fn page(&self, whose: &Whose, topic: Topic) -> Option<String> {
        let page = self.explained(whose, None, |case| explain::human(&explain::why(case, topic), &self.layout()))?;
        let page = without_heading(&page);
        Some(match topic {
            // The scorecards in it have pages of their own.
            Topic::Scorecard(_) => page.split("\n\n").next().unwrap_or("").to_string(),
            _ => page,
        })
    }
}

/// Within a tolerance, both ends included, where there is one.
pub(super) fn holds(account: &mut Account, condition: &Expr, within: Option<Decimal>) -> bool {
    let (Some(within), ExprKind::Compare(_, left, right)) = (within, &condition.kind) else {
        return account.value_of(condition).truth() == Some(true);
    };
    let (left, right) = (account.value_of(left).number(), account.value_of(right).number());
    left.zip(right).and_then(|(a, b)| a.sub(b)).is_some_and(|apart| apart.abs() <= within)
}

/// How a rule stands, as tests say it.
pub(super) fn stands(result: &RuleResult) -> RuleOutcome {
    match result.status {
        RuleStatus::Holds => RuleOutcome::Fires,
        RuleStatus::DoesNotHold | RuleStatus::HeldBack => RuleOutcome::DoesNotFire,
        RuleStatus::Suppressed => RuleOutcome::Suppressed,
        RuleStatus::Undecided => RuleOutcome::Undecided,
    }
}

/// Whether a rule stands as expected; one that a guard holds back does not fire either.
pub(super) fn agree(expected: RuleOutcome, found: RuleOutcome) -> bool {
    expected == found || (expected, found) == (RuleOutcome::DoesNotFire, RuleOutcome::Suppressed)
}

fn outcome_words(outcome: RuleOutcome) -> &'static str {
    match outcome {
        RuleOutcome::Fires => "fires",
        RuleOutcome::DoesNotFire => "does not fire",
        RuleOutcome::Suppressed => "is suppressed",
        RuleOutcome::Undecided => "is undecided",
    }
}

/// The portfolio metric that an expression is about, if it is about nothing of an account.
fn portfolio_of(expr: &Expr) -> Option<crate::program::PortfolioId> {
    match expr.kind {
        ExprKind::Portfolio(id) => Some(id),
        _ => expr.children().into_iter().find_map(portfolio_of),
    }
}

/// A page from behind its first blank line on: who it is about has been said.
fn without_heading(page: &str) -> String {
    let lines: Vec<&str> = page.lines().collect();
    let from = lines.iter().position(|line| line.trim().is_empty()).map_or(0, |i| i + 1);
    lines.get(from..).unwrap_or(&[]).join("\n")
}
