//! Texts that rules compare columns with, and that no row holds in this spelling: `=` tells `Webinar` from `webinar`.

use super::wording::{clip, note, plural};
use super::{Cells, Dataset, LoadReport, Note, NoteKind};
use crate::ast::CompareOp;
use crate::engine::reference::fold;
use crate::program::{Expr, ExprKind, FieldId, PartTest, Program, TableId, Type};
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Spellings that are named in a note.
const NAMED: usize = 3;

/// Notes on columns that hold a text in other spellings only.
pub fn compare(program: &Program, data: &Dataset, report: &mut LoadReport) {
    for (table, field, text) in compared(program) {
        let column = data.table(table).and_then(|rows| rows.columns.get(field.index()));
        let Some(Cells::Text(cells)) = column.map(|c| &c.cells) else { continue };
        let mut spellings = Spellings::new(field, text);
        cells.iter().flatten().for_each(|cell| spellings.see(cell));
        let name = program.table(table).and_then(|t| t.fields.get(field.index())).map_or("", |f| f.name.as_str());
        if let Some(report) = report.tables.get_mut(table.index()) {
            report.notes.extend(spellings.note(name));
        }
    }
}

/// The texts that columns are compared with, those of personal columns left out.
fn compared(program: &Program) -> Vec<(TableId, FieldId, Arc<str>)> {
    let mut found = Found { program, texts: Vec::new() };
    found.everything();
    let field = |table: TableId, field: FieldId| program.table(table).and_then(|t| t.fields.get(field.index()));
    found.texts.retain(|(table, id, _)| field(*table, *id).is_some_and(|field| !field.personal));
    found.texts
}

/// The same for one table, with nothing seen yet.
pub(super) fn spellings(program: &Program, id: TableId) -> Vec<Spellings> {
    let of_table = compared(program).into_iter().filter(|(table, ..)| *table == id);
    of_table.map(|(_, field, text)| Spellings::new(field, text)).collect()
}

/// A text that a column is compared with, and how the column spells it.
#[derive(Debug, Clone)]
pub(super) struct Spellings {
    /// The column.
    pub(super) field: FieldId,
    text: Arc<str>,
    folded: Value,
    /// A cell holds it exactly: there is nothing to say.
    pub(super) exact: bool,
    others: BTreeMap<Arc<str>, u64>,
}

impl Spellings {
    fn new(field: FieldId, text: Arc<str>) -> Spellings {
        let folded = fold(Value::Text(Arc::clone(&text)));
        Spellings { field, text, folded, exact: false, others: BTreeMap::new() }
    }

    /// Looks at a cell.
    pub(super) fn see(&mut self, cell: &str) {
        if self.exact {
            return;
        }
        // Letters beyond ASCII may change their length with their case.
        let other = self.text.is_ascii() && cell.is_ascii() && !cell.trim().eq_ignore_ascii_case(self.text.trim());
        if *cell == *self.text {
            self.exact = true;
            self.others.clear();
        } else if !other && fold(Value::Text(cell.into())) == self.folded {
            match self.others.get_mut(cell) {
                Some(count) => *count += 1,
                None => {
                    self.others.insert(cell.into(), 1);
                }
            }
        }
    }

    /// Adds what was found in other rows.
    pub(super) fn merge(&mut self, other: Spellings) {
        self.exact |= other.exact;
        for (text, count) in other.others {
            *self.others.entry(text).or_default() += count;
        }
    }

    /// The note, if the text is there in other spellings only.
    pub(super) fn note(&self, name: &str) -> Option<Note> {
        if self.exact || self.others.is_empty() {
            return None;
        }
        let total: u64 = self.others.values().sum();
        let mut spellings: Vec<(&str, u64)> = self.others.iter().map(|(text, n)| (text.as_ref(), *n)).collect();
        spellings.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let shown = spellings.iter().take(NAMED).map(|(text, n)| format!("`{}` ({})", clip(text), plural(*n, "row")));
        let shown: Vec<String> = shown.collect();
        let words = format!("`{name} = \"{}\"` matches no row; the data has {}", self.text, shown.join(", "));
        Some(note(NoteKind::Other, Some(name), total, words))
    }
}

/// What is compared with what, each once, in the order of the program.
struct Found<'a> {
    program: &'a Program,
    texts: Vec<(TableId, FieldId, Arc<str>)>,
}

impl<'a> Found<'a> {
    fn everything(&mut self) {
        let program = self.program;
        let whole = program.segments.iter().map(|s| &s.condition);
        let partitions = program.partitions.iter().flat_map(|p| {
            let condition = |part: &'a crate::program::Part| match &part.test {
                PartTest::Condition(condition) => Some(condition),
                PartTest::By(_) => None,
            };
            p.by.iter().chain(p.parts.iter().filter_map(condition))
        });
        let metrics = program.metrics.iter().chain(&program.portfolio).map(|m| &m.value);
        let limits = program.scorecards.iter().flat_map(|c| &c.limits).filter_map(|limit| limit.when.as_ref());
        let rules = program.all_rules();
        let rules = rules.flat_map(crate::program::Rule::conditions);
        for expr in whole.chain(partitions).chain(metrics).chain(limits).chain(rules) {
            self.expr(expr, None);
        }
        for metric in &program.row_metrics {
            self.expr(&metric.value, Some(metric.of));
        }
        for correction in program.scorecards.iter().filter_map(|card| card.correction.as_ref()) {
            correction.filter.iter().for_each(|filter| self.expr(filter, Some(correction.events)));
        }
    }

    /// `rows` is the table of the row at hand. Nesting is bounded by the checker.
    fn expr(&mut self, expr: &'a Expr, rows: Option<TableId>) {
        match &expr.kind {
            ExprKind::Compare(CompareOp::Equal | CompareOp::NotEqual, a, b) => {
                self.pair(a, b, rows);
                self.pair(b, a, rows);
            }
            ExprKind::In { value, list, .. } => list.iter().for_each(|text| self.pair(value, text, rows)),
            _ => {}
        }
        match &expr.kind {
            ExprKind::Aggregate(aggregate) => {
                aggregate.children().into_iter().for_each(|child| self.expr(child, Some(aggregate.source)));
                if let Some(with) = &aggregate.with {
                    with.other.children().into_iter().for_each(|child| self.expr(child, Some(with.other.source)));
                }
            }
            ExprKind::Across(_) => expr.children().into_iter().for_each(|child| self.expr(child, None)),
            _ => expr.children().into_iter().for_each(|child| self.expr(child, rows)),
        }
    }

    fn pair(&mut self, column: &Expr, text: &Expr, rows: Option<TableId>) {
        let place = match &column.kind {
            ExprKind::Field(field) => self.program.subject.map(|table| (table, *field)),
            ExprKind::RowField(field) => rows.map(|table| (table, *field)),
            ExprKind::Related { of, field } => Some((*of, *field)),
            _ => None,
        };
        let text = match &text.kind {
            ExprKind::Literal(Value::Text(text)) => Some(text),
            ExprKind::Param(id) => match self.program.params.get(id.index()).map(|p| &p.value) {
                Some(Value::Text(text)) => Some(text),
                _ => None,
            },
            _ => None,
        };
        if let (Some((table, field)), Some(text), Type::Text) = (place, text, column.ty) {
            let found = (table, field, Arc::clone(text));
            if !self.texts.contains(&found) {
                self.texts.push(found);
            }
        }
    }
}
