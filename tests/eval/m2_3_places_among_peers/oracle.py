"""Writes expected.csv: places among other accounts, counted pair by pair, with roots and the normal distribution in `decimal`."""

import csv
from decimal import ROUND_HALF_UP, Decimal as D, getcontext
from fractions import Fraction as F
from pathlib import Path

getcontext().prec = 80
HERE = Path(__file__).parent
PI = D("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899")
KINDS = {"alpha": "a", "beta": "b", "gamma": "c"}


def shown(x):
    if isinstance(x, F):
        x = D(x.numerator) / D(x.denominator)
    text = format(x.quantize(D("0.000000001"), rounding=ROUND_HALF_UP), "f").rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def below(z):
    """The normal distribution: density times z + z^3/3 + z^5/15 + ..."""
    total = term = z
    k = 1
    while abs(term) > D(10) ** -70:
        term = term * z * z / (2 * k + 1)
        total += term
        k += 1
    return D("0.5") + total * (-z * z / 2).exp() / (2 * PI).sqrt()


def percentile(x, others):
    return F(sum(2 if y < x else 1 if y == x else 0 for y in others) * 50, len(others))


def rank(x, others):
    return F(1 + sum(y > x for y in others))


def deviation(x, others):
    mean = sum(others) / len(others)
    variance = sum((y - mean) ** 2 for y in others) / (len(others) - 1)
    if variance == 0:
        return None
    away = x - mean
    return D(away.numerator) / D(away.denominator) / (D(variance.numerator) / D(variance.denominator)).sqrt()


def zscore(x, others):
    z = deviation(x, others)
    return D(0) if z is None else z


def tscore(x, others):
    return 50 + 10 * zscore(x, others)


def normal(x, others):
    return 100 * below(zscore(x, others))


rows = list(csv.DictReader((HERE / "data" / "account.csv").open()))
value = {r["id"]: F(r["x"]) if r["x"] else None for r in rows}
kind = {r["id"]: r["kind"] for r in rows}


def place(account, how, whom, least, values=value):
    """`whom` is the kinds to look at: the own one, everyone, or a test."""
    x = values[account]
    if whom == "own" and not kind[account]:
        return "missing(no data)"
    member = {"own": lambda i: kind[i] == kind[account], "all": lambda i: True}.get(whom, whom)
    if x is None:
        return "missing"
    if not member(account):
        return "missing(not applicable)"
    others = [v for i, v in values.items() if v is not None and member(i)]
    if len(others) < least:
        others = [v for v in values.values() if v is not None]
    return "missing(too few)" if len(others) < least else shown(how(x, others))


def heavy(i):
    return value[i] is not None and value[i] >= 6


def exact(i):
    """The percentile of `p` itself, as a fraction of nine digits."""
    text = place(i, percentile, "own", 5)
    return None if text.startswith("missing") else F(text)


p = {i: exact(i) for i in value}
with (HERE / "expected.csv").open("w") as out:
    print("account,part,p,z,t,n,r,p8,z8,pe,re,ph,pb,pp,px,rx", file=out)
    for i in value:
        cells = [i, KINDS.get(kind[i], "missing")]
        cells += [place(i, how, "own", 5) for how in (percentile, zscore, tscore, normal)]
        cells += [place(i, rank, "own", 1), place(i, percentile, "own", 8), place(i, zscore, "own", 8)]
        cells += [place(i, percentile, "all", 8), place(i, rank, "all", 1), place(i, percentile, heavy, 2)]
        cells += [place(i, rank, lambda j: kind[j] == "beta", 1) if kind[i] else "missing"]
        cells += [place(i, percentile, "all", 2, p)]
        cells += [place(i, percentile, "all", 100), place(i, rank, "all", 100)]
        print(",".join(cells), file=out)
