#!/usr/bin/env python3
"""weeks.py KIT DATA OUT THREADS views|tables DAY...: the kit's query in DuckDB, once for each as-of date, in one process.

Run with the Python that has the peers, by `replay.py`. `tables` reads the files into memory once.
"""

import datetime
import re
import sys

import duckdb

kit, data, out, threads, how = sys.argv[1:6]
text = open(f"{kit}/sql/advocacy24.duckdb_opt2.sql").read()
# The kit's query is for one instant: its bounds are moved by as many days as the date is away from the kit's.
KIT = datetime.date(2026, 7, 1)

connection = duckdb.connect(config={"threads": int(threads)})
connection.execute("set preserve_insertion_order=false")
for name in ["accounts", "events", "surveys", "opportunities"]:
    kind = "view" if how == "views" else "temp table"
    connection.execute(f"create {kind} {name} as select * from read_parquet('{data}/{name}.parquet')")
for day in sys.argv[6:]:
    moved = datetime.date.fromisoformat(day) + datetime.timedelta(days=1) - KIT
    query, bounds = re.subn(
        r"(TIMESTAMP|DATE) '(\d{4}-\d\d-\d\d)",
        lambda m: f"{m[1]} '{datetime.date.fromisoformat(m[2]) + moved}",
        text,
    )
    assert bounds > 20, "the kit's query has no bounds to move"
    connection.execute(f"copy ({query}) to '{out}/{day}.parquet' (format parquet, compression snappy)")
