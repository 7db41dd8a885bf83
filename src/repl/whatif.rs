//! What an account would be like if some of its metrics or columns were otherwise.

use super::moves::{Move, moved};
use super::session::{Format, Session};
use super::{Host, Reply};
use crate::calendar::{Calendar, Date};
use crate::data::{Cells, Column, Dataset};
use crate::diagnostics::nearest;
use crate::engine::AccountResult;
use crate::engine::reference::Evaluator;
use crate::program::{ExprKind, FieldId, MetricId, Program};
use crate::report::accounts::differences;
use crate::report::table::clean;
use crate::value::{Missing, Value};

/// What is supposed to have another value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Supposed {
    /// A metric, at the as-of date.
    Metric(MetricId),
    /// A column of the account.
    Column(FieldId),
}

/// The account as it would be; `None` if there is none of this id. The one place that knows how something is supposed.
pub fn suppose(
    (program, data, calendar): (&Program, &Dataset, Calendar),
    id: &str,
    as_of: Date,
    what: &[(Supposed, Value)],
) -> Option<AccountResult> {
    let metrics: Vec<(MetricId, Value)> = what
        .iter()
        .filter_map(|(what, value)| match what {
            Supposed::Metric(id) => Some((*id, value.clone())),
            Supposed::Column(_) => None,
        })
        .collect();
    let columns: Vec<(FieldId, &Value)> = what
        .iter()
        .filter_map(|(what, value)| match what {
            Supposed::Column(id) => Some((*id, value)),
            Supposed::Metric(_) => None,
        })
        .collect();
    if columns.is_empty() {
        return Some(Evaluator::new(program, data, calendar).account_if(id, as_of, &metrics)?.result());
    }
    let row = Evaluator::new(program, data, calendar).row(id, as_of)?;
    let mut changed = data.clone();
    let table = changed.tables.get_mut(program.subject?.index())?;
    for (field, value) in columns {
        set(table.columns.get_mut(field.index())?, row, value);
    }
    Some(Evaluator::new(program, &changed, calendar).account_if(id, as_of, &metrics)?.result())
}

/// Writes a cell; anything but a value of the column's kind makes it blank.
fn set(column: &mut Column, row: u32, value: &Value) {
    let at = row as usize;
    column.unreadable.retain(|bad| *bad != row);
    fn put<T>(cells: &mut [Option<T>], at: usize, value: Option<T>) {
        if let Some(cell) = cells.get_mut(at) {
            *cell = value;
        }
    }
    match &mut column.cells {
        Cells::Boolean(cells) => put(cells, at, value.truth()),
        Cells::Number(cells) => put(cells, at, value.number()),
        Cells::Date(cells) => put(cells, at, value.date()),
        Cells::Instant(cells) => put(cells, at, if let Value::Instant(micros) = value { Some(*micros) } else { None }),
        Cells::Symbol(cells) => put(cells, at, if let Value::Symbol(symbol) = value { Some(*symbol) } else { None }),
        Cells::Text(cells) => put(cells, at, if let Value::Text(text) = value { Some(text.clone()) } else { None }),
    }
}

/// `references = 4, arr = 500k` taken apart into names and values. Signs in quotes and brackets do not count, nor do those
/// of comparisons.
pub fn assignments(text: &str) -> Vec<(&str, &str)> {
    let bytes = text.as_bytes();
    let mut open = 0usize;
    let mut at = 0;
    // Where each name begins, and where its `=` is.
    let mut found: Vec<(usize, usize)> = Vec::new();
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = crate::syntax::scan::text_end(bytes, at);
                continue;
            }
            b'(' => open += 1,
            b')' => open = open.saturating_sub(1),
            b'=' if open == 0 => {
                let before = text.get(..at).unwrap_or("");
                let name = before.trim_end();
                let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
                let start = name
                    .rfind(|c: char| !is_name(c))
                    .map_or(0, |i| i + name.get(i..).and_then(|r| r.chars().next()).map_or(1, char::len_utf8));
                let compares = before.ends_with(['<', '>', '!', '=']);
                if !compares && start < name.len() {
                    found.push((start, at));
                }
            }
            _ => {}
        }
        at += 1;
    }
    let mut out = Vec::new();
    for (i, (start, equals)) in found.iter().enumerate() {
        let end = found.get(i + 1).map_or(text.len(), |(next, _)| *next);
        let name = text.get(*start..*equals).unwrap_or("").trim();
        let value = text.get(equals + 1..end).unwrap_or("").trim().trim_end_matches(',').trim();
        out.push((name, value));
    }
    out
}

impl<H: Host> Session<H> {
    pub(super) fn what_if(&mut self, asked: &str, line: usize) -> Reply {
        self.try_what_if(asked, line).unwrap_or_else(|reply| reply)
    }

