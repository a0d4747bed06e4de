"""ReLU flows: closed solutions across events, rest, refusals."""

from fractions import Fraction

import pytest

from verify.numeric.enclosure import Enclosure, InvalidInput, precision
from verify.numeric.flow import FlowFailure, StepLimit
from verify.numeric.matrices import RationalMatrix
from verify.numeric.networks import two_layer
from verify.numeric.relu import AmbiguousEvent, Sliding, relu_flow

R = RationalMatrix.from_rows
ONE = R([[1]])


def certify(ball, expected, digits):
    assert ball.overlaps(expected) and ball.radius() < Fraction(1, 10**digits)
    assert not ball.overlaps(expected + Fraction(1, 10 ** (digits - 2)))


def test_one_unit_without_events():
    run = relu_flow(ONE, R([[2]]), [R([["1/2"]])], ["1/3", 2], 30, outer=ONE)
    with precision(50):
        for t in ("1/3", "2"):
            expected = 2 - Enclosure.from_exact(Fraction(3, 2)) * Enclosure.from_exact(-Fraction(t)).exp()
            certify(run.at(t).state[0][0, 0], expected, 27)
    assert run.events == ()


def test_a_unit_that_becomes_active_on_a_second_input():
    """Inputs (1, 0) and (3/5, 4/5); until z_0 = 0 only the second residual decays, r_1 = -e^(-t)."""
    inputs, labels = R([[1, "3/5"], [0, "4/5"]]), R([[1, 2]])
    start = R([["-3/10", "59/40"]])  # z = (-3/10, 1)
    run = relu_flow(inputs, labels, [start], ["1/4", 3], 30, outer=ONE)
    (event,) = run.events
    assert (event.unit, event.sample, event.active, event.rests) == (0, 0, True, False)
    with precision(50):
        when = Enclosure.from_exact(2).log()  # -3/10 + 3/5 (1 - e^(-t)) = 0
        certify(event.time, when, 27)
        # from then on r' = -G r with eigenvalues 8/5 and 2/5, r(t*) = (-1, -1/2)
        late = 3 - when
        even, odd = (late * Fraction(-8, 5)).exp() * Fraction(-3, 4), (late * Fraction(-2, 5)).exp() * Fraction(-1, 4)
        z = run.at(3).state[0] @ inputs
        certify(z[0, 0], 1 + even + odd, 25)
        certify(z[0, 1], 2 + even - odd, 25)
        early = run.at("1/4").state[0] @ inputs
        certify(early[0, 1], 2 - Enclosure.from_exact(Fraction(-1, 4)).exp(), 25)


def test_a_unit_that_loses_its_last_input_comes_to_rest():
    run = relu_flow(ONE, R([[-1]]), [ONE], ["1/2", 1, 50], 30, outer=ONE)
    (event,) = run.events
    assert event.rests and not event.active
    with precision(50):
        certify(event.time, Enclosure.from_exact(2).log(), 27)  # w = 2 e^(-t) - 1
    for t in (1, 50):
        assert run.at(t).state[0].contains(R([[0]])) and run.at(t).error < Fraction(1, 10**25)
    net = two_layer("relu", ONE, R([[-1]]), outer=ONE)
    with precision(30):
        assert net.loss(run.at(50).state)[0, 0].contains("1/2")


def test_rest_ends_where_the_push_changes_its_sign():
    """Unit 0 rests on input 0 while unit 1 pushes the output up; a rest that is no longer certain is refused."""
    # u = z_0 - z_1 with labels -1: unit 0 falls to rest, then unit 1 grows until u = -1 at t = infinity
    run = relu_flow(ONE, R([[-1]]), [R([["1/4"], ["1/4"]])], [5], 25, outer=R([[1, -1]]))
    assert [e.rests for e in run.events] == [True]
    # two inputs: unit 1 fits the second and takes the output on the first below its label
    inputs, labels = R([[1, "3/5"], [0, "4/5"]]), R([["-1/10", -3]])
    start = R([["1/1000", -1], ["1/100", 1]])
    assert [e.rests for e in relu_flow(inputs, labels, [start], ["1/50"], 25, outer=R([[1, -1]])).events] == [True]
    with pytest.raises(AmbiguousEvent, match="close to 0") as caught:
        relu_flow(inputs, labels, [start], [20], 25, outer=R([[1, -1]]))
    assert Fraction(1, 50) < caught.value.time < Fraction(1, 10)


