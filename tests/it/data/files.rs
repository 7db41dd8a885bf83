//! Headers, formats, packed files, files that are not there.

use super::*;

#[test]
fn headers_by_folding_by_name_and_not_at_all() {
    let program = account(vec![text("account_id"), number("arr"), optional(text("region")), text("owner")]);
    let csv = "\u{feff}Account ID , ARR,CSM Name,Legacy\r\nA,\"1,000\",\"Jo\r\nLee\",x\r\n";
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account.columns]\nowner = 'csm name'\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&program, toml).unwrap();
    assert_eq!(loaded.column(0, 1), ["1000"]);
    assert_eq!(loaded.column(0, 3), ["Jo\r\nLee"]);
    assert_eq!(
        loaded.notes(0),
        [
            "Unused 1: 1 column of account.csv:1 not used: `Legacy`",
            "Other 1: account.csv:1 has no column `region`: `region` is missing everywhere",
        ]
    );
    let csv = "Account ID,ARR,CSM Name,Sales Region\nA,1,Jo,EU\n";
    let loaded = files(&[("account.csv", csv)]).load_with(&program, toml).unwrap();
    assert_eq!(
        loaded.notes(0)[1],
        "Other 1: account.csv:1 has no column `region`: `region` is missing everywhere; did you mean `Sales Region`? then write \
         `region = \"Sales Region\"` under `[profile.p.account.columns]` in laud.toml"
    );
}

#[test]
fn headers_that_do_not_fit() {
    let program = account(vec![text("id"), number("arr"), date("renewal_date")]);
    let case = |csv: &str| errors(files(&[("account.csv", csv)]).load(&program));
    assert_eq!(
        case("id,arr,id\n"),
        [
            "account.csv:1: column `id` appears twice, as column 1 and column 3 (rename or remove one of them)",
            "account.csv:1: there is no column `renewal_date` for table `account` (there is `id`, `arr`, `id`; write \
             `renewal_date = \"…\"` under `[profile.data.account.columns]` in laud.toml, or declare `renewal_date` optional)",
        ]
    );
    assert_eq!(
        case("id,arr,RenewalDate\n"),
        [
            "account.csv:1: there is no column `renewal_date` for table `account` (did you mean `RenewalDate`? then write \
          `renewal_date = \"RenewalDate\"` under `[profile.data.account.columns]` in laud.toml)"
        ]
    );
    assert_eq!(
        case("id,ARR,Arr,renewal_date\n"),
        ["account.csv:1: both `ARR` and `Arr` could be column `arr` (say which: write `arr = \"ARR\"` under \
          `[profile.data.account.columns]` in laud.toml)"]
    );
    // One header says more than is wanted.
    let mean = |wanted: &str, header: &str| {
        format!(
            "account.csv:1: there is no column `{wanted}` for table `account` (did you mean `{header}`? then write \
             `{wanted} = \"{header}\"` under `[profile.data.account.columns]` in laud.toml)"
        )
    };
    assert_eq!(
        case("Account ID,Current ARR,Renewal Date (UTC)\n")[..2],
        [mean("id", "Account ID"), mean("arr", "Current ARR")]
    );
    assert_eq!(case("Account ID,Parent ID,arr,renewal_date\n"), [mean("id", "Account ID")]);
    assert!(case("Owner ID,Parent ID,arr,renewal_date\n")[0].contains("(there is `Owner ID`, `Parent ID`, `arr`"));
    assert!(case("id_note,arr,renewal_date\n")[0].contains("(there is `id_note`, `arr`"));
    let semicolons = ["account.csv:1: the cells seem to be separated by `;` (write `delimiter = \";\"` under \
                       `[profile.data.account]` in laud.toml)"];
    assert_eq!(case("id;arr;renewal_date\n"), semicolons);
    assert_eq!(case("id;name, legal;renewal_date\nA;Alder, Inc;\n"), semicolons);
    assert_eq!(case(""), ["account.csv: the file is empty (the first line names the columns)"]);
    assert_eq!(case("\n\n"), ["account.csv: the file is empty (the first line names the columns)"]);
    let loaded = files(&[("account.csv", "id,arr,renewal_date\n")]).load(&program).unwrap();
    assert_eq!((loaded.report(0).read, loaded.report(0).loaded), (0, true));
}

