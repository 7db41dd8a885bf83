//! Real data that may not lie in the repository, with answers that other tools computed.
//!
//! `tests/shared/<set>/` holds the program, its `laud.toml` and `set.toml`: the folder of the set, the files that are
//! copied from there into the project's `data/`, and the as-of dates. The sets are looked for in `$LAUD_SHARED`, or else
//! in `../shared/data` beside the repository; where they are not, the test says that it was skipped.
//!
//! Counts are compared to the last digit, sums of money to the cent, other numbers to 1e-8.

use crate::support::{copy, read, root, sources};
use laud::calendar::Date;
use laud::data::{Config, DataError, LoadReport, RejectReason, load};
use laud::diagnostics::{Diagnostics, render};
use laud::engine::reference::Reference;
use laud::engine::{AccountResult, Engine, Options, RuleStatus};
use laud::number::Decimal;
use laud::program::Program;
use laud::source::Sources;
use laud::value::Value;
use laud::{Settings, compile};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::PathBuf;

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
        let program_sources = sources(self.project.path());
        let (program, diagnostics) = compile(&program_sources, &Settings::default());
        let program = program.unwrap_or_else(|| panic!("{}", render::short(&diagnostics.sorted(), &program_sources)));
        let mut found = Diagnostics::new();
        let mut settings = Sources::new();
        settings.add("laud.toml".to_string(), read(&self.project.path().join("laud.toml")));
        let (id, source) = settings.iter().next().unwrap();
        let binding = Config::parse(id, source, &mut found).and_then(|config| {
            let calendar = config.calendar();
            config.binding(&program, profile, self.project.path(), &mut found).map(|b| (b, calendar))
        });
        let Some((binding, calendar)) = binding else { panic!("{}", render::short(&found.sorted(), &settings)) };
        let (data, report) = load(&program, &binding, &mut |_| {})?;
        Ok(Opened { program, data, report, calendar })
    }
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
        }
    }
}

/// Results by account.
struct Evaluated<'p> {
    program: &'p Program,
    accounts: BTreeMap<String, AccountResult>,
}

