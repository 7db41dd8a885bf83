//! One row per account with every digit: for spreadsheets and joins.

use super::columns::{Column, Columns, Shown, can_be_limited};
use super::figures::{Figures, Live, Told};
use super::{Evaluation, extras, undecided};
use crate::engine::column::machine::{Figure, Machine};
use crate::engine::column::{Cell, Seen, Tag, Texts};
use crate::engine::{RuleStatus, Unknown};
use crate::program::{FieldId, Rule, RuleId, ScorecardId, Type};
use crate::report::pen::{List, Pen, Word};
use crate::report::table::csv_line;
use crate::report::value;
use crate::value::MASK;
use std::sync::Mutex;

/// What lines say over and over is not remembered beyond so much.
const MOST: usize = 1000;

/// A header line and one line per account, with the columns that [`Columns::new`] names, and last `missing`: what is missing
/// and why, because a blank cell cannot say it, and what undecided rules lack.
pub fn csv(of: &Evaluation) -> String {
    let mut figures = Vec::new();
    let sheet = Sheet::made(*of, |figure| {
        figures.push(figure);
        u32::try_from(figures.len() - 1).ok()
    });
    let mut part = Part::default();
    part.lines.text(sheet.head().as_bytes());
    for (place, account) in of.results.accounts.iter().enumerate() {
        let row_then = of.extras.rows.get(place).copied().unwrap_or(account.row);
        let tasks = of.extras.tasks_of(Some(place));
        sheet.line(&mut Told::new(of.program, account, row_then, tasks, &figures), &mut part);
    }
    String::from_utf8_lossy(part.lines()).into_owned()
}

/// What is the same for all lines.
pub struct Sheet<'a> {
    of: Evaluation<'a>,
    columns: Columns<'a>,
    /// How each [`RuleStatus`] is said, in their order.
    statuses: [Word; 5],
    /// Where scores lie.
    scores: Vec<u32>,
    /// The scorecards that can be limited.
    limited: Vec<ScorecardId>,
    /// Parts that were printed: whoever begins a new one takes over their room, and what they remember.
    printed: Mutex<Vec<Part>>,
}

/// Some lines.
#[derive(Debug, Default)]
pub struct Part {
    lines: Pen,
    /// What is missing in the line at hand.
    missing: List,
    /// What an undecided rule lacks, in short.
    short: Vec<u64>,
    /// And how that is said: many accounts lack the same.
    said: hashbrown::HashMap<Vec<u64>, Word>,
}

impl Part {
    /// As they are printed.
    pub fn lines(&self) -> &[u8] {
        self.lines.written()
    }
}

