//! What rules do and for whom: actions, escalation, approvals, and the texts that are filled in.

use super::playbooks::wait;
use super::{Checker, Scope};
use crate::ast::{self, ActionTarget, Name, Text};
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{Action, Approval, Assign, Expr, Key, Step, Template, Type, Verb, What, Who};
use crate::resolve::Symbol;
use crate::span::Span;

impl Checker<'_, '_> {
    pub(super) fn action(&mut self, action: &ast::Action, scope: &Scope) -> Option<Action> {
        let verb = Verb::ALL.into_iter().find(|verb| verb.word() == action.verb.text);
        if verb.is_none() {
            let message = format!("`do {}` is not known", action.verb.text);
            let diagnostic = Diagnostic::new(Code::UnknownValue, action.verb.span, message).label("not an action");
            let verbs = Verb::ALL.map(Verb::word);
            self.push(self.suggest(diagnostic, &action.verb.text, action.verb.span, verbs, ""));
        }
        let what = match &action.what {
            ActionTarget::Text(text) if verb == Some(Verb::Playbook) => {
                let help = "write `do task \"…\"`, or name a playbook: `do playbook invitation`";
                self.error(Code::WrongKind, text.span, "a playbook is named, not told", "a text", help);
                None
            }
            ActionTarget::Text(text) => Some(What::Text(self.template(text, scope))),
            // A project that declares none has its playbooks elsewhere.
            ActionTarget::Name(name) if verb == Some(Verb::Playbook) && !self.symbols.playbooks.is_empty() => {
                self.playbook_of(name, scope)
            }
            ActionTarget::Name(name) => Some(What::Name(name.text.clone())),
        };
        if action.assign.is_none() {
            self.lone_fallback(action.fallback.as_ref());
        }
        let assign = self.assign(action.assign.as_ref(), action.fallback.as_ref(), scope);
        let due = action.due.as_ref().map(wait);
        Some(Action { verb: verb?, what: what?, assign, due, span: action.span })
    }

    pub(super) fn escalation(&mut self, steps: &[ast::Escalation], scope: &Scope) -> Vec<Step> {
        let mut out = Vec::new();
        for step in steps {
            let meeting = step.meeting.as_ref().map(|text| self.template(text, scope));
            out.push(Step { after: wait(&step.after), to: step.to.text.clone(), meeting });
        }
        out
    }

    pub(super) fn approvals(&mut self, teams: &[ast::Approval]) -> Vec<Approval> {
        for (i, approval) in teams.iter().enumerate() {
            let team = &approval.team;
            if let Some(first) = teams.iter().take(i).find(|other| other.team.text == team.text) {
                let message = format!("`{}` is asked twice", team.text);
                let diagnostic = Diagnostic::new(Code::DuplicateStatement, team.span, message).label("again here");
                self.push(diagnostic.also(first.team.span, "first asked here").help("name each team once"));
            }
            if let (Some(to), None) = (&approval.escalate_to, &approval.within) {
                let help = format!("write `{} within 5 days escalate to {}`", team.text, to.text);
                self.error(Code::ClauseMisplaced, to.span, "after how long?", "no time is set", help);
            }
        }
        let one = |approval: &ast::Approval| Approval {
            team: approval.team.text.clone(),
            within: approval.within.as_ref().map(wait),
            escalate_to: approval.escalate_to.as_ref().map(|to| to.text.clone()),
        };
        teams.iter().map(one).collect()
    }

    pub(super) fn assign(&mut self, to: Option<&Name>, fallback: Option<&Name>, scope: &Scope) -> Option<Assign> {
        let fallback = fallback.and_then(|name| self.who(name, scope));
        let to = self.who(to?, scope)?;
        Some(Assign { to, fallback })
    }

