//! Grammar nodes into the tree of [`crate::ast`].
//!
//! Every function is total: where the text is wrong it reports, marks the declaration as broken and goes on with
//! something harmless, so that all mistakes are found in one run. A broken declaration is left out of the tree, and its
//! name is kept in [`ast::File::lost`] so that nobody calls it unknown.

mod benchmark;
mod calls;
mod declarations;
mod expression;
mod grouping;
mod guard;
mod literal;
mod meta;
mod money;
mod rows;
mod rule;
mod runs;
mod scorecard;
mod test;

use super::grammar::Rule;
use super::recover::{self, Debris};
use super::scan::Scan;
use super::words::{ACCESS, Place};
use crate::ast::{self, Item, Name, Text};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::span::Span;
use pest::iterators::Pair;

/// More mistakes than this are not listed.
const MAX_FOUND: usize = 1000;

/// What the builder functions share.
pub struct Builder<'a> {
    id: u16,
    text: &'a str,
    scan: &'a Scan,
    diagnostics: &'a mut Diagnostics,
    /// How many mistakes were found so far.
    found: usize,
    /// The declaration at hand has a mistake that leaves nothing to go on with.
    broken: bool,
    /// Branches of the `if`s around the place at hand.
    branches: usize,
    /// Parts of partitions that could not be read.
    lost_parts: Vec<Name>,
}

type Node<'i> = Pair<'i, Rule>;

impl<'a> Builder<'a> {
    /// A builder for one text.
    pub fn new(id: u16, text: &'a str, scan: &'a Scan, diagnostics: &'a mut Diagnostics) -> Self {
        Builder { id, text, scan, diagnostics, found: 0, broken: false, branches: 0, lost_parts: Vec::new() }
    }

