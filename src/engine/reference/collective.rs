//! What takes all accounts at once: populations to be compared with, aggregates over accounts, portfolio metrics.
//!
//! Each is computed once per as-of date, whatever accounts are asked for, and kept. Before the first account is looked
//! at, the collectives that a run needs are told by the program and the calendar alone; they are computed level by level,
//! those that need none first, in one pass over the accounts per level. What nobody foresaw (an expression typed by
//! hand) is computed when it is asked for.

use super::account::Account;
use super::everyone::{Foreseen, Spread};
use super::population::Population;
use super::portfolio::{Gathered, Part};
use super::schedule::{Needs, Schedule, Step, segment};
use super::{Evaluator, Subject};
use crate::calendar::Date;
use crate::engine::PortfolioResult;
use crate::program::{Across, Aggregate, Expr, ExprKind, PortfolioId, Ranked, Reach, SegmentRef, Within};
use crate::value::Value;
use hashbrown::HashSet;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

/// Nobody: a portfolio metric is evaluated for no account.
pub(super) static NOBODY: LazyLock<Subject> =
    LazyLock::new(|| Subject { id: Arc::from(""), row: u32::MAX, index: u32::MAX, history: None });

/// What has been computed over all accounts.
#[derive(Debug, Default)]
pub(super) struct Collectives {
    populations: RefCell<HashMap<(Whom, Date), Arc<Population>>>,
    gathered: RefCell<HashMap<(Across, Date), Arc<Gathered>>>,
    /// What each account that exists brings in, by place.
    members: RefCell<HashMap<(Across, Date), Arc<Members>>>,
    pub(super) trees: RefCell<HashMap<Date, Arc<super::kin::Tree>>>,
    spread: RefCell<HashMap<(Aggregate, Date), Arc<Spread>>>,
    portfolio: RefCell<HashMap<(PortfolioId, Date), Arc<PortfolioResult>>>,
    /// As-of dates for which everything that the program declares is there.
    ready: RefCell<HashSet<Date>>,
}

impl Clone for Collectives {
    /// What is there is shared.
    fn clone(&self) -> Collectives {
        Collectives {
            populations: RefCell::new(self.populations.borrow().clone()),
            gathered: RefCell::new(self.gathered.borrow().clone()),
            members: RefCell::new(self.members.borrow().clone()),
            trees: RefCell::new(self.trees.borrow().clone()),
            spread: RefCell::new(self.spread.borrow().clone()),
            portfolio: RefCell::new(self.portfolio.borrow().clone()),
            ready: RefCell::new(self.ready.borrow().clone()),
        }
    }
}

/// Accounts by place, each with what it brings in.
type Members = Vec<(usize, super::portfolio::Member)>;

/// The accounts and values that a rank is taken among, whichever rank it is.
type Whom = (Expr, Option<Within>);

fn whom(ranked: &Ranked) -> Whom {
    (ranked.value.clone(), ranked.within)
}

/// Something over all accounts, as it stands in an expression, and the date it is asked for.
type Wanted<'e> = (&'e Expr, Date);

/// Which level everything is on.
#[derive(Default)]
struct Levels<'e> {
    steps: HashMap<Step, u32>,
    /// By address: the program does not move meanwhile.
    collectives: HashMap<(*const Expr, Date), u32>,
    wanted: BTreeMap<u32, Vec<Wanted<'e>>>,
}

impl<'a> Evaluator<'a> {
    /// The accounts that a value is compared with at a date.
    pub(super) fn population(&self, ranked: &Ranked, date: Date) -> Arc<Population> {
        let date = self.others_at(date);
        let key = (whom(ranked), date);
        if let Some(found) = self.collectives.populations.borrow().get(&key) {
            return found.clone();
        }
        self.compute(&[(Collective::Population(ranked), date)]);
        let found = self.collectives.populations.borrow().get(&key).cloned();
        found.unwrap_or_default()
    }

    /// What an aggregate over accounts amounts to at a date.
    pub(super) fn gathered(&self, across: &Across, date: Date) -> Arc<Gathered> {
        let date = self.others_at(date);
        let key = (across.clone(), date);
        if let Some(found) = self.collectives.gathered.borrow().get(&key) {
            return found.clone();
        }
        self.compute(&[(Collective::Across(across), date)]);
        let found = self.collectives.gathered.borrow().get(&key).cloned();
        found.unwrap_or_default()
    }

    /// What each account that exists at a date brings into an aggregate over relatives.
    pub(super) fn members(&self, across: &Across, date: Date) -> Arc<Members> {
        let date = self.others_at(date);
        let key = (across.clone(), date);
        if let Some(found) = self.collectives.members.borrow().get(&key) {
            return found.clone();
        }
        self.compute(&[(Collective::Across(across), date)]);
        let found = self.collectives.members.borrow().get(&key).cloned();
        found.unwrap_or_default()
    }

