//! What is done about rules: a pure state machine from what rules say today and what was done before to what is done now.
//!
//! ```text
//!  program ──policy──▶ Policy ─┐
//!  results ──gather──▶ Candidates ─┤
//!  ledger  ──load────▶ State ──┴──step──▶ Outcome { rows, changes, actions } ──commit──▶ ledger
//! ```
//!
//! [`step`] is the one function behind `laud plan`, `laud apply` and whatever plays the past: it reads no clock, no disk and
//! no order of rows. `plan` prints the rows; `apply` commits the changes and hands the actions on; a [`Change`] is both what
//! [`State::apply`] does in memory and what a store writes.
//!
//! | file | what |
//! |---|---|
//! | `policy` | what each rule says about acting, out of the program |
//! | `candidate`, `gather` | how each rule stands for each subject, out of the results |
//! | `state`, `change` | what is remembered, and how it changes |
//! | `machine` | one run: the step |
//! | `suppression` | what holds an intervention back |
//! | `limits` | who goes first where not all may |
//! | `opened` | what becomes of an item that is open: closing, approval, escalation |
//! | `decision` | what people decide about items |
//! | `working_days` | delays, in days of the calendar or of work |
//! | `plan` | counts and gates over the rows |
//! | `simulate` | the step, date after date over the past |

mod action;
mod candidate;
mod change;
mod decision;
mod gather;
mod limits;
mod machine;
mod opened;
mod outcome;
pub mod plan;
mod policy;
pub mod simulate;
mod state;
mod suppression;
mod working_days;

pub use action::{Action, ActionKind};
pub use candidate::{Candidate, Hold, Truth};
pub use change::Change;
pub use decision::{Refusal, Verdict, close, decide, snooze};
pub use gather::{gather, row_identity};
pub use machine::{Run, step};
pub use outcome::{Decided, Finding, Orphan, Outcome, Reason, ReasonKind, Row, Why};
pub use policy::{ApprovalPolicy, EscalationStep, LimitPolicy, Policy, RulePolicy, RuleSource, Trigger, shown_key};
pub use state::{
    Approval, Closing, Decision, Edge, Item, LastItem, LastRun, Memory, Slot, State, Status, Subject, Task,
};
pub use working_days::{Delay, WorkingDays};
