//! `unused-parameter`: its page is below.

use crate::ast::{ExprKind, ItemKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::each;
use crate::lint::{Facts, Findings, Lint};
use std::collections::HashSet;

/// A parameter of a definition that its body does not read.
pub const LINT: Lint = Lint {
    code: Code::UnusedParameter,
    options: &[],
    run,
    page: r##"# unused-parameter

A definition takes a value and does not look at it.

Callers pass a margin or a period and believe that it counts. Usually the body still reads a column or a constant of the
account instead.

## Avoid

```laud
table account { id text key  arr money USD }

# warning: unused-parameter
define lifetime_value(revenue: money USD, margin: ratio, churn: ratio) = revenue * 80% / churn

metric ltv = lifetime_value(arr, 70%, 12%)
```

## Prefer

```laud
table account { id text key  arr money USD }

define lifetime_value(revenue: money USD, margin: ratio, churn: ratio) = revenue * margin / churn

metric ltv = lifetime_value(arr, 70%, 12%)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        let ItemKind::Define(define) = &item.kind else { continue };
        let mut read: HashSet<&str> = HashSet::new();
        each(&define.body, &mut |expr| match &expr.kind {
            ExprKind::Name(name) => drop(read.insert(name)),
            // Where names stand that are no expressions: sources, columns, windows.
            ExprKind::Call(_) | ExprKind::Ranked { .. } => read.extend(words(facts.text(expr.span))),
            _ => {}
        });
        for parameter in &define.parameters {
            let name = parameter.name.text.as_str();
            if !read.contains(name) {
                let message = format!("`{}` does not look at `{name}`", item.name.text);
                found.push(
                    Diagnostic::new(Code::UnusedParameter, parameter.name.span, message)
                        .label("taken, and never read")
                        .also(define.body.span, "not in here")
                        .help("read it, or leave it out here and where the definition is called"),
                );
            }
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}
