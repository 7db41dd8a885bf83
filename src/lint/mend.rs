//! Applying the fixes of findings, safely: after every step the program is compiled again, and a fix that would change what
//! it means is left out unless that is asked for.
//!
//! Fixes that do not overlap are tried together; where that goes wrong the lot is halved, until those that are to blame
//! stand alone. Rounds follow each other until nothing is left to apply, so that a second run has nothing to do.

use crate::Compilation;
use crate::diagnostics::{Code, Diagnostic, Edit, Severity};
use crate::source::{Source, Sources};
use crate::span::Span;
use std::collections::{BTreeMap, HashSet};

/// Rounds; each applies something, and programs that need more are not written by people.
const ROUNDS: usize = 30;
/// Compilations in all: a large project with many fixes that change its meaning is not compiled for hours.
const TRIALS: usize = 400;

/// What is known of a program between two steps.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// The fingerprint of what it means, if it means anything.
    pub meaning: Option<String>,
    /// Errors of its text.
    pub unreadable: usize,
    /// All errors of checking, those of the text too.
    pub errors: usize,
    /// What was found, sources numbered as they were given.
    pub findings: Vec<Diagnostic>,
}

impl Look {
    /// At what compiling gave; `findings` are those whose fixes are wanted.
    pub fn new(meaning: Option<String>, compiled: &[Diagnostic], findings: Vec<Diagnostic>) -> Look {
        let errors = || compiled.iter().filter(|d| d.severity == Severity::Error && d.code.lint().is_none());
        Look {
            meaning,
            unreadable: errors().filter(|d| about_text(d.code)).count(),
            errors: errors().count(),
            findings,
        }
    }

    /// At a compilation, without lints.
    pub fn of(compilation: &Compilation) -> Look {
        let findings: Vec<Diagnostic> = compilation.diagnostics.iter().cloned().collect();
        Look::new(compilation.program.as_ref().map(|p| p.hash.clone()), &findings.clone(), findings)
    }

    fn count(&self, code: Code) -> usize {
        self.findings.iter().filter(|finding| finding.code == code && finding.allowed.is_none()).count()
    }
}

/// Mistakes of the text itself: before they are mended nothing is meant.
fn about_text(code: Code) -> bool {
    code.number().starts_with("L00")
}

/// Why a fix was not applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// The program would mean something else.
    ChangesMeaning,
    /// There is no program yet, and it would decide what it means.
    DecidesMeaning,
    /// The program would not check.
    Breaks,
    /// The finding would still be there.
    NoUse,
    /// Another fix changes the same place.
    Overlaps,
    /// There were too many to try them all.
    Untried,
}

impl Why {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Why::ChangesMeaning => "it would change what the program means; `--change-meaning` applies it",
            Why::DecidesMeaning => "it decides what the program will mean; `--change-meaning` applies it",
            Why::Breaks => "the program would not check afterwards",
            Why::NoUse => "the finding would still be there",
            Why::Overlaps => "another edit changes the same place",
            Why::Untried => "there are too many to try them all at once; run it again",
        }
    }
}

/// A fix that was applied, or was not.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// `rules.laud:3:9`, as of the round in which it was looked at.
    pub place: String,
    /// What was found.
    pub code: Code,
    /// What the fix does.
    pub title: String,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Mended {
    /// The texts afterwards.
    pub sources: Sources,
    /// What was applied, in order.
    pub done: Vec<Told>,
    /// What was not, and why.
    pub left: Vec<(Told, Why)>,
}

/// A fix in a round.
#[derive(Clone)]
struct Candidate {
    told: Told,
    edits: Vec<Edit>,
    identity: String,
}

