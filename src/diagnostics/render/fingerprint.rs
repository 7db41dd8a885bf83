//! What makes a finding the same finding after the lines around it have moved.

use crate::diagnostics::Diagnostic;
use crate::source::Sources;
use std::collections::HashMap;

/// Gives each finding a fingerprint: 32 hexadecimal digits of its file, kind, message and source line. Blanks and line
/// numbers do not count; of findings that agree in all that, each gets its own by the order of their places.
#[derive(Debug, Default)]
pub struct Fingerprints {
    seen: HashMap<String, u32>,
}

impl Fingerprints {
    /// The fingerprint of the next finding, taken in the order of places.
    pub fn next(&mut self, diagnostic: &Diagnostic, sources: &Sources) -> String {
        let span = diagnostic.span();
        let (file, line) = match sources.get(span.source) {
            Some(source) => {
                let (number, _) = source.line_column(span.start);
                let words: Vec<&str> = source.line(number).split_whitespace().collect();
                (source.name.as_str(), words.join(" "))
            }
            None => ("", String::new()),
        };
        let facts = [file, diagnostic.code.name(), &diagnostic.message, &line].join("\0");
        let count = self.seen.entry(facts.clone()).or_default();
        *count += 1;
        let text = format!("{facts}\0{count}");
        format!("{:016x}{:016x}", fnv(0xcbf2_9ce4_8422_2325, &text), fnv(0x6c62_272e_07bb_0142, &text))
    }
}

/// FNV-1a with 64 bits, from a starting value: the same on every machine and in every release.
fn fnv(start: u64, text: &str) -> u64 {
    text.bytes().fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
