//! Texts and bytes, changed at random: by character, word, line and declaration.

use super::rng::Rng;

/// Numbers that are on the edge of something.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "-1",
    "-0",
    "7",
    "10",
    "49.999999999",
    "50",
    "99",
    "100",
    "101",
    "128",
    "0.5",
    "0.000000001",
    "0.0000000001",
    "33.333333333",
    "100.000000001",
    "1_000",
    "1__0",
    "1.",
    ".5",
    "1e9",
    "50%",
    "100%",
    "250k",
    "1.5M",
    "2B",
    "999999999999999999999B",
    "255",
    "65536",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "4000000000",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "99999999999999999999999999999",
    "99999999999999999999999999999.999999999",
    "100000000000000000000000000000",
    "1000000000000000000",
    "170141183460469231731687303715884105728",
    "3 days",
    "90 days",
    "4000000000 years",
    "2026-02-30",
    "2026-03-31",
    "0000-01-01",
    "0001-01-01",
    "9999-12-31",
    "2024-02-29",
];

/// Characters and scraps that trip lexers.
const SCRAPS: &[&str] = &[
    "\0",
    "\u{feff}",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\r",
    "\r\n",
    "\n",
    "\t",
    " ",
    "\u{a0}",
    "\u{2028}",
    "\u{85}",
    "é",
    "e\u{301}",
    "名",
    "🦀",
    "👩\u{200d}🚀",
    "\u{10ffff}",
    "ß",
    "İ",
    "“",
    "’",
    "\"",
    "\\",
    "\\\"",
    "\"\"",
    "#",
    "# ",
    "'",
    "`",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "{ }",
    "()",
    ",",
    ";",
    ":",
    ".",
    "..",
    "..=",
    "=",
    "==",
    "!=",
    "<>",
    "<",
    ">",
    "<=",
    ">=",
    "=>",
    "->",
    "&&",
    "||",
    "!",
    "!!",
    "-",
    "--",
    "+",
    "*",
    "/",
    "%",
    "^",
    "|",
    "&",
    "~",
    "@",
    "$",
    "?",
    "_",
    "\u{1b}[31m",
    "\u{7f}",
];

/// Words that may stand for each other.
const CLASSES: &[&[&str]] = &[
    &["count", "sum", "avg", "min", "max", "first", "last", "distinct", "share", "nps", "median", "percentile", "mean"],
    &["abs", "round", "floor", "ceil", "min", "max", "clamp", "to_points", "to_ratio", "to_number", "points"],
    &["<", "<=", ">", ">=", "=", "!=", "is", "is not", "in", "not in", "matches", "contains"],
    &["and", "or", "and not", "or else", "+", "-"],
    &["+", "-", "*", "/"],
    &["zero", "neutral 50", "fail", "renormalise", "renormalise at least 60% coverage", "neutral -1", "neutral 101"],
    &["weighted mean", "sum", "min", "max"],
    &["cap", "floor", "set"],
    &["day", "days", "week", "weeks", "month", "months", "quarter", "quarters", "year", "years", "runs"],
    &["this", "previous", "last", "next", "last 4 complete"],
    &["number", "integer", "ratio", "points", "nps", "money USD", "money EUR", "duration", "date", "instant", "text"],
    &["boolean", "text", "one of a, b", "one of yes, no", "number 0 to 10", "number 0 or more", "integer up to 5"],
    &["key", "optional", "personal", "recorded", "merged", "parent"],
    &["yes", "no", "true", "false", "missing", "otherwise"],
    &["table", "events", "param", "segment", "segments", "define", "metric", "scorecard", "rule", "objective", "test"],
    &["thresholds", "scale", "grades", "lines", "combine", "missing", "weights", "base", "when", "while", "unless"],
    &["keep first", "keep last", "chain", "within 3 days", "latest per", "cap 1 per quarter", "decay half-life 1 day"],
    &["no_data", "not_applicable", "stale", "too_few", "error"],
    &["percentile", "zscore", "rank"],
    &["UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Africa/Monrovia"],
    &["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%y", "%", "%Q", "%Y", "%s", "%+", "%e %B %Y", "%c", "%H:%M", "%j %Y", "%G-W%V-%u"],
    &["seconds", "milliseconds", "text", "ratio", "csv", "ndjson", "parquet"],
    &[
        "file",
        "files",
        "format",
        "delimiter",
        "covers",
        "columns",
        "null",
        "decimal_mark",
        "thousands_mark",
        "currency",
    ],
    &["percent", "epoch", "time_zone", "date_format", "strict", "directory", "as_of", "from", "blank", "values", "yes"],
];

