"""The Gram matrix of the mean of two weight matrices is at most the mean of their Gram matrices."""
from verify.statement import *

covers("A-03")

k, h = nat("k", at_least=1), nat("h", at_least=1)
A, B = matrix("A", k, h), matrix("B", k, h)
mean_of_two = (A + B) / 2
gap = (A.T @ A + B.T @ B) / 2 - mean_of_two.T @ mean_of_two

exactly = corrected(then=gap == ((A - B) / 2).T @ ((A - B) / 2))
bound = printed(then=psd(gap))
norms = corrected(then=frobenius(mean_of_two)**2 <= (frobenius(A)**2 + frobenius(B)**2) / 2)

with proof(bound) as p:
    p.conclude(by.psd(by.gram((A - B) / 2)))
with proof(norms) as p:
    p.conclude(by.algebra(by.trace(by.gram((A - B) / 2))))

nonclaim("Nothing is said about the spectral norm.")
