"""A balanced network of full rank loses loss at every moment, and never loses rank in finite time."""

from verify.statement import *

covers("C-26")

N = nat("N", at_least=2)
k, j = nat("k", between=(1, N)), nat("j", between=(1, N - 1))
net = linear_network("W", depth=N)
W, We = net.layers, net.end
Phi = matrix("Phi", like=We)
square_loss = half_square(Phi)
x = vector("x", net.width(1))
w, phi = curve("w"), real("phi", positive=True)
E, first = We - Phi, dot(W[1].T @ x, W[1].T @ x)
flow = gradient_flow(net, square_loss)

c = real("c", positive=True)
b = root(c, N)
any_loss = function("ell", on=We, smooth="C1")
slope = grad(any_loss, We)
square = trace(net.gradients(any_loss)[k].T @ net.gradients(any_loss)[k])

falls = printed(
    flow=gradient_flow(net, any_loss),
    balanced=balanced(net, at=0),
    full_rank=sigma_min(We) >= c,
    apart=frobenius(slope) ** 2 > 0,
    then=D(any_loss(We)) < 0,
    reading="while the gradient is not zero and the rank is full, the loss decreases",
)
no_loss_of_rank = corrected(flow=flow, balanced=balanced(net, at=0), start=start(first) > 0, then=first > 0)
decreases = corrected(time=clock(), flow=D(w) == -w * (w**2 + phi), start=start(w) > 0, then=D((w**2 + phi) ** 2) < 0)
until = corrected(time=clock(), flow=D(w) == -w * (w**2 + phi), start=start(w) > 0, then=w * (w**2 + phi) > 0)
not_minimal = corrected(
    time=clock(), flow=D(w) == -w * (w**2 + phi), start=start(w) > 0, then=(w**2 + phi) ** 2 > phi**2
)

gap = W[j + 1].T @ W[j + 1] - W[j] @ W[j].T


def balanced_throughout(p):
    still = p.have(gap == start(gap), by.lemma("balancedness.conserved", rho=1))
    p.have(W[j + 1].T @ W[j + 1] == W[j] @ W[j].T, by.algebra(still, p.balanced))


def root_is_positive(p):
    power = p.have(b**N == c, by.lemma("base:real-root", x=c))
    low = p.have(b >= 0, by.lemma("base:real-root", x=c))
    zero = by.anti(low, CASE)
    none = by.plus(p.hypothesis("c.positive"), power, by.scaled(-(b ** (N - 1)), zero))
    p.have(b > 0, by.cases(-b, at_least_zero=(by.absurd(b - 1, none),), negative=(CASE,)))
    p.have(b ** (2 * (N - 1)) > 0, by.positive())


with proof(falls, case="wide") as p:
    balanced_throughout(p)
    root_is_positive(p)
    above = net.above(1) @ net.above(1).T
    low = p.have(psd(above - b ** (2 * (N - 1)) * I), by.lemma("balanced_floor.over_first"))
    rest = by.split(k, 1, 1, N, square), by.total(k, 2, N, square)
    floor = by.trace(by.congruence(slope, low)), by.times(b ** (2 * (N - 1)), p.apart)
    p.conclude(by.algebra(p.flow, *rest, *floor))
with proof(falls, case="tall") as p:
    balanced_throughout(p)
    root_is_positive(p)
    below = net.below(N).T @ net.below(N)
    low = p.have(psd(below - b ** (2 * (N - 1)) * I), by.lemma("balanced_floor.under_last"))
    rest = by.split(k, 1, N - 1, N, square), by.total(k, 1, N - 1, square)
    floor = by.trace(by.congruence(slope.T, low)), by.times(b ** (2 * (N - 1)), p.apart)
    p.conclude(by.algebra(p.flow, *rest, *floor))
with proof(no_loss_of_rank) as p:
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
