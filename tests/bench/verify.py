#!/usr/bin/env python3
"""verify.py EXPECTED FOUND...: whether results of advocacy-24 are the same, account by account.

Results are Parquet files (or folders of them) with the kit's columns, or the CSV that laud prints. Counts, amounts, dates,
segments, grades and rules must be the same; scores and rates may differ by 1e-8, since the kit computes them in binary
floats and laud in decimals. Ends with 1 and says where they differ.
"""

import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

CLOSE = 1e-8
COLUMNS = (
    "id segment refs_90 refs_365 case_studies_365 speaking_180 referrals_180 review_points_365 posts_30 logins_30"
    " login_months_365 tickets_90 days_since_advocacy advocates_365 credits_365 decline_rate_180 adv_90 adv_prior_90 trend_90"
    " responses_180 nps_180 referred_deals_365 referred_revenue_365 tenure_days days_to_renewal"
    " g_advocacy g_engagement g_impact overall grade rules"
).split()
SCORES = {"decline_rate_180", "trend_90", "nps_180", "g_advocacy", "g_engagement", "g_impact", "overall"}
WORDS = {"id", "segment", "grade"}
# What is called otherwise in laud's results, and the rules in the order of the kit's bits.
NAMES = {"id": "account", "segment": "size", "grade": "overall.grade"}
RULES = ["burnout", "unhappy_but_active", "untapped_promoter", "renewal_at_risk", "declining", "disengaged"]


def of_laud(path):
    """A CSV as laud prints it, under the kit's names."""
    words = [NAMES.get(name, name) for name in WORDS] + RULES
    options = pa.csv.ConvertOptions(
        strings_can_be_null=True, column_types=dict.fromkeys(words, pa.string()), null_values=[""]
    )
    table = pa.csv.read_csv(path, convert_options=options)
    wanted = [NAMES.get(c, c) for c in COLUMNS if c != "rules"] + RULES
    if lost := [name for name in wanted if name not in table.column_names]:
        sys.exit(f"{path}: no column {', '.join(lost)} among {', '.join(table.column_names)}")
    rules = pa.array([0] * len(table), pa.int64())
    for bit, name in enumerate(RULES):
        holds = pc.cast(pc.fill_null(pc.equal(table[name], "yes"), False), pa.int64())
        rules = pc.add(rules, pc.multiply(holds, 1 << bit))
    return pa.table({c: rules if c == "rules" else table[NAMES.get(c, c)] for c in COLUMNS})


def load(path):
    table = of_laud(path) if path.endswith(".csv") else pq.read_table(path)
    plain = {}
    for name in COLUMNS:
        column = table[name].combine_chunks()
        if name in WORDS:
            plain[name] = column.cast(pa.binary()).cast(pa.string()) if "view" in str(column.type) else column.cast(pa.string())
        elif pa.types.is_duration(column.type):
            plain[name] = column.cast(pa.duration("s")).cast(pa.int64()).cast(pa.float64())
        else:
            # Amounts have two digits and counts none: binary floats hold them apart exactly.
            plain[name] = column.cast(pa.float64())
    table = pa.table(plain)
    return table.take(pc.sort_indices(table, [("id", "ascending")]))


def differences(expected, found):
    if found.num_rows != expected.num_rows:
        yield f"{found.num_rows} rows instead of {expected.num_rows}"
        return
    for name in COLUMNS:
        a, b = expected[name], found[name]
        if name in WORDS:
            same = pc.equal(a, b)
        else:
            same = pc.less_equal(pc.abs(pc.subtract(a, b)), CLOSE if name in SCORES else 1e-4)
        same = pc.or_(pc.fill_null(same, False), pc.and_(pc.is_null(a), pc.is_null(b)))
        if count := pc.sum(pc.invert(same)).as_py():
            at = pc.index(same, False).as_py()
            yield f"{name}: {count} rows, the first {expected['id'][at]}: {b[at]} instead of {a[at]}"
            if name == "id":
                return


def main():
    expected = load(sys.argv[1])
    bad = False
    for path in sys.argv[2:]:
        found = list(differences(expected, load(path)))
        print(f"{path}: " + ("\n  ".join(["differs", *found]) if found else f"the same, {expected.num_rows} rows"), file=sys.stderr)
        bad |= bool(found)
    sys.exit(bad)


if __name__ == "__main__":
    main()
