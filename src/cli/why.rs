//! `laud why`: an account's scores, unfolded.

use super::accounts;
use super::args::{PageFormat, WhyArgs};
use super::older::{self, Older};
use super::project::is_project;
use super::session::Session;
use super::standing;
use super::stop::Stop;
use super::suppose;
use super::terminal::Terminal;
use crate::calendar::{Date, PeriodKind};
use crate::diagnostics::nearest;
use crate::engine::reference::Evaluator;
use crate::explain::{self, Ask, Case, Past, PortfolioPart, Target, Topic, Traced, Whole};
use crate::program::{PortfolioId, Program};
use crate::report::Layout;
use crate::report::accounts::{Difference, differences, portfolio_differences, rule_differences, section};
use crate::report::table::{Column, Table, escaped};
use std::path::{Path, PathBuf};

/// Runs the verb.
pub fn run(args: &WhyArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    let (name, path) = sorted_out(args)?;
    let name = args.rule.clone().or(name);
    let mut run = args.run.clone();
    if let Some(to) = args.between.and_then(|between| between.to) {
        if run.as_of.is_some_and(|as_of| as_of != to) {
            return Err(Stop::usage(format!("`--between ..{to}` and another `--as-of`: one of them says when")));
        }
        run.as_of = Some(to);
    }
    let session = Session::open(path.as_deref(), &args.program, &run, false, terminal)?;
    let evaluator = Evaluator::new(&session.program, &session.data, session.calendar);
    if let Some(part) = portfolio(&evaluator, &session, &args.account, name.as_deref(), args.run.show_personal)? {
        asked_of_scorecards(args, "the portfolio")?;
        return whole(args, &session, &evaluator, part, terminal);
    }
    if let Some(stop) = swapped(args, name.as_deref(), &evaluator, &session) {
        return Err(stop);
    }
    let topic = match &name {
        Some(name) => topic(&session.program, name, args.rule.is_some())?,
        None => Topic::Account,
    };
    let id = accounts::find(&evaluator, &session, &args.account, args.run.show_personal)?;
    let Some(account) = evaluator.account(&id, session.stamp.as_of) else {
        return Err(Stop::usage(format!("there is no account `{id}`")));
    };
    let is = account.result();
    let mut account = account;
    let suppose = suppose::read(&args.suppose, &session, &mut account, terminal)?;
    if !suppose.is_empty() {
        let supposing = evaluator.account_supposing(&id, session.stamp.as_of, &suppose);
        account = supposing.ok_or_else(|| Stop::usage(format!("there is no account `{id}`")))?;
    }
    let result = account.result();
    let case = Case {
        program: &session.program,
        sources: &session.sources,
        data: &session.data,
        stamp: &session.stamp,
        account: &result,
        probe: &Traced::new(&evaluator, &account),
        personal: args.run.show_personal,
    };
    let mut why = explain::why(case, topic);
    if matches!(topic, Topic::Account | Topic::Scorecard(_)) {
        let older = match &args.against {
            Some(against) => Some(older::open(against, path.as_deref(), &args.program, &run, terminal)?),
            None => None,
        };
        let target = args.to.as_ref().map(|text| match text.parse() {
            Ok(number) => Target::Score(number),
            Err(_) => Target::Grade(text.clone()),
        });
        let past = past(args, &session, older.as_ref())?.filter(|_| suppose.is_empty());
        let ask = Ask { past, target: target.as_ref(), suppose: &suppose };
        explain::outlook(case, &evaluator, ask, &mut why)
            .map_err(|(message, help)| Stop::usage(message).maybe_help(help))?;
    } else {
        asked_of_scorecards(args, &format!("`{}`", name.as_deref().unwrap_or("it")))?;
    }
    let whatif = !suppose.is_empty() || session.declared.is_some();
    let told = standing::Told { whatif, personal: args.run.show_personal };
    standing::tell(&mut why, &session, &evaluator, &id, args.ledger.as_deref(), told, terminal)?;
    if !suppose.is_empty() {
        let row = evaluator.row(&id, session.stamp.as_of).unwrap_or(result.row);
        let told = explain::told(&session.program, &session.data, row, &is, &suppose, args.run.show_personal);
        explain::mark(&mut why, told);
    }
    let supposed = (!suppose.is_empty()).then(|| differences(&session.program, &is, &result));
    let changes = supposed.or_else(|| {
        session.declared.as_ref().and_then(|declared| {
            let evaluator = Evaluator::new(declared, &session.data, session.calendar);
            let before = evaluator.account(&id, session.stamp.as_of)?.result();
            Some(differences(&session.program, &before, &result))
        })
    });
    let layout = terminal.layout();
    let text = match args.format {
        PageFormat::Human => explain::human(&why, &layout) + &human(changes.as_deref(), &layout),
        PageFormat::Md => explain::markdown(&why) + &markdown(changes.as_deref()),
        PageFormat::Json => json(&why, changes.as_deref())?,
    };
    terminal.print(&text);
    Ok(0)
}

