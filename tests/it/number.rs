//! Numbers against an independent script, and the laws that hold for all of them.

use ethnum::I256;
use laud::number::{Decimal, NumberError, Products, SCALE, apportion};
use laud::report::pen::Pen;
use proptest::prelude::*;

fn d(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn shown(number: Option<Decimal>) -> String {
    number.map_or("-".to_string(), |n| n.to_string())
}

/// a, b, a x b, a / b; `-` is too large. By a script with whole numbers of any length.
#[rustfmt::skip]
const PRODUCTS_AND_QUOTIENTS: &[(&str, &str, &str, &str)] = &[
    ("4729024979043.03638474", "0.981836553", "4643129584474.512082647", "4816509392111.658715908"),
    ("9578805885564.479445085", "-0.000000188", "-1800815.506486122", "-50951095135981273644.069148936"),
    ("-1898378189540366843.627309967", "0.000000946", "-1795865767305.187034071", "-2006742272241402583115549.647991543"),
    ("789.903285048", "3189488381196579836.538249884", "2519387349929606085943.762443676", "0"),
    ("81312812827046622383623859651.114997451", "27534020233795428611404754835.896903727", "-", "2.953176185"),
    ("7724718944748.21318805", "0.000000733", "5662218.98650044", "10538497878237671470.736698499"),
    ("422482371421499615325260.341306416", "-731.711757119", "-309135318344627473303628825.043443307", "-577389070643005010398.845819104"),
    ("81139911878727266588006582375.069600462", "-5628901815125.140862293", "-", "-14414874258545470.257673527"),
    ("0.000000784", "-69579765640418102456314367783.233241548", "-54550536262087792325750.464342055", "0"),
    ("962136861679648261117806.024244609", "-0.000000848", "-815892058704341725.427899509", "-"),
    ("893007992769302635735139.742755218", "473146282967583087669138.767192832", "-", "1.887382454"),
    ("-531.20568712", "-0.278634438", "148.012198093", "1906.460992162"),
    ("9748609720834698549.286934545", "-3757348644811316767.767795209", "-", "-2.594544889"),
    ("4594978829066.907873316", "1.356416554", "6232705349025.890212959", "3387586811379.262976258"),
    ("356.231378057", "-441012458152379279669469.81278827", "-157102475707927114889988234.880127224", "0"),
    ("-0.000000249", "64208968117662650142802323886.418913005", "-15988033061297999885557.778647718", "0"),
    ("-76759811202330754806609502148.784434047", "-5768771021937670850.055834797", "-", "13306094298.148780354"),
    ("0.000000295", "277.986137137", "0.000082006", "0.000000001"),
    ("1960200540655.444378377", "-3.304759731", "-6477991811442.540927571", "-593144645968.649506755"),
    ("0.000000172", "-3498239813040408721.789249437", "-601697247842.950300148", "0"),
    ("-2090623939574.604365202", "211498732143912867803271.947562088", "-", "0"),
    ("-0.904956245", "286126044.286853622", "-258931550.634534757", "-0.000000003"),
    ("497.40583948", "-99853165118539274837282136063.140525379", "-", "0"),
    ("-0.847535601", "70518566875316009439264147112.781154711", "-59766995958329646125028411920.983390739", "0"),
    ("0.000000001", "0.5", "0.000000001", "0.000000002"),
    ("-0.000000001", "0.5", "-0.000000001", "-0.000000002"),
    ("0.000000003", "0.5", "0.000000002", "0.000000006"),
    ("-0.000000003", "0.5", "-0.000000002", "-0.000000006"),
    ("0.5", "0.000000001", "0.000000001", "500000000"),
    ("0.000000001", "2", "0.000000002", "0.000000001"),
    ("-0.000000001", "2", "-0.000000002", "-0.000000001"),
    ("0.000000003", "2", "0.000000006", "0.000000002"),
    ("0.000000001", "-2", "-0.000000002", "-0.000000001"),
    ("2", "3", "6", "0.666666667"),
    ("-2", "3", "-6", "-0.666666667"),
    ("1", "3", "3", "0.333333333"),
    ("99999999999999999999999999999.999999999", "1", "99999999999999999999999999999.999999999", "99999999999999999999999999999.999999999"),
    ("99999999999999999999999999999.999999999", "99999999999999999999999999999.999999999", "-", "1"),
    ("99999999999999999999999999999.999999999", "0.000000001", "100000000000000000000", "-"),
    ("0.000000001", "99999999999999999999999999999.999999999", "100000000000000000000", "0"),
];

#[test]
fn products_and_quotients() {
    for (a, b, product, quotient) in PRODUCTS_AND_QUOTIENTS {
        assert_eq!(shown(d(a).mul(d(b))), *product, "{a} x {b}");
        assert_eq!(shown(d(a).div(d(b))), *quotient, "{a} / {b}");
    }
    assert_eq!(d("1").div(Decimal::ZERO), None);
}

/// Age, half-life, 0.5^(age / half-life). By a script with 80 digits.
#[rustfmt::skip]
const HALF_LIVES: &[(i64, i64, &str)] = &[
    (1, 90, "0.992327946"),
    (30, 90, "0.793700526"),
    (89, 90, "0.503865685"),
    (91, 90, "0.496163973"),
    (365, 180, "0.245232522"),
    (1, 365, "0.998102769"),
    (7, 30, "0.850667161"),
    (1000, 90, "0.000452087"),
    (2700, 90, "0.000000001"),
    (2701, 90, "0.000000001"),
    (1, 1000000, "0.999999307"),
    (999999, 1000000, "0.500000347"),
    (36499, 36500, "0.500009495"),
    (59, 1, "0"),
    (29, 1, "0.000000002"),
    (30, 1, "0.000000001"),
    (31, 1, "0"),
    (100000, 1, "0"),
    (45, 90, "0.707106781"),
];

#[test]
fn half_lives() {
    for (age, half_life, left) in HALF_LIVES {
        assert_eq!(shown(Decimal::half_life(*age, *half_life)), *left, "{age} of {half_life}");
    }
    assert_eq!(Decimal::half_life(1, 0), None);
    assert_eq!(Decimal::half_life(-1, 90), None);
    assert_eq!(Decimal::half_life(i64::MAX, i64::MAX), Some(d("0.5")));
}

#[test]
fn reading() {
    let cases = [
        ("0", "0"),
        ("-0", "0"),
        ("+1.50", "1.5"),
        (".5", "0.5"),
        ("7.", "7"),
        ("-12.5", "-12.5"),
        ("0007", "7"),
        ("0.0000000005", "0.000000001"),
        ("-0.0000000005", "-0.000000001"),
        ("0.00000000049999", "0"),
        ("1.9999999996", "2"),
        ("99999999999999999999999999999.999999999", "99999999999999999999999999999.999999999"),
    ];
    for (text, expected) in cases {
        assert_eq!(d(text).to_string(), expected, "{text}");
    }
    for text in ["", "-", ".", "1.2.3", "1e5", "1,000", " 1", "1 ", "--1", "+-1", "0x10", "\u{0661}", "1_000"] {
        assert_eq!(Decimal::parse(text), Err(NumberError::Malformed), "{text:?}");
    }
    for text in ["100000000000000000000000000000", "99999999999999999999999999999.9999999995"] {
        assert_eq!(Decimal::parse(text), Err(NumberError::TooLarge), "{text}");
    }
    assert_eq!(Decimal::parse(&"9".repeat(10_000)), Err(NumberError::TooLarge));
    assert_eq!(d(&format!("0.{}", "3".repeat(10_000))), d("0.333333333"));
}

#[test]
fn showing() {
    assert_eq!(d("69.96").fixed(1), "70.0");
    assert_eq!(d("-0.04").fixed(1), "0.0");
    assert_eq!(d("-0.05").fixed(1), "-0.1");
    assert_eq!(d("2.5").fixed(0), "3");
    assert_eq!(d("1234.5").fixed(2), "1234.50");
    assert_eq!(format!("{:>6}|{:<6}|", d("2.5"), d("-1")), "   2.5|-1    |");
}

#[test]
fn from_floats() {
    assert_eq!(Decimal::from_f64(0.1), Some(d("0.1")));
    assert_eq!(Decimal::from_f64(1e21), Some(d("1000000000000000000000")));
    assert_eq!(Decimal::from_f64(1e-12), Some(d("0")));
    assert_eq!(Decimal::from_f64(-2.5), Some(d("-2.5")));
    for none in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e30, f64::MAX] {
        assert_eq!(Decimal::from_f64(none), None, "{none}");
    }
}

