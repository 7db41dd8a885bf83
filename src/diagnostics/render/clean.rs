//! User text made fit for a terminal: no escape sequences, no text that runs the other way, no endless lines.

/// The longest message or help that is printed, in characters.
const LONGEST: usize = 600;

/// A character of a source line, one for one so that columns stay true; tabs are left to the renderer.
pub fn source_char(c: char) -> char {
    match c {
        '\t' => c,
        // The control pictures are laid out like the controls.
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        c if steers(c) => '\u{fffd}',
        c => c,
    }
}

/// A message, help or name: one line, shortened in the middle if it is endless.
pub fn prose(text: &str) -> String {
    let one_line = |c: char| if c.is_whitespace() { ' ' } else { source_char(c) };
    // Bytes bound characters from above: an ordinary message is not counted.
    if text.len() <= LONGEST || text.chars().nth(LONGEST).is_none() {
        return text.chars().map(one_line).collect();
    }
    let head = text.chars().take(LONGEST - 100);
    let tail: Vec<char> = text.chars().rev().take(99).collect();
    head.chain(['…']).chain(tail.into_iter().rev()).map(one_line).collect()
}

/// True for characters that change how the text around them is shown: controls beyond ASCII, marks of direction, line and paragraph separators.
pub fn steers(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9f}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
}
