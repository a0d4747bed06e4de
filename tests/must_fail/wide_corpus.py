"""Changes of the wide twins, by kind of attack, and attacks that worked on other checkers."""

from __future__ import annotations

from tests.kernel.terms import fact, neg, q, v

from . import wide_twins  # noqa: F401  (registers its twins)
from .corpus import DELETE, DIFFERS, OTHER, at, bad, wrong
from .twins import ONE, ZERO, N, n

# A proof that is empty (a tactic of an inequality prover that returns nothing "proves" its goal).
at("signs", "mul", "proof", new=[], reason="proof of an inequality expected")
at("equations", "exp", "proof", new=[], reason="proof of an equation expected")
at("semidefinite", "fact", "proof", new=[], reason="proof that a matrix is PSD expected")
at("signs", "add", "proof", new=["add"], reason="empty sum")
# A hypothesis that is not active here: of another theorem, or of a case that is over.
at("lemma_used", "both", "hyps", "floor", "proof", new=fact("floor", {"k": 1}), reason="no fact 'floor'")
at("signs", "ne", "proof", new=fact("c"), reason="no fact 'c'")
at("signs", "case", "proof", 4, 2, new=fact("d"), reason="no fact 'd'")
# Cofactors that do not multiply out, on the wrong side, or of the wrong shape.
at("equations", "sides", "proof", 1, new=v("B"), reason=DIFFERS)
at("equations", "sides", "proof", 3, new=["one", N], reason=DIFFERS)
at("equations", "sides", "proof", 3, new=["one", ONE], reason="cannot multiply")
at("equations", "kron", "proof", 0, new="kronr", reason="unknown term")
at("semidefinite", "with stacked columns", "concl", 1, 1, new=["vec", v("A")], reason="cannot multiply")
# Division, logarithm, root, arccosine and power outside their domain.
at("equations", "divided", "proof", 2, new=fact("x"), reason="not proved to be non-zero")
at("equations", "inv by ne", "proof", 2, new=["ne", "xy", []], reason="does not say")
at("equations", "explog", "proof", 2, new=["sq", v("x")], reason="not proved to be positive")
at("equations", "ind0", "proof", 2, new=["sq", v("x")], reason="not proved to be negative")
at("signs", "pow weak", "concl", 0, new="gt", reason="weak inequality")
at("signs", "inv weak", "concl", 0, new="gt", reason="weak inequality")
# Strict for weak, one for each proof term that is weak.
for step in (
    "mul weak",
    "mul weak too",
    "add weak",
    "nat",
    "nat size",
    "sq",
    "exp1",
    "ind",
    "notind",
    "indx",
    "notindx",
):
    at("signs", step, "concl", 0, new="gt", reason="weak inequality")
for step in ("sum weak", "sum empty", "prod weak", "prodmono", "q zero", "zero", "case first", "case second", "trace"):
    at("signs", step, "concl", 0, new="gt", reason="weak inequality")
for step in ("union", "cos left", "cos right"):
    at("signs", step, "concl", 0, new="gt", reason="weak inequality")
for step in ("trace", "trace kron", "trace2"):
    at("semidefinite", step, "concl", 0, new="gt", reason="weak inequality")
