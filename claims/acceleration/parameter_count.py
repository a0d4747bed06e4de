"""Two more linear layers in a small convolutional network cost between 15 and 16 percent more parameters."""

from verify.statement import *

covers("C-47")

x = real("x")
# 5 x 5 filters 1 -> 32 -> 64, then 3136 -> 512 -> 10, each with biases
before = (25 + 1) * 32 + (25 * 32 + 1) * 64 + (3136 + 1) * 512 + (512 + 1) * 10
added = 512**2 + 10**2  # one square linear layer after each dense layer, without biases

percent = printed(then=both(100 * added * x**2 >= 15 * before * x**2, 100 * added * x**2 <= 16 * before * x**2))
rounded = printed(
    consequence="constant",
    then=200 * added * (1 + x**2) <= 31 * before * (1 + x**2), expect=REFUTED, reading="15 percent when rounded"
)

with proof(percent) as p:
    p.conclude(by.algebra(by.square(x)), by.algebra(by.square(x)))

rounded.fails_at(x=0)
nonclaim("The text does not say whether the new layers have biases; with them the share rises by less than 0.04.")
