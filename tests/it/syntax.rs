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

// ---------- texts that try to break it ----------

/// The codes of all findings, repeats left out.
fn codes(text: &str) -> Vec<&'static str> {
    let mut codes: Vec<&str> = parse(text).1.iter().map(|d| d.code.name()).collect();
    codes.dedup();
    codes
}

fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    format!("param a = {}{inner}{}\nparam b = 2\n", open.repeat(depth), close.repeat(depth))
}

#[test]
fn nesting_up_to_the_cap_is_read_and_no_deeper() {
    for (open, inner, close) in [
        ("(", "1", ")"),
        ("f(", "1", ")"),
        ("f(1, g(x of y where ", "a", "))"),
        ("sum(x of y where ", "a", " in last 90 days)"),
        ("if a then ", "1", " else 2"),
        ("if ", "a", " then 1 else 2"),
        ("not ", "a", ""),
        ("- ", "1", ""),
        ("not (", "a", ")"),
        ("a in (", "1", ")"),
        ("days since (", "a", ")"),
        ("change in (", "a", ") over 1 quarter"),
        ("percentile of (", "a", ") within b"),
        ("x or else (", "a", ")"),
    ] {
        let each = open.matches(['(']).count().max(1) + usize::from(open == "not (");
        let fits = nested(open, inner, close, 120 / each);
        assert_eq!(codes(&fits), Vec::<&str>::new(), "{open}");
        let (file, _) = parse(&fits);
        assert_eq!(file.items.len(), 2, "{open}");
        let deep = nested(open, inner, close, 400);
        let (file, found) = parse(&deep);
        assert_eq!(found.iter().map(|d| d.code.name()).collect::<Vec<_>>(), ["too-deep"], "{open}");
        assert_eq!(file.items.len(), 1, "the declaration after it is kept: {open}");
        assert!(codes(&nested(open, inner, close, 20_000)).contains(&"too-deep"), "{open}");
        // Unclosed, or closed too often.
        for text in
            [nested(open, inner, "", 100 / each), nested(open, "", close, 100 / each), nested("", inner, close, 100)]
        {
            parse(&text);
        }
    }
}

#[test]
fn chains_are_flat() {
    for (link, count) in
        [(" and a", 100_000), (" or a", 100_000), (" + 1", 100_000), (" * 2", 20_000), (" or else 3", 20_000)]
    {
        let file = clean(&format!("param p = 1{}", link.repeat(count)));
        assert_eq!(file.items.len(), 1);
    }
    let branches = format!("param p = if a then 1{} else 3", " else if b then 2".repeat(100));
    clean(&branches);
    let many = format!("param p = if a then 1{} else 3", " else if b then 2".repeat(10_000));
    assert_eq!(codes(&many), ["too-deep"]);
}

#[test]
fn hostile_texts_are_answered_quickly() {
    let big = 512 * 1024;
    let texts = [
        String::new(),
        "\u{FEFF}".to_string(),
        "\u{FEFF}param a = 1\r\nparam b = 2\r\n".to_string(),
        "\0".repeat(1000),
        "(".repeat(big),
        "{".repeat(big),
        format!("metric a {{ value {}", "(".repeat(127)) + &"x ".repeat(big / 2),
        "param a = ".to_string() + &"x".repeat(big),
        "\"".repeat(big / 8),
        "metric a {".repeat(20_000),
        "metric a {\n".repeat(20_000),
        "}\n".repeat(20_000),
        "x ".repeat(big / 2),
        "a\n".repeat(50_000),
        "metric m { thresholds { ".to_string() + &"a > ".repeat(200_000),
        "test \"t\" as of 2026-01-01 { a b {".to_string() + &"|".repeat(200_000),
        "-".repeat(big),
        "#".repeat(big),
        "not ".repeat(200_000),
        "if ".repeat(200_000),
        "\n".repeat(big),
        "= ".repeat(200_000),
        "\\".repeat(200_000),
        "é“”…→≥\u{A0}\u{202E}\u{1F600}".repeat(5_000),
    ];
    for text in texts {
        let start = std::time::Instant::now();
        parse(&text);
        let head: String = text.chars().take(20).collect();
        eprintln!("{:>8} ms  {} bytes {head:?}", start.elapsed().as_millis(), text.len());
        assert!(start.elapsed().as_secs() < 20, "{head:?}");
    }
}
