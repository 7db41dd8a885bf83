//! Guards: what holds rules back, and which rules.

use super::{Checker, Scope, header};
use crate::ast::{self, ItemKind, Name};
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{About, Guard, GuardId, Reason, ReasonKind};
use crate::resolve::Symbol;

impl Checker<'_, '_> {
    /// Types all guards and tells the rules which of them hold them back.
    pub(super) fn guards(&mut self) {
        for (place, item) in self.symbols.guards.clone().into_iter().enumerate() {
            let ItemKind::Guard(guard) = &item.kind else { continue };
            self.expanded = 0;
            let about = match &guard.of {
                Some(of) => self.rows_of(of, &item.name, "guard").map(About::Row),
                None => Some(About::Account),
            };
            let scope = match about {
                Some(About::Row(table)) => Scope::Child(table),
                _ => Scope::Account,
            };
            let typed = Guard {
                header: header(item),
                about: about.unwrap_or(About::Account),
                // Of a table that is not known nothing is said about its columns.
                reasons: if about.is_some() { self.reasons(item, guard, &scope) } else { Vec::new() },
            };
            self.program.guards.push(typed);
            if let Some(about) = about {
                self.guarded(GuardId(u32::try_from(place).unwrap_or(u32::MAX)), item, guard, about);
            }
        }
    }

    fn reasons(&mut self, item: &ast::Item, guard: &ast::Guard, scope: &Scope) -> Vec<Reason> {
        if guard.reasons.is_empty() {
            let message = format!("guard `{}` holds nothing back", item.name.text);
            self.push(
                Diagnostic::new(Code::GuardWithoutReason, item.name.span, message)
                    .label("no reason")
                    .help("add `NAME when CONDITION`, `lock 14 days` or `blackout from DATE to DATE`"),
            );
        }
        let mut out: Vec<Reason> = Vec::new();
        for reason in &guard.reasons {
            let many = matches!(reason.kind, ast::ReasonKind::Blackout(..));
            if let Some(first) = out.iter().find(|known| !many && known.name == reason.name.text) {
                let diagnostic = Diagnostic::new(
                    Code::DuplicateStatement,
                    reason.name.span,
                    format!("`{}` is given twice", reason.name.text),
                );
                let diagnostic = diagnostic.label("again here").also(first.span, "first given here");
                self.push(diagnostic.help("give it another name, or join the conditions with `or`"));
            }
            let kind = match &reason.kind {
                ast::ReasonKind::When(condition) => ReasonKind::When(self.condition(condition, scope)),
                ast::ReasonKind::Lock(duration) => ReasonKind::Lock(duration.duration),
                ast::ReasonKind::Blackout(from, to) => {
                    if to.date < from.date {
                        let help = format!("write `blackout from {} to {}`", to.date, from.date);
                        self.error(Code::EmptyRange, to.span, "this ends before it begins", "no date lies in it", help);
                    }
                    ReasonKind::Blackout(from.date, to.date)
                }
            };
            let because = reason.because.as_ref().map(|text| text.text.clone());
            out.push(Reason { name: reason.name.text.clone(), kind, because, span: reason.span });
        }
        out
    }

    /// Tells the rules of this guard that it holds them back.
    fn guarded(&mut self, id: GuardId, item: &ast::Item, guard: &ast::Guard, about: About) {
        for name in guard.except.iter().chain(&guard.applies) {
            self.may_be_guarded(item, name, about);
        }
        let has = |names: &[Name], name: &str| names.iter().any(|n| n.text == name);
        for rule in self.program.rules.iter_mut().chain(&mut self.program.row_rules) {
            let fits = about == About::Account || rule.about == about;
            let name = rule.header.name.as_str();
            let meant = if guard.applies.is_empty() { rule.unguarded.is_none() } else { has(&guard.applies, name) };
            if fits && meant && !has(&guard.except, name) {
                rule.guards.push(id);
            }
        }
    }

    fn may_be_guarded(&mut self, item: &ast::Item, name: &Name, about: About) {
        let guard = &item.name.text;
        let found = self.symbols.get(&name.text);
        let rule = match found {
            Some(Symbol::Rule(i)) => self.program.rules.get(i),
            Some(Symbol::RowRule(i)) => self.program.row_rules.get(i),
            _ => None,
        };
        match (found, rule) {
            (_, Some(rule)) if about != About::Account && rule.about != about => {
                let About::Row(table) = about else { return };
                let table = self.table_name(table).to_string();
                let message = format!("`{}` is not about rows of `{table}`", name.text);
                let help = format!("declare it as `{table} rule {}`, or let another guard hold it back", name.text);
                self.error(Code::GrainMismatch, name.span, message, &format!("`{guard}` is"), help);
            }
            (_, Some(rule)) if rule.unguarded.is_some() => {
                let header = rule.header.span;
                self.push(
                    Diagnostic::new(
                        Code::ClauseMisplaced,
                        name.span,
                        format!("`{}` says that no guard applies to it", name.text),
                    )
                    .label("named all the same")
                    .also(header, "this rule is `unguarded`")
                    .help("take the name out here, or `unguarded` there"),
                );
            }
            (_, Some(_)) => {}
            (Some(Symbol::PortfolioRule(_)), _) => {
                let message = format!("`{}` is about the whole portfolio", name.text);
                let help = "take it out, or write the condition into the rule: `unless …`";
                self.error(Code::GrainMismatch, name.span, message, "a guard looks at one account", help);
            }
            (Some(symbol), _) => {
                let message = format!("`{}` is {}, not a rule", name.text, symbol.words());
                self.error(Code::WrongKind, name.span, message, "a guard holds rules back", "name a rule");
            }
            (None, _) if self.symbols.left_out(&name.text) => {}
            (None, _) => {
                let names: Vec<&str> = self
                    .symbols
                    .rules
                    .iter()
                    .chain(&self.symbols.row_rules)
                    .map(|item| item.name.text.as_str())
                    .collect();
                let message = format!("there is no rule `{}`", name.text);
                let diagnostic = Diagnostic::new(Code::UnknownName, name.span, message).label("not a rule");
                let diagnostic = self.suggest(diagnostic, &name.text, name.span, names, "name a rule");
                self.push(diagnostic);
            }
        }
    }
}
