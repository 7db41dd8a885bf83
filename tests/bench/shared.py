"""What the benchmarks share: the kit and its data, laud's project over them, measuring, comparing, tables.

The kit (data generator, hand-written program, SQL and scripts for the peers) is looked for in `$LAUD_SHARED/bench`, or
in `../shared/bench` beside the repository, unless `--kit` says where it is. What is made from it (data, programs, a Python
environment) is kept in `$LAUD_BENCH`, or in a folder of the temporary directory, unless `--cache` says another place.
"""

import argparse
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGES = ["numpy==2.4.6", "pyarrow==26.0.1", "duckdb==2.0.0", "polars==2.1.0", "datafusion==55.0.0", "duckdb-cli==1.5.6"]
TABLES = ["accounts", "events", "surveys", "opportunities"]


def stop(message):
    """Ends the run: something is not there, failed, or gave another answer."""
    sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {message}")


def arguments(description, rounds):
    """The options that all benchmarks have."""
    outer = pathlib.Path(os.environ.get("LAUD_SHARED", ROOT.parent / "shared"))
    kit = next((at for at in (outer / "bench", outer.parent / "bench") if at.is_dir()), outer / "bench")
    cache = os.environ.get("LAUD_BENCH") or pathlib.Path(tempfile.gettempdir()) / "laud-bench"
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--laud", default=ROOT / "target/release/laud", type=pathlib.Path, help="the binary to measure")
    parser.add_argument("--kit", default=kit, type=pathlib.Path, help="the folder of the benchmark kit")
    parser.add_argument("--cache", default=cache, type=pathlib.Path, help="where data, programs and results are kept")
    parser.add_argument("--rounds", default=rounds, type=int, help="measured rounds; one more comes first and does not count")
    parser.add_argument("--threads", default=2, type=int, help="cores that every program is held to")
    return parser


# ---------- what is measured ----------


class Bench:
    """The kit, and what has been made from it in the cache. Whatever is not there is made when it is asked for."""

    def __init__(self, options):
        self.kit, self.cache = options.kit.resolve(), options.cache.resolve()
        self.threads, self.laud = options.threads, options.laud.resolve()
        if not (self.kit / "generate.py").is_file():
            stop(f"no kit in {self.kit}: say where it is with --kit or LAUD_SHARED")
        say(f"the machine's load is {os.getloadavg()[0]:.1f}")
        cores = sorted(os.sched_getaffinity(0))[: self.threads]
        os.sched_setaffinity(0, cores)  # inherited: no program can take more threads than it is given
        self.out.mkdir(parents=True, exist_ok=True)

    @property
    def out(self):
        return self.cache / "out"

    def need_laud(self):
        if not self.laud.is_file():
            stop(f"no {self.laud}: build it with `cargo build --release`, or say --laud")
        return str(self.laud)

    def python(self):
        """A Python that has the peers."""
        python = self.cache / "venv/bin/python"
        if not python.is_file():
            say("makes a Python environment")
            run([sys.executable, "-m", "venv", self.cache / "venv"])
        done = self.cache / "venv/packages"
        if not done.is_file() or done.read_text().split() != PACKAGES:
            run([python, "-m", "pip", "install", "--quiet", *PACKAGES])
            done.write_text("\n".join(PACKAGES))
        return str(python)

    def data(self, size, fmt="parquet"):
        """The folder of the kit's data of this size."""
        folder = self.cache / size
        if not all((folder / f"{table}.{fmt}").is_file() for table in TABLES):
            say(f"generates {size}")
            large = ["--no-csv"] if fmt == "parquet" and size == "L" else []
            run([self.python(), self.kit / "generate.py", "--size", size, "--out", folder, *large])
        return folder

    def native(self):
        """The kit's hand-written program."""
        program = self.cache / "native/target/release/advocacy24"
        if not program.is_file():
            say("builds the hand-written program (about nine minutes of CPU)")
            shutil.copytree(self.kit / "native", self.cache / "native", dirs_exist_ok=True)
            run(["cargo", "build", "--release", "--quiet"], cwd=self.cache / "native")
        return str(program)

    def project(self, name, data):
        """laud's program for advocacy-24, with these files as its `data`."""
        project = self.cache / "projects" / name
        shutil.rmtree(project, ignore_errors=True)
        shutil.copytree(HERE / "advocacy24", project, ignore=shutil.ignore_patterns("data"))
        (project / "data").symlink_to(data)
        return str(project)

    def eval(self, project, fmt, *more):
        """The command that scores every account and prints a line for each."""
        return [self.need_laud(), "eval", project, "--data", fmt, "--format", "csv", "--quiet", *more]

    def verify(self, files):
        """Ends the run unless these results are the same. Those of laud come last, so that what is expected is a peer's."""
        expected, *found = sorted(files, key=lambda file: file.suffix == ".csv")
        if found:
            run([self.python(), HERE / "verify.py", expected, *found])
        else:
            say(f"{expected.name} is compared with nothing")


