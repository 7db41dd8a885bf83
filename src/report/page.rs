//! Markdown pages on a terminal: headings bold, code indented and dim, the rest as it is.

use super::Layout;
use super::table::wrapped;

/// A page, lightly styled and wrapped.
pub fn styled(markdown: &str, layout: &Layout) -> String {
    let mut out = String::new();
    let mut code = false;
    let mut paragraph = String::new();
    let flush = |paragraph: &mut String, out: &mut String| {
        if !paragraph.is_empty() {
            for line in wrapped(paragraph, layout.width.min(super::WIDTH)) {
                out.push_str(&inline(&line, layout));
                out.push('\n');
            }
            paragraph.clear();
        }
    };
    for line in markdown.lines() {
        if line.starts_with("```") {
            flush(&mut paragraph, &mut out);
            code = !code;
        } else if code {
            out.push_str("    ");
            out.push_str(line);
            out.push('\n');
        } else if let Some(title) = line.strip_prefix('#') {
            flush(&mut paragraph, &mut out);
            out.push_str(&layout.paint.strong(title.trim_start_matches('#').trim()));
            out.push('\n');
        } else if line.trim().is_empty() || line.starts_with(['-', '*', '|', '>', ' ']) {
            flush(&mut paragraph, &mut out);
            out.push_str(&inline(line, layout));
            out.push('\n');
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    flush(&mut paragraph, &mut out);
    out
}

/// Code between backticks in bold, where there are colours; the backticks stay where there are none.
fn inline(line: &str, layout: &Layout) -> String {
    if !layout.paint.color || line.matches('`').count() % 2 == 1 {
        return line.to_string();
    }
    let bold = |(i, part): (usize, &str)| if i % 2 == 1 { layout.paint.strong(part) } else { part.to_string() };
    line.split('`').enumerate().map(bold).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Page;

    #[test]
    fn a_page_is_wrapped_and_its_code_left_alone() {
        let page =
            "# weights-total\n\nThe weights of a scorecard\ndo not total 100.\n\n```laud\nscorecard x { }\n```\n";
        let text = styled(page, &Layout { width: 40, ..Layout::default() });
        let expected = "weights-total\n\nThe weights of a scorecard do not total\n100.\n\n    scorecard x { }\n";
        assert_eq!(text, expected);
        assert_eq!(Page(page).summary(), "The weights of a scorecard do not total 100");
    }
}
