#!/usr/bin/env python3
"""advocacy-24 at M from objects, one to a line: all four tables as NDJSON, from files to results.

Beside laud the `duckdb` command line with the kit's query over the same files; and what it takes DuckDB and Polars only to read
the events: one `group by` that looks at every column.
"""

from shared import TABLES, Bench, arguments, interleave, machine, run, say, stop, table
from startup import TYPES, duckdb

READERS = {
    "duckdb, reading": """
import duckdb, sys
file, threads = sys.argv[1:]
d = duckdb.connect(config={"threads": int(threads)})
types = {TYPES}
d.execute(f"select kind, status, count(*), sum(amount), min(\\"at\\"), max(\\"at\\"), max(account_id), max(employee), count(solicited)"
          f" from read_json('{file}', format='newline_delimited', columns={types}) group by all").fetchall()
""",
    "polars, reading": """
import os, sys
file, os.environ["POLARS_MAX_THREADS"] = sys.argv[1:]
import polars as pl
schema = {name: {"BOOLEAN": pl.Boolean, "DECIMAL(12,2)": pl.Float64}.get(kind, pl.String) for name, kind in {TYPES}.items()}
c = pl.col
pl.scan_ndjson(file, schema=schema).group_by("kind", "status").agg(
    pl.len(), c("amount").sum(), c("at").min(), c("at").max().alias("until"), c("account_id").max(), c("employee").max(), c("solicited").count()
).collect(engine="streaming")
""",
}
PROGRAMS = ["laud", "duckdb command", *READERS]


def main():
    parser = arguments(__doc__, rounds=5)
    parser.add_argument("--only", default=",".join(PROGRAMS), help="of these programs")
    options = parser.parse_args()
    asked = options.only.split(",")
    if unknown := [name for name in asked if name not in PROGRAMS]:
        stop(f"no program {', '.join(unknown)}: there are {', '.join(PROGRAMS)}")
    bench = Bench(options)
    data = objects(bench)
    results = {"laud": bench.out / "objects.laud.csv", "duckdb command": bench.out / "objects.duckdb.parquet"}
    commands = {
        "laud": lambda: (bench.eval(bench.project("M.ndjson", data), "ndjson"), results["laud"]),
        "duckdb command": lambda: (duckdb(bench, data, results["duckdb command"], "ndjson"), None),
    }
    events = dict(column.split(" ") for column in TYPES["events"].split(", "))
    for name, script in READERS.items():
        script = script.replace("{TYPES}", repr(events))
        commands[name] = lambda script=script: ([bench.python(), "-c", script, data / "events.ndjson", bench.threads], None)
    found = interleave({name: commands[name]() for name in asked}, options.rounds)
    bench.verify(results[name] for name in asked if name in results)
    size = (data / "events.ndjson").stat().st_size / 1e6
    print(f"{machine(bench)}\n\n{table(f'M, NDJSON ({size:.0f} MB of events)', found, asked[0])}")


def objects(bench):
    """The kit's data as objects, as DuckDB writes them."""
    data = bench.data("M")
    missing = [name for name in TABLES if not (data / f"{name}.ndjson").is_file()]
    if missing:
        say("writes objects")
        copy = "COPY (SELECT * FROM '{0}/{1}.parquet') TO '{0}/{1}.part' (FORMAT json)"
        script = "import duckdb, sys; d = duckdb.connect()\nfor query in sys.argv[1:]: d.execute(query)"
        run([bench.python(), "-c", script, *(copy.format(data, name) for name in missing)])
        for name in missing:
            (data / f"{name}.part").rename(data / f"{name}.ndjson")
    return data


if __name__ == "__main__":
    main()