    /// What the rows of all accounts amount to at a date.
    pub(super) fn spread(&self, aggregate: &Aggregate, date: Date) -> Arc<Spread> {
        let date = self.others_at(date);
        let key = (aggregate.clone(), date);
        if let Some(found) = self.collectives.spread.borrow().get(&key) {
            return found.clone();
        }
        self.compute(&[(Collective::Rows(aggregate), date)]);
        let found = self.collectives.spread.borrow().get(&key).cloned();
        found.unwrap_or_default()
    }

    /// What an aggregate over accounts amounts to, and what each account that exists then brings in, by id.
    pub fn parts(&self, across: &Across, date: Date) -> (Value, Vec<Part>) {
        let value = self.gathered(across, date).value.clone();
        let needs = Needs::new(self.program, self.calendar, false);
        let mut roots = Vec::new();
        across.children().into_iter().for_each(|expr| needs.expr(expr, date, &mut roots));
        let schedule = Schedule { steps: needs.in_order(roots, &HashSet::new()) };
        let there = self.subjects.iter().filter(|subject| subject.row_at(date).is_some());
        let part = |subject: &Subject| {
            let account = Account::new(self, subject, date, &schedule, &[]);
            Part::new(subject, account.scope().portfolio_member(across))
        };
        (value, there.map(part).collect())
    }

    /// A portfolio metric at a date.
    pub(super) fn portfolio(&self, id: PortfolioId, date: Date) -> Arc<PortfolioResult> {
        let date = self.others_at(date);
        if let Some(found) = self.collectives.portfolio.borrow().get(&(id, date)) {
            return found.clone();
        }
        let result = Arc::new(Account::new(self, &NOBODY, date, &Schedule::default(), &[]).portfolio_result(id));
        self.collectives.portfolio.borrow_mut().insert((id, date), result.clone());
        result
    }

    /// Computes everything over all accounts that the program needs at an as-of date.
    pub(super) fn get_ready(&self, date: Date) {
        let date = self.others_at(date);
        if !self.collectives.ready.borrow_mut().insert(date) {
            return;
        }
        let needs = Needs::new(self.program, self.calendar, true);
        let steps = needs.in_order(Schedule::everything(self.program, date), &HashSet::new());
        if needs.collectives().is_empty() {
            return;
        }
        let mut levels = Levels::default();
        for step in steps {
            let needs = Needs::new(self.program, self.calendar, true);
            let mut reads = Vec::new();
            needs.item(step, &mut reads);
            let level = self.level(&reads, needs.collectives(), &mut levels);
            levels.steps.insert(step, level);
        }
        for list in levels.wanted.into_values() {
            let list = list.into_iter().filter_map(|(expr, date)| Some((Collective::of(expr)?, date)));
            self.compute(&list.collect::<Vec<_>>());
        }
    }

    /// The level of what reads these steps and collectives: above each collective it needs.
    fn level(&self, reads: &[Step], collectives: Vec<Wanted<'a>>, levels: &mut Levels<'a>) -> u32 {
        let mut level = reads.iter().filter_map(|step| levels.steps.get(step)).copied().max().unwrap_or(0);
        for (expr, date) in collectives {
            let own = match levels.collectives.get(&(std::ptr::from_ref(expr), date)) {
                Some(own) => *own,
                None => {
                    let needs = Needs::new(self.program, self.calendar, true);
                    let mut reads = Vec::new();
                    needs.members(expr, date, &mut reads);
                    let own = self.level(&reads, needs.collectives(), levels);
                    levels.collectives.insert((std::ptr::from_ref(expr), date), own);
                    levels.wanted.entry(own).or_default().push((expr, date));
                    own
                }
            };
            level = level.max(own + 1);
        }
        level
    }

