"""The mean of the losses moves predictions by -H g / n; the weighted loss falls, strictly if it is not zero."""

from verify.statement import *

covers("D-06", "D-11", "D-12", "D-13", "D-14", "D-15", "D-16", "D-20", "D-21", "D-23", "D-24", "D-25", "D-35", "D-36")

n, p = nat("n", at_least=1), nat("p", at_least=1)
model = differentiable_model("u", outputs=n, parameters=p)
u, J, H, theta = model.output, model.jacobian, model.gram, model.parameters
y, lam0, g, B = vector("y", n), real("lam_0", positive=True), curve("g", n, 1), matrix("B", n, n)
w, K, v = curve("w", p, 1), curve("K", n, p), curve("v", n, 1)  # parameters, Jacobian, predictions under any loss
any_loss = dict(time=clock(), chain=D(v) == K @ D(w), flow=D(w) == -K.T @ g / n)  # g: derivatives of the loss
flow = gradient_flow(model, half_square(y, over=n))
r = u - y
F = frobenius(r) ** 2 / 2
kernel = lam_min(H) >= lam0
weighted = exp(lam0 * t / n) * F

gradient = printed(of="D-06", flow=flow, then=-D(theta) == J.T @ r / n)
dropped_d = printed(
    of="D-11",
    consequence="notation",
    flow=flow,
    then=D(u) == J @ theta,
    expect=REFUTED,
    reading="theta stands for its velocity",
)
chain = corrected(of="D-11", flow=flow, then=D(u) == J @ D(theta))
substituted = printed(of="D-12", **any_loss, then=D(v) == K @ (-K.T @ g / n))
dropped_factor = printed(of="D-13", consequence="constant", **any_loss, then=D(v) == (K @ K.T) @ g, expect=REFUTED)
with_factor = corrected(of="D-13", **any_loss, then=D(v) == -(K @ K.T) @ g / n)
vector_form = printed(of="D-15", **any_loss, then=D(v) == -(K @ K.T) @ g / n)
semidefinite = corrected(of="D-14", then=psd(H))
enough_parameters = corrected(of="D-14", inverse=H @ B == I, then=p >= n)
vector_loss = printed(
    of="D-16",
    consequence="constant",
    flow=gradient_flow(model, half_square(y)),
    then=D(u) == -H @ r / n,
    expect=REFUTED,
    reading="the loss is half the squared distance of the vectors",
)
network_dynamics = printed(
    of="D-36",
    flow=flow,
    then=D(u) == -H @ r / n,
    reading="the loss of Section 3, half the mean of the squares; the objective of Section 5 moves twice as fast",
)
square_loss = corrected(of="D-16", flow=flow, then=D(u) == -H @ r / n)
without = dict(time=clock(), chain=D(v) == K @ D(w), flow=D(w) == -2 * K.T @ (v - y) / n)
without_half = printed(
    of="D-35",
    consequence="constant",
    **without,
    then=D(v) == -(K @ K.T) @ (v - y) / n,
    expect=REFUTED,
    reading="the flow of the objective of Section 5, which has no factor 1/2",
)
twice_as_fast = corrected(of="D-35", **without, then=D(v) == -2 * (K @ K.T) @ (v - y) / n)
energy = printed(of="D-20", flow=flow, then=D(F) == -quadratic(H, r) / n)
rayleigh = printed(of="D-21", flow=flow, kernel=kernel, then=D(F) <= -lam0 / n * frobenius(r) ** 2)
product_rule = printed(
    of="D-23",
    flow=flow,
    then=D(weighted) == lam0 / (2 * n) * exp(lam0 * t / n) * frobenius(r) ** 2 + D(F) * exp(lam0 * t / n),
)
strict = printed(of="D-24", consequence="strictness", flow=flow, kernel=kernel, then=D(weighted) < 0, expect=REFUTED)
any_lam = real("lam_0")
weak = corrected(of="D-24", flow=flow, kernel=lam_min(H) >= any_lam, then=D(exp(any_lam * t / n) * F) <= 0)
strict_apart = corrected(of="D-24", flow=flow, kernel=kernel, apart=F != 0, then=D(weighted) < 0)
bounded_by_start = printed(of="D-25", flow=flow, kernel=kernel, then=weighted <= start(F))

