//! Rules, and what they name: guards, playbooks, working days.
//!
//! Everything that a plan needs is typed here; the text of a rule is kept beside it for messages only. What is done about
//! a rule that holds depends on what was done before, which is not known here.

use super::{CalendarId, Expr, FieldId, GuardId, Header, PlaybookId, TableId};
use crate::calendar::{Date, Duration, PeriodKind};
use crate::number::Decimal;
use crate::span::Span;
use std::hash::{Hash, Hasher};

/// When to act, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Name and metadata. The name is the identity of what the rule opens.
    pub header: Header,
    /// Whom an item of it is about.
    pub about: About,
    /// What sets it off.
    pub trigger: Trigger,
    /// The condition; of a trigger that may go without, true. For `on`, in the scope of the row.
    pub condition: Expr,
    /// The condition has to hold in so many runs in a row; 1 if it does not say.
    pub runs: u32,
    /// What holds it back.
    pub unless: Option<Expr>,
    /// When an open item closes by itself.
    pub close: Option<Close>,
    /// What is done, in the order written.
    pub actions: Vec<Action>,
    /// Who is told when nothing happens, by rising time.
    pub escalation: Vec<Step>,
    /// Who has to agree first; all of them.
    pub approvals: Vec<Approval>,
    /// How long nothing new is opened for the same key.
    pub cooldown: Option<Cooldown>,
    /// The share of subjects that are treated, as a ratio; the others are the control arm.
    pub pilot: Option<Decimal>,
    /// The higher goes first; 0 if it does not say.
    pub priority: Decimal,
    /// How deep the segments are nested that the condition names; among rules of equal priority the deeper goes first.
    pub specificity: u32,
    /// Of the rules of one group only the first acts, per subject and run.
    pub exclusive: Option<String>,
    /// At most so many per period.
    pub limit: Option<RateLimit>,
    /// What tells two items about one subject apart, besides the rule.
    pub dedupe: Vec<Key>,
    /// It fires on the first run too.
    pub fire_on_first_run: bool,
    /// The name it had before, whose open items are its own.
    pub renamed_from: Option<String>,
    /// The guards that hold it back, in order of declaration.
    pub guards: Vec<GuardId>,
    /// Why no guard applies to it, if it says so.
    pub unguarded: Option<String>,
    /// The calendar that its working days are counted by; without one, Saturday and Sunday are free.
    pub calendar: Option<CalendarId>,
    /// As written.
    pub ast: Box<crate::ast::Rule>,
}

impl Rule {
    /// A rule about accounts that says no more than this.
    pub fn of(header: Header, trigger: Trigger, condition: Expr) -> Rule {
        Rule {
            header,
            about: About::Account,
            trigger,
            condition,
            runs: 1,
            unless: None,
            close: None,
            actions: Vec::new(),
            escalation: Vec::new(),
            approvals: Vec::new(),
            cooldown: None,
            pilot: None,
            priority: Decimal::ZERO,
            specificity: 0,
            exclusive: None,
            limit: None,
            dedupe: Vec::new(),
            fire_on_first_run: false,
            renamed_from: None,
            guards: Vec::new(),
            unguarded: None,
            calendar: None,
            ast: Box::default(),
        }
    }

    /// The table of the row that its condition looks at, if that is about a row.
    pub fn looks_at(&self) -> Option<TableId> {
        match self.trigger {
            Trigger::On(table) => Some(table),
            _ => self.about.rows(),
        }
    }

    /// Its condition, what holds it back and what closes it, as far as it has them.
    pub fn conditions(&self) -> impl Iterator<Item = &Expr> {
        std::iter::once(&self.condition).chain(&self.unless).chain(self.close.as_ref().map(|close| &close.condition))
    }
}

/// The text says it all, and so programs keep the hash they had before there was more to say.
impl Hash for Rule {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.header.hash(state);
        self.trigger.hash(state);
        self.condition.hash(state);
        self.unless.hash(state);
        self.close.as_ref().map(|close| &close.condition).hash(state);
        self.ast.hash(state);
        if let About::Row(table) = self.about {
            ("of rows", table).hash(state);
        }
        if !self.guards.is_empty() {
            ("guards", &self.guards).hash(state);
        }
        if let Some(calendar) = self.calendar {
            ("calendar", calendar).hash(state);
        }
    }
}

/// Whom a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum About {
    /// Each account.
    Account,
    /// Each row of this table that belongs to an account.
    Row(TableId),
    /// The whole portfolio.
    Portfolio,
}

impl About {
    /// The table whose rows it is about.
    pub fn rows(self) -> Option<TableId> {
        match self {
            About::Row(table) => Some(table),
            About::Account | About::Portfolio => None,
        }
    }
}

/// What sets a rule off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// Its condition becomes true.
    When,
    /// Its condition is true.
    While,
    /// A row of this table that is new since the last run.
    On(TableId),
    /// The first run of each period.
    Every(PeriodKind),
}

impl Trigger {
    /// The word it is written with.
    pub fn word(self) -> &'static str {
        match self {
            Trigger::When => "when",
            Trigger::While => "while",
            Trigger::On(_) => "on",
            Trigger::Every(_) => "every",
        }
    }
}

/// When an open item closes by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Close {
    /// The condition.
    pub condition: Expr,
    /// It has to hold in so many runs in a row; 1 if it does not say.
    pub runs: u32,
}

/// A length of time by the calendar, or in working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wait {
    /// `7 days`, `2 months`
    Calendar(Duration),
    /// `3 working days`
    Working(u32),
}

/// A text with `{names}` to fill in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Template {
    /// As written.
    pub text: String,
    /// What each name in braces stands for, in the order written; names that cannot be read as a value are left out.
    pub values: Vec<(String, Expr)>,
    /// Where it stands.
    pub span: Span,
}

