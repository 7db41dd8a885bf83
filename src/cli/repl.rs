//! `laud repl`: a terminal, or a pipe, around a session.

use super::args::ReplArgs;
use super::files::Files;
use super::history::{History, MOST};
use super::stop::{Stop, USAGE};
use super::terminal::Terminal;
use crate::repl::{Reply, Session, statements, unfinished};
use crate::report::counted;
use crate::report::paint::Paint;
use crate::syntax::{RESERVED, scan};
use rustyline::completion::{Completer, Pair};
use rustyline::config::{ColorMode, CompletionType, Configurer};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Config, Context, Editor, Helper};
use std::borrow::Cow;
use std::cell::RefCell;
use std::io::{IsTerminal, Read};
use std::rc::Rc;
use std::time::Instant;

/// Runs the verb.
pub fn run(args: &ReplArgs, terminal: &mut Terminal) -> Result<u8, Stop> {
    let path = args.path.clone().or_else(|| args.program.project.clone());
    let files = Files::new(path, terminal.color());
    let opened = Session::open(files, None, terminal.layout(), args.run.show_personal);
    let (mut session, begun) = match opened {
        Ok(opened) => opened,
        Err(reply) => {
            terminal.complain(&reply.err);
            return Err(Stop::said(reply.code));
        }
    };
    let other = !args.program.set.is_empty() || args.run.as_of.is_some() || args.run.data.is_some();
    let begun = match other {
        true => session.start(&args.program.set, args.run.as_of, args.run.data.as_deref()),
        false => begun,
    };
    terminal.complain(&begun.err);
    if begun.code != 0 {
        return Err(Stop::said(begun.code));
    }
    if std::io::stdin().is_terminal() { interactive(session, terminal) } else { piped(session, terminal) }
}

/// Reads statements from a file or a pipe.
fn piped(mut session: Session<Files>, terminal: &mut Terminal) -> Result<u8, Stop> {
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(crate::syntax::MAX_BYTES as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| Stop::usage(format!("the standard input cannot be read: {error}")))?;
    if bytes.len() > crate::syntax::MAX_BYTES {
        return Err(Stop::usage("the standard input is larger than 16 MB"));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let line =
            1 + memchr::memchr_iter(b'\n', error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or(&[]))
                .count();
        Stop { code: USAGE, ..Stop::usage(format!("line {line} of the standard input is not UTF-8 text")) }
    })?;
    session.say_places();
    let mut code = 0;
    for statement in statements(&text) {
        let begun = Instant::now();
        let reply = session.statement(&statement);
        session.remember(statement.text);
        code = code.max(reply.code);
        answer(&reply, session.timing().then_some(begun), terminal);
        if reply.quit {
            break;
        }
    }
    Ok(code)
}

fn answer(reply: &Reply, begun: Option<Instant>, terminal: &mut Terminal) {
    terminal.print(&reply.out);
    if !reply.err.is_empty() {
        terminal.complain(&reply.err);
    }
    if let Some(begun) = begun {
        let took = begun.elapsed().as_micros();
        terminal.note(&format!("took {}.{:03} ms\n", took / 1_000, took % 1_000));
    }
}

