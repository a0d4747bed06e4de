"""The end-to-end preconditioner is the unit for one layer and vanishes with the end-to-end matrix for two."""

from verify.statement import *

covers("K-20", "K-33")

single, double = linear_network("V", depth=1, widths="e"), linear_network("W", depth=2)
ell, loss = function("ell", on=single.end), function("loss", on=double.end)
We, above, below = double.end, double.above(2), double.below(1)

one_layer = printed(then=preconditioner(single) == I)
one_layer_flow = printed(flow=gradient_flow(single, ell), then=D(vec(single.end)) == -vec(grad(ell, single.end)))
two_layers = corrected(then=preconditioner(double) == kron(root(We.T @ We, 2), above) + kron(below, root(We @ We.T, 2)))
at_zero = corrected(zero=We == 0, then=preconditioner(double) == 0)

with proof(one_layer) as p:
    p.conclude(by.algebra())
with proof(one_layer_flow) as p:
    p.conclude(by.algebra(p.flow))
with proof(two_layers) as p:
    p.conclude(by.algebra())
with proof(at_zero) as p:

    def vanishes(gram, zero):
        p.have(psd(gram), by.psd())
        r = root(gram, 2)
        p.have(psd(r), by.lemma("base:psd-root", A=gram, N=2))
        square = p.have(r**2 == gram, by.lemma("base:psd-root", A=gram, N=2))
        none = p.have(trace(r.T @ r) == 0, by.algebra(by.trace(square), by.trace(zero)))
        return p.have(r == 0, by.algebra(by.vanish(r, none)))

    right = vanishes(We.T @ We, by.within(We.T, p.zero))
    left = vanishes(We @ We.T, p.zero @ We.T)
    p.conclude(by.algebra(by.kron(right, above), by.kron(below, left)))

nonclaim(
    "Away from zero the preconditioner depends on the end-to-end matrix, hence on time, for every depth above one."
)
