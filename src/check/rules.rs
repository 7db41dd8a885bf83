//! Rules: conditions, and the names that their actions use.

use super::{Checker, Scope, header};
use crate::ast::{self, ActionTarget, HeldPeriod, ItemKind, TriggerKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{Expr, Rule, Type};
use crate::span::Span;

impl Checker<'_, '_> {
    pub(super) fn rules(&mut self) {
        for item in self.symbols.rules.clone() {
            if let ItemKind::Rule(rule) = &item.kind {
                let rule = self.rule(item, rule, &Scope::Account);
                self.program.rules.push(rule);
            }
        }
        for item in self.symbols.portfolio_rules.clone() {
            if let ItemKind::PortfolioRule(rule) = &item.kind {
                let rule = self.rule(item, rule, &Scope::Portfolio);
                self.program.portfolio_rules.push(rule);
            }
        }
    }

    fn rule(&mut self, item: &ast::Item, rule: &ast::Rule, scope: &Scope) -> Rule {
        self.expanded = 0;
        let condition = match &rule.trigger {
            Some(trigger) => self.condition(&trigger.condition, scope),
            None => {
                self.error(
                    Code::RuleWithoutCondition,
                    item.name.span,
                    format!("rule `{}` has no condition", item.name.text),
                    "nothing sets it off",
                    "add `when …`, or `while …` with a cooldown",
                );
                super::unknown(item.name.span)
            }
        };
        let kind = rule.trigger.as_ref().map_or(TriggerKind::When, |t| t.kind);
        if kind == TriggerKind::While && rule.cooldown.is_none() {
            let span = rule.trigger.as_ref().map_or(item.name.span, |t| t.span);
            let word = Span { end: span.start + "while".len() as u32, ..span };
            let message = format!("rule `{}` would act again at every run", item.name.text);
            self.push(
                Diagnostic::new(Code::WhileWithoutCooldown, span, message)
                    .label("holds as long as the condition does")
                    .fix("write `when` to act once, or add `cooldown 30 days`", word, "when "),
            );
        }
        let unless = rule.unless.as_ref().map(|e| self.condition(e, scope));
        let close = rule.close.as_ref().map(|e| self.close(e, scope));
        if *scope == Scope::Account {
            self.can_fire(item, rule, &condition, unless.as_ref());
        }
        if rule.actions.is_empty() {
            self.push(
                Diagnostic::new(
                    Code::RuleWithoutAction,
                    item.name.span,
                    format!("rule `{}` does nothing", item.name.text),
                )
                .label("no `do`")
                .help("add `do task \"…\" assign …`"),
            );
        }
        for action in &rule.actions {
            self.action(action, scope);
        }
        if let Some(pilot) = &rule.pilot {
            self.share(pilot, "the share of a pilot");
        }
        if let Some(priority) = &rule.priority {
            self.constant(priority, Type::PLAIN, "a priority");
        }
        if let Some(limit) = &rule.limit {
            self.constant(&limit.count, Type::PLAIN, "a limit");
        }
        if *scope == Scope::Portfolio {
            for name in rule.dedupe.iter().chain(rule.pilot.is_some().then_some(&item.name)) {
                let message = format!("`{}` is about the whole portfolio, of which there is one", item.name.text);
                let help = "take `pilot` and `dedupe by` out";
                self.error(Code::GrainMismatch, name.span, message, "for rules about accounts", help);
            }
        } else {
            self.account_columns(&rule.dedupe);
        }
        let ast = Box::new(rule.clone());
        Rule { header: header(item), trigger: kind, condition, unless, close, ast }
    }

    /// A rule whose condition no account can ever meet is a mistake.
    fn can_fire(&mut self, item: &ast::Item, rule: &ast::Rule, condition: &Expr, unless: Option<&Expr>) {
        let Some(trigger) = &rule.trigger else { return };
        let Some(met) = self.region(condition, true) else { return };
        let not_barred = match unless {
            Some(unless) => self.region(unless, false),
            None => Some(super::region::Region::everything()),
        };
        let barred = not_barred.is_some_and(|free| free.common(&met).is_empty());
        if !met.is_empty() && !barred {
            return;
        }
        let diagnostic = Diagnostic::new(
            Code::ImpossibleRule,
            trigger.condition.span,
            format!("rule `{}` can never fire", item.name.text),
        );
        let diagnostic = match rule.unless.as_ref().filter(|_| !met.is_empty()) {
            Some(unless) => diagnostic
                .label("whenever this holds")
                .also(unless.span, "this holds too")
                .help("check the two against each other"),
            None => diagnostic
                .label("never true for the ranges and lists that are declared")
                .help("check the conditions against each other, and against what the values can be"),
        };
        self.push(diagnostic);
    }

    /// The condition that closes an item; `for N runs` is counted by the ledger and stays in the text.
    fn close(&mut self, expr: &ast::Expr, scope: &Scope) -> Expr {
        match &expr.kind {
            ast::ExprKind::Held { condition, period: HeldPeriod::Runs, .. } => self.condition(condition, scope),
            _ => self.condition(expr, scope),
        }
    }

    fn action(&mut self, action: &ast::Action, scope: &Scope) {
        let verbs = ["task", "playbook", "email", "notify", "call", "ticket"];
        if !verbs.contains(&action.verb.text.as_str()) {
            let message = format!("`do {}` is not known", action.verb.text);
            let diagnostic = Diagnostic::new(Code::UnknownValue, action.verb.span, message).label("not an action");
            self.push(self.suggest(diagnostic, &action.verb.text, action.verb.span, verbs, ""));
        }
        if let ActionTarget::Text(text) = &action.what {
            for (name, span) in ast::placeholders(&text.text, text.span) {
                let own = self.symbol(name).is_some_and(|symbol| self.grain_of_accounts(symbol).is_some());
                if *scope == Scope::Portfolio && (self.subject_field(name).is_some() || own) {
                    let message = format!("every account has its own `{name}`, and this is about the whole portfolio");
                    let help = "name a portfolio metric or a parameter between the braces";
                    self.error(Code::GrainMismatch, span, message, "of which account?", help);
                    continue;
                }
                let known = self.subject_field(name).is_some() || self.symbol(name).is_some();
                if !known && !self.symbols.left_out(name) && self.program.subject.is_some() {
                    let mut names: Vec<&str> =
                        self.subject().map_or(Vec::new(), |t| t.fields.iter().map(|f| f.name.as_str()).collect());
                    names.extend(self.symbols.metrics.iter().map(|m| m.name.text.as_str()));
                    names.extend(self.symbols.scorecards.iter().map(|m| m.name.text.as_str()));
                    let diagnostic =
                        Diagnostic::new(Code::UnknownName, span, format!("`{{{name}}}` cannot be filled in"))
                            .label("neither a column of the accounts nor declared");
                    if self.many_errors() {
                        names.clear();
                    }
                    let diagnostic = match crate::diagnostics::nearest(name, names.iter().copied()) {
                        // The place may be the whole text, so no edit is offered for it.
                        Some(near) => diagnostic.help(format!("did you mean `{{{near}}}`?")),
                        None => diagnostic.help("name a column, a metric or a scorecard between the braces"),
                    };
                    self.push(diagnostic);
                }
            }
        }
        // A column names a person per account; any other word names a team or role.
        if let Some(assign) = &action.assign
            && let Some((_, field)) = self.subject_field(&assign.text)
            && field.ty != Type::Text
        {
            let ty = field.ty;
            self.error(
                Code::TypeMismatch,
                assign.span,
                format!("work is assigned to people, but `{}` is {ty}", assign.text),
                "not a person",
                "name a text column, or a team",
            );
        }
    }

    fn account_columns(&mut self, names: &[ast::Name]) {
        for name in names {
            if self.subject_field(&name.text).is_none()
                && self.symbol(&name.text).is_none()
                && let Some(subject) = self.program.subject
            {
                self.unknown_column(name, subject);
            }
        }
    }
}
