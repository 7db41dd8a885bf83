//! `laud simulate`: what plan and apply would have done in the past, one run after the other.

use super::args::{Format, RunArgs, SimulateArgs};
use super::older;
use super::replay::between;
use super::session::{Session, timeless};
use super::stop::Stop;
use super::terminal::Terminal;
use crate::calendar::{Calendar, Date};
use crate::data::Dataset;
use crate::diagnostics::nearest;
use crate::explain::{rules_without_history, tables_of_rules};
use crate::interventions::plan::Gates;
use crate::interventions::simulate::{How, Play, Told, run_on};
use crate::interventions::{Decided, Policy, RulePolicy};
use crate::program::{Program, TableId};
use crate::report::load::extents;
use crate::report::simulate::{self as report, Named, Page, Past};
use crate::report::{Stamp, counted};

/// More runs than these are a slip of the keyboard.
const MOST: usize = 4_000;

/// Runs the verb.
pub fn run(args: &SimulateArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    let run = RunArgs { as_of: args.to, data: args.data.clone(), show_personal: args.show_personal };
    let session = Session::open(args.path.as_deref(), &args.program, &run, false, terminal)?;
    let to = session.stamp.as_of;
    let all = between((args.from, to), args.every, MOST)?;
    let older = match &args.against {
        Some(against) => Some(older::open(against, args.path.as_deref(), &args.program, &run, terminal)?),
        None => None,
    };
    let policy = Policy::of(&session.program, session.calendar);
    let older_policy = older.as_ref().map(|older| Policy::of(&older.program, session.calendar));
    known(args, &policy, older_policy.as_ref())?;
    let beginnings = beginnings(args, &session, to)?;
    let playing = Playing { args, dates: &all, calendar: session.calendar };
    let now = playing.past(&session.program, &session.data, &policy, &policy, session.gates, String::new());
    let against = older.as_ref().zip(older_policy.as_ref()).map(|(older, of)| {
        playing.past(&older.program, &older.data, of, &policy, Gates::default(), older.name.clone())
    });
    let remarks = [beginnings, remarks(args, &session, &policy, &now)].concat();
    // What the columns are is told rule by rule.
    let stamp = Stamp { timeless: None, ..session.stamp.clone() };
    let page = Page {
        stamp: &stamp,
        dates: &all,
        every: args.every,
        remarks: &remarks,
        again_within: i64::from(args.again_within),
        now: &now,
        against: against.as_ref(),
    };
    let text = match args.format {
        Format::Human => report::human(&page, &terminal.layout()),
        Format::Json => format!("{:#}\n", report::json(&page)),
        Format::Csv => report::csv(&page),
        Format::Md => report::markdown(&page),
    };
    terminal.print(&text);
    if args.format == Format::Csv {
        let text: String = remarks.iter().map(|remark| format!("{remark}\n")).collect();
        terminal.note(&text);
    }
    Ok(0)
}

/// Whoever names a rule means one that there is, in either program.
fn known(args: &SimulateArgs, policy: &Policy, older: Option<&Policy>) -> Result<(), Stop> {
    let rules = policy.rules.iter().chain(older.iter().flat_map(|older| &older.rules));
    let names: Vec<&str> = rules.map(|rule| &*rule.name).collect();
    if names.is_empty() {
        return Err(Stop::usage("the program has no rules").help("`laud explain rule` says how one is written"));
    }
    match args.rule.iter().find(|asked| !names.contains(&asked.as_str())) {
        None => Ok(()),
        Some(asked) => {
            let help = match nearest(asked, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there is {}", names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")),
            };
            Err(Stop::usage(format!("there is no rule `{asked}`")).help(help))
        }
    }
}

/// When what rules read begins. Where all of it begins later than the simulation ends, there is nothing to play.
fn beginnings(args: &SimulateArgs, session: &Session, to: Date) -> Result<Vec<String>, Stop> {
    let program = &session.program;
    let rules = program.rules.iter().chain(&program.row_rules).chain(&program.portfolio_rules);
    let names: Vec<String> = rules
        .map(|rule| rule.header.name.clone())
        .filter(|name| args.rule.is_empty() || args.rule.contains(name))
        .collect();
    let mut read = tables_of_rules(program, &names);
    read.extend(program.subject);
    let extents = extents(program, &session.data, to);
    let first = |id: &TableId| {
        let extent = extents.get(id.index())?;
        let (first, _) = extent.dates?;
        let from = extent.covers.0.map_or(first, |covers| covers.min(first));
        Some((program.table(*id)?.header.name.as_str(), from))
    };
    let begins: Vec<(&str, Date)> = read.iter().filter_map(first).collect();
    match begins.iter().map(|(_, from)| *from).min() {
        Some(earliest) if to < earliest => {
            let message = format!("the data begins on {earliest}, and the simulation ends on {to}");
            Err(Stop::usage(message).help(format!("`--from {earliest}` or later")))
        }
        _ => {
            let late = begins.iter().filter(|(_, from)| args.from < *from);
            let told = late.map(|(table, from)| format!("`{table}` begins on {from}: runs before that see none of it"));
            Ok(told.collect())
        }
    }
}

