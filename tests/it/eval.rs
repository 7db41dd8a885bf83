//! Programs with data whose values were worked out elsewhere: by hand, by an independent script, by a published source.
//!
//! `tests/eval/<case>/` is a project (`*.laud`, `laud.toml`, `data/`) with:
//!
//! * `expected.csv`: a row per account (all of them), first column `account`, then any of: a metric (`references`), its
//!   points or band (`references.points`, `references.band`), a scorecard (`advocacy`), its grade or coverage
//!   (`advocacy.grade`, `advocacy.coverage`), a rule, a segment, a partition.
//! * `portfolio.csv` (if wanted): `metric,value` and, if wanted, `band`, `counted`, `missing`, `undecided`: a portfolio metric and
//!   the accounts, or else the rows, behind its first aggregate; or a portfolio rule and `yes`, `no` or `undecided`.
//! * `rows.csv` (if wanted): `rule,row,status,suppressed`: every rule about rows, by the key of the row: `holds`, `held back` and so on,
//!   and the reasons of guards that hold it back.
//! * `load.csv` (if wanted): `table,item,count`, the item being `read`, `kept` or a reason for rejection; all
//!   reasons of a table that is mentioned must be listed.
//! * `options.toml` (if wanted): `as_of`, `profile`, `set = { name = "value" }`, `project = "../../../examples/telco"` for
//!   a project that lies elsewhere, `rules = "../windows"` for rule files only.
//!
//! An expected cell is `yes`, `no` or `undecided` for conditions (a rule that is held back is `no`), a name, a text, a date, a number that must be
//! met to the last digit, a number with `~` that must be met when rounded to the digits given, `missing` for whatever
//! reason or `missing(too few)`, `-` where there is none. An empty cell is not compared.

use crate::support::{Failures, folders, read, sources, stem};
use laud::calendar::{Calendar, Date};
use laud::data::{Config, Dataset, LoadReport, RejectReason, TableReport};
use laud::diagnostics::{Diagnostics, render};
use laud::engine::reference::Reference;
use laud::engine::{AccountResult, Engine, Options, Results, RuleStatus};
use laud::number::Decimal;
use laud::program::{About, Metric, Program, Type};
use laud::report::accounts::{reasons, row_key, status_words};
use laud::source::Sources;
use laud::value::Value;
use laud::{Settings, compile};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Differences shown per case.
const MOST: usize = 12;

#[test]
fn values_are_those_worked_out_elsewhere() {
    let mut failures = Failures::default();
    for folder in folders("tests/eval") {
        failures.case(&format!("tests/eval/{}", stem(&folder)), case(&folder));
    }
    failures.report();
}

/// Results do not depend on which accounts are asked for: populations, portfolio metrics and frozen dates are of all of them.
#[test]
fn accounts_alone_are_as_among_all() {
    let mut failures = Failures::default();
    for folder in folders("tests/eval") {
        failures.case(&format!("tests/eval/{}", stem(&folder)), alone(&folder));
    }
    failures.report();
}

fn alone(folder: &Path) -> Result<(), String> {
    let case = options(folder);
    let (program, _) = compile(&case.sources(), &case.settings);
    let program = program.ok_or("does not compile")?;
    let loaded = load(&program, &case)?;
    let options = |accounts| Options { as_of: loaded.as_of, calendar: loaded.calendar, accounts };
    if loaded.report.tables.iter().any(|table| table.read > 500) {
        return Ok(()); // large sets would take long, and hold nothing that others do not
    }
    let all = Reference.evaluate(&program, &loaded.data, &options(Vec::new()));
    for account in all.accounts.iter().take(4) {
        let one = Reference.evaluate(&program, &loaded.data, &options(vec![account.id.clone()]));
        if one.accounts.as_slice() != std::slice::from_ref(account) || one.portfolio != all.portfolio {
            return Err(format!("{} differs when it is asked for alone", account.id));
        }
    }
    Ok(())
}

