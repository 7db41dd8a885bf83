//! Parquet of every encoding that is met, in one pass and loaded: the same rows, the same words.

use super::stream::every_type;
use super::*;
use ::parquet::basic::{Compression, Encoding};
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, FixedLenByteArray, FixedLenByteArrayType};
use ::parquet::data_type::{FloatType, Int32Type, Int64Type};
use ::parquet::file::properties::{WriterProperties, WriterVersion};
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::parser::parse_message_type;
use proptest::prelude::*;
use std::sync::Arc;

/// The cells of a column; a blank is `None`.
#[derive(Debug, Clone)]
pub(super) enum Cells {
    Text(Vec<Option<Vec<u8>>>),
    Fixed(Vec<Option<Vec<u8>>>),
    Small(Vec<Option<i32>>),
    Large(Vec<Option<i64>>),
    Double(Vec<Option<f64>>),
    Float(Vec<Option<f32>>),
    Flag(Vec<Option<bool>>),
}

pub(super) type Column = (String, Cells);

fn part<T: Clone>(list: &[Option<T>], from: usize, to: usize) -> (Vec<T>, Vec<i16>) {
    let list = &list[from..to];
    (list.iter().flatten().cloned().collect(), list.iter().map(|cell| i16::from(cell.is_some())).collect())
}

fn write_group<W: std::io::Write + Send>(
    mut group: SerializedRowGroupWriter<'_, W>,
    columns: &[Column],
    from: usize,
    to: usize,
) {
    for (_, cells) in columns {
        let mut writer = group.next_column().unwrap().unwrap();
        macro_rules! put {
            ($ty:ty, $list:expr, $of:expr) => {{
                let (values, levels) = part($list, from, to);
                let values: Vec<_> = values.into_iter().map($of).collect();
                writer.typed::<$ty>().write_batch(&values, Some(&levels), None).unwrap();
            }};
        }
        match cells {
            Cells::Text(v) => put!(ByteArrayType, v, ByteArray::from),
            Cells::Fixed(v) => put!(FixedLenByteArrayType, v, |b: Vec<u8>| FixedLenByteArray::from(b)),
            Cells::Small(v) => put!(Int32Type, v, |n| n),
            Cells::Large(v) => put!(Int64Type, v, |n| n),
            Cells::Double(v) => put!(DoubleType, v, |n| n),
            Cells::Float(v) => put!(FloatType, v, |n| n),
            Cells::Flag(v) => put!(BoolType, v, |n| n),
        }
        writer.close().unwrap();
    }
    group.close().unwrap();
}

pub(super) fn file(columns: &[Column], rows: usize, per_group: usize, properties: WriterProperties) -> Vec<u8> {
    let fields: String = columns.iter().map(|(field, _)| format!("OPTIONAL {field};\n")).collect();
    let schema = Arc::new(parse_message_type(&format!("message m {{ {fields} }}")).unwrap());
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(properties)).unwrap();
    let mut from = 0;
    while from < rows {
        let to = rows.min(from + per_group);
        let group = writer.next_row_group().unwrap();
        write_group(group, columns, from, to);
        from = to;
    }
    writer.close().unwrap();
    bytes
}

fn texts(list: &'static [&'static str], odd: bool) -> BoxedStrategy<Option<Vec<u8>>> {
    let plain = prop::sample::select(list).prop_map(|text| Some(text.as_bytes().to_vec()));
    match odd {
        true => prop_oneof![20 => plain, 1 => Just(None), 1 => Just(Some(vec![0xff, b'x']))].boxed(),
        false => prop_oneof![20 => plain, 1 => Just(None)].boxed(),
    }
}

fn perhaps<T: std::fmt::Debug + Clone + 'static>(of: impl Strategy<Value = T> + 'static) -> BoxedStrategy<Option<T>> {
    prop_oneof![8 => of.prop_map(Some), 1 => Just(None)].boxed()
}

const DAY: i64 = 86_400_000_000;

