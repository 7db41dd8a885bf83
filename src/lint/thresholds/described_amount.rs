//! `described-amount`: its page is below.

use crate::ast::{self, ExprKind, ItemKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint, written};
use crate::number::Decimal;

/// `arr >= 250` below "customers of 250k and more".
pub const LINT: Lint = Lint {
    code: Code::DescribedAmount,
    options: &[],
    run,
    page: r##"# described-amount

The words say 250k, and the rule 250, or 250M.

Thousands and millions are lost when a bound is copied from a slide, and nothing stops the rule: everybody is a large customer,
or nobody is. Only amounts with the same digits are compared, a thousand or a million apart, and only where no bound of the
declaration is the amount that the words name.

## Avoid

```laud
table account { id text key  arr money USD 0 or more }

# Customers of 250k and more.
# warning: described-amount
segment large = arr >= 250
```

## Prefer

```laud
table account { id text key  arr money USD 0 or more }

# Customers of 250k and more.
segment large = arr >= 250k
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        let Some(doc) = &item.doc else { continue };
        if matches!(item.kind, ItemKind::Table(_) | ItemKind::Events(_) | ItemKind::Test(_) | ItemKind::Fixture(_)) {
            continue;
        }
        let said: Vec<(Decimal, &str)> = doc.split_whitespace().filter_map(amount).collect();
        if said.is_empty() {
            continue;
        }
        let mut bounds: Vec<(Decimal, &ast::Expr)> = Vec::new();
        written::each_of(item, &mut |expr| match &expr.kind {
            ExprKind::Number(n) | ExprKind::Money(n, _) => bounds.push((*n, expr)),
            _ => {}
        });
        for (amount, words) in said {
            if bounds.iter().any(|(bound, _)| *bound == amount) {
                continue;
            }
            let Some((_, bound)) = bounds.iter().find(|(bound, _)| apart(amount, *bound)) else { continue };
            let text = facts.text(bound.span);
            let currency = text.find(' ').and_then(|blank| text.get(blank..)).unwrap_or("");
            let right = format!("{words}{currency}");
            found.push(
                Diagnostic::new(Code::DescribedAmount, bound.span, format!("the description says \"{words}\""))
                    .label(format!("the same digits as {words}, and another amount"))
                    .fix(format!("write `{right}`, or mend the description"), bound.span, right),
            );
        }
    }
}

/// `250k`, `$1.2M`, `250k.`: an amount in thousands or more, and how it is written here.
fn amount(word: &str) -> Option<(Decimal, &str)> {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let number = word.strip_suffix(['k', 'K', 'm', 'M', 'b', 'B'])?;
    let factor = match word.as_bytes().last()? {
        b'k' | b'K' => 1_000,
        // `3m` may be months.
        b'M' => 1_000_000,
        b'B' => 1_000_000_000,
        _ => return None,
    };
    let plain = number.bytes().all(|b| b.is_ascii_digit() || b == b'.') && number.bytes().any(|b| b.is_ascii_digit());
    let amount = Decimal::parse(number).ok().filter(|_| plain)?.mul(Decimal::int(factor))?;
    Some((amount, word))
}

/// True for 250 and 250k, or 250k and 250M.
fn apart(one: Decimal, other: Decimal) -> bool {
    let times = |a: Decimal, b: Decimal| {
        [1_000, 1_000_000].iter().any(|factor| a.mul(Decimal::int(*factor)) == Some(b)) && !a.is_zero()
    };
    times(one, other) || times(other, one)
}
