//! `leftover-name`: its page is below.

use crate::ast::ItemKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A name of something that was to go away again.
pub const LINT: Lint = Lint {
    code: Code::LeftoverName,
    options: &[],
    run,
    page: r##"# leftover-name

A name says that this was to go away again.

`health_old`, `copy_of_advocacy` and `nps_tmp` are left over from a trial. Beside the real one they are computed, reported, and in
time used by somebody. Take it out, or say `deprecated since … replaced by …`, which tells people what to use instead.

## Avoid

```laud
table account { id text key  calls integer 0 or more }

metric references = calls

# warning: leftover-name
metric references_old = min(calls, 3)
```

## Prefer

```laud
table account { id text key  calls integer 0 or more }

metric references = calls

metric references_at_most_3 = min(calls, 3)
```
"##,
};

const ENDS: &[&str] = &["_old", "_copy", "_tmp", "_temp", "_bak", "_backup", "_deprecated", "_unused"];
const BEGINNINGS: &[&str] = &["copy_of_", "tmp_", "temp_", "xxx", "todo_", "zz_"];
const WHOLE: &[&str] = &["foo", "bar", "baz", "asdf", "qwerty", "untitled", "tmp", "temp"];

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        if matches!(item.kind, ItemKind::Test(_) | ItemKind::Table(_) | ItemKind::Events(_)) {
            continue;
        }
        let deprecated = |meta: &crate::ast::Meta| matches!(meta.kind, crate::ast::MetaKind::Deprecated { .. });
        let name = item.name.text.to_lowercase();
        // `years_old` is an age.
        let age = ["years_old", "months_old", "weeks_old", "days_old"].iter().any(|end| name.ends_with(end));
        let left = !age && ENDS.iter().any(|end| name.ends_with(end))
            || BEGINNINGS.iter().any(|begin| name.starts_with(begin))
            || WHOLE.contains(&name.as_str());
        if left && !item.meta.iter().any(deprecated) {
            found.push(
                Diagnostic::new(
                    Code::LeftoverName,
                    item.name.span,
                    format!("{} `{}` looks left over", item.kind.word(), item.name.text),
                )
                .label("was this to go away?")
                .help("take it out, rename it, or say `deprecated since DATE replaced by NAME`"),
            );
        }
    }
}