    /// Builds a file from the children of its node.
    pub fn file<'i>(&mut self, nodes: impl Iterator<Item = Node<'i>>) -> ast::File {
        let mut file = ast::File::default();
        let mut before: Option<Before> = None;
        let mut access: Option<ast::Access> = None;
        for node in nodes {
            match node.as_rule() {
                Rule::EOI => {}
                Rule::access | Rule::extend => access = Some(self.access(&node)),
                Rule::unknown_item => {
                    if self.debris(before.take(), &node, Place::File) {
                        if let Some(item) = file.items.pop() {
                            lose(&mut file.lost, item);
                        }
                    } else {
                        file.lost.extend(self.lost_name(&node));
                    }
                    file.lost.extend(self.lost_rows(&node));
                }
                _ => {
                    let access = access.take();
                    let mut whole = Before::of(&node);
                    whole.start = access.map_or(whole.start, |a| a.span.start as usize);
                    before = Some(whole);
                    self.broken = false;
                    let known = self.found;
                    let item = self.item(node, access);
                    self.never_silent(known, item.span);
                    if self.broken {
                        before = None;
                        lose(&mut file.lost, item);
                        file.lost.append(&mut self.lost_parts);
                    } else {
                        file.items.push(item);
                    }
                    self.lost_parts.clear();
                }
            }
        }
        file
    }

    /// What a declaration allows others, in front of it.
    fn access(&self, node: &Node<'_>) -> ast::Access {
        let kind = match node.as_str().split_whitespace().next() {
            Some("final") => ast::AccessKind::Final,
            Some("open") => ast::AccessKind::Open,
            Some("extend") => ast::AccessKind::Extend,
            _ => ast::AccessKind::TightenOnly,
        };
        ast::Access { kind, span: self.span(node) }
    }

    /// What is left out is always reported, even if laud itself is to blame.
    fn never_silent(&mut self, known: usize, span: Span) {
        if self.broken && known == self.found {
            self.report(Code::UnexpectedText, span, "laud cannot read this", |d| {
                d.help("this is a mistake in laud, not in your text; please report it")
            });
        }
    }

    /// Builds a single expression; nothing if it has a mistake.
    pub fn lone_expression<'i>(&mut self, mut nodes: impl Iterator<Item = Node<'i>>) -> Option<ast::Expr> {
        let node = nodes.find(|n| n.as_rule() == Rule::expr)?;
        let known = self.found;
        let expr = self.expr(node);
        self.never_silent(known, expr.span);
        (!self.broken).then_some(expr)
    }

    // ---------- places and reports ----------

    fn span(&self, node: &Node<'_>) -> Span {
        let span = node.as_span();
        Span::new(self.id, span.start(), span.end())
    }

    fn at(&self, start: usize, end: usize) -> Span {
        Span::new(self.id, start, end)
    }

    /// Adds a finding. Of a file that is something else altogether, the first thousand are enough.
    fn push(&mut self, found: Diagnostic) {
        self.found += 1;
        if self.found < MAX_FOUND {
            self.diagnostics.push(found);
        } else if self.found == MAX_FOUND {
            let message = format!("there are more than {MAX_FOUND} mistakes in this file");
            self.diagnostics.push(
                Diagnostic::new(found.code, found.span(), message)
                    .label("those from here on are not listed")
                    .help("is this a laud file? mend what is listed above and check again"),
            );
        }
    }

    /// False once there are so many mistakes that no more are listed.
    fn listing(&self) -> bool {
        self.found < MAX_FOUND
    }

    fn report(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        finish: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        self.push(finish(Diagnostic::new(code, span, message)));
    }

    /// Reports a mistake that leaves nothing to go on with.
    fn fail(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        finish: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        self.broken = true;
        self.report(code, span, message, finish);
    }

    /// Judges debris, together with the piece before it where that was read only in part: then true.
    fn debris(&mut self, before: Option<Before>, node: &Node<'_>, place: Place) -> bool {
        self.broken = true;
        let rest = node.as_span();
        let whole = before.filter(|b| self.belongs_to(*b, rest.start()));
        if !self.listing() {
            self.found += 1; // not listed, so not looked into either
            return whole.is_some();
        }
        let start = whole.map_or(rest.start(), |b| b.start);
        let debris =
            Debris { id: self.id, text: self.text, scan: self.scan, place, start, rest: rest.start(), end: rest.end() };
        let found = debris.judge();
        self.push(found);
        whole.is_some()
    }

    /// True if what begins at `rest` goes on with the piece before it.
    fn belongs_to(&self, before: Before, rest: usize) -> bool {
        let Some(tail) = self.text.get(rest..) else { return false };
        if tail.starts_with('}') {
            return false;
        }
        let word = recover::word_at(tail, 0);
        let opens = !word.is_empty();
        let goes_on = matches!(word, "and" | "or" | "in" | "is" | "then" | "else" | "of" | "where");
        let end = self.scan.trim_end(self.text, before.start, before.end);
        let same_line = self.text.get(end..rest).is_some_and(|between| !between.contains('\n'));
        let closed = self.text.get(..end).is_some_and(|t| t.ends_with('}'));
        same_line || !closed && (!opens || goes_on)
    }

    /// The name of a declaration that could not be read.
    fn lost_name(&self, node: &Node<'_>) -> Option<Name> {
        let start = node.as_span().start();
        let mut first = recover::word_at(self.text, start);
        let mut after = start + first.len();
        // `final metric x`: the name stands behind the declaration's own word.
        while ACCESS.contains(&first) {
            let rest = self.text.get(after..)?;
            let begin = after + (rest.len() - rest.trim_start_matches([' ', '\t']).len());
            first = recover::word_at(self.text, begin);
            after = begin + first.len();
        }
        // `contact metric asks`: the name is the third word.
        let rest = self.text.get(after..)?;
        let second = recover::word_at(rest.trim_start_matches([' ', '\t']), 0);
        if matches!(second, "metric" | "rule" | "guard") && !super::scan::DECLARATIONS.contains(&first) {
            after += rest.len() - rest.trim_start_matches([' ', '\t']).len() + second.len();
        }
        let rest = self.text.get(after..)?;
        let begin = after + (rest.len() - rest.trim_start_matches([' ', '\t']).len());
        let declares = !first.is_empty() && Place::home_of(first).is_none();
        if declares && begin > after { self.name_at(begin) } else { None }
    }

    /// The first words of the lines of a `segments` block that could not be read: the names of its parts.
    fn lost_rows(&self, node: &Node<'_>) -> Vec<Name> {
        let start = node.as_span().start();
        let text = node.as_str();
        let Some(open) = text.find('{').filter(|_| recover::word_at(self.text, start) == "segments") else {
            return Vec::new();
        };
        let body = text.get(open + 1..).unwrap_or("");
        let body = body.get(..body.find('}').unwrap_or(body.len())).unwrap_or("");
        let mut names = Vec::new();
        let mut at = start + open + 1;
        for line in body.split_inclusive('\n') {
            let begin = at + (line.len() - line.trim_start().len());
            names.extend(self.name_at(begin));
            at += line.len();
        }
        names
    }

    fn name_at(&self, begin: usize) -> Option<Name> {
        let word = recover::word_at(self.text, begin);
        let named = word.starts_with(|c: char| c.is_alphabetic() || c == '_');
        named.then(|| Name { text: word.to_string(), span: self.at(begin, begin + word.len()) })
    }

    // ---------- walking ----------

    /// The children of a node that carry meaning.
    fn kids<'i>(&mut self, node: Node<'i>) -> Kids<'i> {
        let mut list = Vec::new();
        for kid in node.into_inner() {
            match kid.as_rule() {
                Rule::equals | Rule::arrow => self.check_sign(&kid),
                rule if is_noise(rule) => {}
                _ => list.push(kid),
            }
        }
        Kids { list: list.into_iter().peekable() }
    }

    fn check_sign(&mut self, node: &Node<'_>) {
        let right = if node.as_rule() == Rule::equals { "=" } else { "->" };
        if node.as_str() != right && node.as_str() != "→" {
            let (span, wrong) = (self.span(node), node.as_str());
            self.report(Code::WrongOperator, span, format!("`{wrong}` is written `{right}` here"), |d| {
                d.fix(format!("write `{right}`"), span, right)
            });
        }
    }

    /// Hands the statements of a block to `each`; debris and a lost brace are reported.
    fn block<'i>(&mut self, node: Node<'i>, place: Place, mut each: impl FnMut(&mut Self, Node<'i>)) {
        let mut before: Option<Before> = None;
        let mut open = self.span(&node);
        for kid in node.into_inner() {
            match kid.as_rule() {
                Rule::open => open = self.span(&kid),
                Rule::close => {}
                Rule::missing_open_rows
                | Rule::missing_open_lines
                | Rule::missing_open_table
                | Rule::missing_open_record => self.missing_open(kid.as_span().start()),
                Rule::missing_close | Rule::missing_inner | Rule::missing_override | Rule::missing_given => {
                    self.missing_brace(open, kid.as_span().start());
                }
                Rule::unknown_statement
                | Rule::unknown_field
                | Rule::unknown_row
                | Rule::unknown_line
                | Rule::unknown_entry => {
                    let known = self.debris(before.take(), &kid, place);
                    if place == Place::Parts && !known {
                        let name = self.name_at(kid.as_span().start());
                        self.lost_parts.extend(name);
                    }
                }
                Rule::line if self.trails(&kid) => {
                    self.debris(before.take(), &kid, place);
                }
                _ => {
                    before = Some(Before::of(&kid));
                    each(self, kid);
                }
            }
        }
    }

    /// True for a bare name behind something else on its line, which is no line of its own.
    fn trails(&self, line: &Node<'_>) -> bool {
        let bare = line.clone().into_inner().filter(|kid| !is_noise(kid.as_rule())).count() == 1;
        let before = self.text.get(..line.as_span().start()).unwrap_or("");
        let before = before.get(before.rfind('\n').map_or(0, |at| at + 1)..).unwrap_or("").trim_end();
        bare && !before.is_empty() && !before.ends_with('{')
    }

    fn missing_open(&mut self, at: usize) {
        let end = self.scan.trim_end(self.text, 0, at);
        let span = self.at(end, end);
        self.fail(Code::MissingBrace, span, "missing `{`", |d| {
            d.label("a block begins here").fix("open it with `{`", span, " {")
        });
    }

    fn missing_brace(&mut self, open: Span, at: usize) {
        let end = self.scan.trim_end(self.text, open.start as usize, at);
        let next = recover::word_at(self.text, at);
        let (span, what) = match next {
            "" => (self.at(end, end), "missing `}` at the end of the file".to_string()),
            word => (self.at(at, at + word.len()), format!("missing `}}` before `{word}`")),
        };
        let insert = self.at(end, end);
        self.fail(Code::MissingBrace, span, what, |d| {
            d.label("this begins something new").also(open, "this `{` is not closed").fix(
                "close it with `}`",
                insert,
                "\n}",
            )
        });
    }

    // ---------- names and texts ----------

    fn name(&mut self, node: &Node<'_>) -> Name {
        let span = self.span(node);
        if node.as_rule() == Rule::reserved_name {
            self.broken = true;
            let found = recover::reserved_name(self.text, span);
            self.push(found);
        }
        Name { text: node.as_str().to_string(), span }
    }

    /// The next child as a name.
    fn next_name(&mut self, kids: &mut Kids<'_>) -> Name {
        match kids.next() {
            Some(node) if node.as_rule() == Rule::text => {
                let text = self.text_literal(&node);
                Name { text: text.text, span: text.span }
            }
            Some(node) => self.name(&node),
            None => {
                self.broken = true;
                Name { text: String::new(), span: self.at(0, 0) }
            }
        }
    }

    /// All children that are left, as names.
    fn rest_names(&mut self, kids: Kids<'_>) -> Vec<Name> {
        kids.list.map(|node| self.name(&node)).collect()
    }

    /// A text: quotes removed, escapes resolved.
    fn text_literal(&mut self, node: &Node<'_>) -> Text {
        let span = self.span(node);
        let text = self.unquote(node.as_str(), span);
        Text { text, span }
    }

    fn unquote(&mut self, raw: &str, span: Span) -> String {
        if !raw.starts_with('"') {
            let inner = raw.trim_matches(['“', '”', '„', '\'', '"']).to_string();
            let right = format!("\"{inner}\"");
            self.report(Code::WrongQuotes, span, "a text is written in straight double quotes", |d| {
                d.fix(format!("write `{right}`"), span, right)
            });
            return inner;
        }
        let mut text = String::with_capacity(raw.len());
        let mut closed = false;
        let mut letters = raw.char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => closed = true,
                '\\' => match letters.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, c @ ('"' | '\\' | '{' | '}'))) => text.push(c),
                    Some((_, other)) => {
                        let start = span.start as usize + at;
                        let place = self.at(start, start + 1 + other.len_utf8());
                        self.fail(Code::UnexpectedText, place, format!("unknown escape `\\{other}`"), |d| {
                            d.help("a text knows `\\\"`, `\\\\`, `\\n` and `\\t`; write a backslash as `\\\\`")
                        });
                    }
                    None => {}
                },
                other => text.push(other),
            }
        }
        if !closed {
            self.broken = true;
            let found = recover::unclosed(span, self.text);
            self.push(found);
        }
        text
    }

    /// Reports a statement that is given twice; true for the first.
    fn once(&mut self, seen: &mut Vec<(String, Span)>, key: impl Into<String>, span: Span) -> bool {
        let key = key.into();
        match seen.iter().find(|(k, _)| *k == key) {
            None => {
                seen.push((key, span));
                true
            }
            Some((_, first)) => {
                let first = *first;
                let head =
                    Span { end: span.start + recover::word_at(self.text, span.start as usize).len() as u32, ..span };
                self.report(Code::DuplicateStatement, head, format!("`{key}` is given twice"), |d| {
                    d.label("again here").also(first, "first given here").help(match key.as_str() {
                        "unless" | "when" | "while" => {
                            "keep one, or join the conditions with `and` or `or`".to_string()
                        }
                        _ => "keep one of the two".to_string(),
                    })
                });
                false
            }
        }
    }
}

