"""Under gradient flow predictions move by the Gram matrix of their gradients."""

from verify.statement import *

covers("K-61", "K-62", "K-63", "K-64", "K-65", "K-66", "K-67", "K-69", "K-73")

n, p = nat("n", at_least=1), nat("p", at_least=1)
model = differentiable_model("u", outputs=n, parameters=p)
u, J, H, theta = model.output, model.jacobian, model.gram, model.parameters
y, v, r = vector("y", n), vector("v", n), vector("r", n)
c = real("c")  # one label for all inputs
lam = real("lam", positive=True)
flow = gradient_flow(model, half_square(y))
mean_flow = gradient_flow(model, half_square(y, over=n))
squared = frobenius(u - y) ** 2
L = squared / 2

loss_chain = printed(of=("K-61", "K-62"), flow=flow, then=-D(theta) == J.T @ (u - y))
moves_with_parameters = printed(of="K-63", flow=flow, then=D(u) == J @ D(theta))
moved_sum = printed(of="K-64", then=J @ (J.T @ r) == (J @ J.T) @ r)
one_label = printed(
    of="K-66",
    flow=flow,
    then=D(u) == H @ (c - u),
    expect=ILL_SORTED,
    reading="one label y for all inputs",
)
product_of_gradients = printed(
    of="K-65",
    then=psd(J @ J), expect=ILL_SORTED, reading="G_ij as a product of two gradients of one shape"
)
gram = corrected(of="K-65", then=psd(J @ J.T))
dynamics = corrected(of="K-66", flow=flow, then=D(u) == H @ (y - u))
in_general = printed(
    of="K-67",
    consequence="hypothesis",
    flow=mean_flow, then=D(u) == H @ (y - u), expect=REFUTED, reading="in general: here for the mean of the losses"
)
mean_dynamics = corrected(of="K-67", flow=mean_flow, then=D(u) == H @ (y - u) / n)
energy = corrected(of="K-69", flow=flow, then=D(L) == -quadratic(H, u - y))
linear_rate = corrected(
    of="K-69",
    flow=flow,
    kernel=lam_min(H) >= lam,
    then=squared <= start(squared) * exp(-2 * lam * t),
)
closed_form = printed(
    of="K-73",
    reading="along each eigenvector of the kernel at the start",
    flow=flow,
    frozen=H == start(H),
    eigenvector=start(H) @ v == lam * v,
    then=dot(v, u - y) == start(dot(v, u - y)) * exp(-lam * t),
)

with proof(loss_chain) as s:
    s.conclude(by.algebra(s.flow))
with proof(moves_with_parameters) as s:
    s.conclude(by.algebra(s.hypothesis("u.chain")))
with proof(moved_sum) as s:
    s.conclude(by.algebra())
with proof(gram) as s:
    s.conclude(by.psd())
with proof(dynamics) as s:
    s.conclude(by.algebra(s.flow, s.hypothesis("u.chain")))
with proof(mean_dynamics) as s:
    s.conclude(by.algebra(s.flow, s.hypothesis("u.chain")))
with proof(energy) as s:
    s.conclude(by.algebra(s.flow, s.hypothesis("u.chain")))
with proof(linear_rate) as s:
    slope = s.have(
        D(squared) <= -2 * lam * squared,
        by.algebra(s.flow, s.hypothesis("u.chain"), by.trace(by.congruence(u - y, s.kernel))),
    )
    s.conclude(by.gronwall(slope))
with proof(closed_form) as s:
    now = s.have(D(u) == H @ (y - u), by.algebra(s.flow, s.hypothesis("u.chain")))
    along = s.have(v.T @ H == lam * v.T, by.algebra(v.T @ s.frozen, s.eigenvector.T))
    a = dot(v, u - y)
    slope = s.have(D(a) == -lam * a, by.algebra(by.trace(by.within(v.T, now, 1)), by.trace(along @ (y - u))))
    grown = s.have(exp(lam * t) * a == start(a), by.constant(by.scaled(exp(lam * t), slope)))
    s.conclude(by.algebra(by.scaled(exp(-lam * t), grown)))

figure(linear_rate)
nonclaim("Nothing is said about when the least eigenvalue stays above the bound; with two equal inputs it is zero.")