/// Talks to a person.
fn interactive(session: Session<Files>, terminal: &mut Terminal) -> Result<u8, Stop> {
    let failed = |error: ReadlineError| Stop::usage(format!("this terminal cannot be used: {error}"));
    let color = terminal.color();
    let config = Config::builder().completion_type(CompletionType::List).build();
    let mut editor: Editor<Lines, DefaultHistory> = Editor::with_config(config).map_err(failed)?;
    editor.set_color_mode(if color { ColorMode::Enabled } else { ColorMode::Disabled });
    editor.set_max_history_size(MOST).map_err(failed)?;
    let history = History::usual();
    for entry in history.read() {
        editor.add_history_entry(entry).map_err(failed)?;
    }
    let session = Rc::new(RefCell::new(session));
    editor.set_helper(Some(Lines { session: session.clone(), paint: Paint::new(color) }));
    terminal.say(&format!("{}`:help` shows the way, Ctrl-D leaves\n", session.borrow().greeting()));
    loop {
        // What was said has to stand above the prompt.
        if terminal.finish().is_err() {
            break;
        }
        let prompt = format!("{}> ", session.borrow().prompt());
        let text = match editor.readline(&prompt) {
            Ok(text) => text,
            // What is typed is dropped; the session goes on.
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(failed(error)),
        };
        if text.trim().is_empty() {
            continue;
        }
        let text = text.trim_end();
        editor.add_history_entry(text).map_err(failed)?;
        history.add(text);
        let begun = Instant::now();
        let reply = session.borrow_mut().enter(text);
        answer(&reply, session.borrow().timing().then_some(begun), terminal);
        if reply.quit {
            break;
        }
    }
    let unsaved = session.borrow().unsaved() as u64;
    if unsaved > 0 {
        let verb = if unsaved == 1 { "was" } else { "were" };
        let count = counted(unsaved, "declaration", "declarations");
        terminal.note(&format!("{count} {verb} not saved; what you typed is in the history\n"));
    }
    Ok(0)
}

/// What the line editor asks while somebody types.
struct Lines {
    session: Rc<RefCell<Session<Files>>>,
    paint: Paint,
}

impl Helper for Lines {}

impl Completer for Lines {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (start, candidates) = self.session.borrow().complete(line, pos);
        let pair = |c: crate::outline::complete::Candidate| {
            let kind = if c.kind.is_empty() { String::new() } else { format!(" ({})", c.kind) };
            Pair { display: format!("{}{kind}", c.text), replacement: c.text }
        };
        Ok((start, candidates.into_iter().map(pair).collect()))
    }
}

impl Hinter for Lines {
    type Hint = String;
}

impl Validator for Lines {
    fn validate(&self, context: &mut ValidationContext) -> rustyline::Result<ValidationResult> {
        Ok(match unfinished(context.input()) {
            true => ValidationResult::Incomplete,
            false => ValidationResult::Valid(None),
        })
    }
}

impl Highlighter for Lines {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if !self.paint.color {
            return Cow::Borrowed(line);
        }
        Cow::Owned(colored(line, self.paint))
    }

    fn highlight_char(&self, _: &str, _: usize, _: CmdKind) -> bool {
        self.paint.color
    }

    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> Cow<'b, str> {
        Cow::Owned(self.paint.dim(prompt))
    }
}

/// What is typed, in colours: commands and words of the language strong, quotes green, comments dim.
fn colored(text: &str, paint: Paint) -> String {
    use crate::report::paint::Tone;
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut at = 0;
    let in_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        let tone = match byte {
            b'#' => {
                at = text.get(start..).and_then(|rest| rest.find('\n')).map_or(text.len(), |n| start + n);
                Tone::Dim
            }
            b'"' => {
                at = scan::text_end(bytes, start);
                Tone::Good
            }
            b':' if text.get(..start).is_some_and(|before| before.trim().is_empty()) => {
                while bytes.get(at).is_some_and(|b| in_word(*b) || *b == b'-') {
                    at += 1;
                }
                Tone::Strong
            }
            b if in_word(b) => {
                while bytes.get(at).is_some_and(|b| in_word(*b)) {
                    at += 1;
                }
                let word = text.get(start..at).unwrap_or("");
                if RESERVED.contains(&word) { Tone::Strong } else { Tone::Plain }
            }
            _ => Tone::Plain,
        };
        out.push_str(&paint.tone(tone, text.get(start..at).unwrap_or("")));
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    #[test]
    fn colours_change_nothing_but_the_colour() {
        for text in ["metric a = \"é\" # é\nb and c", ":why x", "\"open", "é≥ and", ""] {
            assert_eq!(anstream::adapter::strip_str(&colored(text, Paint::new(true))).to_string(), text);
        }
        assert!(colored("metric a", Paint::new(true)).starts_with("\u{1b}[1mmetric"));
    }
}
