"""Values that may be missing, and how they and the order of rows are written for SQL."""
from datetime import date, datetime

from lang import SCALE


class Missing:
    """No value, and why."""

    def __init__(self, why):
        self.why = why

    def __eq__(self, other):
        return isinstance(other, Missing) and self.why == other.why

    def __hash__(self):
        return hash(self.why)

    def __repr__(self):
        return f"missing({self.why})"


NO_DATA = Missing("no data")
NOT_APPLICABLE = Missing("not applicable")
TOO_FEW = Missing("too few")
TOO_LARGE = Missing("number too large")
BAD_CELL = Missing("unreadable cell")
FAULTS = ("division by zero", "number too large", "unreadable cell")
SQL_TYPES = {"bool": "BOOLEAN", "date": "DATE", "instant": "TIMESTAMP", "text": "VARCHAR"}


def sql_type(ty):
    return SQL_TYPES.get(ty, "VARCHAR" if ty.startswith("enum:") else "HUGEINT")


def missing(x):
    return isinstance(x, Missing)


def fold(text):
    return text.strip().lower()


def compare(op, a, b):
    return {"=": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op] if op in ("=", "!=") else (
        a < b if op == "<" else a <= b if op == "<=" else a > b if op == ">" else a >= b
    )


def as_date(x):
    return x.date() if isinstance(x, datetime) else x


def value(v):
    return None if v is None or missing(v) else v


def order(r, table):
    """Rows of one moment: by what they belong to below the account, then recorded earlier first, then the lesser key."""
    v = r["values"]
    moment = v[table["at"]]
    moment = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)
    if "order" in r:
        # Of an attribution: by what was sold, then as the touches stand.
        return (moment, date.min, r["order"])
    recorded = next((c["name"] for c in table["columns"] if c.get("recorded")), None)
    key = next((c["name"] for c in table["columns"] if c.get("key")), None)
    learned = v.get(recorded) if recorded else None
    whose = v["deal"] if table.get("of") == "deal" else ""
    return (moment, whose, date.min if learned is None or missing(learned) else learned, v.get(key) or "")


def sql_literal(v):
    if v is None:
        return "NULL"
    if isinstance(v, bool):
        return "TRUE" if v else "FALSE"
    if isinstance(v, int):
        return f"({v}::HUGEINT)"
    if isinstance(v, datetime):
        return f"TIMESTAMP '{v.isoformat(sep=' ')}'"
    if isinstance(v, date):
        return f"DATE '{v.isoformat()}'"
    return "'" + v.replace("'", "''") + "'"
