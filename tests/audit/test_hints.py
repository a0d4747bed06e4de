"""Instances of a claim file in the names and sizes of its kernel statement."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from verify.audit.hints import instance

N, D = {"N": 1}, {"d": 1}
KERNEL: dict[str, Any] = {
    "sig": {
        "nat": {"N": 1, "d": 1},
        "letters": {
            "eta": {},
            "A": {"shape": [D, D]},
            "x": {"shape": [D, {"1": 1}]},
            "W": {"index": [["j", {"1": 1}, N]], "shape": [D, D]},
            "s": {"index": [["j", {"N": 1, "1": -1}, N]]},
            "m": {"index": [["i", {}, N], ["j", {}, N]]},
        },
    }
}


def test_values() -> None:
    given = {
        "N": 2,
        "d": 1,
        "eta": Fraction(1, 3),
        "A": ((1, 0), (0, Fraction(-1, 2))),
        "x": (1, 2),
        "W": (1, ((2,),)),
        "s": (5, 6),
    }
    assert instance(KERNEL, given) == {
        "values": {
            "A": [["1", "0"], ["0", "-1/2"]],
            "N": "2",
            "W[1]": [["1"]],
            "W[2]": [["2"]],
            "d": "1",
            "eta": "1/3",
            "s[1]": "5",
            "s[2]": "6",
            "x": [["1"], ["2"]],
        }
    }


@pytest.mark.parametrize(
    "given",
    [
        {"unknown": 1},
        {"eta": "text"},
        {"eta": (1, 2)},
        {"W": 1},
        {"W": ("a",)},
        {"s": (1, 2)},
        {"m": (1,)},
        {"eta": True},
    ],
)
def test_what_is_no_number_is_left_out(given: dict[str, Any]) -> None:
    assert instance(KERNEL, given) is None
