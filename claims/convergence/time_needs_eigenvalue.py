"""No time suffices for all kernels of full rank: it grows like log(1 / eps) over the least eigenvalue."""

from verify.statement import *

covers("D-04")

T, lam = chosen("T", positive=True), real("lam", positive=True)
s, eps = real("s"), real("eps", open=(0, 1))

uniform = printed(
    consequence="hypothesis",
    then=exp(-lam * T) <= Q(1, 2),
    expect=REFUTED,
    reading="a time that depends on accuracy alone; one sample, constant kernel lam, half of the residual",
)
time = corrected(long=s >= log(1 / eps) / lam, then=exp(-lam * s) <= eps)

uniform.fails_at(lam=1 / (4 * T))
with refutation(uniform) as p:
    p.have(lam > 0, by.positive())
    p.conclude(by.algebra(by.tangent(-lam * T), by.scaled(Q(1, 4), by.inverse(T))))
with proof(time) as p:
    u, v = lam * s, log(1 / eps)
    gap = p.have(u >= v, by.algebra(by.times(lam, p.long), by.scaled(v, by.inverse(lam))))
    p.conclude(
        by.algebra(
            by.times(exp(-u), by.tangent(u - v)),
            by.times(exp(-u), gap),
            by.scaled(exp(-v) * eps, by.explog(1 / eps)),
            by.scaled(exp(-v), by.inverse(eps)),
        )
    )

nonclaim("The least eigenvalue of the limit kernel goes to zero as two inputs approach each other.")
