"""The pieces of a laud program, as plain data, and how they are written down.

A node is `N(kind, type, args)`. Types are short words: num, ratio, points, nps, money, dur, bool, date, instant, text, and
`enum:NAME`. Numbers are kept in billionths, as Python integers.
"""
from decimal import Decimal
from datetime import date

SCALE = 10**9


class N:
    """An expression."""

    __slots__ = ("k", "t", "a")

    def __init__(self, k, t, *a):
        self.k, self.t, self.a = k, t, a

    def __repr__(self):
        return write(self)


class Agg:
    """An aggregate over rows."""

    FIELDS = ("fn", "src", "value", "where", "window", "dedupe", "latest", "cap", "diminish", "vcap", "decay", "weight", "least", "all", "by", "nth", "per", "bar")

    def __init__(self, **given):
        for field in self.FIELDS:
            setattr(self, field, given.get(field))

    def copy(self, **changed):
        return Agg(**{**{f: getattr(self, f) for f in self.FIELDS}, **changed})


class Across:
    """An aggregate over accounts."""

    FIELDS = ("fn", "value", "where", "weight", "least", "top", "by", "scope")

    def __init__(self, **given):
        for field in self.FIELDS:
            setattr(self, field, given.get(field))

    def copy(self, **changed):
        return Across(**{**{f: getattr(self, f) for f in self.FIELDS}, **changed})


