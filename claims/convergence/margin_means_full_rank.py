"""A deficiency margin means full rank, closeness to the target, and distance from zero."""
from verify.statement import *

covers("K-25", "K-56", "K-59")

k, d = nat("k"), nat("d")
r = nat("r", between=(1, k))                          # at most the smaller of the two sizes
W, Phi = matrix("W", k, d), matrix("Phi", k, d)
c, s = real("c", positive=True), sigma_min(Phi)
fits = r <= d
margin = frobenius(W - Phi) <= s - c

full_rank = corrected(of="K-56", margin=margin, then=sigma_min(W) >= c)
below_target = corrected(of="K-56", margin=margin, then=s - c >= 0)
close = printed(of="K-59", margin=margin, fits=fits, then=r * frobenius(W - Phi)**2 <= frobenius(Phi)**2,
                reading="close: the relative distance is at most the inverse root of the smaller size")
near_zero = printed(of="K-25", consequence="caution", several=both(k >= 2, d >= 2), start=W == 0 * W, deep=s > 0,
                    then=frobenius(W - Phi)**2 <= s**2, expect=REFUTED,
                    reading="a start at zero serves the whole theory: it is as near to the target as a margin asks")
not_small = corrected(of="K-25", margin=margin, fits=fits, then=frobenius(W)**2 >= r * c**2)
far_from_zero = corrected(of="K-25", margin=margin, fits=fits, several=r >= 2, then=35 * frobenius(W)**2 >= 6 * s**2)


def margin_proof(p, X, F, n):
    """With D = X - F and q = s - c:
    q s (X X^T - c^2 I) = c q (F F^T - s^2 I) + c s (q^2 I - D D^T) + (q F + s D)(q F + s D)^T."""
    q, D_, unit = s - c, X - F, identity(n)
    nonneg, small = p.hypothesis("margin.1"), p.hypothesis("margin.2")
    floor = p.hypothesis("sigma_min_Phi.floor")
    p.have(s > 0, by.algebra(nonneg, p.hypothesis("c.positive")))
    ball = p.have(psd(q**2 * unit - D_ @ D_.T), by.algebra(by.times(small, by.gram(unit)), by.dominate(by.gram(D_.T))))
    is_zero = by.anti(nonneg, CASE)                   # the case q = 0
    no_gap = by.vanish(D_.T, by.anti(by.trace(by.gram(D_.T)), by.plus(small, by.scaled(-q, is_zero))))
    parts = by.plus(by.times(c * q, floor), by.times(c * s, ball), by.gram((q * F + s * D_).T))
    p.conclude(by.cases(
        -q,
        at_least_zero=(floor, by.within(X, no_gap), by.within(unit, by.transposed(no_gap), F.T),
                       by.scaled((s + c) * unit, is_zero)),
        negative=(by.times(1 / (q * s), parts), by.scaled(X @ X.T - c**2 * unit, by.inverse(q * s)))))


with proof(full_rank, case="wide") as p:
    margin_proof(p, W, Phi, k)
with proof(full_rank, case="tall") as p:
    margin_proof(p, W.T, Phi.T, d)
with proof(below_target) as p:
    p.conclude(by.algebra(p.hypothesis("margin.1")))


def size_bound(p, fits):
    """r s^2 <= |Phi|^2, because s^2 I is below a Gram matrix of Phi of size at least r."""
    return p.have(r * s**2 <= frobenius(Phi)**2, by.algebra(
        by.trace(p.hypothesis("sigma_min_Phi.floor")), by.times(s**2, fits)))


def close_proof(p, fits):
    whole = size_bound(p, fits)
    p.have(s - c >= 0, by.algebra(p.hypothesis("margin.1")))
    p.conclude(by.algebra(whole, by.times(r, p.hypothesis("margin.2")), by.times(r * c, 2 * (s - c) + c)))


with proof(close, case="wide") as p:
    close_proof(p, by.natural(k - r))
with proof(close, case="tall") as p:
    close_proof(p, p.fits)
with proof(not_small, case="wide") as p:
    floor = p.have(psd(W @ W.T - c**2 * identity(k)), by.lemma(full_rank))
    p.conclude(by.algebra(by.trace(floor), by.times(c**2, by.natural(k - r))))
with proof(not_small, case="tall") as p:
    floor = p.have(psd(W.T @ W - c**2 * identity(d)), by.lemma(full_rank))
    p.conclude(by.algebra(by.trace(floor), by.times(c**2, p.fits)))


def far_proof(p, fits):
    """2 s^2 <= |Phi|^2 <= 7/2 |W|^2 + 7/5 |W - Phi|^2 and |W - Phi| <= s."""
    whole = size_bound(p, fits)
    p.have(s - c >= 0, by.algebra(p.hypothesis("margin.1")))
    near = p.have(frobenius(W - Phi)**2 <= s**2, by.algebra(p.hypothesis("margin.2"), by.times(c, 2 * (s - c) + c)))
    p.conclude(by.algebra(whole, near, by.times(s**2, p.several), by.trace(by.gram(7 * W - 2 * Phi))))


with proof(far_from_zero, case="wide") as p:
    far_proof(p, by.natural(k - r))
with proof(far_from_zero, case="tall") as p:
    far_proof(p, p.fits)

unit, none = [[1, 0], [0, 1]], [[0, 0], [0, 0]]
near_zero.fails_at(k=2, d=2, W=none, Phi=unit, sigma_min_Phi=1)
far_from_zero.holds_at(k=2, d=2, r=2, W=unit, Phi=unit, c=Q(1, 2), sigma_min_Phi=1)
nonclaim("A target that is not of full rank has least singular value 0, so that no matrix has a margin.")
