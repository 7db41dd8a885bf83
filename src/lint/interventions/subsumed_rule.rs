//! `subsumed-rule`: its page is below.

use crate::diagnostics::{Code, Diagnostic};
use crate::lint::rules::{self, Whole};
use crate::lint::{Facts, Findings, Lint};
use crate::program::Rule;
use std::collections::{BTreeMap, HashMap};

/// A rule whose accounts all fire another one that does the same.
pub const LINT: Lint = Lint {
    code: Code::SubsumedRule,
    options: &[],
    run,
    page: r##"# subsumed-rule

Every account that fires this rule fires another one too, and both do the same.

The stricter rule was meant to come on top or instead, but the wider one already asks for the same work: the customer gets two
tasks with the same words. Give the stricter one work of its own, or put both into one `exclusive` group.

## Avoid

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule call_at_risk {
  when  health < 60
  do    task "Call {name}" assign csm due in 5 days
}

# warning: subsumed-rule
rule call_large_at_risk {
  when  health < 40 and arr >= 250k
  do    task "Call {name}" assign csm due in 2 days
}
```

## Prefer

```laud
table account { id text key  name text  csm text personal  renewal date  arr money USD 0 or more  health points }

rule call_at_risk {
  when    health < 60
  unless  health < 40 and arr >= 250k
  do      task "Call {name}" assign csm due in 5 days
}

rule call_large_at_risk {
  when  health < 40 and arr >= 250k
  do    task "Call {name}" assign csm due in 2 days
}
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    let mut same: BTreeMap<(String, String, String), Vec<&Rule>> = BTreeMap::new();
    for rule in &facts.program.rules {
        for action in &rule.ast.actions {
            let who = action.assign.as_ref().map_or(String::new(), |name| name.text.clone());
            let key = (action.verb.text.clone(), rules::squashed(&rules::said(action).to_lowercase()), who);
            same.entry(key).or_default().push(rule);
        }
    }
    for ((_, what, _), list) in same.iter().filter(|(_, list)| list.len() > 1) {
        let list: Vec<Whole> = list.iter().map(|rule| Whole::new(facts, rule)).collect();
        let near = Near::new(&list);
        for (i, whole) in list.iter().enumerate() {
            let narrow = whole.rule;
            let wider = near.of(i, whole).into_iter().find_map(|j| {
                let wide = list.get(j)?;
                let grouped = narrow.ast.exclusive.is_some() && group(narrow) == group(wide.rule);
                let other = wide.rule.header.name != narrow.header.name && !grouped && wide.rule.ast.pilot.is_none();
                // Of two that fire for the same accounts the later one is told.
                (other
                    && whole.is_within(wide)
                    && (j < i || !wide.is_within(whole))
                    && !copied(facts, narrow, wide.rule))
                .then_some(wide.rule)
            });
            let Some(wide) = wider else { continue };
            let message = format!("whoever fires `{}` fires `{}` too", narrow.header.name, wide.header.name);
            let mut finding = Diagnostic::new(Code::SubsumedRule, narrow.header.span, message)
                .label(format!("both ask for \"{what}\""))
                .also(wide.header.span, "wider, and does the same")
                .help("give this one work of its own, leave its accounts out of the other with `unless`, or put both into one `exclusive` group");
            if let Some(account) = whole.fires.as_ref().and_then(|all| rules::example(facts, all)) {
                finding = finding.witness(account);
            }
            found.push(finding);
        }
    }
}

/// Which rules of a list can be the wider one of a pair. What the wide one reads the narrow one reads too, so a rule is found
/// by whatever it reads that the fewest others read.
struct Near<'l> {
    /// By that quantity, in the order of the list; by none the rules that read nothing.
    by: HashMap<Option<&'l str>, Vec<usize>>,
}

impl<'l> Near<'l> {
    fn new(list: &'l [Whole]) -> Near<'l> {
        let keys: Vec<Option<Vec<&str>>> =
            list.iter().map(|whole| whole.rests.as_ref().map(|rests| rests.keys().collect())).collect();
        let mut count: HashMap<&str, usize> = HashMap::new();
        for key in keys.iter().flatten().flatten() {
            *count.entry(key).or_default() += 1;
        }
        let mut by: HashMap<Option<&str>, Vec<usize>> = HashMap::new();
        for (place, keys) in keys.iter().enumerate() {
            let Some(keys) = keys else { continue };
            let rarest = keys.iter().min_by_key(|key| (count.get(*key), **key)).copied();
            by.entry(rarest).or_default().push(place);
        }
        Near { by }
    }

    /// The rules that a narrow one is compared with, in the order of the list.
    fn of(&self, place: usize, narrow: &Whole) -> Vec<usize> {
        let keys = narrow.fires.iter().flat_map(|fires| fires.keys().map(Some));
        let mut found = Vec::new();
        for bucket in keys.chain([None]).filter_map(|key| self.by.get(&key)) {
            let here = bucket.partition_point(|other| *other < place);
            let from = here.saturating_sub(rules::NEAREST / 2);
            found.extend(bucket.iter().skip(from).take(rules::NEAREST).filter(|other| **other != place));
        }
        found.sort_unstable();
        found
    }
}

fn group(rule: &Rule) -> Option<&str> {
    rule.ast.exclusive.as_ref().map(|name| name.text.as_str())
}

/// That is another finding.
fn copied(facts: &Facts, a: &Rule, b: &Rule) -> bool {
    let text = |rule: &Rule| {
        let unless = rule.ast.unless.as_ref().map(|e| rules::squashed(facts.text(e.span)));
        (rule.ast.trigger.as_ref().map(|t| rules::squashed(facts.text(t.condition.span))), unless)
    };
    a.ast.actions.len() == b.ast.actions.len() && text(a) == text(b)
}
