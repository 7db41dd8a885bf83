//! What a test expects, and of which account.

use super::World;
use crate::ast::{self, CompareOp, Expectation as Written, ExpectationKind as Kind, Expr as Ast, ExprKind, Name};
use crate::check::{Checker, Scope};
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{
    About, Expectation, ExpectationKind, Expr, ExprKind as Typed, GuardId, RuleId, Type, Update, Whose,
};
use crate::resolve::Symbol;
use crate::span::Span;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Checker<'_, '_> {
    pub(super) fn expectation(&mut self, written: &Written, world: &World) -> Option<Expectation> {
        let span = written.span;
        let kind = match &written.kind {
            Kind::Holds { condition, within } => {
                let (named, whose) = self.whose(condition, world)?;
                let typed = self.condition(&named, &scope(&whose));
                let within = match within {
                    Some(within) => Some(self.tolerance(within, &typed)?),
                    None => None,
                };
                let update = update_of(condition, span);
                ExpectationKind::Holds { whose, condition: typed, within, update }
            }
            Kind::Snapshot(value, question) => {
                let (named, whose) = self.whose(value, world)?;
                let typed = self.expr(&named, &scope(&whose), None);
                let rest = Span { start: value.span.end, ..value.span.to(*question) };
                let update = Update { span: rest, bare: false, label: false };
                ExpectationKind::Snapshot { whose, value: typed, update }
            }
            Kind::Rule { rule, outcome, subject, because } => {
                let (rule, whose) = self.expected_rule(rule, subject.as_ref(), world)?;
                let reason = match because {
                    Some(because) if *outcome == ast::RuleOutcome::Suppressed => {
                        self.named_reason(because, rule, &whose)
                    }
                    _ => None,
                };
                let because = match because.as_ref().filter(|_| reason.is_none()) {
                    None => None,
                    Some(because) => {
                        let (named, other) = self.whose_or(because, world, Some(&whose))?;
                        Some(self.condition(&named, &scope(&other)))
                    }
                };
                ExpectationKind::Rule { whose, rule, outcome: *outcome, because, reason }
            }
            Kind::Ran(ran) => self.ran(ran, world)?,
            Kind::Finding { errors_only, code, text, set } => {
                let found = match code {
                    None => None,
                    Some(name) => Some(self.finding_code(name)?),
                };
                if text.is_none() && set.is_empty() {
                    let help = "add `in \"\"\"…\"\"\"` with a piece of a program, or `with PARAMETER = VALUE`";
                    self.error(Code::WrongExpectation, span, "found in what?", "no text, and no parameter", help);
                    return None;
                }
                for (name, _) in set {
                    self.known_param(name);
                }
                let text = text.as_ref().map(|t| (t.text.clone(), t.span));
                let set = set.iter().map(|(name, value)| (name.text.clone(), value.text.clone())).collect();
                ExpectationKind::Finding { errors_only: *errors_only, code: found, text, set }
            }
        };
        Some(Expectation { kind, span, head: None })
    }

    fn finding_code(&mut self, name: &Name) -> Option<Code> {
        let found = Code::find(&name.text);
        if found.is_none() {
            let message = format!("there is no finding `{}`", name.text);
            let diagnostic = Diagnostic::new(Code::UnknownCode, name.span, message).label("not in the catalogue");
            let names = Code::ALL.iter().map(|c| c.name());
            let otherwise = "`laud explain` lists them all";
            self.push(self.suggest(diagnostic, &name.text, name.span, names, otherwise));
        }
        found
    }

    fn known_param(&mut self, name: &Name) {
        if matches!(self.symbols.get(&name.text), Some(Symbol::Param(_))) || self.symbols.left_out(&name.text) {
            return;
        }
        let names: Vec<&str> = self.symbols.params.iter().map(|p| p.name.text.as_str()).collect();
        let message = format!("there is no parameter `{}`", name.text);
        let diagnostic = Diagnostic::new(Code::UnknownName, name.span, message).label("not a parameter");
        self.push(self.suggest(diagnostic, &name.text, name.span, names.iter().copied(), "name a `param`"));
    }

    /// The rule, and whom it is about.
    pub(super) fn expected_rule(
        &mut self,
        rule: &Name,
        subject: Option<&Name>,
        world: &World,
    ) -> Option<(RuleId, Whose)> {
        match self.symbols.get(&rule.text) {
            Some(Symbol::Rule(i)) => {
                let whose = match subject {
                    Some(name) => self.account_named(name, world),
                    None => self.only_account(rule.span, world, &format!("`{}` for whom?", rule.text))?,
                };
                Some((RuleId(i as u32), whose))
            }
            Some(Symbol::RowRule(i)) => self.expected_row(i, rule, subject, world),
            Some(Symbol::PortfolioRule(i)) => {
                if let Some(name) = subject {
                    let message = format!("`{}` is about the whole portfolio", rule.text);
                    let help = format!("take `for {}` out", name.text);
                    self.error(Code::TestSubject, name.span, message, "one account", help);
                    return None;
                }
                Some((RuleId(i as u32), Whose::Portfolio))
            }
            _ if self.symbols.left_out(&rule.text) => None,
            _ => {
                let all = self.symbols.rules.iter().chain(&self.symbols.row_rules).chain(&self.symbols.portfolio_rules);
                let names: Vec<&str> = all.map(|r| r.name.text.as_str()).collect();
                let message = format!("there is no rule `{}`", rule.text);
                let diagnostic = Diagnostic::new(Code::UnknownName, rule.span, message).label("not a rule");
                self.push(self.suggest(diagnostic, &rule.text, rule.span, names.iter().copied(), "name a rule"));
                if let Some(name) = subject {
                    self.account_named(name, world);
                }
                None
            }
        }
    }

    /// The row that a rule about rows is expected for.
    fn expected_row(
        &mut self,
        place: usize,
        rule: &Name,
        subject: Option<&Name>,
        world: &World,
    ) -> Option<(RuleId, Whose)> {
        let About::Row(table) = self.program.row_rules.get(place)?.about else { return None };
        let Some(name) = subject else {
            let table = self.table_name(table).to_string();
            let message = format!("`{}` for which `{table}`?", rule.text);
            let help = format!("name the key of one: `for {table}_1`");
            self.error(Code::TestSubject, rule.span, message, "about rows", help);
            return None;
        };
        self.test_key(name, table, world);
        Some((RuleId(u32::try_from(place).ok()?), Whose::Row(table, Arc::from(name.text.as_str()))))
    }

    /// The reason of a guard of the rule that has this name.
    fn named_reason(&self, because: &ast::Expr, rule: RuleId, whose: &Whose) -> Option<(GuardId, usize)> {
        let ast::ExprKind::Name(name) = &because.kind else { return None };
        let rules = match whose {
            Whose::Row(..) => &self.program.row_rules,
            Whose::Portfolio => return None,
            Whose::Account(_) | Whose::Case => &self.program.rules,
        };
        let guards = &rules.get(rule.index())?.guards;
        guards.iter().find_map(|id| {
            let place = self.program.guard(*id)?.reasons.iter().position(|reason| reason.name == *name)?;
            Some((*id, place))
        })
    }

    pub(super) fn account_named(&mut self, name: &Name, world: &World) -> Whose {
        if let Some(subject) = self.program.subject {
            self.test_key(name, subject, world);
        }
        Whose::Account(Arc::from(name.text.as_str()))
    }

    /// The one account that a test is about, where none is named.
    pub(super) fn only_account(&mut self, span: Span, world: &World, message: &str) -> Option<Whose> {
        match world.accounts.as_slice() {
            _ if world.own_accounts => Some(Whose::Case),
            [one] => Some(Whose::Account(one.clone())),
            accounts => {
                let subject = self.subject().map_or("account", |t| t.header.name.as_str()).to_string();
                let (label, help) = match accounts.first() {
                    Some(first) => (
                        format!("the test has {} of them", accounts.len()),
                        format!("name the {subject}, like `{first}.…` or `for {first}`"),
                    ),
                    None => (format!("the test gives no {subject}"), format!("give one: `{subject} acme {{ … }}`")),
                };
                self.error(Code::TestSubject, span, message, &label, help);
                None
            }
        }
    }

    /// `acme.references` as `references`, so that it is typed like any expression; and who is meant.
    pub(super) fn whose(&mut self, expr: &Ast, world: &World) -> Option<(Ast, Whose)> {
        self.whose_or(expr, world, None)
    }

    fn whose_or(&mut self, expr: &Ast, world: &World, usual: Option<&Whose>) -> Option<(Ast, Whose)> {
        let mut named = expr.clone();
        let mut subjects: Vec<Name> = Vec::new();
        let own = self.subject().map(|t| t.header.name.clone()).unwrap_or_default();
        strip(&mut named, &own, &mut subjects);
        for name in &subjects {
            self.account_named(name, world);
        }
        if let Some(first) = subjects.first() {
            if let Some(second) = subjects.iter().find(|s| s.text != first.text) {
                let message = format!("this is about two accounts, `{}` and `{}`", first.text, second.text);
                let found = Diagnostic::new(Code::TestSubject, second.span, message).label("another account");
                self.push(found.also(first.span, "one account").help("write one expectation for each"));
                return None;
            }
            return Some((named, Whose::Account(Arc::from(first.text.as_str()))));
        }
        if let Some(usual) = usual {
            return Some((named, usual.clone()));
        }
        let mut names = BTreeSet::new();
        named_in(&named, &mut names);
        let account = names.iter().find(|name| self.about_accounts(name));
        match account {
            None if world.accounts.len() != 1 || world.own_accounts => Some((named, Whose::Portfolio)),
            None => self.only_account(expr.span, world, "").map(|whose| (named, whose)),
            Some(name) => {
                let message = format!("whose `{name}`?");
                self.only_account(expr.span, world, &message).map(|whose| (named, whose))
            }
        }
    }

    /// True for names of what each account has of its own; those that nobody knows are typed like them, and reported.
    fn about_accounts(&self, name: &str) -> bool {
        match self.symbols.get(name) {
            Some(
                Symbol::Metric(_) | Symbol::Scorecard(_) | Symbol::Segment(_) | Symbol::Partition(_) | Symbol::Part(..),
            ) => true,
            Some(_) => false,
            None => self.subject_field(name).is_some(),
        }
    }

    /// How far two numbers may be apart.
    pub(super) fn tolerance(&mut self, within: &Ast, condition: &Expr) -> Option<Decimal> {
        let number = match &condition.kind {
            _ if condition.ty == Type::Unknown => return None,
            Typed::Compare(CompareOp::Equal, left, _) if left.ty.is_number() => left.ty,
            _ => {
                let help = "write `acme.advocacy = 46.7 within 0.1`";
                let message = "`within` says how far a number may be from another";
                self.error(Code::WrongExpectation, within.span, message, "nothing here is `=` a number", help);
                return None;
            }
        };
        let typed = self.expr(within, &Scope::Constant("a tolerance"), Some(number));
        if typed.ty == Type::Unknown {
            return None;
        }
        let value = self.fold(&typed).number().filter(|n| !n.is_negative());
        if value.is_none() {
            let help = "write how far the two numbers may be apart";
            self.error(Code::WrongExpectation, within.span, "this is no tolerance", "0 or more is wanted here", help);
        }
        value
    }
}

