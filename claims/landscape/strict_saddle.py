"""Descent on a function with strict saddles only: it can end in a saddle, diverge, or have nothing to reach."""
from verify.statement import *

covers("C-07")

K, T = chosen_nat("K", at_least=1), nat("T", at_least=1)
k, i, q = nat("k", between=(1, T - 1)), nat("i", at_least=1), nat("q", between=(1, T))
x, y, z = reals("x", count=T), reals("y", count=T), reals("z", count=T)
eta = real("eta", positive=True)


def f(x, y):
    """Minima at (1, 0) and (-1, 0) with value -1/4; one more critical point, (0, 0), with the curvatures -1 and 1."""
    return x**4 / 4 - x**2 / 2 + y**2 / 2


step_x = forall(k, x[k + 1] == x[k] - eta * (x[k]**3 - x[k]))
step_y = forall(k, y[k + 1] == y[k] - eta * y[k])

converges = printed(
    consequence="hypothesis",
    step_x=step_x,
    step_y=step_y,
    small=eta <= Q(1, 4),
    late=T >= K,
    then=f(x[T], y[T]) <= Q(-1, 8),
    expect=REFUTED,
    reading="no poor minima and strict saddles: there is a number K of steps after which, from every start, the value "
    "is within 1/8 of its minimum -1/4",
)
any_step = printed(
    consequence="hypothesis",
    step_z=forall(k, z[k + 1] == z[k] - 3 * z[k]),
    then=z[T]**2 <= z[1]**2,
    expect=REFUTED,
    reading="the step size does not matter: f(z) = z^2 / 2 with eta = 3",
)
stays = lemma(step_x=step_x, on_axis=x[1] == 0, then=f(x[T], y[T]) >= 0)

converges.fails_at(T=K, eta=Q(1, 4), x=0, y=(i, (1 - Q(1, 4))**(i - 1)))
with refutation(converges) as p:
    p.conclude(by.algebra(by.square(Q(3, 4)**(K - 1))))
with proof(stays) as p:
    stay = by.scaled(1 + eta - eta * x[q]**2, IH)
    axis = p.have(x[q] == 0, by.induction(q, base=by.scaled(1, p.on_axis), step=(stay, p.step_x(q))))
    p.conclude(by.algebra(by.square(y[T]), by.scaled(x[T]**3 / 4 - x[T] / 2, axis(T))))
any_step.fails_at(T=2, z=[1, -2])
nonclaim("Nothing is said about random starts: almost every start escapes, which is a theorem on measure zero sets.")
