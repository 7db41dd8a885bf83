//! Everything that is written goes through here: results to the standard output, everything else to the standard error.

use super::args::When;
use super::stop::Stop;
use crate::report::paint::{Paint, Tone};
use crate::report::table::clean;
use crate::report::{Layout, WIDTH};
use anstream::{AutoStream, ColorChoice};
use std::io::{self, BufWriter, IsTerminal, Write};

/// The terminal, or whatever stands in its place.
pub struct Terminal {
    out: BufWriter<AutoStream<io::Stdout>>,
    err: AutoStream<io::Stderr>,
    color: bool,
    err_color: bool,
    width: usize,
    quiet: bool,
    failure: Option<io::Error>,
}

/// Wider than this is hard to read.
const WIDEST: usize = 160;

impl Terminal {
    /// With colours as wanted; `NO_COLOR` and the like decide where the user leaves it open.
    pub fn new(color: When, quiet: bool) -> Terminal {
        let choice = |auto: ColorChoice| match color {
            When::Always => ColorChoice::Always,
            When::Never => ColorChoice::Never,
            When::Auto => auto,
        };
        let out_choice = choice(AutoStream::choice(&io::stdout()));
        let err_choice = choice(AutoStream::choice(&io::stderr()));
        let size = terminal_size::terminal_size_of(io::stdout());
        let width = size.map_or(WIDTH, |(terminal_size::Width(w), _)| usize::from(w).clamp(40, WIDEST));
        Terminal {
            out: BufWriter::new(AutoStream::new(io::stdout(), out_choice)),
            err: AutoStream::new(io::stderr(), err_choice),
            color: out_choice != ColorChoice::Never,
            err_color: err_choice != ColorChoice::Never,
            width,
            quiet,
            failure: None,
        }
    }

    /// How results are laid out.
    pub fn layout(&self) -> Layout {
        Layout { width: self.width, paint: Paint::new(self.color) }
    }

    /// True where results are read by a person at once.
    pub fn is_terminal(&self) -> bool {
        self.color || io::stdout().is_terminal()
    }

    /// How what stands beside results is laid out.
    pub fn err_layout(&self) -> Layout {
        Layout { width: self.width, paint: Paint::new(self.err_color) }
    }

    /// Print the result and nothing else?
    pub fn quiet(&self) -> bool {
        self.quiet
    }

    /// Colours on the standard output?
    pub fn color(&self) -> bool {
        self.color
    }

    /// Colours on the standard error?
    pub fn err_color(&self) -> bool {
        self.err_color
    }

    /// A result.
    pub fn print(&mut self, text: &str) {
        self.write(text.as_bytes());
    }

    fn write(&mut self, text: &[u8]) {
        if self.failure.is_none()
            && let Err(error) = self.out.write_all(text)
        {
            self.failure = Some(error);
        }
    }

    /// A result that has to arrive byte for byte, whatever it holds.
    pub fn print_raw(&mut self, text: &str) {
        self.write_raw(|out| out.write_all(text.as_bytes()));
    }

    /// The same, for what is too much to have it in one piece.
    pub fn write_raw(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        if self.failure.is_none()
            && let Err(error) = self.out.flush().and_then(|()| write(&mut io::stdout().lock()))
        {
            self.failure = Some(error);
        }
    }

    /// Many lines of a result; for programs byte for byte, since nothing else is among them.
    pub fn print_lines(&mut self, lines: &[u8]) {
        if self.is_terminal() { self.write(lines) } else { self.write_raw(|out| out.write_all(lines)) }
    }

    /// What a verb did, where it has no other result; left out with `--quiet`.
    pub fn say(&mut self, text: &str) {
        if !self.quiet {
            self.print(text);
        }
    }

    /// Something besides the result; left out with `--quiet`.
    pub fn note(&mut self, text: &str) {
        if !self.quiet {
            self.complain(text);
        }
    }

    /// Something that has to be said.
    pub fn complain(&mut self, text: &str) {
        // What was printed before should stand before it. Nobody is left to tell if the standard error is closed.
        let _ = self.out.flush();
        let _ = self.err.write_all(text.as_bytes());
    }

    /// Writes what is held back, where nothing more comes for a while.
    pub fn flush(&mut self) {
        if let (Err(error), None) = (self.out.flush(), &self.failure) {
            self.failure = Some(error);
        }
    }

    /// True if nobody takes what is written any more.
    pub fn is_closed(&self) -> bool {
        self.failure.is_some()
    }

    /// Why what was written did not arrive.
    pub fn failure(&self) -> Option<&io::Error> {
        self.failure.as_ref()
    }

    /// Says why the verb stopped; gives its exit code.
    pub fn stop(&mut self, stop: &Stop) -> u8 {
        if !stop.message.is_empty() {
            let paint = Paint::new(self.err_color);
            let mut text = format!("{}: {}\n", paint.tone(Tone::Bad, "error"), clean(&stop.message));
            for line in stop.help.iter().flat_map(|help| help.lines()) {
                text.push_str(&format!("  {}\n", clean(line)));
            }
            self.complain(&text);
        }
        stop.code
    }

    /// Writes what is still held back. That whoever reads us has read enough (`| head`) is no failure.
    pub fn finish(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        match self.failure.take().map_or(flushed, Err) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            outcome => outcome,
        }
    }
}
