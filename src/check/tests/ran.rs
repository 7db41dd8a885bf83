//! Runs of the rules in a test: the days of `run`, and what an expectation may ask of them. Whatever could not be so in any
//! run is an error here and not a failure later.

use super::{Runs, World};
use crate::ast::{self, Became, DateLit, Days, Name, Ran, Rhythm};
use crate::calendar::{Date, PeriodKind, every};
use crate::check::Checker;
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{ExpectationKind, RanWhen, Rule, RuleId, RunDays, Whose};
use crate::span::Span;

/// More runs than these are a slip.
const MOST: usize = 1_000;

impl Checker<'_, '_> {
    /// The days on which the rules are run: none after the as-of date.
    pub(super) fn run_days(&mut self, run: &ast::RunDays, as_of: &DateLit) -> Runs {
        let dates = match &run.days {
            Days::Every(repeated) => self.rhythm(repeated, as_of),
            Days::On(dates) => self.listed_days(dates, as_of),
        };
        match dates {
            Some(dates) => Runs::On(RunDays { dates, fire_on_first_run: run.fire_on_first_run }, run.span),
            None => Runs::Wrong,
        }
    }

    fn rhythm(&mut self, repeated: &ast::Repeated, as_of: &DateLit) -> Option<Vec<Date>> {
        let ast::Repeated { rhythm, times, from, to, span } = repeated;
        if let (Some(_), Some(to)) = (times, to) {
            let message = "how often is said twice: so many times, and until when";
            self.error(Code::TestRun, to.span, message, "the second", "keep one of the two");
            return None;
        }
        if from.date > as_of.date {
            let message = format!("the runs begin on {}, after the as-of date of the test", from.date);
            return self.too_late(from.span, message, as_of);
        }
        if let Some(to) = to.filter(|to| to.date > as_of.date) {
            let message = format!("the runs end on {}, after the as-of date of the test", to.date);
            return self.too_late(to.span, message, as_of);
        }
        let until = to.map_or(as_of.date, |to| to.date);
        if until < from.date {
            let message = format!("{until} lies before {}", from.date);
            self.error(Code::TestRun, to.map_or(*span, |to| to.span), message, "the last date", "name a later date");
            return None;
        }
        let all = every(period(*rhythm), from.date, until);
        let Some((times, place)) = times else {
            let dates: Vec<Date> = all.take(MOST + 1).collect();
            if dates.len() > MOST {
                let message = format!("these are more than {MOST} runs");
                let help = "begin later, or leave more time between runs";
                self.error(Code::TestRun, *span, message, "too many", help);
                return None;
            }
            return Some(dates);
        };
        if !(1..=MOST).contains(&(*times as usize)) {
            let message = format!("{times} times is not between 1 and {MOST}");
            self.error(Code::TestRun, *place, message, "too few or too many", "write another number");
            return None;
        }
        let dates: Vec<Date> = all.take(*times as usize).collect();
        if dates.len() < *times as usize {
            let there = dates.len();
            let message = format!("there are {there} such dates up to the as-of date of the test, not {times}");
            let found = Diagnostic::new(Code::TestRun, *place, message).label("the others lie after it");
            let help = format!("write `{there} times`, or leave it out: runs go on through the as-of date");
            self.push(found.also(as_of.span, "the date of the test").help(help));
            return None;
        }
        Some(dates)
    }

    fn listed_days(&mut self, dates: &[DateLit], as_of: &DateLit) -> Option<Vec<Date>> {
        for pair in dates.windows(2) {
            let [first, second] = pair else { continue };
            if second.date <= first.date {
                let message = format!("{} does not come after {}", second.date, first.date);
                let found = Diagnostic::new(Code::TestRun, second.span, message).label("runs go forward");
                self.push(found.also(first.span, "the run before").help("name the dates in their order, each once"));
                return None;
            }
        }
        if let Some(late) = dates.iter().find(|date| date.date > as_of.date) {
            let message = format!("a run on {}, after the as-of date of the test", late.date);
            return self.too_late(late.span, message, as_of);
        }
        Some(dates.iter().map(|date| date.date).collect())
    }

