//! What changed between two texts, as a unified diff: `patch` reads it, and so do people.

use super::paint::{Paint, Tone};
use std::fmt::Write;
use std::ops::Range;

/// Lines shown around each change.
const CONTEXT: usize = 3;
/// Beyond this many changed lines the shortest difference is not looked for: what differs is shown as a whole.
const EFFORT: usize = 2000;

/// A run of lines that stay, or of lines that are replaced.
#[derive(Debug, PartialEq, Eq)]
struct Piece {
    same: bool,
    old: Range<usize>,
    new: Range<usize>,
}

/// The difference, or nothing if there is none. `name` is that of the file.
pub fn unified(name: &str, old: &str, new: &str, paint: &Paint) -> String {
    if old == new {
        return String::new();
    }
    let (before, after): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let pieces = pieces(&before, &after);
    let mut out = format!(
        "{}\n{}\n",
        paint.strong(&format!("--- {}", path(name, "a/"))),
        paint.strong(&format!("+++ {}", path(name, "b/")))
    );
    for hunk in hunks(&pieces) {
        print(&mut out, hunk, &before, &after, paint);
    }
    out
}

/// A name as `git diff` writes it: with `a/` or `b/` in front, unless it begins at the root.
fn path(name: &str, side: &str) -> String {
    if name.starts_with(['/', '<']) { name.to_string() } else { format!("{side}{name}") }
}

/// Groups of changes whose contexts touch, each with the context around it.
fn hunks(pieces: &[Piece]) -> Vec<Vec<Piece>> {
    let mut out: Vec<Vec<Piece>> = Vec::new();
    let mut open: Vec<Piece> = Vec::new();
    for piece in pieces {
        if !piece.same {
            open.push(Piece { same: false, old: piece.old.clone(), new: piece.new.clone() });
            continue;
        }
        let length = piece.old.len();
        let part = |from: usize, to: usize| Piece {
            same: true,
            old: piece.old.start + from..piece.old.start + to,
            new: piece.new.start + from..piece.new.start + to,
        };
        if open.iter().any(|p| !p.same) {
            if length <= 2 * CONTEXT {
                open.push(part(0, length));
                continue;
            }
            open.push(part(0, CONTEXT));
            out.push(std::mem::take(&mut open));
        }
        open = vec![part(length.saturating_sub(CONTEXT), length)];
    }
    if open.iter().any(|p| !p.same) {
        // The last change may have more context behind it than is shown.
        if let Some(last) = open.last_mut().filter(|p| p.same && p.old.len() > CONTEXT) {
            last.old.end = last.old.start + CONTEXT;
            last.new.end = last.new.start + CONTEXT;
        }
        out.push(open);
    }
    out
}

fn print(out: &mut String, hunk: Vec<Piece>, before: &[&str], after: &[&str], paint: &Paint) {
    let span = |of: fn(&Piece) -> &Range<usize>| {
        let start = hunk.first().map_or(0, |p| of(p).start);
        let length: usize = hunk.iter().map(|p| of(p).len()).sum();
        // An empty range names the line before it.
        let first = if length == 0 { start } else { start + 1 };
        if length == 1 { format!("{first}") } else { format!("{first},{length}") }
    };
    let head = format!("@@ -{} +{} @@", span(|p| &p.old), span(|p| &p.new));
    let _ = writeln!(out, "{}", paint.dim(&head));
    for piece in &hunk {
        if piece.same {
            lines(out, ' ', before.get(piece.old.clone()), |text| text.to_string());
        } else {
            lines(out, '-', before.get(piece.old.clone()), |text| paint.tone(Tone::Bad, text));
            lines(out, '+', after.get(piece.new.clone()), |text| paint.tone(Tone::Good, text));
        }
    }
}

fn lines(out: &mut String, sign: char, list: Option<&[&str]>, painted: impl Fn(&str) -> String) {
    for line in list.unwrap_or(&[]) {
        let text = line.strip_suffix('\n');
        out.push_str(&painted(&format!("{sign}{}", text.unwrap_or(line))));
        out.push_str(if text.is_some() { "\n" } else { "\n\\ No newline at end of file\n" });
    }
}

/// The shortest difference, after Myers: how far each diagonal gets with one more change, then back along the way.
fn pieces(old: &[&str], new: &[&str]) -> Vec<Piece> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (rest_old, rest_new) = (old.get(head..).unwrap_or(&[]), new.get(head..).unwrap_or(&[]));
    let tail = rest_old.iter().rev().zip(rest_new.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) =
        (rest_old.get(..rest_old.len() - tail).unwrap_or(&[]), rest_new.get(..rest_new.len() - tail).unwrap_or(&[]));
    let mut pairs: Vec<(usize, usize)> = (0..head).map(|i| (i, i)).collect();
    pairs.extend(common(a, b).into_iter().map(|(x, y)| (x + head, y + head)));
    pairs.extend((0..tail).map(|i| (old.len() - tail + i, new.len() - tail + i)));
    let mut out: Vec<Piece> = Vec::new();
    let (mut x, mut y) = (0, 0);
    for (px, py) in pairs.into_iter().chain([(old.len(), new.len())]) {
        if px > x || py > y {
            out.push(Piece { same: false, old: x..px, new: y..py });
        }
        if px < old.len() {
            match out.last_mut() {
                Some(last) if last.same => {
                    last.old.end += 1;
                    last.new.end += 1;
                }
                _ => out.push(Piece { same: true, old: px..px + 1, new: py..py + 1 }),
            }
        }
        (x, y) = (px + 1, py + 1);
    }
    out
}