/// The columns of a file of so many rows, each stored in one of several ways.
fn columns(rows: usize) -> impl Strategy<Value = Vec<Column>> {
    fn all<T: std::fmt::Debug + 'static>(of: BoxedStrategy<T>, rows: usize) -> BoxedStrategy<Vec<T>> {
        prop::collection::vec(of, rows).boxed()
    }
    let named =
        |field: &'static str, cells: BoxedStrategy<Cells>| cells.prop_map(move |c| (field.to_string(), c)).boxed();
    let text = |field: &'static str, list: &'static [&'static str], odd: bool| {
        named(field, all(texts(list, odd), rows).prop_map(Cells::Text).boxed())
    };
    let large = |field: &'static str, of: BoxedStrategy<Option<i64>>| {
        named(field, all(of, rows).prop_map(Cells::Large).boxed())
    };
    let small = |field: &'static str, of: BoxedStrategy<Option<i32>>| {
        named(field, all(of, rows).prop_map(Cells::Small).boxed())
    };
    let account = text("BYTE_ARRAY account (UTF8)", &["a1", "a2", "a3", "a8", " a4", "nobody", "N/A", ""], true);
    let day = || (20_000i32..20_600).boxed();
    let occurred = prop_oneof![
        small("INT32 occurred_at (DATE)", perhaps(day())),
        large("INT64 occurred_at (TIMESTAMP(MICROS,true))", perhaps(day().prop_map(|d| i64::from(d) * DAY + 5))),
        text("BYTE_ARRAY occurred_at (UTF8)", &["2026-01-05", "2026-02-07T10:00:00Z", "soon"], false),
    ];
    let kind = text("BYTE_ARRAY kind (UTF8)", &["reference", "case_study", "Case Study", "none", "webinar", "-"], true);
    let cents = || prop_oneof![8 => -100_000i64..100_000_000, 1 => Just(i64::MAX / 2)];
    let fixed = cents().prop_map(|n| i128::from(n).to_be_bytes()[10..].to_vec());
    let amount = prop_oneof![
        named(
            "FIXED_LEN_BYTE_ARRAY (6) amount (DECIMAL(14,2))",
            all(perhaps(fixed), rows).prop_map(Cells::Fixed).boxed()
        ),
        large("INT64 amount (DECIMAL(18,2))", perhaps(cents())),
        large("INT64 amount", perhaps(cents())),
        named(
            "DOUBLE amount",
            all(perhaps(prop_oneof![cents().prop_map(|n| n as f64 / 100.0), any::<f64>(), Just(f64::NAN)]), rows)
                .prop_map(Cells::Double)
                .boxed()
        ),
        text("BYTE_ARRAY amount (UTF8)", &["12.50", "$5", "1.234", "EUR 3", "7"], false),
    ];
    let score = prop_oneof![
        small("INT32 score", perhaps(-1i32..12)),
        small("INT32 score (INTEGER(8,false))", perhaps(0i32..11)),
        named(
            "FLOAT score",
            all(perhaps((0i8..20).prop_map(|n| f32::from(n) / 2.0)), rows).prop_map(Cells::Float).boxed()
        ),
    ];
    let share = named(
        "DOUBLE share",
        all(perhaps((0i32..1500).prop_map(|n| f64::from(n) / 1000.0)), rows).prop_map(Cells::Double).boxed(),
    );
    let solicited = prop_oneof![
        named("BOOLEAN solicited", all(perhaps(any::<bool>()), rows).prop_map(Cells::Flag).boxed()),
        small("INT32 solicited", perhaps(0i32..3)),
    ];
    let seen = prop_oneof![
        large("INT64 seen (TIMESTAMP(MILLIS,true))", perhaps(prop_oneof![0i64..2_000_000_000_000, Just(i64::MAX)])),
        large("INT64 seen (TIMESTAMP(NANOS,false))", perhaps(0i64..2_000_000_000_000_000_000)),
        small("INT32 seen (DATE)", perhaps(prop_oneof![day(), Just(i32::MAX)])),
    ];
    let who = text(
        "BYTE_ARRAY who (UTF8)",
        &["ann", "bob", " padded", "n/a", "\u{fc}ber", "a longer text than others"],
        true,
    );
    let free = prop_oneof![
        named("DOUBLE free", all(perhaps(any::<f32>().prop_map(f64::from)), rows).prop_map(Cells::Double).boxed()),
        large("INT64 free (INTEGER(64,false))", perhaps(any::<i64>())),
    ];
    (account, occurred, kind, amount, score, share, solicited, seen, who, free)
        .prop_map(|(a, b, c, d, e, f, g, h, i, j)| vec![a, b, c, d, e, f, g, h, i, j])
}

pub(super) fn case() -> impl Strategy<Value = (usize, Vec<Column>, usize, WriterProperties)> {
    let properties = (any::<bool>(), any::<bool>(), 1usize..30, 0usize..4, 0usize..3);
    (1usize..80, properties, 1usize..60).prop_flat_map(
        |(rows, (dictionary, second, page, squeeze, encoding), group)| {
            let mut builder = WriterProperties::builder()
                .set_writer_version(if second { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 })
                .set_dictionary_enabled(dictionary)
                .set_write_batch_size(page)
                .set_data_page_row_count_limit(page)
                .set_dictionary_page_size_limit(if page % 2 == 0 { 40 } else { 1 << 20 })
                .set_compression(
                    [
                        Compression::UNCOMPRESSED,
                        Compression::SNAPPY,
                        Compression::ZSTD(Default::default()),
                        Compression::GZIP(Default::default()),
                    ][squeeze],
                );
            if encoding == 1 && !dictionary {
                builder = builder.set_column_encoding("account".into(), Encoding::DELTA_LENGTH_BYTE_ARRAY);
            }
            let properties = builder.build();
            (Just(rows), columns(rows), Just(group), Just(properties))
        },
    )
}

