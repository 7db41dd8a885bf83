#!/usr/bin/env python3
"""52 weekly as-of dates over the same data (size M unless said), against one.

laud computes them in one pass (`eval --from --to --every week`); the SQL peers run the kit's query once for each date, in
one process that has its views, or its tables in memory, prepared once. laud's scores of every date are compared with the
peer's, and its last date's with those of a run for that date alone.
"""

import datetime
import shutil

from shared import HERE, Bench, arguments, interleave, machine, markdown, measure, say, seconds, stop

LAST = datetime.date(2026, 6, 30)  # the kit's instant, 2026-07-01T00:00Z, is not in it any more
PEERS = ["duckdb views", "duckdb tables"]


def main():
    parser = arguments(__doc__, rounds=3)
    parser.add_argument("--size", default="M", help="S, M or L")
    parser.add_argument("--dates", default=52, type=int, help="how many weeks")
    parser.add_argument("--only", default=",".join(["laud", *PEERS]), help="of these")
    options = parser.parse_args()
    bench, asked = Bench(options), options.only.split(",")
    data = bench.data(options.size)
    dates = [LAST - datetime.timedelta(weeks=n) for n in reversed(range(options.dates))]
    one, many = dates[-1:], dates
    rows = [[f"{options.size}", "one date", f"{len(many)} dates", "dates x", "CPU x", "peak, one", f"peak, {len(many)}"]]
    outputs = {}
    for name in asked:
        say(name)
        commands = {n: command(bench, name, data, options.size, d, outputs) for n, d in (("one", one), ("many", many))}
        found = interleave(commands, options.rounds if name == "laud" else 1)
        a, b = found["one"], found["many"]
        ratios = [f"{b.wall / a.wall:.1f}", f"{b.cpu / a.cpu:.1f}"]
        rows.append([name, seconds(a.wall), seconds(b.wall), *ratios, f"{a.peak:.0f} MB", f"{b.peak:.0f} MB"])
    check(bench, outputs, one, many)
    print(f"{machine(bench)}\n\n{markdown(rows)}")


def command(bench, name, data, size, dates, outputs):
    """A command for these dates, and where its standard output goes. Notes where the results of each date will be."""
    count = len(dates)
    folder = bench.out / f"replay.{name.replace(' ', '.')}.{size}.{count}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    outputs[name, count] = folder
    if name == "laud":
        project = bench.project(f"{size}.parquet", data)
        if "--every" not in help_of(bench):
            stop("this laud has no `eval --every`: it cannot score many as-of dates in one run")
        when = ["--as-of", dates[-1]] if count == 1 else ["--from", dates[0], "--to", dates[-1], "--every", "week"]
        return bench.eval(project, "parquet", *when), folder / "all.csv"
    how = name.split()[1]
    days = [day.isoformat() for day in dates]
    return [bench.python(), HERE / "weeks.py", bench.kit, data, folder, bench.threads, how, *days], None


def help_of(bench):
    said = bench.out / "help.txt"
    measure([bench.need_laud(), "eval", "--help"], said)
    return said.read_text()


def check(bench, outputs, one, many):
    """All results of one date against those of the first program that computed it."""
    for name, count in outputs:
        if name == "laud":
            split(outputs[name, count], one if count == 1 else many)
    for day in many:
        having = [(name, folder) for (name, count), folder in outputs.items() if count == len(many) or day in one]
        bench.verify(folder / f"{day}.{'csv' if name == 'laud' else 'parquet'}" for name, folder in having)


def split(folder, dates):
    """laud's lines, a file for each date: every date must be there, and no other."""
    files = {}
    with (folder / "all.csv").open() as lines:
        head = next(lines)
        at = head.rstrip("\n").split(",").index("as_of")
        for line in lines:
            day = line.split(",", at + 1)[at]  # what stands before it are names without commas: the kit's accounts
            if day not in files:
                files[day] = (folder / f"{day}.csv").open("w")
                files[day].write(head)
            files[day].write(line)
    for file in files.values():
        file.close()
    if sorted(files) != [day.isoformat() for day in dates]:
        stop(f"laud was asked for {len(dates)} dates up to {dates[-1]} and answered for {', '.join(sorted(files))}")


if __name__ == "__main__":
    main()
