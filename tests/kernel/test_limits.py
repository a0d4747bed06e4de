"""Hostile inputs: bounded work, named rejections, no crash."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from verify.kernel import replay
from verify.kernel.__main__ import main
from verify.kernel.errors import Reject

from .terms import alg, check, goal, hyp, neg, q, refute, theorem, v

Json = Any
N, ONE = {"N": 1}, {"1": 1}
MATRIX = {"shape": [{"1": 2}, {"1": 2}]}


def same(term: Json, **sig: Json) -> Json:
    return theorem(sig, [], [alg("s", ["ge", term, term], ["z", ["null", term]])])


def nested_power(base: Json, times: int, exponent: int) -> Json:
    for _ in range(times):
        base = ["pow", base, {"1": exponent}]
    return base


def nested_sums() -> Json:
    """exp of a fourfold sum of exp of a fourfold sum ..: the order of the binders must not be searched forever."""
    t: Json = q(0)
    for _ in range(5):
        t = ["*", v("x", *[{s: 1} for s in "ijkl"]), ["exp", t]]
        for s in "ijkl":
            t = ["sum", s, {}, N, t]
    return t


def wide_sum() -> Json:
    return ["+", *[["ind", ["+", *[v(f"x{(i * k) % 60}") for k in range(1, 9)]]] for i in range(60)]]


HEAVY: dict[str, Json] = {
    "power of a sum": same(
        nested_power(["+", *[v(c) for c in "abcdefgh"]], 1, 64), letters={c: {} for c in "abcdefgh"}
    ),
    "power of a word": same(["tr", nested_power(v("A"), 4, 64)], letters={"A": MATRIX}),
    "power of a matrix sum": same(
        ["tr", nested_power(["+", v("A"), v("B"), ["*", v("A"), v("B")]], 1, 30)], letters={"A": MATRIX, "B": MATRIX}
    ),
    "long product": same(["tr", ["*", *[v("A")] * 8000]], letters={"A": MATRIX}),
    "nested sums": same(nested_sums(), nat={"N": 1}, letters={"x": {"index": [[s, {}, N] for s in "ijkl"]}}),
    "product of cosines": same(
        ["*", *[["cos", v(f"x{i}")] for i in range(20)]], letters={f"x{i}": {} for i in range(20)}
    ),
    "cube of a wide sum": same(["*", wide_sum(), wide_sum(), wide_sum()], letters={f"x{i}": {} for i in range(60)}),
    "big rational": same(nested_power(q("9" * 3900 + "/" + "7" * 3900), 3, 64)),
    "tower of numbers": same(nested_power(["+", q("1/3"), q("1/7")], 150, 2)),
}


@pytest.mark.parametrize("name", HEAVY)
def test_heavy_terms_are_rejected(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is counted, not timed."""
    monkeypatch.setattr(replay, "WORK", 30_000)
    result = check(HEAVY[name])[0]
    assert not result["ok"]
    assert any(x in result["reason"] for x in ("budget", "size limit", "factors", "larger than", "outside 0..")), result


