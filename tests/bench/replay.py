#!/usr/bin/env python3
"""52 weekly as-of dates over the same data (size M unless said), against one.

laud computes them in one pass (`eval --from --to --every week`): *laud summary* prints a line for each date, *laud lines* one
for each account and date, as many times more as there are dates. The SQL peers run the kit's query once for each date, in one
process that has its views, or its tables in memory, prepared once. laud's lines of every date are compared with the
peer's, those of the last date with a run for that date alone; the summary with the lines.
"""

import csv
import datetime
import decimal
import shutil

from shared import HERE, Bench, arguments, interleave, machine, markdown, measure, say, seconds, stop

LAST = datetime.date(2026, 6, 30)  # the kit's instant, 2026-07-01T00:00Z, is not in it any more
PEERS = ["duckdb views", "duckdb tables"]
OURS = ["laud summary", "laud lines"]


def main():
    parser = arguments(__doc__, rounds=3)
    parser.add_argument("--size", default="M", help="S, M or L")
    parser.add_argument("--dates", default=52, type=int, help="how many weeks")
    parser.add_argument("--only", default=",".join([*OURS, *PEERS]), help="of these")
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
        found = interleave(commands, options.rounds if name in OURS else 1)
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
    if name in OURS:
        project = bench.project(f"{size}.parquet", data)
        if "--every" not in help_of(bench):
            stop("this laud has no `eval --every`: it cannot score many as-of dates in one run")
        when = ["--from", dates[0], "--to", dates[-1], "--every", "week"]
        if name == "laud summary":
            return bench.eval(project, "parquet", *when, "--summary"), folder / "summary.csv"
        if count == 1:
            when = ["--as-of", dates[-1]]
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
    lines = {key: folder for key, folder in outputs.items() if key[0] != "laud summary"}
    for (name, count), folder in lines.items():
        if name == "laud lines":
            split(folder, one if count == 1 else many)
    if not lines:
        return say("the sums are compared with nothing")
    for day in many:
        having = [(name, folder) for (name, count), folder in lines.items() if count == len(many) or day in one]
        bench.verify(folder / f"{day}.{'csv' if name in OURS else 'parquet'}" for name, folder in having)
    for (name, count), folder in outputs.items():
        if name == "laud summary" and ("laud lines", count) in outputs:
            summed(folder / "summary.csv", outputs["laud lines", count], one if count == 1 else many)


def summed(summary, folder, dates):
    """The mean of each score and how many accounts have each grade, beside the lines of the accounts."""
    rows = list(csv.DictReader(summary.open()))
    if [row["as_of"] for row in rows] != [day.isoformat() for day in dates]:
        stop(f"{summary} has other dates than those that were asked for")
    for row in rows:
        lines = list(csv.DictReader((folder / f"{row['as_of']}.csv").open()))
        if int(row["accounts"]) != len(lines):
            stop(f"{summary} has {row['accounts']} accounts as of {row['as_of']}, and there are {len(lines)}")
        for name in (name.removesuffix(".missing") for name in row if name.endswith(".missing")):
            scores = [decimal.Decimal(line[name]) for line in lines if line[name]]
            expected = sum(scores) / len(scores) if scores else None
            if int(row[f"{name}.missing"]) != len(lines) - len(scores) or (
                expected is not None and abs(decimal.Decimal(row[name]) - expected) > decimal.Decimal("1e-8")
            ):
                stop(f"{summary}: `{name}` as of {row['as_of']} is {row[name]}, expected {expected}")
            grades = [line.get(f"{name}.grade") for line in lines]
            for column in (column for column in row if column.startswith(f"{name}.") and column != f"{name}.missing"):
                if int(row[column]) != grades.count(column.removeprefix(f"{name}.")):
                    stop(f"{summary}: `{column}` as of {row['as_of']} is {row[column]}")


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
