"""A lower bound on the tangent kernel gives an exponential bound on the square loss."""
from verify.statement import *

covers("D-18", "D-26", "D-27")

n, p = nat("n", at_least=1), nat("p", at_least=1)
model = differentiable_model("u", outputs=n, parameters=p)
y, lam0 = vector("y", n), real("lam_0", positive=True)
u, H = model.output, model.gram
flow = gradient_flow(model, half_square(y, over=n))
half_sq = frobenius(u - y)**2 / 2

theorem = printed(flow=flow, kernel=lam_min(H) >= lam0, then=half_sq <= start(half_sq) * exp(-lam0 * t / n))
sharp = corrected(flow=flow, kernel=lam_min(H) >= lam0, then=half_sq <= start(half_sq) * exp(-2 * lam0 * t / n))

with proof(sharp) as s:
    slope = s.have(D(half_sq) <= -2 * lam0 / n * half_sq, by.algebra(
        s.flow, s.hypothesis("u.chain"), by.times(1 / n, by.trace(by.congruence(u - y, s.kernel)))))
    s.conclude(by.gronwall(slope))
with proof(theorem) as s:
    best = s.have(half_sq <= start(half_sq) * exp(-2 * lam0 * t / n), by.lemma(sharp))
    slope = s.have(D(half_sq) <= 0, by.algebra(
        s.flow, s.hypothesis("u.chain"), by.times(1 / n, by.trace(by.gram(model.jacobian.T @ (u - y))))))
    falls = s.have(half_sq <= start(half_sq), by.antitone(slope))
    x = lam0 * t / n
    fast = (best, by.times(start(half_sq) * exp(-2 * x), by.tangent(x)),
            by.times(start(half_sq) * exp(-2 * x) * t / n, CASE))
    slow = (falls, by.times(start(half_sq), by.tangent(-x)), by.times(start(half_sq) * t / n, CASE))
    s.conclude(by.cases(lam0, at_least_zero=fast, negative=slow))  # where no sign of the bound is needed

sharp.tight_at(n=1, p=1, J=1, lam_0=1, theta=1, u=1, y=0)
figure(sharp)
nonclaim("Nothing is said about when the least eigenvalue of the kernel stays above the bound.")
