//! What a scorecard reads, through everything below it.

use super::Case;
use super::words;
use crate::program::{
    Expr, ExprKind, FieldId, Line, MetricId, Node, Program, RowMetricId, Scorecard, TableId, TableKind,
};
use std::collections::{BTreeSet, HashSet};

/// All lines of a scorecard, those for segments too.
fn lines(card: &Scorecard) -> impl Iterator<Item = &Line> {
    card.lines.iter().chain(card.overrides.iter().flat_map(|o| &o.lines))
}

/// All that a scorecard reads, directly or not.
#[derive(Debug, Default)]
pub struct Reads {
    /// Metrics.
    pub metrics: BTreeSet<MetricId>,
    /// Columns of the account.
    pub columns: BTreeSet<FieldId>,
    /// Tables whose rows are counted.
    pub tables: BTreeSet<TableId>,
}

impl Reads {
    /// Of one scorecard.
    pub fn of(program: &Program, card: &Scorecard) -> Reads {
        let mut reads = Reads::default();
        let mut nodes: Vec<Node> = lines(card).map(|l| l.item).collect();
        let mut seen: HashSet<Node> = HashSet::new();
        let mut rows: HashSet<RowMetricId> = HashSet::new();
        let mut open: Vec<&Expr> = card.limits.iter().filter_map(|l| l.when.as_ref()).collect();
        loop {
            if let Some(expr) = open.pop() {
                reads.take(program, expr, &mut nodes, &mut rows, &mut open);
                continue;
            }
            let Some(node) = nodes.pop() else { break };
            if !seen.insert(node) {
                continue;
            }
            match node {
                Node::Metric(id) => {
                    reads.metrics.insert(id);
                    open.extend(program.metric(id).map(|m| &m.value));
                }
                Node::Scorecard(id) => {
                    if let Some(card) = program.scorecard(id) {
                        nodes.extend(lines(card).map(|l| l.item));
                        open.extend(card.limits.iter().filter_map(|l| l.when.as_ref()));
                    }
                }
            }
        }
        reads
    }

    fn take<'p>(
        &mut self,
        program: &'p Program,
        expr: &'p Expr,
        nodes: &mut Vec<Node>,
        rows: &mut HashSet<RowMetricId>,
        open: &mut Vec<&'p Expr>,
    ) {
        match &expr.kind {
            ExprKind::Field(id) => drop(self.columns.insert(*id)),
            ExprKind::Related { of, field } if Some(*of) == program.subject => drop(self.columns.insert(*field)),
            ExprKind::Metric(id) | ExprKind::Points(id) | ExprKind::IsBand { metric: id, .. } => {
                nodes.push(Node::Metric(*id));
            }
            ExprKind::Score(id) | ExprKind::IsGrade { scorecard: id, .. } => nodes.push(Node::Scorecard(*id)),
            ExprKind::Segment(id) => open.extend(program.segments.get(id.index()).map(|s| &s.condition)),
            ExprKind::Part(id, _) | ExprKind::Partition(id) => {
                open.extend(program.partitions.get(id.index()).and_then(|p| p.by.as_ref()));
            }
            ExprKind::RowMetric { metric, .. } if rows.insert(*metric) => {
                open.extend(program.row_metric(*metric).map(|m| &m.value));
            }
            ExprKind::Aggregate(aggregate) => drop(self.tables.insert(aggregate.source)),
            _ => {}
        }
        open.extend(expr.children());
    }
}

/// Said once where a scorecard reads columns that have no history: both dates see them as they are now.
pub fn without_history(case: Case, name: &str) -> Option<String> {
    let program = case.program;
    let card = program.scorecards.iter().find(|c| c.header.name == name)?;
    let reads = Reads::of(program, card);
    let mut list: Vec<String> = Vec::new();
    let timeless = program.subject_table().is_some_and(|t| t.kind == TableKind::Rows { as_of: None });
    // Where the whole page is of another date than usual, it has been said of all columns.
    if timeless && case.stamp.timeless.is_none() {
        list.extend(reads.columns.iter().map(|id| format!("`{}`", words::field(program, program.subject, *id))));
    }
    let child = |id: &&TableId| program.table(**id).is_some_and(|t| matches!(t.kind, TableKind::Child { .. }));
    let rows = reads.tables.iter().filter(child).filter_map(|id| program.table(*id));
    list.extend(rows.map(|t| format!("rows of `{}`", t.header.name)));
    let one = list.len() == 1 && !list.iter().any(|l| l.starts_with("rows"));
    let words = if one { "is read as it is now: its history is" } else { "are read as they are now: their history is" };
    (!list.is_empty()).then(|| format!("{} {words} not known", list.join(", ")))
}
