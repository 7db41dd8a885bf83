//! The session: what was read, what was typed, and what each statement comes to.

use super::command::{self, Verb};
use super::draft::{Draft, INPUT, Typed};
use super::statement::{Kind, Statement, statements};
use super::{FAILED, Host, Loaded, Opened, Reply, WRONG, named};
use crate::Settings;
use crate::calendar::{Calendar, Date};
use crate::data::Dataset;
use crate::diagnostics::{Diagnostic, Diagnostics, Severity, render};
use crate::engine::reference::{Evaluator, Reference};
use crate::engine::{Engine, Options, Results};
use crate::explain::{self, words};
use crate::outline::Outline;
use crate::program::{Expr, Program};
use crate::report::table::clean;
use crate::report::{Layout, Setting, Stamp, counted};
use crate::source::{Source, Sources};
use crate::{check, syntax};
use std::sync::Arc;

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Human,
    /// Every digit.
    Json,
    /// One row per account.
    Csv,
    /// Markdown.
    Md,
}

/// All that `:undo` takes back.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub base: Arc<Opened>,
    pub typed: Vec<Typed>,
    pub set: Vec<(String, String)>,
    pub as_of: Option<Date>,
    pub data: Option<String>,
    pub account: Option<String>,
}

/// A session.
pub struct Session<H> {
    pub(super) host: H,
    pub(super) layout: Layout,
    pub(super) personal: bool,
    pub(super) state: State,
    /// What was, with what was done since.
    pub(super) past: Vec<(State, String)>,
    pub(super) draft: Draft,
    pub(super) loaded: Option<Arc<Loaded>>,
    results: Option<Arc<Results>>,
    pub(super) format: Format,
    pub(super) timing: bool,
    pub(super) history: Vec<String>,
    /// The text of the last table, with how many of its rows were shown.
    pub(super) rest: Option<(String, usize, usize)>,
    empty: (Program, Dataset),
    /// Declarations that were saved.
    pub(super) saved: Vec<Typed>,
    /// The metrics, scorecards and rules that were last asked about; none stands for all of them.
    pub(super) asked: Vec<String>,
    /// Say where messages belong: nobody sees what was typed beside them.
    places: bool,
}

impl<H: Host> Session<H> {
    /// Begins. What is wrong with the project is told, and may be mended in the session.
    pub fn open(mut host: H, path: Option<&str>, layout: Layout, personal: bool) -> Result<(Session<H>, Reply), Reply> {
        let opened = host.open(path)?;
        let complaint = opened.complaint.clone();
        let base = Arc::new(opened);
        let state = State { base, typed: Vec::new(), set: Vec::new(), as_of: None, data: None, account: None };
        let draft = Draft::new(&state.base.sources, &[], &Settings::default());
        let mut session = Session {
            host,
            layout,
            personal,
            state,
            past: Vec::new(),
            draft,
            loaded: None,
            results: None,
            format: Format::Human,
            timing: false,
            history: Vec::new(),
            rest: None,
            empty: (Program::default(), Dataset::default()),
            saved: Vec::new(),
            asked: Vec::new(),
            places: false,
        };
        let mut reply = Reply { err: complaint, ..Reply::default() };
        reply.err.push_str(&session.told());
        reply.err.push_str(&session.load().err().map_or_else(String::new, |reply| reply.err));
        Ok((session, reply))
    }

    /// What has to be told of the program as it was read.
    pub(super) fn told(&self) -> String {
        let errors: Vec<Diagnostic> = self.draft.errors().cloned().collect();
        if errors.is_empty() || self.state.base.sources.is_empty() {
            return String::new();
        }
        let count = counted(errors.len() as u64, "error", "errors");
        format!("{}{count}; nothing is computed until they are mended\n", self.drawn(&errors, &self.draft.sources))
    }

