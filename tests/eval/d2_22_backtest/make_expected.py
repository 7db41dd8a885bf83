"""Writes portfolio.csv: every pair counted one by one, logarithms with 60 digits."""
import csv
from decimal import Decimal as D, ROUND_HALF_UP, getcontext
from fractions import Fraction as F

getcontext().prec = 60
rows = [r for r in csv.DictReader(open("data/account.csv")) if r["score"] and r["left"]]
data = [(F(r["score"]), r["left"] == "yes", F(r["likelihood"])) for r in rows]
left = [s for s, gone, _ in data if gone]
stayed = [s for s, gone, _ in data if not gone]


def nine(x):
    x = D(x.numerator) / D(x.denominator) if isinstance(x, F) else D(x)
    text = format(x.quantize(D("1e-9"), ROUND_HALF_UP), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def auc(low, high):
    return F(sum(2 * (a < b) + (a == b) for a in low for b in high), 2 * len(low) * len(high))


def ks():
    below = lambda group, at: F(sum(s <= at for s in group), len(group))
    return max((abs(below(left, at) - below(stayed, at)), -at) for at in left + stayed)


def information(bands):
    weights, total, k = [], D(0), len(bands)
    for stay, gone in bands:
        p = (D(stay) + D("0.5")) / (D(sum(b[0] for b in bands)) + D(k) / 2)
        q = (D(gone) + D("0.5")) / (D(sum(b[1] for b in bands)) + D(k) / 2)
        weights.append((p / q).ln())
        total += (p - q) * weights[-1]
    return total, weights


count = lambda group, low, high: sum(low <= s < high for s in group)
limits = [(0, 50), (50, 70), (70, 101)]
iv, weights = information([(count(stayed, *l), count(left, *l)) for l in limits])
two, _ = information([(count(stayed, *l), count(left, *l)) for l in [(0, 50), (50, 101)]])
distance, at = ks()
brier = sum((p - gone) ** 2 for _, gone, p in data) / len(data)
none = "missing(not applicable)"
out = [
    ["separates", nine(auc(left, stayed)), 10, 2],
    ["the_wrong_way", nine(auc(stayed, left)), 10, 2],
    ["risk_score", nine(auc([100 - s for s in stayed], [100 - s for s in left])), 10, 2],
    ["distance", nine(distance), 10, 2],
    ["distance_at", nine(-at), 10, 2],
    ["enough", nine(auc(left, stayed)), 10, 2],
    ["not_enough", "missing(too few)", 10, 2],
    ["only_left", none, 4, 1],
    ["only_stayed", none, 6, 0],
    ["no_account", "missing(no data)", 0, 0],
    ["one_account", none, 1, 0],
    ["no_threshold", none, 4, 1],
    ["information", nine(iv), 10, 2],
    ["yes_or_no", nine(two), 10, 2],
    ["one_band", "0", 4, 0],
    ["only_one_class", none, 4, 1],
    ["weight_red", format(weights[0].quantize(D("1e-7")), "f") + "~", "", ""],
    ["weight_amber", format(weights[1].quantize(D("1e-7")), "f") + "~", "", ""],
    ["weight_green", format(weights[2].quantize(D("1e-7")), "f") + "~", "", ""],
    ["worst_30", nine(F(2, 3)), 3, 0],
    ["usual", "0.4", 10, 0],
    ["lift", "1.667~", "", ""],
    ["precision", "0.75", 4, 0],
    ["recall", "0.75", 4, 1],
    ["left_green", "0", 4, 1],
    ["false_alarms", "1", 1, 0],
    ["brier", nine(brier), 10, 2],
]
with open("portfolio.csv", "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["metric", "value", "counted", "missing"])
    writer.writerows(out)
