"""Balanced layers of full rank make the end-to-end preconditioner positive definite, square or not."""

from verify.statement import *

covers("C-25")

N = nat("N", at_least=1)
k = nat("k", between=(1, N))
net = linear_network("W", depth=N)
We, P_W = net.end, preconditioner(net)
left, right = root(We @ We.T, N), root(We.T @ We, N)
V = one_sided_inverse(We)
tau = 1 + frobenius(V) ** 2
b = 1 / tau  # b I is below the Gram matrix of W

definite = printed(full_rank=rank(We) == minimum(net.rows, net.cols), then=pd(P_W, witness=b ** (N - 1)))

term = kron(right ** (k - 1), left ** (N - k))  # one summand of P_W


def factor_floor(p, factor, gram, one_matrix, outer, spread, unit):
    """b^(N-1) I <= factor^(N-1) for full rank, because I = (W V)(W V)^T <= tr(V V^T) W W^T."""
    one = p.have(tau * b == 1, by.algebra(by.inverse(tau)))
    bound = p.have(psd(tau * gram - I), by.algebra(by.congruence(outer, by.dominate(by.gram(spread))), gram, *unit))
    low = p.have(psd(gram - b * I), by.algebra(by.times(b, bound), by.scaled(gram, one)))
    p.have(b <= 1, by.algebra(one, b * frobenius(V) ** 2))
    small = p.have(b ** (N - 1) <= 1, by.lemma("psd_power_bound.below_one", b=b, k=N - 1))
    for A in (We @ We.T, We.T @ We):
        p.have(psd(A), by.psd())
        p.have(psd(root(A, N)), by.lemma("base:psd-root", A=A))
    power = p.have(factor**N == gram, by.lemma("base:psd-root", A=gram))
    p.have(psd(factor**N - b**N * I), by.algebra(low, by.times(b * small, by.gram(one_matrix)), power))
    p.have(psd(factor - b * I), by.lemma("base:psd-root-monotone", A=factor, a=b))
    return p.have(
        psd(factor ** (N - 1) - b ** (N - 1) * I), by.lemma("psd_power_bound.matrices", S=factor, a=b, k=N - 1)
    )


with proof(definite, case="wide") as p:
    floor = factor_floor(p, left, We @ We.T, net.above(N), We.T, V.T, (p.full_rank @ (V.T @ We.T), p.full_rank.T))
    p.conclude(
        by.positive(), by.algebra(by.split(k, 1, 1, N, term), by.total(k, 2, N, term), by.kron(net.below(1), floor))
    )
with proof(definite, case="tall") as p:
    floor = factor_floor(p, right, We.T @ We, net.below(1), We, V, (p.full_rank.T @ (V @ We), p.full_rank))
    p.conclude(
        by.positive(),
        by.algebra(by.split(k, 1, N - 1, N, term), by.total(k, 1, N - 1, term), by.kron(floor, net.above(N))),
    )