/// Phrases that may follow an expression or a line.
const PHRASES: &[&str] = &[
    " as of 90 days ago",
    " as of 2025-12-31",
    " as of end of previous quarter",
    " or else 0",
    " or else missing",
    " is missing",
    " is missing because stale",
    " is not missing",
    " for 3 quarters",
    " for 2 of last 4 months",
    " for 2 runs",
    " in last 90 days",
    " in last 2 quarters",
    " in next 30 days",
    " in this quarter",
    " in previous year",
    " in last 4 complete quarters",
    " since 2025-01-01",
    " where yes",
    " where occurred_at > 2026-01-01",
    " dedupe by account within 3 days",
    " latest per account",
    " cap 2 per quarter",
    " decay half-life 30 days",
    " decay linear 60 days",
    " weighted by 2",
    ", at least 3 answers",
    ", at least 2 rows",
    ", all answers",
    " within size",
    " > 3",
    " >= 50%",
    " = yes",
    " in (1, 2)",
    " + 1",
    " * 1.5",
    " / 0",
    " - 1 day",
    " - 9223372036854775808",
    " weight 10",
    " weight 0 informational",
    " missing zero",
    " missing renormalise",
    " at most 15%",
    " scale 0 -> 0, 10 -> 100",
    " because \"so\"",
    " optional",
    " 0 to 10",
    " { }",
    " when yes",
    " valid for 90 days",
];

/// What goes around an expression.
const AROUND: &[(&str, &str)] = &[
    ("(", ")"),
    ("not ", ""),
    ("-", ""),
    ("not (", ")"),
    ("-(", ")"),
    ("if yes then ", " else 0"),
    ("if ", " then 1 else 2"),
    ("if missing then 0 else ", ""),
    ("abs(", ")"),
    ("round(", ", 2)"),
    ("round(", ", 4294967296)"),
    ("floor(", ")"),
    ("ceil(", ")"),
    ("min(", ", 1)"),
    ("max(0, ", ")"),
    ("clamp(", ", 0, 100)"),
    ("to_points(", ")"),
    ("to_ratio(", ")"),
    ("to_number(", ")"),
    ("points(", ")"),
    ("change in ", " over 2 quarters"),
    ("percent change in ", " over 1 year"),
    ("trend of ", " over 4 quarters"),
    ("percentile of ", " within size"),
    ("percentile of ", " against end of previous year"),
    ("streak of ", " over 8 quarters"),
    ("", " until no over 6 weeks at least 2 weeks"),
    ("if yes then missing else ", ""),
    ("gap(", ")"),
    ("position(", ")"),
    ("power(", ", 2)"),
    ("days since ", ""),
    ("months until ", ""),
    ("count(", ")"),
    ("sum(1 of ", ")"),
    ("avg(", " of activity)"),
    ("\"", "\""),
    ("{", "}"),
];

const DECLARATIONS: &[&str] = &[
    "benchmark",
    "define",
    "events",
    "metric",
    "objective",
    "param",
    "rule",
    "scorecard",
    "segment",
    "segments",
    "table",
    "test",
];

/// Changes a text once or a few times; `other` is a text to borrow from.
pub fn text(rng: &mut Rng, text: &str, other: &str) -> String {
    let mut text = text.to_string();
    let times = [1, 1, 1, 2, 2, 3, 5, 12][rng.below(8)];
    for _ in 0..times {
        text = once(rng, &text, other);
        if text.len() > 400_000 {
            break;
        }
    }
    text
}

fn once(rng: &mut Rng, text: &str, other: &str) -> String {
    match rng.below(100) {
        // Most often what has a chance to compile.
        0..=19 => number(rng, text),
        20..=34 => class(rng, text),
        35..=46 => word(rng, text, other),
        47..=53 => phrase(rng, text),
        54..=60 => around(rng, text),
        61..=72 => line(rng, text, other),
        73..=84 => declaration(rng, text, other),
        85..=95 => character(rng, text),
        96 => chain(rng, text),
        97 => text.replace('\n', rng.pick(&["\r\n", "\r", "\n\n", " ", "\n\t"])),
        98 => format!("{}{text}", rng.pick(SCRAPS)),
        _ => text[..boundary(text, rng.below(text.len() + 1))].to_string(),
    }
}

