//! Pages about what is not so: values that somebody supposes, marked wherever they stand.

use super::{CardWhy, Shown, Why, personal, personal_field};
use crate::data::Dataset;
use crate::engine::AccountResult;
use crate::engine::reference::{Supposed, Supposition};
use crate::program::{Expr, ExprKind, FieldId, MetricId, Program, Type};
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

/// Why nothing can be supposed of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSupposed {
    /// It says which account it is.
    Identity,
    /// It is something else: `scorecard`.
    Other,
    /// Nothing is called so.
    Unknown,
}

impl NotSupposed {
    /// `` `id` says which account it is, and cannot be supposed ``, where that is what is wrong.
    pub fn identity(self, name: &str) -> Option<String> {
        (self == NotSupposed::Identity).then(|| format!("`{name}` says which account it is, and cannot be supposed"))
    }
}

/// What a name stands for: a metric, or a column of the account with or without its table in front.
pub fn find(program: &Program, name: &str) -> Result<Supposed, NotSupposed> {
    let place = |at: Option<usize>| at.and_then(|i| u32::try_from(i).ok());
    let table = program.subject_table();
    let fields = table.map_or(&[][..], |t| &t.fields);
    let own = name.rsplit_once('.').filter(|(owner, _)| table.is_some_and(|t| t.header.name == *owner));
    if let (Some(i), None) = (place(program.metrics.iter().position(|m| m.header.name == name)), own) {
        return Ok(Supposed::Metric(MetricId(i)));
    }
    let column = own.map_or(name, |(_, column)| column);
    if let Some(i) = place(fields.iter().position(|f| f.name == column)) {
        let merges = fields.get(i as usize).is_some_and(|f| f.merged || f.parent);
        let key = table.is_some_and(|t| t.key == Some(FieldId(i)));
        return if key || merges { Err(NotSupposed::Identity) } else { Ok(Supposed::Column(FieldId(i))) };
    }
    let declared = super::Topic::find(program, name).is_some() || program.params.iter().any(|p| p.header.name == name);
    Err(if declared { NotSupposed::Other } else { NotSupposed::Unknown })
}

/// Names of which something can be supposed.
pub fn names(program: &Program) -> impl Iterator<Item = &str> + Clone {
    let fields = program.subject_table().into_iter().flat_map(|t| t.fields.iter().map(|f| f.name.as_str()));
    program.metrics.iter().map(|m| m.header.name.as_str()).chain(fields)
}

/// How a value is written to be typed: as if it were compared with what it is supposed of, so that it adopts its unit.
pub fn comparison(name: &str, value: &str) -> String {
    let whole = [" and ", " or ", " if ", "<", ">", "="].iter().any(|word| format!(" {value}").contains(word));
    if whole { format!("{name} = ({value})") } else { format!("{name} = {value}") }
}

/// The value in what was typed so.
pub fn compared(comparison: Expr) -> Option<Expr> {
    match comparison.kind {
        ExprKind::Compare(_, _, value) => Some(*value),
        _ => None,
    }
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
