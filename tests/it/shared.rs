//! Real data that may not lie in the repository, with answers that other tools computed.
//!
//! `tests/shared/<set>/` holds the program, its `laud.toml` and `set.toml`: the folder of the set, the files that are
//! copied from there into the project's `data/`, and the as-of dates. The sets are looked for in `$LAUD_SHARED`, or else
//! in `../shared/data` beside the repository; where they are not, the test says that it was skipped.
//!
//! Each set has a file here. Counts are compared to the last digit, sums of money to the cent, other numbers to 1e-8.

mod cdnow;
mod crm_messy;
mod gitcommunity;
mod olist;
mod ravenstack;
mod sfo2017;

use crate::support::{copy, read, root, sources};
use laud::calendar::Date;
use laud::data::{Config, DataError, LoadReport, RejectReason, TableData, TableReport, load};
use laud::diagnostics::{Diagnostics, render};
use laud::engine::reference::Reference;
use laud::engine::{AccountResult, Engine, Options, PortfolioResult, RuleStatus};
use laud::number::Decimal;
use laud::program::{FieldId, Program};
use laud::source::Sources;
use laud::value::{Fault, Missing, Value};
use laud::{Settings, compile};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A cell that is computed from a row, by header.
type Cell<'f> = &'f dyn Fn(&BTreeMap<String, String>) -> String;

// ---------- sets ----------

/// A set that was found, copied into a temporary project.
struct Set {
    folder: PathBuf,
    project: tempfile::TempDir,
    as_of: Vec<Date>,
}

impl Set {
    /// Finds a set; `None` after saying that it is skipped.
    fn find(name: &str) -> Option<Set> {
        let home = root().join("tests/shared").join(name);
        let set: toml::Table = read(&home.join("set.toml")).parse().unwrap();
        let list = |key: &str| -> Vec<String> {
            set[key].as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_string()).collect()
        };
        let shared = std::env::var_os("LAUD_SHARED").map_or_else(|| root().join("../shared/data"), PathBuf::from);
        let folder = shared.join(set["folder"].as_str().unwrap());
        if !folder.is_dir() {
            // Past the capture of a test that passes: whoever runs the tests shall see it.
            let _ = writeln!(std::io::stderr(), "skipped: tests/shared/{name} ({} is not there)", folder.display());
            return None;
        }
        let project = tempfile::tempdir().unwrap();
        copy(&home, project.path());
        fs::create_dir_all(project.path().join("data")).unwrap();
        for file in list("files") {
            fs::copy(folder.join(&file), project.path().join("data").join(&file)).unwrap();
        }
        let as_of = list("as_of").iter().map(|d| Date::parse(d).unwrap()).collect();
        Some(Set { folder, project, as_of })
    }

    /// The rows of a file of the set, each by its headers.
    fn rows(&self, file: &str) -> Vec<BTreeMap<String, String>> {
        let mut reader = csv::Reader::from_path(self.folder.join(file)).unwrap();
        reader.deserialize().map(|row| row.unwrap()).collect()
    }

    fn answers(&self) -> serde_json::Value {
        serde_json::from_str(&read(&self.folder.join("answers/answers.json"))).unwrap()
    }

    /// Writes a file of the project's data.
    fn write(&self, file: &str, headers: &[&str], rows: impl IntoIterator<Item = Vec<String>>) {
        let mut writer = csv::Writer::from_path(self.project.path().join("data").join(file)).unwrap();
        writer.write_record(headers).unwrap();
        for row in rows {
            writer.write_record(row).unwrap();
        }
        writer.flush().unwrap();
    }

    /// Copies a file of the set with columns added.
    fn widen(&self, from: &str, to: &str, added: &[(&str, Cell)]) {
        let rows = self.rows(from);
        let headers: Vec<String> = rows[0].keys().cloned().collect();
        let mut all: Vec<&str> = headers.iter().map(String::as_str).collect();
        all.extend(added.iter().map(|(name, _)| *name));
        self.write(
            to,
            &all,
            rows.iter().map(|row| row.values().cloned().chain(added.iter().map(|(_, make)| make(row))).collect()),
        );
    }

    /// Compiles and loads; the data errors if it does not load.
    fn open(&self, profile: Option<&str>) -> Result<Opened, Vec<DataError>> {
        let toml = read(&self.project.path().join("laud.toml"));
        opened(sources(self.project.path()), toml, profile, self.project.path())
    }

    /// Loads files of the set as they are, with another program.
    fn raw(&self, program: &str, toml: &str) -> Opened {
        let mut sources = Sources::new();
        sources.add("raw.laud".to_string(), program.to_string());
        opened(sources, toml.to_string(), None, &self.folder).unwrap_or_else(|errors| panic!("{errors:#?}"))
    }
}

fn opened(
    program_sources: Sources,
    toml: String,
    profile: Option<&str>,
    folder: &Path,
) -> Result<Opened, Vec<DataError>> {
    let (program, diagnostics) = compile(&program_sources, &Settings::default());
    let program = program.unwrap_or_else(|| panic!("{}", render::short(&diagnostics.sorted(), &program_sources)));
    let mut found = Diagnostics::new();
    let mut settings = Sources::new();
    settings.add("laud.toml".to_string(), toml);
    let (id, source) = settings.iter().next().unwrap();
    let binding = Config::parse(id, source, &mut found).and_then(|config| {
        let calendar = config.calendar();
        config.binding(&program, profile, folder, &mut found).map(|b| (b, calendar))
    });
    let Some((binding, calendar)) = binding else { panic!("{}", render::short(&found.sorted(), &settings)) };
    let (data, report) = load(&program, &binding, &mut |_| {})?;
    Ok(Opened { program, data, report, calendar })
}

