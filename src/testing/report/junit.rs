//! For build servers: a suite per file, a case per test.

use crate::diagnostics::render::escape_xml as escape;
use crate::testing::{Outcome, Report, Verdict};
use std::fmt::Write;

/// The XML of JUnit. A test that is to do is skipped; without any test there is one that fails.
pub fn junit(report: &Report) -> String {
    let failed = report.count(Verdict::Failed);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    if report.outcomes.is_empty() {
        let message = escape(&super::nothing(report));
        out.push_str("<testsuites name=\"laud test\" tests=\"1\" failures=\"1\" errors=\"0\">\n");
        out.push_str("  <testsuite name=\"laud test\" tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\">\n");
        let _ = writeln!(
            out,
            "    <testcase name=\"no tests\" classname=\"laud\"><failure message=\"{message}\"/></testcase>"
        );
        out.push_str("  </testsuite>\n</testsuites>\n");
        return out;
    }
    let count = report.outcomes.len();
    let _ = writeln!(out, "<testsuites name=\"laud test\" tests=\"{count}\" failures=\"{failed}\" errors=\"0\">");
    let mut files: Vec<&str> = report.outcomes.iter().map(|o| o.file.as_str()).collect();
    files.dedup();
    for file in files {
        let list: Vec<&Outcome> = report.outcomes.iter().filter(|o| o.file == file).collect();
        let of = |verdicts: &[Verdict]| list.iter().filter(|o| verdicts.contains(&o.verdict())).count();
        let (failed, skipped) = (of(&[Verdict::Failed]), of(&[Verdict::Todo, Verdict::TodoPasses]));
        let name = escape(file);
        let _ = writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\">",
            list.len()
        );
        list.iter().for_each(|outcome| case(&mut out, outcome, &name));
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn case(out: &mut String, outcome: &Outcome, file: &str) {
    let head = format!(
        "    <testcase name=\"{}\" classname=\"{file}\" file=\"{file}\" line=\"{}\"",
        escape(&outcome.name()),
        outcome.line
    );
    match outcome.verdict() {
        Verdict::Passed => {
            let _ = writeln!(out, "{head}/>");
        }
        Verdict::Todo | Verdict::TodoPasses => {
            let reason = escape(outcome.todo.as_deref().unwrap_or(""));
            let _ = writeln!(out, "{head}>\n      <skipped message=\"{reason}\"/>\n    </testcase>");
        }
        Verdict::Failed => {
            let _ = writeln!(out, "{head}>");
            for problem in &outcome.problems {
                let (message, place) = (escape(&problem.message), escape(&problem.place));
                let _ = writeln!(out, "      <failure message=\"{message}\">{place}</failure>");
            }
            for failure in &outcome.failures {
                let message = format!("{}: expected {}, got {}", failure.text, failure.expected, failure.got);
                let body = format!("{}:{}\n{}", outcome.file, failure.line, failure.why.as_deref().unwrap_or(""));
                let _ = writeln!(
                    out,
                    "      <failure message=\"{}\">{}</failure>",
                    escape(&message),
                    escape(body.trim_end())
                );
            }
            out.push_str("    </testcase>\n");
        }
    }
}