#[test]
fn files_that_are_not_there_or_not_text() {
    let program = activity(None, vec![]);
    let data = files(&[("account.csv", "id\nA\n"), ("events.csv", "account,occurred_at\n")]);
    // A table without a file is not loaded, which is not the same as having no rows.
    let loaded = data.load(&program).unwrap();
    assert!(!loaded.table(1).loaded && !loaded.report(1).loaded);
    assert_eq!(loaded.notes(1), ["Other 1: no file for `activity` in the project's directory: not loaded"]);
    assert_eq!(loaded.table(1).by_parent, [Vec::<u32>::new()]);

    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.activity]\nfile = 'event.csv'\n";
    assert_eq!(
        errors(data.load_with(&program, toml)),
        ["event.csv: there is no file `event.csv` (did you mean `events.csv`?)"]
    );
    let none = files(&[("accounts.csv", "id\nA\n")]);
    assert_eq!(
        errors(none.load(&program)),
        [
            "account.csv: there is no file for table `account`, whose rows are scored (did you mean `accounts.csv`? then write \
          `file = \"accounts.csv\"` under `[profile.data.account]` in laud.toml)"
        ]
    );
    let two = files(&[("account.csv", "id\nA\n"), ("account.jsonl", "")]);
    assert_eq!(
        errors(two.load(&program)),
        [
            "account.csv: table `account` has two files: `account.csv` and `account.jsonl` (remove one, or say which is meant: \
          write `file = \"account.csv\"` under `[profile.data.account]` in laud.toml)"
        ]
    );
    for (bytes, words) in [
        (&b"\xff\xfei\0d\0"[..], "the file is UTF-16"),
        (b"PK\x03\x04\x14\0", "the file is a workbook or an archive, not text"),
        (b"PAR1\x15\x04", "the file is Parquet"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\x03garbage", "the file is damaged: it cannot be unpacked beyond row 0"),
    ] {
        let data = files(&[]);
        std::fs::write(data.directory.path().join("account.csv"), bytes).unwrap();
        assert!(errors(data.load(&program))[0].contains(words), "{:?}", errors(data.load(&program)));
    }
    let binding = without_config(&program, Some("no/such/place"), Path::new("."));
    assert_eq!(
        errors(run(&program, &binding)),
        [
            "no/such/place: there is no directory `no/such/place` (name the directory of the files with `--data`, or in the project file)"
        ]
    );
}

fn gz(content: &str) -> Vec<u8> {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(content.as_bytes()).unwrap();
    packed.finish().unwrap()
}

#[test]
fn packed_files_and_json_lines() {
    let program = activity(Some("id"), vec![text("id"), integer("score"), optional(field("ok", Type::Boolean))]);
    let data = files(&[]);
    let path = |name: &str| data.directory.path().join(name);
    // Two members, as appending to a packed log gives.
    std::fs::write(path("account.csv.gz"), [gz("id\nA\n"), gz("B\n")].concat()).unwrap();
    let lines = "\u{feff}{\"account\": \"A\", \"Occurred At\": \"2026-01-01\", \"id\": 1, \"score\": 3, \"ok\": true, \"extra\": []}\n\
                 \n\
                 {\"account\": \"B\", \"Occurred At\": \"2026-01-02\", \"id\": \"e2\", \"score\": 1e1}\r\n\
                 {\"account\": \"B\", \"Occurred At\": \"2026-01-02\", \"id\": 3, \"score\": {\"x\": 1}, \"ok\": null}\n\
                 {\"account\": \"B\"\n\
                 [1]\n\
                 {\"account\": \"A\", \"Occurred At\": 5, \"id\": 12345678901234567890123456789012345678901, \"score\": 1}\n\
                 {\"account\": \"A\", \"Occurred At\": \"2026-01-03\", \"id\": 0.5, \"score\": 2.5}";
    std::fs::write(path("activity.ndjson.gz"), gz(lines)).unwrap();
    let loaded = data.load(&program).unwrap();
    assert_eq!(loaded.column(0, 0), ["A", "B"]);
    assert_eq!(loaded.column(1, 2), ["1", "e2", "3", "0.5"]);
    assert_eq!(loaded.column(1, 3), ["3", "10", "!", "!"]);
    assert_eq!(loaded.column(1, 4), ["true", "-", "-", "-"]);
    assert_eq!(
        loaded.rejected(),
        [
            "activity.ndjson.gz:5 Malformed: not JSON at column 15",
            "activity.ndjson.gz:6 Malformed: not a JSON object",
            "activity.ndjson.gz:7 BadDate: `5` in `occurred_at` is a number, not a date",
            "activity.ndjson.gz:4 UnreadableCell: `{…}` in `score` is a list or an object",
            "activity.ndjson.gz:8 UnreadableCell: `2.5` in `score` is not a whole number",
        ]
    );
    assert_eq!(loaded.notes(1)[2], "Unused 1: 1 column of activity.ndjson.gz not used: `extra`");

    let list = files(&[("account.jsonl", "[{\"id\": \"A\"},\n{\"id\": \"B\"}]\n")]);
    assert_eq!(
        errors(list.load(&program)),
        [
            "account.jsonl:1: the file is one JSON list; one object per line is wanted (convert it, for example with `jq -c '.[]'`)"
        ]
    );
    let other = files(&[("account.jsonl", "{\"ident\": \"A\"}\n")]);
    assert!(errors(other.load(&program))[0].starts_with("account.jsonl: there is no column `id` for table `account`"));
}

