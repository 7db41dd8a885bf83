//! Functions of spreadsheets and queries: what they are called here, with the edits where they can be told.

use super::Checker;
use crate::ast::{Argument, ArgumentKind, Call, Expr, ExprKind};
use crate::diagnostics::Edit;
use crate::span::Span;

/// What to write, and the edits that write it; none where that cannot be told.
type Advice = (String, Vec<Edit>);

impl Checker<'_, '_> {
    pub(super) fn spreadsheet(&self, call: &Call) -> Option<Advice> {
        let only = |help: &str| Some((help.to_string(), Vec::new()));
        let (right, conditional) = match call.function.text.to_lowercase().as_str() {
            "countif" | "countifs" | "count_if" | "counta" => ("count", true),
            "sumif" | "sumifs" | "sum_if" => ("sum", true),
            "average" | "mean" => ("avg", false),
            "averageif" | "averageifs" | "avgif" | "avg_if" => ("avg", true),
            "maxif" | "maxifs" | "max_if" => ("max", true),
            "minif" | "minifs" | "min_if" => ("min", true),
            "countdistinct" | "count_distinct" | "countunique" | "unique" => ("distinct", false),
            "maximum" | "greatest" => ("max", false),
            "minimum" | "least" => ("min", false),
            "coalesce" | "ifnull" | "nvl" | "iferror" | "ifna" => return Some(or_else(call)),
            "isnull" | "isblank" | "isna" | "iserror" => return Some(is_missing(call)),
            "iif" => return Some(branch(call)),
            "datediff" | "datedif" | "days" => return only("write `days since DATE`, or subtract two dates"),
            "today" | "now" => {
                return only("write `days since DATE` or `in last 90 days`: both count from the as-of date");
            }
            "vlookup" | "xlookup" | "hlookup" | "lookup" | "index" => {
                return only("name the column: laud finds the rows of an account by its key");
            }
            "sumproduct" => return only("write `sum(A * B of SOURCE)`"),
            "percentrank" | "percentile_rank" => return only("write `percentile of VALUE`"),
            "concat" | "concatenate" | "textjoin" => {
                return only("texts are not put together here; in the text of a rule, `{name}` is filled in");
            }
            _ => return None,
        };
        let rename = Edit { span: call.function.span, text: right.to_string() };
        let rows = call.arguments.iter().any(|a| matches!(a.kind, ArgumentKind::Rows { .. }));
        if rows || !conditional {
            return Some((format!("did you mean `{right}`?"), vec![rename]));
        }
        let value = if right == "count" { "" } else { "VALUE of " };
        let help = format!("write `{right}({value}SOURCE where CONDITION)`");
        // `countif(activity, type = review)`: the source, then conditions; `sumif(hours, type = review)`: a column.
        let [first, conditions @ ..] = call.arguments.as_slice() else { return Some((help, Vec::new())) };
        let source = match plain(first).map(|value| &value.kind) {
            Some(ExprKind::Name(_)) if right == "count" => Some(" where ".to_string()),
            Some(ExprKind::Name(column)) => self.only_source_of(column).map(|source| format!(" of {source} where ")),
            _ => None,
        };
        let condition = |argument: &Argument| {
            plain(argument)
                .is_some_and(|value| !matches!(value.kind, ExprKind::Name(_) | ExprKind::Text(_) | ExprKind::Number(_)))
        };
        match source {
            _ if conditions.is_empty() && right == "count" => Some((format!("did you mean `{right}`?"), vec![rename])),
            Some(source) if !conditions.is_empty() && conditions.iter().all(condition) => {
                let mut edits = vec![rename];
                edits.extend(between(call).enumerate().map(|(i, span)| {
                    let text = if i == 0 { source.clone() } else { " and ".to_string() };
                    Edit { span, text }
                }));
                Some((help, edits))
            }
            _ => Some((help, Vec::new())),
        }
    }

    /// The events with a column of this name, if only one kind of them has it.
    fn only_source_of(&self, column: &str) -> Option<&str> {
        let mut having = self.program.tables.iter().filter(|table| {
            matches!(table.kind, crate::program::TableKind::Events { .. })
                && table.fields.iter().any(|f| f.name == column)
        });
        let first = having.next()?;
        having.next().is_none().then_some(first.header.name.as_str())
    }
}

/// An argument that is a value.
fn plain(argument: &Argument) -> Option<&Expr> {
    match &argument.kind {
        ArgumentKind::Value(value) => Some(value),
        _ => None,
    }
}

/// What stands between the arguments.
fn between(call: &Call) -> impl Iterator<Item = Span> + '_ {
    call.arguments.windows(2).filter_map(|pair| match pair {
        [before, after] => Some(Span { start: before.span.end, end: after.span.start, ..before.span }),
        _ => None,
    })
}

/// `iferror(x, 0)` as `(x or else 0)`.
fn or_else(call: &Call) -> Advice {
    let help = "write `x or else y`".to_string();
    // What binds less tightly than `or else` would be torn apart.
    let whole = |a: &Argument| {
        plain(a).is_some_and(|value| {
            !matches!(
                value.kind,
                ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Not(_) | ExprKind::Compare(..) | ExprKind::If { .. }
            )
        })
    };
    if call.arguments.len() < 2 || !call.arguments.iter().all(whole) {
        return (help, Vec::new());
    }
    let mut edits = vec![Edit { span: call.function.span, text: String::new() }];
    edits.extend(between(call).map(|span| Edit { span, text: " or else ".to_string() }));
    (help, edits)
}

/// `isblank(x)` as `(x is missing)`.
fn is_missing(call: &Call) -> Advice {
    let help = "write `x is missing`".to_string();
    match call.arguments.as_slice() {
        [one] if plain(one).is_some() => {
            let name = Edit { span: call.function.span, text: String::new() };
            (help, vec![name, Edit { span: one.span.after(), text: " is missing".to_string() }])
        }
        _ => (help, Vec::new()),
    }
}

/// `iif(c, a, b)` as `(if c then a else b)`.
fn branch(call: &Call) -> Advice {
    let help = "write `if CONDITION then A else B`".to_string();
    let [condition, _, _] = call.arguments.as_slice() else { return (help, Vec::new()) };
    let open = Span { start: call.function.span.start, end: condition.span.start, ..condition.span };
    let mut edits = vec![Edit { span: open, text: "(if ".to_string() }];
    edits.extend(between(call).zip([" then ", " else "]).map(|(span, text)| Edit { span, text: text.to_string() }));
    (help, edits)
}
