//! What each row or relative brings in: metrics of rows, and aggregates over accounts above and below.

use super::words::Words;
use super::{Case, Shown, personal, personal_in, words};
use crate::program::{Across, Expr, ExprKind, Metric, RowMetricId, Type};
use crate::report::accounts::personal_key;
use crate::report::value;
use crate::value::Value;
use serde::Serialize;

/// Each of several values behind one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DetailWhy {
    /// What is told: `asks = count(activity …)`.
    pub text: String,
    /// Row by row, or account by account.
    pub members: Vec<MemberWhy>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MemberWhy {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: Shown,
    /// What is measured beside it, for functions of pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<Shown>,
    /// Its weight, where it is weighed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<Shown>,
    /// The rows that counted for it, by where they were read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<String>,
    /// What has to be said of it: why it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl DetailWhy {
    /// Label and text of each line of a page.
    pub fn lines(&self) -> Vec<(String, String)> {
        if self.members.is_empty() {
            return vec![("-".to_string(), "nobody".to_string())];
        }
        let line = |member: &MemberWhy| {
            let mut text = member.value.missing.map_or(member.value.shown.clone(), |why| format!("missing ({why})"));
            if let Some(other) = &member.other {
                text.push_str(&format!(
                    ", beside {}",
                    other.missing.map_or(other.shown.clone(), |why| format!("missing ({why})"))
                ));
            }
            if let Some(weight) = &member.weight {
                text.push_str(&format!(", weight {}", weight.shown));
            }
            if !member.rows.is_empty() {
                text.push_str(&format!("   {}", member.rows.join(", ")));
            }
            text.extend(member.note.iter().map(|note| format!("; {note}")));
            (member.key.clone(), text)
        };
        self.members.iter().map(line).collect()
    }
}

/// All that a metric reads of rows and relatives.
pub fn of_metric(case: Case, metric: &Metric) -> Vec<DetailWhy> {
    let (mut kin, mut rows): (Vec<&Across>, Vec<RowMetricId>) = (Vec::new(), Vec::new());
    let mut open = vec![&metric.value];
    while let Some(expr) = open.pop() {
        match &expr.kind {
            ExprKind::Across(across) => kin.extend(across.kin.map(|_| &**across)),
            ExprKind::RowMetric { metric, .. } => {
                if !rows.contains(metric) {
                    rows.push(*metric);
                    open.extend(case.program.row_metric(*metric).map(|m| &m.value));
                }
            }
            _ => open.extend(expr.children().into_iter().rev()),
        }
    }
    let kin = kin.into_iter().map(|across| relatives(case, across));
    kin.chain(rows.into_iter().filter_map(|id| row_metric(case, id))).collect()
}

fn relatives(case: Case, across: &Across) -> DetailWhy {
    let program = case.program;
    let hide = |e: &Option<Expr>| !case.personal && e.as_ref().is_some_and(|e| personal(program, e));
    let (hidden, weight_hidden) = (hide(&across.value), hide(&across.weight));
    let masked = personal_key(program) && !case.personal;
    let shown = |e: &Option<Expr>, v: &Value, hidden: bool| {
        let shown = Shown::new(program, e.as_ref().map_or(Type::PLAIN, |e| e.ty), v);
        if hidden { shown.masked() } else { shown }
    };
    let parts = case.probe.relatives(across).into_iter().filter(|part| part.met == Some(true));
    let members = parts.map(|part| MemberWhy {
        value: shown(&across.value, &part.value, hidden),
        other: part.other.as_ref().map(|other| shown(&across.other, other, hide(&across.other))),
        weight: part.weight.as_ref().map(|weight| shown(&across.weight, weight, weight_hidden)),
        rows: Vec::new(),
        note: None,
        key: if masked { value::MASK.to_string() } else { part.id },
    });
    DetailWhy { text: Words::new(program).across(across), members: members.collect() }
}

pub(super) fn row_metric(case: Case, id: RowMetricId) -> Option<DetailWhy> {
    let program = case.program;
    let metric = program.row_metric(id)?;
    let table = program.table(metric.of)?;
    let data = case.data.table(metric.of)?;
    let hidden = !case.personal && personal_in(program, Some(metric.of), &metric.value);
    let key = table.key?;
    let masked = !case.personal && super::personal_field(program, Some(metric.of), key);
    let members = case.probe.row_metric(id).into_iter().map(|of_row| {
        let shown = Shown::new(program, metric.value.ty, &of_row.value);
        let place = |(table, row): &(crate::program::TableId, u32)| case.data.table(*table).map(|d| d.place(*row));
        MemberWhy {
            key: match data.value(key, of_row.row) {
                _ if masked => value::MASK.to_string(),
                key => words::literal(program, Type::Text, &key).trim_matches('"').to_string(),
            },
            value: if hidden { shown.masked() } else { shown },
            other: None,
            weight: None,
            rows: of_row.rows.iter().filter_map(place).collect(),
            note: of_row
                .negative
                .first()
                .filter(|_| of_row.value.is_missing())
                .and_then(place)
                .map(|place| format!("{place} has a weight below 0, so there is no mean")),
        }
    });
    let words = Words { rows: Some(metric.of), ..Words::new(program) };
    let text = format!("{} metric {} = {}", table.header.name, metric.header.name, words.expr(&metric.value));
    Some(DetailWhy { text, members: members.collect() })
}
