//! Playbooks and calendars of working days: what rules name.

use super::{Checker, Scope, header};
use crate::ast::{self, ItemKind, Name, WaitLit};
use crate::calendar::PeriodKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{CalendarId, ExprKind, Playbook, PlaybookId, Task, Wait, What, Who, WorkCalendar};
use crate::resolve::Symbol;

/// The days of the week in the order in which they are counted.
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A calendar covers at most so many days without work.
const MOST_HOLIDAYS: usize = 10_000;

impl Checker<'_, '_> {
    pub(super) fn playbooks(&mut self) {
        for item in self.symbols.playbooks.clone() {
            let ItemKind::Playbook(playbook) = &item.kind else { continue };
            self.expanded = 0;
            if playbook.tasks.is_empty() {
                let message = format!("playbook `{}` has no task", item.name.text);
                let help = "add `task \"…\"`";
                self.error(Code::PlaybookIncomplete, item.name.span, message, "nothing to do", help);
            }
            if playbook.version == 0 {
                let message = format!("playbook `{}` has no version yet", item.name.text);
                let help = "versions count from 1: `version 1`";
                self.error(Code::PlaybookIncomplete, item.name.span, message, "version 0", help);
            }
            let tasks = playbook.tasks.iter().map(|task| self.task(task, playbook)).collect();
            self.in_a_circle(playbook);
            self.program.playbooks.push(Playbook { header: header(item), version: playbook.version, tasks });
        }
    }

    fn task(&mut self, task: &ast::Task, playbook: &ast::Playbook) -> Task {
        if task.fallback.is_some() && task.assign.is_none() {
            self.lone_fallback(task.fallback.as_ref());
        }
        let mut after = Vec::new();
        for text in &task.after {
            match playbook.tasks.iter().position(|other| other.text.text == text.text) {
                Some(place) => after.push(place),
                None => {
                    let message = format!("no task of the playbook is \"{}\"", text.text);
                    let diagnostic =
                        Diagnostic::new(Code::UnknownName, text.span, message).label("comes after nothing");
                    let known = playbook.tasks.iter().map(|other| other.text.text.as_str());
                    let diagnostic = match crate::diagnostics::nearest(&text.text, known) {
                        Some(near) => {
                            diagnostic.fix(format!("did you mean \"{near}\"?"), text.span, format!("\"{near}\""))
                        }
                        None => diagnostic.help("repeat the text of the task that comes before"),
                    };
                    self.push(diagnostic);
                }
            }
        }
        Task {
            text: self.template(&task.text, &Scope::Account),
            assign: self.assign(task.assign.as_ref(), task.fallback.as_ref(), &Scope::Account),
            due: task.due.as_ref().map(wait),
            after,
            via: task.via.as_ref().map(|name| name.text.clone()),
            template: task.template.as_ref().map(|name| name.text.clone()),
            span: task.span,
        }
    }

    /// Two tasks of one text cannot be told apart, and none may come after itself.
    fn in_a_circle(&mut self, playbook: &ast::Playbook) {
        let tasks = &playbook.tasks;
        let place = |text: &str| tasks.iter().position(|task| task.text.text == text);
        for (i, task) in tasks.iter().enumerate() {
            if let Some(first) = place(&task.text.text).filter(|first| *first < i).and_then(|first| tasks.get(first)) {
                self.push(
                    Diagnostic::new(Code::DuplicateStatement, task.text.span, "this task is given twice")
                        .label("again here")
                        .also(first.text.span, "first given here")
                        .help("say in what they differ"),
                );
            }
        }
        // Tasks whose predecessors are all done are done next; what is left over waits for itself.
        let mut done = vec![false; tasks.len()];
        let is_done = |done: &[bool], text: &str| place(text).is_none_or(|i| done.get(i).copied().unwrap_or(true));
        for _ in 0..tasks.len() {
            for (i, task) in tasks.iter().enumerate() {
                if task.after.iter().all(|text| is_done(&done, &text.text)) {
                    super::put(&mut done, i, true);
                }
            }
        }
        if let Some((_, task)) = done.iter().zip(tasks).find(|(done, _)| !**done) {
            let message = format!("\"{}\" waits for itself", task.text.text);
            let help = "take one `after` out";
            self.error(Code::DependencyCycle, task.text.span, message, "can never begin", help);
        }
    }

    pub(super) fn lone_fallback(&mut self, fallback: Option<&Name>) {
        let Some(name) = fallback else { return };
        let help = format!("write `assign … fallback {}`, or `assign {}`", name.text, name.text);
        self.error(Code::ClauseMisplaced, name.span, "whom does this stand in for?", "nobody is assigned", help);
    }

    /// The playbook that a rule names, for whoever the rule is about.
    pub(super) fn playbook_of(&mut self, name: &Name, scope: &Scope) -> Option<What> {
        let Some(Symbol::Playbook(index)) = self.symbols.get(&name.text) else {
            if !self.symbols.left_out(&name.text) {
                self.no_playbook(name);
            }
            return None;
        };
        let own = |who: &Who| !matches!(who, Who::Team(_));
        let playbook = self.program.playbooks.get(index)?;
        let about_accounts = playbook.tasks.iter().any(|task| {
            let assigned = task.assign.as_ref().is_some_and(|a| own(&a.to) || a.fallback.as_ref().is_some_and(own));
            let whole = |kind: &ExprKind| matches!(kind, ExprKind::Param(_) | ExprKind::Portfolio(_));
            assigned || task.text.values.iter().any(|(_, value)| !whole(&value.kind))
        });
        if *scope == Scope::Portfolio && about_accounts {
            let message = format!("`{}` names what every account has its own of", name.text);
            let help = "name a playbook without columns and metrics of accounts";
            self.error(Code::GrainMismatch, name.span, message, "this rule is about the whole portfolio", help);
            return None;
        }
        Some(What::Playbook(PlaybookId(u32::try_from(index).ok()?)))
    }

