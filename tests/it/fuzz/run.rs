//! One case from text to results: everything that laud does with a project, with the laws checked on the way.

use super::laws;
use super::mend;
use super::project::Project;
use super::rng::Rng;
use super::rows;
use laud::calendar::{Calendar, Date};
use laud::data::{self, Binding, Config, Dataset, LoadReport, Reject, RejectReason};
use laud::diagnostics::{Diagnostic, Diagnostics, render};
use laud::engine::reference::{Evaluator, Reference};
use laud::engine::{Engine, Options, Results};
use laud::explain::{self, Case, Topic, Traced};
use laud::program::Program;
use laud::report::accounts::{self, Evaluation, Extras};
use laud::report::{Layout, Stamp, load};
use laud::source::{Source, Sources};
use laud::{Settings, check, syntax};
use std::path::Path;

/// How far a case came.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reached {
    /// The program has no errors.
    pub compiled: bool,
    /// The data was loaded.
    pub loaded: bool,
    /// Accounts that were scored.
    pub accounts: usize,
    /// Expressions that were evaluated.
    pub expressions: usize,
}

/// Runs a case in a folder that is empty.
pub fn run(project: &Project, folder: &Path) -> Result<Reached, String> {
    let mut reached = Reached::default();
    let mut sources = Sources::new();
    for (name, text) in &project.sources {
        sources.add(name.clone(), text.as_str());
    }
    let settings = Settings { set: project.set.clone() };
    let (program, diagnostics) = laud::compile(&sources, &settings);
    let (again, same) = laud::compile(&sources, &settings);
    let mut found = diagnostics.sorted();
    if found != same.sorted() || program.as_ref().map(|p| &p.hash) != again.as_ref().map(|p| &p.hash) {
        return Err("compiling twice gives different findings or programs".to_string());
    }
    drop(again);
    mend::lints_and_mends(&sources, &settings)?;
    for (id, source) in sources.iter() {
        for comment in syntax::comments(source) {
            if sources.text(laud::span::Span { source: id, ..comment.span }).is_empty() {
                return Err("a comment without a text".to_string());
            }
        }
    }
    reached.compiled = program.is_some();
    let config = project.config.as_ref().map(|text| {
        let id = sources.add("laud.toml", text.as_str());
        let mut own = Diagnostics::new();
        let config = Config::parse(id, &Source::new("laud.toml", text.as_str()), &mut own);
        found.extend(own.sorted());
        config
    });
    let mut binding = None;
    if let Some(program) = &program {
        let mut own = Diagnostics::new();
        binding = match &config {
            Some(config) => config.as_ref().and_then(|c| c.binding(program, None, folder, &mut own)),
            None => Some(data::without_config(program, None, folder)),
        };
        if binding.is_none() && config.as_ref().is_some_and(Option::is_some) && !own.has_errors() {
            return Err("no binding, and no error about it".to_string());
        }
        found.extend(own.sorted());
    }
    laws::findings(&found, &sources)?;
    for (_, source) in sources.iter().filter(|(_, s)| s.damage.is_none()) {
        laws::layout(source)?;
    }
    let errors = found.iter().any(|d| d.severity == laud::diagnostics::Severity::Error);
    if program.is_none() && !errors {
        return Err("no program, and no error about it".to_string());
    }
    let (Some(program), Some(binding)) = (program, binding) else {
        parse_only(&project.expressions, &sources)?;
        return Ok(reached);
    };
    let config = config.flatten();
    let run = Run {
        project,
        program: &program,
        sources: &sources,
        calendar: config.as_ref().map_or(Calendar::default(), Config::calendar),
        as_of: config.as_ref().and_then(|c| c.as_of).unwrap_or_else(rows::as_of),
    };
    project.save_files(folder);
    if let Some((data, results)) = run.data(&binding, folder, &mut reached)? {
        run.other_dates(&data)?;
        run.turned_round(&data, &results, &settings)?;
        if project.config.is_none() {
            run.as_ndjson(folder, &results)?;
        }
    }
    Ok(reached)
}

