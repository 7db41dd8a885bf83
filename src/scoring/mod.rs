//! Scoring single records from another program: compile once, then score as many as you like, on as many threads as you
//! like, without a file and without asking for memory on the way.
//!
//! ```
//! use laud::calendar::{Calendar, Date};
//! use laud::engine::RuleStatus;
//! use laud::scoring::Scorer;
//! use laud::source::Sources;
//!
//! let mut sources = Sources::new();
//! sources.add("health.laud", r#"
//!     table account {
//!       id      text key
//!       arr     money USD
//!       seats   integer 1 or more
//!       active  integer 0 or more optional
//!     }
//!     segment large = arr >= 100k
//!     metric adoption "Seats in use" {
//!       value  to_points(to_ratio(active / seats))
//!       thresholds {
//!         strong  >= 80      -> 100
//!         fair    >= 40      -> 60
//!         weak    otherwise  -> 0
//!       }
//!     }
//!     metric size {
//!       value  arr
//!       scale  0 -> 0, 200k -> 100
//!     }
//!     scorecard health {
//!       adoption  weight 70
//!       size      weight 30
//!       missing   renormalise at least 50% coverage
//!       grades {
//!         green  >= 70
//!         red    otherwise
//!       }
//!     }
//!     rule rescue {
//!       when  health is red and large
//!       do    task "Call them"
//!     }
//! "#);
//! let (program, findings) = laud::compile(&sources, &laud::Settings::default());
//! let program = program.unwrap_or_else(|| panic!("{findings:?}"));
//!
//! let as_of = Date::parse("2026-03-31").unwrap();
//! let scorer = Scorer::new(program, as_of, Calendar::default()).unwrap();
//! let (health, rescue) = (scorer.scorecard("health").unwrap(), scorer.rule("rescue").unwrap());
//!
//! let mut record = scorer.record();
//! let mut scores = scorer.scores();
//! record.read("arr", "150000").unwrap();
//! record.read("seats", "200").unwrap();
//! record.read("active", "90").unwrap();
//! scorer.score(&record, &mut scores);
//!
//! // 45 of 100 seats are in use: fair, 60 points. (70 * 60 + 30 * 75) / 100
//! assert_eq!(scores.score(health).unwrap().to_string(), "64.5");
//! assert_eq!(scores.grade(health), Some("red"));
//! assert_eq!(scores.rule(rescue), RuleStatus::Holds);
//!
//! // What is missing is not zero: without `active` there is only the size, and that is too little to say anything.
//! record.clear("active").unwrap();
//! scorer.score(&record, &mut scores);
//! assert_eq!(scores.score(health).unwrap_err().words(), "too few");
//! assert_eq!(scores.rule(rescue), RuleStatus::Undecided);
//! ```
//!
//! A record has the columns of the account table. A metric that reads rows of events or other accounts is known to whoever
//! keeps those: its value is a field of the record, too, under the metric's name; bands and points follow from it.

mod cell;
mod record;

pub use record::{Field, Record, RecordError};

use crate::calendar::{Calendar, Date};
use crate::engine::column::machine::{Input, Machine, State, Supply, Wanted};
use crate::engine::column::{SlotId, Texts, What};
use crate::engine::{AccountFault, AccountResult, Item, RuleStatus};
use crate::number::Decimal;
use crate::program::{Aggregate, MetricId, Node, PartitionId, PortfolioId, Program, RuleId, ScorecardId, SegmentId};
use crate::value::{Missing, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// A program, ready to score records at one as-of date. It can be shared among threads; each needs [`Scores`] of its own.
#[derive(Debug, Clone)]
pub struct Scorer {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    program: Program,
    machine: Machine,
    /// Those of the program's constants.
    texts: Arc<Texts>,
    ready: State,
    fields: HashMap<String, Field>,
}

/// Something that a record cannot say enough about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unscorable {
    /// The metric, scorecard, rule and so on.
    pub name: String,
    /// At which date.
    pub date: Date,
    /// Why: `reads rows of events`.
    pub why: &'static str,
}