/// What a page looks back at: the date that was asked for, or the end of the quarter before.
fn past<'a>(args: &WhyArgs, session: &'a Session, older: Option<&'a Older>) -> Result<Option<Past<'a>>, Stop> {
    let now = session.stamp.as_of;
    let on = match args.between {
        Some(between) => between.from,
        None => session.calendar.end_of_previous(PeriodKind::Quarter, now),
    };
    if on >= now {
        let stop = Stop::usage(format!("`--between {on}` and the page of {now}: the earlier date comes first"));
        return Err(stop.help("`--between EARLIER..LATER`, or another `--as-of`"));
    }
    Ok(Some(Past {
        on,
        program: older.map_or(&session.program, |older| &older.program),
        data: older.map_or(&session.data, |older| &older.data),
        against: older.map(|older| older.name.as_str()),
        detailed: args.between.is_some() || args.against.is_some(),
    }))
}

/// Stops for questions that only the page of an account, or of one of its scorecards, answers.
fn asked_of_scorecards(args: &WhyArgs, topic: &str) -> Result<(), Stop> {
    let asked = [
        ("--between", args.between.is_some()),
        ("--against", args.against.is_some()),
        ("--to", args.to.is_some()),
        ("--if", !args.suppose.is_empty() && topic == "the portfolio"),
    ];
    match asked.into_iter().find(|(_, asked)| *asked) {
        Some((option, _)) => {
            let message = format!("`{option}` asks about an account's scorecards, and this is the page of {topic}");
            Err(Stop::usage(message).help("name an account and no metric or rule"))
        }
        None => Ok(()),
    }
}

/// One text for each difference from the program without the settings of the run.
fn told(changes: &[Difference]) -> Vec<String> {
    match changes {
        [] => vec!["none: all is as in the program as declared".to_string()],
        changes => changes.iter().map(Difference::words).collect(),
    }
}

/// What settings change, below a page for people.
fn human(changes: Option<&[Difference]>, layout: &Layout) -> String {
    let Some(changes) = changes else { return String::new() };
    let mut table = Table::new(vec![Column::default()]);
    told(changes).iter().for_each(|text| table.row(vec![text.as_str().into()]));
    let mut out = "\n".to_string();
    section(&mut out, "changes", table, layout);
    out
}

/// The same below a Markdown page.
fn markdown(changes: Option<&[Difference]>) -> String {
    changes.map(told).unwrap_or_default().iter().map(|text| format!("\n- changes: {}\n", escaped(text))).collect()
}

/// A page for programs, with the changes if there were settings.
fn json(page: &impl serde::Serialize, changes: Option<&[Difference]>) -> Result<String, Stop> {
    let failed = |e| Stop::usage(format!("the page could not be written, a mistake of laud: {e}"));
    let mut page = serde_json::to_value(page).map_err(failed)?;
    if let (Some(changes), Some(map)) = (changes, page.as_object_mut()) {
        map.insert("changes".to_string(), changes.iter().map(Difference::json).collect());
    }
    Ok(format!("{page:#}\n"))
}

/// The portfolio metric or rule that is asked for, or none of them in particular: `why portfolio`, `why portfolio
/// referral_rate`, `why referral_rate`, `why acme referral_rate`. An account of that id goes first.
fn portfolio(
    evaluator: &Evaluator,
    session: &Session,
    asked: &str,
    name: Option<&str>,
    personal: bool,
) -> Result<Option<PortfolioPart>, Stop> {
    let program = &session.program;
    let metric = |name: &str| {
        let place = program.portfolio.iter().position(|m| m.header.name == name)?;
        u32::try_from(place).ok().map(|place| PortfolioPart::Metric(PortfolioId(place)))
    };
    let rule = |name: &str| program.portfolio_rules.iter().position(|r| r.header.name == name).map(PortfolioPart::Rule);
    let find = |name: &str| metric(name).or_else(|| rule(name));
    if let Some(found) = name.and_then(find) {
        return Ok(Some(found));
    }
    if accounts::exists(evaluator, session, asked, personal) {
        return Ok(None);
    }
    match (find(asked), name) {
        (Some(found), None) => Ok(Some(found)),
        _ if asked != "portfolio" || (program.portfolio.is_empty() && program.portfolio_rules.is_empty()) => Ok(None),
        (_, None) => Ok(Some(PortfolioPart::All)),
        (_, Some(name)) => {
            let metrics = program.portfolio.iter().map(|m| m.header.name.as_str());
            let names: Vec<&str> =
                metrics.chain(program.portfolio_rules.iter().map(|r| r.header.name.as_str())).collect();
            let help = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there is {}", list(&names)),
            };
            Err(Stop::usage(format!("there is no portfolio metric or rule `{name}`")).help(help))
        }
    }
}

