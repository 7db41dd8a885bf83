"""Dates, by counting months."""
import calendar
from datetime import date, timedelta


def months(d, n):
    """n calendar months later, the day clamped."""
    count = d.year * 12 + d.month - 1 + n
    y, m = divmod(count, 12)
    return date(y, m + 1, min(d.day, calendar.monthrange(y, m + 1)[1]))


def before(d, n, unit):
    if unit == "day":
        return d - timedelta(n)
    if unit == "week":
        return d - timedelta(7 * n)
    return months(d, -n * {"month": 1, "quarter": 3, "year": 12}[unit])


def after(d, n, unit):
    return before(d, -n, unit)


def start(d, unit, fiscal):
    """First day of the period that holds d; quarters and years begin with the fiscal month."""
    if unit == "day":
        return d
    if unit == "week":
        return d - timedelta(d.weekday())
    if unit == "month":
        return d.replace(day=1)
    size = 3 if unit == "quarter" else 12
    back = (d.month - fiscal) % size
    return months(d.replace(day=1), -back)


def end_of_previous(d, unit, fiscal):
    return start(d, unit, fiscal) - timedelta(1)


def months_since(later, earlier):
    """Complete months."""
    if later < earlier:
        return -months_since(earlier, later)
    n = (later.year - earlier.year) * 12 + later.month - earlier.month
    while months(earlier, n) > later:
        n -= 1
    return n


def window(w, d, fiscal):
    """First and last date of a window."""
    kind = w[0]
    if kind == "last":
        return before(d, w[1], w[2]) + timedelta(1), d
    if kind == "next":
        return d, after(d, w[1], w[2])
    if kind == "this":
        return start(d, w[1], fiscal), d
    if kind == "previous":
        last = end_of_previous(d, w[1], fiscal)
        return start(last, w[1], fiscal), last
    if kind == "complete":
        last = end_of_previous(d, w[2], fiscal)
        first = last
        for _ in range(w[1]):
            first = start(first, w[2], fiscal) - timedelta(1)
        return first + timedelta(1), last
    if kind == "since":
        return w[1], d
    return w[1], w[2]