/// Expressions are parsed even if there is no program.
fn parse_only(expressions: &[String], sources: &Sources) -> Result<(), String> {
    for text in expressions {
        let mut sources = sources.clone();
        let id = sources.add("<expression>", text.as_str());
        let mut found = Diagnostics::new();
        let expr = syntax::parse_expression(id, &Source::new("<expression>", text.as_str()), &mut found);
        if expr.is_none() && !found.has_errors() {
            return Err(format!("no expression, and no error about it: {text:?}"));
        }
        laws::findings(&found.sorted(), &sources)?;
    }
    Ok(())
}

/// A program that compiled, about to meet its data.
struct Run<'a> {
    project: &'a Project,
    program: &'a Program,
    sources: &'a Sources,
    calendar: Calendar,
    as_of: Date,
}

impl Run<'_> {
    fn data(
        &self,
        binding: &Binding,
        folder: &Path,
        reached: &mut Reached,
    ) -> Result<Option<(Dataset, Results)>, String> {
        let mut rejects = Vec::new();
        let (data, report) = match data::load(self.program, binding, &mut |reject| rejects.push(reject)) {
            Ok(loaded) => loaded,
            Err(errors) => {
                if errors.is_empty() || errors.iter().any(|e| e.message.is_empty()) {
                    return Err(format!("data without an error: {errors:?}"));
                }
                return Ok(None);
            }
        };
        reached.loaded = true;
        laws::loaded(self.program, &data, &report, &rejects)?;
        csv_is_whole("rejects", &load::rejects_csv(&rejects))?;
        let results = self.evaluate(&data, self.as_of);
        reached.accounts = results.accounts.len();
        laws::results(self.program, &results)?;
        if self.evaluate(&data, self.as_of) != results {
            return Err("a second run gives other results".to_string());
        }
        crate::machine::compare(self.program, &data, self.calendar, self.as_of)
            .map_err(|e| format!("the machine differs: {e}"))?;
        self.reports(&data, &report, &results)?;
        self.pages(&data, &results)?;
        reached.expressions = self.expressions(&data)?;
        self.shuffled(binding, folder, &data, &rejects, &results)?;
        Ok(Some((data, results)))
    }

    fn evaluate(&self, data: &Dataset, as_of: Date) -> Results {
        let options = Options { as_of, calendar: self.calendar, accounts: Vec::new() };
        Reference.evaluate(self.program, data, &options)
    }

    fn stamp(&self) -> Stamp {
        Stamp {
            project: "case".to_string(),
            as_of: self.as_of,
            program: self.program.hash.clone(),
            data: "data".to_string(),
            ..Stamp::default()
        }
    }

    fn reports(&self, data: &Dataset, load: &LoadReport, results: &Results) -> Result<(), String> {
        let stamp = self.stamp();
        let evaluator = Evaluator::new(self.program, data, self.calendar);
        let extras = Extras {
            tasks: accounts::tasks(&evaluator, results, true),
            gaps: accounts::gaps(&evaluator, results),
            list_tasks: true,
            ..Extras::default()
        };
        let of =
            Evaluation { program: self.program, data, load, results, stamp: &stamp, personal: true, extras: &extras };
        for width in [40, 100] {
            let text = accounts::human(&of, &Layout { width, ..Layout::default() });
            laws::harmless("the table of accounts", &text)?;
        }
        laws::harmless("the table of accounts in Markdown", &accounts::markdown(&of))?;
        let json = format!("{:#}", accounts::json(&of));
        serde_json::from_str::<serde_json::Value>(&json).map_err(|e| format!("accounts as json: {e}"))?;
        csv_is_whole("accounts", &accounts::csv(&of))
    }

    fn pages(&self, data: &Dataset, results: &Results) -> Result<(), String> {
        let evaluator = Evaluator::new(self.program, data, self.calendar);
        let names = Topic::names(self.program);
        for (i, result) in results.accounts.iter().enumerate().take(2) {
            let Some(account) = evaluator.account(&result.id, self.as_of) else {
                return Err(format!("no account {:?}, but results for it", result.id));
            };
            if account.result() != *result {
                return Err(format!("account {:?} has other results on its own", result.id));
            }
            let stamp = self.stamp();
            let probe = Traced::new(&evaluator, &account);
            let case = Case {
                program: self.program,
                sources: self.sources,
                data,
                stamp: &stamp,
                account: result,
                probe: &probe,
                personal: i == 0,
            };
            let topics = names.iter().filter_map(|name| Topic::find(self.program, name));
            for topic in std::iter::once(Topic::Account).chain(topics.take(12)) {
                let why = explain::why(case, topic);
                laws::harmless("why", &explain::human(&why, &Layout::default()))?;
                laws::harmless("why", &explain::human(&why, &Layout { width: 40, ..Layout::default() }))?;
                laws::harmless("why in Markdown", &explain::markdown(&why))?;
                serde_json::to_string(&why).map_err(|e| format!("why as json: {e}"))?;
            }
            for (i, rule) in self.program.rules.iter().enumerate() {
                let trace = account.rule_trace(laud::program::RuleId(i as u32));
                let (Some(trace), Some(result)) = (trace, result.rules.get(i)) else {
                    return Err(format!("rule {} has no trace", rule.header.name));
                };
                if trace.result != *result || trace.condition.truth != account.value(&rule.condition).truth() {
                    return Err(format!("rule {}: the trace tells another story: {trace:?}", rule.header.name));
                }
            }
        }
        Ok(())
    }

    fn expressions(&self, data: &Dataset) -> Result<usize, String> {
        let evaluator = Evaluator::new(self.program, data, self.calendar);
        let mut count = 0;
        for text in &self.project.expressions {
            let mut sources = self.sources.clone();
            let id = sources.add("<expression>", text.as_str());
            let mut found = Diagnostics::new();
            let parsed = syntax::parse_expression(id, &Source::new("<expression>", text.as_str()), &mut found);
            let typed = parsed
                .filter(|_| !found.has_errors())
                .and_then(|e| check::check_expression(self.program, &e, &mut found))
                .filter(|_| !found.has_errors());
            if typed.is_none() && !found.has_errors() {
                return Err(format!("no expression, and no error about it: {text:?}"));
            }
            let found: Vec<Diagnostic> = found.sorted();
            laws::findings(&found, &sources)?;
            let _ = render::human(&found, &sources, false);
            let Some(typed) = typed else { continue };
            for id in evaluator.ids(self.as_of).take(5) {
                let Some(mut account) = evaluator.account(id, self.as_of) else { continue };
                let value = account.value_of(&typed);
                laws::fits(self.program, &value, typed.ty).map_err(|e| format!("expression {text:?}: {e}"))?;
                let _ = laud::report::value::shown(self.program, typed.ty, &value);
                let _ = laud::report::value::csv(self.program, typed.ty, &value);
                let _ = laud::report::value::json(self.program, typed.ty, &value).to_string();
                count += 1;
            }
        }
        Ok(count)
    }

    /// The laws hold at every date.
    fn other_dates(&self, data: &Dataset) -> Result<(), String> {
        for date in ["0001-01-01", "1970-01-01", "2024-02-29", "2025-12-31", "9999-12-31"] {
            let results = self.evaluate(data, Date::parse(date).unwrap());
            laws::results(self.program, &results).map_err(|e| format!("at {date}: {e}"))?;
        }
        Ok(())
    }

    /// The order of declarations makes no difference.
    fn turned_round(&self, data: &Dataset, results: &Results, settings: &Settings) -> Result<(), String> {
        let mut sources = Sources::new();
        for (name, text) in self.project.sources.iter().rev() {
            let mut pieces = super::mutate::declarations(text);
            pieces.reverse();
            // The last line of a file may lack its end.
            let text: String = pieces.iter().map(|piece| format!("{piece}\n")).collect();
            sources.add(name.clone(), text);
        }
        // Where a declaration does not begin at the margin, what is turned round is another text.
        let Some(program) = laud::compile(&sources, settings).0 else { return Ok(()) };
        if program.metrics.len() != self.program.metrics.len() || program.tables.len() != self.program.tables.len() {
            return Ok(());
        }
        let data = Dataset { tables: self.tables_of(&program, data)? };
        let options = Options { as_of: self.as_of, calendar: self.calendar, accounts: Vec::new() };
        let other = Reference.evaluate(&program, &data, &options);
        if other.accounts.len() != results.accounts.len() {
            return Err("another order of declarations gives other accounts".to_string());
        }
        for (a, b) in results.accounts.iter().zip(&other.accounts) {
            let (a, b) = (laws::by_name(self.program, a), laws::by_name(&program, b));
            if let Some((name, one)) = a.iter().find(|(name, one)| b.get(*name) != Some(one)) {
                let two = b.get(name);
                return Err(format!("another order of declarations gives another {name}: {one}, {two:?}"));
            }
        }
        Ok(())
    }

    /// The loaded tables in the order of another program, whose lists may be numbered otherwise.
    fn tables_of(&self, program: &Program, data: &Dataset) -> Result<Vec<laud::data::TableData>, String> {
        let mut tables = Vec::new();
        for table in &program.tables {
            let at = self.program.tables.iter().position(|t| t.header.name == table.header.name);
            let loaded = at.and_then(|at| data.tables.get(at)).cloned();
            let same = at
                .and_then(|at| self.program.tables.get(at))
                .is_some_and(|t| t.fields.iter().map(|f| &f.name).eq(table.fields.iter().map(|f| &f.name)));
            match loaded.filter(|_| same) {
                Some(table) => tables.push(table),
                None => return Err(format!("turned round, table {} is another", table.header.name)),
            }
        }
        Ok(tables)
    }

    /// The same cells as lines of JSON give the same results.
    fn as_ndjson(&self, folder: &Path, results: &Results) -> Result<(), String> {
        let mut files = Vec::new();
        for (name, bytes) in &self.project.files {
            let Some((lines, new)) = rows::as_json(bytes).zip(name.strip_suffix(".csv")) else { return Ok(()) };
            files.push((format!("{new}.ndjson"), lines));
        }
        for (name, _) in &self.project.files {
            std::fs::remove_file(folder.join(name)).map_err(|e| e.to_string())?;
        }
        let other = Project { files, ..Project::default() };
        other.save_files(folder);
        let binding = data::without_config(self.program, None, folder);
        let (data, _) = match data::load(self.program, &binding, &mut |_| {}) {
            Ok(loaded) => loaded,
            // A file without rows does not say which columns it has.
            Err(_) => return Ok(()),
        };
        let again = self.evaluate(&data, self.as_of);
        let (a, b) = (laws::comparable(results), laws::comparable(&again));
        if let Some((a, b)) = a.iter().zip(&b).find(|(a, b)| a != b) {
            return Err(format!("as json the data gives other results:\n{a:?}\n{b:?}"));
        }
        if a.len() != b.len() {
            return Err("as json the data gives other accounts".to_string());
        }
        Ok(())
    }

    /// The order of rows in the files makes no difference, except where it is all there is to decide by.
    fn shuffled(
        &self,
        binding: &Binding,
        folder: &Path,
        data: &Dataset,
        rejects: &[Reject],
        results: &Results,
    ) -> Result<(), String> {
        let by_place = rejects.iter().any(|r| matches!(r.reason, RejectReason::Conflict | RejectReason::Malformed));
        if by_place || !rows::ordered(self.program, data) {
            return Ok(());
        }
        let mut rng = Rng::new(self.project.files.iter().map(|(_, bytes)| bytes.len() as u64).sum());
        let mut files = self.project.files.clone();
        for (name, bytes) in &mut files {
            match rows::shuffled(&mut rng, name, bytes) {
                Some(new) => *bytes = new,
                None => return Ok(()),
            }
        }
        let other = Project { files, ..Project::default() };
        other.save_files(folder);
        let (data, _) = match data::load(self.program, binding, &mut |_| {}) {
            Ok(loaded) => loaded,
            Err(errors) => return Err(format!("in another order the data cannot be loaded: {errors:?}")),
        };
        let shuffled = self.evaluate(&data, self.as_of);
        let (a, b) = (laws::comparable(results), laws::comparable(&shuffled));
        if let Some((a, b)) = a.iter().zip(&b).find(|(a, b)| a != b) {
            return Err(format!("another order of rows gives other results:\n{a:?}\n{b:?}"));
        }
        if a.len() != b.len() {
            return Err("another order of rows gives other accounts".to_string());
        }
        Ok(())
    }
}

fn csv_is_whole(what: &str, text: &str) -> Result<(), String> {
    for row in csv::Reader::from_reader(text.as_bytes()).records() {
        row.map_err(|e| format!("{what} as csv: {e}"))?;
    }
    Ok(())
}
