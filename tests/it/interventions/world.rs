//! A program, and runs of it one after the other with the state carried along in memory, and in ledgers beside it: in a
//! file and, where there is a server, there. Each run is worked out from what each ledger holds too, and comes to the same.

use crate::ledger::home::Home;
use crate::ledger::store::record;
use laud::calendar::{Calendar, Date};
use laud::data::Dataset;
use laud::engine::reference::{Evaluator, Reference};
use laud::engine::{Engine, Options};
use laud::interventions::{Candidate, Decided, Item, Outcome, Policy, Row, Run, State, Verdict, gather, step};
use laud::ledger::RecordKind;
use laud::program::Program;
use laud::source::Sources;
use laud::{Settings, compile};

pub fn date(text: &str) -> Date {
    Date::parse(text).unwrap_or_else(|| panic!("`{text}` is no date"))
}

/// Columns of the accounts: everything is optional, so that a blank cell makes things unknown.
const TABLES: &str = "table account {\n  id text key\n  x number optional\n  y number optional\n  csm text optional\n  renewal date optional\n}\n\
    table contact of account { id text key  asks number optional  out boolean optional }\n\
    events survey of account at on { score number optional  kind text optional  learned date recorded optional }\n";

const HEADERS: [(&str, &str); 5] = [
    ("account", "id,x,y,csm,renewal"),
    ("contact", "account,id,asks,out"),
    ("survey", "account,on,score,kind,learned"),
    ("ticket", "account,id,days,lead"),
    ("staff", "name,active,since"),
];

/// A program, and what is remembered of its runs.
pub struct World {
    pub program: Program,
    pub policy: Policy,
    pub state: State,
    pub requester: &'static str,
    ledgers: Vec<Home>,
}

pub fn program(rules: &str) -> Program {
    let mut sources = Sources::new();
    sources.add("rules.laud", format!("{TABLES}{rules}"));
    let (program, diagnostics) = compile(&sources, &Settings::default());
    program.unwrap_or_else(|| panic!("{}", laud::diagnostics::render::short(&diagnostics.sorted(), &sources)))
}

/// `A1,40,,ana,; A2,60,,ana, | survey: A1,2026-03-02,3,,`: the rows of the accounts and of other tables, loaded.
pub fn accounts(program: &Program, rows: &str) -> Dataset {
    let folder = tempfile::tempdir().unwrap();
    for table in &program.tables {
        let name = table.header.name.as_str();
        let part = |part: &&str| part.trim().strip_prefix(name).is_some_and(|rest| rest.starts_with(':'));
        let rows = match (name, rows.split('|').find(part)) {
            ("account", _) => rows.split('|').next().unwrap(),
            (_, Some(part)) => part.split_once(':').unwrap().1,
            (_, None) => continue,
        };
        // A row may end early: the columns after its last cell are not in the file.
        let cells = match rows.trim() {
            "" => usize::MAX,
            rows => rows.split(';').next().unwrap().split(',').count(),
        };
        let header = HEADERS.iter().find(|(table, _)| *table == name).unwrap().1;
        let header = header.split(',').take(cells).collect::<Vec<_>>().join(",");
        let lines: String = rows.split(';').map(|row| format!("{}\n", row.trim())).collect();
        std::fs::write(folder.path().join(format!("{name}.csv")), format!("{header}\n{lines}")).unwrap();
    }
    let binding = laud::data::without_config(program, Some(&folder.path().to_string_lossy()), folder.path());
    laud::data::load(program, &binding, &mut |_| {}).unwrap().0
}

impl World {
    pub fn new(rules: &str) -> World {
        let program = program(rules);
        let policy = Policy::of(&program, Calendar::default());
        let ledgers = std::iter::once(Home::file()).chain(Home::server()).collect();
        World { program, policy, state: State::default(), requester: "ops", ledgers }
    }

    /// Another text of the program, with the same past.
    pub fn becomes(&mut self, rules: &str) {
        self.program = program(rules);
        self.policy = Policy::of(&self.program, Calendar::default());
    }

    pub fn candidates(&self, as_of: &str, rows: &str) -> Vec<Candidate> {
        self.candidates_after(&self.state, as_of, rows)
    }

