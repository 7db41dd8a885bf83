//! Expressions about one row of a piece, for what has no test or lane of its own. They mean what
//! [`crate::engine::reference`] says; what could go wrong in any other way than by an unreadable cell is left to it.

use super::nodes::Nodes;
use crate::ast::CompareOp;
use crate::calendar::{Date, PeriodKind};
use crate::data::stream::{LaneCells, Piece};
use crate::engine::reference::{compare, is_because};
use crate::number::Decimal;
use crate::program::{Expr, ExprKind, FieldId};
use crate::value::{Fault, Missing, Value};

/// The reference has to say what this is.
pub(super) struct Hard;

/// The rows of a piece at an as-of date.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) nodes: &'a Nodes<'a>,
    pub(super) piece: &'a Piece,
    pub(super) date: Date,
}

/// True if such an expression can be evaluated here.
pub(in crate::engine::column) fn can(expr: &Expr) -> bool {
    let here = matches!(
        expr.kind,
        ExprKind::Literal(_)
            | ExprKind::Param(_)
            | ExprKind::RowField(_)
            | ExprKind::AsOfDate
            | ExprKind::Not(_)
            | ExprKind::Negate(_)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Sum(_)
            | ExprKind::Product(_)
            | ExprKind::Compare(..)
            | ExprKind::In { .. }
            | ExprKind::Within { .. }
            | ExprKind::IsMissing { .. }
            | ExprKind::OrElse(_)
            | ExprKind::If { .. }
            | ExprKind::Elapsed { .. }
    );
    here && expr.children().into_iter().all(can)
}

/// True if the value of an expression depends on the as-of date beside the row.
pub(in crate::engine::column) fn asks_for_the_date(expr: &Expr) -> bool {
    let asks = matches!(expr.kind, ExprKind::AsOfDate | ExprKind::Within { .. } | ExprKind::Elapsed { .. });
    asks || expr.children().into_iter().any(asks_for_the_date)
}

/// The value of a cell.
pub(super) fn cell(nodes: &Nodes<'_>, piece: &Piece, field: FieldId, row: usize) -> Value {
    let place = nodes.fields.iter().position(|known| *known == field);
    let Some(lane) = place.and_then(|place| piece.lanes.get(place)) else { return Value::Missing(Missing::NoData) };
    if !lane.valid.has(row) {
        let bad = lane.unreadable.binary_search(&(row as u32)).is_ok();
        return Value::Missing(if bad { Missing::Error(Fault::BadCell) } else { Missing::NoData });
    }
    let value = match &lane.cells {
        LaneCells::Absent => None,
        LaneCells::Days(days) => days.get(row).map(|day| Value::Date(Date(*day))),
        LaneCells::Micros(micros) => micros.get(row).map(|micros| Value::Instant(*micros)),
        LaneCells::Flags(bits) => Some(Value::Boolean(bits.get(row))),
        LaneCells::Codes(codes) => codes.get(row).map(|code| Value::Symbol(*code)),
        LaneCells::Small(cells) => cells.get(row).and_then(|n| Decimal::from_raw(i128::from(*n))).map(Value::Number),
        LaneCells::Wide(cells) => cells.get(row).and_then(|n| Decimal::from_raw(*n)).map(Value::Number),
        LaneCells::Texts { list, codes } => codes.get(row).map(|code| Value::Text(list.get(*code).into())),
    };
    value.unwrap_or(Value::Missing(Missing::NoData))
}

