"""Linear forms: arithmetic, parsing, and the decision of `form >= 0` against brute force."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.kernel import linear as ln
from verify.kernel.errors import Reject

NAMES = ("i", "j", "N")
forms = st.dictionaries(st.sampled_from([*NAMES, "1"]), st.integers(-4, 4), max_size=4).map(ln.make)
NATURAL = tuple(ln.var(s) for s in NAMES)


def value(f: ln.Lin, point: dict[str, int]) -> int:
    return sum(c * (1 if s == "1" else point[s]) for s, c in f)


@settings(deadline=None, max_examples=400)
@given(forms, st.lists(forms, max_size=4))
def test_never_wrong_on_a_box(form: ln.Lin, known: list[ln.Lin]) -> None:
    """If the answer is yes, no natural point that satisfies the known forms makes the form negative."""
    if ln.nonnegative(form, (*NATURAL, *known)):
        for xs in product(range(7), repeat=3):
            point = dict(zip(NAMES, xs, strict=True))
            assert any(value(f, point) < 0 for f in known) or value(form, point) >= 0, (form, known, point)


@settings(deadline=None, max_examples=200)
@given(st.lists(forms, min_size=1, max_size=4), st.lists(st.integers(0, 3), min_size=4, max_size=4), st.integers(0, 5))
def test_finds_combinations_of_what_is_known(known: list[ln.Lin], weights: list[int], slack: int) -> None:
    """A non-negative combination of known forms plus a natural number is always recognised."""
    total = ln.const(slack)
    for f, w in zip(known, weights, strict=False):
        total = ln.add(total, f, w)
    assert ln.nonnegative(total, tuple(known))


@given(forms, forms, st.integers(-3, 3), st.tuples(*[st.integers(-5, 5)] * 3))
def test_arithmetic(a: ln.Lin, b: ln.Lin, k: int, xs: tuple[int, int, int]) -> None:
    point = dict(zip(NAMES, xs, strict=True))
    assert value(ln.add(a, b, k), point) == value(a, point) + k * value(b, point)
    assert value(ln.sub(a, b), point) == value(a, point) - value(b, point)
    assert value(ln.scaled(a, k), point) == k * value(a, point)
    assert value(ln.substitute(a, {"i": b}), point) == value(a, {**point, "i": value(b, point)})
    assert ln.add(a, ln.scaled(a, -1)) == ln.ZERO
    assert all(c for _, c in ln.add(a, b)) and list(ln.add(a, b)) == sorted(ln.add(a, b))


@pytest.mark.parametrize(
    ("form", "known", "answer"),
    [
        ({"N": 1}, [{"N": 1}], True),
        ({"N": 1, "1": -1}, [{"N": 1}], False),
        ({"N": 1, "1": -1}, [{"N": 1, "1": -1}], True),
        ({"j": 1}, [{"i": 1}, {"j": 1, "i": -1}], True),
        ({"N": 1, "i": -1}, [{"N": 1, "j": -1}, {"j": 1, "i": -1, "1": -1}], True),
        ({"N": 1, "i": -1, "1": -1}, [{"N": 1, "j": -1}, {"j": 1, "i": -1, "1": -1}], True),
        ({"N": 1, "i": -1, "1": -2}, [{"N": 1, "j": -1}, {"j": 1, "i": -1, "1": -1}], False),
        ({"1": -1}, [{"N": 1, "1": -1}, {"N": -1}], True),  # an empty range: everything holds
        ({"1": -1}, [{"N": 1}], False),
        ({"i": 1, "1": -1}, [{"i": 2, "1": -1}], True),  # over the integers 2 i >= 1 gives i >= 1
        ({}, [], True),
    ],
)
def test_examples(form: dict[str, int], known: list[dict[str, int]], answer: bool) -> None:
    assert ln.nonnegative(ln.make(form), tuple(map(ln.make, known))) is answer


def test_gives_up_on_many_rows() -> None:
    known = tuple(ln.make({"x": 1 if k % 2 else -1, f"y{k}": 1, "1": k}) for k in range(80))
    assert not ln.nonnegative(ln.make({"x": 1, "1": -1}), known)


@pytest.mark.parametrize("data", [None, 1, [], {"N": 0}, {"N": 1.0}, {"N": True}, {"N": "1"}, {"M": 1}, {"1": 10**7}])
def test_parse_rejects(data: Any) -> None:
    with pytest.raises(Reject):
        ln.parse(data, {"N": ln.var("N")})


def test_parse() -> None:
    known = {"N": ln.var("N"), "i": ln.make({"N": 1, "1": -1})}
    assert ln.parse({"N": 2, "1": -3}, known) == ln.make({"N": 2, "1": -3})
    assert ln.parse({"i": 2, "N": -2}, known) == ln.const(-2)
    assert ln.parse({}, known) == ln.ZERO
    assert ln.value(ln.parse({"1": 4}, known)) == 4 and ln.value(ln.ZERO) == 0 and ln.value(ln.var("N")) is None
    assert ln.symbols(ln.parse({"N": 1, "1": 1}, known)) == {"N"}


def test_forms_are_canonical() -> None:
    assert ln.const(0) == () and ln.const(-2) == (("1", -2),)
    assert ln.substitute(ln.const(3), {"1": ln.var("N")}) == ln.const(3)
    assert ln.value(ln.make({"N": 1, "1": 3})) is None
    assert ln._primitive({"x": 4, "1": -6}) == ln.make({"x": 2, "1": -3}) and ln._primitive({"x": 0}) == ()
    limit = ln.MAX_COEFFICIENT
    assert ln.parse({"N": limit}, {"N": ln.var("N")}) == (("N", limit),)
    for bad in (limit + 1, -limit - 1):
        with pytest.raises(Reject, match="small non-zero integer"):
            ln.parse({"N": bad}, {"N": ln.var("N")})


def crowd(lower: int, upper: int) -> list[ln.Lin]:
    """z lies above and below many symbols of its own: eliminating it first needs lower * upper rows."""
    above = [ln.make({"z": 1, f"a{i}": -1, "1": -i}) for i in range(lower)]
    return above + [ln.make({"z": -1, f"b{i}": 1, "1": i}) for i in range(upper)]


@pytest.mark.parametrize(("lower", "upper"), [(30, 30), (25, 21)])
def test_the_cheapest_symbol_goes_first(lower: int, upper: int) -> None:
    """A contradiction elsewhere is found before the rows of z become too many."""
    elsewhere = [ln.make({"x": 1, "y": -1, "1": -1}), ln.make({"y": 1, "x": -1})]
    known = (*crowd(lower, upper), *elsewhere)
    assert ln.nonnegative(ln.const(-1), known)
    assert not ln.nonnegative(ln.const(-1), tuple(crowd(lower, upper)))
    two = [ln.make({"x": 1, "1": -1}), ln.make({"x": 1, "1": -2}), ln.make({"x": -1}), ln.make({"x": -1, "1": 5})]
    assert ln.nonnegative(ln.const(-1), (*crowd(lower, upper), *two))


def test_the_number_of_rows_at_which_it_gives_up() -> None:
    """z needs lower * upper rows and nothing else is left: 500 are still made, 501 are not."""
    for lower, upper, answer in ((20, 25, True), (167, 3, False)):
        above = [ln.make({"z": 1, "1": -2 - i}) for i in range(lower)]
        under = [ln.make({"z": -1, "1": 1 - i}) for i in range(upper)]
        assert ln._contradictory((*above, *under)) is answer


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ([], False),
        ([{"1": -1}], True),
        ([{"1": 1}], False),
        ([{}], False),
        ([{"x": 1}], False),
        ([{"x": -1}], False),
        ([{"x": 1}, {"x": -1}], False),
        ([{"x": 1, "1": -1}, {"x": -1}], True),
        ([{"x": 1, "1": -1}, {"x": -1, "1": 1}], False),
        ([{"x": 2, "1": -1}, {"x": -3, "1": 1}], True),
        ([{"x": 2, "1": -1}, {"x": -3, "1": 2}], False),
        ([{"x": 1, "y": -1}, {"y": 1, "z": -1}, {"z": 1, "x": -1, "1": -1}], True),
        ([{"x": 1, "y": -1}, {"y": 1, "z": -1}, {"z": 1, "x": -1}], False),
        ([{"x": 1}, {"x": 1, "1": -3}, {"x": -1, "1": 2}, {"x": -1, "1": 9}], True),
        ([{"x": 1}, {"x": 1, "1": -3}, {"x": -1, "1": 3}, {"x": -1, "1": 9}], False),
        ([{"x": 1, "y": 1, "1": -3}, {"x": -1, "y": 1, "1": -3}, {"y": -1, "1": 2}], True),
        ([{"x": 1, "y": 1, "1": -3}, {"x": -1, "y": 1, "1": -3}, {"y": -1, "1": 3}], False),
    ],
)
def test_contradictions(rows: list[dict[str, int]], answer: bool) -> None:
    assert ln._contradictory(tuple(map(ln.make, rows))) is answer
