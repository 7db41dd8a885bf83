//! What a benchmark says about a value: its figures, their date and source, the gap and the quarter.

use super::words;
use super::{Shown, personal};
use crate::calendar::Date;
use crate::check::benchmarks::POSITIONS;
use crate::engine::reference::Compared;
use crate::program::{Benchmark, BenchmarkId, Program, SegmentRef, Type, Unit};
use crate::value::Value;
use serde::Serialize;

/// Figures older than this are worth a remark.
const OLD_MONTHS: i64 = 18;

/// A benchmark and how the value compares with it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BenchmarkWhy {
    /// The benchmark.
    pub name: String,
    /// Its display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The metric that is compared.
    pub of: String,
    /// Its value.
    pub value: Shown,
    /// Where the figures are from.
    pub source: String,
    /// The date of the figures; `null` if there are none yet.
    pub from: Option<String>,
    /// For whom they are, if not for everyone.
    pub segment: Option<String>,
    /// The three figures.
    pub quartiles: Vec<Shown>,
    /// The value less the middle one.
    pub gap: Shown,
    /// The quarter.
    pub position: Option<&'static str>,
    /// Worth knowing: that the figures are old, that there are none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One text for each benchmark of which figures that hold at a date are old by then.
pub fn old_benchmarks(program: &Program, as_of: Date) -> Vec<String> {
    let old = |benchmark: &Benchmark| {
        // Rows for one segment stand together, the latest first: of each the first that is not of a later date holds.
        let mut known: Vec<Option<SegmentRef>> = Vec::new();
        let holding = benchmark.rows.iter().filter(|row| row.from <= as_of).filter(|row| {
            let first = !known.contains(&row.segment);
            known.push(row.segment);
            first
        });
        let oldest = holding.min_by_key(|row| row.from).filter(|row| is_old(row.from, as_of))?;
        let whom =
            oldest.segment.map_or(String::new(), |segment| format!(" for `{}`", words::segment(program, segment)));
        let months = as_of.months_since(oldest.from);
        let (name, from) = (&benchmark.header.name, oldest.from);
        Some(format!("benchmark `{name}` is old: its figures{whom} are of {from}, {months} months ago"))
    };
    program.benchmarks.iter().filter_map(old).collect()
}

fn is_old(from: Date, as_of: Date) -> bool {
    as_of > from.plus_months(OLD_MONTHS)
}

/// The facts.
pub fn benchmark(
    program: &Program,
    id: BenchmarkId,
    found: &Compared,
    as_of: Date,
    show_personal: bool,
) -> Option<BenchmarkWhy> {
    let benchmark = program.benchmark(id)?;
    let hidden = !show_personal && personal(program, &benchmark.of);
    let ty = benchmark.of.ty;
    let own = |v: &Value| {
        let shown = Shown::new(program, ty, v);
        if hidden { shown.masked() } else { shown }
    };
    let row = found.row.and_then(|row| benchmark.rows.get(row));
    let mut gap = own(&found.gap);
    if ty == Type::Number(Unit::Ratio) && gap.missing.is_none() && !hidden {
        // A difference of percentages is in points of them.
        gap.shown = format!("{} pp", gap.shown.trim_end_matches('%'));
    }
    let note = match row {
        None => {
            let first = benchmark.rows.iter().map(|row| row.from).min();
            Some(first.map_or("there are no figures".to_string(), |first| {
                format!("the first figures that hold for it are of a later date; the earliest of all are of {first}")
            }))
        }
        Some(row) => {
            let months = as_of.months_since(row.from);
            is_old(row.from, as_of).then(|| format!("the figures are {months} months old, more than {OLD_MONTHS}"))
        }
    };
    let figure = |n| Shown::new(program, ty, &Value::Number(n));
    Some(BenchmarkWhy {
        name: benchmark.header.name.clone(),
        label: benchmark.header.label.clone(),
        of: words::Words::new(program).expr(&benchmark.of),
        value: own(&found.value),
        source: benchmark.source.clone(),
        from: row.map(|row| row.from.to_string()),
        segment: row.and_then(|row| row.segment).map(|segment| words::segment(program, segment)),
        quartiles: row.map_or_else(Vec::new, |row| [row.p25, row.p50, row.p75].map(figure).to_vec()),
        gap,
        position: match found.position {
            Value::Symbol(place) if !hidden => POSITIONS.get(place as usize).copied(),
            _ => None,
        },
        note,
    })
}

impl BenchmarkWhy {
    /// In a few words: `against usage_norm of 2025-12-31`.
    pub fn short(&self) -> String {
        match &self.from {
            Some(from) => format!("against {} of {from}", self.name),
            None => format!("{} has no figures yet", self.name),
        }
    }

    /// The lines of the page, each under its label.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let missing_or = |s: &Shown| s.missing.map_or_else(|| s.shown.clone(), |why| format!("missing ({why})"));
        let mut lines = vec![("own", format!("{} {}", self.of, missing_or(&self.value)))];
        if let (Some(from), [p25, p50, p75]) = (&self.from, self.quartiles.as_slice()) {
            let whom = self.segment.as_ref().map_or(String::new(), |s| format!(" for {s}"));
            let figures =
                format!("a quarter below {}, half below {}, three quarters below {}", p25.shown, p50.shown, p75.shown);
            lines.push(("figures", format!("{figures}{whom}")));
            lines.push(("dated", from.clone()));
        }
        lines.push(("source", self.source.clone()));
        if self.from.is_some() {
            lines.push(("gap", format!("{} to the middle", missing_or(&self.gap))));
        }
        lines.extend(self.position.map(|position| ("position", format!("{position} quarter"))));
        lines.extend(self.note.clone().map(|note| ("note", note)));
        lines
    }
}
