//! `or-chain`: its page is below.

use crate::ast::{CompareOp, Expr, ExprKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::{each_of, is_literal, print};
use crate::lint::{Facts, Findings, Lint};
use crate::span::Span;

/// A chain of comparisons that is a list.
pub const LINT: Lint = Lint {
    code: Code::OrChain,
    options: &[],
    run,
    page: r##"# or-chain

One thing is compared with several values, one `or` after the other.

`industry in (fintech, health, public)` says it once, and it cannot happen that one of the comparisons is about another column, or
that an `and` gets between them. The same goes for `!=` and `and`: that is `not in`.

## Avoid

```laud
table account { id text key  industry one of saas, fintech, health, public }

# info: or-chain
segment regulated = industry = fintech or industry = health or industry = public
```

## Prefer

```laud
table account { id text key  industry one of saas, fintech, health, public }

segment regulated = industry in (fintech, health, public)
```
"##,
};

/// So many comparisons are a list.
const LEAST: usize = 3;

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        each_of(item, &mut |expr| {
            let (list, op, word) = match &expr.kind {
                ExprKind::Or(list) => (list, CompareOp::Equal, "in"),
                ExprKind::And(list) => (list, CompareOp::NotEqual, "not in"),
                _ => return,
            };
            let mut rest = list.as_slice();
            while let Some(first) = rest.first() {
                let (length, values) = beginning(rest, op);
                if let (true, Some(last), ExprKind::Compare(_, value, _)) =
                    (values.len() >= LEAST, rest.get(length.saturating_sub(1)), &first.kind)
                {
                    push(facts, (first.span.to(last.span), value, &values), word, found);
                }
                rest = rest.get(length.max(1)..).unwrap_or(&[]);
            }
        });
    }
}

fn push(facts: &Facts, (span, value, values): (Span, &Expr, &[Span]), word: &str, found: &mut Findings) {
    let value = facts.text(value.span);
    let values: Vec<&str> = values.iter().map(|v| facts.text(*v)).collect();
    let plain = format!("{value} {word} ({})", values.join(", "));
    let finding =
        Diagnostic::new(Code::OrChain, span, format!("`{value}` is compared with {} values in turn", values.len()))
            .label("this is one list");
    found.push(match facts.text(span).contains('#') {
        true => finding.help(format!("write `{plain}`")),
        false => finding.fix(format!("write `{plain}`"), span, plain),
    });
}

/// How many clauses from the first on compare the same thing by this operator, and the places of what they compare it with.
fn beginning(list: &[Expr], wanted: CompareOp) -> (usize, Vec<Span>) {
    let mut of = None;
    let mut values = Vec::new();
    for clause in list {
        match &clause.kind {
            ExprKind::Compare(op, value, other)
                if *op == wanted
                    && (is_literal(other) || matches!(other.kind, ExprKind::Name(_)))
                    && of.is_none_or(|of| of == print(&**value)) =>
            {
                of = Some(print(&**value));
                values.push(other.span);
            }
            _ => break,
        }
    }
    (values.len(), values)
}