def test_instances_of_a_deep_fact_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered of a deep term at each of many indices takes memory."""
    monkeypatch.setattr(replay, "WORK", 30_000)
    t = v("a", {"i": 1})
    for _ in range(180):
        t = ["+", t, ["*", q(0), *[v("b")] * 5]]
    ends = [["i", {}, {"1": 10**5}]]
    proof = ["add", *[["fact", "h", [{"1": k + 1}]] for k in range(1500)]]
    sig = {"letters": {"a": {"index": ends}, "b": {}}}
    result = check(theorem(sig, [hyp("h", ["ge", t, q(0)], ends)], [alg("s", ["ge", q(1), q(0)], proof)]))[0]
    assert "budget" in result["reason"]


def test_the_budget_is_shared_by_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "FILE_WORK", 40_000)
    results = check(*[{**HEAVY["cube of a wide sum"], "id": f"t{i}"} for i in range(6)])
    assert not any(r["ok"] for r in results)
    assert "budget" in results[-1]["reason"]


def descent(rhs: Json, concl: Json) -> Json:
    return {
        "sig": {"time": "descent", "letters": {"x": {"dep": "any"}}},
        "hyps": [hyp("next", ["eq", v("x", stage="+"), rhs])],
        "goals": [goal(concl)],
    }


def test_exact_iterates_do_not_explode() -> None:
    st = descent(["+", ["*", v("x"), v("x")], q("1/3")], ["ge", q(0), v("x")])
    out = refute(st, kind="evaluate", instance={"letters": {"x": "1/7"}, "iterate": 50})
    assert "size limit" in out["reason"]


@pytest.mark.parametrize("prefix", [[["i", {}, N]], [["i", {}, N], ["k", {}, {"i": 1}]]])
def test_ranges_of_an_instance_are_limited(prefix: Json) -> None:
    st = {
        "sig": {"nat": {"N": 0}},
        "hyps": [hyp("h", ["ge", ["n", {"i": 1}], q(0)], prefix)],
        "goals": [goal(["gt", q(0), q(0)])],
    }
    assert "too long" in refute(st, kind="evaluate", instance={"nat": {"N": 10**15}, "letters": {}})["reason"]
    assert refute(st, kind="evaluate", instance={"nat": {"N": 3}, "letters": {}})["ok"]
    st = {
        "sig": {"nat": {"N": 0}, "letters": {"x": {"index": [["i", {}, N], ["k", {}, N]]}}},
        "hyps": [],
        "goals": [goal(["gt", q(0), q(0)])],
    }
    assert "too long" in refute(st, kind="evaluate", instance={"nat": {"N": 10**9}, "letters": {}})["reason"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"derivation": [1.0]}', "not an integer"),
        ('{"derivation": [1e3]}', "not an integer"),
        ('{"derivation": [NaN]}', "not an integer"),
        ('{"derivation": [-Infinity]}', "not an integer"),
        ('{"derivation": [], "derivation": []}', "key twice"),
        ('{"derivation": [{"a": 1, "a": 1}]}', "key twice"),
        ("[" * 500 + "]" * 500, "nested deeper"),
        ('{"derivation": [' + "9" * 19 + "]}", "too long"),
        ('{"derivation": [', "not valid JSON"),
        ("", "not valid JSON"),
        ('{"derivation": []} x', "not valid JSON"),
    ],
)
def test_parser(text: str, reason: str) -> None:
    with pytest.raises(Reject, match=reason):
        replay.load(text)


def test_parser_ignores_brackets_in_strings() -> None:
    assert replay.load('["' + "[" * 500 + '\\"]"]') == ["[" * 500 + '"]']


def test_size_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "MAX_BYTES", 10)
    with pytest.raises(Reject, match="larger than"):
        replay.load("[" + " " * 10 + "]")


GOOD = theorem({"letters": {"x": {}}}, [], [alg("s", ["ge", ["*", v("x"), v("x")], q(0)], ["sq", v("x")])])


def corruptions(data: Json, junk: Json) -> Json:
    """Every copy of `data` with one node replaced by `junk`."""
    yield junk
    if isinstance(data, dict):
        for k in data:
            for x in corruptions(data[k], junk):
                yield {**data, k: x}
            yield {a: b for a, b in data.items() if a != k}
            yield {**data, "extra": 1}
    elif isinstance(data, list):
        for i, x in enumerate(data):
            for y in corruptions(x, junk):
                yield [*data[:i], y, *data[i + 1 :]]
            yield data[:i] + data[i + 1 :]
        yield [*data, junk]


@pytest.mark.parametrize("junk", [None, True, 0, 1.5, "x", [], {}, [[]], {"1": True}, ["v"], ["q", "1/0"], [1, 2, 3]])
def test_malformed_theorems_are_rejected_with_a_reason(junk: Json) -> None:
    assert check(GOOD)[0]["ok"]
    for bad in corruptions(GOOD, junk):
        for r in check(bad):
            assert r["ok"] or r["reason"]
            assert not r["ok"] or bad["goals"], bad


def test_malformed_refutations_are_rejected_with_a_reason() -> None:
    good = {
        "id": "r",
        "kind": "evaluate",
        "instance": {"letters": {"x": "0"}, "iterate": 1},
        "statement": descent(["+", v("x"), q(-1)], ["ge", v("x"), q(0)]),
    }
    assert replay.check_all([], [good])[1][0]["ok"]
    for junk in (None, 1, "x", [], {}, {"1": 1}, True, [[]]):
        for bad in corruptions(good, junk):
            for r in replay.check_all([], [bad])[1]:
                assert r["ok"] or r["reason"]


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "good": {"derivation": [GOOD]},
        "bad": {"derivation": [{**GOOD, "goals": []}]},
        "none": [],
        "odd": {"derivation": 1},
        "refutations": {"derivation": [], "refutations": 1},
    }
    for name, data in files.items():
        (tmp_path / name).write_text(json.dumps(data))
    (tmp_path / "latin").write_bytes(b"\xff")
    assert main([str(tmp_path / "good")]) == 0
    assert main([str(tmp_path / n) for n in (*files, "latin", "missing")]) == 1
    lines = [json.loads(x) for x in capsys.readouterr().out.splitlines()]
    assert lines[0] == lines[1] and lines[0]["theorems"][0]["ok"]
    assert not lines[2]["theorems"][0]["ok"]
    assert "no list" in lines[3]["error"] and "no list" in lines[4]["error"] and "must be a list" in lines[5]["error"]
    assert all("cannot be read" in x["error"] for x in lines[6:])


def test_isolated_interpreter(tmp_path: Path) -> None:
    import subprocess
    import sys

    (tmp_path / "good").write_text(json.dumps({"derivation": [GOOD]}))
    kernel = Path(replay.__file__).parent
    command = [sys.executable, "-I", "-S", str(kernel), str(tmp_path / "good")]
    out = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(out.stdout)["theorems"][0]["ok"]


def test_steps_are_limited() -> None:
    steps = [alg(f"s{i}", ["ge", q(1), q(0)], ["q", "1"]) for i in range(replay.MAX_STEPS + 1)]
    assert "more than" in check(theorem({}, [], steps))[0]["reason"]


def test_deep_terms_within_the_limit() -> None:
    t: Json = v("x")
    for a, _ in pairwise(range(150)):
        t = neg(t) if a % 2 else ["+", t, q(1)]
    assert check(same(t, letters={"x": {}}))[0]["ok"]
