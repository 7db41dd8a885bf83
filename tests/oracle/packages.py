"""The same program in two folders: the first declarations in a package, where parameters, segments, metrics, scorecards and tables may be
poorer or other than they are, and the rest in the project, which extends the package to what the program is."""
import random
import re

from lang import SCALE, N, declaration, program_text, rates_text, table_text, tables

FIXED = ("key", "recorded", "parent", "merged")


def words(texts):
    return set(re.findall(r"\w+", "\n".join(texts)))


def extension(text, *left_out):
    """A declaration as an extension, without what the package says already."""
    lines = [l for l in text.split("\n") if l.strip() and not l.startswith(left_out)]
    return "extend " + "\n".join(lines)


def poorer(d, r):
    """A declaration as the package has it, and what makes it whole; no second part if the package has all of it."""
    kind = d["kind"]
    if kind == "param":
        other = {**d, "value": r.choice([0, 1, 7, 90]) * SCALE}
        return declaration(other), "extend " + declaration(d)
    if kind == "segment":
        other = N("cmp", "bool", ">=", N("col", "num", "seats"), N("lit", "num", r.randint(1, 9) * SCALE))
        return declaration({**d, "when": other}), "extend " + declaration(d)
    if kind == "metric" and (d.get("thresholds") or d.get("scales")):
        key = "thresholds" if d.get("thresholds") else "scales"
        table = [("b1", ("otherwise",), 50 * SCALE)] if d.get("pointed") else [("b1", ("otherwise",), None)]
        base = [(None, table if key == "thresholds" else [(0, 0), (SCALE, SCALE)])] if r.random() < 0.5 else None
        return declaration({**d, key: base}), extension(declaration({**d, "valid": None}), "  value")
    if kind == "scorecard" and (d.get("limits") or d.get("grades") or d.get("override")):
        gone = {"limits": None, "grades": None, "override": None}
        rest = {**d, "lines": [], "overrides": None, "combine": None, "free": False, "missing": None, "base": None}
        return declaration({**d, **gone}), extension(declaration(rest))
    if kind == "rule" and d.get("unless") is not None:
        return declaration({**d, "unless": None}), extension(declaration(d), "  when", "  do")
    return declaration(d), None


def packaged(p, seed):
    """The text of the package, and that of the project."""
    r = random.Random(seed)
    count = r.randint(0, len(p["declarations"]))
    package, project = [], []
    for d in p["declarations"][:count]:
        base, more = poorer(d, r) if r.random() < 0.6 else (declaration(d), None)
        package.append(("open " if more else r.choice(["", "final ", "open "]) if d["kind"] not in ("define", "partition", "attribution") else "") + base)
        project += [more] if more else []
    said = words(package)
    for head, columns in tables(p):
        cut = len(columns)
        while cut > 1 and r.random() < 0.8:
            c = columns[cut - 1]
            if c["name"] in said or any(c.get(w) for w in FIXED) or any(x["type"] == "by:" + c["name"] for x in columns[:cut]):
                break
            cut -= 1
        package.append("open " + table_text(head, columns[:cut]))
        if cut < len(columns):
            project.append("extend " + table_text(re.sub(" (as of|of|at) .*", "", head), columns[cut:]))
    rest = [declaration(d) for d in p["declarations"][count:]] + rates_text(p)
    project += rest
    for texts in (project, package):
        r.shuffle(texts)
        # What is excluded by an attribution stands above it: t2 above t10.
        texts.sort(key=lambda t: int(t.split()[1][1:]) if t.startswith("attribution") else 0)
    return "\n\n".join(package) + "\n", "\n\n".join(project) + "\n"
