//! What is said besides the numbers: limits that nobody could decide, what rules ask for, what a setting changed.

use super::{account_name, personal_metric};
use crate::calendar::Date;
use crate::data::Dataset;
use crate::engine::reference::Evaluator;
use crate::engine::{AccountResult, PortfolioResult, Results, RowStanding, RuleResult, RuleStatus, ScoreResult};
use crate::explain::words::limit_name;
use crate::number::Decimal;
use crate::program::{
    About, Action, Assign, FieldId, Metric, Playbook, Program, Rule, Scorecard, TableId, Trigger, Type, Wait, What, Who,
};
use crate::report::{counted, value};
use crate::value::Value;

/// What a run is asked for besides the results, and what was found out about them.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    /// The table and nothing else.
    pub bare: bool,
    /// People see what the rules ask for.
    pub list_tasks: bool,
    /// Columns of the accounts that are shown too.
    pub columns: Vec<FieldId>,
    /// The row of each account at the as-of date, in the order of the results; where there is none, the account's own.
    pub rows: Vec<u32>,
    /// What is missing where limits are undecided.
    pub gaps: Vec<Gap>,
    /// What the rules that hold ask for: first those about the portfolio, then by place of the account.
    pub tasks: Vec<Task>,
    /// How the results differ from those without settings.
    pub changes: Option<Changes>,
}

impl Extras {
    /// What is asked for about the account at a place, or about the whole portfolio.
    pub fn tasks_of(&self, account: Option<usize>) -> &[Task] {
        let from = self.tasks.partition_point(|task| task.account < account);
        let to = self.tasks.partition_point(|task| task.account <= account);
        self.tasks.get(from..to).unwrap_or_default()
    }
}

/// Why a limit of an account is undecided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Place in the results.
    pub account: usize,
    /// Place in [`Program::scorecards`].
    pub scorecard: usize,
    /// Place in the scorecard's limits.
    pub limit: usize,
    /// `open_p1 missing`
    pub missing: Vec<String>,
}

/// What a rule asks for. Nothing of it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Place in the results; nothing if it is about the whole portfolio.
    pub account: Option<usize>,
    /// Place in [`Program::rules`], or in [`Program::portfolio_rules`].
    pub rule: usize,
    /// The key of the row that it is about; then the rule is in [`Program::row_rules`].
    pub row: Option<String>,
    /// `task`, `email` …
    pub verb: String,
    /// The text, filled in, or the name of a playbook.
    pub text: String,
    /// The text is to be quoted.
    pub quoted: bool,
    /// For whom, masked if personal; `None` if nobody is named or known.
    pub assignee: Option<String>,
    /// Said about the assignee: `csm is blank`.
    pub remark: Option<String>,
    /// Until when.
    pub due: Option<Date>,
    /// Until so many working days later.
    pub working: Option<u32>,
}

impl Task {
    /// The name of the rule that asks.
    pub fn rule_name<'p>(&self, program: &'p Program) -> &'p str {
        let rules = match (self.account, &self.row) {
            (_, Some(_)) => &program.row_rules,
            (Some(_), None) => &program.rules,
            (None, None) => &program.portfolio_rules,
        };
        rules.get(self.rule).map_or("?", |rule| &rule.header.name)
    }

    /// `task "Talk to Acme before 2026-05-30" for Ana, due 2026-04-05`
    pub fn words(&self) -> String {
        let text = if self.quoted { format!("\"{}\"", self.text) } else { self.text.clone() };
        let whom = match (&self.assignee, &self.remark) {
            (Some(whom), Some(remark)) => format!(" for {whom} ({remark})"),
            (Some(whom), None) => format!(" for {whom}"),
            (None, Some(remark)) => format!(" for nobody: {remark}"),
            (None, None) => String::new(),
        };
        let due = self.due.map_or(String::new(), |due| format!(", due {due}"));
        let working =
            self.working.map_or(String::new(), |n| format!(", due in {}", counted(n, "working day", "working days")));
        let row = self.row.as_ref().map_or(String::new(), |row| format!("{row}: "));
        format!("{row}{} {text}{whom}{due}{working}", self.verb)
    }
}

