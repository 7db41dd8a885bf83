//! The grammar and the tree: what parses, what does not, and what is said about it.

use crate::support::Failures;
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

/// `# error: name` and `# warning: name` comments announce what is found on the next line that is none.
fn announced(text: &str) -> Vec<(usize, String)> {
    let mut waiting: Vec<String> = Vec::new();
    let mut all = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        match line.strip_prefix("# error: ").or_else(|| line.strip_prefix("# warning: ")) {
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
    assert_eq!(test.given.rows[1].columns.len(), 5);
    assert_eq!(test.given.rows[1].rows[1][3].text, "no");
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
fn a_file_of_something_else_is_answered_briefly() {
    let text = "what is this\n".repeat(5_000);
    let (file, found) = parse(&text);
    assert!(file.items.is_empty());
    assert_eq!(found.len(), 1000);
    assert_eq!(found[999].message, "there are more than 1000 mistakes in this file");
}

#[test]
fn hostile_texts_are_answered_quickly() {
    let big = 256 * 1024;
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
        assert!(start.elapsed().as_secs() < 300, "{head:?}");
    }
}

// ---------- pages ----------

/// The examples of the pages about syntax announce what the parser finds, and the good ones parse.
#[test]
fn pages_show_what_they_say() {
    let mut shown = 0;
    // What is not text has no syntax.
    let codes = laud::diagnostics::Code::ALL.iter().filter(|c| **c != laud::diagnostics::Code::UnreadableFile);
    for code in codes.filter(|c| c.number().starts_with("L00")) {
        let page = code.page().0;
        let (_, examples) = page.split_once("## Fails").unwrap_or_else(|| panic!("{}", code.name()));
        let (fails, passes) = examples.split_once("## Passes").unwrap_or_else(|| panic!("{}", code.name()));
        let block = |text: &str| text.split_once("```laud\n").unwrap().1.split_once("```").unwrap().0.to_string();
        let bad = block(fails);
        let (_, found) = parse(&bad);
        let source = Source::new("test.laud", bad.as_str());
        let have: Vec<(usize, String)> =
            found.iter().map(|d| (source.line_column(d.span().start).0, d.code.name().to_string())).collect();
        assert_eq!(announced(&bad), have, "{}\n{}", code.name(), prose(&bad, &found));
        assert!(have.iter().any(|(_, name)| name == code.name()), "{}", code.name());
        clean(&block(passes));
        shown += 1;
    }
    assert_eq!(shown, 15);
}

// ---------- trees ----------

/// A tree without its places; what fits stands on one line.
fn tree(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:#?}");
    let lines: Vec<&str> = text.lines().filter(|l| !l.trim_start().starts_with("span: ")).collect();
    let mut out = String::new();
    fold(&lines, &mut out);
    out
}

/// Writes lines, each group of brackets joined if it is short.
fn fold(lines: &[&str], out: &mut String) {
    let indent = |l: &str| l.len() - l.trim_start().len();
    let mut i = 0;
    while i < lines.len() {
        let mut end = i;
        if lines[i].ends_with(['{', '(', '[']) {
            end = i + 1 + lines[i + 1..].iter().position(|l| indent(l) <= indent(lines[i])).unwrap();
        }
        let joined: Vec<&str> = lines[i..=end].iter().map(|l| l.trim()).collect();
        let joined = joined.join(" ").replace("( ", "(").replace("[ ", "[").replace(", )", ")").replace(", ]", "]");
        let joined = joined.replace("Name { text: ", "Name { ").replace("Expr { kind: ", "Expr { ");
        if joined.len() <= 110 {
            *out += &format!("{}{joined}\n", " ".repeat(indent(lines[i]) / 2));
            i = end + 1;
        } else {
            *out += &format!("{}{}\n", " ".repeat(indent(lines[i]) / 2), lines[i].trim());
            i += 1;
        }
    }
}

/// The tree of one expression.
fn expression(text: &str) -> laud::ast::Expr {
    let mut diagnostics = Diagnostics::new();
    let expr = syntax::parse_expression(0, &Source::new("<expression>", text), &mut diagnostics);
    let found = diagnostics.sorted();
    expr.unwrap_or_else(|| panic!("{text}\n{}", prose(text, &found)))
}

/// An expression with all parentheses that its tree implies.
fn grouped(e: &laud::ast::Expr) -> String {
    use laud::ast::{ArgumentKind, ClauseKind, ExprKind as K};
    let list = |l: &[laud::ast::Expr], by: &str| format!("({})", l.iter().map(grouped).collect::<Vec<_>>().join(by));
    match &e.kind {
        K::Number(n) => n.to_string(),
        K::Percent(n) => format!("{n}r"),
        K::Money(n, c) => format!("{n} {}", c.text),
        K::Text(t) => format!("{t:?}"),
        K::Boolean(b) => b.to_string(),
        K::Date(d) => d.to_string(),
        K::Duration(d) => d.to_string(),
        K::Name(n) => n.clone(),
        K::Member(a, b) => format!("{}.{}", a.text, b.text),
        K::Not(x) => format!("(not {})", grouped(x)),
        K::Negate(x) => format!("(-{})", grouped(x)),
        K::And(l) => list(l, " and "),
        K::Or(l) => list(l, " or "),
        K::OrElse(l) => list(l, " else "),
        K::Sum(terms) => {
            let parts: Vec<String> =
                terms.iter().map(|t| format!("{}{}", if t.negative { "-" } else { "+" }, grouped(&t.value))).collect();
            format!("({})", parts.join(" "))
        }
        K::Product(factors) => {
            let parts: Vec<String> =
                factors.iter().map(|f| format!("{}{}", if f.divide { "/" } else { "*" }, grouped(&f.value))).collect();
            format!("({})", parts.join(" "))
        }
        K::Compare(op, a, b) => format!("({} {} {})", grouped(a), op.symbol(), grouped(b)),
        K::In { value, list: l, negated } => format!("({} {}in {})", grouped(value), not(*negated), list(l, ", ")),
        K::Within { value, window, negated } => {
            format!("({} {}within {:?})", grouped(value), not(*negated), window.kind)
        }
        K::IsMissing { value, because, negated } => {
            let why = because.as_ref().map_or(String::new(), |b| format!(" because {:?}", b.text));
            format!("({} is {}missing{why})", grouped(value), not(*negated))
        }
        K::Is { value, label, negated } => format!("({} is {}{})", grouped(value), not(*negated), label.text),
        K::If { condition, then, otherwise } => {
            format!("(if {} then {} else {})", grouped(condition), grouped(then), grouped(otherwise))
        }
        K::Call(call) => {
            let mut args = Vec::new();
            for a in &call.arguments {
                args.push(match &a.kind {
                    ArgumentKind::Value(v) => grouped(v),
                    ArgumentKind::AtLeast(n) => format!("at least {}", grouped(n)),
                    ArgumentKind::Over { value, over } => format!("{} over {:?}", grouped(value), over.duration),
                    ArgumentKind::AllAnswers => "all".to_string(),
                    ArgumentKind::Pairs { source, clauses, with, with_clauses } => {
                        format!("{} {} with {} {}", source.text, tree(clauses), with.text, tree(with_clauses))
                    }
                    ArgumentKind::Rows { value, source, clauses } => {
                        let mut text = value.as_ref().map_or(String::new(), |v| format!("{} of ", grouped(v)));
                        text += &source.text;
                        for c in clauses {
                            text += &match &c.kind {
                                ClauseKind::Where(c) => format!(" where {}", grouped(c)),
                                ClauseKind::In(w) => format!(" in {:?}", w.kind),
                                ClauseKind::WeightedBy(w) => format!(" weighted {}", grouped(w)),
                                other => format!(" {}", tree(other).trim_end()),
                            };
                        }
                        text
                    }
                });
            }
            format!("{}({})", call.function.text, args.join(", "))
        }
        K::Elapsed { unit, until, date } => {
            format!("({}s {} {})", unit.word(), if *until { "until" } else { "since" }, grouped(date))
        }
        K::AsOf { value, shift } => format!("({} as of {shift:?})", grouped(value)),
        K::Change { value, percent, over } => {
            format!("({}change in {} over {})", if *percent { "percent " } else { "" }, grouped(value), over.duration)
        }
        K::Trend { value, over } => format!("(trend of {} over {})", grouped(value), over.duration),
        K::Missing(None) => "missing".to_string(),
        K::Missing(Some(why)) => format!("(missing because {:?})", why.text),
        K::Held { condition, count, of, period, ignoring } => {
            let ignoring = if ignoring.is_some() { " ignoring" } else { "" };
            format!("({} for {count} of {of:?} {period:?}{ignoring})", grouped(condition))
        }
        K::Streak { condition, over, ignoring } => {
            let ignoring = if *ignoring { " ignoring" } else { "" };
            format!("(streak of {} over {}{ignoring})", grouped(condition), over.duration)
        }
        K::Until { enter, leave, over, at_least } => {
            let least = at_least.map_or(String::new(), |d| format!(" at least {}", d.duration));
            format!("({} until {} over {}{least})", grouped(enter), grouped(leave), over.duration)
        }
        K::Ranked { function, value, within, against, at_least } => {
            let within = within.as_ref().map_or(String::new(), |n| format!(" within {}", n.text));
            let least = at_least.as_ref().map_or(String::new(), |n| format!(" at least {} accounts", grouped(n)));
            let against = against.map_or(String::new(), |shift| format!(" against {shift:?}"));
            format!("({} of {}{within}{against}{least})", function.text, grouped(value))
        }
    }
}

fn not(negated: bool) -> &'static str {
    if negated { "not " } else { "" }
}

