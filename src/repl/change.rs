//! Commands that change the session, and what is said when something did change.

use super::draft::Draft;
use super::moves::{Move, moves};
use super::session::{Format, Session};
use super::{Host, Reply};
use crate::calendar::Date;
use crate::data::LoadReport;
use crate::diagnostics::{Diagnostic, Severity, nearest};
use crate::engine::Results;
use crate::outline::Entry;
use crate::program::Program;
use crate::report::table::{Cell, Column, Table};
use crate::report::{counted, diff, load, value};
use crate::value::MASK;
use std::sync::Arc;

/// With more accounts than this, nobody waits to be told what moved.
const SMALL: usize = 2_000;
/// So many accounts that moved are named.
pub(super) const NAMED: usize = 10;

impl<H: Host> Session<H> {
    // ---------- declarations ----------

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
            let place = self.state.typed.iter().position(|t| t.name == *name);
            let Some((typed, place)) = place.and_then(|i| Some((self.state.typed.get(i)?, i))) else { continue };
            let entry = self.entry_of(name);
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

    // ---------- files ----------

    pub(super) fn load_project(&mut self, asked: &str) -> Reply {
        if asked.is_empty() {
            return Reply::failed("say what to load", "`:load PATH`: a project's directory, or a .laud file");
        }
        let opened = match self.host.open(Some(asked)) {
            Ok(opened) => Arc::new(opened),
            Err(refusal) => return refusal.into(),
        };
        let lost = self.state.typed.len() as u64;
        let complaint = opened.complaint.clone();
        let mut told = String::new();
        let done = self.change(&format!("load {asked}"), |session| {
            session.state.base = opened;
            session.state.typed.clear();
            session.state.set.clear();
            (session.state.as_of, session.state.data, session.state.account) = (None, None, None);
            session.rebuild();
            told = session.told();
            session.load()
        });
        let mut reply = match done {
            Ok(()) => Reply::of(self.greeting()),
            Err(reply) => {
                // What was opened before is what is read again.
                let _ = self.host.open(Some(&self.state.base.path));
                return reply;
            }
        };
        reply.err = complaint + &told;
        if lost > 0 {
            let verb = if lost == 1 { "is" } else { "are" };
            let count = counted(lost, "declaration", "declarations");
            reply.out.push_str(&format!("{count} of the session {verb} gone; `:undo` brings back what was\n"));
        }
        reply
    }

    pub(super) fn reload(&mut self) -> Reply {
        let path = self.state.base.path.clone();
        let opened = match self.host.open(Some(&path)) {
            Ok(opened) => Arc::new(opened),
            Err(refusal) => return refusal.into(),
        };
        let before = self.results_if_small();
        let complaint = opened.complaint.clone();
        self.state.base = opened;
        self.rebuild();
        let mut reply = Reply { err: complaint + &self.told(), ..Reply::default() };
        if let Err(refused) = self.load() {
            reply.err.push_str(&refused.err);
            reply.code = refused.code;
            return reply;
        }
        reply.out = self.greeting();
        reply.out.push_str(&self.what_moved(before));
        reply
    }

    /// `advocacy: 8 accounts as of 2026-03-31, data sample`
    pub fn greeting(&self) -> String {
        let base = &self.state.base;
        if base.sources.is_empty() {
            return "an empty program: declare a table, or `:load` one\n".to_string();
        }
        let count = self.evaluator().map_or(0, |e| e.ids(self.as_of()).count()) as u64;
        let accounts = self
            .draft
            .program
            .as_ref()
            .map_or_else(String::new, |_| format!(": {}", counted(count, "account", "accounts")));
        let data = self.loaded.as_ref().map_or_else(String::new, |l| format!(", data {}", l.name));
        format!("{}{accounts} as of {}{data}\n", base.name, self.as_of())
    }

    /// What was typed, as a file.
    fn as_file(&self) -> String {
        let mut out = String::new();
        for (i, typed) in self.state.typed.iter().enumerate() {
            if i > 0 {
                out.push('\n');
            }
            if let Some(span) = self.draft.replaced.get(i).copied().flatten() {
                let place = self.state.base.sources.position(span);
                out.push_str(&format!("# In place of `{}` in {place}.\n", typed.name));
            }
            out.push_str(&typed.text);
            out.push('\n');
        }
        out
    }