    /// Computes collectives in one pass over the accounts, leaving out what is there.
    fn compute(&self, wanted: &[(Collective, Date)]) {
        let there = |(collective, date): &&(Collective, Date)| match collective {
            Collective::Population(ranked) => {
                self.collectives.populations.borrow().contains_key(&(whom(ranked), *date))
            }
            Collective::Across(across) => {
                let key = ((*across).clone(), *date);
                self.collectives.gathered.borrow().contains_key(&key)
                    || self.collectives.members.borrow().contains_key(&key)
            }
            Collective::Rows(rows) => self.collectives.spread.borrow().contains_key(&((*rows).clone(), *date)),
        };
        let wanted: Vec<&(Collective, Date)> = wanted.iter().filter(|w| !there(w)).collect();
        let Some(latest) = wanted.iter().map(|(_, date)| *date).max() else { return };
        let needs = Needs::new(self.program, self.calendar, false);
        let mut roots = Vec::new();
        for (collective, date) in &wanted {
            collective.members().into_iter().for_each(|expr| needs.expr(expr, *date, &mut roots));
            if let Collective::Population(Ranked { within: Some(within), .. }) = collective {
                needs.within(*within, *date, &mut roots);
            }
        }
        let schedule = Schedule { steps: needs.in_order(roots, &HashSet::new()) };
        let mut open: Vec<Open> = wanted.iter().map(|(collective, _)| Open::new(*collective)).collect();
        for subject in self.subjects.iter() {
            if !wanted.iter().any(|(_, date)| subject.row_at(*date).is_some()) {
                continue;
            }
            let account = Account::new(self, subject, latest, &schedule, &[]);
            for ((_, date), open) in wanted.iter().zip(&mut open) {
                if subject.row_at(*date).is_some() {
                    open.take(&account, subject, *date);
                }
            }
        }
        for ((collective, date), open) in wanted.into_iter().zip(open) {
            match (collective, open) {
                (Collective::Population(ranked), Open::Population(_, members)) => {
                    let population = Arc::new(Population::new(members));
                    self.collectives.populations.borrow_mut().insert((whom(ranked), *date), population);
                }
                (Collective::Rows(rows), Open::Rows(_, foreseen)) => {
                    let foreseen = self.is_owned(rows.source).then_some(foreseen);
                    let spread = Arc::new(self.nobody_who_knows(*date, foreseen).scope().spread(rows));
                    self.collectives.spread.borrow_mut().insert(((*rows).clone(), *date), spread);
                }
                (Collective::Across(across), Open::Across(_, members)) if across.kin.is_some() => {
                    self.collectives.members.borrow_mut().insert(((*across).clone(), *date), Arc::new(members));
                }
                (Collective::Across(across), Open::Across(_, members)) => {
                    let gathered = members.into_iter().map(|(_, member)| member).collect();
                    let nobody = Account::new(self, &NOBODY, *date, &Schedule::default(), &[]);
                    let gathered = Arc::new(nobody.scope().gather(across, gathered));
                    self.collectives.gathered.borrow_mut().insert(((*across).clone(), *date), gathered);
                }
                _ => {}
            }
        }
    }
}

/// Something that takes all accounts.
#[derive(Clone, Copy)]
enum Collective<'e> {
    Population(&'e Ranked),
    Across(&'e Across),
    Rows(&'e Aggregate),
}

impl<'e> Collective<'e> {
    fn of(expr: &'e Expr) -> Option<Collective<'e>> {
        match &expr.kind {
            ExprKind::Ranked(ranked) => Some(Collective::Population(ranked)),
            ExprKind::Across(across) => Some(Collective::Across(across)),
            ExprKind::Aggregate(rows) if rows.reach == Reach::Everyone => Some(Collective::Rows(rows)),
            _ => None,
        }
    }

    /// What is evaluated for each account.
    fn members(self) -> Vec<&'e Expr> {
        match self {
            Collective::Population(ranked) => vec![&ranked.value],
            Collective::Across(across) => across.children(),
            Collective::Rows(rows) => rows.children(),
        }
    }
}

/// A collective that is being put together.
enum Open<'e> {
    Population(&'e Ranked, Vec<super::population::Member>),
    Across(&'e Across, Members),
    Rows(&'e Aggregate, Foreseen),
}

impl<'e> Open<'e> {
    fn new(collective: Collective<'e>) -> Open<'e> {
        match collective {
            Collective::Population(ranked) => Open::Population(ranked, Vec::new()),
            Collective::Across(across) => Open::Across(across, Vec::new()),
            Collective::Rows(rows) => Open::Rows(rows, Foreseen::default()),
        }
    }

    fn take(&mut self, account: &Account, subject: &Subject, date: Date) {
        let scope = account.scope().at(date);
        match self {
            Open::Population(ranked, members) => members.push(scope.population_member(ranked, subject.place())),
            Open::Across(across, members) => members.push((subject.place(), scope.portfolio_member(across))),
            Open::Rows(rows, foreseen) => foreseen.take(scope, subject, rows),
        }
    }
}

impl<'a> Needs<'a> {
    /// What a collective evaluates for each account.
    pub(super) fn members(&self, expr: &'a Expr, date: Date, out: &mut Vec<Step>) {
        let Some(collective) = Collective::of(expr) else { return };
        collective.members().into_iter().for_each(|member| self.expr(member, date, out));
        if let Collective::Population(Ranked { within: Some(within), .. }) = collective {
            self.within(*within, date, out);
        }
    }

    /// The segment that a rank is taken within.
    pub(super) fn within(&self, within: Within, date: Date, out: &mut Vec<Step>) {
        let of = match within {
            Within::Partition(id) => SegmentRef::Part(id, 0),
            Within::Group(of) => of,
        };
        segment(of, date, out);
    }
}
