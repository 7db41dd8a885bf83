#!/usr/bin/env python3
"""How soon laud answers: size S (1,000 accounts, 50,000 events) from CSV, from the start of the process to its end.

Beside it the `duckdb` command line with the kit's query over the same files, the hand-written program, and `laud
--version`, which is what starting alone costs.
"""

from shared import Bench, arguments, interleave, machine, stop, table

TYPES = {
    "accounts": "id VARCHAR, name VARCHAR, industry VARCHAR, region VARCHAR, arr DECIMAL(14,2), started_on DATE,"
    " renewal_on DATE, owner VARCHAR",
    "events": "account_id VARCHAR, kind VARCHAR, at TIMESTAMP, status VARCHAR, solicited BOOLEAN, amount DECIMAL(12,2),"
    " employee VARCHAR",
    "surveys": "account_id VARCHAR, at TIMESTAMP, score INTEGER, comment VARCHAR",
    "opportunities": "account_id VARCHAR, referred_by VARCHAR, amount DECIMAL(14,2), closed_on DATE, won BOOLEAN",
}
PROGRAMS = ["laud --version", "laud", "native", "duckdb command"]


def main():
    parser = arguments(__doc__, rounds=30)
    parser.add_argument("--only", default=",".join(PROGRAMS), help="of these programs")
    options = parser.parse_args()
    asked = options.only.split(",")
    if unknown := [name for name in asked if name not in PROGRAMS]:
        stop(f"no program {', '.join(unknown)}: there are {', '.join(PROGRAMS)}")
    bench = Bench(options)
    data = bench.data("S", "csv")
    results = {"laud": bench.out / "start.laud.csv", "native": bench.out / "start.native.parquet"}
    results["duckdb command"] = bench.out / "start.duckdb.parquet"
    commands = {
        "laud --version": lambda: ([bench.need_laud(), "--version"], None),
        "laud": lambda: (bench.eval(bench.project("S.csv", data), "csv"), results["laud"]),
        "native": lambda: ([bench.native(), data, "csv", results["native"], bench.threads], None),
        "duckdb command": lambda: (duckdb(bench, data, results["duckdb command"]), None),
    }
    found = interleave({name: commands[name]() for name in asked}, options.rounds)
    bench.verify(results[name] for name in asked if name in results)
    base = "laud" if "laud" in found else asked[0]
    print(f"{machine(bench)}\n\n{table('S csv, whole process', found, base)}")


def duckdb(bench, data, result, fmt="csv"):
    """The command line of DuckDB with the kit's query, its columns typed as in the kit: nothing to guess."""
    how = {
        "csv": "read_csv('{}', header=true, delim=',', quote='\"', escape='\"', auto_detect=false, columns={{{}}})",
        "ndjson": "read_json('{}', format='newline_delimited', columns={{{}}})",
    }
    lines = [f"SET threads = {bench.threads};", "SET preserve_insertion_order = false;"]
    for name, columns in TYPES.items():
        typed = ", ".join("'{}': '{}'".format(*column.split(" ")) for column in columns.split(", "))
        source = how[fmt].format(f"{data}/{name}.{fmt}", typed)
        lines.append(f"CREATE VIEW {name} AS SELECT * FROM {source};")
    query = (bench.kit / "sql/advocacy24.duckdb_opt.sql").read_text()
    lines.append(f"COPY ({query}) TO '{result}' (FORMAT parquet, COMPRESSION snappy);")
    script = bench.out / f"query.{fmt}.sql"
    script.write_text("\n".join(lines))
    # The package's `duckdb` is a Python script that starts this program.
    bench.python()
    program = next((bench.cache / "venv").glob("lib/python*/site-packages/duckdb_cli/duckdb"), None)
    if program is None:
        stop("the package duckdb-cli has no program for this machine")
    return [program, "-init", "/dev/null", "-batch", "-bail", "-f", script]


if __name__ == "__main__":
    main()
