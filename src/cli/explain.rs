//! `laud explain`: the page of a finding.

use super::args::ExplainArgs;
use super::stop::Stop;
use super::terminal::Terminal;
use crate::diagnostics::{Code, nearest};
use crate::report::page;
use crate::report::paint::Tone;
use crate::report::table::{Cell, Column, Table};

/// Runs the verb.
pub fn run(args: &ExplainArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    match &args.code {
        Some(word) => one(word, terminal),
        None => {
            all(terminal);
            Ok(0)
        }
    }
}

fn one(word: &str, terminal: &mut Terminal) -> Result<u8, Stop> {
    let Some(code) = Code::find(word) else {
        let names = Code::ALL.iter().flat_map(|c| [c.name(), c.number()]);
        let help = match nearest(word, names) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "`laud explain` lists all of them".to_string(),
        };
        return Err(Stop::usage(format!("there is no finding `{word}`")).help(help));
    };
    let page = code.page().0;
    if terminal.is_terminal() {
        let text = page::styled(page, &terminal.layout());
        let head = terminal.layout().paint.dim(&format!("{} {}", code.number(), code.severity().word()));
        terminal.print(&format!("{head}\n{text}"));
    } else {
        terminal.print(page);
    }
    Ok(0)
}

fn all(terminal: &mut Terminal) {
    let mut table = Table::new(vec![Column::default(); 4]);
    for code in Code::ALL {
        let summary = code.page().summary();
        table.row(vec![
            Cell::toned(code.number(), Tone::Strong),
            code.name().into(),
            Cell::toned(code.severity().word(), Tone::Dim),
            summary.into(),
        ]);
    }
    let text = table.human(0, &terminal.layout());
    terminal.print(&text);
}
