"""A lower bound on the kernel bounds the whole path of the parameters, so they converge too."""

from verify.statement import *

covers("D-18", "D-27", "D-57")

n, p = nat("n", at_least=1), nat("p", at_least=1)
model = differentiable_model("u", outputs=n, parameters=p)
u, J, H, theta = model.output, model.jacobian, model.gram, model.parameters
y, mu = vector("y", n), real("mu")
rho, s = curve("rho"), curve("s")  # distance of the predictions, and length of the path of the parameters

path = corrected(
    flow=gradient_flow(model, half_square(y, over=n)),
    kernel=lam_min(H) >= mu**2,
    distance=rho**2 == frobenius(u - y) ** 2,
    apart=rho > 0,
    length=both(D(s) ** 2 == frobenius(D(theta)) ** 2, start(s) == 0),
    then=mu * s <= start(rho) - rho,
)

with proof(path) as q:
    r, v = u - y, D(s)
    speed = q.have(n**2 * v**2 == quadratic(H, r), by.algebra(by.scaled(n**2, q.hypothesis("length.1")), q.flow))
    fast = q.have(
        (n * v) ** 2 >= (mu * rho) ** 2,
        by.algebra(speed, by.trace(by.congruence(r, q.kernel)), by.scaled(mu**2, q.distance)),
    )
    loss = q.have(
        rho * D(rho) == -n * v**2,
        by.algebra(
            q.flow, q.hypothesis("u.chain"), by.scaled(1 / n, speed), by.scaled(Q(1, 2), by.derivative(q.distance))
        ),
    )
    half = q.have(  # n v^2 >= mu rho v, because (n v)^2 >= (mu rho)^2
        rho * (-D(rho) - mu * v) >= 0,
        by.algebra(loss, by.times(1 / (2 * n), fast), by.times(1 / (2 * n), by.square(n * v - mu * rho))),
    )
    slope = q.have(
        D(rho + mu * s) <= 0,
        by.algebra(by.times(1 / rho, half), by.scaled(D(rho) + mu * v, by.inverse(rho))),
    )
    later = q.have(rho + mu * s <= start(rho + mu * s), by.antitone(slope))
    q.conclude(by.algebra(later, by.scaled(mu, q.hypothesis("length.2"))))

nonclaim("Once the predictions are right the flow rests; the bound is for the time before.")
