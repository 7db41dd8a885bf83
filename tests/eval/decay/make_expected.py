"""Expected values of this case: decay weights rounded to nine digits, then exact sums."""
import csv, datetime as dt, os
from decimal import Decimal as D, ROUND_HALF_UP, getcontext

getcontext().prec = 50
HERE = os.path.dirname(os.path.abspath(__file__))
AS_OF = dt.date(2026, 3, 31)
NINE = D("0.000000001")


def nine(x):
    return x.quantize(NINE, ROUND_HALF_UP)


def half(age):
    return nine(D("0.5") ** (D(age) / D(90)))


def linear(age):
    return nine(max(D(0), D(60 - age) / D(60)))


def show(x):
    return format(x.normalize(), "f")


rows = list(csv.DictReader(open(os.path.join(HERE, "data", "activity.csv"))))
with open(os.path.join(HERE, "expected.csv"), "w", newline="") as out:
    out.write("account,half,linear,worth_half,worth_linear\n")
    for account in csv.DictReader(open(os.path.join(HERE, "data", "account.csv"))):
        mine = [((AS_OF - dt.date.fromisoformat(r["occurred_at"])).days, D(r["worth"])) for r in rows if r["account"] == account["id"]]
        cells = [
            sum((half(age) for age, _ in mine), D(0)),
            sum((linear(age) for age, _ in mine), D(0)),
            sum((nine(v * half(age)) for age, v in mine), D(0)),
            sum((nine(v * linear(age)) for age, v in mine if age < 60), D(0)),
        ]
        out.write(",".join([account["id"], *map(show, cells)]) + "\n")
