//! What there is to see in a program.

use super::suggest::{self, Try};
use super::{Facet, Sight};
use crate::ast::CompareOp;
use crate::check;
use crate::explain::words::{self, Words};
use crate::library::FIRST_SOURCE;
use crate::number::Decimal;
use crate::program::{BandTable, BandTest, Expr, ExprKind, Node, PartTest, Program, Reach, TableId, Unit};
use crate::span::Span;

/// All facets of a program, but for those of the bundled definitions.
pub(in crate::testing) fn facets(program: &Program) -> Vec<Facet> {
    let mut list = List { program, out: Vec::new() };
    let domains = check::metric_domains(program);
    for (metric, check::Domain { low, high, whole }) in program.metrics.iter().zip(domains) {
        let name = &metric.header.name;
        list.tables(name, &metric.thresholds, Bounds { low, high, whole, metric: true });
        list.value(name, &metric.value);
    }
    for card in &program.scorecards {
        let name = &card.header.name;
        for line in card.lines.iter().filter(|line| !line.informational) {
            let part = match line.item {
                Node::Metric(id) => program.metric(id).map(|m| m.header.name.as_str()),
                Node::Scorecard(id) => program.scorecard(id).map(|c| c.header.name.as_str()),
            };
            let part = part.unwrap_or("?");
            let metric = matches!(line.item, Node::Metric(_));
            let tried =
                if metric { suggest::case(part, "missing", name, "?") } else { suggest::account("without its parts") };
            list.push(line.span, Sight::Missing, name, format!("{part} missing"), tried);
        }
        for limit in &card.limits {
            limit.when.iter().for_each(|when| list.condition(name, when));
        }
        let high = (card.combine.unit() == Unit::Points).then_some(Decimal::HUNDRED);
        let bounds = Bounds { low: Some(Decimal::ZERO), high, whole: false, metric: false };
        list.tables(name, &card.grades, bounds);
    }
    for segment in &program.segments {
        let name = &segment.header.name;
        for (sight, what, word) in
            [(Sight::Holds, "an account inside", "yes"), (Sight::Fails, "an account outside", "no")]
        {
            list.push(segment.header.span, sight, name, what.to_string(), suggest::expected(name, word));
        }
        if is_joined(&segment.condition) {
            list.condition(name, &segment.condition);
        }
    }
    for partition in &program.partitions {
        let name = &partition.header.name;
        for part in &partition.parts {
            let tried = suggest::expected(name, &part.name);
            list.push(part.span, Sight::Entered, name, format!("an account in {}", part.name), tried);
            if let PartTest::Condition(condition) = &part.test
                && is_joined(condition)
            {
                list.condition(name, condition);
            }
        }
    }
    for (rule, whose) in program
        .rules
        .iter()
        .chain(&program.row_rules)
        .map(|r| (r, true))
        .chain(program.portfolio_rules.iter().map(|r| (r, false)))
    {
        let name = &rule.header.name;
        let mut outcomes = vec![(Sight::Fires, "fires"), (Sight::DoesNotFire, "does not fire")];
        outcomes.extend(rule.unless.iter().map(|_| (Sight::HeldBack, "held back by `unless`")));
        outcomes.extend((!rule.guards.is_empty()).then_some((Sight::Suppressed, "suppressed by a guard")));
        outcomes.push((Sight::Undecided, "undecided"));
        for (sight, what) in outcomes {
            let said = match sight {
                Sight::Undecided => "is undecided",
                Sight::HeldBack => "does not fire",
                Sight::Suppressed => "is suppressed",
                _ => what,
            };
            let whom = match (rule.about.rows(), whose) {
                (Some(_), _) => " for KEY",
                (None, true) => " for ACCOUNT",
                (None, false) => "",
            };
            list.push(rule.header.span, sight, name, what.to_string(), format!("`expect {name} {said}{whom}`"));
        }
        // Of conditions about rows it is not seen which of them hold.
        if rule.about.rows().is_some() {
            continue;
        }
        let own = rule.ast.trigger.as_ref().is_none_or(|t| t.condition.span != t.span);
        if own && rule.looks_at().is_none() {
            list.condition(name, &rule.condition);
        }
        rule.unless.iter().for_each(|unless| list.condition(name, unless));
    }
    list.out
}

/// What a value can be.
#[derive(Clone, Copy)]
struct Bounds {
    low: Option<Decimal>,
    high: Option<Decimal>,
    whole: bool,
    /// It can be supposed in a table of cases.
    metric: bool,
}

struct List<'a> {
    program: &'a Program,
    out: Vec<Facet>,
}

