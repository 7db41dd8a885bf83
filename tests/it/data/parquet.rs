//! Parquet against a CSV file of the same rows.

use super::*;

fn program() -> Program {
    let mut build = Build::default();
    let kind = build.list("account.kind", &["reference", "speaking"]);
    let fields = vec![
        text("id"),
        optional(integer("seats")),
        optional(money("arr", "USD")),
        optional(number("rate")),
        optional(ratio("share")),
        optional(field("active", Type::Boolean)),
        optional(date("start")),
        optional(field("seen", Type::Instant)),
        optional(field("logged", Type::Instant)),
        optional(field("kind", kind)),
        optional(integer("hits")),
    ];
    build.subject("account", fields);
    build.program
}

fn load_rows(name: &str, seen: &str) -> Loaded {
    let toml = format!(
        "[project]\ntime_zone = 'America/New_York'\n[profile.p]\ndirectory = 'tests/data/parquet'\n\
         [profile.p.account]\nfile = '{name}'\n\
         columns = {{ logged = {{ time_zone = 'UTC' }}{seen} }}\n"
    );
    let program = program();
    run(&program, &bind(&program, &toml, &root()).unwrap()).unwrap()
}

#[test]
fn the_same_rows_as_csv() {
    let csv = load_rows("rows.csv", "");
    assert_eq!(csv.column(0, 0)[4], "Ä5 ünïcode");
    assert_eq!(csv.column(0, 2), ["400000", "120000.5", "-", "-0.01", "9999999999999999.99"]);
    assert_eq!(csv.column(0, 3)[3], "99999999999999999999999999999.000000001");
    assert_eq!(csv.column(0, 4), ["0.45", "0.1", "-", "0.0000001", "0.3"]);
    assert_eq!(csv.column(0, 7)[0], "2026-03-31 22:30:00");
    for (name, seen) in [
        ("rows_snappy.parquet", ""),
        ("rows_zstd.parquet", ""),
        ("rows_gzip.parquet", ""),
        // The old type of timestamp does not say that it is UTC, so that it has to be declared.
        ("rows_int96.parquet", ", seen = { time_zone = 'UTC' }"),
    ] {
        let loaded = load_rows(name, seen);
        for field in 0..11 {
            assert_eq!(loaded.column(0, field), csv.column(0, field), "{name}, column {field}");
        }
        assert_eq!(loaded.table(0).place(4), format!("tests/data/parquet/{name}:5"));
        assert_eq!(loaded.notes(0), csv.notes(0), "{name}");
    }
}

#[test]
fn nested_columns() {
    let parquet = root().join("tests/data/parquet/nested.parquet");
    let data = files(&[]);
    std::fs::copy(parquet, data.directory.path().join("account.parquet")).unwrap();
    let lists = account(vec![text("id"), text("tags")]);
    let toml = "[profile.p]\ndirectory = '.'\n[profile.p.account.columns]\ntags = 'tags.list.element'\n";
    assert_eq!(
        errors(data.load_with(&lists, toml)),
        ["account.parquet: column `\"tags.list.element\"` holds lists, not single values (flatten it, or declare the \
          column optional and leave it out of the file)"
            .replace("\"", "")]
    );
    let members = account(vec![text("id"), text("owner_name"), number("half"), text("uid")]);
    let loaded = data.load(&members).unwrap();
    assert_eq!(loaded.column(0, 3), ["00010203-0405-0607-0809-0a0b0c0d0e0f"]);
    assert_eq!((loaded.column(0, 1), loaded.column(0, 2)), (vec!["Jo".to_string()], vec!["1.5".to_string()]));
}

#[test]
fn damaged_files_are_errors() {
    let whole = std::fs::read(root().join("tests/data/parquet/rows_zstd.parquet")).unwrap();
    let program = program();
    let data = files(&[]);
    let path = data.directory.path().join("account.parquet");
    let toml = "[profile.p]\ndirectory = '.'\ntime_zone = 'UTC'\n";
    for cut in [0, 3, 100, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let found = errors(data.load_with(&program, toml));
        assert!(found[0].starts_with("account.parquet: the file is not readable Parquet: "), "{found:?}");
    }
    for at in (0..whole.len()).step_by(37) {
        let mut changed = whole.clone();
        changed[at] ^= 0x55;
        std::fs::write(&path, changed).unwrap();
        let _ = data.load_with(&program, toml);
    }
}
