//! Why a portfolio metric is what it is: its definition, what it reads, and the accounts or rows behind each aggregate.

mod rows;

use rows::{SpreadWhy, WholeRuleWhy};

use super::association::{self, EvidenceWhy};
use super::words::{self, Words};
use super::{BandWhy, Case, Operand, Shown, Traced, personal, replay, unfold};
use crate::association::{Pair, Side, lacking};
use crate::builtins::{AggregateFunction, Pairing};
use crate::data::Dataset;
use crate::engine::reference::{Evaluator, Part as Share};
use crate::engine::{AccountsTold, PortfolioResult};
use crate::number::Decimal;
use crate::program::{Across, Expr, ExprKind, Metric, PortfolioId, Program, Type};
use crate::report::accounts::{account_name, personal_key, portfolio as told, short};
use crate::report::paint::Tone;
use crate::report::table::{Cell, Column, Table, clean, escaped, wrapped};
use crate::report::{Layout, Stamp, counted, value};
use crate::source::Sources;
use crate::value::Value;
use serde::Serialize;

/// Accounts that are printed for people, those with the largest values.
const LISTED: usize = 20;

/// All that the page is made from.
#[derive(Clone, Copy)]
pub struct Whole<'a> {
    /// The program.
    pub program: &'a Program,
    /// Its sources, for positions.
    pub sources: &'a Sources,
    /// The data it ran over.
    pub data: &'a Dataset,
    /// Project, date, hash and data.
    pub stamp: &'a Stamp,
    /// For what the accounts say.
    pub evaluator: &'a Evaluator<'a>,
    /// Show personal columns.
    pub personal: bool,
}

/// The page. The names of the fields are the keys of the json.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PortfolioWhy {
    /// The project's name.
    pub project: String,
    /// The as-of date.
    pub as_of: String,
    /// The program's hash.
    pub program: String,
    /// The data profile or directory.
    pub data: String,
    /// The metrics.
    pub metrics: Vec<WholeMetricWhy>,
    /// The rules about the whole portfolio.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<WholeRuleWhy>,
}

/// A portfolio metric.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WholeMetricWhy {
    /// Its name.
    pub name: String,
    /// Its display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Its description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// Its value.
    pub value: Shown,
    /// Its band.
    pub band: Option<String>,
    /// The definition.
    pub definition: String,
    /// The portfolio metrics and parameters that it reads, with their values.
    pub reads: Vec<Operand>,
    /// The rows of its thresholds.
    pub thresholds: Vec<BandWhy>,
    /// Each benchmark in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub benchmarks: Vec<super::BenchmarkWhy>,
    /// Each condition over periods in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub periods: Vec<super::PeriodsWhy>,
    /// Each aggregate of accounts in it.
    pub aggregates: Vec<AcrossWhy>,
    /// Each aggregate of rows in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<SpreadWhy>,
    /// Where it is declared.
    pub position: String,
}

/// An aggregate over accounts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AcrossWhy {
    /// As written.
    pub text: String,
    /// What came out.
    pub value: Shown,
    /// Who counted and who did not.
    pub accounts: serde_json::Value,
    /// The same in words.
    #[serde(skip)]
    pub of: String,
    /// What stands behind a figure of pairs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceWhy>,
    /// The accounts that were looked at, largest values first.
    pub rows: Vec<AccountWhy>,
}

/// An account in an aggregate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AccountWhy {
    /// Its id.
    pub account: String,
    /// Its name, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it brings in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Shown>,
    /// What is measured beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<Shown>,
    /// Its weight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Shown>,
    /// It counts.
    pub counts: bool,
    /// Why it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a page about the portfolio is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    All,
    /// One metric.
    Metric(PortfolioId),
    /// One rule, by its place in [`Program::portfolio_rules`].
    Rule(usize),
}

