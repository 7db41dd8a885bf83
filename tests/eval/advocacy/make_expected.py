"""Expected results of `examples/advocacy`, computed with fractions straight from its files. Every quotient and every
score is rounded once to nine digits, half away from zero; nothing else is rounded. The numbers worked out by hand in `options.toml` are asserted at the end."""
import csv, datetime as dt, os, re
from decimal import Decimal, ROUND_HALF_UP, getcontext
from fractions import Fraction as F
from zoneinfo import ZoneInfo

getcontext().prec = 50
HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "..", "examples", "advocacy", "data")
AS_OF = dt.date(2026, 3, 31)
ZONE = ZoneInfo("America/New_York")
DAY = dt.timedelta(days=1)


# ---------------------------------------------------------------- reading what the files mean
def read(name):
    return list(csv.DictReader(open(os.path.join(DATA, name + ".csv"))))


def fold(text):
    return re.sub(r"[^a-z0-9]+", "_", text.strip().lower()).strip("_") or None


def date(text):
    if len(text) == 10:
        return dt.date.fromisoformat(text)
    return dt.datetime.fromisoformat(text).astimezone(ZONE).date()


def money(text):
    return F(text.replace("$", "").replace(",", "")) if text else None


ACCOUNTS = {r["Account ID"]: r for r in read("accounts")}
home = lambda key: ACCOUNTS[key]["Merged Into"] or key if key in ACCOUNTS else None
TYPES = {"ref_call": "reference", "success_story": "case_study"}
STATUSES = {"requested", "declined", "completed", "published"}

ACTIVITY, seen = [], set()
for r in read("timeline"):
    if r["Activity ID"] in seen or home(r["Account"]) is None:
        continue
    seen.add(r["Activity ID"])
    kind, status = fold(r["Type"]), fold(r["Status"])
    ACTIVITY.append({
        "account": home(r["Account"]), "on": date(r["Date"]), "type": TYPES.get(kind, kind), "status": status if status in STATUSES else None,
        "solicited": r["Solicited"] or None, "contact": r["Contact"].strip().lower(), "id": r["Activity ID"],
    })
ACTIVITY.sort(key=lambda r: (r["on"], r["id"]))
SURVEY = [
    {"account": home(r["account"]), "on": date(r["answered_on"]), "contact": r["contact"].strip().lower(), "score": int(r["score"]), "at": r["answered_on"]}
    for r in read("nps_answers") if 0 <= int(r["score"]) <= 10
]
SURVEY.sort(key=lambda r: (r["at"]))
USAGE = sorted(({"account": r["account"], "on": date(r["month_end"]), **r} for r in read("usage")), key=lambda r: r["on"])
TICKETS = [{"on": date(r["closed_on"]), **r} for r in read("tickets")]
OUTREACH = [{"on": date(r["asked_on"]), **r} for r in read("outreach")]
CONTACTS = read("contacts")


# ---------------------------------------------------------------- arithmetic
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
    n = (nine(x) * 10**9).numerator
    text = f"{abs(n) // 10**9}.{abs(n) % 10**9:09}".rstrip("0").rstrip(".")
    return "-" + text if n < 0 else text


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


def mean(parts, least=F(60, 100)):
    """(weight, points, stand-in) to score and coverage; without a stand-in the weight is shared out."""
    total = sum(w for w, _, _ in parts)
    coverage = F(sum(w for w, p, _ in parts if p is not None), total)
    used = [(w, p if p is not None else s) for w, p, s in parts]
    used = [(w, p) for w, p in used if p is not None]
    # A stand-in of the line or of the card is no evidence: coverage is about what was measured.
    if coverage < least:
        return None, coverage
    return nine(sum(w * p for w, p in used) / sum(w for w, _ in used)), coverage


def half_life(age, days):
    w = (Decimal("0.5") ** (Decimal(age) / Decimal(days))).quantize(Decimal("0.000000001"), ROUND_HALF_UP)
    return F(str(w))


def back(d, months):
    k = d.year * 12 + d.month - 1 - months
    y, m = divmod(k, 12)
    last = (dt.date(y + (m == 11), (m + 1) % 12 + 1, 1) - DAY).day
    return dt.date(y, m + 1, min(d.day, last))