impl Difference {
    /// `advocacy 75.0 silver -> 51.0 silver`
    pub fn words(&self) -> String {
        format!("{} {} -> {}", self.name, self.before, self.after)
    }

    /// Both with every digit.
    pub fn json(&self) -> serde_json::Value {
        let [before, after] = &self.exact;
        serde_json::json!({ "name": self.name, "before": before, "after": after })
    }
}

/// What settings change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// How many accounts were compared.
    pub of: usize,
    /// Those that differ.
    pub accounts: Vec<Change>,
    /// What differs of the portfolio.
    pub portfolio: Vec<Difference>,
}

/// An account that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Place in the results.
    pub account: usize,
    /// What differs.
    pub what: Vec<Difference>,
}

/// A score, rule or metric that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its name.
    pub name: String,
    /// How it is without the settings, for people.
    pub before: String,
    /// How it is with them.
    pub after: String,
    /// Both with every digit.
    pub exact: [serde_json::Value; 2],
}

/// At most so many accounts of one undecided limit are named with what is missing.
pub const NAMED: usize = 20;

/// What is missing where limits are undecided, for the first accounts of each.
pub fn gaps(evaluator: &Evaluator, results: &Results) -> Vec<Gap> {
    let mut found: Vec<Gap> = Vec::new();
    for (i, result) in results.accounts.iter().enumerate() {
        for (card, score) in result.scores.iter().enumerate() {
            for limit in &score.undecided_limits {
                let same = found.iter().filter(|g| (g.scorecard, g.limit) == (card, *limit)).count();
                if same >= NAMED {
                    continue;
                }
                let Some(account) = evaluator.account(&result.id, results.as_of) else { continue };
                let declared = evaluator.program.scorecards.get(card).and_then(|c| c.limits.get(*limit));
                let Some(when) = declared.and_then(|l| l.when.as_ref()) else { continue };
                let mut missing: Vec<String> = Vec::new();
                for unknown in account.unknown(when) {
                    let name = unknown.name.unwrap_or_else(|| "part of the condition".to_string());
                    let told = format!("{name} missing");
                    if !missing.contains(&told) {
                        missing.push(told);
                    }
                }
                found.push(Gap { account: i, scorecard: card, limit: *limit, missing });
            }
        }
    }
    found
}

/// The row of each account at the as-of date.
pub fn rows(evaluator: &Evaluator, results: &Results) -> Vec<u32> {
    results.accounts.iter().map(|a| evaluator.row(&a.id, results.as_of).unwrap_or(a.row)).collect()
}

/// What the rules that hold ask for: first those about the whole portfolio, then account by account.
pub fn tasks(evaluator: &Evaluator, results: &Results, personal: bool) -> Vec<Task> {
    let program = evaluator.program;
    let mut out = Vec::new();
    let nobody = Facts {
        evaluator,
        account: None,
        row: None,
        portfolio: &results.portfolio,
        personal,
        at: None,
        as_of: results.as_of,
    };
    for (rule, result) in program.portfolio_rules.iter().zip(&results.portfolio_rules) {
        if result.status == RuleStatus::Holds {
            let task = |action| nobody.task(None, result.rule.index(), action, results.as_of);
            out.extend(rule.actions.iter().map(task));
        }
    }
    for (i, account) in results.accounts.iter().enumerate() {
        tasks_about(evaluator, &results.portfolio, (i, account), results.as_of, personal, &mut out);
    }
    out
}

