//! What stands in each column of a sheet, and what it is called: found out once, not line by line.

use super::{Evaluation, personal_metric, portfolio};
use crate::engine::column::machine::{Figure, names};
use crate::engine::column::{Cell, Tag};
use crate::program::{
    Action, FieldId, Metric, MetricId, Partition, PartitionId, Rule, RuleId, Scorecard, ScorecardId, Trigger, Type,
    What, Who,
};
use crate::report::pen::{List, Pen, Word};
use crate::report::table::csv_cell;
use crate::value::{Missing, Value};
use std::sync::OnceLock;

/// One column, or some.
pub enum Column<'a> {
    /// The account's id.
    Id,
    /// The same in every line.
    Same(Word),
    /// A column of the subject table: as it is now, or as it was known at the as-of date.
    Field { field: FieldId, ty: Type, then: bool },
    /// Figures side by side.
    Figures(Vec<Shown>),
    /// A figure that is not to be seen.
    Masked(Shown),
    /// What changed a score after its lines were combined.
    Limits(ScorecardId),
    /// Since when a value is too old.
    Stale(MetricId),
    /// None, but something that is missing from every line.
    Lack(Word),
    /// How a rule stands.
    Status(RuleId, &'a Rule),
    /// What it asks for; known once it held for anyone, where it asks for the same of every account.
    Asks(RuleId, Option<OnceLock<Word>>),
}

/// How a figure is shown.
pub struct Shown {
    /// Where its cell lies.
    pub at: u32,
    pub ty: Type,
    /// By symbol.
    names: Vec<Word>,
    /// What stands there if it is missing.
    absent: Word,
    lack: Option<Lack>,
}

impl Shown {
    /// As it is.
    fn plain(at: u32) -> Shown {
        Shown { at, ty: Type::PLAIN, names: Vec::new(), absent: Word::cell(""), lack: None }
    }

    /// The name of a symbol.
    #[inline]
    pub fn name(&self, symbol: i128) -> Option<&Word> {
        self.names.get(usize::try_from(symbol).ok()?)
    }

    /// What is written where it is missing, and what is said of that.
    pub fn absent(&self, tag: Tag, cells: &[Cell], pen: &mut Pen, missing: &mut List) {
        pen.word(&self.absent);
        if let Some(word) = self.lack.as_ref().and_then(|lack| lack.words(tag, cells)) {
            missing.add(word);
        }
    }
}

/// That something is missing.
pub struct Lack {
    /// In words, by the tag of what is missing.
    words: Vec<Word>,
    /// It is told only if that is there.
    beside: Option<u32>,
}

impl Lack {
    /// `health: too few`
    fn new(name: &str, beside: Option<u32>) -> Lack {
        let reasons = Tag::MISSING.iter().filter_map(|tag| tag.missing());
        Lack { words: reasons.map(|reason| lacking(name, reason)).collect(), beside }
    }

    /// The words for this, if it has to be told.
    fn words(&self, tag: Tag, cells: &[Cell]) -> Option<&Word> {
        let there = |at: u32| cells.get(at as usize).is_some_and(|cell| !cell.tag.is_missing());
        if self.beside.is_none_or(there) { self.words.get(tag as usize) } else { None }
    }
}

/// The columns of a sheet, and their names.
pub struct Columns<'a> {
    of: Evaluation<'a>,
    pub titles: Vec<String>,
    pub all: Vec<Column<'a>>,
}

