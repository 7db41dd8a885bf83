//! One finding, nine formats, the same place in all: each format is read back and asked where the finding is.

use laud::calendar::Date;
use laud::diagnostics::render::{Format, Place, Report};
use laud::diagnostics::{Allowed, Code, Diagnostic, Edit, Fix, Severity};
use laud::source::Sources;
use laud::span::Span;
use serde_json::{Value, json};

const FIRST: &str = "metric größe = a\nmetric\ttabs\t= wrong\nmetric 漢字🎯 = wrong + 1\n";
const SECOND: &str = "table account {\n  id  text key\n}\n";

fn sources() -> Sources {
    let mut sources = Sources::new();
    sources.add("rules/first file.laud", FIRST);
    sources.add("zweite,datei.laud", SECOND);
    sources
}

fn at(id: u16, text: &str, word: &str, nth: usize) -> Span {
    let start = text.match_indices(word).nth(nth).unwrap().0;
    Span::new(id, start, start + word.len())
}

/// Behind a tab, behind letters of several bytes, over several lines with a further place elsewhere.
fn findings() -> Vec<Diagnostic> {
    let mut info =
        Diagnostic::new(Code::OptionalDecides, at(0, FIRST, "wrong", 1), "100% `|` <b> \"q\", a: b").label("x");
    info.severity = Severity::Info;
    let mut across = Diagnostic::new(Code::DuplicateName, Span::new(1, 0, SECOND.len() - 1), "declared twice")
        .label("again")
        .also(at(0, FIRST, "größe", 0), "first here")
        .witness("arr = 5");
    across.severity = Severity::Warning;
    across.fix = Some(Fix {
        title: "rename both".into(),
        edits: vec![
            Edit { span: at(1, SECOND, "account", 0), text: "konto".into() },
            Edit { span: at(0, FIRST, "größe", 0), text: "size".into() },
        ],
    });
    vec![
        across,
        Diagnostic::new(Code::UnknownName, at(0, FIRST, "wrong", 0), "nothing is called `wrong`")
            .label("here")
            .help("did you mean\n`a`?"),
        info,
    ]
}

/// By place: `(file, line, column, end line, end column)`, counted by hand in `FIRST` and `SECOND`.
const PLACES: [(&str, u64, u64, u64, u64); 3] = [
    ("rules/first file.laud", 2, 15, 2, 20),
    ("rules/first file.laud", 3, 14, 3, 19),
    ("zweite,datei.laud", 1, 1, 3, 2),
];

fn printed(format: Format) -> String {
    let (findings, sources) = (findings(), sources());
    format.render(&Report { verb: "check", findings: &findings, sources: &sources }, false)
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

#[test]
fn places_are_what_was_counted_by_hand() {
    let sources = sources();
    let mut places: Vec<_> = findings().iter().map(|d| Place::of(d.span(), &sources).unwrap()).collect();
    places.sort_by_key(|p| (p.file, p.line));
    for (place, (file, line, column, end_line, end_column)) in places.iter().zip(PLACES) {
        let here = (place.line as u64, place.column as u64, place.end_line as u64, place.end_column as u64);
        assert_eq!((place.file, here), (file, (line, column, end_line, end_column)));
    }
}

#[test]
fn texts_begin_with_the_place() {
    let text = printed(Format::Compact);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    let (human, md) = (printed(Format::Human), printed(Format::Md));
    for (line, (file, row, column, ..)) in lines.iter().zip(PLACES) {
        let place = format!("{file}:{row}:{column}");
        assert!(line.starts_with(&format!("{place}: ")), "{line}");
        assert!(human.contains(&format!("[{place}]")), "{human}");
        assert!(md.contains(&format!("| {place} |")), "{md}");
    }
}

#[test]
fn json_for_programs() {
    let report: Value = serde_json::from_str(&printed(Format::Json)).unwrap();
    let found: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| {
            (
                f["file"].as_str().unwrap().to_string(),
                number(&f["line"]),
                number(&f["column"]),
                number(&f["end_line"]),
                number(&f["end_column"]),
            )
        })
        .collect();
    assert_eq!(found, PLACES.map(|(file, a, b, c, d)| (file.to_string(), a, b, c, d)));
}

