//! `described-period`: its page is below.

use crate::ast::{ItemKind, MetaKind};
use crate::calendar::WindowKind;
use crate::diagnostics::{Code, Diagnostic};
use crate::lint::aggregates;
use crate::lint::windows;
use crate::lint::{Facts, Findings, Lint};
use crate::span::Span;

/// The description or the name speaks of another period than the window.
pub const LINT: Lint = Lint {
    code: Code::DescribedPeriod,
    options: &[],
    run,
    page: r##"# described-period

The name or description says one period and the window, or the review, is another.

"Stories of the last 12 months" over `last 12 days`; `reviews_last_quarter` over `previous month`; "this quarter" over 90 days, which
is a quarter only four times a year. Whoever reads the report goes by the words. Days, weeks, months, quarters, half years and years
are compared; words that only describe the rule, such as names of columns, are not looked at.

## Avoid

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

# Stories of the last 12 months.
# warning: described-period
metric stories = count(activity where type = story in last 12 days)
```

## Prefer

```laud
table account { id text key  arr money USD 0 or more }

events activity of account at occurred_at { type one of call, story  contact text personal }

# Stories of the last 12 months.
metric stories = count(activity where type = story in last 12 months)
```
"##,
};

fn run(facts: &Facts, found: &mut Findings) {
    for item in facts.own_items() {
        if !matches!(item.kind, ItemKind::Metric(_)) {
            continue;
        }
        let name = item.name.text.replace('_', " ");
        let doc = item.doc.as_deref().unwrap_or("");
        let said = period(doc).or_else(|| period(&name));
        let Some((said, words)) = said else { continue };
        // A description of the review is about the review.
        let of_review = ["review", "reviewed", "revisited"].iter().any(|word| doc.to_lowercase().contains(word));
        let review = item.meta.iter().find_map(|meta| match &meta.kind {
            MetaKind::Review { every, .. } => windows::days(every.duration).map(|days| (days, meta.span)),
            _ => None,
        });
        if let (true, Some((days, place))) = (of_review, review) {
            if !windows::alike(said, days) {
                let finding = told(place, &words, "the review is another period");
                let every = every(facts.text(place)).zip(spelled(said));
                found.push(match every {
                    Some(((start, end), period)) => {
                        let from = |offset: usize| place.start + offset as u32;
                        let at = Span { start: from(start), end: from(end), ..place };
                        finding.fix(format!("write `every {period}`, or mend the words"), at, period)
                    }
                    None => finding,
                });
            }
            continue;
        }
        let Some(metric) = facts.program.metrics.iter().find(|m| m.header.span == item.name.span) else { continue };
        let calls = aggregates(&metric.value);
        let windows: Vec<_> = calls.iter().filter_map(|(call, a)| Some((*call, a.window?))).collect();
        let fits = |window: WindowKind| {
            let sliding = matches!(window, WindowKind::Last(_)) && said == 91 && words.starts_with("this");
            windows::length(window).is_none_or(|length| windows::alike(said, length) && !sliding)
        };
        let elapsed = !metric.value.past().is_empty();
        // What a decay, a distance or an expiry says may be what the words are about.
        let elsewhere = durations(body(facts.text(item.span))).any(|days| windows::alike(said, days));
        if elsewhere && windows.iter().all(|(_, window)| !matches!(window, WindowKind::Last(d) if windows::days(*d).is_some_and(|d| windows::alike(said, d)))) {
            continue;
        }
        if let ([(call, window), ..], false) = (windows.as_slice(), elapsed)
            && !windows.iter().any(|(_, window)| fits(*window))
        {
            let finding = told(call.span, &words, &format!("the window is {}", windows::spoken(*window)));
            found.push(match meant(facts.text(call.span), *window, &words) {
                Some(text) => finding.help(format!("write `in {}`, or mend the words", as_window(&words))).fix(
                    format!("write `in {}`, or mend the words", as_window(&words)),
                    call.span,
                    text,
                ),
                None => finding,
            });
        }
    }
}

/// Where the period of `review every 6 weeks last 2026-01-15` stands in it.
fn every(review: &str) -> Option<(usize, usize)> {
    let start = review.find("every ")? + "every ".len();
    let rest = review.get(start..)?;
    let end = rest.find(" last").unwrap_or(rest.len());
    Some((start, start + rest.get(..end)?.trim_end().len()))
}

/// A period as one would write it, if it is a usual one.
fn spelled(days: i64) -> Option<&'static str> {
    Some(match days {
        7 => "1 week",
        14 => "2 weeks",
        30 | 31 => "1 month",
        90..=92 => "3 months",
        180..=184 => "6 months",
        365 | 366 => "1 year",
        _ => return None,
    })
}

/// A declaration without its name and what stands above it.
fn body(text: &str) -> &str {
    text.find(['{', '=']).and_then(|at| text.get(at..)).unwrap_or(text)
}

/// All periods that a text writes as a number and a unit, in days.
fn durations(text: &str) -> impl Iterator<Item = i64> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let pairs: Vec<i64> = words
        .iter()
        .zip(words.iter().skip(1))
        .filter_map(|(count, unit)| {
            let count: i64 = count.parse().ok()?;
            let unit = unit.trim_matches(|c: char| !c.is_alphabetic()).trim_end_matches('s');
            let days = match unit {
                "day" => 1,
                "week" => 7,
                "month" => 30,
                "quarter" => 91,
                "year" => 365,
                _ => return None,
            };
            count.checked_mul(days)
        })
        .collect();
    pairs.into_iter()
}

fn told(place: Span, words: &str, label: &str) -> Diagnostic {
    Diagnostic::new(Code::DescribedPeriod, place, format!("the words say \"{words}\""))
        .label(label)
        .help("let the words and the period say the same")
}

/// The one period that a text speaks of, in days, and how it says it; nothing if there are none or several.
fn period(text: &str) -> Option<(i64, String)> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|w| !w.is_empty()).collect();
    let word = |i: usize| words.get(i).copied().unwrap_or("");
    let mut found: Vec<(i64, String)> = Vec::new();
    for i in 0..words.len() {
        let unit = match word(i).trim_end_matches('s') {
            "day" => 1,
            "week" => 7,
            "month" => 30,
            "quarter" => 91,
            "year" => 365,
            "half-yearly" => 182,
            _ => continue,
        };
        if unit == 182 {
            found.push((182, word(i).to_string()));
            continue;
        }
        let before = i.checked_sub(1).map_or("", word);
        if before == "half" || before == "fiscal" && i.checked_sub(2).map_or("", word) == "half" {
            found.push((unit / 2, format!("{before} {}", word(i))));
            continue;
        }
        // `last quarter`, `last 12 months`: without such a word it may be about anything.
        let which = |word: &str| matches!(word, "this" | "last" | "previous" | "past");
        let count = before.parse::<i64>().ok().or(match before {
            "two" => Some(2),
            "three" => Some(3),
            "four" => Some(4),
            "six" => Some(6),
            "twelve" => Some(12),
            _ => None,
        });
        let count = match count {
            Some(count) if which(i.checked_sub(2).map_or("", word)) => Some(count),
            None if which(before) => Some(1),
            _ => None,
        };
        if let Some(count) = count {
            let counted = before.parse::<i64>().is_ok() || !which(before);
            let first = if counted { format!("{} ", i.checked_sub(2).map_or("", word)) } else { String::new() };
            found.push((count.saturating_mul(unit), format!("{first}{before} {}", word(i))));
        }
    }
    found.dedup_by_key(|(days, _)| *days);
    match found.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// `last quarter` is the quarter before this one; anything else is a window as people say it.
fn as_window(words: &str) -> String {
    let singular = ["last ", "past "].iter().find_map(|which| words.strip_prefix(which));
    match singular {
        Some(unit) if !unit.starts_with(|c: char| c.is_ascii_digit()) => format!("previous {unit}"),
        Some(rest) => format!("last {rest}"),
        None => words.to_string(),
    }
}

/// The call with the window that the words speak of.
fn meant(call: &str, window: WindowKind, words: &str) -> Option<String> {
    let written = windows::spoken(window);
    let said = as_window(words);
    let known = ["this ", "previous ", "last "].iter().any(|which| said.starts_with(which)) && !said.contains("half");
    (known && call.matches(&written).count() == 1).then(|| call.replacen(&written, &said, 1))
}