/// All facts about all portfolio metrics and rules, or about one.
pub fn portfolio(whole: Whole, part: Part) -> PortfolioWhy {
    let results = whole.evaluator.portfolio_results(whole.stamp.as_of);
    let metrics = whole.program.portfolio.iter().zip(&results);
    let metrics = metrics.filter(|(_, result)| part == Part::All || part == Part::Metric(result.metric));
    let rules = rows::rules(whole).into_iter().enumerate();
    let rules = rules.filter(|(i, _)| part == Part::All || part == Part::Rule(*i)).map(|(_, rule)| rule);
    PortfolioWhy {
        project: whole.stamp.project.clone(),
        as_of: whole.stamp.as_of.to_string(),
        program: whole.stamp.program.clone(),
        data: whole.stamp.data.clone(),
        metrics: metrics.map(|(metric, result)| metric_why(whole, metric, result)).collect(),
        rules: rules.collect(),
    }
}

fn metric_why(whole: Whole, metric: &Metric, result: &PortfolioResult) -> WholeMetricWhy {
    let program = whole.program;
    let hidden = !whole.personal && personal(program, &metric.value);
    let value = Shown::new(program, metric.value.ty, &result.value);
    let mut reads = Vec::new();
    read(whole, &metric.value, &mut reads);
    let rows = metric.thresholds.iter().flat_map(|table| &table.bands).map(|band| BandWhy {
        name: band.name.clone(),
        test: words::band_test(program, metric.value.ty, &band.test),
        points: band.points.map(|n| Shown::points(&Value::Number(n))),
        taken: result.band.as_deref() == Some(&band.name),
    });
    let aggregates = metric.value.across().into_iter().zip(&result.accounts);
    let nobody = whole.evaluator.nobody(whole.stamp.as_of);
    let (account, probe) = (nobody.result(), Traced::new(whole.evaluator, &nobody));
    let case = Case {
        program,
        sources: whole.sources,
        data: whole.data,
        stamp: whole.stamp,
        account: &account,
        probe: &probe,
        personal: whole.personal,
    };
    WholeMetricWhy {
        name: metric.header.name.clone(),
        label: metric.header.label.clone(),
        doc: metric.header.doc.clone(),
        value: if hidden { value.masked() } else { value },
        band: result.band.clone(),
        definition: Words::new(program).expr(&metric.value),
        reads,
        thresholds: rows.collect(),
        benchmarks: unfold::benchmarks(case, &metric.value),
        periods: metric.value.replayed().into_iter().map(|e| replay::periods(case, e)).collect(),
        aggregates: aggregates.map(|(across, told)| across_why(whole, metric, across, told)).collect(),
        rows: rows::spreads(whole, metric, result),
        position: whole.sources.position(metric.header.span),
    }
}

/// The named things that the metric itself reads.
fn read(whole: Whole, expr: &Expr, out: &mut Vec<Operand>) {
    let program = whole.program;
    let v = match &expr.kind {
        ExprKind::Portfolio(id) => {
            let results = whole.evaluator.portfolio_results(whole.stamp.as_of);
            results.into_iter().find(|r| r.metric == *id).map(|r| r.value)
        }
        ExprKind::Param(id) => program.params.get(id.index()).map(|p| p.value.clone()),
        ExprKind::Across(_) | ExprKind::Aggregate(_) => None,
        _ => {
            expr.children().into_iter().for_each(|child| read(whole, child, out));
            None
        }
    };
    if let Some(v) = v {
        let mut shown = Shown::new(program, expr.ty, &v);
        if !whole.personal && personal(program, expr) {
            shown = shown.masked();
        }
        let operand = Operand { text: Words::new(program).operand(expr), value: shown };
        if !out.contains(&operand) {
            out.push(operand);
        }
    }
}