#[test]
fn operators_bind_as_people_read_them() {
    for (text, tree) in [
        ("a or b and not c", "(a or (b and (not c)))"),
        ("a and b or c and d", "((a and b) or (c and d))"),
        ("not a = b and c", "((not (a = b)) and c)"),
        ("a + b * c - d / e", "(+a +(*b *c) -(*d /e))"),
        ("(a + b) * c", "(*(+a +b) *c)"),
        ("-a * b", "(*(-a) *b)"),
        ("- - a", "(-(-a))"),
        ("a - -1", "(+a -(-1))"),
        ("x or else 0 >= 2", "((x else 0) >= 2)"),
        ("x + y or else z or else 0 or b", "(((+x +y) else z else 0) or b)"),
        ("a >= 85 for 3 quarters and b", "(((a >= 85) for 3 of None Calendar(Quarter)) and b)"),
        ("a < b for 3 of last 4 quarters", "((a < b) for 3 of Some(4) Calendar(Quarter))"),
        ("not a for 2 runs", "(not (a for 2 of None Runs))"),
        ("a for 3 quarters ignoring missing or b", "((a for 3 of None Calendar(Quarter) ignoring) or b)"),
        ("streak of a >= 1 over 8 quarters >= 3", "((streak of (a >= 1) over 8 quarters) >= 3)"),
        ("streak of not a over 8 weeks ignoring missing + 1", "(+(streak of (not a) over 8 weeks ignoring) +1)"),
        (
            "streak of (change in x over 1 year > 0) over 4 years",
            "(streak of ((change in x over 1 year) > 0) over 4 years)",
        ),
        ("a < 40 until a >= 45 over 26 weeks and b", "(((a < 40) until (a >= 45) over 26 weeks) and b)"),
        (
            "not a < 40 until not (b or c) over 6 months at least 2 months",
            "(not ((a < 40) until (not (b or c)) over 6 months at least 2 months))",
        ),
        ("a for 2 weeks until b over 4 weeks", "((a for 2 of None Calendar(Week)) until b over 4 weeks)"),
        ("if a then missing else 3", "(if a then missing else 3)"),
        ("(missing because no data) or else 1", "((missing because \"no data\") else 1)"),
        ("missing because too_few", "(missing because \"too few\")"),
        (
            "percentile of x within size against 2025-12-31 >= 50",
            "((percentile of x within size against On(2025-12-31)) >= 50)",
        ),
        (
            "rank of x against end of previous year at least 3 accounts",
            "(rank of x against EndOfPrevious(Year) at least 3 accounts)",
        ),
        (
            "zscore of x against 90 days ago as of 2026-01-01",
            "((zscore of x against Ago(90 days)) as of On(2026-01-01))",
        ),
        ("if a then 1 else 2 + 3", "(if a then 1 else (+2 +3))"),
        ("if a then if b then 1 else 2 else 3", "(if a then (if b then 1 else 2) else 3)"),
        (
            "if a then 1 else if b then 2 else if c then 3 else 4",
            "(if a then 1 else (if b then 2 else (if c then 3 else 4)))",
        ),
        ("x as of 90 days ago + y", "(+(x as of Ago(90 days)) +y)"),
        ("-x as of 2026-01-01", "(-(x as of On(2026-01-01)))"),
        ("x as of end of previous quarter", "(x as of EndOfPrevious(Quarter))"),
        ("days since last(a) > 60", "((days since last(a)) > 60)"),
        ("months until renewal as of 2026-01-01", "((months until renewal) as of On(2026-01-01))"),
        ("change in x over 2 quarters > 0", "((change in x over 2 quarters) > 0)"),
        ("percent change in f(x) over 1 year", "(percent change in f(x) over 1 year)"),
        ("trend of (a + b) over 4 quarters", "(trend of (+a +b) over 4 quarters)"),
        ("percentile of x within size >= 50", "((percentile of x within size) >= 50)"),
        ("normal  score of x at least 3 accounts >= 50", "((normal score of x at least 3 accounts) >= 50)"),
        ("tscore of x within size at least n accounts", "(tscore of x within size at least n accounts)"),
        ("rank of x + zscore of y", "(+(rank of x) +(zscore of y))"),
        ("a in (b, \"c\", 3)", "(a in (b, \"c\", 3))"),
        ("a not in (b)", "(a not in (b))"),
        ("renewal in next 90 days and a", "((renewal within Next(90 days)) and a)"),
        ("d not in this quarter", "(d not within This(Quarter))"),
        ("d in last 4 complete quarters", "(d within LastComplete(4, Quarter))"),
        ("d in from 2026-01-01 to 2026-03-31", "(d within Between(2026-01-01, 2026-03-31))"),
        ("d in since 2026-01-01", "(d within Since(2026-01-01))"),
        ("x is missing", "(x is missing)"),
        ("x is missing because no data or y", "((x is missing because \"no data\") or y)"),
        ("x is missing because too_few", "(x is missing because \"too few\")"),
        ("x is missing because division by zero", "(x is missing because \"division by zero\")"),
        ("x is not missing because stale", "(x is not missing because \"stale\")"),
        ("advocacy is not gold", "(advocacy is not gold)"),
        ("acme.references", "acme.references"),
        ("\"ACC-001\".references", "ACC-001.references"),
        ("yes and no or true and false", "((true and false) or (true and false))"),
        ("1_000 + 2.5 + 250k + 1.5M + 2B + 1K", "(+1000 +2.5 +250000 +1500000 +2000000000 +1000)"),
        ("15% + 2.5 %", "(+0.15r +0.025r)"),
        ("250k USD - 1 day", "(+250000 USD -1 day)"),
        ("f()", "f()"),
        ("f(a, -b)", "f(a, (-b))"),
        ("count(activity)", "count(activity)"),
        ("count(activity in last 12 months)", "count(activity in Last(12 months))"),
        ("count(activity since 2026-01-01)", "count(activity in Since(2026-01-01))"),
        ("count(activity from 2026-01-01 to 2026-03-31)", "count(activity in Between(2026-01-01, 2026-03-31))"),
        ("count(activity in last 12 months where a = b)", "count(activity in Last(12 months) where (a = b))"),
        (
            "count(activity where a = b and c = d in last 12 months)",
            "count(activity where ((a = b) and (c = d)) in Last(12 months))",
        ),
        // A window behind a bare name belongs to the rows …
        ("count(activity where solicited in last 90 days)", "count(activity where solicited in Last(90 days))"),
        (
            "count(activity where a = b and not c in last 90 days)",
            "count(activity where ((a = b) and (not c)) in Last(90 days))",
        ),
        // … unless it looks ahead, stands in parentheses, or the rows have one.
        ("count(x where due in next 90 days)", "count(x where (due within Next(90 days)))"),
        ("count(x where (due in last 90 days))", "count(x where (due within Last(90 days)))"),
        (
            "count(x where due in last 90 days in this quarter)",
            "count(x where (due within Last(90 days)) in This(Quarter))",
        ),
        (
            "nps(score of survey in last 180 days, at least 5 answers)",
            "nps(score of survey in Last(180 days), at least 5)",
        ),
        (
            "nps(score of survey latest per contact, at least 5 answers, all answers)",
            "nps(score of survey LatestPer([Name { \"contact\", }]), at least 5, all)",
        ),
        ("share(status != requested of activity)", "share((status != requested) of activity)"),
        (
            "sum(if a = no then 1.5 else 1 of activity where b in this quarter)",
            "sum((if (a = false) then 1.5 else 1) of activity where b in This(Quarter))",
        ),
        (
            "avg(a of b dedupe by c, d within 3 days chain keep last)",
            "avg(a of b Dedupe { by: [ Name { text: \"c\" }, Name { text: \"d\" }, ], within: Some( DurationLit { duration: 3 days }, ), chain: true, keep: Some( Name { text: \"last\" }, ), })",
        ),
        ("sum(1 of x cap 4 per quarter)", "sum(1 of x Cap { count: Expr { kind: Number( 4, ), }, period: Quarter, })"),
        (
            "sum(1 of x decay half-life 90 days)",
            "sum(1 of x Decay { linear: false, over: DurationLit { duration: 90 days }, })",
        ),
        ("avg(a of b weighted by c * 2)", "avg(a of b weighted (*c *2))"),
        ("a # a comment\n  + b", "(+a +b)"),
        ("größe >= 3", "(größe >= 3)"),
    ] {
        let have = grouped(&expression(text));
        if have != tree {
            eprintln!("MISMATCH {text}\n   {have}\n   {tree}");
        }
    }
}

