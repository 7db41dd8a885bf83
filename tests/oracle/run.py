"""Random programs with random data: what laud gives against what the oracle gives, to the last digit.

    python tests/oracle/run.py --seed 1 --cases 200 --laud target/debug/laud

Needs the Python package `duckdb`. Ends with 1 if anything differs; a differing case is shrunk and left in `--save`.
"""
import argparse
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.setrecursionlimit(10000)

import gen
import packages
import shrink
from lang import SCALE, plain, program_text
from oracle import Missing, Oracle, has_points

LAUD = HERE.parents[1] / "target/debug/laud"


def cell(text):
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') or text != text.strip() else text


def project(world, folder):
    """Writes a project: program, laud.toml, data."""
    folder = Path(folder)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    p = world["program"]
    (folder / "program.laud").write_text(program_text(p))
    toml = f'[project]\nname = "random"\nas_of = {world["as_of"]}\ntime_zone = "{world["zone"]}"\n'
    toml += f'fiscal_year_starts = "{gen.MONTHS[world["fiscal"] - 1]}"\n\n[profile.data]\ndirectory = "data"\n'
    for name, (first, last) in world["covers"].items():
        toml += f"\n[profile.data.{name}]\ncovers = {{ from = {first}, to = {last} }}\n"
    (folder / "laud.toml").write_text(toml)
    for name, rows in world["rows"].items():
        if rows is None:
            continue
        if name == "account":
            header = [c["name"] for c in p["account"]]
        elif name == "fx":
            header = ["day", "from", "to", "rate"]
        elif name in p["tables"]:
            header = ["account"] + [c["name"] for c in p["tables"][name]]
        else:
            e = p["events"][name]
            of = e.get("of", "account")
            header = list(dict.fromkeys(([of] if of else []) + [e["at"]] + [c["name"] for c in e["columns"]]))
        lines = [",".join(header)] + [",".join(cell(r["text"].get(h, "")) for h in header) for r in rows]
        (folder / "data" / f"{name}.csv").write_text("\n".join(lines) + "\n")


def in_two_folders(world, folder):
    """Takes the program of a project apart; the folder in which laud is to run."""
    folder = Path(folder)
    package, rest = packages.packaged(world["program"], world["packaged"])
    shared, own = folder / "two" / "shared", folder / "two" / "own"
    for place, text in ((shared, package), (own, rest)):
        place.mkdir(parents=True, exist_ok=True)
        (place / "program.laud").write_text(text)
    toml = (folder / "laud.toml").read_text().replace("[profile.data]", '[packages]\nshared = "../shared"\n\n[profile.data]', 1)
    (own / "laud.toml").write_text(toml.replace('directory = "data"', 'directory = "../../data"'))
    return own


def laud(folder, *more):
    command = [str(LAUD), "eval", "--format", "json", "--show-personal", *more]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


def shown(v):
    """A value of the oracle, as laud prints it."""
    if isinstance(v, Missing):
        return {"missing": v.why}
    if isinstance(v, bool) or v is None:
        return v
    if isinstance(v, int):
        return Decimal(v) / SCALE
    if isinstance(v, (date, datetime)):
        return v.isoformat()
    return v


def differences(world, got, oracle):
    """(how many values were compared, what differs)."""
    expected, portfolio = oracle.all()
    compared, out = 0, []

    def check(acc, item, want, have):
        nonlocal compared
        compared += 1
        if want != have or isinstance(want, bool) != isinstance(have, bool):
            out.append((acc, item, want, have))

    accounts = {a["account"]: a for a in got["accounts"]}
    check("", "accounts", sorted(expected), sorted(accounts))
    for acc, items in expected.items():
        have = accounts.get(acc)
        if have is None:
            continue
        for d in world["program"]["declarations"]:
            name, kind = d["name"], d["kind"]
            if kind == "metric":
                m = have["metrics"][name]
                check(acc, name, shown(items[name]), m["value"])
                if d.get("thresholds"):
                    check(acc, name + ".band", items[name + ".band"], m["band"])
                if has_points(d):
                    check(acc, name + ".points", shown(items[name + ".points"]), m["points"])
            elif kind == "scorecard":
                s = have["scorecards"][name]
                check(acc, name, shown(items[name]), s["score"])
                check(acc, name + ".coverage", shown(items[name + ".coverage"]), s["coverage"])
                if d.get("grades"):
                    check(acc, name + ".grade", items[name + ".grade"], s["grade"])
            elif kind == "segment":
                v = items[name]
                check(acc, name, None if isinstance(v, Missing) else v, have["segments"][name])
            elif kind == "partition":
                v = items[name]
                check(acc, name, None if isinstance(v, Missing) else v, have["parts"][name])
            elif kind == "rule":
                check(acc, name, items[name][1], have["rules"][name])
    for name, v in portfolio.items():
        check("portfolio", name, shown(v), got["portfolio"][name]["value"])
    return compared, out