/// `options.toml`.
pub(crate) struct Case {
    project: PathBuf,
    rules: Option<PathBuf>,
    as_of: Option<Date>,
    profile: Option<String>,
    pub(crate) settings: Settings,
}

impl Case {
    pub(crate) fn sources(&self) -> Sources {
        sources(self.rules.as_ref().unwrap_or(&self.project))
    }
}

pub(crate) fn options(folder: &Path) -> Case {
    let project = folder.to_path_buf();
    let mut case = Case { project, rules: None, as_of: None, profile: None, settings: Settings::default() };
    let path = folder.join("options.toml");
    if !path.is_file() {
        return case;
    }
    let text = |value: &toml::Value| value.as_str().map_or(value.to_string(), str::to_string);
    for (key, value) in read(&path).parse::<toml::Table>().unwrap() {
        match (key.as_str(), &value) {
            ("project", _) => case.project = folder.join(text(&value)),
            ("rules", _) => case.rules = Some(folder.join(text(&value))),
            ("as_of", _) => case.as_of = Some(Date::parse(&text(&value)).expect("as_of is a date")),
            ("profile", _) => case.profile = Some(text(&value)),
            ("set", toml::Value::Table(set)) => {
                case.settings.set = set.iter().map(|(n, v)| (n.clone(), text(v))).collect()
            }
            _ => panic!("{}: unknown option `{key}`", path.display()),
        }
    }
    case
}

