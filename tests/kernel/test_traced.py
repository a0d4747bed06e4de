"""Traces are the same for the same calls and differ otherwise."""

from __future__ import annotations

from fractions import Fraction

import pytest

from verify.kernel.errors import Budget, Reject
from verify.kernel.scalar import dyadic
from verify.kernel.scalar.interval import Interval

from .traced import Trace, functions, tracer

VALUES = (
    0, 1, -1, -2, 2**70, -(2**70), True, False, None, "", "1", (), (1,), ((1,),), (1, 2), (2, 1), [1, 2], [2, 1],
    {1, 2}, {1: 2}, {2: 1}, Fraction(1, 2), Fraction(2, 1), Interval((0, 0), (1, 0)), Interval((0, 0), (1, 0), True),
)  # fmt: skip


def test_different_values_have_different_hashes() -> None:
    hashes = [Trace().of(x) for x in VALUES]
    assert len(set(hashes)) == len(VALUES)
    assert hashes == [Trace().of(x) for x in VALUES]


def test_order_counts_where_it_means_something() -> None:
    t = Trace()
    assert t.of({"a": 1, "b": 2}) == t.of({"b": 2, "a": 1})
    assert t.of({"a", "b", "c"}) == t.of({"c", "b", "a"})
    assert t.of(("a", "b")) != t.of(("b", "a"))


def test_calls_count_by_what_is_given_and_what_comes_of_it() -> None:
    def run(m: int) -> str:
        return tracer().of(lambda: dyadic.sign((m, 0))).hash()

    assert run(3) == run(3)
    assert len({run(3), run(4), run(-3)}) == 3  # 3 and 4 have the same sign
    before = dyadic.sign.__code__
    dyadic.sign.__code__ = (lambda a: 2).__code__
    try:
        changed = run(3)
    finally:
        dyadic.sign.__code__ = before
    assert changed != run(3)


def test_an_exception_is_an_answer() -> None:
    def spend(limit: int) -> None:
        with pytest.raises(Reject):
            Budget(limit).spend(limit + 1)

    found = tracer().of(lambda: spend(1)).sums
    assert "errors.Budget.spend" in found and "errors.Budget.__init__" in found
    assert found != tracer().of(lambda: spend(2)).sums


def test_one_function_alone_leaves_its_part_of_the_whole_trace() -> None:
    def run() -> None:
        dyadic.add((1, 0), (1, 1))
        dyadic.compare((1, 0), (1, 1))

    whole, part = tracer().of(run).sums, tracer().of(run, "scalar.dyadic.add").sums
    assert set(part) == {"scalar.dyadic.add", "answer"}
    assert part["scalar.dyadic.add"] == whole["scalar.dyadic.add"]


def test_code_is_put_back() -> None:
    before = {name: f.__code__ for name, f in functions().items()}
    with pytest.raises(ZeroDivisionError):
        tracer().of(lambda: 1 // 0)
    assert before == {name: f.__code__ for name, f in functions().items()}
    assert len(before) > 800
