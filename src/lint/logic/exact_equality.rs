//! `exact-equality`: its page is below.

use crate::ast::CompareOp;
use crate::builtins::AggregateFunction;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;
use crate::program::{Expr, ExprKind, Program};
use crate::value::Value;

/// A computed fraction that is asked to be exactly something.
pub const LINT: Lint = Lint {
    code: Code::ExactEquality,
    options: &[],
    run,
    page: r##"# exact-equality

A score, mean or quotient is asked to be exactly equal to a number.

Such values fall anywhere between: a score of 75 is as rare as one of 75.004, so the condition holds for hardly anybody, and for
whom is chance. What is meant is a bound, or a band between two. (Equal to 0, or to the end of a range, is another matter.)

## Avoid

```laud
table account { id text key  used integer 0 or more  seats integer 1 or more }

metric use = to_ratio(used / seats)

# warning: exact-equality
segment half_used = use = 50%
```

## Prefer

```laud
table account { id text key  used integer 0 or more  seats integer 1 or more }

metric use = to_ratio(used / seats)

segment half_used = use >= 45% and use <= 55%
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    facts.each_written(&mut |expr, rows| {
        let ExprKind::Compare(op @ (CompareOp::Equal | CompareOp::NotEqual), value, constant) = &expr.kind else {
            return;
        };
        let ExprKind::Literal(Value::Number(number)) = constant.kind else { return };
        let domain = match rows {
            Some(table) => facts.proofs.row_domain(value, table),
            None => facts.proofs.domain(value),
        };
        let end = domain.low == Some(number) || domain.high == Some(number) || number.is_zero();
        if end || domain.whole || !is_fraction(value, facts.program) {
            return;
        }
        let text = facts.text(value.span);
        let message = match op {
            CompareOp::Equal => format!("`{text}` is hardly ever exactly {}", facts.text(constant.span)),
            _ => format!("`{text}` nearly always differs from {}", facts.text(constant.span)),
        };
        let mut finding = Diagnostic::new(Code::ExactEquality, expr.span, message)
            .label("computed, with digits behind the point")
            .help("ask for a bound, or for what lies between two");
        if let Some(near) = Decimal::parse("0.001").ok().and_then(|step| number.add(step)) {
            finding = finding.witness(format!("{text} = {near}"));
        }
        found.push(finding);
    });
}

/// True for values that are computed by division or as a mean.
fn is_fraction(value: &Expr, program: &Program) -> bool {
    match &value.kind {
        ExprKind::Score(_) | ExprKind::Trend { .. } | ExprKind::Change { percent: true, .. } => true,
        ExprKind::Metric(id) => program.metric(*id).is_some_and(|metric| is_fraction(&metric.value, program)),
        ExprKind::Portfolio(id) => program.portfolio(*id).is_some_and(|metric| is_fraction(&metric.value, program)),
        ExprKind::Product(factors) => factors.iter().any(|(divide, _)| *divide),
        ExprKind::Aggregate(aggregate) => is_mean(aggregate.function) || aggregate.decay.is_some(),
        ExprKind::Across(across) => is_mean(across.function),
        ExprKind::Function(
            crate::builtins::Scalar::ToRatio | crate::builtins::Scalar::ToPoints | crate::builtins::Scalar::ToNumber,
            arguments,
        ) => arguments.first().is_some_and(|argument| is_fraction(argument, program)),
        _ => false,
    }
}

fn is_mean(function: AggregateFunction) -> bool {
    matches!(
        function,
        AggregateFunction::Avg | AggregateFunction::Share | AggregateFunction::Nps | AggregateFunction::Stddev
    )
}