#[test]
fn expressions_alone_report_their_mistakes() {
    for (text, line) in [
        ("", "L0001 1:1 [] unexpected end of the file; expected a value\n"),
        ("a +", "L0001 1:4 [] unexpected end of the file; expected a value\n"),
        ("(a", "L0001 1:3 [] unexpected end of the file; expected `)` | close it with `)` | \"\" -> \")\"\n"),
        ("a b", "L0001 1:3 [b] unexpected `b`; expected an operator or the end of the statement\n"),
    ] {
        let mut diagnostics = Diagnostics::new();
        let none = syntax::parse_expression(0, &Source::new("<expression>", text), &mut diagnostics);
        assert_eq!(none, None, "{text}");
        assert_eq!(prose(text, &diagnostics.sorted()), line);
    }
}

#[test]
fn trees_of_declarations() {
    for (name, text) in [
        ("objective", "# Why.\nobjective growth \"Growth\" { owner cs  target nrr >= 110% }"),
        (
            "table",
            "table account as of recorded_on {\n  id text key\n  key text  # the key column\n  # Revenue\n  # per year.\n  arr money USD 0 or more optional\n  p points up to 5\n  seats integer -1 to 10 personal recorded\n  type one of a, b merged\n  owner text\n  owner cs_ops\n  recorded_on date\n  retain 24 months\n}",
        ),
        (
            "events",
            "events activity \"Timeline\" of account at on { on instant recorded  retain text  parent text parent }",
        ),
        ("param", "param churn: ratio = 15%"),
        (
            "partition",
            "segments size by account.arr {\n  smb < 20k\n  mid 20k to 250k\n  big otherwise\n  none missing\n  owner ops\n}",
        ),
        ("partition_when", "segments kind { a when arr > 3  b when otherwise_x  c in (x, y)  d otherwise }"),
        ("define", "define clv(revenue: money, kind: one of a, b, churn: ratio) = revenue / churn"),
        (
            "metric",
            "metric m \"M\" {\n  value arr\n  type money USD\n  kind leading behaviour\n  supports x, y\n  accountable a\n  consulted b, c\n  informed d\n  pairs with n\n  review every 6 months last 2026-01-15\n  since 2025-01-01\n  deprecated since 2026-01-01 replaced by k\n  note \"a\\n\\\"b\\\"\"\n  higher is worse\n  thresholds { gold > p + 1 -> 100  silver = x  none otherwise -> 0 }\n  thresholds for smb { none missing -> 1 }\n  scale 0 -> 0, 3 -> 100\n  scale for smb -100 -> 0, 100 -> 100\n  valid for 90 days then missing\n}",
        ),
        (
            "scorecard",
            "scorecard s {\n  a weight 40 at most 15% because \"x\"\n  b weight 0 informational scale 0 -> 0, 2 -> 100 missing neutral 50\n  c weight 20 missing zero\n  for big { a weight 50 }\n  missing renormalise at least 60% coverage\n  combine weighted mean\n  base 449\n  weights total 100\n  cap 49 when p1 > 0 because \"y\"\n  floor 10\n  set 0 when churned\n  grades { gold >= 85  none otherwise }\n  grades for big { gold >= 90  none otherwise }\n  review every quarter\n}",
        ),
        ("scorecard_free", "scorecard s { a weight 1\n missing fail  combine sum  weights free }"),
        (
            "rule",
            "rule r \"R\" {\n  when a >= 85 for 3 quarters\n  unless b or not c\n  do task \"Invite {name}\" assign csm fallback ops due in 10 days\n  do playbook rescue\n  escalate after 7 days to manager, after 14 days to vp\n  approval legal, hr\n  cooldown 365 days\n  pilot 25%\n  priority 10\n  close when a >= 60 for 2 runs\n  exclusive outreach\n  limit 5 per owner per week\n  dedupe by id, contact\n  fire on first run\n  owner ops\n}",
        ),
        ("rule_while", "rule r { while a > 1  do email welcome  cooldown 1 week }"),
        (
            "test",
            "test \"a test\" as of 2026-03-31 {\n  account acme { industry saas  arr 400k USD, csm \"ana b\" renewal 2026-05-30  note missing  days 90 days }\n  account \"ACC-001\" { }\n  activity of acme { }\n  survey of acme { answered_on 2026-01-01  score 9 }\n  activity of acme {\n    occurred_at | type | contact   # header\n\n    2026-01-05  | \"a|b\" | c1 # row\n    | x |\n  }\n  survey of acme {\n    | score |\n    | 9     |\n  }\n  expect acme.references = 2.5 within 0.1\n  expect acme.advocacy is bronze\n  expect r fires for acme\n  expect r does not fire for \"ACC-001\" because advocacy < 85\n  expect error weights-total\n}",
        ),
        (
            "words_are_free",
            "table t { value text  when text  for text  to integer  at date  by text  as text  weight number  kind one of a  last date }\nmetric value = value + when + for + weight\nmetric last = last(t) or else last\nscorecard cap { base weight 40  cap weight 60  cap 40 when set > 1 }",
        ),
    ] {
        let file = clean(text);
        assert!(file.lost.is_empty());
        insta::with_settings!({ snapshot_path => "../ui/syntax/trees", prepend_module_to_snapshot => false, omit_expression => true }, {
            assert_snapshot!(name, tree(&file.items));
        });
    }
}

