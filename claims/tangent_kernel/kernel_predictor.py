"""Kernel flow ends at the initial function plus the kernel predictor of the initial residual."""

from verify.statement import *

covers("D-72", "D-73")

n, d = nat("n", at_least=1), nat("d", at_least=1)
K, B = matrix("K", n, n, symmetric=True), matrix("B", n, n)  # kernel of the training inputs and its inverse
k, y = vector("k", n), vector("y", n)  # kernel of the test input with the training inputs
u, f = curve("u", n, 1), curve("f")  # predictions at the training inputs, prediction at the test input
x, X_te, z = vector("x", d), vector("X_te", n), vector("z", d)
v, kappa, c, label = curve("v"), real("kappa", positive=True), real("c"), real("label")  # one training input
lam = real("lam")
r, s = u - y, B @ k  # residual, weights of the kernel predictor
flow = dict(time=clock(), train=D(u) == -K @ r / n, test=D(f) == -dot(k, r) / n, inverse=B @ K == I)

test_point = printed(
    of="D-73",
    then=dot(x, X_te) <= 1,
    expect=ILL_SORTED,
    reading="the kernel needs the inner product of the test point with an input",
)
test_point_in_inputs = corrected(of="D-73", x=dot(x, x) == 1, z=dot(z, z) == 1, then=dot(x, z) <= 1)
predictor = printed(
    of="D-72",
    consequence="conclusion",
    time=clock(),
    train=D(v) == -kappa * (v - label),
    test=D(f) == -c * (v - label),
    trained=v == label,
    then=kappa * f == c * label,
    expect=REFUTED,
    reading="wide networks, where the kernel is constant, once one training input is fitted",
)
along_flow = corrected(of="D-72", **flow, then=f == start(f) + dot(k, B @ r) - dot(k, B @ start(r)))
gap = f - start(f) - dot(k, B @ (y - start(u)))  # to the predictor that keeps the initial function
with_initial_function = corrected(of="D-72", **flow, then=gap == dot(k, B @ r))
in_the_limit = corrected(
    of="D-72",
    **flow,
    floor=lam_min(K) >= lam,
    then=gap**2 <= frobenius(s) ** 2 * exp(-2 * lam * t / n) * frobenius(start(r)) ** 2,
)

with proof(test_point_in_inputs) as p:
    p.conclude(by.algebra(p.x, p.z, by.trace(by.gram(x - z))))
with proof(along_flow) as p:
    w = k.T @ B
    still = p.have(
        D(f - dot(k, B @ r)) == 0,
        by.algebra(p.test, by.trace(by.within(w, p.train)), by.scaled(1 / n, by.trace(by.within(k.T, p.inverse, r)))),
    )
    same = p.have(f - dot(k, B @ r) == start(f) - dot(k, B @ start(r)), by.constant(still))
    p.conclude(by.algebra(same))
with proof(with_initial_function) as p:
    whole = p.have(f == start(f) + dot(k, B @ r) - dot(k, B @ start(r)), by.lemma(along_flow))
    p.conclude(by.algebra(whole))
with proof(in_the_limit) as p:
    slope = p.have(
        D(frobenius(r) ** 2) <= -2 * lam / n * frobenius(r) ** 2,
        by.algebra(by.trace(by.within(r.T, p.train)), by.times(2 / n, by.trace(by.congruence(r, p.floor)))),
    )
    falls = p.have(frobenius(r) ** 2 <= exp(-2 * lam * t / n) * frobenius(start(r)) ** 2, by.gronwall(slope))
    cauchy = p.have(
        dot(s, r) ** 2 <= frobenius(s) ** 2 * frobenius(r) ** 2,
        by.algebra(
            by.trace(by.congruence(s, by.dominate(by.gram(r.T)))), by.trace(by.within(s.T @ r, by.single(r.T @ s)))
        ),
    )
    whole = p.have(gap == dot(k, B @ r), by.lemma(with_initial_function))
    left = p.have(K @ B.T == I, by.algebra(p.inverse.T))
    symmetric = p.have(B.T == B, by.algebra(p.inverse @ B.T, B @ left))
    here = p.have(gap == dot(s, r), by.algebra(whole, by.trace(by.within(k.T, symmetric, r))))
    size = p.have(frobenius(s) ** 2 >= 0, by.algebra(by.trace(by.gram(s))))
    p.conclude(by.algebra(cauchy, by.times(size, falls), by.scaled(gap + dot(s, r), here)))

predictor.fails_at(kappa=Q(1, 2), c=0, label=0, v=0, f=1)
with refutation(predictor) as p:
    p.conclude(by.algebra())
nonclaim("The kernel is constant here; a network of finite width obeys this up to the change of its kernel.")