fn across_why(whole: Whole, metric: &Metric, across: &Across, seen: &AccountsTold) -> AcrossWhy {
    let program = whole.program;
    let expr = find(&metric.value, across);
    let (result, parts) = whole.evaluator.parts(across, whole.stamp.as_of);
    let hide = |e: &Option<Expr>| !whole.personal && e.as_ref().is_some_and(|e| personal(program, e));
    let (hidden, others_hidden, weights_hidden) = (hide(&across.value), hide(&across.other), hide(&across.weight));
    let shown = |e: &Option<Expr>, v: &Value, hidden: bool| {
        let shown = Shown::new(program, e.as_ref().map_or(Type::PLAIN, |e| e.ty), v);
        if hidden { shown.masked() } else { shown }
    };
    let mut parts: Vec<Share> = parts.into_iter().filter(|part| part.met != Some(false)).collect();
    let size = |part: &Share| match &part.value {
        Value::Number(n) => Some(*n),
        Value::Boolean(yes) => Some(if *yes { Decimal::ONE } else { Decimal::ZERO }),
        _ => None,
    };
    // Stable, so that equal ones stay by id.
    parts.sort_by_key(|part| std::cmp::Reverse((part.met.is_some(), size(part))));
    let masked = personal_key(program) && !whole.personal;
    let evidence = pairs(across, &parts).map_or_else(Vec::new, |(pairing, value, pairs)| {
        association::evidence(program, pairing, (value, &across.by), (&pairs, across.at_least), hidden)
    });
    let rows = parts.into_iter().map(|part| {
        let reason = reason(across, &part);
        AccountWhy {
            name: account_name(program, whole.data, part.row, whole.personal),
            account: if masked { value::MASK.to_string() } else { part.id },
            value: (across.value.is_some() && part.met.is_some()).then(|| shown(&across.value, &part.value, hidden)),
            other: part.other.map(|other| shown(&across.other, &other, others_hidden)),
            weight: part.weight.map(|weight| shown(&across.weight, &weight, weights_hidden)),
            counts: reason.is_none(),
            reason,
        }
    });
    let whole_value = Shown::new(program, expr.map_or(Type::PLAIN, |e| e.ty), &result);
    let secret = !whole.personal && expr.is_some_and(|e| personal(program, e));
    AcrossWhy {
        text: Words::new(program).across(across),
        value: if secret { whole_value.masked() } else { whole_value },
        accounts: told::told(seen),
        of: told::accounts(std::slice::from_ref(seen)),
        evidence,
        rows: rows.collect(),
    }
}

/// Why an account does not count, if it does not.
fn reason(across: &Across, part: &Share) -> Option<String> {
    if part.met.is_none() {
        return Some("`where` is unknown".to_string());
    }
    if let (AggregateFunction::Paired(pairing), Some(other)) = (across.function, &part.other) {
        match lacking(pairing, &part.value, other) {
            Some(Side::One(why)) => return Some(format!("no value ({why})")),
            Some(Side::Other(why)) => return Some(format!("no other value ({why})")),
            None => {}
        }
    } else if let Some(why) = part.value.missing() {
        return Some(format!("no value ({why})"));
    }
    match (part.weight.as_ref().and_then(Value::missing), &part.bin) {
        (Some(why), _) => Some(format!("no weight ({why})")),
        (None, Err(why)) => Some(format!("no bin ({why})")),
        (None, Ok(_)) => None,
    }
}

/// The pairs that counted, where an aggregate is a function of pairs.
fn pairs<'a>(across: &'a Across, parts: &[Share]) -> Option<(Pairing, &'a Expr, Vec<Pair>)> {
    let (AggregateFunction::Paired(pairing), Some(value)) = (across.function, &across.value) else { return None };
    let counted = parts.iter().filter(|part| part.met.is_some() && reason(across, part).is_none());
    let pair = |part: &Share| {
        Some(Pair { one: part.value.clone(), other: part.other.clone()?, bin: part.bin.clone().unwrap_or_default() })
    };
    Some((pairing, value, counted.filter_map(pair).collect()))
}

/// The expression that an aggregate stands in, for its type.
fn find<'e>(expr: &'e Expr, across: &Across) -> Option<&'e Expr> {
    let mut open = vec![expr];
    while let Some(next) = open.pop() {
        match &next.kind {
            ExprKind::Across(found) if **found == *across => return Some(next),
            _ => open.extend(next.children()),
        }
    }
    None
}

// ---------- pages ----------

fn missing_or(value: &Shown) -> String {
    value.missing.map_or_else(|| value.shown.clone(), |why| format!("missing ({why})"))
}

