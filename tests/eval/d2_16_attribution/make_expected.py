"""Expected credit of DOMAIN 2.16, in exact fractions and cents, from the data files alone."""
import csv
import datetime
from fractions import Fraction as F
from pathlib import Path

here = Path(__file__).parent / "data"
rows = lambda name: list(csv.DictReader(open(here / name)))
day = datetime.date.fromisoformat
accounts = [r["id"] for r in rows("account.csv")]
sales = {r["nr"]: r for r in rows("opportunity.csv")}
touches = rows("touch.csv")


def weights(model, list_, closed):
    n = len(list_)
    if model == "first":
        return [F(i == 0) for i in range(n)]
    if model == "last":
        return [F(i == n - 1) for i in range(n)]
    if model == "linear":
        return [F(1)] * n
    if model == "decay":
        # Nine digits, as laud has them.
        ages = [(closed - day(t["touched_on"])).days for t in list_]
        return [F(round(0.5 ** (a / 30) * 10**9), 10**9) for a in ages]
    if n == 1:
        return [F(1)]
    if n == 2:
        return [F(1), F(1)]
    keys = [i for i in range(1, n - 1) if list_[i]["type"] == "demo"]
    if model == "w" and keys:
        special = {0, keys[0], n - 1}
        rest = n - 3
        return [F(30, 100) if i in special else F(10, 100) / rest for i in range(n)]
    return [F(40, 100) if i in (0, n - 1) else F(20, 100) / (n - 2) for i in range(n)]


def split(cents, ws):
    total = sum(ws)
    exact = [abs(cents) * w / total for w in ws]
    out = [int(e) for e in exact]
    order = sorted(range(len(ws)), key=lambda i: (-(exact[i] - out[i]), i))
    for i in order[: abs(cents) - sum(out)]:
        out[i] += 1
    return [o if cents >= 0 else -o for o in out]


def credits(model):
    found = []
    for nr, sale in sales.items():
        if not sale["closed"]:
            continue
        closed = day(sale["closed"])
        seen, fit = set(), []
        mine = [t for t in touches if t["opportunity"] == nr and t["advocate"] in accounts]
        for t in sorted(mine, key=lambda t: (t["touched_on"], t["nr"])):
            age = (closed - day(t["touched_on"])).days
            key = (t["advocate"], t["touched_on"], t["type"])
            if t["consent"] != "yes" or age < 0 or age > 180 or t["advocate"] == sale["account"] or key in seen:
                continue
            seen.add(key)
            fit.append(t)
        if not fit:
            continue
        if sale["won"] == "no":
            found += [(nr, t, 0, F(0)) for t in fit]
        elif sale["won"] == "":
            found += [(nr, t, None, F(0)) for t in fit]
        else:
            ws = weights(model, fit, closed)
            amount = sale["amount"]
            parts = split(round(F(amount) * 100), ws) if amount else [None] * len(fit)
            shares = split(10**9, ws)
            found += [(nr, t, c, F(s, 10**9)) for t, c, s in zip(fit, parts, shares)]
    return found


def shown(x):
    x = F(x)
    text = f"{float(x):.9f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


MODELS = ["first", "last", "linear", "u", "w", "decay"]
SALES = ["o1", "o3", "o8", "o10", "o14"]
head = ["account"]
for m in MODELS:
    head += [f"{m}_{o}" for o in SALES] + [f"{m}_all"]
head += "touches,wins,lost_credit,lost_touches,this_quarter,last_quarter,demos,earlier".split(",")
print(",".join(head))
for a in sorted(accounts):
    line = [a]
    for m in MODELS:
        mine = [(nr, t, c, s) for nr, t, c, s in credits(m) if t["advocate"] == a]
        for o in SALES:
            line.append(shown(F(sum(c or 0 for nr, _, c, _ in mine if nr == o), 100)))
        line.append(shown(F(sum(c or 0 for _, _, c, _ in mine), 100)))
    mine = [(nr, t, c, s) for nr, t, c, s in credits("linear") if t["advocate"] == a]
    total = sum(c or 0 for _, _, c, _ in mine)
    line.append(str(len(mine)))
    line.append(shown(sum(s for *_, s in mine)))
    line.append("0")
    line.append(str(sum(1 for nr, *_ in mine if sales[nr]["won"] == "no")))
    line += [shown(F(total, 100)), "0"]
    line.append(shown(F(sum(c or 0 for _, t, c, _ in mine if t["type"] == "demo"), 100)))
    line.append(shown(F(sum(c or 0 for nr, _, c, _ in mine if nr != "o1"), 100)))
    print(",".join(line))
