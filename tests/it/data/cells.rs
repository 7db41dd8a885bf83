//! What cells become: numbers, yes and no, lists, blanks.

use super::*;

#[test]
fn amounts_as_declared() {
    let program = account(vec![text("id"), money("arr", "USD"), money("fee", "EUR"), number("users")]);
    let csv = "id;arr;fee;users\n\
               a;$1,234.50;1.234,50 €;1.2M\n\
               b;(500);(500);12k\n\
               c;USD 2,000;2 000;0\n\
               d;€5;$5;n.a.\n\
               e;N/A;-;#REF!\n\
               f;1.234,50;12.34;1,5\n";
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account]\ndelimiter = ';'\n\
                [profile.p.account.columns]\nfee = { decimal_mark = ',' }\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&program, toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["1234.5", "-500", "2000", "!", "-", "!"]);
    assert_eq!(loaded.column(0, 2), ["1234.5", "-500", "2000", "!", "-", "!"]);
    assert_eq!(loaded.column(0, 3), ["1200000", "12000", "0", "!", "-", "!"]);
    assert_eq!(
        loaded.notes(0)[..2],
        [
            "Unreadable 1: 1 cell of `arr` cannot be read as money in USD: `€5` is in another currency at account.csv:5; \
             have them converted to USD before they are loaded, or declare `arr` as `money EUR` if all are in EUR",
            "Unreadable 1: 1 cell of `arr` cannot be read as money in USD: `1.234,50` is not a number at account.csv:7; \
             if these mean nothing, add them to `null`; if they are numbers, set `decimal_mark` and `thousands_mark`, \
             under `[profile.p.account]` in laud.toml",
        ]
    );
    // An unreadable cell is no hole: it is not 0, not blank, and its row stays.
    assert_eq!(loaded.table(0).value(FieldId(1), 3), Value::Missing(Missing::Error(Fault::BadCell)));
    assert_eq!(loaded.report(0).kept, 6);
}

/// A point or a comma before three digits: what it is, other cells may say, or nobody.
#[test]
fn marks_that_can_be_read_two_ways() {
    let program = account(vec![text("id"), money("arr", "EUR"), number("users")]);
    let load = |csv: &str, toml: &str| files(&[("account.csv", csv)]).load_with(&program, toml);
    let plain = "[profile.p]\ndirectory = '.'\n";
    let refused = load("id,arr,users\na,1.234,1\nb,\"2.345,00\",2\n", plain).err().unwrap();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].place, "account.csv:2");
    assert_eq!(refused[0].message, "`1.234` in `account.arr` can be 1.234 or 1,234");
    let refused = load("id,arr,users\na,1,\"1,234\"\nb,2,\"0,5\"\n", plain).err().unwrap();
    assert_eq!(refused[0].message, "`1,234` in `account.users` can be 1.234 or 1,234");

    let toml = "[profile.p]\ndirectory = '.'\ndecimal_mark = ','\n";
    let loaded = load("id,arr,users\na,1.234,1\nb,\"2.345,00\",2\n", toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["1234", "2345"]);
    // A point stands before a fraction unless something speaks against it, but nothing speaks for it here either.
    let loaded = load("id,arr,users\na,1.234,\"1,234\"\nb,2,\"2,345.5\"\n", plain).unwrap();
    assert_eq!(loaded.column(0, 1), ["1.234", "2"]);
    assert_eq!(loaded.column(0, 2), ["1234", "2345.5"]);
    assert_eq!(
        loaded.notes(0),
        ["Other 1: 1 cell of `arr` could have thousands marked by a point: `1.234` is read as 1.234, the first at \
             account.csv:2; set `decimal_mark` to `\".\"` or `\",\"`"]
    );
}

#[test]
fn percent_styles() {
    let program = account(vec![text("id"), ratio("a"), ratio("b"), ratio("c"), ratio("d")]);
    let csv = "id,a,b,c,d\nx,45%,0.45,45,45\ny,7.5 %,1,7.5,12\nz,45,2,0,30\n";
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account.columns]\n\
                a = { percent = 'text' }\nb = { percent = 'ratio' }\nc = { percent = 'number' }\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&program, toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["0.45", "0.075", "!"]);
    assert_eq!(loaded.column(0, 2), ["0.45", "1", "2"]);
    assert_eq!(loaded.column(0, 3), ["0.45", "0.075", "0"]);
    assert_eq!(loaded.column(0, 4), ["45", "12", "30"]);
    assert_eq!(
        loaded.notes(0),
        [
            "Unreadable 1: 1 cell of `a` cannot be read as a ratio: `45` has no percent sign at account.csv:4; \
             if 45 means 45 %, write `a = { percent = \"number\" }` under `[profile.p.account.columns]` in laud.toml; \
             if 0.45 does, `percent = \"ratio\"`",
            "Other 3: all values of `d` are above 100 %; if 45 means 45 %, write `d = { percent = \"number\" }` under \
             `[profile.p.account.columns]` in laud.toml",
        ]
    );
}

#[test]
fn blanks_and_words_for_nothing() {
    let mut build = Build::default();
    let level = build.list("account.level", &["none", "low"]);
    let fields = vec![
        text("id"),
        optional(integer("a")),
        optional(integer("b")),
        optional(field("level", level)),
        optional(text("note")),
        optional(date("since")),
    ];
    build.subject("account", fields);
    let csv =
        "id,a,b,level,note,since\n1,0,0,none,NA,nan\n2,,,None,null,2026-01-01\n3,NULL,n/a,-,-,None\n4,NaN,x,,  ,N/A\n";
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account.columns]\n\
                a = { blank = 0 }\nb = { null = ['x', 'n/a'] }\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&build.program, toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["0", "0", "0", "0"]);
    assert_eq!(loaded.column(0, 2), ["0", "-", "-", "-"]);
    assert_eq!(loaded.column(0, 3), ["#0", "#0", "-", "-"], "a value of the list called none is a value");
    assert_eq!(loaded.column(0, 4), ["NA", "-", "-", "-"], "NA may be a name");
    assert_eq!(loaded.column(0, 5), ["-", "2026-01-01", "-", "-"]);
    assert_eq!(loaded.notes(0), Vec::<String>::new(), "optional columns may be blank");
}

