"""Descent over two layers is not the discrete end-to-end dynamics: a step differs by the square of the step size."""

from verify.statement import *

covers("C-41")

k, h, d = nat("k", at_least=1), nat("h", at_least=1), nat("d", at_least=1)
W2, W1, G = (
    matrix("W_2", k, h),
    matrix("W_1", h, d),
    matrix("G", k, d),
)  # two layers, the gradient of the loss at W_2 W_1
eta = real("eta", positive=True)
W = W2 @ W1
layers = (W2 - eta * G @ W1.T) @ (W1 - eta * W2.T @ G)  # the end-to-end matrix after a step of descent
dynamics = W - eta * (W2 @ W2.T @ G + G @ W1.T @ W1)  # after a step of the discrete dynamics

same = printed(
    consequence="caution",
    then=layers == dynamics,
    expect=REFUTED,
    reading="the discrete version is descent over the layers",
)
gap = corrected(then=layers - dynamics == eta**2 * G @ W.T @ G)

with proof(gap) as p:
    p.conclude(by.algebra())

same.fails_at(k=1, h=1, d=1, W_2=[[1]], W_1=[[1]], G=[[1]], eta=1)
nonclaim("Balanced layers do not stay balanced under descent, so that the next step differs by more.")
