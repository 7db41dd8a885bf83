//! `described-otherwise`: its page is below.

use crate::ast::{CompareOp, ExprKind, ItemKind, RowTestKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;

/// The description says "or more" where the row says `>`, or the other way.
pub const LINT: Lint = Lint {
    code: Code::DescribedOtherwise,
    options: &[],
    run,
    page: r##"# described-otherwise

The description includes a bound that the row leaves out, or the other way.

"Silver from 60 on" beside `> 60`: the account with exactly 60 is what the next meeting is about. The words at least, or more,
from … on, more than, above, below, under, at most, up to and or less are compared with the rows that have the same number.

## Avoid

```laud
table account { id text key  usage number 0 to 100 }

# Healthy at 70 or more.
metric use {
  value  usage
  thresholds {
    # warning: described-otherwise
    healthy  > 70      -> 100
    idle     otherwise -> 0
  }
}
```

## Prefer

```laud
table account { id text key  usage number 0 to 100 }

# Healthy at 70 or more.
metric use {
  value  usage
  thresholds {
    healthy  >= 70     -> 100
    idle     otherwise -> 0
  }
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        let Some(doc) = &item.doc else { continue };
        let tables = match &item.kind {
            ItemKind::Metric(metric) => &metric.thresholds,
            ItemKind::Scorecard(card) => &card.grades,
            _ => continue,
        };
        let said = claims(doc);
        for row in tables.iter().flat_map(|table| &table.rows) {
            let RowTestKind::Compare(op, bound) = &row.test.kind else { continue };
            let n = match &bound.kind {
                ExprKind::Number(n) | ExprKind::Money(n, _) => *n,
                // Kept as a ratio; people write the percent.
                ExprKind::Percent(n) => *n,
                _ => continue,
            };
            let same = |claim: &&Claim| claim.bound == n || claim.bound.mul(Decimal::HUNDRED) == Some(n);
            let hundredth = |claim: &&Claim| n.mul(Decimal::HUNDRED) == Some(claim.bound);
            let of_bound: Vec<&Claim> = said.iter().filter(|c| same(c) || hundredth(c)).collect();
            // A claim that agrees settles it.
            if of_bound.iter().any(|claim| claim.op == *op || turned(claim.op) == *op) {
                continue;
            }
            let Some(claim) = of_bound.iter().find(|claim| claim.op == loosened(*op)) else { continue };
            let right = row_with(claim.op, facts.text(bound.span));
            let message =
                format!("the description says \"{}\", and this row `{}`", claim.words, facts.text(row.test.span));
            found.push(
                Diagnostic::new(Code::DescribedOtherwise, row.test.span, message)
                    .label("they differ exactly at the bound")
                    .fix(format!("write `{right}`, or mend the description"), row.test.span, right),
            );
        }
    }
}

/// What a description says about a bound.
struct Claim {
    op: CompareOp,
    bound: Decimal,
    words: String,
}

/// The same bound, open instead of closed or the other way.
fn loosened(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Greater => CompareOp::GreaterEqual,
        CompareOp::GreaterEqual => CompareOp::Greater,
        CompareOp::Less => CompareOp::LessEqual,
        CompareOp::LessEqual => CompareOp::Less,
        other => other,
    }
}

/// The other side of the same bound: what is not below 70 is 70 or more.
fn turned(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Greater => CompareOp::LessEqual,
        CompareOp::GreaterEqual => CompareOp::Less,
        CompareOp::Less => CompareOp::GreaterEqual,
        CompareOp::LessEqual => CompareOp::Greater,
        other => other,
    }
}

fn row_with(op: CompareOp, bound: &str) -> String {
    format!("{} {bound}", op.symbol())
}

/// Numbers up to ten in words.
const WORDS: [&str; 11] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/// All claims of a description.
fn claims(doc: &str) -> Vec<Claim> {
    let words: Vec<String> = doc
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !(c.is_alphanumeric() || c == '%')).to_lowercase())
        .collect();
    let word = |i: usize| words.get(i).map_or("", String::as_str);
    let mut found = Vec::new();
    for (i, text) in words.iter().enumerate() {
        let digits = text.trim_end_matches('%').replace('_', "");
        let named = WORDS.iter().position(|w| w == text).map(|n| Decimal::int(n as i64));
        let Some(bound) = named.or_else(|| Decimal::parse(&digits).ok()) else { continue };
        let before = |back: usize| i.checked_sub(back).map_or("", word);
        let pair = (before(2), before(1));
        // What follows may come a few words later: "70% of their seats or more".
        let after = (1..6).find_map(|ahead| match (word(i + ahead), word(i + ahead + 1)) {
            ("or", "more" | "higher" | "above") => Some(CompareOp::GreaterEqual),
            ("or", "less" | "lower" | "fewer" | "below") => Some(CompareOp::LessEqual),
            ("on", _) if pair.1 == "from" => Some(CompareOp::GreaterEqual),
            ("on", "or") | ("and", _) => None,
            _ => None,
        });
        let op = after.or(match pair {
            ("at", "least") => Some(CompareOp::GreaterEqual),
            ("at", "most") | ("up", "to") => Some(CompareOp::LessEqual),
            ("more" | "higher" | "greater", "than") | (_, "above" | "over" | "exceeding") => Some(CompareOp::Greater),
            ("less" | "lower" | "fewer", "than") | (_, "below" | "under") => Some(CompareOp::Less),
            _ => None,
        });
        if let Some(op) = op {
            let from = i.saturating_sub(2);
            let to = (i + 6).min(words.len());
            let phrase = match after {
                Some(_) => words.get(i..to).map(until_claim).unwrap_or_default(),
                None => words.get(from..=i).map(|w| w.join(" ")).unwrap_or_default(),
            };
            found.push(Claim { op, bound, words: phrase });
        }
    }
    found
}

/// Up to and with the word that makes the claim.
fn until_claim(words: &[String]) -> String {
    let end = words
        .iter()
        .position(|w| ["more", "higher", "above", "less", "lower", "fewer", "below", "on"].contains(&w.as_str()));
    words.get(..=end.unwrap_or(0)).map(|w| w.join(" ")).unwrap_or_default()
}
