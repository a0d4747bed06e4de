"""Hoeffding's lemma for a fair coin: cosh t is at most exp(t^2 / 2)."""
from verify.statement import *

coin = corrected(time=clock(), then=(exp(t) + exp(-t)) / 2 <= exp(t**2 / 2))

cosh, sinh = (exp(t) + exp(-t)) / 2, (exp(t) - exp(-t)) / 2
with proof(coin) as p:
    grows = p.have(sinh >= 0, by.antitone(cosh))                           # sinh' = cosh
    later = p.have(t * cosh - sinh >= 0, by.antitone(t * grows))           # (t cosh t - sinh t)' = t sinh t
    ratio = p.have(cosh * exp(-t**2 / 2) <= 1, by.antitone(exp(-t**2 / 2) * later))
    p.conclude(by.algebra(exp(t**2 / 2) * ratio))
