"""The kernel of a two-layer ReLU network is a mean over units; the gradient in one unit is no sum over units."""

from verify.statement import *

covers("D-41", "D-42", "D-43")

m, d = nat("m", at_least=1), nat("d", at_least=1)
r, s = index("r", m), index("s", m)
x, z, v, a = vector("x", d), vector("z", d), vectors("v", count=m, dim=d), reals("a", count=m)


def active(k, at):
    return indicator(dot(v[k], at) >= 0)


def gradient(k, at):
    """The gradient of the prediction at an input in the weights of unit k, times the root of m."""
    return a[k] * active(k, at) * at


signs = forall(r, a[r] ** 2 == 1)
entry = dot(x, z) * mean(r, active(r, x) * active(r, z))

summed = printed(
    of="D-42",
    consequence="notation",
    signs=signs,
    then=total(r, dot(total(s, gradient(s, x)), total(s, gradient(s, z)))) / m == entry,
    expect=REFUTED,
    reading="the gradient in a unit as printed, with a sum over all units",
)
over_units = printed(
    of=("D-41", "D-43"),
    signs=signs,
    then=total(r, dot(gradient(r, x), gradient(r, z))) / m == entry,
    reading="with the gradient in one unit, and output weights that are signs",
)
one_unit = corrected(
    of="D-42",
    signs=signs,
    then=total(r, dot(gradient(r, x), gradient(r, z))) / m == entry,
)

with proof(over_units) as p:
    p.conclude(by.lemma(one_unit))
with proof(one_unit) as p:
    p.conclude(by.algebra(by.total(r, 1, m, by.scaled(dot(x, z) * active(r, x) * active(r, z) / m, p.signs(r)))))

summed.fails_at(m=2, d=1, x=[[1]], z=[[1]], v=[[[1]], [[1]]], a=[1, 1])
one_unit.breaks_without("signs", m=1, d=1, x=[[1]], z=[[1]], v=[[[1]]], a=[2])
nonclaim("Output weights other than signs enter by their squares.")