/// Applies all fixes that `look` gives, as long as that is safe.
pub fn mend(sources: &Sources, change_meaning: bool, look: &dyn Fn(&Sources) -> Look) -> Mended {
    let mut mender = Mender { look, change_meaning, trials: 0, refused: BTreeMap::new() };
    let mut now = sources.clone();
    let mut known = mender.look(&now);
    let mut done = Vec::new();
    let mut seen: HashSet<Vec<std::sync::Arc<str>>> = HashSet::from([texts(&now)]);
    for _ in 0..ROUNDS {
        let (candidates, _) = mender.candidates(&now, &known);
        let (accepted, after) = mender.accept(&now, &known, candidates);
        let Some(after) = after else { break };
        let changed = applied(&now, accepted.iter());
        if !seen.insert(texts(&changed)) {
            break;
        }
        done.extend(accepted.into_iter().map(|candidate| candidate.told));
        now = changed;
        known = after;
    }
    let left = mender.left(&now, &known);
    Mended { sources: now, done, left }
}

fn texts(sources: &Sources) -> Vec<std::sync::Arc<str>> {
    sources.iter().map(|(_, source)| source.text.clone()).collect()
}

struct Mender<'l> {
    look: &'l dyn Fn(&Sources) -> Look,
    change_meaning: bool,
    trials: usize,
    /// Fixes that were tried alone, or with what was accepted before, and why they were not applied.
    refused: BTreeMap<String, Why>,
}

impl Mender<'_> {
    fn look(&mut self, sources: &Sources) -> Look {
        self.trials += 1;
        (self.look)(sources)
    }

    /// Fixes of own files that were not refused and do not overlap, by place; and those that do overlap.
    fn candidates(&self, sources: &Sources, known: &Look) -> (Vec<Candidate>, Vec<Candidate>) {
        let (mut chosen, mut overlapping): (Vec<Candidate>, Vec<Candidate>) = (Vec::new(), Vec::new());
        let mut taken: BTreeMap<(u16, u32), Edit> = BTreeMap::new();
        let mut all: Vec<Candidate> = known.findings.iter().filter_map(|f| candidate(sources, f)).collect();
        all.sort_by_key(|candidate| candidate.edits.first().map(|edit| edit.span));
        for candidate in all {
            if self.refused.contains_key(&candidate.identity) {
                continue;
            }
            if candidate.edits.iter().any(|edit| collides(&taken, edit)) {
                overlapping.push(candidate);
                continue;
            }
            for edit in &candidate.edits {
                taken.insert((edit.span.source, edit.span.start), edit.clone());
            }
            chosen.push(candidate);
        }
        (chosen, overlapping)
    }

    /// Tries fixes together, and halves of them where that goes wrong. Gives those that are applied, and what is known then.
    fn accept(
        &mut self,
        sources: &Sources,
        known: &Look,
        candidates: Vec<Candidate>,
    ) -> (Vec<Candidate>, Option<Look>) {
        let mut accepted: Vec<Candidate> = Vec::new();
        let mut state = known.clone();
        let mut open = vec![candidates];
        while let Some(lot) = open.pop() {
            let Some(first) = lot.first() else { continue };
            if self.trials >= TRIALS {
                self.refused.extend(lot.iter().map(|candidate| (candidate.identity.clone(), Why::Untried)));
                continue;
            }
            let after = self.look(&applied(sources, accepted.iter().chain(&lot)));
            match self.judge(&state, &after, &lot) {
                None => {
                    accepted.extend(lot);
                    state = after;
                }
                Some(why) if lot.len() == 1 => {
                    self.refused.insert(first.identity.clone(), why);
                }
                Some(_) => {
                    let mut lot = lot;
                    let rest = lot.split_off(lot.len() / 2);
                    open.push(rest);
                    open.push(lot);
                }
            }
        }
        let some = !accepted.is_empty();
        (accepted, some.then_some(state))
    }

    /// Why a lot must not be applied.
    fn judge(&self, before: &Look, after: &Look, lot: &[Candidate]) -> Option<Why> {
        match (&before.meaning, &after.meaning) {
            (Some(_), None) => return Some(Why::Breaks),
            (Some(was), Some(is)) if was != is && !self.change_meaning => return Some(Why::ChangesMeaning),
            (None, _) => {
                let text = lot.iter().all(|candidate| about_text(candidate.told.code));
                if !text && !self.change_meaning {
                    return Some(Why::DecidesMeaning);
                }
                let fewer = if text { after.unreadable < before.unreadable } else { after.errors < before.errors };
                if !fewer || after.unreadable > before.unreadable {
                    return Some(Why::Breaks);
                }
            }
            _ => {}
        }
        let stays = |candidate: &Candidate| after.count(candidate.told.code) >= before.count(candidate.told.code);
        lot.iter().any(stays).then_some(Why::NoUse)
    }

    /// What is still there and has a fix.
    fn left(&self, sources: &Sources, known: &Look) -> Vec<(Told, Why)> {
        let (chosen, overlapping) = self.candidates(sources, known);
        let unapplied = chosen.into_iter().chain(overlapping).map(|candidate| (candidate.told, Why::Overlaps));
        let mut left: Vec<(Told, Why)> = known
            .findings
            .iter()
            .filter_map(|finding| candidate(sources, finding))
            .filter_map(|candidate| {
                let why = self.refused.get(&candidate.identity)?;
                Some((candidate.told, *why))
            })
            .chain(unapplied)
            .collect();
        left.dedup();
        left
    }
}

