//! What was done to a score after its lines were combined: holds, scores that people set, settings, floors and caps.

use super::conditions::condition;
use super::words::{self, Words};
use super::{Case, CorrectionWhy, LimitWhy, Shown};
use crate::engine::{CorrectionOutcome as Outcome, CorrectionResult, ScoreResult};
use crate::program::{Correction, FieldId, Limit, Scorecard};
use crate::value::Value;

/// The score with which the limits begin: what somebody set, unless a hold goes before it.
fn begins_with(score: &ScoreResult) -> Value {
    score.by_hand().map_or_else(|| score.unlimited.clone(), |c| c.score.clone())
}

/// Limits, applied or not.
pub(super) fn limits(case: Case, card: &Scorecard, score: &ScoreResult) -> Vec<LimitWhy> {
    let words = Words::new(case.program);
    let why = |(i, limit): (usize, &Limit)| {
        let place = score.limits.iter().position(|(index, _)| *index == i);
        let after = place.and_then(|p| score.limits.get(p)).map(|(_, after)| *after);
        let before = place.map(|p| p.checked_sub(1).and_then(|p| score.limits.get(p)).map(|(_, n)| Value::Number(*n)));
        let before = before.map(|previous| previous.unwrap_or_else(|| begins_with(score)));
        let when = limit.when.as_ref().map_or(String::new(), |w| format!(" when {}", words.expr(w)));
        let condition = limit.when.as_ref().map(|w| condition(case, w));
        LimitWhy {
            text: format!("{}{when}", words::limit_name(limit)),
            applies: if score.undecided_limits.contains(&i) { None } else { Some(after.is_some()) },
            before: before.map(|v| Shown::score(card, &v)),
            after: after.map(|n| Shown::score(card, &Value::Number(n))),
            because: limit.because.clone(),
            condition,
            position: case.sources.position(limit.span),
        }
    };
    card.limits.iter().enumerate().map(why).collect()
}

/// What people set, latest first.
pub(super) fn corrections(case: Case, card: &Scorecard, score: &ScoreResult) -> Vec<CorrectionWhy> {
    let Some(correction) = &card.correction else { return Vec::new() };
    score.corrections.iter().map(|found| told(case, card, correction, score, found)).collect()
}

fn told(
    case: Case,
    card: &Scorecard,
    correction: &Correction,
    score: &ScoreResult,
    found: &CorrectionResult,
) -> CorrectionWhy {
    let fields = case.program.table(correction.events).map_or(&[][..], |t| &t.fields);
    let rows = case.data.table(correction.events);
    let cell = |id: FieldId| {
        let (Some(field), Some(rows)) = (fields.get(id.index()), rows) else {
            return Shown::points(&Value::Boolean(false));
        };
        let shown = Shown::new(case.program, field.ty, &rows.value(id, found.row));
        if field.personal && !case.personal { shown.masked() } else { shown }
    };
    let hidden = fields.get(correction.score.index()).is_some_and(|f| f.personal) && !case.personal;
    let set = Shown::score(card, &found.score);
    CorrectionWhy {
        score: if hidden { set.masked() } else { set },
        on: found.date,
        who: cell(correction.who),
        reason: cell(correction.why),
        until: cell(correction.until),
        outcome: match found.outcome {
            Outcome::Applied => "applied".to_string(),
            Outcome::Held => "not applied: a hold goes before it".to_string(),
            Outcome::Superseded => "not applied: a later one is in force".to_string(),
            Outcome::Expired(until) => format!("ended: its last day was {until}"),
            Outcome::NewerEvidence(date) => format!("ended: newer evidence of {date}"),
            Outcome::Incomplete { column, reason } => {
                let name = fields.get(column.index()).map_or("a column", |f| &f.name);
                format!("not applied: {name} is missing ({reason})")
            }
        },
        applied: found.outcome == Outcome::Applied,
        before: (found.outcome == Outcome::Applied).then(|| Shown::score(card, &score.unlimited)),
        row: rows.map_or_else(|| "?".to_string(), |rows| rows.place(found.row)),
        position: case.sources.position(correction.span),
    }
}
