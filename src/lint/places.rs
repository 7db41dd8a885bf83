//! Every condition of a program and what it decides, so that a lint about conditions looks at all of them alike.

use crate::ast::LimitVerb;
use crate::program::{Aggregate, Expr, ExprKind, PartTest, Program, TableId};

/// What a condition decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Who belongs to a segment.
    Segment,
    /// Who belongs to a part.
    Part,
    /// When a cap, floor, setting or hold applies.
    Limit(LimitVerb),
    /// When a rule fires.
    Rule,
    /// What holds a rule back.
    Unless,
    /// When an open item closes.
    Close,
    /// When a guard holds rules back.
    Guard,
    /// Which rows of this table count.
    Where(TableId),
    /// Which accounts count.
    Accounts,
    /// Which branch of an `if` is taken.
    If,
}

impl Role {
    /// `this rule`, `this segment`: what never happens if the condition never holds.
    pub fn words(self) -> &'static str {
        match self {
            Role::Segment => "the segment",
            Role::Part => "the part",
            Role::Limit(LimitVerb::Cap) => "the cap",
            Role::Limit(LimitVerb::Floor) => "the floor",
            Role::Limit(LimitVerb::Set) => "the setting",
            Role::Limit(LimitVerb::Hold) => "the hold",
            Role::Rule => "the rule",
            Role::Unless => "the exception",
            Role::Close => "the close",
            Role::Guard => "the guard",
            Role::Where(_) => "the filter",
            Role::Accounts => "the filter",
            Role::If => "the choice",
        }
    }
}

/// A condition and what it decides.
#[derive(Debug, Clone, Copy)]
pub struct Condition<'p> {
    /// The condition.
    pub expr: &'p Expr,
    /// What it decides.
    pub role: Role,
    /// The declaration that it is in.
    pub owner: &'p str,
    /// The table whose rows it is about, if it is about rows.
    pub rows: Option<TableId>,
}

/// All conditions of a program; those inside `define`s appear where they are called.
pub fn conditions(program: &Program) -> Vec<Condition<'_>> {
    let mut all = Vec::new();
    let mut among = |expr, role, owner, rows| all.push(Condition { expr, role, owner, rows });
    for guard in &program.guards {
        for condition in guard.conditions() {
            among(condition, Role::Guard, guard.header.name.as_str(), guard.about.rows());
        }
    }
    for rule in program.all_rules() {
        let (owner, rows) = (rule.header.name.as_str(), rule.about.rows());
        // `every quarter` has no condition of its own.
        if rule.ast.trigger.as_ref().is_none_or(|t| t.condition.span != t.span) {
            among(&rule.condition, Role::Rule, owner, rule.looks_at());
        }
        rule.unless.iter().for_each(|unless| among(unless, Role::Unless, owner, rows));
        rule.close.iter().for_each(|close| among(&close.condition, Role::Close, owner, rows));
    }
    let mut add = |expr, role, owner| among(expr, role, owner, None);
    for segment in &program.segments {
        add(&segment.condition, Role::Segment, segment.header.name.as_str());
    }
    for partition in &program.partitions {
        for part in &partition.parts {
            if let PartTest::Condition(expr) = &part.test {
                add(expr, Role::Part, partition.header.name.as_str());
            }
        }
    }
    for card in &program.scorecards {
        for limit in &card.limits {
            if let Some(when) = &limit.when {
                add(when, Role::Limit(limit.verb), card.header.name.as_str());
            }
        }
    }
    let conditions = all.iter().map(|c| (c.expr, c.owner, c.rows));
    let metrics = program.metrics.iter().chain(&program.portfolio);
    let metrics = metrics.map(|m| (&m.value, m.header.name.as_str(), None));
    let of_rows = program.row_metrics.iter().map(|m| (&m.value, m.header.name.as_str(), Some(m.of)));
    let roots: Vec<(&Expr, &str, Option<TableId>)> = conditions.chain(metrics).chain(of_rows).collect();
    for (root, owner, rows) in roots {
        inner(root, owner, rows, &mut all);
    }
    all
}

/// The values of all metrics, with the names of these.
pub fn values(program: &Program) -> Vec<(&Expr, &str)> {
    let metrics = program.metrics.iter().chain(&program.portfolio).map(|m| (&m.value, m.header.name.as_str()));
    metrics.chain(program.row_metrics.iter().map(|m| (&m.value, m.header.name.as_str()))).collect()
}

