"""The square of the mean of two iterates is at most the mean of their squares."""
from verify.statement import *

covers("A-01")

x, y = real("x"), real("y")

bound = printed(then=((x + y) / 2)**2 <= (x**2 + y**2) / 2)

bound.tight_at(x=1, y=1)
nonclaim("Nothing is said about means with unequal weights.")
