"""The square of a sum is at most twice the sum of the squares; without the factor 2 this is false."""
from verify.statement import *

covers("A-02")

x, y = real("x"), real("y")

as_printed = printed(then=(x + y)**2 <= x**2 + y**2, expect=REFUTED)
with_factor = corrected(then=(x + y)**2 <= 2 * (x**2 + y**2))

as_printed.fails_at(x=1, y=1)
with_factor.tight_at(x=1, y=1)
