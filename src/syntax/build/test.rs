//! Tests: rows given inline, and what is expected of them.

use super::{Builder, Kids, Node};
use crate::ast::{
    CaseColumn, CaseRow, Cases, Cell, Covers, DateLit, Expectation, ExpectationKind, Fixture, Given, GivenRows, Meta,
    Name, Repeated, Rhythm, RuleOutcome, Test, Text, Todo,
};
use crate::calendar::Date;
use crate::diagnostics::Code;
use crate::span::Span;
use crate::syntax::grammar::Rule;
use crate::syntax::words::Place;

impl Builder<'_> {
    /// What follows a test's title.
    pub(super) fn test(&mut self, mut kids: Kids<'_>, meta: &mut Vec<Meta>) -> Test {
        let as_of = match kids.take(Rule::date) {
            Some(kid) => self.date(&kid),
            None => DateLit { date: Date::default(), span: Span::default() },
        };
        let mut test = Test {
            as_of,
            todo: None,
            with: Vec::new(),
            given: Given::default(),
            cases: None,
            run: None,
            expect: Vec::new(),
        };
        let Some(block) = kids.next() else { return test };
        let mut seen = Vec::new();
        self.block(block, Place::Test, |me, kid| match kid.as_rule() {
            Rule::expect => {
                let expect = me.expectation(kid);
                test.expect.push(expect);
            }
            Rule::todo => {
                let span = me.span(&kid);
                let reason = me.kids(kid).take(Rule::text).map(|kid| me.text_literal(&kid));
                if me.once(&mut seen, "todo", span) {
                    test.todo = Some(Todo { reason, span });
                }
            }
            Rule::with_fixture => {
                let names = me.kids(kid);
                test.with.extend(me.rest_names(names));
            }
            Rule::cases => {
                let span = me.span(&kid);
                let cases = me.cases(kid);
                if me.once(&mut seen, "case", span) {
                    test.cases = Some(cases);
                }
            }
            Rule::run_days => {
                let run = me.run_days(kid);
                if me.once(&mut seen, "run", run.span) {
                    test.run = Some(run);
                }
            }
            Rule::given | Rule::covers => me.given_into(kid, &mut test.given),
            _ => me.meta(kid, meta, &mut seen),
        });
        test
    }

    /// What follows a fixture's name.
    pub(super) fn fixture(&mut self, block: Option<Node<'_>>, meta: &mut Vec<Meta>) -> Fixture {
        let mut given = Given::default();
        let mut seen = Vec::new();
        if let Some(block) = block {
            self.block(block, Place::Fixture, |me, kid| match kid.as_rule() {
                Rule::given | Rule::covers => me.given_into(kid, &mut given),
                _ => me.meta(kid, meta, &mut seen),
            });
        }
        Fixture { given }
    }

    fn given_into(&mut self, node: Node<'_>, given: &mut Given) {
        if node.as_rule() == Rule::given {
            let rows = self.given(node);
            given.rows.push(rows);
            return;
        }
        let span = self.span(&node);
        let ends = node.clone().into_inner().find(|kid| kid.as_rule() == Rule::kw_from).is_none();
        let mut kids = self.kids(node);
        let table = self.next_name(&mut kids);
        let nothing = kids.take(Rule::nothing).is_some();
        let mut dates = Vec::new();
        while let Some(kid) = kids.take(Rule::date) {
            dates.push(self.date(&kid));
        }
        let mut dates = dates.into_iter();
        let from = if ends { None } else { dates.next() };
        given.covers.push(Covers { table, nothing, from, to: dates.next(), span });
    }

    fn expectation(&mut self, node: Node<'_>) -> Expectation {
        let span = self.span(&node);
        let mut outer = self.kids(node);
        let Some(form) = outer.next() else {
            let condition = self.hole(span);
            return Expectation { kind: ExpectationKind::Holds { condition, within: None }, span };
        };
        let rule = form.as_rule();
        let mut kids = self.kids(form);
        let kind = match rule {
            Rule::expect_finding => self.expected_finding(kids),
            Rule::expect_run => ExpectationKind::Ran(Box::new(self.ran(kids))),
            Rule::expect_rule => {
                let rule = self.next_name(&mut kids);
                let outcome = match kids.next().map(|kid| kid.as_rule()) {
                    Some(Rule::fires) => RuleOutcome::Fires,
                    Some(Rule::does_not_fire) => RuleOutcome::DoesNotFire,
                    Some(Rule::is_suppressed) => RuleOutcome::Suppressed,
                    _ => RuleOutcome::Undecided,
                };
                let named = matches!(kids.peek(), Some(Rule::name | Rule::text));
                let subject = named.then(|| self.next_name(&mut kids));
                let because = kids.take(Rule::expr).map(|kid| self.expr(kid));
                ExpectationKind::Rule { rule, outcome, subject, because }
            }
            _ => {
                let condition = self.next_expr(&mut kids, span);
                match kids.take(Rule::question) {
                    Some(question) => ExpectationKind::Snapshot(condition, self.span(&question)),
                    None => {
                        let within = kids.take(Rule::bound).map(|kid| self.expr(kid));
                        ExpectationKind::Holds { condition, within }
                    }
                }
            }
        };
        Expectation { kind, span }
    }

    /// `error weights-total in """…"""`, `no error with goal = 9`
    fn expected_finding(&mut self, mut kids: Kids<'_>) -> ExpectationKind {
        let errors_only = kids.next().is_some_and(|kid| kid.as_str().ends_with("error"));
        let code = kids.take(Rule::code_name).map(|kid| self.name(&kid));
        let (mut text, mut set) = (None, Vec::new());
        match kids.next() {
            Some(kid) if kid.as_rule() == Rule::in_text => {
                text = self.kids(kid).list.find(|kid| kid.as_rule() == Rule::long_text).map(|kid| {
                    let inner = kid.as_str().trim_matches('"').to_string();
                    Text { text: inner, span: self.span(&kid) }
                });
            }
            Some(kid) => {
                for setting in self.kids(kid).list {
                    let mut inner = self.kids(setting);
                    let name = self.next_name(&mut inner);
                    match inner.next() {
                        Some(value) => {
                            set.push((name, Cell { text: value.as_str().to_string(), span: self.span(&value) }))
                        }
                        None => self.broken = true,
                    }
                }
            }
            None => {}
        }
        ExpectationKind::Finding { errors_only, code, text, set }
    }

    /// A table of cases: its header, then one case per row.
    fn cases(&mut self, node: Node<'_>) -> Cases {
        let span = self.span(&node);
        let mut cases = Cases { columns: Vec::new(), rows: Vec::new(), span };
        let mut header = span;
        for kid in self.kids(node).list {
            let place = self.span(&kid);
            if kid.as_rule() == Rule::case_header {
                header = place;
                for column in self.kids(kid).list.filter(|kid| kid.as_rule() == Rule::case_column) {
                    let column = self.case_column(column);
                    cases.columns.push(column);
                }
                continue;
            }
            // Here an empty cell is not the same as `missing`.
            let cells = kid.into_inner().map(|node| match self.cell(&node) {
                cell if node.as_str().trim() == "missing" => Cell { text: "missing".to_string(), ..cell },
                cell => cell,
            });
            let mut cells: Vec<Cell> = cells.collect();
            let (have, want) = (cells.len(), cases.columns.len() + 1);
            if have == want {
                let name = cells.remove(0);
                cases.rows.push(CaseRow { name, cells });
            } else {
                self.row_length(place, have, want, header);
            }
        }
        cases
    }

    fn case_column(&mut self, node: Node<'_>) -> CaseColumn {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        if let Some(expect) = kids.take(Rule::case_expect) {
            let mut inner = self.kids(expect);
            let value = Box::new(self.next_expr(&mut inner, span));
            return CaseColumn::Expect(value, inner.take(Rule::bound).map(|kid| Box::new(self.expr(kid))));
        }
        let first = self.next_name(&mut kids);
        match kids.take(Rule::member) {
            Some(member) => {
                let mut inner = self.kids(member);
                CaseColumn::Given(Some(first), self.next_name(&mut inner))
            }
            None => CaseColumn::Given(None, first),
        }
    }

    fn given(&mut self, node: Node<'_>) -> GivenRows {
        let span = self.span(&node);
        // `activity of acme { }` gives no row; `account acme { }` gives one without values.
        let of = node.clone().into_inner().any(|kid| kid.as_rule() == Rule::kw_of);
        let mut kids = self.kids(node);
        let table = self.next_name(&mut kids);
        let keyed = matches!(kids.peek(), Some(Rule::name | Rule::text));
        let key = keyed.then(|| self.next_name(&mut kids));
        let file = kids
            .take(Rule::from_file)
            .and_then(|kid| self.kids(kid).take(Rule::text).map(|kid| self.text_literal(&kid)));
        let repeated = kids.take(Rule::repeated).map(|kid| self.repeated(kid));
        let whole = file.is_some() || repeated.is_some();
        let mut given = GivenRows { table, key, of, columns: Vec::new(), rows: Vec::new(), repeated, file, span };
        match kids.next() {
            Some(block) if block.as_rule() == Rule::table_block => self.table_block(block, &mut given),
            Some(block) => {
                let mut row = Vec::new();
                self.block(block, Place::Record, |me, kid| {
                    let (column, cell) = me.record_entry(kid);
                    given.columns.push(column);
                    row.push(cell);
                });
                if !of || !row.is_empty() {
                    given.rows.push(row);
                }
            }
            None if whole => {}
            None => self.broken = true,
        }
        if given.repeated.is_some() && given.rows.is_empty() {
            given.rows.push(Vec::new());
        }
        given
    }

    pub(super) fn repeated(&mut self, node: Node<'_>) -> Repeated {
        let span = self.span(&node);
        let mut kids = self.kids(node);
        let rhythm = match kids.next().map_or("", |kid| kid.as_str()) {
            "daily" => Rhythm::Daily,
            "weekly" => Rhythm::Weekly,
            "monthly" => Rhythm::Monthly,
            "quarterly" => Rhythm::Quarterly,
            _ => Rhythm::Yearly,
        };
        let times = kids.take(Rule::count).map(|kid| (self.count(&kid), self.span(&kid)));
        kids.take(Rule::times);
        let mut date = || kids.take(Rule::date).map(|kid| self.date(&kid));
        let from = date();
        let to = date();
        let nowhere = DateLit { date: Date::default(), span };
        Repeated { rhythm, times, from: from.unwrap_or(nowhere), to, span }
    }

    fn row_length(&mut self, span: Span, have: usize, want: usize, header: Span) {
        let message = format!("this row has {have} {}, the header has {want}", plural(have, "cell"));
        self.fail(Code::RowLength, span, message, |d| {
            d.also(header, "the header").help(if have < want {
                format!("add {} more; leave the place between two bars empty for a missing value", want - have)
            } else {
                format!("remove {}, or quote a text that holds a bar", have - want)
            })
        });
    }

    fn record_entry(&mut self, node: Node<'_>) -> (Name, Cell) {
        let mut kids = self.kids(node);
        let name = self.next_name(&mut kids);
        let cell = match kids.next() {
            Some(value) => {
                let span = self.span(&value);
                match value.into_inner().find(|kid| kid.as_rule() == Rule::text) {
                    Some(text) => {
                        let literal = self.text_literal(&text);
                        Cell { text: literal.text, span }
                    }
                    None => self.bare_cell(span),
                }
            }
            None => Cell { text: String::new(), span: name.span.after() },
        };
        (name, cell)
    }

    /// A value as written, its words one blank apart; `missing` is an empty cell.
    fn bare_cell(&self, span: Span) -> Cell {
        let text = self.text.get(span.start as usize..span.end as usize).unwrap_or("");
        let words: Vec<&str> = text.split_whitespace().collect();
        Cell { text: if text == "missing" { String::new() } else { words.join(" ") }, span }
    }

    fn table_block(&mut self, node: Node<'_>, given: &mut GivenRows) {
        let mut header: Option<bool> = None;
        let mut bad_header = false;
        self.block(node, Place::Test, |me, kid| {
            let span = me.span(&kid);
            let known = me.found;
            let mut cells: Vec<Cell> = Vec::new();
            if kid.as_rule() == Rule::unknown_cells {
                let cell = me.cell(&kid);
                cells.push(cell);
            }
            for cell in kid.into_inner() {
                let cell = me.cell(&cell);
                cells.push(cell);
            }
            match header {
                None => {
                    // `| a | b |`: bars at both ends are decoration, if the header has them.
                    let framed = cells.len() > 2 && cells.first().is_some_and(|c| c.text.is_empty());
                    header = Some(framed);
                    let mut good = true;
                    for cell in unframed(cells, framed) {
                        let column = Name { text: cell.text, span: cell.span };
                        good = good && me.is_column(&column);
                        given.columns.push(column);
                    }
                    bad_header = !good;
                }
                Some(framed) => {
                    let row = unframed(cells, framed);
                    let (have, want) = (row.len(), given.columns.len());
                    if have == want || me.found > known || bad_header {
                        given.rows.push(row);
                    } else {
                        let first = given.columns.first().map_or(span, |c| c.span);
                        let last = given.columns.last().map_or(span, |c| c.span);
                        me.row_length(span, have, want, first.to(last));
                    }
                }
            }
        });
    }

    fn cell(&mut self, node: &Node<'_>) -> Cell {
        let raw = node.as_str();
        let start = node.as_span().start() + (raw.len() - raw.trim_start().len());
        let text = raw.trim();
        let span = self.at(start, start + text.len());
        if text.starts_with('"') {
            return Cell { text: self.unquote(text, span), span };
        }
        self.bare_cell(span)
    }

    fn is_column(&mut self, name: &Name) -> bool {
        let mut letters = name.text.chars();
        let good = letters.next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && letters.all(|c| c.is_alphanumeric() || c == '_');
        if !good {
            let message = match name.text.as_str() {
                "" => "this column has no name".to_string(),
                text => format!("`{text}` is not the name of a column"),
            };
            self.fail(Code::UnexpectedText, name.span, message, |d| {
                d.help("the first row names the columns: letters, digits and `_`")
            });
        }
        good
    }
}

fn unframed(mut cells: Vec<Cell>, framed: bool) -> Vec<Cell> {
    if framed {
        if cells.first().is_some_and(|c| c.text.is_empty()) {
            cells.remove(0);
        }
        if cells.last().is_some_and(|c| c.text.is_empty()) {
            cells.pop();
        }
    }
    cells
}

fn plural(count: usize, word: &str) -> String {
    if count == 1 { word.to_string() } else { format!("{word}s") }
}
