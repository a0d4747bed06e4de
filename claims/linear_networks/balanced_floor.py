"""A floor b^(2N) of the end-to-end Gram matrix is a floor b^(2(N-1)) of the products of balanced layers."""
from verify.statement import *

N, b = nat("N", at_least=1), real("b")
net = linear_network("W", depth=N)
We, W = net.end, net.layers
above, below = net.above(1), net.below(N)             # all layers but the first, all but the last

over_first = lemma(balanced=balanced(net), full=psd(We @ We.T - b**(2 * N) * I),
                   then=psd(above @ above.T - b**(2 * (N - 1)) * I))
under_last = lemma(balanced=balanced(net), full=psd(We.T @ We - b**(2 * N) * I),
                   then=psd(below.T @ below - b**(2 * (N - 1)) * I))


def floor_of(p, S, whole, products):
    """S^N = gram >= (b^2)^N I gives S >= b^2 I, hence S^(N-1) >= b^(2(N-1)) I."""
    p.have(psd(S), by.psd())
    p.have(psd(S**N - (b**2)**N * I), by.algebra(p.full, whole))
    p.have(psd(S - b**2 * I), by.lemma("base:psd-root-monotone", A=S, a=b**2))
    low = p.have(psd(S**(N - 1) - (b**2)**(N - 1) * I), by.lemma("psd_power_bound.matrices", S=S, a=b**2, k=N - 1))
    p.conclude(by.algebra(low, products))


with proof(over_first) as p:
    S = W[N] @ W[N].T
    whole = p.have(We @ We.T == S**N, by.lemma("end_to_end_preconditioner.above_any", m=N))
    products = p.have(above @ above.T == S**(N - 1), by.lemma("end_to_end_preconditioner.above_any", m=N - 1))
    floor_of(p, S, whole, products)
with proof(under_last) as p:
    S = W[1].T @ W[1]
    whole = p.have(We.T @ We == S**N, by.lemma("end_to_end_preconditioner.below_any", m=N))
    products = p.have(below.T @ below == S**(N - 1), by.lemma("end_to_end_preconditioner.below_any", m=N - 1))
    floor_of(p, S, whole, products)

over_first.breaks_without("balanced", N=2, widths=(1, 1, 1), W=[[[2]], [[1]]], b=Q(5, 4))
under_last.breaks_without("balanced", N=2, widths=(1, 1, 1), W=[[[1]], [[2]]], b=Q(5, 4))
