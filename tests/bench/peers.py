#!/usr/bin/env python3
"""advocacy-24 from files to results: laud beside the hand-written program, DuckDB, Polars and DataFusion.

Every program is a fresh process, its start and the writing of its result included (laud prints CSV, the others write
Parquet). They take turns, so that noise meets all of them; results are compared before any ratio is printed.
"""

import shutil
from shared import Bench, arguments, floor_of_memory, interleave, machine, say, stop, table

SCRIPTS = {
    "duckdb": ("duckdb", ""),
    "duckdb_opt": ("duckdb", "_opt"),
    "duckdb_opt2": ("duckdb", "_opt2"),
    "polars": ("polars", ""),
    "datafusion_opt": ("datafusion", "_opt"),
}
PROGRAMS = ["laud", "native", "native_generic", *SCRIPTS]


def main():
    parser = arguments(__doc__, rounds=5)
    parser.add_argument("--sizes", default="S,M", help="of S (1k accounts, 50k events), M (100k, 5M) and L (1M, 20M)")
    parser.add_argument("--formats", default="parquet,csv", help="of parquet and csv; L is Parquet alone")
    parser.add_argument("--only", default=",".join(PROGRAMS), help="of these programs; the first but laud is the base")
    options = parser.parse_args()
    asked = options.only.split(",")
    if unknown := [name for name in asked if name not in PROGRAMS]:
        stop(f"no program {', '.join(unknown)}: there are {', '.join(PROGRAMS)}")
    bench = Bench(options)
    print(f"{machine(bench)}; a process that does nothing peaks at {floor_of_memory():.0f} MB\n")
    for size in options.sizes.split(","):
        for fmt in options.formats.split(","):
            if (size, fmt) != ("L", "csv"):
                compare(bench, size, fmt, asked, options.rounds)


def compare(bench, size, fmt, asked, rounds):
    data = bench.data(size, fmt)
    say(f"{size} {fmt}")
    commands, results = {}, {}
    for name in asked:
        results[name] = bench.out / f"{name}.{size}.{fmt}.{'csv' if name == 'laud' else 'parquet'}"
        remove(results[name])
        commands[name] = command(bench, name, size, fmt, data, results[name])
    found = interleave(commands, rounds)
    base = next((name for name in asked if name != "laud"), "laud")
    bench.verify(results[name] for name in [base] + [n for n in asked if n != base])
    print(table(f"{size} {fmt}", found, base), flush=True)
    print()


def command(bench, name, size, fmt, data, result):
    """The command of a program, and where its standard output goes."""
    if name == "laud":
        return bench.eval(bench.project(f"{size}.{fmt}", data), fmt), result
    if name.startswith("native"):
        how = ["generic"] if name == "native_generic" else []
        return [bench.native(), data, fmt, result, bench.threads, *how], None
    script, variant = SCRIPTS[name]
    script = bench.kit / f"peers/run_{script}.py"
    return [bench.python(), script, data, fmt, result, bench.threads, *([variant] if variant else [])], None


def remove(path):
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
