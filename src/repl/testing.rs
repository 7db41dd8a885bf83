//! Tests in a session: running them against the program as it is now, and making one of what an account scores.

use super::session::{Format, Session};
use super::{FAILED, Host, Reply};
use crate::explain::Topic;
use crate::program::{Expr, ExprKind, Program};
use crate::report::counted;
use crate::testing::{self, Report, Setup, Trial};

/// Columns that an explanation is indented by.
const INDENT: usize = 8;

impl<H: Host> Session<H> {
    pub(super) fn tests(&self, asked: &str) -> Reply {
        self.try_tests(asked).unwrap_or_else(|reply| reply)
    }

    fn try_tests(&self, asked: &str) -> Result<Reply, Reply> {
        let program = self.program()?;
        if program.tests.is_empty() {
            return Err(Reply::failed("there are no tests", "`:account acme`, then `:save-test acme` makes one"));
        }
        let asked = unquoted(asked);
        let report = self.run_tests(program, (!asked.is_empty()).then_some(asked));
        let out = match self.format {
            Format::Human | Format::Csv => testing::human(&report, self.layout.paint, None),
            Format::Md => testing::markdown(&report),
            Format::Json => format!("{:#}\n", testing::json(&report, &self.draft.sources)),
        };
        let code = if report.passed() { 0 } else { FAILED };
        Ok(Reply { out, code, ..Reply::default() })
    }

    fn run_tests(&self, program: &Program, filter: Option<&str>) -> Report {
        let setup = Setup {
            program,
            sources: &self.draft.sources,
            rules: &self.draft.sources,
            settings: &self.settings(),
            calendar: self.calendar(),
            zone: self.state.base.zone,
            project: &self.state.base.name,
            open: &H::beside,
            width: self.layout.width.saturating_sub(INDENT),
            coverage: false,
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        testing::run(&setup, filter, threads)
    }

    pub(super) fn save_test(&mut self, asked: &str, line: usize) -> Reply {
        let title = unquoted(asked);
        let (written, id) = match self.write_test(title) {
            Ok(written) => written,
            Err(reply) => return reply,
        };
        let mut reply = self.declare(&written.text, line);
        if reply.code == 0 {
            let expectations = counted(written.expectations as u64, "expectation", "expectations");
            let left_out = match written.left_out as u64 {
                0 => String::new(),
                n => format!("; {n} left out, as other accounts have a part in what it comes to"),
            };
            reply.out.push_str(&format!("{expectations} about {id} as of {}{left_out}\n", self.as_of()));
        }
        reply
    }

    /// The test, and what its account is called.
    fn write_test(&self, title: &str) -> Result<(testing::Written, String), Reply> {
        if title.is_empty() {
            return Err(Reply::failed("say what it is called", "`:save-test acme at the end of the quarter`"));
        }
        if title.contains(['"', '\\', '{', '}']) {
            return Err(Reply::failed("a title has no quotes, braces or backslashes in it", "write it in plain words"));
        }
        let program = self.program()?;
        let Some(id) = self.bound() else {
            return Err(Reply::failed("of which account?", "choose one first: `:account acme`"));
        };
        let shown = self.shown_id(id);
        if self.evaluator()?.account(id, self.as_of()).is_none() {
            return Err(Reply::failed(format!("there is no account `{shown}` on {}", self.as_of()), ""));
        }
        // What was asked about may be gone by now.
        let names: Vec<String> =
            self.asked.iter().filter(|name| Topic::find(program, name).is_some()).cloned().collect();
        let made = testing::draft(program, self.dataset(), self.calendar(), id, self.as_of(), &names, self.personal);
        let Some(draft) = made.filter(|draft| draft.expectations() > 0) else {
            return Err(Reply::failed(
                "there is nothing that a test could expect",
                "declare a metric, a scorecard or a rule",
            ));
        };
        let trial = Trial {
            rules: &self.draft.sources,
            settings: &self.settings(),
            calendar: self.calendar(),
            zone: self.state.base.zone,
            project: &self.state.base.name,
            open: &H::beside,
        };
        match testing::written(&draft, title, &shown, &trial) {
            Ok(written) => Ok((written, shown)),
            Err(untold) => Err(Reply::failed(untold.message, untold.help.unwrap_or_default())),
        }
    }

    /// Keeps what was asked about, for a test to expect it.
    pub(super) fn asked_about(&mut self, topic: Topic) {
        let Ok(program) = self.program() else { return };
        let name = match topic {
            Topic::Account => None,
            Topic::Metric(id) => program.metric(id).map(|m| m.header.name.clone()),
            Topic::Scorecard(id) => program.scorecard(id).map(|c| c.header.name.clone()),
            Topic::Rule(id) => program.rules.get(id.index()).map(|r| r.header.name.clone()),
            // Nothing that a test expects.
            Topic::Segment(_) | Topic::Partition(_) | Topic::RowMetric(_) | Topic::RowRule(_) => return,
        };
        self.asked = name.into_iter().collect();
    }

    /// The same of an expression: the metrics and scorecards that it names, if it names any.
    pub(super) fn asked_of(&mut self, expr: &Expr) {
        let Ok(program) = self.program() else { return };
        let names = named(program, expr);
        if !names.is_empty() {
            self.asked = names;
        }
    }
}

/// The metrics and scorecards that an expression names.
fn named(program: &Program, expr: &Expr) -> Vec<String> {
    let mut names = Vec::new();
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        let metric = |id| program.metric(id).map(|m| m.header.name.clone());
        let card = |id| program.scorecard(id).map(|c| c.header.name.clone());
        match &expr.kind {
            ExprKind::Metric(id) | ExprKind::Points(id) => names.extend(metric(*id)),
            ExprKind::IsBand { metric: id, .. } => names.extend(metric(*id)),
            ExprKind::Score(id) => names.extend(card(*id)),
            ExprKind::IsGrade { scorecard: id, .. } => names.extend(card(*id)),
            _ => open.extend(expr.children()),
        }
    }
    names
}

/// A title with or without the quotes around it.
fn unquoted(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).trim()
}
