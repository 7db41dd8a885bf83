//! Cuts a failing case down while it still fails in the same way.

use super::project::Project;
use std::time::{Duration, Instant};

/// So long it may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The smallest project found for which `fails` is true.
pub fn shrink(project: &Project, fails: &mut dyn FnMut(&Project) -> bool) -> Project {
    let end = Instant::now() + PATIENCE;
    let mut best = project.clone();
    if !fails(&best) {
        return best;
    }
    loop {
        let before = size(&best);
        // What can be left out as a whole.
        let wholes: [fn(&Project) -> Vec<Project>; 4] = [
            |p| without(&p.expressions, |list| Project { expressions: list, ..p.clone() }),
            |p| without(&p.set, |list| Project { set: list, ..p.clone() }),
            |p| without(&p.files, |list| Project { files: list, ..p.clone() }),
            |p| without(&p.sources, |list| Project { sources: list, ..p.clone() }),
        ];
        for candidates in wholes {
            while let Some(smaller) = candidates(&best).into_iter().find(|c| Instant::now() < end && fails(c)) {
                best = smaller;
            }
        }
        if best.config.is_some() {
            let smaller = Project { config: None, ..best.clone() };
            if fails(&smaller) {
                best = smaller;
            }
        }
        // What can be left out of each text.
        for i in 0..best.sources.len() {
            let text = best.sources[i].1.clone();
            let with = |text: String| {
                let mut p = best.clone();
                p.sources[i].1 = text;
                p
            };
            let new = cut_text(&text, end, &mut |text| fails(&with(text.to_string())));
            best.sources[i].1 = new;
        }
        for i in 0..best.files.len() {
            let bytes = best.files[i].1.clone();
            let pieces: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
            let with = |bytes: Vec<u8>| {
                let mut p = best.clone();
                p.files[i].1 = bytes;
                p
            };
            let new = cut(&pieces, end, &mut |pieces| fails(&with(pieces.concat()))).concat();
            best.files[i].1 = new;
        }
        if let Some(config) = best.config.clone() {
            let with = |text: &str| Project { config: Some(text.to_string()), ..best.clone() };
            best.config = Some(cut_text(&config, end, &mut |text| fails(&with(text))));
        }
        for i in 0..best.expressions.len() {
            let text = best.expressions[i].clone();
            let with = |text: &str| {
                let mut p = best.clone();
                p.expressions[i] = text.to_string();
                p
            };
            best.expressions[i] = cut_text(&text, end, &mut |text| fails(&with(text)));
        }
        if size(&best) >= before || Instant::now() >= end {
            return best;
        }
    }
}

fn size(project: &Project) -> usize {
    let texts = project.sources.iter().map(|(_, t)| t.len() + 1).sum::<usize>();
    let files = project.files.iter().map(|(_, b)| b.len() + 1).sum::<usize>();
    let told = project.expressions.iter().map(|e| e.len() + 1).sum::<usize>() + project.set.len();
    texts + files + told + project.config.as_ref().map_or(0, |c| c.len() + 1)
}

fn without<T: Clone>(list: &[T], make: impl Fn(Vec<T>) -> Project) -> Vec<Project> {
    (0..list.len())
        .map(|i| {
            let mut list = list.to_vec();
            list.remove(i);
            make(list)
        })
        .collect()
}

/// First lines, then words, then characters.
fn cut_text(text: &str, end: Instant, fails: &mut dyn FnMut(&str) -> bool) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let text = cut(&lines, end, &mut |pieces| fails(&pieces.concat())).concat();
    let words: Vec<&str> = text.split_inclusive([' ', '\n', '(']).collect();
    let text = cut(&words, end, &mut |pieces| fails(&pieces.concat())).concat();
    if text.len() > 2000 {
        return text;
    }
    let characters: Vec<String> = text.chars().map(String::from).collect();
    let characters: Vec<&str> = characters.iter().map(String::as_str).collect();
    cut(&characters, end, &mut |pieces| fails(&pieces.concat())).concat()
}

/// Leaves out ever smaller runs of pieces.
fn cut<'t, T: ?Sized>(pieces: &[&'t T], end: Instant, fails: &mut dyn FnMut(&[&'t T]) -> bool) -> Vec<&'t T> {
    let mut pieces = pieces.to_vec();
    let mut run = pieces.len() / 2;
    while run > 0 {
        let mut at = 0;
        while at < pieces.len() {
            if Instant::now() >= end {
                return pieces;
            }
            let mut fewer = pieces.clone();
            fewer.drain(at..(at + run).min(pieces.len()));
            if fails(&fewer) {
                pieces = fewer;
            } else {
                at += run;
            }
        }
        run /= 2;
    }
    pieces
}