/// Who is given work.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Who {
    /// The person that this text column of the account names.
    Column(FieldId),
    /// The person that this text column of the row names that the rule is about, or that set it off.
    RowColumn(TableId, FieldId),
    /// A team or a role.
    Team(String),
}

/// The table of those who work can be given to: one called `staff`, whose key is what columns name people by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Staff {
    /// The table.
    pub table: TableId,
    /// Its key.
    pub key: FieldId,
    /// The column that says who is active; without one, everybody in it is.
    pub active: Option<FieldId>,
    /// The column that says since when a row holds, where the table keeps its history.
    pub since: Option<FieldId>,
}

/// `assign csm fallback cs_ops`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Assign {
    /// Who.
    pub to: Who,
    /// Who, if nobody is named there, or somebody who is not active.
    pub fallback: Option<Who>,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verb {
    /// `do task`
    Task,
    /// `do playbook`
    Playbook,
    /// `do email`
    Email,
    /// `do notify`
    Notify,
    /// `do call`
    Call,
    /// `do ticket`
    Ticket,
}

impl Verb {
    /// All of them, in the order in which they are told.
    pub const ALL: [Verb; 6] = [Verb::Task, Verb::Playbook, Verb::Email, Verb::Notify, Verb::Call, Verb::Ticket];

    /// The word it is written with.
    pub fn word(self) -> &'static str {
        match self {
            Verb::Task => "task",
            Verb::Playbook => "playbook",
            Verb::Email => "email",
            Verb::Notify => "notify",
            Verb::Call => "call",
            Verb::Ticket => "ticket",
        }
    }
}

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Action {
    /// What kind of thing.
    pub verb: Verb,
    /// What it is about.
    pub what: What,
    /// For whom.
    pub assign: Option<Assign>,
    /// How long after the item opens it is due.
    pub due: Option<Wait>,
    /// Where it stands.
    pub span: Span,
}

/// What an action names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum What {
    /// A text to fill in.
    Text(Template),
    /// Something known by this name elsewhere: `do email invitation`.
    Name(String),
    /// A playbook.
    Playbook(PlaybookId),
}

/// A step of an escalation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Step {
    /// How long after the item opened.
    pub after: Wait,
    /// A team or role.
    pub to: String,
    /// A meeting that is called then.
    pub meeting: Option<Template>,
}

/// Somebody who has to agree.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Approval {
    /// A team or role.
    pub team: String,
    /// How long they may take.
    pub within: Option<Wait>,
    /// Who is told when they take longer; nobody agrees in their place.
    pub escalate_to: Option<String>,
}

/// How long nothing new is opened for the same key, counted from the day on which the last item closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cooldown {
    /// After any item.
    pub usual: Duration,
    /// After one that was won, if that is another time.
    pub after_won: Option<Duration>,
    /// After one that was dismissed, if that is another time.
    pub after_dismissed: Option<Duration>,
}

/// `limit 5 per owner per week`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RateLimit {
    /// How many.
    pub most: u32,
    /// Per what.
    pub per: Per,
    /// In which period.
    pub period: PeriodKind,
}

/// Per what a limit counts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Per {
    /// Whoever the item's first action is assigned to.
    Owner,
    /// The value of this.
    Value(Key),
}

/// A named value that is part of an identity.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// As written.
    pub name: String,
    /// What it is: about the account, or about the row that the rule is about or that set it off.
    pub value: Expr,
}

/// What holds rules back, whatever they say themselves.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Guard {
    /// Name and metadata.
    pub header: Header,
    /// Whom its conditions are about: each account, or each row of a table.
    pub about: About,
    /// What holds rules back, in the order written; all of it is looked at.
    pub reasons: Vec<Reason>,
}

impl Guard {
    /// The conditions among its reasons.
    pub fn conditions(&self) -> impl Iterator<Item = &Expr> {
        self.reasons.iter().filter_map(|reason| match &reason.kind {
            ReasonKind::When(condition) => Some(condition),
            ReasonKind::Lock(_) | ReasonKind::Blackout(..) => None,
        })
    }
}

/// One thing that holds rules back.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Reason {
    /// What it is called: its name, `lock` or `blackout`.
    pub name: String,
    /// What it looks at.
    pub kind: ReasonKind,
    /// Why.
    pub because: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// The forms of a reason.
#[derive(Debug, Clone, PartialEq, Hash)]
pub enum ReasonKind {
    /// A condition holds.
    When(Expr),
    /// Another item about the same account was opened so shortly before.
    Lock(Duration),
    /// The as-of date lies between these, both included.
    Blackout(Date, Date),
}

/// A list of tasks with a number that changes with it.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Playbook {
    /// Name and metadata.
    pub header: Header,
    /// An open item keeps the version that it was opened with.
    pub version: u32,
    /// The tasks, in the order written.
    pub tasks: Vec<Task>,
}

/// A task of a playbook.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct Task {
    /// What is to be done.
    pub text: Template,
    /// By whom; by whoever has the item, if it does not say.
    pub assign: Option<Assign>,
    /// Until when, counted from the day on which it can be begun.
    pub due: Option<Wait>,
    /// The places of the tasks that come before it.
    pub after: Vec<usize>,
    /// The channel: `email`, `phone` …
    pub via: Option<String>,
    /// The text that is sent, by its name elsewhere.
    pub template: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// Which days are worked.
#[derive(Debug, Clone, PartialEq, Hash)]
pub struct WorkCalendar {
    /// Name and metadata.
    pub header: Header,
    /// Days of the week without work, 0 for Monday to 6 for Sunday, in this order.
    pub weekend: Vec<u8>,
    /// Further days without work, in order.
    pub holidays: Vec<Date>,
}