/// The nearest place at or before `at` where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn replaced(text: &str, range: std::ops::Range<usize>, new: &str) -> String {
    format!("{}{new}{}", &text[..range.start], &text[range.end..])
}

/// Ranges of words: letters, digits, `_`, `.` between digits; or single marks.
fn words(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    let mut open: Option<usize> = None;
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() || matches!(c, '_' | '.') {
            open.get_or_insert(at);
            continue;
        }
        found.extend(open.take().map(|start| start..at));
        if !c.is_whitespace() {
            found.push(at..at + c.len_utf8());
        }
    }
    found.extend(open.map(|start| start..text.len()));
    found
}

/// A word that satisfies a condition, found from a random place on.
fn some_word(rng: &mut Rng, text: &str, fits: impl Fn(&str) -> bool) -> Option<std::ops::Range<usize>> {
    let words = words(text);
    let from = rng.below(words.len());
    (0..words.len()).map(|i| words[(from + i) % words.len()].clone()).find(|w| fits(&text[w.clone()]))
}

fn number(rng: &mut Rng, text: &str) -> String {
    let digits = |w: &str| w.starts_with(|c: char| c.is_ascii_digit());
    let Some(range) = some_word(rng, text, digits) else { return word(rng, text, text) };
    let old = &text[range.clone()];
    let new = match (rng.below(4), old.parse::<i64>()) {
        (0, Ok(n)) => n.wrapping_add(1).to_string(),
        (1, Ok(n)) => n.wrapping_sub(1).max(0).to_string(),
        (2, Ok(n)) => n.wrapping_mul(10).to_string(),
        _ => rng.pick(NUMBERS).to_string(),
    };
    replaced(text, range, &new)
}

fn class(rng: &mut Rng, text: &str) -> String {
    let Some(range) = some_word(rng, text, |w| CLASSES.iter().any(|c| c.contains(&w))) else {
        return word(rng, text, text);
    };
    let old = &text[range.clone()];
    let classes: Vec<&&[&str]> = CLASSES.iter().filter(|c| c.contains(&old)).collect();
    let class = classes[rng.below(classes.len())];
    replaced(text, range, rng.pick(class))
}

fn word(rng: &mut Rng, text: &str, other: &str) -> String {
    let Some(range) = some_word(rng, text, |_| true) else { return other.to_string() };
    let a = &text[range.clone()];
    match rng.below(7) {
        0 => replaced(text, range, ""),
        1 => replaced(text, range.clone(), &format!("{a} {a}")),
        // A name for a name, most often of the same text.
        2..=4 => {
            let from = if rng.chance(80) { text } else { other };
            let name = |w: &str| w.len() > 1 && w.starts_with(|c: char| c.is_alphabetic());
            let Some(range) = some_word(rng, text, name) else { return text.to_string() };
            let new = some_word(rng, from, name).map_or("x", |w| &from[w]);
            replaced(text, range, new)
        }
        5 => {
            let new = some_word(rng, other, |_| true).map_or("", |w| &other[w]);
            replaced(text, range.start..range.start, &format!("{new} "))
        }
        _ => {
            let Some(second) = some_word(rng, text, |_| true) else { return text.to_string() };
            let (first, second) = if range.start < second.start { (range, second) } else { (second, range) };
            if first.end > second.start {
                return text.to_string();
            }
            let (x, y) = (text[first.clone()].to_string(), text[second.clone()].to_string());
            let text = replaced(text, second, &x);
            replaced(&text, first, &y)
        }
    }
}

fn phrase(rng: &mut Rng, text: &str) -> String {
    let Some(range) = some_word(rng, text, |_| true) else { return text.to_string() };
    replaced(text, range.end..range.end, rng.pick(PHRASES))
}

/// Puts something around a few words, at times very often.
fn around(rng: &mut Rng, text: &str) -> String {
    let all = words(text);
    if all.is_empty() {
        return text.to_string();
    }
    let first = rng.below(all.len());
    let last = (first + rng.below(6)).min(all.len() - 1);
    let times = [1, 1, 1, 1, 2, 3, 20, 126, 127, 128, 129, 1000, 20_000][rng.below(13)];
    let (before, after) = AROUND[rng.below(AROUND.len())];
    let times = if before.len() > 4 { times.min(2000) } else { times };
    let inner = &text[all[first].start..all[last].end];
    let new = format!("{}{inner}{}", before.repeat(times), after.repeat(times));
    replaced(text, all[first].start..all[last].end, &new)
}

