//! One statement: what stands in which column.

use super::lines::Writer;
use super::tree::Node;
use crate::syntax::grammar::Rule;
use std::ops::Range;

/// What is aligned with what: statements of one key in neighbouring lines share their columns.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// Reads as a sentence and is aligned with nothing.
    Sentence,
    /// A word and what it says; a column and its type.
    Word,
    /// A band: name, condition, points.
    Row,
    /// A line of a scorecard: name, weight, clauses, reason.
    Line,
    /// Scales, one of them for a segment.
    Scale,
    /// `metric a = …`
    Equation(Rule),
    /// A block on one line, with the words that its statements begin with.
    Inline(Rule, Vec<String>),
}

/// Statements that say the same everywhere and are never lines or limits of a scorecard.
fn is_meta(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::owner
            | Rule::accountable
            | Rule::consulted
            | Rule::informed
            | Rule::supports
            | Rule::kind
            | Rule::pairs_with
            | Rule::review
            | Rule::since
            | Rule::deprecated
            | Rule::note
    )
}

/// A statement without lines of its own, in columns.
#[derive(Debug)]
pub struct Cells {
    /// With what it is aligned.
    pub key: Key,
    /// The columns; some may be empty.
    pub cells: Vec<Option<Range<usize>>>,
}

/// Puts the `i`th of some statements, one without braces, into columns; `parent` is the node whose braces they stand in.
pub fn cells(list: &[&Node], i: usize, parent: Rule, writer: &Writer) -> Cells {
    let Some(node) = list.get(i) else { return Cells { key: Key::Sentence, cells: Vec::new() } };
    let tokens = |bytes: Range<usize>| writer.tokens.within(bytes);
    let whole = tokens(node.start..node.end);
    let sentence = || Cells { key: Key::Sentence, cells: vec![Some(whole.clone())] };
    let two = |key: Key, split: usize| {
        let (head, rest) = (tokens(node.start..split), tokens(split..node.end));
        match head.is_empty() || rest.is_empty() {
            true => Cells { key, cells: vec![Some(whole.clone())] },
            false => Cells { key, cells: vec![Some(head), Some(rest)] },
        }
    };
    if writer.plain {
        return sentence();
    }
    let of = |rule: Rule| node.children.iter().find(|c| c.rule == rule);
    match (parent, node.rule) {
        (Rule::file, _) => match of(Rule::equals) {
            Some(equals) => two(Key::Equation(node.rule), equals.start),
            None => sentence(),
        },
        (_, Rule::row) => {
            let parts = [of(Rule::row_test), of(Rule::arrow)];
            let mut edges = vec![node.start];
            edges.extend(parts.iter().flatten().map(|part| part.start));
            edges.push(node.end);
            let cells = edges.iter().zip(edges.iter().skip(1)).map(|(from, to)| Some(tokens(*from..*to))).collect();
            Cells { key: Key::Row, cells }
        }
        (_, Rule::line) => line(node, writer),
        (_, Rule::direction | Rule::valid_for | Rule::usable | Rule::once_per) => sentence(),
        (Rule::scorecard_block | Rule::override_block | Rule::test_block | Rule::fixture_block, rule)
            if !is_meta(rule) =>
        {
            sentence()
        }
        (_, Rule::scale) if scales(list, i) => match of(Rule::scale_point) {
            Some(first) => two(Key::Scale, first.start),
            None => sentence(),
        },
        _ => match node.children.first() {
            // The first part is the word itself, as in `when`, or a name.
            Some(first) if first.start == node.start => two(Key::Word, first.end),
            Some(first) => two(Key::Word, first.start),
            None => sentence(),
        },
    }
}

/// Name, weight, clauses, reason; what stands in another order is not in columns.
fn line(node: &Node, writer: &Writer) -> Cells {
    let tokens = |bytes: Range<usize>| writer.tokens.within(bytes);
    let mut cells = vec![None, None, None, None];
    let mut set = |column: usize, range: Range<usize>| {
        if let Some(cell) = cells.get_mut(column) {
            *cell = Some(range);
        }
    };
    let parts = node.children.as_slice();
    let (Some(name), Some(last)) = (parts.first(), parts.last()) else {
        return Cells { key: Key::Sentence, cells: vec![Some(tokens(node.start..node.end))] };
    };
    set(0, tokens(name.start..name.end));
    let mut clauses = parts.get(1..).unwrap_or(&[]);
    if let [weight, rest @ ..] = clauses
        && weight.rule == Rule::line_weight
    {
        set(1, tokens(weight.start..weight.end));
        clauses = rest;
    }
    if let [rest @ .., because] = clauses
        && because.rule == Rule::because
    {
        set(3, tokens(because.start..last.end));
        clauses = rest;
    }
    if let (Some(first), Some(last)) = (clauses.first(), clauses.last()) {
        set(2, tokens(first.start..last.end));
    }
    Cells { key: Key::Line, cells }
}

/// Is a scale one of several in a row, one of them for a segment?
fn scales(list: &[&Node], i: usize) -> bool {
    let of_segment = |n: &&Node| n.children.iter().any(|c| c.rule == Rule::for_segment);
    let is_scale = |n: &&&Node| n.rule == Rule::scale;
    // Some dozens are more than anybody has segments.
    let before = list.get(..i).unwrap_or(&[]).iter().rev().take(64).take_while(is_scale);
    let behind = list.get(i..).unwrap_or(&[]).iter().take(64).take_while(is_scale);
    before.chain(behind).any(of_segment)
}