impl List<'_> {
    fn push(&mut self, span: Span, sight: Sight, owner: &str, what: String, suggestion: String) {
        if span.source < FIRST_SOURCE {
            self.out.push(Facet { span, sight, owner: owner.to_string(), what, suggestion });
        }
    }

    /// Bands entered, and bounds met from all sides.
    fn tables(&mut self, name: &str, tables: &[BandTable], bounds: Bounds) {
        for table in tables {
            let whom = table
                .segment
                .map_or(String::new(), |s| format!(" for {}", crate::explain::words::segment(self.program, s)));
            for band in &table.bands {
                let tried = suggest::expected(name, &band.name);
                self.push(band.span, Sight::Entered, name, format!("{}{whom}", band.name), tried);
                let (first, second) = match &band.test {
                    BandTest::Compare(_, bound) => (Some(*bound), None),
                    BandTest::Between(low, high) => (Some(*low), Some(*high)),
                    _ => (None, None),
                };
                for (bound, second) in first.map(|b| (b, false)).into_iter().chain(second.map(|b| (b, true))) {
                    self.bound(name, band.span, bound, second, &whom, bounds);
                }
            }
        }
    }

    fn bound(&mut self, name: &str, span: Span, bound: Decimal, second: bool, whom: &str, of: Bounds) {
        let step = if of.whole { Decimal::ONE } else { Decimal::from_raw(10_000_000).unwrap_or(Decimal::ONE) };
        let sides = [
            (Sight::Below(second), "below", bound.sub(step)),
            (Sight::At(second), "exactly", Some(bound)),
            (Sight::Above(second), "above", bound.add(step)),
        ];
        for (sight, word, value) in sides {
            let Some(value) = value else { continue };
            let inside = of.low.is_none_or(|low| value >= low) && of.high.is_none_or(|high| value <= high);
            let odd = of.whole && !value.is_integer();
            if !inside || odd {
                continue;
            }
            let tried = match of.metric {
                true => suggest::case(name, &value.to_string(), name, "?"),
                false => suggest::account(&format!("with a score {word} {bound}")),
            };
            self.push(span, sight, name, format!("{word} {bound}{whom}"), tried);
        }
    }

    /// Conditions inside a value: those of `if`, and what aggregates let through.
    fn value(&mut self, name: &str, expr: &Expr) {
        match &expr.kind {
            ExprKind::Aggregate(aggregate) if aggregate.reach == Reach::Account => {
                if let Some(filter) = &aggregate.filter {
                    self.filter(name, aggregate.source, filter);
                    if is_joined(filter) {
                        self.row_clauses(name, aggregate.source, filter);
                    }
                }
                if let Some(window) = aggregate.window {
                    let source = self.source(aggregate.source);
                    for (sight, side) in [(Sight::Inside, "inside"), (Sight::Outside, "outside")] {
                        let what = format!("a row {side} of `{}`", words::window(window));
                        let tried = format!("a row of `{source}` dated {side} of `{}`", words::window(window));
                        self.push(expr.span, sight, name, what, tried);
                    }
                }
            }
            ExprKind::Aggregate(_) => {}
            ExprKind::OrElse(list) => {
                for other in list.iter().skip(1) {
                    let text = Words::new(self.program).expr(other);
                    let what = format!("`or else {text}` taken");
                    self.push(
                        other.span,
                        Sight::Instead,
                        name,
                        what,
                        suggest::account(&format!("for which `or else {text}` counts")),
                    );
                }
                list.iter().for_each(|one| self.value(name, one));
            }
            ExprKind::If { condition, .. } => {
                self.condition(name, condition);
                expr.children().into_iter().skip(1).for_each(|child| self.value(name, child));
            }
            ExprKind::Across(_) | ExprKind::Ranked(_) => {}
            _ if expr.looks_back() => {}
            _ => expr.children().into_iter().for_each(|child| self.value(name, child)),
        }
    }

    /// A filter, or a clause of one, met by a row and not met by another.
    fn filter(&mut self, name: &str, table: TableId, filter: &Expr) {
        let text = Words::new(self.program).row_expr(table, filter);
        let source = self.source(table);
        let sides = [(Sight::Met, "met by a row", "with"), (Sight::NotMet, "not met by a row", "without")];
        for (sight, what, with) in sides {
            let tried = format!("a row of `{source}` {with} `{text}`");
            self.push(filter.span, sight, name, format!("`{text}` {what}"), tried);
        }
    }

    /// Each clause of a filter.
    fn row_clauses(&mut self, name: &str, table: TableId, filter: &Expr) {
        match &filter.kind {
            ExprKind::And(list) | ExprKind::Or(list) => list.iter().for_each(|one| self.row_clauses(name, table, one)),
            ExprKind::Not(inner) => self.row_clauses(name, table, inner),
            ExprKind::Literal(_) => {}
            _ => self.filter(name, table, filter),
        }
    }

    fn source(&self, table: TableId) -> String {
        self.program.table(table).map_or("?", |t| &t.header.name).to_string()
    }

    /// Each clause seen true and false.
    fn condition(&mut self, owner: &str, condition: &Expr) {
        match &condition.kind {
            ExprKind::And(list) | ExprKind::Or(list) => list.iter().for_each(|c| self.condition(owner, c)),
            ExprKind::Not(inner) => self.condition(owner, inner),
            ExprKind::Literal(_) => {}
            _ => {
                let text = Words::new(self.program).expr(condition);
                for (sight, holds) in [(Sight::Holds, true), (Sight::Fails, false)] {
                    let what = format!("`{text}` {}", if holds { "true" } else { "false" });
                    let tried = Try { program: self.program, holds }.clause(condition);
                    let tried = tried.unwrap_or_else(|| {
                        suggest::account(&format!(
                            "for which `{text}` {}",
                            if holds { "holds" } else { "does not hold" }
                        ))
                    });
                    self.push(condition.span, sight, owner, what, tried);
                }
            }
        }
    }
}

pub(super) fn is_joined(condition: &Expr) -> bool {
    matches!(condition.kind, ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_))
}

/// Whether a number lies below, at or above a bound.
pub(super) fn side(value: Decimal, bound: Decimal, second: bool) -> Sight {
    match value.cmp(&bound) {
        std::cmp::Ordering::Less => Sight::Below(second),
        std::cmp::Ordering::Equal => Sight::At(second),
        std::cmp::Ordering::Greater => Sight::Above(second),
    }
}

/// A comparison with the constant on the right.
pub(super) fn oriented<'e>(op: CompareOp, left: &'e Expr, right: &'e Expr) -> Option<(CompareOp, &'e Expr, Decimal)> {
    let constant = |e: &Expr| match &e.kind {
        ExprKind::Literal(value) => value.number(),
        _ => None,
    };
    if let Some(bound) = constant(right) {
        return Some((op, left, bound));
    }
    let turned = match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        same => same,
    };
    constant(left).map(|bound| (turned, right, bound))
}