    /// A column names a person per account or row; any other word names a team or role.
    fn who(&mut self, name: &Name, scope: &Scope) -> Option<Who> {
        let own = scope.table().and_then(|table| Some((table, self.table_field(table, &name.text)?)));
        let found = own.map(|(table, (id, field))| (Who::RowColumn(table, id), field.ty)).or_else(|| {
            let about = !matches!(scope, Scope::Portfolio);
            self.subject_field(&name.text).filter(|_| about).map(|(id, field)| (Who::Column(id), field.ty))
        });
        let Some((who, ty)) = found else { return Some(Who::Team(name.text.clone())) };
        if ty != Type::Text {
            self.error(
                Code::TypeMismatch,
                name.span,
                format!("work is assigned to people, but `{}` is {ty}", name.text),
                "not a person",
                "name a text column, or a team",
            );
            return None;
        }
        Some(who)
    }

    /// A text whose names in braces are filled in.
    pub(super) fn template(&mut self, text: &Text, scope: &Scope) -> Template {
        let mut values = Vec::new();
        for (name, span) in ast::placeholders(&text.text, text.span) {
            let own = self.symbol(name).is_some_and(|symbol| self.grain_of_accounts(symbol).is_some());
            if *scope == Scope::Portfolio && (self.subject_field(name).is_some() || own) {
                let message = format!("every account has its own `{name}`, and this is about the whole portfolio");
                let help = "name a portfolio metric or a parameter between the braces";
                self.error(Code::GrainMismatch, span, message, "of which account?", help);
                continue;
            }
            if let Some(value) = self.filled_in(name, span, scope) {
                values.push((name.to_string(), value));
            } else if !self.is_declared(name) && !self.symbols.left_out(name) && self.program.subject.is_some() {
                self.no_such_filling(name, span, scope);
            }
        }
        Template { text: text.text.clone(), values, span: text.span }
    }

    fn no_such_filling(&mut self, name: &str, span: Span, scope: &Scope) {
        let tables = [self.subject(), scope.table().and_then(|id| self.program.table(id))];
        let mut names: Vec<&str> =
            tables.into_iter().flatten().flat_map(|t| t.fields.iter().map(|f| f.name.as_str())).collect();
        names.extend(self.symbols.metrics.iter().map(|m| m.name.text.as_str()));
        names.extend(self.symbols.scorecards.iter().map(|m| m.name.text.as_str()));
        let diagnostic = Diagnostic::new(Code::UnknownName, span, format!("`{{{name}}}` cannot be filled in"))
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

    /// True for a column of the accounts and for every declaration.
    pub(super) fn is_declared(&self, name: &str) -> bool {
        self.subject_field(name).is_some() || self.symbol(name).is_some()
    }

    /// What a name stands for where its value is filled in or tells items apart; nothing for what has no value.
    fn filled_in(&mut self, name: &str, span: Span, scope: &Scope) -> Option<Expr> {
        let row = scope.table().is_some_and(|table| self.table_field(table, name).is_some());
        let column = row || self.subject_field(name).is_some();
        let valued = match self.symbol(name) {
            Some(Symbol::Objective(_) | Symbol::Table(_) | Symbol::Define(_) | Symbol::Benchmark(_)) => false,
            Some(symbol) if symbol.is_about_work() => false,
            Some(Symbol::RowMetric(i)) => self.row_metric_of(i).is_some_and(|(_, of, _)| scope.table() == Some(of)),
            symbol => symbol.is_some(),
        };
        if column || valued { self.lookup(name, span, scope) } else { None }
    }

    /// A name whose value is part of an identity.
    pub(super) fn named_key(&mut self, name: &Name, scope: &Scope) -> Option<Key> {
        if let Some(value) = self.filled_in(&name.text, name.span, scope) {
            return Some(Key { name: name.text.clone(), value });
        }
        if let Some(symbol) = self.symbol(&name.text) {
            let message = format!("`{}` is {}, which has no value of its own", name.text, symbol.words());
            let help = "name a column, a metric or a partition";
            self.error(Code::WrongKind, name.span, message, "nothing to tell apart by", help);
        } else if !self.symbols.left_out(&name.text)
            && let Some(table) = scope.table().or(self.program.subject)
        {
            self.unknown_column(name, table);
        }
        None
    }
}
