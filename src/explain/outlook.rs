//! What a page says beyond the present: what was, what would have to change, what will happen on its own.

use super::toward::{Target, grades, toward};
use super::was::{Past, was};
use super::{CardWhy, Case, Why, ahead};
use crate::diagnostics::did_you_mean;
use crate::engine::reference::{Evaluator, Supposition};

/// What is asked besides the present.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// What to look back at.
    pub past: Option<Past<'a>>,
    /// What is to be reached; the next better grade, if nothing else.
    pub target: Option<&'a Target>,
    /// What the page supposes; then nothing is said of other dates.
    pub suppose: &'a [Supposition],
}

/// Fills in the scorecards of a page. An error is a grade that no scorecard has, with what to do.
pub fn outlook(case: Case, evaluator: &Evaluator, ask: Ask, why: &mut Why) -> Result<(), (String, Option<String>)> {
    if let Some(Target::Grade(name)) = ask.target {
        let mut known: Vec<&str> = Vec::new();
        why.scorecards.iter().for_each(|card| all_grades(case, card, &mut known));
        if !known.contains(&name.as_str()) {
            let help = did_you_mean(name, known.iter().copied());
            return Err((format!("no scorecard of this page has the grade `{name}`"), help));
        }
    }
    if let Some(past) = ask.past {
        was(case, evaluator, past, &mut why.scorecards);
    }
    if ask.suppose.is_empty() {
        ahead::ahead(case, evaluator, &mut why.scorecards);
    }
    why.scorecards.iter_mut().for_each(|card| ways(case, evaluator, ask, card));
    Ok(())
}

fn all_grades<'a>(case: Case<'a>, card: &CardWhy, out: &mut Vec<&'a str>) {
    let found = case.program.scorecards.iter().find(|c| c.header.name == card.name);
    out.extend(found.into_iter().flat_map(grades));
    card.lines.iter().filter_map(|l| l.scorecard.as_deref()).for_each(|inner| all_grades(case, inner, out));
}

/// Ways to the target; where a scorecard has no grades, for those inside it.
fn ways(case: Case, evaluator: &Evaluator, ask: Ask, card: &mut CardWhy) {
    let found = case.program.scorecards.iter().find(|c| c.header.name == card.name);
    let fits = match ask.target {
        Some(Target::Score(_)) => true,
        Some(Target::Grade(name)) => found.is_some_and(|c| grades(c).contains(&name.as_str())),
        None => found.is_some_and(|c| !c.grades.is_empty()),
    };
    if fits {
        card.to = toward(case, evaluator, ask.suppose, card, ask.target);
        return;
    }
    for inner in card.lines.iter_mut().filter_map(|l| l.scorecard.as_deref_mut()) {
        ways(case, evaluator, ask, inner);
    }
}
