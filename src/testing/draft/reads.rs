//! What has to be known for a metric, score or rule: columns, rows of which dates.

use crate::engine::Item;
use crate::program::{
    Aggregate, BandTable, Expr, ExprKind, FieldId, Line, MissingPolicy, Node, PartTest, Program, Reach, Scale,
    SegmentRef, TableId, Trigger, Within,
};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Everything that is read.
#[derive(Debug, Default)]
pub(super) struct Reads {
    /// Columns, by table.
    pub(super) fields: BTreeMap<TableId, BTreeSet<FieldId>>,
    /// Windows through which rows of a source are looked at; `None` for all of its rows.
    pub(super) windows: BTreeMap<TableId, Vec<Option<crate::ast::WindowKind>>>,
}

/// What some items read, directly and through others.
pub(super) fn reads(program: &Program, items: &[Item]) -> Reads {
    let mut walk = Walk { program, seen: HashSet::new(), open: Vec::new(), reads: Reads::default() };
    items.iter().for_each(|item| walk.push(*item, false));
    while let Some((item, past)) = walk.open.pop() {
        walk.item(item, past);
    }
    walk.owners();
    walk.reads
}

struct Walk<'a> {
    program: &'a Program,
    seen: HashSet<(Item, bool)>,
    open: Vec<(Item, bool)>,
    reads: Reads,
}

