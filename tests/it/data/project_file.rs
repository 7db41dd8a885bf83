//! The project file: every setting, every mistake.

use super::*;

#[test]
fn the_whole_project_file() {
    let mut build = Build::default();
    let kind = build.list("account.kind", &["reference"]);
    let fields = vec![text("id"), money("arr", "EUR"), field("type", kind), field("solicited", Type::Boolean)];
    build.subject("account", fields);
    let toml = r##"
[project]
name = "advocacy"
time_zone = "America/New_York"
fiscal_year_starts = "February"
as_of = 2026-03-31
profile = "sample"

[profile.other]

[profile.sample]
directory = "data"
strict = true
percent = "number"

[profile.sample.account]
files = ["a.csv", "b.csv"]
format = "csv"
delimiter = "\t"
covers = { from = 2025-01-01, to = 2026-03-31 }
time_zone = "UTC"
date_format = ["%d/%m/%Y", "%d.%m.%Y"]
null = ["", "N/A", "-", "null", "#REF!"]
decimal_mark = ","
thousands_mark = "."
currency = "EUR"
percent = "text"
epoch = "seconds"

[profile.sample.account.columns]
id = "account_id"
arr = { from = "ARR (EUR)", thousands_mark = "'", blank = "0" }
type = { values = { "Ref Call" = "reference" } }
solicited = { yes = ["Y", "x"], no = ["N"] }
"##;
    let binding = bind(&build.program, toml, Path::new("project")).unwrap();
    assert_eq!(binding.profile.as_deref(), Some("sample"));
    assert!(binding.strict);
    let table = &binding.tables[0];
    assert_eq!(table.files[1].shown, "data/b.csv");
    assert_eq!(table.files[1].path, Path::new("project/data/b.csv"));
    assert_eq!(table.delimiter, Some(b'\t'));
    assert_eq!(table.columns[0].header.as_deref(), Some("account_id"));
    let arr = &table.columns[1];
    assert_eq!(arr.blank.as_deref(), Some("0"));
    assert_eq!(arr.options.thousands_mark.as_ref().unwrap().value, Some('\''));
    assert_eq!(arr.options.decimal_mark.as_ref().unwrap().value, ',');
    assert_eq!(table.columns[3].yes, ["Y", "x"]);

    let mut sources = Sources::new();
    let id = sources.add("laud.toml", toml);
    let config = Config::parse(id, sources.get(id).unwrap(), &mut Diagnostics::new()).unwrap();
    assert_eq!((config.as_of, config.calendar().fiscal_year_starts), (Some(day("2026-03-31")), 2));
    assert_eq!(config.name.as_deref(), Some("advocacy"));
}

