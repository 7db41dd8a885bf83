//! For people: what differs, with what was expected beside what there is, and where the number comes from below it.

use super::{nothing, summary};
use crate::report::paint::{Paint, Tone};
use crate::report::table::clean;
use crate::testing::{Failure, Outcome, Problem, Report, Verdict};

/// Lines of an explanation that are shown.
const MOST: usize = 40;

/// The tests that failed or are to do, and a line about all.
pub fn human(report: &Report, paint: Paint, time: Option<&str>) -> String {
    let mut out = String::new();
    if report.outcomes.is_empty() {
        return format!("{}\n", nothing(report));
    }
    for outcome in &report.outcomes {
        let (mark, tone) = match outcome.verdict() {
            Verdict::Passed => continue,
            Verdict::Failed => ("FAILED", Tone::Bad),
            Verdict::Todo => ("to do ", Tone::Dim),
            Verdict::TodoPasses => ("passes", Tone::Warn),
        };
        let place = format!("{}:{}", outcome.file, outcome.line);
        out.push_str(&format!(
            "{}  {}   {}\n",
            paint.tone(tone, mark),
            clean(&outcome.name()),
            paint.tone(Tone::Dim, &place)
        ));
        match (outcome.verdict(), &outcome.todo) {
            (Verdict::TodoPasses, _) => {
                out.push_str("        marked `todo`, and all is as expected: take the `todo` out\n")
            }
            (Verdict::Todo, Some(reason)) if !reason.is_empty() => {
                out.push_str(&format!("        {}\n", clean(reason)))
            }
            (Verdict::Failed, _) => told(outcome, paint, &mut out),
            _ => {}
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let time = time.map_or(String::new(), |time| format!("   {time}"));
    out.push_str(&format!("{}{time}\n", summary(report)));
    out
}

fn told(outcome: &Outcome, paint: Paint, out: &mut String) {
    for Problem { place, message, help } in &outcome.problems {
        out.push_str(&format!("  {}: {}\n", clean(place), clean(message)));
        for line in help.iter().flat_map(|help| help.lines()) {
            out.push_str(&format!("    {}\n", clean(line)));
        }
    }
    let mut told: Vec<&str> = Vec::new();
    for failure in &outcome.failures {
        // Where a number comes from is said once.
        let why = failure.why.as_deref().filter(|why| !told.contains(why));
        told.extend(why);
        one(failure, why, paint, out);
    }
}

fn one(failure: &Failure, why: Option<&str>, paint: Paint, out: &mut String) {
    let text = if failure.text.starts_with("expect") { failure.text.clone() } else { format!("| {} |", failure.text) };
    let text = crate::report::table::shortened(&clean(&text), 100);
    out.push_str(&format!("  {:<5} {text}\n", format!("{}:", failure.line)));
    out.push_str(&format!("        expected  {}\n", clean(&failure.expected)));
    out.push_str(&format!("        got       {}\n", paint.tone(Tone::Bad, &clean(&failure.got))));
    if let Some(note) = &failure.note {
        out.push_str(&format!("        {}\n", clean(note)));
    }
    if let Some(why) = why {
        out.push('\n');
        let lines: Vec<&str> = why.lines().collect();
        for line in lines.iter().take(MOST) {
            let line = format!("        {line}");
            out.push_str(line.trim_end());
            out.push('\n');
        }
        if lines.len() > MOST {
            out.push_str(&format!("        … and {} more lines\n", lines.len() - MOST));
        }
        out.push('\n');
    }
}
