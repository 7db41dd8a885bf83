"""Expected values of this case with exact fractions, rounded half away from zero to nine digits."""
import csv, os
from decimal import Decimal as D
from fractions import Fraction as F
from math import floor, ceil

HERE = os.path.dirname(os.path.abspath(__file__))


def away(x, digits=9):
    n = 10**digits
    y = abs(x) * n
    whole = floor(y)
    if y - whole >= F(1, 2):
        whole += 1
    return F(whole if x >= 0 else -whole, n)


def show(x):
    if isinstance(x, str):
        return x
    return format((D(x.numerator * 10**9 // x.denominator) / D(10**9)).normalize(), "f")


with open(os.path.join(HERE, "expected.csv"), "w", newline="") as out:
    out.write("account,total,difference,product,quotient,rounded,rounded_1,below,above,magnitude,smaller,larger,held,at_least\n")
    for row in csv.DictReader(open(os.path.join(HERE, "data", "account.csv"))):
        a, b = F(row["a"]), F(row["b"])
        cells = [
            a + b, a - b, away(a * b), away(a / b) if b else "missing(division by zero)", away(a, 0), away(a, 1),
            F(floor(a)), F(ceil(a)), abs(a), min(a, b), max(a, b), max(F(-1), min(F(1), a)),
        ]
        out.write(",".join([row["id"], *map(show, cells), "yes" if a + b >= F(3, 10) else "no"]) + "\n")
