//! `looks-the-wrong-way`: its page is below.

use crate::calendar::WindowKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::each;
use crate::lint::{Facts, Findings, Lint};
use crate::program::{Expr, ExprKind};

/// What is coming is looked for in the past.
pub const LINT: Lint = Lint {
    code: Code::LooksTheWrongWay,
    options: &[],
    run,
    page: r##"# looks-the-wrong-way

The description speaks of what is coming, and the condition looks back; or the other way.

"Renewals of the next 90 days" with `renewal in last 90 days` takes those whose renewal is over: the rescue begins when the customer
has left. Days until and days since are mixed up as easily.

## Avoid

```laud
table account { id text key  renewal date }

# Renewals of the next 90 days.
# warning: looks-the-wrong-way
segment renewing = renewal in last 90 days
```

## Prefer

```laud
table account { id text key  renewal date }

# Renewals of the next 90 days.
segment renewing = renewal in next 90 days
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let roots: Vec<(&Expr, &str)> =
        facts.values().into_iter().chain(facts.conditions().iter().map(|c| (c.expr, c.owner))).collect();
    for item in facts.own_items() {
        let doc = format!("{} {}", item.doc.as_deref().unwrap_or(""), item.name.text.replace('_', " ")).to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| doc.contains(word));
        let ahead = says(&["next ", "until the", "upcoming", "coming ", "days until", "is due in"]);
        let back = says(&["last ", "since the", "days since", "past ", "ago"]);
        if ahead == back {
            continue;
        }
        for (root, _) in roots.iter().filter(|(_, owner)| *owner == item.name.text) {
            each(root, &mut |expr| {
                let (looks_back, place) = match &expr.kind {
                    ExprKind::Within { window: WindowKind::Last(_), .. } => (true, expr.span),
                    ExprKind::Within { window: WindowKind::Next(_), .. } => (false, expr.span),
                    ExprKind::Elapsed { until, .. } => (!until, expr.span),
                    _ => return,
                };
                if looks_back == ahead {
                    let (way, said) = if looks_back { ("back", "coming") } else { ("ahead", "past") };
                    let text = facts.text(place);
                    let right = turned(text);
                    let message = format!("the words speak of what is {said}, and `{text}` looks {way}");
                    let finding = Diagnostic::new(Code::LooksTheWrongWay, place, message).label(format!("looks {way}"));
                    found.push(match right {
                        Some(right) => finding.fix(format!("write `{right}`, or mend the words"), place, right),
                        None => finding.help("turn the direction, or mend the words"),
                    });
                }
            });
        }
    }
}

/// The same, the other way.
fn turned(text: &str) -> Option<String> {
    let pairs =
        [(" in last ", " in next "), (" in next ", " in last "), (" since ", " until "), (" until ", " since ")];
    pairs.iter().find(|(from, _)| text.contains(from)).map(|(from, to)| text.replacen(from, to, 1))
}
