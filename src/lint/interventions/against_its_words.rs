//! `against-its-words`: its page is below.

use crate::ast::{CompareOp, MetaKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::lint::{asking, rules};
use crate::program::{Expr, ExprKind, Rule};
use crate::span::Span;

/// A rule says poor and compares with above, or healthy and below.
pub const LINT: Lint = Lint {
    code: Code::AgainstItsWords,
    options: &[],
    run,
    page: r##"# against-its-words

The words of the rule say one thing and the comparison the opposite.

"Rescue customers in poor health" with `health > 40` calls everybody who is well. Only rules with one comparison, of a score, are
looked at, and only where the words leave no doubt.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

metric use = arr / 1k USD

scorecard wellness { use weight 100  scale 0 -> 0, 100 -> 100 }

rule rescue "Rescue customers in poor health" {
  # warning: against-its-words
  when  wellness > 40
  do    task "Call {name}" assign csm due in 2 days
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

metric use = arr / 1k USD

scorecard wellness { use weight 100  scale 0 -> 0, 100 -> 100 }

rule rescue "Rescue customers in poor health" {
  when  wellness < 40
  do    task "Call {name}" assign csm due in 2 days
}
```
"##,
};

/// Words of those who are not well.
const ILL: [&str; 9] = ["poor", "unhealthy", "risk", "rescue", "struggling", "weak", "low", "declining", "unhappy"];

/// Words of those who are.
const WELL: [&str; 4] = ["healthy", "thriving", "happy", "delighted"];

fn run(facts: &Facts, found: &mut Findings) {
    for rule in &facts.program.rules {
        let Some((left, op, right)) = only_comparison(&rule.condition) else { continue };
        let ExprKind::Score(id) = left.kind else { continue };
        let Some(card) = facts.program.scorecards.get(id.index()) else { continue };
        // Of a score for risk, high is bad.
        let worse = card.header.meta.iter().any(|m| matches!(m.kind, MetaKind::Direction { higher_is_better: false }));
        let name = format!("{} {}", card.header.name, card.header.title()).to_lowercase();
        if worse || ["risk", "churn", "effort", "danger", "fatigue"].iter().any(|word| name.contains(word)) {
            continue;
        }
        let above = matches!(op, CompareOp::Greater | CompareOp::GreaterEqual);
        let words = words(facts, rule);
        let says = |list: &[&str]| words.iter().find(|word| list.contains(&word.as_str()));
        let (word, other) = match (says(&ILL), says(&WELL)) {
            (Some(word), None) if above => (word, "<"),
            (None, Some(word)) if !above && !words.iter().any(|word| word == "not" || word == "no") => (word, ">="),
            _ => continue,
        };
        let side = if above { "above" } else { "below" };
        let between = Span { start: left.span.end, end: right.span.start, ..left.span };
        let message =
            format!("`{}` says \"{word}\", and takes who is {side} {}", rule.header.name, facts.text(right.span));
        found.push(
            Diagnostic::new(Code::AgainstItsWords, rule.condition.span, message)
                .label("the other way round?")
                .also(rule.header.span, "what it says")
                .fix(format!("write `{other}`, or mend the words"), between, format!(" {other} ")),
        );
    }
}

/// The one comparison of a condition that is otherwise about dates and membership.
fn only_comparison(condition: &Expr) -> Option<(&Expr, CompareOp, &Expr)> {
    let mut found = None;
    for part in rules::parts(condition) {
        match &part.kind {
            ExprKind::Compare(
                op @ (CompareOp::Less | CompareOp::LessEqual | CompareOp::Greater | CompareOp::GreaterEqual),
                left,
                right,
            ) => {
                if found.replace((&**left, *op, &**right)).is_some() {
                    return None;
                }
            }
            ExprKind::Within { .. } | ExprKind::Segment(_) | ExprKind::Part(..) => {}
            _ => return None,
        }
    }
    found
}

/// The words of its name, title and description, and of the comments in it.
fn words(facts: &Facts, rule: &Rule) -> Vec<String> {
    let doc = rule.header.doc.as_deref().unwrap_or("");
    let body = facts.text(Span { end: rule.condition.span.start, ..rule.header.span });
    let comments: Vec<&str> = body.lines().filter_map(|line| line.trim_start().strip_prefix('#')).collect();
    asking::words(&format!("{} {} {doc} {}", rule.header.name, rule.header.title(), comments.join(" ")))
}
