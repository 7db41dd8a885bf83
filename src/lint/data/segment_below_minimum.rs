//! `segment-below-minimum`: its page is below.

use super::few;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};

/// A segment with hardly anybody in it.
pub const LINT: Lint = Lint {
    code: Code::SegmentBelowMinimum,
    options: &[("accounts", 50, "with fewer accounts nothing is said"), ("members", 5, "below this there are too few")],
    run,
    page: r##"# segment-below-minimum

A segment or part has fewer accounts than it takes to say anything about it.

Means, benchmarks and bounds of three accounts are anecdotes, and whoever knows the customers knows who is meant. An empty
segment with rules of its own is usually a condition that no account meets.

## Avoid

`segment strategic = arr > 5M` with two members, and thresholds for it alone.

## Prefer

Segments with members enough; or the general rules for everybody, and a note about the two.
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let Some(evidence) = facts.data else { return };
    if few(facts, LINT.code) {
        return;
    }
    let accounts = &evidence.results.accounts;
    let mut groups = Vec::new();
    for (i, segment) in facts.program.segments.iter().enumerate() {
        let members = accounts.iter().filter(|a| a.segments.get(i).copied().flatten() == Some(true)).count();
        groups.push(("segment", &segment.header.name, segment.header.span, members));
    }
    for (i, partition) in facts.program.partitions.iter().enumerate() {
        for (j, part) in partition.parts.iter().enumerate() {
            let inside = |a: &&crate::engine::AccountResult| a.parts.get(i).copied().flatten() == u32::try_from(j).ok();
            groups.push(("part", &part.name, part.span, accounts.iter().filter(inside).count()));
        }
    }
    for (kind, name, span, members) in groups {
        if members as i64 >= facts.option(LINT.code, "members") || !facts.uses.any(name) {
            continue;
        }
        let all = accounts.len();
        let message = match members {
            0 => format!("{kind} `{name}` has none of {all} accounts"),
            1 => format!("{kind} `{name}` has 1 of {all} accounts"),
            n => format!("{kind} `{name}` has {n} of {all} accounts"),
        };
        found.push(
            Diagnostic::new(Code::SegmentBelowMinimum, span, message)
                .label("too few to say anything about")
                .help("widen its condition, or do without it"),
        );
    }
}