def run(command, **options):
    """Runs what is not measured."""
    command = [str(part) for part in command]
    if subprocess.run(command, stdin=subprocess.DEVNULL, **options).returncode:
        stop(f"this failed: {' '.join(command)}")


def say(text):
    print(f"… {text}", file=sys.stderr, flush=True)


# ---------- measuring ----------


@dataclass
class Run:
    """What one process took: seconds, seconds of all its cores, and megabytes at the most."""

    wall: float
    cpu: float
    peak: float


def measure(command, output=None, check=True):
    """One process from start to end. Its standard output goes to a file, or nowhere."""
    with open(output or os.devnull, "wb") as out, tempfile.TemporaryFile() as errors:
        begin = time.perf_counter()
        process = subprocess.Popen([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=out, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if check and process.returncode:
            errors.seek(0)
            stop(f"exit {process.returncode}: {' '.join(process.args)}\n{errors.read()[-2000:].decode(errors='replace')}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def interleave(commands, rounds):
    """Runs all of them in turn, round by round; the first round warms the caches and does not count.

    `commands` maps a name to a command and the file for its standard output, or None.
    """
    runs = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, (command, output) in commands.items():
            found = measure(command, output)
            if number:
                runs[name].append(found)
        say(f"round {number} of {rounds}" + (" (does not count)" if number == 0 else ""))
    return {name: median(found) for name, found in runs.items()}


def median(runs):
    """Median times, and the highest of the peaks."""
    return Run(
        statistics.median(r.wall for r in runs), statistics.median(r.cpu for r in runs), max(r.peak for r in runs)
    )


def floor_of_memory():
    """What a program that does nothing shows as its peak: until a new program begins, the pages of this script count."""
    return measure(["true"]).peak


# ---------- telling ----------


def seconds(value):
    return f"{value * 1000:.0f} ms" if value < 0.1 else f"{value:.2f} s"


def table(title, results, base):
    """Times and peaks, with their ratios to one of the programs."""
    rows = [[title, "wall", "CPU", "peak", "wall x", "CPU x", "peak x"]]
    b = results[base]
    for name, r in results.items():
        ratios = [f"{r.wall / b.wall:.2f}", f"{r.cpu / b.cpu:.2f}", f"{r.peak / b.peak:.2f}"]
        rows.append([name, seconds(r.wall), seconds(r.cpu), f"{r.peak:.0f} MB", *ratios])
    return markdown(rows)


def markdown(rows):
    head, *body = rows
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine(bench):
    """What it was measured on: nothing that names the machine."""
    cores = len(os.sched_getaffinity(0))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = [p.replace("==", " ") for p in PACKAGES if not p.startswith("numpy")]
    laud = version([bench.laud, "--version"]) if bench.laud.is_file() else "no laud"
    about = [f"{cores} cores, {memory:.0f} GiB", laud, version(["rustc", "--version"]), f"Python {platform.python_version()}"]
    return ", ".join(about + versions)


def version(command):
    """Name and number alone."""
    try:
        return " ".join(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[:2])
    except (OSError, subprocess.CalledProcessError):
        return f"no {command[0]}"