/// Keeps the names of a declaration that is left out; a partition's parts are names too.
fn lose(lost: &mut Vec<Name>, item: Item) {
    if let ast::ItemKind::Partition(partition) = item.kind {
        lost.extend(partition.parts.into_iter().map(|part| part.name));
    }
    lost.push(item.name);
}

/// Where the piece before some debris stands.
#[derive(Clone, Copy)]
struct Before {
    start: usize,
    end: usize,
}

impl Before {
    fn of(node: &Node<'_>) -> Before {
        let span = node.as_span();
        Before { start: span.start(), end: span.end() }
    }
}

/// The children of a node that carry meaning, in order.
struct Kids<'i> {
    list: std::iter::Peekable<std::vec::IntoIter<Node<'i>>>,
}

impl<'i> Kids<'i> {
    fn next(&mut self) -> Option<Node<'i>> {
        self.list.next()
    }

    /// The next child, if it is of this kind.
    fn take(&mut self, rule: Rule) -> Option<Node<'i>> {
        self.list.next_if(|node| node.as_rule() == rule)
    }

    fn peek(&mut self) -> Option<Rule> {
        self.list.peek().map(|node| node.as_rule())
    }
}

/// Words and signs that are there for the reader only.
fn is_noise(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::open
            | Rule::close
            | Rule::paren_open
            | Rule::paren_close
            | Rule::comma
            | Rule::colon
            | Rule::kw_as
            | Rule::kw_against
            | Rule::kw_at
            | Rule::kw_because
            | Rule::kw_by
            | Rule::kw_else
            | Rule::kw_every
            | Rule::kw_for
            | Rule::kw_from
            | Rule::kw_if
            | Rule::kw_in
            | Rule::kw_is
            | Rule::kw_last
            | Rule::most
            | Rule::least
            | Rule::kw_missing
            | Rule::kw_of
            | Rule::kw_over
            | Rule::kw_per
            | Rule::kw_since
            | Rule::kw_then
            | Rule::kw_to
            | Rule::kw_until
            | Rule::kw_when
            | Rule::kw_where
            | Rule::kw_with
            | Rule::by_word
            | Rule::kw_key
            | Rule::time_decay
            | Rule::kw_within
            | Rule::replaced
            | Rule::coverage_word
            | Rule::answers
            | Rule::ago_word
            | Rule::weights_total
            | Rule::EOI
    )
}

/// A declaration without content, to be completed.
fn item(kind: ast::ItemKind, name: Name, label: Option<Text>, span: Span) -> Item {
    Item { kind, name, label, doc: None, meta: Vec::new(), access: None, span }
}
