"""What a program gives, computed by other means: rows are filtered, grouped and counted by SQL in DuckDB, where NULL is
Kleene's unknown; what is done with one account's values is done here, with whole numbers and fractions.

Written from the reference, not from the engine.
"""
import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import duckdb

import calendar_ as cal
import lang
import nine
from lang import SCALE, N
from nine import Fault
from sales import Sales, deviation, near_duplicates
from values import BAD_CELL, FAULTS, NO_DATA, NOT_APPLICABLE, TOO_FEW, TOO_LARGE, Missing, as_date, compare, fold, missing, order, sql_literal, sql_type, value


CONCENTRATION = ("hhi", "effective_number", "top_share", "without_top")


class Oracle(Sales):
    """One program over its data."""

    def __init__(self, world):
        self.world = world
        self.p = world["program"]
        self.fiscal = world["fiscal"]
        self.by_name = {d["name"]: d for d in self.p["declarations"]}
        self.types = {c["name"]: c["type"] for c in self.p["account"]}
        self.dates = set()
        self.aggregates = {}
        self.found = {}
        self.cache = {}
        self.seen = set()
        for d in self.p["declarations"]:
            self.reach(d, world["as_of"])
        self.load()
        self.results = {}

    def rows_for(self, g):
        """What is left of the rows of an aggregate, at all dates at which it is wanted."""
        if id(g) not in self.results:
            self.results[id(g)] = self.run(g)
        return self.results[id(g)]

    # ---------- which dates are looked at ----------

    def reach(self, d, at):
        key = (d["name"], at)
        if key in self.seen:
            return
        self.seen.add(key)
        self.dates.add(at)
        for e in expressions(d):
            self.reach_expr(e, at)
        for name in d.get("reads", ()):
            if name in self.by_name:
                self.reach(self.by_name[name], at)
                for then in carried(d, at, self.fiscal):
                    self.reach(self.by_name[name], then)
        for who, _, _ in d.get("figures") or []:
            if who is not None:
                self.reach(self.group(who)[0], at)
        for key in ("thresholds", "scales", "overrides", "grades"):
            for who, _ in d.get(key) or []:
                if who is not None:
                    self.reach(self.group(who)[0], at)

    def reach_expr(self, e, at):
        self.dates.add(at)
        if e.k in ("metric", "score", "segment", "partition", "portfolio", "pts", "isband", "isgrade", "part", "gap", "position", "pmetric", "pmet"):
            if e.a[0] in self.by_name:
                self.reach(self.by_name[e.a[0]], at)
        if e.k == "ranked" and e.a[2]:
            for then in self.looked_at(e, at):
                self.reach(self.group(e.a[2])[0], then)
        if e.k == "agg":
            self.aggregates.setdefault(id(e.a[0]), (e.a[0], set()))[1].add(at)
        for child in lang.children(e):
            for d in self.looked_at(e, at):
                self.reach_expr(child, d)

    def looked_at(self, e, at):
        """The dates at which the operands of an expression are evaluated."""
        if e.k == "asof":
            return [self.shifted(e.a[1], at)]
        if e.k == "change":
            return [at, cal.before(at, e.a[2], e.a[3])]
        if e.k == "trend":
            return self.points(at, e.a[1], e.a[2])
        if e.k == "held":
            return self.complete(at, e.a[2], e.a[3])
        if e.k == "streak":
            return self.complete(at, e.a[1], e.a[2])
        if e.k == "until":
            return self.points(at, e.a[2], e.a[3])
        if e.k == "ranked" and len(e.a) > 4 and e.a[4]:
            return [at, self.shifted(e.a[4], at)]
        return [at]

    def shifted(self, s, at):
        if s[0] == "ago":
            return cal.before(at, s[1], s[2])
        if s[0] == "on":
            return s[1]
        return cal.end_of_previous(at, s[1], self.fiscal)

    def ends(self, at, count, unit):
        """Ends of the last complete periods, the latest first."""
        out = []
        for _ in range(count):
            at = cal.end_of_previous(at, unit, self.fiscal)
            out.append(at)
        return out

    def complete(self, at, count, unit):
        """The same, a period that ends on this very day being complete."""
        return self.ends(at + timedelta(1), count, unit)

    def points(self, at, count, unit):
        return [at] + self.ends(at, count - 1, unit)

    def group(self, name):
        """The declaration of a segment, partition or part, and the part."""
        if name in self.by_name:
            return self.by_name[name], None
        for d in self.p["declarations"]:
            if d["kind"] == "partition" and any(part == name for part, _ in d["parts"]):
                return d, name
        raise KeyError(name)

    # ---------- tables ----------

    def load(self):
        self.db = db = duckdb.connect(":memory:", config={"threads": 1})
        db.execute("CREATE MACRO rdiv(n, d) AS CAST(sign(n) * sign(d) AS HUGEINT) * ((2 * abs(n) + abs(d)) // (2 * abs(d)))")
        db.execute(f"CREATE MACRO rmul(a, b) AS rdiv(CAST(a AS HUGEINT) * CAST(b AS HUGEINT), {SCALE}::HUGEINT)")
        kept = {r["values"]["id"]: r for r in self.world["rows"]["account"] if not r.get("drop")}
        self.accounts = sorted(kept)
        history = self.p.get("history")
        self.events = dict(self.p["events"])
        self.loaded = dict(self.world["rows"])
        self.load_sales()
        self.account_rows = {}
        self.rows_of = {}
        for d in self.dates:
            at = {}
            for r in self.world["rows"]["account"]:
                if r.get("drop"):
                    continue
                if history:
                    when = r["values"][history]
                    if when > d:
                        continue
                    old = at.get(r["values"]["id"])
                    if old is not None and old["values"][history] >= when:
                        continue
                at[r["values"]["id"]] = r
            self.account_rows[d] = at
        columns = self.p["account"]
        self.create("acct", [("d", "date")] + [("c_" + c["name"], c["type"]) for c in columns])
        self.fill(
            "acct",
            [[d] + [value(r["values"].get(c["name"])) for c in columns] for d, at in self.account_rows.items() for r in at.values()],
        )
        for name, e in self.events.items():
            columns = [c for c in e["columns"] if c["name"] not in ("account", e["at"])]
            columns += [{"name": "deal", "type": "text"}] * (e.get("of") == "deal")
            self.create(
                "ev_" + name,
                [("acc", "text"), ("seq", "num"), ("place", "num"), ("happened", "date")] + [("c_" + c["name"], c["type"]) for c in columns],
            )
            rows = [r for r in self.loaded.get(name) or [] if not r.get("drop")]
            rows.sort(key=lambda r: order(r, e))
            self.rows_of[name] = rows
            # Rows of several accounts: of one moment, account by account.
            together = sorted(rows, key=lambda r: (order(r, e)[0], r["values"]["account"] if e.get("of", "account") else "", order(r, e)[1:]))
            place = {id(r): i for i, r in enumerate(together)}
            self.fill(
                "ev_" + name,
                [
                    [r["values"]["account"], i, place[id(r)], as_date(r["values"][e["at"]])]
                    + [value(r["values"].get(c["name"])) for c in columns]
                    for i, r in enumerate(rows)
                ],
            )

    def create(self, name, columns):
        self.db.execute(f"CREATE TABLE {name} ({', '.join(f'{n} {sql_type(t)}' for n, t in columns)})")

    def fill(self, name, rows):
        for i in range(0, len(rows), 400):
            part = rows[i : i + 400]
            values = ", ".join("(" + ", ".join(sql_literal(v) for v in row) + ")" for row in part)
            self.db.execute(f"INSERT INTO {name} VALUES {values}")

    def metric_of_rows(self, e, dates):
        """The values of a metric per row, for rows that name such a row of their own account."""
        name, table = e.a
        self.db.execute(f"DROP TABLE IF EXISTS pm_{name}")
        self.create("pm_" + name, [("d", "date"), ("id", "text"), ("acc", "text"), ("v", e.t)])
        kept = self.joins, self.whose
        found = [
            [d, key, acc, value(self.ev(self.by_name[name]["value"], (acc, key, table), d))]
            for d in dates
            for acc, kids in self.kids[table].items()
            for key in kids
        ]
        self.fill("pm_" + name, found)
        self.joins, self.whose = kept

    # ---------- rows, in SQL ----------

    def sql(self, e):
        k, a = e.k, e.a
        s = self.sql
        if k == "lit":
            return sql_literal(a[0])
        if k == "rcol":
            return "e.c_" + a[0] if not a[1] else "e.happened"
        if k == "col":
            return "a.c_" + a[0]
        if k == "pcol":
            self.joins.add(f"LEFT JOIN tb_{a[0]} ON tb_{a[0]}.c_id = e.c_{a[0]}")
            return f"tb_{a[0]}.c_{a[1]}"
        if k == "pmet":
            self.joins.add(f"LEFT JOIN pm_{a[0]} ON pm_{a[0]}.id = e.c_{a[1]} AND pm_{a[0]}.acc = {self.whose} AND pm_{a[0]}.d = q.d")
            return f"pm_{a[0]}.v"
        if k == "convert":
            return self.sql_convert(e)
        if k == "param":
            return sql_literal(self.by_name[a[0]]["value"])
        if k == "not":
            return f"(NOT {s(a[0])})"
        if k == "neg":
            return f"(-{s(a[0])})"
        if k in ("and", "or"):
            return "(" + f" {k.upper()} ".join(s(x) for x in a) + ")"
        if k == "sum":
            if e.t == "date":
                sign = "-" if a[1][0] else "+"
                return f"CAST({s(a[0][1])} {sign} CAST({s(a[1][1])} // {SCALE} AS INTEGER) AS DATE)"
            if e.t == "dur" and a[0][1].t == "date":
                return f"(CAST({s(a[0][1])} - {s(a[1][1])} AS HUGEINT) * {SCALE})"
            return "(" + " ".join(("-" if neg else "+") + s(x) for neg, x in a) + ")"
        if k == "prod":
            out = s(a[0][1])
            for divide, x in a[1:]:
                out = f"rdiv({out} * {SCALE}::HUGEINT, {s(x)})" if divide else f"rmul({out}, {s(x)})"
            return out
        if k == "cmp":
            return f"({s(a[1])} {a[0]} {s(a[2])})"
        if k == "in":
            return f"({s(a[0])} {'NOT ' if a[2] else ''}IN ({', '.join(sql_literal(v) for v in a[1])}))"
        if k == "ismiss":
            return f"({s(a[0])} IS {'NOT ' if a[2] else ''}NULL)"
        if k == "orelse":
            return "coalesce(" + ", ".join(s(x) for x in a) + ")"
        if k == "if":
            return f"(CASE WHEN {s(a[0])} THEN {s(a[1])} ELSE {s(a[2])} END)"
        if k == "within":
            first, last = self.sql_window(a[1])
            return f"({s(a[0])} {'NOT ' if a[2] else ''}BETWEEN {first} AND {last})"
        if k == "fn":
            x = [s(y) for y in a[1:]]
            null = " OR ".join(f"({y}) IS NULL" for y in x)
            if a[0] == "abs":
                return f"abs({x[0]})"
            if a[0] in ("min", "max"):
                word = "least" if a[0] == "min" else "greatest"
                return f"(CASE WHEN {null} THEN NULL ELSE {word}({', '.join(x)}) END)"
            if a[0] == "to_number":
                return x[0]
            if a[0] == "to_points":
                t = a[1].t
                return f"({x[0]} * 100)" if t == "ratio" else f"rdiv({x[0]} + {100 * SCALE}::HUGEINT, 2)" if t == "nps" else x[0]
        if k == "elapsed" and a[0] == "day":
            sign = "-" if a[1] else ""
            return f"({sign}(CAST(q.d - {s(a[2])} AS HUGEINT)) * {SCALE})"
        raise ValueError(f"{k} in rows")

    def sql_start(self, d, unit):
        """First day of the period that holds a date."""
        if unit == "day":
            return d
        if unit in ("week", "month"):
            return f"CAST(date_trunc('{unit}', {d}) AS DATE)"
        back = self.fiscal - 1
        return f"CAST(date_trunc('{unit}', date_trunc('month', {d}) - INTERVAL {back} MONTH) + INTERVAL {back} MONTH AS DATE)"

    def sql_window(self, w, q="q.d"):
        kind = w[0]
        unit = {"quarter": ("MONTH", 3)}
        word, times = unit.get(w[-1] if kind in ("last", "next", "complete") else "", ("", 1))
        if kind in ("last", "next"):
            word = word or w[2].upper()
            span = f"INTERVAL {w[1] * times} {word}"
            if kind == "last":
                return f"CAST({q} - {span} AS DATE) + 1", q
            return q, f"CAST({q} + {span} AS DATE)"
        if kind == "this":
            return self.sql_start(q, w[1]), q
        if kind == "previous":
            last = f"({self.sql_start(q, w[1])} - 1)"
            return self.sql_start(last, w[1]), last
        if kind == "complete":
            word = word or w[2].upper()
            first = self.sql_start(q, w[2])
            return f"CAST({first} - INTERVAL {w[1] * times} {word} AS DATE)", f"({first} - 1)"
        if kind == "since":
            return sql_literal(w[1]), q
        return sql_literal(w[1]), sql_literal(w[2])

    def run(self, g):
        """The aggregate for every date and account it is wanted for: {date: {account: row}}."""
        dates = sorted(self.aggregates[id(g)][1])
        self.joins = set()
        # In a metric of rows the account is that of the row it is computed for, whoever's rows name it.
        self.whose = "e.acc" if g.per in (None, "portfolio") else "own.c_account"
        own = "" if g.per in (None, "portfolio") else f"LEFT JOIN tb_{g.per} own ON own.c_id = e.c_{g.per} "
        for e in [x for y in (g.value, g.where, g.weight, *(k[1] for k in (g.dedupe and g.dedupe[3], g.cap and g.cap[2]) if k)) if y is not None for x in lang.walk(y)]:
            if e.k == "pmet":
                self.metric_of_rows(e, dates)
        table = self.events[g.src]
        names = {c["name"]: c["type"] for c in table["columns"]}

        def key(c):
            if c == table["at"]:
                return "e.happened"
            return f"lower(trim(e.c_{c}))" if names[c] == "text" else "e.c_" + c

        def kept(k):
            """The order in which rows are preferred."""
            if k is None or k[0] == "first":
                return "seq"
            if k[0] == "last":
                return "seq DESC"
            return "kv{} DESC NULLS LAST, seq"

        latest = list(g.latest or [])
        if g.fn in ("nps", "nps_margin") and not latest and g.dedupe is None and not g.all and "contact" in names:
            latest = ["contact"]
        whose = {"portfolio": "'all'", "person": "e.c_person", "deal": "e.c_deal"}.get(g.per, "e.acc")
        columns = ["q.d AS d", whose + " AS acc", f"e.{'place' if g.per == 'portfolio' else 'seq'} AS seq", "e.happened AS happened"]
        columns.append((self.sql(g.value) if g.value is not None else "NULL") + " AS v")
        columns.append((self.sql(g.weight) if g.weight is not None else "NULL") + " AS w")
        columns += [f"{key(c)} AS dk{i}" for i, c in enumerate(g.dedupe[0] if g.dedupe else [])]
        columns += [f"{key(c)} AS lk{i}" for i, c in enumerate(latest)]
        if g.by:
            gone = " OR ".join(f"{key(c)} IS NULL" for c in g.by)
            whole = " || chr(31) || ".join(f"CAST({key(c)} AS VARCHAR)" for c in g.by)
            columns.append(f"CASE WHEN {gone} THEN NULL ELSE {whole} END AS bk")
        for i, k in enumerate((g.dedupe and g.dedupe[3], g.cap and g.cap[2])):
            if k and k[0] == "highest":
                columns.append(self.sql(k[1] if k[1] is not None else g.value) + f" AS kv{i}")
        conditions = ["e.happened <= q.d"]
        if g.per == "portfolio" and table.get("of", "account"):
            conditions.append("a.c_id IS NOT NULL")
        if g.where is not None:
            conditions.append(self.sql(g.where))
        if g.window is not None:
            first, last = self.sql_window(g.window)
            conditions.append(f"e.happened BETWEEN {first} AND {last}")
        days = ", ".join("(" + sql_literal(d) + ")" for d in dates)
        stages = [
            f"q AS (SELECT * FROM (VALUES {days}) AS days(d))",
            f"s0 AS (SELECT {', '.join(columns)} FROM q JOIN ev_{g.src} e ON TRUE {own}"
            f"LEFT JOIN acct a ON a.d = q.d AND a.c_id = {self.whose} "
            f"{' '.join(sorted(self.joins))} WHERE {' AND '.join(conditions)})",
        ]
        names_of = ["s0"]

        def stage(text):
            name = f"s{len(names_of)}"
            stages.append(f"{name} AS ({text.format(f=names_of[-1])})")
            names_of.append(name)

        if g.dedupe:
            by, within, chain, keep = g.dedupe
            part = "d, acc" + "".join(f", dk{i}" for i in range(len(by)))
            preferred = kept(keep).format(0)
            if within is None:
                stage(f"SELECT * FROM {{f}} QUALIFY row_number() OVER (PARTITION BY {part} ORDER BY {preferred}) = 1")
            elif chain:
                stage(
                    f"SELECT *, CASE WHEN happened - lag(happened) OVER (PARTITION BY {part} ORDER BY seq) <= {within} THEN 0 ELSE 1 END "
                    "AS opens FROM {f}"
                )
                stage(f"SELECT *, sum(opens) OVER (PARTITION BY {part} ORDER BY seq) AS run FROM {{f}}")
                stage(f"SELECT * FROM {{f}} QUALIFY row_number() OVER (PARTITION BY {part}, run ORDER BY {preferred}) = 1")
            else:
                # Rows are taken in the order in which they are preferred; one near a kept one is a repeat.
                code = "(CAST(happened - DATE '1900-01-01' AS BIGINT) * 1000000 + CAST(seq AS BIGINT))"
                near = f"len(list_filter(taken, lambda k: abs(k // 1000000 - x[1] // 1000000) <= {within})) > 0"
                stage(
                    f"SELECT unnest(list_reduce(list([{code}] ORDER BY {preferred}), "
                    f"lambda taken, x: CASE WHEN {near} THEN taken ELSE taken || x END)) % 1000000 AS winner, {part} "
                    f"FROM {{f}} GROUP BY {part}"
                )
                on = " AND ".join(f"o.{c} IS NOT DISTINCT FROM n.{c}" for c in part.split(", "))
                stage(f"SELECT o.* FROM {names_of[-2]} o JOIN {{f}} n ON {on} AND o.seq = n.winner")
        if latest:
            part = "d, acc" + "".join(f", lk{i}" for i in range(len(latest)))
            alone = " OR ".join(f"lk{i} IS NULL" for i in range(len(latest)))
            if g.fn in ("nps", "nps_margin"):
                # Who was asked and has not answered leaves an earlier answer as it is.
                alone, part = f"{alone} OR v IS NULL", f"{part}, v IS NULL"
            stage(f"SELECT * FROM {{f}} QUALIFY ({alone}) OR row_number() OVER (PARTITION BY {part} ORDER BY seq DESC) = 1")
        if g.cap:
            period = self.sql_start("happened", g.cap[1])
            stage(
                f"SELECT * FROM {{f}} QUALIFY row_number() OVER (PARTITION BY d, acc, {period} "
                f"ORDER BY {kept(g.cap[2]).format(1)}) <= {g.cap[0]}"
            )
        replaced = lambda v: "SELECT * REPLACE (" + v + " AS v)"
        if g.diminish:
            period = self.sql_start("happened", g.diminish[1])
            left = Fraction(SCALE - g.diminish[0], SCALE)
            powers = " ".join(f"WHEN {i} THEN {nine.of_fraction(left**i)}::HUGEINT" for i in range(40))
            stage(f"SELECT *, row_number() OVER (PARTITION BY d, acc, {period} ORDER BY seq) - 1 AS nth FROM {{f}}")
            stage(replaced(f"rmul(v, CASE nth {powers} ELSE 0 END)") + " FROM {f}")
        if g.vcap:
            period = self.sql_start("happened", g.vcap[2])
            most = f"{g.vcap[0]}::HUGEINT"
            over = f"OVER (PARTITION BY d, acc, {period})"
            stage(f"SELECT *, {period} AS pd, sum(v) {over} AS total FROM {{f}}")
            stage(f"SELECT *, CASE WHEN total > 0 THEN v * {most} // total END AS whole, CASE WHEN total > 0 THEN v * {most} % total END AS rest FROM {{f}}")
            stage(
                f"SELECT *, {most} - sum(whole) OVER (PARTITION BY d, acc, pd) AS left_over, "
                "row_number() OVER (PARTITION BY d, acc, pd ORDER BY (v IS NULL), rest DESC, seq) AS place FROM {f}"
            )
            stage(
                replaced(f"CASE WHEN v IS NULL OR total <= {most} THEN v ELSE whole + CASE WHEN place <= left_over THEN 1 ELSE 0 END END")
                + " FROM {f}"
            )
        if g.decay:
            age = "CAST(d - happened AS INTEGER)"
            if g.decay[0] == "half-life":
                ages = range(2200)
                weights = (nine.of_decimal(Decimal(2) ** (Decimal(-n) / Decimal(g.decay[1]))) for n in ages)
                listed = ", ".join(f"({n}, {w}::HUGEINT)" for n, w in zip(ages, weights))
                stages.append(f"fade AS (SELECT * FROM (VALUES {listed}) AS fades(age, left_of_it))")
                faded = "SELECT x.* REPLACE (rmul(v, left_of_it) AS v) FROM {f} x JOIN fade ON fade.age = CAST(x.d - x.happened AS INTEGER)"
                stage(faded)
            elif g.decay[0] == "linear":
                most = g.decay[1]
                stage(replaced(f"rmul(v, rdiv(CAST(greatest(0, {most} - {age}) AS HUGEINT) * {SCALE}, {most}))") + " FROM {f}")
            else:
                steps = " ".join(f"WHEN {age} <= {n} THEN {w}::HUGEINT" for n, w in g.decay[1])
                stage(replaced(f"rmul(v, CASE {steps} ELSE {g.decay[2]}::HUGEINT END)") + " FROM {f}")
        final = names_of[-1]
        query = f"WITH {', '.join(stages)} SELECT {self.finish(g)} FROM {final} GROUP BY d, acc"
        try:
            rows = self.db.execute(query).fetchall()
        except duckdb.Error as e:
            raise RuntimeError(f"{e}\n{query}") from e
        out = {d: {} for d in dates}
        for d, acc, *rest in rows:
            out[d][acc] = rest
        return out

    def finish(self, g):
        """What is read of the rows that are left: n, the last date, and what the function needs."""
        known = "CASE WHEN v IS NOT NULL AND w IS NOT NULL THEN {} END" if g.weight is not None else "CASE WHEN v IS NOT NULL THEN {} END"
        w = "w" if g.weight is not None else f"{SCALE}::HUGEINT"
        count = f"count({known.format(1)})"
        total = lambda x: f"sum({known.format(x)})"
        # With a weight below 0 there is no mean, as if nothing weighed anything.
        weights = f"(CASE WHEN min({known.format(w)}) < 0 THEN 0 ELSE {total(w)} END)"
        if g.by:
            count = "count(CASE WHEN v IS NOT NULL AND bk IS NOT NULL THEN 1 END)"
        valued = known.format("happened") if g.value is not None else "happened"
        if g.fn == "run":
            # A row of which it is unknown ends the run, and so it counts.
            valued = "happened"
        if g.by:
            valued = "CASE WHEN v IS NOT NULL AND bk IS NOT NULL THEN happened END"
        out = ["d", "acc", "count(*)", f"max({valued})", count]
        fn = g.fn
        if fn == "rows":
            out.append("list(seq ORDER BY seq)")
        elif fn in ("stddev", "near_duplicates"):
            out.append("list(v ORDER BY seq) FILTER (WHERE v IS NOT NULL)")
        elif fn == "sum":
            out.append("sum(v)")
        elif fn in ("avg", "csat_mean", "ces"):
            out += [total(f"v * {w}"), weights]
        elif fn == "median":
            out.append("list(v ORDER BY v) FILTER (WHERE v IS NOT NULL)")
        elif fn in ("min", "max"):
            out.append(f"{fn}(v)")
        elif fn in ("first", "last"):
            best = "arg_min" if fn == "first" else "arg_max"
            out.append(f"{best}(v, seq) FILTER (WHERE v IS NOT NULL)" if g.value is not None else f"{best}(happened, seq)")
        elif fn == "distinct":
            out.append("count(DISTINCT " + ("lower(trim(v))" if g.value.t == "text" else "v") + ")")
        elif fn in CONCENTRATION:
            kept = "FILTER (WHERE v IS NOT NULL" + (" AND bk IS NOT NULL)" if g.by else ")")
            out += [f"list(v ORDER BY seq) {kept}", f"list({'bk' if g.by else 'CAST(seq AS VARCHAR)'} ORDER BY seq) {kept}"]
        elif fn == "run":
            out.append("list(v ORDER BY seq DESC)")
        elif fn == "nth_last":
            out.append("list(v ORDER BY seq DESC) FILTER (WHERE v IS NOT NULL)" if g.value is not None else "list(happened ORDER BY seq DESC)")
        elif fn == "share":
            out += [total(f"CASE WHEN v THEN {w} ELSE 0 END"), weights]
        elif fn in ("nps", "nps_margin"):
            out += [total(f"CASE WHEN v >= {9 * SCALE} THEN {w} ELSE 0 END"), total(f"CASE WHEN v <= {6 * SCALE} THEN {w} ELSE 0 END"), weights]
        elif fn == "csat":
            out += [total(f"CASE WHEN v >= {4 * SCALE} THEN {w} ELSE 0 END"), weights]
        return ", ".join(out)

    def covered(self, g, d):
        """Whether the source can speak for the window."""
        span = self.span(g.src)
        if span is None:
            return False
        first, last = span
        if g.window is None:
            return first is None or first <= d
        start = cal.window(g.window, d, self.fiscal)[0]
        if last is not None and last < start:
            return False
        return not (first is not None and first > start)

    def span(self, src):
        """From when to when a source speaks, or None if it cannot; an attribution as its touches do, and up to the last close."""
        table = self.events[src]
        if self.loaded.get(src) is None:
            return None
        if "touches" in table:
            span = self.span(table["touches"]) if table["touches"] else (None, None)
            if span is None or not self.by_key:
                return None
            return span[0], max([x for x in (span[1], *table["closes"]) if x is not None], default=None)
        first, last = self.world["covers"].get(src, (None, None))
        kept = [as_date(r["values"][table["at"]]) for r in self.loaded[src] if not r.get("drop") or orphan(r)]
        if not kept and first is None and last is None:
            return None
        return first, max(kept) if last is None and kept else last

    def aggregate(self, g, acc, d):
        if not self.covered(g, d):
            return NO_DATA, None
        row = self.rows_for(g)[d].get("all" if g.per == "portfolio" else acc)
        n, last, known, *rest = row if row is not None else (0, None, 0, None, None, None)
        fn = g.fn
        if fn in ("count", "rows") or g.value is None:
            known = n
        if g.least is not None and known < g.least:
            return TOO_FEW, last
        try:
            return self.value_of(g, n, known, rest), last
        except Fault as f:
            return Missing(str(f)), last

    def value_of(self, g, n, known, rest):
        fn = g.fn
        if fn in ("count", "rows"):
            return n * SCALE
        if fn == "sum":
            return nine.checked(int(rest[0] or 0))
        if fn == "distinct":
            return int(rest[0] or 0) * SCALE
        if fn in CONCENTRATION:
            groups = {}
            for v, name in zip(rest[0] or [], rest[1] or []):
                groups[name] = groups.get(name, 0) + v
            return concentration(fn, list(groups.values()), g.nth)
        if fn == "stddev":
            return deviation(rest[0] or [])
        if fn == "near_duplicates":
            return near_duplicates(rest[0] or [], g.bar)
        if fn == "run":
            values = rest[0] or []
            return next((i for i, v in enumerate(values) if v is not True), len(values)) * SCALE
        if fn == "nth_last":
            return rest[0][g.nth - 1] if len(rest[0] or []) >= g.nth else NO_DATA
        if known == 0:
            return NOT_APPLICABLE if fn == "share" else NO_DATA
        if fn in ("min", "max"):
            return rest[0]
        if fn in ("first", "last"):
            return rest[0]
        if fn == "median":
            values = rest[0]
            half = len(values) // 2
            return values[half] if len(values) % 2 else nine.ratio(values[half - 1] + values[half], 2)
        weight = int(rest[-1])
        if weight == 0:
            return NOT_APPLICABLE
        if fn in ("avg", "ces"):
            return nine.ratio(int(rest[0]), weight)
        if fn == "csat_mean":
            # (mean - 1) / 4 x 100, of the exact mean
            return nine.of_fraction((Fraction(int(rest[0]), weight * SCALE) - 1) * 25)
        if fn in ("share", "csat"):
            return nine.ratio(int(rest[0]) * SCALE, weight)
        if fn == "nps":
            return nine.ratio((int(rest[0]) - int(rest[1])) * 100 * SCALE, weight)
        if fn == "nps_margin":
            p, q = Fraction(int(rest[0]), weight), Fraction(int(rest[1]), weight)
            return nine.of_decimal(Decimal(196) * nine.sqrt((p + q - (p - q) ** 2) / known))
        raise ValueError(fn)

    # ---------- one account ----------

    def ev(self, e, acc, d):
        """The value of an expression for an account at a date."""
        key = (id(e), acc, d)
        if key not in self.cache:
            try:
                self.cache[key] = self.eval(e, acc, d)
            except Fault as f:
                self.cache[key] = Missing(str(f))
        return self.cache[key]

    def eval(self, e, acc, d):
        k, a = e.k, e.a
        if isinstance(acc, tuple):
            # One row of an account: its own columns and metrics, the rest is the account's.
            whose, key, table = acc
            if k == "rcol":
                v = self.kids[table][whose][key][a[0]]
                return NO_DATA if v is None else v
            if k == "pcol":
                v = self.by_key[a[0], self.kids[table][whose][key][a[0]]][a[1]]
                return NO_DATA if v is None else v
            if k == "pmetric":
                return self.ev(self.by_name[a[0]]["value"], acc, d)
            if k == "agg" and a[0].per == table:
                return self.aggregate(a[0], key, d)[0]
            if k in ("col", "metric", "pts", "score", "segment", "partition", "part", "portfolio", "isband", "isgrade"):
                return self.ev(e, acc[0], d)
        ev = lambda x: self.ev(x, acc, d)
        if k == "convert":
            return self.convert(e, acc, d)
        if k == "lit":
            return a[0]
        if k == "col":
            row = self.account_rows[d].get(acc)
            v = row["values"].get(a[0]) if row is not None else None
            return NO_DATA if v is None else v
        if k == "param":
            return self.by_name[a[0]]["value"]
        if k == "metric":
            return self.metric(a[0], acc, d)["value"]
        if k == "pts":
            return self.metric(a[0], acc, d)["points"]
        if k == "score":
            return self.score(a[0], acc, d)["score"]
        if k == "segment":
            return ev(self.by_name[a[0]]["when"])
        if k == "partition":
            return self.part(a[0], acc, d)
        if k == "part":
            part = self.part(a[0], acc, d)
            return part if missing(part) else part == a[1]
        if k == "portfolio":
            return self.ev(self.by_name[a[0]]["value"], None, d)
        if k == "not":
            x = ev(a[0])
            return x if missing(x) else not x
        if k == "neg":
            x = ev(a[0])
            return x if missing(x) else -x
        if k in ("and", "or"):
            values = [ev(x) for x in a]
            decides = k == "or"
            if any(v is decides for v in values):
                return decides
            return next((v for v in values if missing(v)), not decides)
        if k == "sum":
            values = [ev(x) for _, x in a]
            gone = next((v for v in values if missing(v)), None)
            if gone is not None:
                return gone
            if e.t == "date":
                return as_date(values[0]) + timedelta(days=(-1 if a[1][0] else 1) * (values[1] // SCALE))
            if e.t == "dur" and a[0][1].t in ("date", "instant"):
                return (as_date(values[0]) - as_date(values[1])).days * SCALE
            return nine.checked(sum(-v if neg else v for v, (neg, _) in zip(values, a)))
        if k == "prod":
            out = ev(a[0][1])
            for divide, x in a[1:]:
                if missing(out):
                    return out
                x = ev(x)
                if missing(x):
                    return x
                out = nine.div(out, x) if divide else nine.mul(out, x)
            return out
        if k == "cmp":
            x, y = ev(a[1]), ev(a[2])
            if missing(x) or missing(y):
                return x if missing(x) else y
            if a[1].t in ("date", "instant") and a[2].t in ("date", "instant") and a[1].t != a[2].t:
                x, y = as_date(x), as_date(y)
            return compare(a[0], x, y)
        if k == "in":
            x = ev(a[0])
            return x if missing(x) else (x in a[1]) != a[2]
        if k == "within":
            x = ev(a[0])
            if missing(x):
                return x
            first, last = cal.window(a[1], d, self.fiscal)
            return (first <= as_date(x) <= last) != a[2]
        if k == "ismiss":
            x = ev(a[0])
            hit = missing(x) and (a[1] is None or (x.why in FAULTS if a[1] == "error" else x.why == a[1].replace("_", " ")))
            return hit != a[2]
        if k in ("isband", "isgrade"):
            found = self.metric(a[0], acc, d) if k == "isband" else self.score(a[0], acc, d)
            label = found["band"] if k == "isband" else found["grade"]
            if label is None:
                value = found["value"] if k == "isband" else found["score"]
                return value
            return (label == a[1]) != a[2]
        if k == "orelse":
            values = [ev(x) for x in a]
            return next((v for v in values if not missing(v)), values[0])
        if k == "if":
            return ev(a[1]) if ev(a[0]) is True else ev(a[2])
        if k == "fn":
            values = [ev(x) for x in a[1:]]
            gone = next((v for v in values if missing(v)), None)
            return gone if gone is not None else function(a[0], values, [x.t for x in a[1:]])
        if k == "agg":
            return self.aggregate(a[0], acc, d)[0]
        if k == "across":
            return self.across(a[0], acc, d)
        if k == "matches":
            return self.matches(e, acc, d)
        if k == "kin":
            return self.kin(a[0], acc, d)
        if k == "elapsed":
            x = ev(a[2])
            if missing(x):
                return x
            later, earlier = (as_date(x), d) if a[1] else (d, as_date(x))
            if a[0] in ("day", "week"):
                n = (later - earlier).days
                size = 7 if a[0] == "week" else 1
            else:
                n = cal.months_since(later, earlier)
                size = {"month": 1, "quarter": 3, "year": 12}[a[0]]
            return (n // size if n >= 0 else -(-n // size)) * SCALE
        if k == "asof":
            then = self.shifted(a[1], d)
            if then > d:
                return NO_DATA
            return self.ev(a[0], acc, then)
        if k == "change":
            now, then = ev(a[0]), self.ev(a[0], acc, cal.before(d, a[2], a[3]))
            if missing(now) or missing(then):
                return now if missing(now) else then
            if not a[1]:
                return nine.checked(now - then)
            return NOT_APPLICABLE if then == 0 else nine.div(now - then, abs(then))
        if k == "trend":
            values = [self.ev(a[0], acc, p) for p in self.points(d, a[1], a[2])]
            found = [(Fraction(-i), Fraction(v, SCALE)) for i, v in enumerate(values) if not missing(v)]
            if len(found) < 3:
                return TOO_FEW if found else values[0]
            mx, my = (sum(p[i] for p in found) / len(found) for i in (0, 1))
            return nine.of_fraction(sum((x - mx) * (y - my) for x, y in found) / sum((x - mx) ** 2 for x, _ in found))
        if k == "held":
            values = [self.ev(a[0], acc, p) for p in self.complete(d, a[2], a[3])]
            if len(a) > 4 and a[4]:
                known = [v for v in values if not missing(v)]
                return all(known) if known else values[0]
            yes = sum(v is True for v in values)
            gone = [v for v in values if missing(v)]
            if yes >= a[1]:
                return True
            return gone[0] if yes + len(gone) >= a[1] else False
        if k == "ranked":
            return self.ranked(e, acc, d)
        if k == "streak":
            values = [self.ev(a[0], acc, p) for p in self.complete(d, a[1], a[2])]
            if a[3]:
                values = [v for v in values if not missing(v)] or values[:1]
            if missing(values[0]):
                return values[0]
            run = next((i for i, v in enumerate(values) if v is not True), len(values))
            return run * SCALE
        if k == "until":
            on, still, known, why = False, 0, False, None
            for p in reversed(self.points(d, a[2], a[3])):
                begins, ends = self.ev(a[0], acc, p), self.ev(a[1], acc, p)
                why = begins if missing(begins) else why
                known = known or not missing(begins) or not missing(ends)
                still -= 1
                if still <= 0 and not on and begins is True and ends is not True:
                    on, still = True, a[4] or 0
                elif still <= 0 and on and ends is True and begins is not True:
                    on, still = False, a[4] or 0
            return on if known else why
        if k == "missing":
            return Missing((a[0] or "not applicable").replace("_", " "))
        if k == "period":
            x = as_date(ev(a[2])) if len(a) > 2 and not missing(ev(a[2])) else ev(a[2]) if len(a) > 2 else d
            if missing(x):
                return x
            first = cal.start(x, a[1], self.fiscal)
            last = cal.months(first, {"month": 1, "quarter": 3, "year": 12}[a[1]]) - timedelta(1)
            return ((last - x).days if a[0] == "left_in" else (last - first).days + 1) * SCALE
        if k in ("gap", "position"):
            b = self.by_name[a[0]]
            figures = self.figures(b, acc, d)
            x = self.metric(b["of"], acc, d)["value"]
            if missing(x):
                return x
            if figures is None:
                return NO_DATA
            if k == "gap":
                return nine.checked(x - figures[1])
            return ["bottom", "second", "third", "top"][sum(x >= y for y in figures)]
        raise ValueError(k)

    def figures(self, b, acc, d):
        """The figures that hold for an account: those of its segment first, of these the latest."""
        known = [(day, row) for who, day, row in b["figures"] if day <= d and who is not None and self.member(who, acc, d) is True]
        known = known or [(day, row) for who, day, row in b["figures"] if day <= d and who is None]
        return max(known)[1] if known else None

    # ---------- accounts together ----------

    def member(self, name, acc, d):
        found, part = self.group(name)
        if found["kind"] == "segment":
            return self.ev(found["when"], acc, d)
        at = self.part(found["name"], acc, d)
        return at if missing(at) else at == part

    def ranked(self, e, acc, d):
        how, value, within, least, *frozen = e.a
        then = self.shifted(frozen[0], d) if frozen and frozen[0] else d
        least = least or (1 if how == "rank" else 8)
        everyone = sorted(self.account_rows[then])
        group = everyone
        if within:
            found, part = self.group(within)
            if found["kind"] == "partition" and part is None:
                mine = self.part(within, acc, d)
                if missing(mine):
                    return mine
                group = [x for x in everyone if self.part(within, x, then) == mine]
            else:
                mine = self.member(within, acc, d)
                if mine is not True:
                    return mine if missing(mine) else NOT_APPLICABLE
                group = [x for x in everyone if self.member(within, x, then) is True]
        own = self.ev(value, acc, d)
        if missing(own):
            return own
        if then > d:
            return NO_DATA
        values = [v for v in (self.ev(value, x, then) for x in group) if not missing(v)]
        if len(values) < least:
            values = [v for v in (self.ev(value, x, then) for x in everyone) if not missing(v)]
        if len(values) < least:
            return TOO_FEW
        n = len(values)
        below, equal = sum(v < own for v in values), sum(v == own for v in values)
        if how == "percentile":
            return nine.of_fraction(Fraction(100 * (2 * below + equal), 2 * n))
        if how == "rank":
            return (n - below - equal + 1) * SCALE
        mean = Fraction(sum(values), n)
        variance = sum((v - mean) ** 2 for v in values) / (n - 1)
        if variance == 0:
            return 0 if how == "zscore" else 50 * SCALE
        away = own - mean
        z = Decimal(away.numerator) / Decimal(away.denominator) / nine.sqrt(variance)
        if how == "zscore":
            return nine.of_decimal(z)
        if how == "tscore":
            return nine.of_decimal(50 + 10 * z)
        return nine.of_decimal(100 * nine.phi(z))

    def below(self, acc, d, deep=True):
        """The accounts under one, as the tree was at the date."""
        column = next(c["name"] for c in self.p["account"] if c.get("parent"))
        found = [x for x, r in sorted(self.account_rows[d].items()) if r["values"][column] == acc]
        return found + [y for x in found if deep for y in self.below(x, d)]

    def matches(self, e, acc, d):
        """Pairs of rows that agree and lie near each other, the nearest first."""
        first, second = e.a[0].a[0], e.a[1].a[0]
        if not self.covered(first, d) or not self.covered(second, d):
            return NO_DATA
        sides = []
        for g in (first, second):
            found = self.rows_for(g)[d].get(acc)
            table = self.events[g.src]
            rows = [self.rows_of[g.src][seq] for seq in (found[3] if found else None) or []]
            key = lambda r, table=table: next(r["values"][c["name"]] for c in table["columns"] if c.get("key"))
            agree = lambda r: [r["values"].get(c) for c in e.a[2]]
            plain = lambda v: fold(v).replace(" ", "_") if isinstance(v, str) else v
            sides.append([
                (as_date(r["values"][table["at"]]), key(r), [plain(v) for v in agree(r)])
                for r in rows
                if not any(v is None or missing(v) for v in agree(r))
            ])
        pairs = [(abs((x[0] - y[0]).days), x[1], y[1]) for x in sides[0] for y in sides[1] if x[2] == y[2]]
        taken, other = set(), set()
        for away, x, y in sorted(pairs):
            if away <= e.a[3] and x not in taken and y not in other:
                taken.add(x)
                other.add(y)
        return len(taken) * SCALE

    def kin(self, g, acc, d):
        """An aggregate over the people or deals of an account, or of all accounts."""
        kids = self.kids[g.scope]
        chosen = [(x, y, g.scope) for x in ([acc] if acc is not None else sorted(self.account_rows[d])) for y in sorted(kids.get(x, {}))]
        if self.world["rows"].get(g.scope) is None:
            return NO_DATA
        return self.together(g, chosen, d)

    def across(self, g, acc, d):
        chosen = sorted(self.account_rows[d])
        if g.scope:
            chosen = ([acc] if g.scope == "family" else []) + self.below(acc, d, g.scope != "children")
        return self.together(g, chosen, d)

    def together(self, g, chosen, d):
        if g.where is not None:
            chosen = [x for x in chosen if self.ev(g.where, x, d) is True]
        if g.fn == "count":
            return TOO_FEW if g.least is not None and len(chosen) < g.least else len(chosen) * SCALE
        pairs, holders = [], []
        for x in chosen:
            v = self.ev(g.value, x, d)
            w = self.ev(g.weight, x, d) if g.weight is not None else SCALE
            if TOO_LARGE in (v, w):
                return TOO_LARGE
            if not missing(v) and not missing(w):
                pairs.append((v, w))
                holders.append(x)
        values = [v for v, _ in pairs]
        if g.by:
            groups = {}
            for x, v in zip(holders, values):
                name = [self.account_rows[d][x]["values"].get(c) for c in g.by]
                if not any(y is None or missing(y) for y in name):
                    name = tuple(fold(y) if isinstance(y, str) else y for y in name)
                    groups.setdefault(name, []).append(v)
            values = [v for some in groups.values() for v in some]
        if g.least is not None and len(values) < g.least:
            return TOO_FEW
        fn = g.fn
        if fn == "sum":
            return nine.checked(sum(values))
        if fn == "stddev":
            return deviation(values)
        if fn == "distinct":
            return len({fold(v) if isinstance(v, str) else v for v in values}) * SCALE
        if fn in CONCENTRATION:
            return concentration(fn, [sum(some) for some in groups.values()] if g.by else values, g.top)
        if not values:
            return NOT_APPLICABLE if fn == "share" else NO_DATA
        if fn in ("min", "max"):
            return min(values) if fn == "min" else max(values)
        if fn == "median":
            values.sort()
            half = len(values) // 2
            return values[half] if len(values) % 2 else nine.ratio(values[half - 1] + values[half], 2)
        weight = sum(w for _, w in pairs)
        if weight == 0 or min(w for _, w in pairs) < 0:
            return NOT_APPLICABLE
        if fn == "avg":
            return nine.ratio(sum(v * w for v, w in pairs), weight)
        if fn == "share":
            return nine.div(sum(w for v, w in pairs if v), weight)
        raise ValueError(fn)

    # ---------- declarations ----------

    def test(self, test, v):
        kind = test[0]
        if kind == "missing":
            return missing(v)
        if missing(v):
            return False
        if kind == "otherwise":
            return True
        v = as_date(v) if isinstance(v, datetime) else v
        if kind == "cmp":
            return compare(test[1], v, test[2])
        if kind == "between":
            return test[1] <= v <= test[2]
        return v in test[1]

    def part(self, name, acc, d):
        declared = self.by_name[name]
        v = self.ev(declared["by"], acc, d)
        for part, test in declared["parts"]:
            if self.test(test, v):
                return part
        return v if missing(v) else NO_DATA

    def pick(self, tables, acc, d):
        """The table for the account's segment, or else that for all."""
        for who, table in tables or []:
            if who is None or self.member(who, acc, d) is True:
                return table
        return None

    def interpolate(self, scale, v):
        if v <= scale[0][0]:
            return scale[0][1]
        for (x0, y0), (x1, y1) in zip(scale, scale[1:]):
            if v <= x1:
                return nine.of_fraction((y0 + Fraction((y1 - y0) * (v - x0), x1 - x0)) / SCALE)
        return scale[-1][1]

    def lasts(self, e, acc, d):
        """The dates of the last rows that counted in the aggregates of an expression."""
        if e.k in ("across", "asof", "change", "trend", "held", "streak", "until") or (e.k == "ranked" and len(e.a) > 4 and e.a[4]):
            return []
        if e.k == "agg":
            return [self.aggregate(e.a[0], acc, d)[1]]
        if e.k == "matches":
            return self.lasts(e.a[0], acc, d)
        return [x for child in lang.children(e) for x in self.lasts(child, acc, d)]

    def metric(self, name, acc, d):
        key = ("metric", name, acc, d)
        if key in self.cache:
            return self.cache[key]
        m = self.by_name[name]
        v = self.ev(m["value"], acc, d)
        stale, past = False, 0
        if m.get("valid") and not missing(v):
            n, unit, then = m["valid"]
            lasts = [x for x in self.lasts(m["value"], acc, d) if x is not None]
            if lasts:
                end = cal.after(max(lasts), n, unit)
                stale, past = d > end, (d - end).days
            if stale and then[0] == "missing":
                v = Missing("stale")
        out = {"value": v, "band": None, "points": v}
        table = self.pick(m.get("thresholds"), acc, d)
        if table is not None:
            for band, test, points in table:
                if self.test(test, v):
                    out["band"] = band
                    if points is not None:
                        out["points"] = points
                    break
        scale = self.pick(m.get("scales"), acc, d)
        if scale is not None and not missing(v):
            out["points"] = self.interpolate(scale, v)
        fade = lambda points: points
        if stale and m["valid"][2][0] == "decay":
            _, to, days = m["valid"][2]
            gone = min(past, days)
            fade = lambda points: points if missing(points) else nine.of_fraction((points + Fraction((to - points) * gone, days)) / SCALE)
        out["points"] = fade(out["points"])
        out["fade"] = fade
        self.cache[key] = out
        return out

    def lines(self, card, acc, d):
        lines = [dict(l) for l in card["lines"]]
        for who, changed in card.get("overrides") or []:
            if self.member(who, acc, d) is True:
                for l in changed:
                    at = next((i for i, x in enumerate(lines) if x["name"] == l["name"]), None)
                    if at is None:
                        lines.append(dict(l))
                    else:
                        lines[at].update({k: v for k, v in l.items() if v is not None})
                        lines[at]["info"] = lines[at].get("info") and l.get("weight") is None
                break
        return lines

    def score(self, name, acc, d):
        key = ("score", name, acc, d)
        if key not in self.cache:
            self.cache[key] = self.scored(self.by_name[name], acc, d)
        return self.cache[key]

    def line_points(self, l, acc, d):
        item = self.by_name[l["name"]]
        if item["kind"] == "scorecard":
            points = self.score(l["name"], acc, d)["score"]
            return self.interpolate(l["scale"], points) if l.get("scale") and not missing(points) else points
        found = self.metric(l["name"], acc, d)
        if not l.get("scale"):
            return found["points"]
        return found["value"] if missing(found["value"]) else found["fade"](self.interpolate(l["scale"], found["value"]))

    def evidence(self, name, acc, d, seen):
        """Dates of the last rows that count for a metric or a scorecard, through others too."""
        if (name, d) in seen:
            return []
        seen.add((name, d))
        declared = self.by_name[name]
        if declared["kind"] == "scorecard":
            return [x for l in self.lines(declared, acc, d) if not l.get("info") for x in self.evidence(l["name"], acc, d, seen)]
        if declared["kind"] != "metric":
            return []
        return self.evidence_of(declared["value"], acc, d, seen)

    def evidence_of(self, e, acc, d, seen):
        if e.k == "across":
            return []
        if e.k == "agg":
            last = self.aggregate(e.a[0], acc[1] if isinstance(acc, tuple) else acc, d)[1]
            read = [x for child in lang.children(e) for x in self.evidence_of(child, acc, d, seen)]
            return read if last is None else read + [last]
        if e.k == "matches":
            return self.evidence_of(e.a[0], acc, d, seen)
        if e.k in ("pmetric", "pmet"):
            # A metric of rows: those of the account.
            of = self.by_name[e.a[0]]
            whose = acc[0] if isinstance(acc, tuple) else acc
            mine = self.kids[of["kind"]].get(whose, {})
            return [x for key in mine for x in self.evidence_of(of["value"], (whose, key, of["kind"]), d, seen)]
        if e.k in ("metric", "pts", "score", "isband", "isgrade"):
            return self.evidence(e.a[0], acc, d, seen)
        if e.k in ("gap", "position"):
            return self.evidence(self.by_name[e.a[0]]["of"], acc, d, seen)
        return [x for child in lang.children(e) for then in self.looked_at(e, d) for x in self.evidence_of(child, acc, then, seen)]

    def by_hand(self, card, acc, d):
        """What somebody set, if it is in force."""
        rows, newer = card["override"]
        found = self.rows_for(rows.a[0])[d].get(acc)
        for seq in reversed((found[3] if found else None) or []):
            v = self.rows_of["correction"][seq]["values"]
            if any(v[c] is None for c in ("mark", "who", "why", "until")) or v["until"] < d:
                continue
            if newer and any(x > v["set_on"] for l in self.lines(card, acc, d) if not l.get("info") for x in self.evidence(l["name"], acc, d, set())):
                continue
            return v["mark"]
        return None

    def scored(self, card, acc, d):
        combine = card.get("combine") or "weighted mean"
        weighs = combine in ("weighted mean", "sum", "geometric")
        general = card.get("missing") or ("renormalise", None)
        parts, gone = [], []
        total = present = 0
        for l in self.lines(card, acc, d):
            if l.get("info"):
                continue
            points = self.line_points(l, acc, d)
            policy = l.get("missing") or general
            if missing(points) and policy[0] == "carry":
                before = (self.line_points(l, acc, then) for then in carried_dates(d, policy, self.fiscal))
                points = next((x for x in before if not missing(x)), points)
            weight = l["weight"] if weighs else SCALE
            total += weight
            if not missing(points):
                present += weight
                parts.append((weight, points))
                continue
            gone.append((("renormalise", None) if policy[0] == "carry" else policy, points))
            if policy[0] == "zero":
                parts.append((weight, 0))
            elif policy[0] == "neutral":
                parts.append((weight, policy[1]))
        coverage = nine.div(present, total) if total else SCALE
        score = None
        failed = next((why for policy, why in gone if policy[0] == "fail"), None)
        needed = [SCALE * 6 // 10 if p[1] is None else p[1] for p, _ in gone if p[0] == "renormalise"]
        if failed is not None:
            score = failed
        elif not parts:
            score = gone[0][1]
        elif needed and present * SCALE < max(needed) * total:
            score = TOO_FEW
        elif combine == "weighted mean":
            score = nine.ratio(sum(w * p for w, p in parts), sum(w for w, _ in parts))
        elif combine == "sum":
            score = (card.get("base") or 0) + nine.ratio(sum(w * p for w, p in parts), SCALE)
        elif combine == "geometric":
            if any(p == 0 for _, p in parts):
                score = 0
            else:
                whole = sum(w for w, _ in parts)
                score = nine.of_decimal((sum(Decimal(w) / whole * nine.decimal(p).ln() for w, p in parts)).exp())
        elif combine.startswith("count below"):
            bound = int(combine.split()[2]) * SCALE
            score = sum(p < bound for _, p in parts) * SCALE
        else:
            score = (min if combine == "min" else max)(p for _, p in parts)
        limits = [(verb, value) for verb, value, when in card.get("limits") or [] if when is None or self.ev(when, acc, d) is True]
        chosen = next((v for verb, v in limits if verb == "hold"), None)
        if chosen is None and card.get("override"):
            chosen = self.by_hand(card, acc, d)
        if chosen is None:
            chosen = next((v for verb, v in limits if verb == "set"), None)
        if chosen is not None:
            score = chosen
        elif not missing(score):
            floors = [v for verb, v in limits if verb == "floor"]
            caps = [v for verb, v in limits if verb == "cap"]
            score = max([score] + floors)
            score = min([score] + caps)
        grade = None
        for name, test, _ in self.pick(card.get("grades"), acc, d) or []:
            if self.test(test, score):
                grade = name
                break
        return {"score": score, "grade": grade, "coverage": coverage}

    def rule(self, r, acc, d):
        when = self.ev(r["when"], acc, d)
        unless = self.ev(r["unless"], acc, d) if r.get("unless") is not None else False
        if when is False:
            return "does not hold"
        if unless is True:
            return "held back" if when is True else "does not hold"
        return "undecided" if missing(when) or missing(unless) else "holds"

    def all(self):
        """Everything a run prints: {account: {item: value}}, and the portfolio's."""
        d = self.world["as_of"]
        out = {}
        for acc in sorted(self.account_rows[d]):
            out[acc] = found = {}
            for x in self.p["declarations"]:
                name, kind = x["name"], x["kind"]
                if kind == "metric":
                    m = self.metric(name, acc, d)
                    found[name] = m["value"]
                    if x.get("thresholds"):
                        found[name + ".band"] = m["band"]
                    if has_points(x):
                        found[name + ".points"] = m["points"]
                elif kind == "scorecard":
                    s = self.score(name, acc, d)
                    found[name] = s["score"]
                    found[name + ".coverage"] = s["coverage"]
                    if x.get("grades"):
                        found[name + ".grade"] = s["grade"]
                elif kind == "segment":
                    found[name] = self.ev(x["when"], acc, d)
                elif kind == "partition":
                    found[name] = self.part(name, acc, d)
                elif kind == "rule":
                    found[name] = ("rule", self.rule(x, acc, d))
        portfolio = {x["name"]: self.ev(x["value"], None, d) for x in self.p["declarations"] if x["kind"] == "portfolio"}
        return out, portfolio


def concentration(fn, values, n):
    """Of the sums by key."""
    total = sum(values)
    if fn == "without_top":
        return NOT_APPLICABLE if values and min(values) < 0 else total - sum(sorted(values, reverse=True)[:n])
    if total <= 0 or min(values) < 0:
        return NOT_APPLICABLE
    if fn == "top_share":
        return nine.div(sum(sorted(values, reverse=True)[:n]), total)
    squares = Fraction(sum(v * v for v in values), total * total)
    return nine.of_fraction(10000 * squares if fn == "hhi" else 1 / squares)


def has_points(m):
    return bool(m.get("scales")) or any(points is not None for _, table in m.get("thresholds") or [] for _, _, points in table)


def expressions(d):
    """The expressions that a declaration holds."""
    out = [d[k] for k in ("value", "when", "unless", "by") if isinstance(d.get(k), N)]
    out += [d["override"][0]] if d.get("override") else []
    return out + [when for _, _, when in d.get("limits") or [] if when is not None]


def carried_dates(d, policy, fiscal):
    """The ends of periods whose points a missing line may have."""
    _, n, unit = policy
    first, out = cal.before(d, n, unit), []
    then = cal.end_of_previous(d, "week" if unit == "day" else unit, fiscal)
    while then >= first:
        out.append(then)
        then = cal.end_of_previous(then, "week" if unit == "day" else unit, fiscal)
    return out


def carried(card, at, fiscal):
    """All dates at which the lines of a scorecard may be looked at."""
    policies = [card.get("missing")] + [l.get("missing") for l in card.get("lines") or []]
    policies += [l.get("missing") for _, lines in card.get("overrides") or [] if card["kind"] == "scorecard" for l in lines]
    return {then for p in policies if isinstance(p, tuple) and p[0] == "carry" for then in carried_dates(at, p, fiscal)}


def orphan(r):
    """A row of an account that does not exist: it does not count, but its source reaches as far as its date."""
    dates = ("done_at", "answered_on", "came_on", "logged_on", "set_on", "touched_on")
    unknown = r["text"].get("account") == "nobody" or "deal" in r["text"]
    return unknown and all(r["text"].get(c) not in ("", "soon", "2025-02-30") for c in dates)


def function(name, v, types):
    x = v[0]
    if name == "abs":
        return abs(x)
    if name == "round":
        step = 10 ** (9 - (v[1] // SCALE if len(v) > 1 else 0))
        return nine.ratio(x, step) * step
    if name == "floor":
        return x // SCALE * SCALE
    if name == "ceil":
        return -(-x // SCALE) * SCALE
    if name == "min":
        return min(v)
    if name == "max":
        return max(v)
    if name == "clamp":
        return min(max(x, v[1]), v[2])
    if name == "to_points":
        return x * 100 if types[0] == "ratio" else nine.ratio(x + 100 * SCALE, 2) if types[0] == "nps" else x
    if name == "to_ratio":
        return nine.ratio(x, 100) if types[0] == "points" else x
    if name == "to_number":
        return x
    if name == "sqrt":
        return NOT_APPLICABLE if x < 0 else nine.of_decimal(nine.decimal(x).sqrt())
    if name == "exp":
        return Missing("number too large") if x > 50 * SCALE else nine.of_decimal(nine.decimal(x).exp())
    if name in ("ln", "log10"):
        if x <= 0:
            return NOT_APPLICABLE
        return nine.of_decimal(nine.decimal(x).ln() if name == "ln" else nine.decimal(x).log10())
    if name == "binomial_tail":
        k, n, p = (Fraction(y, SCALE) for y in v)
        if k.denominator != 1 or n.denominator != 1 or not 0 <= n <= 2000 or not 0 <= p <= 1:
            return NOT_APPLICABLE
        k, n = int(k), int(n)
        return nine.of_fraction(sum((math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(max(k, 0), n + 1)), Fraction(0)))
    if name == "power":
        if v[1] % SCALE or abs(v[1]) > 1000 * SCALE or (x == 0 and v[1] < 0):
            return NOT_APPLICABLE
        n = v[1] // SCALE
        whole = nine.of_fraction(Fraction(x, SCALE) ** abs(n))
        return whole if n >= 0 else nine.div(SCALE, whole)
    if name == "logistic":
        return nine.of_decimal(1 / (1 + (-nine.decimal(x)).exp()))
    if name in ("wilson_low", "wilson_high"):
        k, n = Fraction(x, SCALE), Fraction(v[1], SCALE)
        if not 0 <= k <= n or n <= 0:
            return NOT_APPLICABLE
        z = Fraction(196, 100)
        middle = (k / n + z * z / (2 * n)) / (1 + z * z / n)
        half = Fraction(nine.sqrt(k / n * (1 - k / n) / n + z * z / (4 * n * n))) * z / (1 + z * z / n)
        return nine.of_fraction(middle + (half if name == "wilson_high" else -half))
    if name == "shrunk":
        k, n, m, p0 = (Fraction(y, SCALE) for y in v)
        if not 0 <= k <= n or m < 0 or n + m <= 0:
            return NOT_APPLICABLE
        return nine.of_fraction((k + m * p0) / (n + m))
    raise ValueError(name)
