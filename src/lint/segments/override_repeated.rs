//! `override-repeated`: its page is below.

use crate::ast::{ItemKind, Thresholds};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::written::print;
use crate::lint::{Facts, Findings, Lint};
use crate::span::Span;
use std::collections::HashMap;

/// The same numbers for two segments.
pub const LINT: Lint = Lint {
    code: Code::OverrideRepeated,
    options: &[],
    run,
    page: r##"# override-repeated

Two segments have the same table of their own.

One of them was copied from the other. If they are meant to differ, its numbers were never changed; if not, one segment that holds both
keeps the bounds in one place.

## Avoid

```laud
table account { id text key  calls integer 0 or more  region one of amer, emea, apac }

segment europe = region = emea
segment asia   = region = apac

metric references {
  value  calls
  thresholds {
    champion  >= 5       -> 100
    silent    otherwise  -> 0
  }
  thresholds for europe {
    champion  >= 3       -> 100
    silent    otherwise  -> 0
  }
  # info: override-repeated
  thresholds for asia {
    champion  >= 3       -> 100
    silent    otherwise  -> 0
  }
}
```

## Prefer

```laud
table account { id text key  calls integer 0 or more  region one of amer, emea, apac }

segment elsewhere = region in (emea, apac)

metric references {
  value  calls
  thresholds {
    champion  >= 5       -> 100
    silent    otherwise  -> 0
  }
  thresholds for elsewhere {
    champion  >= 3       -> 100
    silent    otherwise  -> 0
  }
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        let metric = match &item.kind {
            ItemKind::Metric(metric) | ItemKind::Portfolio(metric) => metric,
            ItemKind::RowMetric(rows) => &rows.metric,
            ItemKind::Scorecard(card) => {
                tables(&card.grades, "grades", found);
                continue;
            }
            _ => continue,
        };
        tables(&metric.thresholds, "thresholds", found);
        let scales = metric.scales.iter().map(|scale| (scale.segment.as_ref(), print(&scale.points), scale.span));
        same(scales.filter_map(|(segment, points, span)| Some((segment?.text.as_str(), points, span))), "scale", found);
    }
}

fn tables(tables: &[Thresholds], what: &str, found: &mut Findings) {
    let own =
        tables.iter().filter_map(|table| Some((table.segment.as_ref()?.text.as_str(), print(&table.rows), table.span)));
    same(own, what, found);
}

fn same<'a>(all: impl Iterator<Item = (&'a str, u64, Span)>, what: &str, found: &mut Findings) {
    let mut seen: HashMap<u64, (&str, Span)> = HashMap::new();
    for (segment, numbers, span) in all {
        match seen.get(&numbers) {
            Some((other, first)) => found.push(
                Diagnostic::new(Code::OverrideRepeated, span, format!("`{segment}` has the same {what} as `{other}`"))
                    .label("the same numbers")
                    .also(*first, format!("those for `{other}`"))
                    .help(format!(
                        "change what should differ, or declare one segment that holds `{other}` and `{segment}`"
                    )),
            ),
            None => {
                seen.insert(numbers, (segment, span));
            }
        }
    }
}
