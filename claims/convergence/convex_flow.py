"""Gradient flow on a convex loss comes as close to any value of it as time allows; critical points are minima."""

from verify.statement import *

covers("C-03", "C-27")

N = nat("N", at_least=2)
k, d, n = nat("k", at_least=1), nat("d", at_least=1), nat("n", at_least=1)
j = nat("j", between=(1, N))
net = linear_network("W", depth=1)
ell = function("ell", on=net.end)
W, L, G = net.end, ell(net.end), grad(ell, net.end)
V, v = matrix("V", like=net.end), real("v")  # any matrix, and the loss at it
convex = v >= L + trace(G.T @ (V - W))

deep = linear_network("U", depth=N, widths="e")
Phi = matrix("Phi", like=deep.end)
square = half_square(Phi, name="square")

A, B, X, Y = matrix("A", k, d), matrix("B", k, d), matrix("X", d, n), matrix("Y", k, n)

critical = printed(of="C-27", convex=convex, critical=G == 0, then=L <= v)
critical_layers = printed(
    of="C-27",
    consequence="caution",
    critical=forall(j, deep.gradients(square)[j] == 0),
    then=square(deep.end) <= 0,
    expect=REFUTED,
    reading="a critical point of the overparameterized objective is a global minimum",
)
training_error = corrected(
    of="C-03",
    flow=gradient_flow(net, ell), convex=convex, then=2 * t * (L - v) <= frobenius(start(W) - V) ** 2
)
near_minimizer = printed(
    of="C-03",
    consequence="caution",
    normal=A @ X @ X.T == Y @ X.T,
    equal=frobenius(B @ X - Y) ** 2 <= frobenius(A @ X - Y) ** 2,
    then=B == A,
    expect=REFUTED,
    reading="small training error means that the minimizer is near",
)

with proof(critical) as p:
    p.conclude(by.algebra(p.convex, p.critical))
with proof(training_error) as p:
    distance = frobenius(W - V) ** 2
    falls = p.have(D(2 * t * (L - v) + distance) <= 0, by.algebra(p.flow, p.convex, by.times(t, by.trace(by.gram(G)))))
    later = p.have(2 * t * (L - v) + distance <= start(distance), by.antitone(falls))
    p.conclude(by.algebra(later, by.trace(by.gram(W - V))))

critical_layers.fails_at(N=2, e=(1, 1, 1), U=[[[0]], [[0]]], Phi=[[1]])
near_minimizer.fails_at(k=1, d=1, n=1, X=[[0]], Y=[[0]], A=[[0]], B=[[1]])
nonclaim("Without a minimizer the loss still tends to its infimum, but the weights go to infinity.")
