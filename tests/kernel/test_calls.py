"""Single calls of the kernel's functions give what is written down, and leave it in their arguments."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from tests.batches import all_pass, batches
from verify.kernel import linear, words
from verify.kernel.errors import Budget, Reject

from .calls import Reader, Summary, Unwritable, Writer, digest, holds, name_of, read, run, written
from .traced import functions

ROWS = read()
AGAIN = "if the change is meant, run `python -m tests.kernel.recorded`"


def as_written(row: Any) -> None:
    assert row[0] in functions(), AGAIN
    assert holds(row), AGAIN


@pytest.mark.parametrize("rows", batches(ROWS, name_of, 200))
def test_calls_do_what_is_written_down(rows: list[Any]) -> None:
    all_pass(rows, as_written, name_of)


def test_values_are_read_as_they_were_written() -> None:
    shared = [1]
    value = (True, None, -3, "x", Fraction(2, 3), {"a": shared, (1, 2): {"b"}}, frozenset((1,)), shared, Budget(5))
    again = Reader().of(Writer(100).of(value))
    assert again[:7] == value[:7] and again[5]["a"] is again[7] and again[8].left == 5
    assert [type(x) for x in again] == [type(x) for x in value]
    assert Summary().of(again) == Summary().of(value)


def test_what_cannot_be_written_is_said() -> None:
    for x in (1.5, 1 << 5000, list(range(200)), object()):
        with pytest.raises(Unwritable):
            Writer(100).of(x)


def test_a_value_inside_itself_has_a_form() -> None:
    loop: list[Any] = []
    loop.append(loop)
    again = Reader().of(Writer(100).of(loop))
    assert again[0] is again and Summary().of(again) == Summary().of(loop)


def test_summaries_tell_values_apart() -> None:
    values = (0, 1, -1, -2, True, False, None, "", "1", (), (1,), [1], {1}, {1: 1}, frozenset((1, 2)), Fraction(1, 2),
              Fraction(-1, 2), Budget(1), Budget(2), [[1], 2], [1, [2]], 2**61, 2**61 + 1)  # fmt: skip
    assert len({Summary().of(x) for x in values}) == len(values)


def test_a_call_counts_by_result_exception_and_what_it_leaves() -> None:
    def spend(left: int, amount: int) -> int:
        return digest("errors.Budget.spend", written((Budget(left), amount), {}))

    assert spend(5, 2) == spend(5, 2)
    assert len({spend(5, 2), spend(5, 3), spend(2, 3), spend(3, 4)}) == 4
    assert run("errors.Budget.spend", written((Budget(1), 2), {}))[1].startswith("Reject work budget exhausted")


def test_a_change_of_the_kernel_is_noticed() -> None:
    form = written((linear.var("n"), linear.const(2)), {})
    target, other = functions()["linear.add"], functions()["linear.sub"]
    before, code = digest("linear.add", form), target.__code__
    target.__code__ = other.__code__
    try:
        assert digest("linear.add", form) != before
    finally:
        target.__code__ = code
    assert digest("linear.add", form) == before


def test_limits_are_those_of_the_call_while_it_runs() -> None:
    word = (("l", "A", (), "", 0, 0), ("l", "B", (), "", 0, 0))
    before = words.MAX_WORD
    fine, refused = (written((word,), {}, limits={"words.MAX_WORD": n}) for n in (2, 1))
    assert run("words.normal", fine)[0] == word
    assert run("words.normal", refused)[1].startswith("Reject a product of more than 1 factors")
    assert before == words.MAX_WORD
    with pytest.raises((KeyError, ValueError)):
        run("words.normal", written((word,), {}, limits={"words.normal": 1}))


def test_exceptions_of_python_count_by_their_type() -> None:
    assert run("linear.add", written((1, 2), {}))[1] in ("TypeError", "AttributeError")
    with pytest.raises(Reject):
        Budget(0).spend()
