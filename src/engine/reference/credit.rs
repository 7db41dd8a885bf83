//! Attribution: what was won, shared out among the touches that led to it.
//!
//! This happens once, when all tables are loaded: the result is a table of events like any other, dated at the close, each
//! belonging to the account that is credited. Touches that get nothing are kept with the reason, so that `why` can tell.

use super::Evaluator;
use super::account::Account;
use super::collective::NOBODY;
use super::schedule::Schedule;
use super::scope::Scope;
use crate::calendar::{Calendar, Date};
use crate::data::{Cells, Column, Dataset, Link, LoadReport, Note, NoteKind, Reject, RejectReason, TableData};
use crate::number::{Decimal, apportion};
use crate::program::{Attribution, CreditModel, Field, Program, Type, Unit};
use crate::report::value;
use crate::value::{MASK, Missing, Value};
use ethnum::I256;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A touch of something that closed.
struct Touch {
    /// Its row in the table of touches.
    row: u32,
    /// The row of what was sold.
    sold: u32,
    /// The account that is credited, as a row.
    advocate: u32,
    /// When it closed.
    closed: Date,
    /// Credit and share; why there is none otherwise.
    credit: Result<Decimal, Missing>,
    share: Result<Decimal, Missing>,
    /// Why it takes no part.
    left_out: Option<String>,
    /// How its credit came about.
    remark: String,
}

/// Fills the tables of all attributions.
pub fn derive(program: &Program, data: &mut Dataset, report: &mut LoadReport, on_reject: &mut dyn FnMut(Reject)) {
    let mut credited: HashMap<u32, HashSet<u32>> = HashMap::new();
    for attribution in &program.attributions {
        let evaluator = Evaluator::new(program, data, Calendar::default());
        let sharing = Sharing { evaluator: &evaluator, program, attribution };
        let (touches, nobody) = sharing.all(&credited);
        let won =
            touches.iter().filter(|t| t.left_out.is_none() && t.credit.is_ok() && t.share.is_ok_and(|s| !s.is_zero()));
        credited.insert(attribution.table.0, won.map(|t| t.sold).collect());
        let table = sharing.table(&touches);
        let index = attribution.table.index();
        if let Some(told) = report.tables.get_mut(index) {
            told.table = program.table(attribution.table).map_or(String::new(), |t| t.header.name.clone());
            told.files.clone_from(&table.files);
            told.loaded = table.loaded;
            told.kept = u64::from(table.rows);
            let lost = nobody.len() as u64;
            told.read = told.kept + lost;
            if lost > 0 {
                told.rejected.push((RejectReason::UnknownAccount, lost));
                told.notes.push(sharing.note(&nobody));
            }
        }
        nobody.into_iter().for_each(|(row, name)| on_reject(sharing.reject(row, name)));
        if let Some(place) = data.tables.get_mut(index) {
            *place = table;
        }
    }
}

struct Sharing<'a> {
    evaluator: &'a Evaluator<'a>,
    program: &'a Program,
    attribution: &'a Attribution,
}