class Refused(Exception):
    """The program does not check."""


def try_world(world, folder):
    """Runs a world both ways."""
    project(world, folder)
    if world.get("packaged") is not None:
        folder = in_two_folders(world, folder)
    code, out, err = laud(folder)
    if code == 3:
        raise Refused(out + err)
    if code not in (0, 4) or not out.startswith("{"):
        raise RuntimeError(f"exit code {code}\n{err}")
    return differences(world, json.loads(out, parse_float=Decimal, parse_int=Decimal), Oracle(world))


def without_refused(world, folder):
    """Leaves out the declarations that the checker refuses, and what reads them."""
    refused = collections.Counter()
    for _ in range(30):
        project(world, folder)
        done = subprocess.run([str(LAUD), "check", "--format", "json"], cwd=folder, capture_output=True, text=True)
        if done.returncode != 3:
            return world, refused
        errors = json.loads(done.stdout)
        errors = errors["findings"]
        declarations = world["program"]["declarations"]
        text = program_text(world["program"]).split("\n")
        bad = set()
        for e in errors:
            if e["severity"] != "error":
                continue
            refused[e["name"]] += 1
            if os.environ.get("ORACLE_REFUSED"):
                print("refused:", e["name"], e["message"], "|", text[e["line"] - 1].strip())
            line = e["line"]
            while line > 1 and text[line - 1][:1] in (" ", "}"):
                line -= 1
            head = text[line - 1]
            bad |= {d["name"] for d in declarations if f" {d['name']} " in head + " "}
        if not bad:
            raise RuntimeError("refused, and nothing to leave out: " + done.stdout[:2000])
        world = shrink.without(world, bad)
    raise RuntimeError("refused again and again")


def main():
    global LAUD
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1, help="of the first program")
    parser.add_argument("--cases", type=int, default=50, help="how many programs")
    parser.add_argument("--laud", default=str(LAUD), help="the binary")
    parser.add_argument("--save", default="target/oracle", help="where differing cases are left")
    parser.add_argument("--most", type=int, default=5, help="stop after so many differing programs")
    parser.add_argument("--size", type=float, default=1.0, help="of programs and data")
    parser.add_argument("--no-shrink", action="store_true")
    parser.add_argument("--seconds", type=float, default=1e9, help="no program is begun after so long")
    given = parser.parse_args()
    LAUD = Path(given.laud).resolve()
    begun = time.time()
    compared = programs = declarations = 0
    refused = collections.Counter()
    differing = []
    for seed in range(given.seed, given.seed + given.cases):
        if time.time() - begun > given.seconds:
            break
        with tempfile.TemporaryDirectory() as folder:
            try:
                world = gen.Gen(seed).world(given.size)
                world, why = without_refused(world, folder)
                refused += why
                n, out = try_world(world, folder)
            except Exception as e:
                print(f"seed {seed}: {type(e).__name__}: {str(e)[:3000]}")
                differing.append(seed)
                if not isinstance(e, RuntimeError) or len(differing) >= given.most:
                    raise
                continue
        programs += 1
        compared += n
        declarations += len(world["program"]["declarations"])
        if out:
            differing.append(seed)
            print(f"seed {seed}: {len(out)} of {n} differ")
            for acc, item, want, have in out[:6]:
                print(f"  {acc} {item}: expected {want}, got {have}")
            if not given.no_shrink:
                plain = {**world, "packaged": None}
                with tempfile.TemporaryDirectory() as other:
                    alone = try_world(plain, other)[1]
                small = shrink.shrink(plain if alone else world, (alone or out)[0], try_world)
                folder = Path(given.save) / str(seed)
                shutil.rmtree(folder, ignore_errors=True)
                project(small, folder)
                _, left = try_world(small, folder)
                print(f"  shrunk to {folder}")
                print("    " + "\n    ".join(program_text(small["program"]).split("\n\n", 4)[-1].strip().split("\n")))
                for acc, item, want, have in left[:3]:
                    print(f"  {acc} {item}: expected {want}, got {have}")
            if len(differing) >= given.most:
                break
        sys.stdout.flush()
    print(
        f"{programs} programs, {declarations} declarations, {compared} values compared, {len(differing)} programs differ, "
        f"{time.time() - begun:.0f} s; declarations refused by the checker: {dict(refused.most_common(8))}"
    )
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