/// Repeats a few words with something between them.
fn chain(rng: &mut Rng, text: &str) -> String {
    let all = words(text);
    if all.is_empty() {
        return text.to_string();
    }
    let first = rng.below(all.len());
    let last = (first + rng.below(6)).min(all.len() - 1);
    let between = rng.pick(&[" and ", " or ", " + ", " * ", ", ", " or else ", "\n", " - ", "; ", " ", " < "]);
    let inner = &text[all[first].start..all[last].end];
    let times = [3, 50, 500, 3000][rng.below(4)];
    let new = vec![inner; times].join(between);
    replaced(text, all[first].start..all[last].end, &new)
}

/// A text in pieces at the given starts.
fn pieces(text: &str, starts: impl Fn(&str) -> bool) -> Vec<&str> {
    let mut cuts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if at > 0 && starts(line) {
            cuts.push(at);
        }
        at += line.len();
    }
    cuts.push(text.len());
    cuts.windows(2).map(|w| &text[w[0]..w[1]]).collect()
}

fn line(rng: &mut Rng, text: &str, other: &str) -> String {
    rearranged(rng, pieces(text, |_| true), pieces(other, |_| true))
}

fn declaration(rng: &mut Rng, text: &str, other: &str) -> String {
    rearranged(rng, declarations(text), declarations(other))
}

/// A text in declarations (or, of a project file, tables) that begin at the margin.
pub fn declarations(text: &str) -> Vec<&str> {
    pieces(text, |line| DECLARATIONS.iter().any(|d| line.starts_with(d)) || line.starts_with('['))
}

fn rearranged<'t>(rng: &mut Rng, mut list: Vec<&'t str>, other: Vec<&'t str>) -> String {
    let (i, j) = (rng.below(list.len()), rng.below(list.len()));
    match rng.below(5) {
        0 => _ = list.remove(i),
        1 => list.insert(j, list[i]),
        2 => list.swap(i, j),
        3 => list.insert(i, other[rng.below(other.len())]),
        _ => list[i] = other[rng.below(other.len())],
    }
    list.concat()
}

fn character(rng: &mut Rng, text: &str) -> String {
    let at = boundary(text, rng.below(text.len() + 1));
    let end = boundary(text, at + [1, 2, 5, 30, 300][rng.below(5)]).max(at);
    match rng.below(6) {
        0 => replaced(text, at..end, ""),
        1 => replaced(text, at..at, &text[at..end]),
        2 => replaced(text, at..end, rng.pick(SCRAPS)),
        3 => {
            let to = boundary(text, rng.below(text.len() + 1));
            replaced(text, to..to, &text[at..end])
        }
        _ => replaced(text, at..at, rng.pick(SCRAPS)),
    }
}

/// Cells that data has no business to hold, and some that it has.
const CELLS: &[&str] = &[
    "",
    " ",
    "0",
    "-1",
    "1",
    "5",
    "10",
    "11",
    "1e9",
    "1E-9",
    "NaN",
    "inf",
    "null",
    "N/A",
    "#REF!",
    "-",
    "yes",
    "NO",
    "x",
    "2026-02-30",
    "2026-13-01",
    "2026-03-31",
    "2025-02-29",
    "0000-00-00",
    "0000-01-01",
    "9999-12-31",
    "10000-01-01",
    "99999-01-01",
    "-0001-01-01",
    "2026-03-31T23:59:60Z",
    "2026-03-31T00:00:00+14:00",
    "2026-03-08T02:30:00",
    "24:00",
    "2026-03-31 12:00",
    "2026-03-31T12:00:00.123456789Z",
    "03/04/2026",
    "13/04/2026",
    "04/13/2026",
    "3.4.26",
    "1774915200",
    "1774915200000",
    "99999999999999999",
    "-99999999999999999",
    "9223372036854775808",
    "1,234.5",
    "1.234,5",
    "1 234",
    "$5",
    "€ 5",
    "5 USD",
    "USD5",
    "(5)",
    "5-",
    "+5",
    "--5",
    "100%",
    "45 %",
    "0.5%",
    "%",
    "99999999999999999999999999999",
    "100000000000000000000000000000",
    "0.00000000049",
    "1.",
    ".5",
    ".",
    "1_000",
    "٣",
    "\u{feff}A1",
    "A1 ",
    " A1",
    "a1",
    "A1\u{a0}",
    "A1\0",
    "\"",
    "\"\"",
    "\"a",
    "a\"b",
    "\"a\nb\"",
    "\"a\"b",
    "\"a,b\"",
    "a,b",
    "=1+1",
    "🦀",
    "\u{202e}abc",
    "\u{1b}[31m",
    "A2",
    "A9",
    "reference",
    "Reference Call",
    "{}",
    "[]",
    "{\"a\":1}",
];

