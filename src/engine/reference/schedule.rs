//! What has to be computed for an account, at which dates, so that each step finds what it reads.
//!
//! The dates at which `as of`, `change`, `trend` and `for 3 quarters` look depend on the calendar only, never on data. So the
//! whole list of steps (what, at which as-of date) is known before the first account, and is the same for all.

use super::{population, time};
use crate::calendar::{Calendar, Date};
use crate::engine::Item;
use crate::program::{
    Aggregate, BandTable, Expr, ExprKind, Line, MissingPolicy, Node, PartTest, Program, Reach, RuleId, Scale,
    Scorecard, SegmentRef,
};
use crate::program::{MetricId, PartitionId, PortfolioId, ScorecardId, SegmentId, TableId};
use hashbrown::HashSet;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// One thing at one as-of date.
pub(crate) type Step = (Item, Date);

/// Steps such that each comes after what it reads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schedule {
    pub(crate) steps: Vec<Step>,
}

impl Schedule {
    /// Everything that the program declares, at one as-of date, and what that needs of earlier ones.
    pub(crate) fn whole(program: &Program, calendar: Calendar, as_of: Date) -> Schedule {
        let roots = Schedule::everything(program, as_of);
        Schedule { steps: Needs::new(program, calendar, false).in_order(roots, &HashSet::new()) }
    }

    /// Everything that the program declares, at one as-of date.
    pub(super) fn everything(program: &Program, as_of: Date) -> Vec<Step> {
        let segments = ids(program.segments.len()).map(|i| Item::Segment(SegmentId(i)));
        let partitions = ids(program.partitions.len()).map(|i| Item::Partition(PartitionId(i)));
        let metrics = ids(program.metrics.len()).map(|i| Item::Node(Node::Metric(MetricId(i))));
        let scores = ids(program.scorecards.len()).map(|i| Item::Node(Node::Scorecard(ScorecardId(i))));
        let rules = ids(program.rules.len()).map(|i| Item::Rule(RuleId(i)));
        let of_rows = ids(program.row_rules.len()).map(|i| Item::RowRule(RuleId(i)));
        let rules = rules.chain(of_rows);
        let portfolio = ids(program.portfolio.len()).map(|i| Item::Portfolio(PortfolioId(i)));
        let whole = ids(program.portfolio_rules.len()).map(|i| Item::PortfolioRule(RuleId(i)));
        let items = segments.chain(partitions).chain(metrics).chain(scores).chain(rules).chain(portfolio).chain(whole);
        items.map(|item| (item, as_of)).collect()
    }

    /// One step and what it needs beyond what is known already.
    pub(super) fn of_item(program: &Program, calendar: Calendar, step: Step, known: &HashSet<Step>) -> Schedule {
        Schedule { steps: Needs::new(program, calendar, false).in_order(vec![step], known) }
    }

    /// What an expression needs at a date beyond what is known already.
    pub(super) fn of_expr(
        program: &Program,
        calendar: Calendar,
        expr: &Expr,
        as_of: Date,
        known: &HashSet<Step>,
    ) -> Schedule {
        let needs = Needs::new(program, calendar, false);
        let mut roots = Vec::new();
        needs.expr(expr, as_of, &mut roots);
        Schedule { steps: needs.in_order(roots, known) }
    }
}

fn ids(count: usize) -> std::ops::Range<u32> {
    0..u32::try_from(count).unwrap_or(u32::MAX)
}