fn rows_table(across: &AcrossWhy, most: usize) -> Table {
    let rows = || across.rows.iter().take(most);
    let (named, valued) = (rows().any(|r| r.name.is_some()), rows().any(|r| r.value.is_some()));
    let (paired, weighted) = (rows().any(|r| r.other.is_some()), rows().any(|r| r.weight.is_some()));
    let mut columns = vec![Column { limit: Some(24), ..Column::words("account") }];
    columns.extend(named.then(|| Column { limit: Some(24), ..Column::words("name") }));
    columns.extend(valued.then(|| Column::numbers("value")));
    columns.extend(paired.then(|| Column::numbers("other")));
    columns.extend(weighted.then(|| Column::numbers("weight")));
    columns.push(Column::words(""));
    let mut table = Table::new(columns);
    for row in rows() {
        let tone = if row.counts { Tone::Plain } else { Tone::Dim };
        let shown =
            |s: &Option<Shown>| s.as_ref().filter(|s| s.missing.is_none()).map_or("-".to_string(), |s| s.shown.clone());
        let mut cells = vec![Cell::toned(row.account.as_str(), tone)];
        cells.extend(named.then(|| Cell::toned(row.name.clone().unwrap_or_default(), tone)));
        cells.extend(valued.then(|| Cell::toned(shown(&row.value), tone)));
        cells.extend(paired.then(|| Cell::toned(shown(&row.other), tone)));
        cells.extend(weighted.then(|| Cell::toned(shown(&row.weight), tone)));
        cells.push(Cell::toned(row.reason.clone().unwrap_or_else(|| "counts".to_string()), tone));
        table.row(cells);
    }
    table
}

/// The page for people.
pub fn portfolio_human(why: &PortfolioWhy, layout: &Layout) -> String {
    let paint = layout.paint;
    let stamp = format!("   as of {}   program {}   data {}", why.as_of, short(&why.program), clean(&why.data));
    let mut out = format!("{}{}\n", paint.strong("portfolio"), paint.dim(&stamp));
    let labelled = |out: &mut String, label: &str, text: &str| {
        for (i, part) in wrapped(&clean(text), layout.width.saturating_sub(13).max(30)).iter().enumerate() {
            let label = format!("{:<11}", if i == 0 { label } else { "" });
            out.push_str(&format!("  {}{part}\n", paint.dim(&label)));
        }
    };
    for metric in &why.metrics {
        let band = metric.band.as_ref().map_or(String::new(), |band| format!(" {band}"));
        let value = missing_or(&metric.value);
        out.push_str(&format!("\n{}  {value}{band}   {}\n", paint.strong(&metric.name), paint.dim(&metric.position)));
        for line in metric.doc.iter().flat_map(|doc| doc.lines()) {
            out.push_str(&format!("  {}\n", paint.dim(&clean(line))));
        }
        let only = |text: &String| metric.aggregates.len() + metric.rows.len() == 1 && *text == metric.definition;
        if !metric.aggregates.iter().map(|a| &a.text).chain(metric.rows.iter().map(|a| &a.text)).any(only) {
            labelled(&mut out, "is", &metric.definition);
        }
        for (i, read) in metric.reads.iter().enumerate() {
            labelled(
                &mut out,
                if i == 0 { "reads" } else { "" },
                &format!("{} {}", read.text, missing_or(&read.value)),
            );
        }
        for (i, row) in metric.thresholds.iter().enumerate() {
            let mark = if row.taken { "  <- here" } else { "" };
            labelled(&mut out, if i == 0 { "bands" } else { "" }, &format!("{} {}{mark}", row.name, row.test));
        }
        for benchmark in &metric.benchmarks {
            out.push_str(&format!("\nbenchmark {}\n", benchmark.name));
            benchmark.lines().iter().for_each(|(label, text)| labelled(&mut out, label, text));
        }
        for periods in &metric.periods {
            out.push_str(&format!("\n{}\n", clean(&periods.words())));
            out.push_str(&periods.table().human(11, layout));
        }
        for across in &metric.aggregates {
            out.push_str(&format!("\n{} = {}\n", clean(&across.text), missing_or(&across.value)));
            labelled(&mut out, "of", across.of.trim_start_matches("of "));
            across.evidence.iter().for_each(|told| labelled(&mut out, &told.label, &told.text));
            if !across.rows.is_empty() {
                out.push('\n');
                out.push_str(&rows_table(across, LISTED).human(2, layout));
            }
            if let Some(more) = across.rows.len().checked_sub(LISTED).filter(|n| *n > 0) {
                let more = counted(more as u64, "more account", "more accounts");
                out.push_str(&paint.dim(&format!("  and {more} (all of them with --format json or md)\n")));
            }
        }
        for spread in &metric.rows {
            out.push_str(&format!("\n{} = {}\n", clean(&spread.text), missing_or(&spread.value)));
            labelled(&mut out, "from", spread.of.trim_start_matches("from "));
            spread.evidence.iter().for_each(|told| labelled(&mut out, &told.label, &told.text));
            if !spread.seen.is_empty() {
                out.push('\n');
                out.push_str(&rows::table(spread, LISTED).human(2, layout));
            }
            if let Some(more) = spread.seen.len().checked_sub(LISTED).filter(|n| *n > 0) {
                let more = counted(more as u64, "more row", "more rows");
                out.push_str(&paint.dim(&format!("  and {more} (all of them with --format json or md)\n")));
            }
        }
    }
    for rule in &why.rules {
        out.push_str(&format!("\n{}  {}   {}\n", paint.strong(&rule.name), rule.status, paint.dim(&rule.position)));
        labelled(&mut out, rule.trigger, &rule.condition);
        if let Some(unless) = &rule.unless {
            labelled(&mut out, "unless", unless);
        }
        for (i, read) in rule.reads.iter().enumerate() {
            let label = if i == 0 { "reads" } else { "" };
            labelled(&mut out, label, &format!("{} {}", read.text, missing_or(&read.value)));
        }
    }
    out
}

