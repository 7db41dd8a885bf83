//! The columns of `laud eval`, in groups that belong together.

use super::{Evaluation, personal_metric, stale};
use crate::engine::{AccountResult, RuleStatus, ScoreResult};
use crate::explain::{bands, held};
use crate::number::Decimal;
use crate::program::{FieldId, Metric, Scorecard, Type, Unit};
use crate::report::paint::Tone;
use crate::report::table::{Align, Cell, Column, Table};
use crate::report::value;
use crate::value::Value;

/// Columns that are not torn apart where a table has to be split.
pub struct Group {
    pub columns: Vec<Column>,
    /// The group's cells per account.
    pub cells: Vec<Vec<Cell>>,
}

impl Group {
    fn new(columns: Vec<Column>, of: &Evaluation, cells: impl Fn(&AccountResult) -> Vec<Cell>) -> Group {
        Group { columns, cells: of.results.accounts.iter().map(cells).collect() }
    }
}

/// One table of several groups.
pub fn joined(groups: &[&Group]) -> Table {
    let mut table = Table::new(groups.iter().flat_map(|g| g.columns.clone()).collect());
    for i in 0..groups.first().map_or(0, |g| g.cells.len()) {
        table.row(groups.iter().flat_map(|g| g.cells.get(i).cloned().unwrap_or_default()).collect());
    }
    table
}

/// The account's id.
pub fn account(of: &Evaluation) -> Group {
    let column = Column { limit: Some(24), ..Column::words("account") };
    Group::new(vec![column], of, |a| vec![Cell::toned(of.id(a), Tone::Strong)])
}

/// The account's name and its parts.
pub fn who(of: &Evaluation) -> Group {
    let named = of.name_field().is_some();
    let mut columns = Vec::new();
    if named {
        columns.push(Column { limit: Some(24), ..Column::words("name") });
    }
    columns.extend(of.program.partitions.iter().map(|p| Column::words(p.header.name.as_str())));
    Group::new(columns, of, |a| {
        let name = named.then(|| Cell::from(of.name(a)));
        let part = |i| of.part(a, i).map_or(Cell::toned("unknown", Tone::Dim), Cell::from);
        name.into_iter().chain((0..of.program.partitions.len()).map(part)).collect()
    })
}

/// Columns of the accounts that were asked for.
pub fn columns(of: &Evaluation) -> Vec<Group> {
    let group = |field: &FieldId| {
        let declared = of.column(*field)?;
        let number = matches!(declared.ty, Type::Number(_));
        let align = if number { Align::Right } else { Align::Left };
        let column = Column { align, limit: Some(24), ..Column::words(declared.name.as_str()) };
        let cells = of.results.accounts.iter().enumerate().map(|(i, account)| {
            vec![match of.cell(i, account, *field) {
                (_, true) => Cell::from(value::MASK),
                (Value::Missing(_), _) => Cell::toned("-", Tone::Dim),
                (cell, _) => Cell::from(value::shown(of.program, declared.ty, &cell)),
            }]
        });
        Some(Group { columns: vec![column], cells: cells.collect() })
    };
    of.extras.columns.iter().filter_map(group).collect()
}

/// What came out: the scorecards, or while there are none the metrics.
pub fn results(of: &Evaluation) -> Vec<Group> {
    if of.program.scorecards.is_empty() { metrics(of) } else { cards(of) }
}

/// The value of each metric.
fn metrics(of: &Evaluation) -> Vec<Group> {
    let group = |(i, metric): (usize, &Metric)| {
        let ty = metric.value.ty;
        let title = metric.header.name.as_str();
        let column = if matches!(ty, Type::Number(_)) { Column::numbers(title) } else { Column::words(title) };
        let masked = !of.personal && personal_metric(of.program, metric);
        let cell = |a: &AccountResult| match a.metrics.get(i).map(|result| &result.value) {
            Some(Value::Missing(why)) => Cell::toned(why.words(), Tone::Dim),
            Some(_) if masked => Cell::from(value::MASK),
            Some(known) => {
                let mark = if stale::still_shown(of, a, i) { " (stale)" } else { "" };
                Cell::from(format!("{}{mark}", value::shown(of.program, ty, known)))
            }
            None => Cell::default(),
        };
        Group::new(vec![column], of, |a| vec![cell(a)])
    };
    of.program.metrics.iter().enumerate().map(group).collect()
}

