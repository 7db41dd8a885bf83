"""Attributions, rates and texts that nearly repeat others, computed from what the reference says of them."""
import re
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import nine
from lang import SCALE
from values import NO_DATA, TOO_FEW, Missing, as_date, fold, missing, order, sql_literal

CENT = SCALE // 100


def deviation(values):
    """Of a sample."""
    if len(values) < 2:
        return TOO_FEW
    mean = Fraction(sum(values), len(values))
    variance = sum((v - mean) ** 2 for v in values) / (len(values) - 1) / SCALE / SCALE
    return nine.of_decimal(nine.sqrt(variance))


def runs_of_words(text):
    """All runs of three words; of fewer words the whole."""
    words = re.findall(r"[^\W_]+", text.lower())[:300]
    return {tuple(words[i : i + 3]) for i in range(max(1, len(words) - 2))} if words else set()


def near_duplicates(texts, bar):
    """How many of the texts, the earliest first, nearly repeat an earlier one that is no repeat itself."""
    first, repeats = [], 0
    for runs in [x for x in map(runs_of_words, texts) if x][-1000:]:
        if any(Fraction(len(runs & other), len(runs | other)) >= Fraction(bar, SCALE) for other in first):
            repeats += 1
        else:
            first.append(runs)
    return repeats * SCALE


def parts(model, count, ages, is_key):
    """Which part of the whole each touch gets; the touches from the first to the last."""
    kind = model[0]
    if count == 1:
        return [Fraction(1)]
    if kind == "linear":
        return [Fraction(1, count)] * count
    if kind in ("first", "last"):
        return [Fraction(i == (0 if kind == "first" else count - 1)) for i in range(count)]
    if kind == "time decay":
        weights = [nine.of_decimal(Decimal(2) ** (Decimal(min(ages) - age) / Decimal(model[1]))) for age in ages]
        return [Fraction(w, sum(weights)) for w in weights]
    if count == 2:
        return [Fraction(1, 2)] * 2
    chosen = {0, count - 1}
    if kind == "w":
        chosen |= set([i for i in range(1, count - 1) if is_key[i]][:1])
    part = Fraction(model[1], 100) if kind == "u" or len(chosen) > 2 else Fraction(40, 100)
    rest = count - len(chosen)
    left = 1 - part * len(chosen)
    if not rest:
        return [Fraction(1, len(chosen))] * count
    return [part if i in chosen else left / rest for i in range(count)]


def split(cents, shares):
    """Whole cents that add up: the largest remainder first, of equal ones the earlier."""
    sign = -1 if cents < 0 else 1
    wanted = [abs(cents) * s for s in shares]
    out = [int(w) for w in wanted]
    by_rest = sorted(range(len(shares)), key=lambda i: (out[i] - wanted[i], i))
    for i in by_rest[: abs(cents) - sum(out)]:
        out[i] += 1
    return [sign * x for x in out]


