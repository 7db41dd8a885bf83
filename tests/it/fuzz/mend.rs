//! Lints and fixes of programs changed at random: the same twice, nothing breaks, a second run has nothing to do.

use super::{laws, rows};
use laud::lint::mend::{Look, Mended, Why, mend_within};
use laud::lint::{self, Baseline, Facts, Levels};
use laud::source::Sources;
use laud::{Compilation, Settings};

/// Compilations that a case may take.
const TRIALS: usize = 25;

/// What is found in a program, by check and lints.
fn look(sources: &Sources, settings: &Settings) -> (Compilation, Look) {
    let compilation = Compilation::new(sources, settings);
    let levels = Levels::default();
    let mut found: Vec<_> = compilation.diagnostics.iter().cloned().collect();
    let checked = found.clone();
    if let Some(program) = &compilation.program {
        let known = (program, &compilation.proven);
        let facts = Facts::new(&compilation.files, sources, known, rows::as_of(), &levels);
        facts.allowances.mark(&mut found, rows::as_of());
        let facts = facts.with_checked(&found);
        found.extend(lint::run(&facts, &levels));
    }
    let meaning = compilation.program.as_ref().map(|program| program.hash.clone());
    let look = Look::new(meaning, &checked, found);
    (compilation, look)
}

fn texts(sources: &Sources) -> Vec<String> {
    sources.iter().map(|(_, source)| source.text.to_string()).collect()
}

/// Lints a program, holds it against its own baseline, and mends it in both ways.
pub fn lints_and_mends(sources: &Sources, settings: &Settings) -> Result<(), String> {
    let (compilation, before) = look(sources, settings);
    if look(sources, settings).1.findings != before.findings {
        return Err("linting twice gives different findings".to_string());
    }
    // What is allowed is not drawn.
    let told: Vec<_> = before.findings.iter().filter(|finding| finding.allowed.is_none()).cloned().collect();
    laws::findings(&told, sources)?;
    let baseline = Baseline::of(&before.findings, &compilation.files, sources);
    let read =
        Baseline::parse(&baseline.to_json()).map_err(|what| format!("a baseline cannot be read back: {what}"))?;
    let mut findings = before.findings.clone();
    let held = read.hold(&mut findings, &compilation.files, sources);
    if read != baseline || held.gone != 0 {
        return Err(format!("a baseline does not hold what it was made of: {held:?}"));
    }
    let looks = |sources: &Sources| look(sources, settings).1;
    for change_meaning in [false, true] {
        let mended = mend_within(TRIALS, sources, change_meaning, &looks);
        let after = looks(&mended.sources);
        if before.meaning.is_some() && after.meaning.is_none() {
            return Err(format!("a fix broke a program: {:?}", mended.done));
        }
        if before.meaning.is_some() && before.meaning != after.meaning && !change_meaning {
            return Err(format!("a safe fix changed what a program means: {:?}", mended.done));
        }
        if !change_meaning && before.meaning.is_none() && after.unreadable > before.unreadable {
            return Err(format!("a fix made a text worse: {:?}", mended.done));
        }
        twice(&mended, change_meaning, &looks)?;
    }
    Ok(())
}

/// Mended once more, nothing changes; where not all could be tried there may be more to do.
fn twice(mended: &Mended, change_meaning: bool, looks: &dyn Fn(&Sources) -> Look) -> Result<(), String> {
    if mended.left.iter().any(|(_, why)| *why == Why::Untried) {
        return Ok(());
    }
    let again = mend_within(TRIALS, &mended.sources, change_meaning, looks);
    if texts(&again.sources) != texts(&mended.sources) {
        return Err(format!("mending twice is not mending once: {:?} after {:?}", again.done, mended.done));
    }
    Ok(())
}
