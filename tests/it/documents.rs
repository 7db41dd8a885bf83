//! Markdown, as far as tests need it: headings, fenced blocks, and comments that steer the tests.

/// A fenced block.
#[derive(Debug, PartialEq)]
pub struct Block {
    /// The nearest heading above, without `#`.
    pub section: String,
    /// What follows the fence: `laud`, `console`.
    pub info: String,
    /// Line of the first line of the text, from 1.
    pub line: usize,
    /// The text between the fences.
    pub text: String,
    /// What a comment `<!-- … -->` on the line right above (a blank line may lie between) says.
    pub comment: Option<String>,
}

/// All fenced blocks in order.
pub fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut section, mut comment) = (String::new(), None);
    let mut lines = document.lines().enumerate();
    while let Some((i, line)) = lines.next() {
        let fence = line.trim_start().bytes().take_while(|b| *b == b'`').count();
        if fence >= 3 {
            let (indent, marks) = (line.len() - line.trim_start().len(), "`".repeat(fence));
            let mut text = String::new();
            for (_, inner) in lines.by_ref() {
                if inner.trim() == marks {
                    break;
                }
                // Blocks within lists are indented as a whole.
                text.push_str(
                    inner.get(indent..).filter(|_| inner[..indent].trim().is_empty()).unwrap_or(inner.trim_start()),
                );
                text.push('\n');
            }
            let info = line.trim_start()[fence..].trim().to_string();
            blocks.push(Block { section: section.clone(), info, line: i + 2, text, comment: comment.take() });
        } else if let Some(words) = line.trim().strip_prefix("<!--").and_then(|l| l.strip_suffix("-->")) {
            comment = Some(words.trim().to_string());
        } else if !line.trim().is_empty() {
            comment = None;
            if line.starts_with('#') {
                section = line.trim_start_matches('#').trim().to_string();
            }
        }
    }
    blocks
}

#[test]
fn blocks_know_their_section_line_and_comment() {
    let text = "# T\n\n<!-- given -->\n\n```laud\na\n```\n\nprose\n\n## S\n\n````md\n```\n````\n- x\n\n  ```sh\n  b\n    c\n  ```\n";
    let all = blocks(text);
    assert_eq!(all.len(), 3);
    let block = |i: usize| (all[i].section.as_str(), all[i].info.as_str(), all[i].line, all[i].text.as_str());
    assert_eq!(block(0), ("T", "laud", 6, "a\n"));
    assert_eq!(all[0].comment.as_deref(), Some("given"));
    assert_eq!(block(1), ("S", "md", 14, "```\n"));
    assert_eq!(block(2), ("S", "sh", 19, "b\n  c\n"));
    assert_eq!(all[2].comment, None);
}
