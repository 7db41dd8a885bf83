//! Which units may meet, and what comes out.

use crate::program::{Expr, ExprKind, Type, Unit};

/// What a sum, difference, product or quotient of two types is; `None` if they do not go together.
pub fn product(a: Type, b: Type) -> Option<Type> {
    use Unit::{Plain, Ratio};
    let (Type::Number(x), Type::Number(y)) = (a, b) else { return None };
    let unit = match (x, y) {
        (Plain, Ratio) | (Ratio, Plain) => Plain,
        (Plain, other) | (other, Plain) | (Ratio, other) | (other, Ratio) => other,
        _ => return None,
    };
    Some(Type::Number(unit))
}

/// The type of `a / b`.
pub fn quotient(a: Type, b: Type) -> Option<Type> {
    use Unit::{Days, Plain, Ratio};
    let (Type::Number(x), Type::Number(y)) = (a, b) else { return None };
    let unit = match (x, y) {
        (x, y) if x == y => Plain,
        (x, Plain | Ratio) => x,
        (Plain, Days) => Plain,
        _ => return None,
    };
    Some(Type::Number(unit))
}

/// True for a number that was written without a unit and takes that of its surroundings: literals, parameters without a
/// declared unit, and arithmetic of only those.
pub fn adoptable(expr: &Expr) -> bool {
    if expr.ty != Type::PLAIN {
        return false;
    }
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Param(_) => true,
        ExprKind::Negate(inner) => adoptable(inner),
        ExprKind::Sum(terms) | ExprKind::Product(terms) => terms.iter().all(|(_, term)| adoptable(term)),
        ExprKind::If { then, otherwise, .. } => adoptable(then) && adoptable(otherwise),
        ExprKind::OrElse(list) => list.iter().all(adoptable),
        _ => false,
    }
}
