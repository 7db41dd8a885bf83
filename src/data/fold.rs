//! How headers and list values are compared: trimmed, lower case, every run of other characters one underscore.

/// `One year` becomes `one_year`, `ARR (USD)` becomes `arr_usd`.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

/// The same into a text that is used again and again.
pub fn fold_into(text: &str, folded: &mut String) {
    folded.clear();
    let mut gap = false;
    for c in text.chars() {
        if !c.is_alphanumeric() {
            gap = true;
            continue;
        }
        if gap && !folded.is_empty() {
            folded.push('_');
        }
        gap = false;
        folded.extend(c.to_lowercase());
    }
}

/// Trimmed and lower case: how null words, value maps and yes/no words are compared.
pub fn soft(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds() {
        for (text, folded) in [
            ("One year", "one_year"),
            ("Reference ", "reference"),
            ("ARR (USD)", "arr_usd"),
            ("Month-to-month", "month_to_month"),
            ("  _x_ ", "x"),
            ("ÄRGER  Größe", "ärger_größe"),
            ("", ""),
            ("--", ""),
        ] {
            assert_eq!(fold(text), folded);
        }
    }
}
