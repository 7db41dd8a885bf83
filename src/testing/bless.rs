//! Writing down the values that there are: new ones in place of `?`, differing ones in place of those that are written.

use super::{Edit, Report, Verdict};
use crate::format;
use crate::source::{Source, Sources};
use std::collections::BTreeMap;

/// What was written down.
#[derive(Debug, Default)]
pub struct Blessed {
    /// The new text of each rule file that changes, by its number.
    pub files: Vec<(u16, String)>,
    /// Values in place of a `?`.
    pub fresh: usize,
    /// Values in place of others.
    pub updated: usize,
    /// Places where the cases of a test have different values, so that none could be written.
    pub disputed: Vec<String>,
}

/// Brings the values of the tests that fail up to date. What is blessed is no failure any more and is taken out of the
/// report; tests that are still to do are left alone.
pub fn bless(report: &mut Report, sources: &Sources) -> Blessed {
    let mut places: BTreeMap<(u16, u32), Vec<Edit>> = BTreeMap::new();
    for outcome in report.outcomes.iter().filter(|o| o.verdict() == Verdict::Failed && o.problems.is_empty()) {
        for edit in outcome.failures.iter().filter_map(|f| f.edit.as_ref()) {
            places.entry((edit.span.source, edit.span.start)).or_default().push(edit.clone());
        }
    }
    let mut blessed = Blessed::default();
    let mut done: Vec<Edit> = Vec::new();
    for edits in places.into_values() {
        let Some(first) = edits.first() else { continue };
        if edits.iter().any(|edit| edit.text != first.text) {
            let place = sources.position(first.span);
            blessed.disputed.push(place.rsplit_once(':').map_or(place.clone(), |(place, _)| place.to_string()));
            continue;
        }
        let written = if first.fresh { &mut blessed.fresh } else { &mut blessed.updated };
        *written += 1;
        done.push(first.clone());
    }
    for (id, source) in sources.iter() {
        let edits: Vec<&Edit> = done.iter().filter(|edit| edit.span.source == id).collect();
        if !edits.is_empty() {
            blessed.files.push((id, edited(id, source, &edits)));
        }
    }
    for outcome in &mut report.outcomes {
        outcome.failures.retain(|failure| failure.edit.as_ref().is_none_or(|edit| !done.contains(edit)));
    }
    blessed
}

/// The text with its edits; what was laid out stays laid out.
fn edited(id: u16, source: &Source, edits: &[&Edit]) -> String {
    let was: &str = &source.text;
    let mut text = was.to_string();
    // From the end, so that the places before stay where they are.
    for edit in edits.iter().rev() {
        let place = edit.span.start as usize..edit.span.end as usize;
        if text.get(place.clone()).is_some() {
            text.replace_range(place, &edit.text);
        }
    }
    match format::format(id, source) {
        Ok(laid_out) if laid_out == was => {
            format::format(id, &Source::new(source.name.as_str(), text.as_str())).unwrap_or(text)
        }
        _ => text,
    }
}
