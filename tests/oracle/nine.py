"""Numbers as the reference defines them: billionths, each product and quotient rounded once, half away from zero; what is
irrational is computed with sixty digits and rounded where it is made."""
from decimal import Decimal, getcontext
from fractions import Fraction

SCALE = 10**9
LIMIT = 10**38
getcontext().prec = 60


class Fault(Exception):
    """An error of the account: its reason."""


def checked(raw):
    if abs(raw) >= LIMIT:
        raise Fault("number too large")
    return raw


def ratio(n, d):
    """n / d as a whole number, half away from zero."""
    if d < 0:
        n, d = -n, -d
    q = (2 * abs(n) + d) // (2 * d)
    return -q if n < 0 else q


def mul(a, b):
    return checked(ratio(a * b, SCALE))


def div(a, b):
    if b == 0:
        raise Fault("division by zero")
    return checked(ratio(a * SCALE, b))


def of_fraction(f):
    return checked(ratio(f.numerator * SCALE, f.denominator))


def of_decimal(d):
    """A number of many digits as billionths."""
    return of_fraction(Fraction(d))


def decimal(raw):
    return Decimal(raw) / SCALE


def sqrt(f):
    """Of a fraction, with sixty digits."""
    return (Decimal(f.numerator) / Decimal(f.denominator)).sqrt()


def phi(z):
    """The standard normal distribution, by the series of the error function."""
    x = z / Decimal(2).sqrt()
    if abs(x) > 12:
        return Decimal(1 if x > 0 else 0)
    getcontext().prec = 160
    term = total = x
    n = 0
    while abs(term) > Decimal(10) ** -120:
        n += 1
        term = -term * x * x / n
        total += term / (2 * n + 1)
    result = (1 + 2 / pi().sqrt() * total) / 2
    getcontext().prec = 60
    return +result


def pi():
    """Machin's formula."""

    def arctan_inverse(n):
        power = total = Decimal(1) / n
        k = 1
        while abs(power) > Decimal(10) ** -150:
            power = -power / (n * n)
            k += 2
            total += power / k
        return total

    return 4 * (4 * arctan_inverse(5) - arctan_inverse(239))
