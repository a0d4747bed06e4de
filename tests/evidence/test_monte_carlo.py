"""Monte Carlo estimates contain the rigorous value, and a wrong one shows."""

from fractions import Fraction as F

from verify.evidence.instance import Instance
from verify.evidence.monte_carlo import estimate, estimates
from verify.evidence.values import Mat


def test_estimates_contain_the_enclosed_value(statement):
    s = statement("tangent_kernel.orthant")
    unit = {("x1", (), ""): Mat.from_rows([[1], [0]]), ("x2", (), ""): Mat.from_rows([[F(3, 5)], [F(4, 5)]])}
    instance = Instance({"d": 2}, {}, unit)
    (row,) = estimates(s, instance, n=400)
    assert row["contains_value"] and row["n"] == 400
    flipped = {**unit, ("x2", (), ""): Mat.from_rows([[F(-1)], [F(0)]])}
    body = s["goals"][0]["concl"][1][1]
    other = estimate(s["sig"], body, Instance({"d": 2}, {}, flipped), n=400)
    assert F(other["high"]) < F(row["low"])
    assert estimate(s["sig"], body, instance, n=400) == estimate(s["sig"], body, instance, n=400)
