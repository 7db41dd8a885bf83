//! Constants: literals, parameters and arithmetic of them, folded to their value.

use super::{Checker, Scope};
use crate::ast;
use crate::diagnostics::{Code, Diagnostic};
use crate::number::Decimal;
use crate::program::{Expr, ExprKind, Type};
use crate::value::{Fault, Missing, Value};

impl Checker<'_, '_> {
    /// The value of a constant number of type `ty`; what it is for goes into the message.
    pub(super) fn constant(&mut self, expr: &ast::Expr, ty: Type, what: &'static str) -> Option<Decimal> {
        let typed = self.expr(expr, &Scope::Constant(what), Some(ty));
        let typed = self.want(typed, ty, what);
        if typed.ty == Type::Unknown {
            return None;
        }
        self.fold(&typed).number()
    }

    /// The value of an expression over literals and parameters; faults are reported, anything else is missing.
    pub(super) fn fold(&mut self, expr: &Expr) -> Value {
        let fault = |checker: &mut Self, fault: Fault| {
            let (message, label, help) = match fault {
                Fault::DivisionByZero => ("this divides by zero", "always zero", "divide by something else"),
                _ => ("this number is too large", "beyond 18 digits", "use smaller numbers"),
            };
            checker.push(Diagnostic::new(Code::ConstantFault, expr.span, message).label(label).help(help));
            Value::Missing(Missing::Error(fault))
        };
        match &expr.kind {
            ExprKind::Literal(value) => value.clone(),
            ExprKind::Param(id) => match self.params.get(id.index()).and_then(Option::as_ref) {
                Some(param) => param.value.clone(),
                None => Value::Missing(Missing::NoData),
            },
            ExprKind::Negate(inner) => match self.fold(inner) {
                Value::Number(n) => Value::Number(n.neg()),
                other => other,
            },
            ExprKind::Sum(terms) => {
                let mut total = Decimal::ZERO;
                for (negative, term) in terms {
                    let Value::Number(n) = self.fold(term) else { return Value::Missing(Missing::NoData) };
                    match total.add(if *negative { n.neg() } else { n }) {
                        Some(sum) => total = sum,
                        None => return fault(self, Fault::Overflow),
                    }
                }
                Value::Number(total)
            }
            ExprKind::Product(factors) => {
                let mut total = Decimal::ONE;
                for (divide, factor) in factors {
                    let Value::Number(n) = self.fold(factor) else { return Value::Missing(Missing::NoData) };
                    if *divide && n.is_zero() {
                        return fault(self, Fault::DivisionByZero);
                    }
                    match if *divide { total.div(n) } else { total.mul(n) } {
                        Some(product) => total = product,
                        None => return fault(self, Fault::Overflow),
                    }
                }
                Value::Number(total)
            }
            _ => {
                self.error(
                    Code::NotConstant,
                    expr.span,
                    "a constant is wanted here",
                    "this has to be computed for each account",
                    "write a number, or arithmetic of numbers and parameters",
                );
                Value::Missing(Missing::NoData)
            }
        }
    }
}