// ---------- properties ----------

/// Checks that every span lies in the text and inside the span of the node around it.
fn check_spans(text: &str, value: &impl std::fmt::Debug) -> usize {
    let mut checked = 0;
    let tree = format!("{value:#?}");
    // (indentation of the node's fields, start, end) of the nodes around the line at hand.
    let lines: Vec<(usize, &str)> =
        tree.lines().map(|l| (l.len() - l.trim_start().len(), l.trim().trim_end_matches(','))).collect();
    let mut around: Vec<(usize, usize, usize)> = Vec::new();
    for (i, (indent, line)) in lines.iter().enumerate() {
        while around.last().is_some_and(|(at, ..)| at > indent) {
            around.pop();
        }
        if !line.ends_with('{') {
            continue;
        }
        let own = lines[i + 1..]
            .iter()
            .take_while(|(deeper, _)| deeper > indent)
            .find(|(deeper, l)| *deeper == indent + 4 && l.starts_with("span: "));
        let Some((_, span)) = own else { continue };
        let (start, end) = span.trim_start_matches("span: 0:").split_once('-').unwrap();
        let (start, end): (usize, usize) = (start.parse().unwrap(), end.parse().unwrap());
        assert!(text.get(start..end).is_some(), "{start}-{end} is no part of the text");
        if let Some((_, from, to)) = around.last() {
            assert!(
                *from <= start && end <= *to,
                "{start}-{end} ({:?}) outside {from}-{to} ({:?})",
                &text[start..end],
                &text[*from..*to]
            );
        }
        around.push((indent + 1, start, end));
        checked += 1;
    }
    checked
}