with proof(gradient) as s:
    s.conclude(by.algebra(s.flow))
with proof(chain) as s:
    s.conclude(by.algebra(s.hypothesis("u.chain")))
with proof(substituted) as s:
    s.conclude(by.algebra(s.flow, s.chain))
with proof(with_factor) as s:
    s.conclude(by.algebra(s.flow, s.chain))
with proof(vector_form) as s:
    s.conclude(by.algebra(s.flow, s.chain))
with proof(network_dynamics) as s:
    s.conclude(by.algebra(s.flow, s.hypothesis("u.chain")))
with proof(twice_as_fast) as s:
    s.conclude(by.algebra(s.flow, s.chain))
with proof(square_loss) as s:
    s.conclude(by.algebra(s.flow, s.hypothesis("u.chain")))
with proof(energy) as s:
    s.conclude(by.algebra(s.flow, s.hypothesis("u.chain")))
with proof(product_rule) as s:
    s.conclude(by.algebra())
with proof(semidefinite) as s:
    s.conclude(by.psd())
with proof(enough_parameters) as s:  # the projection J^T B J has trace n, and the identity minus it is PSD
    left = s.have(B.T @ H == I, by.algebra(s.inverse.T))
    symmetric = s.have(B.T == B, by.algebra(left @ B, B.T @ s.inverse))
    rest = I - J.T @ B @ J
    s.conclude(
        by.algebra(
            by.trace(by.gram(rest)),
            by.trace(by.within(J.T, symmetric, J)),
            by.trace(s.inverse),
            by.trace(B.T @ s.inverse @ H),
            by.trace(by.within(J.T @ B.T @ H, symmetric, J)),
            by.trace(s.inverse @ B.T @ H),
        )
    )
with proof(rayleigh) as s:
    s.conclude(by.algebra(s.flow, s.hypothesis("u.chain"), by.times(1 / n, by.trace(by.congruence(r, s.kernel)))))


def falls(s):
    e = exp(lam0 * t / n)
    return s.flow, s.hypothesis("u.chain"), by.times(e / n, by.trace(by.congruence(r, s.kernel)))


with proof(weak) as s:
    e, size = exp(any_lam * t / n), by.trace(by.gram(r))
    moved = s.flow, s.hypothesis("u.chain")
    s.conclude(
        by.cases(
            any_lam,
            at_least_zero=(
                *moved,
                by.times(e / n, by.trace(by.congruence(r, s.kernel))),
                by.times(e / (2 * n), CASE, size),
            ),
            negative=(*moved, by.times(e / n, by.trace(by.gram(J.T @ r))), by.times(e / (2 * n), CASE, size)),
        )
    )
with proof(strict_apart) as s:
    least = by.trace(by.gram(r))
    one = s.have(F * (1 / F) == 1, by.algebra(by.inverse(F)))
    never = by.plus(by.power(one, 2), by.times((1 / F) ** 2 / 2, CASE, least))  # 0 >= 1
    apart = s.have(F > 0, by.cases(-F, at_least_zero=(by.absurd(F - 1, never),), negative=(CASE,)))
    s.conclude(by.algebra(*falls(s), by.times(lam0 * exp(lam0 * t / n) / n, apart)))
with proof(bounded_by_start) as s:
    slope = s.have(D(weighted) <= 0, by.lemma(weak))
    s.conclude(by.antitone(slope))

dropped_d.fails_at(n=1, p=1, J=[[1]], theta=[[1]], u=[[1]], y=[[1]])
dropped_factor.fails_at(n=1, p=1, K=[[1]], w=[[0]], v=[[0]], g=[[1]])
vector_loss.fails_at(n=2, p=1, J=[[1], [1]], theta=[[0]], u=[[0], [0]], y=[[1], [1]])
without_half.fails_at(n=1, p=1, K=[[1]], w=[[0]], v=[[0]], y=[[1]])
strict.fails_at(n=1, p=1, J=[[1]], theta=[[0]], u=[[0]], y=[[0]], lam_0=1)
nonclaim("Where a unit of a ReLU network is at its kink the chain rule is one for selections of the subgradient.")