#[test]
fn apportioning() {
    let shares = |total: &str, parts: &[(&str, &str)], divisor: &str| -> Vec<String> {
        let parts: Vec<_> = parts.iter().map(|(w, v)| (d(w), d(v))).collect();
        apportion(d(total), &parts, d(divisor)).iter().map(Decimal::to_string).collect()
    };
    // 100 / 3 three times: no digit is lost, the earliest gets the odd one.
    assert_eq!(
        shares("100", &[("1", "100"), ("1", "100"), ("1", "100")], "3"),
        ["33.333333334", "33.333333333", "33.333333333"]
    );
    // The largest remainder comes before the earlier place: 0.333.. and 0.666..
    assert_eq!(shares("1", &[("1", "1"), ("2", "1")], "3"), ["0.333333333", "0.666666667"]);
    // Negative points take away.
    assert_eq!(shares("10", &[("1", "40"), ("1", "-20")], "2"), ["20", "-10"]);
    assert_eq!(shares("5", &[], "1"), Vec::<String>::new());
    assert_eq!(shares("0", &[("1", "1")], "0"), ["0"]);
}

fn raw(limit: i128) -> impl Strategy<Value = Decimal> {
    // All magnitudes alike, not only the largest.
    (0u32..39, any::<i128>()).prop_map(move |(digits, n)| {
        let n = n % 10i128.pow(digits.min(38)).min(limit);
        Decimal::from_raw(n).unwrap()
    })
}