#[test]
fn mistakes_in_the_project_file() {
    let mut build = Build::default();
    let kind = build.list("account.kind", &["reference", "speaking"]);
    build.subject("account", vec![text("id"), money("arr", "USD"), field("kind", kind)]);
    let program = build.program;
    let case = |toml: &str| bind(&program, toml, Path::new(".")).unwrap_err();
    assert_eq!(case("[project]\nname = advocacy\n").len(), 1, "not TOML");
    assert!(
        case("[project]\nname = advocacy\n")[0]
            .starts_with("laud.toml:2:8 project-syntax: `laud.toml` is not valid TOML: ")
    );
    assert_eq!(
        case(
            "[project]\ntimezone = 'UTC'\ntime_zone = 'New York'\nfiscal_year_starts = 2\nas_of = 2026-02-30T00:00:00\n\
             [profil]\n[profile.p]\nstrict = 'yes'\ndirectry = 'data'\ndate_format = 'dd/mm/yyyy'\npercent = 'texts'\n\
             [profile.p.account]\nfile = 1\nfiles = ['a']\ndelimiter = ';;'\nepoch = 'days'\ncurrency = 'dollar'\n"
        )
        .len(),
        1,
        "a date that does not exist is not even TOML"
    );
    assert_eq!(
        case(
            "[project]\ntimezone = 'UTC'\ntime_zone = 'New York'\nfiscal_year_starts = 2\nas_of = 12\n\
             [profil]\n[profile.p]\nstrict = 'yes'\ndirectry = 'data'\ndate_format = 'dd/mm/yyyy'\npercent = 'texts'\n\
             [profile.p.account]\nfile = 1\nfiles = ['a']\ndelimiter = ';;'\nepoch = 'days'\ncurrency = 'dollar'\n"
        ),
        [
            "laud.toml:2:1 unknown-setting: `timezone` is not a setting of `[project]` (did you mean `time_zone`?)",
            "laud.toml:3:13 setting-type: there is no time zone `New York` (did you mean `America/New_York`?)",
            "laud.toml:4:22 setting-type: `fiscal_year_starts` takes a text in quotes, not a whole number (write `fiscal_year_starts = \"february\"`)",
            "laud.toml:5:9 setting-type: `as_of` takes a date, not a whole number (write `as_of = 2026-03-31`)",
            "laud.toml:6:2 unknown-setting: `profil` is not a setting of the project file (did you mean `profile`?)",
            "laud.toml:8:10 setting-type: `strict` takes true or false, not a text (write `strict = true`)",
            "laud.toml:9:1 unknown-setting: `directry` is not a setting of `[profile.p]` (did you mean `directory`?)",
            "laud.toml:10:15 setting-type: `dd/mm/yyyy` is not a date format: a year or month is left out (write `%Y`, `%m` and `%d` where year, month and day stand, such as `%d/%m/%Y`)",
            "laud.toml:11:11 setting-type: `percent` cannot be `texts` (did you mean `text`?)",
            "laud.toml:13:8 setting-type: `file` takes a text in quotes, not a whole number (write `file = \"accounts.csv\"`)",
            "laud.toml:14:1 setting-conflict: `file` and `files` say the same thing twice (keep one of them)",
            "laud.toml:15:13 setting-type: `delimiter` is one mark, not `;;` (write `delimiter = \";\"`, or `\"\\t\"` for a tab)",
            "laud.toml:16:9 setting-type: `epoch` cannot be `days` (there are `milliseconds`, `seconds`)",
            "laud.toml:17:12 setting-type: `dollar` is not a currency (write the three letters, such as `EUR`)",
        ]
    );
    assert_eq!(
        case(
            "[profile.p.acount]\n[profile.p.account]\ncurrency = 'EUR'\ndecimal_mark = ','\nthousands_mark = ','\n\
             [profile.p.account.columns]\nar = 'ARR'\nkind = { values = { 'Ref' = 'referense' }, yes = 'Y' }\n\
             id = { values = { a = 'b' } }\narr = { blank = 'none of it' }\n"
        ),
        [
            "laud.toml:1:12 unknown-binding: the program has no table `acount` (did you mean `account`?)",
            "laud.toml:7:1 unknown-binding: table `account` has no column `ar` (did you mean `arr`?)",
            "laud.toml:9:23 setting-conflict: `values` has no meaning for `account.id`, which is a text (leave `values` out, or declare the column as one of a list)",
            "laud.toml:3:12 setting-conflict: amounts in EUR cannot be read into `account.arr`, which is in USD (convert the file to USD, or declare the column as `money EUR`)",
            "laud.toml:5:18 setting-conflict: `,` cannot be both the decimal and the thousands mark (set one of them to the other mark)",
            "laud.toml:10:17 setting-type: `none of it` cannot stand for a blank in `arr`: it is not a number (write it as the file writes its cells)",
            "laud.toml:8:29 unknown-binding: `referense` is not in the list of `account.kind` (did you mean `reference`?)",
            "laud.toml:8:50 setting-conflict: `yes` has no meaning for `account.kind`, which is one of a list (leave `yes` out, or declare the column as yes or no)",
        ]
    );
}

