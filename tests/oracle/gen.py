"""Random programs with random, messy data. Everything follows from the seed."""
import random
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from lang import SCALE, Across, Agg, N, walk
from values import BAD_CELL
from sales_gen import Sales

ZONES = ["UTC", "America/New_York", "Asia/Kolkata", "Europe/Berlin", "Pacific/Auckland"]
MONTHS = "january february march april may june july august september october november december".split()
UNITS = ["day", "week", "month", "quarter", "year"]
PERIODS = ["week", "month", "quarter", "year"]
COLORS = ["red", "green", "blue"]
KINDS = ["call", "visit", "review", "talk"]
WORDS = ["ann", "bob", "Cy", "dee", "eve"]
TEXTS = ["north", "south", "South", "north east", "x-1"]


class Gen(Sales):
    """One program and its data."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.seed = seed
        self.decls = []
        self.count = 0
        self.schema()

    # ---------- small helpers ----------

    def pick(self, *options):
        return self.r.choice(options)

    def chance(self, p):
        return self.r.random() < p

    def name(self, stem):
        self.count += 1
        return f"{stem}{self.count}"

    def of_kind(self, kind, ty=None):
        return [d for d in self.decls if d["kind"] == kind and (ty is None or d.get("type") == ty)]

    # ---------- schema ----------

    def schema(self):
        r = self.r
        self.as_of = date(2025, 1, 1) + timedelta(r.randrange(500))
        if self.chance(0.3):
            self.as_of = r.choice([date(2025, 3, 31), date(2025, 12, 31), date(2026, 2, 28), date(2024, 2, 29), date(2025, 7, 1)])
        self.zone = r.choice(ZONES)
        self.fiscal = r.choice([1, 1, 2, 4, 7, 10])
        opt = lambda: {"optional": True} if self.chance(0.7) else {}
        self.account = [
            {"name": "id", "type": "text", "key": True},
            {"name": "seats", "type": "num", "integer": True, "range": "0 or more"},
            {"name": "used", "type": "num", "integer": True, **opt()},
            {"name": "depth", "type": "num", **opt()},
            {"name": "swing", "type": "num", **opt()},
            {"name": "margin", "type": "ratio", **opt()},
            {"name": "share_in", "type": "ratio", "range": "0% to 100%", **opt()},
            {"name": "health", "type": "points", **opt()},
            {"name": "mood", "type": "points"},
            {"name": "said", "type": "nps", **opt()},
            {"name": "arr", "type": "money", "range": "0 or more"},
            {"name": "cost", "type": "money", **opt()},
            {"name": "lead", "type": "dur", **opt()},
            {"name": "renewal", "type": "date", **opt()},
            {"name": "signed", "type": "date"},
            {"name": "seen_at", "type": "instant", **opt()},
            {"name": "color", "type": "enum:color", "values": COLORS, **opt()},
            {"name": "kind_of", "type": "enum:kind_of", "values": KINDS},
            {"name": "place", "type": "text", **opt()},
            {"name": "consent", "type": "bool", **opt()},
            {"name": "pilot", "type": "bool"},
            {"name": "above", "type": "text", "optional": True, "parent": True},
        ]
        self.tables = {}
        if self.chance(0.5):
            self.tables["person"] = [
                {"name": "id", "type": "text", "key": True},
                {"name": "role", "type": "enum:role", "values": KINDS, **opt()},
                {"name": "reach", "type": "num", **opt()},
                {"name": "budget", "type": "money", **opt()},
                {"name": "keen", "type": "bool", **opt()},
                {"name": "born", "type": "date", **opt()},
            ]
        self.history = None
        if self.chance(0.25):
            self.history = "noted_on"
            self.account.append({"name": "noted_on", "type": "date"})
        self.events = {}
        at = "instant" if self.chance(0.3) else "date"
        activity = [
            {"name": "id", "type": "text", "key": True},
            {"name": "kind", "type": "enum:kind", "values": KINDS},
            {"name": "state", "type": "enum:state", "values": COLORS, **opt()},
            {"name": "asked", "type": "bool", **opt()},
            {"name": "contact", "type": "text", **opt()},
            {"name": "hours", "type": "num", **opt()},
            {"name": "worth", "type": "num", "range": "0 or more", **opt()},
            {"name": "paid", "type": "money", "range": "0 or more", **opt()},
            {"name": "level", "type": "ratio", **opt()},
            {"name": "due", "type": "date", **opt()},
        ]
        if "person" in self.tables:
            activity.append({"name": "person", "type": "text", "optional": True})
        if self.chance(0.4):
            activity.append({"name": "learned", "type": "date", "recorded": True})
        if at == "instant":
            activity.insert(0, {"name": "done_at", "type": "instant"})
        self.events["activity"] = {"at": "done_at", "columns": activity, "at_type": at}
        survey = [
            {"name": "id", "type": "text", "key": True},
            {"name": "contact", "type": "text", **opt()},
            {"name": "score", "type": "num", "integer": True, "range": "0 to 10", **opt()},
            {"name": "stars", "type": "num", "integer": True, "range": "1 to 5", **opt()},
            {"name": "ease", "type": "num", "integer": True, "range": "1 to 7", **opt()},
            {"name": "weight_of", "type": "num", "range": "0 or more", **opt()},
            {"name": "quote", "type": "text", "optional": True},
        ]
        self.events["survey"] = {"at": "answered_on", "columns": survey, "at_type": "date"}
        self.events["log"] = {
            "at": "logged_on",
            "columns": [{"name": "nr", "type": "text", "key": True}, {"name": "kind", "type": "text", **opt()}, {"name": "contact", "type": "text", **opt()}],
            "at_type": "date",
        }
        marks = [{"name": "id", "type": "text", "key": True}, {"name": "mark", "type": "points"}, {"name": "who", "type": "text"}]
        marks += [{"name": "why", "type": "text"}, {"name": "until", "type": "date"}, {"name": "sure", "type": "bool", **opt()}]
        self.events["correction"] = {"at": "set_on", "columns": marks, "at_type": "date"}
        self.events["visit"] = {"at": "came_on", "columns": [{"name": "guests", "type": "num", **opt()}], "at_type": "date"}
        self.sales_schema(opt)

    # ---------- literals ----------

    def number(self, ty):
        r = self.r
        small = [0, 1, 1, 2, 3, 4, 5, 7, 10]
        if ty == "num":
            v = r.choice(small + [0.5, 1.5, 2.25, 0.1, 100, 1000, 33.3]) if self.chance(0.9) else round(r.uniform(0, 50), r.randint(1, 9))
        elif ty == "ratio":
            v = r.choice([0, 0.05, 0.1, 0.25, 0.333, 0.5, 0.8, 1, 1.2])
        elif ty == "points":
            v = r.choice([0, 10, 25, 33, 50, 66.6, 75, 90, 100])
        elif ty == "nps":
            v = r.choice([-100, -50, 0, 20, 50, 100])
        elif ty == "money":
            v = r.choice([0, 100, 999.99, 5000, 20000, 250000])
        else:
            v = r.choice([0, 1, 7, 30, 90, 365])
        return round(v * SCALE)

    def day(self):
        return self.as_of + timedelta(self.r.choice([-700, -365, -200, -90, -31, -30, -1, 0, 5, 30]))

    def lit(self, ty):
        if ty == "bool":
            return N("lit", ty, self.chance(0.5))
        if ty == "date":
            return N("lit", ty, self.day())
        if ty == "text":
            return N("lit", ty, self.r.choice(TEXTS))
        if ty.startswith("enum:"):
            return N("lit", ty, self.r.choice(self.values(ty)))
        return N("lit", ty, self.number(ty))

    def values(self, ty):
        if ty == "enum:position":
            return ["bottom", "second", "third", "top"]
        for c in self.account + [c for t in self.tables.values() for c in t] + [c for e in self.events.values() for c in e["columns"]]:
            if c["type"] == ty:
                return c["values"]
        part = next(d for d in self.decls if d["name"] == ty[5:])
        return [name for name, _ in part["parts"]]

    # ---------- expressions ----------

    def leaf(self, ty, row, free=True):
        """Something without operands; `free` allows a literal."""
        options = []
        if row:
            options += self.of_row(ty, row)
        taken = {c["name"] for c in self.columns_of(row)} if row else set()
        if row != "spend":
            options += [N("col", ty, c["name"]) for c in self.account if c["type"] == ty and c["name"] not in taken and not any(c.get(w) for w in ("key", "parent", "merged"))]
        if not row:
            options += [N("metric", ty, d["name"]) for d in self.of_kind("metric", ty)] * 2
            options += [N("portfolio", ty, d["name"]) for d in self.of_kind("portfolio", ty)]
            if ty == "points":
                options += [N("score", ty, d["name"]) for d in self.of_kind("scorecard") if not d["counts"]]
                options += [N("pts", ty, d["name"]) for d in self.of_kind("metric") if d.get("pointed")]
            if ty == "bool":
                options += [N("segment", ty, d["name"]) for d in self.of_kind("segment")]
                options += [N("part", ty, d["name"], p) for d in self.of_kind("partition") for p, _ in d["parts"]]
            if ty.startswith("enum:"):
                options += [N("partition", ty, d["name"]) for d in self.of_kind("partition") if d["name"] == ty[5:]]
        if ty in ("num", "ratio", "money") or ty == "dur":
            if ty != "num":
                options += [N("param", ty, d["name"]) for d in self.of_kind("param", ty)]
            options += [self.lit(ty)] * (3 if free and ty in ("ratio", "dur", "money") else 0)
            if free and ty == "num":
                options += [self.lit(ty)] * 2
        if ty in ("date",) and free:
            options.append(self.lit(ty))
        return self.r.choice(options) if options else self.lit(ty)

    def solid(self, ty, depth, row):
        """Not a literal, and not made of literals only."""
        for _ in range(20):
            e = self.expr(ty, depth, row)
            if not bare(e):
                return e
        return self.leaf(ty, row, free=False)

    def other(self, ty, depth, row):
        """Beside something solid: a literal may take its unit."""
        return self.lit(ty) if self.chance(0.4) else self.expr(ty, depth, row)

    def expr(self, ty, depth, row=None):
        if depth <= 0 or self.chance(0.12):
            return self.leaf(ty, row)
        if ty == "bool":
            return self.condition(depth, row)
        if ty == "date":
            return self.date_expr(depth, row)
        if ty == "text" or ty.startswith("enum:"):
            return self.named(ty, depth, row)
        options = [self.sum_expr] * 3 + [self.neg, self.if_expr, self.if_expr, self.orelse, self.orelse, self.fn_expr]
        if not row:
            options += [self.shift_expr, self.shift_expr, self.aggregate, self.aggregate, self.aggregate, self.aggregate]
            options += [self.together]
        options += [getattr(self, "make_" + ty)] * 4
        for _ in range(10):
            e = self.r.choice(options)(ty, depth - 1, row)
            if e is not None:
                return e
        return self.leaf(ty, row)

    def sum_expr(self, ty, depth, row):
        terms = [(False, self.solid(ty, depth, row))]
        for _ in range(self.pick(1, 1, 2)):
            terms.append((self.chance(0.4), self.other(ty, depth, row)))
        return N("sum", ty, *terms)

    def neg(self, ty, depth, row):
        return N("neg", ty, self.solid(ty, depth, row))

    def if_expr(self, ty, depth, row):
        if not row and self.chance(0.2):
            why = self.pick(None, "no_data", "too_few", "stale", "not_applicable")
            return N("if", ty, self.condition(depth, row), self.solid(ty, depth, row), N("missing", ty, why))
        return N("if", ty, self.condition(depth, row), self.solid(ty, depth, row), self.other(ty, depth, row))

    def orelse(self, ty, depth, row):
        some = [self.solid(ty, depth, row), self.other(ty, depth, row)]
        return N("orelse", ty, *some)

    def fn_expr(self, ty, depth, row):
        which = self.pick("abs", "min", "max") if row else self.pick("abs", "round", "round", "floor", "ceil", "min", "max", "clamp")
        x = self.solid(ty, depth, row)
        if which in ("abs", "floor", "ceil"):
            return N("fn", ty, which, x)
        if which == "round":
            digits = [N("lit", "num", self.r.randint(0, 4) * SCALE)] if self.chance(0.6) else []
            return N("fn", ty, which, x, *digits)
        if which == "clamp":
            low, high = sorted((self.number(ty), self.number(ty)))
            return N("fn", ty, which, x, N("lit", ty, low), N("lit", ty, high))
        return N("fn", ty, which, x, *[self.other(ty, depth, row) for _ in range(self.pick(1, 1, 2))])

    def shift_expr(self, ty, depth, row):
        which = self.pick("asof", "asof", "change", "trend")
        if ty == "date" or ty == "bool" or ty == "text" or ty.startswith("enum:"):
            which = "asof"
        if which == "asof":
            return N("asof", ty, self.solid(ty, depth, None), self.shift())
        if which == "change":
            if ty == "ratio" and self.chance(0.5):
                over = self.pick("num", "money", "points")
                return N("change", ty, self.solid(over, depth, None), True, *self.span())
            return N("change", ty, self.solid(ty, depth, None), False, *self.span())
        return N("trend", ty, self.solid(ty, depth, None), self.r.randint(3, 5), self.r.choice(PERIODS[:3]))

    def span(self):
        return self.pick((30, "day"), (2, "week"), (3, "month"), (1, "quarter"), (2, "quarter"), (1, "year"), (90, "day"))

    def shift(self):
        what = self.r.random()
        if what < 0.5:
            n, unit = self.span()
            return ("ago", n, unit)
        if what < 0.8:
            return ("end", self.r.choice(PERIODS))
        return ("on", self.as_of - timedelta(self.r.choice([1, 40, 100, 366, 600, -10])))

    def kin(self, ty):
        """An aggregate over people, or over deals."""
        table = self.r.choice(sorted(self.tables))
        if ty == "num":
            fn = self.pick("count", "count", "sum", "avg", "median", "min", "max", "distinct", "stddev")
        else:
            fn = "share" if ty == "ratio" else self.pick("sum", "avg", "median", "min", "max", "stddev")
        value = None if fn == "count" else self.condition(1, table) if fn == "share" else self.solid(ty, 1, table)
        g = Across(fn=fn, value=value, scope=table)
        if self.chance(0.5):
            g.where = self.condition(1, table)
        if fn == "avg" and self.chance(0.2):
            g.weight = N("fn", "num", "abs", N("rcol", "num", {"person": "reach", "deal": "heat"}[table], False))
        return N("kin", ty, g)

    def add_person(self):
        """A metric of rows."""
        if not self.tables:
            return
        table = self.r.choice(sorted(self.tables))
        rows = {"person": "activity", "deal": "touch"}[table]
        ty = self.pick("num", "num", "money")
        value = self.solid(ty, 2, table)
        for _ in range(5 if self.chance(0.7) else 0):
            e = self.aggregate(ty, 1, None, sources=[rows])
            if e is not None and e.a[0].src == rows:
                e.a[0].per = table
                value = self.pick(e, e, N("sum", ty, (False, e), (self.chance(0.3), value)), N("asof", ty, e, self.shift()))
                break
        self.decls.append({"kind": table, "name": self.name("h"), "type": ty, "value": value})

    def add_kin(self):
        """A metric of people, of the accounts below, or of pairs of rows."""
        ty = self.pick("num", "num", "money")
        if self.chance(0.25):
            value = self.matched()
            ty = "num"
        elif self.tables and self.chance(0.6):
            value = self.kin(ty)
        else:
            value = self.across(ty, 2)
            value.a[0].scope = self.pick("children", "descendants", "family")
        self.decls.append({"kind": "metric", "name": self.name("m"), "type": ty, "value": value})

    def make_num(self, ty, depth, row):
        if not row and self.tables and self.chance(0.15):
            return self.kin(ty)
        if not row and self.chance(0.08):
            return self.matched()
        which = self.r.random()
        if which < 0.3:
            return N("prod", ty, (False, self.solid("num", depth, row)), (False, self.expr(self.pick("num", "num", "ratio"), depth, row)))
        if which < 0.55:
            same = self.pick("num", "num", "money", "points", "ratio")
            return N("prod", ty, (False, self.solid(same, depth, row)), (True, self.divisor(same, depth, row)))
        if row:
            if which < 0.8:
                return N("fn", ty, "to_number", self.solid(self.pick("ratio", "money", "points"), depth, row))
            return None
        if which < 0.65:
            return N("fn", ty, "to_number", self.solid(self.pick("ratio", "money", "points", "nps", "dur"), depth, row))
        if which < 0.8:
            x = self.solid(self.pick("num", "ratio"), depth, row)
            return N("fn", ty, self.pick("sqrt", "ln", "log10", "exp"), x)
        if which < 0.9:
            return N("elapsed", ty, self.pick("week", "month", "quarter", "year"), self.chance(0.4), self.date_expr(depth, row, simple=True))
        if self.chance(0.5):
            return N("streak", ty, self.condition(depth, None), self.r.randint(1, 5), self.r.choice(PERIODS), self.chance(0.4))
        if self.chance(0.25):
            k, n = (self.aggregate("num", depth, None, only=("count",)) for _ in range(2))
            return N("fn", ty, "binomial_tail", k, n, self.lit("ratio"))
        if self.chance(0.3):
            return N("fn", ty, "power", N("fn", "num", "clamp", self.solid("num", depth, row), N("lit", "num", -9 * SCALE), N("lit", "num", 9 * SCALE)), N("lit", "num", self.pick(0, 1, 2, 3, -1, -2) * SCALE))
        x = N("prod", ty, (False, self.solid("num", depth, row)), (True, self.divisor("num", depth, row)))
        return N("prod", ty, *x.a, (False, self.expr("num", depth, row)))

    def divisor(self, ty, depth, row):
        e = self.solid(ty, depth, row) if row is None else N("lit", ty, self.number(ty) or SCALE)
        return e if ty != "num" or not self.chance(0.3) else N("lit", "num", self.pick(2, 3, 7, 12) * SCALE)

    def make_ratio(self, ty, depth, row):
        which = self.r.random()
        if row or which < 0.3:
            return N("prod", ty, (False, self.solid("ratio", depth, row)), (False, self.expr("ratio", depth, row)))
        if which < 0.5:
            return N("fn", ty, "to_ratio", self.solid(self.pick("num", "points"), depth, row))
        if which < 0.6:
            return N("fn", ty, "logistic", N("fn", "num", "clamp", self.solid("num", depth, row), N("lit", "num", -20 * SCALE), N("lit", "num", 20 * SCALE)))
        if which < 0.8:
            k = self.aggregate("num", depth, None, only=("count", "distinct"))
            n = self.aggregate("num", depth, None, only=("count",))
            n = N("sum", "num", (False, k), (False, n)) if self.chance(0.7) else n
            if self.chance(0.4):
                return N("fn", ty, "shrunk", k, n, self.lit("num"), self.lit("ratio"))
            return N("fn", ty, self.pick("wilson_low", "wilson_high"), k, n)
        return N("prod", ty, (False, self.solid("ratio", depth, row)), (True, self.divisor("num", depth, row)))

    def make_points(self, ty, depth, row):
        which = self.r.random()
        if which < 0.4:
            return N("fn", ty, "to_points", self.solid(self.pick("ratio", "nps", "points", "num") if not row else "ratio", depth, row))
        if row:
            return None
        return N("prod", ty, (False, self.solid("points", depth, row)), (which < 0.7, self.expr("ratio", depth, row) if which >= 0.7 else self.divisor("num", depth, row)))

    def make_nps(self, ty, depth, row):
        return N("prod", ty, (False, self.solid("nps", depth, row)), (False, self.expr(self.pick("num", "ratio"), depth, row)))

    def make_money(self, ty, depth, row):
        if not row and self.tables and self.chance(0.15):
            return self.kin(ty)
        if self.rates and self.chance(0.25):
            e = self.converted(depth, row)
            if e is not None:
                return e
        if self.chance(0.6):
            return N("prod", ty, (False, self.solid("money", depth, row)), (False, self.expr(self.pick("num", "ratio"), depth, row)))
        return N("prod", ty, (False, self.solid("money", depth, row)), (True, self.divisor("num", depth, row)))

    def make_dur(self, ty, depth, row):
        if not row and self.chance(0.15):
            of = [self.date_expr(depth, row, simple=True)] if self.chance(0.6) else []
            return N("period", ty, self.pick("in", "left_in"), self.pick("month", "quarter", "year"), *of)
        if self.chance(0.5):
            return N("elapsed", ty, "day", self.chance(0.3), self.date_expr(depth, row, simple=True))
        return N("sum", ty, (False, self.date_expr(depth, row, simple=True)), (True, self.date_expr(depth, row, simple=True)))

    def date_expr(self, depth, row, simple=False):
        if depth <= 0 or self.chance(0.5):
            return self.leaf("date", row, free=False)
        which = self.r.random()
        if which < 0.35:
            return N("sum", "date", (False, self.leaf("date", row, free=False)), (self.chance(0.4), N("lit", "dur", self.pick(1, 30, 90, 400) * SCALE)))
        if row or which < 0.5:
            return N("orelse", "date", self.leaf("date", row, free=False), self.leaf("date", row))
        if which < 0.6:
            return N("if", "date", self.condition(depth - 1, row), self.leaf("date", row, free=False), self.leaf("date", row, free=False))
        if which < 0.65:
            return N("asof", "date", self.date_expr(depth - 1, None), self.shift())
        return self.aggregate("date", depth, row) or self.leaf("date", row, free=False)

    def named(self, ty, depth, row):
        which = self.r.random()
        if which < 0.35:
            return N("orelse", ty, self.leaf(ty, row, free=False), self.lit(ty))
        if which < 0.5:
            return N("if", ty, self.condition(depth - 1, row), self.leaf(ty, row, free=False), self.lit(ty))
        if row or which < 0.8:
            return self.leaf(ty, row, free=False)
        return self.aggregate(ty, depth, row) or self.leaf(ty, row, free=False)

    def condition(self, depth, row=None):
        which = self.r.random()
        if depth <= 0 or which < 0.4:
            return self.comparison(depth, row)
        if which < 0.62:
            return N(self.pick("and", "or"), "bool", *[self.condition(depth - 1, row) for _ in range(self.pick(2, 2, 3))])
        if which < 0.7:
            return N("not", "bool", self.condition(depth - 1, row))
        if which < 0.76:
            ty = self.pick("num", "ratio", "date", "money", "bool", "enum:color")
            e = self.solid(ty, depth - 1, row) if ty not in ("bool",) else self.leaf("bool", row, free=False)
            because = None if row or self.chance(0.5) else self.pick("no_data", "not_applicable", "stale", "too_few", "error")
            return N("ismiss", "bool", e, because, self.chance(0.4))
        if which < 0.82:
            return self.leaf("bool", row, free=False)
        if which < 0.86:
            return N("within", "bool", self.leaf("date", row, free=False), self.window(True), self.chance(0.2))
        if row:
            return self.comparison(depth, row)
        if which < 0.92:
            of = self.r.randint(1, 4)
            if self.chance(0.45):
                return N("until", "bool", self.condition(depth - 1, None), self.condition(depth - 1, None), self.r.randint(3, 6), self.r.choice(PERIODS[:3]), self.pick(None, None, 1, 2))
            count = of if self.chance(0.5) else self.r.randint(1, of)
            return N("held", "bool", self.condition(depth - 1, None), count, of, self.r.choice(PERIODS), count == of and self.chance(0.4))
        if which < 0.93:
            return N("asof", "bool", self.condition(depth - 1, None), self.shift())
        labelled = [d for d in self.decls if d.get("labels")]
        if not labelled:
            return self.comparison(depth, row)
        d = self.r.choice(labelled)
        return N("isgrade" if d["kind"] == "scorecard" else "isband", "bool", d["name"], self.r.choice(d["labels"]), self.chance(0.3))

    def comparison(self, depth, row):
        which = self.r.random()
        if which < 0.15:
            ty = self.named_type(row)
            x = self.leaf(ty, row, free=False)
            if self.chance(0.5):
                values = self.values(ty) if ty != "text" else TEXTS
                some = self.r.sample(values, self.r.randint(1, max(1, len(values) - 1)))
                return N("in", "bool", x, some, self.chance(0.3))
            return N("cmp", "bool", self.pick("=", "!="), x, self.lit(ty))
        if which < 0.22:
            x = self.leaf("bool", row, free=False)
            return N("cmp", "bool", self.pick("=", "!="), x, self.lit("bool"))
        if which < 0.32:
            x = self.date_expr(depth - 1, row)
            return N("cmp", "bool", self.pick("<", "<=", ">", ">=", "="), x, self.leaf("date", row))
        ty = self.pick("num", "num", "num", "ratio", "points", "money", "nps", "dur")
        if row:
            ty = self.pick("num", "num", "ratio", "money") if row == "activity" else self.pick("num", "money") if row not in ("survey", "visit") else "num"
        if which < 0.4:
            values = [self.number(ty) for _ in range(3)]
            return N("in", "bool", self.solid(ty, depth - 1, row), list(dict.fromkeys(values)), self.chance(0.3))
        op = self.pick("<", "<=", ">", ">=", ">", ">=", "=", "!=")
        return N("cmp", "bool", op, self.solid(ty, depth - 1, row), self.other(ty, depth - 1, row))

    def named_type(self, row):
        if row == "activity":
            return self.pick("enum:kind", "enum:state", "text", "enum:kind")
        if row == "survey":
            return "text"
        if row:
            return {"person": "enum:role", "deal": "enum:stage", "touch": "enum:channel", "spend": "enum:purpose"}.get(row, "enum:color")
        options = ["enum:color", "enum:kind_of", "text"] + ["enum:" + d["name"] for d in self.of_kind("partition")]
        return self.r.choice(options)

    def window(self, any_way=False):
        which = self.r.random()
        if which < 0.35:
            return ("last", *self.pick((7, "day"), (30, "day"), (90, "day"), (180, "day"), (4, "week"), (3, "month"), (2, "quarter"), (1, "year"), (13, "month")))
        if which < 0.5:
            return ("this", self.r.choice(PERIODS))
        if which < 0.65:
            return ("previous", self.r.choice(PERIODS))
        if which < 0.8:
            return ("complete", self.r.randint(1, 4), self.r.choice(PERIODS))
        if which < 0.87:
            return ("since", self.as_of - timedelta(self.r.randint(5, 500)))
        if which < 0.94 or not any_way:
            first = self.as_of - timedelta(self.r.randint(5, 600))
            return ("from", first, first + timedelta(self.r.randint(0, 300)))
        return ("next", *self.pick((30, "day"), (90, "day"), (2, "month"), (1, "quarter")))

    # ---------- aggregates ----------

    def keep(self, src, valued):
        what = self.r.random()
        if what < 0.3:
            return None
        if what < 0.5:
            return ("first", None)
        if what < 0.75:
            return ("last", None)
        numbers = self.known(src)["numbers"]
        if valued and self.chance(0.3):
            return ("highest", None)
        return ("highest", N("rcol", "num", self.r.choice(numbers), False))

    def keys(self, src):
        names = self.known(src)["keys"]
        return self.r.sample(names, min(len(names), self.pick(1, 1, 2)))

    def clauses(self, g, numeric):
        src = g.src
        if self.chance(0.55):
            g.where = self.condition(self.pick(0, 1, 1, 2), src)
        if self.chance(0.6):
            g.window = self.window()
        if self.chance(0.3):
            within = self.pick(None, 0, 1, 3, 10, 30, 60)
            g.dedupe = (self.keys(src), within, within is not None and self.chance(0.4), self.keep(src, numeric))
        if self.chance(0.15):
            g.latest = self.keys(src)
        if self.chance(0.2):
            g.cap = (self.r.randint(1, 4), self.r.choice(PERIODS), self.keep(src, numeric))
        if self.chance(0.2):
            g.least = self.r.randint(1, 5)
        return g

    def summed(self, ty, src, depth):
        """The value of a sum with all that makes it smaller."""
        if ty == "money":
            value = N("rcol", "money", self.known(src)["money"], False)
        elif ty == "num":
            weighed = self.known(src)["positive"]
            value = N("rcol", "num", self.r.choice(weighed), False) if weighed else N("lit", "num", SCALE)
            if self.chance(0.3):
                value = N("lit", "num", self.pick(1, 1.5, 2) * SCALE // 1)
                value.a = (int(value.a[0]),)
            elif self.chance(0.3) and src == "activity":
                asked = N("cmp", "bool", "=", N("rcol", "bool", "asked", False), N("lit", "bool", False))
                value = N("if", "num", asked, N("lit", "num", 1500000000), N("rcol", "num", "worth", False))
        g = self.clauses(Agg(fn="sum", src=src, value=value), True)
        if self.chance(0.35):
            g.diminish = (self.pick(10, 30, 50, 25, 100) * SCALE // 100, self.r.choice(PERIODS))
        if self.chance(0.4):
            most = self.pick(0, 1, 2, 5, 6, 10) if ty == "num" else self.pick(100, 500, 999)
            g.vcap = (most * SCALE, ty, self.r.choice(PERIODS))
        if self.chance(0.45):
            kind = self.pick("half-life", "linear", "steps")
            days = self.pick(1, 7, 30, 60, 90, 365)
            g.decay = (kind, days)
            if kind == "steps":
                g.decay = (kind, [(days, SCALE), (days * 2 + 5, SCALE // 2), (days * 4 + 20, SCALE // 8)], self.pick(0, 0, SCALE // 100))
        return g

    def concentrated(self, fn, src):
        value = N("rcol", "num", (self.known(src)["positive"] or self.known(src)["numbers"])[0], False)
        if self.chance(0.4):
            value = N("lit", "num", SCALE)
        g = self.clauses(Agg(fn=fn, src=src, value=value), True)
        g.by = self.keys(src) if self.chance(0.7) else None
        g.nth = self.r.randint(1, 3) if fn in ("top_share", "without_top") else None
        return g

    def aggregate(self, ty, depth, row, only=None, sources=None):
        if row:
            return None
        src = self.r.choice(sources or ["activity"] * 3 + ["survey"] * 2 + ["visit"] + self.sources() * 2)
        rich = self.known(src)["money"]
        g = None
        if ty == "num":
            fn = self.r.choice(only) if only else self.pick("count", "count", "count", "sum", "sum", "sum", "avg", "median", "min", "max", "distinct", "ces", "first", "last", "run", "nth_last", "hhi", "effective_number", "without_top", "stddev", "near_duplicates")
            if fn == "near_duplicates":
                src = self.pick("survey", "survey", "activity")
                text = N("rcol", "text", "quote" if src == "survey" else "contact", False)
                g = self.clauses(Agg(fn=fn, src=src, value=text, bar=self.pick(5, 20, 50, 60, 80, 100) * SCALE // 100), False)
            elif fn == "run":
                g = self.clauses(Agg(fn=fn, src=src, value=self.condition(self.pick(0, 1), src)), False)
                g.least = None
            elif fn == "nth_last":
                g = self.clauses(Agg(fn=fn, src=src, value=self.solid("num", 1, src), nth=self.r.randint(1, 4)), True)
                g.least = None
            elif fn in ("hhi", "effective_number", "without_top"):
                g = self.concentrated(fn, src)
            elif fn == "count":
                g = self.clauses(Agg(fn=fn, src=src), False)
            elif fn == "sum" and self.chance(0.6):
                g = self.summed(ty, src, depth)
            elif fn == "ces":
                g = self.clauses(Agg(fn=fn, src="survey", value=N("rcol", "num", "ease", False)), True)
            elif fn == "distinct":
                over = self.pick("text", "enum:kind", "num", "date") if src == "activity" else "text" if src == "survey" else "num"
                g = self.clauses(Agg(fn=fn, src=src, value=self.leaf(over, src, free=False)), over == "num")
            else:
                value = self.solid("num", self.pick(0, 1, 2), src)
                g = self.clauses(Agg(fn=fn, src=src, value=value), True)
                if fn == "avg" and self.chance(0.3):
                    g.weight = N("rcol", "num", self.known(src)["weight"], False)
        elif ty == "money":
            src = src if rich else "activity"
            if self.chance(0.5):
                g = self.summed(ty, src, depth)
            else:
                fn = self.pick("sum", "avg", "median", "min", "max", "first", "last", "stddev")
                g = self.clauses(Agg(fn=fn, src=src, value=self.solid("money", self.pick(0, 1, 1), src)), True)
        elif ty == "ratio":
            if self.chance(0.2):
                g = self.concentrated("top_share", src)
            elif self.chance(0.3):
                g = self.clauses(Agg(fn="csat", src="survey", value=N("rcol", "num", "stars", False)), True)
            elif self.chance(0.3):
                g = self.clauses(Agg(fn=self.pick("avg", "max", "median", "last", "stddev"), src="activity", value=N("rcol", "ratio", "level", False)), True)
            else:
                g = self.clauses(Agg(fn="share", src=src, value=self.condition(self.pick(0, 1), src)), False)
            if self.chance(0.2) and g.fn in ("csat", "share"):
                g.weight = N("rcol", "num", self.known(g.src)["weight"], False)
        elif ty == "points":
            g = self.clauses(Agg(fn="csat_mean", src="survey", value=N("rcol", "num", "stars", False)), True)
        elif ty == "nps":
            fn = self.pick("nps", "nps", "nps_margin")
            g = self.clauses(Agg(fn=fn, src="survey", value=N("rcol", "num", "score", False)), True)
            g.all = self.chance(0.3)
            if fn == "nps" and self.chance(0.2):
                g.weight = N("rcol", "num", "weight_of", False)
        elif ty == "date":
            fn = self.pick("first", "last", "min", "max", "nth_last")
            if fn == "nth_last":
                g = self.clauses(Agg(fn=fn, src=src, nth=self.r.randint(1, 3)), False)
                g.least = None
            elif fn in ("first", "last") and self.chance(0.6):
                g = self.clauses(Agg(fn=fn, src=src), False)
            else:
                over = N("rcol", "date", "due", False)
                g = self.clauses(Agg(fn=fn, src="activity", value=over), False)
        elif ty in ("enum:kind", "enum:state"):
            g = self.clauses(Agg(fn=self.pick("first", "last"), src="activity", value=self.leaf(ty, "activity", free=False)), False)
        elif ty == "text":
            g = self.clauses(Agg(fn=self.pick("first", "last"), src=self.pick("activity", "survey"), value=N("rcol", "text", "contact", False)), False)
        if g is None:
            return None
        return N("agg", ty, g)

    # ---------- accounts together ----------

    def together(self, ty, depth, row):
        groups = [d["name"] for d in self.of_kind("partition")] * 2 + [d["name"] for d in self.of_kind("segment")]
        groups += [p for d in self.of_kind("partition") for p, _ in d["parts"]]
        within = self.r.choice(groups) if groups and self.chance(0.5) else None
        over = self.pick("num", "money", "points", "ratio")
        if ty == "points":
            least = self.pick(None, 2, 3, 5, 12)
            return N("ranked", ty, self.pick("percentile", "tscore", "normal score"), self.solid(over, depth - 1, None), within, least, self.against())
        if ty == "num" and self.chance(0.5):
            how = self.pick("zscore", "rank")
            least = self.pick(None, 2, 3, 5, 12)
            return N("ranked", ty, how, self.solid(over, depth - 1, None), within, least, self.against())
        g = self.across(ty, depth)
        if g is not None and self.chance(0.5):
            g.a[0].scope = self.pick("children", "descendants", "family")
        return g

    def matched(self):
        one, two, by = self.pick(("activity", "log", "kind"), ("log", "activity", "kind"), ("activity", "survey", "contact"), ("survey", "log", "contact"), ("log", "activity", "contact"))
        sides = []
        for src in (one, two):
            g = Agg(fn="rows", src=src)
            if src != "log" and self.chance(0.4):
                g.where = self.condition(self.pick(0, 1), src)
            if self.chance(0.6):
                g.window = self.window()
            sides.append(N("agg", "rows", g))
        return N("matches", "num", *sides, [by], self.pick(0, 1, 5, 10, 30, 200))

    def against(self):
        return self.shift() if self.chance(0.25) else None

    def across(self, ty, depth):
        g = None
        where = self.condition(1, None) if self.chance(0.4) else None
        least = self.pick(2, 5, 12) if self.chance(0.2) else None
        if ty == "num":
            fn = self.pick("count", "sum", "avg", "median", "min", "max", "distinct", "hhi", "effective_number", "stddev")
            value = None if fn == "count" else self.solid(self.pick("num", "money") if fn in ("hhi", "effective_number", "distinct") else "num", depth - 1, None)
            if fn in ("hhi", "effective_number") and self.chance(0.7):
                value = N("fn", value.t, "abs", value)
            g = Across(fn=fn, value=value)
            if fn in ("hhi", "effective_number") and self.chance(0.4):
                g.by = [self.pick("color", "kind_of", "place")]
        elif ty == "ratio":
            if self.chance(0.5):
                g = Across(fn="share", value=self.condition(depth, None))
                if self.chance(0.4):
                    g.weight = N("col", "money", "arr")
            else:
                value = N("fn", "money", "abs", self.solid("money", depth - 1, None))
                g = Across(fn="top_share", value=value, top=self.r.randint(1, 3))
        elif ty in ("money", "points", "nps", "dur"):
            fn = self.pick("sum", "avg", "avg", "median", "min", "max", "stddev")
            g = Across(fn=fn, value=self.solid(ty, depth - 1, None))
        else:
            return None
        if g.fn == "avg" and self.chance(0.4):
            g.weight = N("col", "money", "arr") if self.chance(0.5) else N("col", "num", "seats")
        g.where, g.least = where, least
        return N("across", ty, g)

    # ---------- declarations ----------

    def rows(self, ty, names, points, with_missing=True):
        """A table of bands that covers all numbers, one way or another."""
        cuts = sorted({self.number(ty) for _ in range(self.r.randint(1, 3))} - {0}) or [SCALE]
        ascending = self.chance(0.4)
        out = []
        if ascending:
            op = self.pick("<", "<=")
            tests = [("cmp", op, c) for c in cuts]
        else:
            op = self.pick(">", ">=")
            tests = [("cmp", op, c) for c in reversed(cuts)]
        tests.append(("otherwise",))
        if with_missing and self.chance(0.3):
            tests.append(("missing",))
        scores = sorted((self.pick(0, 10, 20, 33.3, 40, 50, 70, 85, 100) for _ in tests), reverse=not ascending)
        for i, test in enumerate(tests):
            out.append((f"{names}{i + 1}", test, round(scores[i] * SCALE) if points else None))
        return out

    def scale(self, ty):
        xs = sorted({self.number(ty) for _ in range(4)})
        if len(xs) < 2:
            xs = [0, self.number(ty) + SCALE]
        ys = sorted(self.pick(0, 10, 25, 50, 75, 100, 33.3) for _ in xs)
        if self.chance(0.3):
            ys.reverse()
        return [(x, round(y * SCALE)) for x, y in zip(xs, ys)]

    def who(self):
        """A segment or part for something that differs."""
        options = [d["name"] for d in self.of_kind("segment")] + [p for d in self.of_kind("partition") for p, _ in d["parts"]]
        return self.r.choice(options) if options else None

    def of_all(self, ty):
        """An aggregate over the rows of all accounts."""
        for _ in range(10):
            e = self.aggregate(ty, 1, None, sources=self.sources() * 2 + ["activity", "survey"] + ["spend"] * 3 * self.spends)
            if e is not None and e.a[0].src != "visit":
                e.a[0].per = "portfolio"
                return e
        return None

    def add_metric(self, kind="metric"):
        ty = self.pick("num", "num", "num", "ratio", "points", "money", "nps", "dur", "date", "bool", "enum:kind", "enum:color", "text")
        depth = self.pick(1, 2, 2, 3, 3)
        if kind == "portfolio":
            ty = self.pick("num", "num", "ratio", "money", "points")
            value = self.across(ty, 2)
            if self.chance(0.3) and ty != "num":
                other = self.across(ty, 1)
                value = N("sum", ty, (False, value), (True, other))
            if self.chance(0.5):
                value = self.of_all(ty) or value
            if self.tables and ty in ("num", "ratio", "money") and self.chance(0.3):
                value = self.kin(ty)
            self.decls.append({"kind": kind, "name": self.name("p"), "type": ty, "value": value})
            return
        value = self.expr(ty, depth) if ty in ("bool",) else self.solid(ty, depth, None)
        d = {"kind": kind, "name": self.name("m"), "type": ty, "value": value}
        if ty in ("num", "ratio", "points", "money", "nps", "dur"):
            style = self.r.random()
            if style < 0.4:
                points = self.chance(0.8)
                tables = []
                if self.chance(0.3) and self.who():
                    tables.append((self.who(), self.rows(ty, "b", points)))
                tables.append((None, self.rows(ty, "b", points)))
                d["thresholds"] = tables
                d["labels"] = sorted({name for _, t in tables for name, _, _ in t})
                d["pointed"] = points
            elif style < 0.7:
                d["scales"] = ([(self.who(), self.scale(ty))] if self.chance(0.3) and self.who() else []) + [(None, self.scale(ty))]
                d["pointed"] = True
            counted = any(x.k == "agg" for x in walk(value))
            if self.chance(0.6 if counted else 0.15) and d.get("pointed"):
                then = self.pick(("missing",), ("flag",), ("decay", self.pick(0, 10, 50) * SCALE, self.pick(7, 30, 90)))
                d["valid"] = (*self.pick((10, "day"), (30, "day"), (90, "day"), (2, "month"), (1, "quarter")), then)
                if not counted:
                    d.pop("valid") if ty in ("dur",) else None
                    for _ in range(5):
                        agg = self.aggregate(ty, 2, None)
                        if agg is not None:
                            d["value"] = agg
                            break
        self.decls.append(d)

    def add_segment(self):
        self.decls.append({"kind": "segment", "name": self.name("s"), "when": self.condition(2, None)})

    def add_partition(self):
        ty = self.pick("num", "money", "points", "ratio")
        by = self.solid(ty, 1, None)
        n = self.count + 1
        parts = [(name, test) for name, test, _ in self.rows(ty, f"part{n}_", False, False)]
        self.decls.append({"kind": "partition", "name": self.name("g"), "by": by, "parts": parts})

    def policy(self):
        return self.pick(("renormalise", None), ("renormalise", self.pick(10, 50, 60, 75, 100) * SCALE // 100), ("zero",), ("neutral", self.pick(0, 50, 33) * SCALE), ("fail",), ("carry", *self.pick((30, "day"), (14, "day"), (90, "day"), (2, "week"), (3, "month"), (1, "quarter"))))

    def add_scorecard(self):
        pointed = [d for d in self.of_kind("metric") if d.get("pointed")]
        plainly = [d for d in self.of_kind("metric") if not d.get("pointed") and d["type"] in ("num", "ratio", "money", "nps", "dur")]
        cards = self.of_kind("scorecard")
        some = self.r.sample(pointed, min(len(pointed), self.r.randint(1, 4)))
        some += self.r.sample(plainly, min(len(plainly), self.r.randint(0, 2)))
        some += self.r.sample(cards, min(len(cards), self.pick(0, 0, 1, 2)))
        if not some:
            return
        combine = self.pick(None, None, "weighted mean", "sum", "min", "max", "geometric", "count below 50", "count below 33")
        weighs = combine in (None, "weighted mean", "sum", "geometric")
        lines = []
        for d in some:
            l = {"name": d["name"], "weight": self.pick(5, 10, 20, 25, 33, 40, 12.5) * SCALE if weighs else None, "type": d.get("type", "points")}
            if l["weight"] is not None:
                l["weight"] = int(l["weight"])
            if d["kind"] == "metric" and (not d.get("pointed") or self.chance(0.2)) or d.get("counts"):
                l["scale"] = self.scale(d.get("type") or "num")
                l["type"] = d.get("type") or "num"
            if self.chance(0.25):
                l["missing"] = self.policy()
            lines.append(l)
        if weighs and self.chance(0.2) and len(lines) > 1:
            lines[-1]["info"], lines[-1]["weight"] = True, None
        free = weighs and combine != "sum" and self.chance(0.4)
        if weighs and combine != "sum" and not free:
            scored = [l for l in lines if not l.get("info")]
            rest = 100 * SCALE
            for l in scored[:-1]:
                l["weight"] = min(l["weight"], rest - SCALE * len(scored))
                rest -= l["weight"]
            scored[-1]["weight"] = rest
        d = {"kind": "scorecard", "name": self.name("c"), "lines": lines, "combine": combine, "free": free}
        d["reads"] = [l["name"] for l in lines]
        d["counts"] = bool(combine) and combine.startswith("count")
        if self.chance(0.6):
            d["missing"] = self.policy()
        if combine == "sum" and self.chance(0.6):
            d["base"] = self.pick(0, 449, 10.5, 100) * SCALE
            d["base"] = int(d["base"])
        scored = [l for l in lines if not l.get("info")]
        if weighs and self.chance(0.3) and self.who() and len(scored) > 1:
            a, b = dict(scored[0]), dict(scored[1])
            a["weight"], b["weight"] = b["weight"], a["weight"]
            keep = ("name", "weight", "type", "scale")
            d["overrides"] = [(self.who(), [{k: v for k, v in l.items() if k in keep} for l in (a, b)])]
        if free and self.chance(0.4) and self.who():
            more = [x for x in pointed + [c for c in cards if not c["counts"]] if x not in some]
            if more:
                x = self.r.choice(more)
                extra = {"name": x["name"], "weight": self.pick(5, 20, 40) * SCALE, "type": x.get("type", "points")}
                d["overrides"] = (d.get("overrides") or [(self.who(), [])])[:1]
                d["overrides"][0][1].append(extra)
                # It counts for the segment alone.
                lines.append({**extra, "weight": None, "info": True})
                d["reads"].append(x["name"])
        if self.chance(0.4) and not d["counts"]:
            kinds = [k for k in ("cap", "floor", "set", "hold", "hold") if self.chance(0.5 if k != "hold" else 0.25)]
            values = {"hold": self.pick(1, 88, 50), "cap": self.pick(49, 60, 80), "floor": self.pick(5, 20, 40), "set": self.pick(0, 77, 100)}
            d["limits"] = [(k, values[k] * SCALE, self.condition(1, None) if k in ("set", "hold") or self.chance(0.8) else None) for k in kinds]
        if self.chance(0.4) and not d["counts"]:
            sure = N("cmp", "bool", self.pick("=", "!="), N("rcol", "bool", "sure", False), N("lit", "bool", self.chance(0.5)))
            rows = Agg(fn="rows", src="correction", where=sure if self.chance(0.4) else None)
            d["override"] = (N("agg", "rows", rows), self.chance(0.5))
        if self.chance(0.6) and combine != "sum" and not d["counts"]:
            table = lambda: [(n, t, None) for n, t, _ in self.rows("points", "grade", False, False)]
            d["grades"] = ([(self.who(), table())] if self.chance(0.25) and self.who() else []) + [(None, table())]
            d["labels"] = sorted({name for _, t in d["grades"] for name, _, _ in t})
        self.decls.append(d)

    def add_rule(self):
        d = {"kind": "rule", "name": self.name("r"), "when": self.condition(2, None)}
        if self.chance(0.5):
            d["unless"] = self.condition(1, None)
        self.decls.append(d)

    def add_benchmark(self):
        some = [d for d in self.of_kind("metric") if d["type"] in ("num", "ratio", "money", "points", "nps")]
        if not some:
            return
        of = self.r.choice(some)
        rows = []
        for i in range(self.r.randint(1, 3)):
            figures = sorted({self.number(of["type"]) for _ in range(6)})
            if len(figures) >= 3:
                rows.append((self.who() if i and self.chance(0.6) else None, self.as_of - timedelta(self.pick(0, 50, 400, 800) + i), figures[:3]))
        if not rows:
            return
        name = self.name("n")
        self.decls.append({"kind": "benchmark", "name": name, "of": of["name"], "type": of["type"], "figures": rows, "reads": [of["name"]]})
        self.decls.append({"kind": "metric", "name": self.name("m"), "type": of["type"], "value": N("gap", of["type"], name)})
        self.decls.append({"kind": "metric", "name": self.name("m"), "type": "enum:position", "value": N("position", "enum:position", name)})

    def add_param(self):
        ty = self.pick("ratio", "money", "dur")
        self.decls.append({"kind": "param", "name": self.name("k"), "type": ty, "value": self.number(ty)})

    def world(self, size=1.0):
        for _ in range(self.r.randint(0, 2)):
            self.add_param()
        self.add_segment()
        self.add_partition()
        steps = [self.add_metric] * 10 + [self.add_segment, self.add_partition, self.add_scorecard, self.add_scorecard, self.add_scorecard, self.add_rule, self.add_rule]
        self.add_person()
        steps += [self.add_person, self.add_person, self.add_kin, self.add_kin, self.add_kin]
        steps += [lambda: self.add_metric("portfolio"), self.add_benchmark] + self.sales_steps()
        for _ in range(3):
            self.add_metric()
        for _ in range(int(self.r.randint(14, 34) * size)):
            self.r.choice(steps)()
        rows, covers = self.data(size)
        self.merge(rows)
        for some in rows.values():
            unreadable(some or [])
        program = {"account": self.account, "events": self.events, "tables": self.tables, "rates": self.rates, "declarations": self.decls, "history": self.history}
        return {
            "program": program,
            "rows": rows,
            "covers": covers,
            "as_of": self.as_of,
            "zone": self.zone,
            "fiscal": self.fiscal,
            "seed": self.seed,
            "packaged": self.r.randrange(1 << 30) if self.chance(0.3) else None,
        }

    # ---------- data ----------

    def data(self, size):
        r = self.r
        ids = [f"a{i:02}" for i in range(r.randint(6, max(7, int(30 * size))))]
        rows = {"account": []}
        for id in ids:
            for i in range(self.pick(1, 2, 3) if self.history else 1):
                row = self.row(self.account, id)
                above = self.pick(None, None, *ids[: ids.index(id)], *ids[: min(3, ids.index(id))])
                row["values"]["above"], row["text"]["above"] = above, above or self.pick("", "N/A")
                if self.chance(0.04):
                    row["values"]["above"] = row["text"]["above"] = "nobody"
                if self.history:
                    when = self.as_of - timedelta(900 if i == 0 and self.chance(0.8) else r.randint(0, 500))
                    if any(o["values"]["id"] == id and o["values"]["noted_on"] == when for o in rows["account"]):
                        continue
                    row["values"]["noted_on"], row["text"]["noted_on"] = when, when.isoformat()
                rows["account"].append(row)
        r.shuffle(rows["account"])
        self.people = {}
        for table, columns in sorted(self.tables.items()):
            rows[table] = []
            for id in ids:
                for _ in range(self.pick(0, 1, 2, 3, 4)):
                    row = self.row(columns, f"{table[0]}{len(rows[table])}")
                    row["values"]["account"] = row["text"]["account"] = id
                    if self.chance(0.03):
                        row["text"]["account"], row["drop"] = "nobody", True
                    else:
                        self.people.setdefault((table, id), []).append(row["values"]["id"])
                    if table == "deal":
                        self.refer(row, "referrer", ids)
                    rows[table].append(row)
            r.shuffle(rows[table])
        covers = {}
        for name, e in self.events.items():
            if name == "visit" and self.chance(0.4):
                rows[name] = None
                continue
            rows[name] = self.happenings(name, e, ids, size, rows)
            if self.chance(0.2):
                covers[name] = (self.as_of - timedelta(r.randint(70, 500)), self.as_of - timedelta(r.randint(0, 60)))
        if self.rates:
            rows["fx"] = self.rate_rows()
        return rows, covers

    def happenings(self, name, e, ids, size, loaded):
        r = self.r
        out = []
        busy = self.pick(0.3, 1, 1, 2)
        for id in ids:
            for _ in range(int(r.randint(0, 14) * busy * size) if self.chance(0.85) else 0):
                row = self.row(e["columns"], f"{name[0]}{len(out)}")
                if name == "touch":
                    if not loaded["deal"]:
                        return []
                    self.own(row, r.choice(loaded["deal"]), ids)
                elif self.chance(0.03) and name != "spend":
                    row["text"]["account"], row["drop"] = "nobody", True
                    row["values"]["account"] = id
                else:
                    row["text"]["account"] = row["values"]["account"] = id
                if name == "correction" and self.chance(0.05):
                    gone = self.pick("mark", "who", "why", "until")
                    row["values"][gone], row["text"][gone] = None, ""
                if "person" in row["values"]:
                    some = self.people.get(("person", id if self.chance(0.9) else r.choice(ids)), [None])
                    who = self.pick(None, *some, *some)
                    row["values"]["person"], row["text"]["person"] = who, who or ""
                    if self.chance(0.03):
                        row["values"]["person"] = row["text"]["person"] = "no such"
                back = r.choice([r.randint(0, 100), r.randint(0, 400), r.randint(0, 1200), r.randint(-20, 30)])
                day = self.as_of - timedelta(back)
                if e["at_type"] == "date":
                    value, text = day, day.isoformat()
                else:
                    value, text = self.instant(day)
                row["values"][e["at"]], row["text"][e["at"]] = value, text
                if "learned" in row["values"]:
                    learned = day + timedelta(self.pick(0, 0, 1, 5, 40))
                    row["values"]["learned"], row["text"]["learned"] = learned, learned.isoformat()
                if self.chance(0.02):
                    row["text"][e["at"]], row["drop"] = self.pick("", "soon", "2025-02-30"), True
                out.append(row)
        if all(row.get("drop") for row in out):
            return []
        # Rows of one day are common in practice, and hard.
        for row in out[:: r.randint(3, 9)]:
            like = r.choice(out)
            if not row.get("drop") and not like.get("drop"):
                row["values"][e["at"]], row["text"][e["at"]] = like["values"][e["at"]], like["text"][e["at"]]
        if not any(c.get("key") for c in e["columns"]):
            seen, unique = set(), []
            for row in out:
                cells = (row["values"]["account"], row["values"][e["at"]])
                if cells not in seen:
                    seen.add(cells)
                    unique.append(row)
            out = unique
        r.shuffle(out)
        if out and any(c.get("key") for c in e["columns"]) and self.chance(0.3):
            again = r.choice(out)
            out.append({"text": dict(again["text"]), "values": again["values"], "drop": True})
        return out

    def instant(self, day):
        local = datetime(day.year, day.month, day.day, self.r.randint(3, 23), self.r.randint(0, 59), self.r.randint(0, 59))
        zone = ZoneInfo(self.zone)
        aware = local.replace(tzinfo=zone)
        value = aware.astimezone(ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None)
        how = self.pick("utc", "offset", "zone")
        if how == "utc":
            return value, aware.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")
        other = aware.astimezone(ZoneInfo(self.zone if how == "zone" else "Asia/Kathmandu"))
        text = other.strftime("%Y-%m-%dT%H:%M:%S%z")
        return value, text[:-2] + ":" + text[-2:]

    def row(self, columns, key):
        values, text = {}, {}
        for c in columns:
            name = c["name"]
            if c.get("key"):
                values[name], text[name] = key, key
                continue
            values[name], text[name] = self.cell(c)
        return {"values": values, "text": text}

    def cell(self, c):
        r, ty = self.r, c["type"]
        if c.get("optional") and self.chance(0.25):
            return None, self.pick("", "", "N/A", "null")
        if c.get("optional") and self.chance(0.03) and ty not in ("text",) and not c.get("range"):
            return BAD_CELL, "???"
        low = -1 if c.get("range", "").startswith("0") is False and not c.get("range") else 0
        if ty == "num":
            if c.get("range") in ("0 to 10", "1 to 5", "1 to 7"):
                first, last = (int(x) for x in c["range"].split(" to "))
                v = r.randint(first, last)
            elif c.get("integer"):
                v = r.choice([0, 1, 2, 3, 5, 8, 13, 40, 100]) * (1 if low == 0 else self.pick(1, 1, 1, -1))
            else:
                v = r.choice([0, 1, 2, 0.5, 3, 4, 6, 7.25, 0.1, 0.2, 0.3, 12, 1.000000001, 33.333333333])
                v = v * (1 if low == 0 else self.pick(1, 1, 1, -1))
            raw = round(v * SCALE)
            return raw, text_number(raw, r)
        if ty == "ratio":
            raw = r.choice([0, 5, 10, 12.5, 33.3, 45, 50, 80, 99.9, 100])
            raw = round(raw * SCALE / 100)
            return raw, text_number(raw * 100, r) + "%"
        if ty in ("points", "nps"):
            raw = round(r.choice([0, 10, 25, 49.99, 50, 66.6, 75, 90, 100]) * SCALE) * (self.pick(1, -1) if ty == "nps" else 1)
            return raw, text_number(raw, r)
        if ty in ("money", "eur") or ty.startswith("by:"):
            raw = round(r.choice([0, 100, 250.5, 999.99, 5000, 20000, 36400, 120000.01, 250000]) * SCALE) * (self.pick(1, 1, -1) if low else 1)
            return raw, text_number(raw, r)
        if ty == "dur":
            v = self.pick(0, 1, 7, 30, 45, 400)
            return v * SCALE, str(v)
        if ty == "date":
            d = self.as_of + timedelta(r.choice([0, -1, 1, -30, 30, 90, -90, r.randint(-900, 400), r.randint(-60, 120)]))
            return d, d.isoformat()
        if ty == "instant":
            return self.instant(self.as_of + timedelta(r.choice([0, -1, 1, r.randint(-400, 100)])))
        if ty == "bool":
            v = self.chance(0.5)
            return v, r.choice(["yes", "Y", "true", "1", " Yes"] if v else ["no", "N", "FALSE", "0"])
        if ty.startswith("enum:"):
            v = r.choice(c["values"])
            return v, r.choice([v, v, v.upper(), " " + v, v.capitalize()])
        v = self.text(c["name"])
        return v, v


def unreadable(rows):
    """A column of which no cell can be read stops a run: here it is blank instead."""
    for name in rows[0]["values"] if rows else []:
        given = [r for r in rows if r["values"].get(name) is not None]
        if given and all(r["values"][name] is BAD_CELL for r in given):
            for r in given:
                r["values"][name], r["text"][name] = None, ""


def text_number(raw, r):
    from lang import plain

    text = ("-" if raw < 0 else "") + plain(abs(raw))
    return text + ".0" if "." not in text and r.random() < 0.1 else text


def bare(e):
    """A literal, or made of literals only: it takes the unit of its surroundings."""
    if e.k in ("lit", "param"):
        return True
    if e.k == "neg":
        return bare(e.a[0])
    if e.k in ("sum", "prod"):
        return all(bare(x) for _, x in e.a)
    if e.k == "if":
        return bare(e.a[1]) and bare(e.a[2])
    return e.k == "orelse" and all(bare(x) for x in e.a)
