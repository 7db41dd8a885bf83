#!/usr/bin/env python3
"""How time and memory grow with the events: 1, 5, 20 and 100 million over the same 100,000 accounts, from Parquet.

Says what each further million costs, whether that is the same from one size to the next (cost linear in events), and
whether the peak stays (memory flat in events). The hand-written program runs beside laud and its results are compared.
"""

from shared import HERE, TABLES, Bench, arguments, interleave, machine, markdown, run, say, seconds

# A further million may cost so much more at the largest step than at the others, and the peak of the largest may be so
# much above that of the smallest.
LINEAR, FLAT = 1.25, 1.25


def main():
    parser = arguments(__doc__, rounds=3)
    parser.add_argument("--millions", default="1,5,20,100", help="sizes, in millions of events")
    parser.add_argument("--only", default="laud,native", help="of laud, native")
    options = parser.parse_args()
    bench, programs = Bench(options), options.only.split(",")
    found = {name: {} for name in programs}
    for millions in sorted(int(m) for m in options.millions.split(",")):
        data = events(bench, millions)
        say(f"{millions} million events")
        results = {name: bench.out / f"growth.{name}.{millions}.{'csv' if name == 'laud' else 'parquet'}" for name in programs}
        commands = {
            "laud": lambda: (bench.eval(bench.project(f"growth.{millions}", data), "parquet"), results["laud"]),
            "native": lambda: ([bench.native(), data, "parquet", results["native"], bench.threads], None),
        }
        for name, runs in interleave({name: commands[name]() for name in programs}, options.rounds).items():
            found[name][millions] = runs
        bench.verify(results.values())
    print(f"{machine(bench)}\n")
    for name in programs:
        tell(name, found[name])


def events(bench, millions):
    """A folder with the accounts, surveys and opportunities of size M and so many events."""
    folder = bench.cache / f"growth.{millions}"
    folder.mkdir(exist_ok=True)
    for name in TABLES:
        file = folder / f"{name}.parquet"
        if name != "events" and not file.is_symlink():
            file.symlink_to(bench.data("M") / file.name)
        if name == "events" and not file.is_file():
            say(f"generates {millions} million events")
            run([bench.python(), HERE / "events.py", bench.kit, millions * 1_000_000, file])
    return folder


def tell(name, runs):
    rows = [[f"{name}, million events", "wall", "CPU", "peak", "wall of a further million", "CPU of a further million"]]
    steps, before = [], None
    for millions, r in runs.items():
        more = ["", ""]
        if before:
            wall, cpu = ((getattr(r, k) - getattr(runs[before], k)) / (millions - before) for k in ("wall", "cpu"))
            steps.append(cpu)
            more = [f"{wall * 1000:.1f} ms", f"{cpu * 1000:.1f} ms"]
        rows.append([str(millions), seconds(r.wall), seconds(r.cpu), f"{r.peak:.0f} MB", *more])
        before = millions
    print(markdown(rows))
    if len(steps) > 1:
        growth = steps[-1] / min(steps[:-1])
        verdict = "linear" if growth <= LINEAR else "more than linear"
        print(f"\ncost is {verdict}: a further million costs {growth:.2f} x what it did before")
    peaks = [r.peak for r in runs.values()]
    if len(peaks) > 1:
        growth = peaks[-1] / peaks[0]
        print(f"memory {'is flat' if growth <= FLAT else 'grows'}: the largest peaks at {growth:.2f} x the smallest")
    print()


if __name__ == "__main__":
    main()