    fn too_late(&mut self, span: Span, message: String, as_of: &DateLit) -> Option<Vec<Date>> {
        let found = Diagnostic::new(Code::TestRun, span, message).label("nothing of the test is after its date");
        let help = format!("name a date up to {}, or let the test be as of a later one", as_of.date);
        self.push(found.also(as_of.span, "the date of the test").help(help));
        None
    }

    /// What became of a rule in the runs.
    pub(super) fn ran(&mut self, ran: &Ran, world: &World) -> Option<ExpectationKind> {
        if let Runs::None = world.runs {
            return self.without_runs(ran);
        }
        let (rule, whose) = self.expected_rule(&ran.rule, ran.subject.as_ref(), world)?;
        self.checked(ran, (&whose, rule), world)
    }

    /// A cell like `fired on 2026-01-12, 2026-04-20`; nothing if it is about no runs.
    pub(super) fn ran_cell(
        &mut self,
        text: &str,
        span: Span,
        (whose, rule): (&Whose, RuleId),
        world: &World,
    ) -> Option<Option<ExpectationKind>> {
        let mut ran = of_cell(text, span)?;
        ran.rule.text = self.rule_of(whose, rule)?.header.name.clone();
        if let Runs::None = world.runs {
            return Some(self.without_runs(&ran));
        }
        Some(self.checked(&ran, (whose, rule), world))
    }

    fn without_runs(&mut self, ran: &Ran) -> Option<ExpectationKind> {
        let written = ran.what.written(ran.negated);
        let message = format!("`{written}` is about runs, and this test has none");
        let now = match (ran.what, ran.negated) {
            (Became::Fired, false) => "; as of the date of the test alone it is `fires`",
            (Became::Fired, true) => "; as of the date of the test alone it is `does not fire`",
            (Became::Suppressed, false) => "; as of the date of the test alone it is `is suppressed`",
            (Became::Undecided, false) => "; as of the date of the test alone it is `is undecided`",
            _ => "",
        };
        let help = format!("say when the rules are run: `run weekly from 2026-01-05`{now}");
        self.error(Code::TestRun, ran.span, message, "in which runs?", help);
        None
    }

    fn rule_of(&self, whose: &Whose, rule: RuleId) -> Option<&Rule> {
        let rules = match whose {
            Whose::Row(..) => &self.program.row_rules,
            Whose::Portfolio => &self.program.portfolio_rules,
            Whose::Account(_) | Whose::Case => &self.program.rules,
        };
        rules.get(rule.index())
    }

    fn checked(&mut self, ran: &Ran, (whose, id): (&Whose, RuleId), world: &World) -> Option<ExpectationKind> {
        let rule = self.rule_of(whose, id)?.clone();
        self.can_become(ran, &rule)?;
        let because = match &ran.because {
            None => None,
            Some(because) => Some(self.reason_named(because, ran, &rule)?),
        };
        let when = match &ran.when {
            ast::RanWhen::Ever => RanWhen::Ever,
            ast::RanWhen::Times(_) if ran.negated => {
                let written = ran.what.written(true);
                let message = format!("`{written}` says already that there was no time");
                let help = format!("write `{} 0 times`, or leave the number out", ran.what.written(false));
                self.error(Code::TestRun, ran.place, message, "how often", help);
                return None;
            }
            ast::RanWhen::Times(times) => RanWhen::Times(*times),
            ast::RanWhen::On(dates) => RanWhen::On(dates.iter().map(|date| date.date).collect()),
            ast::RanWhen::Between(from, to) => {
                if ran.what.happens() && !ran.negated {
                    let written = ran.what.written(false);
                    let message = format!("`{written}` happens in single runs");
                    let help =
                        format!("name all of them: `{written} on {}`, or how many: `{written} 2 times`", from.date);
                    self.error(Code::TestRun, ran.place, message, "these are many", help);
                    return None;
                }
                if to.date < from.date {
                    let message = format!("{} lies before {}", to.date, from.date);
                    self.error(Code::TestRun, to.span, message, "the last date", "name a later date");
                    return None;
                }
                RanWhen::Between(from.date, to.date)
            }
        };
        if let Runs::On(days, statement) = &world.runs {
            self.in_runs(ran, days, *statement)?;
            self.first_run(ran, &rule, days, *statement)?;
        }
        Some(ExpectationKind::Ran {
            whose: whose.clone(),
            rule: id,
            what: ran.what,
            negated: ran.negated,
            when,
            because,
            place: ran.place,
        })
    }