at("motion", "waiting", "concl", 0, new="gt", reason="weak inequality")
at("chances_used", "law weak", "concl", 0, new="gt", reason="weak inequality")
at("chances_used", "angle", "concl", 0, new="gt", reason="weak inequality")
# Ends of intervals.
at("signs", "cos right", "proof", 2, new=1, reason="lie in the interval")
at("signs", "cos one", "proof", 2, new=-1, reason="lie in the interval")
at("signs", "cos two", "proof", 2, new=10**7, reason="must be an integer")
at("signs", "cos two", "proof", 2, new=True, reason="must be an integer")
# A hypothesis about the start used later, a fact about one index used at another.
at("motion", "at the start", "concl", 1, new=v("u"), reason=DIFFERS)
at("motion", "fact at the start", "concl", 1, new=v("u"), reason=OTHER)
at("motion", "start", "concl", 1, 1, new=v("u"), reason=DIFFERS)
at("equations", "rw at", "concl", 2, 2, new=v("y"), reason=DIFFERS)
at("equations", "two indices", "proof", 2, 1, new={"N": 1, "1": 1}, reason="above its range")
at("equations", "for all", "proof", 2, 0, new={"1": -1}, reason="below its range")
# A derivative that forgets a factor, a member of a chain, or the sign.
at("motion", "product", "concl", 2, 1, new=q(1), reason=DIFFERS)
at("motion", "power", "concl", 2, 1, new=["n", N], reason=DIFFERS)
at("motion", "cos", "concl", 2, 1, new=neg(["D", v("u")]), reason=DIFFERS)
at("motion", "chain", "concl", 2, 2, new={"1": 2}, reason=DIFFERS)
at("motion", "matrix power", "concl", 2, 3, new=N, reason="may be below 0")
at("motion", "loss", "concl", 2, 1, 1, new=v("G"), reason="cannot multiply")
at("motion", "symmetric", "concl", 2, 1, new=["*", v("H"), ["D", v("H")]], reason=DIFFERS)
bad("motion", ("sig", "letters", "U", "dep"), "any", "trace", "not known to be differentiable")
bad("gradient", ("sig", "losses", "L", "at", 2), ["ch", "W", N, ONE, ""], "turn", "yields another conclusion")
# Indefinite "squares", asymmetric matrices, zero and negative pivots.
at("semidefinite", "gram", "proof", 1, new=["+", v("A"), v("P")], reason=DIFFERS)
at("semidefinite", "gram", "concl", 1, new=["*", v("A"), v("A")], reason="not symmetric")
at("semidefinite", "z", "proof", 1, new=fact("root"), reason=DIFFERS)
at("semidefinite", "scale", "proof", 1, new=["q", "-1"], reason="negative number")
at("semidefinite", "dominate", "proof", 1, new=["kron", fact("P"), ["one", n]], reason="for matrices")
wrong("indefinite_refuted", "instance", "letters", "S", 2, 2, new="1", reason="the goal holds")
wrong("indefinite_refuted", "instance", "letters", "S", 0, 1, new="2", reason="another shape")
wrong("zero_pivot_refuted", "instance", "letters", "S", 0, 0, new="1/5", reason="the goal holds")
wrong("zero_pivot_refuted", "instance", "letters", "S", new=[["0", "0"], ["0", "5"]], reason="the goal holds")
# A counterexample that misses a hypothesis by very little, or that is no counterexample.
wrong("instance_refuted", "instance", "letters", "x", 0, new=f"{10**12 + 1}/{10**12}", reason="'x' fails")
wrong("terms_refuted", "instance", "letters", "c", new="1", reason="fails at the instance")
wrong("terms_refuted", "instance", "goal", new=0, reason="the goal holds")
wrong("terms_refuted", "instance", "letters", "S", 1, 0, new="0", reason="another shape")
wrong("terms_refuted", "instance", "letters", "W", 0, 0, 0, new="x", reason="rational expected")
wrong("loss_refuted", "instance", "iterate", new=0, reason="the goal holds")
wrong("loss_refuted", "instance", "letters", "eta", new="0", reason="the goal holds")
wrong("loss_refuted", "statement", "hyps", "layer", "concl", 2, 2, new=neg(v("G", stage="0")), reason="'layer' fails")
# Gigantic numbers, in and out of the language.
at("signs", "q", "proof", 1, new="9" * 4001, reason="rational expected")
at("signs", "pow", "proof", 2, new={"1": 65}, reason="outside 0..64")
at("signs", "pow", "proof", 2, new={"N": 10**6 + 1}, reason="small non-zero integer")
wrong("terms_refuted", "instance", "nat", "N", new=10**9, reason="")
# A lemma whose map forgets a condition: least values, assumptions, ranges, shapes, laws, time.
MAP = ("carried", "norm", "map")
at(*MAP, "nat", "N", new=ONE, reason="below its least value")
bad("carried", ("sig", "nat", "N"), 1, "norm", "below its least value")
at(*MAP, "nat", "m", new={"N": 1, "1": -4}, reason="below its least value")
at(*MAP, "nat", "m", new=["dim", "e", ONE], reason="unknown dimension family")
at(*MAP, "dims", "d", new="e", reason="unknown dimension family")
at(*MAP, "letters", "W", new="g", reason="both chain families")
at(*MAP, "letters", "g", new="W", reason="both chain families")
at(*MAP, "letters", "L", new="c", reason="given a loss")
at(*MAP, "letters", "G", new="Q", reason="the image of G")
at(*MAP, "letters", "b", "term", new=["t"], reason="depends on time")
at(*MAP, "letters", "P", new="G", reason="the image of P")
at("carried", "norm", "hyps", "pairs", "proof", new=fact("each", ONE), reason=DIFFERS)
at("carried", "norm", "hyps", "many", "proof", new=["nat", {"p": 1, "1": -1}], reason="may be negative")
at("carried", "norm", "at", 0, new=ZERO, reason="below its range")
at("carried", "first", "concl", 2, new=v("y"), reason=OTHER)
DRAWN = ("chances_used", "letters", "map", "letters")
at(*DRAWN, "T", new="Y", reason="the same image")
at(*DRAWN, "T", new="U", reason="different laws")
at(*DRAWN, "T", new={"vars": [], "term": v("Z")}, reason="only be given a letter")
at("chances_used", "term", "map", "letters", "b", "term", new=["exp", v("s")], reason="another formula")
at("chances_used", "term", "map", "letters", "b", "term", new=["tr", ["*", ["T", v("w")], v("w")]], reason="bounded")
at("chances_used", "term", "map", "letters", "s", new="Y", reason="different laws")
bad("descended", ("sig", "time"), "flow", None, "")
at("descended", "used", "map", "letters", "u", new={"vars": [], "term": v("p")}, reason="next iterate")
at("descended", "used", "hyps", "moves", new=DELETE, reason="lacks the field")
# A refutation by derivation that proves another failure.
wrong("equation_refuted", "at", "negation", new=["q", "0"], reason="weak inequality")
wrong("equation_refuted", "at", "at", 0, new={"M": 1, "1": 1}, reason="above its range")
wrong("equation_refuted", "at", "map", "letters", "x", "term", new=v("c"), reason=DIFFERS)
wrong("equation_refuted", "theorem", "sig", "assume", 0, new={"M": 1, "1": -3}, reason="least naturals")
# A signature that cannot be read, at a letter of which no formula speaks.
bad("sector", ("sig", "letters", "B", "index", 0, 2), {"N": 0}, None, "small non-zero integer")
bad("sector", ("sig", "letters", "B", "index", 0, 1), {"M": 1}, None, "unknown index symbol")
bad("sector", ("sig", "letters", "B", "index", 0, 1), None, None, "index expression expected")
bad("signs", ("sig", "letters", "S"), {"shape": [["dim", "e", ONE], ONE]}, None, "unknown dimension family")
bad("semidefinite", ("sig", "letters", "free"), {"shape": [ONE, {"M": 1}]}, None, "unknown index symbol")