/// A loaded project.
struct Opened {
    program: Program,
    data: laud::data::Dataset,
    report: LoadReport,
    calendar: laud::calendar::Calendar,
}

impl Opened {
    fn at(&self, as_of: Date) -> Evaluated<'_> {
        let options = Options { as_of, calendar: self.calendar, accounts: Vec::new() };
        let results = Reference.evaluate(&self.program, &self.data, &options);
        Evaluated {
            program: &self.program,
            accounts: results.accounts.into_iter().map(|a| (a.id.clone(), a)).collect(),
            portfolio: results.portfolio,
        }
    }

    /// What was read of a table.
    fn loaded(&self, table: &str) -> &TableReport {
        self.report.tables.iter().find(|t| t.table == table).unwrap_or_else(|| panic!("no table `{table}`"))
    }

    fn rows_of(&self, table: &str) -> &TableData {
        let at = self.program.tables.iter().position(|t| t.header.name == table).unwrap();
        &self.data.tables[at]
    }

    /// A column, cell by cell.
    fn column(&self, table: &str, field: &str) -> Vec<Value> {
        let declared = self.program.tables.iter().find(|t| t.header.name == table).unwrap();
        let field =
            declared.fields.iter().position(|f| f.name == field).unwrap_or_else(|| panic!("no column `{field}`"));
        let rows = self.rows_of(table);
        (0..rows.rows).map(|row| rows.value(FieldId(field as u32), row)).collect()
    }
}

/// Results by account.
struct Evaluated<'p> {
    program: &'p Program,
    accounts: BTreeMap<String, AccountResult>,
    portfolio: Vec<PortfolioResult>,
}

impl Evaluated<'_> {
    fn value(&self, account: &str, metric: &str) -> Value {
        let at = self.program.metrics.iter().position(|m| m.header.name == metric);
        let at = at.unwrap_or_else(|| panic!("no metric `{metric}`"));
        let account = self.accounts.get(account).unwrap_or_else(|| panic!("no result for `{account}`"));
        account.metrics[at].value.clone()
    }

    /// The value of a metric of the whole portfolio.
    fn together(&self, metric: &str) -> Value {
        let at = self.program.portfolio.iter().position(|m| m.header.name == metric);
        self.portfolio[at.unwrap_or_else(|| panic!("no portfolio metric `{metric}`"))].value.clone()
    }

    fn band(&self, account: &str, metric: &str) -> String {
        let at = self.program.metrics.iter().position(|m| m.header.name == metric).unwrap();
        self.accounts[account].metrics[at].band.clone().unwrap_or_default()
    }

    fn holds(&self, rule: &str) -> BTreeSet<String> {
        let at = self.program.rules.iter().position(|r| r.header.name == rule).unwrap();
        let of = |a: &&AccountResult| a.rules[at].status == RuleStatus::Holds;
        self.accounts.values().filter(of).map(|a| a.id.clone()).collect()
    }
}

/// Differences, counted; a handful is shown.
#[derive(Default)]
struct Differences {
    compared: usize,
    wrong: usize,
    shown: Vec<String>,
}

impl Differences {
    /// A value against an answer; an empty answer is a missing value.
    fn compare(&mut self, what: impl Fn() -> String, expected: &str, tolerance: Decimal, got: &Value) {
        self.compared += 1;
        let good = match got.number() {
            None => expected.is_empty() && got.is_missing(),
            Some(n) => decimal(expected).and_then(|e| n.sub(e)).is_some_and(|d| d.abs() <= tolerance),
        };
        if !good {
            self.wrong += 1;
            if self.shown.len() < 20 {
                self.shown.push(format!("{}: expected {expected:?}, got {got:?}", what()));
            }
        }
    }

    fn report(self, at_least: usize) {
        assert!(self.wrong == 0, "{} of {} differ\n{}", self.wrong, self.compared, self.shown.join("\n"));
        assert!(self.compared >= at_least, "only {} values were compared", self.compared);
    }
}

/// An answer as another tool printed it: plain, or with an exponent.
fn decimal(text: &str) -> Option<Decimal> {
    Decimal::parse(text).ok().or_else(|| Decimal::parse(&format!("{:.12}", text.parse::<f64>().ok()?)).ok())
}

/// 1e-8
fn close() -> Decimal {
    Decimal::from_raw(10).unwrap()
}

/// To the last digit.
const EXACT: Decimal = Decimal::ZERO;

fn text(value: &serde_json::Value) -> String {
    value.to_string()
}

#[test]
fn answers_are_read_as_other_tools_print_them() {
    assert_eq!(decimal("39.839766933721776"), Decimal::parse("39.839766934").ok());
    assert_eq!(decimal("1e-05"), Decimal::parse("0.00001").ok());
    assert_eq!(decimal("3.0"), Some(Decimal::int(3)));
    assert_eq!(decimal(""), None);
}