#[test]
fn sarif_has_places_related_places_and_fixes() {
    let log: Value = serde_json::from_str(&printed(Format::Sarif)).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let results = run["results"].as_array().unwrap();
    for (result, (file, line, column, end_line, end_column)) in results.iter().zip(PLACES) {
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], file.replace(' ', "%20").replace(',', "%2C"));
        let region = &place["region"];
        let found = ["startLine", "startColumn", "endLine", "endColumn"].map(|key| number(&region[key]));
        assert_eq!(found, [line, column, end_line, end_column]);
        let rule = &run["tool"]["driver"]["rules"][number(&result["ruleIndex"]) as usize];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    let levels: Vec<&str> = results.iter().map(|r| r["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["error", "note", "warning"]);
    let last = &results[2];
    assert_eq!(last["locations"][0]["message"]["text"], "again");
    assert_eq!(last["relatedLocations"][0]["message"]["text"], "first here");
    assert_eq!(last["relatedLocations"][0]["physicalLocation"]["region"]["startColumn"], 8);
    assert_eq!(last["relatedLocations"][0]["physicalLocation"]["region"]["endColumn"], 13);
    assert_eq!(last["properties"]["witness"], "arr = 5");
    let changes = last["fixes"][0]["artifactChanges"].as_array().unwrap();
    assert_eq!(changes.len(), 2, "one per file");
    assert_eq!(changes[0]["replacements"][0]["insertedContent"]["text"], "size");
    assert_eq!(changes[0]["replacements"][0]["deletedRegion"]["byteLength"], "größe".len());
    assert!(results[0].get("relatedLocations").is_none() && results[0].get("fixes").is_none());
}

#[test]
fn github_commands_are_one_line_each_and_escaped() {
    assert_eq!(
        printed(Format::Github),
        "::error file=rules/first file.laud,line=2,col=15,endLine=2,endColumn=20,title=L0101 unknown-name::\
         rules/first file.laud:2:15: nothing is called `wrong`%0Ahere: here%0Ahelp: did you mean `a`?\n\
         ::notice file=rules/first file.laud,line=3,col=14,endLine=3,endColumn=19,title=L0209 optional-decides::\
         rules/first file.laud:3:14: 100%25 `|` <b> \"q\", a: b%0Ahere: x\n\
         ::warning file=zweite%2Cdatei.laud,line=1,endLine=3,title=L0102 duplicate-name::\
         zweite,datei.laud:1:1: declared twice%0Ahere: again%0Awitness: arr = 5\n"
    );
}

#[test]
fn gitlab_has_places_and_fingerprints_that_survive_moved_lines() {
    let issues: Value = serde_json::from_str(&printed(Format::Gitlab)).unwrap();
    for (issue, (file, line, column, end_line, end_column)) in issues.as_array().unwrap().iter().zip(PLACES) {
        assert_eq!(
            issue["location"],
            json!({"path": file, "positions": {
            "begin": {"line": line, "column": column}, "end": {"line": end_line, "column": end_column}}})
        );
    }
    let prints = |before: &str, times: usize| -> Vec<String> {
        let text = format!("{before}{}", "metric x =  wrong\n".repeat(times));
        let mut sources = Sources::new();
        sources.add("a.laud", text.as_str());
        let list: Vec<Diagnostic> = (0..times)
            .map(|n| Diagnostic::new(Code::UnknownName, at(0, &text, "wrong", n), "nothing is called `wrong`"))
            .collect();
        let printed = Format::Gitlab.render(&Report { verb: "check", findings: &list, sources: &sources }, false);
        let issues: Vec<Value> = serde_json::from_str(&printed).unwrap();
        issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap().to_string()).collect()
    };
    let (one, three) = (prints("", 1), prints("# moved\n\n", 3));
    assert_eq!(one[0], three[0]);
    assert_ne!(three[0], three[1]);
    assert_ne!(three[1], three[2]);
}

#[test]
fn junit_fails_for_errors_only_and_names_clean_files() {
    let text = printed(Format::Junit);
    assert!(text.contains("<testsuites name=\"laud check\" tests=\"3\" failures=\"1\" errors=\"0\">"), "{text}");
    assert!(text.contains("<testcase name=\"L0101 unknown-name 2:15\" classname=\"rules/first file.laud\" file=\"rules/first file.laud\" line=\"2\">"), "{text}");
    assert!(
        text.contains(
            "<failure type=\"unknown-name\" message=\"nothing is called `wrong`\">rules/first file.laud:2:15: nothing"
        ),
        "{text}"
    );
    assert!(
        text.contains(
            "<system-out>info: rules/first file.laud:3:14: 100% `|` &lt;b&gt; &quot;q&quot;, a: b\nhere: x</system-out>"
        ),
        "{text}"
    );
    let sources = sources();
    let clean = Format::Junit.render(&Report { verb: "check", findings: &[], sources: &sources }, false);
    assert_eq!(clean.matches("<testcase name=\"no findings\"").count(), 2);
    assert!(!clean.contains("<failure"));
}

#[test]
fn checkstyle_groups_by_file() {
    assert_eq!(
        printed(Format::Checkstyle),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n  <file name=\"rules/first file.laud\">\n    \
         <error line=\"2\" column=\"15\" severity=\"error\" message=\"nothing is called `wrong`; help: did you mean `a`?\" source=\"laud.unknown-name\"/>\n    \
         <error line=\"3\" column=\"14\" severity=\"info\" message=\"100% `|` &lt;b&gt; &quot;q&quot;, a: b\" source=\"laud.optional-decides\"/>\n  \
         </file>\n  <file name=\"zweite,datei.laud\">\n    \
         <error line=\"1\" column=\"1\" severity=\"warning\" message=\"declared twice\" source=\"laud.duplicate-name\"/>\n  \
         </file>\n</checkstyle>\n"
    );
}

