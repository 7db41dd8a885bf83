//! The layout of `laud fmt`: over every rule file of the repository, as it is and with its blanks shaken.

use crate::documents::blocks;
use crate::support::{Failures, files, read, root, shown};
use laud::diagnostics::Diagnostics;
use laud::format::{Refusal, format};
use laud::source::Source;
use laud::syntax;
use proptest::prelude::*;
use std::path::Path;

/// Every text in the repository that is written in laud and parses, with a name.
fn texts() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in ["examples", "tests", "src/cli/init"] {
        rule_files(&root().join(folder), &mut found);
    }
    let documents = files("src/diagnostics/pages", "md").into_iter();
    let documents = documents.chain(["README.md", "grammar/REFERENCE.md"].map(|name| root().join(name)));
    for path in documents {
        for (i, block) in blocks(&read(&path)).iter().enumerate().filter(|(_, b)| b.info.starts_with("laud")) {
            found.push((format!("{} block {i}", shown(&path)), block.text.clone()));
        }
    }
    found.retain(|(_, text)| parses(text));
    found
}

fn rule_files(folder: &Path, found: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rule_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "laud")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            found.push((shown(&path), text));
        }
    }
}

fn parses(text: &str) -> bool {
    let mut diagnostics = Diagnostics::new();
    syntax::parse(0, &Source::new("a.laud", text), &mut diagnostics);
    !diagnostics.has_errors()
}

fn laid_out(text: &str) -> String {
    match format(0, &Source::new("a.laud", text)) {
        Ok(text) => text,
        Err(refusal) => panic!("{refusal:?}\n{text}"),
    }
}

fn comments(text: &str) -> Vec<String> {
    let source = Source::new("a.laud", text);
    let comments = syntax::comments(&source);
    comments.iter().map(|c| text[c.span.start as usize..c.span.end as usize].to_string()).collect()
}

/// What must hold of every text, besides what `format` itself makes sure of.
fn law(text: &str) -> Result<String, String> {
    let once = match format(0, &Source::new("a.laud", text)) {
        Ok(once) => once,
        Err(refusal) => return Err(format!("refused: {refusal:?}")),
    };
    let twice = laid_out(&once);
    if twice != once {
        return Err(format!("not settled:\n{once}\nbecomes\n{twice}"));
    }
    if comments(text) != comments(&once) {
        return Err(format!("comments differ:\n{once}"));
    }
    let words = |text: &str| text.split_whitespace().collect::<String>();
    if words(text) != words(&once) {
        return Err(format!("words differ:\n{once}"));
    }
    // Texts of several lines are their own business.
    let outside = once.split("\"\"\"").step_by(2).collect::<Vec<_>>().join("\"\"\"");
    if let Some(line) = outside.lines().find(|line| line.ends_with([' ', '\t'])) {
        return Err(format!("blanks at the end of {line:?}"));
    }
    if outside.contains("\n\n\n") || once.starts_with('\n') || (!once.is_empty() && !once.ends_with('\n')) {
        return Err(format!("blank lines:\n{once}"));
    }
    Ok(once)
}

#[test]
fn every_text_settles_and_keeps_what_it_says() {
    let mut failures = Failures::default();
    let texts = texts();
    assert!(texts.len() > 150, "{}", texts.len());
    for (name, text) in texts {
        failures.case(&name, law(&text).map(|_| ()));
    }
    failures.report();
}

