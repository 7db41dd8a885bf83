//! `redundant-clause`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::implied::Clause;
use crate::lint::places::has_param;
use crate::lint::written::{print, without_clause};
use crate::lint::{Facts, Findings, Lint};
use crate::program::{Expr, ExprKind, TableId};
use crate::span::Span;
use std::collections::HashMap;

/// A clause that another clause beside it makes superfluous.
pub const LINT: Lint = Lint {
    code: Code::RedundantClause,
    options: &[],
    run,
    page: r##"# redundant-clause

A clause says nothing that the others do not say.

In `arr > 250k and arr > 100k` only the first decides; in `or` only the wider one does. Who changes the other one, in the belief that
it matters, changes nothing. Often one of the two was meant to be about another column, or to point the other way.

## Avoid

```laud
table account { id text key  arr money USD  open_p1 integer 0 or more }

# warning: redundant-clause
segment large = arr > 250k and arr > 100k

# warning: redundant-clause
segment troubled = open_p1 > 0 or open_p1 > 3
```

## Prefer

```laud
table account { id text key  arr money USD  open_p1 integer 0 or more }

segment large = arr > 250k

segment troubled = open_p1 > 0
```
"##,
};

/// In longer chains only clauses that are written twice are looked for.
const LONGEST: usize = 60;

fn run(facts: &Facts, found: &mut Findings) {
    facts.each_written(&mut |expr, rows| match &expr.kind {
        ExprKind::And(list) => chain(facts, list, true, rows, found),
        ExprKind::Or(list) => chain(facts, list, false, rows, found),
        _ => {}
    });
}

fn chain(facts: &Facts, list: &[Expr], and: bool, rows: Option<TableId>, found: &mut Findings) {
    if list.iter().any(|clause| !facts.is_written(clause.span)) {
        return;
    }
    let superfluous = match list.len() > LONGEST {
        true => repeated(list),
        false => implied(facts, list, and, rows),
    };
    // One at a time: without it another may be needed.
    let Some((place, other)) = superfluous else { return };
    let spans: Vec<Span> = list.iter().map(|clause| clause.span).collect();
    let (Some(own), Some(by)) = (list.get(place), list.get(other)) else { return };
    let (clause, stronger) = (facts.text(own.span), facts.text(by.span));
    let message = match (print(own) == print(by), and) {
        (true, _) => format!("`{clause}` stands here twice"),
        (false, true) => format!("`{clause}` holds whenever `{stronger}` does"),
        (false, false) => format!("`{clause}` adds nothing to `{stronger}`"),
    };
    let mut finding = Diagnostic::new(Code::RedundantClause, own.span, message)
        .label("decides nothing")
        .also(by.span, "this decides")
        .help("leave it out, or say what was meant");
    finding.fix = without_clause(&spans, place, |span| facts.text(span).to_string());
    found.push(finding);
}

/// A clause that is superfluous, and the one that makes it so.
fn implied(facts: &Facts, list: &[Expr], and: bool, rows: Option<TableId>) -> Option<(usize, usize)> {
    // A run may set a bound that decides.
    if list.iter().any(has_param) {
        return repeated(list);
    }
    let clauses: Vec<Clause> = list.iter().map(|expr| Clause::new(expr, &facts.proofs, rows)).collect();
    for (i, own) in clauses.iter().enumerate() {
        for (j, other) in clauses.iter().enumerate().filter(|(j, _)| *j != i) {
            let follows = |a: &Clause, b: &Clause| if and { a.implies(b) } else { b.implies(a) };
            // Of two that say the same the later one is superfluous.
            if follows(other, own) && (j < i || !follows(own, other)) {
                return Some((i, j));
            }
        }
    }
    None
}

fn repeated(list: &[Expr]) -> Option<(usize, usize)> {
    let mut seen: HashMap<u64, usize> = HashMap::new();
    list.iter().enumerate().find_map(|(place, clause)| Some((place, seen.insert(print(clause), place)?)))
}