#[test]
fn what_a_source_vouches_for() {
    let program = activity(None, vec![]);
    let csv = "account,occurred_at\nA,2026-02-03\nZ,2026-02-05\n";
    let data = files(&[("account.csv", "id\nA\n"), ("activity.csv", csv)]);
    let loaded = data.load(&program).unwrap();
    // The row of 5 February is rejected, but the file reaches that far.
    assert_eq!((loaded.table(1).covers_from, loaded.table(1).covers_to), (None, Some(day("2026-02-05"))));
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.activity]\ncovers = { from = 2025-01-01, to = 2026-03-31 }\n";
    let table = data.load_with(&program, toml).unwrap();
    assert_eq!(table.table(1).covers_from, Some(day("2025-01-01")));
    assert_eq!(table.table(1).covers_to, Some(day("2026-03-31")));
}

#[test]
fn a_column_that_several_files_lack_is_one_finding() {
    let program = account(vec![text("id"), number("seats")]);
    let toml = |list: &str| format!("[profile.p]\ndirectory = '.'\n[profile.p.account]\nfiles = [{list}]\n");
    let data = files(&[("a.csv", "id\na\n"), ("b.csv", "id\nb\n"), ("c.csv", "id\nc\n"), ("d.csv", "id\nd\n")]);
    let told = |list: &str| errors(data.load_with(&program, &toml(list)));
    let help = "(there is `id`; write `seats = \"…\"` under `[profile.p.account.columns]` in laud.toml, or declare `seats` optional)";
    assert_eq!(
        told("'a.csv', 'b.csv'"),
        [format!("a.csv:1: there is no column `seats` for table `account`, nor in `b.csv` {help}")]
    );
    assert_eq!(
        told("'a.csv', 'b.csv', 'c.csv', 'd.csv'"),
        [format!("a.csv:1: there is no column `seats` for table `account`, nor in `b.csv` and 2 more files {help}")]
    );
}

#[test]
#[cfg(feature = "zstd")]
fn text_packed_with_zstd() {
    let pack = |text: &str| zstd::encode_all(text.as_bytes(), 3).unwrap();
    let data = files(&[]);
    let path = |name: &str| data.directory.path().join(name);
    std::fs::write(path("account.csv.zst"), [pack("id\nA\n"), pack("B\n")].concat()).unwrap();
    let lines = "{\"account\": \"A\", \"occurred_at\": \"2026-01-01\"}\n{\"account\": \"C\", \"occurred_at\": \"2026-01-02\"}\n";
    std::fs::write(path("activity.ndjson.zst"), pack(lines)).unwrap();
    let loaded = data.load(&activity(None, vec![])).unwrap();
    assert_eq!(loaded.column(0, 0), ["A", "B"]);
    assert_eq!((loaded.report(1).read, loaded.report(1).kept), (2, 1));
    // A frame that ends too soon is damage, and a file that only says so in its name is none.
    let whole = pack(&"A\n".repeat(9000));
    std::fs::write(path("account.csv.zst"), &whole[..whole.len() - 3]).unwrap();
    let found = errors(data.load(&activity(None, vec![])));
    assert!(
        found[0].starts_with("account.csv.zst: the file is damaged: it cannot be unpacked beyond row "),
        "{found:?}"
    );
    std::fs::write(path("account.csv.zst"), "id\nA\n").unwrap();
    assert_eq!(data.load(&activity(None, vec![])).unwrap().column(0, 0), ["A"]);
}

