"""Descent contracts the loss of a linear network near its target, if the step is small enough."""

from verify.statement import *

covers("K-10", "K-49", "K-59")

N = nat("N", at_least=1)
j = nat("j", between=(1, N - 1))
net, single = linear_network("W", depth=N), linear_network("V", depth=1, widths="e")
Phi, Psi = matrix("Phi", like=net.end), matrix("Psi", like=single.end)
ell, loss = half_square(Phi), half_square(Psi, name="loss")
W, L, distance = net.layers, ell(net.end), frobenius(single.end - Psi) ** 2
b, f, eta = real("b", positive=True), real("f"), real("eta", positive=True)
c = b**N  # the margin; its power 2 (N - 1) / N is b**(2*(N - 1))
descent, s = gradient_descent(net, ell, step=eta), sigma_min(Phi)
margin = start(frobenius(net.end - Phi) <= s - c)
contracts = after(L) <= (1 - eta * b ** (2 * (N - 1))) * L
gap = W[j + 1].T @ W[j + 1] - W[j] @ W[j].T

as_printed = printed(
    consequence="hypothesis",
    descent=descent,
    balanced=balanced(net, at=0),
    margin=margin,
    range=eta * b ** (2 * (N - 1)) < 1,
    then=contracts,
    expect=REFUTED,
    reading="one step: 0 < eta c^(2(N-1)/N) < 1",
)
explicit = corrected(
    of=("K-10", "K-49", "K-59"),
    descent=descent,
    size=f ** (2 * N) >= frobenius(Phi) ** 2,
    margin=margin,
    unbalance=forall(j, start(frobenius(gap)) <= c**2 / (256 * N**3 * (f**2) ** (N - 1))),
    step=6144 * N**3 * f ** (6 * N - 4) * eta <= b ** (4 * N - 2),
    then=contracts,
    expect=ENCLOSED,
)
one_layer = corrected(
    descent=gradient_descent(single, loss, step=eta), then=after(distance) == (1 - eta) ** 2 * distance
)

with proof(one_layer) as p:
    p.conclude(by.algebra(p.descent))

as_printed.fails_at(
    N=2, widths=(1, 1, 1), W=[[[Q(1, 2)]], [[Q(1, 2)]]], Phi=[[1]], b=Q(1, 2), eta=2, sigma_min_Phi=1
)
some = dict(b=Q(1, 2), f=Q(3, 2), sigma_min_Phi=1)
explicit.holds_at(
    **some, N=1, widths=(2, 1), W=[[[Q(19, 20), 0]]], Phi=[[1, 0]], eta=Q(1, 6144) * Q(1, 2) ** 2 / Q(3, 2) ** 2
)
explicit.holds_at(
    **some, N=1, widths=(1, 2), W=[[[Q(19, 20)], [0]]], Phi=[[1], [0]], eta=Q(1, 6144) * Q(1, 2) ** 2 / Q(3, 2) ** 2
)
explicit.holds_at(
    **some,
    N=2,
    widths=(2, 2, 2),
    W=[[[Q(19, 20) + Q(1, 10**6), 0], [0, Q(19, 20)]], [[Q(19, 20), 0], [0, Q(19, 20)]]],
    Phi=[[1, 0], [0, 1]],
    eta=Q(1, 6144 * 8) * Q(1, 2) ** 6 / Q(3, 2) ** 8,
)
explicit.holds_at(
    **some,
    N=3,
    widths=(1, 1, 1, 1),
    W=[[[Q(19, 20) + Q(1, 10**8)]], [[Q(19, 20)]], [[Q(19, 20)]]],
    Phi=[[1]],
    eta=Q(1, 6144 * 27) * Q(1, 2) ** 10 / Q(3, 2) ** 14,
)
nonclaim("The explicit step is far smaller than what works in practice.")