impl Sharing<'_> {
    /// All touches of what closed; of those that credit no account, the row and the name.
    fn all(&self, credited: &HashMap<u32, HashSet<u32>>) -> (Vec<Touch>, Vec<(u32, String)>) {
        let Attribution { of, touches, .. } = *self.attribution;
        let mut out = Vec::new();
        let mut nobody: Vec<(u32, String)> = Vec::new();
        let (Some(sales), Some(touched)) = (self.evaluator.data.table(of), self.evaluator.data.table(touches)) else {
            return (out, nobody);
        };
        let account = Account::new(self.evaluator, &NOBODY, Date::default(), &Schedule::default(), &[]);
        for sold in 0..sales.rows {
            let Some(closed) = sales.value(self.attribution.closed, sold).date() else { continue };
            let scope = account.scope().at(closed);
            let own = [sold];
            let rows = if of == touches { &own } else { touched.rows_of(sold) };
            let mut list: Vec<Touch> = Vec::new();
            for row in rows.iter().copied() {
                let key = touched.value(self.attribution.to, row);
                let Some(advocate) = key.text().and_then(|key| self.account_row(key)) else {
                    // A sale that nobody referred is no touch.
                    if !(of == touches && key.is_missing()) {
                        nobody.push((row, key.text().unwrap_or("").to_string()));
                    }
                    continue;
                };
                list.push(Touch {
                    row,
                    sold,
                    advocate,
                    closed,
                    credit: Ok(Decimal::ZERO),
                    share: Ok(Decimal::ZERO),
                    left_out: None,
                    remark: String::new(),
                });
            }
            self.leave_out(scope, &mut list, credited);
            self.share_out(scope, sold, &mut list);
            out.extend(list);
        }
        (out, nobody)
    }

    /// The account of a key, those that were merged away included.
    fn account_row(&self, key: &str) -> Option<u32> {
        let accounts = self.evaluator.data.table(self.program.subject?)?;
        let key = accounts.merged.get(key).map_or(key, |now| now);
        accounts.by_key.get(key)
    }

    /// Who takes no part, and why.
    fn leave_out(&self, scope: Scope<'_>, list: &mut [Touch], credited: &HashMap<u32, HashSet<u32>>) {
        let a = self.attribution;
        let touched = self.evaluator.data.table(a.touches);
        let at = self.program.table(a.touches).and_then(|t| t.kind.at());
        let mut seen: HashMap<(u32, Option<Date>, Vec<Value>), u32> = HashMap::new();
        for touch in list {
            let value = |field| touched.map_or(Value::Missing(Missing::NoData), |t| t.value(field, touch.row));
            let date = at.and_then(|at| value(at).date());
            let excluded =
                a.excluding.iter().find(|other| credited.get(&other.0).is_some_and(|s| s.contains(&touch.sold)));
            let age = date.map(|date| touch.closed.days_since(date));
            let met = a.filter.as_ref().map(|filter| scope.on(a.touches, touch.row).eval(filter).truth());
            touch.left_out = if let Some(other) = excluded {
                let other = self.program.table(*other).map_or("?", |t| &t.header.name);
                Some(format!("credited by {other}"))
            } else if let Some(met) = met.filter(|met| *met != Some(true)) {
                Some(
                    if met.is_none() { "condition unknown: something is missing" } else { "condition not met" }
                        .to_string(),
                )
            } else if age.is_some_and(|age| age < 0) {
                Some(format!("after the close on {}", touch.closed))
            } else if let (Some(age), Some(most)) = (age, a.lookback.filter(|most| age.is_some_and(|age| age > *most)))
            {
                Some(format!("{age} days before the close, the lookback is {most}"))
            } else if self.evaluator.owner_row(a.of, touch.sold) == Some(touch.advocate) {
                Some("the buyer's own account".to_string())
            } else if let Some(columns) = &a.once_per {
                let key = columns.iter().map(|field| super::fold(value(*field))).collect();
                match seen.get(&(touch.advocate, date, key)) {
                    Some(of) => Some(format!("repeats {}", touched.map_or_else(String::new, |t| t.place(*of)))),
                    None => {
                        let key = columns.iter().map(|field| super::fold(value(*field))).collect();
                        seen.insert((touch.advocate, date, key), touch.row);
                        None
                    }
                }
            } else {
                None
            };
        }
    }

    /// Shares the amount of a sale out, in cents, so that it adds up exactly.
    fn share_out(&self, scope: Scope<'_>, sold: u32, list: &mut [Touch]) {
        let a = self.attribution;
        let here = scope.on(a.of, sold);
        let won = a.when.as_ref().map_or(Some(true), |when| here.eval(when).truth());
        let name = self.name_of(sold);
        let mut taking: Vec<&mut Touch> = list.iter_mut().filter(|touch| touch.left_out.is_none()).collect();
        if won != Some(true) {
            for touch in taking {
                let known = won.is_some();
                touch.credit = if known { Ok(Decimal::ZERO) } else { Err(Missing::NoData) };
                touch.share = touch.credit;
                touch.remark =
                    format!("{name} {}", if known { "was not won: no credit" } else { "may be won or lost: unknown" });
            }
            return;
        }
        let weights = self.weights(scope, &taking);
        let total = weights.iter().try_fold(Decimal::ZERO, |sum, weight| sum.add(*weight)).unwrap_or_default();
        let parts: Vec<(Decimal, Decimal)> = weights.iter().map(|weight| (Decimal::ONE, *weight)).collect();
        let shares = apportion(Decimal::ONE, &parts, total);
        let amount = here.eval(&a.amount);
        let digits = minor_digits(a.amount.ty);
        let credits = amount.number().map(|amount| cents(amount, digits, &weights, total));
        let count = taking.len();
        let shown = match (&amount, a.amount.ty) {
            (Value::Number(n), Type::Number(unit)) => value::precise(*n, unit),
            (Value::Missing(reason), _) => format!("an amount that is missing ({reason})"),
            _ => String::new(),
        };
        for (i, touch) in taking.iter_mut().enumerate() {
            let share = shares.get(i).copied().unwrap_or_default();
            touch.share = Ok(share);
            touch.credit = match &credits {
                Some(credits) => credits.get(i).copied().ok_or(Missing::NoData),
                None => Err(amount.missing().unwrap_or(Missing::NoData)),
            };
            let percent = share.mul(Decimal::HUNDRED).unwrap_or_default().fixed(2);
            touch.remark = format!("{percent}% of {shown} of {name}, touch {} of {count} ({})", i + 1, a.model.words());
        }
    }

    fn key_of(&self, sold: u32) -> String {
        let key = self.program.table(self.attribution.of).and_then(|t| t.key);
        match key.zip(self.evaluator.data.table(self.attribution.of)).map(|(key, data)| data.value(key, sold)) {
            Some(Value::Text(text)) => text.to_string(),
            Some(Value::Number(n)) => n.to_string(),
            _ => String::new(),
        }
    }

    /// What was sold, as a person calls it.
    fn name_of(&self, sold: u32) -> String {
        let table = self.program.table(self.attribution.of);
        let hidden = table.is_some_and(|t| t.key.and_then(|k| t.fields.get(k.index())).is_some_and(|f| f.personal));
        match self.key_of(sold) {
            _ if hidden => MASK.to_string(),
            key if key.is_empty() => "it".to_string(),
            key => key,
        }
    }

    /// How much each touch weighs. Whole numbers where a model has shares, so that nothing is rounded before the cents are.
    fn weights(&self, scope: Scope<'_>, touches: &[&mut Touch]) -> Vec<Decimal> {
        let a = self.attribution;
        let n = touches.len();
        let last = n.saturating_sub(1);
        let only = |place: usize| (0..n).map(|i| if i == place { Decimal::ONE } else { Decimal::ZERO }).collect();
        let others = |special: &[usize], share: Decimal| -> Vec<Decimal> {
            let rest = n.saturating_sub(special.len());
            let several = Decimal::int(i64::try_from(rest.max(1)).unwrap_or(1));
            let count = Decimal::int(i64::try_from(special.len()).unwrap_or(1));
            let left = share.mul(count).and_then(|all| Decimal::ONE.sub(all)).unwrap_or_default();
            let own = share.mul(several).unwrap_or_default();
            (0..n).map(|i| if special.contains(&i) { own } else { left }).collect()
        };
        match &a.model {
            CreditModel::Linear => vec![Decimal::ONE; n],
            CreditModel::First => only(0),
            CreditModel::Last => only(last),
            CreditModel::U(_) | CreditModel::W(..) if n == 1 => only(0),
            CreditModel::U(share) => others(&[0, last], *share),
            CreditModel::W(share, key) => {
                let is_key = |touch: &&mut Touch| scope.on(a.touches, touch.row).eval(key).truth() == Some(true);
                let between = touches.iter().enumerate().skip(1).take(n.saturating_sub(2));
                let middle = between.filter(|(_, touch)| is_key(touch)).map(|(place, _)| place).next();
                match middle {
                    Some(key) => others(&[0, key, last], *share),
                    // Without a key touch between them it is a U.
                    None => others(&[0, last], CreditModel::usual_u()),
                }
            }
            CreditModel::TimeDecay(days) => {
                let at = self.program.table(a.touches).and_then(|t| t.kind.at());
                let touched = self.evaluator.data.table(a.touches);
                let age = |touch: &&mut Touch| {
                    let date = at.zip(touched).and_then(|(at, t)| t.value(at, touch.row).date());
                    date.map_or(0, |date| touch.closed.days_since(date))
                };
                // From the latest touch on, so that nothing is lost where all of them are old.
                let ages: Vec<i64> = touches.iter().map(age).collect();
                let least = ages.iter().copied().min().unwrap_or(0);
                ages.iter().map(|age| Decimal::half_life(*age - least, *days).unwrap_or_default()).collect()
            }
        }
    }

    /// The touches as a table of events.
    fn table(&self, touches: &[Touch]) -> TableData {
        let a = self.attribution;
        let mut out = TableData::default();
        let (Some(touched), Some(sales)) = (self.evaluator.data.table(a.touches), self.evaluator.data.table(a.of))
        else {
            return out;
        };
        let accounts = self.program.subject.and_then(|id| self.evaluator.data.table(id)).map_or(0, |t| t.rows);
        let rows: Vec<u32> = touches.iter().map(|touch| touch.row).collect();
        out.loaded = touched.loaded && sales.loaded;
        out.rows = touches.len() as u32;
        out.columns = touched.columns.iter().map(|column| column.pick(&rows)).collect();
        let column = |cells: Cells| Column { cells, unreadable: Vec::new() };
        if a.of != a.touches {
            out.columns.push(column(Cells::Date(touches.iter().map(|touch| Some(touch.closed)).collect())));
        }
        let credit = |touch: &Touch| touch.credit.ok();
        out.columns.push(column(Cells::Number(touches.iter().map(credit).collect())));
        let share = |touch: &Touch| touch.share.ok();
        out.columns.push(column(Cells::Number(touches.iter().map(share).collect())));
        out.origins = rows.iter().map(|row| touched.origins.get(*row as usize).unwrap_or_default()).collect();
        out.files.clone_from(&touched.files);
        // It speaks from where its touches and sales begin, up to the last close of anything.
        let latest = (0..sales.rows).filter_map(|sold| sales.value(a.closed, sold).date()).max();
        let both = touched.vouches() && sales.vouches();
        out.covers_from = touched.covers_from.max(sales.covers_from);
        out.covers_to = touched.covers_to.max(latest).max(sales.covers_to).filter(|_| both);
        out.by_parent = vec![Vec::new(); accounts as usize];
        let mut order: Vec<usize> = (0..touches.len()).collect();
        // By close; of one day in the order of what was sold, which does not depend on the files.
        let keys: HashMap<u32, String> = touches.iter().map(|touch| (touch.sold, self.key_of(touch.sold))).collect();
        let key = |i: &usize| touches.get(*i).map(|touch| (touch.closed, keys.get(&touch.sold), *i));
        order.sort_by_key(key);
        for i in order {
            let Some(touch) = touches.get(i) else { continue };
            if let Some(list) = out.by_parent.get_mut(touch.advocate as usize) {
                list.push(i as u32);
            }
        }
        out.owners = touches.iter().map(|touch| touch.advocate).collect();
        if let Some((_, parent)) =
            self.program.table(a.touches).and_then(|t| t.kind.owner()).filter(|_| a.of != a.touches)
        {
            let to = touches.iter().map(|touch| Some(touch.sold)).collect();
            let mut from: Vec<Vec<u32>> = vec![Vec::new(); sales.rows as usize];
            for (i, touch) in touches.iter().enumerate() {
                if let Some(list) = from.get_mut(touch.sold as usize) {
                    list.push(i as u32);
                }
            }
            out.links.push(Link { field: parent.index(), to, from });
        }
        for (i, touch) in touches.iter().enumerate() {
            match &touch.left_out {
                Some(why) => out.left_out.insert(i as u32, Arc::from(why.as_str())),
                None => out.remarks.insert(i as u32, Arc::from(touch.remark.as_str())),
            };
        }
        out
    }

    /// The column that names who is credited.
    fn advocate(&self) -> Option<&Field> {
        self.program.table(self.attribution.touches)?.fields.get(self.attribution.to.index())
    }

    fn reject(&self, row: u32, name: String) -> Reject {
        let hidden = self.advocate().is_some_and(|f| f.personal);
        let data = self.evaluator.data.table(self.attribution.touches);
        let origin = data.and_then(|d| d.origins.get(row as usize)).unwrap_or_default();
        let file = data.and_then(|d| d.files.get(origin.file as usize)).cloned().unwrap_or_default();
        let shown = if hidden { MASK.to_string() } else { name };
        let account = self.program.subject_table().map_or("account", |t| t.header.name.as_str());
        let detail = match shown.is_empty() {
            true => format!("names no {account} to be credited"),
            false => format!("there is no {account} `{shown}` to be credited"),
        };
        Reject {
            table: self.program.table(self.attribution.table).map_or(String::new(), |t| t.header.name.clone()),
            file,
            line: origin.line,
            reason: RejectReason::UnknownAccount,
            account: None,
            key: None,
            field: self.advocate().map(|f| f.name.clone()),
            value: Some(shown),
            detail,
        }
    }

    fn note(&self, nobody: &[(u32, String)]) -> Note {
        let account = self.program.subject_table().map_or("account", |t| t.header.name.as_str());
        let hidden = self.advocate().is_some_and(|f| f.personal);
        let mut names: Vec<&str> = nobody.iter().map(|(_, name)| name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let shown = |name: &&str| match *name {
            "" => "(blank)".to_string(),
            _ if hidden => MASK.to_string(),
            name => name.to_string(),
        };
        let shown: Vec<String> = names.iter().take(5).map(shown).collect();
        let lost = nobody.len() as u64;
        let rows = if lost == 1 { "1 touch credits".to_string() } else { format!("{lost} touches credit") };
        let more = if names.len() > shown.len() { ", …" } else { "" };
        let text = format!("{rows} nobody: not an {account}: {}{more}", shown.join(", "));
        Note { kind: NoteKind::Orphans, field: self.advocate().map(|f| f.name.clone()), count: lost, text }
    }
}

