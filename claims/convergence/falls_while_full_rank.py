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

V = one_sided_inverse(We)
any_loss = function("ell", on=We, smooth="C1")
slope = grad(any_loss, We)
square = trace(net.gradients(any_loss)[k].T @ net.gradients(any_loss)[k])

falls = printed(
    flow=gradient_flow(net, any_loss),
    balanced=balanced(net, at=0),
    full_rank=rank(We) == minimum(net.rows, net.cols),
    apart=frobenius(slope) ** 2 != 0,
    then=D(any_loss(We)) < 0,
    reading="while the gradient is not zero and the rank is full, the loss decreases",
)
no_loss_of_rank = corrected(flow=flow, balanced=balanced(net, at=0), start=start(first) != 0, then=first > 0)
decreases = corrected(time=clock(), flow=D(w) == -w * (w**2 + phi), start=start(w) != 0, then=D((w**2 + phi) ** 2) < 0)
until = corrected(time=clock(), flow=D(w) == -w * (w**2 + phi), start=start(w) > 0, then=w * (w**2 + phi) > 0)
not_minimal = corrected(
    time=clock(), flow=D(w) == -w * (w**2 + phi), start=start(w) != 0, then=(w**2 + phi) ** 2 > phi**2
)

gap = W[j + 1].T @ W[j + 1] - W[j] @ W[j].T


def falls_at(p, layer, others, inverse, unit, rest, factor):
    """The matrix is `others` times `layer`, both transposed if it is tall, and it has a right inverse.

    If the gradient of that layer were 0, so would be the gradient in the matrix.
    """
    part, apart = others.T @ factor, 1 / frobenius(slope) ** 2
    least = by.trace(by.gram(part))
    none = by.trace(by.within(factor.T @ inverse.T @ layer.T, by.vanish(part, by.anti(least, CASE))))
    never = by.plus(  # 0 >= 1
        CASE,
        least,
        by.inverse(frobenius(slope) ** 2),
        by.scaled(apart, by.trace(by.within(factor.T, unit.T, factor))),
        by.scaled(-apart, none),
    )
    size = frobenius(part) ** 2
    p.have(size > 0, by.cases(-size, at_least_zero=(by.absurd(size - 1, never),), negative=(CASE,)))
    p.conclude(by.algebra(p.flow, *rest, size))


with proof(falls, case="wide") as p:
    rest = by.split(k, 1, 1, N, square), by.total(k, 2, N, square)
    falls_at(p, W[1], net.above(1), V, p.full_rank, rest, slope)
with proof(falls, case="tall") as p:
    rest = by.split(k, 1, N - 1, N, square), by.total(k, 1, N - 1, square)
    falls_at(p, W[N].T, net.below(N).T, V.T, p.full_rank.T, rest, slope.T)


def positive_start(p, size, least):
    """The fact that `size` is positive at the start, as it is not 0 and `least` says that it is not negative."""
    here = start(size)
    whole = p.have(here * (1 / here) == 1, by.algebra(by.inverse(here)))
    never = by.plus(by.power(whole, 2), by.times((1 / here) ** 2, CASE, least))  # 0 >= 1
    return p.have(here > 0, by.cases(-here, at_least_zero=(by.absurd(here - 1, never),), negative=(CASE,)))


with proof(no_loss_of_rank) as p:
    begins = positive_start(p, first, by.trace(by.gram(start(W[1].T @ x))))
    still = p.have(gap == start(gap), by.lemma("balancedness.conserved", rho=1))
    even = p.have(W[j + 1].T @ W[j + 1] == W[j] @ W[j].T, by.algebra(still, p.balanced))
    C = net.chain(N, 3)
    F = C.T @ E  # x^T W_1 W_1^T x changes by -2 (W_2 x)^T F W_1^T x
    size = frobenius(F) ** 2
    p.conclude(
        by.comparison(
            -(1 + size),
            start=(begins,),
            slope=(
                p.flow,
                by.trace(by.gram(F.T @ W[2] @ x - W[1].T @ x)),
                by.trace(by.congruence(W[2] @ x, by.dominate(by.gram(F.T)))),
                by.scaled(size, by.trace(by.within(x.T, even(1), x))),
            ),
        )
    )


def never_zero(p):
    """w^2 > 0 at all times, because its derivative is -2 (w^2 + phi) w^2."""
    here = start(w)
    whole = p.have(here * (1 / here) == 1, by.algebra(by.inverse(here)))
    never = by.plus(by.power(whole, 2), by.times((1 / here) ** 2, CASE))  # 0 >= 1
    begins = p.have(
        start(w**2) > 0, by.cases(-(here**2), at_least_zero=(by.absurd(here**2 - 1, never),), negative=(CASE,))
    )
    return p.have(w**2 > 0, by.comparison(-2 * (w**2 + phi), slope=(by.scaled(2 * w, p.flow),), start=(begins,)))


with proof(decreases) as p:
    size = never_zero(p)
    p.conclude(by.algebra(p.flow, by.times(4, size, (w**2 + phi) * (w**2 + phi))))
with proof(until) as p:
    p.have(w > 0, by.comparison(-(w**2 + phi), slope=(p.flow,), start=(p.start,)))
    p.conclude(by.algebra(w * w * w, w * phi))
with proof(not_minimal) as p:
    size = never_zero(p)
    p.conclude(by.algebra(by.times(size, size), by.times(2 * phi, size)))

nonclaim("The loss may tend to a value that is not minimal while the rank is lost in the limit only.")
