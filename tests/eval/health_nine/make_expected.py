"""Expected scores of `examples/health`, computed with fractions straight from its files; a quotient is rounded once to
nine digits. The worked examples, one account each, are asserted at the end."""
import csv, datetime as dt, os
from decimal import Decimal, localcontext
from fractions import Fraction as F

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "..", "examples", "health", "data")
AS_OF = dt.date(2026, 3, 31)
D = dt.date.fromisoformat
DAY = dt.timedelta(days=1)


def read(name):
    return list(csv.DictReader(open(os.path.join(DATA, name + ".csv"))))


def nine(x):
    n = 10**9
    y = abs(F(x)) * n
    whole = y.numerator // y.denominator
    whole += 1 if y - whole >= F(1, 2) else 0
    return F(whole if x >= 0 else -whole, n)


def show(x):
    if x is None:
        return "missing"
    if isinstance(x, str):
        return x
    n = nine(x) * 10**9
    n = n.numerator
    text = f"{abs(n) // 10**9}.{abs(n) % 10**9:09}".rstrip("0").rstrip(".")
    return "-" + text if n < 0 else text


def number(text):
    if text == "":
        return None
    return F(text[:-1]) / 100 if text.endswith("%") else F(text)


def scale(x, *points):
    if x is None:
        return None
    points = [(F(a), F(b)) for a, b in points]
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        if x <= x1:
            return nine(y0 + (x - x0) * (y1 - y0) / (x1 - x0))
    return points[-1][1]


def bands(x, rows, least):
    if x is None:
        return None
    return F(next((points for bound, points in rows if x >= bound), least))


def mean(parts, coverage=F(60, 100)):
    """A weighted mean; the weight of what is missing is shared out."""
    total = sum(w for w, _ in parts)
    have = sum(w for w, p in parts if p is not None)
    share = F(have, total)
    if share < coverage:
        return None, share
    return nine(sum(w * p for w, p in parts if p is not None) / have), share


def grade(x, rows, least, strict=()):
    if x is None:
        return None
    return next((name for name, bound in rows if (x > bound if name in strict else x >= bound)), least)


ACTIVITY, SURVEY, TICKET, CORRECTION = read("activity"), read("survey"), read("ticket"), read("correction")
MORE = "family_arr family_health weakest_unit weeks_below_60 in_risk risk_review group_meeting".split()
CARDS = "product_adoption engagement satisfaction financial_health support_satisfaction renewal_readiness feature_use expansion advocacy overall"


def sundays(today, least):
    """The ends of the complete weeks before a day, the latest first; a week that ends on the day is complete."""
    day = today - (today.weekday() + 1) % 7 * DAY
    while day >= least:
        yield day
        day -= 7 * DAY