/// The dates that programs are played over.
struct Playing<'a> {
    args: &'a SimulateArgs,
    dates: &'a [Date],
    calendar: Calendar,
}

impl Playing<'_> {
    /// What a program would have done; beside it the same without cooldowns. Each date is evaluated once.
    fn past(
        &self,
        program: &Program,
        data: &Dataset,
        policy: &Policy,
        today: &Policy,
        gates: Gates,
        name: String,
    ) -> Past {
        let how = How {
            fire_on_first_run: self.args.fire_on_first_run,
            again_within: i64::from(self.args.again_within),
            gates,
            personal: self.args.show_personal,
        };
        let mut plays = vec![Play::new(policy.clone(), how.clone())];
        if policy.has_cooldowns() {
            plays.push(Play::new(policy.without_cooldowns(), how));
        }
        for &as_of in self.dates {
            run_on(&mut plays, program, data, self.calendar, as_of);
        }
        let named = |rule: &RulePolicy| Named {
            name: rule.name.to_string(),
            today: todays_name(rule, today),
            pauses: rule.pauses(),
        };
        let rules = policy.rules.iter().map(named);
        let rules: Vec<Named> = rules.filter(|rule| self.wants(rule)).collect();
        let names: Vec<String> = rules.iter().map(|rule| rule.name.clone()).collect();
        let mut told = plays.into_iter().map(|play| play.finish().only(&names));
        let with: Told = told.next().unwrap_or_default();
        Past { name, rules, told: with, unpaused: told.next() }
    }

    fn wants(&self, rule: &Named) -> bool {
        self.args.rule.is_empty() || self.args.rule.iter().any(|asked| *asked == rule.name || *asked == rule.today)
    }
}

/// What a rule is called today.
fn todays_name(rule: &RulePolicy, today: &Policy) -> String {
    let renamed = || today.rules.iter().find(|now| now.renamed_from.contains(&rule.name));
    let now = today.rule(&rule.name).or_else(renamed);
    now.map_or_else(|| rule.name.to_string(), |now| now.name.to_string())
}

/// What the past cannot show.
fn remarks(args: &SimulateArgs, session: &Session, policy: &Policy, now: &Past) -> Vec<String> {
    let told_of = |name: &str| now.rules.iter().any(|rule| rule.name == name);
    let mut out = Vec::new();
    let table = timeless(&session.program).unwrap_or_else(|| "account".to_string());
    for (rule, reads) in rules_without_history(&session.program).into_iter().filter(|(rule, _)| told_of(rule)) {
        let (columns, rows): (Vec<String>, Vec<String>) = reads.into_iter().partition(|read| read.starts_with('`'));
        let mut what = Vec::new();
        if !columns.is_empty() {
            what.push(format!("{} of `{table}`", columns.join(", ")));
        }
        what.extend(rows);
        out.push(format!("`{rule}` reads {} as in the file at every date", what.join(", ")));
    }
    let baseline = now.told.cells.values().any(|tally| tally.of(Decided::Baseline) > 0);
    if baseline {
        let first = args.from;
        out.push(format!("what is true already on {first} is only remembered (`--fire-on-first-run` acts on it)"));
    }
    let summaries: Vec<_> = now.rules.iter().map(|rule| (rule, now.told.summary(&rule.name))).collect();
    for (rule, summary) in &summaries {
        if summary.pending > 0 {
            let items = counted(summary.pending, "item", "items");
            out.push(format!("nobody approves anything in a simulation: {items} of `{}` still wait", rule.name));
        }
    }
    let open_ended = summaries.iter().filter(|(rule, summary)| {
        summary.open > 0 && policy.rule(&rule.name).is_some_and(|policy| policy.close_runs.is_none())
    });
    let names: Vec<String> = open_ended.map(|(rule, _)| format!("`{}`", rule.name)).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        out.push(format!("nobody closes anything by hand: items of {names}, without `close when`, stay open"));
    }
    out
}