    fn no_playbook(&mut self, name: &Name) {
        let (code, message) = match self.symbol(&name.text) {
            Some(symbol) => (Code::WrongKind, format!("`{}` is {}, not a playbook", name.text, symbol.words())),
            None => (Code::UnknownName, format!("there is no playbook `{}`", name.text)),
        };
        let names: Vec<&str> = self.symbols.playbooks.iter().map(|item| item.name.text.as_str()).collect();
        let otherwise = format!("declare it: `playbook {} version 1 {{ task \"…\" }}`", name.text);
        let diagnostic = Diagnostic::new(code, name.span, message).label("not a playbook");
        let diagnostic = self.suggest(diagnostic, &name.text, name.span, names, otherwise);
        self.push(diagnostic);
    }

    // ---------- working days ----------

    pub(super) fn calendars(&mut self) {
        for item in self.symbols.calendars.clone() {
            let ItemKind::Calendar(calendar) = &item.kind else { continue };
            let mut weekend = Vec::new();
            for day in &calendar.weekend {
                match WEEKDAYS.iter().zip(0u8..).find(|(word, _)| **word == day.text.to_lowercase()) {
                    Some((_, number)) => weekend.push(number),
                    None => {
                        let message = format!("`{}` is not a day of the week", day.text);
                        let diagnostic = Diagnostic::new(Code::UnknownValue, day.span, message).label("which day?");
                        let diagnostic = self.suggest(diagnostic, &day.text, day.span, WEEKDAYS, "write `saturday`");
                        self.push(diagnostic);
                    }
                }
            }
            weekend.sort_unstable();
            weekend.dedup();
            if let (7, Some(last)) = (weekend.len(), calendar.weekend.last()) {
                let message = format!("`{}` has no working day", item.name.text);
                let help = "leave out the days that are worked";
                self.error(Code::EmptyRange, last.span, message, "every day is free", help);
            }
            let holidays = self.holidays(calendar);
            self.program.calendars.push(WorkCalendar { header: header(item), weekend, holidays });
        }
    }

    fn holidays(&mut self, calendar: &ast::WorkCalendar) -> Vec<crate::calendar::Date> {
        let mut out = Vec::new();
        for day in &calendar.holidays {
            if day.to.date < day.from.date {
                let help = format!("write `holiday {} to {}`", day.to.date, day.from.date);
                self.error(Code::EmptyRange, day.to.span, "this ends before it begins", "no date lies in it", help);
                continue;
            }
            let days = day.to.date.days_since(day.from.date);
            if usize::try_from(days).map_or(true, |days| out.len() + days >= MOST_HOLIDAYS) {
                let message = format!("a calendar has at most {MOST_HOLIDAYS} holidays");
                self.error(Code::TooLarge, day.to.span, message, "too many", "check the year");
                break;
            }
            out.extend((0..=days).map(|n| day.from.date.plus_days(n)));
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    /// The calendar that a rule's working days are counted by.
    pub(super) fn calendar_of(&mut self, item: &ast::Item, rule: &ast::Rule) -> Option<CalendarId> {
        let id = |place: usize| u32::try_from(place).ok().map(CalendarId);
        if let Some(name) = &rule.calendar {
            if let Some(Symbol::Calendar(place)) = self.symbols.get(&name.text) {
                return id(place);
            }
            if !self.symbols.left_out(&name.text) {
                let names: Vec<&str> = self.symbols.calendars.iter().map(|item| item.name.text.as_str()).collect();
                let message = format!("there is no calendar `{}`", name.text);
                let diagnostic = Diagnostic::new(Code::UnknownName, name.span, message).label("not a calendar");
                let otherwise = format!("declare it: `calendar {} {{ weekend saturday, sunday }}`", name.text);
                let diagnostic = self.suggest(diagnostic, &name.text, name.span, names, otherwise);
                self.push(diagnostic);
            }
            return None;
        }
        let steps = rule.escalate.iter().map(|step| step.after).chain(rule.actions.iter().filter_map(|a| a.due));
        let working = steps.chain(rule.approval.iter().filter_map(|a| a.within)).find(|wait| wait.working);
        match (self.symbols.calendars.len(), working) {
            (0, _) => None,
            (1, _) => id(0),
            (_, Some(wait)) => {
                let names: Vec<String> =
                    self.symbols.calendars.iter().map(|item| format!("`calendar {}`", item.name.text)).collect();
                let message = format!("`{}` counts working days, and there are several calendars", item.name.text);
                let help = format!("add {}", names.join(" or "));
                self.error(Code::CalendarUnclear, wait.span, message, "by which of them?", help);
                None
            }
            (_, None) => None,
        }
    }
}

/// A length of time as it is counted.
pub(super) fn wait(lit: &WaitLit) -> Wait {
    match lit.working && lit.duration.unit == PeriodKind::Day {
        true => Wait::Working(lit.duration.count),
        false => Wait::Calendar(lit.duration),
    }
}
