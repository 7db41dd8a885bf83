//! What the past would have been, as `laud simulate` prints it: for people here, for programs in `data`.

mod data;

pub use data::{csv, json};

use crate::calendar::{Calendar, Date, PeriodKind};
use crate::interventions::plan::Tally;
use crate::interventions::simulate::{Firing, Summary, Told};
use crate::interventions::{Decided, Slot};
use crate::number::Decimal;
use crate::program::Unit;
use crate::report::accounts::short;
use crate::report::paint::Tone;
use crate::report::plan::section;
use crate::report::table::{Cell, Column, Table, clean, escaped, wrapped};
use crate::report::value::{self, grouped};
use crate::report::{Layout, Stamp, counted};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that there is to say about the past.
#[derive(Debug)]
pub struct Page<'a> {
    /// Project, last date, hash and data.
    pub stamp: &'a Stamp,
    /// The as-of dates.
    pub dates: &'a [Date],
    /// Whole, one per date.
    pub every: PeriodKind,
    /// What has to be said of it as a whole.
    pub remarks: &'a [String],
    /// An item that fires again within so many days of its closing flaps.
    pub again_within: i64,
    /// The program of today.
    pub now: &'a Past,
    /// The program that it is compared with.
    pub against: Option<&'a Past>,
}

/// What one program would have done.
#[derive(Debug)]
pub struct Past {
    /// How people know it.
    pub name: String,
    /// Its rules that are told of, by name; of a rule that has another name today, that one.
    pub rules: Vec<Named>,
    /// What happened.
    pub told: Told,
    /// The same without pauses between items, if any rule pauses.
    pub unpaused: Option<Told>,
}

/// A rule of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its name there.
    pub name: String,
    /// Its name today.
    pub today: String,
    /// It has a cooldown.
    pub pauses: bool,
}

impl Past {
    fn summaries(&self) -> impl Iterator<Item = (&Named, Summary)> {
        self.rules.iter().map(|rule| (rule, self.told.summary(&rule.name)))
    }

    /// How often a rule that pauses would have fired without pauses.
    fn unpaused(&self, rule: &Named) -> Option<u64> {
        let told = self.unpaused.as_ref().filter(|_| rule.pauses)?;
        Some(told.summary(&rule.name).tally.of(Decided::Fired))
    }

    /// What a rule of this program is called today.
    fn today<'a>(&'a self, rule: &'a str) -> &'a str {
        self.rules.iter().find(|named| named.name == rule).map_or(rule, |named| &named.today)
    }
}

/// For people.
pub fn human(page: &Page, layout: &Layout) -> String {
    let stamp = page.stamp;
    let rest = format!("   {}   program {}   data {}", span(page), short(&stamp.program), clean(&stamp.data));
    let mut out = format!("{}{}\n", layout.paint.strong(&clean(&stamp.project)), layout.paint.dim(&rest));
    for remark in stamp.remarks().iter().chain(page.remarks) {
        for line in wrapped(&clean(remark), layout.width.saturating_sub(2).max(20)) {
            out.push_str(&format!("  {}\n", layout.paint.tone(Tone::Warn, &line)));
        }
    }
    if let Some(against) = page.against {
        out.push_str(&layout.paint.dim(&format!("  compared with {}\n", clean(&against.name))));
    }
    out.push('\n');
    for (title, table) in tables(page) {
        section(&mut out, title, table, layout);
    }
    out
}

