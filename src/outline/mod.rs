//! What names there are: kind, type, description, where declared, what each reads and what reads it.
//!
//! Made from the text, with types from the checked program where there is one: a program that does not check has an outline
//! too, so that editors and the interactive session can complete and look up names while somebody is typing. Columns, parts,
//! bands, grades and listed values are entries of their own, and so are functions and the definitions of `std`.

pub mod complete;
mod gather;
mod types;

pub use types::type_words;

use crate::ast;
use crate::diagnostics::Diagnostics;
use crate::program::Program;
use crate::source::Sources;
use crate::span::Span;
use std::collections::HashMap;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A table with a row per key.
    Table,
    /// A table with a row per thing that happened.
    Events,
    /// A table of exchange rates.
    Rates,
    /// A table of credit, made of touches.
    Attribution,
    /// A parameter.
    Param,
    /// A definition, of the project or of `std`.
    Definition,
    /// A segment.
    Segment,
    /// A partition.
    Partition,
    /// A part of a partition.
    Part,
    /// A metric.
    Metric,
    /// A metric of the whole portfolio.
    Portfolio,
    /// A metric of the rows of a table.
    RowMetric,
    /// A benchmark.
    Benchmark,
    /// A scorecard.
    Scorecard,
    /// A rule.
    Rule,
    /// A rule about the whole portfolio.
    PortfolioRule,
    /// A rule about the rows of a table.
    RowRule,
    /// A guard.
    Guard,
    /// A playbook.
    Playbook,
    /// A calendar of working days.
    Calendar,
    /// An objective.
    Objective,
    /// A column of a table.
    Column,
    /// A value that a column lists.
    Value,
    /// A band of a metric.
    Band,
    /// A grade of a scorecard.
    Grade,
    /// A function.
    Function,
    /// A test; its name is its title.
    Test,
    /// Rows that tests share.
    Fixture,
}

impl Kind {
    /// `metric`, `column`, as people say it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Table => "table",
            Kind::Events => "event table",
            Kind::Rates => "table of rates",
            Kind::Attribution => "attribution",
            Kind::Param => "parameter",
            Kind::Definition => "definition",
            Kind::Segment => "segment",
            Kind::Partition => "partition",
            Kind::Part => "part",
            Kind::Metric => "metric",
            Kind::Portfolio => "portfolio metric",
            Kind::RowMetric => "metric of rows",
            Kind::Benchmark => "benchmark",
            Kind::Scorecard => "scorecard",
            Kind::Rule => "rule",
            Kind::PortfolioRule => "portfolio rule",
            Kind::RowRule => "rule of rows",
            Kind::Guard => "guard",
            Kind::Playbook => "playbook",
            Kind::Calendar => "calendar",
            Kind::Objective => "objective",
            Kind::Column => "column",
            Kind::Value => "value",
            Kind::Band => "band",
            Kind::Grade => "grade",
            Kind::Function => "function",
            Kind::Test => "test",
            Kind::Fixture => "fixture",
        }
    }

    /// True for tables of any kind.
    pub fn is_table(self) -> bool {
        matches!(self, Kind::Table | Kind::Events | Kind::Rates | Kind::Attribution)
    }
}

/// A name.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The name as it is written where nothing else is meant by it.
    pub name: String,
    /// What it stands for.
    pub kind: Kind,
    /// The entry that it belongs to: the table of a column, the metric of a band.
    pub inside: Option<usize>,
    /// Its type in words, `money in USD`; of functions and definitions, how they are called.
    pub ty: Option<String>,
    /// The display name.
    pub label: Option<String>,
    /// The description.
    pub doc: Option<String>,
    /// Owner, review, `optional`, a range and the like, as written.
    pub notes: Vec<String>,
    /// Where the name stands; nothing for what is built in.
    pub place: Option<Span>,
    /// The whole declaration.
    pub whole: Option<Span>,
    /// The package that it comes with, if that is not the project itself.
    pub package: Option<String>,
    /// What it reads, once per place where it is named, in the order of the text.
    pub reads: Vec<Reference>,
    /// What reads it, once per place where it is named.
    pub read_by: Vec<Reference>,
}

/// A place where a name is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// The entry at the other end: what is read, or who reads.
    pub entry: usize,
    /// Where the name stands, in the text of who reads.
    pub place: Span,
}

