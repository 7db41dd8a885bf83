//! What a line of a table takes of an account, whether all of it is told already or it was computed a moment ago and only
//! what is shown is looked at.

use super::Task;
use super::extras::tasks_about;
use crate::calendar::Date;
use crate::engine::column::machine::{Figure, names};
use crate::engine::column::{Cell, Seen, Tag, Texts};
use crate::engine::{AccountResult, PortfolioResult, RuleStatus, ScoreResult, Unknown};
use crate::program::{BandTable, MetricId, Program, RuleId, ScorecardId};

/// The figures of an account.
pub trait Figures {
    /// Its id.
    fn id(&self) -> &str;
    /// Its row in the subject table.
    fn row(&self) -> u32;
    /// Its row as it was known at the as-of date.
    fn row_then(&self) -> u32;
    /// Its figures; whoever made the sheet knows where they lie.
    fn cells(&self) -> &[Cell];
    /// What the cells of texts point to.
    fn texts(&self) -> &Texts;
    /// The last day on which a value that is too old was usable.
    fn expired(&self, id: MetricId) -> Option<Date>;
    /// How a rule stands.
    fn status(&self, id: RuleId) -> RuleStatus;
    /// What is missing where a rule is undecided.
    fn lacks(&mut self, id: RuleId) -> Vec<Unknown>;
    /// The same in short, appended to `found`: alike for accounts that lack the same. False if it cannot be told so.
    fn lacks_in_short(&mut self, id: RuleId, found: &mut Vec<u64>) -> bool;
    /// A score with all that led to it; `None` if it is sure that nothing limits it.
    fn limited(&mut self, id: ScorecardId) -> Option<&ScoreResult>;
    /// What the rules that hold ask for.
    fn tasks(&mut self) -> &[Task];
}

/// An account of which everything is told.
pub struct Told<'a> {
    account: &'a AccountResult,
    row_then: u32,
    tasks: &'a [Task],
    cells: Vec<Cell>,
    texts: Texts,
}

impl<'a> Told<'a> {
    /// Of this account, with these of its figures as cells, in their order.
    pub fn new(
        program: &Program,
        account: &'a AccountResult,
        row_then: u32,
        tasks: &'a [Task],
        figures: &[Figure],
    ) -> Told<'a> {
        let mut texts = Texts::default();
        let cells = figures.iter().map(|figure| cell(program, account, *figure, &mut texts).unwrap_or_default());
        Told { account, row_then, tasks, cells: cells.collect(), texts }
    }
}

/// A figure of an account that is told.
fn cell(program: &Program, account: &AccountResult, figure: Figure, texts: &mut Texts) -> Option<Cell> {
    let symbol = |place: usize| Some(Cell { tag: Tag::Symbol, bits: i128::try_from(place).ok()? });
    let named = |tables: &[BandTable], name: &Option<String>| {
        symbol(names(tables).position(|known| Some(known) == name.as_deref())?)
    };
    match figure {
        Figure::Part(id) => symbol(account.parts.get(id.index()).copied().flatten()? as usize),
        Figure::Score(id) => Some(Cell::of(&account.scores.get(id.index())?.value, texts)),
        Figure::Grade(id) => named(&program.scorecard(id)?.grades, &account.scores.get(id.index())?.grade),
        Figure::Coverage(id) => Some(Cell::number(account.scores.get(id.index())?.coverage)),
        Figure::Metric(id) => Some(Cell::of(&account.metrics.get(id.index())?.value, texts)),
        Figure::Band(id) => named(&program.metric(id)?.thresholds, &account.metrics.get(id.index())?.band),
        Figure::Points(id) => Some(Cell::of(account.metrics.get(id.index())?.points.as_ref()?, texts)),
    }
}

impl Figures for Told<'_> {
    fn id(&self) -> &str {
        &self.account.id
    }

    fn row(&self) -> u32 {
        self.account.row
    }

    fn row_then(&self) -> u32 {
        self.row_then
    }

    fn cells(&self) -> &[Cell] {
        &self.cells
    }

    fn texts(&self) -> &Texts {
        &self.texts
    }

    fn expired(&self, id: MetricId) -> Option<Date> {
        self.account.metrics.get(id.index())?.expired.as_ref().map(|expired| expired.until)
    }

    fn status(&self, id: RuleId) -> RuleStatus {
        self.account.rules.get(id.index()).map_or(RuleStatus::Undecided, |rule| rule.status)
    }

    fn lacks(&mut self, id: RuleId) -> Vec<Unknown> {
        self.account.rules.get(id.index()).map_or_else(Vec::new, |rule| rule.unknown.clone())
    }

    fn lacks_in_short(&mut self, _: RuleId, _: &mut Vec<u64>) -> bool {
        false
    }

    fn limited(&mut self, id: ScorecardId) -> Option<&ScoreResult> {
        self.account.scores.get(id.index())
    }

    fn tasks(&mut self) -> &[Task] {
        self.tasks
    }
}

/// An account that was computed a moment ago: its cells lie where its machine says. The whole of it is made only where a line
/// needs it.
pub struct Live<'a, 's> {
    seen: &'a mut Seen<'s>,
    portfolio: &'a [PortfolioResult],
    personal: bool,
    whole: Option<AccountResult>,
    tasks: Option<Vec<Task>>,
}

impl<'a, 's> Live<'a, 's> {
    /// Of this account; personal values are shown or masked.
    pub fn new(seen: &'a mut Seen<'s>, portfolio: &'a [PortfolioResult], personal: bool) -> Live<'a, 's> {
        Live { seen, portfolio, personal, whole: None, tasks: None }
    }
}

impl Figures for Live<'_, '_> {
    fn id(&self) -> &str {
        self.seen.id
    }

    fn row(&self) -> u32 {
        self.seen.row
    }

    fn row_then(&self) -> u32 {
        self.seen.row_then
    }

    #[inline]
    fn cells(&self) -> &[Cell] {
        self.seen.state.cells()
    }

    fn texts(&self) -> &Texts {
        self.seen.texts
    }

    fn expired(&self, id: MetricId) -> Option<Date> {
        self.seen.state.expired_on(self.seen.machine, id)
    }

    #[inline]
    fn status(&self, id: RuleId) -> RuleStatus {
        self.seen.state.rule(self.seen.machine, id)
    }

    fn lacks(&mut self, id: RuleId) -> Vec<Unknown> {
        self.seen.state.lacks(self.seen.machine, self.seen.texts, id)
    }

    fn lacks_in_short(&mut self, id: RuleId, found: &mut Vec<u64>) -> bool {
        self.seen.state.lacks_in_short(self.seen.machine, self.seen.texts, id, found)
    }

    fn limited(&mut self, id: ScorecardId) -> Option<&ScoreResult> {
        if !self.seen.state.may_be_limited(self.seen.machine, id) {
            return None;
        }
        self.whole.get_or_insert_with(|| self.seen.result()).scores.get(id.index())
    }

    fn tasks(&mut self) -> &[Task] {
        let Live { seen, portfolio, personal, whole, tasks } = self;
        tasks.get_or_insert_with(|| {
            let account = whole.get_or_insert_with(|| seen.result());
            let mut tasks = Vec::new();
            tasks_about(seen.evaluator, portfolio, (0, account), seen.machine.as_of(), *personal, &mut tasks);
            tasks
        })
    }
}