/// Markdown.
pub fn markdown(page: &Page) -> String {
    let stamp = page.stamp;
    let mut out = format!(
        "## {}\n\n{}, program `{}`, data `{}`.\n\n",
        escaped(&stamp.project),
        span(page),
        short(&stamp.program),
        clean(&stamp.data)
    );
    for remark in stamp.remarks().iter().chain(page.remarks) {
        out.push_str(&format!("**{}**\n\n", escaped(remark)));
    }
    if let Some(against) = page.against {
        out.push_str(&format!("Compared with {}.\n\n", escaped(&against.name)));
    }
    for (title, table) in tables(page).into_iter().filter(|(_, table)| !table.rows.is_empty()) {
        let mut letters = title.chars();
        let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
        out.push_str(&format!("### {first}{}\n\n{}\n", letters.as_str(), table.markdown()));
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn span(page: &Page) -> String {
    let (Some(first), Some(last)) = (page.dates.first(), page.dates.last()) else { return String::new() };
    format!("{first} to {last} every {}, {}", page.every.word(), counted(page.dates.len() as u64, "run", "runs"))
}

fn tables(page: &Page) -> Vec<(&'static str, Table)> {
    let mut out = vec![("rules", rules(page))];
    if let Some(against) = page.against {
        out.push(("compared", compared(page.now, against)));
        out.push(("only now", alone(page.now, against)));
        out.push(("only before", alone(against, page.now)));
    }
    out.push(periods(page));
    out.push(("owners", owners(page)));
    out.push(("held back by", held(page)));
    out.push(("fired again", again(page)));
    out.push(("too much", stopped(page)));
    out
}

/// `.` where there is none.
fn number(n: u64) -> Cell {
    if n == 0 { Cell::toned(".", Tone::Dim) } else { grouped(n).into() }
}

fn plain(n: Option<Decimal>) -> Cell {
    n.map_or_else(|| Cell::toned("-", Tone::Dim), |n| value::number(n, Unit::Plain).into())
}

/// One line per rule; what no rule has is left out.
fn rules(page: &Page) -> Table {
    let past = page.now;
    let all: Vec<(&Named, Summary)> = past.summaries().collect();
    let count = |what: &dyn Fn(&Summary) -> u64| all.iter().map(|(_, summary)| number(what(summary))).collect();
    let days = |what: &dyn Fn(&Summary) -> Option<Decimal>| all.iter().map(|(_, s)| plain(what(s))).collect();
    let unpaused = |(rule, _): &(&Named, Summary)| past.unpaused(rule).map_or_else(Cell::default, number);
    let columns: Vec<(&str, Vec<Cell>)> = vec![
        ("fired", count(&|s| s.tally.of(Decided::Fired))),
        ("closed", count(&|s| s.days.len() as u64)),
        ("replaced", count(&|s| s.superseded)),
        ("days", days(&|s| s.median())),
        ("90%", days(&|s| s.ninety().map(Decimal::int))),
        ("again", count(&|s| s.again)),
        ("open", count(&|s| s.open)),
        ("held", count(&|s| s.held_subjects)),
        ("undecided", count(&|s| s.undecided.1)),
        ("no cooldown", all.iter().map(unpaused).collect()),
    ];
    let empty = |cell: &Cell| cell.tone == Tone::Dim || cell.text.is_empty();
    let kept = columns.into_iter().filter(|(title, cells)| *title == "fired" || !cells.iter().all(empty));
    let kept: Vec<(&str, Vec<Cell>)> = kept.collect();
    let mut titles = vec![Column { limit: Some(34), ..Column::words("rule") }];
    titles.extend(kept.iter().map(|(title, _)| Column::numbers(*title)));
    let mut table = Table::new(titles);
    for (i, (rule, _)) in all.iter().enumerate() {
        let mut cells: Vec<Cell> = vec![rule.name.as_str().into()];
        cells.extend(kept.iter().filter_map(|(_, cells)| cells.get(i).cloned()));
        table.row(cells);
    }
    table
}

/// Two programs side by side: `12 -> 9`, or a single number where nothing differs.
fn compared(now: &Past, before: &Past) -> Table {
    let mut columns = vec![Column { limit: Some(34), ..Column::words("rule") }];
    columns.extend(["fired", "closed", "days", "again", "open", "held"].map(Column::words));
    let mut table = Table::new(columns);
    for name in both(now, before) {
        let of = |past: &Past| {
            let rule = past.rules.iter().find(|rule| rule.today == name)?;
            Some(past.told.summary(&rule.name))
        };
        let (was, is) = (of(before), of(now));
        let pair = |what: &dyn Fn(&Summary) -> String| -> Cell {
            let (was, is) = (was.as_ref().map(what), is.as_ref().map(what));
            match (was, is) {
                (Some(was), Some(is)) if was == is => is.into(),
                (Some(was), Some(is)) => format!("{was} -> {is}").into(),
                (None, Some(is)) => format!("(no rule) -> {is}").into(),
                (Some(was), None) => format!("{was} -> (no rule)").into(),
                (None, None) => Cell::default(),
            }
        };
        table.row(vec![
            name.as_str().into(),
            pair(&|s| grouped(s.tally.of(Decided::Fired))),
            pair(&|s| grouped(s.days.len() as u64)),
            pair(&|s| plain(s.median()).text),
            pair(&|s| grouped(s.again)),
            pair(&|s| grouped(s.open)),
            pair(&|s| grouped(s.held_subjects)),
        ]);
    }
    table
}

/// What fires in one program and not in the other, on the same day under the name that the rule has today.
fn alone(one: &Past, other: &Past) -> Table {
    let known = |past: &Past, firing: &Firing| {
        (past.today(&firing.slot.rule).to_string(), firing.slot.subject.clone(), firing.slot.key.clone(), firing.on)
    };
    let there: BTreeSet<_> = other.told.fired.iter().map(|firing| known(other, firing)).collect();
    let only: Vec<&Firing> = one.told.fired.iter().filter(|firing| !there.contains(&known(one, firing))).collect();
    let mut table = Table::new(vec![
        Column { limit: Some(28), ..Column::default() },
        Column { limit: Some(34), ..Column::default() },
        Column::default(),
    ]);
    for firing in only.iter().take(LISTED) {
        let subject = subject(&firing.slot, &firing.subject, &firing.key);
        table.row(vec![firing.slot.rule.to_string().into(), subject.into(), firing.on.to_string().into()]);
    }
    more(&mut table, only.len());
    table
}

/// Says how many are not listed.
fn more(table: &mut Table, all: usize) {
    if all > LISTED {
        table.row(vec![format!("and {} more", grouped((all - LISTED) as u64)).into()]);
    }
}

/// The names, as they are today, of the rules of either.
fn both(now: &Past, before: &Past) -> BTreeSet<String> {
    now.rules.iter().chain(&before.rules).map(|rule| rule.today.clone()).collect()
}

/// More weeks than these are told month by month to people.
const WEEKS: usize = 27;

/// What fired, closed and was open, week by week.
fn periods(page: &Page) -> (&'static str, Table) {
    let weeks: BTreeSet<Date> = page.dates.iter().map(|date| start(PeriodKind::Week, *date)).collect();
    let kind = if weeks.len() > WEEKS { PeriodKind::Month } else { PeriodKind::Week };
    let mut columns = vec![Column::words(if kind == PeriodKind::Week { "week of" } else { "month of" })];
    columns.extend(["fired", "closed", "escalated", "open at its end"].map(Column::numbers));
    let mut table = Table::new(columns);
    let mut tallies: BTreeMap<Date, Tally> = BTreeMap::new();
    for (place, tally) in &page.now.told.cells {
        tallies.entry(start(kind, place.week)).or_default().add_all(tally);
    }
    let open = open_at_end(page, kind);
    // A week belongs to the month in which it begins, which may be one without a run.
    let all: BTreeSet<Date> = open.keys().chain(tallies.keys()).copied().collect();
    for date in all {
        let tally = tallies.get(&date).cloned().unwrap_or_default();
        let mut cells: Vec<Cell> = vec![date.to_string().into()];
        cells.extend([Decided::Fired, Decided::Closed, Decided::Escalated].map(|d| number(tally.of(d))));
        cells.push(open.get(&date).map_or_else(Cell::default, |n| number(*n)));
        table.row(cells);
    }
    (if kind == PeriodKind::Week { "weeks" } else { "months" }, table)
}

fn start(kind: PeriodKind, date: Date) -> Date {
    // Weeks and months are the same in every fiscal year.
    Calendar::default().start_of(kind, date)
}

/// How many were open after the last run of each period.
fn open_at_end(page: &Page, kind: PeriodKind) -> BTreeMap<Date, u64> {
    let after = page.now.told.open.iter();
    after.map(|(date, open)| (start(kind, start(PeriodKind::Week, *date)), open.values().sum())).collect()
}

/// What an owner got.
#[derive(Default)]
struct Got {
    fired: u64,
    weeks: BTreeMap<Date, u64>,
}

fn got<'a>(page: &'a Page<'_>) -> BTreeMap<&'a str, Got> {
    let mut out: BTreeMap<&str, Got> = BTreeMap::new();
    for (place, tally) in &page.now.told.cells {
        let fired = tally.of(Decided::Fired);
        if fired > 0 {
            let got = out.entry(&place.owner).or_default();
            got.fired += fired;
            *got.weeks.entry(place.week).or_default() += fired;
        }
    }
    out
}

impl Got {
    /// The most in a week, and the first such week.
    fn most(&self) -> Option<(Date, u64)> {
        self.weeks.iter().map(|(week, n)| (*week, *n)).min_by_key(|(week, n)| (std::cmp::Reverse(*n), *week))
    }
}

/// How many weeks of the calendar the runs touch.
fn weeks(page: &Page) -> u64 {
    let (Some(first), Some(last)) = (page.dates.first(), page.dates.last()) else { return 0 };
    let days = start(PeriodKind::Week, *last).days_since(start(PeriodKind::Week, *first));
    u64::try_from(days / 7).unwrap_or(0) + 1
}

fn owners(page: &Page) -> Table {
    let mut columns = vec![Column { limit: Some(34), ..Column::words("owner") }];
    columns.extend(["fired", "a week", "most"].map(Column::numbers));
    columns.push(Column::words("in the week of"));
    let mut table = Table::new(columns);
    let weeks = i64::try_from(weeks(page)).unwrap_or(i64::MAX);
    for (owner, got) in got(page) {
        let mean = i64::try_from(got.fired).ok().and_then(|n| Decimal::int(n).div(Decimal::int(weeks)));
        let most = got.most();
        table.row(vec![
            if owner.is_empty() { "(nobody)" } else { owner }.into(),
            number(got.fired),
            plain(mean),
            number(most.map_or(0, |(_, n)| n)),
            most.map(|(week, _)| week.to_string()).unwrap_or_default().into(),
        ]);
    }
    table
}

fn held(page: &Page) -> Table {
    let mut table =
        Table::new(vec![Column::default(), Column { limit: Some(34), ..Column::default() }, Column::default()]);
    for (rule, summary) in page.now.summaries() {
        for (kind, (runs, subjects)) in &summary.held {
            table.row(vec![kind.word().into(), rule.name.as_str().into(), times(*runs, *subjects).into()]);
        }
    }
    table
}

/// `12 times, 3 different ones`
fn times(runs: u64, subjects: u64) -> String {
    let times = counted(runs, "time", "times");
    let different =
        if subjects == 1 { "always the same one".to_string() } else { format!("{} different ones", grouped(subjects)) };
    if runs == 1 { times } else { format!("{times}, {different}") }
}

/// So many are listed for people.
const LISTED: usize = 20;

fn again(page: &Page) -> Table {
    let all = &page.now.told.again;
    let mut table = Table::new(vec![
        Column { limit: Some(28), ..Column::default() },
        Column { limit: Some(34), ..Column::default() },
        Column::default(),
    ]);
    for one in all.iter().take(LISTED) {
        let days = counted(one.fired.days_since(one.closed).unsigned_abs(), "day", "days");
        table.row(vec![
            one.slot.rule.to_string().into(),
            subject(&one.slot, &one.subject, &one.key).into(),
            format!("closed {}, fired again {}, {days} later", one.closed, one.fired).into(),
        ]);
    }
    more(&mut table, all.len());
    table
}

/// `acme`, `acme [call]`, `portfolio`
fn subject(slot: &Slot, shown: &str, key: &[String]) -> String {
    let id = if slot.subject.id.is_empty() { &*slot.subject.kind } else { shown };
    let key = if key.is_empty() { String::new() } else { format!(" [{}]", key.join(", ")) };
    format!("{id}{key}")
}

fn stopped(page: &Page) -> Table {
    let mut table = Table::new(vec![Column::default(), Column::default()]);
    for (date, gates) in page.now.told.stopped.iter().take(LISTED) {
        table.row(vec![date.to_string().into(), gates.join("; ").into()]);
    }
    more(&mut table, page.now.told.stopped.len());
    table
}