class Sales:
    """The part of the oracle that is about sales."""

    def load_sales(self):
        """Rows of tables, links by key, rates, and the rows that attributions make."""
        self.kids, self.by_key = {}, {}
        for table in [*self.p["tables"], "touch"]:
            self.kids[table] = {}
            for r in self.world["rows"].get(table) or []:
                if not r.get("drop"):
                    v = r["values"]
                    key = v["nr"] if table == "touch" else v["id"]
                    self.kids[table].setdefault(v["account"], {})[key] = v
                    self.by_key[table, key] = v
        self.rates = {}
        for r in self.world["rows"].get("fx") or []:
            if not r.get("drop"):
                v = r["values"]
                self.rates.setdefault((v["from"], v["to"]), []).append((v["day"], True, v["rate"]))
                self.rates.setdefault((v["to"], v["from"]), []).append((v["day"], False, v["rate"]))
        self.credited = {}
        for d in self.p["declarations"]:
            if d["kind"] == "attribution":
                self.attribute(d)
        for table, columns in self.p["tables"].items():
            self.create("tb_" + table, [("c_account", "text")] + [("c_" + c["name"], c["type"]) for c in columns])
            some = [v for kids in self.kids[table].values() for v in kids.values()]
            self.fill("tb_" + table, [[v["account"]] + [None if missing(v.get(c["name"])) else v.get(c["name"]) for c in columns] for v in some])
        self.create("fx", [("f", "text"), ("t", "text"), ("day", "date"), ("place", "num"), ("worth", "num")])
        self.fill(
            "fx",
            [
                [f, t, day, (day - day.min).days * 2 + direct, rate if direct else -rate]
                for (f, t), some in self.rates.items()
                for day, direct, rate in some
            ],
        )

    # ---------- attributions ----------

    def attribute(self, d):
        name, sales = d["name"], d["of"] == "deal"
        left = self.credited[d["excluding"]] if d.get("excluding") else set()
        rows, closes, credited = [], [], set()
        for _, kids in sorted(self.kids.get("deal", {}).items()):
            for key, deal in kids.items():
                closed = deal["closed"]
                if closed is None or missing(closed):
                    continue
                closes.append(closed)
                if key in left:
                    continue
                owner = deal["account"]
                mine = (owner, key, "deal")
                whole, won = self.ev(d["amount"], mine, None), self.ev(d["when"], mine, None)
                touches = [deal] if sales else self.touches_of(d, key, closed)
                to = lambda t: t.get("credited", t[d["to"]])
                known = [t for t in touches if to(t) is not None]
                chosen = [t for t in known if to(t) in self.accounts and to(t) != owner]
                if not chosen:
                    continue
                ages = [0 if sales else (closed - t["touched_on"]).days for t in chosen]
                holds = lambda t: not sales and len(d["model"]) > 2 and self.ev(d["model"][2], (owner, t["nr"], "touch"), None) is True
                shares = parts(d["model"], len(chosen), ages, [holds(t) for t in chosen])
                credits = portions = [0] * len(chosen)
                if missing(won):
                    credits = portions = [won] * len(chosen)
                elif won:
                    portions = split(SCALE, shares)
                    credits = [whole] * len(chosen) if missing(whole) else [x * CENT for x in split(nine.ratio(whole, CENT), shares)]
                    if not missing(whole):
                        credited.add(key)
                for t, portion, credit in zip(chosen, portions, credits):
                    values = {**t, "account": to(t), "at close": closed, "deal": key}
                    values["credit"], values["share"] = credit, portion
                    rows.append({"text": {}, "values": values, "order": (key, len(rows))})
        self.credited[name] = credited
        own = self.p["tables"]["deal"] if sales else self.p["events"]["touch"]["columns"]
        columns = own + [{"name": "credit", "type": "money"}, {"name": "share", "type": "ratio"}]
        self.events[name] = {"at": "at close", "at_type": "date", "columns": columns, "of": "deal", "closes": closes, "touches": None if sales else "touch"}
        self.loaded[name] = rows if self.world["rows"].get("touch" if not sales else "deal") is not None else None

    def touches_of(self, d, key, closed):
        """The touches of a deal that may take part, the first to the last."""
        table = self.p["events"]["touch"]
        rows = [r for r in self.world["rows"].get("touch") or [] if not r.get("drop") and r["values"]["deal"] == key]
        out, seen = [], set()
        for r in sorted(rows, key=lambda r: order(r, table)):
            v = r["values"]
            age = (closed - v["touched_on"]).days
            if age < 0 or (d.get("lookback") is not None and age > d["lookback"]):
                continue
            if d.get("where") is not None and self.ev(d["where"], (v["account"], v["nr"], "touch"), None) is not True:
                continue
            if d.get("once"):
                cells = (v.get("credited", v["advocate"]), v["touched_on"], *(None if missing(v[c]) else v[c] for c in d["once"]))
                if cells in seen:
                    continue
                seen.add(cells)
            out.append(v)
        return out

    # ---------- other currencies ----------

    def code_of(self, e, acc, d):
        """In which currency an amount is."""
        if not e.t.startswith("by:"):
            return {"eur": "EUR", "money": "USD"}[e.t]
        code = self.ev(type(e)(e.k, "text", e.t[3:], *e.a[1:]), acc, d)
        return code if missing(code) else code.upper()

    def convert(self, e, acc, d):
        amount, to, day = e.a
        found = [self.ev(amount, acc, d), self.code_of(amount, acc, d), d if day is None else as_date(self.ev(day, acc, d))]
        gone = next((x for x in found if missing(x)), None)
        if gone is not None:
            return gone
        x, code, day = found
        if code == to:
            return x
        known = [r for r in self.rates.get((code, to), []) if r[0] <= min(day, d)]
        if not known:
            return Missing("no rate")
        since, direct, rate = max(known)
        if (day - since).days > self.p["rates"]["days"]:
            return Missing("stale")
        return nine.mul(x, rate) if direct else nine.div(x, rate)

    def sql_convert(self, e):
        amount, to, day = e.a
        x = self.sql(amount)
        day = "q.d" if day is None else f"CAST({self.sql(day)} AS DATE)"
        if amount.t.startswith("by:"):
            code = "upper(" + self.sql(type(amount)(amount.k, "text", amount.t[3:], *amount.a[1:])) + ")"
        else:
            code = sql_literal({"eur": "EUR", "money": "USD"}[amount.t])
        wanted = f"FROM fx WHERE fx.f = {code} AND fx.t = '{to}' AND fx.day <= least({day}, q.d)"
        rate, since = f"(SELECT arg_max(fx.worth, fx.place) {wanted})", f"(SELECT max(fx.day) {wanted})"
        return (
            f"(CASE WHEN {day} IS NULL THEN NULL WHEN {code} = '{to}' THEN {x} WHEN {day} > {since} + {self.p['rates']['days']} THEN NULL "
            f"WHEN {rate} > 0 THEN rmul({x}, {rate}) ELSE rdiv({x} * {SCALE}::HUGEINT, -{rate}) END)"
        )