/// Changes the bytes of a data file.
pub fn bytes(rng: &mut Rng, bytes: &[u8], text_like: bool) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let times = [1, 1, 2, 3, 8, 20][rng.below(6)];
    for _ in 0..times {
        if text_like && rng.chance(85) {
            bytes = rows(rng, &bytes);
            continue;
        }
        let at = rng.below(bytes.len() + 1);
        let end = (at + [1, 1, 2, 8, 64][rng.below(5)]).min(bytes.len());
        match rng.below(8) {
            0 => _ = bytes.drain(at..end),
            1 => bytes.truncate(at),
            2 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            3 => {
                let junk = (rng.next() as u8, rng.next() as u8);
                bytes.splice(at..at, [junk.0, junk.1]);
            }
            4 => bytes[at..end].fill(*rng.pick(&[&0u8, &0xff, &0x80, &b'"', &b','])),
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << rng.below(8);
                }
            }
        }
    }
    bytes
}

fn rows(rng: &mut Rng, bytes: &[u8]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    if lines.is_empty() {
        return rng.pick(CELLS).as_bytes().to_vec();
    }
    let i = if rng.chance(15) { 0 } else { rng.below(lines.len()) };
    let j = rng.below(lines.len());
    match rng.below(14) {
        0 => _ = lines.remove(i),
        1 => {
            let copy = lines[i].clone();
            lines.insert(j, copy);
        }
        2 => lines.swap(i, j),
        3 => lines[i].insert(0, b','),
        4 => {
            let whole = lines.concat();
            return match rng.below(6) {
                0 => [b"\xef\xbb\xbf".as_slice(), &whole].concat(),
                1 => String::from_utf8_lossy(&whole).encode_utf16().flat_map(u16::to_le_bytes).collect(),
                2 => String::from_utf8_lossy(&whole).replace('\n', "\r\n").into_bytes(),
                3 => String::from_utf8_lossy(&whole).replace('\n', "\r").into_bytes(),
                4 => String::from_utf8_lossy(&whole).replace(',', rng.pick(&[";", "\t", "|", ",,"])).into_bytes(),
                _ => whole.repeat(2),
            };
        }
        _ => cell(rng, &mut lines[i]),
    }
    lines.concat()
}

/// Puts another text into a cell.
fn cell(rng: &mut Rng, line: &mut Vec<u8>) {
    let end = line.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(line.len());
    let mut cuts: Vec<usize> = vec![0];
    cuts.extend((0..end).filter(|i| matches!(line[*i], b',' | b':')).map(|i| i + 1));
    let i = rng.below(cuts.len());
    let stop = cuts.get(i + 1).map_or(end, |next| next - 1);
    let new = rng.pick(CELLS).as_bytes().to_vec();
    line.splice(cuts[i]..stop, new);
}

/// Something that looks like an expression, cut out of a text.
pub fn expression(rng: &mut Rng, text: &str) -> String {
    let all = words(text);
    if all.is_empty() {
        return String::new();
    }
    let first = rng.below(all.len());
    let open: Vec<usize> = (0..all.len()).filter(|i| matches!(&text[all[*i].clone()], "=" | "when" | "(")).collect();
    if !open.is_empty() && rng.chance(60) {
        let start = open[rng.below(open.len())];
        let from = if &text[all[start].clone()] == "(" { start.saturating_sub(1) } else { start + 1 };
        let from = all.get(from).map_or(0, |w| w.start);
        let rest = &text[from..];
        let end = rest.find('\n').unwrap_or(rest.len());
        return rest[..end].trim_end_matches(['{', ' ']).to_string();
    }
    let last = (first + rng.below(12)).min(all.len() - 1);
    text[all[first].start..all[last].end].to_string()
}

/// A number from the list, as a value for `--set`.
pub fn setting(rng: &mut Rng) -> String {
    rng.pick(NUMBERS).to_string()
}
