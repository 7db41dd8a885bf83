//! `reason-against-weight`: its page is below.

use crate::diagnostics::{Code, Diagnostic, Edit, Fix};
use crate::lint::{Facts, Findings, Lint};
use crate::program::Line;
use crate::span::Span;

/// A reason that says a line matters most where another weighs more.
pub const LINT: Lint = Lint {
    code: Code::ReasonAgainstWeight,
    options: &[],
    run,
    page: r##"# reason-against-weight

A line matters most by its reason and not by its weight, or matters least and weighs most.

Weights are changed over the years and reasons stay. When "matters most" stands on the lightest line, either the weights were
swapped or the reasons are old.

## Avoid

```laud
table account { id text key  open_p1 integer 0 or more  use ratio 0% to 100%  talks number 0 to 100  asks number 0 to 100 }

metric usage { value use     scale 0% -> 0, 100% -> 100 }
metric talking { value talks scale 0 -> 0, 100 -> 100 }
metric asking { value asks   scale 0 -> 0, 100 -> 100 }

scorecard health {
  # warning: reason-against-weight
  usage    weight 20  because "matters most"
  talking  weight 80  because "nice to have"
}
```

## Prefer

```laud
table account { id text key  open_p1 integer 0 or more  use ratio 0% to 100%  talks number 0 to 100  asks number 0 to 100 }

metric usage { value use     scale 0% -> 0, 100% -> 100 }
metric talking { value talks scale 0 -> 0, 100 -> 100 }
metric asking { value asks   scale 0 -> 0, 100 -> 100 }

scorecard health {
  usage    weight 80  because "matters most"
  talking  weight 20  because "nice to have"
}
```
"##,
};

const MOST: [&str; 5] = ["matters most", "counts most", "most important", "matters the most", "weighs most"];
const LEAST: [&str; 6] =
    ["matters least", "counts least", "least important", "matters the least", "weighs least", "nice to have"];

fn run(facts: &Facts, found: &mut Findings) {
    for card in &facts.program.scorecards {
        let lines: Vec<&Line> = card.lines.iter().filter(|line| !line.informational).collect();
        let heaviest = lines.iter().map(|line| line.weight).max();
        let lightest = lines.iter().map(|line| line.weight).min();
        if heaviest == lightest {
            continue;
        }
        for line in &lines {
            let reason = line.because.as_deref().unwrap_or("").to_lowercase();
            let says = |words: &[&str]| words.iter().any(|word| reason.contains(word));
            let (other, label) = if says(&MOST) && Some(line.weight) != heaviest {
                (lines.iter().find(|other| Some(other.weight) == heaviest), "said to matter most")
            } else if says(&LEAST) && Some(line.weight) == heaviest {
                (lines.iter().find(|other| Some(other.weight) == lightest), "said to matter least")
            } else {
                continue;
            };
            let Some(other) = other else { continue };
            let name = facts.program.node_name(line.item);
            let against = facts.program.node_name(other.item);
            let message = format!("`{name}` is {label} and weighs {}, `{against}` {}", line.weight, other.weight);
            let mut finding = Diagnostic::new(Code::ReasonAgainstWeight, line.span, message)
                .label(label)
                .also(other.span, format!("weighs {}", other.weight))
                .help("swap the weights, or mend the reason");
            if let (Some(own), Some(others)) = (weight(facts, line.span), weight(facts, other.span)) {
                let edit = |span: Span, other: Span| Edit { span, text: facts.text(other).to_string() };
                let edits = vec![edit(own, others), edit(others, own)];
                finding.fix = Some(Fix { title: "swap the weights, or mend the reason".to_string(), edits });
            }
            found.push(finding);
            break;
        }
    }
}

/// Where the number of a weight stands in its line.
fn weight(facts: &Facts, line: Span) -> Option<Span> {
    let text = facts.text(line);
    let behind = text.find(" weight ")? + " weight ".len();
    let rest = text.get(behind..)?;
    let start = behind + (rest.len() - rest.trim_start().len());
    let digits = rest.trim_start().find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.trim_start().len());
    let at = |offset: usize| Some(line.start + u32::try_from(offset).ok()?);
    (digits > 0).then_some(Span { start: at(start)?, end: at(start + digits)?, ..line })
}