    pub(super) fn save(&mut self, path: &str) -> Reply {
        if path.is_empty() {
            return Reply::failed("say where to", "`:save ideas.laud`");
        }
        if !path.ends_with(".laud") {
            return Reply::failed(
                format!("`{path}` is not a rule file"),
                format!("rule files end in .laud: `:save {path}.laud`"),
            );
        }
        if self.state.typed.is_empty() {
            return Reply::failed(
                "nothing was declared yet",
                "type a declaration first: `metric loud = count(activity)`",
            );
        }
        let text = self.as_file();
        if let Err(refusal) = self.host.save(path, &text) {
            return refusal.into();
        }
        self.saved.clone_from(&self.state.typed);
        let mut out = format!("{} in {path}\n", counted(self.state.typed.len() as u64, "declaration", "declarations"));
        for (i, typed) in self.state.typed.iter().enumerate() {
            if let Some(span) = self.draft.replaced.get(i).copied().flatten() {
                let place = self.state.base.sources.position(span);
                out.push_str(&format!("`{}` also stands in {place}: keep one of the two\n", typed.name));
            }
        }
        for (name, value) in &self.state.set {
            out.push_str(&format!("`:set {name}={value}` is not part of the file\n"));
        }
        Reply::of(out)
    }

    pub(super) fn diff(&mut self) -> Reply {
        let mut out = String::new();
        let paint = self.layout.paint;
        for (id, source) in self.state.base.sources.iter() {
            let replaced = |(i, span): (usize, &Option<crate::span::Span>)| {
                span.filter(|span| span.source == id).and_then(|span| Some((span, self.state.typed.get(i)?)))
            };
            let mut changes: Vec<_> = self.draft.replaced.iter().enumerate().filter_map(replaced).collect();
            if changes.is_empty() {
                continue;
            }
            changes.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
            let mut text = source.text.to_string();
            let file = crate::syntax::parse(id, source, &mut crate::diagnostics::Diagnostics::new());
            for (span, typed) in changes {
                let Some(item) = file.items.iter().find(|item| item.name.span == span) else { continue };
                // The comment above is replaced with what it describes, if there is a new one.
                let start = if typed.text.starts_with('#') {
                    doc_start(source, item.span.start)
                } else {
                    item.span.start as usize
                };
                if text.is_char_boundary(start) && text.is_char_boundary(item.span.end as usize) {
                    text.replace_range(start..item.span.end as usize, &typed.text);
                }
            }
            out.push_str(&diff::unified(&source.name, &source.text, &text, &paint));
        }
        let fresh: Vec<String> = (self.state.typed.iter().zip(&self.draft.replaced))
            .filter(|(_, replaced)| replaced.is_none())
            .map(|(typed, _)| format!("{}\n", typed.text))
            .collect();
        out.push_str(&diff::unified("<session>", "", &fresh.join("\n"), &paint));
        if let (Ok(program), false) = (self.program(), self.state.set.is_empty()) {
            out.extend(self.stamp(program).settings.iter().map(|s| format!("set {}\n", s.words())));
        }
        if out.is_empty() {
            return Reply::of("the session changes nothing\n");
        }
        out.push_str(&self.moved_since_files());
        Reply::of(out)
    }

    /// Whose score is another than with the files alone.
    fn moved_since_files(&mut self) -> String {
        let files = Draft::new(&self.state.base.sources, &[], &crate::Settings::default()).program;
        let (Some(files), Some(now)) = (files, self.draft.program.clone()) else { return String::new() };
        // Data that was read for other tables cannot be read with the old ones.
        if Self::reads_differently(Some(&files), Some(&now)) {
            return String::new();
        }
        let options = crate::engine::Options { as_of: self.as_of(), calendar: self.calendar(), accounts: Vec::new() };
        let was =
            crate::engine::Engine::evaluate(&crate::engine::reference::Reference, &files, self.dataset(), &options);
        let Ok(is) = self.results() else { return String::new() };
        match self.moved_table(&moves((&files, &was), (&now, &is)), is.accounts.len(), NAMED).as_str() {
            "" => "no score moves\n".to_string(),
            moved => moved.to_string(),
        }
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

/// Where the comments right above a declaration begin.
fn doc_start(source: &crate::source::Source, start: u32) -> usize {
    let (mut line, _) = source.line_column(start);
    while line > 1 && source.line(line - 1).trim_start().starts_with('#') {
        line -= 1;
    }
    source.line_range(line).start.min(start as usize)
}
