//! `unowned`: its page is below.

use crate::ast::{ItemKind, MetaKind};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A scorecard or rule that nobody answers for, in a project that names owners.
pub const LINT: Lint = Lint {
    code: Code::Unowned,
    options: &[],
    run,
    page: r##"# unowned

A scorecard or rule has no owner although others have.

A score that moves overnight, or a rule that fires for forty accounts, needs somebody to ask. Where a project names owners at
all, what has none was forgotten; a metric is told if three of four others have one. A project that names no owner anywhere is left alone.

## Avoid

```laud
table account { id text key  health_points points 0 to 100 }

scorecard health {
  health_points_metric  weight 100
  owner cs_ops
}

metric health_points_metric = health_points

# warning: unowned
rule rescue {
  when  health < 40
  do    task "Call"
}
```

## Prefer

```laud
table account { id text key  health_points points 0 to 100 }

scorecard health {
  health_points_metric  weight 100
  owner cs_ops
}

metric health_points_metric = health_points

rule rescue {
  when   health < 40
  do     task "Call"
  owner  cs_ops
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let owned = |item: &&crate::ast::Item| {
        item.meta.iter().any(|m| matches!(m.kind, MetaKind::Owner(_) | MetaKind::Accountable(_)))
    };
    let Some(example) = facts.own_items().find(owned) else { return };
    // Metrics are many: told is the one that was forgotten where nearly all have an owner.
    let is_metric = |item: &&crate::ast::Item| matches!(item.kind, ItemKind::Metric(_));
    let (all, named) =
        (facts.own_items().filter(is_metric).count(), facts.own_items().filter(is_metric).filter(owned).count());
    let metrics = named >= 3 && named * 4 >= all * 3;
    for item in facts.own_items().filter(|item| !owned(item) && item.access.is_none()) {
        if item.kind.rule().is_some() || matches!(item.kind, ItemKind::Scorecard(_)) || (metrics && is_metric(&item)) {
            let name = &item.name.text;
            let message = format!("nobody answers for {} `{name}`", item.kind.word());
            found.push(
                Diagnostic::new(Code::Unowned, item.name.span, message)
                    .label("no `owner`")
                    .also(example.name.span, "this one has an owner")
                    .help("add `owner TEAM`"),
            );
        }
    }
}
