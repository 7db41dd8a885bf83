"""What is sold and who helped to sell it, in random programs: deals, touches of deals, attributions of their amounts, amounts in
other currencies with a table of rates, costs of the whole portfolio, and rows that were merged into others."""
from datetime import timedelta

from lang import SCALE, N

CODES = ["EUR", "EUR", "eur", "GBP", "CHF", "PLN", "USD"]
CHANNELS = ["demo", "call_back", "webinar", "fair"]
STAGES = ["open", "late", "done"]
PURPOSES = ["people", "trips", "gifts"]
PHRASES = [
    "we love it and would buy it again",
    "We love it, and would buy it again!",
    "we love it and would not buy it again",
    "great team",
    "Great  team",
    "great",
    "the team is great and the product is great",
    "the team is great and the product is good",
    "...",
    "ein gutes Team, und schnell",
    "Ein gutes Team und schnell",
]
WORDS = ["ann", "bob", "Cy", "dee", "eve"]
TEXTS = ["north", "south", "South", "north east", "x-1"]
OF_ROWS = {
    "activity": {"numbers": ["hours", "worth"], "keys": ["kind", "state", "contact", "asked"], "weight": "worth", "money": "paid", "positive": ["worth"]},
    "survey": {"numbers": ["score", "stars"], "keys": ["contact", "stars"], "weight": "weight_of", "money": None, "positive": ["score", "stars", "weight_of"]},
    "visit": {"numbers": ["guests"], "keys": ["guests"], "weight": "guests", "money": None, "positive": []},
    "touch": {"numbers": ["minutes"], "keys": ["channel", "advocate"], "weight": "minutes", "money": None, "positive": ["minutes"]},
    "spend": {"numbers": ["pieces"], "keys": ["purpose"], "weight": "pieces", "money": "outlay", "positive": ["pieces"]},
}