/// Walks through declarations and expressions for what they read.
pub(super) struct Needs<'a> {
    program: &'a Program,
    calendar: Calendar,
    /// Walk into what is evaluated for all accounts, too. An account itself needs only the result of that.
    through: bool,
    /// Walk into what an account brings into an aggregate over its family.
    families: bool,
    /// What takes all accounts, as it was met.
    collectives: RefCell<Vec<(&'a Expr, Date)>>,
    /// What other dates were looked at by which expression (by its address: the program does not move meanwhile). Without
    /// this a `change` within a `change` within … would be walked twice as often per level.
    looked: RefCell<HashSet<(*const Expr, Date)>>,
    /// The earliest date at which rows of a table were asked for.
    earliest: RefCell<BTreeMap<TableId, Date>>,
    /// The aggregates of rows that were asked for.
    aggregates: RefCell<Vec<(&'a Aggregate, Date)>>,
}

/// The aggregates of rows that a run asks for, each with the date at which it looks; and whether the date of the last row
/// that counts is asked for beside its value. Some come more than once.
///
/// First come those that are asked for even if nobody is told a metric: for scores, rules, segments and the portfolio. How
/// many they are comes beside.
pub(crate) fn aggregates_asked(
    program: &Program,
    calendar: Calendar,
    as_of: Date,
) -> (Vec<(&Aggregate, Date, bool)>, usize) {
    let is_metric = |(item, _): &Step| matches!(item, Item::Node(Node::Metric(_)));
    let (metrics, others) = Schedule::everything(program, as_of).into_iter().partition(is_metric);
    let needs = Needs::new(program, calendar, true);
    let mut known = Gathered::default();
    gather(&needs, others, &mut known);
    let read = needs.aggregates.borrow().len();
    gather(&needs, metrics, &mut known);
    let evidence = |card: &Scorecard| card.correction.as_ref().is_some_and(|correction| correction.newer_evidence);
    let all = program.scorecards.iter().any(evidence);
    let expiring = program.metrics.iter().filter(|metric| metric.valid_for.is_some());
    let expiring: Vec<&Aggregate> = expiring.flat_map(|metric| metric.value.aggregates()).collect();
    let last = |aggregate: &Aggregate| all || expiring.iter().any(|known| std::ptr::eq(*known, aggregate));
    let all = needs.aggregates.into_inner().into_iter();
    (all.map(|(aggregate, date)| (aggregate, date, last(aggregate))).collect(), read)
}

/// What was gone through already.
#[derive(Default)]
struct Gathered {
    steps: HashSet<Step>,
    /// How many of what takes all accounts.
    collectives: usize,
}

/// Goes through everything that these steps need.
fn gather<'p>(needs: &Needs<'p>, mut roots: Vec<Step>, known: &mut Gathered) {
    loop {
        let steps = needs.in_order(roots, &known.steps);
        known.steps.extend(steps);
        let Some((expr, date)) = needs.collectives.borrow().get(known.collectives).copied() else { break };
        known.collectives += 1;
        roots = Vec::new();
        needs.members(expr, date, &mut roots);
    }
}

/// True if what an aggregate says of a row has to be computed first: metrics, segments, what takes all accounts.
pub(crate) fn reads_others(program: &Program, calendar: Calendar, aggregate: &Aggregate, date: Date) -> bool {
    let needs = Needs::new(program, calendar, false);
    let mut steps = Vec::new();
    let beside = aggregate.with.iter().flat_map(|with| with.other.children());
    aggregate.children().into_iter().chain(beside).for_each(|expr| needs.expr(expr, date, &mut steps));
    !steps.is_empty() || !needs.collectives.borrow().is_empty()
}

/// The earliest as-of date at which a program asks for rows of each table, if it is run at `as_of`.
pub fn earliest_asked(program: &Program, calendar: Calendar, as_of: Date) -> BTreeMap<TableId, Date> {
    let needs = Needs::new(program, calendar, true);
    needs.in_order(Schedule::everything(program, as_of), &HashSet::new());
    needs.earliest.into_inner()
}

