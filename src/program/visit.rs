//! Walking typed expressions without writing the match again.

use super::{Expr, ExprKind};

/// Calls `visit` for each direct part of an expression, in source order.
pub fn children<'p>(expr: &'p Expr, visit: &mut dyn FnMut(&'p Expr)) {
    match &expr.kind {
        ExprKind::Literal(_)
        | ExprKind::Param(_)
        | ExprKind::Field(_)
        | ExprKind::RowField(_)
        | ExprKind::Metric(_)
        | ExprKind::Points(_)
        | ExprKind::Score(_)
        | ExprKind::Segment(_)
        | ExprKind::Part(..)
        | ExprKind::Partition(_)
        | ExprKind::IsBand { .. }
        | ExprKind::IsGrade { .. }
        | ExprKind::AsOfDate => {}
        ExprKind::Not(inner) | ExprKind::Negate(inner) => visit(inner),
        ExprKind::And(list) | ExprKind::Or(list) | ExprKind::OrElse(list) | ExprKind::Function(_, list) => {
            list.iter().for_each(visit);
        }
        ExprKind::Sum(list) | ExprKind::Product(list) => list.iter().for_each(|(_, e)| visit(e)),
        ExprKind::Compare(_, left, right) => {
            visit(left);
            visit(right);
        }
        ExprKind::In { value, list, .. } => {
            visit(value);
            list.iter().for_each(visit);
        }
        ExprKind::Within { value, .. }
        | ExprKind::IsMissing { value, .. }
        | ExprKind::AsOf { value, .. }
        | ExprKind::Change { value, .. }
        | ExprKind::Trend { value, .. } => visit(value),
        ExprKind::Elapsed { date, .. } => visit(date),
        ExprKind::Held { condition, .. } => visit(condition),
        ExprKind::If { condition, then, otherwise } => {
            visit(condition);
            visit(then);
            visit(otherwise);
        }
        ExprKind::Aggregate(aggregate) => {
            aggregate.value.iter().for_each(&mut *visit);
            aggregate.filter.iter().for_each(&mut *visit);
            aggregate.weight.iter().for_each(&mut *visit);
        }
    }
}