/// A text with other blanks where they mean nothing: more of them, tabs, blank lines, line ends inside parentheses, comments.
fn shaken(text: &str, seed: u64) -> String {
    let mut state = seed | 1;
    let mut random = |n: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % n
    };
    let mut out = String::new();
    let (mut quoted, mut comment, mut depth) = (false, false, 0usize);
    let mut escaped = false;
    for c in text.chars() {
        match c {
            '\n' => {
                (quoted, comment) = (false, false);
                match random(12) {
                    0 => out.push_str("\n\n\n"),
                    1 => out.push_str("  \n"),
                    2 => out.push_str("\n   "),
                    3 => out.push_str("\r\n"),
                    _ => out.push('\n'),
                }
                continue;
            }
            '"' if !comment && !escaped => quoted = !quoted,
            '#' if !quoted => comment = true,
            '(' if !quoted && !comment => depth += 1,
            ')' if !quoted && !comment => depth = depth.saturating_sub(1),
            ' ' if !quoted && !comment => {
                match random(10) {
                    0 => out.push_str("   "),
                    1 => out.push('\t'),
                    _ => out.push(' '),
                }
                continue;
            }
            _ => {}
        }
        escaped = quoted && c == '\\' && !escaped;
        out.push(c);
        if depth > 0 && c == '(' && !quoted && !comment && random(4) == 0 {
            out.push_str(if random(2) == 0 { "\n  " } else { "  # why\n" });
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn shaken_texts_settle_too(which in any::<prop::sample::Index>(), seed in any::<u64>()) {
        thread_local! {
            static TEXTS: Vec<(String, String)> = texts();
        }
        TEXTS.with(|texts| {
            let (name, text) = &texts[which.index(texts.len())];
            let text = shaken(text, seed);
            // Some places want their blanks as they were; what does not parse any more is not laid out.
            if parses(&text) {
                law(&text).map_err(|message| TestCaseError::fail(format!("{name}:\n{text}\n{message}")))?;
            }
            Ok::<(), TestCaseError>(())
        })?;
    }
}

#[test]
fn texts_of_several_lines_keep_their_blanks() {
    // What stands between `"""` is not laid out: shaken or not, it comes out as it went in, its line ends too.
    let several: Vec<(String, String)> = texts().into_iter().filter(|(_, text)| text.contains("\"\"\"")).collect();
    assert!(several.len() >= 2, "{}", several.len());
    let inner = |text: &str| -> Vec<String> { text.split("\"\"\"").skip(1).step_by(2).map(str::to_string).collect() };
    let mut tried = 0;
    for (name, text) in &several {
        for seed in 1..=12u64 {
            let text = shaken(text, seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            if !parses(&text) {
                continue;
            }
            tried += 1;
            let once = law(&text).unwrap_or_else(|message| panic!("{name}:\n{text}\n{message}"));
            assert_eq!(inner(&text), inner(&once), "{name}:\n{text}");
        }
    }
    assert!(tried >= 12, "{tried}");
}

#[test]
fn blanks_alone_do_not_show() {
    // What is written without comments and on lines of its own comes out the same however its blanks are shaken.
    let text = "metric a = count(activity where type = reference and status = completed)\nsegments s by a {\n  x < 1\n  y otherwise\n}\n";
    let shaken = text.replace(" = ", "   =\t").replace('(', "( ").replace("\n  ", "\n\t\t");
    assert_eq!(laid_out(text), laid_out(&shaken));
}

#[test]
fn line_ends_of_windows_stay() {
    let text = "scorecard weak {\r\n  advocacy # a\r\n  mood\r\n combine min\r\n}\r\n";
    assert_eq!(law(text).unwrap(), "scorecard weak {\r\n  advocacy  # a\r\n  mood\r\n  combine min\r\n}\r\n");
}

#[test]
fn a_text_of_several_lines_keeps_its_line_ends_and_blanks() {
    let text = "test \"x\" as of 2026-03-31 {\r\n  expect error unknown-name in \"\"\"\r\n\tmetric b  = c  \r\n\n\n\n  \"\"\"\r\n}\r\n";
    assert_eq!(laid_out(text), text);
    assert_eq!(laid_out(&text.replace("\r\n", "\n")), text.replace("\r\n", "\n"));
    // Around it the blanks go, and the first line end is that of all others.
    let shaken = text.replace("  expect error", "\texpect   error").replace("31 {\r\n", "31 {\n");
    assert_eq!(laid_out(&shaken), text.replace("31 {\r\n", "31 {\n").replace("\"\"\"\r\n}\r\n", "\"\"\"\n}\n"));
}

#[test]
fn a_tab_within_an_amount_is_a_blank() {
    let text = "test \"x\" as of 2026-03-31 {\n  account acme { arr 400k\tUSD }\n  expect acme.n = 1\n}\n";
    assert_eq!(law(text).unwrap(), text.replace('\t', " "));
}

#[test]
fn the_examples_are_laid_out() {
    let mut list = Vec::new();
    for folder in ["examples", "src/cli/init"] {
        rule_files(&root().join(folder), &mut list);
    }
    let mut failures = Failures::default();
    for (name, text) in list {
        let differs = laid_out(&text) != text;
        failures.case(&name, if differs { Err("`laud fmt` would change it".to_string()) } else { Ok(()) });
    }
    failures.report();
}

#[test]
fn a_text_with_mistakes_is_not_touched() {
    let refused = format(0, &Source::new("a.laud", "metric a = = 1\n"));
    assert!(matches!(refused, Err(Refusal::Syntax(list)) if list.len() == 1));
}

/// `before` becomes `after`; both are written from the first column of the test.
fn becomes(before: &str, after: &str) {
    assert_eq!(laid_out(before), after, "\n{}", laid_out(before));
    assert_eq!(law(after).unwrap(), after);
}

#[test]
fn fields_rows_lines_statements_and_cells_are_tables() {
    becomes(
        "table account {id text key\n  name   text # who\n arr money USD 0 or more #   how much\n\n\n\n renewal date\n retain 2 years}\n",
        "\
table account {
  id    text key
  name  text                 # who
  arr   money USD 0 or more  #   how much

  renewal  date
  retain   2 years
}
",
    );
    becomes(
        "scorecard s { references weight 50 because \"calls close deals\"\nstories weight 5 scale 0->0,3 -> 100\n x weight 45 at most 15% missing zero because \"b\"\n missing  zero\n owner cs_ops\n grades {gold>=85\n none otherwise}}",
        "\
scorecard s {
  references  weight 50                             because \"calls close deals\"
  stories     weight 5   scale 0 -> 0, 3 -> 100
  x           weight 45  at most 15%  missing zero  because \"b\"
  missing zero
  owner  cs_ops
  grades {
    gold  >= 85
    none  otherwise
  }
}
",
    );
}
