//! Test blocks: their tables, columns, cells, cases and expectations. They are run by [`crate::testing`].

mod cases;
mod cell;
mod expect;
mod given;
mod ran;

use super::{Checker, header};
use crate::ast::{self, Item, ItemKind, Name};
use crate::diagnostics::{Code, Diagnostic};
use crate::program::{RunDays, TableId, Test};
use crate::span::Span;
use given::Gathered;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What a test knows of: the keys of its rows, table by table.
#[derive(Default)]
struct World {
    keys: HashMap<TableId, HashMap<String, Span>>,
    /// Tables whose rows, or some of them, come from files: any key may be among them.
    open: HashSet<TableId>,
    /// The accounts in the order in which they are given.
    accounts: Vec<Arc<str>>,
    /// Every case brings an account of its own.
    own_accounts: bool,
    /// The days on which the rules are run.
    runs: Runs,
}

/// The runs of a test.
#[derive(Default)]
enum Runs {
    /// It has none.
    #[default]
    None,
    /// What is wrong with them has been said.
    Wrong,
    /// These, with the place of the statement.
    On(RunDays, Span),
}

impl World {
    fn knows(&self, table: TableId, key: &str) -> bool {
        self.open.contains(&table) || self.keys.get(&table).is_some_and(|keys| keys.contains_key(key))
    }
}

impl<'a> Checker<'a, '_> {
    pub(super) fn tests(&mut self) {
        self.twice("test", &self.symbols.tests.clone());
        self.twice("fixture", &self.symbols.fixtures.clone());
        for item in self.symbols.fixtures.clone() {
            let ItemKind::Fixture(fixture) = &item.kind else { continue };
            self.expanded = 0;
            // Whose rows they are may be said by the test that uses it.
            let any = (0..self.program.tables.len()).map(|i| TableId(i as u32)).collect();
            let world = World { open: any, ..World::default() };
            self.given(&[&fixture.given], world);
        }
        for item in self.symbols.tests.clone() {
            let ItemKind::Test(test) = &item.kind else { continue };
            self.expanded = 0;
            let before = self.error_count();
            let checked = self.test(item, test);
            if self.error_count() == before {
                self.program.tests.extend(checked);
            }
        }
        self.program.tests.sort_by(|a, b| a.header.name.cmp(&b.header.name));
    }

    /// Two tests of one title could not be told apart in a report, nor two fixtures of one name in a test.
    fn twice(&mut self, what: &str, items: &[&Item]) {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for item in items {
            let name = item.name.text.as_str();
            if let Some(first) = seen.insert(name, item.name.span) {
                let quoted = if what == "test" { format!("\"{name}\"") } else { format!("`{name}`") };
                let found =
                    Diagnostic::new(Code::DuplicateName, item.name.span, format!("there are two {what}s {quoted}"))
                        .label("second time")
                        .also(first, "first time")
                        .help("give one of them another name");
                self.push(found);
            }
        }
    }

    fn test(&mut self, item: &Item, test: &ast::Test) -> Option<Test> {
        let elsewhere = !test.expect.is_empty() || test.todo.is_some();
        if !elsewhere && test.cases.is_none() {
            self.error(
                Code::TestWithoutExpectation,
                item.name.span,
                format!("test \"{}\" expects nothing", item.name.text),
                "it could not fail",
                "add `expect …`",
            );
        }
        let mut layers: Vec<&ast::Given> = test.with.iter().filter_map(|name| self.fixture(name)).collect();
        layers.push(&test.given);
        let Gathered { mut world, rows, covers } = self.given(&layers, World::default());
        if let Some(run) = &test.run {
            world.runs = self.run_days(run, &test.as_of);
        }
        let open = self.program.subject.is_some_and(|id| world.open.contains(&id));
        world.own_accounts = test.cases.is_some() && !open && world.accounts.is_empty();
        let cases = test.cases.as_ref().map(|cases| self.cases(cases, elsewhere, &world)).unwrap_or_default();
        let expect = test.expect.iter().filter_map(|e| self.expectation(e, &world)).collect();
        Some(Test {
            header: header(item),
            as_of: test.as_of.date,
            todo: test.todo.as_ref().map(|t| t.reason.as_ref().map_or(String::new(), |r| r.text.clone())),
            rows,
            covers,
            cases,
            own_accounts: world.own_accounts,
            run: match world.runs {
                Runs::On(days, _) => Some(days),
                Runs::None | Runs::Wrong => None,
            },
            expect,
        })
    }

    fn fixture(&mut self, name: &Name) -> Option<&'a ast::Given> {
        let found = self.symbols.fixtures.iter().find(|item| item.name.text == name.text).copied();
        match found.map(|item| &item.kind) {
            Some(ItemKind::Fixture(fixture)) => return Some(&fixture.given),
            _ if self.symbols.left_out(&name.text) => {}
            _ => {
                let names: Vec<String> = self.symbols.fixtures.iter().map(|i| i.name.text.clone()).collect();
                let message = format!("there is no fixture `{}`", name.text);
                let found = Diagnostic::new(Code::UnknownName, name.span, message).label("not a fixture");
                let otherwise = format!("declare it: `fixture {} {{ … }}`", name.text);
                let names = names.iter().map(String::as_str);
                self.push(self.suggest(found, &name.text, name.span, names, otherwise));
            }
        }
        None
    }
}