#[test]
fn a_markdown_cell_means_only_itself() {
    let text = printed(Format::Md);
    assert!(text.starts_with("### laud check: 1 error, 1 warning, 1 note\n\n| where |"), "{text}");
    assert!(text.contains("| info L0209 optional-decides | 100% `\\|` &lt;b&gt; \"q\", a: b: x |  |"), "{text}");
}

#[test]
fn hostile_text_breaks_no_format() {
    let nasty = "a\u{1b}[31m]]>--><!-- ::error::x\u{202e}\u{0}\u{ffff}@all `` | \r\n%0A</file>";
    let mut sources = Sources::new();
    sources.add(format!("{nasty}.laud"), "metric a = b\n");
    let list = [
        Diagnostic::new(Code::UnknownName, Span::new(0, 7, 8), nasty).label(nasty).help(nasty).witness(nasty),
        Diagnostic::new(Code::UnknownName, Span::new(9, 7, 8), "without a place"),
    ];
    for format in [Format::Compact, Format::Github] {
        let text = format.render(&Report { verb: "check", findings: &list, sources: &sources }, false);
        assert_eq!(text.lines().count(), 2, "{text}");
    }
    let md = Format::Md.render(&Report { verb: "check", findings: &list, sources: &sources }, false);
    assert_eq!(md.lines().count(), 6, "{md}");
    assert!(!md.contains("@all"));
    for format in [Format::Json, Format::Sarif, Format::Gitlab] {
        let text = format.render(&Report { verb: "check", findings: &list, sources: &sources }, false);
        assert!(serde_json::from_str::<Value>(&text).is_ok());
        assert!(!text.contains(['\u{1b}', '\u{202e}']));
    }
    for format in [Format::Junit, Format::Checkstyle] {
        let text = format.render(&Report { verb: "check", findings: &list, sources: &sources }, false);
        assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{ffff}'), "{text}");
        // Every `<` opens a tag of ours.
        for piece in text.split('<').skip(1) {
            let word = piece.trim_start_matches('/');
            let known = ["?xml", "checkstyle", "file", "error", "testsuite", "testcase", "failure", "system-out"];
            assert!(known.iter().any(|k| word.starts_with(k)), "{piece}");
        }
    }
}

#[test]
fn what_is_allowed_is_marked_for_programs_and_left_out_for_people() {
    let sources = sources();
    let mut list = findings();
    let until = Date::parse("2026-12-31");
    list[0].allowed = Some(Allowed::Here { because: "agreed \"so\"".to_string(), until });
    list[2].allowed = Some(Allowed::Baseline);
    let printed = |format: Format| format.render(&Report { verb: "lint", findings: &list, sources: &sources }, false);
    let report: Value = serde_json::from_str(&printed(Format::Json)).unwrap();
    assert_eq!((number(&report["errors"]), number(&report["warnings"])), (1, 0));
    // By place: the error, the note that the baseline holds, the warning that a comment allows.
    let found = report["findings"].as_array().unwrap();
    assert!(found[0].get("allowed").is_none());
    assert_eq!(found[1]["allowed"], json!({"by": "baseline", "because": null, "until": null}));
    assert_eq!(found[2]["allowed"], json!({"by": "source", "because": "agreed \"so\"", "until": "2026-12-31"}));
    let log: Value = serde_json::from_str(&printed(Format::Sarif)).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results[0].get("suppressions").is_none());
    for (result, kind) in [(&results[1], "external"), (&results[2], "inSource")] {
        let suppression = &result["suppressions"][0];
        // What SARIF 2.1.0 knows of a suppression: 3.35.2 and 3.35.3.
        assert_eq!((suppression["kind"].as_str(), suppression["status"].as_str()), (Some(kind), Some("accepted")));
        assert!(suppression["justification"].is_string());
    }
    assert_eq!(printed(Format::Compact).lines().count(), 1);
    assert_eq!(printed(Format::Github).lines().count(), 1);
    assert_eq!(serde_json::from_str::<Value>(&printed(Format::Gitlab)).unwrap().as_array().unwrap().len(), 1);
    assert!(printed(Format::Junit).contains("tests=\"2\" failures=\"1\""), "{}", printed(Format::Junit));
    assert_eq!(printed(Format::Checkstyle).matches("<error ").count(), 1);
    let md = printed(Format::Md);
    assert!(md.starts_with("### laud lint: 1 error, 1 allowed, 1 in the baseline\n"), "{md}");
    assert!(!printed(Format::Human).contains("L0102"), "{}", printed(Format::Human));
}
