//! `dead-branch`: its page is below.

use crate::check::region::Region;
use crate::diagnostics::{Code, Diagnostic, Edit, Fix};
use crate::lint::implied::Clause;
use crate::lint::{Facts, Findings, Lint};
use crate::program::{Expr, ExprKind, TableId};
use std::collections::HashSet;

/// A branch of an `if` that an earlier branch always takes first.
pub const LINT: Lint = Lint {
    code: Code::DeadBranch,
    options: &[],
    run,
    page: r##"# dead-branch

A branch of an `if` is never taken, because the branches above it take all its cases.

Branches are tried from the top. With `> 20k` above `> 250k` the largest customers get what the middle ones get. Ask for the
narrowest first.

## Avoid

```laud
table account { id text key  arr money USD }

metric tier =
  if arr > 20k then 2
  # warning: dead-branch
  else if arr > 250k then 3
  else 1
```

## Prefer

```laud
table account { id text key  arr money USD }

metric tier =
  if arr > 250k then 3
  else if arr > 20k then 2
  else 1
```
"##,
};

/// Longer chains are left alone.
const LONGEST: usize = 60;

fn run(facts: &Facts, found: &mut Findings) {
    let mut inner: HashSet<*const Expr> = HashSet::new();
    facts.each_written(&mut |expr, rows| {
        if inner.contains(&std::ptr::from_ref(expr)) {
            return;
        }
        let mut chain = Vec::new();
        let mut at = expr;
        while let ExprKind::If { condition, then, otherwise } = &at.kind {
            chain.push((&**condition, &**then));
            inner.insert(std::ptr::from_ref(&**otherwise));
            at = otherwise;
        }
        let own = chain.iter().all(|(condition, then)| facts.is_written(condition.span) && facts.is_written(then.span));
        if own && (2..=LONGEST).contains(&chain.len()) {
            branches(facts, &chain, rows, found);
        }
    });
}

fn branches(facts: &Facts, chain: &[(&Expr, &Expr)], rows: Option<TableId>, found: &mut Findings) {
    let clauses: Vec<Clause> = chain.iter().map(|(condition, _)| Clause::new(condition, &facts.proofs, rows)).collect();
    for (place, clause) in clauses.iter().enumerate() {
        let earlier = clauses.get(..place).unwrap_or(&[]);
        let taken = earlier.iter().find(|other| clause.implies(other));
        if taken.is_none() && !covered(clause, earlier) {
            continue;
        }
        let text = facts.text(clause.expr.span);
        let mut finding =
            Diagnostic::new(Code::DeadBranch, clause.expr.span, format!("`{text}` is asked too late to matter"))
                .label("never taken");
        if let Some(other) = taken {
            finding = finding.also(other.expr.span, "this takes all its cases first");
        }
        finding = finding.help("ask for the narrowest first");
        if let ([first, second], true) = (chain, taken.is_some()) {
            finding.fix = Some(swapped(facts, *first, *second));
        }
        let witness = clause.holds().and_then(|holds| facts.proofs.witness(holds, rows));
        if let Some(witness) = witness.filter(|w| w.certain && !w.text.is_empty()) {
            finding = finding.witness(witness.text);
        }
        found.push(finding);
    }
}

/// The two branches in the other order.
fn swapped(facts: &Facts, first: (&Expr, &Expr), second: (&Expr, &Expr)) -> Fix {
    let pairs = [(first.0, second.0), (first.1, second.1), (second.0, first.0), (second.1, first.1)];
    let edits = pairs.map(|(place, other)| Edit { span: place.span, text: facts.text(other.span).to_string() });
    Fix { title: "ask for the narrowest first".to_string(), edits: edits.to_vec() }
}

/// True if the earlier branches about the same quantity together take all that is left.
fn covered(clause: &Clause, earlier: &[Clause]) -> bool {
    let (Some(holds), Some(quantity)) = (clause.holds(), clause.quantity()) else { return false };
    let same = earlier.iter().filter(|other| other.quantity() == Some(quantity));
    let left = same.filter_map(Clause::fails).try_fold(holds.clone(), |left: Region, fails| left.and(fails));
    left.is_some_and(|left| left.is_empty())
}
