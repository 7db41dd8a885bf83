//! The session and the files: other projects, what changed on the disk, what the session changes, and keeping it.

use super::change::NAMED;
use super::draft::Draft;
use super::moves::moves;
use super::session::Session;
use super::{Host, Reply};
use crate::Settings;
use crate::diagnostics::Diagnostics;
use crate::engine::reference::Reference;
use crate::engine::{Engine, Options};
use crate::report::{counted, diff};
use crate::source::Source;
use std::sync::Arc;

impl<H: Host> Session<H> {
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
            let file = crate::syntax::parse(id, source, &mut Diagnostics::new());
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
        let files = Draft::new(&self.state.base.sources, &[], &Settings::default()).program;
        let (Some(files), Some(now)) = (files, self.draft.program.clone()) else { return String::new() };
        // Data that was read for other tables cannot be read with the old ones.
        if Self::reads_differently(Some(&files), Some(&now)) {
            return String::new();
        }
        let options = Options { as_of: self.as_of(), calendar: self.calendar(), accounts: Vec::new() };
        let was = Reference.evaluate(&files, self.dataset(), &options);
        let Ok(is) = self.results() else { return String::new() };
        match self.moved_table(&moves((&files, &was), (&now, &is)), is.accounts.len(), NAMED).as_str() {
            "" => "no score moves\n".to_string(),
            moved => moved.to_string(),
        }
    }
}

/// Where the comments right above a declaration begin.
fn doc_start(source: &Source, start: u32) -> usize {
    let (mut line, _) = source.line_column(start);
    while line > 1 && source.line(line - 1).trim_start().starts_with('#') {
        line -= 1;
    }
    source.line_range(line).start.min(start as usize)
}
