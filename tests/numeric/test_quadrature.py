from fractions import Fraction

import pytest

from verify.numeric.enclosure import Enclosure, InvalidInput, NotEvidence, precision
from verify.numeric.quadrature import entire, integrate, off_negative_axis


def test_integrate_needs_the_analytic_callback():
    with pytest.raises(TypeError):
        integrate(lambda z: z, 0, 1)
    with pytest.raises(InvalidInput):
        integrate(lambda z: z, 0, 1, analytic=True)
    with pytest.raises(InvalidInput):
        integrate(lambda z: z, 0.0, 1, analytic=entire)


def test_square_root_is_integrated_correctly():
    with precision(40):
        value = integrate(lambda z: z.sqrt(), 1, 4, analytic=off_negative_axis)
        assert value.contains(Fraction(14, 3)) and value.digits() >= 38
        wrong = integrate(lambda z: z.sqrt(), 1, 4, analytic=entire)
        assert not wrong.contains(Fraction(14, 3))  # what the callback is for
        exp = integrate(lambda z: z.exp(), Enclosure.from_exact(0), 1, analytic=entire)
        assert exp.overlaps(Enclosure.from_exact(1).exp() - 1)


def test_divergent_integral_is_no_evidence():
    with pytest.raises(NotEvidence):
        integrate(lambda z: 1 / z, -1, 1, analytic=entire)
