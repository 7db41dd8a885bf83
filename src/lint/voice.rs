//! Which metrics hold what customers say: answers, ratings, moods.

use super::{Facts, aggregates};
use crate::ast::MetaKind;
use crate::builtins::AggregateFunction as A;
use crate::program::{Header, Metric, Node, Program, Scorecard, TableId};

/// Parts of names of what customers say.
const WORDS: [&str; 14] = [
    "survey",
    "nps",
    "csat",
    "ces",
    "rating",
    "ratings",
    "stars",
    "sentiment",
    "feedback",
    "satisfaction",
    "promoter",
    "promoters",
    "mood",
    "answer",
];

/// True if a name or title speaks of answers.
pub fn says(text: &str) -> bool {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word))
}

/// True for a table of answers.
pub fn is_table(program: &Program, table: TableId) -> bool {
    program.table(table).is_some_and(|table| says(&table.header.name))
}

/// True for a metric of what customers say, or of what was made of it.
pub fn is_metric(facts: &Facts, metric: &Metric) -> bool {
    let kind = |header: &Header| {
        header.meta.iter().any(|meta| match &meta.kind {
            MetaKind::Kind(names) => names.iter().any(|name| name.text == "sentiment"),
            _ => false,
        })
    };
    let answers = |metric: &Metric| {
        aggregates(&metric.value).iter().any(|(_, aggregate)| {
            matches!(aggregate.function, A::Nps | A::NpsMargin | A::Csat | A::CsatMean)
                || is_table(facts.program, aggregate.source)
        })
    };
    let named = |metric: &Metric| says(&metric.header.name) || says(metric.header.title());
    let mut columns = false;
    super::each(&metric.value, &mut |expr| columns |= says(facts.text(expr.span)));
    kind(&metric.header) || answers(metric) || named(metric) || columns
}

/// The metrics that a scorecard weighs, those of scorecards inside it too.
pub fn weighed<'f>(facts: &Facts<'f>, card: &'f Scorecard) -> Vec<&'f Metric> {
    let program = facts.program;
    let (mut found, mut open, mut seen) = (Vec::new(), vec![card], Vec::new());
    while let Some(card) = open.pop() {
        let overrides = card.overrides.iter().flat_map(|other| &other.lines);
        for line in card.lines.iter().chain(overrides).filter(|line| !line.informational) {
            match line.item {
                Node::Metric(id) => found.extend(program.metric(id)),
                Node::Scorecard(id) if !seen.contains(&id) => {
                    seen.push(id);
                    open.extend(program.scorecards.get(id.index()));
                }
                Node::Scorecard(_) => {}
            }
        }
    }
    found
}