#[test]
fn yes_and_no() {
    let program = account(vec![text("id"), field("ok", Type::Boolean)]);
    let words = ["Y", "n", "TRUE", "f", "1", "0", "x", "Ja", "nein", "maybe"];
    let csv = words.iter().fold("id,ok\n".to_string(), |csv, w| format!("{csv}{w}1,{w}\n"));
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account.columns]\nok = { yes = ['X', 'ja'], no = 'NEIN' }\n";
    let loaded = files(&[("account.csv", &csv)]).load_with(&program, toml).unwrap();
    let expected = ["true", "false", "true", "false", "true", "false", "true", "true", "false", "!"];
    assert_eq!(loaded.column(0, 1), expected);
}

#[test]
fn lists_are_matched_folded_and_unknown_values_listed() {
    let mut build = Build::default();
    let kind = build.list("account.contract", &["month_to_month", "one_year", "reference"]);
    build.subject("account", vec![text("id"), field("contract", kind)]);
    let csv = "id,contract\n1,Month-to-month\n2, ONE  YEAR \n3,Ref Call\n4,referense\n5,referense\n6,barter\n";
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account.columns]\ncontract = { values = { 'ref CALL' = 'reference' } }\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&build.program, toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["#0", "#1", "#2", "!", "!", "!"]);
    assert_eq!(
        loaded.notes(0),
        ["UnknownValue 3: 3 cells of `contract` are not in the list: `referense` (2, did you mean `reference`?), \
          `barter` (1), the first at account.csv:5; say what they mean (`\"\"` for nothing): add `\"referense\" = \"reference\"` to \
          the `values` of `contract` under `[profile.p.account.columns]` in laud.toml, or add them to the list in the program"]
    );
}

#[test]
fn whole_numbers_and_ranges() {
    // In the table of accounts a value out of range is an unreadable cell, so that no account vanishes.
    let program = account(vec![text("id"), ranged(integer("seats"), 0, 100)]);
    let loaded = files(&[("account.csv", "id,seats\na,3.0\nb,3.5\nc,101\nd,-1\n")]).load(&program).unwrap();
    assert_eq!(loaded.column(0, 1), ["3", "!", "!", "!"]);
    assert_eq!(
        loaded.notes(0),
        [
            "Unreadable 2: 2 cells of `seats` cannot be used: `seats` is 101, 0 to 100 is allowed at account.csv:4; \
             correct the range of `seats` in the program, or mend the export",
            "Unreadable 1: 1 cell of `seats` cannot be read as a whole number: `3.5` is not a whole number at account.csv:3; \
             declare `seats` as `number` in place of `integer`, or mend the export",
        ]
    );
}

/// Amounts of `account.paid`, of which each is in the currency that `coin` names.
fn paid() -> Program {
    let amount = Field { currency: Some(FieldId(2)), ..optional(field("paid", Type::Mixed)) };
    account(vec![text("id"), amount, optional(text("coin"))])
}

#[test]
fn amounts_in_the_currency_of_their_row() {
    let csv = "id;paid;coin\n\
               a;$1,234.50;usd\n\
               b;1,200 EUR;EUR\n\
               c;€5;USD\n\
               d;-C$5;CAD\n\
               e;€5;\n\
               f;7.5;\n\
               g;about 7;USD\n";
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account]\ndelimiter = ';'\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&paid(), toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["1234.5", "1200", "!", "-5", "!", "7.5", "!"]);
    assert_eq!(
        loaded.notes(0),
        [
            "Unreadable 2: 2 cells of `paid` cannot be read as money in several currencies: `€5` is not in the currency that its row \
             names at account.csv:4; a sign or code in an amount has to be the one in `coin` of the same row: correct `coin`, \
             or convert the amount and leave the sign out",
            "Unreadable 1: 1 cell of `paid` cannot be read as money in several currencies: `about 7` is not a number at account.csv:8; \
             if these mean nothing, add them to `null`; if they are numbers, set `decimal_mark` and `thousands_mark`, under \
             `[profile.p.account]` in laud.toml",
        ]
    );
}

#[test]
fn marks_of_amounts_in_the_currency_of_their_row() {
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account.columns]\n\
                paid = { decimal_mark = ',', thousands_mark = '.' }\n";
    let csv = "id,paid,coin\na,\"1.234,50\",EUR\nb,\"€1.234\",EUR\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&paid(), toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["1234.5", "1234"]);
    // Without them, cells that contradict each other stop the run, as they do in other columns of amounts.
    let csv = "id,paid,coin\na,\"2.345,50\",EUR\nb,1.234,EUR\n";
    let told = errors(files(&[("account.csv", csv)]).load(&paid()));
    assert!(told[0].contains("`1.234` in `account.paid` can be 1.234 or 1,234"), "{told:?}");
    let same = toml.replace("'.' }", "',' }");
    let refused = bind(&paid(), &same, Path::new(".")).unwrap_err();
    assert!(refused[0].contains("`,` cannot be both the decimal and the thousands mark"), "{refused:?}");
}
