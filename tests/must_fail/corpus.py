"""Certificates that must be rejected: each is a valid twin changed in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.kernel.terms import FALSE, alg, fact, goal, hyp, neg, q, sub, tr, v

from .twins import GAPS, LAYERS, ONE, TWINS, ZERO, N, gap, i, i1, j, j1, n

Json = Any
DELETE: Any = object()


@dataclass(frozen=True)
class Entry:
    twin: str
    path: tuple[Any, ...]  # keys, positions, or ids of items in a list
    new: Any
    step: str | None
    reason: str


def change(data: Json, path: tuple[Any, ...], new: Json) -> Json:
    """A copy with the part at `path` replaced."""
    if not path:
        return new
    key, *rest = path
    if isinstance(data, list):
        if isinstance(key, str):
            key = [x["id"] for x in data].index(key)
        key = key % len(data) if key < 0 else key
        if key == len(data):
            return [*data, new]
        if not rest and new is DELETE:
            return data[:key] + data[key + 1 :]
        return [*data[:key], change(data[key], tuple(rest), new), *data[key + 1 :]]
    if not rest and new is DELETE:
        return {k: x for k, x in data.items() if k != key}
    return {**data, key: change(data.get(key), tuple(rest), new)}


ENTRIES: list[Entry] = []


def bad(name: str, path: tuple[Any, ...], new: Json, step: str | None, reason: str) -> None:
    assert name in TWINS
    ENTRIES.append(Entry(name, ("derivation", -1, *path), new, step, reason))


def at(name: str, step: str, *rest: Any, new: Json, reason: str) -> None:
    """A change inside a step, found at that step."""
    bad(name, ("steps", step, *rest), new, step, reason)


def wrong(name: str, *rest: Any, new: Json, reason: str, step: str | None = None) -> None:
    """A change inside a refutation."""
    ENTRIES.append(Entry(name, ("refutations", 0, *rest), new, step, reason))


DIFFERS, OTHER = "yields another formula", "yields another conclusion"

# ---- the format ---------------------------------------------------------------------------------------------------
bad("numbers", ("steps", "x", "rule"), "sorry", "x", "unknown rule")
bad("numbers", ("steps", "x", "rule"), ["alg"], "x", "malformed")
bad("numbers", ("steps", "x", "extra"), 1, "x", "unknown field")
bad("numbers", ("steps", "x", "proof"), DELETE, "x", "lacks the field")
bad("numbers", ("steps", "amgm", "id"), "x", "x", "in use")
bad("numbers", ("steps", "x", "id"), "xy", None, "in use")
bad("numbers", ("steps", "x", "id"), "IH", None, "in use")
bad("numbers", ("hyps", "y", "id"), "xy", None, "used twice")
bad("numbers", ("steps", "x"), DELETE, "divide", "no fact 'x' before")
at("numbers", "x", "proof", new=["add", fact("x"), fact("y")], reason="no fact 'x' before")
at("numbers", "x", "proof", new=["add", fact("power"), fact("y")], reason="no fact 'power' before")
bad("numbers", ("qed", 0), "total", None, "another formula than the goal")
bad("numbers", ("qed", 0), "a", None, "another prefix")
bad("numbers", ("qed",), ["ne"], None, "one fact for each goal")
bad("numbers", ("goals",), [], None, "needs a goal")
bad("numbers", ("id",), "base:psd-root", None, "reserved")
bad("numbers", ("version",), 2, None, "unknown field")
bad("lemma_used", ("id",), "lemma", None, "in use")
bad("numbers", ("sig", "time"), "soon", None, "unknown kind of time")
bad("numbers", ("sig", "nat", "N"), True, None, "natural number")
bad("numbers", ("sig", "nat", "N"), -1, None, "natural number")
bad("numbers", ("sig", "letters", "N"), {}, None, "used twice")
bad("numbers", ("sig", "letters", "x", "dep"), "smooth", None, "without time")
bad("numbers", ("sig", "letters", "2x"), {}, None, "not a name")
bad("balancedness", ("sig", "letters", "g", "law"), {"kind": "gauss"}, None, "random in a statement with time")
bad(
    "balancedness",
    ("hyps", 1),
    hyp("free", ["eq", ["tr", ["*", tr(v("V", ONE)), v("V", ONE)]], q(0)]),
    None,
    "free letter",
)
bad("independence", ("sig", "letters", "Y", "law", "values", 0, 0), "3/4", None, "sum 1")
bad("independence", ("sig", "letters", "Y", "law", "values", 0, 0), "-1/2", None, "non-negative")
bad("polar", ("sig", "letters", "w", "shape", 1), {"1": 2}, None, "must be a column")

# ---- terms --------------------------------------------------------------------------------------------------------
at("numbers", "x", "concl", 1, new=["w"], reason="unknown term")
at("numbers", "x", "concl", 1, new=["q", 1], reason="rational expected")
at("numbers", "x", "concl", 1, new=["q", "1/0"], reason="denominator zero")
at("numbers", "x", "concl", 1, new=["q", "1e9"], reason="rational expected")
at("numbers", "x", "concl", 1, new=["q", "1", "2"], reason="arguments")
at("numbers", "x", "concl", 1, new=["n", {"N": True}], reason="small non-zero integer")
at("numbers", "x", "concl", 1, new=["n", {"N": 10**7}], reason="small non-zero integer")
at("numbers", "x", "concl", 1, new=["n", {"M": 1}], reason="unknown index symbol")
at("numbers", "x", "concl", 1, new=["n", {"N": 1, "1": -2}], reason="may be negative")
at("numbers", "x", "concl", 1, new=v("w"), reason="not in the signature")
at("numbers", "x", "concl", 1, new=v("x", N), reason="index expressions")
at("numbers", "x", "concl", 1, new=v("x", stage="0"), reason="no stages")
at("numbers", "x", "concl", 1, new=v("a", {"N": 1, "1": 1}), reason="above its range")
at("numbers", "x", "concl", 1, new=["pow", v("x"), {"N": 1, "1": -2}], reason="exponent may be below 0")
at("numbers", "x", "concl", 1, new=["root", v("x"), {"N": 1, "1": -1}], reason="exponent may be below 1")
at("numbers", "x", "concl", 1, new=["t"], reason="not about a flow")
at("numbers", "x", "concl", 1, new=["D", v("x")], reason="not about a flow")
at("numbers", "x", "concl", 1, new=["sum", "x", ZERO, N, v("x")], reason="shadows")
at("numbers", "x", "concl", 1, new=["sum", "N", ZERO, N, v("x")], reason="shadows")
at("numbers", "x", "concl", 1, new=["sum", "k", N, {"N": 1, "1": -2}, v("x")], reason="negative length")
at("numbers", "x", "concl", 1, new=["sum", "k", {"1": -1}, N, v("x")], reason="below zero")
at("numbers", "x", "concl", 1, new=["+"], reason="empty sum")
at("matrices", "trace", "concl", 1, new=v("A"), reason="different sorts")
at("matrices", "congruence", "concl", 1, new=["*", v("A"), ["kr", v("P"), v("P")]], reason="cannot multiply")
at("matrices", "congruence", "concl", 1, new=v("A"), reason="not symmetric in normal form")
at("matrices", "trace", "concl", 1, new=["tr", ["vec", v("A")]], reason="trace of")
at("telescoping", "up", "concl", 1, 1, new=["ch", "W", {"j": 1, "1": -1}, j1, ""], reason="negative length")
at("telescoping", "up", "concl", 1, 1, new=["ch", "W", i1, j1, ""], reason="above its range")
at("telescoping", "up", "concl", 1, 1, new=["ch", "W", i, j, ""], reason="below its range")

# ---- alg ----------------------------------------------------------------------------------------------------------
at("numbers", "x", "proof", new=["add", fact("xy"), ["z", ["null", q(0)]]], reason="weak inequality")
at("numbers", "x", "proof", 2, new=["q", "-1"], reason="negative number")
at("numbers", "x", "proof", 0, new="sub", reason="unknown proof")
at("numbers", "amgm", "proof", 1, new=["q", "1/3"], reason=DIFFERS)
at("numbers", "amgm", "proof", 1, new=["q", "-1/2"], reason="negative number")
at("numbers", "amgm", "proof", 2, 1, new=["+", v("x"), v("y")], reason=DIFFERS)
at("numbers", "amgm", "proof", 2, 1, new=["sq", v("x")], reason="unknown term")
at("numbers", "divide", "proof", 2, new=fact("xy"), reason="not proved to be non-zero")
at("numbers", "divide z", "proof", 2, new=["sq", v("z")], reason="not proved to be non-zero")
at("numbers", "divide z", "proof", 2, 1, new="xy", reason="does not say that the divisor")
at("numbers", "log", "proof", 2, new=["sq", v("x")], reason="not proved to be positive")
at("numbers", "log", "proof", 2, new=fact("xy"), reason="not proved to be positive")
at("numbers", "inverse", "proof", 1, new=["sq", v("x")], reason="weak inequality")
at("numbers", "tangent", "concl", 2, new=["+", q(2), v("z")], reason=DIFFERS)
at("numbers", "power", "proof", 1, new=fact("xy"), reason="weak inequality")
at("numbers", "power", "proof", 2, new={"N": 1, "1": 1}, reason=DIFFERS)
at("numbers", "total", "concl", 2, new=["n", {"N": 1, "1": 2}], reason=DIFFERS)
at("numbers", "total", "proof", 3, new={"N": 1, "1": 1}, reason="above its range")
at("numbers", "total", "proof", 4, new=fact("a", {"k": 1, "1": 1}), reason="above its range")
at("numbers", "total", "proof", 4, new=fact("a", ZERO), reason=DIFFERS)
at("numbers", "total", "proof", 4, new=fact("a"), reason="one index expression each")
at("numbers", "many", "proof", 4, new=fact("a", {"k": 1}), reason="weak inequality")
at("numbers", "larger", "proof", 5, new=["q", "0"], reason=DIFFERS)
at("numbers", "split", "proof", 3, new={"1": -2}, reason="negative length")
at("numbers", "split", "proof", 3, new={"N": 1, "1": 1}, reason="negative length")
at("numbers", "psplit", "proof", 3, new=N, reason=DIFFERS)
at("numbers", "reverse", "concl", 2, 4, 2, 0, new={"N": 1, "k": -1, "1": 1}, reason="above its range")
at("numbers", "reverse", "concl", 2, 2, new=ONE, reason=DIFFERS)
at("numbers", "case", "proof", 1, new="xy", reason="in use")
at("numbers", "case", "proof", 3, new=["mul", ["ind", v("z")], ["q", "1"]], reason="two cases prove different")
at("numbers", "case", "proof", 4, new=["mul", ["ind", v("z")], fact("c")], reason="two cases prove different")
at("numbers", "case", "concl", 1, 2, new=neg(v("z")), reason=DIFFERS)
at("numbers", "cong", "proof", 4, new=fact("xy"), reason="not an equation")
at("numbers", "cong", "proof", 3, new=v("x"), reason="about other terms")
at("numbers", "cong", "proof", 1, new="sin", reason="no congruence")
at("numbers", "factors", "proof", 6, new=["mul", q(2), ["null", q(0)], None], reason="about other terms")
at("numbers", "factors", "proof", 5, new=v("x"), reason="about other terms")
at("numbers", "rewritten", "proof", 1, 2, 0, new="z", reason="what one letter is")
at("numbers", "rewritten", "proof", 1, 2, new="a is", reason="list of facts")
at("numbers", "rewritten", "proof", 1, 2, new=[], reason=DIFFERS)
at("numbers", "rewritten sign", "proof", 1, new=fact("y"), reason=DIFFERS)
at("numbers", "rewritten sign", "proof", 2, 0, new="xy", reason="not an equation")
at("matrices", "rewritten", "proof", 1, new=fact("S"), reason=DIFFERS)
at("numbers", "absurd", "proof", 4, 2, new=fact("c"), reason="not absurd")
at("numbers", "absurd", "proof", 4, 2, new=["z", ["null", q(0)]], reason="not absurd")
at("numbers", "absurd", "proof", 4, 2, new=["add", fact("y"), fact("xy")], reason="not absurd")
at("numbers", "absurd", "proof", 4, 1, new=v("x"), reason="two cases prove different")
at(
    "numbers",
    "absurd",
    "proof",
    3,
    new=["absurd", sub(["ind", v("y")], q(1)), ["add", fact("c"), fact("y")]],
    reason="not absurd",
)
at("numbers", "yes", "proof", 2, new=["sq", v("x")], reason="not proved to be non-negative")
at("numbers", "yes", "proof", 0, new="ind0", reason="not proved to be negative")
at("numbers", "yes", "proof", new=["ind0", q(0), ["q", "0"]], reason="not proved to be negative")  # 1{0 >= 0} is 1
at("numbers", "total", "concl", 0, new="gt", reason="weak inequality")  # a sum of weak inequalities
at("numbers", "power", "proof", 2, new={"N": 1, "1": -2}, reason="exponent may be below 0")
bad(  # the summand is 0 at k = 0
    "numbers",
    ("steps", "divide"),
    alg(
        "divide",
        ["eq", ["sum", "k", ZERO, N, ["*", ["n", {"k": 1}], ["inv", ["n", {"k": 1}]]]], ["n", {"N": 1, "1": 1}]],
        ["null", q(0)],
    ),
    "divide",
    DIFFERS,
)
at("numbers", "anti", "proof", 2, new=["z", fact("z")], reason="do not bound the same")
at("numbers", "ne", "proof", new=["sq", v("x")], reason="weak inequality")
at("numbers", "natural", "proof", 1, new={"N": 1, "1": -1}, reason="weak inequality")
at("numbers", "below", "proof", 0, new="indx", reason=DIFFERS)
at("matrices", "congruence", "proof", 1, new=tr(v("A")), reason=DIFFERS)
at("matrices", "sum", "proof", 1, 1, new=["q", "-1"], reason="negative number")
at("matrices", "sum", "proof", 2, new=["gram", v("S")], reason=DIFFERS)
at("matrices", "single", "proof", 2, 1, new=["*", v("x"), tr(v("y"))], reason="1 x 1 matrix is needed")
at("matrices", "single", "proof", 2, 1, new=v("x"), reason="1 x 1 matrix is needed")
at("matrices", "single", "proof", 2, 1, new=["tr", ["*", tr(v("y")), v("x")]], reason="1 x 1 matrix is needed")
at("matrices", "single", "proof", 2, 1, new=["kr", tr(v("y")), v("x")], reason="1 x 1 matrix is needed")
at("matrices", "single", "proof", 2, 1, new=["*", tr(v("y")), v("y")], reason=DIFFERS)
at("matrices", "single", "proof", 2, new=["single", ["*", tr(v("y")), v("x")], q(1)], reason="takes 1 arguments")
at("matrices", "single", "concl", 2, new=["*", ["tr", ["*", tr(v("x")), v("x")]], v("y")], reason=DIFFERS)
at("matrices", "kron", "proof", 1, new=fact("S"), reason=DIFFERS)
at("matrices", "sums", "proof", 4, new=fact("Q", {"k": 1, "1": -1}), reason="below its range")
at("matrices", "power", "proof", 1, new=fact("Q", ZERO), reason=DIFFERS)
at("matrices", "dominate", "proof", 1, new=["kron", fact("P"), fact("P")], reason="for matrices")
at("matrices", "trace", "proof", 2, new=["congruence", v("A"), fact("P")], reason=DIFFERS)
at("matrices", "trace", "proof", 2, new=["fact", "c", []], reason="does not say that a matrix is PSD")
at("matrices", "cyclic", "concl", 2, new=["tr", ["*", v("S"), v("P"), v("A")]], reason=DIFFERS)
at("matrices", "vanishes", "proof", 1, new=v("S"), reason="not about the trace")
at("matrices", "vanishes", "concl", 1, new=v("P"), reason=DIFFERS)
at("matrices", "stacked", "concl", 2, 1, new=["*", v("S"), v("P"), v("A")], reason=DIFFERS)
at("matrices", "transpose", "concl", 1, new=["*", v("A"), tr(v("A"))], reason=DIFFERS)
at("matrices", "times", "proof", 1, new=v("A"), reason=DIFFERS)
at("matrices", "left", "proof", 0, new="kronr", reason="unknown")
at("union_bound", "union", "proof", 5, new=["ind", v("B", {"k": 1})], reason="for the same x")
at(
    "union_bound",
    "mean",
    "proof",
    new=["E", ["case", "c", v("B", N), fact("union"), ["E", fact("union")]]],
    reason="only in the present case",
)
at("union_bound", "chernoff", "proof", 3, new=["ind", v("B", N)], reason=DIFFERS)
at("union_bound", "chernoff", "proof", 2, new=["notindx", v("B", N)], reason=DIFFERS)
at("independence", "range", "proof", 3, new=v("Y"), reason="negative or undecided")
at("independence", "range", "proof", 3, new=["+", v("Y"), v("s")], reason="negative or undecided")
at("independence", "range", "proof", 3, new=["+", v("Y"), v("Z", ZERO)], reason="another random letter")
at("independence", "range", "proof", 1, new="s", reason="no finite law")
at("independence", "range", "proof", 3, new=sub(v("Y"), ["E", v("Y")]), reason="expectation")
at("independence", "member", "proof", 2, 0, new=ZERO, reason="another random letter")
at("independence", "angle", "proof", 3, new=1, reason=DIFFERS)
at("independence", "angle", "proof", 3, new=True, reason="not a uniform angle")
at("independence", "angle", "proof", 3, new=2, reason="not a uniform angle")
at("independence", "angle", "proof", 1, new="Y", reason="not a uniform angle")
at("sector", "sign", "proof", 3, 3, 2, 2, new=1, reason="lie in the interval")
at("sector", "sign", "proof", 3, 3, 2, 3, new=["pi"], reason="lie in the interval")
at("sector", "sign", "proof", 4, 1, 2, 1, new=v("s"), reason="not proved to be negative")

# ---- induct -------------------------------------------------------------------------------------------------------
at("telescoping", "up", "base", new=[], reason="at least one base")
at("telescoping", "up", "base", 0, new=["null", v("W", j1)], reason="another sort")
at("telescoping", "up", "var", new="j", reason="last variable")
at("telescoping", "up", "step", 2, new=["null", ["*", v("W", i1), tr(v("W", i1))]], reason=DIFFERS)
at("telescoping", "up", "step", 2, 2, 4, 2, 0, new=i1, reason="above its range")
at("telescoping", "up", "step", 2, 2, 5, new={"i": 1, "j": -1, "1": 1}, reason=DIFFERS)
at("telescoping", "up", "step", 1, 2, new=fact("up", j, i), reason="no fact 'up' before")
at("telescoping", "up", "step", 1, 2, new=fact("IH", i1), reason="one index expression each")
at("telescoping", "up", "concl", 2, 2, new={"i": 1, "j": -1, "1": 1}, reason=DIFFERS)
at("telescoping", "up", "all", 1, 1, new=j, reason="below its range")
bad("gauss_sum", ("steps", "sum", "all", 0, 1), ONE, None, "another prefix")
at("gauss_sum", "sum", "base", 0, new=["null", ["one", ONE]], reason="another sort")
at("gauss_sum", "sum", "base", new=[["null", q(0)]] * 2, reason=DIFFERS)
at("gauss_sum", "sum", "base", 0, new=["mul", q(2), fact("IH"), None], reason="no fact 'IH'")
at("gauss_sum", "sum", "step", 1, 2, 3, new=i1, reason=DIFFERS)
at("two_steps", "all", "base", 1, new=fact("first"), reason=DIFFERS)
at("two_steps", "all", "base", new=[fact("first")], reason="above its range")
at("two_steps", "all", "step", 2, 1, new=fact("again", i1), reason="above its range")
at("two_steps", "all", "all", 0, 2, new={"N": 1, "1": 1}, reason="above its range")
bad("two_steps", ("hyps", "first", "id"), "IH", "all", "no fact 'first'")

# ---- time ---------------------------------------------------------------------------------------------------------
at("balancedness", "still", "proof", 2, new=["flow"], reason=DIFFERS)
at("balancedness", "still", "proof", 2, 1, new="variation", reason="what one letter is")
at("balancedness", "still", "concl", 2, new=gap(), reason="not the value at the start")
at("balancedness", "still", "all", new=LAYERS, reason="above its range")
at("balancedness", "still", "concl", 0, new="ge", reason="concludes an equation")
bad("balancedness", ("sig", "letters", "W", "dep"), "any", None, "not known to be differentiable")
at("conserved", "y stays", "concl", new=["eq", v("a"), v("a", stage="0")], reason="not known to be differentiable")
at("conserved", "y stays", "concl", 2, new=v("y"), reason="not the value at the start")
at("conserved", "y stays", "concl", new=["eq", v("y"), v("x", ZERO, stage="0")], reason="not the value at the start")
at("conserved", "line", "proof", 2, new=["x moves"], reason=DIFFERS)
at("conserved", "same", "proof", 2, 1, new=q(1), reason=DIFFERS)
at("conserved", "same", "all", 0, 2, new={"N": 1, "1": 1}, reason="above its range")
at(
    "decay",
    "falls",
    "concl",
    new=["ge", ["*", ["exp", ["*", v("c"), ["t"]]], v("F")], v("F", stage="0")],
    reason="not the value at the start",
)
at("decay", "falls", "concl", 0, new="gt", reason="weak inequality")
at("decay", "falls", "proof", 2, new=fact("sign"), reason=DIFFERS)
at("decay", "falls", "proof", 1, 1, 1, new=neg(v("c")), reason=DIFFERS)
at("decay", "falls", "concl", 2, 1, 1, new=["*", q(2), v("c"), ["t"]], reason=DIFFERS)
at("decay", "falls", "concl", new=["ge", v("r", stage="0"), v("r")], reason="not known to be differentiable")
at("conserved", "falls", "proof", 1, 1, new=["D", sub(v("x", ZERO), ["*", ["t"], v("y"), v("y")])], reason=DIFFERS)
at("kept_sign", "positive", "rate", new=v("r"), reason="not known to be differentiable")
at("kept_sign", "positive", "rate", new=["D", v("a")], reason="second derivative")
at("kept_sign", "positive", "rate", new=["exp", v("r")], reason="not known to be differentiable")
at("kept_sign", "positive", "rate", new=neg(v("a")), reason=DIFFERS)
at("kept_sign", "positive", "rate", new=v("A"), reason="not a scalar")
at("kept_sign", "positive", "proof", 1, new=fact("jumps"), reason=DIFFERS)
at("kept_sign", "positive", "start", new=["z", ["null", q(0)]], reason="weak inequality")
at("kept_sign", "positive", "concl", 1, new=v("r"), reason="not known to be differentiable")
at("kept_sign", "positive", "concl", new=["ge", v("A"), v("A")], reason="inequality between")
at("kept_sign", "positive", "concl", new=["eq", v("w"), q(0)], reason="concludes an inequality")
at("kept_sign", "stays above", "concl", 0, new="gt", reason="weak inequality")
at("kept_sign", "stays above", "start", new=fact("first"), reason=DIFFERS)
at("kept_sign", "stays above", "concl", 2, new=q(0), reason=DIFFERS)
at("kept_sign", "stays above", "rate", new=["ind", v("f")], reason="derivative")
at("decay", "start", "concl", new=["ge", v("F"), q(0)], reason=OTHER)
at("decay", "start", "fact", new="rest", reason=OTHER)
at("decay", "start", "fact", new="rate", reason="time derivative at the start")
at("decay", "start", "at", new=[ZERO], reason="one index expression each")
at("conserved", "line at", "at", 0, new={"N": 1, "1": 1}, reason="above its range")
at("conserved", "line at", "concl", 1, new=v("x", N), reason=OTHER)
at("conserved", "slope", "fact", new="y moves", reason="time derivative at the start")
at("decay", "lower", "proof", 1, new=["q", "1"], reason=DIFFERS)
at("decay", "rest is", "proof", 2, 1, new=["D", fact("rest")], reason="not known to be differentiable")
at(
    "decay",
    "rest is",
    "proof",
    2,
    1,
    new=["case", "k", v("c"), ["D", fact("rest")], ["D", fact("rest")]],
    reason="only in the present case",
)

# ---- gradients ----------------------------------------------------------------------------------------------------
at("balancedness", "variation", "concl", 2, 1, 3, new=v("V", j1), reason="above its range")
at("balancedness", "variation", "concl", 2, 1, 2, new=["ch", "W", N, j, ""], reason="cannot multiply")
at("balancedness", "variation", "concl", 2, new=q(0), reason=OTHER)
at("balancedness", "variation", "letter", new="g", reason="must be a free letter")
at("balancedness", "variation", "loss", new="G", reason="no loss")
at("balancedness", "variation", "all", new=[], reason="one layer index")
at("balancedness", "variation", "all", 0, 2, new={"N": 1, "1": 1}, reason="above its range")
bad("balancedness", ("sig", "losses", "L", "params"), DELETE, None, "needs params and pgrad")
bad("balancedness", ("sig", "losses", "L", "pgrad"), "W", None, "value or gradient of a loss")
bad("balancedness", ("sig", "losses", "L", "at"), ["ch", "W", N, {"1": 2}, ""], None, "another shape")
bad("balancedness", ("sig", "letters", "g", "dep"), "const", None, "moves")
at("balancedness", "gradient", "letter", new="g", reason="must be a free letter")
at("balancedness", "gradient", "at", 0, new=N, reason="cannot multiply")
at("balancedness", "gradient", "concl", 2, 1, new=["ch", "W", N, j1, ""], reason="cannot multiply")
at("balancedness", "gradient", "concl", new=["eq", v("g", j), v("V", j)], reason="without the free letter")
at("balancedness", "gradient", "proof", new=["null", q(0)], reason=DIFFERS)
at("balancedness", "gradient", "concl", 0, new="ne", reason="must be an equation")
at("squared_loss", "value", "concl", 2, 1, new=q(1), reason=OTHER)
at("squared_loss", "value", "what", new="slope", reason="a value and a gradient")
at("squared_loss", "value", "loss", new="W", reason="no loss")
at("squared_loss", "gradient", "concl", 2, new=["ch", "W", N, ONE, ""], reason=OTHER)
at("squared_loss", "gradient", "what", new="value", reason=OTHER)
bad("squared_loss", ("sig", "losses", "L", "target"), DELETE, "value", "not a squared distance")
bad("squared_loss", ("sig", "losses", "L", "target"), ["ch", "W", N, ONE, ""], None, "not constant")
at("squared_loss", "start", "fact", new="value", reason=OTHER)

# ---- use ----------------------------------------------------------------------------------------------------------
USE = ("lemma_used", "both")
at(*USE, "theorem", new="user", reason="no earlier theorem")
at(*USE, "theorem", new="lema", reason="no earlier theorem")
at(*USE, "goal", new=1, reason="no such goal")
at(*USE, "goal", new=True, reason="no such goal")
at(*USE, "at", new=[ZERO], reason="one index expression for each variable")
at(*USE, "map", "nat", "n", new={"M": 1, "1": -2}, reason="below its least value")
at(*USE, "map", "nat", "n", new={"M": 1}, reason="above its range")
at(*USE, "map", "nat", new={}, reason="lacks the field")
at(*USE, "map", "letters", "a", new="x", reason="below its range")
at(*USE, "map", "letters", "a", "vars", new=[], reason="index variables")
at(*USE, "map", "letters", "a", "term", new=v("x", {"k": 1}), reason="below its range")
at(*USE, "map", "letters", "c", "term", new=["one", ONE], reason="not a scalar")
at(*USE, "map", "letters", "c", new=DELETE, reason="lacks the field")
at(*USE, "map", "letters", "c", "term", new=v("k"), reason="not in the signature")
at(*USE, "map", "letters", "c", "term", new=v("x", {"k": 1}), reason="unknown index symbol")
at(*USE, "hyps", "floor", "proof", new=fact("large", ONE), reason=DIFFERS)
at(*USE, "hyps", "floor", "proof", new=fact("large", {"k": 1}), reason="below its range")
at(*USE, "hyps", "floor", "vars", new=[], reason="must name its 1 variables")
at(*USE, "hyps", "floor", "vars", 0, new="M", reason="shadows")
at(*USE, "hyps", "floor", "vars", 0, new="1", reason="not a name")
at(*USE, "hyps", "floor", new=DELETE, reason="lacks the field")
at(*USE, "concl", 2, 1, new=q(3), reason=OTHER)
at(*USE, "concl", 1, 2, new=v("x", {"M": 1, "1": -1}), reason=OTHER)
FLOWUSE = ("flow_lemma_used", "sum", "map", "letters")
at(*FLOWUSE, "c", "term", new=["*", q(2), v("p")], reason="constant in the theorem")
at(*FLOWUSE, "c", "term", new=["t"], reason="constant in the theorem")
at(*FLOWUSE, "u", "term", new=v("z"), reason="not known to be differentiable")
at(*FLOWUSE, "u", "term", new=v("p"), reason=DIFFERS)
bad("flow_lemma_used", ("sig", "time"), "descent", None, "not about a flow")
at("roots", "unique", "hyps", "second", "proof", new=fact("S psd"), reason=DIFFERS)
at("roots", "unique", "hyps", "first", "proof", new=["gram", v("S")], reason=DIFFERS)
at("roots", "unique", "map", "letters", "B", "term", new=v("P"), reason="not symmetric")
at("roots", "root psd", "hyps", "psd", "proof", new=fact("S psd"), reason=DIFFERS)
at("roots", "root power", "goal", new=0, reason=OTHER)
at("roots", "monotone", "hyps", "sign", "proof", new=["sq", v("a")], reason=DIFFERS)
at("roots", "monotone", "concl", 1, new=sub(v("Y"), ["*", v("a"), ["one", n]]), reason=OTHER)
at("roots", "numbers", "hyps", "second", "proof", new=fact("x sign"), reason=DIFFERS)
at("roots", "numbers", "concl", new=["ge", v("a"), v("x")], reason=OTHER)
at("roots", "sign", "map", "nat", "N", new={"N": 1, "1": -1}, reason="below its least value")
at("roots", "sign", "theorem", new="axiom:real-root", reason="no earlier theorem")
at("hoeffding", "bound", "hyps", "high", "proof", new=["law", "Y", [], v("Y")], reason="negative or undecided")
at("hoeffding", "bound", "map", "letters", "a", "term", new=q(0), reason=DIFFERS)
at("hoeffding", "bound", "map", "letters", "s", new={"vars": [], "term": v("Y")}, reason="not random in the theorem")
at("hoeffding", "bound", "concl", 1, 1, 1, new=q("1/4"), reason=OTHER)
bad("hoeffding", ("sig", "letters", "Y"), {"shape": [ONE, ONE], "law": {"kind": "gauss"}}, None, "a scalar is needed")

# ---- probability --------------------------------------------------------------------------------------------------
P = "independence"
at(P, "product", "body", new=["exp", ["*", v("s"), v("B", ZERO)]], reason="not indexed by the variable")
at(P, "product", "body", new=["*", v("B", {"k": 1}), v("B", {"N": 1, "k": -1})], reason="not indexed by the variable")
at(P, "product", "body", new=["+", v("B", {"k": 1}), v("Y")], reason="not indexed by the variable")
at(P, "product", "body", new=["sum", "m", ZERO, {"k": 1}, v("B", {"m": 1})], reason="under a sum or product")
at(P, "product", "over", new=["k", ZERO], reason="must be [variable, low, high]")
at(P, "product", "over", 2, new={"N": 1, "1": -1}, reason=OTHER)
at(P, "product", "over", 2, new={"N": 1, "1": 1}, reason="above its range")
at(P, "product", "body", new=["inv", v("B", {"k": 1})], reason="not guaranteed")
at(P, "pair", "second", new=v("Y"), reason="both factors may read")
at(P, "pair", "concl", 2, new=["E", v("Y")], reason=OTHER)
at(P, "members", "second", new=v("Z", N), reason="both factors may read")
at(P, "members", "first", new=["sum", "k", ZERO, N, v("Z", {"k": 1})], reason="under a sum or product")
bad(P, ("sig", "nat", "N"), 0, "members", "both factors may read")
at(P, "pair", "first", new=["inv", v("Y")], reason="not guaranteed")
at(P, "same", "body", new=["*", v("c", {"k": 1}), v("B", {"k": 1})], reason="other than through random letters")
at(P, "same", "body", new=["*", ["n", {"k": 1}], v("B", {"k": 1})], reason="other than through random letters")
at(P, "same", "body", new=["*", v("B", {"k": 1}), v("B", ZERO)], reason="not indexed by the variable")
at(P, "same", "there", new={"N": 1, "1": 1}, reason="above its range")
at(P, "same", "concl", 2, new=["E", v("Y")], reason=OTHER)
at(P, "same", "body", new=["*", v("B", {"k": 1}), ["E", v("B", {"k": 1})]], reason="expectation")
at(P, "same", "var", new="1", reason="not a name")
at(P, "mean", "letter", new="B", reason="no finite law")
at(P, "mean", "body", new=["*", v("Y"), ["E", v("Y")]], reason="expectation")
at(P, "mean", "concl", 2, new=q("1/4"), reason=OTHER)
at(P, "mean", "at", new=[ZERO], reason="index expressions")
at(P, "joint", "body", new=["*", v("Z", N), v("Z", ZERO)], reason="another index")
at(P, "joint", "at", 0, new=ZERO, reason="another index")
at(P, "mean sign", "proof", 1, new=["sq", v("s")], reason=DIFFERS)
at("sector", "half", "letter", new="Y", reason="not a uniform angle")
at("sector", "half", "proofs", 1, new=["q", "1"], reason=DIFFERS)
at("sector", "half", "proofs", new=[["pi"], ["pi"]], reason="a sector needs proofs")
at("sector", "half", "high", new=v("U"), reason="must not be random")
at("sector", "half", "high", new=["*", q(2), ["pi"]], reason=DIFFERS)
at("sector", "half", "primitive", new=["*", v("U"), v("Y")], reason="no other random letter")
at("sector", "half", "primitive", new=["*", v("U"), ["E", v("U")]], reason="expectation")
at("sector", "half", "primitive", new=["ind", v("U")], reason="derivative of ind")
at("sector", "mean", "primitive", new=["cos", v("U")], reason=OTHER)
at("sector", "half", "concl", 2, new=q("1/3"), reason=OTHER)
k1 = {"k": 1}
M = ("interval", "moment")
at(*M, "letter", new="Y", reason="not a Gaussian column")
at(*M, "u", new="x", reason="a plain scalar letter")
at(*M, "u", new="Y", reason="a plain scalar letter")
at(*M, "x", new=v("w"), reason="must not be random")
at(*M, "x", new=v("y"), reason=DIFFERS)
at(*M, "x", new=["*", v("u"), v("x")], reason="the name of the projection")
at(*M, "low", new=v("u"), reason="the name of the projection")
at(*M, "high", new=v("Y"), reason="must not be random")
at(*M, "high", new=v("a"), reason=DIFFERS)
at(*M, "low", new=v("b"), reason=DIFFERS)
at(*M, "proofs", new=[fact("unit")], reason="needs proofs")
at(*M, "proofs", 0, new=fact("other"), reason=DIFFERS)
at(*M, "primitive", new=v("Y"), reason="must not be random")
at(*M, "primitive", new=["E", v("Y")], reason="expectation")
at(*M, "primitive", new=["ind", v("u")], reason="derivative of ind")
at(*M, "primitive", new=["log", v("u")], reason="derivative of log")
at(*M, "primitive", new=["pow", v("u"), {"k": 1, "1": -1}], reason="exponent may be zero")
at(*M, "primitive", new=["exp", v("u")], reason="not guaranteed")
at(*M, "primitive", new=v("u"), reason=OTHER)
at(*M, "concl", 2, new=["*", q(2), sub(v("b"), v("a"))], reason=OTHER)
at("interval", "spread", "primitive", new=q(1), reason=OTHER)
at("interval", "spread", "concl", 1, new=q(1), reason=OTHER)
C = ("continued", "near")
at(*C, "concl", 0, new="ge", reason="a strict inequality")
at(*C, "concl", new=["gt", v("R"), v("z")], reason="not known to be differentiable")
at(*C, "concl", new=["gt", ["*", q(2), v("R")], sub(v("x", k1), v("x", k1, stage="0"))], reason=DIFFERS)
at(*C, "all", 0, 2, new=None, reason="finitely many indices")
at(*C, "start", new=fact("wide"), reason=DIFFERS)
at(*C, "start", new=fact("IH", k1), reason="no fact 'IH'")
at(*C, "margin", new=fact("weak"), reason="weak inequality where a strict one")
at(*C, "margin", new=fact("IH", k1), reason="no fact 'IH'")
at(*C, "margin", new=fact("positive"), reason=DIFFERS)
at(*C, "theorem", new="near_for_ever", reason="no earlier theorem")
at(*C, "hyps", "room", "proof", new=fact("IH", ONE), reason=DIFFERS)
at(*C, "hyps", "slow while near", "proof", new=fact("slow", {"i": 1}), reason=DIFFERS)
at(*C, "map", "letters", "b", "term", new=v("y"), reason="constant in the theorem")
at(*C, "map", "letters", "b", "term", new=v("c", k1), reason="unknown index symbol")
at(*C, "map", "letters", "x", "term", new=v("y"), reason=DIFFERS)
at(*C, "map", "nat", "N", new={"N": 1, "1": 1}, reason="above its range")
at(*C, "goal", new=1, reason="no such goal")
at(*C, "at", new=[{"k": 1, "1": 1}], reason="above its range")
bad("continued", ("hyps", "radius", "id"), "IH", "near", "reserved")
T = ("polar", "turned")
at(*T, "body", new=["*", v("p"), v("r"), v("r")], reason="degrees 0, 2 and 4")
at(*T, "body", new=["+", ["*", v("p"), v("r")], q(1)], reason="not homogeneous")
at(*T, "body", new=["*", v("p"), v("r"), ["ind", sub(v("p"), q(1))]], reason="not homogeneous")
at(*T, "body", new=["*", v("p"), v("r"), ["exp", v("p")]], reason="not visibly homogeneous")
at(*T, "body", new=["*", v("p"), v("r"), v("U")], reason="must not be random")
at(*T, "v", new="p", reason="two names")
at(*T, "u", new="x", reason="plain scalar letters")
at(*T, "y", new=["*", v("p"), v("y")], reason="occur in the directions")
at(*T, "x", new=v("w"), reason="must not be random")
at(*T, "proofs", 2, new=fact("x unit"), reason=DIFFERS)
at(*T, "proofs", new=[fact("x unit")], reason="need proofs")
at(*T, "theta", new=q(0), reason=DIFFERS)
at(*T, "concl", 2, 1, new=q(1), reason=OTHER)
at(*T, "letter", new="U", reason="a Gaussian column")
T = ("polar_sum", "turned")
at(*T, "also", 0, 1, 0, new={"r": 1}, reason="may be the same member of w")
at(*T, "also", 0, 1, 0, new=ONE, reason="may be the same member of w")
at(*T, "also", 1, 0, new="U", reason="a Gaussian column")
at(*T, "also", 1, 0, new="s", reason="a Gaussian column")
at(*T, "also", 1, 2, new=v("x"), reason="length of the Gaussian")
at(*T, "also", 1, 3, new=["*", v("p"), v("t")], reason="occur in the directions")
at(*T, "also", 1, 2, new=v("e"), reason="must not be random")
at(*T, "also", 1, 2, new=["zero", ONE, ONE], reason=DIFFERS)
at(*T, "also", 0, new=["w", [{"r": 1, "1": 1}], v("z")], reason="list of [letter, index, x, y]")
at(*T, "also", 1, new=DELETE, reason=DIFFERS)
at(*T, "also", new=DELETE, reason=DIFFERS)
at(*T, "also", 0, 1, 0, new={"r": 1, "1": 2}, reason="above its range")
at(*T, "proofs", 2, new=fact("first unit"), reason=DIFFERS)

# ---- refutations --------------------------------------------------------------------------------------------------
D = ("descent_refuted", "instance")
wrong(*D, "iterate", new=0, reason="the goal holds")
wrong(*D, "iterate", new=51, reason="small natural")
wrong(*D, "letters", "eta", new="-1", reason="'positive' fails")
wrong(*D, "letters", "W", 0, 0, 0, new="1", reason="'balanced' fails")
wrong(*D, "letters", "W", 0, new=[["1"]], reason="another shape")
wrong(*D, "losses", "L", "target", new=[["0"]], reason="different shapes")
wrong(*D, "losses", new={}, reason="must be an object")
wrong(*D, "dims", "d", 0, new=0, reason="small positive integers")
wrong(*D, "dims", "d", new=[2, 1], reason="small positive integers")
wrong(*D, "nat", "N", new=1, reason="at least 2")
wrong(*D, "nat", "N", new=True, reason="natural number")
wrong(*D, "letters", "eta", new=DELETE, reason="no value for eta")
wrong(*D, "letters", "eta", new=5, reason="rows of equal length")
wrong(
    "descent_refuted",
    "statement",
    "hyps",
    3,
    new=hyp("more", ["ge", ["tr", ["*", v("W", ONE), tr(v("W", ONE))]], q(0)]),
    reason="speaks of every iterate",
)
wrong(
    "descent_refuted",
    "statement",
    "hyps",
    "descent",
    "concl",
    1,
    2,
    0,
    new={"j": -1, "N": 1, "1": 1},
    reason="different sorts",
)
wrong("descent_refuted", "statement", "hyps", "descent", "all", new=GAPS, reason="not a recursion")
wrong("descent_refuted", "statement", "hyps", "descent", new=DELETE, reason="how W goes on")
wrong("descent_refuted", "statement", "sig", "time", new="flow", reason="not defined here")
wrong("descent_refuted", "kind", new="trust", reason="unknown kind")
wrong("descent_refuted", "statement", "exists", new=["eta"], reason="claim that constants exist")
J = ("instance_refuted", "instance")
wrong(*J, "letters", "x", 1, new="0", reason="the goal holds")
wrong(*J, "letters", "x", 0, new="2", reason="'x' fails")
wrong(*J, "letters", "S", new=[["-1"]], reason="'S' fails")
wrong(*J, "letters", "x", new=["1"], reason="gives no value")
wrong("instance_refuted", "statement", "hyps", "S", "id", new="x", reason="used twice")
wrong(*J, "nat", "N", new=10, reason="assumption fails")
wrong(*J, "goal", new=1, reason="no such goal")
wrong(*J, "goal", new=False, reason="no such goal")
wrong("instance_refuted", "statement", "goals", 0, "concl", 1, new=["exp", q(0)], reason="no exact value")
wrong("instance_refuted", "statement", "goals", 0, new=goal(["ge", ["pi"], q(4)]), reason="no exact value")
K = "number_refuted"
wrong(K, "at", "map", "nat", "K", new={"1": 3}, reason="must stay arbitrary")
wrong(K, "at", "map", "nat", "K", new={"K": 1, "1": 1}, reason="must stay arbitrary")
wrong(K, "at", "map", "nat", "T", new={"1": 3}, reason=DIFFERS)
wrong(K, "theorem", "sig", "nat", "K", new=2, reason="restricts the number")
wrong(K, "theorem", "sig", "assume", new=[{"K": -1, "1": 1}], reason="restricts the number")
wrong(K, "theorem", "sig", "nat", new={}, reason="K")
wrong(K, "statement", "exists", new=["K", "k"], reason="not in the signature")
C = "constant_refuted"
wrong(C, "at", "map", "letters", "c", new={"vars": [], "term": q(1)}, reason="must stay arbitrary")
wrong(C, "at", "negation", new=["q", "0"], reason="weak inequality")
wrong(C, "at", "negation", new=["q", "2"], reason=DIFFERS)
wrong(C, "at", "hyps", "x", "proof", new=fact("c"), reason=DIFFERS)
wrong(C, "at", "hyps", "x", new=DELETE, reason="lacks the field")
wrong(C, "at", "map", "letters", "x", "term", new=v("c"), reason=DIFFERS)
wrong(C, "theorem", "hyps", 1, new=hyp("e", ["gt", v("e"), v("c")]), reason="assumes more")
wrong(C, "theorem", "hyps", 1, new=hyp("false", FALSE), reason="assumes more")
wrong(C, "theorem", "sig", "assume", new=[{"1": -1}], reason="least naturals")
wrong(C, "theorem", "steps", "sign", "proof", 2, new=["q", "-1"], step="sign", reason="negative number")
wrong(C, "statement", "exists", new=["x"], reason="not in the signature")
wrong(C, "at", "goal", new=2, reason="no such goal")
F = "path_refuted"
wrong(F, "at", "map", "letters", "x", "term", new=["exp", ["*", q(-2), ["t"]]], reason=DIFFERS)
wrong(F, "at", "map", "letters", "x", "term", new=["exp", ["t"]], reason=DIFFERS)
wrong(F, "at", "map", "letters", "x", "term", new=["*", q(2), ["exp", neg(["t"])]], reason=DIFFERS)
wrong(F, "at", "map", "letters", "x", "term", new=["ind", ["+", ["t"], q(-1)]], reason="derivative")
wrong(F, "at", "map", "letters", "e", "term", new=["exp", neg(["t"])], reason="depends on time")
wrong(F, "theorem", "sig", "time", new="none", step="small", reason="not about a flow")
wrong(F, "theorem", "sig", "time", new="descent", step="small", reason="not about a flow")
wrong(F, "at", "negation", new=fact("small"), reason="weak inequality")
