"""Descent from balanced layers inside the margin: the loss falls by the factor 1 - eta c^(2(N-1)/N) in every step."""

from verify.statement import *

covers("C-32")

N = nat("N", at_least=1)
j = nat("j", between=(1, N - 1))
net = linear_network("W", depth=N)
Phi, c, eta, delta = (
    matrix("Phi", like=net.end),
    real("c", positive=True),
    real("eta", positive=True),
    real("delta"),
)
ell = half_square(Phi)
We, W = net.end, net.layers
L, E, s = ell(We), We - Phi, sigma_min(Phi)
b, R = root(c, N), root(frobenius(Phi), N)
gap = W[j + 1].T @ W[j + 1] - W[j] @ W[j].T

theorem = corrected(
    descent=gradient_descent(net, ell, step=eta),
    margin=start(frobenius(E)) <= s - c,
    near=forall(j, start(frobenius(gap)) <= delta),
    delta=256 * N**3 * R ** (2 * (N - 1)) * delta <= c**2,
    step=6144 * N**3 * R ** (6 * N - 4) * eta <= b ** (4 * N - 2),
    then=after(L) <= (1 - eta * b ** (2 * (N - 1))) * L,
    expect=ENCLOSED,
)
nonclaim("One layer is proved in `descent_bound`, two in `two_layer_descent`; for more see the enclosed instances.")