/// Pairs of lines that stay.
fn common(a: &[&str], b: &[&str]) -> Vec<(usize, usize)> {
    let (n, m) = (a.len() as isize, b.len() as isize);
    let most = (n + m).min(EFFORT as isize);
    let at = |v: &[isize], k: isize| usize::try_from(k + most + 1).ok().and_then(|i| v.get(i).copied()).unwrap_or(-1);
    let mut v = vec![0isize; (2 * most + 3) as usize];
    let mut trace: Vec<Vec<isize>> = Vec::new();
    let equal = |x: isize, y: isize| match (usize::try_from(x), usize::try_from(y)) {
        (Ok(x), Ok(y)) => a.get(x).is_some_and(|line| b.get(y) == Some(line)),
        _ => false,
    };
    let mut found = None;
    'search: for d in 0..=most {
        // Only the diagonals that were reached are kept: memory grows with the square of the changes, not of the lines.
        trace.push(v.get((most + 1 - d - 1) as usize..=(most + 1 + d + 1) as usize).unwrap_or(&[]).to_vec());
        for k in (-d..=d).step_by(2) {
            let down = k == -d || (k != d && at(&v, k - 1) < at(&v, k + 1));
            let mut x = if down { at(&v, k + 1) } else { at(&v, k - 1) + 1 };
            let mut y = x - k;
            while x < n && y < m && equal(x, y) {
                x += 1;
                y += 1;
            }
            if let Some(slot) = usize::try_from(k + most + 1).ok().and_then(|i| v.get_mut(i)) {
                *slot = x;
            }
            if x >= n && y >= m {
                found = Some(d);
                break 'search;
            }
        }
    }
    let Some(d) = found else { return Vec::new() };
    let mut pairs = Vec::new();
    let (mut x, mut y) = (n, m);
    for step in (0..=d).rev() {
        let before = usize::try_from(step).ok().and_then(|i| trace.get(i));
        let reached = |k: isize| {
            before.and_then(|v| usize::try_from(k + step + 1).ok().and_then(|i| v.get(i).copied())).unwrap_or(-1)
        };
        let k = x - y;
        let down = k == -step || (k != step && reached(k - 1) < reached(k + 1));
        let last = if down { k + 1 } else { k - 1 };
        let (from_x, from_y) = match step {
            0 => (0, 0),
            _ => (reached(last), reached(last) - last),
        };
        while x > from_x && y > from_y && equal(x - 1, y - 1) {
            x -= 1;
            y -= 1;
            if let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) {
                pairs.push((x, y));
            }
        }
        if step > 0 {
            (x, y) = (from_x, from_y);
        }
    }
    pairs.reverse();
    pairs
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    fn diff(old: &str, new: &str) -> String {
        unified("a.laud", old, new, &Paint::new(false))
    }

    #[test]
    fn it_reads_like_that_of_git() {
        let old: String = (1..=20).map(|n| format!("{n}\n")).collect();
        let new = old.replace("\n5\n", "\nfive\n").replace("\n15\n", "\n").replace("20\n", "20");
        let expected = "--- a/a.laud\n+++ b/a.laud\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n\
                        @@ -12,9 +12,8 @@\n 12\n 13\n 14\n-15\n 16\n 17\n 18\n 19\n-20\n+20\n\\ No newline at end of file\n";
        assert_eq!(diff(&old, &new), expected);
        assert_eq!(diff("a\n", "a\n"), "");
        assert_eq!(diff("", "a\n"), "--- a/a.laud\n+++ b/a.laud\n@@ -0,0 +1 @@\n+a\n");
    }

    /// Applies a diff, as `patch` would.
    fn patched(old: &str, diff: &str) -> String {
        let before: Vec<&str> = old.split_inclusive('\n').collect();
        let mut out = String::new();
        let mut at = 0;
        let lines: Vec<&str> = diff.lines().skip(2).collect();
        for (i, line) in lines.iter().enumerate() {
            let bare = lines.get(i + 1).is_some_and(|next| next.starts_with('\\'));
            let end = if bare { "" } else { "\n" };
            match line.split_at(1) {
                ("@", _) => {
                    let start: Vec<usize> = line.split(['-', ',', ' ']).filter_map(|n| n.parse().ok()).collect();
                    let empty = line.contains(",0 +");
                    let first = start[0] - usize::from(!empty);
                    out.extend(before[at..first].iter().copied());
                    at = first;
                }
                (" ", text) => {
                    assert_eq!(before[at], format!("{text}{end}"));
                    out.push_str(before[at]);
                    at += 1;
                }
                ("-", text) => {
                    assert_eq!(before[at], format!("{text}{end}"));
                    at += 1;
                }
                ("+", text) => out.push_str(&format!("{text}{end}")),
                _ => {}
            }
        }
        out.extend(before[at..].iter().copied());
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn it_can_be_applied(old in "([abc]\n){0,30}[ab]?", new in "([abc]\n){0,30}[ab]?") {
            prop_assert_eq!(patched(&old, &diff(&old, &new)), new);
        }
    }
}