class Sales:
    """The part of the generator that is about sales."""

    def sales_schema(self, opt):
        self.rates = None
        self.spends = False
        if self.chance(0.45):
            self.rates = {"days": self.pick(10, 31, 90, 400)}
            self.account += [
                {"name": "budget", "type": "eur", **opt()},
                {"name": "pot", "type": "by:purse", **opt()},
                {"name": "purse", "type": "text", "optional": True},
            ]
            self.events["activity"]["columns"] += [{"name": "fee", "type": "by:unit", **opt()}, {"name": "unit", "type": "text", "optional": True}]
        if self.chance(0.25):
            self.account.append({"name": "became", "type": "text", "optional": True, "merged": True})
        if self.chance(0.6):
            self.tables["deal"] = [
                {"name": "id", "type": "text", "key": True},
                {"name": "amount", "type": "money", **opt()},
                {"name": "stage", "type": "enum:stage", "values": STAGES, **opt()},
                {"name": "won", "type": "bool", **opt()},
                {"name": "firm", "type": "bool"},
                {"name": "closed", "type": "date", **opt()},
                {"name": "heat", "type": "num", "range": "0 or more", **opt()},
                {"name": "referrer", "type": "text", "optional": True},
            ]
            if self.rates:
                self.tables["deal"] += [{"name": "price", "type": "by:coin", **opt()}, {"name": "coin", "type": "text", "optional": True}]
            if self.chance(0.2):
                self.tables["deal"].append({"name": "renamed", "type": "text", "optional": True, "merged": True})
            self.events["touch"] = {
                "at": "touched_on",
                "at_type": "date",
                "of": "deal",
                "columns": [
                    {"name": "nr", "type": "text", "key": True},
                    {"name": "advocate", "type": "text", "optional": True},
                    {"name": "channel", "type": "enum:channel", "values": CHANNELS, **opt()},
                    {"name": "minutes", "type": "num", "range": "0 or more", **opt()},
                    {"name": "agreed", "type": "bool", **opt()},
                ],
            }
        if self.chance(0.4):
            self.spends = True
            self.events["spend"] = {
                "at": "spent_on",
                "at_type": "date",
                "of": None,
                "columns": [
                    {"name": "nr", "type": "text", "key": True},
                    {"name": "outlay", "type": "money", "range": "0 or more", **opt()},
                    {"name": "purpose", "type": "enum:purpose", "values": PURPOSES, **opt()},
                    {"name": "pieces", "type": "num", "range": "0 or more", **opt()},
                    {"name": "paid_back", "type": "bool", **opt()},
                ],
            }

    # ---------- what rows hold ----------

    def attribution(self, src):
        return next((d for d in self.decls if d["name"] == src and d["kind"] == "attribution"), None)

    def known(self, src):
        d = self.attribution(src)
        if d is None:
            return OF_ROWS[src]
        more = {"money": "credit", "signed": True}
        if d["of"] == "deal":
            return {"numbers": ["heat"], "keys": ["stage", "won"], "weight": "heat", "positive": ["heat"], **more}
        return {**OF_ROWS["touch"], "keys": ["channel", "advocate"], **more}

    def sources(self):
        """Tables of events that only some programs have."""
        return (["touch"] if "touch" in self.events else []) + [d["name"] for d in self.of_kind("attribution")]

    def columns_of(self, row):
        if row in self.tables:
            return self.tables[row]
        d = self.attribution(row)
        if d is None:
            return self.events[row]["columns"]
        own = self.tables["deal"] if d["of"] == "deal" else self.events["touch"]["columns"]
        return own + [{"name": "credit", "type": "money"}, {"name": "share", "type": "ratio"}]

    def of_row(self, ty, row):
        """What a row holds, what it belongs to, and what it names."""
        plain = [c for c in self.columns_of(row) if c["type"] == ty and not any(c.get(w) for w in ("key", "merged"))]
        names = ("person", "advocate", "referrer")
        at = self.events[row]["at"] if row in self.events else None
        out = [N("rcol", ty, c["name"], False) for c in plain if c["name"] not in (*names, at)] * 4
        if row in self.tables:
            return out + [N("pmetric", ty, d["name"]) for d in self.of_kind(row, ty)] * 4
        if at is not None and ty == "date" and self.events[row]["at_type"] == "date":
            out.append(N("rcol", ty, at, True))
        of = "deal" if row == "touch" else "person" if row == "activity" and "person" in self.tables else None
        d = self.attribution(row)
        of = "deal" if d is not None and d["of"] == "touch" else of
        if of:
            out += [N("pcol", ty, of, c["name"]) for c in self.tables[of] if c["type"] == ty and not any(c.get(w) for w in ("key", "merged")) and c["name"] not in names]
            out += [N("pmet", ty, x["name"], of) for x in self.of_kind(of, ty)] * (2 if d is None else 0)
        return out

    # ---------- other currencies ----------

    def converted(self, depth, row):
        """An amount in another currency; it has no unit of its own before it is converted."""
        if row:
            some = [N("rcol", c["type"], c["name"], False) for c in self.columns_of(row) if c["type"].startswith("by:")]
        else:
            some = [N("col", c["type"], c["name"]) for c in self.account if c["type"] == "eur" or c["type"].startswith("by:")]
        if row != "spend" and row:
            some.append(N("col", "eur", "budget"))
        if self.chance(0.2):
            some = [N("convert", "eur", self.leaf("money", row, free=False), "EUR", None)]
        if not some:
            return None
        day = self.leaf("date", row, free=False) if self.chance(0.5) else None
        return N("convert", "money", self.r.choice(some), "USD", day)

    def rate_rows(self):
        if self.chance(0.04):
            return None
        out, seen = [], set()
        for _ in range(self.r.randint(3, 40)):
            pair = self.pick(("EUR", "USD"), ("EUR", "USD"), ("USD", "EUR"), ("GBP", "USD"), ("USD", "GBP"), ("USD", "CHF"), ("EUR", "GBP"))
            day = self.as_of - timedelta(self.pick(self.r.randint(0, 40), self.r.randint(0, 400), self.r.randint(0, 1000), self.r.randint(-20, 10)))
            rate = self.pick(1, 1.1, 0.9, 1.0875, 0.333333333, 0.8, 1.25, 3)
            text = {"day": day.isoformat(), "from": pair[0], "to": pair[1], "rate": str(rate)}
            row = {"values": {"day": day, "from": pair[0], "to": pair[1], "rate": round(rate * SCALE)}, "text": text}
            # Of two rates of one pair and day the first stays.
            if (pair, day) in seen:
                row["drop"] = True
            seen.add((pair, day))
            out.append(row)
        return out

    # ---------- attributions ----------

    def sales_steps(self):
        return [self.add_attribution] * 2 if "deal" in self.tables else []

    def deal_condition(self):
        """Whether it was won."""
        won = N("rcol", "bool", self.pick("won", "won", "firm"), False)
        which = self.r.random()
        if which < 0.6:
            return won
        if which < 0.8:
            hot = N("cmp", "bool", ">", N("rcol", "num", "heat", False), N("lit", "num", 2 * SCALE))
            return N(self.pick("and", "or"), "bool", won, hot)
        return N("cmp", "bool", self.pick("=", "!="), N("rcol", "enum:stage", "stage", False), N("lit", "enum:stage", self.r.choice(STAGES)))

    def touch_condition(self):
        which = self.r.random()
        if which < 0.4:
            return N("cmp", "bool", "=", N("rcol", "enum:channel", "channel", False), N("lit", "enum:channel", self.r.choice(CHANNELS)))
        if which < 0.6:
            return N("rcol", "bool", "agreed", False)
        if which < 0.8:
            return N("cmp", "bool", self.pick(">", "<="), N("rcol", "num", "minutes", False), N("pcol", "num", "deal", "heat"))
        return N("ismiss", "bool", N("rcol", "num", "minutes", False), None, True)

    def add_attribution(self):
        if len(self.of_kind("attribution")) >= 3:
            return
        of = self.pick("touch", "touch", "deal")
        amount = N("rcol", "money", "amount", False)
        if self.chance(0.4):
            amount = N("prod", "money", (False, amount), (False, N("lit", "ratio", self.pick(10, 33, 50) * SCALE // 100)))
        elif self.chance(0.2):
            amount = N("sum", "money", (False, amount), (True, N("lit", "money", 100 * SCALE + SCALE // 100)))
        d = {"kind": "attribution", "name": self.name("t"), "of": of, "amount": amount, "when": self.deal_condition(), "reads": []}
        d["to"] = "advocate" if of == "touch" else "referrer"
        d["lookback"] = self.pick(None, 30, 90, 180, 400) if of == "touch" else None
        if of == "touch" and self.chance(0.4):
            d["where"] = self.touch_condition()
        if of == "touch" and self.chance(0.4):
            d["once"] = self.r.sample(["channel", "agreed", "minutes"], self.pick(1, 1, 2))
        d["model"] = self.pick(("linear",), ("first",), ("last",), ("u", self.pick(20, 30, 40, 50)), ("w", self.pick(10, 25, 30, 33), self.touch_condition()), ("time decay", self.pick(1, 7, 30, 90)))
        if of == "deal":
            d["model"] = self.pick(("first",), ("linear",))
        before = self.of_kind("attribution")
        if before and self.chance(0.5):
            d["excluding"] = self.r.choice(before)["name"]
            d["reads"].append(d["excluding"])
        self.decls.append(d)
        for _ in range(2):
            ty = self.pick("num", "money", "money", "ratio")
            value = self.aggregate(ty, 1, None, sources=[d["name"]])
            if value is not None and value.a[0].src == d["name"]:
                self.decls.append({"kind": "metric", "name": self.name("m"), "type": ty, "value": value})

    # ---------- data ----------

    def text(self, name):
        if name == "quote":
            return self.r.choice(PHRASES)
        if name in ("coin", "unit", "purse"):
            return self.r.choice(CODES)
        return self.r.choice(WORDS if name == "contact" else TEXTS)

    def refer(self, row, column, ids):
        """Names an account, or nobody."""
        who = self.pick(None, *self.r.sample(ids, min(4, len(ids))), row["values"].get("account"))
        row["values"][column], row["text"][column] = who, who or ""
        if self.chance(0.04):
            row["values"][column] = row["text"][column] = "nobody"

    def own(self, row, deal, ids):
        """A touch belongs to a deal, and to its account."""
        row["values"]["account"] = deal["values"]["account"]
        row["values"]["deal"] = row["text"]["deal"] = deal["values"]["id"]
        if self.chance(0.03):
            row["text"]["deal"], row["drop"] = "no such", True
        row["drop"] = row.get("drop") or deal.get("drop") or False
        self.refer(row, "advocate", ids)

    def merge(self, rows):
        """Takes some accounts and deals over into others."""
        for table, column in (("account", "became"), ("deal", "renamed")):
            columns = self.account if table == "account" else self.tables.get(table, [])
            if not any(c["name"] == column for c in columns):
                continue
            keys = sorted({r["values"]["id"] for r in rows[table] if not r.get("drop")})
            into = {}
            for i, key in enumerate(keys[1:]):
                if self.chance(0.12):
                    into[key] = self.r.choice(keys[: i + 1]) if self.chance(0.93) else "unknown"
            for r in rows[table]:
                to = into.get(r["values"]["id"])
                r["values"][column], r["text"][column] = to, to or ""
            stays = lambda key: stays(into[key]) if key in into and into[key] != "unknown" else key
            gone = {key for key in into if stays(key) != key}
            for r in rows[table]:
                if r["values"]["id"] in gone:
                    r["drop"] = True
            for r in [*(rows.get("touch") or []), *(rows.get("deal") or [])] if table == "account" else []:
                # A text that names an account stays as it is; who is credited is followed.
                named = r["values"].get("advocate", r["values"].get("referrer"))
                r["values"]["credited"] = named and stays(named)
            names = {"account": ["account", "above"], "deal": ["deal"]}[table]
            for name, some in rows.items():
                for r in some or []:
                    for c in names:
                        if c in r["values"] and (c != "account" or name != "account") and name != "fx":
                            r["values"][c] = stays(r["values"][c]) if r["values"][c] is not None else None
            if table == "deal":
                owner = {r["values"]["id"]: r["values"]["account"] for r in rows["deal"]}
                for r in rows.get("touch") or []:
                    r["values"]["account"] = owner[r["values"]["deal"]]
            if table == "account":
                for r in rows["account"]:
                    if r["values"]["above"] == r["values"]["id"]:
                        r["values"]["above"], r["text"]["above"] = None, ""
