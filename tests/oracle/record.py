"""Writes small random programs with data and what the oracle expects of them into `tests/oracle/cases`, in the form of
`tests/eval`, so that they can be run without Python.

    python tests/oracle/record.py --seed 1 --cases 60

A case on which laud and the oracle differ is not recorded: that is for `run.py` to find.
"""
import argparse
import csv
import io
import shutil
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path

import gen
import run
from lang import program_text
from oracle import Missing, Oracle

CASES = Path(__file__).resolve().parent / "cases"
NAMES = {"band": "-", "grade": "-"}


def cell(v, what=""):
    if v is None:
        return NAMES.get(what, "-")
    if isinstance(v, tuple):
        return {"holds": "yes", "undecided": "undecided"}.get(v[1], "no")
    if isinstance(v, Missing):
        return "undecided" if what == "segment" else "missing" if what == "partition" else f"missing({v.why})"
    if isinstance(v, bool):
        return "yes" if v else "no"
    if isinstance(v, int):
        return ("-" if v < 0 else "") + run.plain(abs(v))
    if isinstance(v, datetime):
        return v.date().isoformat()
    return v.isoformat() if isinstance(v, date) else v


def expected(world):
    found, portfolio = Oracle(world).all()
    kinds = {d["name"]: d["kind"] for d in world["program"]["declarations"]}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    items = list(next(iter(found.values())))
    writer.writerow(["account"] + items)
    for account, values in found.items():
        kind = lambda i: i.split(".")[1] if "." in i else kinds[i]
        writer.writerow([account] + [cell(values[i], kind(i)) for i in items])
    rest = io.StringIO()
    writer = csv.writer(rest, lineterminator="\n")
    writer.writerow(["metric", "value"])
    for name, v in portfolio.items():
        writer.writerow([name, cell(v)])
    return out.getvalue(), rest.getvalue() if portfolio else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--laud", default=str(run.LAUD))
    parser.add_argument("--into", default=str(CASES), help="a folder, which is emptied first unless --add is given")
    parser.add_argument("--add", action="store_true", help="leave what is there")
    parser.add_argument("--size", type=float, default=0.45, help="of programs and data")
    parser.add_argument("--with", dest="words", default="", help="only programs that have one of these words, such as `convert(|stddev(`")
    given = parser.parse_args()
    run.LAUD = Path(given.laud).resolve()
    into = Path(given.into)
    if not given.add:
        shutil.rmtree(into, ignore_errors=True)
    done, seed = 0, given.seed
    while done < given.cases:
        world = {**gen.Gen(seed).world(given.size), "packaged": None}
        seed += 1
        with tempfile.TemporaryDirectory() as folder:
            world, _ = run.without_refused(world, folder)
            if given.words and not any(w in program_text(world["program"]) for w in given.words.split("|")):
                continue
            n, differ = run.try_world(world, folder)
        if differ:
            print(f"seed {seed - 1} differs: not recorded")
        else:
            folder = into / f"seed_{seed - 1:04}"
            run.project(world, folder)
            accounts, portfolio = expected(world)
            (folder / "expected.csv").write_text(accounts)
            if portfolio is not None:
                (folder / "portfolio.csv").write_text(portfolio)
            done += 1
    size = sum(f.stat().st_size for f in into.rglob("*") if f.is_file())
    print(f"{done} cases, {size:,} bytes")


if __name__ == "__main__":
    sys.exit(main())
