//! Pages about what is not so: values that somebody supposes, marked wherever they stand.

use super::{CardWhy, Shown, Why, personal, personal_field};
use crate::data::Dataset;
use crate::engine::AccountResult;
use crate::engine::reference::{Supposed, Supposition};
use crate::program::{Program, Type};
use crate::value::Value;
use serde::Serialize;

/// Something that is supposed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SupposedWhy {
    /// A metric, or a column of the account.
    pub name: String,
    /// `metric` or `column`.
    pub kind: &'static str,
    /// What it is supposed to be.
    pub value: Shown,
    /// What it is.
    pub is: Shown,
}

/// The name and type of what is supposed, and whether it may be personal.
pub fn named(program: &Program, what: Supposed) -> (String, Type, bool) {
    match what {
        Supposed::Metric(id) => program.metric(id).map_or_else(
            || ("?".to_string(), Type::Unknown, false),
            |m| (m.header.name.clone(), m.value.ty, personal(program, &m.value)),
        ),
        Supposed::Column(id) => {
            let field = program.subject_table().and_then(|t| t.fields.get(id.index()));
            let hidden = personal_field(program, program.subject, id);
            field.map_or_else(|| ("?".to_string(), Type::Unknown, false), |f| (f.name.clone(), f.ty, hidden))
        }
    }
}

/// What something is for an account, without suppositions.
pub fn current(program: &Program, data: &Dataset, row: u32, account: &AccountResult, what: Supposed) -> Value {
    let nothing = Value::Missing(crate::value::Missing::NoData);
    match what {
        Supposed::Metric(id) => account.metrics.get(id.index()).map_or(nothing, |m| m.value.clone()),
        Supposed::Column(id) => {
            program.subject.and_then(|table| data.table(table)).map_or(nothing, |table| table.value(id, row))
        }
    }
}

/// Each supposition beside what is so.
pub fn told(
    program: &Program,
    data: &Dataset,
    row: u32,
    is: &AccountResult,
    suppose: &[Supposition],
    show_personal: bool,
) -> Vec<SupposedWhy> {
    let one = |(what, value): &Supposition| {
        let (name, ty, hidden) = named(program, *what);
        let now = Shown::new(program, ty, &current(program, data, row, is, *what));
        SupposedWhy {
            name,
            kind: if matches!(what, Supposed::Metric(_)) { "metric" } else { "column" },
            value: Shown::new(program, ty, value),
            is: if hidden && !show_personal { now.masked() } else { now },
        }
    };
    suppose.iter().map(one).collect()
}

/// Marks a page as one about what is not so.
pub fn mark(why: &mut Why, supposed: Vec<SupposedWhy>) {
    why.scorecards.iter_mut().for_each(|card| lines(card, &supposed));
    for metric in &mut why.metrics {
        if let Some(found) = supposed.iter().find(|s| s.kind == "metric" && s.name == metric.name) {
            metric.from = found.mark();
        }
    }
    why.supposed = supposed;
}

fn lines(card: &mut CardWhy, supposed: &[SupposedWhy]) {
    for line in &mut card.lines {
        if let Some(found) = supposed.iter().find(|s| s.kind == "metric" && s.name == line.name) {
            line.from = found.mark();
        }
        line.scorecard.iter_mut().for_each(|inner| lines(inner, supposed));
    }
}

fn word(shown: &Shown) -> String {
    shown.missing.map_or_else(|| shown.shown.clone(), |why| format!("missing ({why})"))
}

impl SupposedWhy {
    fn mark(&self) -> String {
        format!("supposed; it is {}", word(&self.is))
    }

    /// `references = 4 (it is 2)`
    pub fn words(&self) -> String {
        format!("{} = {} (it is {})", self.name, word(&self.value), word(&self.is))
    }
}