/// Score, grade and coverage of each scorecard, those inside others last. Coverage of the latter is shown only where
/// something is missing.
fn cards(of: &Evaluation) -> Vec<Group> {
    let mut order: Vec<usize> = (0..of.program.scorecards.len()).collect();
    order.sort_by_key(|i| held(of.program, *i));
    let group = |i: usize| {
        let card = of.program.scorecards.get(i)?;
        let graded = of.graded(i);
        let partial = |a: &AccountResult| a.scores.get(i).is_some_and(|s| s.coverage != Decimal::ONE);
        let covered = !held(of.program, i) || of.results.accounts.iter().any(partial);
        let mut columns = vec![Column::numbers(card.header.name.as_str())];
        if graded {
            columns.push(Column::words("grade"));
        }
        if covered {
            columns.push(Column::numbers("cover"));
        }
        let cells = |a: &AccountResult| a.scores.get(i).map_or(Vec::new(), |s| score(card, s, graded, covered));
        Some(Group::new(columns, of, cells))
    };
    order.into_iter().filter_map(group).collect()
}

fn score(card: &Scorecard, score: &ScoreResult, graded: bool, covered: bool) -> Vec<Cell> {
    let mark = if score.undecided_limits.is_empty() { "" } else { "?" };
    let mut cells = vec![match &score.value {
        // What may be limited is marked: on the grade, or where there is none on the score.
        Value::Number(n) if !graded => Cell::from(format!("{}{mark}", value::number(*n, card.combine.unit()))),
        Value::Number(n) => Cell::from(value::number(*n, card.combine.unit())),
        Value::Missing(why) => Cell::toned(why.words(), Tone::Dim),
        _ => Cell::default(),
    }];
    if graded {
        let grade = score.grade.as_deref().unwrap_or("-");
        cells.push(Cell::toned(format!("{grade}{mark}"), grade_tone(card, grade)));
    }
    if covered {
        cells.push(Cell::toned(value::percent(score.coverage.round(2)), Tone::Dim));
    }
    cells
}

/// Only the ends stand out: the best grade and the worst.
fn grade_tone(card: &Scorecard, grade: &str) -> Tone {
    let Some(table) = card.grades.last().filter(|_| card.combine.unit() == Unit::Points) else { return Tone::Plain };
    if grade == "-" {
        return Tone::Dim;
    }
    let at = |n: i64| bands::band_at(table, Decimal::int(n)).map(|b| b.name.as_str());
    match (at(100) == Some(grade), at(0) == Some(grade)) {
        (true, false) => Tone::Good,
        (false, true) => Tone::Bad,
        _ => Tone::Plain,
    }
}

/// The rules that hold; undecided ones with `?`.
pub fn rules(of: &Evaluation) -> Option<Group> {
    let names = |a: &AccountResult| {
        let named = |r: &crate::engine::RuleResult| {
            let name = of.program.rules.get(r.rule.index())?.header.name.as_str();
            match r.status {
                RuleStatus::Holds => Some(name.to_string()),
                RuleStatus::Undecided => Some(format!("{name}?")),
                RuleStatus::DoesNotHold | RuleStatus::HeldBack | RuleStatus::Suppressed => None,
            }
        };
        vec![Cell::from(a.rules.iter().filter_map(named).collect::<Vec<_>>().join(", "))]
    };
    (!of.program.rules.is_empty()).then(|| Group::new(vec![Column::words("rules")], of, names))
}
