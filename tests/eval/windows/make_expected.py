"""Expected values of this case and of those beside it that read the same rows: each window as a range of dates, worked
out day by day."""
import calendar, csv, datetime as dt, os

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = {  # the as-of date, and the month in which the year begins
    "windows": ("2026-03-31", 1),
    "windows_fiscal_february": ("2026-01-31", 2),
    "windows_fiscal_july": ("2026-03-31", 7),
    "windows_leap_day": ("2024-02-29", 1),
    "windows_month_clamp": ("2026-05-31", 1),
}
DAY = dt.timedelta(days=1)


def months(d, n):
    """n months later, the day clamped."""
    k = d.year * 12 + d.month - 1 + n
    y, m = divmod(k, 12)
    return dt.date(y, m + 1, min(d.day, calendar.monthrange(y, m + 1)[1]))


def begins(kind, d, fiscal):
    """True on the first day of a period."""
    if d.day != 1:
        return False
    since = (d.month - fiscal) % 12
    return {"month": True, "quarter": since % 3 == 0, "year": since == 0}[kind]


def start(kind, d, fiscal):
    while not begins(kind, d, fiscal):
        d -= DAY
    return d


def windows(d, fiscal):
    def previous(kind, n=1):
        last = start(kind, d, fiscal) - DAY
        first = start(kind, last, fiscal)
        for _ in range(n - 1):
            first = start(kind, first - DAY, fiscal)
        return first, last

    return {
        "last_90_days": (d - 89 * DAY, d),
        "last_1_day": (d, d),
        "last_2_weeks": (d - 13 * DAY, d),
        "last_3_months": (months(d, -3) + DAY, d),
        "last_1_quarter": (months(d, -3) + DAY, d),
        "last_1_year": (months(d, -12) + DAY, d),
        "this_month": (start("month", d, fiscal), d),
        "this_quarter": (start("quarter", d, fiscal), d),
        "this_year": (start("year", d, fiscal), d),
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


def inside(window, d, as_of):
    return int(window[0] <= d <= min(window[1], as_of))


for case, (as_of, fiscal) in CASES.items():
    as_of = dt.date.fromisoformat(as_of)
    now = windows(as_of, fiscal)
    ago = windows(as_of - 90 * DAY, fiscal)["this_quarter"]
    eve = windows(start("quarter", as_of, fiscal) - DAY, fiscal)["this_quarter"]
    with open(os.path.join(HERE, "..", case, "expected.csv"), "w", newline="") as out:
        out.write(",".join(["account", *now, "quarter_90_days_ago", "quarter_then", "days_since", "months_since"]) + "\n")
        for row in csv.DictReader(open(os.path.join(HERE, "data", "visit.csv"))):
            d = dt.date.fromisoformat(row["visited_on"])
            cells = [inside(w, d, as_of) for w in [*now.values(), ago, eve]]
            gone = "missing(no data)"
            cells += [(as_of - d).days, whole_months(d, as_of)] if d <= as_of else [gone, gone]
            out.write(",".join([row["account"], *map(str, cells)]) + "\n")
