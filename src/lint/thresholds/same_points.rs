//! `same-points`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;
use crate::program::{Band, BandTest};

/// Neighbouring rows with the same points.
pub const LINT: Lint = Lint {
    code: Code::SamePoints,
    options: &[],
    run,
    page: r##"# same-points

Two rows that follow each other give the same points.

Two bands that are worth the same are one band to the score. Often the second number was meant to be another; if the two names
are wanted for a rule or a report, say so with `# laud: allow same-points because "…"`.

## Avoid

```laud
table account { id text key  quiet_days integer 0 or more  usage ratio 0% to 100% }

metric quiet {
  value  quiet_days
  thresholds {
    lively  <= 7      -> 100
    # warning: same-points
    calm    <= 30     -> 100
    silent  otherwise -> 0
  }
}
```

## Prefer

```laud
table account { id text key  quiet_days integer 0 or more  usage ratio 0% to 100% }

metric quiet {
  value  quiet_days
  thresholds {
    lively  <= 7      -> 100
    calm    <= 30     -> 50
    silent  otherwise -> 0
  }
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for metric in &facts.program.metrics {
        for table in &metric.thresholds {
            // The names may be all that matters: somebody asks for the band.
            let asked = table.bands.iter().any(|band| facts.uses.together(&band.name, &metric.header.name));
            let pairs = table.bands.iter().zip(table.bands.iter().skip(1));
            for (place, (one, next)) in pairs.enumerate().filter(|_| !asked) {
                let plain = |band: &Band| !matches!(band.test, BandTest::Missing);
                if one.points.is_some() && one.points == next.points && plain(one) && plain(next) {
                    let points = one.points.map_or(String::new(), |p| p.to_string());
                    let message = format!("`{}` and `{}` both give {points} points", one.name, next.name);
                    found.push(
                        Diagnostic::new(Code::SamePoints, next.span, message)
                            .label("worth the same as the row above")
                            .also(one.span, "the row above")
                            .help(match between(next, table.bands.get(place + 2)) {
                                Some(points) => {
                                    format!("give other points, such as `-> {points}`, or make the two rows one")
                                }
                                None => "give other points, or make the two rows one".to_string(),
                            }),
                    );
                }
            }
        }
    }
}

/// Points half way to the row below, where that gives others.
fn between(row: &Band, below: Option<&Band>) -> Option<Decimal> {
    let (own, other) = (row.points?, below?.points?);
    own.add(other)?.div(Decimal::int(2)).filter(|_| own != other)
}
