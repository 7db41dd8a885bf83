//! Which accounts' scores and grades moved between two programs, or between two states of the data.
//!
//! Scorecards and accounts are told apart by their names, so that anything else may differ.

use crate::engine::{AccountResult, Results};
use crate::program::Program;
use crate::report::accounts::score_words;

/// One account's score that is another now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The account's id.
    pub account: String,
    /// The scorecard, or nothing for an account that came or went.
    pub scorecard: String,
    /// The score and grade before; nothing where there was none.
    pub before: Option<String>,
    /// The score and grade now; nothing where there is none.
    pub after: Option<String>,
}

impl Move {
    /// `advocacy 46.2 bronze -> 61.0 silver`
    pub fn words(&self) -> String {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => format!("{} {before} -> {after}", self.scorecard),
            (None, Some(after)) if !self.scorecard.is_empty() => format!("{} is new: {after}", self.scorecard),
            (Some(before), None) if !self.scorecard.is_empty() => format!("{} is gone: was {before}", self.scorecard),
            (None, _) => "is new".to_string(),
            (_, None) => "is gone".to_string(),
        }
    }
}

/// All moves, by account, then in the order of the scorecards. Scorecards that came or went are no moves: nobody moved.
pub fn moves(before: (&Program, &Results), after: (&Program, &Results)) -> Vec<Move> {
    let mut out = Vec::new();
    let mut old = before.1.accounts.iter().peekable();
    // Both are sorted by id.
    for account in &after.1.accounts {
        while let Some(gone) = old.next_if(|o| o.id < account.id) {
            out.push(came_or_went(gone, false));
        }
        match old.next_if(|o| o.id == account.id) {
            Some(known) => moved(before.0, known, after.0, account, &mut out),
            None => out.push(came_or_went(account, true)),
        }
    }
    out.extend(old.map(|gone| came_or_went(gone, false)));
    out
}

fn came_or_went(account: &AccountResult, came: bool) -> Move {
    let (before, after) = if came { (None, Some(String::new())) } else { (Some(String::new()), None) };
    Move { account: account.id.clone(), scorecard: String::new(), before, after }
}

/// The moves of one account.
pub fn moved(old: &Program, before: &AccountResult, new: &Program, after: &AccountResult, out: &mut Vec<Move>) {
    for (card, now) in new.scorecards.iter().zip(&after.scores) {
        let place = old.scorecards.iter().position(|c| c.header.name == card.header.name);
        let Some((was_card, was)) = place.and_then(|i| Some((old.scorecards.get(i)?, before.scores.get(i)?))) else {
            continue;
        };
        if was.value == now.value && was.grade == now.grade {
            continue;
        }
        let (short_b, short_a) = (score_words(was_card, was, false), score_words(card, now, false));
        // Where both look alike, every digit is shown.
        let words = match short_b == short_a {
            true => (score_words(was_card, was, true), score_words(card, now, true)),
            false => (short_b, short_a),
        };
        let (account, scorecard) = (after.id.clone(), card.header.name.clone());
        out.push(Move { account, scorecard, before: Some(words.0), after: Some(words.1) });
    }
}
