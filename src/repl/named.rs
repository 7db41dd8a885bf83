//! Which account a person means: an id, an id in another case, or a name.

use super::Reply;
use crate::data::Dataset;
use crate::diagnostics::did_you_mean;
use crate::engine::reference::Evaluator;
use crate::program::Program;
use crate::report::accounts::{account_name, personal_key};

/// An account's id, and its name as far as it may be shown.
pub type Account = (String, Option<String>);

/// The accounts that exist at a date.
pub fn all(evaluator: &Evaluator, as_of: crate::calendar::Date, personal: bool) -> Vec<Account> {
    let (program, data): (&Program, &Dataset) = (evaluator.program, evaluator.data);
    let named = |id: &str| {
        let row = evaluator.row(id, as_of).unwrap_or_default();
        (id.to_string(), account_name(program, data, row, personal))
    };
    evaluator.ids(as_of).map(named).collect()
}

/// The id of the account that is meant.
pub fn find(evaluator: &Evaluator, as_of: crate::calendar::Date, asked: &str, personal: bool) -> Result<String, Reply> {
    let known = all(evaluator, as_of, personal);
    let asked = asked.strip_prefix('"').and_then(|a| a.strip_suffix('"')).unwrap_or(asked);
    let lower = asked.to_lowercase();
    let fits: [&dyn Fn(&Account) -> bool; 3] =
        [&|(id, _)| id == asked, &|(id, _)| id.to_lowercase() == lower, &|(_, name)| {
            name.as_ref().is_some_and(|name| name.to_lowercase() == lower)
        }];
    for fit in fits {
        let found: Vec<&str> = known.iter().filter(|account| fit(account)).map(|(id, _)| id.as_str()).collect();
        match found.as_slice() {
            [] => {}
            [one] => return Ok((*one).to_string()),
            several => {
                let list: Vec<String> = several.iter().take(8).map(|id| format!("`{id}`")).collect();
                let message = format!("`{asked}` could be {} accounts", several.len());
                return Err(Reply::failed(message, format!("it is one of {}", list.join(", "))));
            }
        }
    }
    let message = format!("there is no account `{asked}`");
    // Where ids are personal, nobody is told any.
    if personal_key(evaluator.program) && !personal {
        return Err(Reply::failed(message, ""));
    }
    let holding = known.iter().filter(|(id, name)| {
        let holds = |text: &str| text.to_lowercase().contains(&lower);
        holds(id) || name.as_deref().is_some_and(holds)
    });
    let holding: Vec<&Account> = holding.collect();
    match holding.as_slice() {
        [] => {}
        [(id, Some(name))] => return Err(Reply::failed(message, format!("did you mean `{id}` ({name})?"))),
        [(id, None)] => return Err(Reply::failed(message, format!("did you mean `{id}`?"))),
        several => {
            let list: Vec<String> = several.iter().take(8).map(|(id, _)| format!("`{id}`")).collect();
            let more = if several.len() > 8 { format!(" and {} more", several.len() - 8) } else { String::new() };
            return Err(Reply::failed(message, format!("`{asked}` is in {}{more}", list.join(", "))));
        }
    }
    let names = known.iter().flat_map(|(id, name)| std::iter::once(id.as_str()).chain(name.as_deref()));
    let near = crate::diagnostics::nearest(asked, names).map(|near| format!("did you mean `{near}`?"));
    let near = near.or_else(|| did_you_mean(asked, known.iter().map(|(id, _)| id.as_str())));
    Err(Reply::failed(message, near.unwrap_or_default()))
}
