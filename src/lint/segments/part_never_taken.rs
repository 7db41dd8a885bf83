//! `part-never-taken`: its page is below.

use crate::check::region::Region;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::program::{BandTest, PartTest};

/// An `otherwise` that nobody is left for.
pub const LINT: Lint = Lint {
    code: Code::PartNeverTaken,
    options: &[],
    run,
    page: r##"# part-never-taken

The parts above take every account, so nobody is left for `otherwise`.

Reports show an empty group, and whatever is decided for it (another table of thresholds, another cap) holds for nobody. Usually one of
the conditions above is wider than it was meant to be.

## Avoid

```laud
table account { id text key  seats integer 0 or more  used integer 0 or more }

segments use {
  idle    when used = 0
  active  when used > 0
  # warning: part-never-taken
  full    otherwise
}
```

## Prefer

```laud
table account { id text key  seats integer 0 or more  used integer 0 or more }

segments use {
  idle    when used = 0
  active  when used > 0 and used < seats
  full    otherwise
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for partition in facts.program.partitions.iter().filter(|partition| partition.by.is_none()) {
        let mut left = Some(Region::everything());
        for part in &partition.parts {
            match &part.test {
                PartTest::Condition(condition) => {
                    let outside = facts.proofs.region(condition, None, false);
                    left = left.zip(outside).and_then(|(left, outside)| left.and(&outside));
                }
                PartTest::By(BandTest::Otherwise) if left.as_ref().is_some_and(Region::is_empty) => {
                    let message = format!("nobody is left for `{}`", part.name);
                    found.push(
                        Diagnostic::new(Code::PartNeverTaken, part.span, message)
                            .label("the parts above take every account")
                            .help("leave it out, or look at the conditions above"),
                    );
                }
                PartTest::By(_) => {}
            }
        }
    }
}