/// The page as Markdown.
pub fn portfolio_markdown(why: &PortfolioWhy) -> String {
    let mut out = format!("## Portfolio of {}\n\n", escaped(&why.project));
    let stamp = (why.as_of.as_str(), short(&why.program), clean(&why.data));
    out.push_str(&format!("As of {}, program `{}`, data `{}`.\n", stamp.0, stamp.1, stamp.2));
    for metric in &why.metrics {
        let band = metric.band.as_ref().map_or(String::new(), |band| format!(" {band}"));
        let value = escaped(&missing_or(&metric.value));
        out.push_str(&format!("\n### {}: {value}{band}\n\n`{}`\n", metric.name, clean(&metric.definition)));
        if !metric.reads.is_empty() {
            out.push('\n');
        }
        for read in &metric.reads {
            out.push_str(&format!("- reads `{}`: {}\n", clean(&read.text), escaped(&missing_or(&read.value))));
        }
        for benchmark in &metric.benchmarks {
            out.push_str(&format!("\nbenchmark `{}`\n\n", benchmark.name));
            out.extend(benchmark.lines().into_iter().map(|(label, text)| format!("- {label}: {}\n", escaped(&text))));
        }
        metric.periods.iter().for_each(|periods| out.push_str(&periods.markdown()));
        for across in &metric.aggregates {
            let value = escaped(&missing_or(&across.value));
            out.push_str(&format!("\n`{}` is {value} {}\n", clean(&across.text), escaped(&across.of)));
            out.push_str(&association::markdown(&across.evidence));
            if !across.rows.is_empty() {
                out.push_str(&format!("\n{}", rows_table(across, usize::MAX).markdown()));
            }
        }
        for spread in &metric.rows {
            let value = escaped(&missing_or(&spread.value));
            out.push_str(&format!("\n`{}` is {value} {}\n", clean(&spread.text), escaped(&spread.of)));
            out.push_str(&association::markdown(&spread.evidence));
            if !spread.seen.is_empty() {
                out.push_str(&format!("\n{}", rows::table(spread, usize::MAX).markdown()));
            }
        }
    }
    for rule in &why.rules {
        out.push_str(&format!("\n### rule {}: {}\n\n`{}`\n", rule.name, rule.status, clean(&rule.condition)));
        out.extend(rule.unless.iter().map(|unless| format!("\nunless `{}`\n", clean(unless))));
        for read in &rule.reads {
            out.push_str(&format!("- reads `{}`: {}\n", clean(&read.text), escaped(&missing_or(&read.value))));
        }
    }
    out
}
