//! Colours, used sparingly: what is wrong is red, what needs a look yellow, what is less important dim.

use anstyle::{AnsiColor, Style};

/// What a piece of text is, to the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// As it is.
    #[default]
    Plain,
    /// Headings and names that are looked for.
    Strong,
    /// Less important.
    Dim,
    /// Fine.
    Good,
    /// Needs a look.
    Warn,
    /// Wrong, or lowest.
    Bad,
}

/// Puts colours on text, or leaves it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint {
    /// Colours are wanted.
    pub color: bool,
}

impl Paint {
    /// With colours, or without.
    pub fn new(color: bool) -> Paint {
        Paint { color }
    }

    /// Without colours.
    pub fn plain() -> Paint {
        Paint { color: false }
    }

    /// `text` in this tone.
    pub fn tone(self, tone: Tone, text: &str) -> String {
        let style = match tone {
            Tone::Plain => return text.to_string(),
            Tone::Strong => Style::new().bold(),
            Tone::Dim => Style::new().dimmed(),
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Warn => AnsiColor::Yellow.on_default(),
            Tone::Bad => AnsiColor::Red.on_default(),
        };
        if !self.color || text.is_empty() {
            return text.to_string();
        }
        format!("{style}{text}{style:#}")
    }

    /// Bold.
    pub fn strong(self, text: &str) -> String {
        self.tone(Tone::Strong, text)
    }

    /// Dim.
    pub fn dim(self, text: &str) -> String {
        self.tone(Tone::Dim, text)
    }
}