fn programs() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui/syntax");
    let mut all: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "laud"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    all.sort();
    all
}

#[test]
fn spans_nest() {
    for text in programs() {
        let (file, _) = parse(&text);
        check_spans(&text, &file);
    }
    let charter = include_str!("../ui/syntax/charter.laud");
    let nodes = check_spans(charter, &clean(charter));
    assert!(nodes > 300, "{nodes}");
}

/// The grammar and the scanner agree about what a comment is: without comments the tree is the same.
#[test]
fn comments_are_spaces() {
    for text in programs() {
        let mut bytes = text.clone().into_bytes();
        for comment in syntax::comments(&Source::new("test.laud", text.as_str())) {
            bytes[comment.span.start as usize..comment.span.end as usize].fill(b' ');
        }
        let without = String::from_utf8(bytes).unwrap();
        let (mut have, found) = parse(&text);
        let (want, found_without) = parse(&without);
        for item in &mut have.items {
            item.doc = None;
            if let ItemKind::Table(laud::ast::Table { fields, .. })
            | ItemKind::Events(laud::ast::Events { fields, .. }) = &mut item.kind
            {
                fields.iter_mut().for_each(|f| f.doc = None);
            }
        }
        assert_eq!(have, want);
        assert_eq!(found, found_without);
    }
}