def quarter(d):
    return dt.date(d.year, 3 * ((d.month - 1) // 3) + 1, 1)


def rows(table, key, first, last):
    return [r for r in table if r["account"] == key and first <= r["on"] <= last]


def last_days(n, d):
    return d - (n - 1) * DAY, d


def last_year(d):
    return back(d, 12) + DAY, d


# ---------------------------------------------------------------- metrics and scores at a date
def size_of(a):
    arr = money(a["ARR (USD)"])
    return "smb" if arr < 20000 else "mid" if arr < 250000 else "enterprise"


def references(key, d):
    kept, last = F(0), {}
    for r in rows(ACTIVITY, key, quarter(d), d):
        if r["type"] != "reference" or r["status"] != "completed":
            continue
        if r["contact"] in last and (r["on"] - last[r["contact"]]).days <= 3:
            continue
        last[r["contact"]] = r["on"]
        kept += F(3, 2) if r["solicited"] == "no" else 1
    return kept


def promoters(key, d):
    latest = {r["contact"]: r["score"] for r in rows(SURVEY, key, *last_days(180, d))}
    if len(latest) < 5:
        return None
    return nine(F(100 * sum((s >= 9) - (s <= 6) for s in latest.values()), len(latest)))


def advocacy(key, d):
    a = ACCOUNTS[key]
    size, r = size_of(a), references(key, d)
    if size == "smb":
        points = 100 if r > 1 else 70 if r >= 1 else 0
    else:
        points = 100 if r > 3 else 70 if r >= 2 else 40 if r >= 1 else 0
    stories = F(sum(x["type"] == "case_study" and x["status"] == "published" for x in rows(ACTIVITY, key, *last_year(d))))
    speaking = F(sum(x["type"] == "speaking" and x["status"] == "completed" for x in rows(ACTIVITY, key, *last_days(180, d))))
    enough = 2 if fold(a["Industry"]) in ("fintech", "healthcare", "public_sector") else 3
    weights = (50, 20, 25, 5) if size == "enterprise" else (40, 20, 25, 15)
    return mean([
        (weights[0], F(points), None), (weights[1], scale(stories, (0, 0), (enough, 100)), None),
        (weights[2], scale(promoters(key, d), (-100, 0), (100, 100)), None), (weights[3], scale(speaking, (0, 0), (2, 100)), None),
    ]), r, stories, speaking


def earlier_quarters(d, n):
    """The ends of the n complete quarters up to d, the latest first; a quarter that ends on d is complete."""
    ends, end = [], quarter(d + DAY) - DAY
    for _ in range(n):
        ends.append(end)
        end = quarter(end) - DAY
    return ends


def voices(key, d):
    """How many references each contact gave in a year, the most first."""
    by = {}
    for r in rows(ACTIVITY, key, *last_year(d)):
        if r["type"] == "reference" and r["status"] == "completed":
            by[r["contact"]] = by.get(r["contact"], 0) + 1
    return sorted(by.values(), reverse=True)


def may_be_asked(person, d):
    """Whether a contact may be asked, and the day on which the rest ends."""
    asks = sorted((r for r in OUTREACH if r["contact"] == person["E-mail"] and r["on"] <= d), key=lambda r: r["on"])
    unanswered = 0
    for r in reversed(asks):
        if r["answered"] != "no":
            break
        unanswered += 1
    rest = min(180, 30 * 2 ** min(unanswered, 3))
    rested_on = asks[-1]["on"] + rest * DAY if asks else None
    recent = sum((d - r["on"]).days < 90 for r in asks)
    waiting = any(r["contact"] == person["E-mail"] and r["status"] == "requested" and 0 <= (d - r["on"]).days < 30 for r in ACTIVITY)
    return recent < 2 and (rested_on is None or rested_on <= d) and person["Do Not Ask"] == "no" and not waiting, rested_on


def users(key, d):
    found = rows(USAGE, key, *last_days(45, d))
    return F(found[-1]["active_users"]) if found else None


def kleene_and(*conditions):
    if any(c is False for c in conditions):
        return False
    return None if any(c is None for c in conditions) else True


def kleene_or(*conditions):
    if any(c is True for c in conditions):
        return True
    return None if any(c is None for c in conditions) else False


def negate(c):
    return None if c is None else not c


def known(x, f):
    return None if x is None else f(x)


def rule(condition, unless=False):
    """A rule holds where its condition does and `unless` does not."""
    return {True: "yes", False: "no", None: "undecided"}[kleene_and(condition, negate(unless))]


NAMES = """size references stories speaking promoters reviews quiet_days answer_rate momentum fatigue goodwill active_share breadth usage_growth
first_reply rated_good urgent net_retention advocacy advocacy.coverage advocacy.grade adoption adoption.coverage support support.coverage health health.coverage
health.grade cab_invite renewal_at_risk ask_for_reference thank_champion gone_quiet shrinking
askable all_rested_on top_voice voices_hhi second_voice quarters_in_a_row sustained founder_letter referrals""".split()


def main():
    out = open(os.path.join(HERE, "expected.csv"), "w", newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["account", *NAMES])
    table = {}
    for key in sorted(ACCOUNTS):
        a = ACCOUNTS[key]
        if a["Merged Into"]:
            continue
        v = dict.fromkeys(NAMES)
        (score, coverage), r, stories, speaking = advocacy(key, AS_OF)
        size = v["size"] = size_of(a)
        v.update({"references": r, "stories": stories, "speaking": speaking, "promoters": promoters(key, AS_OF) if promoters(key, AS_OF) is not None else "missing(too few)"})
        v["reviews"] = F(len({x["contact"] for x in rows(ACTIVITY, key, *last_year(AS_OF)) if x["type"] == "review" and x["status"] == "published"}))
        done = [x["on"] for x in ACTIVITY if x["account"] == key and x["on"] <= AS_OF and x["status"] in ("completed", "published")]
        v["quiet_days"] = F((AS_OF - max(done)).days) if done else "missing(no data)"
        asked = [x for x in rows(ACTIVITY, key, *last_days(90, AS_OF)) if x["type"] == "reference" and x["status"]]
        v["answer_rate"] = nine(F(sum(x["status"] != "requested" for x in asked), len(asked))) if asked else "missing(not applicable)"
        v["momentum"] = r - references(key, back(AS_OF, 6))
        tired = [x["answered"] == "no" for x in rows(OUTREACH, key, *last_days(90, AS_OF))]
        fatigue = v["fatigue"] = nine(F(sum(tired), len(tired))) if tired else F(0)
        recent = [x for x in rows(ACTIVITY, key, *last_year(AS_OF)) if x["status"] in ("completed", "published")]
        v["goodwill"] = sum((half_life((AS_OF - x["on"]).days, 180) for x in recent), F(0))

        now, before = users(key, AS_OF), users(key, back(AS_OF, 3))
        v["active_share"] = share = known(now, lambda n: nine(n / F(a["Seats"])))
        found = rows(USAGE, key, *last_days(45, AS_OF))
        v["breadth"] = breadth = F(found[-1]["features_used"]) if found else None
        growth = v["usage_growth"] = nine((now - before) / before) if now is not None and before is not None else None
        adoption, adoption_coverage = mean([
            (50, scale(share, (0, 0), (F("0.8"), 100)), None), (30, scale(breadth, (0, 0), (10, 100)), None),
            (20, scale(growth, (F("-0.3"), 0), (0, 70), (F("0.2"), 100)), F(70)),
        ])
        tickets = rows(TICKETS, key, *last_days(90, AS_OF))
        reply = v["first_reply"] = nine(sum(F(x["first_reply_hours"]) for x in tickets) / len(tickets)) if tickets else None
        rated = [x["rating"] == "good" for x in tickets if x["rating"]]
        good = v["rated_good"] = nine(F(sum(rated), len(rated))) if rated else None
        urgent = v["urgent"] = F(sum(x["priority"] == "urgent" for x in tickets))
        support, support_coverage = mean([
            (40, scale(reply, (1, 100), (24, 0)), F(75)), (40, scale(good, (F("0.4"), 0), (1, 100)), F(75)),
            (20, F(100 if urgent == 0 else 60 if urgent <= 2 else 0), F(75)),
        ], least=0)
        health, health_coverage = mean([(15, score, None), (45, adoption, None), (40, support, None)])
        if health is not None and int(a["Open P1"]) > 0:
            health = min(health, F(49))
        arr, year_ago = money(a["ARR (USD)"]), money(a["ARR last year"])
        retention = v["net_retention"] = known(year_ago, lambda y: nine(arr / y))
        v.update({"advocacy": score, "advocacy.coverage": coverage, "adoption": adoption, "adoption.coverage": adoption_coverage, "support": support,
                  "support.coverage": support_coverage, "health": health, "health.coverage": health_coverage})
        v["advocacy.grade"] = known(score, lambda s: "gold" if s >= 85 else "silver" if s >= 60 else "bronze" if s >= 30 else "none")
        v["health.grade"] = known(health, lambda s: "green" if s >= 75 else "yellow" if s >= 50 else "red")

        consent = {"signed": True, "refused": False, "": None}[a["Marketing Consent"]]
        sustained = kleene_and(*(known(advocacy(key, d)[0][0], lambda s: s >= 85) for d in (AS_OF, dt.date(2025, 12, 31), dt.date(2025, 9, 30))))
        v["cab_invite"] = rule(sustained, kleene_or(fatigue > F("0.6"), negate(consent)))
        m, d, y = map(int, a["Renewal Date"].split("/"))
        people = [p for p in CONTACTS if home(p["Account"]) == key]
        v["askable"] = askable = F(sum(may_be_asked(p, AS_OF)[0] for p in people))
        rests = [may_be_asked(p, AS_OF)[1] for p in people if p["Do Not Ask"] == "no"]
        v["all_rested_on"] = max((str(x) for x in rests if x), default="missing")
        by = voices(key, AS_OF)
        enough = sum(by) >= 5
        top = v["top_voice"] = nine(F(by[0], sum(by))) if enough else "missing(too few)"
        hhi = v["voices_hhi"] = nine(F(10000 * sum(n * n for n in by), sum(by) ** 2)) if enough else "missing(too few)"
        ends = earlier_quarters(AS_OF, 8)
        run = v["quarters_in_a_row"] = F(next((i for i, end in enumerate(ends) if references(key, end) < 1), 8))
        steady = all(references(key, end) >= 2 for end in ends[:3])
        v["sustained"] = rule(steady)
        v["founder_letter"] = rule(steady and run >= 6)
        v["second_voice"] = rule(kleene_and(run >= 4, (top >= F("0.4") or hhi >= 5000) if enough else None))
        v["referrals"] = F(sum(x["type"] == "referral" and x["status"] == "completed" for x in rows(ACTIVITY, key, *last_year(AS_OF))))
        soon = 0 <= (dt.date(y, m, d) - AS_OF).days <= 90
        v["renewal_at_risk"] = rule(kleene_and(soon, known(health, lambda h: h < 50)))
        silent = r < 1
        v["ask_for_reference"] = rule(
            kleene_and(known(health, lambda h: h >= 75), silent, known(promoters(key, AS_OF), lambda n: n >= 30)),
            kleene_or(fatigue > F("0.6"), negate(consent), askable == 0),
        )
        v["thank_champion"] = rule(r > 1 if size == "smb" else r > 3)
        then = advocacy(key, dt.date(2025, 12, 31))[0][0]
        quiet = (AS_OF - max(done)).days > 60 if done else None
        v["gone_quiet"] = rule(kleene_and(quiet, known(then, lambda s: s >= 30)))
        v["shrinking"] = rule(kleene_and(known(retention, lambda x: x < 1), known(growth, lambda g: g < F("-0.1"))))
        for name in ("advocacy.grade", "health.grade"):
            v[name] = v[name] or "-"
        writer.writerow([key, *(show(v[n]) for n in NAMES)])
        table[key] = v
    out.close()

    rate = nine(F(sum(v["referrals"] >= 1 for v in table.values()), len(table)))
    given = sorted((v["references"] for v in table.values()), reverse=True)
    gap = rate - F("0.18")
    place = "bottom" if rate < F("0.09") else "second" if rate < F("0.18") else "third" if rate < F("0.26") else "top"
    with open(os.path.join(HERE, "portfolio.csv"), "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["metric", "value"])
        for name, value in [("referral_rate", rate), ("behind_others", gap), ("place", place),
                            ("top_three", nine(sum(given[:3]) / sum(given))), ("referral_drive", rule(gap < 0 and place in ("bottom", "second")))]:
            writer.writerow([name, show(value)])

    # By hand: see options.toml.
    assert table["acme"]["askable"] == 4 and table["acme"]["all_rested_on"] == "2026-07-18"
    assert table["northfield"]["top_voice"] == nine(F(4, 9)) and table["northfield"]["voices_hhi"] == nine(F(250000, 81))
    assert table["corner-bakery"]["voices_hhi"] == 2800 and table["corner-bakery"]["quarters_in_a_row"] == 4
    assert (rate, gap) == (F("0.166666667"), F("-0.013333333"))


main()
