//! What a scorecard or a rule reads, through everything below it.

use super::Case;
use super::words;
use crate::program::{
    About, Expr, ExprKind, FieldId, Line, MetricId, Node, Program, ReasonKind, RowMetricId, Rule, Scorecard, TableId,
    TableKind, Trigger,
};
use std::collections::{BTreeSet, HashSet};

/// All lines of a scorecard, those for segments too.
fn lines(card: &Scorecard) -> impl Iterator<Item = &Line> {
    card.lines.iter().chain(card.overrides.iter().flat_map(|o| &o.lines))
}

/// All that is read, directly or not.
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
        let nodes = lines(card).map(|l| l.item).collect();
        Reads::through(program, nodes, card.limits.iter().filter_map(|l| l.when.as_ref()).collect())
    }

    /// Of one rule: its conditions, and those of the guards that hold it back.
    pub fn of_rule(program: &Program, rule: &Rule) -> Reads {
        let mut open = vec![&rule.condition];
        open.extend(&rule.unless);
        open.extend(rule.close.iter().map(|close| &close.condition));
        let guards = rule.guards.iter().filter_map(|id| program.guard(*id));
        open.extend(guards.flat_map(|guard| &guard.reasons).filter_map(|reason| match &reason.kind {
            ReasonKind::When(condition) => Some(condition),
            ReasonKind::Lock(_) | ReasonKind::Blackout(..) => None,
        }));
        let mut reads = Reads::through(program, Vec::new(), open);
        if let About::Row(table) = rule.about {
            reads.tables.insert(table);
        }
        if let Trigger::On(table) = rule.trigger {
            reads.tables.insert(table);
        }
        reads
    }

    fn through<'p>(program: &'p Program, mut nodes: Vec<Node>, mut open: Vec<&'p Expr>) -> Reads {
        let mut reads = Reads::default();
        let mut seen: HashSet<Node> = HashSet::new();
        let mut rows: HashSet<RowMetricId> = HashSet::new();
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
            ExprKind::Portfolio(id) => open.extend(program.portfolio(*id).map(|m| &m.value)),
            ExprKind::Aggregate(aggregate) => drop(self.tables.insert(aggregate.source)),
            _ => {}
        }
        open.extend(expr.children());
    }
}

/// What rules read that keeps no history, so that every date sees it as it is now: the rule, then the columns of the account
/// and the tables of rows, as they are written.
pub fn rules_without_history(program: &Program) -> Vec<(String, Vec<String>)> {
    let timeless = program.subject_table().is_some_and(|t| t.kind == TableKind::Rows { as_of: None });
    let rules = program.rules.iter().chain(&program.row_rules).chain(&program.portfolio_rules);
    let reads = rules.map(|rule| {
        let reads = Reads::of_rule(program, rule);
        let mut list: Vec<String> = Vec::new();
        if timeless {
            list.extend(reads.columns.iter().map(|id| format!("`{}`", words::field(program, program.subject, *id))));
        }
        list.extend(children(program, &reads));
        (rule.header.name.clone(), list)
    });
    reads.filter(|(_, list)| !list.is_empty()).collect()
}

/// The tables that any rule of these names reads.
pub fn tables_of_rules(program: &Program, names: &[String]) -> BTreeSet<TableId> {
    let rules = program.rules.iter().chain(&program.row_rules).chain(&program.portfolio_rules);
    let told = rules.filter(|rule| names.contains(&rule.header.name));
    told.flat_map(|rule| Reads::of_rule(program, rule).tables).collect()
}

/// Tables of rows without a date.
fn children(program: &Program, reads: &Reads) -> Vec<String> {
    let tables = reads.tables.iter().filter_map(|id| program.table(*id));
    let child = tables.filter(|table| matches!(table.kind, TableKind::Child { .. }));
    child.map(|table| format!("rows of `{}`", table.header.name)).collect()
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
    list.extend(children(program, &reads));
    let one = list.len() == 1 && !list.iter().any(|l| l.starts_with("rows"));
    let words = if one { "is read as it is now: its history is" } else { "are read as they are now: their history is" };
    (!list.is_empty()).then(|| format!("{} {words} not known", list.join(", ")))
}