    /// What is asked has to be something that can become of the rule.
    fn can_become(&mut self, ran: &Ran, rule: &Rule) -> Option<()> {
        let name = &rule.header.name;
        let (lacks, statement) = match ran.what {
            Became::Closed if rule.close.is_none() => ("nothing closes items of", "close when …"),
            Became::Escalated if rule.escalation.is_empty() && !rule.approvals.iter().any(|a| a.within.is_some()) => {
                ("nothing escalates items of", "escalate after …")
            }
            Became::Queued if rule.limit.is_none() => ("nothing ever waits for room under", "limit …"),
            _ => return Some(()),
        };
        let message = format!("{lacks} `{name}`");
        let found = Diagnostic::new(Code::TestRun, ran.span, message).label("never so");
        let help = format!("`{name}` has no `{statement}`: add one, or expect something else");
        self.push(found.also(rule.header.span, "the rule").help(help));
        None
    }

    /// A word for what holds the rule back: of its own statements, or a reason of one of its guards.
    fn reason_named(&mut self, because: &ast::Expr, ran: &Ran, rule: &Rule) -> Option<String> {
        let held =
            matches!((ran.what, ran.negated), (Became::Suppressed | Became::Queued, false) | (Became::Fired, true));
        if !held {
            let message =
                format!("`because` says what held a rule back, and `{}` does not", ran.what.written(ran.negated));
            let help = "it stands with `was suppressed`, `was queued` and `did not fire`";
            self.error(Code::TestRun, because.span, message, "nothing held it back", help);
            return None;
        }
        let own = [
            ("unless", rule.unless.is_some()),
            ("pilot", rule.pilot.is_some()),
            ("cooldown", rule.cooldown.is_some()),
            ("exclusive", rule.exclusive.is_some()),
            ("limit", rule.limit.is_some()),
        ];
        let guards = rule.guards.iter().filter_map(|id| self.program.guard(*id));
        let of_guards = guards.flat_map(|guard| guard.reasons.iter().map(|reason| reason.name.clone()));
        let mut words: Vec<String> =
            own.iter().filter(|(_, has)| *has).map(|(word, _)| word.to_string()).chain(of_guards).collect();
        words.dedup();
        let named = match &because.kind {
            ast::ExprKind::Name(name) => Some(name),
            _ => None,
        };
        if let Some(name) = named.filter(|name| words.contains(name)) {
            return Some(name.clone());
        }
        let rule = &rule.header.name;
        let listed = words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        let otherwise = match words.is_empty() {
            true => format!("`{rule}` has neither a cooldown nor anything else that does"),
            false => format!("what can hold it back is {listed}"),
        };
        let message = match named {
            Some(name) => format!("`{name}` does not hold `{rule}` back"),
            None => "of runs, `because` names what held the rule back".to_string(),
        };
        let found = Diagnostic::new(Code::TestRun, because.span, message).label("not a reason");
        let text = named.map_or("", |name| name.as_str());
        let all = words.iter().map(String::as_str);
        self.push(self.suggest(found, text, because.span, all, otherwise));
        None
    }

    /// Dates that an expectation names have to be those of runs.
    fn in_runs(&mut self, ran: &Ran, days: &RunDays, statement: Span) -> Option<()> {
        match &ran.when {
            ast::RanWhen::Ever | ast::RanWhen::Times(_) => {}
            ast::RanWhen::Between(from, to) => {
                if !days.dates.iter().any(|date| (from.date..=to.date).contains(date)) {
                    let message = format!("no run is from {} to {}", from.date, to.date);
                    return self.no_run(from.span.to(to.span), message, from.date, days, statement);
                }
            }
            ast::RanWhen::On(dates) => {
                for date in dates {
                    if days.dates.binary_search(&date.date).is_err() {
                        let message = format!("there is no run on {}", date.date);
                        return self.no_run(date.span, message, date.date, days, statement);
                    }
                }
            }
        }
        Some(())
    }