impl std::fmt::Display for Unscorable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` as of {} {}: a record does not hold that", self.name, self.date, self.why)
    }
}

/// A record has no rows, but it may have the value of what reads them.
struct Given(Date);

impl Supply for Given {
    fn slot(&mut self, _: &Aggregate, _: Date, _: What) -> Option<SlotId> {
        None
    }

    fn gives(&mut self, _: MetricId, date: Date) -> bool {
        date == self.0
    }
}

impl Scorer {
    /// Gets ready to score at a date. The calendar says when the fiscal year starts.
    ///
    /// Refused is what no record can decide: what looks at rows or other accounts other than through a metric, at earlier dates of
    /// such a metric or of a table that keeps its history, at scores that people set.
    pub fn new(program: Program, as_of: Date, calendar: Calendar) -> Result<Scorer, Vec<Unscorable>> {
        let machine = Machine::compile(&program, calendar, as_of, Wanted::Everything, &mut Given(as_of));
        let asked = machine.interpreted().iter();
        let mut unscorable: Vec<Unscorable> = asked
            .map(|asked| Unscorable { name: name(&program, asked.item), date: asked.date, why: asked.why.words() })
            .collect();
        let mut fields: HashMap<String, Field> = HashMap::new();
        for (i, field) in program.subject_table().iter().flat_map(|table| table.fields.iter().enumerate()) {
            fields.insert(field.name.clone(), Field::column(i, field));
        }
        for (place, input) in machine.inputs().iter().enumerate() {
            match *input {
                Input::Field(id, date) if date == as_of => {
                    let declared = program.subject_table().and_then(|table| table.fields.get(id.index()));
                    if let Some(field) = declared.and_then(|field| fields.get_mut(&field.name)) {
                        field.read_at(place);
                    }
                }
                Input::Field(id, date) => {
                    let declared = program.subject_table().and_then(|table| table.fields.get(id.index()));
                    let name = declared.map_or_else(String::new, |field| field.name.clone());
                    unscorable.push(Unscorable { name, date, why: "is asked for at an earlier date" });
                }
                Input::Given(id, _) => {
                    if let Some(metric) = program.metric(id) {
                        fields.insert(metric.header.name.clone(), Field::metric(place, metric.value.ty));
                    }
                }
                Input::Portfolio(PortfolioId(id), date) if date == as_of => {
                    if let Some(metric) = program.portfolio.get(id as usize) {
                        fields.insert(metric.header.name.clone(), Field::metric(place, metric.value.ty));
                    }
                }
                Input::Portfolio(id, date) => {
                    let name = program.portfolio(id).map_or_else(String::new, |metric| metric.header.name.clone());
                    unscorable.push(Unscorable { name, date, why: "is asked for at an earlier date" });
                }
                Input::Slot(_) => {}
            }
        }
        if !unscorable.is_empty() {
            return Err(unscorable);
        }
        let mut texts = Texts::default();
        let ready = State::new(&machine, &mut texts);
        Ok(Scorer { inner: Arc::new(Inner { program, machine, texts: Arc::new(texts), ready, fields }) })
    }

    /// The program.
    pub fn program(&self) -> &Program {
        &self.inner.program
    }

    /// The as-of date.
    pub fn as_of(&self) -> Date {
        self.inner.machine.as_of()
    }

    /// A record that says nothing yet.
    pub fn record(&self) -> Record {
        Record::new(self.inner.clone())
    }

    /// Room for the scores of one record after the other.
    pub fn scores(&self) -> Scores {
        let Inner { ready, texts, .. } = &*self.inner;
        Scores { state: ready.clone(), texts: texts.clone(), inner: self.inner.clone() }
    }

    /// A field of a record: a column of the account table, or a metric whose value only the caller knows.
    pub fn field(&self, name: &str) -> Option<Field> {
        self.inner.fields.get(name).copied()
    }

    /// The fields that make a difference, by name.
    pub fn fields(&self) -> Vec<&str> {
        let used = self.inner.fields.iter().filter(|(_, field)| field.is_read());
        let mut names: Vec<&str> = used.map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names
    }

    /// A metric by name.
    pub fn metric(&self, name: &str) -> Option<MetricId> {
        place(&self.program().metrics, |metric| metric.header.name == name).map(MetricId)
    }

    /// A scorecard by name.
    pub fn scorecard(&self, name: &str) -> Option<ScorecardId> {
        place(&self.program().scorecards, |card| card.header.name == name).map(ScorecardId)
    }

    /// A rule by name.
    pub fn rule(&self, name: &str) -> Option<RuleId> {
        place(&self.program().rules, |rule| rule.header.name == name).map(RuleId)
    }

    /// A segment by name.
    pub fn segment(&self, name: &str) -> Option<SegmentId> {
        place(&self.program().segments, |segment| segment.header.name == name).map(SegmentId)
    }

    /// A partition by name.
    pub fn partition(&self, name: &str) -> Option<PartitionId> {
        place(&self.program().partitions, |partition| partition.header.name == name).map(PartitionId)
    }

    /// Scores a record. Nothing of an earlier one remains. Record and scores have to be of this scorer.
    #[inline]
    pub fn score(&self, record: &Record, scores: &mut Scores) {
        if !Arc::ptr_eq(&scores.texts, record.texts()) {
            scores.texts = record.texts().clone();
        }
        scores.state.load(&self.inner.machine, record.cells(), record.is_careful());
        scores.state.run(&self.inner.machine, &scores.texts);
    }

    /// Scores one record after the other and shows the scores of each, with its place.
    pub fn score_batch<'r>(
        &self,
        records: impl IntoIterator<Item = &'r Record>,
        scores: &mut Scores,
        mut each: impl FnMut(usize, &Scores),
    ) {
        for (place, record) in records.into_iter().enumerate() {
            self.score(record, scores);
            each(place, scores);
        }
    }
}

/// What came out for the record that was scored last.
#[derive(Debug, Clone)]
pub struct Scores {
    state: State,
    texts: Arc<Texts>,
    inner: Arc<Inner>,
}

impl Scores {
    /// A score after limits, or why there is none.
    #[inline]
    pub fn score(&self, id: ScorecardId) -> Result<Decimal, Missing> {
        let cell = self.state.score_of(&self.inner.machine, id);
        Decimal::from_raw(cell.bits)
            .filter(|_| !cell.tag.is_missing())
            .ok_or(cell.tag.missing().unwrap_or(Missing::NoData))
    }

    /// The grade of a score, if it has one.
    pub fn grade(&self, id: ScorecardId) -> Option<&str> {
        self.state.grade_of(&self.inner.machine, id)
    }

    /// The share of a score's weight that had a value, as a ratio.
    pub fn coverage(&self, id: ScorecardId) -> Decimal {
        self.state.coverage_of(&self.inner.machine, id)
    }

    /// The value of a metric.
    pub fn metric(&self, id: MetricId) -> Value {
        self.state.metric(&self.inner.machine, id).value(&self.texts)
    }

    /// The points of a metric after thresholds or scale; `None` if it has neither.
    pub fn points(&self, id: MetricId) -> Option<Value> {
        self.state.points(&self.inner.machine, id).map(|cell| cell.value(&self.texts))
    }

    /// The band of a metric.
    pub fn band(&self, id: MetricId) -> Option<&str> {
        self.state.band(&self.inner.machine, id)
    }

    /// How a rule stands.
    #[inline]
    pub fn rule(&self, id: RuleId) -> RuleStatus {
        self.state.rule(&self.inner.machine, id)
    }

    /// Membership in a segment; `None` if unknown.
    pub fn segment(&self, id: SegmentId) -> Option<bool> {
        self.state.segment(&self.inner.machine, id)
    }

    /// The part of a partition; `None` if unknown.
    pub fn part(&self, id: PartitionId) -> Option<&str> {
        let part = self.state.part_of(&self.inner.machine, id)?;
        let partition = self.inner.program.partitions.get(id.index())?;
        partition.parts.get(part as usize).map(|part| part.name.as_str())
    }

    /// What could not be computed or read, each once.
    pub fn faults(&self) -> &[AccountFault] {
        self.state.faults()
    }

    /// Everything, as `laud eval` has it: what each line contributes and costs, which limits applied, what made a rule
    /// undecided. This one asks for memory.
    pub fn result(&mut self, id: &str) -> AccountResult {
        self.state.result(&self.inner.machine, &self.inner.program, &self.texts, id.to_string(), 0)
    }
}

fn place<T>(list: &[T], wanted: impl Fn(&T) -> bool) -> Option<u32> {
    list.iter().position(wanted).and_then(|place| u32::try_from(place).ok())
}

/// What a person calls an item.
fn name(program: &Program, item: Item) -> String {
    let name = match item {
        Item::Node(Node::Metric(id)) => program.metric(id).map(|x| &x.header.name),
        Item::Node(Node::Scorecard(id)) => program.scorecard(id).map(|x| &x.header.name),
        Item::Segment(id) => program.segments.get(id.index()).map(|x| &x.header.name),
        Item::Partition(id) => program.partitions.get(id.index()).map(|x| &x.header.name),
        Item::Rule(id) => program.rules.get(id.index()).map(|x| &x.header.name),
        Item::RowRule(id) => program.row_rules.get(id.index()).map(|x| &x.header.name),
        Item::Portfolio(id) => program.portfolio(id).map(|x| &x.header.name),
        Item::RowMetric(id) => program.row_metric(id).map(|x| &x.header.name),
        Item::PortfolioRule(id) => program.portfolio_rules.get(id.index()).map(|x| &x.header.name),
    };
    name.cloned().unwrap_or_default()
}
