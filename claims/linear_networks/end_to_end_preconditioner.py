"""The end-to-end matrix of a linear network moves by a positive semidefinite preconditioner."""
from verify.statement import *

covers("C-18", "C-22", "C-23", "C-25", "K-18", "K-21", "K-32", "K-34", "K-35")

N = nat("N", at_least=1)
k, j = nat("k", between=(1, N)), nat("j", between=(1, N - 1))
net = linear_network("W", depth=N)
ell = function("ell", on=net.end, smooth="C1")
W, We, L = net.layers, net.end, ell(net.end)
G = grad(ell, We)
flow = gradient_flow(net, ell)
A, B = net.below, net.above                           # products of the layers below and above layer k
Q_W = total(k, 1, N, kron(A(k).T @ A(k), B(k) @ B(k).T))
P_W = preconditioner(net)
left, right = root(We @ We.T, N), root(We.T @ We, N)  # the factors of P_W

m = nat("m", between=(0, N))
end_to_end = corrected(flow=flow, then=D(vec(We)) == -Q_W @ vec(G))
semidefinite = corrected(then=psd(Q_W))
roots_semidefinite = printed(then=psd(P_W))
monotone = corrected(flow=flow, then=start(L) >= L)
above_gram = lemma(balanced=balanced(net), then=B(k - 1) @ B(k - 1).T == (W[N] @ W[N].T)**(N - k + 1))
below_gram = lemma(balanced=balanced(net), then=A(k + 1).T @ A(k + 1) == (W[1].T @ W[1])**k)
above_any = lemma(balanced=balanced(net), then=B(N - m) @ B(N - m).T == (W[N] @ W[N].T)**m)
below_any = lemma(balanced=balanced(net), then=A(m + 1).T @ A(m + 1) == (W[1].T @ W[1])**m)
left_root = lemma(balanced=balanced(net), then=left == W[N] @ W[N].T)
right_root = lemma(balanced=balanced(net), then=right == W[1].T @ W[1])
as_roots = corrected(balanced=balanced(net), then=Q_W == P_W)
balanced_flow = printed(flow=flow, balanced=balanced(net, at=0), then=D(vec(We)) == -P_W @ vec(G))

i = nat("i", between=(k, N))
q = nat("q", between=(0, N))
l = nat("l", between=(0, k - 1))
with proof(end_to_end) as p:
    p.conclude(by.algebra(p.flow))
with proof(semidefinite) as p:
    p.conclude(by.psd())
with proof(roots_semidefinite) as p:
    for gram, factor in ((We @ We.T, left), (We.T @ We, right)):
        p.have(psd(gram), by.psd())
        p.have(psd(factor), by.lemma("base:psd-root", A=gram))
    p.conclude(by.psd())
with proof(monotone) as p:
    falls = p.have(D(L) <= 0, by.algebra(p.flow, by.total(k, 1, N, by.trace(by.gram(net.gradients(ell)[k])))))
    p.conclude(by.antitone(falls))
with proof(above_gram) as p:
    up = p.have(net.chain(i, k) @ net.chain(i, k).T == (W[i] @ W[i].T)**(i - k + 1), by.induction(
        i, step=(W[i + 1] @ IH @ W[i + 1].T, by.within(W[i + 1], by.power(p.balanced(i), i - k + 1), W[i + 1].T))))
    p.conclude(by.algebra(up(N)))
with proof(below_gram) as p:
    down = p.have(net.chain(k, k - l).T @ net.chain(k, k - l) == (W[k - l].T @ W[k - l])**(l + 1), by.induction(
        l, step=(W[k - l - 1].T @ IH @ W[k - l - 1],
                 by.within(W[k - l - 1].T, by.power(p.balanced(k - l - 1), l + 1), W[k - l - 1]))))
    p.conclude(by.algebra(down(k - 1)))
with proof(above_any) as p:
    every = p.have(B(N - q) @ B(N - q).T == (W[N] @ W[N].T)**q, by.induction(q, step=p.use(above_gram)(N - q)))
    p.conclude(by.algebra(every(m)))
with proof(below_any) as p:
    every = p.have(A(q + 1).T @ A(q + 1) == (W[1].T @ W[1])**q, by.induction(q, step=p.use(below_gram)(q + 1)))
    p.conclude(by.algebra(every(m)))
with proof(left_root) as p:
    p.have(psd(We @ We.T), by.psd())
    p.have(psd(W[N] @ W[N].T), by.psd())
    p.have(psd(left), by.lemma("base:psd-root", A=We @ We.T))
    power = p.have(left**N == We @ We.T, by.lemma("base:psd-root", A=We @ We.T))
    whole = p.have(We @ We.T == (W[N] @ W[N].T)**N, by.lemma(above_gram, k=1))
    p.have(left**N == (W[N] @ W[N].T)**N, by.algebra(power, whole))
    p.conclude(by.lemma("base:psd-root-unique", A=left, B=W[N] @ W[N].T))
with proof(right_root) as p:
    p.have(psd(We.T @ We), by.psd())
    p.have(psd(W[1].T @ W[1]), by.psd())
    p.have(psd(right), by.lemma("base:psd-root", A=We.T @ We))
    power = p.have(right**N == We.T @ We, by.lemma("base:psd-root", A=We.T @ We))
    whole = p.have(We.T @ We == (W[1].T @ W[1])**N, by.lemma(below_gram, k=N))
    p.have(right**N == (W[1].T @ W[1])**N, by.algebra(power, whole))
    p.conclude(by.lemma("base:psd-root-unique", A=right, B=W[1].T @ W[1]))
with proof(as_roots) as p:
    above = p.have(B(k) @ B(k).T == left**(N - k), by.algebra(p.use(above_any)(N - k), by.power(left_root, N - k)))
    below = p.have(A(k).T @ A(k) == right**(k - 1), by.algebra(p.use(below_any)(k - 1), by.power(right_root, k - 1)))
    p.conclude(by.algebra(by.total(k, 1, N, by.kron(below, B(k) @ B(k).T)),
                          by.total(k, 1, N, by.kron(right**(k - 1), above))))
with proof(balanced_flow) as p:
    gap = W[j + 1].T @ W[j + 1] - W[j] @ W[j].T
    still = p.have(gap == start(gap), by.lemma("balancedness.conserved", rho=1))
    p.have(W[j + 1].T @ W[j + 1] == W[j] @ W[j].T, by.algebra(still, p.balanced))
    roots = p.have(Q_W == P_W, by.lemma(as_roots))
    p.conclude(by.algebra(p.flow, roots @ vec(G)))

figure(monotone)
nonclaim("The printed text gives the preconditioner only a letter; its formula is supplied here.")