#[test]
fn numbers_as_keys_are_what_is_written() {
    let program = activity(None, vec![optional(text("note")), optional(number("n"))]);
    let long = ["123456789012345678901234567890123456789012", "223456789012345678901234567890123456789012"];
    let accounts = format!(
        "{{\"id\":{}}}\n{{\"id\":{}}}\n{{\"id\":1001.0}}\n{{\"id\":0.1234567891}}\n{{\"id\":1e3}}\n",
        long[0], long[1]
    );
    let row = |account: &str, cells: &str| format!("{{\"account\":{account},\"occurred_at\":\"2026-01-01\"{cells}}}\n");
    let rows = [
        row(&format!("\"{}\"", long[1]), &format!(",\"note\":{}", long[0])),
        row(long[0], ",\"n\":0.1234567891"),
        row("1001", ",\"note\":7.50"),
        row("\"0.1234567891\"", &format!(",\"n\":{}", long[0])),
        row("1000.0", ",\"note\":1e-12"),
        row("0.123456789", ""),
        row("323456789012345678901234567890123456789012", ""),
    ];
    let data = files(&[("account.json", accounts.as_str()), ("activity.json", rows.concat().as_str())]);
    let loaded = data.load(&program).unwrap();
    // Of an account that is a number the fraction is left out where it is none.
    assert_eq!(loaded.column(0, 0), [long[0], long[1], "1001", "0.1234567891", "1000"]);
    assert_eq!(loaded.column(1, 0), [long[1], long[0], "1001", "0.1234567891", "1000"]);
    assert_eq!(loaded.column(1, 2), [long[0], "-", "7.5", "-", "1e-12"]);
    // Numbers that are numbers are rounded to nine digits, and those of more than 38 cannot be.
    assert_eq!(loaded.column(1, 3), ["-", "0.123456789", "-", "!", "-"]);
    assert_eq!(loaded.report(1).rejected_for(RejectReason::UnknownAccount), 2);
}

/// The cells of a column of a table that is held, from a file of these lines; and again with more rows behind them, so that
/// the file is read in parts.
fn small_and_large(program: &Program, lines: &str, toml: &str, column: u32) -> [Vec<String>; 2] {
    let rows = lines.lines().count();
    let filler = (0..9000).map(|i| format!("{{\"id\":\"filler{i}\"}}\n"));
    [lines.to_string(), lines.to_string() + &filler.collect::<String>()].map(|text| {
        let loaded = files(&[("account.ndjson", text.as_str())]).load_with(program, toml).unwrap();
        loaded.column(0, column).into_iter().take(rows).collect()
    })
}

const HERE: &str = "[profile.p]\ndirectory = '.'\n";