impl Rows<'_> {
    /// The value for a row; `bad` becomes true where an unreadable cell is read.
    pub(super) fn eval(self, expr: &Expr, row: usize, bad: &mut bool) -> Result<Value, Hard> {
        Ok(match &expr.kind {
            ExprKind::Literal(value) => value.clone(),
            ExprKind::Param(id) => {
                let param = self.nodes.program.params.get(id.index());
                param.map_or(Value::Missing(Missing::NoData), |param| param.value.clone())
            }
            ExprKind::AsOfDate => Value::Date(self.date),
            ExprKind::RowField(field) => {
                let value = cell(self.nodes, self.piece, *field, row);
                *bad |= value == Value::Missing(Missing::Error(Fault::BadCell));
                value
            }
            ExprKind::Not(inner) => turned_if(true, self.eval(inner, row, bad)?),
            ExprKind::Negate(inner) => match self.eval(inner, row, bad)? {
                Value::Number(number) => Value::Number(number.neg()),
                missing => missing,
            },
            ExprKind::And(list) => self.until(list, false, row, bad)?,
            ExprKind::Or(list) => self.until(list, true, row, bad)?,
            ExprKind::Sum(terms) => self.sum(terms, row, bad)?,
            ExprKind::Product(factors) => self.product(factors, row, bad)?,
            ExprKind::Compare(op, left, right) => {
                let left = self.eval(left, row, bad)?;
                compare(*op, &left, &self.eval(right, row, bad)?)
            }
            ExprKind::In { value, list, negated } => {
                let value = self.eval(value, row, bad)?;
                if value.is_missing() {
                    return Ok(value);
                }
                let mut unknown = None;
                for member in list {
                    let same = compare(CompareOp::Equal, &value, &self.eval(member, row, bad)?);
                    match same.truth() {
                        Some(true) => return Ok(Value::Boolean(!*negated)),
                        Some(false) => {}
                        None => unknown = unknown.or(same.missing()),
                    }
                }
                unknown.map_or(Value::Boolean(*negated), Value::Missing)
            }
            ExprKind::Within { value, window, negated } => {
                let range = self.nodes.calendar.range(*window, self.date);
                let value = self.eval(value, row, bad)?;
                turned_if(*negated, with_date(value, |date| Value::Boolean(range.contains(date))))
            }
            ExprKind::IsMissing { value, because, negated } => {
                let reason = self.eval(value, row, bad)?.missing();
                Value::Boolean(reason.is_some_and(|reason| is_because(reason, *because)) != *negated)
            }
            ExprKind::OrElse(list) => {
                let mut first = None;
                for part in list {
                    let value = self.eval(part, row, bad)?;
                    if !value.is_missing() {
                        return Ok(value);
                    }
                    first = first.or(Some(value));
                }
                first.unwrap_or(Value::Missing(Missing::NoData))
            }
            ExprKind::If { condition, then, otherwise } => {
                let met = self.eval(condition, row, bad)?.truth() == Some(true);
                self.eval(if met { then } else { otherwise }, row, bad)?
            }
            ExprKind::Elapsed { unit, until, date } => with_date(self.eval(date, row, bad)?, |date| {
                let (from, to) = if *until { (self.date, date) } else { (date, self.date) };
                Value::Number(Decimal::int(match unit {
                    PeriodKind::Day => to.days_since(from),
                    PeriodKind::Week => to.days_since(from) / 7,
                    PeriodKind::Month => to.months_since(from),
                    PeriodKind::Quarter => to.months_since(from) / 3,
                    PeriodKind::Year => to.months_since(from) / 12,
                }))
            }),
            _ => return Err(Hard),
        })
    }

    fn until(self, list: &[Expr], decisive: bool, row: usize, bad: &mut bool) -> Result<Value, Hard> {
        let mut unknown = None;
        for part in list {
            let value = self.eval(part, row, bad)?;
            match value.truth() {
                Some(truth) if truth == decisive => return Ok(Value::Boolean(decisive)),
                Some(_) => {}
                None => unknown = unknown.or_else(|| value.missing()).or(Some(Missing::NoData)),
            }
        }
        Ok(unknown.map_or(Value::Boolean(!decisive), Value::Missing))
    }

    /// Of numbers, and of two dates; anything else is for the reference.
    fn sum(self, terms: &[(bool, Expr)], row: usize, bad: &mut bool) -> Result<Value, Hard> {
        let mut total: Option<Value> = None;
        for (subtract, term) in terms {
            let value = self.eval(term, row, bad)?;
            if value.is_missing() {
                return Ok(value);
            }
            let next = match (total, &value) {
                (None, _) if !*subtract => value,
                (total, Value::Number(b)) => match total.unwrap_or(Value::Number(Decimal::ZERO)) {
                    Value::Number(a) => Value::Number(if *subtract { a.sub(*b) } else { a.add(*b) }.ok_or(Hard)?),
                    _ => return Err(Hard),
                },
                (total, date) => match (total.and_then(|total| total.date()), date.date()) {
                    (Some(a), Some(b)) if *subtract => Value::Number(Decimal::int(a.days_since(b))),
                    _ => return Err(Hard),
                },
            };
            total = Some(next);
        }
        Ok(total.unwrap_or(Value::Number(Decimal::ZERO)))
    }

    fn product(self, factors: &[(bool, Expr)], row: usize, bad: &mut bool) -> Result<Value, Hard> {
        let mut total = Decimal::ONE;
        for (i, (divide, factor)) in factors.iter().enumerate() {
            let number = match self.eval(factor, row, bad)? {
                Value::Number(number) => number,
                missing if missing.is_missing() => return Ok(missing),
                _ => return Err(Hard),
            };
            total = match (divide, i) {
                (false, 0) => number,
                (false, _) => total.mul(number).ok_or(Hard)?,
                (true, _) => total.div(number).ok_or(Hard)?,
            };
        }
        Ok(Value::Number(total))
    }
}

fn turned_if(negated: bool, value: Value) -> Value {
    match value {
        Value::Boolean(truth) => Value::Boolean(truth != negated),
        unknown => unknown,
    }
}

fn with_date(value: Value, then: impl FnOnce(Date) -> Value) -> Value {
    match (value.date(), value) {
        (Some(date), _) => then(date),
        (None, Value::Missing(reason)) => Value::Missing(reason),
        (None, _) => Value::Missing(Missing::NotApplicable),
    }
}
