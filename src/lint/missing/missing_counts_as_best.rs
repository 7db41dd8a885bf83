//! `missing-counts-as-best`: its page is below.

use crate::ast::MetaKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::each;
use crate::lint::{Facts, Findings, Lint};
use crate::program::{BandTest, ExprKind};

/// Who did not answer counts as the best there is.
pub const LINT: Lint = Lint {
    code: Code::MissingCountsAsBest,
    options: &[],
    run,
    page: r##"# missing-counts-as-best

`or else` gives the highest value there can be, so missing data looks perfect.

An account that never answered a survey then has an NPS of 100 and beats everyone who was asked. Say what is known: leave it
missing, and let the scorecard share out the weight; or take a middle value.

## Avoid

```laud
table account { id text key  csm text optional  used integer 0 or more optional  solicited boolean optional }

events survey of account at answered_on { contact text personal  score integer 0 to 10 }

events rating of account at given_on { stars integer 1 to 5 }

# warning: missing-counts-as-best
metric voice = nps(score of survey in last 180 days, at least 5 answers) or else 100
```

## Prefer

```laud
table account { id text key  csm text optional  used integer 0 or more optional  solicited boolean optional }

events survey of account at answered_on { contact text personal  score integer 0 to 10 }

events rating of account at given_on { stars integer 1 to 5 }

metric voice = nps(score of survey in last 180 days, at least 5 answers)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for (root, name) in facts.values() {
        each(root, &mut |expr| {
            let ExprKind::OrElse(list) = &expr.kind else { return };
            let [first, .., last] = list.as_slice() else { return };
            let ExprKind::Literal(value) = &last.kind else { return };
            let Some(default) = value.number() else { return };
            let domain = facts.proofs.domain(first);
            // Only where it has a best end on both sides: a count of 0 is no perfect score.
            let metric = facts.program.metrics.iter().find(|m| m.header.name == name);
            let worse = metric.is_some_and(|metric| {
                metric.header.meta.iter().any(|m| matches!(m.kind, MetaKind::Direction { higher_is_better: false }))
            });
            let best = if worse { domain.low } else { domain.high };
            if domain.low.is_some() && domain.high.is_some() && best == Some(default) {
                found.push(
                    Diagnostic::new(Code::MissingCountsAsBest, expr.span, format!("without data `{name}` is perfect"))
                        .label(format!("{default} is the best there is"))
                        .help("leave it missing, or take a middle value"),
                );
            }
        });
    }
    for metric in &facts.program.metrics {
        for table in &metric.thresholds {
            let most = table.bands.iter().filter_map(|band| band.points).max();
            let others = table.bands.iter().filter(|band| band.points == most).count();
            let nothing = table.bands.iter().find(|band| matches!(band.test, BandTest::Missing));
            if let Some(band) =
                nothing.filter(|band| band.points.is_some() && band.points == most && others < table.bands.len())
            {
                let name = &metric.header.name;
                found.push(
                    Diagnostic::new(
                        Code::MissingCountsAsBest,
                        band.span,
                        format!("without data `{name}` has the most points"),
                    )
                    .label("no row gives more")
                    .help("give fewer points, or leave the row out: the scorecard shares out the weight"),
                );
            }
        }
    }
}
