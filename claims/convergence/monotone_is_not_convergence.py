"""A loss that falls for all time, even strictly, need not tend to its minimum."""

from verify.statement import *

covers("K-02", "K-36", "K-43", "K-44")

a, b, e = curve("a"), curve("b"), real("e")
error = a * b + 1  # two scalar layers, target -1
scalar_loss = error**2 / 2
moves = dict(time=clock(), flow_a=D(a) == -b * error, flow_b=D(b) == -a * error)

falling_is_enough = printed(
    of=("K-02", "K-36", "K-44"),
    consequence="conclusion",
    **moves,
    balanced=start(a) ** 2 == start(b) ** 2,
    falls=D(scalar_loss) <= 0,
    floor=scalar_loss >= e,
    then=e <= 0,
    expect=REFUTED,
    reading="two scalar layers, target -1: a number that stays below the falling loss is at most 0",
)
strict_fall_is_enough = printed(
    of="K-43",
    consequence="conclusion",
    **moves,
    balanced=start(a) ** 2 == start(b) ** 2,
    falls=D(scalar_loss) < 0,
    floor=scalar_loss >= e,
    then=e <= 0,
    expect=REFUTED,
    reading="as before, with a loss that falls strictly at all times",
)
strictly = corrected(
    **moves, start=both(start(a) == 1, start(b) == 1), then=both(D(scalar_loss) < 0, scalar_loss > Q(1, 2))
)

N = nat("N", at_least=2)
net = linear_network("W", depth=N)
Phi, W = matrix("Phi", like=net.end), net.layers
above, below, inner = net.chain(N, 2), net.chain(N - 1, 1), net.chain(N - 1, 2)
ell, u, v = half_square(Phi), unit_vector("u", net.rows), vector("v", net.cols)
phi, b_0 = real("phi"), real("b_0")
missing_direction = corrected(
    flow=gradient_flow(net, ell),
    right=Phi @ v == phi * u,
    left=Phi.T @ u == phi * v,
    first=start(W[1] @ v) == 0,
    second=start(W[N].T @ u) == 0,
    bounded=psd(b_0**2 * I - inner.T @ inner),
    then=ell(net.end) >= phi**2 / 2,
)

falling_is_enough.fails_at(a=1, b=1, e=Q(1, 4))      # the loss stays above 1/2, see `strictly`
with refutation(falling_is_enough) as p:
    p.conclude(by.algebra())
strict_fall_is_enough.fails_at(a=1, b=1, e=Q(1, 4))
with refutation(strict_fall_is_enough) as p:
    p.conclude(by.algebra())
with proof(strictly) as p:
    moved = (p.flow_a, p.flow_b)
    up = p.have(a >= b, by.comparison(error, slope=moved, start=(p.start,)))
    down = p.have(b >= a, by.comparison(error, slope=moved, start=(p.start,)))
    same = p.have(a == b, by.algebra(by.anti(up, down)))
    p.have(a > 0, by.comparison(-error, slope=(p.flow_a, by.scaled(error, same)), start=(p.start,)))
    square = p.have(a * b == a**2, by.algebra(by.scaled(a, same)))
    p.have(a**2 > 0, by.algebra(by.times(a, a)))
    wide = p.have(error > 0, by.algebra(a**2, square))
    p.conclude(
        by.algebra(p.flow_a, p.flow_b, by.times(wide, wide, a**2), by.times(by.square(error), by.square(b))),
        by.algebra(by.scaled(a * b + a**2 + 2, square), a**2, by.square(a**2)),
    )
with proof(missing_direction) as p:
    x, z, E = W[1] @ v, W[N].T @ u, net.end - Phi
    gone = frobenius(x) ** 2 + frobenius(z) ** 2
    turn = 2 * indicator(phi >= 0) - 1  # the sign of phi
    size = p.have(turn * phi >= 0, by.algebra(by.reaches(phi), by.below(phi)))
    at_start = (by.trace(by.within(start(x).T, p.first)), by.trace(by.within(start(z).T, p.second)))
    slope = (
        p.flow,
        by.trace(by.within(x.T @ above.T, p.right)),
        by.trace(by.within(z.T @ below, p.left)),
        by.trace(by.gram(above @ x)),
        by.trace(by.gram(below.T @ z)),
        by.times(2, size, by.trace(by.gram(turn * z - inner @ x))),
        by.times(2, size, by.trace(by.congruence(x, p.bounded))),
        by.times(2 * b_0**2, size, by.trace(by.gram(z))),
        by.times(2, size, by.trace(by.gram(x))),
    )
    both_small = p.have(gone <= 0, by.comparison(2 * turn * phi * (1 + b_0**2), start=at_start, slope=slope))
    small = p.have(frobenius(z) ** 2 <= 0, by.algebra(both_small, by.trace(by.gram(x))))
    none = p.have(trace(z.T @ z) == 0, by.algebra(by.anti(by.trace(by.gram(z)), small)))
    along = p.have(E.T @ u == -phi * v, by.algebra(by.within(below.T, by.vanish(z, none)), p.left))
    same_length = p.have(
        phi * frobenius(v) ** 2 == phi,
        by.algebra(
            by.trace(by.within(u.T, p.right)), by.trace(by.within(v.T, p.left)), by.scaled(phi, p.hypothesis("u.unit"))
        ),
    )
    p.conclude(
        by.algebra(
            by.trace(by.congruence(u, by.dominate(by.gram(E.T)))),
            by.scaled(frobenius(E) ** 2, p.hypothesis("u.unit")),
            by.trace(by.within((E.T @ u).T, along)),
            by.scaled(phi, by.trace(by.within(v.T, along))),
            by.scaled(phi, same_length),
        )
    )

at_zero = dict(N=2, widths=(1, 1, 1), Phi=[[1]], u=[[1]], v=[[1]], phi=1, b_0=2)
missing_direction.breaks_without("first", W=[[[1]], [[0]]], **at_zero)
missing_direction.breaks_without("second", W=[[[0]], [[1]]], **at_zero)
nonclaim("Most starts do converge; that is a theorem on almost every start, and another one.")
