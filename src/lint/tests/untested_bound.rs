//! `untested-bound`: its page is below.

use crate::check::interval::Numbers;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::expected::{self, Names};
use crate::lint::{Facts, Findings, Lint};
use crate::program::{Band, BandTest};
use std::collections::HashMap;

/// A bound that no test stands on, where the others are tested.
pub const LINT: Lint = Lint {
    code: Code::UntestedBound,
    options: &[],
    run,
    page: r##"# untested-bound

No test stands exactly on this bound, though the other bounds of the table are tested.

Whether exactly 3 is still active is what people argue about. Tests on the bound settle it; where most bounds of a table have one, the
missing one is told.

## Avoid

```laud
table account { id text key  name text  health points }
events call of account at called_on { done boolean }

metric calls = count(call where done in last 90 days)
metric feeling = health

scorecard advocacy {
  feeling  weight 100  scale 0 -> 0, 100 -> 100
  grades { gold >= 85  none otherwise }
}


metric tries {
  value  health
  thresholds {
    many  >= 50      -> 100
    some  >= 20      -> 60
    # info: untested-bound
    few   >= 5       -> 20
    none  otherwise  -> 0
  }
}

test "bounds" as of 2026-03-31 {
  account a { health 50 }
  account b { health 20 }
  expect a.tries = 50
  expect b.tries = 20
}
```

## Prefer

```laud
table account { id text key  name text  health points }
events call of account at called_on { done boolean }

metric calls = count(call where done in last 90 days)
metric feeling = health

scorecard advocacy {
  feeling  weight 100  scale 0 -> 0, 100 -> 100
  grades { gold >= 85  none otherwise }
}


metric tries {
  value  health
  thresholds {
    many  >= 50      -> 100
    some  >= 20      -> 60
    few   >= 5       -> 20
    none  otherwise  -> 0
  }
}

test "bounds" as of 2026-03-31 {
  account a { health 50 }
  account b { health 20 }
  account c { health 5 }
  expect a.tries = 50
  expect b.tries = 20
  expect c.tries = 5
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let names = Names::new(facts);
    let mut said: HashMap<&str, Vec<Numbers>> = HashMap::new();
    for (_, test) in expected::tests(facts) {
        for claim in names.claims(test) {
            said.entry(claim.name).or_default().push(claim.numbers);
        }
    }
    for metric in &facts.program.metrics {
        let Some(values) = said.get(metric.header.name.as_str()) else { continue };
        for table in metric.thresholds.iter().filter(|table| table.segment.is_none()) {
            let bounds: Vec<(&Band, Numbers)> =
                table.bands.iter().filter_map(|band| Some((band, bound(band)?))).collect();
            let (on, off): (Vec<_>, Vec<_>) = bounds.iter().partition(|(_, at)| values.contains(at));
            if on.len() < 2 || on.len() < off.len() * 2 {
                continue;
            }
            for (band, _) in off {
                let message = format!("no test of `{}` stands on the bound of `{}`", metric.header.name, band.name);
                found.push(
                    Diagnostic::new(Code::UntestedBound, band.span, message)
                        .label(format!("{} of {} bounds are tested", on.len(), bounds.len()))
                        .help("expect the value that is exactly the bound, and its band"),
                );
            }
        }
    }
}

/// The bound of a band as a set of one number.
fn bound(band: &Band) -> Option<Numbers> {
    match band.test {
        BandTest::Compare(_, at) => Some(Numbers::points(std::iter::once(at))),
        _ => None,
    }
}
