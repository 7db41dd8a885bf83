"""Writes the same rows as CSV and as Parquet in several encodings; needs pyarrow. The tests compare what is loaded from each."""
import datetime as dt
import os
from decimal import Decimal as D

import pyarrow as pa
import pyarrow.parquet as pq

here = os.path.dirname(os.path.abspath(__file__))
utc = dt.timezone.utc
rows = [
    # id, seats, arr, rate, share, active, start, seen, logged, kind, hits
    ("A1", 10, D("400000.00"), D("0.123456789"), 0.45, True, dt.date(2024, 2, 29), dt.datetime(2026, 4, 1, 2, 30, tzinfo=utc), dt.datetime(2026, 3, 1, 12, 0), "reference", 3000000000),
    ("A2", None, D("120000.50"), D("-7.5"), 0.1, False, dt.date(2025, 12, 31), dt.datetime(2026, 1, 1, 4, 59, 59, tzinfo=utc), dt.datetime(2026, 7, 1, 0, 0), "speaking", 0),
    ("A3", 0, None, None, None, None, None, None, None, None, None),
    ("A4", -3, D("-0.01"), D("99999999999999999999999999999.000000001"), 1e-7, True, dt.date(1969, 12, 31), dt.datetime(1969, 12, 31, 23, 0, tzinfo=utc), dt.datetime(2026, 3, 8, 2, 30), "reference", 4294967295),
    ("Ä5 ünïcode", 2147483647, D("9999999999999999.99"), D("0"), 0.30000000000000004, False, dt.date(2026, 3, 31), dt.datetime(2026, 3, 31, 12, 0, 0, 123456, tzinfo=utc), dt.datetime(2026, 11, 1, 1, 30), "speaking", 7),
]
names = ["id", "seats", "arr", "rate", "share", "active", "start", "seen", "logged", "kind", "hits"]
types = [pa.string(), pa.int32(), pa.decimal128(18, 2), pa.decimal128(38, 9), pa.float64(), pa.bool_(), pa.date32(), pa.timestamp("us", tz="America/New_York"), pa.timestamp("ms"), pa.dictionary(pa.int8(), pa.string()), pa.uint32()]

with open(os.path.join(here, "rows.csv"), "w", encoding="utf-8", newline="") as out:
    out.write(",".join(names) + "\n")
    for row in rows:
        cells = []
        for value in row:
            if value is None:
                cells.append("")
            elif isinstance(value, dt.datetime):
                cells.append(value.isoformat().replace("+00:00", "Z"))
            elif isinstance(value, bool):
                cells.append("yes" if value else "no")
            else:
                cells.append(str(value))
        out.write(",".join(cells) + "\n")

table = pa.table([pa.array(column, type=t) for column, t in zip(zip(*rows), types)], names=names)
for name, options in {
    "snappy": dict(compression="snappy", row_group_size=2),
    "zstd": dict(compression="zstd", data_page_version="2.0", use_dictionary=False),
    "gzip": dict(compression="gzip", store_decimal_as_integer=True),
    "int96": dict(compression="none", use_deprecated_int96_timestamps=True),
}.items():
    pq.write_table(table, os.path.join(here, f"rows_{name}.parquet"), **options)

lists = pa.table({"id": ["A1"], "tags": [["x", "y"]], "owner": [{"name": "Jo"}], "half": pa.array([1.5], type=pa.float16())})
pq.write_table(lists, os.path.join(here, "nested.parquet"))
