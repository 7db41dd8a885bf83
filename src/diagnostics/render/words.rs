//! What a finding says in words, for formats that have one field for it.

use super::clean;
use crate::diagnostics::Diagnostic;

/// `message; help: …`, on one line.
pub fn one_line(diagnostic: &Diagnostic) -> String {
    let mut line = clean::prose(&diagnostic.message);
    if let Some(help) = &diagnostic.help {
        line.push_str("; help: ");
        line.push_str(&clean::prose(help));
    }
    line
}

/// The message and what is below it, a line each: label, help, witness.
pub fn lines(diagnostic: &Diagnostic) -> Vec<String> {
    let mut lines = vec![clean::prose(&diagnostic.message)];
    let label = diagnostic.labels.first().map(|l| l.text.as_str()).filter(|text| !text.is_empty());
    for (word, text) in
        [("here", label), ("help", diagnostic.help.as_deref()), ("witness", diagnostic.witness.as_deref())]
    {
        if let Some(text) = text {
            lines.push(format!("{word}: {}", clean::prose(text)));
        }
    }
    lines
}