/// All names of a program.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    entries: Vec<Entry>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Outline {
    /// The outline of some sources. The types are those of `program`, as far as it is there.
    pub fn of(sources: &Sources, program: Option<&Program>) -> Outline {
        let mut unheard = Diagnostics::new();
        let file = |(id, source): (u16, &crate::source::Source)| ast::File {
            package: source.package.clone(),
            ..crate::syntax::parse(id, source, &mut unheard)
        };
        let files: Vec<ast::File> = sources.iter().map(file).collect();
        Outline::new(&files, sources, program)
    }

    /// The outline of files that have been parsed.
    pub fn new(files: &[ast::File], sources: &Sources, program: Option<&Program>) -> Outline {
        gather::outline(files, sources, program)
    }

    /// All entries: declarations in the order of the text, each followed by what belongs to it; then what is built in.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of this number.
    pub fn entry(&self, number: usize) -> Option<&Entry> {
        self.entries.get(number)
    }

    /// `account.arr`, `size.smb`, `std.roi`: a name that is told from all others.
    pub fn qualified(&self, entry: &Entry) -> String {
        match entry.inside.and_then(|owner| self.entry(owner)) {
            Some(owner) => format!("{}.{}", self.qualified(owner), entry.name),
            None => entry.name.clone(),
        }
    }

    /// All that a word can mean, bare or as `account.arr`; what it means in an expression about an account comes first.
    pub fn find(&self, word: &str) -> Vec<&Entry> {
        let found = self.by_name.get(word).into_iter().flatten();
        found.filter_map(|place| self.entry(*place)).collect()
    }

    /// What a word means first of all.
    pub fn get(&self, word: &str) -> Option<&Entry> {
        self.find(word).into_iter().next()
    }

    /// What belongs to an entry: columns, parts, bands, values.
    pub fn members<'o>(&'o self, entry: &Entry) -> impl Iterator<Item = &'o Entry> + use<'o> {
        let number = self.number(entry);
        self.entries.iter().filter(move |e| number.is_some() && e.inside == number)
    }

    fn number(&self, entry: &Entry) -> Option<usize> {
        let candidates = self.by_name.get(&entry.name)?;
        candidates.iter().copied().find(|place| self.entry(*place).is_some_and(|e| std::ptr::eq(e, entry)))
    }

    /// What an entry reads, each once, in the order of the text.
    pub fn reads(&self, entry: &Entry) -> Vec<&Entry> {
        self.once(&entry.reads)
    }

    /// What reads an entry, each once.
    pub fn read_by(&self, entry: &Entry) -> Vec<&Entry> {
        self.once(&entry.read_by)
    }

    fn once(&self, references: &[Reference]) -> Vec<&Entry> {
        let mut seen = std::collections::HashSet::new();
        let fresh = references.iter().map(|r| r.entry).filter(|place| seen.insert(*place));
        fresh.filter_map(|place| self.entry(place)).collect()
    }

    /// The table whose rows are scored.
    pub fn subject(&self) -> Option<&Entry> {
        let rooted = |e: &&Entry| {
            e.kind == Kind::Table && !e.reads.iter().any(|r| self.entry(r.entry).is_some_and(|t| t.kind.is_table()))
        };
        let named = self.entries.iter().find(|e| e.kind == Kind::Table && e.name == "account");
        named.or_else(|| self.entries.iter().find(rooted))
    }

    /// The entry whose name stands at a place, or is read there; places are bytes of a source.
    pub fn at(&self, source: u16, offset: u32) -> Option<&Entry> {
        let covers = |span: Span| span.source == source && span.start <= offset && offset <= span.end;
        for entry in &self.entries {
            if entry.place.is_some_and(covers) {
                return Some(entry);
            }
            if let Some(read) = entry.reads.iter().find(|read| covers(read.place)) {
                return self.entry(read.entry);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    const TEXT: &str = "\
# Our customers.
table account {
  id        text key
  arr       money USD          # per year
  industry  one of saas, health
  csm       text personal
}
events activity of account at day {
  type     one of call, visit
  contact  text optional
}
param enough = 3
# Who is large.
segment large = arr > 1M
metric calls \"Calls\" {
  value  count(activity where type = call in last 90 days dedupe by contact)
  owner  cs_ops
  thresholds { many > enough -> 100  few otherwise -> 0 }
  thresholds for large { many > 5 -> 100  few otherwise -> 0 }
}
metric visits = count(activity where type = visit)
scorecard health {
  calls  weight 100
  cap 10 when industry = health
  grades { good >= 50  bad otherwise }
}
rule ask {
  when  health < 50 and visits > 0
  do    task \"ask {calls} times\" assign csm due in 3 days
}
define twice(calls: number) = calls * 2
metric both = to_ratio(twice(visits)) + std.roi(arr, 1 USD)
";

    fn outline(text: &str) -> Outline {
        let mut sources = Sources::new();
        sources.add("a.laud", text);
        let program = crate::compile(&sources, &crate::Settings::default()).0;
        assert_eq!(program.is_some(), text == TEXT);
        Outline::of(&sources, program.as_ref())
    }

    fn names(outline: &Outline, list: Vec<&Entry>) -> Vec<String> {
        list.into_iter().map(|e| outline.qualified(e)).collect()
    }

    #[test]
    fn every_name_has_kind_type_and_description() {
        let outline = outline(TEXT);
        let told = |name: &str| {
            let e = outline.get(name).unwrap_or_else(|| panic!("{name}"));
            (e.kind.word(), e.ty.clone().unwrap_or_default(), e.doc.clone().unwrap_or_default())
        };
        let text = |a: &'static str, b: &str, c: &str| (a, b.to_string(), c.to_string());
        assert_eq!(told("account"), text("table", "", "Our customers."));
        assert_eq!(told("arr"), text("column", "money in USD", "per year"));
        assert_eq!(told("account.industry"), text("column", "one of saas, health", ""));
        assert_eq!(told("activity.day"), text("column", "a date", ""));
        assert_eq!(told("enough"), text("parameter", "a number", ""));
        assert_eq!(told("large"), text("segment", "yes or no", "Who is large."));
        assert_eq!(told("calls"), text("metric", "a number", ""));
        assert_eq!(told("calls.many").0, "band");
        assert_eq!(told("health"), text("scorecard", "points", ""));
        assert_eq!(told("account.industry.health").0, "value");
        assert_eq!(told("twice"), text("definition", "twice(calls: number)", ""));
        assert_eq!(told("std.roi").0, "definition");
        assert_eq!(told("count").0, "function");
        let calls = outline.get("calls").unwrap();
        assert_eq!((calls.label.as_deref(), calls.notes.clone()), (Some("Calls"), vec!["owner cs_ops".to_string()]));
        assert_eq!(outline.get("csm").unwrap().notes, ["personal"]);
        assert_eq!(names(&outline, outline.members(calls).collect()), ["calls.many", "calls.few"]);
        assert_eq!(outline.subject().unwrap().name, "account");
    }

    #[test]
    fn what_reads_what_is_told_in_both_directions() {
        let outline = outline(TEXT);
        let reads = |name: &str| names(&outline, outline.reads(outline.get(name).unwrap()));
        let read_by = |name: &str| names(&outline, outline.read_by(outline.get(name).unwrap()));
        assert_eq!(reads("calls"), ["activity", "activity.type", "activity.contact", "enough", "large"]);
        // `health` behind `industry =` is a value of the list, not the scorecard.
        assert_eq!(reads("health"), ["calls", "account.industry"]);
        assert_eq!(reads("ask"), ["health", "visits", "calls", "account.csm"]);
        // The parameter of a definition hides the metric of its name.
        assert_eq!(reads("twice"), [""; 0]);
        assert_eq!(reads("both"), ["twice", "visits", "std.roi", "account.arr"]);
        assert_eq!(read_by("calls"), ["health", "ask"]);
        assert_eq!(read_by("health"), ["ask"]);
        assert_eq!(read_by("arr"), ["large", "both"]);
        assert_eq!(read_by("account"), ["activity"]);
    }

    #[test]
    fn the_name_under_a_place_is_found_where_it_stands_and_where_it_is_read() {
        let outline = outline(TEXT);
        let at = |needle: &str, within: usize| {
            let place = TEXT.find(needle).unwrap() + within;
            outline.at(0, place as u32).map(|e| outline.qualified(e))
        };
        assert_eq!(at("calls \"Calls\"", 2).as_deref(), Some("calls"));
        assert_eq!(at("type = visit", 1).as_deref(), Some("activity.type"));
        assert_eq!(at("visits > 0", 0).as_deref(), Some("visits"));
        assert_eq!(at("grades", 2), None);
    }

    #[test]
    fn a_program_that_does_not_check_has_an_outline_too() {
        let outline =
            outline("table account { id text key\n arr money USD }\nmetric m = arrr\nsegment s = arr > 2k\nmetric");
        let told = |name: &str| outline.get(name).map(|e| (e.kind, e.ty.clone()));
        assert_eq!(told("arr"), Some((Kind::Column, Some("money USD".to_string()))));
        assert_eq!(told("m"), Some((Kind::Metric, None)));
        assert_eq!(names(&outline, outline.read_by(outline.get("arr").unwrap())), ["s"]);
    }
}