    /// Begins with other settings than the usual ones, as options of the command line say; nothing to undo.
    pub fn start(&mut self, set: &[(String, String)], as_of: Option<Date>, data: Option<&str>) -> Reply {
        self.state.set = set.to_vec();
        self.state.as_of = as_of;
        self.state.data = data.map(str::to_string);
        let known: Vec<String> = self.draft.errors().map(|e| e.message.clone()).collect();
        self.rebuild();
        // A program that is wrong anyway may be mended in the session; a setting that does not fit cannot.
        let new: Vec<Diagnostic> = self.draft.errors().filter(|e| !known.contains(&e.message)).cloned().collect();
        let mut reply = match new.is_empty() {
            true => Reply { err: self.told(), ..Reply::default() },
            false => self.wrong(&new, &self.draft.sources),
        };
        if let Err(refused) = self.load() {
            reply.err.push_str(&refused.err);
            reply.code = reply.code.max(refused.code);
        }
        reply
    }

    /// Messages say on which line of the input they belong.
    pub fn say_places(&mut self) {
        self.places = true;
    }

    /// One entry: a statement, or several that were pasted together.
    pub fn enter(&mut self, text: &str) -> Reply {
        let mut all = Reply::default();
        for statement in statements(text) {
            let reply = self.statement(&statement);
            all.out.push_str(&reply.out);
            all.err.push_str(&reply.err);
            all.code = all.code.max(reply.code);
            all.quit |= reply.quit;
            if all.quit {
                break;
            }
        }
        self.remember(text);
        all
    }

