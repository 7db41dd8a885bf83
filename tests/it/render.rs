//! Findings as text: the same positions in every format, and no source that breaks or steers the terminal.

use laud::diagnostics::render::{human, json, short, summary};
use laud::diagnostics::{Code, Diagnostic, Edit, Fix, Label, Severity};
use laud::source::Sources;
use laud::span::Span;
use proptest::prelude::*;
use std::time::{Duration, Instant};

const PROGRAM: &str =
    "metric references {\n  value refs\n  thresholds {\n    active  >= 2  -> 70\n    champion  >= 3  -> 10\n  }\n}\n";

fn one(text: &str) -> Sources {
    let mut sources = Sources::new();
    sources.add("a.laud", text);
    sources
}

/// The span of the first `word` in source 0.
fn at(sources: &Sources, word: &str) -> Span {
    let start = sources.get(0).unwrap().text.find(word).unwrap();
    Span::new(0, start, start + word.len())
}

fn gap(sources: &Sources) -> Diagnostic {
    Diagnostic::new(Code::ThresholdGap, at(sources, ">= 3"), "`references` has no band for 2.5")
        .label("this band begins too late")
        .also(at(sources, "references"), "of this metric")
        .witness("references = 2.5")
        .fix("write `100`", at(sources, "10"), "100")
        .help("give `champion` 100 points")
}

#[test]
fn people_see_lines_labels_help_witness_and_the_edited_line() {
    let sources = one(PROGRAM);
    assert_eq!(
        human(&[gap(&sources)], &sources, false),
        "\
L0301 threshold-gap

  × `references` has no band for 2.5
   ╭─[a.laud:1:8]
 1 │ metric references {
   ·        ─────┬────
   ·             ╰── of this metric
 2 │   value refs
   ╰────
   ╭─[a.laud:5:15]
 4 │     active  >= 2  -> 70
 5 │     champion  >= 3  -> 10
   ·               ──┬─
   ·                 ╰── this band begins too late
 6 │   }
   ╰────
  help: give `champion` 100 points
  witness: references = 2.5
  fix: champion  >= 3  -> 100

"
    );
}

#[test]
fn one_line_holds_place_code_message_and_help() {
    let sources = one(PROGRAM);
    let mut warning = gap(&sources);
    warning.severity = Severity::Warning;
    warning.message = "two\nlines".into();
    warning.labels[0].span = Span::new(0, 0, 0);
    assert_eq!(
        short(&[gap(&sources), warning], &sources),
        "a.laud:1:1: warning[L0301 threshold-gap]: two lines; help: give `champion` 100 points\n\
         a.laud:5:15: error[L0301 threshold-gap]: `references` has no band for 2.5; help: give `champion` 100 points\n"
    );
}

#[test]
fn programs_get_everything_under_stable_keys() {
    let sources = one(PROGRAM);
    let report: serde_json::Value = serde_json::from_str(&json(&[gap(&sources)], &sources)).unwrap();
    assert_eq!(
        report,
        serde_json::json!({
            "findings": [{
                "code": "L0301", "name": "threshold-gap", "severity": "error",
                "message": "`references` has no band for 2.5",
                "file": "a.laud", "line": 5, "column": 15, "end_line": 5, "end_column": 19,
                "labels": [
                    {"file": "a.laud", "line": 5, "column": 15, "end_line": 5, "end_column": 19, "text": "this band begins too late"},
                    {"file": "a.laud", "line": 1, "column": 8, "end_line": 1, "end_column": 18, "text": "of this metric"},
                ],
                "help": "give `champion` 100 points", "witness": "references = 2.5",
                "fix": {"title": "write `100`", "edits": [
                    {"file": "a.laud", "start": 95, "end": 97, "line": 5, "column": 24, "end_line": 5, "end_column": 26, "text": "100"},
                ]},
            }],
            "errors": 1, "warnings": 0,
        })
    );
}