pub(crate) fn case(folder: &Path) -> Result<(), String> {
    let expected = read(&folder.join("expected.csv"));
    let case = options(folder);
    let sources = case.sources();
    let (program, diagnostics) = compile(&sources, &case.settings);
    let Some(program) = program else {
        return Err(render::short(&diagnostics.sorted(), &sources));
    };
    let loaded = load(&program, &case)?;
    let options = Options { as_of: loaded.as_of, calendar: loaded.calendar, accounts: Vec::new() };
    let results = Reference.evaluate(&program, &loaded.data, &options);

    let mut wrong = values(&program, &results.accounts, &expected);
    let portfolio = folder.join("portfolio.csv");
    if portfolio.is_file() {
        wrong.extend(portfolio_values(&program, &results, &read(&portfolio)));
    }
    let rows = folder.join("rows.csv");
    if rows.is_file() {
        wrong.extend(rows_of_rules(&program, &loaded.data, &results.accounts, &read(&rows)));
    }
    let load = folder.join("load.csv");
    if load.is_file() {
        wrong.extend(counts(&loaded.report, &read(&load)));
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let more = wrong.len().saturating_sub(MOST);
    wrong.truncate(MOST);
    if more > 0 {
        wrong.push(format!("and {more} more differences"));
    }
    Err(wrong.join("\n"))
}

/// A project's data and what its project file says about the run.
pub(crate) struct Loaded {
    pub(crate) data: Dataset,
    pub(crate) report: LoadReport,
    pub(crate) calendar: Calendar,
    pub(crate) as_of: Date,
}

pub(crate) fn load(program: &Program, case: &Case) -> Result<Loaded, String> {
    let path = case.project.join("laud.toml");
    let mut files = Sources::new();
    let mut found = Diagnostics::new();
    let profile = case.profile.as_deref();
    let config = path.is_file().then(|| {
        let text = read(&path);
        let id = files.add("laud.toml", text);
        Config::parse(id, files.get(id).unwrap(), &mut found)
    });
    let binding = match &config {
        Some(config) => config.as_ref().and_then(|c| c.binding(program, profile, &case.project, &mut found)),
        None => Some(laud::data::without_config(program, profile, &case.project)),
    };
    let Some(binding) = binding.filter(|_| !found.has_errors()) else {
        return Err(render::short(&found.sorted(), &files));
    };
    let config = config.flatten();
    let (data, report) = laud::data::load(program, &binding, &mut |_| {}).map_err(|errors| {
        errors.iter().map(|e| format!("{}: {}", e.place, e.message)).collect::<Vec<_>>().join("\n")
    })?;
    let as_of =
        case.as_of.or(config.as_ref().and_then(|c| c.as_of)).ok_or("neither laud.toml nor options.toml has as_of")?;
    Ok(Loaded { data, report, calendar: config.map_or(Calendar::default(), |c| c.calendar()), as_of })
}

// ---------- values ----------

fn values(program: &Program, accounts: &[AccountResult], expected: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(expected.as_bytes());
    let headers: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
    let columns: Vec<Quantity> = match headers.iter().skip(1).map(|h| quantity(program, h)).collect() {
        Ok(columns) if headers.first().is_some_and(|h| h == "account") => columns,
        Ok(_) => return vec!["the first column of expected.csv must be `account`".to_string()],
        Err(message) => return vec![message],
    };
    let mut left: BTreeMap<&str, &AccountResult> = accounts.iter().map(|a| (a.id.as_str(), a)).collect();
    let mut wrong = Vec::new();
    for row in reader.records() {
        let row = row.unwrap();
        let id = row.get(0).unwrap();
        let Some(account) = left.remove(id) else {
            wrong.push(format!("{id}: no result for this account"));
            continue;
        };
        for ((cell, column), header) in row.iter().skip(1).zip(&columns).zip(headers.iter().skip(1)) {
            let got = column.of(program, account);
            if !fits(cell, &got) {
                wrong.push(format!("{id} {header}: expected {cell}, got {got}"));
            }
        }
    }
    wrong.extend(left.keys().map(|id| format!("{id}: a result that expected.csv does not list")));
    wrong
}

/// What a column of `expected.csv` is about, as an index into the program's list.
enum Quantity {
    Metric(usize),
    Points(usize),
    Band(usize),
    Score(usize),
    Grade(usize),
    Coverage(usize),
    Rule(usize),
    Segment(usize),
    Partition(usize),
}

fn quantity(program: &Program, header: &str) -> Result<Quantity, String> {
    let (name, part) = header.split_once('.').unwrap_or((header, ""));
    let metric = program.metrics.iter().position(|m| m.header.name == name);
    let score = program.scorecards.iter().position(|s| s.header.name == name);
    let found = match part {
        "" => metric.map(Quantity::Metric).or(score.map(Quantity::Score)).or_else(|| {
            let rule = program.rules.iter().position(|r| r.header.name == name);
            let segment = program.segments.iter().position(|s| s.header.name == name);
            let partition = program.partitions.iter().position(|p| p.header.name == name);
            rule.map(Quantity::Rule).or(segment.map(Quantity::Segment)).or(partition.map(Quantity::Partition))
        }),
        "points" => metric.map(Quantity::Points),
        "band" => metric.map(Quantity::Band),
        "grade" => score.map(Quantity::Grade),
        "coverage" => score.map(Quantity::Coverage),
        _ => None,
    };
    found.ok_or_else(|| format!("expected.csv: the program has nothing called `{header}`"))
}

impl Quantity {
    /// As it would be written in `expected.csv`.
    fn of(&self, program: &Program, account: &AccountResult) -> String {
        let name = |n: &Option<String>| n.clone().unwrap_or("-".to_string());
        let truth = |t: Option<bool>| t.map_or("undecided", |t| if t { "yes" } else { "no" }).to_string();
        match *self {
            Quantity::Metric(i) => shown(program, &program.metrics[i], &account.metrics[i].value),
            Quantity::Points(i) => account.metrics[i].points.as_ref().map_or("-".to_string(), plain),
            Quantity::Band(i) => name(&account.metrics[i].band),
            Quantity::Score(i) => plain(&account.scores[i].value),
            Quantity::Grade(i) => name(&account.scores[i].grade),
            Quantity::Coverage(i) => account.scores[i].coverage.to_string(),
            Quantity::Segment(i) => truth(account.segments[i]),
            Quantity::Partition(i) => match account.parts[i] {
                Some(part) => program.partitions[i].parts[part as usize].name.clone(),
                None => "missing".to_string(),
            },
            Quantity::Rule(i) => truth(match account.rules[i].status {
                RuleStatus::Holds => Some(true),
                RuleStatus::DoesNotHold | RuleStatus::HeldBack | RuleStatus::Suppressed => Some(false),
                RuleStatus::Undecided => None,
            }),
        }
    }
}

fn shown(program: &Program, metric: &Metric, value: &Value) -> String {
    match (value, metric.value.ty) {
        (Value::Symbol(symbol), Type::Enum(list)) => program.symbol(list, *symbol).to_string(),
        _ => plain(value),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Missing(reason) => format!("missing({reason})"),
        Value::Boolean(yes) => if *yes { "yes" } else { "no" }.to_string(),
        Value::Number(n) => n.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Instant(_) => value.date().unwrap().to_string(),
        Value::Symbol(symbol) => format!("symbol {symbol}"),
        Value::Text(text) => text.to_string(),
    }
}

/// True if what was got is what an expected cell allows.
fn fits(expected: &str, got: &str) -> bool {
    let expected = expected.trim();
    if expected.is_empty() || expected == got {
        return true;
    }
    if expected == "missing" {
        return got.starts_with("missing(");
    }
    let Ok(got) = Decimal::parse(got) else { return false };
    match expected.strip_suffix('~') {
        Some(digits) => {
            let fraction = digits.split_once('.').map_or(0, |(_, f)| f.len());
            got.fixed(fraction as u32) == digits
        }
        None => Decimal::parse(expected) == Ok(got),
    }
}

fn rows_of_rules(program: &Program, data: &Dataset, accounts: &[AccountResult], expected: &str) -> Vec<String> {
    let mut got: Vec<String> = Vec::new();
    for result in accounts.iter().flat_map(|account| &account.row_rules) {
        let rule = &program.row_rules[result.rule.index()];
        let About::Row(table) = rule.about else { panic!("{} is about rows", rule.header.name) };
        for row in &result.rows {
            let key = row_key(program, data, table, row.row);
            let reasons = reasons(program, &row.result).join(" ");
            got.push(format!("{},{key},{},{reasons}", rule.header.name, status_words(row.result.status)));
        }
    }
    let mut wanted: Vec<String> = expected.lines().skip(1).map(str::to_string).collect();
    got.sort();
    wanted.sort();
    let differing = |here: &[String], there: &[String], what: &str| -> Vec<String> {
        here.iter().filter(|line| !there.contains(line)).map(|line| format!("rows: {what} {line}")).collect()
    };
    let mut wrong = differing(&wanted, &got, "expected");
    wrong.extend(differing(&got, &wanted, "got"));
    wrong
}

fn portfolio_values(program: &Program, results: &Results, expected: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(expected.as_bytes());
    let headers: Vec<String> = reader.headers().unwrap().iter().map(String::from).collect();
    let mut wrong = Vec::new();
    for row in reader.records() {
        let row = row.unwrap();
        let rule = program.portfolio_rules.iter().position(|rule| rule.header.name == row[0]);
        if let Some(result) = rule.map(|i| &results.portfolio_rules[i]) {
            let got = match result.status {
                RuleStatus::Holds => "yes",
                RuleStatus::DoesNotHold | RuleStatus::HeldBack | RuleStatus::Suppressed => "no",
                RuleStatus::Undecided => "undecided",
            };
            if got != &row[1] {
                wrong.push(format!("portfolio {}: expected {}, got {got}", &row[0], &row[1]));
            }
            continue;
        }
        let Some(i) = program.portfolio.iter().position(|m| m.header.name == row[0]) else {
            wrong.push(format!("portfolio.csv: there is no portfolio metric `{}`", &row[0]));
            continue;
        };
        let (metric, result) = (&program.portfolio[i], &results.portfolio[i]);
        for (header, cell) in headers.iter().zip(row.iter()).skip(1) {
            let (told, rows) = (result.accounts.first(), result.rows.first());
            let count = |n: Option<u64>| n.map_or("-".to_string(), |n| n.to_string());
            let got = match header.as_str() {
                "value" => shown(program, metric, &result.value),
                "band" => result.band.clone().unwrap_or("-".to_string()),
                "counted" => count(told.map(|t| t.counted).or(rows.map(|t| t.counted))),
                "missing" => {
                    let of = told.map(|t| &t.missing).or(rows.map(|t| &t.missing));
                    count(of.map(|missing| missing.iter().map(|(_, n)| n).sum()))
                }
                "undecided" => count(told.map(|t| t.undecided).or(rows.map(|t| t.undecided))),
                _ => panic!("portfolio.csv: unknown column `{header}`"),
            };
            if !fits(cell, &got) {
                wrong.push(format!("portfolio {} {header}: expected {cell}, got {got}", &row[0]));
            }
        }
    }
    wrong
}

// ---------- the load ----------

fn counts(report: &LoadReport, expected: &str) -> Vec<String> {
    let mut wanted: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for row in csv::Reader::from_reader(expected.as_bytes()).records() {
        let row = row.unwrap();
        wanted.entry(row[0].to_string()).or_default().insert(row[1].to_string(), row[2].parse().unwrap());
    }
    let mut wrong = Vec::new();
    for (name, items) in wanted {
        let Some(table) = report.tables.iter().find(|t| t.table == name) else {
            wrong.push(format!("load.csv: there is no table `{name}`"));
            continue;
        };
        let mut got: BTreeMap<String, u64> =
            table.rejected.iter().filter(|(_, n)| *n > 0).map(|(r, n)| (r.words().to_string(), *n)).collect();
        got.insert("read".to_string(), table.read);
        got.insert("kept".to_string(), table.kept);
        for (item, count) in &items {
            let found = got.remove(item).unwrap_or(0);
            if found != *count {
                wrong.push(format!("{name} {item}: expected {count}, got {found}"));
            }
        }
        got.retain(|item, _| item != "read" && item != "kept");
        wrong.extend(got.iter().map(|(item, n)| format!("{name} {item}: expected none, got {n}")));
    }
    wrong
}

#[test]
fn expected_cells_say_how_exactly_they_want_to_be_met() {
    for (expected, got) in [
        ("", "1"),
        ("70", "70"),
        ("70.0", "70"),
        ("46.22~", "46.222222222"),
        ("0~", "0.4"),
        ("-1.5~", "-1.45"),
        ("missing", "missing(too few)"),
        ("missing(too few)", "missing(too few)"),
        ("gold", "gold"),
        ("-", "-"),
    ] {
        assert!(fits(expected, got), "{expected} {got}");
    }
    for (expected, got) in [
        ("70", "70.1"),
        ("46.23~", "46.222"),
        ("missing", "0"),
        ("missing(stale)", "missing(too few)"),
        ("0", "missing(no data)"),
        ("gold", "none"),
    ] {
        assert!(!fits(expected, got), "{expected} {got}");
    }
}

#[test]
fn counts_of_a_load_are_compared_whole() {
    let table = TableReport {
        table: "account".to_string(),
        read: 5,
        kept: 3,
        rejected: vec![(RejectReason::NoKey, 1), (RejectReason::Duplicate, 1), (RejectReason::TooLong, 0)],
        ..TableReport::default()
    };
    let report = LoadReport { tables: vec![table] };
    let all = "table,item,count\naccount,read,5\naccount,kept,3\naccount,no key,1\naccount,repeated row,1\n";
    assert_eq!(counts(&report, all), Vec::<String>::new());
    let wrong = "table,item,count\naccount,kept,4\naccount,no key,1\naccount,out of range,2\nplan,kept,1\n";
    assert_eq!(
        counts(&report, wrong),
        [
            "account kept: expected 4, got 3",
            "account out of range: expected 2, got 0",
            "account repeated row: expected none, got 1",
            "load.csv: there is no table `plan`",
        ]
    );
}
