"""Sixty accounts with random histories, and what the program says about them, computed otherwise: from lists of (date, value) with
datetime and fractions, by the definitions in grammar/REFERENCE.md. Run it in this folder; it writes data/account.csv and expected.csv."""

import csv
import random
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

random.seed(20260515)
AS_OF = date(2026, 5, 15)
FROZEN = date(2025, 12, 31)


def digits(x):
    """Nine digits, half away from zero."""
    exact = x * 10**9
    whole = int(abs(exact) + Fraction(1, 2))
    d = Decimal(whole if x >= 0 else -whole) / Decimal(10**9)
    return format(d.normalize() if d else Decimal(0), "f")


def quarter_ends(until, count):
    ends, year, quarter = [], until.year, (until.month - 1) // 3
    while len(ends) < count:
        month = quarter * 3 + 3
        last = (date(year + month // 12, month % 12 + 1, 1)) - timedelta(days=1)
        if last <= until:
            ends.append(last)
        quarter -= 1
        if quarter < 0:
            quarter, year = 3, year - 1
    return ends  # latest first


def week_ends(until, count):
    last = until - timedelta(days=(until.weekday() + 1) % 7)
    return [last - timedelta(weeks=i) for i in range(count)]


accounts = {}
for n in range(60):
    rows = {}
    begin = random.choice([date(2023, 1, 1), date(2024, 6, 1), date(2025, 12, 1), date(2026, 4, 1)])
    for _ in range(random.randint(1, 60)):
        day = begin + timedelta(days=random.randint(0, (date(2026, 7, 1) - begin).days))
        value = None if random.random() < 0.2 else random.choice([10, 30, 38, 39, 40, 41, 42, 44, 45, 46, 60, 80])
        rows[day] = (value, random.choice(["alpha", "beta"]))
    accounts[f"a{n:02}"] = sorted(rows.items())

with open("data/account.csv", "w", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["id", "known_on", "health", "kind"])
    lines = [(name, day, value, kind) for name, rows in accounts.items() for day, (value, kind) in rows]
    random.shuffle(lines)
    for name, day, value, kind in lines:
        out.writerow([name, day, "" if value is None else value, kind])


def at(name, day):
    """Value and kind as known on a day; None before the first row."""
    known = [row for when, row in accounts[name] if when <= day]
    return known[-1] if known else None


def health(name, day):
    row = at(name, day)
    return row[0] if row else None


def run(truths, ignoring):
    length, known = 0, False
    for truth in truths:
        if truth is None:
            if ignoring:
                continue
            break
        if not truth:
            return length
        known, length = True, length + 1
    return length if known else ("missing(no data)" if None in truths else length)


def held(truths, ignoring=False):
    if ignoring and any(t is not None for t in truths):
        truths = [t for t in truths if t is not None]
    if False in truths:
        return "no"
    return "undecided" if None in truths else "yes"


def state(values, dwell):
    """Values from the earliest on."""
    if all(v is None for v in values):
        return "missing(no data)"
    on, since = False, None
    for i, value in enumerate(values):
        if value is None or (since is not None and i - since < dwell):
            continue
        if not on and value < 40 or on and value >= 45:
            on, since = not on, i
    return "yes" if on else "no"


def slope(values):
    points = [(x, v) for x, v in enumerate(values) if v is not None]
    if len(points) < 3:
        return "missing(too few)" if points else "missing(no data)"
    n = len(points)
    mean_x, mean_y = Fraction(sum(x for x, _ in points), n), Fraction(sum(y for _, y in points), n)
    above = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return digits(above / sum((x - mean_x) ** 2 for x, _ in points))


def percentile(value, others):
    below, equal = sum(o < value for o in others), sum(o == value for o in others)
    return digits(Fraction(100 * (2 * below + equal), 2 * len(others)))


def frozen(name):
    """Among those who were of the account's kind of today at the frozen date, its own value of then among them."""
    now = at(name, AS_OF)
    if now is None or now[0] is None:
        return "missing(no data)"
    then = [row for row in (at(other, FROZEN) for other in accounts) if row and row[0] is not None]
    group = [value for value, kind in then if kind == now[1]]
    return percentile(now[0], group if len(group) >= 5 else [value for value, _ in then])


FIGURES = {  # kind: rows of (from, p25, p50, p75)
    None: [(date(2024, 1, 1), 30, 40, 50), (date(2026, 1, 1), 35, 45, 55)],
    "beta": [(date(2025, 6, 1), 20, 30, 40)],
}


def figures(kind, day):
    for rows in (FIGURES.get(kind, []), FIGURES[None]):
        there = [row for row in rows if row[0] <= day]
        if there:
            return max(there)[1:]
    return None


def gap(name, day):
    row = at(name, day)
    found = figures(row[1], day) if row else None
    return row[0] - found[1] if row and row[0] is not None and found else None


def or_missing(value):
    return "missing(no data)" if value is None else str(value)


def position(name):
    row = at(name, AS_OF)
    if row is None or row[0] is None:
        return "missing(no data)"
    return ["bottom", "second", "third", "top"][sum(row[0] >= bound for bound in figures(row[1], AS_OF))]


with open("expected.csv", "w", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(
        "account,run,run_known,sustained,sustained_known,risk,steady,steady_before,slope,place,distance,quarter,moved".split(",")
    )
    for name in sorted(accounts):
        if at(name, AS_OF) is None:
            continue
        good = [None if v is None else v >= 40 for v in (health(name, day) for day in quarter_ends(AS_OF, 8))]
        weeks = [health(name, day) for day in reversed([AS_OF] + week_ends(AS_OF - timedelta(days=1), 11))]
        before = date(2026, 2, 1)  # a Sunday
        weeks_before = [health(name, day) for day in reversed([before] + week_ends(before - timedelta(days=1), 11))]
        quarters = [health(name, day) for day in reversed([AS_OF] + quarter_ends(AS_OF - timedelta(days=1), 5))]
        now, then = gap(name, AS_OF), gap(name, date(2025, 5, 15))
        moved = None if now is None or then is None else now - then
        out.writerow(
            [name, run(good, False), run(good, True), held(good[:3]), held(good[:3], True), state(weeks, 1), state(weeks, 3),
             state(weeks_before, 3), slope(quarters), frozen(name), or_missing(now), position(name), or_missing(moved)]
        )