pub(super) fn scope(whose: &Whose) -> Scope {
    match whose {
        Whose::Portfolio => Scope::Portfolio,
        Whose::Account(_) | Whose::Case => Scope::Account,
        Whose::Row(table, _) => Scope::Child(*table),
    }
}

/// What is written anew where `acme.advocacy = 46.7` or `acme.advocacy is gold` does not hold.
fn update_of(condition: &Ast, whole: Span) -> Option<Update> {
    let (value, right, label) = match &condition.kind {
        ExprKind::Compare(CompareOp::Equal, left, right) if is_literal(right) => (left.span, right.span, false),
        ExprKind::Is { value, label, negated: false } => (value.span, label.span, true),
        _ => return None,
    };
    let span = Span { start: value.end, ..value.to(right) };
    (span.end <= whole.end).then_some(Update { span, bare: false, label })
}

fn is_literal(expr: &Ast) -> bool {
    match &expr.kind {
        ExprKind::Number(_)
        | ExprKind::Percent(_)
        | ExprKind::Money(..)
        | ExprKind::Text(_)
        | ExprKind::Date(_)
        | ExprKind::Duration(_)
        | ExprKind::Boolean(_) => true,
        ExprKind::Negate(inner) => is_literal(inner),
        _ => false,
    }
}

