//! `confusing-names`: its page is below.

use crate::ast::{Item, ItemKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use std::collections::HashMap;

/// Two names that differ in a plural or an underscore only.
pub const LINT: Lint = Lint {
    code: Code::ConfusingNames,
    options: &[],
    run,
    page: r##"# confusing-names

Two declarations have almost the same name.

`reference` and `references`, or `nps_score` and `npsscore`: with either the program checks, and which of the two is right in a
line of a scorecard is seen by nobody. Give one of them a name that says how it differs.

## Avoid

```laud
table account { id text key }
events activity of account at occurred_at { type one of call, talk }

metric reference = count(activity where type = call in last 90 days)

# warning: confusing-names
metric references = count(activity where type = call in last 12 months)
```

## Prefer

```laud
table account { id text key }
events activity of account at occurred_at { type one of call, talk }

metric references_90_days = count(activity where type = call in last 90 days)

metric references_1_year = count(activity where type = call in last 12 months)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let mut seen: HashMap<(bool, String), &Item> = HashMap::new();
    for item in facts.own_items().filter(|item| item.access.is_none_or(|a| a.kind != crate::ast::AccessKind::Extend)) {
        // Values are confused with values, groups with groups.
        let group = match item.kind {
            ItemKind::Metric(_)
            | ItemKind::Portfolio(_)
            | ItemKind::RowMetric(_)
            | ItemKind::Scorecard(_)
            | ItemKind::Param(_) => false,
            ItemKind::Segment(_) | ItemKind::Partition(_) => true,
            _ => continue,
        };
        let name = item.name.text.as_str();
        match seen.get(&(group, alike(name))) {
            Some(first) => found.push(
                Diagnostic::new(
                    Code::ConfusingNames,
                    item.name.span,
                    format!("`{name}` is easily taken for `{}`", first.name.text),
                )
                .label("almost the same name")
                .also(first.name.span, format!("`{}`", first.name.text))
                .help("say in one of the names how they differ"),
            ),
            None => {
                seen.insert((group, alike(name)), item);
            }
        }
    }
}

/// What names have in common that are taken for each other: no capitals, no underscores, no plural.
pub(super) fn alike(name: &str) -> String {
    let parts = name.split('_').filter(|part| !part.is_empty());
    parts.map(|part| singular(&part.to_lowercase())).collect()
}

fn singular(word: &str) -> String {
    let stem = match word.strip_suffix("ies") {
        Some(stem) if stem.len() > 1 => return format!("{stem}y"),
        _ => word.strip_suffix('s'),
    };
    // `us`, `is`, `loss` and the like are no plurals.
    let plural = |stem: &&str| stem.len() > 2 && !stem.ends_with(['s', 'u', 'i']);
    stem.filter(plural).unwrap_or(word).to_string()
}

#[cfg(test)]
mod tests {
    use super::alike;

    #[test]
    fn plurals_capitals_and_underscores_do_not_tell_names_apart() {
        for (a, b) in [("reference", "references"), ("nps_score", "npsScore"), ("story", "stories"), ("a__b", "a_b")] {
            assert_eq!(alike(a), alike(b));
        }
        for (a, b) in [("loss", "los"), ("churn", "churned"), ("calls_2", "calls_3"), ("plus", "plu")] {
            assert_ne!(alike(a), alike(b));
        }
    }
}