#[test]
fn comments_know_where_they_stand() {
    let text = "# one\nparam a = \"no # comment\"  # two\n\t# three \r\n#";
    let found: Vec<(&str, bool)> = syntax::comments(&Source::new("test.laud", text))
        .iter()
        .map(|c| (&text[c.span.start as usize..c.span.end as usize], c.own_line))
        .collect();
    assert_eq!(found, [("# one", true), ("# two", false), ("# three", true), ("#", true)]);
}

#[test]
fn descriptions_stand_right_above() {
    let file =
        clean("# Licence.\n\n# First line.\n#   second\nparam a = 1  # behind\nparam b = 2\n\n# far\n\nparam c = 3\n");
    let docs: Vec<Option<&str>> = file.items.iter().map(|i| i.doc.as_deref()).collect();
    assert_eq!(docs, [Some("First line.\n  second"), None, None]);
}

/// A fix mends what it is offered for.
#[test]
fn fixes_fix() {
    let mut applied = 0;
    for text in programs() {
        let (_, found) = parse(&text);
        for d in &found {
            let Some(fix) = &d.fix else { continue };
            let mut mended = text.clone();
            for edit in fix.edits.iter().rev() {
                mended.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
            }
            let (_, left) = parse(&mended);
            let again =
                left.iter().any(|o| o.code == d.code && o.span().start == d.span().start && o.message == d.message);
            assert!(!again, "{}", prose(&mended, &left));
            assert!(left.len() <= found.len(), "{}: {}", fix.title, prose(&mended, &left));
            applied += 1;
        }
    }
    assert!(applied > 30, "{applied}");
}

