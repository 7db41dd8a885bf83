//! Commands that change the session, and what is said when something did change.

use super::draft::{self, Draft};
use super::moves::{Move, moves};
use super::session::{Format, Session};
use super::{Host, Reply, WRONG};
use crate::calendar::Date;
use crate::data::LoadReport;
use crate::diagnostics::{Diagnostic, Severity, nearest};
use crate::engine::Results;
use crate::outline::Entry;
use crate::program::Program;
use crate::report::table::{Cell, Column, Table};
use crate::report::{counted, load, value};
use crate::value::MASK;
use std::sync::Arc;

/// With more accounts than this, nobody waits to be told what moved.
const SMALL: usize = 2_000;
/// So many accounts that moved are named.
pub(super) const NAMED: usize = 10;

impl<H: Host> Session<H> {
    // ---------- declarations ----------

    pub(super) fn declare(&mut self, text: &str, line: usize) -> Reply {
        let settings = self.settings();
        let added = draft::add(&self.state.base.sources, &self.draft, &self.state.typed, &settings, text, line);
        let mut reply = match added.errors.is_empty() {
            true => Reply::default(),
            false => Reply { err: self.drawn(&added.errors, &added.sources), code: WRONG, ..Reply::default() },
        };
        if added.taken.is_empty() {
            // Where all that is wrong stands elsewhere, it has to be said what the trouble was about.
            if !added.errors.is_empty() && added.errors.iter().all(|e| !added.is_typed(e)) {
                reply.err.push_str("with that, this would be wrong elsewhere: nothing was changed\n");
            }
            return reply;
        }
        let before = self.results_if_small();
        let what = added.taken.join(", ");
        let (taken, typed, draft) = (added.taken, added.typed, added.draft);
        let (had_data, mut no_data) = (self.loaded.is_some(), String::new());
        let done = self.change(&what, |session| {
            let reread = Self::reads_differently(session.draft.program.as_ref(), draft.program.as_ref());
            session.state.typed = typed;
            session.draft = draft;
            session.changed();
            if !reread || session.draft.program.is_none() {
                return Ok(());
            }
            match session.load() {
                // Where there was no data before, nothing is lost.
                Err(refused) if !had_data => {
                    no_data = refused.err;
                    Ok(())
                }
                read => read,
            }
        });
        reply.err.push_str(&no_data);
        if let Err(refused) = done {
            reply.err.push_str(&refused.err);
            reply.err.push_str(&format!("nothing was changed: the data does not fit with {what}\n"));
            reply.code = reply.code.max(refused.code);
            return reply;
        }
        reply.out.push_str(&self.taken(&taken));
        reply.err.push_str(&self.warnings(&taken));
        reply.out.push_str(&self.what_moved(before));
        reply
    }

    /// The scores before a change, if they are quickly had.
    pub(super) fn results_if_small(&mut self) -> Option<(Program, Arc<Results>)> {
        let program = self.draft.program.clone().filter(|p| !p.scorecards.is_empty())?;
        if self.evaluator().ok()?.ids(self.as_of()).take(SMALL + 1).count() > SMALL {
            return None;
        }
        Some((program, self.results().ok()?))
    }

    /// ``metric `calls`: a number``, for each declaration that was taken in.
    pub(super) fn taken(&self, names: &[String]) -> String {
        let mut out = String::new();
        for name in names {
            let place = self.state.typed.iter().rposition(|t| t.name == *name);
            let Some((typed, place)) = place.and_then(|i| Some((self.state.typed.get(i)?, i))) else { continue };
            let entry = self.entry_of(name).filter(|_| !typed.is_test());
            let ty = entry.and_then(|e| e.ty.as_ref()).filter(|ty| !ty.starts_with(&format!("{name}(")));
            let ty = ty.map_or(String::new(), |ty| format!(": {ty}"));
            let instead = self.draft.replaced.get(place).copied().flatten();
            let instead = instead.map(|span| format!("   in place of {}", self.draft.sources.position(span)));
            let instead = self.layout.paint.dim(&instead.unwrap_or_default());
            let word = if typed.extends { "extend " } else { "" };
            out.push_str(&format!("{word}{} {}{ty}{instead}\n", typed.word, self.layout.paint.strong(name)));
        }
        out
    }

    /// The declaration of a name.
    pub(super) fn entry_of(&self, name: &str) -> Option<&Entry> {
        let found = self.draft.outline.find(name);
        found.iter().find(|e| e.inside.is_none()).or(found.first()).copied()
    }

