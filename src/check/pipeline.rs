//! Clauses that weigh rows down or leave some out: caps on rows and on points, diminishing returns, decay in steps.

use super::{Checker, Scope};
use crate::ast::{self, DurationLit};
use crate::builtins::{AggregateFunction as A, Entry};
use crate::calendar::PeriodKind;
use crate::diagnostics::Code;
use crate::number::Decimal;
use crate::program::{Aggregate, Decay, Diminish, Keep, RowCap, Type, Unit, ValueCap};
use crate::span::Span;

/// True for `500 USD`: a cap on what values add up to, not on rows.
pub(super) fn is_money(expr: &ast::Expr) -> bool {
    matches!(expr.kind, ast::ExprKind::Money(..))
}

impl Checker<'_, '_> {
    /// `keep first`, `keep last`, `keep highest EXPRESSION`.
    pub(super) fn keep(&mut self, keep: Option<&ast::Keep>, label: &str, out: &Aggregate, row: &Scope) -> Keep {
        let Some(keep) = keep else { return Keep::First };
        match (keep.which.text.as_str(), &keep.by) {
            ("first", _) => Keep::First,
            ("last", _) => Keep::Last,
            ("highest", Some(by)) => {
                let typed = self.expr(by, row, None);
                if !typed.ty.is_number() && !typed.ty.is_date() {
                    if typed.ty != Type::Unknown {
                        self.error(
                            Code::TypeMismatch,
                            by.span,
                            "`keep highest` wants numbers or dates",
                            &format!("this is {}", typed.ty),
                            "name a column that can be ordered: `keep highest worth`",
                        );
                    }
                    return Keep::First;
                }
                Keep::Highest(typed)
            }
            ("highest", None) => match out.value.as_ref().filter(|v| v.ty.is_number() || v.ty.is_date()) {
                Some(value) => Keep::Highest(value.clone()),
                None => {
                    self.error(
                        Code::ClauseMisplaced,
                        keep.span,
                        "the highest what?",
                        "there is no value to go by",
                        "say what is compared: `keep highest worth`",
                    );
                    Keep::First
                }
            },
            (other, _) => {
                self.error(
                    Code::UnknownValue,
                    keep.which.span,
                    format!("`keep {other}` is not known"),
                    label,
                    "write `keep first`, `keep last` or `keep highest EXPRESSION`",
                );
                Keep::First
            }
        }
    }

    /// `cap 4 per quarter`.
    pub(super) fn row_cap(
        &mut self,
        most: &ast::Expr,
        period: PeriodKind,
        keep: Option<&ast::Keep>,
        out: &Aggregate,
        row: &Scope,
    ) -> Option<RowCap> {
        let keep = self.keep(keep, "which of the rows?", out, row);
        let n = self.constant(most, Type::PLAIN, "a cap on rows")?;
        match n.to_int().and_then(|n| u32::try_from(n).ok()) {
            Some(most) => Some(RowCap { most, period, keep }),
            None => {
                self.error(
                    Code::WrongArguments,
                    most.span,
                    "a whole number is wanted here",
                    "not a count of rows",
                    "write `cap 4 per quarter`",
                );
                None
            }
        }
    }

    /// `cap 6 points per quarter`, `cap 500 USD per quarter`.
    pub(super) fn value_cap(
        &mut self,
        span: Span,
        most: &ast::Expr,
        period: PeriodKind,
        keep: Option<&ast::Keep>,
        out: &Aggregate,
        entry: &Entry,
    ) -> Option<ValueCap> {
        let Some(ty) = out.value.as_ref().map(|v| v.ty).filter(|_| out.function == A::Sum) else {
            self.error(
                Code::ClauseMisplaced,
                span,
                format!("`{}` has no points that could be capped", entry.name),
                "only sums are",
                "write `cap 4 per quarter` for rows, or `sum(… of … cap 6 points per quarter)`",
            );
            return None;
        };
        if let Some(keep) = keep {
            self.error(
                Code::ClauseMisplaced,
                keep.span,
                "a cap on points keeps every row and scales them all",
                "nothing to choose",
                "take `keep …` out, or cap rows: `cap 4 per quarter keep highest`",
            );
        }
        let n = self.constant(most, ty, "a cap on what rows add up to")?;
        if n.is_negative() {
            self.error(
                Code::WrongArguments,
                most.span,
                "a cap below 0 leaves nothing to share",
                "negative",
                "write `cap 6 points per quarter`",
            );
            return None;
        }
        Some(ValueCap { most: n, period })
    }