/// All bare names in an expression.
fn named_in(expr: &Ast, out: &mut BTreeSet<String>) {
    match &expr.kind {
        ExprKind::Name(name) => {
            out.insert(name.clone());
        }
        ExprKind::Call(call) => {
            for argument in &call.arguments {
                if let ast::ArgumentKind::Value(value) = &argument.kind {
                    named_in(value, out);
                }
            }
        }
        _ => {
            let mut inner: Vec<&Ast> = Vec::new();
            ast::children(expr, &mut |child| inner.push(child));
            inner.into_iter().for_each(|child| named_in(child, out));
        }
    }
}

fn strip(expr: &mut Ast, own: &str, subjects: &mut Vec<Name>) {
    let mut strip_in = |e: &mut Ast| strip(e, own, subjects);
    match &mut expr.kind {
        ExprKind::Member(subject, name) => {
            if own != subject.text {
                subjects.push(subject.clone());
            }
            expr.span = name.span;
            expr.kind = ExprKind::Name(name.text.clone());
        }
        ExprKind::Not(inner) | ExprKind::Negate(inner) => strip_in(inner),
        ExprKind::And(list) | ExprKind::Or(list) | ExprKind::OrElse(list) => list.iter_mut().for_each(strip_in),
        ExprKind::Sum(terms) => terms.iter_mut().for_each(|t| strip_in(&mut t.value)),
        ExprKind::Product(factors) => factors.iter_mut().for_each(|f| strip_in(&mut f.value)),
        ExprKind::Compare(_, left, right) => {
            strip_in(left);
            strip_in(right);
        }
        ExprKind::In { value, list, .. } => {
            strip_in(value);
            list.iter_mut().for_each(strip_in);
        }
        ExprKind::Within { value, .. }
        | ExprKind::IsMissing { value, .. }
        | ExprKind::Is { value, .. }
        | ExprKind::AsOf { value, .. }
        | ExprKind::Change { value, .. }
        | ExprKind::Trend { value, .. }
        | ExprKind::Ranked { value, .. } => strip_in(value),
        ExprKind::Elapsed { date, .. } => strip_in(date),
        ExprKind::Held { condition, .. } | ExprKind::Streak { condition, .. } => strip_in(condition),
        ExprKind::Until { enter, leave, .. } => {
            strip_in(enter);
            strip_in(leave);
        }
        ExprKind::If { condition, then, otherwise } => {
            strip_in(condition);
            strip_in(then);
            strip_in(otherwise);
        }
        ExprKind::Call(call) => {
            for argument in &mut call.arguments {
                if let ast::ArgumentKind::Value(value) | ast::ArgumentKind::Over { value, .. } = &mut argument.kind {
                    strip_in(value);
                }
            }
        }
        ExprKind::Number(_)
        | ExprKind::Percent(_)
        | ExprKind::Money(..)
        | ExprKind::Text(_)
        | ExprKind::Boolean(_)
        | ExprKind::Date(_)
        | ExprKind::Duration(_)
        | ExprKind::Missing(_)
        | ExprKind::Name(_) => {}
    }
}