mod random {
    use super::{check_spans, parse, programs};
    use proptest::prelude::*;

    const SNIPPETS: &[&str] = &[
        "{",
        "}",
        "(",
        ")",
        "\"",
        "#",
        "\n",
        ",",
        "->",
        "=",
        "==",
        "!",
        "-",
        "|",
        ".",
        "%",
        "\\",
        "é",
        "“",
        "\0",
        "\r\n",
        "\u{FEFF}",
        " metric m = ",
        "\nmetric m {\n",
        " thresholds { ",
        " and ",
        " or else ",
        " not ",
        " if ",
        " then ",
        " else ",
        " of ",
        " in last 90 days ",
        " where ",
        " missing ",
        " otherwise ",
        " weight 5 ",
        " for ",
        "\ntest \"t\" as of 2026-01-01 {\n",
        " 250k USD ",
        " 2026-02-30 ",
        " count(",
        " segment ",
        "\nrule r { ",
        " value ",
        " expect ",
        "\n}\n",
        " :",
        ";",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever is done to a program, parsing ends with a tree whose places make sense, or with findings.
        #[test]
        fn edits_never_break_the_parser(
            program in 0usize..100,
            edits in prop::collection::vec((0usize..10_000, 0usize..60, 0usize..4, 0usize..SNIPPETS.len()), 1..6),
        ) {
            let all = programs();
            let mut letters: Vec<char> = all[program % all.len()].chars().collect();
            for (at, length, action, snippet) in edits {
                let at = at % (letters.len() + 1);
                let end = (at + length).min(letters.len());
                match action {
                    0 => { letters.drain(at..end); }
                    1 => { letters.splice(at..at, SNIPPETS[snippet].chars()); }
                    2 => { letters.splice(at..end, SNIPPETS[snippet].chars()); }
                    _ => {
                        let copy: Vec<char> = letters[at..end].to_vec();
                        let target = (at * 7) % (letters.len() + 1);
                        letters.splice(target..target, copy);
                    }
                }
            }
            let text: String = letters.into_iter().collect();
            let (file, found) = parse(&text);
            check_spans(&text, &file);
            for d in &found {
                for label in &d.labels {
                    prop_assert!(text.get(label.span.start as usize..label.span.end as usize).is_some(), "{d:?}");
                }
                prop_assert!(!d.message.is_empty());
            }
            if !file.lost.is_empty() {
                prop_assert!(!found.is_empty(), "a declaration was left out without a word");
            }
        }

        /// Nor does any other text.
        #[test]
        fn any_text_is_answered(text in "\\PC{0,200}|[a-z0-9{}()\"#=<>.,| \n-]{0,300}") {
            let (file, _) = parse(&text);
            check_spans(&text, &file);
        }
    }
}

