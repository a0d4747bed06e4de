"""Predictions under a kernel within eps of the limit kernel stay within eps / lam_0 residuals of the limit flow."""

from verify.statement import *

covers("D-38", "D-39", "D-44", "D-71")

n, q = nat("n", at_least=1), nat("q", at_least=1)
lam0, eps = real("lam_0", positive=True), real("eps")
a, b = real("a"), real("b")
y, K = vector("y", n), matrix("K", n, n, symmetric=True)  # K: the limit kernel
u, v = curve("u", n, 1), curve("v", n, 1)
J = curve("J", n, q)
H = J @ J.T
A, B = matrix("A", n, q), matrix("B", n, q)
M = matrix("M", n, n, symmetric=True)
r, d, gap = u - y, u - v, H - K

velocity = printed(
    of="D-38",
    time=clock(),
    flow=D(u) == -H @ (u - y) / n,
    near=psd(eps**2 * I - gap.T @ gap),
    then=frobenius(D(u) + K @ (u - y) / n) ** 2 <= (eps / n) ** 2 * frobenius(u - y) ** 2,
    reading="nearly: the error of the velocity is at most eps / n residuals, where the kernels differ by at most eps",
)
same_dynamics = printed(
    of="D-71",
    consequence="caution",
    time=clock(),
    flow=D(u) == -H @ (u - y) / n,
    limit_flow=D(v) == -K @ (v - y) / n,
    start=start(v) == start(u),
    then=u == v,
    expect=REFUTED,
    reading="the dynamics of a network of finite width are those of the limit kernel",
)
close_flows = corrected(
    time=clock(),
    flow=D(u) == -H @ (u - y) / n,
    limit_flow=D(v) == -K @ (v - y) / n,
    start=start(v) == start(u),
    kernel=lam_min(K) >= lam0,
    near=psd(eps**2 * I - gap.T @ gap),
    then=frobenius(u - v) ** 2 <= (eps / lam0) ** 2 * start(frobenius(u - y) ** 2),
)
weyl = corrected(
    kernel=lam_min(K) >= lam0, apart=eps > 0, near=frobenius(M - K) ** 2 <= eps**2, then=psd(M - (lam0 - eps) * I)
)
errors_add = printed(
    of="D-44",
    one=frobenius(A) <= a,
    two=frobenius(B) <= b,
    then=frobenius(A + B) <= a + b,
    reading="from the two claims: the errors at the start and in training add",
)
sum_of_errors = lemma(one=frobenius(A) <= a, two=frobenius(B) <= b, then=frobenius(A + B) <= a + b)

with proof(close_flows) as s:
    falls = s.have(
        D(frobenius(r) ** 2) <= 0,
        by.algebra(by.scaled(2, by.trace(by.within(r.T, s.flow))), by.times(2 / n, by.trace(by.gram(J.T @ r)))),
    )
    bounded_ = s.have(frobenius(r) ** 2 <= start(frobenius(r) ** 2), by.antitone(falls))
    at_start = (by.trace(by.within(start(d).T, s.start)),)
    first = s.have(
        start((eps / lam0) ** 2 * frobenius(r) ** 2) >= 0,
        by.algebra(by.square(eps / lam0), by.times(by.square(eps / lam0), by.trace(by.gram(start(r))))),
    )
    z = lam0 * d + gap @ r
    s.conclude(
        by.comparison(
            -lam0 / n,
            slope=(
                by.scaled(2, by.trace(by.within(d.T, s.flow))),
                by.scaled(2, by.trace(by.within(d.T, s.limit_flow))),
                by.times(2 / n, by.trace(by.congruence(d, s.kernel))),
                by.times(1 / (n * lam0), by.trace(by.gram(z))),
                by.times(1 / (n * lam0), by.trace(by.congruence(r, s.near))),
                by.times(eps**2 / (n * lam0), bounded_),
                by.scaled(frobenius(d) ** 2 / n, by.inverse(lam0)),
                by.scaled(lam0 * frobenius(d) ** 2 / n, by.inverse(lam0)),
                by.scaled(trace(d.T @ gap @ r) / n, by.inverse(lam0)),
                by.scaled(eps**2 / (n * lam0) * start(frobenius(r) ** 2), by.inverse(lam0)),
            ),
            start=(*at_start, first),
        )
    )
with proof(velocity) as s:
    moved = s.have(D(u) + K @ r / n == -gap @ r / n, by.algebra(s.flow))
    s.conclude(
        by.algebra(
            by.trace(by.within((D(u) + K @ r / n - gap @ r / n).T, moved)),
            by.times(1 / n**2, by.trace(by.congruence(r, s.near))),
        )
    )
with proof(errors_add) as s:
    s.conclude(by.lemma(sum_of_errors))
with proof(weyl) as s:
    x = M - K
    s.conclude(
        by.algebra(
            s.kernel,
            by.times(1 / (2 * eps), by.gram(eps * I + x)),
            by.times(1 / (2 * eps), by.dominate(by.gram(x))),
            by.times(1 / (2 * eps), s.near, by.gram(identity(n))),
            by.scaled(x, by.inverse(eps)),
            by.scaled(eps * identity(n), by.inverse(eps)),
        )
    )
with proof(sum_of_errors) as s:
    inner = s.have(
        a * b * (a * b - trace(A.T @ B)) >= 0,
        by.algebra(
            by.times(Q(1, 2), by.trace(by.gram(b * A - a * B))),
            by.times(b**2 / 2, s.hypothesis("one.2")),
            by.times(a**2 / 2, s.hypothesis("two.2")),
        ),
    )
    slack = a * b - trace(A.T @ B)

    def without(c, X, other, Y, name, k, fact):
        """k slack >= 0 from c k slack >= 0; where c = 0 its matrix vanishes."""
        zero = by.anti(s.hypothesis(f"{name}.1"), CASE)
        none = by.vanish(X, by.anti(by.trace(by.gram(X)), by.plus(s.hypothesis(f"{name}.2"), by.scaled(-c, zero))))
        return s.have(
            k * slack >= 0,
            by.cases(
                -c,
                at_least_zero=(by.scaled(k * other, zero), by.scaled(k, by.trace(by.within(Y.T, none)))),
                negative=(by.times(1 / c, fact), by.scaled(k * slack, by.inverse(c))),
            ),
        )

    product_ = without(b, B, a, A, "two", 1, without(a, A, b, B, "one", b, inner))
    s.conclude(by.positive(), by.algebra(product_, s.hypothesis("one.2"), s.hypothesis("two.2")))

same_dynamics.fails_at(n=1, q=1, J=[[0]], K=[[1]], y=[[0]], u=[[1]], v=[[1]])
nonclaim("How wide the network must be for its kernel to stay near the limit kernel is another claim.")
