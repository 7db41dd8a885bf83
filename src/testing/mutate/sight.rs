//! Which tests can see a declaration: those that name it, or something that reads it.

use crate::ast::{ExpectationKind, File, ItemKind, ReasonKind, Rule, Test};
use crate::outline::Outline;
use crate::source::Sources;
use crate::testing::Unit;
use std::collections::{HashMap, HashSet};

/// What each test reads, by its title: the names in its text and all that these read in turn. A name too many costs time,
/// nothing else.
pub(super) struct Sight {
    reads: HashMap<String, Reads>,
}

struct Reads {
    names: HashSet<String>,
    /// It looks at findings, which any change may alter.
    findings: bool,
}

impl Sight {
    pub(super) fn new(files: &[File], sources: &Sources) -> Sight {
        let outline = Outline::new(files, sources, None);
        let mut next: HashMap<&str, Vec<&str>> = HashMap::new();
        for entry in outline.entries() {
            let reads = outline.reads(entry).into_iter().filter(|read| read.inside.is_none());
            next.entry(&entry.name).or_default().extend(reads.map(|read| read.name.as_str()));
        }
        // A guard holds back rules that do not name it.
        let items = || files.iter().flat_map(|file| &file.items);
        let guards = items().filter(|item| matches!(item.kind, ItemKind::Guard(_)));
        let guards: Vec<&str> = guards.map(|item| item.name.text.as_str()).collect();
        for rule in items().filter(|item| item.kind.rule().is_some()) {
            next.entry(&rule.name.text).or_default().extend(&guards);
        }
        // In runs, what one rule does holds back those of its group, and any other where a guard locks.
        let items = || files.iter().flat_map(|file| &file.items);
        let rules: Vec<(&str, &Rule)> =
            items().filter_map(|item| Some((item.name.text.as_str(), item.kind.rule()?))).collect();
        let locks = items().any(|item| match &item.kind {
            ItemKind::Guard(guard) => guard.reasons.iter().any(|reason| matches!(reason.kind, ReasonKind::Lock(_))),
            _ => false,
        });
        let mut beside: HashMap<&str, Vec<&str>> = HashMap::new();
        for (name, rule) in &rules {
            let group = |rule: &Rule| rule.exclusive.as_ref().map(|group| group.text.clone());
            let others =
                rules.iter().filter(|(_, other)| locks || group(rule).is_some() && group(other) == group(rule));
            beside.entry(name).or_default().extend(others.map(|(other, _)| *other));
        }
        let mut reads = HashMap::new();
        for item in files.iter().flat_map(|file| &file.items) {
            let ItemKind::Test(test) = &item.kind else { continue };
            let words = sources.text(item.span).split(|c: char| !(c.is_alphanumeric() || c == '_'));
            let mut names: HashSet<String> = HashSet::new();
            let mut open: Vec<&str> = words.collect();
            while let Some(word) = open.pop() {
                if let Some(more) = next.get(word)
                    && names.insert(word.to_string())
                {
                    open.extend(more);
                    open.extend(beside.get(word).filter(|_| test.run.is_some()).into_iter().flatten());
                }
            }
            reads.insert(item.name.text.clone(), Reads { names, findings: findings(test) });
        }
        Sight { reads }
    }

    /// The tests that see a declaration, by their numbers; those with runs come late and those that look at findings last, as
    /// they take longest.
    pub(super) fn of(&self, owner: &str, units: &[Unit]) -> Vec<usize> {
        let reads = |unit: &Unit| self.reads.get(&unit.test.header.name);
        let numbered = || units.iter().enumerate();
        let plain = || numbered().filter(|(_, u)| reads(u).is_none_or(|r| !r.findings && r.names.contains(owner)));
        let runs = |unit: &Unit| unit.test.run.is_some();
        let last = numbered().filter(|(_, u)| reads(u).is_some_and(|r| r.findings));
        let first = plain().filter(|(_, u)| !runs(u)).chain(plain().filter(|(_, u)| runs(u)));
        first.chain(last).map(|(i, _)| i).collect()
    }

    /// True if some test reads a declaration, be it only to find mistakes in it.
    pub(super) fn sees(&self, owner: &str) -> bool {
        self.reads.values().any(|reads| reads.names.contains(owner))
    }
}

fn findings(test: &Test) -> bool {
    test.expect.iter().any(|expectation| matches!(expectation.kind, ExpectationKind::Finding { .. }))
}
