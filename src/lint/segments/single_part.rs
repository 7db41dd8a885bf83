//! `single-part`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A partition that parts nobody.
pub const LINT: Lint = Lint {
    code: Code::SinglePart,
    options: &[],
    run,
    page: r##"# single-part

A partition has one part for all values.

It tells no customer from another: a report "by size" has one line. Usually the other bounds were left for later.

## Avoid

```laud
table account { id text key  arr money USD }

# warning: single-part
segments size by arr {
  all_sizes  otherwise
}
```

## Prefer

```laud
table account { id text key  arr money USD }

segments size by arr {
  small  < 50k
  large  otherwise
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for partition in &facts.program.partitions {
        if partition.parts.len() == 1 {
            let name = &partition.header.name;
            found.push(
                Diagnostic::new(Code::SinglePart, partition.header.span, format!("`{name}` parts nobody"))
                    .label("one part takes everybody")
                    .help("give it a second part, or leave it out"),
            );
        }
    }
}