/// What the rules that hold for an account ask for.
pub(super) fn tasks_about(
    evaluator: &Evaluator,
    portfolio: &[PortfolioResult],
    (place, account): (usize, &AccountResult),
    as_of: Date,
    personal: bool,
    out: &mut Vec<Task>,
) {
    let program = evaluator.program;
    let holding = account.rules.iter().filter(|r| r.status == RuleStatus::Holds).map(|r| r.rule.index());
    let row = evaluator.row(&account.id, as_of).unwrap_or(account.row);
    let facts = Facts { evaluator, account: Some(account), row: Some(row), portfolio, personal, at: None, as_of };
    for index in holding {
        let Some(rule) = program.rules.get(index) else { continue };
        let of_rows = account.rules.get(index).map_or(&[][..], |result| &result.rows);
        match rule.trigger {
            Trigger::On(table) => out.extend(facts.for_rows((table, of_rows), rule, (place, index), as_of)),
            _ => out.extend(rule.actions.iter().map(|action| facts.task(Some(place), index, action, as_of))),
        }
    }
    for (index, (rule, result)) in program.row_rules.iter().zip(&account.row_rules).enumerate() {
        let About::Row(table) = rule.about else { continue };
        out.extend(facts.for_rows((table, &result.rows), rule, (place, index), as_of));
    }
}

/// What can be filled into a text.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The program over its data.
    pub evaluator: &'a Evaluator<'a>,
    /// Nothing where it is about the whole portfolio.
    pub account: Option<&'a AccountResult>,
    /// Its row at the as-of date.
    pub row: Option<u32>,
    /// The metrics of the whole portfolio.
    pub portfolio: &'a [PortfolioResult],
    /// Personal values as they are, not masked.
    pub personal: bool,
    /// The row that a rule is about, or that set it off.
    pub at: Option<(TableId, u32)>,
    /// The as-of date.
    pub as_of: Date,
}

/// What people call a row: its key, or else where it stands.
pub fn row_key(program: &Program, data: &Dataset, table: TableId, row: u32) -> String {
    let key = program.table(table).and_then(|t| t.key);
    let cell = key.and_then(|key| Some(data.table(table)?.value(key, row)));
    match cell {
        Some(Value::Text(text)) => text.to_string(),
        _ => data.table(table).map_or(String::new(), |t| t.place(row)),
    }
}

