//! Rules: what sets them off, holds them back and closes what they opened; what they do is in [`super::actions`].

use super::{Checker, Scope, header};
use crate::ast::{self, HeldPeriod, ItemKind, TriggerKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{About, Close, Cooldown, Expr, ExprKind, Per, RateLimit, Rule, SegmentId, Trigger, Type};
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
        let (condition, runs) = match &rule.trigger {
            Some(trigger) => self.over_runs(&trigger.condition, scope),
            None => {
                self.error(
                    Code::RuleWithoutCondition,
                    item.name.span,
                    format!("rule `{}` has no condition", item.name.text),
                    "nothing sets it off",
                    "add `when …`, or `while …` with a cooldown",
                );
                (super::unknown(item.name.span), 1)
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
        let close = rule.close.as_ref().map(|e| {
            let (condition, runs) = self.over_runs(e, scope);
            Close { condition, runs }
        });
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
        let actions = rule.actions.iter().filter_map(|action| self.action(action, scope)).collect();
        let pilot = rule.pilot.as_ref().and_then(|pilot| self.share(pilot, "the share of a pilot"));
        let priority = rule.priority.as_ref().and_then(|n| self.constant(n, Type::PLAIN, "a priority"));
        let limit = rule.limit.as_ref().and_then(|limit| self.rate_limit(limit, scope));
        if *scope == Scope::Portfolio {
            for name in rule.dedupe.iter().chain(rule.pilot.is_some().then_some(&item.name)) {
                let message = format!("`{}` is about the whole portfolio, of which there is one", item.name.text);
                let help = "take `pilot` and `dedupe by` out";
                self.error(Code::GrainMismatch, name.span, message, "for rules about accounts", help);
            }
        }
        let dedupe = match scope {
            Scope::Portfolio => Vec::new(),
            _ => rule.dedupe.iter().filter_map(|name| self.named_key(name, scope)).collect(),
        };
        let trigger = match kind {
            TriggerKind::When => Trigger::When,
            TriggerKind::While => Trigger::While,
        };
        Rule {
            header: header(item),
            about: if *scope == Scope::Portfolio { About::Portfolio } else { About::Account },
            trigger,
            specificity: self.depth_of_segments(&condition),
            condition,
            runs,
            unless,
            close,
            actions,
            escalation: self.escalation(&rule.escalate, scope),
            approvals: self.approvals(&rule.approval),
            cooldown: rule.cooldown.as_ref().map(|usual| Cooldown {
                usual: usual.duration,
                after_won: None,
                after_dismissed: None,
            }),
            pilot,
            priority: priority.unwrap_or(Decimal::ZERO),
            exclusive: rule.exclusive.as_ref().map(|group| group.text.clone()),
            limit,
            dedupe,
            fire_on_first_run: rule.fire_on_first_run.is_some(),
            renamed_from: None,
            guards: Vec::new(),
            unguarded: None,
            calendar: None,
            ast: Box::new(rule.clone()),
        }
    }

    /// A condition, and in how many runs in a row it has to hold; what these are is counted by the ledger.
    fn over_runs(&mut self, expr: &ast::Expr, scope: &Scope) -> (Expr, u32) {
        let ast::ExprKind::Held { condition, count, of, period: HeldPeriod::Runs, ignoring } = &expr.kind else {
            return (self.condition(expr, scope), 1);
        };
        if *count == 0 || of.is_some() || ignoring.is_some() {
            let message = "runs are counted in a row, at least 1";
            let help = "write `for 2 runs`";
            self.error(Code::WrongArguments, expr.span, message, "cannot be counted so", help);
        }
        (self.condition(condition, scope), (*count).max(1))
    }

    fn rate_limit(&mut self, limit: &ast::RateLimit, scope: &Scope) -> Option<RateLimit> {
        let most = self.constant(&limit.count, Type::PLAIN, "a limit")?;
        let Some(most) = most.to_int().and_then(|n| u32::try_from(n).ok()) else {
            let message = "a limit is a whole number of items";
            self.error(
                Code::WrongArguments,
                limit.count.span,
                message,
                "not a count",
                "write `limit 5 per csm per week`",
            );
            return None;
        };
        let owner = limit.per.text == "owner" && !self.is_declared("owner");
        let per = if owner { Per::Owner } else { Per::Value(self.named_key(&limit.per, scope)?) };
        Some(RateLimit { most, per, period: limit.period })
    }

    /// How deep the segments are nested that a condition names; 0 if it names none.
    fn depth_of_segments(&self, condition: &Expr) -> u32 {
        let mut deepest = 0;
        let mut seen: Vec<SegmentId> = Vec::new();
        let mut open = vec![(condition, 0u32)];
        while let Some((expr, depth)) = open.pop() {
            deepest = deepest.max(depth);
            let inner = match expr.kind {
                ExprKind::Segment(id) => {
                    let known = self.segments.get(id.index()).and_then(Option::as_ref);
                    let new = !seen.contains(&id);
                    seen.push(id);
                    deepest = deepest.max(depth + 1);
                    known.filter(|_| new).map(|segment| (&segment.condition, depth + 1))
                }
                ExprKind::Part(..) | ExprKind::Partition(_) => {
                    deepest = deepest.max(depth + 1);
                    None
                }
                _ => None,
            };
            open.extend(inner);
            open.extend(expr.children().into_iter().map(|child| (child, depth)));
        }
        deepest
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
}
