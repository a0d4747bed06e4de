"""How many bounded samples bring a mean within a given distance of its expectation."""

from verify.statement import *

covers("D-45", "D-50")

n = nat("n", at_least=1)
eps, delta = real("eps", open=(0, 1)), real("delta", open=(0, 1))
Z = iid("Z", count=n, law=bounded(-1, 1))
close = absolute(mean(Z) - E(mean(Z))) <= eps

samples = corrected(size=n >= 2 * log(2 / delta) / eps**2, then=P(close) >= 1 - delta)
nonclaim("The bound is for one mean; a mean of dependent variables is another matter.")