    fn no_run(&mut self, span: Span, message: String, date: Date, days: &RunDays, statement: Span) -> Option<()> {
        let before = days.dates.iter().rev().find(|known| **known < date);
        let after = days.dates.iter().find(|known| **known > date);
        let help = match (before, after) {
            (Some(before), Some(after)) => format!("the runs next to it are on {before} and {after}"),
            (Some(last), None) => format!("the last run is on {last}"),
            (None, Some(first)) => format!("the first run is on {first}"),
            (None, None) => "name the date of a run".to_string(),
        };
        let found = Diagnostic::new(Code::TestRun, span, message).label("between runs");
        self.push(found.also(statement, "the runs").help(help));
        None
    }

    /// The first run remembers what is true already, and acts on nothing; any other is no baseline.
    fn first_run(&mut self, ran: &Ran, rule: &Rule, days: &RunDays, statement: Span) -> Option<()> {
        let acts = days.fire_on_first_run || rule.fire_on_first_run;
        let first = *days.dates.first()?;
        let named = match &ran.when {
            ast::RanWhen::On(dates) => dates.iter().find(|date| date.date == first),
            _ => None,
        };
        let only = days.dates.len() == 1 && !matches!(ran.when, ast::RanWhen::Times(0));
        let acted = ran.what.happens() || matches!(ran.what, Became::Open | Became::Suppressed | Became::Queued);
        let place = named.map(|date| date.span).or(only.then_some(ran.span));
        let (span, message, help) = match (place, ran.what) {
            (Some(span), _) if acted && !acts && !ran.negated => (
                span,
                format!("the first run, on {first}, only remembers what is true already"),
                "begin the runs earlier, or write `fire on first run` behind them".to_string(),
            ),
            (_, Became::Baseline) if acts => (
                ran.span,
                "the first run acts here, and is no baseline".to_string(),
                "expect `fired`, or leave out `fire on first run`".to_string(),
            ),
            (_, Became::Baseline) => {
                let ast::RanWhen::On(dates) = &ran.when else { return Some(()) };
                let later = dates.iter().find(|date| date.date != first)?;
                (later.span, format!("only the first run is a baseline, on {first}"), format!("write `on {first}`"))
            }
            _ => return Some(()),
        };
        let found = Diagnostic::new(Code::TestRun, span, message).label("never so");
        self.push(found.also(statement, "the runs").help(help));
        None
    }
}

fn period(rhythm: Rhythm) -> PeriodKind {
    match rhythm {
        Rhythm::Daily => PeriodKind::Day,
        Rhythm::Weekly => PeriodKind::Week,
        Rhythm::Monthly => PeriodKind::Month,
        Rhythm::Quarterly => PeriodKind::Quarter,
        Rhythm::Yearly => PeriodKind::Year,
    }
}

/// What a cell says of runs: the words of an expectation without its rule.
fn of_cell(text: &str, span: Span) -> Option<Ran> {
    let words: Vec<&str> = text.split([' ', '\t', ',']).filter(|word| !word.is_empty()).collect();
    // The longest that fits comes first: `was not open` before `was`.
    let (count, (what, negated)) = (1..=3).rev().find_map(|n| Some((n, Became::find(&words.get(..n)?.join(" "))?)))?;
    let date = |word: &&str| Date::parse(word).map(|date| DateLit { date, span });
    let mut rest = words.get(count..)?;
    let mut because = None;
    if let Some(at) = rest.iter().position(|word| *word == "because") {
        let [_, name] = rest.get(at..)? else { return None };
        because = Some(ast::Expr { kind: ast::ExprKind::Name((*name).to_string()), span });
        rest = rest.get(..at)?;
    }
    let when = match rest {
        [] => ast::RanWhen::Ever,
        ["on", dates @ ..] if !dates.is_empty() => ast::RanWhen::On(dates.iter().map(date).collect::<Option<_>>()?),
        ["from", from, "to", to] => ast::RanWhen::Between(date(from)?, date(to)?),
        [times, "time" | "times"] => ast::RanWhen::Times(times.parse().ok()?),
        _ => return None,
    };
    let rule = Name { text: String::new(), span };
    Some(Ran { rule, what, negated, subject: None, when, place: span, because, span })
}