impl Facts<'_> {
    /// What a rule asks for, once per row that holds.
    fn for_rows(
        &self,
        (table, rows): (TableId, &[RowStanding]),
        rule: &Rule,
        (account, index): (usize, usize),
        as_of: Date,
    ) -> Vec<Task> {
        let mut out = Vec::new();
        for standing in rows.iter().filter(|row| row.result.status == RuleStatus::Holds) {
            let row = matches!(rule.about, About::Row(_))
                .then(|| row_key(self.evaluator.program, self.evaluator.data, table, standing.row));
            let facts = Facts { at: Some((table, standing.row)), ..*self };
            for action in &rule.actions {
                out.push(Task { row: row.clone(), ..facts.task(Some(account), index, action, as_of) });
            }
        }
        out
    }

    /// What an action asks for.
    pub fn task(&self, account: Option<usize>, index: usize, action: &Action, as_of: Date) -> Task {
        let (text, quoted) = match &action.what {
            What::Text(text) => (self.filled(&text.text), true),
            What::Name(name) => (name.clone(), false),
            What::Playbook(id) => {
                let told = |p: &Playbook| format!("{} version {}", p.header.name, p.version);
                (self.evaluator.program.playbook(*id).map_or(String::new(), told), false)
            }
        };
        let (due, working) = match action.due {
            Some(Wait::Calendar(duration)) => (Some(duration.after(as_of)), None),
            Some(Wait::Working(days)) => (None, Some(days)),
            None => (None, None),
        };
        let (assignee, remark) = self.assignee(action.assign.as_ref());
        Task {
            account,
            rule: index,
            row: None,
            verb: action.verb.word().to_string(),
            text,
            quoted,
            assignee,
            remark,
            due,
            working,
        }
    }

    /// Whoever is named; where a column is blank, or names somebody who is not available, the fallback takes over.
    pub fn assignee(&self, assign: Option<&Assign>) -> (Option<String>, Option<String>) {
        let Some(Assign { to, fallback }) = assign else { return (None, None) };
        let (name, why) = match self.available(to) {
            Ok(person) => return (Some(person), None),
            Err(found) => found,
        };
        let remark = format!("{name} {why}");
        match fallback.as_ref().map(|fallback| self.available(fallback)) {
            None => (None, Some(remark)),
            Some(Ok(person)) => (Some(person), Some(remark)),
            Some(Err((other, also))) if also == why => (None, Some(format!("{remark}, and so is {other}"))),
            Some(Err((other, also))) => (None, Some(format!("{remark}, and {other} {also}"))),
        }
    }

    /// The person or team, or what the column is called and why it names nobody that work can be given to.
    fn available(&self, who: &Who) -> Result<String, (String, &'static str)> {
        let (name, person) = self.who(who);
        let Some(person) = person else { return Err((name, "is blank")) };
        let cell = match who {
            Who::Team(_) => None,
            Who::Column(field) => self.evaluator.program.subject.zip(self.row).map(|(t, row)| (t, *field, row)),
            Who::RowColumn(table, field) => self.at.map(|(_, row)| (*table, *field, row)),
        };
        let value = cell.and_then(|(table, field, row)| Some(self.evaluator.data.table(table)?.value(field, row)));
        match value {
            Some(Value::Text(text)) => match self.evaluator.not_available(&text, self.as_of) {
                Some(why) => Err((name, why)),
                None => Ok(person),
            },
            _ => Ok(person),
        }
    }

    /// True where an assignment passes over the person whom a column of this name holds.
    pub fn passes_over(&self, assign: &Assign, column: &str) -> bool {
        self.available(&assign.to).is_err_and(|(name, _)| name == column)
    }

    /// What it is called, and who that is.
    fn who(&self, who: &Who) -> (String, Option<String>) {
        let program = self.evaluator.program;
        let (table, field, row) = match who {
            Who::Team(team) => return (team.clone(), Some(team.clone())),
            Who::Column(field) => (program.subject, *field, self.row),
            Who::RowColumn(table, field) => (Some(*table), *field, self.at.map(|(_, row)| row)),
        };
        let field_of = |id: TableId| program.table(id)?.fields.get(field.index());
        let name = table.and_then(field_of).map_or(String::new(), |f| f.name.clone());
        (name, table.zip(row).and_then(|(table, row)| self.cell(table, field, row)))
    }

    fn cell(&self, table: TableId, id: FieldId, row: u32) -> Option<String> {
        let program = self.evaluator.program;
        let field = program.table(table)?.fields.get(id.index())?;
        let cell = self.evaluator.data.table(table)?.value(id, row);
        if cell.is_missing() {
            return None;
        }
        let masked = field.personal && !self.personal;
        Some(if masked { value::MASK.to_string() } else { value::shown(program, field.ty, &cell) })
    }

    /// The cell of the row at hand or of the account in a column of this name, masked if personal; `Some(None)` if it is
    /// blank.
    pub fn column(&self, name: &str) -> Option<Option<String>> {
        let program = self.evaluator.program;
        let place = |table: TableId| {
            let i = program.table(table)?.fields.iter().position(|f| f.name == name)?;
            u32::try_from(i).ok().map(FieldId)
        };
        if let Some((table, row)) = self.at
            && let Some(field) = place(table)
        {
            return Some(self.cell(table, field, row));
        }
        let table = program.subject?;
        Some(self.cell(table, place(table)?, self.row?))
    }

    /// The text with every `{name}` filled in.
    pub fn filled(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            out.push_str(before);
            out.push_str(&self.named(name.trim()).unwrap_or_else(|| format!("{{{name}}}")));
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn named(&self, name: &str) -> Option<String> {
        let program = self.evaluator.program;
        if let Some(cell) = self.column(name) {
            return Some(cell.unwrap_or_else(|| format!("({name} is blank)")));
        }
        let known = |v: String, missing: Option<crate::value::Missing>| {
            missing.map_or(v, |why| format!("({name} is missing: {why})"))
        };
        let told = |metric: &Metric, v: &Value| {
            let masked = !self.personal && personal_metric(program, metric);
            let shown = value::shown(program, metric.value.ty, v);
            known(if masked { value::MASK.to_string() } else { shown }, v.missing())
        };
        if let Some(i) = program.portfolio.iter().position(|m| m.header.name == name) {
            return Some(told(program.portfolio.get(i)?, &self.portfolio.get(i)?.value));
        }
        if let Some(param) = program.params.iter().find(|p| p.header.name == name) {
            return Some(value::shown(program, param.ty, &param.value));
        }
        let account = self.account?;
        if let Some(i) = program.row_metrics.iter().position(|m| m.header.name == name) {
            let (metric, (table, row)) = (program.row_metrics.get(i)?, self.at?);
            let whole = self.evaluator.account(&account.id, self.as_of)?;
            let found = whole.value_on(table, row, &metric.value);
            return Some(known(value::shown(program, metric.value.ty, &found), found.missing()));
        }
        if let Some(i) = program.metrics.iter().position(|m| m.header.name == name) {
            return Some(told(program.metrics.get(i)?, &account.metrics.get(i)?.value));
        }
        if let Some(i) = program.scorecards.iter().position(|c| c.header.name == name) {
            let score = account.scores.get(i)?;
            let unit = program.scorecards.get(i)?.combine.unit();
            let shown = value::shown(program, Type::Number(unit), &score.value);
            return Some(known(shown, score.value.missing()));
        }
        if let Some(i) = program.partitions.iter().position(|p| p.header.name == name) {
            let part = account.parts.get(i).copied().flatten();
            let part = part.and_then(|p| program.partitions.get(i)?.parts.get(p as usize));
            return Some(part.map_or_else(|| format!("({name} is unknown)"), |p| p.name.clone()));
        }
        let i = program.segments.iter().position(|s| s.header.name == name)?;
        let member = account.segments.get(i).copied().flatten();
        Some(member.map_or("unknown", |m| if m { "yes" } else { "no" }).to_string())
    }
}

