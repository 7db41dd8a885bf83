//! Many as-of dates: for each of them what all accounts amount to.

use super::accounts::{section, short};
use super::load::{self, Extent};
use super::paint::Tone;
use super::table::{Align, Cell, Column, Table, clean, wrapped};
use super::{Layout, Stamp, counted, value};
use crate::calendar::Date;
use crate::data::LoadReport;
use crate::engine::column::machine::names;
use crate::engine::column::{Cell as Raw, Seen, Stage, Sum, Tag, Totals};
use crate::engine::{AccountResult, PortfolioResult, RuleStatus};
use crate::number::Decimal;
use crate::program::{MetricId, Program, RuleId, Scorecard, ScorecardId, Type};
use crate::value::{Fault, Missing, Value};
use serde_json::{Map, Value as Json, json};

/// What the accounts amount to at a date.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The as-of date.
    pub as_of: Date,
    /// How many accounts there are.
    pub accounts: u64,
    /// By scorecard.
    pub scores: Vec<Scores>,
    /// By metric, if there are no scorecards.
    pub metrics: Vec<Mean>,
    /// By rule: for how many accounts it holds.
    pub rules: Vec<u64>,
    /// By metric of the whole portfolio.
    pub portfolio: Vec<PortfolioResult>,
    /// How many numbers could not be computed.
    pub faults: u64,
    /// A score lacks one of them.
    pub hit: bool,
}

/// The scores of a scorecard.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scores {
    /// Of those that there are.
    pub mean: Mean,
    /// How many accounts have each grade, in the order of [`grades`].
    pub grades: Vec<u64>,
    /// How many accounts have no score.
    pub missing: u64,
}

/// The mean of some numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mean {
    /// How many they are.
    pub count: u64,
    /// Their sum in billionths; `None` if it is too large.
    pub sum: Option<i128>,
}

impl Mean {
    fn add(&mut self, cell: Raw) {
        if cell.tag == Tag::Number {
            let sum = if self.count == 0 { Some(0) } else { self.sum };
            self.sum = sum.and_then(|sum| sum.checked_add(cell.bits));
            self.count += 1;
        }
    }

    fn join(&mut self, other: Mean) {
        if other.count > 0 {
            let sum = if self.count == 0 { Some(0) } else { self.sum };
            self.sum = sum.zip(other.sum).and_then(|(a, b)| a.checked_add(b));
            self.count += other.count;
        }
    }

    /// The mean; `None` of nothing, or if it cannot be computed.
    pub fn value(self) -> Option<Decimal> {
        Decimal::from_raw(self.sum?)?.div(Decimal::int(i64::try_from(self.count).ok()?))
    }
}

impl Scores {
    fn none(card: &Scorecard) -> Scores {
        Scores { grades: vec![0; grades(card).len()], ..Scores::default() }
    }
}

/// The grades of a scorecard, the best first where they are written so.
pub fn grades(card: &Scorecard) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for band in card.grades.iter().rev().flat_map(|table| &table.bands) {
        if !names.contains(&band.name.as_str()) {
            names.push(&band.name);
        }
    }
    names
}

/// What is counted of some accounts.
struct Count {
    accounts: u64,
    scores: Vec<Scores>,
    metrics: Vec<Mean>,
    rules: Vec<u64>,
    faults: u64,
    hit: bool,
}

impl Summary {
    /// Of all accounts.
    pub fn of(stage: &Stage<'_, '_>) -> Summary {
        let program = stage.program();
        // By scorecard: where its grades of the machine stand among ours.
        let places = program.scorecards.iter().map(|card| {
            let told = grades(card);
            let place = |name: &str| told.iter().position(|known| *known == name);
            names(&card.grades).map(place).collect()
        });
        let places: Vec<Vec<Option<usize>>> = places.collect();
        let means = if program.scorecards.is_empty() { program.metrics.len() } else { 0 };
        let start = || Count {
            accounts: 0,
            scores: program.scorecards.iter().map(Scores::none).collect(),
            metrics: vec![Mean::default(); means],
            rules: vec![0; program.rules.len()],
            faults: 0,
            hit: false,
        };
        let mut all = start();
        for count in stage.each(start, |count, seen| count.account(program, &places, seen)) {
            all.join(count);
        }
        if let Some(totals) = stage.totals() {
            all.take(totals, &places);
        }
        let Count { accounts, scores, metrics, rules, faults, hit } = all;
        let portfolio = stage.evaluator().portfolio_results(stage.as_of());
        let troubles = |result: &PortfolioResult| result.faults.iter().filter(|f| **f != Fault::BadCell).count() as u64;
        let faults = faults + portfolio.iter().map(troubles).sum::<u64>();
        Summary { as_of: stage.as_of(), accounts, scores, metrics, rules, portfolio, faults, hit }
    }
}