#[test]
fn settings_that_contradict() {
    let program = account(vec![text("id"), number("seats")]);
    let case = |toml: &str| bind(&program, toml, Path::new(".")).unwrap_err();
    assert_eq!(
        case("\u{feff}[profile.p.account]\nfiles = ['a.csv', 'b.csv', 'a.csv']\n"),
        ["laud.toml:2:28 setting-conflict: `a.csv` would be read twice (leave one of them out)"],
    );
    assert_eq!(
        case("[profile.p.account.columns]\nid = { epoch = 'seconds' }\nseats = { percent = 'number' }\n"),
        [
            "laud.toml:2:1 setting-conflict: `epoch` has no meaning for `account.id`, which is a text \
             (leave `epoch` out, or declare the column otherwise)",
            "laud.toml:3:1 setting-conflict: `percent` has no meaning for `account.seats`, which is a number \
             (leave `percent` out, or declare the column otherwise)",
        ]
    );
    // As a default of the whole profile they hold for the columns that they fit.
    assert!(bind(&program, "[profile.p]\nepoch = 'seconds'\npercent = 'number'\n", Path::new(".")).is_ok());
}

#[test]
fn which_profile() {
    let program = account(vec![text("id")]);
    let bind_data = |toml: &str, data: Option<&str>| {
        let mut sources = Sources::new();
        let id = sources.add("laud.toml", toml);
        let mut found = Diagnostics::new();
        let config = Config::parse(id, sources.get(id).unwrap(), &mut found).unwrap();
        let binding = config.binding(&program, data, &root(), &mut found);
        binding.ok_or_else(|| {
            found.iter().map(|d| format!("{} ({})", d.message, d.help.as_deref().unwrap_or("-"))).collect::<String>()
        })
    };
    let two = "[profile.sample]\ndirectory = 'x'\n[profile.full]\ndirectory = './y/'\n[profile.full.account]\nfile = 'a.csv'\n";
    assert_eq!(bind_data("", None).unwrap().directory.shown, "data");
    assert_eq!(
        bind_data(two, None).unwrap_err(),
        "there are several profiles and none is the default (write `profile = \"sample\"` under `[project]`, or name one with `--data`)"
    );
    assert_eq!(bind_data(two, Some("full")).unwrap().tables[0].files[0].shown, "y/a.csv");
    assert_eq!(
        bind_data(two, Some("ful")).unwrap_err(),
        "`ful` is neither a profile of the project file nor a directory (did you mean `full`?)"
    );
    // A directory is read as the default profile says.
    let chosen = format!("[project]\nprofile = 'full'\n{two}");
    let binding = bind_data(&chosen, Some("tests/data")).unwrap();
    assert_eq!(binding.tables[0].files[0].shown, "tests/data/a.csv");
    assert_eq!(binding.profile.as_deref(), Some("full"));
    assert_eq!(
        bind_data(&format!("[project]\nprofile = 'fulll'\n{two}"), None).unwrap_err(),
        "there is no profile `fulll` (did you mean `full`?)"
    );
}

#[test]
fn dates_of_elsewhere_are_mended() {
    let program = Build::default().program;
    let case = |toml: &str| bind(&program, toml, Path::new(".")).unwrap_err();
    for (written, right) in [
        ("03/31/2026", "`03/31/2026` is not how a date is written (write `as_of = 2026-03-31`)"),
        ("31.03.2026  # end of quarter", "`31.03.2026` is not how a date is written (write `as_of = 2026-03-31`)"),
        ("01/02/2026", "`01/02/2026` is not how a date is written (write year-month-day: `as_of = 2026-03-31`)"),
    ] {
        let found = case(&format!("[project]\nname = 'x'\nas_of = {written}\n"));
        assert_eq!(found, [format!("laud.toml:3:9 project-syntax: {right}")]);
    }
    assert_eq!(
        case("[project]\nas_of = '3/31/2026'\n"),
        ["laud.toml:2:9 setting-type: `3/31/2026` is not a date (write `as_of = 2026-03-31`)"]
    );
}