#[test]
fn findings_without_source_keep_their_words() {
    let diagnostic = Diagnostic::new(Code::UnknownName, Span::new(7, 3, 9), "nothing is called `x`");
    let sources = one("");
    assert_eq!(
        short(std::slice::from_ref(&diagnostic), &sources),
        "error[L0101 unknown-name]: nothing is called `x`\n"
    );
    assert_eq!(
        human(std::slice::from_ref(&diagnostic), &sources, false),
        "L0101 unknown-name\n\n  × nothing is called `x`\n\n"
    );
    let report: serde_json::Value = serde_json::from_str(&json(&[diagnostic], &sources)).unwrap();
    assert_eq!(report["findings"][0]["file"], serde_json::Value::Null);
}

#[test]
fn the_closing_line_counts() {
    let sources = one(PROGRAM);
    let (error, mut warning) = (gap(&sources), gap(&sources));
    warning.severity = Severity::Warning;
    assert_eq!(summary(&[], 1), "checked 1 file: no problems");
    assert_eq!(summary(&[error.clone(), warning, error], 3), "checked 3 files: 2 errors, 1 warning");
}

#[test]
fn places_in_several_sources_are_drawn_apart_the_first_one_first() {
    let mut sources = Sources::new();
    sources.add("a.laud", "metric calls = 1\n");
    sources.add("b.laud", "\n\nmetric calls = 2\n");
    let twice = Diagnostic::new(Code::UnknownName, Span::new(1, 9, 14), "`calls` is declared twice")
        .label("again here")
        .also(Span::new(0, 7, 12), "first here");
    let text = human(&[twice], &sources, false);
    let places: Vec<&str> = text.lines().filter(|l| l.contains("╭─[")).collect();
    assert_eq!(places, ["   ╭─[b.laud:3:8]", "   ╭─[a.laud:1:8]"]);
}

#[test]
fn a_place_at_the_very_end_is_drawn() {
    for text in ["metric a {", "metric a {\n", ""] {
        let sources = one(text);
        let end =
            Diagnostic::new(Code::UnexpectedText, Span::new(0, text.len(), text.len()), "it ends here").label("here");
        assert!(human(&[end], &sources, false).contains("╰── here"), "{text:?}");
    }
}

#[test]
fn tall_places_are_drawn_by_their_first_line() {
    let text = format!("scorecard x {{\n{}}}\n", "  calls weight 1\n".repeat(1000));
    let sources = one(&text);
    let all =
        human(&[Diagnostic::new(Code::WeightsTotal, Span::new(0, 0, text.len()), "total is 1000")], &sources, false);
    assert!(all.lines().count() < 10, "{all}");
    let two = human(
        &[Diagnostic::new(Code::WeightsTotal, Span::new(0, 0, 30), "total is 1000").label("these")],
        &sources,
        false,
    );
    assert!(two.contains("╭─▶") && two.contains("╰──── these"), "{two}");
}

#[test]
fn no_user_text_steers_the_terminal() {
    let nasty = "a\u{1b}[31mb\u{202e}c\u{7}d\u{9b}e\u{2066}f\r\u{7f}";
    let mut sources = Sources::new();
    sources.add(format!("{nasty}.laud"), format!("metric {nasty} = 1\n"));
    let diagnostic = Diagnostic::new(Code::UnknownName, Span::new(0, 7, 8), format!("nothing is called `{nasty}`"))
        .label(nasty)
        .witness(nasty)
        .fix(nasty, Span::new(0, 7, 8), nasty);
    let list = [diagnostic];
    for text in [human(&list, &sources, false), short(&list, &sources), json(&list, &sources)] {
        let bad = text
            .chars()
            .find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c) || *c == '\u{2066}');
        assert_eq!(bad, None, "{text}");
    }
    // Programs get the text as it is.
    let report: serde_json::Value = serde_json::from_str(&json(&list, &sources)).unwrap();
    assert_eq!(report["findings"][0]["witness"], nasty);
}

