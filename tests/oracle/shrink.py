"""Makes a differing case small: fewer declarations, smaller expressions, fewer rows, as long as something still differs."""
import tempfile

from lang import Across, Agg, N, children, walk
from oracle import expressions

NAMING = ("metric", "score", "segment", "partition", "portfolio", "pts", "isband", "isgrade", "part", "param", "gap", "position", "pmetric", "pmet")


def names(d, partitions):
    """What a declaration reads."""
    out = set(d.get("reads", ()))
    out |= {partitions.get(who, who) for who, _, _ in d.get("figures") or [] if who}
    for e in expressions(d):
        for x in walk(e):
            if x.k in NAMING:
                out.add(x.a[0])
            if x.k == "agg":
                out.add(x.a[0].src)
            if x.k == "ranked" and x.a[2]:
                out.add(partitions.get(x.a[2], x.a[2]))
    for key in ("thresholds", "scales", "overrides", "grades"):
        out |= {partitions.get(who, who) for who, _ in d.get(key) or [] if who}
    return out


def without(world, gone):
    """The world without these declarations and what reads them."""
    gone = set(gone)
    declarations = world["program"]["declarations"]
    partitions = {part: d["name"] for d in declarations if d["kind"] == "partition" for part, _ in d["parts"]}
    while True:
        more = {d["name"] for d in declarations if d["name"] not in gone and names(d, partitions) & gone}
        if not more:
            break
        gone |= more
    kept = [d for d in declarations if d["name"] not in gone]
    return {**world, "program": {**world["program"], "declarations": kept}}


def smaller(e):
    """Expressions of the same type that are simpler."""
    for x in walk(e):
        if x is not e and x.t == e.t and not any(y.k == "rcol" for y in walk(x)):
            yield x
    if e.k == "agg":
        g = e.a[0]
        for field in ("where", "window", "dedupe", "latest", "cap", "diminish", "vcap", "decay", "weight", "least", "all", "by"):
            if getattr(g, field) is not None and getattr(g, field) is not False:
                yield N("agg", e.t, g.copy(**{field: None}))
        for field in ("where", "value", "weight"):
            inner = getattr(g, field)
            if inner is not None:
                for y in smaller_rows(inner):
                    yield N("agg", e.t, g.copy(**{field: y}))
    if e.k == "across":
        g = e.a[0]
        for field in ("where", "weight", "least"):
            if getattr(g, field) is not None:
                yield N("across", e.t, g.copy(**{field: None}))
        for field in ("where", "value"):
            inner = getattr(g, field)
            if inner is not None:
                for y in smaller(inner):
                    yield N("across", e.t, g.copy(**{field: y}))
    if e.k in ("and", "or") and len(e.a) > 2:
        for i in range(len(e.a)):
            yield N(e.k, e.t, *[x for j, x in enumerate(e.a) if j != i])
    for i, x in enumerate(e.a):
        if isinstance(x, N):
            for y in smaller(x):
                yield N(e.k, e.t, *[y if j == i else z for j, z in enumerate(e.a)])
        elif isinstance(x, tuple) and len(x) == 2 and isinstance(x[1], N):
            for y in smaller(x[1]):
                yield N(e.k, e.t, *[(x[0], y) if j == i else z for j, z in enumerate(e.a)])


def smaller_rows(e):
    for x in walk(e):
        if x is not e and x.t == e.t:
            yield x
    for i, x in enumerate(e.a):
        if isinstance(x, N):
            for y in smaller_rows(x):
                yield N(e.k, e.t, *[y if j == i else z for j, z in enumerate(e.a)])
        elif isinstance(x, tuple) and len(x) == 2 and isinstance(x[1], N):
            for y in smaller_rows(x[1]):
                yield N(e.k, e.t, *[(x[0], y) if j == i else z for j, z in enumerate(e.a)])


def shrink(world, first, run, most=400):
    """`run` gives what differs; a case still counts if anything does."""
    tries = 0
    item = first[1].split(".")[0]

    def differs(candidate):
        nonlocal tries
        tries += 1
        if tries > most:
            return False
        with tempfile.TemporaryDirectory() as folder:
            try:
                return any(x[1].split(".")[0] == item for x in run(candidate, folder)[1])
            except Exception:
                return False

    # Only what the first difference reads.
    def only(world, name):
        declarations = world["program"]["declarations"]
        partitions = {part: d["name"] for d in declarations if d["kind"] == "partition" for part, _ in d["parts"]}
        by_name = {d["name"]: d for d in declarations}
        wanted, todo = set(), [name]
        while todo:
            n = todo.pop()
            if n in by_name and n not in wanted:
                wanted.add(n)
                todo += names(by_name[n], partitions)
        return without(world, {d["name"] for d in declarations} - wanted)

    if item != "accounts":
        candidate = only(world, item)
        if differs(candidate):
            world = candidate
    progress = True
    while progress and tries < most:
        progress = False
        for d in list(world["program"]["declarations"]):
            candidate = without(world, {d["name"]})
            if candidate["program"]["declarations"] and differs(candidate):
                world, progress = candidate, True
                break
        if progress:
            continue
        for i, d in enumerate(world["program"]["declarations"]):
            for changed in simpler(d):
                declarations = list(world["program"]["declarations"])
                declarations[i] = changed
                candidate = {**world, "program": {**world["program"], "declarations": declarations}}
                if differs(candidate):
                    world, progress = candidate, True
                    break
            if progress:
                break
    for table in list(world["rows"]):
        rows = world["rows"][table]
        size = len(rows or [])
        while rows and size >= 1:
            at = 0
            while at < len(rows):
                fewer = rows[:at] + rows[at + size :]
                candidate = {**world, "rows": {**world["rows"], table: fewer}}
                if (table != "account" or fewer) and tries < most * 2 and differs_more(candidate, run, item):
                    world, rows = candidate, fewer
                else:
                    at += size
            size //= 2
    return world


def differs_more(candidate, run, item):
    ids = {r["text"]["id"] for r in candidate["rows"]["account"]}
    rows = {k: v if k == "account" or v is None else [r for r in v if r["text"].get("account", r["values"].get("account")) in ids or r.get("drop") or k in ("fx", "spend")] for k, v in candidate["rows"].items()}
    deals = {r["text"]["id"] for r in rows.get("deal") or []}
    if rows.get("touch"):
        rows["touch"] = [r for r in rows["touch"] if r["text"]["deal"] in deals or r["text"]["deal"] == "no such"]
    candidate["rows"] = rows
    with tempfile.TemporaryDirectory() as folder:
        try:
            return any(x[1].split(".")[0] == item for x in run(candidate, folder)[1])
        except Exception:
            return False


def simpler(d):
    for key in ("where", "once", "lookback", "excluding"):
        if d["kind"] == "attribution" and d.get(key):
            yield {k: v for k, v in d.items() if k != key}
    for key in ("valid", "thresholds", "scales", "limits", "overrides", "grades", "missing", "unless"):
        if d.get(key):
            yield {k: v for k, v in d.items() if k != key}
    if d["kind"] == "scorecard" and len(d["lines"]) > 1:
        for i in range(len(d["lines"])):
            lines = [l for j, l in enumerate(d["lines"]) if j != i]
            yield {**d, "lines": lines, "reads": [l["name"] for l in lines], "overrides": None, "free": True}
    for key in ("value", "when", "unless", "by"):
        if isinstance(d.get(key), N):
            for y in smaller(d[key]):
                yield {**d, key: y}