impl<'a> Columns<'a> {
    /// Columns: `account`, `name` if there is one, `as_of`, each partition, the columns of the accounts that were asked for,
    /// each scorecard with `.grade`, `.coverage` and `.limited` where it has limits, each metric with `.band`, `.points` and
    /// `.stale_since`, each rule, for each rule what it `.asks` for, each portfolio metric with `.band` and each rule about the
    /// portfolio with `.asks` (the same in every line). `lies` says where the cell of a figure is found.
    pub fn new(of: Evaluation<'a>, mut lies: impl FnMut(Figure) -> Option<u32>) -> Columns<'a> {
        let program = of.program;
        let mut columns = Columns { of, titles: Vec::new(), all: Vec::new() };
        columns.add("account", Column::Id);
        if let Some((field, _)) = of.name_field() {
            columns.add("name", Column::Field { field, ty: Type::Text, then: false });
        }
        columns.add("as_of", Column::Same(Word::cell(&of.stamp.as_of.to_string())));
        // Nowhere: nothing is found there.
        let mut at = |figure| lies(figure).unwrap_or(u32::MAX);
        for (id, partition) in (0u32..).map(PartitionId).zip(&program.partitions) {
            columns.part(partition, at(Figure::Part(id)));
        }
        for field in &of.extras.columns {
            let Some(declared) = of.column(*field) else { continue };
            columns.add(&declared.name, Column::Field { field: *field, ty: declared.ty, then: true });
        }
        for (id, card) in (0u32..).map(ScorecardId).zip(&program.scorecards) {
            columns.card(id, card, &mut at);
        }
        for (id, metric) in (0u32..).map(MetricId).zip(&program.metrics) {
            columns.metric(id, metric, &mut at);
        }
        // Told before what rules lack, though the cells come last.
        columns.lacks_of_portfolio();
        let rules = || (0u32..).map(RuleId).zip(&program.rules);
        for (id, rule) in rules() {
            columns.add(&rule.header.name, Column::Status(id, rule));
        }
        for (id, rule) in rules().filter(|(_, rule)| !rule.actions.is_empty()) {
            let always = asks_always(rule).then(OnceLock::new);
            columns.add(&format!("{}.asks", rule.header.name), Column::Asks(id, always));
        }
        columns.portfolio();
        columns
    }

    fn add(&mut self, title: &str, column: Column<'a>) {
        self.titles.push(title.to_string());
        self.all.push(column);
    }

    fn figure(&mut self, title: String, shown: Shown) {
        self.titles.push(title);
        match self.all.last_mut() {
            Some(Column::Figures(figures)) => figures.push(shown),
            _ => self.all.push(Column::Figures(vec![shown])),
        }
    }

    fn part(&mut self, partition: &Partition, at: u32) {
        let names = partition.parts.iter().map(|part| part.name.as_str());
        self.figure(partition.header.name.clone(), Shown { names: words(names), ..Shown::plain(at) });
    }

    fn card(&mut self, id: ScorecardId, card: &Scorecard, at: &mut impl FnMut(Figure) -> u32) {
        let name = &card.header.name;
        self.figure(name.clone(), Shown { lack: Some(Lack::new(name, None)), ..Shown::plain(at(Figure::Score(id))) });
        if self.of.graded(id.index()) {
            let shown = Shown { names: words(names(&card.grades)), ..Shown::plain(at(Figure::Grade(id))) };
            self.figure(format!("{name}.grade"), shown);
        }
        let shown = Shown { absent: Word::cell("0"), ..Shown::plain(at(Figure::Coverage(id))) };
        self.figure(format!("{name}.coverage"), shown);
        if can_be_limited(card) {
            self.add(&format!("{name}.limited"), Column::Limits(id));
        }
    }

    fn metric(&mut self, id: MetricId, metric: &Metric, at: &mut impl FnMut(Figure) -> u32) {
        let (program, name, value) = (self.of.program, &metric.header.name, at(Figure::Metric(id)));
        let symbols = match metric.value.ty {
            Type::Enum(list) => program.enums.get(list.index()).map_or(&[][..], |list| &list.values),
            _ => &[],
        };
        let shown = Shown {
            ty: metric.value.ty,
            names: words(symbols.iter().map(String::as_str)),
            lack: Some(Lack::new(name, None)),
            ..Shown::plain(value)
        };
        match !self.of.personal && personal_metric(program, metric) {
            true => self.add(name, Column::Masked(shown)),
            false => self.figure(name.clone(), shown),
        }
        if !metric.thresholds.is_empty() {
            let shown = Shown { names: words(names(&metric.thresholds)), ..Shown::plain(at(Figure::Band(id))) };
            self.figure(format!("{name}.band"), shown);
        }
        if !metric.thresholds.is_empty() || !metric.scales.is_empty() {
            let title = format!("{name}.points");
            let lack = Some(Lack::new(&title, Some(value)));
            self.figure(title, Shown { lack, ..Shown::plain(at(Figure::Points(id))) });
        }
        if metric.valid_for.is_some() {
            self.add(&format!("{name}.stale_since"), Column::Stale(id));
        }
    }

    fn lacks_of_portfolio(&mut self) {
        for (result, metric) in self.of.results.portfolio.iter().zip(&self.of.program.portfolio) {
            if let Value::Missing(reason) = &result.value {
                self.all.push(Column::Lack(lacking(&metric.header.name, *reason)));
            }
        }
    }

    fn portfolio(&mut self) {
        let mut text = String::new();
        for cell in portfolio::csv_cells(&self.of) {
            text.push(',');
            csv_cell(&mut text, &cell);
        }
        self.titles.extend(portfolio::csv_head(&self.of));
        self.all.push(Column::Same(Word::new(&text)));
    }
}

/// True if something may change a score after its lines were combined.
pub fn can_be_limited(card: &Scorecard) -> bool {
    !card.limits.is_empty() || card.correction.is_some()
}

/// `health: too few`
fn lacking(name: &str, reason: Missing) -> Word {
    Word::new(&format!("{name}: {}", reason.words()))
}

fn words<'n>(names: impl Iterator<Item = &'n str>) -> Vec<Word> {
    names.map(Word::cell).collect()
}

/// Whether a rule asks for the same of every account: nothing is filled in, and nobody is named by a column.
fn asks_always(rule: &Rule) -> bool {
    let constant = |action: &Action| {
        let filled = matches!(&action.what, What::Text(text) if text.text.contains('{'));
        let named = action.assign.as_ref().is_some_and(|assign| !matches!(assign.to, Who::Team(_)));
        !filled && !named
    };
    let by_row = matches!(rule.trigger, Trigger::On(_));
    !by_row && rule.actions.iter().all(constant)
}