/// The page of the portfolio.
fn whole(
    args: &WhyArgs,
    session: &Session,
    evaluator: &Evaluator,
    part: PortfolioPart,
    terminal: &mut Terminal,
) -> Result<u8, Stop> {
    let whole = Whole {
        program: &session.program,
        sources: &session.sources,
        data: &session.data,
        stamp: &session.stamp,
        evaluator,
        personal: args.run.show_personal,
    };
    let why = explain::portfolio(whole, part);
    let changes = session.declared.as_ref().map(|declared| {
        let (before, as_of) = (Evaluator::new(declared, &session.data, session.calendar), session.stamp.as_of);
        let metrics = (before.portfolio_results(as_of), evaluator.portfolio_results(as_of));
        let rules = (before.portfolio_rules(as_of), evaluator.portfolio_rules(as_of));
        let mut all = portfolio_differences(&session.program, &metrics.0, &metrics.1);
        all.extend(rule_differences(&session.program.portfolio_rules, &rules.0, &rules.1));
        match part {
            PortfolioPart::All => {}
            PortfolioPart::Metric(id) => {
                let name = session.program.portfolio(id).map(|metric| &metric.header.name);
                all.retain(|d| name == Some(&d.name));
            }
            PortfolioPart::Rule(place) => {
                let name = session.program.portfolio_rules.get(place).map(|rule| &rule.header.name);
                all.retain(|d| name == Some(&d.name));
            }
        }
        all
    });
    let layout = terminal.layout();
    let text = match args.format {
        PageFormat::Human => explain::portfolio_human(&why, &layout) + &human(changes.as_deref(), &layout),
        PageFormat::Md => explain::portfolio_markdown(&why) + &markdown(changes.as_deref()),
        PageFormat::Json => json(&why, changes.as_deref())?,
    };
    terminal.print(&text);
    Ok(0)
}

/// Said to whoever names the metric first and the account second, or no account at all.
fn swapped(args: &WhyArgs, name: Option<&str>, evaluator: &Evaluator, session: &Session) -> Option<Stop> {
    let topic = Topic::find(&session.program, &args.account)?;
    let exists = |asked: &str| accounts::exists(evaluator, session, asked, args.run.show_personal);
    if exists(&args.account) {
        return None;
    }
    let first = &args.account;
    let stop = Stop::usage(format!("`{first}` is {}, not an account: the account comes first", kind(topic)));
    let quoted = |word: &str| if word.contains(' ') { format!("'{word}'") } else { word.to_string() };
    match name {
        Some(second) if exists(second) => Some(stop.help(format!("`laud why {} {first}`", quoted(second)))),
        Some(_) => None,
        None => Some(stop.help(format!("`laud why ACCOUNT {first}`"))),
    }
}

fn kind(topic: Topic) -> &'static str {
    match topic {
        Topic::Account => "an account",
        Topic::Metric(_) => "a metric",
        Topic::Scorecard(_) => "a scorecard",
        Topic::Rule(_) | Topic::RowRule(_) => "a rule",
        Topic::Segment(_) => "a segment",
        Topic::Partition(_) => "a partition",
        Topic::RowMetric(_) => "a metric of rows",
    }
}

/// Tells the name of a metric from the path of a project: `why acme references`, `why acme examples/advocacy`.
///
/// What looks like a path is one. A bare word is a path only where it names a project and there is none here, so that a
/// folder beside the rules never hides a scorecard of the same name.
fn sorted_out(args: &WhyArgs) -> Result<(Option<String>, Option<PathBuf>), Stop> {
    let mut name = None;
    let mut path = None;
    for word in args.name.iter().chain(&args.path) {
        if let Some(date) = Date::parse(word) {
            let help = format!("the day that is asked about is `--as-of {date}`; `--between` takes the one before");
            return Err(Stop::usage(format!("`{word}` is a date, and no name")).help(help));
        }
        let slot = if looks_like_path(word) { &mut path } else { &mut name };
        if let Some(first) = slot.replace(word.clone()) {
            let message = format!("`{first}` and `{word}`: one metric, scorecard or rule, and one project at a time");
            return Err(Stop::usage(message).help("`laud why ACCOUNT [NAME] [PATH]`"));
        }
    }
    if let (Some(path), Some(project)) = (&path, &args.program.project) {
        let message = format!("`{path}` and `--project {}`: one project at a time", project.display());
        return Err(Stop::usage(message));
    }
    Ok((name, path.map(PathBuf::from)))
}

fn looks_like_path(word: &str) -> bool {
    if word.contains(['/', '\\']) || word.ends_with(".laud") || word == "." || word == ".." {
        return true;
    }
    is_project(Path::new(word)) && !is_project(Path::new("."))
}

fn topic(program: &Program, name: &str, rule: bool) -> Result<Topic, Stop> {
    let rules = program.rules.iter().chain(&program.row_rules);
    if rule && !rules.clone().any(|r| r.header.name == name) {
        let names: Vec<&str> = rules.chain(&program.portfolio_rules).map(|r| r.header.name.as_str()).collect();
        let near = nearest(name, names.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        let all = (!names.is_empty()).then(|| format!("there is {}", list(&names)));
        return Err(Stop::usage(format!("there is no rule `{name}`")).maybe_help(near.or(all)));
    }
    Topic::find(program, name).ok_or_else(|| {
        let names = Topic::names(program);
        let help = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there is {}", list(&names)),
        };
        Stop::usage(format!("there is no metric, scorecard, rule or segment `{name}`")).help(help)
    })
}

fn list(names: &[&str]) -> String {
    names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}