/// The fix of a finding, if all its edits are in files of the project itself that could be read.
fn candidate(sources: &Sources, finding: &Diagnostic) -> Option<Candidate> {
    let fix = finding.fix.as_ref().filter(|fix| !fix.edits.is_empty() && finding.allowed.is_none())?;
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|edit| edit.span);
    edits.dedup();
    let own = |edit: &Edit| {
        let source = sources.iter().nth(usize::from(edit.span.source)).map(|(_, source)| source);
        let sound = source.filter(|source| source.package.is_none() && source.damage.is_none());
        sound.is_some_and(|s| s.text.get(edit.span.start as usize..edit.span.end as usize).is_some())
    };
    let apart = edits.iter().zip(edits.iter().skip(1)).all(|(a, b)| !touch(a.span, b.span));
    if !apart || !edits.iter().all(own) {
        return None;
    }
    let mut identity = format!("{}\0{}", finding.code.name(), finding.message);
    for edit in &edits {
        identity.push_str(&format!("\0{}\0{}\0{}", edit.span.source, sources.text(edit.span), edit.text));
    }
    let told = Told { place: sources.position(finding.span()), code: finding.code, title: fix.title.clone() };
    Some(Candidate { told, edits, identity })
}

/// True for ranges that share a byte, and for two that begin at the same place.
fn touch(a: Span, b: Span) -> bool {
    a.source == b.source && (a.start == b.start || a.start.max(b.start) < a.end.min(b.end))
}

fn collides(taken: &BTreeMap<(u16, u32), Edit>, edit: &Edit) -> bool {
    let Span { source, start, end } = edit.span;
    let before = taken.range((source, 0)..=(source, start)).next_back();
    let within = taken.range((source, start)..(source, end.max(start + 1))).next();
    before.into_iter().chain(within).any(|(_, other)| touch(other.span, edit.span))
}

/// The texts with all edits made.
fn applied<'c>(sources: &Sources, candidates: impl Iterator<Item = &'c Candidate>) -> Sources {
    let mut edits: BTreeMap<u16, Vec<&Edit>> = BTreeMap::new();
    for edit in candidates.flat_map(|candidate| &candidate.edits) {
        edits.entry(edit.span.source).or_default().push(edit);
    }
    let mut out = Sources::new();
    for (id, source) in sources.iter() {
        let Some(mut list) = edits.remove(&id) else {
            out.push(source.clone());
            continue;
        };
        list.sort_by_key(|edit| edit.span);
        let mut text = String::with_capacity(source.text.len() + 64);
        let mut at = 0;
        for edit in list {
            text.push_str(source.text.get(at..edit.span.start as usize).unwrap_or(""));
            text.push_str(&edit.text);
            at = edit.span.end as usize;
        }
        text.push_str(source.text.get(at..).unwrap_or(""));
        // Only files of the project itself are edited: there is no package to keep.
        out.push(Source::new(source.name.clone(), text));
    }
    out
}