/// How results differ from those of the same program without the settings of the run.
pub fn changes(program: &Program, with: &Results, without: &Results) -> Changes {
    let mut accounts = Vec::new();
    for (i, after) in with.accounts.iter().enumerate() {
        // The same data gives the same accounts; the search is for settings that decide who is one.
        let found = without.accounts.get(i).filter(|b| b.id == after.id);
        let Some(before) = found.or_else(|| without.accounts.iter().find(|b| b.id == after.id)) else { continue };
        let what = differences(program, before, after);
        if !what.is_empty() {
            accounts.push(Change { account: i, what });
        }
    }
    Changes {
        of: with.accounts.len(),
        accounts,
        portfolio: {
            let mut all = portfolio_differences(program, &without.portfolio, &with.portfolio);
            all.extend(rule_differences(&program.portfolio_rules, &without.portfolio_rules, &with.portfolio_rules));
            all
        },
    }
}

/// How an account differs: its scores and rules, or where none of them does its metrics.
pub fn differences(program: &Program, before: &AccountResult, after: &AccountResult) -> Vec<Difference> {
    let mut out = Vec::new();
    for ((card, b), a) in program.scorecards.iter().zip(&before.scores).zip(&after.scores) {
        if b.value == a.value && b.grade == a.grade {
            continue;
        }
        let name = card.header.name.clone();
        let words = |score, exact| score_words(card, score, exact);
        let (short_b, short_a) = (words(b, false), words(a, false));
        let exact = [b, a].map(|s| {
            let score = value::json(program, Type::PLAIN, &s.value);
            serde_json::json!({ "score": score, "grade": s.grade })
        });
        let (before, after) = match short_b == short_a {
            true => (words(b, true), words(a, true)),
            false => (short_b, short_a),
        };
        out.push(Difference { name, before, after, exact });
    }
    out.extend(rule_differences(&program.rules, &before.rules, &after.rules));
    if !out.is_empty() {
        return out;
    }
    // No score moved; what did may still be what was asked about.
    let metrics = program.metrics.iter().zip(&before.metrics).zip(&after.metrics);
    out.extend(
        metrics.filter_map(|((metric, b), a)| moved(program, metric, [(&b.value, &b.band), (&a.value, &a.band)])),
    );
    out
}

