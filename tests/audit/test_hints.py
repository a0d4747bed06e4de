"""Instances of a claim file in the names and sizes of its kernel statement."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from verify.audit.hints import instance
from verify.evidence.given import completed

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


NET: dict[str, Any] = {
    "sig": {
        "time": "flow",
        "nat": {"N": 1},
        "dims": {"d": [{}, N]},
        "letters": {
            "W": {
                "index": [["j", {"1": 1}, N]],
                "shape": [["dim", "d", {"j": 1}], ["dim", "d", {"j": 1, "1": -1}]],
                "dep": "smooth",
                "chain": True,
            },
            "L": {"dep": "smooth"},
            "G": {"shape": [["dim", "d", N], ["dim", "d", {}]], "dep": "any"},
        },
        "losses": {"L": {"at": ["ch", "W", N, {"1": 1}, ""], "grad": "G"}},
    },
    "hyps": [
        {
            "id": "flow",
            "all": [["j", {"1": 1}, N]],
            "concl": ["eq", ["D", ["v", "W", [{"j": 1}], ""]], ["*", ["q", "-1"], ["v", "W", [{"j": 1}], ""]]],
        }
    ],
    "goals": [],
}


def test_a_network_with_its_widths_and_loss_and_what_follows_from_them() -> None:
    given = {"N": 1, "widths": (Fraction(2), Fraction(1)), "W": (((1, 2),),), "L": ((0, Fraction(1, 2)),)}
    made = instance(NET, given)
    assert made is not None
    assert made["dims"] == {"d": [2, 1]}
    assert made["losses"] == {"L": {"kind": "half_square", "target": [["0", "1/2"]]}}
    whole = completed(NET, made)
    assert whole["dims_from"] == {"d": 0}
    assert whole["values"]["D W[1]"] == [["-1", "-2"]]


@pytest.mark.parametrize("given", [{"N": 1, "widths": (Fraction(1, 2), 1)}, {"N": 1, "L": "x"}, {"widths": 3}])
def test_widths_are_whole_and_losses_are_matrices(given: dict[str, Any]) -> None:
    assert instance(NET, given) is None


def test_what_cannot_be_completed_stays_as_it_is() -> None:
    data = {"values": {"N": "1", "W[1]": [["1", "2"]]}, "dims": {"d": [3, 1]}}
    assert completed(NET, data) == data