impl Walk<'_> {
    fn push(&mut self, item: Item, past: bool) {
        if self.seen.insert((item, past)) {
            self.open.push((item, past));
        }
    }

    fn field(&mut self, table: TableId, field: FieldId) {
        self.reads.fields.entry(table).or_default().insert(field);
    }

    fn whole(&mut self, table: TableId) {
        let count = self.program.table(table).map_or(0, |t| t.fields.len());
        (0..count).for_each(|i| self.field(table, FieldId(i as u32)));
        self.reads.windows.entry(table).or_default().push(None);
    }

    fn item(&mut self, item: Item, past: bool) {
        let program = self.program;
        match item {
            Item::Node(Node::Metric(id)) => {
                let Some(metric) = program.metric(id) else { return };
                // How old a value may be is asked of its last row, however old that is.
                self.expr(&metric.value, None, past || metric.valid_for.is_some());
                self.tables(&metric.thresholds, past);
                metric.scales.iter().for_each(|scale| self.scale(scale, past));
            }
            Item::Node(Node::Scorecard(id)) => {
                let Some(card) = program.scorecard(id) else { return };
                let carries =
                    |line: &Line| matches!(line.missing.unwrap_or(card.missing), MissingPolicy::CarryLast { .. });
                let lines = card.lines.iter().chain(card.overrides.iter().flat_map(|o| &o.lines));
                for line in lines {
                    self.push(Item::Node(line.item), past || carries(line));
                    line.scale.iter().for_each(|scale| self.scale(scale, past));
                }
                card.overrides.iter().for_each(|o| self.segment(o.segment, past));
                card.limits.iter().filter_map(|l| l.when.as_ref()).for_each(|when| self.expr(when, None, past));
                if let Some(c) = &card.correction {
                    self.reads.windows.entry(c.events).or_default().push(None);
                    [c.score, c.who, c.why, c.until].into_iter().for_each(|field| self.field(c.events, field));
                    c.filter.iter().for_each(|filter| self.expr(filter, Some(c.events), past));
                }
                self.tables(&card.grades, past);
            }
            Item::Segment(id) => {
                let condition = program.segments.get(id.index()).map(|s| &s.condition);
                condition.into_iter().for_each(|condition| self.expr(condition, None, past));
            }
            Item::Partition(id) => {
                let Some(partition) = program.partitions.get(id.index()) else { return };
                partition.by.iter().for_each(|by| self.expr(by, None, past));
                for part in &partition.parts {
                    if let PartTest::Condition(condition) = &part.test {
                        self.expr(condition, None, past);
                    }
                }
            }
            Item::Portfolio(id) => {
                let value = program.portfolio(id).map(|m| &m.value);
                value.into_iter().for_each(|value| self.expr(value, None, past));
            }
            Item::RowMetric(id) => {
                let Some(metric) = program.row_metric(id) else { return };
                self.reads.fields.entry(metric.of).or_default();
                self.expr(&metric.value, Some(metric.of), past);
            }
            Item::Rule(id) => {
                let Some(rule) = program.rules.get(id.index()) else { return };
                let rows = match rule.trigger {
                    Trigger::On(table) => Some(table),
                    _ => None,
                };
                if let Some(table) = rows {
                    self.reads.fields.entry(table).or_default();
                    self.reads.windows.entry(table).or_default().push(None);
                }
                self.expr(&rule.condition, rows, past);
                rule.unless.iter().for_each(|unless| self.expr(unless, None, past));
                let guards = rule.guards.iter().filter_map(|id| program.guard(*id));
                guards.flat_map(|guard| guard.conditions()).for_each(|condition| self.expr(condition, None, past));
            }
            Item::PortfolioRule(_) | Item::RowRule(_) => {}
        }
    }

    fn tables(&mut self, tables: &[BandTable], past: bool) {
        tables.iter().filter_map(|t| t.segment).for_each(|s| self.segment(s, past));
    }

    fn scale(&mut self, scale: &Scale, past: bool) {
        scale.segment.into_iter().for_each(|s| self.segment(s, past));
    }

    fn segment(&mut self, of: SegmentRef, past: bool) {
        let item = match of {
            SegmentRef::Segment(id) => Item::Segment(id),
            SegmentRef::Part(id, _) => Item::Partition(id),
        };
        self.push(item, past);
    }

    fn expr(&mut self, expr: &Expr, rows: Option<TableId>, past: bool) {
        match &expr.kind {
            ExprKind::Field(id) => self.program.subject.into_iter().for_each(|table| self.field(table, *id)),
            ExprKind::RowField(id) => rows.into_iter().for_each(|table| self.field(table, *id)),
            ExprKind::Related { of, field } => {
                self.field(*of, *field);
                self.link(rows, *of);
            }
            ExprKind::RowMetric { metric, of } => {
                self.push(Item::RowMetric(*metric), past);
                self.link(rows, *of);
            }
            ExprKind::Metric(id) | ExprKind::Points(id) | ExprKind::IsBand { metric: id, .. } => {
                self.push(Item::Node(Node::Metric(*id)), past);
            }
            ExprKind::Score(id) | ExprKind::IsGrade { scorecard: id, .. } => {
                self.push(Item::Node(Node::Scorecard(*id)), past);
            }
            ExprKind::Portfolio(id) => self.push(Item::Portfolio(*id), past),
            ExprKind::Segment(id) => self.push(Item::Segment(*id), past),
            ExprKind::Part(id, _) | ExprKind::Partition(id) => self.push(Item::Partition(*id), past),
            ExprKind::Benchmark { id, .. } => {
                let Some(benchmark) = self.program.benchmark(*id) else { return };
                self.expr(&benchmark.of, rows, past);
                benchmark.rows.iter().filter_map(|row| row.segment).for_each(|s| self.segment(s, past));
            }
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, past),
            ExprKind::Ranked(ranked) => {
                self.expr(&ranked.value, rows, past || ranked.against.is_some());
                match ranked.within {
                    Some(Within::Partition(id)) => self.push(Item::Partition(id), past),
                    Some(Within::Group(of)) => self.segment(of, past),
                    None => {}
                }
            }
            ExprKind::Convert(_) => {
                self.program.rates.into_iter().for_each(|rates| self.whole(rates.table));
                expr.children().into_iter().for_each(|child| self.expr(child, rows, past));
            }
            _ => {
                let past = past || expr.looks_back();
                expr.children().into_iter().for_each(|child| self.expr(child, rows, past));
            }
        }
    }

    /// The column by which a row names a row of another table.
    fn link(&mut self, rows: Option<TableId>, of: TableId) {
        let (Some(table), Some(named)) = (rows, self.program.table(of)) else { return };
        let fields = self.program.table(table).map_or(&[][..], |t| &t.fields);
        let named = fields.iter().position(|f| f.name == named.header.name);
        named.into_iter().for_each(|i| self.field(table, FieldId(i as u32)));
    }

    fn aggregate(&mut self, aggregate: &Aggregate, past: bool) {
        let source = aggregate.source;
        if let Some(credit) = self.program.attributions.iter().find(|a| a.table == source) {
            // It is made of other tables.
            self.whole(credit.touches);
            self.whole(credit.of);
            return;
        }
        let all = past || aggregate.reach != Reach::Account;
        let window = if all { None } else { aggregate.window };
        self.reads.windows.entry(source).or_default().push(window);
        self.reads.fields.entry(source).or_default();
        let dedupe = aggregate.dedupe.iter().flat_map(|d| d.by.iter().copied());
        let columns: Vec<FieldId> = dedupe.chain(aggregate.latest_per.iter().copied()).collect();
        columns.into_iter().for_each(|field| self.field(source, field));
        if let Reach::Naming { via, by, .. } = aggregate.reach {
            self.field(via, by);
        }
        aggregate.children().into_iter().for_each(|child| self.expr(child, Some(source), past));
        if let Some(with) = &aggregate.with {
            for (own, other) in &with.by {
                self.field(source, *own);
                self.field(with.other.source, *other);
            }
            self.aggregate(&with.other, past);
        }
    }

    /// Rows belong to rows of others, up to the account.
    fn owners(&mut self) {
        let mut open: Vec<TableId> = self.reads.fields.keys().copied().collect();
        while let Some(table) = open.pop() {
            let owner = self.program.table(table).and_then(|t| t.kind.owner());
            if let Some((of, _)) = owner.filter(|(of, _)| !self.reads.fields.contains_key(of)) {
                self.reads.fields.entry(of).or_default();
                open.push(of);
            }
        }
    }
}