impl Count {
    fn account(&mut self, program: &Program, places: &[Vec<Option<usize>>], seen: &mut Seen<'_>) {
        self.accounts += 1;
        for ((i, scores), places) in (0u32..).zip(&mut self.scores).zip(places) {
            let score = seen.state.score_of(seen.machine, ScorecardId(i));
            scores.mean.add(score);
            let grade = seen.state.grade_place(seen.machine, ScorecardId(i));
            let place = grade.and_then(|grade| places.get(grade).copied().flatten());
            if let Some(count) = place.and_then(|place| scores.grades.get_mut(place)) {
                *count += 1;
            }
            scores.missing += u64::from(score.tag.is_missing());
        }
        for (i, mean) in (0u32..).zip(&mut self.metrics) {
            mean.add(seen.state.metric(seen.machine, MetricId(i)));
        }
        for (i, count) in (0u32..).zip(&mut self.rules) {
            *count += u64::from(seen.state.rule(seen.machine, RuleId(i)) == RuleStatus::Holds);
        }
        let faults = seen.state.faults().iter().filter(|fault| fault.fault != Fault::BadCell).count();
        if faults > 0 {
            self.faults += faults as u64;
            let result = seen.state.result(seen.machine, program, seen.texts, String::new(), seen.row);
            self.hit |= lacks(&result);
        }
    }

    /// Accounts that were added up elsewhere.
    fn take(&mut self, totals: &Totals, places: &[Vec<Option<usize>>]) {
        let mean = |sum: &Sum| Mean { count: sum.count, sum: Some(sum.sum) };
        self.accounts += totals.accounts;
        for ((mine, theirs), places) in self.scores.iter_mut().zip(&totals.scores).zip(places) {
            mine.mean.join(mean(&theirs.sum));
            mine.missing += theirs.missing;
            for (place, more) in places.iter().zip(&theirs.grades) {
                if let Some(count) = place.and_then(|place| mine.grades.get_mut(place)) {
                    *count += more;
                }
            }
        }
        self.metrics.iter_mut().zip(&totals.metrics).for_each(|(mine, theirs)| mine.join(mean(theirs)));
        self.rules.iter_mut().zip(&totals.rules).for_each(|(mine, theirs)| *mine += theirs);
    }

    fn join(&mut self, other: Count) {
        self.accounts += other.accounts;
        for (mine, theirs) in self.scores.iter_mut().zip(other.scores) {
            mine.mean.join(theirs.mean);
            mine.grades.iter_mut().zip(theirs.grades).for_each(|(mine, theirs)| *mine += theirs);
            mine.missing += theirs.missing;
        }
        self.metrics.iter_mut().zip(other.metrics).for_each(|(mine, theirs)| mine.join(theirs));
        self.rules.iter_mut().zip(other.rules).for_each(|(mine, theirs)| *mine += theirs);
        self.faults += other.faults;
        self.hit |= other.hit;
    }
}

/// True if a score lacks a number that could not be computed.
pub(super) fn lacks(account: &AccountResult) -> bool {
    let fatal = |m: Option<Missing>| matches!(m, Some(Missing::Error(Fault::DivisionByZero | Fault::Overflow)));
    account.scores.iter().any(|s| fatal(s.value.missing()) || s.lines.iter().any(|line| fatal(line.missing)))
}

/// All dates.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The program.
    pub program: &'a Program,
    /// By date.
    pub stamps: &'a [Stamp],
    /// By date.
    pub summaries: &'a [Summary],
    /// What was read, kept and rejected.
    pub load: &'a LoadReport,
    /// The dates of each table's rows, as the last date sees them.
    pub extents: &'a [Extent],
    /// What could not be computed, date by date.
    pub faults: &'a [String],
    /// The tables and nothing else.
    pub bare: bool,
    /// Show personal columns.
    pub personal: bool,
}

