"""Float flows agree with validated ones, and stop where they must."""

import numpy as np
import pytest

from verify.numeric.enclosure import InvalidInput
from verify.numeric.floats import FloatFlowStopped, float_flow, two_layer_float_field
from verify.numeric.flow import integrate_flow
from verify.numeric.matrices import RationalMatrix
from verify.numeric.networks import two_layer
from verify.numeric.relu import relu_flow

R = RationalMatrix.from_rows
INPUTS, LABELS = R([["1", "3/5"], ["0", "4/5"]]), R([["1", "2"]])
START, OUTER = R([["-3/10", "59/40"], ["1/2", "1/4"]]), R([["1", "-1/2"]])


def floats(matrix):
    return np.array([[float(x) for x in row] for row in matrix.rows()])


def test_exponential_and_rotation():
    (half, two) = float_flow(lambda x: -x, np.array([1.0, -2.0]), [0.5, 2], tolerance=1e-12)
    assert half == pytest.approx(np.exp(-0.5) * np.array([1, -2]), rel=1e-10)
    assert two == pytest.approx(np.exp(-2.0) * np.array([1, -2]), rel=1e-10)
    (turned,) = float_flow(lambda x: np.array([-x[1], x[0]]), np.array([1.0, 0.0]), [10])
    assert turned == pytest.approx([np.cos(10), np.sin(10)], abs=1e-6)


@pytest.mark.parametrize("activation", ["tanh", "quadratic", "relu"])
def test_networks_agree_with_the_validated_flow(activation):
    field = two_layer_float_field(activation, floats(INPUTS), floats(LABELS)[0], floats(OUTER)[0])
    (found,) = float_flow(field, floats(START), [1.0], tolerance=1e-10)
    if activation == "relu":
        run = relu_flow(INPUTS, LABELS, [START], [1], 20, outer=OUTER)
        assert run.events
    else:
        run = integrate_flow(two_layer(activation, INPUTS, LABELS, outer=OUTER).flow, [START], [1], 20)
    exact = [[float(x.midpoint()) for x in row] for row in run.at(1).state[0].rows()]
    assert found == pytest.approx(np.array(exact), abs=1e-8)


def test_blow_up_and_step_limit_stop():
    with pytest.raises(FloatFlowStopped) as caught:
        float_flow(lambda x: x * x, np.array([1.0]), [2.0])
    assert 0.999 < caught.value.time < 1.001
    with pytest.raises(FloatFlowStopped, match="used up"):
        float_flow(lambda x: -1e9 * x, np.array([1.0]), [2.0], max_steps=50)


def test_bad_input():
    for start, times in (([], [1]), ([np.nan], [1]), ([1.0], [-1]), ([1.0], [1, 1]), ([1.0], [np.inf])):
        with pytest.raises(InvalidInput):
            float_flow(lambda x: -x, np.array(start), times)
    with pytest.raises(InvalidInput, match="shape"):
        float_flow(lambda x: x[:1], np.ones(2), [1])
    with pytest.raises(InvalidInput, match="tolerance"):
        float_flow(lambda x: x, np.ones(2), [1], tolerance=0)
    with pytest.raises(InvalidInput, match="no activation"):
        two_layer_float_field("erf", np.ones((1, 1)), np.ones(1), np.ones(1))
    with pytest.raises(InvalidInput, match="do not fit"):
        two_layer_float_field("relu", np.ones((1, 2)), np.ones(1), np.ones(1))