impl<'a> Sheet<'a> {
    /// For accounts that this machine computes; of the results only those of the portfolio count.
    pub fn new(of: Evaluation<'a>, machine: &Machine) -> Sheet<'a> {
        Sheet::made(of, |figure| machine.lies(figure))
    }

    fn made(of: Evaluation<'a>, mut lies: impl FnMut(Figure) -> Option<u32>) -> Sheet<'a> {
        let cards = || (0u32..).map(ScorecardId).zip(&of.program.scorecards);
        Sheet {
            of,
            statuses: ["yes", "no", "held back", "suppressed", "undecided"].map(Word::cell),
            scores: cards().filter_map(|(id, _)| lies(Figure::Score(id))).collect(),
            limited: cards().filter(|(_, card)| can_be_limited(card)).map(|(id, _)| id).collect(),
            columns: Columns::new(of, lies),
            printed: Mutex::default(),
        }
    }

    /// A part without lines.
    pub fn part(&self) -> Part {
        self.printed.lock().ok().and_then(|mut printed| printed.pop()).unwrap_or_default()
    }

    /// Takes a part back whose lines are printed.
    pub fn take_back(&self, mut part: Part) {
        part.lines.clear();
        if let Ok(mut printed) = self.printed.lock() {
            printed.push(part);
        }
    }

    /// The names of the columns.
    pub fn head(&self) -> String {
        csv_line(self.columns.titles.iter().map(String::as_str).chain(["missing"]))
    }

    /// The line of an account that was computed a moment ago.
    pub fn live(&self, seen: &mut Seen<'_>, part: &mut Part) {
        self.line(&mut Live::new(seen, &self.of.results.portfolio, self.of.personal), part);
    }

    /// True if there is something to say of an account beside its line: numbers that could not be computed, and limits that
    /// could not be decided.
    pub fn is_remarkable(&self, seen: &mut Seen<'_>) -> bool {
        let fatal = |tag: Tag| matches!(tag, Tag::DivisionByZero | Tag::Overflow);
        let cells = seen.state.cells();
        let hit = |at: &u32| cells.get(*at as usize).is_some_and(|cell| fatal(cell.tag));
        if !seen.state.faults().is_empty() || self.scores.iter().any(hit) {
            return true;
        }
        self.limited.iter().any(|i| seen.state.may_be_limited(seen.machine, *i))
            && seen.result().scores.iter().any(|score| !score.undecided_limits.is_empty())
    }

    /// The line of an account.
    fn line(&self, figures: &mut impl Figures, part: &mut Part) {
        let pen = &mut part.lines;
        part.missing.clear();
        for column in &self.columns.all {
            match column {
                Column::Id => pen.cell(if self.of.hides_ids() { MASK } else { figures.id() }.as_bytes()),
                Column::Same(word) => pen.word(word),
                Column::Field { field, ty, then } => {
                    self.field(if *then { figures.row_then() } else { figures.row() }, *field, *ty, pen);
                }
                Column::Figures(shown) => {
                    let (cells, texts) = (figures.cells(), figures.texts());
                    shown.iter().for_each(|shown| self.figure(shown, cells, texts, pen, &mut part.missing));
                }
                Column::Masked(shown) => {
                    let cell = cell_of(shown, figures.cells());
                    match cell.tag.is_missing() {
                        true => shown.absent(cell.tag, figures.cells(), pen, &mut part.missing),
                        false => pen.word(&Word::cell(MASK)),
                    }
                }
                Column::Limits(id) => {
                    pen.short(*b",");
                    pen.cell(self.limits(figures, *id).as_bytes());
                }
                Column::Stale(id) => match figures.expired(*id) {
                    Some(until) => pen.date(until.plus_days(1)),
                    None => pen.short(*b","),
                },
                Column::Lack(word) => part.missing.add(word),
                Column::Status(id, rule) => {
                    let status = figures.status(*id);
                    self.statuses.get(status as usize).into_iter().for_each(|word| pen.word(word));
                    if status == RuleStatus::Undecided {
                        self.undecided(figures, *id, rule, &mut part.missing, &mut part.short, &mut part.said);
                    }
                }
                Column::Asks(id, always) => match always {
                    _ if figures.status(*id) != RuleStatus::Holds => pen.short(*b","),
                    Some(known) => pen.word(known.get_or_init(|| Word::cell(&asked(figures, *id)))),
                    None => pen.word(&Word::cell(&asked(figures, *id))),
                },
            }
        }
        pen.list(&part.missing);
        pen.short(*b"\n");
    }

    #[inline]
    fn figure(&self, shown: &Shown, cells: &[Cell], texts: &Texts, pen: &mut Pen, missing: &mut List) {
        let cell = cell_of(shown, cells);
        match cell.tag {
            Tag::Number => pen.number(cell.bits),
            Tag::Symbol if let Some(word) = shown.name(cell.bits) => pen.word(word),
            tag if tag.is_missing() => shown.absent(tag, cells, pen, missing),
            _ => value::write_csv(pen, self.of.program, shown.ty, &cell.value(texts)),
        }
    }

    fn field(&self, row: u32, field: FieldId, ty: Type, pen: &mut Pen) {
        match self.of.cell_of(row, field) {
            (_, true) => pen.word(&Word::cell(MASK)),
            (cell, false) => value::write_csv(pen, self.of.program, ty, &cell),
        }
    }

    /// What changed a score after its lines were combined, and what may have.
    fn limits(&self, figures: &mut impl Figures, id: ScorecardId) -> String {
        let (program, i) = (self.of.program, id.index());
        let Some(score) = figures.limited(id) else { return String::new() };
        let undecided = extras::undecided(program, i, score).into_iter().map(|limit| format!("{limit}?"));
        let all: Vec<String> = extras::limited(program, i, score).into_iter().chain(undecided).collect();
        all.join("; ")
    }

    /// What a rule lacks that is undecided.
    fn undecided(
        &self,
        figures: &mut impl Figures,
        id: RuleId,
        rule: &Rule,
        missing: &mut List,
        short: &mut Vec<u64>,
        said: &mut hashbrown::HashMap<Vec<u64>, Word>,
    ) {
        let say = |lacks: Vec<Unknown>| {
            let lacks = undecided::missing_at(self.of.program, self.of.results.as_of, rule, &lacks);
            Word::new(&format!("{}: {}", rule.header.name, lacks.join(", ")))
        };
        short.clear();
        short.push(id.0.into());
        if !figures.lacks_in_short(id, short) {
            return missing.add(&say(figures.lacks(id)));
        }
        if let Some(known) = said.get(short.as_slice()) {
            return missing.add(known);
        }
        let word = say(figures.lacks(id));
        missing.add(&word);
        if said.len() < MOST {
            said.insert(short.clone(), word);
        }
    }
}

/// What a rule asks for that holds.
fn asked(figures: &mut impl Figures, id: RuleId) -> String {
    let tasks = figures.tasks().iter().filter(|task| task.rule == id.index() && task.row.is_none());
    tasks.map(|task| task.words()).collect::<Vec<_>>().join("; ")
}

/// The cell of a figure.
#[inline]
fn cell_of(shown: &Shown, cells: &[Cell]) -> Cell {
    cells.get(shown.at as usize).copied().unwrap_or_default()
}
