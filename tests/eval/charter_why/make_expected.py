"""Expected values of this case: the rules of the program written again with fractions, never rounding before the end
of a score. Dates, bands and weights follow the program beside this file."""
import csv, datetime as dt, os
from fractions import Fraction as F

HERE = os.path.dirname(os.path.abspath(__file__))
AS_OF = dt.date(2026, 3, 31)
D = dt.date.fromisoformat


def read(name):
    return list(csv.DictReader(open(os.path.join(HERE, "data", name + ".csv"))))


def nine(x):
    n = 10**9
    y = abs(x) * n
    whole = y.numerator // y.denominator
    whole += 1 if y - whole >= F(1, 2) else 0
    return F(whole if x >= 0 else -whole, n)


def show(x):
    if isinstance(x, str):
        return x
    x = nine(F(x))
    text = f"{'-' if x < 0 else ''}{abs(x).numerator * 10**9 // abs(x).denominator // 10**9}"
    rest = abs(x) - abs(x).__floor__()
    return text if rest == 0 else text + "." + str(int(rest * 10**9)).zfill(9).rstrip("0")


def money(text):
    return F(text[:-1]) * 1000 if text.endswith("k") else F(text)


def quarter(d):
    return dt.date(d.year, 3 * ((d.month - 1) // 3) + 1, 1)


def year_before(d):
    return dt.date(d.year - 1, d.month, d.day)


ACTIVITY, SURVEY = read("activity"), read("survey")


def references(account, at):
    kept, last = F(0), {}
    for r in sorted((r for r in ACTIVITY if r["account"] == account), key=lambda r: r["occurred_at"]):
        d = D(r["occurred_at"])
        if r["type"] != "reference" or r["status"] != "completed" or not quarter(at) <= d <= at:
            continue
        if r["contact"] in last and (d - last[r["contact"]]).days <= 3:
            continue
        last[r["contact"]] = d
        kept += F(3, 2) if r["solicited"] == "no" else 1
    return kept


def count(account, kind, status, first, at):
    return sum(
        r["account"] == account and r["type"] == kind and r["status"] == status and first < D(r["occurred_at"]) <= at
        for r in ACTIVITY
    )


def nps(account, at):
    latest = {}
    for r in sorted(SURVEY, key=lambda r: r["answered_on"]):
        if r["account"] == account and at - dt.timedelta(days=180) < D(r["answered_on"]) <= at:
            latest[r["contact"]] = int(r["score"])
    if len(latest) < 5:
        return None
    return F(100 * sum((s >= 9) - (s <= 6) for s in latest.values()), len(latest))


def advocacy(account, arr, at):
    r = references(account, at)
    size = "smb" if arr < 20000 else "mid" if arr < 250000 else "enterprise"
    if size == "smb":
        points = 100 if r > 1 else 70 if r >= 1 else 0
    else:
        points = 100 if r > 3 else 70 if r >= 2 else 40 if r >= 1 else 0
    stories = count(account, "case_study", "published", year_before(at), at)
    speaking = count(account, "speaking", "completed", at - dt.timedelta(days=180), at)
    promoters = nps(account, at)
    weights = (50, 20, 25, 5) if size == "enterprise" else (40, 20, 25, 15)
    parts = [
        (weights[0], F(points)),
        (weights[1], nine(min(F(stories), F(3)) * 100 / 3)),
        (weights[2], None if promoters is None else (promoters + 100) / 2),
        (weights[3], F(min(speaking, 2) * 50)),
    ]
    have = sum(weight for weight, p in parts if p is not None)
    score = nine(sum(weight * p for weight, p in parts if p is not None) / have)
    return size, r, stories, speaking, promoters, score, F(have, 100)


ENDS = [dt.date(2026, 3, 31), dt.date(2025, 12, 31), dt.date(2025, 9, 30)]
with open(os.path.join(HERE, "expected.csv"), "w", newline="") as out:
    names = "references stories speaking promoters quiet_days answer_rate momentum advocacy advocacy.coverage advocacy.grade health cab_invite renewal_at_risk size"
    out.write(",".join(["account", *names.split()]) + "\n")
    for a in read("account"):
        key, arr = a["id"], money(a["arr"])
        size, r, stories, speaking, promoters, score, coverage = advocacy(key, arr, AS_OF)
        mine = [x for x in ACTIVITY if x["account"] == key and D(x["occurred_at"]) <= AS_OF]
        done = max(D(x["occurred_at"]) for x in mine if x["status"] == "completed")
        asked = [x for x in mine if x["type"] == "reference" and (AS_OF - D(x["occurred_at"])).days < 90]
        rate = nine(F(sum(x["status"] != "requested" for x in asked), len(asked)))
        grade = "gold" if score >= 85 else "silver" if score >= 60 else "bronze" if score >= 30 else "none"
        health = nine((15 * score + 45 * F(a["adoption_points"]) + 40 * F(a["support_points"])) / 100)
        if int(a["open_p1"]) > 0:
            health = min(health, F(49))
        sustained = all(advocacy(key, arr, end)[5] >= 85 for end in ENDS)
        held_back = F(a["fatigue"].rstrip("%")) > 60 or a["consent_marketing"] == "no"
        left = (D(a["renewal"]) - AS_OF).days
        cells = [
            r, stories, speaking, "missing(too few)" if promoters is None else promoters, (AS_OF - done).days, rate,
            r - references(key, dt.date(2025, 9, 30)), score, coverage, grade, health,
            "yes" if sustained and not held_back else "no", "yes" if 0 <= left <= 90 and health < 50 else "no", size,
        ]
        out.write(",".join([key, *map(show, cells)]) + "\n")
        # What the language's page prints for its two accounts.
        if key == "acme":
            assert r == F(5, 2) and abs(score - F("46.7")) <= F(1, 10) and grade == "bronze" and not sustained
        if key == "globex":
            assert round(float(score), 1) == 46.2 and round(float(health), 1) == 47.2 and coverage == F(3, 4)
