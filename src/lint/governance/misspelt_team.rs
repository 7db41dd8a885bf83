//! `misspelt-team`: its page is below.

use crate::ast::{Item, ItemKind, MetaKind, Name};
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::{Facts, Findings, Lint};
use crate::program::Type;
use std::collections::BTreeMap;

/// A team that is spelt like this only once.
pub const LINT: Lint = Lint {
    code: Code::MisspeltTeam,
    options: &[],
    run,
    page: r##"# misspelt-team

The name of a team or a role is spelt like this only here, and almost like another.

Names of teams are not declared, so nothing else notices: the task goes to a team that does not exist.

## Avoid

```laud
table account { id text key  name text  health points }

rule rescue {
  when   health < 40
  do     task "Call {name}" assign cs_ops due in 2 days
  # warning: misspelt-team
  owner  csops
}

rule invite {
  when   health >= 80
  do     task "Invite {name}" assign cs_ops due in 10 days
  owner  cs_ops
}
```

## Prefer

```laud
table account { id text key  name text  health points }

rule rescue {
  when   health < 40
  do     task "Call {name}" assign cs_ops due in 2 days
  owner  cs_ops
}

rule invite {
  when   health >= 80
  do     task "Invite {name}" assign cs_ops due in 10 days
  owner  cs_ops
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let mut named: BTreeMap<&str, Vec<&Name>> = BTreeMap::new();
    for name in facts.items().into_iter().flat_map(names) {
        named.entry(&name.text).or_default().push(name);
    }
    let fields = facts.program.subject_table().map_or(&[][..], |table| table.fields.as_slice());
    let columns: Vec<&str> = fields.iter().filter(|f| f.ty == Type::Text).map(|f| f.name.as_str()).collect();
    let known: Vec<&str> = named
        .iter()
        .filter(|(_, places)| places.len() > 1)
        .map(|(name, _)| *name)
        .chain(columns.iter().copied())
        .collect();
    for (name, places) in &named {
        let [place] = places.as_slice() else { continue };
        if columns.contains(name) {
            continue;
        }
        if let Some(near) = known.iter().find(|other| alike(name, other)) {
            found.push(
                Diagnostic::new(Code::MisspeltTeam, place.span, format!("`{name}` is named only here"))
                    .label(format!("elsewhere it is `{near}`"))
                    .fix(format!("did you mean `{near}`?"), place.span, *near),
            );
        }
    }
}

/// Everybody whom a declaration names.
fn names(item: &Item) -> Vec<&Name> {
    let mut found: Vec<&Name> = Vec::new();
    for meta in &item.meta {
        match &meta.kind {
            MetaKind::Owner(name) | MetaKind::Accountable(name) => found.push(name),
            MetaKind::Consulted(names) | MetaKind::Informed(names) => found.extend(names),
            _ => {}
        }
    }
    if let Some(rule) = item.kind.rule() {
        found.extend(rule.approval.iter().flat_map(|a| std::iter::once(&a.team).chain(&a.escalate_to)));
        found.extend(rule.escalate.iter().map(|step| &step.to));
        found.extend(rule.actions.iter().flat_map(|action| action.assign.iter().chain(&action.fallback)));
    }
    if let ItemKind::Playbook(playbook) = &item.kind {
        found.extend(playbook.tasks.iter().flat_map(|task| task.assign.iter().chain(&task.fallback)));
    }
    found
}

/// True for slips of the pen: a letter too many or too few, two that changed places, one from the key beside, another case or
/// a missing `_`. Other letters are other teams: `cs_east` and `cs_west`.
fn alike(a: &str, b: &str) -> bool {
    let plain = |name: &str| name.to_lowercase().replace('_', "");
    let (x, y) = (plain(a), plain(b));
    if a == b || a.chars().chain(b.chars()).any(|c| c.is_ascii_digit()) {
        return false;
    }
    let shortest = x.chars().count().min(y.chars().count());
    if x == y {
        return true;
    }
    let letters = |name: &str| {
        let mut letters: Vec<char> = name.chars().collect();
        letters.sort_unstable();
        letters
    };
    match x.chars().count().abs_diff(y.chars().count()) {
        0 => shortest >= 3 && (letters(&x) == letters(&y) || beside(&x, &y)) && strsim::osa_distance(&x, &y) == 1,
        1 => shortest >= 5 && strsim::osa_distance(&x, &y) == 1,
        _ => false,
    }
}

/// True if the letters that differ lie beside each other on a keyboard.
fn beside(x: &str, y: &str) -> bool {
    const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let near =
        |a: char, b: char| ROWS.iter().any(|row| row.find(a).zip(row.find(b)).is_some_and(|(a, b)| a.abs_diff(b) == 1));
    x.chars().zip(y.chars()).filter(|(a, b)| a != b).all(|(a, b)| near(a, b))
}