    /// Keeps what was typed for `:history`.
    pub fn remember(&mut self, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.history.push(text.to_string());
        }
    }

    /// One statement.
    pub fn statement(&mut self, statement: &Statement) -> Reply {
        let mut reply = match statement.kind {
            Kind::Command => self.command(statement.text, statement.line),
            Kind::Declarations => self.declare(statement.text, statement.line),
            Kind::Expression => self.expression(statement.text, statement.line),
        };
        if self.places && reply.err.starts_with("error: ") {
            reply.err = format!("{INPUT}:{}: {}", statement.line, reply.err);
        }
        reply
    }

    fn command(&mut self, text: &str, line: usize) -> Reply {
        let (command, rest) = match command::parse(text) {
            Ok(found) => found,
            Err(near) => {
                let word = text.split_whitespace().next().unwrap_or(":");
                let help = near.map_or("`:help` lists the commands".to_string(), |n| format!("did you mean `:{n}`?"));
                return Reply::failed(format!("there is no command `{}`", clean(word)), help);
            }
        };
        match command.verb {
            Verb::Help => super::help::help(rest, &self.layout),
            Verb::Account => self.account(rest),
            Verb::AsOf => self.as_of_command(rest),
            Verb::Data => self.data_command(rest),
            Verb::Why => self.why(rest),
            Verb::WhatIf => self.what_if(rest, line),
            Verb::Type => self.type_of(rest, line),
            Verb::Doc => self.doc(rest),
            Verb::Deps => self.reads(rest, false),
            Verb::Rdeps => self.reads(rest, true),
            Verb::Bands => self.bands(rest),
            Verb::Rules => self.rules(rest),
            Verb::Check => self.check(),
            Verb::Tests => self.tests(rest),
            Verb::SaveTest => self.save_test(rest, line),
            Verb::Diff => self.diff(),
            Verb::Set => self.set(rest),
            Verb::Undo => self.undo(),
            Verb::Save => self.save(rest),
            Verb::Load => self.load_project(rest),
            Verb::Reload => self.reload(),
            Verb::Format => self.format_command(rest),
            Verb::Time => self.time(rest),
            Verb::History => self.list_history(rest),
            Verb::More => self.more(),
            Verb::Quit => Reply { quit: true, ..Reply::default() },
        }
    }

    // ---------- what everything else asks for ----------

    /// Settings for compiling.
    pub(super) fn settings(&self) -> Settings {
        Settings { set: self.state.set.clone() }
    }

    /// True if each statement's time is wanted.
    pub fn timing(&self) -> bool {
        self.timing
    }

    /// The account that expressions are about.
    pub fn bound(&self) -> Option<&str> {
        self.state.account.as_deref()
    }

    /// What stands in front of what is typed: the account, or the language.
    pub fn prompt(&self) -> String {
        self.bound().map_or_else(|| "laud".to_string(), |id| clean(&self.shown_id(id)))
    }

    /// True if the program has errors.
    pub fn broken(&self) -> bool {
        self.draft.errors().next().is_some() && !(self.state.base.sources.is_empty() && self.state.typed.is_empty())
    }

    /// How many declarations no file has.
    pub fn unsaved(&self) -> usize {
        self.state.typed.iter().filter(|typed| !self.saved.contains(typed)).count()
    }

    /// The names that there are.
    pub fn outline(&self) -> &Outline {
        &self.draft.outline
    }

    /// The profiles of the project's data.
    pub fn profiles(&self) -> &[String] {
        &self.state.base.profiles
    }

    pub(super) fn as_of(&self) -> Date {
        self.state.as_of.unwrap_or(self.state.base.as_of)
    }

    pub(super) fn calendar(&self) -> Calendar {
        self.state.base.calendar
    }

    /// The program; an empty one while nothing was declared.
    pub(super) fn program(&self) -> Result<&Program, Reply> {
        let nothing = self.state.typed.is_empty() && self.state.base.sources.is_empty();
        match &self.draft.program {
            Some(program) => Ok(program),
            None if nothing => Ok(&self.empty.0),
            None => {
                let errors = self.draft.errors().count() as u64;
                let first = self.draft.errors().next().map_or_else(String::new, |e| format!(": {}", e.message));
                let message = format!("the program has {}{first}", counted(errors, "error", "errors"));
                Err(Reply { code: WRONG, ..Reply::failed(message, "`:check` shows where") })
            }
        }
    }

    pub(super) fn dataset(&self) -> &Dataset {
        self.loaded.as_ref().map_or(&self.empty.1, |loaded| &loaded.data)
    }

    pub(super) fn evaluator(&self) -> Result<Evaluator<'_>, Reply> {
        Ok(Evaluator::new(self.program()?, self.dataset(), self.calendar()))
    }

    /// All accounts, scored; once for each state of the session.
    pub(super) fn results(&mut self) -> Result<Arc<Results>, Reply> {
        if let Some(known) = &self.results {
            return Ok(known.clone());
        }
        let options = Options { as_of: self.as_of(), calendar: self.calendar(), accounts: Vec::new() };
        let results = Arc::new(Reference.evaluate(self.program()?, self.dataset(), &options));
        self.results = Some(results.clone());
        Ok(results)
    }

    /// What is printed with every page.
    pub(super) fn stamp(&self, program: &Program) -> Stamp {
        let declared = if self.state.set.is_empty() {
            None
        } else {
            Draft::new(&self.state.base.sources, &self.state.typed, &Settings::default()).program
        };
        let before = |name: &str| {
            let declared = declared.as_ref()?;
            let param = declared.params.iter().find(|p| p.header.name == name)?;
            Some(words::literal(declared, param.ty, &param.value))
        };
        let setting = |param: &crate::program::Param| Setting {
            name: param.header.name.clone(),
            value: words::literal(program, param.ty, &param.value),
            declared: before(&param.header.name),
        };
        Stamp {
            project: self.state.base.name.clone(),
            as_of: self.as_of(),
            program: program.hash.clone(),
            data: self.loaded.as_ref().map_or_else(|| "none".to_string(), |loaded| loaded.name.clone()),
            settings: program.params.iter().filter(|p| p.set).map(setting).collect(),
            timeless: None,
            old_benchmarks: explain::old_benchmarks(program, self.as_of()),
        }
    }

    /// The account that a command is about: the one named, or the one of `:account`.
    pub(super) fn find_account(&self, asked: &str) -> Result<String, Reply> {
        named::find(&self.evaluator()?, self.as_of(), asked, self.personal)
    }

    /// Findings as `laud check` draws them.
    pub(super) fn drawn(&self, findings: &[Diagnostic], sources: &Sources) -> String {
        let mut text = render::human(findings, sources, self.layout.paint.color);
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }

    pub(super) fn wrong(&self, findings: &[Diagnostic], sources: &Sources) -> Reply {
        let errors: Vec<Diagnostic> =
            findings.iter().filter(|finding| finding.severity == Severity::Error).cloned().collect();
        Reply { err: self.drawn(&errors, sources), code: WRONG, ..Reply::default() }
    }

    /// Parses and types an expression about an account.
    pub(super) fn typed(&self, text: &str, line: usize) -> Result<Expr, Reply> {
        let program = self.program()?;
        let padded = format!("{}{text}", "\n".repeat(line.saturating_sub(1)));
        let source = Source::new(INPUT, padded);
        let mut sources = self.draft.sources.clone();
        let id = sources.push(source.clone());
        let mut found = Diagnostics::new();
        let parsed = syntax::parse_expression(id, &source, &mut found).filter(|_| !found.has_errors());
        let typed =
            parsed.and_then(|expr| check::check_expression_among(program, &self.draft.files, &expr, &mut found));
        match typed.filter(|_| !found.has_errors()) {
            Some(expr) => Ok(expr),
            None => Err(self.wrong(&found.sorted(), &sources)),
        }
    }

    // ---------- changing what is ----------

    /// Everything again, after what it rests on changed.
    pub(super) fn rebuild(&mut self) {
        self.draft = Draft::new(&self.state.base.sources, &self.state.typed, &self.settings());
        self.changed();
    }

    pub(super) fn changed(&mut self) {
        self.results = None;
        self.rest = None;
    }

    /// Reads the data for the program as it is; without a program nothing is read.
    pub(super) fn load(&mut self) -> Result<(), Reply> {
        self.changed();
        self.loaded = None;
        let Some(program) = &self.draft.program else { return Ok(()) };
        let read = self.host.load(program, self.state.data.as_deref());
        // A program that was only typed may do without data.
        if read.is_err() && self.state.base.sources.is_empty() && self.state.data.is_none() {
            return Ok(());
        }
        self.loaded = Some(Arc::new(read?));
        Ok(())
    }

    /// Does something that `:undo` can take back; if it fails, everything is as it was.
    pub(super) fn change(
        &mut self,
        what: &str,
        change: impl FnOnce(&mut Self) -> Result<(), Reply>,
    ) -> Result<(), Reply> {
        let before = (self.state.clone(), self.draft.clone(), self.loaded.clone());
        match change(self) {
            Ok(()) => {
                self.past.push((before.0, what.to_string()));
                Ok(())
            }
            Err(reply) => {
                (self.state, self.draft, self.loaded) = before;
                self.changed();
                Err(reply)
            }
        }
    }

    /// True if the data has to be read anew for another program.
    pub(super) fn reads_differently(old: Option<&Program>, new: Option<&Program>) -> bool {
        let (Some(old), Some(new)) = (old, new) else { return true };
        (&old.tables, &old.rates) != (&new.tables, &new.rates)
            || old.subject != new.subject
            || old.enums != new.enums
            || !new.attributions.is_empty()
            || !old.attributions.is_empty()
    }

    fn undo(&mut self) -> Reply {
        let Some((state, what)) = self.past.pop() else {
            return Reply::failed("there is nothing to undo", "");
        };
        let same_base = Arc::ptr_eq(&state.base, &self.state.base);
        let (data, old) = (self.state.data.clone(), self.draft.program.clone());
        self.state = state;
        self.rebuild();
        let mut reply = Reply::of(format!("taken back: {what}\n"));
        let new = self.draft.program.as_ref();
        if !same_base || data != self.state.data || Self::reads_differently(old.as_ref(), new) {
            if !same_base {
                // The host reads for the project that it opened last.
                let again = self.host.open(Some(&self.state.base.path.clone()));
                reply.err.extend(again.err().map(|refusal| refusal.text));
            }
            if let Err(refused) = self.load() {
                reply.err.push_str(&refused.err);
                reply.code = FAILED;
            }
        }
        reply
    }
}
