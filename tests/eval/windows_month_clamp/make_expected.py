"""Expected values of this case: each window as a range of dates, worked out day by day."""
import calendar, csv, datetime as dt, os

HERE = os.path.dirname(os.path.abspath(__file__))
AS_OF = dt.date.fromisoformat("2026-05-31")
FISCAL = 1  # the month in which the year begins
DAY = dt.timedelta(days=1)


def months(d, n):
    """n months later, the day clamped."""
    k = d.year * 12 + d.month - 1 + n
    y, m = divmod(k, 12)
    return dt.date(y, m + 1, min(d.day, calendar.monthrange(y, m + 1)[1]))


def begins(kind, d):
    """True on the first day of a period."""
    if d.day != 1:
        return False
    since = (d.month - FISCAL) % 12
    return {"month": True, "quarter": since % 3 == 0, "year": since == 0}[kind]


def start(kind, d):
    while not begins(kind, d):
        d -= DAY
    return d


def windows(d):
    def previous(kind, n=1):
        last = start(kind, d) - DAY
        first = start(kind, last)
        for _ in range(n - 1):
            first = start(kind, first - DAY)
        return first, last

    return {
        "last_90_days": (d - 89 * DAY, d),
        "last_1_day": (d, d),
        "last_2_weeks": (d - 13 * DAY, d),
        "last_3_months": (months(d, -3) + DAY, d),
        "last_1_quarter": (months(d, -3) + DAY, d),
        "last_1_year": (months(d, -12) + DAY, d),
        "this_month": (start("month", d), d),
        "this_quarter": (start("quarter", d), d),
        "this_year": (start("year", d), d),
        "previous_month": previous("month"),
        "previous_quarter": previous("quarter"),
        "previous_year": previous("year"),
        "complete_quarters": previous("quarter", 4),
        "complete_months": previous("month", 2),
        "since_new_year": (dt.date(2026, 1, 1), d),
        "first_quarter_2026": (dt.date(2026, 1, 1), dt.date(2026, 3, 31)),
        "ever": (dt.date.min, d),
    }


def whole_months(a, b):
    n = 0
    while months(a, n + 1) <= b:
        n += 1
    return n


now = windows(AS_OF)
ago = windows(AS_OF - 90 * DAY)["this_quarter"]
eve = windows(start("quarter", AS_OF) - DAY)["this_quarter"]
inside = lambda w, d: 1 if w[0] <= d <= min(w[1], AS_OF) else 0
with open(os.path.join(HERE, "expected.csv"), "w", newline="") as out:
    out.write(",".join(["account", *now, "quarter_90_days_ago", "quarter_then", "days_since", "months_since"]) + "\n")
    for row in csv.DictReader(open(os.path.join(HERE, "../windows/data", "visit.csv"))):
        d = dt.date.fromisoformat(row["visited_on"])
        cells = [inside(w, d) for w in now.values()] + [inside(ago, d), inside(eve, d)]
        gone = "missing(no data)"
        cells += [(AS_OF - d).days, whole_months(d, AS_OF)] if d <= AS_OF else [gone, gone]
        out.write(",".join([row["account"], *map(str, cells)]) + "\n")