    fn candidates_after(&self, state: &State, as_of: &str, rows: &str) -> Vec<Candidate> {
        let data = accounts(&self.program, rows);
        let options = Options { as_of: date(as_of), calendar: Calendar::default(), accounts: Vec::new() };
        let results = Reference.evaluate(&self.program, &data, &options);
        let evaluator = Evaluator::new(&self.program, &data, Calendar::default());
        let run = Run { as_of: date(as_of), requester: String::new(), fire_on_first_run: false };
        gather(&self.policy, &evaluator, &results, state, &run, true)
    }

    /// What a run would come to; nothing changes.
    pub fn plan(&self, as_of: &str, rows: &str) -> Outcome {
        self.plan_after(&self.state, as_of, rows)
    }

    fn plan_after(&self, state: &State, as_of: &str, rows: &str) -> Outcome {
        let run = Run { as_of: date(as_of), requester: self.requester.to_string(), fire_on_first_run: false };
        step(&self.policy, state, &self.candidates_after(state, as_of, rows), &run)
    }

    /// A run, and what it comes to.
    pub fn run(&mut self, as_of: &str, rows: &str) -> Outcome {
        let outcome = self.plan(as_of, rows);
        for ledger in &self.ledgers {
            let mut book = ledger.open();
            let mut state = book.load().unwrap();
            let again = self.plan_after(&state, as_of, rows);
            assert_eq!((&again.changes, &again.actions), (&outcome.changes, &outcome.actions));
            assert_eq!(shown(&again), shown(&outcome));
            let back = state.last_run.as_ref().is_some_and(|last| last.as_of > date(as_of));
            let kind = if back { RecordKind::Replay } else { RecordKind::Apply };
            book.commit(&mut state, &record(kind, as_of), &outcome.changes, &outcome.actions).unwrap();
        }
        outcome.changes.iter().for_each(|change| self.state.apply(change));
        self.state.head += 1;
        self.state.last_run = Some(laud::interventions::LastRun {
            number: self.state.head,
            as_of: date(as_of),
            program: String::new(),
            data: String::new(),
        });
        self.compare();
        outcome
    }

    /// The ledgers hold what is remembered.
    fn compare(&self) {
        for ledger in &self.ledgers {
            let state = ledger.open().load().unwrap();
            assert_eq!((&state.items, &state.snoozes), (&self.state.items, &self.state.snoozes));
        }
    }

    /// A run of which only the rows matter: `A1 fired; A2 suppressed`.
    pub fn rows(&mut self, as_of: &str, rows: &str) -> String {
        shown(&self.run(as_of, rows))
    }

    /// The only open item.
    pub fn item(&self) -> &Item {
        assert_eq!(self.state.items.len(), 1, "{:?}", self.state.items);
        self.state.items.values().next().unwrap()
    }

    pub fn decided(&mut self, verdict: Verdict) {
        let as_of = self.state.last_run.as_ref().map_or("2026-01-01".to_string(), |last| last.as_of.to_string());
        for ledger in &self.ledgers {
            let mut book = ledger.open();
            let mut state = book.load().unwrap();
            book.commit(&mut state, &record(RecordKind::Approve, &as_of), &verdict.changes, &verdict.actions).unwrap();
        }
        verdict.changes.iter().for_each(|change| self.state.apply(change));
        self.state.head += 1;
        self.compare();
    }
}

/// `A1 fired; A2 suppressed`, with the rule in front where there are several.
pub fn shown(outcome: &Outcome) -> String {
    let rules: std::collections::BTreeSet<_> = outcome.rows.iter().map(|r| r.slot.rule.clone()).collect();
    let one = |row: &Row| {
        let rule = if rules.len() > 1 { format!("{}/", row.slot.rule) } else { String::new() };
        format!("{rule}{} {}", row.slot.subject.id, row.decided.word())
    };
    outcome.rows.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// The reasons of the row about a subject.
pub fn reasons(outcome: &Outcome, subject: &str) -> Vec<String> {
    let row = outcome.rows.iter().find(|r| &*r.slot.subject.id == subject).unwrap();
    row.reasons.iter().map(|r| r.text.clone()).collect()
}

pub fn count(outcome: &Outcome, decided: Decided) -> usize {
    outcome.rows.iter().filter(|r| r.decided == decided).count()
}