#[test]
fn a_line_of_a_megabyte_is_clipped_around_the_place() {
    let text = format!("{}wrong{}", "é ".repeat(300_000), " x".repeat(300_000));
    let sources = one(&text);
    let here = at(&sources, "wrong");
    let all =
        human(&[Diagnostic::new(Code::UnknownName, here, "nothing is called `wrong`").label("here")], &sources, false);
    assert!(all.contains("[a.laud:1:600001]") && all.contains("…é é"), "{all}");
    assert!(all.len() < 1500, "{all}");
}

#[test]
fn many_findings_in_a_large_source_are_quick_and_only_fifty_are_drawn() {
    for separator in ["\n", " "] {
        // 2 MB: once of short lines, once one line.
        let text = format!("metric a = b{separator}").repeat(2_000_000 / 13);
        let sources = one(&text);
        let mut list: Vec<Diagnostic> = (0..10_000)
            .map(|i| {
                Diagnostic::new(
                    Code::UnknownName,
                    Span::new(0, i * 195 + 11, i * 195 + 12),
                    format!("nothing is called `b` ({i})"),
                )
            })
            .collect();
        for warning in &mut list[..100] {
            warning.severity = Severity::Warning;
        }
        let start = Instant::now();
        let all = human(&list, &sources, false);
        assert_eq!(all.matches("L0101").count(), 50);
        assert!(all.ends_with("and 9950 more (--format compact lists all)\n"));
        assert!(all.contains("`b` (100)") && !all.contains("`b` (99)"), "errors come before warnings");
        assert_eq!(short(&list, &sources).lines().count(), 10_000);
        assert!(json(&list, &sources).len() > 1_000_000);
        // Quadratic work would take minutes here.
        assert!(start.elapsed() < Duration::from_secs(300), "{:?}", start.elapsed());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_breaks_the_renderers(
        texts in proptest::collection::vec("[a-z \t\n\r\u{1b}\u{202e}é漢🏳️\u{301}\u{200d}]{0,300}", 1..3),
        spans in proptest::collection::vec((0u16..3, 0usize..1000, 0usize..200, "[a-z\n]{0,6}"), 1..12),
        color in any::<bool>(),
    ) {
        let mut sources = Sources::new();
        for (i, text) in texts.iter().enumerate() {
            sources.add(format!("{i}.laud"), text.as_str());
        }
        let labels: Vec<Label> = spans
            .iter()
            .map(|(source, start, length, text)| Label { span: Span::new(*source, *start, start + length), text: text.clone() })
            .collect();
        let mut diagnostic = Diagnostic::new(Code::UnknownName, labels[0].span, "message");
        diagnostic.fix = Some(Fix {
            title: "write it".into(),
            edits: labels.iter().map(|l| Edit { span: l.span, text: l.text.clone() }).collect(),
        });
        diagnostic.labels = labels;
        let list = [diagnostic];
        let drawn = human(&list, &sources, color);
        prop_assert!(!drawn.contains("Failed to read"));
        prop_assert!(color || drawn.chars().all(|c| c == '\n' || !c.is_control()), "{}", drawn);

        // All formats say the same place.
        let line = short(&list, &sources);
        prop_assert_eq!(line.matches('\n').count(), 1);
        let report: serde_json::Value = serde_json::from_str(&json(&list, &sources)).unwrap();
        let finding = &report["findings"][0];
        if let Some(file) = finding["file"].as_str() {
            let place = format!("{file}:{}:{}", finding["line"], finding["column"]);
            prop_assert!(line.starts_with(&(place.clone() + ": ")), "{} {}", line, place);
            prop_assert!(color || drawn.contains(&place), "{} {}", drawn, place);
        }
    }

    /// Lines and columns against the obvious way to count them.
    #[test]
    fn lines_and_columns_are_counted_right(text in "[ab\né漢]{0,40}", copies in 1usize..400, at in 0usize..20_000) {
        let text = text.repeat(copies);
        let sources = one(&text);
        let mut end = at.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[..end];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        prop_assert_eq!(sources.get(0).unwrap().line_column(at as u32), (line, column));
    }
}
