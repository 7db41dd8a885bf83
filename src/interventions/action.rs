//! What leaves the machine for the world outside: tasks, escalations, requests for approval, closings.

use super::{Item, Slot};
use crate::calendar::Date;
use std::sync::Arc;

/// Something for somebody outside to do or to know. Its id is the same whenever the same step is taken again, so that a
/// receiver can drop repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// `9f3c…-task-1`
    pub id: String,
    /// Which kind.
    pub kind: ActionKind,
    /// The item.
    pub item: Arc<str>,
    /// What it is about.
    pub slot: Slot,
    /// The account that it is about or belongs to.
    pub account: Option<Arc<str>>,
    /// The as-of date of the run, or the date of the decision.
    pub as_of: Date,
    /// `task`, `email` …; of other kinds, the kind.
    pub verb: String,
    /// What is to be done, or why.
    pub text: String,
    /// For whom.
    pub to: Option<String>,
    /// Until when.
    pub due: Option<Date>,
    /// How long it may take, where it has to wait for another task first.
    pub within: Option<String>,
    /// The level of an escalation.
    pub level: Option<u32>,
    /// The playbook and version it comes from.
    pub playbook: Option<String>,
    /// The title of the task that comes before it.
    pub after: Option<String>,
    /// By which channel.
    pub via: Option<String>,
    /// After which template.
    pub template: Option<String>,
}

/// Kinds of action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionKind {
    /// Do this.
    Task,
    /// Approve this, or do not.
    Approval,
    /// It took too long: see to it.
    Escalation,
    /// It is over: nothing needs to be done any more.
    Close,
}

impl ActionKind {
    /// `task`
    pub fn word(self) -> &'static str {
        match self {
            ActionKind::Task => "task",
            ActionKind::Approval => "approval",
            ActionKind::Escalation => "escalation",
            ActionKind::Close => "close",
        }
    }
}

impl Action {
    /// About an item, with nothing else said yet.
    pub(super) fn about(item: &Item, kind: ActionKind, which: &str, as_of: Date) -> Action {
        let dash = if which.is_empty() { "" } else { "-" };
        Action {
            id: format!("{}-{}{dash}{which}", item.id, kind.word()),
            kind,
            item: item.id.clone(),
            slot: item.slot.clone(),
            account: item.account.clone(),
            as_of,
            verb: kind.word().to_string(),
            text: String::new(),
            to: None,
            due: None,
            within: None,
            level: None,
            playbook: None,
            after: None,
            via: None,
            template: None,
        }
    }

    /// The tasks of an item whose work begins.
    pub(super) fn tasks(item: &Item, as_of: Date) -> impl Iterator<Item = Action> {
        item.tasks.iter().enumerate().map(move |(i, task)| Action {
            verb: task.verb.clone(),
            text: task.text.clone(),
            to: task.assignee.clone(),
            due: task.due,
            within: task.wait.filter(|_| task.after.is_some()).map(|wait| wait.to_string()),
            playbook: task.playbook.clone(),
            after: task.after.clone(),
            via: task.via.clone(),
            template: task.template.clone(),
            ..Action::about(item, ActionKind::Task, &(i + 1).to_string(), as_of)
        })
    }
}
