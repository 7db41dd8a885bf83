//! What people write in tests: `run every week from 2026-01-05`, `expect ask fires on 2026-01-12`, `fired twice`, `held`, and a
//! `todo` in front of the braces.

use super::{At, BLANK, Habit};
use crate::ast::Became;
use crate::calendar::Date;
use crate::diagnostics::nearest;
use crate::syntax::recover::{word_at, word_before};
use crate::syntax::words::Place;

/// What is said of the as-of date, and the same of runs.
const NOW: [(&str, &str); 5] = [
    ("fires", "fired"),
    ("does not fire", "did not fire"),
    ("is suppressed", "was suppressed"),
    ("is undecided", "was undecided"),
    ("is open", "was open"),
];

/// What people say for what became of a rule; the longer first.
const SAID: &[(&str, &str)] = &[
    ("was not held back", "was not suppressed"),
    ("was not held", "was not suppressed"),
    ("was held back", "was suppressed"),
    ("is held back", "was suppressed"),
    ("has not fired", "did not fire"),
    ("was not fired", "did not fire"),
    ("did not fired", "did not fire"),
    ("didn't fire", "did not fire"),
    ("does not close", "did not close"),
    ("held back", "was suppressed"),
    ("was held", "was suppressed"),
    ("is held", "was suppressed"),
    ("never fired", "did not fire"),
    ("never fires", "did not fire"),
    ("not fired", "did not fire"),
    ("has fired", "fired"),
    ("was fired", "fired"),
    ("was opened", "fired"),
    ("has closed", "closed"),
    ("was closed", "closed"),
    ("is closed", "closed"),
    ("was escalated", "escalated"),
    ("is queued", "was queued"),
    ("was waiting", "was queued"),
    ("held", "was suppressed"),
    ("blocked", "was suppressed"),
    ("waited", "was queued"),
    ("queued", "was queued"),
    ("opened", "fired"),
    ("acted", "fired"),
    ("open", "was open"),
    ("closes", "closed"),
    ("escalates", "escalated"),
];

