#!/usr/bin/env python3
"""advocacy-24 at M from other texts than plain CSV: NDJSON, and events packed with gzip or zstd.

Beside all of laud, from files to results, what it takes DuckDB and Polars only to read the events: one `group by` that
looks at every column; what they read is not looked at any further. For NDJSON also the `duckdb` command line with the kit's query over the same files.
"""

from shared import TABLES, Bench, arguments, interleave, machine, run, say, stop, table
from startup import TYPES, duckdb

FORMATS = ["ndjson", "csv.gz", "csv.zst"]
EVENTS = dict(column.split(" ") for column in TYPES["events"].split(", "))
READ = {
    "duckdb reading": """
import duckdb, sys
file, threads = sys.argv[1:]
source = (f"read_json('{file}', format='newline_delimited', columns={EVENTS})" if file.endswith("json") else
          f"read_csv('{file}', header=true, delim=',', quote='\\"', escape='\\"', auto_detect=false, columns={EVENTS})")
duckdb.connect(config={"threads": int(threads)}).execute(
    'select kind, status, count(*), sum(amount), min("at"), max("at"), max(account_id), max(employee), count(solicited)'
    f" from {source} group by all").fetchall()
""",
    "polars reading": """
import os, sys
file, os.environ["POLARS_MAX_THREADS"] = sys.argv[1:]
import polars as pl
schema = {name: {"BOOLEAN": pl.Boolean, "DECIMAL(12,2)": pl.Float64}.get(kind, pl.String) for name, kind in EVENTS.items()}
scan, c = pl.scan_ndjson if file.endswith("json") else pl.scan_csv, pl.col
scan(file, schema=schema).group_by("kind", "status").agg(
    pl.len(), c("amount").sum(), c("at").min(), c("at").max().alias("until"), c("account_id").max(), c("employee").max(), c("solicited").count()
).collect(engine="streaming")
""",
}
PROGRAMS = ["laud", "duckdb command", *READ]


def main():
    parser = arguments(__doc__, rounds=5)
    parser.add_argument("--formats", default=",".join(FORMATS), help="of these")
    parser.add_argument("--only", default=",".join(PROGRAMS), help="of these programs")
    options = parser.parse_args()
    formats, asked = options.formats.split(","), options.only.split(",")
    if unknown := [name for name in asked if name not in PROGRAMS] + [name for name in formats if name not in FORMATS]:
        stop(f"no {', '.join(unknown)}: there are {', '.join(PROGRAMS + FORMATS)}")
    bench = Bench(options)
    print(f"{machine(bench)}\n")
    for fmt in formats:
        compare(bench, fmt, asked, options.rounds)


def compare(bench, fmt, asked, rounds):
    data = objects(bench) if fmt == "ndjson" else packed(bench, fmt)
    results = {"laud": bench.out / f"readers.laud.{fmt}.csv", "duckdb command": bench.out / f"readers.duckdb.{fmt}.parquet"}
    commands = {"laud": lambda: (bench.eval(project(bench, data, fmt), fmt.split(".")[0]), results["laud"])}
    if fmt == "ndjson":
        commands["duckdb command"] = lambda: (duckdb(bench, data, results["duckdb command"], fmt), None)
    elif "laud" in asked:
        say("asks DuckDB for the result, over the same rows as they were before they were packed")
        run(duckdb(bench, data, results["duckdb command"]))
    for name, script in READ.items():
        script = f"EVENTS = {EVENTS!r}\n{script}"
        commands[name] = lambda script=script: ([bench.python(), "-c", script, data / f"events.{fmt}", bench.threads], None)
    names = [name for name in asked if name in commands]
    found = interleave({name: commands[name]() for name in names}, rounds)
    if "laud" in names:
        bench.verify(result for result in results.values() if result.exists())
    size = (data / f"events.{fmt}").stat().st_size / 1e6
    print(table(f"M, {fmt}, {size:.0f} MB of events", found, names[0]), end="\n\n", flush=True)


def project(bench, data, fmt):
    """laud's program with events in this format."""
    project = bench.project(f"M.{fmt}", data)
    if fmt != "ndjson":
        toml = f"{project}/laud.toml"
        text = open(toml, encoding="utf-8").read()
        open(toml, "w", encoding="utf-8").write(text.replace('"events.csv"', f'"events.{fmt}"'))
    return project


def objects(bench):
    """The kit's data as objects, as DuckDB writes them."""
    data = bench.data("M")
    missing = [name for name in TABLES if not (data / f"{name}.ndjson").is_file()]
    if missing:
        say("writes objects")
        copy = "COPY (SELECT * FROM '{0}/{1}.parquet') TO '{0}/{1}.part' (FORMAT json)"
        script = (
            'import duckdb, sys\nd = duckdb.connect()\nd.execute("SET enable_progress_bar = false")\n'
            "for query in sys.argv[1:]:\n    d.execute(query)"
        )
        run([bench.python(), "-c", script, *(copy.format(data, name) for name in missing)])
        for name in missing:
            (data / f"{name}.part").rename(data / f"{name}.ndjson")
    return data


def packed(bench, fmt):
    """The kit's data with packed events."""
    data = bench.data("M", "csv")
    if not (data / f"events.{fmt}").is_file():
        say(f"packs {fmt}")
        how = {"csv.gz": "gzip", "csv.zst": "zstd"}[fmt]
        script = (
            "import pyarrow as pa, shutil, sys\nplain, file, how = sys.argv[1:]\n"
            'with open(plain, "rb") as plain, pa.CompressedOutputStream(file, how) as file:\n    shutil.copyfileobj(plain, file)'
        )
        run([bench.python(), "-c", script, data / "events.csv", data / "events.part", how])
        (data / "events.part").rename(data / f"events.{fmt}")
    return data


if __name__ == "__main__":
    main()
