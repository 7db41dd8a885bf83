//! What is told about coverage.

use super::{Coverage, place};
use crate::diagnostics::render::escape_xml as escape;
use crate::report::Layout;
use crate::report::table::{Cell, Column, Table, clean, wrapped};
use crate::source::Sources;
use serde_json::json as value;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A suggestion stands below what it is about.
const INDENT: usize = 4;

/// For people: a line about all, and each thing that no test has seen, with one that would.
pub fn human(coverage: &Coverage, sources: &Sources, layout: &Layout) -> String {
    let (covered, all) = (coverage.covered(), coverage.facets.len());
    let mut out = format!("coverage  {}% ({covered} of {all} seen by tests)\n", coverage.percent());
    let mut table = Table::new(["place", "of", "never seen", "a test that would"].map(Column::words).to_vec());
    for (facet, _) in coverage.facets.iter().filter(|(_, seen)| !*seen) {
        let (file, line) = place(sources, facet.span);
        let cells = [format!("{file}:{line}"), facet.owner.clone(), facet.what.clone(), facet.suggestion.clone()];
        table.row(cells.map(Into::into).to_vec());
    }
    if table.rows.is_empty() {
        return out;
    }
    out.push('\n');
    if table.width() <= layout.width {
        out.push_str(&table.human(0, layout));
        return out;
    }
    // Four narrow columns would be hard to read: what was never seen, and below it a test that would.
    let suggestions: Vec<Cell> = table.rows.iter_mut().filter_map(Vec::pop).collect();
    table.columns = vec![Column::default(), Column::default(), Column::default()];
    out.push_str("never seen, and a test that would:\n");
    for (line, suggestion) in table.human(0, &Layout { width: usize::MAX, ..*layout }).lines().zip(suggestions) {
        let _ = writeln!(out, "{line}");
        for part in wrapped(&clean(&suggestion.text), layout.width.saturating_sub(INDENT).max(30)) {
            let _ = writeln!(out, "{:INDENT$}{}", "", layout.paint.dim(&part));
        }
    }
    out
}

/// For programs.
pub fn json(coverage: &Coverage, sources: &Sources) -> serde_json::Value {
    let one = |(facet, seen): &(super::Facet, bool)| {
        let (file, line) = place(sources, facet.span);
        value!({
            "file": file,
            "line": line,
            "of": facet.owner,
            "what": facet.what,
            "seen": seen,
            "suggestion": if *seen { None } else { Some(&facet.suggestion) },
        })
    };
    value!({
        "percent": coverage.percent(),
        "seen": coverage.covered(),
        "all": coverage.facets.len(),
        "facets": coverage.facets.iter().map(one).collect::<Vec<_>>(),
    })
}

/// For build servers: what there is to see on a line are its branches, and a line is hit if one of them was seen.
pub fn cobertura(coverage: &Coverage, sources: &Sources) -> String {
    let mut files: BTreeMap<&str, BTreeMap<usize, (usize, usize)>> = BTreeMap::new();
    for (facet, seen) in &coverage.facets {
        let (file, line) = place(sources, facet.span);
        let (hit, all) = files.entry(file).or_default().entry(line).or_default();
        *hit += usize::from(*seen);
        *all += 1;
    }
    let rate = |hit: usize, all: usize| match all {
        0 => "1".to_string(),
        _ => format!("0.{:04}", hit * 10_000 / all).replace("0.10000", "1"),
    };
    let lines = || files.values().flat_map(BTreeMap::values);
    let (hit, all) = (lines().filter(|(hit, _)| *hit > 0).count(), lines().count());
    let (seen, facets) = (coverage.covered(), coverage.facets.len());
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<coverage line-rate=\"{}\" branch-rate=\"{}\" lines-covered=\"{hit}\" lines-valid=\"{all}\" \
         branches-covered=\"{seen}\" branches-valid=\"{facets}\" complexity=\"0\" version=\"{}\" timestamp=\"0\">",
        rate(hit, all),
        rate(seen, facets),
        env!("CARGO_PKG_VERSION")
    );
    out.push_str("  <sources><source>.</source></sources>\n  <packages>\n");
    let _ = writeln!(
        out,
        "    <package name=\"rules\" line-rate=\"{}\" branch-rate=\"{}\" complexity=\"0\">",
        rate(hit, all),
        rate(seen, facets)
    );
    out.push_str("      <classes>\n");
    for (file, lines) in &files {
        let (hit, all) = (lines.values().filter(|(hit, _)| *hit > 0).count(), lines.len());
        let branches = lines.values().fold((0, 0), |(a, b), (hit, all)| (a + hit, b + all));
        let name = escape(file);
        let _ = writeln!(
            out,
            "        <class name=\"{name}\" filename=\"{name}\" line-rate=\"{}\" branch-rate=\"{}\" complexity=\"0\">",
            rate(hit, all),
            rate(branches.0, branches.1)
        );
        out.push_str("          <methods/>\n          <lines>\n");
        for (line, (hit, all)) in lines {
            let _ = writeln!(
                out,
                "            <line number=\"{line}\" hits=\"{}\" branch=\"true\" condition-coverage=\"{}% ({hit}/{all})\"/>",
                usize::from(*hit > 0),
                hit * 100 / all
            );
        }
        out.push_str("          </lines>\n        </class>\n");
    }
    out.push_str("      </classes>\n    </package>\n  </packages>\n</coverage>\n");
    out
}
