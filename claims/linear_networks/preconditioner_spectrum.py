"""The spectrum of the preconditioner: sums of products of powers of the singular values of the layers."""

from verify.statement import *

covers("C-24", "C-25")

N = nat("N", at_least=1)
M = nat("M", at_least=2)
n, m = nat("n", at_least=1), nat("m", at_least=1)
k, j, q = nat("k", between=(1, N)), nat("j", between=(1, M)), nat("q")
i, r = nat("i"), nat("r", at_least=1)
a, b = real("a"), real("b")
lo = real("lo", nonnegative=True)
S, R = matrix("S", n, n, symmetric=True), matrix("R", m, m, symmetric=True)  # the N-th roots of W W^T and W^T W
u, v = vector("u", n), vector("v", m)  # left and right singular vectors of W
P = total(k, 1, N, kron(R ** (k - 1), S ** (N - k)))
deep = total(j, 1, M, kron(R ** (j - 1), S ** (M - j)))

powers = lemma(eigen=S @ u == a * u, then=S**q @ u == a**q * u)
eigenvectors = corrected(
    left=S @ u == a * u,
    right=R @ v == b * v,
    then=P @ vec(u @ v.T) == total(k, 1, N, a ** (N - k) * b ** (k - 1)) * vec(u @ v.T),
)
square_floor = corrected(left=psd(S - lo * I), right=psd(R - lo * I), then=psd(P - N * lo ** (N - 1) * I))
rank_deficient = corrected(left=S @ u == 0, right=R @ v == 0, then=deep @ vec(u @ v.T) == 0 * vec(u @ v.T))

with proof(powers) as p:
    every = p.have(S**i @ u == a**i * u, by.induction(i, step=(S @ IH, by.scaled(a**i, by.plus(p.eigen)))))
    p.conclude(by.algebra(every(q)))
with proof(eigenvectors) as p:
    left = p.have(S**i @ u == a**i * u, by.lemma(powers, q=i))
    right = p.have(R**i @ v == b**i * v, by.lemma(powers, S=R, u=v, a=b, q=i))
    each = p.have(
        S ** (N - k) @ u @ v.T @ R ** (k - 1) == a ** (N - k) * b ** (k - 1) * u @ v.T,
        by.algebra(left(N - k) @ (v.T @ R ** (k - 1)), a ** (N - k) * u @ right(k - 1).T),
    )
    p.conclude(by.algebra(by.total(k, 1, N, by.vec(each))))
with proof(square_floor) as p:
    low = p.have(psd(S**i - lo**i * I), by.lemma("psd_power_bound.matrices", S=S, a=lo, k=i))
    other = p.have(psd(R**i - lo**i * I), by.lemma("psd_power_bound.matrices", S=R, a=lo, k=i, n=m))
    p.have(psd(S), by.algebra(p.left, by.times(lo, by.gram(0 * S + I))))
    p.conclude(
        by.algebra(
            by.total(k, 1, N, by.kron(other(k - 1), S ** (N - k))),
            by.total(k, 1, N, by.times(lo ** (k - 1), by.kron(0 * R + I, low(N - k)))),
        )
    )
with proof(rank_deficient) as p:
    one = p.have(
        R ** (j - 1) @ v @ u.T @ S ** (M - j) == 0 * v @ u.T,
        by.algebra(
            by.index_case(
                j, 2, R ** (j - 2) @ p.right @ (u.T @ S ** (M - j)), R ** (j - 1) @ v @ (p.left.T @ S ** (M - j - 1))
            )
        ),
    )
    p.conclude(by.algebra(by.total(j, 1, M, by.vec(one.T))))

nonclaim("For balanced layers of any shape, S and R are W_N W_N^T and W_1^T W_1.")
