#!/usr/bin/env python3
"""What plan and apply cost with many open items: a rule that fires for every account, and a ledger that remembers all of them.

For each size: `eval` alone (what rules cost without a ledger), `apply` of a first run that opens an item for every account and
hands on its task, `plan` a day later with nothing new, `apply` a day later in which 1 % of the accounts changed (half of them
recovered, so that their items close; the others get another text), the same `apply` once more, and `ledger check`. Each is
a process of its own and runs once: a ledger that has had its run is another ledger. How many actions were handed on is
compared with what it should be. In a file, and on the PostgreSQL server whose URL LAUD_POSTGRES holds.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from shared import ROOT, markdown, measure, say, seconds, stop, version

RULES = """table account {
  id    text key
  name  text
  x     number optional
  csm   text optional
}

rule low {
  when      x < 50
  do        task "Call {name}: x is {x}" assign csm fallback cs_ops due in 7 days
  escalate  after 14 days to manager
  close     when x >= 60
  cooldown  30 days
}
"""
DAYS = ["2026-03-02", "2026-03-03", "2026-03-04"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--laud", default=ROOT / "target/release/laud", type=pathlib.Path, help="the binary to measure")
    parser.add_argument("--accounts", default="10000,100000,1000000", help="sizes")
    parser.add_argument("--only", default="file,server", help="of file, server")
    parser.add_argument("--folder", help="where projects and ledgers are made [default: a temporary one]")
    options = parser.parse_args()
    if not options.laud.is_file():
        stop(f"no {options.laud}: build it with `cargo build --release --features postgres`, or say --laud")
    laud, url = str(options.laud.resolve()), os.environ.get("LAUD_POSTGRES")
    stores = options.only.split(",")
    if "server" in stores and not url:
        say("without a server: LAUD_POSTGRES is not set")
        stores.remove("server")
    rows = [["accounts", "ledger", "what", "wall", "CPU", "peak"]]
    for accounts in sorted(int(n) for n in options.accounts.split(",")):
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            project = make(pathlib.Path(folder), accounts)
            for store in stores:
                say(f"{accounts:,} accounts, {store}")
                rows += measured(laud, project, accounts, store, url)
    cores, memory = len(os.sched_getaffinity(0)), os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    print(f"{cores} cores, {memory:.0f} GiB, {version([laud, '--version'])}\n\n{markdown(rows)}")


def make(folder, accounts):
    """A project whose accounts are all low on the first two days; on the third 1 % of them are not what they were."""
    (folder / "laud.toml").write_text('[project]\nname = "items"\n')
    (folder / "rules.laud").write_text(RULES)
    for day in DAYS:
        (folder / day).mkdir()
        with open(folder / day / "account.csv", "w", encoding="utf-8") as out:
            out.write("id,name,x,csm\n")
            for i in range(accounts):
                x = 20 + i % 30
                if day == DAYS[2] and i % 100 == 0:
                    x = 70 if i % 200 == 0 else 49
                out.write(f"acc-{i:07},Account {i:07},{x},csm{i % 50:02}\n")
    return folder


def measured(laud, project, accounts, store, url):
    schema = f"items_{os.getpid()}"
    ledger = project / "ledger.db" if store == "file" else f"{url}{'&' if '?' in url else '?'}schema={schema}"
    emitted, rows = project / "emitted.ndjson", []
    closed = len(range(0, accounts, 200))

    def step(what, verb, day, *more, actions=None):
        emitted.unlink(missing_ok=True)
        command = [laud, *verb.split(" "), "--project", project, *more]
        if day:
            command += ["--as-of", day, "--data", project / day, "--quiet"]
        found = measure(command, project / "printed")
        if actions is not None:
            with open(emitted, "rb") if emitted.is_file() else open(os.devnull, "rb") as lines:
                there = sum(1 for _ in lines)
            if there != actions:
                stop(f"{what}: {there} actions were handed on, and {actions} should have been")
        rows.append([f"{accounts:,}", store, what, seconds(found.wall), seconds(found.cpu), f"{found.peak:.0f} MB"])
        say(f"{what}: {rows[-1][3]}, CPU {rows[-1][4]}, {rows[-1][5]}")

    kept = ["--ledger", ledger]
    apply = [*kept, "--by", "ops", "--emit", emitted]
    try:
        step("eval, no ledger", "eval", DAYS[0])
        step("apply, all fire", "apply", DAYS[0], *apply, "--fire-on-first-run", actions=accounts)
        step("plan, nothing new", "plan", DAYS[1], *kept)
        step("apply, 1 % change", "apply", DAYS[2], *apply, actions=closed)
        step("apply, the same again", "apply", DAYS[2], *apply, actions=0)
        step("ledger check", "ledger check", None, *kept)
        if store == "file":
            say(f"the ledger takes {ledger.stat().st_size / 2**20:.0f} MB")
    finally:
        if store == "server" and shutil.which("psql"):
            drop = f"SET client_min_messages = warning; DROP SCHEMA IF EXISTS {schema} CASCADE"
            subprocess.run(["psql", "--quiet", url, "-c", drop], stdin=subprocess.DEVNULL, stderr=sys.stderr)
    return rows


if __name__ == "__main__":
    main()