impl Page<'_> {
    /// For people: a table for each scorecard, one for the portfolio and one for the rules.
    pub fn human(&self, layout: &Layout) -> String {
        let tables: Vec<String> = self.tables().iter().map(|table| table.human(0, layout)).collect();
        if self.bare {
            return tables.join("\n");
        }
        let mut out = String::new();
        if let (Some(first), Some(last)) = (self.stamps.first(), self.stamps.last()) {
            let dates = counted(self.stamps.len() as u64, "date", "dates");
            let (project, data) = (clean(&last.project), clean(&last.data));
            let rest = format!(
                "   {} to {}   {dates}   program {}   data {data}",
                first.as_of,
                last.as_of,
                short(&last.program)
            );
            out.push_str(&format!("{}{}\n", layout.paint.strong(&project), layout.paint.dim(&rest)));
        }
        for remark in self.remarks() {
            for line in wrapped(&clean(&remark), layout.width.saturating_sub(2).max(20)) {
                out.push_str(&format!("  {}\n", layout.paint.tone(Tone::Warn, &line)));
            }
        }
        for table in tables {
            out.push('\n');
            out.push_str(&table);
        }
        let mut below = String::new();
        section(&mut below, "data", load::lines(self.load, self.extents, self.last()), layout);
        section(&mut below, "faults", self.fault_lines(), layout);
        if !below.is_empty() {
            out.push('\n');
            out.push_str(&below);
        }
        out
    }

    /// The same for a wiki page.
    pub fn markdown(&self) -> String {
        let tables: Vec<String> = self.tables().iter().map(Table::markdown).collect();
        tables.join("\n")
    }

    /// What the tables alone would hide.
    pub fn besides(&self, layout: &Layout) -> String {
        let mut out: String = self.remarks().iter().map(|remark| format!("{}\n", clean(remark))).collect();
        section(&mut out, "data", load::remarkable(self.load, self.extents, self.last()), layout);
        section(&mut out, "faults", self.fault_lines(), layout);
        out
    }

    fn last(&self) -> Date {
        self.stamps.last().map_or(Date(0), |stamp| stamp.as_of)
    }

    /// What has to be said of the run, each once.
    fn remarks(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for remark in self.stamps.iter().flat_map(Stamp::remarks) {
            if !all.contains(&remark) {
                all.push(remark);
            }
        }
        all
    }

    fn fault_lines(&self) -> Table {
        let mut table = Table::new(vec![Column::default()]);
        self.faults.iter().for_each(|text| table.row(vec![Cell::toned(text, Tone::Bad)]));
        table
    }

    /// A table of one line per date.
    fn table(&self, columns: Vec<Column>, cells: impl Fn(&Summary) -> Vec<Cell>) -> Table {
        let first = [Column::words("as of"), Column::numbers("accounts")];
        let mut table = Table::new(first.into_iter().chain(columns).collect());
        for summary in self.summaries {
            let first = [Cell::from(summary.as_of.to_string()), Cell::from(value::grouped(summary.accounts))];
            table.row(first.into_iter().chain(cells(summary)).collect());
        }
        table
    }

    fn tables(&self) -> Vec<Table> {
        let program = self.program;
        let mut tables = Vec::new();
        for (i, card) in program.scorecards.iter().enumerate() {
            let names = grades(card);
            let mut columns = vec![Column::numbers(card.header.name.as_str())];
            columns.extend(names.iter().map(|name| Column::numbers(*name)));
            columns.push(Column::numbers("missing"));
            tables.push(self.table(columns, |summary| {
                let Some(scores) = summary.scores.get(i) else { return Vec::new() };
                let mean = scores.mean.value().map(|mean| Cell::from(value::number(mean, card.combine.unit())));
                let mut cells = vec![mean.unwrap_or(Cell::toned("-", Tone::Dim))];
                cells.extend(scores.grades.iter().map(|count| Cell::from(value::grouped(*count))));
                cells.push(Cell::from(value::grouped(scores.missing)));
                cells
            }));
        }
        if program.scorecards.is_empty() && !self.numbers().is_empty() {
            let name = |i: &usize| program.metrics.get(*i).map(|metric| Column::numbers(metric.header.name.as_str()));
            let columns = self.numbers().iter().filter_map(name).collect();
            tables.push(self.table(columns, |summary| {
                let cell = |i: &usize| {
                    let (metric, mean) = (program.metrics.get(*i)?, summary.metrics.get(*i)?.value());
                    let shown = |mean| value::shown(program, metric.value.ty, &Value::Number(mean));
                    Some(mean.map_or(Cell::toned("-", Tone::Dim), |mean| Cell::from(shown(mean))))
                };
                self.numbers().iter().filter_map(cell).collect()
            }));
        }
        if !program.portfolio.is_empty() {
            let column = |metric: &crate::program::Metric| {
                let align = if matches!(metric.value.ty, Type::Number(_)) { Align::Right } else { Align::Left };
                Column { align, ..Column::words(metric.header.name.as_str()) }
            };
            let columns = program.portfolio.iter().map(column).collect();
            tables.push(self.table(columns, |summary| {
                let cell = |(result, metric): (&PortfolioResult, &crate::program::Metric)| match &result.value {
                    Value::Missing(why) => Cell::toned(why.words(), Tone::Dim),
                    _ if self.hidden(metric) => Cell::from(value::MASK),
                    known => Cell::from(value::shown(program, metric.value.ty, known)),
                };
                summary.portfolio.iter().zip(&program.portfolio).map(cell).collect()
            }));
        }
        if !program.rules.is_empty() {
            let columns = program.rules.iter().map(|rule| Column::numbers(rule.header.name.as_str())).collect();
            tables.push(self.table(columns, |summary| {
                summary.rules.iter().map(|count| Cell::from(value::grouped(*count))).collect()
            }));
        }
        if tables.is_empty() {
            tables.push(self.table(Vec::new(), |_| Vec::new()));
        }
        tables
    }

    /// Metrics that are numbers; others have no mean.
    fn numbers(&self) -> Vec<usize> {
        let metrics = self.program.metrics.iter().enumerate();
        metrics.filter(|(_, metric)| matches!(metric.value.ty, Type::Number(_))).map(|(i, _)| i).collect()
    }

    fn hidden(&self, metric: &crate::program::Metric) -> bool {
        !self.personal && super::accounts::personal_metric(self.program, metric)
    }

    /// A line per date with every digit: `as_of`, `accounts`, each scorecard's mean, `.missing` and how many have each grade;
    /// without scorecards the mean of each metric; each metric of the portfolio; for each rule how many it holds for.
    pub fn csv(&self) -> String {
        let mut head = vec!["as_of".to_string(), "accounts".to_string()];
        let mut rows: Vec<Vec<String>> = Vec::new();
        for (i, summary) in self.summaries.iter().enumerate() {
            let mut row = Vec::new();
            for (name, cell) in self.line(summary) {
                if i == 0 {
                    head.push(name);
                }
                row.push(cell.map_or(String::new(), |cell| match cell {
                    Json::String(text) => text,
                    other => other.to_string(),
                }));
            }
            rows.push(row);
        }
        let mut table = Table::new(head.into_iter().map(Column::words).collect());
        for (summary, row) in self.summaries.iter().zip(rows) {
            let first = [summary.as_of.to_string(), summary.accounts.to_string()];
            table.row(first.into_iter().chain(row).map(Cell::from).collect());
        }
        table.csv()
    }

    /// The names and numbers of a date after its accounts.
    fn line(&self, summary: &Summary) -> Vec<(String, Option<Json>)> {
        let program = self.program;
        let mut out = Vec::new();
        for (card, scores) in program.scorecards.iter().zip(&summary.scores) {
            let name = &card.header.name;
            out.push((name.clone(), scores.mean.value().map(value::decimal)));
            out.push((format!("{name}.missing"), Some(json!(scores.missing))));
            let counts = grades(card).into_iter().zip(&scores.grades);
            out.extend(counts.map(|(grade, count)| (format!("{name}.{grade}"), Some(json!(count)))));
        }
        if program.scorecards.is_empty() {
            let named = |i: usize| {
                let (metric, mean) = (program.metrics.get(i)?, summary.metrics.get(i)?);
                Some((metric.header.name.clone(), mean.value().map(value::decimal)))
            };
            out.extend(self.numbers().into_iter().filter_map(named));
        }
        for (metric, result) in program.portfolio.iter().zip(&summary.portfolio) {
            let known = (!result.value.is_missing()).then(|| match self.hidden(metric) {
                true => json!(value::MASK),
                false => value::json(program, metric.value.ty, &result.value),
            });
            out.push((metric.header.name.clone(), known));
        }
        let rules = program.rules.iter().zip(&summary.rules);
        out.extend(rules.map(|(rule, count)| (rule.header.name.clone(), Some(json!(count)))));
        out
    }

    /// The same as one json object per line.
    pub fn json(&self) -> String {
        let mut out = String::new();
        for summary in self.summaries {
            let mut map = Map::new();
            map.insert("as_of".into(), json!(summary.as_of.to_string()));
            map.insert("accounts".into(), json!(summary.accounts));
            for (name, cell) in self.line(summary) {
                map.insert(name, cell.unwrap_or(Json::Null));
            }
            out.push_str(&format!("{}\n", Json::Object(map)));
        }
        out
    }
}
