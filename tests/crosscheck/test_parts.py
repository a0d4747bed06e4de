"""Parts of the second checker by themselves: forms, files, exact values, limits."""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from verify.audit.second import CHECKER
from verify.crosscheck import facts, forms, reading
from verify.crosscheck.errors import Cannot, Ill, Rejected, TooMuch, Work
from verify.crosscheck.files import Library, check
from verify.crosscheck.rational import Exact, holds, semidefinite, whole_root
from verify.crosscheck.signature import read
from verify.crosscheck.values import Mat
from verify.kernel.axioms import AXIOMS
from verify.kernel.base import BASE_FACTS

ROOT = Path(__file__).resolve().parents[2]


def test_facts_are_those_of_the_kernel() -> None:
    theirs = {"base": BASE_FACTS, "axiom": AXIOMS}
    wanted = {
        kind: {name: row["statement"] for name, row in rows.items() if "statement" in row}
        for kind, rows in theirs.items()
    }
    assert facts.table() == wanted


def test_as_a_process_without_site_packages() -> None:
    names = ["lemmas/psd_power_bound.json", "linear_networks/balancedness.json"]
    files = [str(ROOT / "reports" / "certificates" / name) for name in names]
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(CHECKER), *files, "nowhere.json"], capture_output=True, text=True, check=True
    )
    first, second, third = map(json.loads, done.stdout.splitlines())
    items = [*first["theorems"], *second["theorems"], *second["refutations"]]
    assert all(x["ok"] for x in items) and len(items) > 4
    assert "cannot be read" in third["error"]


@pytest.mark.parametrize("seed", range(40))
def test_linear_conditions_against_all_points(seed: int) -> None:
    """What is proved holds at every integer point of a box; what fails at one is not proved."""
    rng = random.Random(seed)
    known = [{"x": 1}, {"y": 1}, {"x": -1, "1": 4}, {"y": -1, "1": 4}]
    known += [{s: c for s in ("x", "y", "1") if (c := rng.randint(-2, 2))} for _ in range(2)]
    form = {s: c for s in ("x", "y", "1") if (c := rng.randint(-3, 3))}
    inside = [
        at
        for x, y in itertools.product(range(5), repeat=2)
        if all(forms.value(k, at := {"x": x, "y": y}) >= 0 for k in known)
    ]
    if forms.follows(form, known):
        assert all(forms.value(form, at) >= 0 for at in inside)
    elif inside:
        # rational points may still be below 0; then some integer point is close to it, or the refusal is one of caution
        assert not all(forms.value(form, at) >= 1 for at in inside) or len(inside) < 25


def test_conditions_that_contradict_each_other_prove_everything() -> None:
    assert forms.impossible([{"x": 1}, {"x": -1, "1": -1}])
    assert forms.follows({"1": -5}, [{"x": 1}, {"x": -1, "1": -1}])
    assert not forms.impossible([{"x": 1}])


@pytest.mark.parametrize(
    "text,reason",
    [
        ('{"a": 1, "a": 2}', "same key twice"),
        ('{"a": 1.5}', "no integer"),
        ('{"a": NaN}', "no integer"),
        ('{"a": 1234567890123456789}', "too long"),
        ("[" * 500 + "]" * 500, "nested"),
        ("{", "no JSON"),
        ("[]", "must be an object"),
        ('{"derivation": 3}', "must be a list"),
    ],
)
def test_files_that_are_refused(text: str, reason: str) -> None:
    assert reason in check(text, Library())["error"]


def test_a_large_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    assert "64 MB" in check('{"derivation": []}', Library())["error"]


@pytest.mark.parametrize("item", [None, 3, [], {}, {"id": 5}, {"id": "x"}, {"id": "x", "steps": [3]}])
def test_items_that_are_no_theorems(item: Any) -> None:
    answer = check(json.dumps({"derivation": [item], "refutations": [item]}), Library())
    assert not answer["theorems"][0]["ok"] and not answer["refutations"][0]["ok"]


def test_a_refutation_with_the_id_of_a_theorem_is_refused() -> None:
    text = (ROOT / "reports" / "certificates" / "linear_networks" / "balancedness.json").read_text()
    data = json.loads(text)
    data["refutations"][0]["id"] = data["derivation"][0]["id"]
    assert check(json.dumps(data), Library())["refutations"][0]["reason"] == "its id is in use"


def test_work_ends() -> None:
    work = Work(2)
    work.spend(2)
    with pytest.raises(TooMuch):
        work.spend(1)


def test_fields_by_name() -> None:
    with pytest.raises(Rejected, match="must be an object"):
        reading.fields([], ())
    with pytest.raises(Rejected, match="not a name"):
        reading.name("1x", "it")
    with pytest.raises(Rejected, match="must be a string"):
        reading.text(3, "it")
    with pytest.raises(Rejected, match="must be an integer"):
        reading.whole(True, "it")
    with pytest.raises(Rejected, match="must be an object"):
        reading.mapping(3, "it")


# exact values ------------------------------------------------------------------------------------------------