def cards(a, today, carry=True):
    key = a["id"]
    days = lambda n: (today - (n - 1) * DAY, today)
    quarter = (dt.date(today.year, 3 * ((today.month - 1) // 3) + 1, 1), today)
    year = (dt.date(today.year - 1, today.month, today.day) + DAY, today)
    v = {k: number(x) for k, x in a.items() if k not in ("id", "name", "renewal", "meeting_set", "belongs_to", "in_dispute")}
    inside = lambda r, at, w: r["account"] == key and w[0] <= D(r[at]) <= w[1]
    count = lambda kind, w: F(sum(r["type"] == kind and inside(r, "occurred_at", w) for r in ACTIVITY))
    avg = lambda xs: nine(sum(xs) / F(len(xs))) if xs else None
    card = {}

    adoption = [
        (40, bands(v["feature_rate"], [(F("0.7"), 100), (F("0.4"), 70)], 40)),
        (30, bands(v["logins_per_user"], [(20, 100), (8, 70)], 40)),
        (30, bands(v["utilisation_rate"], [(F("0.75"), 100), (F("0.4"), 70)], 40)),
    ]
    card["product_adoption"] = mean(adoption)[0]

    email = scale(v["email_open_rate"], (0, 0), (F("0.4"), 40))
    social = scale(count("social_post", quarter), (0, 0), (10, 30))
    visits = scale(count("event_visit", quarter), (0, 0), (2, 30))
    card["engagement"] = email + social + visits

    csat = avg([F(r["score"]) for r in SURVEY if r["question"] == "csat" and inside(r, "answered_on", days(90))])
    card["satisfaction"] = mean([(80, scale(csat, (1, 0), (5, 100))), (20, scale(v["sentiment"], (-1, 0), (1, 100)))])[0]

    card["financial_health"] = mean([(40, v["growth_points"]), (20, v["transaction_points"]), (40, v["payment_points"])])[0]

    tickets = [r for r in TICKET if inside(r, "closed_on", days(90))]
    response = avg([F(r["response_hours"]) for r in tickets])
    resolution = avg([F(r["resolution_hours"]) for r in tickets])
    rated = [r["rating"] == "good" for r in tickets if r["rating"]]
    good = nine(F(sum(rated), len(rated))) if rated else None
    card["support_satisfaction"] = mean([
        (30, scale(response, (1, 100), (24, 0))), (30, scale(resolution, (8, 100), (96, 0))), (40, scale(good, (0, 0), (1, 100))),
    ])[0]

    ready = None
    if v["usage_trend"] is not None and v["contact_frequency"] is not None:
        z = F("-1.2") + F("2.5") * v["usage_trend"] + F("1.8") * v["contact_frequency"]
        if 0 <= (D(a["renewal"]) - today).days <= 30 and a["meeting_set"] == "no":
            z -= F("0.9")
        with localcontext() as fine:
            fine.prec = 60
            ready = nine(F(1 / (1 + (-(Decimal(z.numerator) / Decimal(z.denominator))).exp()))) * 100
    card["renewal_readiness"] = ready

    essential = mean([(50, v["reports_use"] * 100), (30, v["automation_use"] * 100), (20, v["sharing_use"] * 100)])[0]
    card["feature_use"] = mean([(85, essential), (15, v["feedback_points"])])[0]

    card["expansion"] = mean([(50, v["usage_points"]), (30, v["behaviour_points"]), (20, v["offer_points"])])[0]

    latest = {}
    for r in sorted(SURVEY, key=lambda r: r["answered_on"]):
        if r["question"] == "nps" and inside(r, "answered_on", days(180)):
            latest[r["contact"]] = int(r["score"])
    nps = None
    if len(latest) >= 5:
        nps = nine(F(100 * sum((s >= 9) - (s <= 6) for s in latest.values()), len(latest)))
    card["advocacy"] = mean([
        (30, scale(nps, (-100, 0), (100, 100))),
        (30, scale(count("referral", year), (0, 0), (5, 100))),
        (15, scale(count("social_post", year), (0, 0), (20, 100))),
        (25, scale(count("testimonial", year), (0, 0), (1, 100))),
    ])[0]

    weights = [20, 10, 10, 10, 10, 15, 10, 5, 10]
    lines = {c: card[c] for c in CARDS.split()[:9]}
    if lines["support_satisfaction"] is None and carry:
        # The line counts with what it had at the latest end of a week within 90 days.
        earlier = (cards(a, end, carry=False)[0]["support_satisfaction"] for end in sundays(today, today - 90 * DAY))
        lines["support_satisfaction"] = next((x for x in earlier if x is not None), None)
    overall, coverage = mean(list(zip(weights, lines.values())), F(70, 100))
    grades = {
        "product_adoption": grade(card["product_adoption"], [("robust", 85)], "developing"),
        "engagement": grade(card["engagement"], [("active", 70), ("moderate", 40)], "targeted"),
        "satisfaction": grade(card["satisfaction"], [("satisfied", 90), ("mixed", 70)], "discontent"),
        "financial_health": grade(card["financial_health"], [("healthy", 80), ("watch", 50)], "instability", strict=("healthy",)),
        "support_satisfaction": grade(card["support_satisfaction"], [("satisfied", 85), ("acceptable", 60)], "issues", strict=("satisfied",)),
        "renewal_readiness": grade(ready, [("high", 70), ("medium", 40)], "low"),
        "feature_use": grade(card["feature_use"], [("strong", 90), ("partial", 60)], "under_used"),
        "expansion": grade(card["expansion"], [("high", 60), ("medium", 40)], "low"),
        "advocacy": grade(card["advocacy"], [("high", 70), ("medium", 40)], "low"),
    }
    if overall is not None and grades["financial_health"] == "instability":
        overall = min(overall, F(59))
    # The latest correction in force goes before that, and a dispute before all.
    for r in sorted(CORRECTION, key=lambda r: r["set_on"]):
        if r["account"] == key and D(r["set_on"]) <= today <= D(r["until"]):
            overall = F(r["points"])
    if a["in_dispute"] == "yes":
        overall = F(55)
    card["overall"] = overall
    grades["overall"] = grade(overall, [("green", 75), ("yellow", 55)], "red")
    return card, grades, coverage, (response, resolution, good, nps), v


def in_risk(a):
    """Off before the first of 26 points, 25 ends of weeks and today; at least two weeks between changes."""
    ends = list(sundays(AS_OF, dt.date(2025, 1, 1)))[:25]
    state, since = False, None
    for end in reversed([AS_OF, *ends]):
        score = cards(a, end)[0]["overall"]
        if score is None or (since and (end - since).days < 14):
            continue
        if (state and score >= 60) or (not state and score < 55):
            state, since = not state, end
    return state


def weeks_below_60(a):
    run = 0
    for end in list(sundays(AS_OF, dt.date(2025, 1, 1)))[:26]:
        score = cards(a, end)[0]["overall"]
        if score is None or score >= 60:
            break
        run += 1
    return F(run)


out = open(os.path.join(HERE, "expected.csv"), "w", newline="")
writer = csv.writer(out, lineterminator="\n")
header = ["account"]
for card in CARDS.split():
    header += [card, card + ".grade"]
writer.writerow(header + ["overall.coverage", "response", "resolution", "rated_good", "promoters", "rescue", "train", "ask_for_story"] + MORE)
ACCOUNTS = read("account")
OVERALL = {a["id"]: cards(a, AS_OF)[0]["overall"] for a in ACCOUNTS}
scores = {}
for a in ACCOUNTS:
    key = a["id"]
    card, grades, coverage, (response, resolution, good, nps), v = cards(a, AS_OF)
    overall = card["overall"]
    units = [u for u in ACCOUNTS if u["belongs_to"] == key]
    family = [a, *units]  # nothing is below a unit
    family_arr = sum(F(u["arr"]) for u in family)
    family_health = nine(sum(OVERALL[u["id"]] * F(u["arr"]) for u in family) / family_arr)
    weakest = min(OVERALL[u["id"]] for u in family)
    risky = in_risk(a)

    def kleene(*conditions):
        if any(c is False for c in conditions):
            return "no"
        return "undecided" if any(c is None for c in conditions) else "yes"

    known = lambda x, f: None if x is None else f(x)
    rescue = kleene(0 <= (D(a["renewal"]) - AS_OF).days <= 90, known(overall, lambda x: x < 55))
    train = kleene(known(grades["feature_use"], lambda g: g == "under_used"), known(v["logins_per_user"], lambda x: x >= 8))
    story = kleene(
        known(grades["advocacy"], lambda g: g == "high"), known(grades["satisfaction"], lambda g: g != "discontent"),
        known(grades["support_satisfaction"], lambda g: g != "issues"),
    )
    row = [key]
    for c in CARDS.split():
        row += [card[c], grades[c] or "-"]
    more = [coverage, response, resolution, good, "missing(too few)" if nps is None else nps, rescue, train, story] + [
        family_arr, family_health, weakest, weeks_below_60(a), "yes" if risky else "no", "yes" if risky and a["in_dispute"] == "no" else "no",
        "yes" if units and family_health >= 55 and weakest < 55 else "no",
    ]
    writer.writerow(map(show, row + more))
    scores[key] = (card, grades)
out.close()

WORKED = {
    ("alder", "product_adoption"): ("91", "robust"), ("brisk", "engagement"): ("82", "active"), ("cobalt", "satisfaction"): ("84", "mixed"),
    ("dover", "financial_health"): ("80", "watch"), ("ember", "support_satisfaction"): ("85.89", "satisfied"), ("gable", "feature_use"): ("65.2", "partial"),
    ("haven", "expansion"): ("66", "high"), ("ivory", "advocacy"): ("71.5", "high"), ("juniper", "engagement"): ("70", "active"),
    ("kettle", "engagement"): ("40", "moderate"), ("lark", "engagement"): ("39.99", "targeted"),
}
for (key, name), (score, word) in WORKED.items():
    card, grades = scores[key]
    assert abs(card[name] - F(score)) < F(2, 1000) and grades[name] == word, (key, name, float(card[name]), grades[name])