    fn try_what_if(&mut self, asked: &str, line: usize) -> Result<Reply, Reply> {
        let pairs = assignments(asked);
        if pairs.is_empty() || pairs.iter().any(|(_, value)| value.is_empty()) {
            return Err(Reply::failed("say what to suppose", "`:whatif references = 4, open_p1 = 0`"));
        }
        let own = self.program()?.clone();
        let (params, others): (Vec<_>, Vec<_>) =
            pairs.into_iter().partition(|(name, _)| own.params.iter().any(|p| p.header.name == *name));
        // Parameters make another program.
        let mut settings = self.settings();
        for (name, value) in &params {
            settings.set.retain(|(n, _)| n != name);
            settings.set.push(((*name).to_string(), (*value).to_string()));
        }
        let draft = match params.is_empty() {
            true => None,
            false => Some(super::draft::Draft::new(&self.state.base.sources, &self.state.typed, &settings)),
        };
        if let Some(draft) = draft.as_ref().filter(|draft| draft.program.is_none()) {
            return Err(self.wrong(&draft.findings, &draft.sources));
        }
        let program = draft.as_ref().and_then(|d| d.program.clone()).unwrap_or_else(|| own.clone());
        let mut what = Vec::new();
        for (name, text) in &others {
            what.push(self.supposed(&own, name, text, line)?);
        }
        let case = (&program, self.dataset(), self.calendar());
        let of = |id: &str| -> Result<Option<AccountResult>, Reply> {
            let evaluator = self.evaluator()?;
            let mut list = Vec::new();
            for (supposed, expr) in &what {
                let value = match expr {
                    None => Value::Missing(Missing::NoData),
                    Some(expr) => match evaluator.account(id, self.as_of()) {
                        Some(mut account) => account.value_of(expr),
                        None => return Ok(None),
                    },
                };
                list.push((*supposed, value));
            }
            Ok(suppose(case, id, self.as_of(), &list))
        };
        let evaluator = self.evaluator()?;
        let Some(id) = self.bound() else {
            let ids: Vec<String> = evaluator.ids(self.as_of()).map(str::to_string).collect();
            let mut list: Vec<Move> = Vec::new();
            for id in &ids {
                let before = evaluator.account(id, self.as_of()).map(|account| account.result());
                if let (Some(before), Some(after)) = (before, of(id)?) {
                    moved(&own, &before, &program, &after, &mut list);
                }
            }
            let table = self.moved_table(&list, ids.len(), super::change::NAMED);
            return Ok(Reply::of(if table.is_empty() { "no score moves\n".to_string() } else { table }));
        };
        let before = evaluator.account(id, self.as_of()).map(|account| account.result());
        let (Some(before), Some(after)) = (before, of(id)?) else {
            return Err(Reply::failed(format!("there is no account `{}` on {}", self.shown_id(id), self.as_of()), ""));
        };
        let list = differences(&program, &before, &after);
        if list.is_empty() {
            return Ok(Reply::of("nothing changes\n"));
        }
        if self.format == Format::Json {
            let list: Vec<serde_json::Value> = list.iter().map(|d| d.json()).collect();
            return Ok(Reply::of(format!("{:#}\n", serde_json::Value::Array(list))));
        }
        Ok(Reply::of(list.iter().map(|d| format!("{}\n", d.words())).collect::<String>()))
    }

    /// What a name stands for, and the value that is supposed of it; no expression for `missing`.
    fn supposed(
        &self,
        program: &Program,
        name: &str,
        text: &str,
        line: usize,
    ) -> Result<(Supposed, Option<crate::program::Expr>), Reply> {
        let id = |i: usize| u32::try_from(i).unwrap_or(u32::MAX);
        let metric =
            program.metrics.iter().position(|m| m.header.name == name).map(|i| Supposed::Metric(MetricId(id(i))));
        let table = program.subject_table();
        let bare = name
            .rsplit_once('.')
            .map_or(name, |(owner, column)| if table.is_some_and(|t| t.header.name == owner) { column } else { name });
        let field = table.and_then(|t| t.fields.iter().position(|f| f.name == bare));
        let identity = |i: usize| {
            table
                .is_some_and(|t| t.key == Some(FieldId(id(i))) || t.fields.get(i).is_some_and(|f| f.merged || f.parent))
        };
        let what = match (metric, field) {
            (Some(metric), _) => metric,
            (None, Some(i)) if identity(i) => {
                return Err(Reply::failed(format!("`{name}` says which account it is, and cannot be supposed"), ""));
            }
            (None, Some(i)) => Supposed::Column(FieldId(id(i))),
            (None, None) => {
                if let Some(entry) = self.draft.outline.get(name) {
                    let message = format!("`{name}` is a {}: suppose what it reads", entry.kind.word());
                    return Err(Reply::failed(message, format!("`:deps {name}` says what that is")));
                }
                let fields = table.into_iter().flat_map(|t| t.fields.iter().map(|f| f.name.as_str()));
                let names = program.metrics.iter().map(|m| m.header.name.as_str()).chain(fields);
                let params = program.params.iter().map(|p| p.header.name.as_str());
                let help = nearest(name, names.chain(params)).map(|near| format!("did you mean `{near}`?"));
                let message = format!("there is no metric, column or parameter `{}`", clean(name));
                return Err(Reply::failed(message, help.unwrap_or_default()));
            }
        };
        if text == "missing" {
            return Ok((what, None));
        }
        // Typed as if it were compared with what it is supposed of, so that it adopts its unit.
        let whole = [" and ", " or ", " if ", "<", ">", "="].iter().any(|word| format!(" {text}").contains(word));
        let text = if whole { format!("({text})") } else { text.to_string() };
        let expr = self.typed(&format!("{name} = {text}"), line)?;
        match expr.kind {
            ExprKind::Compare(_, _, value) => Ok((what, Some(*value))),
            _ => Err(Reply::failed(format!("`{}` is no value for `{name}`", clean(&text)), "")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn assignments_are_told_apart_with_and_without_commas() {
        assert_eq!(assignments("references=4"), [("references", "4")]);
        assert_eq!(
            assignments("a = 1, b = max(2, 3) c=\"x = y\""),
            [("a", "1"), ("b", "max(2, 3)"), ("c", "\"x = y\"")]
        );
        assert_eq!(assignments("a = if b >= 2 then 1 else 0"), [("a", "if b >= 2 then 1 else 0")]);
        assert_eq!(assignments("nothing"), []);
        assert_eq!(assignments("é = 1 ünï = 2"), [("é", "1"), ("ünï", "2")]);
        assert_eq!(assignments("= 3"), []);
    }
}
