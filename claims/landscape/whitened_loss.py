"""With whitened inputs the square loss is half the squared distance to a matrix, plus what no matrix can remove."""
from verify.statement import *

covers("K-45", "K-55")

k, d, m = nat("k", at_least=1), nat("d", at_least=1), nat("m", at_least=1)
X, Y, W = matrix("X", d, m), matrix("Y", k, m), matrix("W", k, d)
whitened = X @ X.T == m * I
Phi = Y @ X.T / m                                     # the cross-covariance of labels and inputs


def loss(M):
    """Half the mean squared error of the linear model M."""
    return frobenius(M @ X - Y)**2 / (2 * m)


zero_loss = printed(of="K-55", consequence="hypothesis", whitened=whitened, then=loss(Phi) == 0, expect=REFUTED)
limit_zero = printed(
    of="K-45",
    consequence="hypothesis",
    whitened=whitened,
    minimal=W == Phi,
    then=loss(W) <= 0,
    expect=REFUTED,
    reading="the losses tend to zero: at a minimum",
)
shifted = corrected(of=("K-45", "K-55"), whitened=whitened, then=loss(W) == frobenius(W - Phi)**2 / 2 + loss(Phi))
global_minimum = corrected(of="K-55", whitened=whitened, then=loss(Phi) <= loss(W))
remainder = corrected(
    of=("K-45", "K-55"),
    whitened=whitened,
    then=loss(Phi) == (frobenius(Y)**2 / m - frobenius(Phi)**2) / 2,
)

with proof(remainder) as p:
    one = p.have(m * (1 / m) == 1, by.algebra(by.inverse(m)))
    p.conclude(by.algebra(by.scaled(1 / (2 * m**3), by.trace(by.within(Y @ X.T, p.whitened, X @ Y.T)))))
with proof(shifted) as p:
    one = p.have(m * (1 / m) == 1, by.algebra(by.inverse(m)))
    p.conclude(by.algebra(by.scaled(1 / (2 * m), by.trace(by.within(W, p.whitened, W.T))), p.use(remainder)))
with proof(global_minimum) as p:
    split = p.have(loss(W) == frobenius(W - Phi)**2 / 2 + loss(Phi), by.lemma(shifted))
    p.conclude(by.algebra(split, by.trace(by.gram(W - Phi))))

zero_loss.fails_at(k=1, d=1, m=2, X=[[1, -1]], Y=[[1, 1]])
limit_zero.fails_at(k=1, d=1, m=2, X=[[1, -1]], Y=[[1, 1]], W=[[0]])
nonclaim("Without whitening the minimiser is another matrix, and the distance to it is not the loss.")