/// A slip of the finger costs one declaration and little prose.
#[test]
fn one_slip_costs_one_declaration() {
    let text = include_str!("../ui/syntax/charter.laud");
    let whole = clean(text).items.len();
    for (at, letter) in text.char_indices().filter(|(_, c)| "{}()\"".contains(*c)) {
        let mut slipped = text.to_string();
        slipped.remove(at);
        let (file, found) = parse(&slipped);
        assert!(file.items.len() + 1 >= whole, "{letter} at {at}: {}", prose(&slipped, &found));
        assert!(found.len() <= 3, "{letter} at {at}: {}", prose(&slipped, &found));
        assert!(!found.is_empty() || file.items.len() == whole, "{letter} at {at}: lost without a word");
    }
}

#[test]
fn line_ends_of_windows_change_nothing() {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let folders = ["examples/advocacy", "examples/health", "src/cli/init", "tests/cli/files/tested", "tests/ui/check"];
    let mut failures = Failures::default();
    let mut several = 0;
    for path in folders.iter().flat_map(|folder| crate::support::files(folder, "laud")) {
        let text = crate::support::read(&path).replace("\r\n", "\n");
        // What a text of several lines says is its own business.
        let pieces = text.split("\"\"\"").enumerate();
        let windows: Vec<String> =
            pieces.map(|(i, piece)| if i % 2 == 0 { piece.replace('\n', "\r\n") } else { piece.to_string() }).collect();
        let read = |text: &str| {
            let (file, found) = parse(text);
            // Spans are not in the hash.
            let mut hasher = DefaultHasher::new();
            file.hash(&mut hasher);
            (hasher.finish(), found.iter().map(|d| d.message.clone()).collect::<Vec<_>>())
        };
        let (one, other) = (read(&text), read(&windows.join("\"\"\"")));
        several += usize::from(text.contains("\n  case"));
        failures.case(&crate::support::shown(&path), if one == other { Ok(()) } else { Err(format!("{:?}", other.1)) });
    }
    assert!(several > 0, "no table of cases was tried");
    failures.report();
}
