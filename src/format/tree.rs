//! What the grammar says about a text, as far as layout needs it: which nodes have braces, and which marks are what.

use crate::syntax::grammar::{Grammar, Rule};
use pest::Parser;
use pest::iterators::Pair;
use std::collections::{HashMap, HashSet};

/// A node of the grammar.
#[derive(Debug)]
pub struct Node {
    /// Which rule.
    pub rule: Rule,
    /// First byte.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// What it is made of.
    pub children: Vec<Node>,
}

impl Node {
    fn new(pair: Pair<'_, Rule>) -> Node {
        let span = pair.as_span();
        let (rule, start, end) = (pair.as_rule(), span.start(), span.end());
        let mut children: Vec<Node> = Vec::new();
        for mut child in pair.into_inner().map(Node::new) {
            // A word in front of a declaration, as in `final scorecard`, is a part of it.
            if let Some(word) = children.pop_if(|before| matches!(before.rule, Rule::access | Rule::extend)) {
                child.start = word.start;
                child.children.insert(0, word);
            }
            children.push(child);
        }
        Node { rule, start, end, children }
    }

    /// True for `{ … }`.
    pub fn is_block(&self) -> bool {
        self.children.iter().any(|c| c.rule == Rule::open)
    }

    /// What stands between the braces, or in the file.
    pub fn statements(&self) -> impl Iterator<Item = &Node> {
        self.children.iter().filter(|c| !matches!(c.rule, Rule::open | Rule::close | Rule::EOI))
    }

    /// The blocks in it, not those inside other blocks.
    pub fn blocks(&self) -> Vec<&Node> {
        let mut found = Vec::new();
        for child in &self.children {
            if child.is_block() {
                found.push(child);
            } else {
                found.extend(child.blocks());
            }
        }
        found
    }
}

/// What a mark or word is, so that blanks around it can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A blank on both sides.
    Operator,
    /// No blank behind it: a minus sign.
    Sign,
    /// No blank before it: the parenthesis of a call, a percent sign.
    Glued,
    /// No blank before, one behind: a colon.
    Colon,
}

/// Where a line may be broken before a piece; the least one first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Break {
    /// Between the arguments of a call.
    Argument,
    /// Before a clause: `where`, `dedupe`, `because`, `assign` …
    Clause,
    /// Behind any other comma.
    List,
    /// Before `else`.
    Else,
    /// Before `then`.
    Then,
    /// Before `or`.
    Or,
    /// Before `and`.
    And,
    /// Before `or else`.
    OrElse,
    /// Before `+` or `-`.
    Sum,
    /// Before `*` or `/`.
    Product,
}

impl Break {
    /// If one of these is used all are: each condition gets its line.
    pub fn all_or_none(self) -> bool {
        matches!(self, Break::Else | Break::Or | Break::And)
    }
}

/// The tree, and what it says of single pieces by where they begin.
#[derive(Debug)]
pub struct Tree {
    /// The whole file.
    pub root: Node,
    /// What pieces are.
    pub roles: HashMap<usize, Role>,
    /// Where lines may be broken.
    pub breaks: HashMap<usize, Break>,
    /// What has two blanks before it.
    pub apart: HashSet<usize>,
}

impl Tree {
    /// Reads a text that is known to be free of mistakes.
    pub fn new(text: &str) -> Option<Tree> {
        let root = Node::new(Grammar::parse(Rule::file, text).ok()?.next()?);
        let nothing = Node { rule: Rule::file, start: 0, end: 0, children: Vec::new() };
        let mut tree = Tree { root: nothing, roles: HashMap::new(), breaks: HashMap::new(), apart: HashSet::new() };
        tree.learn(&root);
        tree.root = root;
        Some(tree)
    }

    fn learn(&mut self, node: &Node) {
        for (i, child) in node.children.iter().enumerate() {
            let role = match child.rule {
                Rule::add_op | Rule::multiply_op | Rule::compare | Rule::equals | Rule::arrow => Some(Role::Operator),
                Rule::minus => Some(Role::Sign),
                Rule::args | Rule::parameters | Rule::percent => Some(Role::Glued),
                Rule::colon => Some(Role::Colon),
                _ => None,
            };
            if let Some(role) = role {
                self.roles.insert(child.start, role);
            }
            if let Some(place) = place(node.rule, i, child.rule) {
                self.breaks.entry(child.start).or_insert(place);
            }
            if let (Rule::comma, Some(next)) = (child.rule, node.children.get(i + 1)) {
                let list = !matches!(node.rule, Rule::args | Rule::parameters);
                self.breaks.insert(next.start, if list { Break::List } else { Break::Argument });
            }
            if apart(node, i) {
                self.apart.insert(child.start);
            }
            self.learn(child);
        }
    }
}

/// The clauses of a line of a scorecard stand apart, and so does what follows a list of values.
fn apart(node: &Node, i: usize) -> bool {
    let is_list = |part: &Node| part.children.iter().any(|c| c.rule == Rule::one_of);
    match node.rule {
        Rule::line => i > 0,
        Rule::field => i > 0 && node.children.get(i - 1).is_some_and(is_list),
        _ => false,
    }
}

/// Whether a line may be broken before the `i`th part of a node. The grammar asks for one line in some places, so these are
/// all; what is not listed stays together.
fn place(parent: Rule, i: usize, child: Rule) -> Option<Break> {
    Some(match (parent, child) {
        (_, Rule::or_op) => Break::Or,
        (_, Rule::and_op) => Break::And,
        (_, Rule::or_else_op) => Break::OrElse,
        (_, Rule::add_op) => Break::Sum,
        (_, Rule::multiply_op) => Break::Product,
        (Rule::if_expr, Rule::kw_else | Rule::else_if) => Break::Else,
        (Rule::if_expr | Rule::else_if, Rule::kw_then) => Break::Then,
        (Rule::arg, Rule::expr | Rule::name | Rule::at_least | Rule::all_answers) => return None,
        // What follows a source in a call, `of` included.
        (Rule::arg, _) if i > 0 => Break::Clause,
        (Rule::line, Rule::missing_policy) => return None,
        (Rule::line, _) if i > 0 => Break::Clause,
        (Rule::action, _) if i > 1 => Break::Clause,
        (Rule::limit, Rule::kw_when) | (_, Rule::because) => Break::Clause,
        _ => return None,
    })
}
