//! What `laud check` and `laud lint` make of 253 realistic mistakes.
//!
//! `tests/mistakes/<name>.laud` is a small program with one mistake, compiled together with `base.laud`. Its head says what the
//! mistake is, of which kind, the line that is wrong and, where one edit mends it, the line that is right. They were written
//! before the lints. The table in `tests/mistakes/README.md` is made here; `LAUD_BLESS=1` writes it.

use crate::support::{bless, difference, files, read, root, stem};
use laud::calendar::Date;
use laud::check::Region;
use laud::diagnostics::{Code, Diagnostic, Severity};
use laud::lint::{self, Facts, Levels};
use laud::source::{Source, Sources};
use laud::{Compilation, Settings};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A program with a mistake.
struct Mistake {
    name: String,
    text: String,
    what: String,
    category: String,
    wrong: String,
    right: Option<String>,
}

/// What became of it.
#[derive(Clone, Copy, Default)]
struct Outcome {
    /// A warning or an error in the program.
    found: bool,
    /// One of them on the line that is wrong.
    placed: bool,
    /// It offers the line that is right.
    mended: bool,
}

fn head(text: &str, key: &str) -> Option<String> {
    let start = format!("# {key}: ");
    text.lines().find_map(|line| line.strip_prefix(&start)).map(|rest| rest.trim_end().to_string())
}

fn mistakes() -> Vec<Mistake> {
    files("tests/mistakes", "laud")
        .iter()
        .filter(|path| stem(path) != "base")
        .map(|path| {
            let text = read(path);
            let must = |key: &str| head(&text, key).unwrap_or_else(|| panic!("{}: no `# {key}:`", stem(path)));
            Mistake {
                name: stem(path),
                what: must("mistake"),
                category: must("category"),
                wrong: must("wrong"),
                right: head(&text, "right"),
                text,
            }
        })
        .collect()
}