/// How rules stand otherwise.
pub fn rule_differences(rules: &[Rule], before: &[RuleResult], after: &[RuleResult]) -> Vec<Difference> {
    let words = |r: &RuleResult| super::status_words(r.status).to_string();
    let all = rules.iter().zip(before).zip(after).filter(|((_, b), a)| b.status != a.status);
    let one = |((rule, b), a): ((&Rule, &RuleResult), &RuleResult)| {
        let exact = [words(b), words(a)].map(serde_json::Value::String);
        Difference { name: rule.header.name.clone(), before: words(b), after: words(a), exact }
    };
    all.map(one).collect()
}

/// How the metrics of the whole portfolio differ.
pub fn portfolio_differences(
    program: &Program,
    before: &[PortfolioResult],
    after: &[PortfolioResult],
) -> Vec<Difference> {
    let metrics = program.portfolio.iter().zip(before).zip(after);
    metrics.filter_map(|((metric, b), a)| moved(program, metric, [(&b.value, &b.band), (&a.value, &a.band)])).collect()
}

/// A metric whose value or band differs.
fn moved(program: &Program, metric: &Metric, [before, after]: [(&Value, &Option<String>); 2]) -> Option<Difference> {
    if before == after {
        return None;
    }
    let hidden = personal_metric(program, metric);
    let words = |(v, band): (&Value, &Option<String>)| {
        let value = match v.missing() {
            Some(why) => format!("missing ({why})"),
            None if hidden => value::MASK.to_string(),
            None => value::shown(program, metric.value.ty, v),
        };
        let band = band.as_ref().map_or(String::new(), |b| format!(" {b}"));
        format!("{value}{band}")
    };
    let exact = |(v, band): (&Value, &Option<String>)| {
        let masked = !v.is_missing() && hidden;
        let shown = if masked { serde_json::json!(value::MASK) } else { value::json(program, metric.value.ty, v) };
        serde_json::json!({ "value": shown, "band": band })
    };
    let name = metric.header.name.clone();
    Some(Difference { name, before: words(before), after: words(after), exact: [exact(before), exact(after)] })
}

/// A score with its grade, in few digits or in all.
pub fn score_words(card: &Scorecard, score: &ScoreResult, exact: bool) -> String {
    let grade = score.grade.as_ref().map_or(String::new(), |g| format!(" {g}"));
    match &score.value {
        Value::Number(n) if exact => format!("{n}{grade}"),
        Value::Number(n) => format!("{}{grade}", value::number(*n, card.combine.unit())),
        Value::Missing(why) => format!("missing ({why})"),
        _ => String::new(),
    }
}

/// What changed a score after its lines were combined, as `cap 29` or `override 40`.
pub fn limited(program: &Program, scorecard: usize, score: &ScoreResult) -> Vec<String> {
    let mut before: Option<Decimal> = score.unlimited.number();
    let mut out = Vec::new();
    if let Some(set) = score.by_hand() {
        before = set.score.number();
        out.extend(before.map(|n| format!("override {n}")));
    }
    for (index, after) in &score.limits {
        if before != Some(*after) {
            out.extend(limit_of(program, scorecard, *index));
        }
        before = Some(*after);
    }
    out
}

/// The limits whose condition is unknown, as `cap 29`.
pub fn undecided(program: &Program, scorecard: usize, score: &ScoreResult) -> Vec<String> {
    score.undecided_limits.iter().filter_map(|index| limit_of(program, scorecard, *index)).collect()
}

fn limit_of(program: &Program, scorecard: usize, index: usize) -> Option<String> {
    program.scorecards.get(scorecard)?.limits.get(index).map(limit_name)
}

/// `acme-paper (Acme Paper)`: an account as it is spoken of.
pub fn called(program: &Program, data: &crate::data::Dataset, id: &str, row: u32, personal: bool) -> String {
    match account_name(program, data, row, personal) {
        Some(name) if name != id => format!("{id} ({name})"),
        _ => id.to_string(),
    }
}
