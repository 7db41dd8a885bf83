//! Which account a person means: an id, a name, or part of one.

use super::session::Session;
use super::stop::Stop;
use crate::diagnostics::did_you_mean;
use crate::engine::reference::Evaluator;
use crate::program::Table;
use crate::report::accounts::{account_name, called};

/// At most so many accounts are listed.
const LISTED: usize = 8;

/// The id of the account that a person means: an id, an id in another case, or a name.
pub fn find(evaluator: &Evaluator, session: &Session, asked: &str, personal: bool) -> Result<String, Stop> {
    let known = Known::new(evaluator, session, personal);
    let named = match known.named(asked).as_slice() {
        [one] => return Ok(one.id.clone()),
        several => several.iter().map(|a| a.called.clone()).collect::<Vec<_>>(),
    };
    // Where ids are personal, nobody is told any.
    let tell = !session.masked(personal);
    if !named.is_empty() {
        let stop = Stop::usage(format!("`{asked}` could be {} accounts", named.len()));
        return Err(stop.maybe_help(tell.then(|| format!("it is one of {}", listed(&named)))));
    }
    if let Some(stop) = known.merged(session, asked, personal).filter(|_| tell) {
        return Err(stop);
    }
    let stop = Stop::usage(format!("there is no account `{asked}`"));
    if !tell {
        return Err(stop);
    }
    let parts: Vec<String> = known.holding(asked).iter().map(|a| a.called.clone()).collect();
    Err(match parts.as_slice() {
        [] => stop.maybe_help(known.near(asked)),
        [one] => stop.help(format!("did you mean {one}?")),
        several => stop.help(format!("`{asked}` is in {}", listed(several))),
    })
}

/// True if there is an account of this id or name.
pub fn exists(evaluator: &Evaluator, session: &Session, asked: &str, personal: bool) -> bool {
    matches!(Known::new(evaluator, session, personal).named(asked).as_slice(), [_])
}

/// The accounts that exist at the as-of date.
struct Known {
    accounts: Vec<Account>,
}

struct Account {
    id: String,
    name: Option<String>,
    /// `acme-paper (Acme Paper)`
    called: String,
}

impl Known {
    fn new(evaluator: &Evaluator, session: &Session, personal: bool) -> Known {
        let account = |id: &str| {
            let row = evaluator.row(id, session.stamp.as_of).unwrap_or_default();
            Account {
                id: id.to_string(),
                name: account_name(&session.program, &session.data, row, personal),
                called: called(&session.program, &session.data, id, row, personal),
            }
        };
        Known { accounts: evaluator.ids(session.stamp.as_of).map(account).collect() }
    }

    /// Those of exactly this id, or else of this id in any case, or else of this name.
    fn named(&self, asked: &str) -> Vec<&Account> {
        let lower = asked.to_lowercase();
        let all = |fits: &dyn Fn(&Account) -> bool| self.accounts.iter().filter(|a| fits(a)).collect::<Vec<_>>();
        let exact = all(&|a| a.id == asked);
        if !exact.is_empty() {
            return exact;
        }
        let cased = all(&|a| a.id.to_lowercase() == lower);
        if !cased.is_empty() {
            return cased;
        }
        all(&|a| a.name.as_ref().is_some_and(|name| name.to_lowercase() == lower))
    }

    /// Those with the words in their id or name.
    fn holding(&self, asked: &str) -> Vec<&Account> {
        let lower = asked.trim().to_lowercase();
        if lower.is_empty() {
            return Vec::new();
        }
        let holds = |text: &str| text.to_lowercase().contains(&lower);
        self.accounts.iter().filter(|a| holds(&a.id) || a.name.as_deref().is_some_and(holds)).collect()
    }

    fn near(&self, asked: &str) -> Option<String> {
        let ids = self.accounts.iter().map(|a| a.id.as_str());
        let names = self.accounts.iter().filter_map(|a| a.name.as_deref());
        // Names come second: where nothing is near, a list of ids is what can be typed.
        match crate::diagnostics::nearest(asked, ids.clone().chain(names)) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None => did_you_mean(asked, ids),
        }
    }

    /// Said of an account that was merged away.
    fn merged(&self, session: &Session, asked: &str, personal: bool) -> Option<Stop> {
        let program = &session.program;
        let table = program.subject.and_then(|id| session.data.table(id))?;
        let same = |text: &str| text == asked || text.to_lowercase() == asked.to_lowercase();
        let by_key = table.merged.iter().filter(|(key, _)| same(key)).min().map(|(_, into)| into);
        let hidden = |t: &Table| t.name_field().and_then(|f| t.fields.get(f.index())).is_some_and(|f| f.personal);
        let told = personal || !program.subject_table().is_some_and(hidden);
        let by_name = || table.merged_names.iter().filter(|_| told).find(|(name, _)| same(name));
        let into = by_key.or_else(|| table.merged.get(&by_name()?.1))?;
        let account = self.accounts.iter().find(|a| *a.id == **into)?;
        let name = match &account.name {
            Some(name) => format!("{name} ({})", account.id),
            None => format!("`{}`", account.id),
        };
        let stop = Stop::usage(format!("`{asked}` was merged into {name}"));
        Some(stop.help(format!("its rows count for `{}`: ask for that", account.id)))
    }
}

fn listed(names: &[String]) -> String {
    let mut out: Vec<String> = names.iter().take(LISTED).cloned().collect();
    if names.len() > LISTED {
        out.push(format!("{} more", names.len() - LISTED));
    }
    out.join(", ")
}
