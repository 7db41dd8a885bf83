#!/usr/bin/env python3
"""Weighted geometric means with fifty digits: exp of the weighted mean of the logarithms, rounded half up at nine."""
import csv
from decimal import Decimal as D, getcontext, ROUND_HALF_UP
getcontext().prec = 50
WEIGHTS = {"even": (1, 1, 1), "uneven": (60, 30, 10)}

def mean(points, weights):
    if any(p == 0 for p, _ in zip(points, weights)):
        return D(0)
    total = sum(D(w) * p.ln() for p, w in zip(points, weights)) / sum(map(D, weights))
    return total.exp().quantize(D("1e-9"), ROUND_HALF_UP)

def text(n):
    t = format(n, "f")
    return t.rstrip("0").rstrip(".") if "." in t else t

with open("data/account.csv") as rows, open("expected.csv", "w") as out:
    print("account,even,uneven,uneven.grade,nested", file=out)
    for row in csv.DictReader(rows):
        given = [(D(row[c]), i) for i, c in enumerate(("s1", "s2", "s3")) if row[c]]
        cells = [row["id"]]
        values = {}
        for name, weights in WEIGHTS.items():
            known = sum(weights[i] for _, i in given)
            if known * 10 < sum(weights) * 6:
                values[name] = None
                cells.append("missing(too few)" if given else "missing(no data)")
            else:
                values[name] = mean([p for p, _ in given], [weights[i] for _, i in given])
                cells.append(text(values[name]))
        uneven = values["uneven"]
        cells.append("-" if uneven is None else "good" if uneven >= 60 else "bad")
        # A mean of the two, half and half.
        even = values["even"]
        if even is None or uneven is None:
            cells.append("")
        else:
            cells.append(text(mean([even, uneven], (50, 50))))
        print(",".join(cells), file=out)
