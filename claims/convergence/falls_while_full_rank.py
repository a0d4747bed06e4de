"""A balanced network of full rank loses loss at every moment, and never loses rank in finite time."""

from verify.statement import *

covers("C-26")

N = nat("N", at_least=2)
k, j = nat("k", between=(1, N)), nat("j", between=(1, N - 1))
net = linear_network("W", depth=N)
W, We = net.layers, net.end
Phi = matrix("Phi", like=We)
ell = half_square(Phi)
x = vector("x", net.width(1))
w, phi = curve("w"), real("phi", positive=True)
E, first = We - Phi, dot(W[1].T @ x, W[1].T @ x)
flow = gradient_flow(net, ell)

no_loss_of_rank = corrected(flow=flow, balanced=balanced(net, at=0), start=start(first) > 0, then=first > 0)
decreases = corrected(time=clock(), flow=D(w) == -w * (w**2 + phi), start=start(w) > 0, then=D((w**2 + phi) ** 2) < 0)
until = corrected(time=clock(), flow=D(w) == -w * (w**2 + phi), start=start(w) > 0, then=w * (w**2 + phi) > 0)
not_minimal = corrected(
    time=clock(), flow=D(w) == -w * (w**2 + phi), start=start(w) > 0, then=(w**2 + phi) ** 2 > phi**2
)

with proof(no_loss_of_rank) as p:
    gap = W[j + 1].T @ W[j + 1] - W[j] @ W[j].T
    still = p.have(gap == start(gap), by.lemma("balancedness.conserved", rho=1))
    even = p.have(W[j + 1].T @ W[j + 1] == W[j] @ W[j].T, by.algebra(still, p.balanced))
    C = net.chain(N, 3)
    F = C.T @ E  # x^T W_1 W_1^T x changes by -2 (W_2 x)^T F W_1^T x
    size = frobenius(F) ** 2
    p.conclude(
        by.comparison(
            -(1 + size),
            start=(p.start,),
            slope=(
                p.flow,
                by.trace(by.gram(F.T @ W[2] @ x - W[1].T @ x)),
                by.trace(by.congruence(W[2] @ x, by.dominate(by.gram(F.T)))),
                by.scaled(size, by.trace(by.within(x.T, even(1), x))),
            ),
        )
    )


def stays_positive(p):
    return p.have(w > 0, by.comparison(-(w**2 + phi), slope=(p.flow,), start=(p.start,)))


with proof(decreases) as p:
    stays_positive(p)
    p.conclude(by.algebra(p.flow, 4 * w * w * (w**2 + phi) * (w**2 + phi)))
with proof(until) as p:
    stays_positive(p)
    p.conclude(by.algebra(w * w * w, w * phi))
with proof(not_minimal) as p:
    stays_positive(p)
    p.conclude(by.algebra(w * w * w * w, 2 * phi * w * w))

nonclaim("The loss may tend to a value that is not minimal while the rank is lost in the limit only.")