def test_equal_units_cross_together():
    inputs, labels = R([[1, "3/5"], [0, "4/5"]]), R([[1, 2]])
    run = relu_flow(inputs, labels, [R([["-3/10", "59/40"]] * 2)], [3], 30, outer=R([["1/2", "1/2"]]))
    assert [(e.unit, e.sample) for e in run.events] == [(0, 0), (1, 0)]
    assert run.events[0].time.overlaps(run.events[1].time)
    assert run.at(3).error < Fraction(1, 10**25)


def test_states_agree_across_precisions():
    inputs, labels = R([["1/2", "-1", "2"], ["1", "3/10", "-1"]]), R([["1", "-1/2", "1/3"]])
    weights, outer = R([["1", "-1/5"], ["-1/2", "7/10"], ["4/10", "1"]]), R([["1", "-1", "1/2"]])
    for start, fixed in (((weights,), outer), ((weights, outer), None)):
        coarse, fine = (relu_flow(inputs, labels, start, ["1/2"], n, outer=fixed) for n in (15, 40))
        for a, b in zip(coarse.at("1/2").state, fine.at("1/2").state, strict=True):
            assert a.contains(b.middle()) and not b.contains(a.middle())
        assert len(coarse.events) == len(fine.events)


def test_sliding_is_refused():
    """Input 1 draws the unit up while input 0 pushes it back as soon as it is active."""
    inputs, labels = R([[1, "3/5"], [0, "4/5"]]), R([[-9, 2]])
    with pytest.raises(Sliding, match="slides along that surface") as caught:
        relu_flow(inputs, labels, [R([["-3/10", "59/40"]])], [3], 30, outer=ONE)
    assert abs(caught.value.time - Fraction(693147180559945, 10**15)) < Fraction(1, 10**12)
    early = relu_flow(inputs, labels, [R([["-3/10", "59/40"]])], ["69/100"], 30, outer=ONE)
    assert early.events == ()


def test_starts_on_a_surface():
    inputs, labels = R([[1, "3/5"], [0, "4/5"]]), R([[1, 2]])
    leaves = relu_flow(inputs, labels, [R([[0, "5/4"]])], [1], 20, outer=ONE)  # z = (0, 1), both sides push up
    assert leaves.events == () and (leaves.at(1).state[0] @ inputs)[0, 0].certainly_gt(0)
    stays = relu_flow(inputs, R([[-1, -2]]), [R([[0, 0]])], [1], 20, outer=ONE)
    assert stays.at(1).state[0].contains(R([[0, 0]]))
    with pytest.raises(AmbiguousEvent, match="sides do not agree"):
        relu_flow(inputs, labels, [R([[0, 0]])], [1], 20, outer=ONE)  # it may stay, or leave at any time


def test_the_sign_decides_what_counts_as_crossing():
    """Antipodal inputs: one activity ends as the other begins; the box of both is not followed, but not guessed."""
    with pytest.raises(FlowFailure):
        relu_flow(R([[1, -1]]), R([[-1, 1]]), [ONE], [2], 20, outer=ONE)


def test_step_limit():
    with pytest.raises(StepLimit):
        relu_flow(ONE, R([[2]]), [ONE, ONE], [50], 20, max_steps=2)


def test_bad_input():
    good = (ONE, R([[2]]), [ONE])
    for inputs, labels, start, times, outer in (
        (ONE, R([[2]]), [], [1], ONE),
        (ONE, R([[2]]), [1], [1], ONE),
        (ONE, R([[2]]), [ONE, ONE], [1], ONE),
        (ONE, R([[2]]), [ONE], [1], None),
        (ONE, R([[1, 2]]), [ONE], [1], ONE),
        (ONE, R([[2]]), [R([[1, 1]])], [1], ONE),
        (ONE, R([[2]]), [R([[1], [1]])], [1], ONE),
        (R([], 1), R([[2]]), [ONE], [1], ONE),
        (ONE, R([[2]]), [R([], 1)], [1], R([[]])),
        (*good, [0.5], ONE),
        (*good, [2, 1], ONE),
        (*good, ["inf"], ONE),
    ):
        with pytest.raises(InvalidInput):
            relu_flow(inputs, labels, start, times, 20, outer=outer)
    with pytest.raises(InvalidInput):
        relu_flow(*good, [1], 0, outer=ONE)
    with pytest.raises(InvalidInput):
        relu_flow(*good, [1], 20, outer=ONE, scale=0.5)
