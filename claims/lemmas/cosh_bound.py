"""Hoeffding's lemma for a fair coin: cosh x <= exp(x^2 / 2)."""
from verify.statement import *

x = real("x")
coin = lemma(then=exp(x) + exp(-x) <= 2 * exp(x**2 / 2))
with proof(coin) as p:
    p.conclude(by.positive())
