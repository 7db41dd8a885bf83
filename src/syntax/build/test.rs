//! Tests: rows given inline, and what is expected of them.

use super::{Builder, Kids, Node};
use crate::ast::{Cell, DateLit, Expectation, ExpectationKind, Given, Meta, Name, Test};
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
        let mut test = Test { as_of, given: Vec::new(), expect: Vec::new() };
        let Some(block) = kids.next() else { return test };
        let mut seen = Vec::new();
        self.block(block, Place::Test, |me, kid| match kid.as_rule() {
            Rule::expect => {
                let expect = me.expectation(kid);
                test.expect.push(expect);
            }
            Rule::given => {
                let given = me.given(kid);
                test.given.push(given);
            }
            _ => me.meta(kid, meta, &mut seen),
        });
        test
    }

    fn expectation(&mut self, node: Node<'_>) -> Expectation {
        let span = self.span(&node);
        let mut outer = self.kids(node);
        let Some(form) = outer.next() else {
            self.broken = true;
            return Expectation { kind: ExpectationKind::Error(Name { text: String::new(), span }), span };
        };
        let rule = form.as_rule();
        let mut kids = self.kids(form);
        let kind = match rule {
            Rule::expect_error => ExpectationKind::Error(self.next_name(&mut kids)),
            Rule::expect_rule => {
                let rule = self.next_name(&mut kids);
                let fires = kids.next().is_some_and(|kid| kid.as_rule() == Rule::fires);
                let subject = self.next_name(&mut kids);
                let because = kids.take(Rule::expr).map(|kid| self.expr(kid));
                ExpectationKind::Rule { rule, fires, subject, because }
            }
            _ => {
                let condition = self.next_expr(&mut kids, span);
                let within = kids.take(Rule::bound).map(|kid| self.expr(kid));
                ExpectationKind::Holds { condition, within }
            }
        };
        Expectation { kind, span }
    }

    fn given(&mut self, node: Node<'_>) -> Given {
        let span = self.span(&node);
        // `activity of acme { }` gives no row; `account acme { }` gives one without values.
        let many = node.clone().into_inner().any(|kid| kid.as_rule() == Rule::kw_of);
        let mut kids = self.kids(node);
        let table = self.next_name(&mut kids);
        let key = self.next_name(&mut kids);
        let mut given = Given { table, key, columns: Vec::new(), rows: Vec::new(), span };
        match kids.next() {
            Some(block) if block.as_rule() == Rule::table_block => self.table_block(block, &mut given),
            Some(block) => {
                let mut row = Vec::new();
                self.block(block, Place::Record, |me, kid| {
                    let (column, cell) = me.record_entry(kid);
                    given.columns.push(column);
                    row.push(cell);
                });
                if !many || !row.is_empty() {
                    given.rows.push(row);
                }
            }
            None => self.broken = true,
        }
        given
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

    fn table_block(&mut self, node: Node<'_>, given: &mut Given) {
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
                        let message = format!("this row has {have} {}, the header has {want}", plural(have, "cell"));
                        let first = given.columns.first().map_or(span, |c| c.span);
                        let last = given.columns.last().map_or(span, |c| c.span);
                        me.fail(Code::RowLength, span, message, |d| {
                            d.also(first.to(last), "the header").help(if have < want {
                                format!(
                                    "add {} more; leave the place between two bars empty for a missing value",
                                    want - have
                                )
                            } else {
                                format!("remove {}, or quote a text that holds a bar", have - want)
                            })
                        });
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
