"""Expected values of this case: instants to dates with Python's own zone database."""
import csv, datetime as dt, os, re
from zoneinfo import ZoneInfo

HERE = os.path.dirname(os.path.abspath(__file__))
AS_OF = dt.date(2026, 3, 31)
ZONE = ZoneInfo("UTC")
WRITTEN_IN = ZoneInfo("UTC")  # of times written without a zone


def date(text):
    if len(text) == 10:
        return dt.date.fromisoformat(text)
    t = dt.datetime.fromisoformat(text)
    if t.tzinfo is None:
        t = t.replace(tzinfo=WRITTEN_IN)
    return t.astimezone(ZONE).date()


with open(os.path.join(HERE, "expected.csv"), "w", newline="") as out:
    out.write("account,this_quarter,today,age\n")
    for row in csv.DictReader(open(os.path.join(HERE, "../zones_new_york/data", "visit.csv"))):
        d = date(row["visited_at"])
        seen = d <= AS_OF
        cells = [int(dt.date(2026, 1, 1) <= d <= AS_OF), int(d == AS_OF), (AS_OF - d).days if seen else "missing(no data)"]
        out.write(",".join([row["account"], *map(str, cells)]) + "\n")