SIG = {
    "time": "descent",
    "nat": {"n": 1},
    "dims": {"d": [{}, {"n": 1}]},
    "letters": {
        "x": {},
        "A": {"shape": [{"n": 1}, {"n": 1}]},
        "L": {"dep": "any"},
        "G": {"dep": "any"},
        "p": {"dep": "any"},
    },
    "losses": {"L": {"at": ["v", "p", [], ""], "grad": "G"}},
}


def exact(**letters: Any) -> Exact:
    source = Exact(read(SIG), {"n": 2}, {"d": {0: 1, 1: 2, 2: 3}}, Work(10**6))
    for name, value in letters.items():
        source.given[name, (), ""] = value
    return source


def rational(term: Any, **letters: Any) -> Any:
    return exact(**letters).at(0, -1).value(term, {})


X = ["v", "x", [], ""]


@pytest.mark.parametrize(
    "term,value",
    [
        (["inv", X], Fraction(1, 4)),
        (["inv", ["q", "0"]], 0),
        (["ind", X], 1),
        (["exp", ["q", "0"]], 1),
        (["cos", ["q", "0"]], 1),
        (["log", ["q", "-3"]], 0),
        (["acos", ["q", "1"]], 0),
        (["root", X, {"1": 2}], 2),
        (["root", ["q", "-4"], {"1": 2}], 0),
        (["pow", X, {"n": 1}], 16),
        (["sum", "i", {"1": 1}, {"n": 1}, X], 8),
        (["prod", "i", {"1": 1}, {}, X], 1),
        (["n", ["dim", "d", {"n": 1}]], 3),
        (["tr", ["one", {"n": 1}]], 2),
    ],
)
def test_exact_values(term: Any, value: Any) -> None:
    assert rational(term, x=Fraction(4)) == value


@pytest.mark.parametrize(
    "term",
    [["exp", X], ["pi"], ["t"], ["E", X], ["D", X], ["root", X, {"1": 3}], ["v", "A", [], ""]],
)
def test_what_is_not_rational_is_refused(term: Any) -> None:
    with pytest.raises(Cannot):
        rational(term, x=Fraction(4))


@pytest.mark.parametrize(
    "term",
    [["n", ["dim", "d", {"1": 9}]], ["root", X, {}], ["pow", X, {"1": -1}], ["zero", {"1": -1}, {"1": 1}], ["tr", X]],
)
def test_what_makes_no_sense_is_refused(term: Any) -> None:
    with pytest.raises(Ill):
        rational(term, x=Fraction(4))


def test_numbers_stay_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.crosscheck.rational.BITS", 10)
    with pytest.raises(Cannot, match="million bits"):
        rational(["pow", X, {"1": 9}], x=Fraction(4))


def test_scalar_losses_and_their_gradients() -> None:
    source = exact(p=Fraction(5))
    source.targets["L"] = lambda ev: Fraction(2)
    ev = source.at(0, -1)
    assert ev.value(["v", "L", [], ""], {}) == Fraction(9, 2) and ev.value(["v", "G", [], ""], {}) == 3
    with pytest.raises(Cannot, match="no target"):
        exact(p=Fraction(5)).at(0, -1).value(["v", "L", [], ""], {})
    source.targets["L"] = lambda ev: Mat(1, 1, [[Fraction(1)]])
    with pytest.raises(Ill, match="another size"):
        source.at(0, -1).value(["v", "G", [], ""], {})


def matrix(*rows: tuple[int, ...]) -> Mat:
    return Mat(len(rows), len(rows[0]), [[Fraction(x) for x in row] for row in rows])


def test_semidefinite_matrices() -> None:
    assert semidefinite(matrix((1, 1), (1, 1))) and semidefinite(matrix((0, 0), (0, 2)))
    assert not semidefinite(matrix((0, 1), (1, 0))) and not semidefinite(matrix((1, 2), (0, 1)))
    assert not semidefinite(matrix((1, 2), (2, 1))) and not semidefinite(matrix((-1,)))
    with pytest.raises(Ill):
        semidefinite(Fraction(1))


def test_roots_of_whole_numbers() -> None:
    assert [whole_root(n, 3) for n in (0, 1, 8, 9, 27)] == [0, 1, 2, None, 3]


def test_formulas_at_an_instance() -> None:
    ev = exact(x=Fraction(1), A=matrix((1, 0), (0, 1))).at(0, -1)
    a = ["v", "A", [], ""]
    assert holds(["eq", a, ["one", {"n": 1}]], ev, {}) and not holds(["ne", X, X], ev, {})
    assert holds(["ge", X, X], ev, {}) and not holds(["gt", X, X], ev, {}) and holds(["psd", a], ev, {})
    for formula in (["eq", a, X], ["ge", a, a]):
        with pytest.raises(Ill):
            holds(formula, ev, {})
    assert ev.value(["root", a, {"1": 1}], {}).data == matrix((1, 0), (0, 1)).data
    with pytest.raises(Cannot):
        ev.value(["root", a, {"1": 2}], {})