impl At<'_> {
    /// What is known of statements of tests.
    pub(super) fn test(&self) -> Option<Habit> {
        match self.debris.place {
            Place::File => self.in_front_of_braces(),
            Place::Test => match word_at(self.text, self.debris.start) {
                "run" => self.run_days(),
                "expect" => self.in_runs().or_else(|| self.of_runs()).or_else(|| self.said()).or_else(|| self.whose()),
                _ => None,
            },
            _ => None,
        }
    }

    /// `test "…" as of 2026-03-31 todo "later" {`
    fn in_front_of_braces(&self) -> Option<Habit> {
        if word_at(self.text, self.debris.start) != "test" || !["todo", "with", "run"].contains(&self.word) {
            return None;
        }
        let line = self.line_from(self.offset);
        let mut quoted = false;
        let brace = line.char_indices().find(|(_, c)| {
            quoted ^= *c == '"';
            *c == '{' && !quoted
        })?;
        let (statement, behind) = (line.get(..brace.0)?.trim_end(), line.get(brace.0 + 1..)?);
        let said = self.slice(self.debris.start, self.offset);
        let message = Some(format!("`{}` stands between the braces of a test", self.word));
        // Where the date stands behind it, both change places.
        let (date, statement) = match statement.rfind(" as of ").filter(|_| !said.contains(" as of ")) {
            Some(at) => (format!("{} ", statement.get(at..)?.trim()), statement.get(..at)?.trim()),
            None => (String::new(), statement),
        };
        let blank = if behind.is_empty() { "\n  " } else { " " };
        let help = format!("write `{date}{{`, and `{statement}` behind it");
        let text = Some(format!("{date}{{{blank}{statement}"));
        Some(Habit { start: self.offset, end: self.offset + brace.0 + 1, message, help, text })
    }

    /// `run every week from 2026-01-05`, `run from 2026-01-05 weekly`, `run weekly`, `run 2026-01-05`
    fn run_days(&self) -> Option<Habit> {
        let line = self.line_from(self.debris.start);
        let mut dates: Vec<&str> = Vec::new();
        let mut rhythm = None;
        for word in line.split([' ', '\t', ',']).filter(|word| !word.is_empty()) {
            if Date::parse(word).is_some() {
                dates.push(word);
            }
            rhythm = rhythm.or(match word {
                "day" | "days" | "daily" => Some("daily"),
                "week" | "weeks" | "weekly" | "Mondays" | "Tuesdays" | "Wednesdays" | "Thursdays" | "Fridays" => {
                    Some("weekly")
                }
                "month" | "months" | "monthly" => Some("monthly"),
                "quarter" | "quarters" | "quarterly" => Some("quarterly"),
                "year" | "years" | "yearly" | "annually" => Some("yearly"),
                _ => None,
            });
        }
        let rest = line.strip_prefix("run")?.trim_start_matches(BLANK);
        let number = line.split(BLANK).any(|word| word.parse::<u32>().is_ok());
        let first = if line.contains("first run") { " fire on first run" } else { "" };
        let message = Some("this does not say on which days the rules are run".to_string());
        let (start, end) = (self.debris.start, self.debris.start + line.len());
        let example = |text: String| Some(Habit { start, end, message: message.clone(), help: text, text: None });
        let text = match (rhythm, dates.as_slice()) {
            (Some(rhythm), []) => return example(format!("say from when: `run {rhythm} from 2026-01-05`")),
            (None, []) => {
                return example("write `run weekly from 2026-01-05`, or `run on 2026-01-05, 2026-04-05`".into());
            }
            (None, dates) if ["from", "since", "starting"].contains(&word_at(rest, 0)) || line.contains(" to ") => {
                let to = dates.get(1).map_or(String::new(), |to| format!(" to {to}"));
                return example(format!("say how often: `run weekly from {}{to}`", dates.first()?));
            }
            // `every 2 weeks` is no rhythm.
            (Some(_), _) if number => {
                let help = "a rhythm is `daily`, `weekly`, `monthly`, `quarterly` or `yearly`; other days are named: \
                            `run on 2026-01-05, 2026-01-19`";
                return example(help.to_string());
            }
            (Some(rhythm), [from]) => format!("run {rhythm} from {from}{first}"),
            (Some(rhythm), [from, to]) => format!("run {rhythm} from {from} to {to}{first}"),
            (Some(_), _) => return None,
            (None, dates) => format!("run on {}{first}", dates.join(", ")),
        };
        self.replace(start, end, text, message)
    }

    /// The statement up to where reading stopped, its words one blank apart.
    fn so_far(&self) -> String {
        let text = self.slice(self.debris.start, self.offset);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Behind what became of a rule: `at 2026-01-12`, `twice`, `on 2026-01-12 and 2026-01-19`.
    fn in_runs(&self) -> Option<Habit> {
        let before = self.so_far();
        let all = Became::ALL.into_iter().flat_map(|what| [(what, false), (what, true)]);
        let (what, _) = all.into_iter().find(|(what, not)| before.contains(&format!(" {}", what.written(*not))))?;
        let (start, end) = (self.offset, self.offset + self.word.len());
        let next = self.line_from(end).trim_start_matches(BLANK);
        let date = |text: &str| text.get(..10).is_some_and(|text| Date::parse(text).is_some());
        let here = self.line_from(start);
        let help = |help: String| Some(Habit { start, end, message: None, help, text: None });
        match self.word {
            _ if date(here) => self.insert(start, "on ", format!("write `on {}`", here.get(..10)?)),
            "at" | "in" | "by" | "during" if date(next) => self.replace(start, end, "on", None),
            "once" => self.replace(start, end, "1 time", None),
            "twice" => self.replace(start, end, "2 times", None),
            "thrice" => self.replace(start, end, "3 times", None),
            "and" if date(next) && before.get(before.len().saturating_sub(10)..).is_some_and(date) => {
                let from = self.slice(0, start).trim_end_matches(BLANK).len();
                let habit = self.replace(from, end, ",", None)?;
                Some(Habit { help: "write a comma between dates".to_string(), ..habit })
            }
            "between" | "since" | "until" | "after" | "before" => help(match what.happens() {
                true => {
                    format!("name all the days, as in `{0} on 2026-01-12`, or how many: `{0} 2 times`", what.word())
                }
                false => {
                    "name the days, `on 2026-01-12`, or the first and the last: `from 2026-01-12 to 2026-02-09`".into()
                }
            }),
            "every" | "daily" | "weekly" | "monthly" => {
                help("when the rules are run is a statement of its own: `run weekly from 2026-01-05`".to_string())
            }
            "" if here.starts_with(',') => self.remove(start, start + 1),
            word if word.parse::<u32>().is_ok() => self.insert(end, " times", format!("write `{word} times`")),
            _ => None,
        }
    }

    /// `fires on 2026-01-12`: what is said of the as-of date, with a day of a run.
    fn of_runs(&self) -> Option<Habit> {
        let day = matches!(self.word, "on" | "from" | "at" | "once" | "twice") || self.word.parse::<u32>().is_ok();
        let before = self.so_far();
        let (now, past) = NOW.into_iter().find(|(now, _)| {
            let (head, tail) = before.rsplit_once(now).unwrap_or_default();
            head.ends_with(' ') && (tail.is_empty() || tail.starts_with(" for "))
        })?;
        let text = self.slice(self.debris.start, self.offset);
        let last = now.split(' ').next_back()?;
        let first = now.split(' ').next()?;
        let end = self.debris.start + text.rfind(last)? + last.len();
        let start = self.debris.start + self.slice(self.debris.start, end).rfind(first)?;
        let message = format!("`{now}` is about the date of the test alone; of runs it is `{past}`");
        if day { self.replace(start, end, past, Some(message)) } else { None }
    }

    /// `held because cooldown`, `was closed`, `didn't fire`
    fn said(&self) -> Option<Habit> {
        // Reading stops at the word behind the rule, or one further on.
        let line = self.line_from(self.debris.start);
        let rule = line.strip_prefix("expect")?.trim_start_matches(BLANK);
        let behind = rule.get(word_at(rule, 0).len()..)?;
        let verb = behind.trim_start_matches(BLANK);
        let start = self.debris.start + line.len() - verb.len();
        if behind.len() == verb.len() || self.offset < start {
            return None;
        }
        let words: Vec<&str> = verb.split(BLANK).filter(|word| !word.is_empty()).collect();
        let in_runs = words.iter().any(|word| ["on", "from", "times"].contains(word));
        match words.as_slice() {
            ["suppressed" | "undecided", ..] if in_runs => {
                return self.insert(start, "was ", format!("write `was {}`", words.first()?));
            }
            ["was", state, ..] if state.chars().all(char::is_alphabetic) => {
                let states = Became::ALL.into_iter().filter(|what| !what.happens()).map(Became::word);
                let known =
                    SAID.iter().any(|(said, _)| said.split(' ').nth(1) == Some(*state) && said.starts_with("was "));
                let (end, near) = (start + verb.find(state)? + state.len(), nearest(state, states));
                if let (Some(near), false) = (near.filter(|near| near != state), known) {
                    return self.replace(start, end, format!("was {near}"), Some(format!("unknown word `{state}`")));
                }
                if !known && *state != "not" {
                    let help = "`was` goes with `suppressed`, `queued`, `undecided`, `open` and `baseline`".to_string();
                    let message = Some(format!("`was {state}` is not what becomes of a rule"));
                    return Some(Habit { start, end, message, help, text: None });
                }
            }
            _ => {}
        }
        let (said, right) = SAID.iter().find_map(|(said, right)| {
            let count = said.split(' ').count();
            (words.get(..count)?.join(" ") == *said).then_some((*said, (*right).to_string()))
        })?;
        let count = said.split(' ').count();
        let mut end = start;
        for _ in 0..count {
            let rest = self.line_from(end);
            end += rest.len() - rest.trim_start_matches(BLANK).len();
            end += self.line_from(end).find(BLANK).unwrap_or(self.line_from(end).len());
        }
        self.replace(start, end, right, Some(format!("`{said}` is not what becomes of a rule")))
    }

    /// `expect acme ask fired`: whose it is stands behind.
    fn whose(&self) -> Option<Habit> {
        let subject = word_before(self.text, self.offset);
        let start = self.slice(0, self.offset).trim_end_matches(BLANK).len() - subject.len();
        if word_before(self.text, start) != "expect" || self.word.is_empty() {
            return None;
        }
        let rest = self.line_from(self.offset + self.word.len()).trim_start_matches(BLANK);
        let all = Became::ALL.into_iter().flat_map(|what| [what.written(false), what.written(true)]);
        let verbs = all.chain(NOW.iter().map(|(now, _)| (*now).to_string()));
        let verb = verbs.filter(|verb| rest.starts_with(verb.as_str())).max_by_key(String::len)?;
        let end = self.offset + self.word.len() + (self.line_from(self.offset + self.word.len()).len() - rest.len());
        let text = format!("{} {verb} for {subject}", self.word);
        self.replace(start, end + verb.len(), text, Some("the rule comes first, and then whom it is about".to_string()))
    }
}
