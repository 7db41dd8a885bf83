//! `against-direction`: its page is below.

use crate::ast::MetaKind;
use crate::check::interval::Numbers;
use crate::check::region::band_numbers;
use crate::diagnostics::{Code, Diagnostic};
use crate::diagnostics::{Edit, Fix};
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;
use crate::program::{BandTable, BandTest};
use crate::span::Span;
use std::cmp::Ordering;

/// Points that rise although higher is declared worse, or the other way.
pub const LINT: Lint = Lint {
    code: Code::AgainstDirection,
    options: &[],
    run,
    page: r##"# against-direction

The points go the other way than `higher is better` or `higher is worse` says.

The direction is what reports, arrows and reviewers go by. If declined requests are worse the more there are, they must not
earn points the more there are. One of the two is upside down.

## Avoid

```laud
table account { id text key  quiet_days integer 0 or more  usage ratio 0% to 100% }

metric quiet {
  value  quiet_days
  higher is worse
  # warning: against-direction
  scale  0 -> 0, 90 -> 100
}
```

## Prefer

```laud
table account { id text key  quiet_days integer 0 or more  usage ratio 0% to 100% }

metric quiet {
  value  quiet_days
  higher is worse
  scale  0 -> 100, 90 -> 0
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for metric in &facts.program.metrics {
        let declared = metric.header.meta.iter().find_map(|meta| match meta.kind {
            MetaKind::Direction { higher_is_better } => Some((higher_is_better, meta.span)),
            _ => None,
        });
        let Some((better, place)) = declared else { continue };
        for scale in &metric.scales {
            let ends = scale.points.first().zip(scale.points.last()).map(|((_, first), (_, last))| last.cmp(first));
            judge(better, place, ends, scale.span, found);
            if let (Some(finding), [(_, first), (_, last)]) = (found.last_at(scale.span), scale.points.as_slice()) {
                // `0 -> 0, 10 -> 100` turned round: only the points change places.
                let text = facts.text(scale.span);
                let turned = turned(text, &first.to_string(), &last.to_string());
                finding.fix = turned.map(|edit| Fix {
                    title: format!("write `{edit}`"),
                    edits: vec![Edit { span: scale.span, text: edit }],
                });
            }
        }
        for table in &metric.thresholds {
            judge(better, place, direction(table), table.span, found);
        }
    }
}

/// A scale of two corners with its points changed round, if they are written as plain numbers.
fn turned(text: &str, first: &str, last: &str) -> Option<String> {
    let mut parts = text.split("->");
    let (Some(head), Some(middle), Some(tail), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return None;
    };
    let (points, value) = middle.split_once(',')?;
    (points.trim() == first && tail.trim() == last).then(|| {
        let (one, other) = (points.replacen(first, last, 1), tail.replacen(last, first, 1));
        format!("{head}->{one},{value}->{other}")
    })
}

/// How the points of a table go as the value rises; nothing if they do not go one way, or values have no order.
fn direction(table: &BandTable) -> Option<Ordering> {
    let mut rest = Numbers::all();
    let mut steps: Vec<(Decimal, Decimal)> = Vec::new();
    for band in &table.bands {
        if !matches!(band.test, BandTest::Compare(..) | BandTest::Between(..) | BandTest::Otherwise) {
            continue;
        }
        let own = rest.and(&band_numbers(&band.test));
        rest = rest.without(&own);
        let low = own.low().or_else(|| own.high().and_then(|high| high.sub(Decimal::ONE)));
        steps.push((low?, band.points?));
    }
    steps.sort();
    let ways: Vec<Ordering> = steps.iter().zip(steps.iter().skip(1)).map(|((_, a), (_, b))| b.cmp(a)).collect();
    let moves = |way| ways.contains(&way);
    match (moves(Ordering::Greater), moves(Ordering::Less)) {
        (true, false) => Some(Ordering::Greater),
        (false, true) => Some(Ordering::Less),
        _ => None,
    }
}

fn judge(better: bool, declared: Span, way: Option<Ordering>, place: Span, found: &mut Findings) {
    let against = if better { Ordering::Less } else { Ordering::Greater };
    if way == Some(against) {
        let (word, goes) = if better { ("better", "fall") } else { ("worse", "rise") };
        found.push(
            Diagnostic::new(Code::AgainstDirection, place, format!("the points {goes} although higher is {word}"))
                .label(format!("the points {goes} with the value"))
                .also(declared, format!("higher is {word}"))
                .help("turn the points round, or the direction"),
        );
    }
}
