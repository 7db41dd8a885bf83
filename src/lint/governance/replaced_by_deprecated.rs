//! `replaced-by-deprecated`: its page is below.

use crate::ast::{MetaKind, Name};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use std::collections::{HashMap, HashSet};

/// Replaced by something that is deprecated itself.
pub const LINT: Lint = Lint {
    code: Code::ReplacedByDeprecated,
    options: &[],
    run,
    page: r##"# replaced-by-deprecated

The replacement is deprecated itself.

Whoever follows the advice has to move twice, and usually nobody noticed the second change. Name what is current.

## Avoid

```laud
table account { id text key  name text  health points }

metric calls {
  value       health
  # warning: replaced-by-deprecated
  deprecated  since 2025-01-01 replaced by talks
}

metric talks {
  value       health
  deprecated  since 2026-01-01 replaced by meetings
}

metric meetings = health
```

## Prefer

```laud
table account { id text key  name text  health points }

metric calls {
  value       health
  deprecated  since 2025-01-01 replaced by meetings
}

metric talks {
  value       health
  deprecated  since 2026-01-01 replaced by meetings
}

metric meetings = health
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let mut old: HashMap<&str, Option<&Name>> = HashMap::new();
    for item in facts.items() {
        for meta in &item.meta {
            if let MetaKind::Deprecated { replaced_by, .. } = &meta.kind {
                old.insert(&item.name.text, replaced_by.as_ref());
            }
        }
    }
    for (name, instead) in &old {
        let Some(instead) = instead else { continue };
        let Some(mut next) = old.get(instead.text.as_str()) else { continue };
        let mut seen: HashSet<&str> = HashSet::from([*name, instead.text.as_str()]);
        let mut current = None;
        while let Some(step) = next {
            if !seen.insert(&step.text) {
                break;
            }
            match old.get(step.text.as_str()) {
                Some(further) => next = further,
                None => {
                    current = Some(step.text.as_str());
                    break;
                }
            }
        }
        let message = format!("`{name}` is replaced by `{}`, which is deprecated too", instead.text);
        let finding = Diagnostic::new(Code::ReplacedByDeprecated, instead.span, message).label("deprecated itself");
        found.push(match current {
            Some(current) => finding.fix(format!("name what is current: `{current}`"), instead.span, current),
            None => finding.help("name what is current"),
        });
    }
}
