"""From a problem to what is replayed: the words of an answer are those of its problem, and nothing is left out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from verify.check import ode
from verify.check.certificate import certificate, content_hash, recheck
from verify.check.errors import InputError
from verify.check.problem import from_json
from verify.check.settle import settle, show

Json = Any
LINE = ["-oo", "oo"]


def flow(field: Json, quantity: str, claim: str = "conserved", **more: Json) -> Json:
    return {"family": "ode", "field": field, "quantity": quantity, "claim": {"type": claim}, **more}


def verdict(data: Json) -> str:
    return settle(from_json(data)).verdict


def inequality(**more: Json) -> Json:
    return {"family": "inequality", "vars": {"x": ["0", "1"]}, "lhs": "x", "rel": "<=", "rhs": "1", **more}


def written(folder: Any, **changes: Json) -> Any:
    found = from_json(inequality())
    data = {**certificate(found, settle(found)), **changes}
    path = folder / "c.json"
    path.write_text(json.dumps({**data, "hash": content_hash(data)}))
    return recheck(path)


def test_the_words_of_a_certificate_are_those_of_its_problem(tmp_path: Any) -> None:
    assert written(tmp_path).finding is None
    changed = written(tmp_path, statement="x <= 1/2  for x in [0, 1]")
    assert changed.finding is not None and "words" in changed.finding
    assert changed.statement == "x <= 1  for x in [0, 1]"


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        ({"family": "matrix", "matrices": {"A": ["n", "n"]}, "flags": {"A": ["symmetric"]}, "lhs": "T(A)", "rhs": "A"},
         ["A symmetric"]),
        ({"family": "matrix", "matrices": {"A": ["n", "n"], "B": ["n", "n"]}, "invertible": ["A*B"],
          "hypotheses": ["A = B"], "lhs": "A*inv(A*B)", "rhs": "inv(A)"}, ["A = B", "A*B invertible"]),
        (flow({"x": "-x"}, "x**2", init={"x": "1/2"}), ["x' = -x", "x = 1/2"]),
        (flow({"x": "-x"}, "x**2", "nonincreasing", init_domain={"x": ["0", "oo"]}), ["x in (0, oo)"]),
        ({**flow({"x": "x"}, "x", init={"x": "1"}), "claim": {"type": "bounded", "C": "1", "k": "-1"}},
         ["exp(1*t)", "from x = 1"]),
        ({"family": "probability", "statement": "everything holds",
          "formal": {"kind": "closed", "lhs": "1", "rel": "<=", "rhs": "2"}},
         ["everything holds", "1 <= 2"]),
        ({"family": "probability", "statement": "everything holds", "formal": {
            "kind": "iid_mean_tail", "range": ["0", "1"], "sides": 2, "bound": "2*exp(-2*n*t**2)"}},
         ["everything holds", "abs(mean - mu) >= t", "2*exp((-2)*n*t**2)", "[0, 1]"]),
    ],
)  # fmt: skip
def test_a_statement_in_a_line_says_all_of_it(data: Json, parts: list[str]) -> None:
    line = show(from_json(data))
    assert [p for p in parts if p not in line] == [], line


@pytest.mark.parametrize("name", ["pi", "E", "I", "oo"])
def test_no_variable_is_called_like_a_constant(name: str) -> None:
    for data in (
        inequality(vars={name: ["0", "1"]}, lhs=name),
        flow({name: "1"}, name, init={name: "0"}),
    ):
        with pytest.raises(InputError, match="is a constant"):
            from_json(data)


def test_a_start_is_a_real_number() -> None:
    assert verdict(flow({"x": "-x", "y": "0"}, "y", init={"x": "log(2)", "y": "0"})) == "PROVED"
    for value in ("log(-1)", "I", "oo"):
        with pytest.raises(InputError, match=r"no value|real number|infinit|empty"):
            from_json(flow({"x": "-x", "y": "0"}, "y", init={"x": value, "y": "0"}))


@pytest.mark.parametrize(
    ("rate", "start", "want"),
    [
        ("1/x", "1", "PROVED"),
        ("1/x", "0", "OPEN"),
        ("log(x)", "2", "PROVED"),
        ("log(x)", "-2", "OPEN"),
        ("tan(x)", "1", "PROVED"),
    ],
)
def test_a_proof_along_a_flow_shows_that_there_is_one(rate: str, start: str, want: str) -> None:
    """Where the field has no value no solution starts, and nothing is proved about none."""
    assert verdict(flow({"x": rate, "y": "0"}, "y", init={"x": start, "y": "1"})) == want


def test_a_box_of_starts_is_not_empty() -> None:
    ends = {"x": ["sqrt(2)*sqrt(3)", "sqrt(7)"]}
    assert verdict(flow({"x": "0"}, "x", init_domain=ends)) == "PROVED"
    ends = {"x": ["sqrt(2)*sqrt(3) + 1/10**13", "sqrt(6)"]}
    assert verdict(flow({"x": "0"}, "x", init_domain=ends)) == "OPEN"


def test_a_certificate_without_its_start_does_not_stand() -> None:
    found = from_json(flow({"x": "1/x", "y": "0"}, "y", init={"x": "1", "y": "1"}))
    answer = settle(found)
    assert answer.certificate is not None and "rate x" in answer.certificate["rests"]
    assert ode.stands(found, "PROVED", answer.certificate) is None
    less = {
        **answer.certificate,
        "scalars": [i for i in answer.certificate["scalars"] if i["id"] != "rate x"],
        "rests": [i for i in answer.certificate["rests"] if i != "rate x"],
    }
    assert ode.stands(found, "PROVED", less) is not None


def test_an_empty_sum_is_no_empty_domain() -> None:
    assert verdict(inequality(lhs="Sum(x*k, (k, 3, 1))")) == "OPEN"
    assert verdict(inequality(vars={"x": ["sqrt(2)*sqrt(2)", "2"]}, open={"x": [True, False]})) == "VACUOUS"