impl Evaluated<'_> {
    fn value(&self, account: &str, metric: &str) -> Value {
        let at = self.program.metrics.iter().position(|m| m.header.name == metric);
        let at = at.unwrap_or_else(|| panic!("no metric `{metric}`"));
        let account = self.accounts.get(account).unwrap_or_else(|| panic!("no result for `{account}`"));
        account.metrics[at].value.clone()
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

// ---------- purchases over time ----------

#[test]
fn windows_over_purchases() {
    let Some(set) = Set::find("cdnow") else { return };
    let opened = set.open(None).unwrap();
    let mut answers: BTreeMap<String, Vec<BTreeMap<String, String>>> = BTreeMap::new();
    for row in set.rows("answers/windows.csv") {
        answers.entry(row["as_of"].clone()).or_default().push(row);
    }
    assert_eq!(answers.len(), set.as_of.len());
    let mut all = Differences::default();
    for as_of in &set.as_of {
        let got = opened.at(*as_of);
        for row in &answers[&as_of.to_string()] {
            let id = row["customer_id"].as_str();
            let mut check = |metric: &str, answer: &str, tolerance: Decimal| {
                all.compare(|| format!("{id} {metric} at {as_of}"), &row[answer], tolerance, &got.value(id, metric));
            };
            for days in [30, 90, 180, 365] {
                check(&format!("n_{days}"), &format!("n_{days}_half_open_left"), EXACT);
                check(&format!("sum_{days}"), &format!("sum_{days}_hol"), EXACT);
                check(&format!("max_{days}"), &format!("max_{days}_hol"), EXACT);
            }
            check("n_ever", "n_ever", EXACT);
            check("days_since_last", "days_since_last", EXACT);
            check("distinct_days", "distinct_days", EXACT);
            check("discs_ever", "cds_ever", EXACT);
        }
    }
    all.report(4 * 2357 * 16);
}

// ---------- a survey with a trap ----------

fn survey() -> Option<Set> {
    let set = Set::find("sfo2017")?;
    let day = |row: &BTreeMap<String, String>| format!("2017-05-{:0>2}", row["INTDATE"].trim());
    set.widen("sfo2017.csv", "answers.csv", &[("AIRPORT", &|_| "SFO".to_string()), ("DATE", &day)]);
    let ids = |column: &str| -> BTreeSet<String> {
        set.rows("sfo2017.csv").iter().map(|row| row[column].trim().to_string()).collect()
    };
    set.write("airport.csv", &["id"], [vec!["SFO".to_string()]]);
    set.write("areas.csv", &["id"], ids("BAREA").into_iter().map(|id| vec![id]));
    set.write("airlines.csv", &["id"], ids("AIRLINE").into_iter().map(|id| vec![id]));
    Some(set)
}

#[test]
fn nps_leaves_the_code_for_blank_out() {
    let Some(set) = survey() else { return };
    let answers = set.answers();
    let opened = set.open(None).unwrap();
    let report = opened.report.tables.iter().find(|t| t.table == "survey").unwrap();
    assert_eq!(report.read, answers["rows"].as_u64().unwrap());
    assert_eq!(report.rejected_for(RejectReason::OutOfRange), answers["score_out_of_scale"].as_u64().unwrap());
    let mut all = Differences::default();
    let got = opened.at(set.as_of[0]);
    for (metric, answer, tolerance) in [
        ("answers", &answers["overall"]["n"], EXACT),
        ("promoter_count", &answers["overall"]["promoters"], EXACT),
        ("detractor_count", &answers["overall"]["detractors"], EXACT),
        ("recommend", &answers["overall"]["nps"], close()),
        ("recommend_weighted", &answers["weighted_nps"], close()),
        ("mean_score", &answers["mean_score_valid"], close()),
        ("ratings", &answers["Q7ALL_valid_n"], EXACT),
        ("mean_rating", &answers["Q7ALL_mean_valid"], close()),
    ] {
        all.compare(|| metric.to_string(), &text(answer), tolerance, &got.value("SFO", metric));
    }
    let percent = got.value("SFO", "top_2").number().unwrap().mul(Decimal::HUNDRED).unwrap();
    // A hundred times a ratio of nine digits.
    let tolerance = Decimal::from_raw(100).unwrap();
    all.compare(|| "top_2".to_string(), &text(&answers["csat_top2box_Q7ALL_pct"]), tolerance, &Value::Number(percent));
    for (day, answer) in answers["rolling_7day_by_day_of_may"].as_object().unwrap() {
        let got = opened.at(Date::new(2017, 5, day.parse().unwrap()).unwrap());
        all.compare(|| format!("n to 5-{day}"), &text(&answer["n"]), EXACT, &got.value("SFO", "answers_week"));
        all.compare(|| format!("nps to 5-{day}"), &text(&answer["nps"]), close(), &got.value("SFO", "recommend_week"));
    }
    all.report(9 + 2 * 20);
}

#[test]
fn nps_by_area_and_airline() {
    let Some(set) = survey() else { return };
    let answers = set.answers();
    let mut all = Differences::default();
    let got = set.open(Some("areas")).unwrap();
    let got = got.at(set.as_of[0]);
    for (area, answer) in answers["by_BAREA"].as_object().unwrap() {
        for (metric, key, tolerance) in [("answers", "n", EXACT), ("recommend", "nps", close())] {
            all.compare(|| format!("{area} {metric}"), &text(&answer[key]), tolerance, &got.value(area, metric));
        }
    }
    assert_eq!(got.accounts.len(), 7);
    let got = set.open(Some("airlines")).unwrap();
    let got = got.at(set.as_of[0]);
    for row in set.rows("answers/by_airline.csv") {
        let airline = row["airline"].as_str();
        for (metric, key, tolerance) in [
            ("answers", "n", EXACT),
            ("promoter_count", "promoters", EXACT),
            ("detractor_count", "detractors", EXACT),
            ("mean_score", "mean", close()),
            ("recommend", "nps", close()),
        ] {
            all.compare(|| format!("{airline} {metric}"), &row[key], tolerance, &got.value(airline, metric));
        }
    }
    all.report(7 * 2 + 30 * 5);
}

// ---------- a messy export ----------

fn leads() -> Option<Set> {
    let set = Set::find("crm_messy")?;
    let export: (&str, Cell) = ("export", &|_| "crm".to_string());
    set.widen("raw_leads_sim.csv", "raw.csv", &[export]);
    set.widen("cleaned_leads_sim.csv", "cleaned.csv", &[export]);
    set.write("export.csv", &["id"], [vec!["crm".to_string()]]);
    let countries: BTreeSet<String> = set.rows("cleaned_leads_sim.csv").iter().map(|r| r["country"].clone()).collect();
    set.write("countries.csv", &["id"], countries.into_iter().map(|id| vec![id]));
    Some(set)
}

#[test]
fn counts_of_a_messy_export() {
    let Some(set) = leads() else { return };
    let answers = set.answers();
    let mut all = Differences::default();
    let raw = set.open(Some("raw")).unwrap();
    let raw = raw.at(set.as_of[0]);
    for (metric, answer) in [
        ("leads", "raw_rows"),
        ("recent", "leads_90d_to_2026-01-28"),
        ("no_employees", "employee_count_blank"),
        ("employees_known", "employee_count_sum"),
        ("companies", "company_distinct_casefold_trim"),
    ] {
        all.compare(|| metric.to_string(), &text(&answers[answer]), EXACT, &raw.value("crm", metric));
    }
    for (metric, answer) in [("oldest", "min_date"), ("newest", "max_date")] {
        let date = Date::parse(answers[answer].as_str().unwrap()).unwrap();
        assert_eq!(raw.value("crm", metric), Value::Date(date), "{metric}");
    }
    // The same folding of e-mails, counted here.
    let emails: BTreeSet<String> =
        set.rows("raw_leads_sim.csv").iter().map(|r| r["email"].trim().to_lowercase()).collect();
    let known = emails.iter().filter(|e| !e.is_empty()).count();
    all.compare(|| "emails".to_string(), &known.to_string(), EXACT, &raw.value("crm", "emails"));

    let cleaned = set.open(Some("cleaned")).unwrap();
    let cleaned = cleaned.at(set.as_of[0]);
    all.compare(|| "cleaned".to_string(), &text(&answers["cleaned_rows"]), EXACT, &cleaned.value("crm", "leads"));
    for (source, dropped) in answers["dropped_by_source"].as_object().unwrap() {
        let metric = format!("from_{}", source.to_lowercase().replace(' ', "_"));
        let (before, after) =
            (raw.value("crm", &metric).number().unwrap(), cleaned.value("crm", &metric).number().unwrap());
        let gone = Value::Number(before.sub(after).unwrap());
        all.compare(|| format!("dropped from {source}"), &text(dropped), EXACT, &gone);
    }
    let by_country = set.open(Some("countries")).unwrap();
    let by_country = by_country.at(set.as_of[0]);
    for (key, kept) in answers["kept_by_industry_country"].as_object().unwrap() {
        let (industry, country) = key.split_once('|').unwrap();
        let got = by_country.value(country, &industry.to_lowercase());
        all.compare(|| key.clone(), &text(kept), EXACT, &got);
    }
    all.report(7 + 6 + 30);
}

#[test]
fn dates_that_read_two_ways_are_refused() {
    let Some(set) = leads() else { return };
    let Err(errors) = set.open(Some("undeclared")) else { panic!("the dates were guessed") };
    let said: Vec<&str> = errors.iter().map(|e| e.message.as_str()).collect();
    assert!(errors.iter().any(|e| e.place.contains("raw.csv")), "{errors:?}");
    assert!(said.iter().any(|m| m.contains("created_date") || m.contains("created_on")), "{said:?}");
}

// ---------- a community's timeline ----------

#[test]
fn acts_counted_by_their_date_in_utc() {
    let Some(set) = Set::find("gitcommunity") else { return };
    let opened = set.open(None).unwrap();
    let bytes = fs::read(set.folder.join("answers/windows.csv.gz")).unwrap();
    let mut reader = csv::Reader::from_reader(flate2::read::GzDecoder::new(bytes.as_slice()));
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(|row| row.unwrap()).collect();
    let answers = set.answers();
    let mut all = Differences::default();
    for eve in &set.as_of {
        let as_of = eve.plus_days(1).to_string();
        let got = opened.at(*eve);
        for row in rows.iter().filter(|row| row["as_of"] == as_of) {
            let id = row["account_id"].as_str();
            for metric in [
                "n_30",
                "n_90",
                "n_365",
                "n_365_docs",
                "n_365_fix",
                "n_365_feat",
                "n_365_merge",
                "active_days_365",
                "n_ever",
            ] {
                all.compare(|| format!("{id} {metric} at {as_of}"), &row[metric], EXACT, &got.value(id, metric));
            }
        }
        let humans: BTreeSet<String> = set
            .rows("accounts.csv")
            .into_iter()
            .filter(|row| row["segment"] == "human")
            .map(|row| row["account_id"].clone())
            .collect();
        for (tier, count) in answers[format!("tiers_{as_of}")].as_object().unwrap() {
            let found = humans.iter().filter(|id| got.band(id, "tier") == *tier).count() as u64;
            assert_eq!(found, count.as_u64().unwrap(), "{tier} at {as_of}");
        }
    }
    all.report(3 * 586 * 9);
}

// ---------- subscriptions, usage, tickets ----------

#[test]
fn subscriptions_usage_and_tickets() {
    let Some(set) = Set::find("ravenstack") else { return };
    let owner: BTreeMap<String, String> = set
        .rows("subscriptions.csv")
        .into_iter()
        .map(|r| (r["subscription_id"].clone(), r["account_id"].clone()))
        .collect();
    set.widen("feature_usage.csv", "usage.csv", &[("account_id", &|row| owner[&row["subscription_id"]].clone())]);
    let opened = set.open(None).unwrap();
    let answers = set.answers();
    let mut all = Differences::default();
    for as_of in &set.as_of {
        let got = opened.at(*as_of);
        for row in set.rows(&format!("answers/accounts_{as_of}.csv")) {
            let id = row["account_id"].as_str();
            let mut check = |metric: &str, tolerance: Decimal| {
                all.compare(|| format!("{id} {metric} at {as_of}"), &row[metric], tolerance, &got.value(id, metric));
            };
            for metric in ["active_subs", "active_mrr", "tenure_days", "days_since_last_usage"] {
                check(metric, EXACT);
            }
            for days in [30, 90, 365] {
                for metric in ["usage_events", "usage_count", "distinct_features", "tickets", "urgent", "escalated"] {
                    check(&format!("{metric}_{days}"), EXACT);
                }
                check(&format!("csat_avg_{days}"), close());
            }
        }
        let hits: BTreeSet<String> = answers[format!("rule_at_risk_{as_of}")]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| id.as_str().unwrap().to_string())
            .collect();
        assert_eq!(got.holds("at_risk"), hits, "at_risk at {as_of}");
    }
    all.report(2 * 500 * 25);
}

#[test]
fn answers_are_read_as_other_tools_print_them() {
    assert_eq!(decimal("39.839766933721776"), Decimal::parse("39.839766934").ok());
    assert_eq!(decimal("1e-05"), Decimal::parse("0.00001").ok());
    assert_eq!(decimal("3.0"), Some(Decimal::int(3)));
    assert_eq!(decimal(""), None);
}
