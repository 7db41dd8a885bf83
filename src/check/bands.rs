//! Rows of thresholds, grades and partitions: what they ask. `prove` finds every gap, overlap, unreachable row and step
//! against the direction, by interval arithmetic, and shows it with a value.
//!
//! Rows are tested top to bottom and the first that fits is taken. A table that narrows down from one side
//! (`> 3`, `>= 2`, `>= 1`) is read that way and has no overlaps; so is a single value set apart before a wider row. Any
//! other two rows that share a value are an overlap: a reader could not tell which one is meant.

mod prove;

use super::domain::Domain;
use super::interval::shown_number;
use super::{Checker, Scope};
use crate::ast::{CompareOp, Row, RowTestKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{Band, BandTest, Type, Unit};
use crate::span::Span;
use crate::value::Value;

/// What rows are for; words and codes differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Thresholds of a metric.
    Thresholds,
    /// Grades of a scorecard.
    Grades,
    /// Parts of a partition.
    Parts,
}

impl Purpose {
    fn row(self) -> &'static str {
        match self {
            Purpose::Thresholds => "band",
            Purpose::Grades => "grade",
            Purpose::Parts => "part",
        }
    }

    fn gap(self) -> Code {
        if self == Purpose::Parts { Code::SegmentGap } else { Code::ThresholdGap }
    }

    fn overlap(self) -> Code {
        if self == Purpose::Parts { Code::SegmentOverlap } else { Code::ThresholdOverlap }
    }
}

impl Checker<'_, '_> {
    /// Types the rows of a table against `ty` and proves them over `domain`. Without a domain, because what the value
    /// rests on has errors, only rows that contradict each other are told.
    pub(super) fn rows(
        &mut self,
        rows: &[Row],
        ty: Type,
        domain: Option<Domain>,
        purpose: Purpose,
        block: Span,
    ) -> Vec<Band> {
        let mut bands = Vec::new();
        let mut sound = true;
        for row in rows {
            let test = self.row_test(row, ty, purpose);
            let points = row
                .points
                .as_ref()
                .map(|points| self.constant(points, Type::Number(Unit::Points), "the points of a row"));
            match (test, points) {
                (Some(test), None) => {
                    bands.push(Band { name: row.name.text.clone(), test, points: None, span: row.span })
                }
                (Some(test), Some(Some(points))) => {
                    bands.push(Band { name: row.name.text.clone(), test, points: Some(points), span: row.span });
                }
                _ => sound = false,
            }
        }
        if sound && ty != Type::Unknown {
            self.prove(&bands, ty, domain, purpose, block);
        }
        bands
    }

    fn row_test(&mut self, row: &Row, ty: Type, purpose: Purpose) -> Option<BandTest> {
        let what = "the bound of a row";
        let test = match &row.test.kind {
            RowTestKind::Otherwise => BandTest::Otherwise,
            RowTestKind::Missing if purpose == Purpose::Thresholds => BandTest::Missing,
            RowTestKind::Missing => {
                self.error(
                    Code::ClauseMisplaced,
                    row.test.span,
                    format!("a {} for missing values cannot be declared", purpose.row()),
                    "without a value there is none",
                    "take the row out",
                );
                return None;
            }
            RowTestKind::When(_) => {
                self.error(
                    Code::ClauseMisplaced,
                    row.test.span,
                    "rows look at one value here",
                    "a condition of its own",
                    "compare: `>= 2`, `10 to 20`, `= value`, `otherwise`",
                );
                return None;
            }
            _ if ty == Type::Unknown => return None,
            RowTestKind::Compare(op, bound) if ty.is_number() => {
                BandTest::Compare(*op, self.constant(bound, ty, what)?)
            }
            RowTestKind::Between(low, high) if ty.is_number() => {
                let (a, b) = (self.constant(low, ty, what)?, self.constant(high, ty, what)?);
                if a > b {
                    let (a, b) = (shown_number(a, ty), shown_number(b, ty));
                    self.push(
                        Diagnostic::new(Code::EmptyRange, row.test.span, "no number lies in this range")
                            .label("the first end is above the second")
                            .fix(format!("write `{b} to {a}`"), row.test.span, format!("{b} to {a}")),
                    );
                    return None;
                }
                BandTest::Between(a, b)
            }
            RowTestKind::Compare(op, bound) => {
                if !matches!(op, CompareOp::Equal | CompareOp::NotEqual) || ty.is_date() {
                    let message = format!("`{}` wants a number, but the value is {ty}", op.symbol());
                    self.error(Code::TypeMismatch, row.test.span, message, not_a_number(ty), number_instead(ty));
                    return None;
                }
                let typed = self.expr(bound, &Scope::Constant(what), Some(ty));
                let typed = self.want(typed, ty, "the value of this row");
                let value = (typed.ty != Type::Unknown).then(|| self.fold(&typed)).filter(|v| !v.is_missing())?;
                if *op == CompareOp::NotEqual {
                    let Some(all) = self.all_values(ty) else {
                        self.error(
                            Code::TypeMismatch,
                            row.test.span,
                            "the texts that this takes cannot be listed",
                            "everything but one text",
                            "write `= …` for that text in a row above, and `otherwise` here",
                        );
                        return None;
                    };
                    BandTest::In(all.into_iter().filter(|v| *v != value).collect())
                } else {
                    BandTest::In(vec![value])
                }
            }
            RowTestKind::Between(..) => {
                self.error(
                    Code::TypeMismatch,
                    row.test.span,
                    format!("a range wants numbers, but the value is {ty}"),
                    not_a_number(ty),
                    number_instead(ty),
                );
                return None;
            }
            RowTestKind::In(list) => {
                let mut values = Vec::new();
                for element in list {
                    let typed = self.expr(element, &Scope::Constant(what), Some(ty));
                    let typed = self.want(typed, ty, "the value of this row");
                    if typed.ty == Type::Unknown {
                        return None;
                    }
                    values.push(self.fold(&typed));
                }
                if values.iter().any(Value::is_missing) {
                    return None;
                }
                BandTest::In(values)
            }
        };
        Some(test)
    }

    /// All values of a list type or yes-and-no; `None` where they cannot be listed.
    pub(super) fn all_values(&self, ty: Type) -> Option<Vec<Value>> {
        match ty {
            Type::Boolean => Some(vec![Value::Boolean(true), Value::Boolean(false)]),
            Type::Enum(list) => {
                let count = self.program.enums.get(list.index())?.values.len() as u32;
                Some((0..count).map(Value::Symbol).collect())
            }
            _ => None,
        }
    }
}

/// Why rows cannot compare such a value.
fn not_a_number(ty: Type) -> &'static str {
    if ty.is_date() { "a date moves on by itself" } else { "has no order" }
}

/// What to do about it.
fn number_instead(ty: Type) -> &'static str {
    if ty.is_date() {
        "count the time: `value days since …`, and compare days"
    } else {
        "write `= value` or `in (…)`"
    }
}
