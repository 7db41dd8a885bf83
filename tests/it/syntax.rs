//! The grammar and the tree: what parses, what does not, and what is said about it.

use insta::assert_snapshot;
use laud::ast::{File, ItemKind};
use laud::diagnostics::{Diagnostic, Diagnostics};
use laud::source::Source;
use laud::syntax;
use std::fmt::Write as _;
use std::path::Path;

/// Parses a text; the findings come sorted by place.
fn parse(text: &str) -> (File, Vec<Diagnostic>) {
    let source = Source::new("test.laud", text);
    let mut diagnostics = Diagnostics::new();
    let file = syntax::parse(0, &source, &mut diagnostics);
    (file, diagnostics.sorted())
}

/// Parses a text that must be right.
fn clean(text: &str) -> File {
    let (file, found) = parse(text);
    assert!(found.is_empty(), "{text}\n{}", prose(text, &found));
    file
}

/// `L0001 5:18 message | help`, one line per finding.
fn prose(text: &str, found: &[Diagnostic]) -> String {
    let source = Source::new("test.laud", text);
    let mut out = String::new();
    for d in found {
        let (line, column) = source.line_column(d.span().start);
        let under = text.get(d.span().start as usize..d.span().end as usize).unwrap_or("?");
        let _ = write!(out, "{} {line}:{column} [{}] {}", d.code.number(), under.escape_debug(), d.message);
        if let Some(help) = &d.help {
            let _ = write!(out, " | {help}");
        }
        if let Some(fix) = &d.fix {
            for edit in &fix.edits {
                let old = text.get(edit.span.start as usize..edit.span.end as usize).unwrap_or("?");
                let _ = write!(out, " | {:?} -> {:?}", old, edit.text);
            }
        }
        out.push('\n');
    }
    out
}

/// `# error: name` comments announce what is found on the next line that is none.
fn announced(text: &str) -> Vec<(usize, String)> {
    let mut waiting: Vec<String> = Vec::new();
    let mut all = Vec::new();
    for (index, line) in text.lines().enumerate() {
        match line.trim().strip_prefix("# error: ") {
            Some(name) => waiting.push(name.trim().to_string()),
            None => all.extend(waiting.drain(..).map(|name| (index + 1, name))),
        }
    }
    let last = text.lines().count();
    all.extend(waiting.into_iter().map(|name| (last, name)));
    all.sort();
    all
}

#[test]
fn cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui/syntax");
    let mut cases: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_some_and(|e| e == "laud"));
    cases.sort();
    assert!(cases.len() > 1, "no cases found");
    for case in cases {
        let text = std::fs::read_to_string(&case).unwrap();
        let name = case.file_stem().unwrap().to_string_lossy().into_owned();
        let (_, found) = parse(&text);
        let source = Source::new("test.laud", text.as_str());
        let mut have: Vec<(usize, String)> =
            found.iter().map(|d| (source.line_column(d.span().start).0, d.code.name().to_string())).collect();
        have.sort();
        assert_eq!(announced(&text), have, "{name}\n{}", prose(&text, &found));
        if !found.is_empty() {
            insta::with_settings!({ snapshot_path => "../ui/syntax", prepend_module_to_snapshot => false, omit_expression => true }, {
                assert_snapshot!(name, prose(&text, &found));
            });
        }
    }
}

#[test]
fn the_charter_parses() {
    let file = clean(include_str!("../ui/syntax/charter.laud"));
    let words: Vec<&str> = file.items.iter().map(|i| i.kind.word()).collect();
    let count = |word: &str| words.iter().filter(|w| **w == word).count();
    assert_eq!((count("metric"), count("scorecard"), count("rule"), count("test")), (8, 2, 2, 1));
    assert_eq!((count("table"), count("events"), count("segments"), count("segment")), (1, 2, 1, 1));
    assert_eq!((count("objective"), count("param"), count("define")), (1, 1, 1));
    assert!(file.lost.is_empty());
    let ItemKind::Test(test) = &file.items.last().unwrap().kind else { panic!("the last is the test") };
    assert_eq!(test.given[1].columns.len(), 5);
    assert_eq!(test.given[1].rows[1][3].text, "no");
    assert_eq!(test.expect.len(), 4);
}