    /// Warnings about what was just taken in.
    pub(super) fn warnings(&self, names: &[String]) -> String {
        let own = |finding: &Diagnostic| {
            let place = finding.span().source.checked_sub(self.draft.first);
            let typed = place.and_then(|place| self.state.typed.get(usize::from(place)));
            finding.severity == Severity::Warning && typed.is_some_and(|t| names.contains(&t.name))
        };
        let list: Vec<Diagnostic> = self.draft.findings.iter().filter(|f| own(f)).cloned().collect();
        self.drawn(&list, &self.draft.sources)
    }

    /// Whose score moved since `before`, in a line or two.
    pub(super) fn what_moved(&mut self, before: Option<(Program, Arc<Results>)>) -> String {
        let Some((old, was)) = before else { return String::new() };
        let Some(new) = self.draft.program.clone() else { return String::new() };
        let Ok(now) = self.results() else { return String::new() };
        let mut list = moves((&old, &was), (&new, &now));
        if let Some(id) = self.bound() {
            list.retain(|m| m.account == id);
            return list.iter().map(|m| format!("  {} {}\n", self.shown_id(&m.account), m.words())).collect();
        }
        let of = now.accounts.len();
        self.moved_table(&list, of, 3)
    }

    /// Moves as lines, the first of them, below how many there are; nothing if there are none.
    pub(super) fn moved_table(&self, list: &[Move], of: usize, shown: usize) -> String {
        let mut accounts: Vec<&str> = list.iter().map(|m| m.account.as_str()).collect();
        accounts.dedup();
        if accounts.is_empty() {
            return String::new();
        }
        let verb = if accounts.len() == 1 { "moves" } else { "move" };
        let mut out = format!("{} of {} {verb}\n", accounts.len(), counted(of as u64, "account", "accounts"));
        let mut table = Table::new(vec![Column::default(), Column::default()]);
        for id in accounts.iter().take(shown) {
            let words: Vec<String> = list.iter().filter(|m| m.account == *id).map(Move::words).collect();
            table.row(vec![Cell::from(self.shown_id(id)), words.join(", ").into()]);
        }
        out.push_str(&table.human(2, &self.layout));
        if accounts.len() > shown {
            out.push_str(&format!("  … {} more\n", accounts.len() - shown));
        }
        out
    }

    /// An id as it may be shown.
    pub(super) fn shown_id(&self, id: &str) -> String {
        let hidden = self.draft.program.as_ref().is_some_and(crate::report::accounts::personal_key) && !self.personal;
        if hidden { MASK.to_string() } else { id.to_string() }
    }

    // ---------- where one looks from ----------

    pub(super) fn account(&mut self, asked: &str) -> Reply {
        if asked.is_empty() {
            return match self.bound() {
                Some(id) => Reply::of(format!("{}\n", self.shown_id(id))),
                None => Reply::of("none: what differs between accounts is shown as a table of them\n"),
            };
        }
        let id = match asked {
            "none" | "all" => None,
            asked => match self.find_account(asked) {
                Ok(id) => Some(id),
                Err(reply) => return reply,
            },
        };
        let now = id.as_deref().map_or_else(|| "all accounts".to_string(), |id| self.shown_id(id));
        let done = self.change(&format!("account {now}"), |session| {
            session.state.account = id;
            session.changed();
            Ok(())
        });
        done.err().unwrap_or_else(|| Reply::of(format!("about {now}\n")))
    }

    pub(super) fn as_of_command(&mut self, asked: &str) -> Reply {
        if asked.is_empty() {
            return Reply::of(format!("{}\n", self.as_of()));
        }
        let Some(date) = Date::parse(asked) else {
            return Reply::failed(format!("`{asked}` is no date"), "a date looks like 2026-03-31");
        };
        let before = self.results_if_small();
        let done = self.change(&format!("as of {date}"), |session| {
            session.state.as_of = Some(date);
            session.changed();
            Ok(())
        });
        if let Err(reply) = done {
            return reply;
        }
        let moved = self.what_moved(before);
        Reply::of(format!("as of {date}\n{moved}"))
    }

    pub(super) fn data_command(&mut self, asked: &str) -> Reply {
        if !asked.is_empty() {
            let done = self.change(&format!("data {asked}"), |session| {
                session.state.data = Some(asked.to_string());
                session.program()?;
                session.load()
            });
            if let Err(reply) = done {
                return reply;
            }
        }
        match (&self.loaded, self.program()) {
            (Some(loaded), Ok(program)) => {
                let extents = load::extents(program, &loaded.data, self.as_of());
                let report: &LoadReport = &loaded.report;
                let lines = load::lines(report, &extents, self.as_of()).human(2, &self.layout);
                Reply::of(format!("data {}   as of {}\n{lines}", loaded.name, self.as_of()))
            }
            (_, Err(reply)) => reply,
            (None, _) => Reply::of("there is no data\n"),
        }
    }