    /// `diminish by 50% per quarter`: the next is worth so much less than the one before.
    pub(super) fn diminish(
        &mut self,
        span: Span,
        by: &ast::Expr,
        period: PeriodKind,
        out: &Aggregate,
        entry: &Entry,
    ) -> Option<Diminish> {
        if !self.fades(span, "diminish by 50% per quarter", out, entry) {
            return None;
        }
        let by_n = self.constant(by, Type::Number(Unit::Ratio), "by how much the next one is worth less")?;
        match Decimal::ONE.sub(by_n).filter(|_| by_n > Decimal::ZERO && by_n <= Decimal::ONE) {
            Some(left) => Some(Diminish { left, period }),
            None => {
                self.error(
                    Code::WrongArguments,
                    by.span,
                    "each further row is worth more than 0% and up to 100% less than the one before",
                    "outside of that",
                    "write `diminish by 50% per quarter`",
                );
                None
            }
        }
    }

    /// Whether what the rows are worth can shrink; told if not.
    pub(super) fn fades(&mut self, span: Span, example: &str, out: &Aggregate, entry: &Entry) -> bool {
        if out.function == A::Sum {
            return true;
        }
        let message = format!("`{}` has no value that could fade", entry.name);
        let label = if example.starts_with("decay") { "only sums fade with age" } else { "only sums do" };
        self.error(Code::ClauseMisplaced, span, message, label, format!("write `sum(1 of … {example})`"));
        false
    }

    /// `decay steps 30 days -> 1, 90 days -> 0.5, else 0`.
    pub(super) fn decay_steps(&mut self, steps: &[(DurationLit, ast::Expr)], otherwise: &ast::Expr) -> Option<Decay> {
        let mut out: Vec<(i64, Decimal)> = Vec::new();
        let mut sound = true;
        for (until, left) in steps {
            let left = self.left_over(left);
            let days = until.duration.days();
            let rises = days.is_some_and(|d| out.last().is_none_or(|(last, _)| d > *last));
            match (days, left) {
                (Some(days), Some(left)) if rises => out.push((days, left)),
                (Some(_), _) if !rises => {
                    self.error(
                        Code::ScaleOrder,
                        until.span,
                        "the ages of a decay must rise",
                        "out of order",
                        "write the steps by rising age, each once",
                    );
                    sound = false;
                }
                (None, _) => {
                    self.error(
                        Code::TypeMismatch,
                        until.span,
                        "how many days?",
                        "months differ in length",
                        "write the days: `90 days`",
                    );
                    sound = false;
                }
                _ => sound = false,
            }
        }
        let otherwise = self.left_over(otherwise)?;
        sound.then_some(Decay::Steps(out, otherwise))
    }

    /// What is left of a value: `0.5` or `50%`.
    fn left_over(&mut self, expr: &ast::Expr) -> Option<Decimal> {
        let what = "what is left of a value";
        let typed = self.expr(expr, &Scope::Constant(what), Some(Type::PLAIN));
        let ratio = Type::Number(Unit::Ratio);
        let ty = if typed.ty == ratio { ratio } else { Type::PLAIN };
        let typed = self.want(typed, ty, what);
        if typed.ty == Type::Unknown {
            return None;
        }
        let n = self.fold(&typed).number()?;
        if n.is_negative() || n > Decimal::ONE {
            self.error(
                Code::WrongArguments,
                expr.span,
                "what is left of a value is from 0 to 1",
                "outside of that",
                "write `decay steps 30 days -> 1, 90 days -> 0.5, else 0`",
            );
            return None;
        }
        Some(n)
    }
}
