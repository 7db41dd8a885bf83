//! Rules: what sets them off, holds them back and closes what they opened; what they do is in [`super::actions`].

use super::{Checker, Scope, header};
use crate::ast::{self, HeldPeriod, ItemKind, TriggerKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{
    About, Close, Cooldown, Expr, ExprKind, Per, RateLimit, Rule, SegmentId, Table, TableId, TableKind, Trigger, Type,
};
use crate::resolve::Symbol;

impl Checker<'_, '_> {
    pub(super) fn rules(&mut self) {
        for item in self.symbols.rules.clone() {
            if let ItemKind::Rule(rule) = &item.kind {
                let rule = self.rule(item, rule, About::Account);
                self.program.rules.push(rule);
            }
        }
        for item in self.symbols.row_rules.clone() {
            if let ItemKind::RowRule(rows) = &item.kind {
                let rule = match self.rows_of(&rows.of, &item.name, "rule") {
                    Some(table) => self.rule(item, &rows.rule, About::Row(table)),
                    None => Rule::of(header(item), Trigger::When, super::unknown(item.name.span)),
                };
                self.program.row_rules.push(rule);
            }
        }
        for item in self.symbols.portfolio_rules.clone() {
            if let ItemKind::PortfolioRule(rule) = &item.kind {
                let rule = self.rule(item, rule, About::Portfolio);
                self.program.portfolio_rules.push(rule);
            }
        }
    }

    fn rule(&mut self, item: &ast::Item, rule: &ast::Rule, about: About) -> Rule {
        self.expanded = 0;
        let scope = &match about {
            About::Account => Scope::Account,
            About::Row(table) => Scope::Child(table),
            About::Portfolio => Scope::Portfolio,
        };
        let trigger = self.trigger(rule, about);
        // What a new row sets off may name that row.
        let acting = &match trigger {
            Trigger::On(table) => Scope::Row(table),
            _ => *scope,
        };
        let (condition, runs) = self.trigger_condition(item, rule, acting);
        if trigger == Trigger::While && rule.cooldown.is_none() {
            let span = rule.trigger.as_ref().map_or(item.name.span, |t| t.span);
            self.error(
                Code::WhileWithoutCooldown,
                span,
                format!("rule `{}` would act again at every run", item.name.text),
                "holds as long as the condition does",
                "add `cooldown 30 days`, or write `when` to act once",
            );
        }
        let unless = rule.unless.as_ref().map(|e| self.condition(e, scope));
        let close = rule.close.as_ref().map(|e| {
            let (condition, runs) = self.over_runs(e, scope);
            Close { condition, runs }
        });
        if acting == scope && about == About::Account {
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
        let actions = rule.actions.iter().filter_map(|action| self.action(action, acting)).collect();
        let pilot = rule.pilot.as_ref().and_then(|pilot| self.share(pilot, "the share of a pilot"));
        let priority = rule.priority.as_ref().and_then(|n| self.constant(n, Type::PLAIN, "a priority"));
        let limit = rule.limit.as_ref().and_then(|limit| self.rate_limit(limit, acting));
        if about == About::Portfolio {
            for name in rule.dedupe.iter().chain(rule.pilot.is_some().then_some(&item.name)) {
                let message = format!("`{}` is about the whole portfolio, of which there is one", item.name.text);
                let help = "take `pilot` and `dedupe by` out";
                self.error(Code::GrainMismatch, name.span, message, "for rules about accounts", help);
            }
            if let Some(because) = &rule.unguarded {
                let message = "no guard applies to a rule about the whole portfolio";
                let help = "take `unguarded` out";
                self.error(Code::ClauseMisplaced, because.span, message, "nothing to be let off from", help);
            }
        }
        let dedupe = match about {
            About::Portfolio => Vec::new(),
            _ => rule.dedupe.iter().filter_map(|name| self.named_key(name, acting)).collect(),
        };
        Rule {
            header: header(item),
            about,
            trigger,
            specificity: self.depth_of_segments(&condition),
            condition,
            runs,
            unless,
            close,
            actions,
            escalation: self.escalation(&rule.escalate, acting),
            approvals: self.approvals(&rule.approval),
            cooldown: self.cooldown(rule),
            pilot,
            priority: priority.unwrap_or(Decimal::ZERO),
            exclusive: rule.exclusive.as_ref().map(|group| group.text.clone()),
            limit,
            dedupe,
            fire_on_first_run: rule.fire_on_first_run.is_some(),
            renamed_from: self.renamed_from(item, rule),
            guards: Vec::new(),
            unguarded: rule.unguarded.as_ref().map(|text| text.text.clone()),
            calendar: self.calendar_of(item, rule),
            ast: Box::new(rule.clone()),
        }
    }

    fn trigger(&mut self, rule: &ast::Rule, about: About) -> Trigger {
        let Some(trigger) = &rule.trigger else { return Trigger::When };
        match (trigger.kind, &trigger.source) {
            (TriggerKind::While, _) => Trigger::While,
            (TriggerKind::Every(period), _) => Trigger::Every(period),
            (TriggerKind::On, Some(source)) => self.event_source(source, about).map_or(Trigger::When, Trigger::On),
            (TriggerKind::When | TriggerKind::On, _) => Trigger::When,
        }
    }

    /// The table whose new rows set a rule off: things that happen to accounts.
    fn event_source(&mut self, name: &ast::Name, about: About) -> Option<TableId> {
        let found = match self.symbols.get(&name.text) {
            Some(Symbol::Table(place)) => u32::try_from(place).ok().map(TableId),
            _ => None,
        };
        let events = |t: &Table| matches!(t.kind, TableKind::Events { .. });
        let table = found.filter(|id| self.program.table(*id).is_some_and(events));
        if table.is_some() && about != About::Account {
            let message = format!("a row of `{}` sets off something about an account", name.text);
            let help = "declare it as `rule …`, and name the columns of the row in its `dedupe by`";
            self.error(Code::GrainMismatch, name.span, message, "this rule is not about accounts", help);
            return None;
        }
        if table.is_none() && !self.symbols.left_out(&name.text) {
            let names = self.program.tables.iter().filter(|t| events(t)).map(|t| t.header.name.clone());
            let names: Vec<String> = names.collect();
            let (code, message) = match self.symbols.get(&name.text) {
                Some(_) => (Code::WrongKind, format!("`{}` holds nothing that happens to accounts", name.text)),
                None => (Code::UnknownName, format!("there is no table `{}`", name.text)),
            };
            let diagnostic = Diagnostic::new(code, name.span, message).label("whose rows?");
            let names = names.iter().map(String::as_str);
            let diagnostic = self.suggest(diagnostic, &name.text, name.span, names, "name a table of events");
            self.push(diagnostic);
        }
        table
    }

    fn trigger_condition(&mut self, item: &ast::Item, rule: &ast::Rule, scope: &Scope) -> (Expr, u32) {
        let Some(trigger) = &rule.trigger else {
            self.error(
                Code::RuleWithoutCondition,
                item.name.span,
                format!("rule `{}` has no condition", item.name.text),
                "nothing sets it off",
                "add `when …`, or `while …` with a cooldown",
            );
            return (super::unknown(item.name.span), 1);
        };
        if matches!(trigger.kind, TriggerKind::When | TriggerKind::While) {
            return self.over_runs(&trigger.condition, scope);
        }
        if trigger.kind == TriggerKind::On && !matches!(scope, Scope::Row(_)) {
            // The table is not known, and so nothing is said about its columns.
            return (super::unknown(trigger.span), 1);
        }
        (self.condition(&trigger.condition, scope), 1)
    }

    fn cooldown(&mut self, rule: &ast::Rule) -> Option<Cooldown> {
        let usual = rule.cooldown.as_ref()?.duration;
        let mut cooldown = Cooldown { usual, after_won: None, after_dismissed: None };
        for after in &rule.cooldown_after {
            let outcome = &after.outcome;
            let slot = match outcome.text.as_str() {
                "won" => &mut cooldown.after_won,
                "dismissed" => &mut cooldown.after_dismissed,
                _ => {
                    let message = format!("an item does not close as `{}`", outcome.text);
                    let diagnostic = Diagnostic::new(Code::UnknownValue, outcome.span, message).label("not an outcome");
                    let outcomes = ["won", "dismissed"];
                    let diagnostic = self.suggest(diagnostic, &outcome.text, outcome.span, outcomes, "");
                    self.push(diagnostic);
                    continue;
                }
            };
            if slot.replace(after.duration.duration).is_some() {
                let message = format!("`after {}` is given twice", outcome.text);
                self.error(Code::DuplicateStatement, outcome.span, message, "again here", "keep one of the two");
            }
        }
        Some(cooldown)
    }

    /// The name that a rule had before; nobody has it now.
    fn renamed_from(&mut self, item: &ast::Item, rule: &ast::Rule) -> Option<String> {
        let before = rule.renamed_from.as_ref()?;
        let same = |other: &&ast::Item| {
            let theirs = other.kind.rule().and_then(|rule| rule.renamed_from.as_ref());
            other.name.text == before.text
                || (other.name.text != item.name.text && theirs.is_some_and(|n| n.text == before.text))
        };
        let all = [&self.symbols.rules, &self.symbols.row_rules, &self.symbols.portfolio_rules];
        let clash = all
            .into_iter()
            .flatten()
            .find(|other| same(other))
            .map(|other| (other.name.span, other.name.text == before.text));
        if let Some((place, still)) = clash {
            let (label, help) = match still {
                true => ("this rule has that name", "take `renamed from` out, or rename that rule"),
                false => ("this rule takes them over too", "keep one `renamed from`"),
            };
            let message = format!("the open items of `{}` would belong to two rules", before.text);
            let diagnostic = Diagnostic::new(Code::DuplicateName, before.span, message).label("no longer free");
            self.push(diagnostic.also(place, label).help(help));
        }
        Some(before.text.clone())
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