fn accounts() -> String {
    (0..9).map(|i| format!("a{i}\n")).fold("id\n".to_string(), |all, line| all + &line)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_way_of_storing((rows, columns, group, properties) in case(), utc in any::<bool>()) {
        let program = every_type();
        let data = files(&[("account.csv", accounts().as_str())]);
        let bytes = file(&columns, rows, group, properties);
        std::fs::write(data.directory.path().join("activity.parquet"), bytes).unwrap();
        let zone = if utc { "UTC" } else { "America/New_York" };
        let toml = format!("[project]\ntime_zone = '{zone}'\n[profile.p]\ndirectory = '.'\ntime_zone = 'UTC'\n");
        let _ = data.load_with(&program, &toml);
    }

    /// What a damaged file holds may be read or not, but where both ways read it they read the same.
    #[test]
    fn damage_is_told_or_harmless((rows, columns, group, properties) in case(), harm in any::<(u32, u8)>()) {
        let program = every_type();
        let data = files(&[("account.csv", accounts().as_str())]);
        let mut bytes = file(&columns, rows, group, properties);
        let at = harm.0 as usize % bytes.len();
        bytes[at] = harm.1;
        std::fs::write(data.directory.path().join("activity.parquet"), bytes).unwrap();
        let place = Place { path: data.directory.path().to_path_buf(), shown: String::new() };
        let binding = Binding::by_convention(&program, place, chrono_tz::Tz::UTC);
        let mut first = program.clone();
        first.tables.truncate(1);
        let (accounts, _) = load(&first, &binding, &mut |_| {}).unwrap();
        let loaded = load(&program, &binding, &mut |_| {});
        let passed = super::stream::pass(&program, &binding, TableId(1), Some(&accounts.tables[0]), 2);
        if let (Ok((_, report)), Ok(passed)) = (&loaded, &passed) {
            prop_assert_eq!(&report.tables[1], &passed.report);
        }
        if let (Ok(_), Err(errors)) = (&loaded, &passed) {
            prop_assert!(false, "{:?}", errors);
        }
    }
}

#[test]
fn row_groups_before_every_window_are_not_read() {
    use laud::data::stream::{Owners, Piece, Request, stream};
    let program = activity(None, vec![optional(text("note"))]);
    let rows = 1000usize;
    let days = (0..rows).map(|i| Some(20_000 + i as i32 / 10)).collect();
    let owners = (0..rows).map(|i| Some(format!("a{}", i % 10).into_bytes())).collect();
    let columns = [
        ("BYTE_ARRAY account (UTF8)".to_string(), Cells::Text(owners)),
        ("INT32 occurred_at (DATE)".to_string(), Cells::Small(days)),
    ];
    let bytes = file(&columns, rows, 100, WriterProperties::builder().build());
    let data = files(&[("account.csv", accounts().as_str())]);
    std::fs::write(data.directory.path().join("activity.parquet"), bytes).unwrap();
    let loaded = data.load(&program).unwrap();
    let binding = Binding::by_convention(
        &program,
        Place { path: data.directory.path().to_path_buf(), shown: String::new() },
        chrono_tz::Tz::UTC,
    );
    let above = &loaded.data.tables[0];
    let known = Owners::new(above);
    let request = |first: i32| Request {
        program: &program,
        table: TableId(1),
        binding: &binding,
        fields: &[FieldId(1)],
        dates: Some((Date(first), Date(20_099))),
        owners: Some(&known),
        above: Some(above),
        rejects: false,
    };
    let count = |count: &mut u64, piece: &Piece| *count += piece.kept as u64;
    // Ten days are in a row group; the days 20,000 to 20,009 are in the first of ten.
    let passed = stream(&request(20_025), 2, || 0u64, count).unwrap();
    assert_eq!((passed.report.read, passed.report.skipped), (800, 200));
    // Of every ten accounts one does not exist.
    assert_eq!((passed.report.kept, passed.workers.iter().sum::<u64>()), (720, 720));
    assert_eq!(
        passed.report.notes.iter().map(|n| n.text.as_str()).collect::<Vec<_>>(),
        [
            "activity.parquet has no column `note`: `note` is missing everywhere",
            "200 rows of activity.parquet are outside every window, not read (2 row groups)",
        ]
    );
    let none = stream(&request(30_000), 2, || 0u64, count).unwrap();
    assert_eq!((none.report.read, none.report.skipped, none.workers.iter().sum::<u64>()), (0, 1000, 0));
    assert!(none.table.vouches());
    assert_eq!(none.table.covers_to, Some(Date(20_099)));
}
