//! Texts that rules compare columns with, and that no row holds in this spelling: `=` tells `Webinar` from `webinar`.

use super::wording::{clip, note, plural};
use super::{Cells, Dataset, LoadReport, NoteKind};
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
    let mut found = Found { program, texts: Vec::new() };
    found.everything();
    for (table, field, text) in found.texts {
        let column = data.table(table).and_then(|rows| rows.columns.get(field.index()));
        let declared = program.table(table).and_then(|t| t.fields.get(field.index()));
        let (Some(Cells::Text(cells)), Some(declared)) = (column.map(|c| &c.cells), declared) else { continue };
        if declared.personal || cells.iter().flatten().any(|cell| **cell == *text) {
            continue;
        }
        let wanted = fold(Value::Text(Arc::clone(&text)));
        let mut spellings: BTreeMap<&str, u64> = BTreeMap::new();
        for cell in cells.iter().flatten().filter(|cell| fold(Value::Text(Arc::clone(cell))) == wanted) {
            *spellings.entry(cell).or_default() += 1;
        }
        let total: u64 = spellings.values().sum();
        let mut spellings: Vec<(&str, u64)> = spellings.into_iter().collect();
        spellings.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let shown = spellings.iter().take(NAMED).map(|(text, n)| format!("`{}` ({})", clip(text), plural(*n, "row")));
        let shown: Vec<String> = shown.collect();
        if let (false, Some(report)) = (shown.is_empty(), report.tables.get_mut(table.index())) {
            let name = &declared.name;
            let words = format!("`{name} = \"{text}\"` matches no row; the data has {}", shown.join(", "));
            report.notes.push(note(NoteKind::Other, Some(name), total, words));
        }
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
