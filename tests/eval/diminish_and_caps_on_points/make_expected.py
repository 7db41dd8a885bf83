"""Expected values by exact fractions, written without a look at the interpreter."""
import csv
from datetime import date
from decimal import Decimal, getcontext, ROUND_HALF_UP
from fractions import Fraction as F

getcontext().prec = 60
AS_OF = date(2026, 3, 31)
STEP = 10**9


def nine(x):
    """Half away from zero at nine digits."""
    if isinstance(x, Decimal):
        x = F(x)
    sign = -1 if x < 0 else 1
    return sign * F(int(abs(x) * STEP + F(1, 2)), STEP)


def half_life(age, days):
    return nine(Decimal(2) ** (Decimal(-age) / Decimal(days)))


def period(kind, d):
    return {"month": (d.year, d.month), "quarter": (d.year, (d.month - 1) // 3), "year": (d.year,)}[kind]


def groups(rows, kind):
    out = {}
    for r in rows:
        out.setdefault(period(kind, r[0]), []).append(r)
    return out


def first(rows, n, kind):
    return sorted(r for g in groups(rows, kind).values() for r in g[:n])


def diminish(rows, left, kind):
    return sorted((d, nine(v * nine(left**k))) for g in groups(rows, kind).values() for k, (d, v) in enumerate(g))


def cap(rows, most, kind):
    """Shares of the cap, cut to billionths; what is left goes to the largest remainders, the earlier of equals first."""
    out = []
    for g in groups(rows, kind).values():
        total = sum(v for _, v in g)
        if total <= most:
            out += g
            continue
        exact = [most * v / total * STEP for _, v in g]
        whole = [x.numerator // x.denominator for x in exact]
        order = sorted(range(len(g)), key=lambda i: (whole[i] - exact[i], i))
        for i in order[: int(most * STEP) - sum(whole)]:
            whole[i] += 1
        out += [(d, F(w, STEP)) for (d, _), w in zip(g, whole)]
    return sorted(out)


def total(rows):
    return sum((v for _, v in rows), F(0))


def shown(x):
    text = f"{Decimal(x.numerator) / Decimal(x.denominator):.9f}".rstrip("0").rstrip(".")
    return text


accounts = [r["id"] for r in csv.DictReader(open("data/account.csv"))]
events = list(csv.DictReader(open("data/activity.csv")))
print("account,diminished,slowly,capped,faded,all_of_it,one_point,dollars")
for a in accounts:
    mine = [e for e in events if e["account"] == a]
    day = lambda e: date.fromisoformat(e["occurred_at"])
    worth = [(day(e), F(e["worth"])) for e in mine]
    ones = [(day(e), F(1)) for e in mine]
    paid = [(day(e), F(e["paid"])) for e in mine if e["paid"]]
    age = lambda d: (AS_OF - d).days
    capped = cap(worth, F(6), "quarter")
    everything = cap(diminish(first(worth, 2, "quarter"), F(1, 2), "quarter"), F(5), "quarter")
    print(",".join([a] + [shown(x) for x in (
        total(diminish(ones, F(1, 2), "quarter")),
        total(diminish(worth, F(9, 10), "year")),
        total(capped),
        sum((nine(v * half_life(age(d), 90)) for d, v in capped), F(0)),
        sum((nine(v * nine(F(max(0, 365 - age(d)), 365))) for d, v in everything), F(0)),
        total(cap(worth, F(1), "month")),
        total(cap(paid, F(500), "year")),
    )]))