/// Everything that is evaluated, from the outermost in, with the declaration that it is in and the table whose rows it is
/// about: conditions, the values of metrics, and the targets of objectives.
pub fn roots(program: &Program) -> Vec<(&Expr, &str, Option<TableId>)> {
    let mut all: Vec<(&Expr, &str, Option<TableId>)> = Vec::new();
    all.extend(program.segments.iter().map(|s| (&s.condition, s.header.name.as_str(), None)));
    for partition in &program.partitions {
        let owner = partition.header.name.as_str();
        all.extend(partition.by.iter().map(|by| (by, owner, None)));
        all.extend(partition.parts.iter().filter_map(|part| match &part.test {
            PartTest::Condition(condition) => Some((condition, owner, None)),
            PartTest::By(_) => None,
        }));
    }
    for card in &program.scorecards {
        all.extend(
            card.limits.iter().filter_map(|l| l.when.as_ref()).map(|when| (when, card.header.name.as_str(), None)),
        );
    }
    for rule in program.all_rules() {
        let owner = rule.header.name.as_str();
        all.push((&rule.condition, owner, rule.looks_at()));
        all.extend(rule.conditions().skip(1).map(|condition| (condition, owner, rule.about.rows())));
    }
    for guard in &program.guards {
        let rows = guard.about.rows();
        all.extend(guard.conditions().map(|condition| (condition, guard.header.name.as_str(), rows)));
    }
    let metrics = program.metrics.iter().chain(&program.portfolio);
    all.extend(metrics.map(|m| (&m.value, m.header.name.as_str(), None)));
    all.extend(program.row_metrics.iter().map(|m| (&m.value, m.header.name.as_str(), Some(m.of))));
    all.extend(program.objectives.iter().filter_map(|o| Some((o.target.as_ref()?, o.header.name.as_str(), None))));
    all
}

/// Visits an expression and all its parts, from the outside in, with the table whose rows each part is about.
pub fn each_with_rows<'e>(root: &'e Expr, rows: Option<TableId>, visit: &mut dyn FnMut(&'e Expr, Option<TableId>)) {
    let mut open = vec![(root, rows)];
    while let Some((expr, rows)) = open.pop() {
        visit(expr, rows);
        let inside = match &expr.kind {
            ExprKind::Aggregate(aggregate) => Some(aggregate.source),
            ExprKind::Across(_) => None,
            _ => rows,
        };
        open.extend(expr.children().into_iter().rev().map(|child| (child, inside)));
    }
}

/// All aggregates of an expression with the calls that they are, those inside others and at other dates too.
pub fn aggregates(root: &Expr) -> Vec<(&Expr, &Aggregate)> {
    let mut found = Vec::new();
    each(root, &mut |expr| {
        if let ExprKind::Aggregate(aggregate) = &expr.kind {
            found.push((expr, &**aggregate));
        }
    });
    found
}

/// Visits an expression and all its parts, from the outside in.
pub fn each<'e>(root: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    let mut open = vec![root];
    while let Some(expr) = open.pop() {
        visit(expr);
        open.extend(expr.children().into_iter().rev());
    }
}

/// True for what a run can decide otherwise with `--set`.
pub fn has_param(root: &Expr) -> bool {
    let mut found = false;
    each(root, &mut |expr| found |= matches!(expr.kind, ExprKind::Param(_)));
    found
}

/// Filters and choices inside an expression.
fn inner<'p>(root: &'p Expr, owner: &'p str, rows: Option<TableId>, all: &mut Vec<Condition<'p>>) {
    let mut open = vec![(root, rows)];
    while let Some((expr, rows)) = open.pop() {
        let mut inside = rows;
        match &expr.kind {
            ExprKind::Aggregate(aggregate) => {
                inside = Some(aggregate.source);
                if let Some(filter) = &aggregate.filter {
                    all.push(Condition { expr: filter, role: Role::Where(aggregate.source), owner, rows: inside });
                }
            }
            ExprKind::Across(across) => {
                inside = None;
                if let Some(filter) = &across.filter {
                    all.push(Condition { expr: filter, role: Role::Accounts, owner, rows: None });
                }
            }
            ExprKind::If { condition, .. } => {
                all.push(Condition { expr: condition, role: Role::If, owner, rows });
            }
            _ => {}
        }
        open.extend(expr.children().into_iter().rev().map(|child| (child, inside)));
    }
}
