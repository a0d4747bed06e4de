"""A model linear in its parameters has a constant kernel; separating parameters bound its least eigenvalue."""

from verify.statement import *

covers("D-29", "D-30", "D-31", "D-32")

n, p = nat("n", at_least=1), nat("p", at_least=1)
Phi, theta, eta = matrix("Phi", n, p), curve("theta", p, 1), vector("eta", p)
h = vector("h", p)
A, y = matrix("A", p, n), vector("y", n)
K = Phi @ Phi.T
low, c = chosen("low", positive=True), real("c", positive=True)
gap = Phi @ A - I

linear = printed(
    of="D-29",
    then=Phi @ (eta + h) - Phi @ eta == Phi @ h, reading="the gradient of prediction i is the feature of x_i"
)
predictions = printed(
    of="D-30",
    time=clock(), flow=D(theta) == -Phi.T @ (Phi @ theta - y) / n, then=D(Phi @ theta) == -K @ (Phi @ theta - y) / n
)
constant = printed(of="D-30", time=clock(), then=D(K) == 0)
uniform = printed(
    of="D-31",
    consequence="caution",
    full_rank=c > 0,
    then=c >= low,
    expect=REFUTED,
    reading="one bound for all kernels of full rank: n = 1, feature sqrt(c)",
)
full_rank = corrected(of="D-31", inverse=Phi @ A == I, then=psd(frobenius(A) ** 2 * K - I))
# parameters that separate the inputs up to 1/2: universality gives them for distinct inputs
universal = corrected(of="D-32", near=frobenius(gap) ** 2 <= Q(1, 4), then=psd(frobenius(A) ** 2 * K - I / 4))
repeated = printed(
    of="D-32",
    consequence="hypothesis",
    then=psd(K - c * I),
    expect=REFUTED,
    reading="a bound without distinct inputs",
)

with proof(linear) as s:
    s.conclude(by.algebra())
with proof(predictions) as s:
    s.conclude(by.algebra(Phi @ s.flow))
with proof(constant) as s:
    s.conclude(by.algebra())
with proof(full_rank) as s:
    s.conclude(by.algebra(by.congruence(Phi.T, by.dominate(by.gram(A.T))), s.inverse @ (A.T @ Phi.T), s.inverse.T))
with proof(universal) as s:  # (1 + G)(1 + G)^T = (1 + 2 G)(1 + 2 G)^T / 2 + 1/2 - G G^T
    s.conclude(
        by.algebra(
            by.congruence(Phi.T, by.dominate(by.gram(A.T))),
            by.times(Q(1, 2), by.gram(I + 2 * gap.T)),
            by.dominate(by.gram(gap.T)),
            by.times(s.near, by.gram(identity(n))),
        )
    )

universal.tight_at(n=1, p=1, Phi=[[1]], A=[[Q(1, 2)]])
uniform.fails_at(c=low / 2)
with refutation(uniform) as s:
    s.have(c > 0, by.positive())
    s.conclude(by.algebra(low))
repeated.fails_at(n=2, p=1, Phi=[[1], [1]], c=1)
nonclaim("That a universal kernel gives separating parameters is its definition together with Urysohn's lemma.")