#[test]
fn the_size_of_a_file_decides_nothing() {
    let program = account(vec![text("id"), optional(number("num"))]);
    // The exact name counts, of others the last in the row.
    let lines = "{\"id\":\"a\",\"num\":1,\"Num\":9,\"NUM\":8}\n{\"id\":\"b\",\"Num\":2,\"NUM\":3}\n{\"id\":\"c\",\"NUM\":3,\"num\":null}\n\
                 {\"id\":\"d\",\"Num\":6,\"NUM\":null}\n";
    for column in small_and_large(&program, lines, HERE, 1) {
        assert_eq!(column, ["1", "3", "-", "-"]);
    }
    let loaded = files(&[("account.ndjson", lines)]).load(&program).unwrap();
    assert_eq!(
        loaded.notes(0),
        ["Other 2: 2 rows have `num` twice, the first at account.ndjson:2; the last one counts"]
    );
    let program = activity(None, vec![optional(number("num"))]);
    let row = "{\"account\":\"B\",\"occurred_at\":\"2026-01-01\",\"num\":1,\"account\":\"A\",\"x\":1,\"x\":2}\n";
    let plain = "{\"account\":\"A\",\"occurred_at\":\"2026-01-01\",\"num\":1}\n".repeat(4000);
    let rows = row.to_string() + &plain + row + &plain;
    let loaded = files(&[("account.csv", "id\nA\n"), ("activity.ndjson", &rows)]).load(&program).unwrap();
    assert_eq!(loaded.report(1).kept, 8002);
    assert_eq!(
        loaded.notes(1),
        [
            "Unused 1: 1 column of activity.ndjson not used: `x`",
            "Other 2: 2 rows have `account` twice, the first at activity.ndjson:1; the last one counts",
        ]
    );

    // A name without letters and digits is like no other.
    let program = account(vec![text("id"), optional(number("share"))]);
    let toml = HERE.to_string() + "[profile.p.account.columns]\nshare = '%'\n";
    let lines = "{\"id\":\"a\",\"$\":1,\"%\":2}\n{\"id\":\"b\",\"$\":3}\n";
    for column in small_and_large(&program, lines, &toml, 1) {
        assert_eq!(column, ["2", "-"]);
    }

    // A cell of spaces is a blank one.
    let mut build = Build::default();
    let kind = build.list("account.kind", &["alpha", "beta"]);
    build.subject("account", vec![text("id"), optional(field("kind", kind))]);
    let toml = HERE.to_string() + "[profile.p.account.columns]\nkind = { blank = 'beta' }\n";
    let row = |i: usize| format!("{{\"id\":\"{i}\",\"kind\":\"{}\"}}\n", if i == 0 { " " } else { "huh" });
    for rows in [5, 9000] {
        let text: String = (0..rows).map(row).collect();
        let told = errors(files(&[("account.ndjson", text.as_str())]).load_with(&build.program, &toml));
        let none = format!("account.ndjson:2: none of the {} cells of `account.kind` is in the list", rows - 1);
        assert!(told[0].replace(',', "").starts_with(&none), "{told:?}");
    }
}

#[test]
fn however_many_names_there_are_what_is_wanted_is_read() {
    let program = account(vec![text("id"), optional(number("num"))]);
    let mut lines: String = (0..4200).map(|i| format!("{{\"id\":\"a{i}\",\"p{i}\":1}}\n")).collect();
    lines += &(0..20_000).map(|i| format!("{{\"id\":\"b{i}\",\"num\":1}}\n")).collect::<String>();
    let loaded = files(&[("account.ndjson", lines.as_str())]).load(&program).unwrap();
    assert_eq!(loaded.column(0, 1).iter().filter(|cell| *cell == "1").count(), 20_000);
    let notes = loaded.notes(0);
    assert!(notes.len() == 1 && notes[0].starts_with("Unused 4095: "), "{notes:?}");
    // Of events, too, whoever reads which part.
    let program = activity(None, vec![optional(number("num"))]);
    let row = |cells: String| format!("{{\"account\":\"A\",\"occurred_at\":\"2026-01-01\",{cells}}}\n");
    let mut lines: String = (0..4200).map(|i| row(format!("\"p{i}\":1"))).collect();
    lines += &(0..9000).map(|_| row("\"num\":1".to_string())).collect::<String>();
    let data = files(&[("account.csv", "id\nA\n"), ("activity.ndjson", lines.as_str())]);
    let loaded = data.load(&program).unwrap();
    assert_eq!(loaded.column(1, 2).iter().filter(|cell| *cell == "1").count(), 9000);
}

#[test]
fn every_file_of_objects_has_a_form_of_its_own() {
    let program = activity(None, vec![optional(text("note")), optional(number("n"))]);
    let first: String = (0..3000)
        .map(|i| format!("{{\"account\":\"A\",\"occurred_at\":\"2026-01-01\",\"note\":\"x\",\"n\":{i}}}\n"))
        .collect();
    // The same names for other columns, in another order and with other spaces.
    let second: String = (0..3000)
        .map(|i| format!("{{\"n\": \"text {i}\", \"account\": \"A\", \"note\": 5, \"occurred_at\": \"2026-01-02\"}}\n"))
        .collect();
    let data = files(&[("account.csv", "id\nA\n"), ("a.ndjson", first.as_str()), ("b.ndjson", second.as_str())]);
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.activity]\nfiles = ['a.ndjson', 'b.ndjson']\n";
    let loaded = data.load_with(&program, toml).unwrap();
    assert_eq!(loaded.report(1).kept, 6000);
    let (notes, numbers) = (loaded.column(1, 2), loaded.column(1, 3));
    assert_eq!(notes.iter().filter(|note| *note == "5").count(), 3000);
    assert_eq!(numbers.iter().filter(|n| *n == "!").count(), 3000);
}