fn any_decimal() -> impl Strategy<Value = Decimal> {
    raw(10i128.pow(38))
}

fn wide(n: i128) -> I256 {
    I256::from(n)
}

/// `rounded` is `exact / unit` rounded half away from zero: nearer than half a unit, or on the half and farther out.
fn is_rounded(rounded: i128, exact: I256, unit: I256) -> bool {
    let back = wide(rounded) * unit;
    let twice = ((exact - back) * 2).unsigned_abs();
    twice < unit.unsigned_abs() || (twice == unit.unsigned_abs() && back.unsigned_abs() > exact.unsigned_abs())
}

proptest! {
    #[test]
    fn digits_of_a_cell_are_those_that_are_displayed(raw in prop_oneof![any::<i64>().prop_map(i128::from), -10i128.pow(38)..10i128.pow(38), -2_000_000_000i128..2_000_000_000, (-100_000i128..100_000).prop_map(|n| n * 10_000_000)]) {
        if let Some(number) = Decimal::from_raw(raw) {
            let mut pen = Pen::default();
            pen.number(raw);
            prop_assert_eq!(String::from_utf8_lossy(pen.written()), format!(",{number}"));
        }
    }

    #[test]
    fn sums_are_exact(a in any_decimal(), b in any_decimal()) {
        prop_assert_eq!(a.add(b), b.add(a));
        prop_assert_eq!(a.add(b).map(Decimal::raw), Some(a.raw() + b.raw()).filter(|n| n.abs() < 10i128.pow(38)));
        prop_assert_eq!(a.sub(b), a.add(b.neg()));
        if let Some(sum) = a.add(b) {
            prop_assert_eq!(sum.sub(b), Some(a));
        }
    }

    #[test]
    fn products_are_rounded_once(a in any_decimal(), b in any_decimal()) {
        prop_assert_eq!(a.mul(b), b.mul(a));
        prop_assert_eq!(a.mul(b.neg()), a.mul(b).map(Decimal::neg));
        prop_assert_eq!(a.mul(Decimal::ONE), Some(a));
        let exact = wide(a.raw()) * wide(b.raw());
        match a.mul(b) {
            Some(product) => prop_assert!(is_rounded(product.raw(), exact, wide(SCALE))),
            None => prop_assert!(exact.unsigned_abs() / wide(SCALE).unsigned_abs() >= wide(10i128.pow(38) - 1).unsigned_abs()),
        }
    }

    #[test]
    fn quotients_are_rounded_once(a in any_decimal(), b in any_decimal()) {
        prop_assume!(!b.is_zero());
        let exact = wide(a.raw()) * wide(SCALE);
        match a.div(b) {
            Some(quotient) => prop_assert!(is_rounded(quotient.raw(), exact, wide(b.raw()))),
            None => prop_assert!((exact / wide(b.raw())).unsigned_abs() >= wide(10i128.pow(38) - 1).unsigned_abs()),
        }
    }

    #[test]
    fn text_and_back(a in any_decimal()) {
        prop_assert_eq!(Decimal::parse(&a.to_string()), Ok(a));
        prop_assert_eq!(Decimal::parse(&a.fixed(9)), Ok(a));
        prop_assert_eq!(a.to_string().parse::<Decimal>(), Ok(a));
    }

    #[test]
    fn floats_near_enough(x in -1e12f64..1e12) {
        let there = Decimal::from_f64(x).unwrap().to_f64();
        prop_assert!((there - x).abs() <= 1e-9 + x.abs() * 1e-15);
    }

    #[test]
    fn rounding(a in raw(10i128.pow(30)), digits in 0u32..10) {
        let unit = 10i128.pow(9 - digits);
        prop_assert!(is_rounded(a.round(digits).raw() / unit, wide(a.raw()), wide(unit)));
        prop_assert_eq!(a.round(digits).raw() % unit, 0);
        prop_assert_eq!(Decimal::parse(&a.fixed(digits)), Ok(a.round(digits)));
        prop_assert!(a.floor() <= a && a.sub(a.floor()).unwrap() < Decimal::ONE && a.floor().is_integer());
        prop_assert!(a.ceil() >= a && a.ceil().sub(a).unwrap() < Decimal::ONE && a.ceil().is_integer());
    }

    #[test]
    fn order_is_the_order_of_numbers(a in any_decimal(), b in any_decimal()) {
        prop_assert_eq!(a.cmp(&b), a.raw().cmp(&b.raw()));
        if let Some(difference) = a.sub(b) {
            prop_assert_eq!(difference.is_negative(), a < b);
        }
    }

    #[test]
    fn a_weighted_mean_lies_between_and_its_parts_add_up(
        parts in prop::collection::vec((raw(10i128.pow(20)), raw(10i128.pow(20))), 1..20)
    ) {
        let parts: Vec<_> = parts.into_iter().map(|(w, v)| (w.abs(), v)).collect();
        let weights = parts.iter().fold(Decimal::ZERO, |sum, (w, _)| sum.add(*w).unwrap());
        prop_assume!(!weights.is_zero());
        let mut sum = Products::default();
        let mut exact = I256::ZERO;
        for (w, v) in &parts {
            sum.add(*w, *v).unwrap();
            exact += wide(w.raw()) * wide(v.raw());
        }
        let mean = sum.divided_by(weights).unwrap();
        prop_assert!(is_rounded(mean.raw(), exact, wide(weights.raw())));
        let values = || parts.iter().filter(|(w, _)| !w.is_zero()).map(|(_, v)| *v);
        prop_assert!(values().min().unwrap() <= mean && mean <= values().max().unwrap());
        let shares = apportion(mean, &parts, weights);
        prop_assert_eq!(shares.iter().map(|s| s.raw()).sum::<i128>(), mean.raw());
        for (share, (w, v)) in shares.iter().zip(&parts) {
            let off = wide(share.raw()) * wide(weights.raw()) - wide(w.raw()) * wide(v.raw());
            prop_assert!(off.unsigned_abs() <= wide(weights.raw()).unsigned_abs(), "more than a step off");
        }
    }

    #[test]
    fn half_lives_are_near_floats_and_exact_at_multiples(age in 0i64..20_000, half_life in 1i64..2_000, n in 0u32..9) {
        let left = Decimal::half_life(age, half_life).unwrap();
        prop_assert!((left.to_f64() - 0.5f64.powf(age as f64 / half_life as f64)).abs() < 1e-9);
        prop_assert!(Decimal::half_life(age + 1, half_life).unwrap() <= left);
        // 0.5, 0.25 and so on, as far as nine digits go.
        let exact = d(&(1.0 / f64::from(1u32 << n)).to_string());
        prop_assert_eq!(Decimal::half_life(half_life * i64::from(n), half_life), Some(exact));
    }
}
