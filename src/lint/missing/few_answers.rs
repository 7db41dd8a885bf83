//! `few-answers`: its page is below.

use crate::builtins::AggregateFunction;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::aggregates;
use crate::lint::{Facts, Findings, Lint};
use crate::number::Decimal;
use crate::program::ExprKind;

/// A survey score that one answer can make.
pub const LINT: Lint = Lint {
    code: Code::FewAnswers,
    options: &[],
    run,
    page: r##"# few-answers

A survey score does not say how many answers it needs, or is content with one or two.

One answer makes an NPS of 100 or of -100, and next week the opposite. With five answers it is still rough, but it is not one
person's mood. Whole portfolios and metrics with a stated least number are left alone.

## Avoid

```laud
table account { id text key  csm text optional  used integer 0 or more optional  solicited boolean optional }

events survey of account at answered_on { contact text personal  score integer 0 to 10 }

events rating of account at given_on { stars integer 1 to 5 }

# warning: few-answers
metric voice = nps(score of survey in last 180 days)
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
    for metric in &facts.program.metrics {
        for (call, aggregate) in aggregates(&metric.value) {
            use AggregateFunction as A;
            let survey = matches!(aggregate.function, A::Nps | A::Csat | A::CsatMean | A::Ces);
            // A mean of answers on a short scale is a survey too.
            let answers = aggregate.function == A::Avg
                && aggregate.value.as_ref().is_some_and(|value| {
                    let domain = facts.proofs.row_domain(value, aggregate.source);
                    let field = matches!(value.kind, ExprKind::RowField(_)) && domain.whole;
                    field && domain.low.is_some() && domain.high.is_some_and(|high| high <= Decimal::int(10))
                });
            let enough = if survey { 3 } else { 2 };
            if !(survey || answers) || aggregate.at_least.is_some_and(|least| least >= enough) {
                continue;
            }
            let text = facts.text(call.span);
            let name = &metric.header.name;
            let (message, fixed) = match aggregate.at_least {
                None => {
                    let word = if survey { "answers" } else { "rows" };
                    let open = text.strip_suffix(')').map(|open| format!("{open}, at least 5 {word})"));
                    (format!("one answer can make `{name}`"), open)
                }
                Some(least) => {
                    let written = format!("at least {least} ");
                    let more = text.contains(&written).then(|| text.replacen(&written, "at least 5 ", 1));
                    (format!("{least} answers can make `{name}`"), more)
                }
            };
            let finding = Diagnostic::new(Code::FewAnswers, call.span, message).label("swings from end to end");
            found.push(match fixed {
                Some(fixed) => finding.fix("say how many it needs: `at least 5 answers`", call.span, fixed),
                None => finding.help("say how many it needs: `at least 5 answers`"),
            });
        }
    }
}
