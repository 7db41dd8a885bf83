"""Expected values of this case and of those in other zones: instants to dates with Python's own zone database."""
import csv, datetime as dt, os, re
from zoneinfo import ZoneInfo

HERE = os.path.dirname(os.path.abspath(__file__))
AS_OF = dt.date(2026, 3, 31)
CASES = {"zones_new_york": "America/New_York", "zones_tokyo": "Asia/Tokyo", "zones_utc": "UTC"}
WRITTEN_IN = ZoneInfo("UTC")  # of times written without a zone


def date(text, zone):
    if len(text) == 10:
        return dt.date.fromisoformat(text)
    t = dt.datetime.fromisoformat(text)
    if t.tzinfo is None:
        t = t.replace(tzinfo=WRITTEN_IN)
    return t.astimezone(zone).date()


for case, zone in CASES.items():
    with open(os.path.join(HERE, "..", case, "expected.csv"), "w", newline="") as out:
        out.write("account,this_quarter,today,age\n")
        for row in csv.DictReader(open(os.path.join(HERE, "data", "visit.csv"))):
            d = date(row["visited_at"], ZoneInfo(zone))
            age = (AS_OF - d).days if d <= AS_OF else "missing(no data)"
            cells = [int(dt.date(2026, 1, 1) <= d <= AS_OF), int(d == AS_OF), age]
            out.write(",".join([row["account"], *map(str, cells)]) + "\n")