    pub(super) fn set(&mut self, asked: &str) -> Reply {
        let program = match self.program() {
            Ok(program) => program,
            // A setting that does not fit is in the way of everything else; it can be taken back here too.
            Err(reply) if self.state.set.is_empty() => return reply,
            Err(_) => &Program::default(),
        };
        if asked.is_empty() {
            let remarks: Vec<String> =
                self.stamp(program).settings.iter().map(|s| format!("{}\n", s.words())).collect();
            return Reply::of(if remarks.is_empty() { "nothing is set\n".to_string() } else { remarks.concat() });
        }
        let (name, text) = match asked.split_once('=') {
            Some((name, text)) => (name.trim().to_string(), Some(text.trim().to_string())),
            None => (asked.trim().to_string(), None),
        };
        // `:set bar 3`
        let (name, text) = match (text, name.split_once(char::is_whitespace)) {
            (None, Some((name, text))) => (name.to_string(), Some(text.trim().to_string())),
            (text, _) => (name, text),
        };
        let known: Vec<&str> = program.params.iter().map(|p| p.header.name.as_str()).collect();
        if !known.contains(&name.as_str()) && !self.state.set.iter().any(|(n, _)| *n == name) {
            let help = match nearest(&name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if known.is_empty() => "declare one: `param bar = 3`".to_string(),
                None => format!("there is {}", known.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")),
            };
            return Reply::failed(format!("there is no parameter `{name}`"), help);
        }
        let before = self.results_if_small();
        let done = self.change(&format!("set {asked}"), |session| {
            session.state.set.retain(|(n, _)| *n != name);
            session.state.set.extend(text.map(|text| (name.clone(), text)));
            let old: Draft = session.draft.clone();
            session.rebuild();
            let known: Vec<String> = old.errors().map(|e| e.message.clone()).collect();
            let new: Vec<Diagnostic> =
                session.draft.errors().filter(|e| !known.contains(&e.message)).cloned().collect();
            if !new.is_empty() {
                return Err(session.wrong(&new, &session.draft.sources));
            }
            match Self::reads_differently(old.program.as_ref(), session.draft.program.as_ref()) {
                true => session.load(),
                false => Ok(()),
            }
        });
        if let Err(reply) = done {
            return reply;
        }
        let said = match self.program() {
            Ok(program) => {
                let found = self.stamp(program).settings.into_iter().find(|s| s.name == name);
                found.map_or_else(|| format!("{name} is as declared\n"), |s| format!("{}\n", s.words()))
            }
            Err(_) => String::new(),
        };
        let moved = self.what_moved(before);
        Reply::of(said + &moved)
    }

    // ---------- how things are shown ----------

    pub(super) fn format_command(&mut self, asked: &str) -> Reply {
        let word = |format| match format {
            Format::Human => "human",
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Md => "md",
        };
        self.format = match asked {
            "" => return Reply::of(format!("{}\n", word(self.format))),
            "human" | "table" => Format::Human,
            "json" => Format::Json,
            "csv" => Format::Csv,
            "md" | "markdown" => Format::Md,
            other => {
                return Reply::failed(format!("there is no format `{other}`"), "human, json, csv or md");
            }
        };
        Reply::of(format!("{}\n", word(self.format)))
    }

    pub(super) fn time(&mut self, asked: &str) -> Reply {
        self.timing = match asked {
            "" => !self.timing,
            "on" => true,
            "off" => false,
            other => return Reply::failed(format!("`{other}` is neither `on` nor `off`"), ""),
        };
        Reply::of(if self.timing { "each statement says how long it took\n" } else { "time is not told\n" })
    }

    pub(super) fn list_history(&mut self, asked: &str) -> Reply {
        let count = match asked {
            "" => self.history.len(),
            number => match number.parse::<usize>() {
                Ok(count) => count,
                Err(_) => return Reply::failed(format!("`{number}` is no count"), "`:history 5` shows the last five"),
            },
        };
        let skip = self.history.len().saturating_sub(count);
        let mut out = String::new();
        for (i, text) in self.history.iter().enumerate().skip(skip) {
            for (k, line) in text.lines().enumerate() {
                let number = if k == 0 { value::grouped(i as u64 + 1) } else { String::new() };
                let line = crate::report::table::clean(line);
                out.push_str(format!("{number:>4}  {line}").trim_end());
                out.push('\n');
            }
        }
        Reply::of(if out.is_empty() { "nothing was typed before this\n".to_string() } else { out })
    }
}