def plain(raw):
    """Billionths as people write them."""
    text = format(Decimal(raw) / SCALE, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def literal(ty, value):
    if ty == "bool":
        return "yes" if value else "no"
    if ty == "date":
        return value.isoformat()
    if ty == "text":
        return '"' + value + '"'
    if ty.startswith("enum:"):
        return value
    sign = "-" if value < 0 else ""
    raw = abs(value)
    if ty == "ratio":
        return sign + plain(raw * 100) + "%"
    if ty == "money":
        return sign + plain(raw) + " USD"
    if ty == "dur":
        return f"{sign}{raw // SCALE} days"
    return sign + plain(raw)


def units(n, unit):
    return f"{n} {unit}" + ("" if n == 1 else "s")


def window(w):
    kind = w[0]
    if kind == "last":
        return "last " + units(w[1], w[2])
    if kind == "next":
        return "next " + units(w[1], w[2])
    if kind == "complete":
        return f"last {w[1]} complete {w[2]}" + ("" if w[1] == 1 else "s")
    if kind in ("this", "previous"):
        return f"{kind} {w[1]}"
    if kind == "since":
        return "since " + w[1].isoformat()
    return f"from {w[1].isoformat()} to {w[2].isoformat()}"


def keep(k):
    if k is None:
        return ""
    return " keep " + k[0] + (" " + inner(k[1]) if k[1] is not None else "")


def rows(g):
    """An aggregate as it is written, its clauses in an order that follows from them (any order means the same)."""
    clauses = []
    if g.where is not None:
        clauses.append("where " + inner(g.where))
    if g.window is not None:
        word = window(g.window)
        clauses.append(word if g.window[0] in ("since", "from") else "in " + word)
    if g.dedupe is not None:
        by, within, chain, kept = g.dedupe
        text = "dedupe by " + ", ".join(by)
        text += f" within {within} days" if within is not None else ""
        clauses.append(text + (" chain" if chain else "") + keep(kept))
    if g.latest:
        clauses.append("latest per " + ", ".join(g.latest))
    if g.cap is not None:
        clauses.append(f"cap {g.cap[0]} per {g.cap[1]}" + keep(g.cap[2]))
    if g.diminish is not None:
        clauses.append(f"diminish by {plain(g.diminish[0] * 100)}% per {g.diminish[1]}")
    if g.vcap is not None:
        most = plain(g.vcap[0]) + (" USD" if g.vcap[1] == "money" else " points")
        clauses.append(f"cap {most} per {g.vcap[2]}")
    if g.decay is not None:
        kind = g.decay[0]
        if kind == "steps":
            steps = ", ".join(f"{units(d, 'day')} -> {plain(w)}" for d, w in g.decay[1])
            clauses.append(f"decay steps {steps}, else {plain(g.decay[2])}")
        else:
            clauses.append(f"decay {kind} {units(g.decay[1], 'day')}")
    if g.weight is not None:
        clauses.append("weighted by " + inner(g.weight))
    if g.where is None and len(clauses) > 1 and len(clauses[0]) % 2:
        clauses.reverse()
    head = (inner(g.value) + " of " if g.value is not None else "") + g.src
    head += " by " + ", ".join(g.by) if g.by else ""
    if g.fn == "rows":
        return " ".join([head] + clauses)
    options = [f"{plain(g.bar * 100)}%"] if g.bar is not None else []
    options += ([str(g.nth)] if g.nth is not None else []) + ([f"at least {g.least} answers"] if g.least is not None else []) + (["all answers"] if g.all else [])
    return f"{g.fn}(" + ", ".join([" ".join([head] + clauses)] + options) + ")"


def across(g):
    clauses = []
    if g.where is not None:
        clauses.append("where " + inner(g.where))
    if g.weight is not None:
        clauses.append("weighted by " + inner(g.weight))
    head = (inner(g.value) + " of " if g.value is not None else "") + (g.scope or "accounts")
    head += " by " + ", ".join(g.by) if g.by else ""
    options = [str(g.top)] if g.top is not None else []
    options += [f"at least {g.least} accounts"] if g.least is not None else []
    return f"{g.fn}(" + ", ".join([" ".join([head] + clauses)] + options) + ")"


ATOMS = ("lit", "col", "rcol", "param", "metric", "score", "segment", "part", "partition", "portfolio", "pts", "fn", "agg", "across", "gap", "position", "period", "matches", "kin", "pmetric", "pcol", "pmet", "convert")


def inner(e):
    """An expression where an operand is wanted."""
    text = write(e)
    if e.k == "lit" and not text.startswith("-"):
        return text
    return text if e.k in ATOMS and e.k != "lit" else f"({text})"


def shift(s):
    if s[0] == "ago":
        return units(s[1], s[2]) + " ago"
    if s[0] == "on":
        return s[1].isoformat()
    return "end of previous " + s[1]


def write(e):
    k, a = e.k, e.a
    if k == "lit":
        return literal(e.t, a[0])
    if k == "col":
        return a[0] if len(a[0]) % 2 else "account." + a[0]
    if k in ("rcol", "pmetric", "param", "metric", "score", "segment", "partition", "portfolio"):
        return a[0]
    if k == "part":
        return a[1]
    if k == "pts":
        return f"points({a[0]})"
    if k == "not":
        return "not " + inner(a[0])
    if k == "neg":
        return "-" + inner(a[0])
    if k in ("and", "or"):
        return f" {k} ".join(inner(x) for x in a)
    if k == "sum":
        return "".join(((" - " if neg else " + ") if i else ("-" if neg else "")) + inner(x) for i, (neg, x) in enumerate(a))
    if k == "prod":
        return "".join(((" / " if div else " * ") if i else "") + inner(x) for i, (div, x) in enumerate(a))
    if k == "cmp":
        return f"{inner(a[1])} {a[0]} {inner(a[2])}"
    if k == "in":
        return inner(a[0]) + (" not" if a[2] else "") + " in (" + ", ".join(literal(a[0].t, v) for v in a[1]) + ")"
    if k == "within":
        return inner(a[0]) + (" not" if a[2] else "") + " in " + window(a[1])
    if k == "ismiss":
        return inner(a[0]) + " is " + ("not " if a[2] else "") + "missing" + (f" because {a[1]}" if a[1] else "")
    if k in ("isband", "isgrade"):
        return f"{a[0]} is " + ("not " if a[2] else "") + a[1]
    if k == "orelse":
        return " or else ".join(inner(x) for x in a)
    if k == "if":
        return f"if {inner(a[0])} then {inner(a[1])} else {inner(a[2])}"
    if k == "fn":
        return f"{a[0]}(" + ", ".join(write(x) for x in a[1:]) + ")"
    if k == "agg":
        return rows(a[0])
    if k == "across":
        return across(a[0])
    if k == "matches":
        return f"matches({write(a[0])} with {write(a[1])} by {', '.join(a[2])} within {units(a[3], 'day')})"
    if k == "kin":
        return across(a[0])
    if k == "pcol":
        return f"{a[0]}.{a[1]}"
    if k == "pmet":
        return f"{a[1]}.{a[0]}"
    if k == "convert":
        return f"convert({write(a[0])}, {a[1]}" + (f", {write(a[2])})" if a[2] is not None else ")")
    if k == "elapsed":
        return f"{a[0]}s " + ("until " if a[1] else "since ") + inner(a[2])
    if k == "asof":
        return inner(a[0]) + " as of " + shift(a[1])
    if k == "change":
        return ("percent " if a[1] else "") + "change in " + inner(a[0]) + " over " + units(a[2], a[3])
    if k == "trend":
        return "trend of " + inner(a[0]) + " over " + units(a[1], a[2])
    if k == "held":
        some = f"{a[1]} of last {a[2]}" if a[1] != a[2] else str(a[1])
        text = inner(a[0]) + f" for {some} {a[3]}" + ("" if a[2] == 1 else "s")
        return text + (" ignoring missing" if len(a) > 4 and a[4] else "")
    if k == "streak":
        return f"streak of {inner(a[0])} over {units(a[1], a[2])}" + (" ignoring missing" if a[3] else "")
    if k == "until":
        text = f"{inner(a[0])} until {inner(a[1])} over {units(a[2], a[3])}"
        return text + (f" at least {units(a[4], a[3])}" if a[4] else "")
    if k == "missing":
        return "missing" + (f" because {a[0]}" if a[0] else "")
    if k in ("gap", "position"):
        return f"{k}({a[0]})"
    if k == "period":
        return f"days_{a[0]}_{a[1]}(" + (write(a[2]) if len(a) > 2 else "") + ")"
    if k == "ranked":
        text = f"{a[0]} of {inner(a[1])}"
        text += " within " + a[2] if a[2] else ""
        text += " against " + shift(a[4]) if len(a) > 4 and a[4] else ""
        return text + (f" at least {units(a[3], 'account')}" if a[3] else "")
    raise ValueError(k)


# ---------- walking and rewriting, for the shrinker ----------


def children(e):
    """The nodes right below."""
    out = []
    for x in e.a:
        if isinstance(x, N):
            out.append(x)
        elif isinstance(x, tuple) and len(x) == 2 and isinstance(x[1], N):
            out.append(x[1])
        elif isinstance(x, Agg):
            out += [y for y in (x.value, x.where, x.weight) if y is not None]
            for kept in (x.dedupe and x.dedupe[3], x.cap and x.cap[2]):
                if kept and kept[1] is not None:
                    out.append(kept[1])
        elif isinstance(x, Across):
            out += [y for y in (x.value, x.where, x.weight) if y is not None]
    return out


def walk(e):
    yield e
    for x in children(e):
        yield from walk(x)


# ---------- declarations ----------


def row_test(test, ty):
    kind = test[0]
    if kind == "cmp":
        return f"{test[1]} {literal(ty, test[2])}"
    if kind == "between":
        return f"{literal(ty, test[1])} to {literal(ty, test[2])}"
    if kind == "in":
        return "in (" + ", ".join(literal(ty, v) for v in test[1]) + ")"
    return kind


def bands(table, ty, indent="    "):
    out = []
    for name, test, points in table:
        out.append(f"{indent}{name}  {row_test(test, ty)}" + (f"  -> {plain(points)}" if points is not None else ""))
    return "\n".join(out)


def scale_points(scale, ty):
    return ", ".join(f"{literal(ty, x)} -> {plain(y)}" for x, y in scale)


def policy(p):
    if p[0] == "renormalise":
        return "renormalise" + (f" at least {plain(p[1] * 100)}% coverage" if p[1] is not None else "")
    if p[0] == "carry":
        return f"carry last at most {units(p[1], p[2])}"
    return p[0] + (f" {plain(p[1])}" if p[0] == "neutral" else "")


def line(l):
    text = f"  {l['name']}"
    text += f"  weight {plain(l['weight'])}" if l.get("weight") is not None else ""
    text += "  informational" if l.get("info") else ""
    text += f"  scale {scale_points(l['scale'], l['type'])}" if l.get("scale") else ""
    return text + (f"  missing {policy(l['missing'])}" if l.get("missing") else "")


def declaration(d):
    kind, name = d["kind"], d["name"]
    if kind == "param":
        return f"param {name} = {literal(d['type'], d['value'])}"
    if kind == "segment":
        return f"segment {name} = {write(d['when'])}"
    if kind == "define":
        parameters = ", ".join(f"{p}: {WORDS[t]}" for p, t in d["parameters"])
        return f"define {name}({parameters}) = {write(d['value'])}"
    if kind == "partition":
        by = f" by {inner(d['by'])}" if d["by"] is not None else ""
        return f"segments {name}{by} {{\n" + bands([(p, t, None) for p, t in d["parts"]], d["by"].t if d["by"] else "", "  ") + "\n}"
    if kind in ("metric", "portfolio", "person", "deal"):
        word = "metric" if kind == "metric" else kind + " metric"
        if not any(d.get(x) for x in ("thresholds", "scales", "valid")):
            return f"{word} {name} = {write(d['value'])}"
        text = f"{word} {name} {{\n  value  {write(d['value'])}\n"
        for who, table in d.get("thresholds") or []:
            text += "  thresholds" + (f" for {who}" if who else "") + " {\n" + bands(table, d["type"]) + "\n  }\n"
        for who, scale in d.get("scales") or []:
            text += "  scale" + (f" for {who}" if who else "") + "  " + scale_points(scale, d["type"]) + "\n"
        if d.get("valid"):
            n, unit, then = d["valid"]
            text += f"  valid for {units(n, unit)} then "
            text += then[0] if then[0] != "decay" else f"decay to {plain(then[1])} over {units(then[2], 'day')}"
            text += "\n"
        return text + "}"
    if kind == "scorecard":
        text = f"scorecard {name} {{\n" + "\n".join(line(l) for l in d["lines"]) + "\n"
        for who, lines in d.get("overrides") or []:
            text += f"  for {who} {{\n" + "\n".join("  " + line(l) for l in lines) + "\n  }\n"
        text += f"  missing {policy(d['missing'])}\n" if d.get("missing") else ""
        text += f"  combine {d['combine']}\n" if d.get("combine") else ""
        text += f"  base {plain(d['base'])}\n" if d.get("base") is not None else ""
        text += "  weights free\n" if d.get("free") else ""
        for verb, value, when in d.get("limits") or []:
            text += f"  {verb} {plain(value)}" + (f" when {write(when)}" if when is not None else "")
            text += ' because "legal"\n' if verb == "hold" else "\n"
        if d.get("override"):
            rows, newer = d["override"]
            text += f"  override mark of {write(rows)}" + (" until newer evidence" if newer else "") + "\n"
        for who, table in d.get("grades") or []:
            text += "  grades" + (f" for {who}" if who else "") + " {\n" + bands(table, "points") + "\n  }\n"
        return text + "}"
    if kind == "attribution":
        text = f"attribution {name} of {d['of']} {{\n  amount  {inner(d['amount'])} of deal\n  when  {write(d['when'])}\n  at  closed\n  to  {d['to']}\n"
        text += f"  where  {write(d['where'])}\n" if d.get("where") is not None else ""
        text += f"  lookback  {d['lookback']} days\n" if d.get("lookback") else ""
        text += "  once per  " + ", ".join(d["once"]) + "\n" if d.get("once") else ""
        model = d["model"]
        text += "  model  " + model[0] + (f" {model[1]} days" if model[0] == "time decay" else f" {model[1]}%" if len(model) > 1 else "")
        text += f" key {write(model[2])}" if len(model) > 2 else ""
        return text + (f"\n  excluding  {d['excluding']}" if d.get("excluding") else "") + "\n}"
    if kind == "benchmark":
        text = f"benchmark {name} of {d['of']} {{\n  source \"made up\"\n"
        for who, day, figures in d["figures"]:
            text += f"  for {who} from" if who else "  from"
            text += f" {day.isoformat()}  " + ", ".join(literal(d["type"], x) for x in figures) + "\n"
        return text + "}"
    if kind == "rule":
        text = f"rule {name} {{\n  when  {write(d['when'])}\n"
        text += f"  unless  {write(d['unless'])}\n" if d.get("unless") is not None else ""
        return text + '  do  task "look"\n}'
    raise ValueError(kind)


WORDS = {
    "num": "number",
    "ratio": "ratio",
    "points": "points",
    "nps": "nps",
    "money": "money USD",
    "dur": "duration",
    "bool": "boolean",
    "date": "date",
    "instant": "instant",
    "text": "text",
    "eur": "money EUR",
}


def column(c):
    ty = c["type"]
    word = "one of " + ", ".join(c["values"]) if ty.startswith("enum:") else "money by " + ty[3:] if ty.startswith("by:") else WORDS[ty]
    text = f"  {c['name']}  {'integer' if c.get('integer') else word}"
    text += f" {c['range']}" if c.get("range") else ""
    for word in ("key", "optional", "recorded", "personal", "parent", "merged"):
        text += f" {word}" if c.get(word) else ""
    return text


def tables(p):
    """The heads of all tables, with their columns."""
    history = f" as of {p['history']}" if p.get("history") else ""
    yield f"table account{history}", p["account"]
    for name, columns in p["tables"].items():
        yield f"table {name} of account", columns
    for name, e in p["events"].items():
        of = e.get("of", "account")
        yield f"events {name}{' of ' + of if of else ''} at {e['at']}", e["columns"]


def table_text(head, columns):
    return head + " {\n" + "\n".join(column(c) for c in columns) + "\n}"


def rates_text(p):
    return [f"rates fx at day {{ valid for {p['rates']['days']} days }}"] if p.get("rates") else []


def program_text(p):
    out = [table_text(head, columns) for head, columns in tables(p)] + rates_text(p)
    out += [declaration(d) for d in p["declarations"]]
    return "\n\n".join(out) + "\n"