/// Digits behind the mark of a currency, as ISO 4217 has them; two for most.
fn minor_digits(ty: Type) -> u32 {
    let Type::Number(Unit::Money(currency)) = ty else { return 2 };
    match currency.code() {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// An amount in whole cents, shared out by weight: each share rounded down, what is left over a cent each to the largest
/// remainders, of equal ones to the earlier.
fn cents(amount: Decimal, digits: u32, weights: &[Decimal], total: Decimal) -> Vec<Decimal> {
    let step = 10i128.pow(9 - digits);
    let whole = amount.round(digits).raw() / step;
    if total.is_zero() {
        return vec![Decimal::ZERO; weights.len()];
    }
    let by = I256::from(total.raw());
    let mut shares: Vec<i128> = Vec::new();
    let mut rests: Vec<(I256, usize)> = Vec::new();
    for (i, weight) in weights.iter().enumerate() {
        let product = I256::from(whole.unsigned_abs() as i128) * I256::from(weight.raw());
        shares.push(i128::try_from(product / by).unwrap_or(0));
        rests.push((product % by, i));
    }
    rests.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut left = whole.abs() - shares.iter().sum::<i128>();
    for (_, i) in rests {
        if left <= 0 {
            break;
        }
        if let Some(share) = shares.get_mut(i) {
            *share += 1;
            left -= 1;
        }
    }
    shares.into_iter().map(|share| Decimal::from_raw(share * step * whole.signum()).unwrap_or_default()).collect()
}