/// Everything that is found in these two files; the second is number 1.
fn findings(base: &str, text: &str) -> (Vec<Diagnostic>, Sources) {
    let mut sources = Sources::default();
    sources.push(Source::new("base.laud", base));
    sources.push(Source::new("mistake.laud", text));
    let compilation = Compilation::new(&sources, &Settings::default());
    let mut all: Vec<Diagnostic> = compilation.diagnostics.iter().cloned().collect();
    if let Some(program) = &compilation.program {
        let levels = Levels::default();
        let today = Date::parse("2026-03-31").unwrap();
        let facts = Facts::new(&compilation.files, &sources, (program, &compilation.proven), today, &levels);
        all.extend(lint::run(&facts, &levels));
    }
    (all, sources)
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a small program raises because it is small: its names are used by nothing else. Only a mistake of names or of
/// governance is found by these.
const INCIDENTAL: [&str; 5] = ["unused-segment", "unused-metric", "unused-points", "score-unused", "optional-decides"];

/// The same for its metrics, none of which says who owns it.
fn incidental(finding: &Diagnostic) -> bool {
    let unowned = finding.code == Code::Unowned && finding.message.contains(" metric ");
    unowned || INCIDENTAL.contains(&finding.code.name())
}

/// What the program would still be told if it were right, by its code and line: that is not what gives the mistake away.
fn raised_when_right(base: &str, mistake: &Mistake) -> Vec<(Code, usize)> {
    let Some(right) = &mistake.right else { return Vec::new() };
    let (head, body) = mistake.text.split_once("\n\n").unwrap();
    let mended = format!("{head}\n\n{}", body.replacen(&mistake.wrong, right, 1));
    let (all, sources) = findings(base, &mended);
    all.iter().filter(|d| d.span().source == 1).map(|d| (d.code, first_line(d, &sources))).collect()
}

/// The line of its first place.
fn first_line(finding: &Diagnostic, sources: &Sources) -> usize {
    sources.get(finding.span().source).unwrap().line_column(finding.span().start).0
}

/// True if a help that names one edit, or two to choose from, spells out what has to stand in the line in place of what is
/// wrong.
fn spelt_out(help: &str, wrong: &str, right: &str) -> bool {
    let (wrong, right) = (folded(wrong), folded(right));
    let edits: Vec<String> = help.split('`').skip(1).step_by(2).map(folded).collect();
    // Where the two lines differ.
    let same = |a: &str, b: &str| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let begin = same(&wrong, &right);
    let blanks = right[begin..].len() - right[begin..].trim_start().len();
    let end = wrong.bytes().rev().zip(right.bytes().rev()).take_while(|(a, b)| a == b).count();
    let end = right.len() - end.min(right.len().min(wrong.len()) - begin);
    let begin = begin + blanks;
    edits.len() <= 2
        && edits.iter().any(|edit| {
            right
                .match_indices(edit.as_str())
                .any(|(at, _)| !wrong.contains(edit.as_str()) && at <= begin && at + edit.len() >= end)
        })
}

fn outcome(base: &str, mistake: &Mistake) -> Outcome {
    let (all, sources) = findings(base, &mistake.text);
    let named = ["names", "governance"].contains(&mistake.category.as_str());
    let right = raised_when_right(base, mistake);
    let source = sources.get(1).unwrap();
    let line = |d: &Diagnostic, at: usize| {
        let label = d.labels.get(at).filter(|l| l.span.source == 1)?;
        mistake.text.lines().nth(source.line_column(label.span.start).0 - 1)
    };
    let here: Vec<&Diagnostic> = all
        .iter()
        .filter(|d| d.severity > Severity::Info && (0..d.labels.len()).any(|at| line(d, at).is_some()))
        .filter(|d| !right.contains(&(d.code, first_line(d, &sources))) && (named || !incidental(d)))
        .collect();
    let placed: Vec<&&Diagnostic> = here
        .iter()
        .filter(|d| (0..d.labels.len()).any(|at| line(d, at).is_some_and(|l| l.contains(&mistake.wrong))))
        .collect();
    let mended = mistake.right.as_ref().is_some_and(|right| {
        let meant = body(&mistake.text).replacen(&mistake.wrong, right, 1);
        here.iter().any(|d| {
            let written = d
                .help
                .as_deref()
                .is_some_and(|help| folded(help).contains(&folded(right)) || spelt_out(help, &mistake.wrong, right));
            written
                || fixed(&mistake.text, d)
                    .is_some_and(|text| folded(&text).contains(&folded(right)) || means_the_same(base, &text, &meant))
        })
    });
    Outcome { found: !here.is_empty(), placed: !placed.is_empty(), mended }
}

/// The program without its head, with the edit of a finding.
fn fixed(text: &str, finding: &Diagnostic) -> Option<String> {
    let mut edits: Vec<_> = finding.fix.as_ref()?.edits.iter().filter(|e| e.span.source == 1).collect();
    edits.sort_by_key(|e| std::cmp::Reverse(e.span.start));
    let mut text = text.to_string();
    for edit in edits {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    Some(body(&text).to_string())
}

/// What stands behind the head.
fn body(text: &str) -> &str {
    text.split_once("\n\n").map_or(text, |(_, body)| body)
}

/// True for the same text but for blanks, and where the texts differ within one condition that holds for the same accounts
/// or rows in both: `a < x and x < b` is as right as `x > a and x < b`.
fn means_the_same(base: &str, one: &str, other: &str) -> bool {
    if folded(one) == folded(other) {
        return true;
    }
    let alike = |(a, b): &(u8, u8)| a == b;
    let begin = one.bytes().zip(other.bytes()).take_while(alike).count();
    let shorter = one.len().min(other.len()) - begin;
    let end = one.bytes().rev().zip(other.bytes().rev()).take(shorter).take_while(alike).count();
    // The condition around what differs, with who it holds for and who not.
    let around = |text: &str| {
        let mut sources = Sources::default();
        sources.push(Source::new("base.laud", base));
        sources.push(Source::new("mistake.laud", text));
        let compilation = Compilation::new(&sources, &Settings::default());
        let (program, levels) = (compilation.program.as_ref()?, Levels::default());
        let facts = Facts::new(&compilation.files, &sources, (program, &compilation.proven), Date(0), &levels);
        let holds = |c: &lint::Condition| {
            let span = c.expr.span;
            span.source == 1 && span.start as usize <= begin && span.end as usize >= text.len() - end
        };
        let condition = facts.conditions().into_iter().find(holds)?;
        let of = |wanted| facts.proofs.region(condition.expr, condition.rows, wanted);
        Some((condition.owner.to_string(), condition.role, of(true)?, of(false)?))
    };
    let hash = |text: &str| {
        let mut sources = Sources::default();
        sources.push(Source::new("base.laud", base));
        sources.push(Source::new("mistake.laud", text));
        laud::compile(&sources, &Settings::default()).0.map(|program| program.hash)
    };
    if hash(one).is_some_and(|hash_of_one| Some(hash_of_one) == hash(other)) {
        return true;
    }
    let (Some(a), Some(b)) = (around(one), around(other)) else { return false };
    let apart = |x: &Region, y: Region| x.clone().and(&y).is_some_and(|both| both.is_empty());
    a.0 == b.0 && a.1 == b.1 && apart(&a.2, b.3) && apart(&b.2, a.3)
}

#[test]
fn the_program_that_the_mistakes_are_made_in_has_none() {
    let (all, sources) = findings(&read(&root().join("tests/mistakes/base.laud")), "");
    let loud: Vec<_> = all.into_iter().filter(|d| d.severity > Severity::Info).collect();
    assert!(loud.is_empty(), "{}", laud::diagnostics::render::human(&loud, &sources, false));
}

#[test]
fn mistakes_are_found_as_the_table_says() {
    let base = read(&root().join("tests/mistakes/base.laud"));
    let all: Vec<(Mistake, Outcome)> = mistakes()
        .into_iter()
        .map(|mistake| {
            let outcome = outcome(&base, &mistake);
            (mistake, outcome)
        })
        .collect();
    assert!(all.len() >= 200);
    let table = table(&all);
    let path = root().join("tests/mistakes/README.md");
    if bless() {
        std::fs::write(&path, &table).unwrap();
    }
    let recorded = read(&path);
    assert!(recorded == table, "the table differs; LAUD_BLESS=1 writes it\n{}", difference(&recorded, &table));
}

fn table(all: &[(Mistake, Outcome)]) -> String {
    let mut categories: BTreeMap<&str, [usize; 5]> = BTreeMap::new();
    for (mistake, outcome) in all {
        let row = [true, outcome.found, outcome.placed, mistake.right.is_some(), outcome.mended];
        for key in [mistake.category.as_str(), "~ all"] {
            let counts = categories.entry(key).or_default();
            counts.iter_mut().zip(row).for_each(|(count, yes)| *count += usize::from(yes));
        }
    }
    let mut text = String::from(
        "# Mistakes\n\nSmall programs with one realistic mistake each, written before the lints. *Found*: a warning or an error in the \
         program that it would not raise if it were right. *At the line*: one of its places is on the line that is wrong. *Edit*: it offers the line that is right, or one that is true of the same accounts, as a fix or spelt out in its \
         help (beside one other edit at most), of those where a single edit mends it.\n\n| kind | mistakes | found | at the line | with an edit | edit offered |\n|---|---|---|---|---|---|\n",
    );
    for (category, [count, found, placed, with_edit, mended]) in &categories {
        let _ = writeln!(
            text,
            "| {} | {count} | {found} | {placed} | {with_edit} | {mended} |",
            category.trim_start_matches("~ ")
        );
    }
    text.push_str("\n## Not found\n\n");
    for (mistake, _) in all.iter().filter(|(_, outcome)| !outcome.found) {
        let _ = writeln!(text, "- `{}` ({}): {}", mistake.name, mistake.category, mistake.what);
    }
    text.push_str("\n## Found, with another edit than the right one or none\n\n");
    for (mistake, _) in all.iter().filter(|(m, outcome)| outcome.found && m.right.is_some() && !outcome.mended) {
        let _ = writeln!(
            text,
            "- `{}`: `{}` should be `{}`",
            mistake.name,
            mistake.wrong,
            mistake.right.as_deref().unwrap_or("")
        );
    }
    text.push_str("\n## Found elsewhere than at the line\n\n");
    for (mistake, _) in all.iter().filter(|(_, outcome)| outcome.found && !outcome.placed) {
        let _ = writeln!(text, "- `{}` ({}): {}", mistake.name, mistake.category, mistake.what);
    }
    text
}
