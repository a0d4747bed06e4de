"""With one output the preconditioner moves N times as fast along the weights as across them."""

from verify.statement import *

covers("C-24")

n, N = nat("n", at_least=1), nat("N", at_least=1)
w, z = vector("w", n), vector("z", n)
c = real("c", nonnegative=True)


def moved(z):
    """The preconditioner of one output without its factor |w|^(2 - 2/N): |w|^2 z + (N - 1) w w^T z."""
    return dot(w, w) * z + (N - 1) * dot(w, z) * w


along = corrected(then=moved(c * w) == N * dot(w, w) * (c * w))
across = corrected(orthogonal=dot(w, z) == 0, then=moved(z) == dot(w, w) * z)
never_more = corrected(
    then=both(dot(z, moved(z)) >= dot(w, w) * dot(z, z), dot(z, moved(z)) <= N * dot(w, w) * dot(z, z))
)
turns = printed(
    consequence="caution",
    then=dot(w, moved(z)) >= 0, expect=REFUTED, reading="movement is only promoted along w, never against it"
)

with proof(along) as p:
    p.conclude(by.algebra())
with proof(across) as p:
    p.conclude(by.algebra(by.scaled((N - 1) * w, p.orthogonal)))
with proof(never_more) as p:
    cauchy = p.have(
        dot(w, w) * dot(z, z) >= dot(w, z) ** 2,
        by.algebra(
            by.trace(by.congruence(w, by.dominate(by.gram(z.T)))), by.trace(by.within(w.T @ z, by.single(z.T @ w)))
        ),
    )
    p.conclude(
        by.algebra(by.times(by.natural(N - 1), by.square(dot(w, z)))), by.algebra(by.times(by.natural(N - 1), cauchy))
    )
turns.fails_at(n=1, N=1, w=[[1]], z=[[-1]])
