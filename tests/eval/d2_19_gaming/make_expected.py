"""The chance columns of expected.csv, in exact fractions; laud knows 10/90 to nine digits."""
from fractions import Fraction
from math import comb


def tail(k, n, p):
    return sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1))


p = Fraction(111111111, 10**9)
for account, k, n in [("a", 12, 20), ("b", 3, 8), ("c", 0, 7)]:
    print(account, round(tail(k, n, p) * 10**9))
for k, n, p in [(2000, 2000, Fraction(1, 2)), (1000, 2000, Fraction(1, 2)), (1, 3, Fraction(1)), (0, 5, Fraction(0))]:
    print(k, n, p, round(tail(k, n, p) * 10**9))
