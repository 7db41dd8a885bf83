//! `laud explain`: the page of a finding, and the text of `std`.

use super::args::ExplainArgs;
use super::stop::Stop;
use super::terminal::Terminal;
use crate::diagnostics::{Code, nearest};
use crate::library::{self, library};
use crate::report::page;
use crate::report::paint::Tone;
use crate::report::table::{Cell, Column, Table};

/// Runs the verb.
pub fn run(args: &ExplainArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    match &args.code {
        Some(word) if word == library::NAME => {
            print_package(terminal);
            Ok(0)
        }
        Some(word) if word.starts_with("std.") => definition(word, terminal),
        Some(word) => one(word, terminal),
        None => {
            all(terminal);
            Ok(0)
        }
    }
}

fn one(word: &str, terminal: &mut Terminal) -> Result<u8, Stop> {
    let Some(code) = Code::find(word) else {
        let names = Code::ALL.iter().flat_map(|c| [c.name(), c.number()]).chain([library::NAME]);
        if let Some(found) = library().get(word) {
            let help = format!("did you mean `{}`?", found.qualified());
            return Err(Stop::usage(format!("there is no finding `{word}`")).help(help));
        }
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

/// The whole text of `std`: it is meant to be read.
fn print_package(terminal: &mut Terminal) {
    let texts: Vec<&str> = library().sources().iter().map(|source| source.text.trim_end()).collect();
    terminal.print(&format!("{}\n", texts.join("\n\n\n")));
}

/// One definition as it is written.
fn definition(word: &str, terminal: &mut Terminal) -> Result<u8, Stop> {
    let Some(found) = library::find(word) else {
        let help = match nearest(word, library().names()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => "`laud explain std` shows all of it".to_string(),
        };
        return Err(Stop::usage(format!("there is no `{word}`")).help(help));
    };
    terminal.print(&format!("{}\n", found.text));
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