impl<'a> Needs<'a> {
    pub(super) fn new(program: &'a Program, calendar: Calendar, through: bool) -> Needs<'a> {
        let (collectives, looked, earliest, aggregates) = Default::default();
        Needs { program, calendar, through, families: !through, collectives, looked, earliest, aggregates }
    }

    /// The same without what is read of other accounts, or for them.
    pub(super) fn of_its_own(program: &'a Program, calendar: Calendar) -> Needs<'a> {
        Needs { families: false, ..Needs::new(program, calendar, false) }
    }

    /// What takes all accounts, as far as it was met.
    pub(super) fn collectives(self) -> Vec<(&'a Expr, Date)> {
        self.collectives.into_inner()
    }

    /// The roots and all they read, each after what it reads. The stack is a list of our own: depth costs no recursion. A cycle, which the
    /// checker excludes, is cut where it closes.
    pub(super) fn in_order(&self, mut roots: Vec<Step>, known: &HashSet<Step>) -> Vec<Step> {
        let mut seen = known.clone();
        let mut steps = Vec::new();
        roots.reverse();
        let mut open: Vec<(Step, bool)> = roots.into_iter().map(|step| (step, false)).collect();
        while let Some((step, expanded)) = open.pop() {
            if expanded {
                steps.push(step);
            } else if seen.insert(step) {
                open.push((step, true));
                let mut needs = Vec::new();
                self.item(step, &mut needs);
                open.extend(needs.into_iter().filter(|need| !seen.contains(need)).map(|need| (need, false)));
            }
        }
        steps
    }

    /// What a step reads.
    pub(super) fn item(&self, (item, date): Step, out: &mut Vec<Step>) {
        match item {
            Item::Node(Node::Metric(id)) => {
                let Some(metric) = self.program.metric(id) else { return };
                self.expr(&metric.value, date, out);
                self.tables(&metric.thresholds, date, out);
                metric.scales.iter().for_each(|scale| self.scale(scale, date, out));
            }
            Item::Node(Node::Scorecard(id)) => {
                let Some(card) = self.program.scorecard(id) else { return };
                self.lines(card, &card.lines, date, out);
                for special in &card.overrides {
                    segment(special.segment, date, out);
                    self.lines(card, &special.lines, date, out);
                }
                card.correction.iter().flat_map(|c| &c.filter).for_each(|c| self.expr(c, date, out));
                card.limits.iter().filter_map(|limit| limit.when.as_ref()).for_each(|c| self.expr(c, date, out));
                self.tables(&card.grades, date, out);
            }
            Item::Segment(id) => {
                if let Some(segment) = self.program.segments.get(id.index()) {
                    self.expr(&segment.condition, date, out);
                }
            }
            Item::Partition(id) => {
                let Some(partition) = self.program.partitions.get(id.index()) else { return };
                partition.by.iter().for_each(|by| self.expr(by, date, out));
                for part in &partition.parts {
                    if let PartTest::Condition(condition) = &part.test {
                        self.expr(condition, date, out);
                    }
                }
            }
            Item::Portfolio(id) => {
                let Some(metric) = self.program.portfolio(id) else { return };
                self.expr(&metric.value, date, out);
            }
            Item::RowMetric(id) => {
                let Some(metric) = self.program.row_metric(id) else { return };
                self.expr(&metric.value, date, out);
            }
            Item::Rule(id) | Item::PortfolioRule(id) | Item::RowRule(id) => {
                let rules = match item {
                    Item::PortfolioRule(_) => &self.program.portfolio_rules,
                    Item::RowRule(_) => &self.program.row_rules,
                    _ => &self.program.rules,
                };
                let Some(rule) = rules.get(id.index()) else { return };
                let guards =
                    rule.guards.iter().filter_map(|id| self.program.guard(*id)).flat_map(|guard| guard.conditions());
                rule.conditions().chain(guards).for_each(|c| self.expr(c, date, out));
            }
        }
    }

    fn lines(&self, card: &Scorecard, lines: &[Line], date: Date, out: &mut Vec<Step>) {
        for line in lines {
            let earlier = match line.missing.unwrap_or(card.missing) {
                MissingPolicy::CarryLast { at_most } => time::carry_dates(self.calendar, at_most, date),
                _ => Vec::new(),
            };
            for date in std::iter::once(date).chain(earlier) {
                out.push((Item::Node(line.item), date));
                line.scale.iter().for_each(|scale| self.scale(scale, date, out));
            }
        }
    }

    fn tables(&self, tables: &[BandTable], date: Date, out: &mut Vec<Step>) {
        tables.iter().filter_map(|table| table.segment).for_each(|s| segment(s, date, out));
    }

    fn scale(&self, scale: &Scale, date: Date, out: &mut Vec<Step>) {
        scale.segment.into_iter().for_each(|s| segment(s, date, out));
    }

    /// What is evaluated for all accounts: of interest here is what comes out, unless asked for more.
    fn collective(&self, expr: &'a Expr, date: Date, out: &mut Vec<Step>) {
        self.collectives.borrow_mut().push((expr, date));
        if self.through {
            expr.children().into_iter().for_each(|child| self.expr(child, date, out));
        }
    }

    /// What an expression reads at a date. Nesting is bounded by the checker.
    pub(super) fn expr(&self, expr: &'a Expr, date: Date, out: &mut Vec<Step>) {
        if let ExprKind::Aggregate(rows) = &expr.kind {
            let others = rows.with.iter().map(|with| with.other.source);
            for source in std::iter::once(rows.source).chain(others) {
                self.earliest.borrow_mut().entry(source).and_modify(|first| *first = date.min(*first)).or_insert(date);
            }
            self.aggregates.borrow_mut().push((rows, date));
        }
        match &expr.kind {
            ExprKind::Metric(id) | ExprKind::Points(id) | ExprKind::IsBand { metric: id, .. } => {
                out.push((Item::Node(Node::Metric(*id)), date));
            }
            ExprKind::Score(id) | ExprKind::IsGrade { scorecard: id, .. } => {
                out.push((Item::Node(Node::Scorecard(*id)), date));
            }
            ExprKind::Portfolio(id) => out.push((Item::Portfolio(*id), date)),
            ExprKind::RowMetric { metric, .. } => out.push((Item::RowMetric(*metric), date)),
            ExprKind::Across(across) => {
                self.collective(expr, date, out);
                if across.kin.is_some() && self.families {
                    // Of what the account itself brings in, too.
                    expr.children().into_iter().for_each(|child| self.expr(child, date, out));
                }
            }
            ExprKind::Aggregate(rows) if rows.reach == Reach::Everyone => {
                self.collective(expr, date, out);
            }
            ExprKind::Ranked(ranked) => {
                if let Some(date) = population::date(self.calendar, ranked, date) {
                    self.collectives.borrow_mut().push((expr, date));
                }
                self.expr(&ranked.value, date, out);
                ranked.within.into_iter().for_each(|within| self.within(within, date, out));
            }
            ExprKind::Benchmark { id, .. } => {
                let Some(benchmark) = self.program.benchmark(*id) else { return };
                self.expr(&benchmark.of, date, out);
                benchmark.rows.iter().filter_map(|row| row.segment).for_each(|s| segment(s, date, out));
            }
            ExprKind::Segment(id) => out.push((Item::Segment(*id), date)),
            ExprKind::Part(id, _) | ExprKind::Partition(id) => out.push((Item::Partition(*id), date)),
            kind => match time::dates(self.calendar, kind, date) {
                None => expr.children().into_iter().for_each(|child| self.expr(child, date, out)),
                Some(dates) => {
                    for (child, at) in expr.children().into_iter().flat_map(|c| dates.iter().map(move |at| (c, *at))) {
                        if self.looked.borrow_mut().insert((child, at)) {
                            self.expr(child, at, out);
                        }
                    }
                }
            },
        }
    }
}

pub(super) fn segment(of: SegmentRef, date: Date, out: &mut Vec<Step>) {
    out.push(match of {
        SegmentRef::Segment(id) => (Item::Segment(id), date),
        SegmentRef::Part(id, _) => (Item::Partition(id), date),
    });
}
