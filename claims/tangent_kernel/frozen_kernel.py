"""With a frozen kernel, flow ends at kernel regression of the residual, added to the initial function."""

from verify.statement import *

covers("K-68", "K-74")

n, p = nat("n", at_least=1), nat("p", at_least=1)
K, y, k = matrix("K", n, n, symmetric=True), vector("y", n), vector("k", n)
alpha, z = vector("alpha", n), vector("z", n)
u, f = curve("u", n, 1), curve("f")  # outputs on the training inputs and on a test input
flow = dict(time=clock(), train=D(u) == K @ (y - u), test=D(f) == dot(k, y - u))
weights = K @ alpha == k
lam = real("lam")

kernel_machine = printed(
    of="K-74",
    consequence="hypothesis",
    **flow,
    weights=weights,
    then=f == dot(alpha, u),
    expect=REFUTED,
    reading="the test output is kernel regression on the training outputs, whatever the network is at the start",
)
with_initial = corrected(of="K-74", **flow, weights=weights, then=f == start(f) + dot(alpha, u - start(u)))
unseen = corrected(of="K-74", **flow, kernel_of_K=K @ z == 0, then=dot(z, u) == start(dot(z, u)))
same_start = corrected(
    **flow, definite=psd(K - lam * I), then=frobenius(u - y) ** 2 <= start(frobenius(u - y) ** 2) * exp(-2 * lam * t)
)

model = differentiable_model("m", outputs=n, parameters=p)
linear = corrected(
    of="K-68",
    flow=gradient_flow(model, half_square(y)),
    linear_model=model.jacobian == start(model.jacobian),
    then=model.gram == start(model.gram),
)

with proof(with_initial) as s:
    rest = f - dot(alpha, u)
    still = s.have(D(rest) == 0, by.algebra(s.train, s.test, by.trace(s.weights.T @ (y - u))))
    kept = s.have(rest == start(rest), by.constant(still))
    s.conclude(by.algebra(kept))
with proof(unseen) as s:
    still = s.have(D(dot(z, u)) == 0, by.algebra(s.train, by.trace(s.kernel_of_K.T @ (y - u))))
    s.conclude(by.constant(still))
with proof(same_start) as s:
    squared = frobenius(u - y) ** 2
    slope = s.have(D(squared) <= -2 * lam * squared, by.algebra(s.train, by.trace(by.congruence(u - y, s.definite))))
    s.conclude(by.gronwall(slope))
with proof(linear) as s:
    J = model.jacobian
    s.conclude(by.algebra(by.within(J, s.linear_model.T), s.linear_model @ start(J).T))

kernel_machine.fails_at(n=1, K=[[1]], y=[[0]], k=[[1]], alpha=[[1]], u=[[0]], f=1)
with refutation(kernel_machine) as s:
    s.conclude(by.algebra())
nonclaim("Nothing is said about the width at which the kernel of a network stays near its initial value.")
