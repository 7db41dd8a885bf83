//! What the words of an action ask of a customer, and what they offer for it.

use super::{Facts, rules};
use crate::ast::Action;
use crate::program::Rule;
use std::collections::HashSet;

/// Words that ask.
const VERBS: [&str; 8] = ["ask", "invite", "request", "recruit", "solicit", "get", "collect", "nominate"];

/// What customers give in public, or to people whom they do not know.
const PUBLIC: [&str; 5] = ["testimonial", "testimonials", "reference", "references", "logo"];

/// What is given.
const GIFTS: [&str; 9] =
    ["discount", "discounts", "voucher", "vouchers", "gift", "gifts", "reward", "rewards", "rebate"];

/// What must not be paid for.
const OPINIONS: [&str; 4] = ["testimonial", "testimonials", "reference", "references"];

/// The words of a text, in lower case; names in braces are left out, names of playbooks taken apart.
pub fn words(text: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut inside = false;
    for c in text.chars() {
        match c {
            '{' => inside = true,
            '}' => inside = false,
            _ if !inside => plain.push(c),
            _ => {}
        }
    }
    let lower = plain.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_string).collect()
}

fn has(words: &[String], list: &[&str]) -> bool {
    words.iter().any(|word| list.contains(&word.as_str()))
}

/// True if a review or a story of the customer is meant, not that somebody looks at something.
fn has_piece(words: &[String]) -> bool {
    let word = |i: usize| words.get(i).map_or("", String::as_str);
    (0..words.len()).any(|i| {
        let before = i.checked_sub(1).map_or("", word);
        match word(i) {
            "case" => matches!(word(i + 1), "study" | "studies"),
            "speak" => matches!(word(i + 1), "at" | "on"),
            "quote" | "quotes" => matches!(before, "customer" | "press" | "public"),
            "nps" | "rating" => matches!(before, "good" | "high" | "better" | "top" | "positive"),
            "story" | "stories" => before == "success" || before == "customer",
            "review" | "reviews" => {
                let owned =
                    ["a", "public", "positive", "good", "online", "star", "g2", "capterra", "trustpilot", "for"];
                owned.contains(&before) && word(i + 1) != "of"
            }
            _ => false,
        }
    })
}

/// True if an action asks the customer to speak for us.
pub fn asks(action: &Action) -> bool {
    let words = words(rules::said(action));
    has(&words, &VERBS) && (has(&words, &PUBLIC) || has_piece(&words))
}

/// The first action of a rule that asks the customer to speak for us.
pub fn asking(rule: &Rule) -> Option<&Action> {
    rule.ast.actions.iter().find(|action| asks(action))
}

/// True if an action gives something away.
pub fn gives(action: &Action) -> bool {
    let words = words(rules::said(action));
    let credit = words.windows(2).any(|pair| {
        matches!(pair, [a, b] if (a == "free" && b.starts_with("month"))
        || (a == "account" && b == "credit") || (a == "a" && b == "credit"))
    });
    let verbs = ["offer", "give", "send", "grant", "promise", "gift"];
    has(&words, &verbs) && (has(&words, &GIFTS) || credit)
}

/// True if an action gives something away and speaks of an opinion in the same breath.
pub fn pays_for_opinion(action: &Action) -> bool {
    let words = words(rules::said(action));
    let linked = has(&words, &["for", "return", "exchange", "if", "when", "once"]) || has(&words, &VERBS);
    gives(action) && linked && (has(&words, &OPINIONS) || has_piece(&words))
}

/// Names of the program's columns, tables and declarations that have one of these words in them.
pub fn named<'f>(facts: &Facts<'f>, wanted: &[&str]) -> Vec<&'f str> {
    let program = facts.program;
    let tables = program
        .tables
        .iter()
        .flat_map(|table| table.fields.iter().map(|field| field.name.as_str()).chain([table.header.name.as_str()]));
    let lists = program.enums.iter().flat_map(|list| list.values.iter().map(String::as_str));
    let items = facts.files.iter().flat_map(|file| &file.items).map(|item| item.name.text.as_str());
    let fits = |name: &&str| {
        let lower = format!("_{}_", name.to_lowercase());
        wanted.iter().any(|word| lower.contains(&format!("_{word}_")))
    };
    let found: HashSet<&str> = tables.chain(lists).chain(items).filter(fits).collect();
    found.into_iter().collect()
}

/// Words in the names of what says whom we may ask.
pub const CONSENT: [&str; 10] = [
    "consent",
    "consents",
    "consented",
    "opt_in",
    "opt_out",
    "opted_in",
    "opted_out",
    "do_not_contact",
    "may_be_asked",
    "permission",
];

/// Words in the names of what says how often we asked.
pub const ASKED: [&str; 12] = [
    "fatigue",
    "tired",
    "asked",
    "asks",
    "ask",
    "outreach",
    "contacted",
    "requested",
    "requests",
    "touches",
    "rested",
    "last_ask",
];
