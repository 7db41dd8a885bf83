//! `--data`: loads what the rules are about, and scores it at the date of the run and at some before.

use crate::calendar::{Calendar, Date};
use crate::cli::check::Checked;
use crate::cli::project::Project;
use crate::cli::session::{bind, data_errors};
use crate::cli::stop::{Stop, USAGE};
use crate::cli::terminal::Terminal;
use crate::data::{self, Dataset, LoadReport};
use crate::diagnostics::Diagnostics;
use crate::engine::reference::Reference;
use crate::engine::{Engine, Options};
use crate::lint::data::Evidence;
use crate::program::Program;

/// How long before the date of the run is looked too, in days.
const BEFORE: [i64; 3] = [90, 180, 270];

/// Data that were loaded.
pub struct Loaded {
    data: Dataset,
    load: LoadReport,
    calendar: Calendar,
    today: Date,
}

impl Loaded {
    /// Loads the data of a project that checked; nothing if it did not.
    pub fn new(
        asked: &str,
        project: &Project,
        checked: &Checked,
        terminal: &mut Terminal,
    ) -> Result<Option<Loaded>, Stop> {
        let compiled = &checked.compiled;
        let errors = compiled.exit_code() != 0;
        let Some(program) = compiled.program.as_ref().filter(|_| !errors) else { return Ok(None) };
        let mut diagnostics = Diagnostics::new();
        let config = compiled.config.as_ref();
        let binding = bind(program, config, project.config.is_some(), Some(asked), project, &mut diagnostics);
        let Some(binding) = binding.filter(|_| !diagnostics.has_errors()) else {
            let list = diagnostics.sorted();
            let text = crate::cli::findings::human(&list, &compiled.sources, terminal.err_color());
            terminal.complain(&text);
            return Err(Stop::said(USAGE));
        };
        let (data, load) =
            data::load(program, &binding, &mut |_| {}).map_err(|errors| data_errors(&errors, terminal))?;
        let calendar = config.map_or_else(Calendar::default, |config| config.calendar());
        Ok(Some(Loaded { data, load, calendar, today: compiled.today }))
    }

    /// Scores all accounts.
    pub fn evidence(&self, program: &Program) -> Evidence<'_> {
        let at = |as_of: Date| {
            let options = Options { as_of, calendar: self.calendar, accounts: Vec::new() };
            Reference.evaluate(program, &self.data, &options)
        };
        // Before the first event nothing can be told of any date.
        let events = || program.tables.iter().zip(&self.data.tables).filter(|(table, _)| table.kind.at().is_some());
        let some = events().any(|(_, data)| data.loaded && data.rows > 0);
        let earlier = BEFORE.iter().filter(|_| some).map(|days| at(self.today.plus_days(-days))).collect();
        Evidence { data: &self.data, load: &self.load, results: at(self.today), earlier, calendar: self.calendar }
    }
}
