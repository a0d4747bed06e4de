"""Attempts to falsify every base fact and axiom, and proof that the attempts would succeed against a wrong neighbour.

A fact with a statement is judged at worlds that are adversarial (extremes, ties, singular or repeated eigenvalues) or
random. A fact built into a rule is judged through a theorem that the kernel accepts by that rule alone. A neighbour
differs in one constant, sign or hypothesis: the same worlds must violate it, and the kernel must refuse it where a
rule is concerned.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from tests.kernel.terms import alg, fact, hyp, neg, q, step, sub, theorem, tr, v
from verify.kernel import replay
from verify.kernel.axioms import AXIOMS
from verify.kernel.base import BASE_FACTS
from verify.numeric import (
    Enclosure,
    entire,
    integrate,
    orthant_probability_cartesian,
    precision,
    relu_product_mean_cartesian,
)
from verify.numeric.enclosure import ball_of
from verify.report.falsifiers import results

from .worlds import (
    CLOSE,
    DIGITS,
    Path,
    World,
    conjugate,
    diagonal,
    judge,
    mul,
    orthogonal,
    tally,
    transpose,
    unit,
)

Json = Any
Change = Callable[[Json], Json]
F = Fraction
TINY = F(1, 10**30)
SEEN: list[list[dict[str, int]]] = []  # where tallies go while they are recorded
NEIGHBOURS: dict[str, tuple[Callable[[], Json], Callable[[], Iterator[World]], Change]] = {}


@cache
def recorded() -> dict[str, Any]:
    """What the report shows on the falsifiers, written by `python -m tests.axioms.record`."""
    return results()


def survives(statement: Json, worlds: Iterator[World], least: int) -> None:
    """No world violates the statement, and at least so many satisfy its hypotheses and decide its goals."""
    counts = tally(statement, worlds)
    assert not counts["violated"], f"FALSE: {counts}"
    assert counts["holds"] >= least, counts
    if SEEN:
        SEEN[-1].append(dict(counts))
    else:
        on_record = [t for entry in recorded().values() for t in entry["tried"]]
        assert counts in on_record, "what the report shows is old: python -m tests.axioms.record"


def built_in(name: str, certificate: Json) -> Json:
    """The statement of a theorem that the kernel accepts and that rests on this base fact."""
    (result,) = replay.check([certificate])
    assert result["ok"], result
    assert name in result["base_facts"]
    return certificate


def refused(certificate: Json) -> None:
    (result,) = replay.check([certificate])
    assert not result["ok"]


def stated(name: str) -> Callable[[], Json]:
    return lambda: copy.deepcopy((BASE_FACTS.get(name) or AXIOMS[name])["statement"])


def neighbour(
    name: str, statement: Callable[[], Json], worlds: Callable[[], Iterator[World]], **changes: Change
) -> None:
    for what, change in changes.items():
        NEIGHBOURS[f"{name}: {what.replace('_', ' ')}"] = (statement, worlds, change)


def without(*ids: str) -> Change:
    return lambda s: {**s, "hyps": [h for h in s["hyps"] if h["id"] not in ids]}


def where(least: dict[str, int]) -> Change:
    return lambda s: {**s, "sig": {**s["sig"], "nat": {**s["sig"]["nat"], **least}}}


def goal_is(concl: Json) -> Change:
    return lambda s: {**s, "goals": [{"all": [], "concl": concl}]}


def hypothesis_is(name: str, concl: Json) -> Change:
    return lambda s: {**s, "hyps": [{**h, "concl": concl} if h["id"] == name else h for h in s["hyps"]]}


def replaced(data: Json, old: Json, new: Json) -> Json:
    if data == old:
        return new
    if isinstance(data, dict):
        return {k: replaced(x, old, new) for k, x in data.items()}
    return [replaced(x, old, new) for x in data] if isinstance(data, list) else data


def swapped(old: Json, new: Json) -> Change:
    return lambda s: replaced(s, old, new)


# ---- roots of matrices and numbers --------------------------------------------------------------------------------

K, SIZE = {"N": 1}, {"n": 1}
A, B, X, a = v("A"), v("B"), v("x"), v("a")


def spectra(rng: random.Random) -> Iterator[list[F]]:
    """Eigenvalues: none, zero, repeated, close, far apart."""
    yield from ([], [F(0)], [F(1, 3)], [F(0), F(0)], [F(1), F(1)], [F(0), F(2)], [F(1), 1 + TINY], [TINY, F(10**6)])
    yield from ([F(0), F(1, 7), F(1, 7)], [F(0), F(0), F(5)])
    for n in (1, 2, 3, 4):
        for _ in range(3):
            yield [F(rng.randint(0, 6), rng.randint(1, 4)) for _ in range(n)]


def rooted() -> Iterator[World]:
    """A = Q D^N Q^T with its PSD root Q D Q^T, exactly; then roots with irrational eigenvalues, in enclosures."""
    rng = random.Random(1)
    for d in spectra(rng):
        for power in (1, 2, 3, 5):
            turn = orthogonal(len(d), rng)
            big = conjugate(turn, [x**power for x in d])
            yield World({"n": len(d), "N": power}, {"A": big}, roots={"A": conjugate(turn, d)})
            if d:
                yield World({"n": len(d), "N": power}, {"A": mul(F(-1), big)}, roots={"A": mul(F(-1), big)})
                yield World({"n": len(d), "N": 0}, {"A": big}, roots={"A": big})
    with precision(DIGITS):
        for p, r, s in ((2, 1, 3), (1, 0, 7), (F(1, 10**6), 0, 1), (5, -2, 1), (1, F(999, 1000), 1)):
            m = [[F(p), F(r)], [F(r), F(s)]]
            det = Enclosure.from_exact(F(p) * s - F(r) * r).sqrt()
            scale = 1 / (F(p) + s + 2 * det).sqrt()
            root = [[(x + (det if i == k else 0)) * scale for k, x in enumerate(row)] for i, row in enumerate(m)]
            yield World({"n": 2, "N": 2}, {"A": m}, roots={"A": root})


def test_psd_root() -> None:
    survives(stated("psd-root")(), rooted(), 90)


neighbour(
    "psd-root",
    stated("psd-root"),
    rooted,
    not_PSD=without("psd"),
    exponent_zero=where({"N": 0}),
    root_below_the_matrix=goal_is(["psd", sub(A, ["root", A, K])]),
    wrong_exponent=goal_is(["eq", ["pow", ["root", A, K], {"N": 1, "1": 1}], A]),
)


def pairs() -> Iterator[World]:
    """All pairs from a pool of small matrices, and pairs that differ in signs or in the order of eigenvalues."""
    rng = random.Random(2)
    pool = [[[F(p), F(r)], [F(r), F(s)]] for p in (0, 1, -1) for r in (0, 1) for s in (0, 1, 2)]
    for n in (2, 3):
        turn = orthogonal(n, rng)
        d = [F(rng.randint(1, 4)) for _ in range(n)]
        group = [
            conjugate(turn, d),
            conjugate(turn, d[::-1]),
            conjugate(turn, [-x for x in d]),
            conjugate(turn, [-d[0], *d[1:]]),
            conjugate(orthogonal(n, rng), d),
        ]
        for first in group:
            yield from (World({"n": n, "N": k}, {"A": first, "B": second}) for second in group for k in (1, 2, 3, 4))
    for first in pool:
        yield from (World({"n": 2, "N": k}, {"A": first, "B": second}) for second in pool for k in (2, 3))
    yield World({"n": 0, "N": 2}, {"A": [], "B": []})
    yield World({"n": 1, "N": 0}, {"A": [[F(1)]], "B": [[F(2)]]})


def test_psd_root_unique() -> None:
    survives(stated("psd-root-unique")(), pairs(), 30)


neighbour(
    "psd-root-unique",
    stated("psd-root-unique"),
    pairs,
    first_not_PSD=without("first"),
    second_not_PSD=without("second"),
    exponent_zero=where({"N": 0}),
    equal_traces=hypothesis_is("powers", ["eq", ["tr", ["pow", A, K]], ["tr", ["pow", B, K]]]),
)


def floors() -> Iterator[World]:
    """The least eigenvalue equal to a, a little above or below it; a = 0; negative a; indefinite A."""
    rng = random.Random(3)
    for d in spectra(rng):
        low = min(d, default=F(0))
        for power in (1, 2, 3, 6):
            big = conjugate(orthogonal(len(d), rng), d)
            for floor in {low, low - TINY, low + TINY, F(0), low / 2, -low - 1, F(2)}:
                yield World({"n": len(d), "N": power}, {"A": big, "a": floor})
            if d:
                yield World({"n": len(d), "N": power}, {"A": mul(F(-1), big), "a": low})
                yield World({"n": len(d), "N": 0}, {"A": big, "a": low + 1})


def not_commuting() -> Iterator[World]:
    entries = [[[F(p), F(r)], [F(r), F(s)]] for p in (1, 2, 3) for r in (0, 1) for s in (0, 1, 2)]
    yield from (
        World({"n": 2, "N": 2}, {"A": first, "B": second, "a": F(1)}) for first in entries for second in entries
    )


def between_matrices(s: Json) -> Json:
    """A >= B gives A^2 >= B^2: false for matrices that do not commute."""
    sig = {**s["sig"], "letters": {"A": s["sig"]["letters"]["A"], "B": s["sig"]["letters"]["A"]}}
    hyps = [hyp("A", ["psd", A]), hyp("B", ["psd", B]), hyp("order", ["psd", sub(A, B)])]
    return {"sig": sig, "hyps": hyps, "goals": [{"all": [], "concl": ["psd", sub(["pow", A, K], ["pow", B, K])]}]}


def test_psd_root_monotone() -> None:
    survives(stated("psd-root-monotone")(), floors(), 200)


neighbour(
    "psd-root-monotone",
    stated("psd-root-monotone"),
    floors,
    not_PSD=without("psd"),
    exponent_zero=where({"N": 0}),
    a_little_more=goal_is(["psd", sub(A, ["*", ["+", a, q(TINY)], ["one", SIZE]])]),
    only_the_trace=hypothesis_is("powers", ["ge", ["tr", ["pow", A, K]], ["*", ["n", SIZE], ["pow", a, K]]]),
)
neighbour("psd-root-monotone", stated("psd-root-monotone"), not_commuting, two_matrices=between_matrices)


def numbers() -> Iterator[World]:
    rng = random.Random(4)
    values = [F(0), F(1), TINY, F(4, 9), F(27), 1 + TINY, F(10**40), F(2), F(-1), F(-8), F(-4, 9), -TINY]
    values += [F(rng.randint(-50, 50), rng.randint(1, 50)) for _ in range(6)]
    yield from (World({"N": k}, {"x": x, "a": y}) for x in values for y in values for k in (0, 1, 2, 3, 7))


def test_real_root() -> None:
    survives(stated("real-root")(), (w for w in numbers() if w.letters["a"] == 1), 30)


neighbour(
    "real-root",
    stated("real-root"),
    numbers,
    negative=without("sign"),
    exponent_zero=where({"N": 0}),
    at_least_x=goal_is(["ge", ["root", X, K], X]),
    wrong_exponent=goal_is(["eq", ["pow", ["root", X, K], {"N": 1, "1": 1}], X]),
)


def test_real_root_monotone() -> None:
    survives(stated("real-root-monotone")(), numbers(), 200)


neighbour(
    "real-root-monotone",
    stated("real-root-monotone"),
    numbers,
    negative=without("first"),
    exponent_zero=where({"N": 0}),
    strict=goal_is(["gt", X, a]),
    a_little_more=goal_is(["ge", X, ["+", a, q(TINY)]]),
)


# ---- cosine -------------------------------------------------------------------------------------------------------


def cosines() -> Iterator[World]:
    rng = random.Random(5)
    ends = [F(s) for s in (0, 1, -1)] + [s * (1 - TINY**k) for s in (1, -1) for k in (1, 2)] + [TINY, -TINY]
    yield from (
        World({}, {"x": x}) for x in [*ends, F(2), F(-2), 1 + TINY, *(F(rng.randint(-99, 99), 99) for _ in range(60))]
    )


def test_arccos() -> None:
    survives(stated("arccos")(), cosines(), 60)


neighbour(
    "arccos",
    stated("arccos"),
    cosines,
    below_minus_one=without("low"),
    above_one=without("high"),
    at_most_three=goal_is(["ge", q(3), ["acos", X]]),
    positive=goal_is(["gt", ["acos", X], q(0)]),
    sign=goal_is(["eq", ["cos", ["acos", X]], neg(X)]),
)


def half_turns(k: Any) -> Json:
    return ["*", q(k), ["pi"]]


def quadrant(k: int, strict: bool, slack: Json = None, concl: Json = None) -> Json:
    """(-1)^k cos x >= 0 for (k - 1/2) pi <= x <= (k + 1/2) pi."""
    kind = "gt" if strict else "ge"
    top = half_turns(F(2 * k + 1, 2)) if slack is None else ["+", half_turns(F(2 * k + 1, 2)), slack]
    hyps = [hyp("low", [kind, X, half_turns(F(2 * k - 1, 2))]), hyp("high", [kind, top, X])]
    wave = ["cos", X] if k % 2 == 0 else neg(["cos", X])
    proof = ["cos", X, k, fact("low"), fact("high")]
    return theorem({"letters": {"x": {}}}, hyps, [alg("sign", concl or [kind, wave, q(0)], proof)])


def boxes(k: int) -> Iterator[World]:
    """Boxes that cover the interval, and points next to its ends and just outside."""
    with precision(DIGITS):
        pi = Enclosure.pi()
        ends = [(pi * F(2 * k + s, 2)) for s in (-1, 1)]
        low, high = (F(round(e.midpoint() * 64), 64) for e in ends)
        for i in range(int((high - low) * 64) + 1):
            yield World({}, {"x": Enclosure.from_bounds(low + F(i, 64), low + F(i + 1, 64))})
        for e in ends:
            yield from (World({}, {"x": e + s * d}) for s in (1, -1) for d in (F(0), TINY, TINY / 4, F(1, 10**9)))


def test_cosine_sign() -> None:
    for k in (-3, -2, -1, 0, 1, 2):
        for strict in (False, True):
            survives(built_in("cosine-sign", quadrant(k, strict)), boxes(k), 190)
        refused(quadrant(k, False, concl=["ge", neg(["cos", X]) if k % 2 == 0 else ["cos", X], q(0)]))
    for wrong in (quadrant(0, False, slack=q(TINY)), quadrant(0, False, concl=["ge", ["cos", X], q(TINY)])):
        refused(wrong)
    turned = theorem(
        {"letters": {"x": {}}}, [], [alg("turn", ["eq", ["cos", ["+", X, ["pi"]]], neg(["cos", X])], ["null", q(0)])]
    )
    assert replay.check([turned])[0]["ok"]
    survives(turned, (World({}, {"x": F(k, 7)}) for k in range(-40, 41)), 81)


def wave_at(k: int) -> tuple[Callable[[], Json], Callable[[], Iterator[World]]]:
    return lambda: quadrant(k, False), lambda: boxes(k)


neighbour(
    "cosine-sign",
    *wave_at(0),
    wider=lambda _: quadrant(0, False, slack=q(TINY)),
    not_so_small=goal_is(["ge", ["cos", X], q(TINY)]),
    other_sign=goal_is(["ge", neg(["cos", X]), q(0)]),
)
neighbour("cosine-sign", *wave_at(1), sign_of_the_shift=goal_is(["ge", ["cos", X], q(0)]))


# ---- exponential --------------------------------------------------------------------------------------------------


def tangent(line: Json) -> Json:
    return theorem({"letters": {"x": {}}}, [], [alg("line", ["ge", ["exp", X], line], ["exp1", X])])


LINE = ["+", q(1), X]


def reals() -> Iterator[World]:
    """Both sides of the point of contact, from 10^-20 to 10^3."""
    rng = random.Random(6)
    yield World({}, {"x": F(0)})
    yield from (World({}, {"x": s * m * F(10) ** e}) for e in range(-20, 3) for m in (1, 3) for s in (1, -1))
    yield from (World({}, {"x": F(rng.randint(-9999, 9999), 1000)}) for _ in range(60))


def test_exp_tangent() -> None:
    survives(built_in("exp-tangent", tangent(LINE)), reals(), 150)
    for line in (["+", q(1 + TINY), X], ["+", q(1), ["*", q(1 + TINY), X]], ["+", q(1), X, ["*", q("1/2"), X, X]]):
        refused(tangent(line))


neighbour(
    "exp-tangent",
    lambda: tangent(LINE),
    reals,
    height=lambda _: tangent(["+", q(1 + TINY), X]),
    slope=lambda _: tangent(["+", q(1), ["*", q(1 + F(1, 10**9)), X]]),
    curvature=lambda _: tangent(["+", q(1), X, ["*", q("1/2"), X, X]]),
)


# ---- time ---------------------------------------------------------------------------------------------------------

U, U0, DU = v("u"), v("u", stage="0"), ["D", v("u")]


def falling(given: Json, concl: Json = None, dep: str = "smooth") -> Json:
    sig = {"time": "flow", "letters": {"u": {"dep": dep}}}
    return theorem(sig, [hyp("slope", given)], [step("falls", "antitone", concl or ["ge", U0, U], proof=fact("slope"))])


def still(given: Json, concl: Json = None, dep: str = "smooth") -> Json:
    sig = {"time": "flow", "letters": {"u": {"dep": dep}}}
    return theorem(sig, [hyp("slope", given)], [step("stays", "constant", concl or ["eq", U, U0], proof=fact("slope"))])


DOWN, FLAT = ["ge", q(0), DU], ["eq", DU, q(0)]


def paths() -> Iterator[World]:
    """Polynomials with falling, flat, rising and turning parts; two pieces that fit or jump."""
    rng = random.Random(7)
    yield from (World({}, {"u": Path([c])}) for c in (0, 1, -3))
    yield from (World({}, {"u": Path([-1, s])}) for s in (TINY, -TINY, F(1), F(-1), F(1, 20)))
    yield World({}, {"u": Path([0, 0, -1, F(2, 3)])})  # the slope has a zero at the end
    yield World({}, {"u": Path([0, 1, -1])})  # rises, then falls
    yield World({}, {"u": Path([0, -1, 1])})
    yield World({}, {"u": Path([0, -1], [0, 1])})  # jumps up, and falls on both sides if the signs agree
    yield World({}, {"u": Path([0], [1])})
    yield World({}, {"u": Path([0, -1], [1, -1])})
    yield World({}, {"u": Path([0, 0, 0, -8], [-1])})
    for _ in range(40):
        root = Path([rng.randint(-3, 3) for _ in range(rng.randint(1, 4))])
        slope = (root * root * F(-1, rng.randint(1, 5))).first
        u = [F(rng.randint(-3, 3)), *(c / (k + 1) for k, c in enumerate(slope))]
        yield World({}, {"u": Path(u)})
        yield World({}, {"u": Path(u) + Path([0, F(rng.randint(-1, 2), 50)])})


def test_mean_value() -> None:
    survives(built_in("mean-value", falling(DOWN)), paths(), 40)
    survives(built_in("mean-value", still(FLAT)), paths(), 3)
    for wrong in (
        falling(DOWN, dep="any"),
        falling(["ge", q(TINY), DU]),
        falling(["ge", DU, q(0)]),
        falling(["ge", q(0), ["*", U, DU]]),
        falling(DOWN, ["ge", U, U0]),
        still(FLAT, dep="any"),
        still(["eq", ["*", U, DU], q(0)], ["eq", U, q(0)]),
        still(DOWN),
    ):
        refused(wrong)


neighbour(
    "mean-value",
    lambda: falling(DOWN),
    paths,
    not_differentiable=lambda _: falling(DOWN, dep="any"),
    almost=lambda _: falling(["ge", q(TINY), DU]),
    other_sign=lambda _: falling(DOWN, ["ge", U, U0]),
    falls_where_positive=lambda _: falling(["ge", q(0), ["*", U, DU]]),
    strictly=goal_is(["gt", U0, U]),
)
neighbour(
    "mean-value, constant",
    lambda: still(FLAT),
    paths,
    not_differentiable=lambda _: still(FLAT, dep="any"),
    only_falling=lambda _: still(DOWN),
    zero=goal_is(["eq", U, q(0)]),
)


# ---- gradients ----------------------------------------------------------------------------------------------------

Loss = dict[tuple[tuple[int, int], ...], F]  # coefficients by the entries in a monomial
SQUARE = {"shape": [SIZE, SIZE]}


def at(loss: Loss, x: Any) -> Any:
    total: Any = F(0)
    for places, c in loss.items():
        term: Any = c
        for i, k in places:
            term = term * x[i][k]
        total = term + total
    return total


def gradient(loss: Loss, x: Any) -> Any:
    out = [[F(0) for _ in row] for row in x]
    for places, c in loss.items():
        for where_, (i, k) in enumerate(places):
            out[i][k] = out[i][k] + at({places[:where_] + places[where_ + 1 :]: c}, x)
    return out


def losses(n: int, rng: random.Random) -> Iterator[Loss]:
    yield {(): F(1)}
    yield {((0, n - 1),): F(1)}
    yield {((i, k), (k, i)): F(1, 2) for i in range(n) for k in range(n)}
    for _ in range(4):
        yield {
            tuple((rng.randrange(n), rng.randrange(n)) for _ in range(rng.randint(1, 4))): F(rng.randint(-4, 4), 3)
            for _ in range(5)
        }


def moving_losses() -> Iterator[World]:
    rng = random.Random(8)
    for n in (1, 2, 3):
        for loss in losses(n, rng):
            x = [
                [Path([F(rng.randint(-2, 2), rng.randint(1, 3)) for _ in range(3)]) for _ in range(n)] for _ in range(n)
            ]
            yield World({"n": n}, {"X": x, "L": Path.of(at(loss, x)), "G": gradient(loss, x)})


def moving(rate: Json) -> Json:
    sig = {
        "time": "flow",
        "nat": {"n": 1},
        "letters": {"X": {**SQUARE, "dep": "smooth"}, "L": {"dep": "smooth"}, "G": {**SQUARE, "dep": "any"}},
        "losses": {"L": {"at": v("X"), "grad": "G"}},
    }
    return theorem(sig, [], [alg("rate", ["eq", ["D", v("L")], rate], ["null", q(0)])])


RATE = ["tr", ["*", tr(v("G")), ["D", v("X")]]]


def squares() -> Iterator[World]:
    """L = 1/2 |X - Phi|^2 with the gradient computed from the coefficients of L."""
    rng = random.Random(9)
    for n in (1, 2, 3):
        for _ in range(4):
            x, phi = (
                [[F(rng.randint(-5, 5), rng.randint(1, 4)) for _ in range(n)] for _ in range(n)] for _ in range(2)
            )
            loss: Loss = {}
            for i in range(n):
                for k in range(n):
                    loss[(i, k), (i, k)] = F(1, 2)
                    loss[(i, k),] = -phi[i][k]
            loss[()] = sum((p * p for row in phi for p in row), F(0)) / 2
            yield World({"n": n}, {"X": x, "Phi": phi, "L": at(loss, x), "G": gradient(loss, x)})


def squared(what: str, concl: Json) -> Json:
    sig = {
        "nat": {"n": 1},
        "letters": {"X": SQUARE, "Phi": SQUARE, "L": {}, "G": SQUARE},
        "losses": {"L": {"at": v("X"), "grad": "G", "target": v("Phi")}},
    }
    return theorem(sig, [], [step(what, "loss", concl, loss="L", what=what)])


ERROR = sub(v("X"), v("Phi"))
VALUE = ["eq", v("L"), ["*", q("1/2"), ["tr", ["*", tr(ERROR), ERROR]]]]

J, ONE = {"j": 1}, {"1": 1}
LAYERS = [["j", ONE, {"N": 1}]]
ABOVE, BELOW = ["ch", "W", {"N": 1}, {"j": 1, "1": 1}, ""], ["ch", "W", {"j": 1, "1": -1}, ONE, ""]


def layered(concl: Json) -> Json:
    """The gradient of a loss of a product of layers, in one layer."""
    shape = [["dim", "d", J], ["dim", "d", {"j": 1, "1": -1}]]
    family = {"index": LAYERS, "shape": shape}
    sig = {
        "nat": {"N": 1},
        "dims": {"d": [{}, {"N": 1}]},
        "letters": {
            "W": {**family, "chain": True},
            "g": family,
            "V": {**family, "free": True},
            "L": {},
            "G": {"shape": [["dim", "d", {"N": 1}], ["dim", "d", {}]]},
        },
        "losses": {"L": {"at": ["ch", "W", {"N": 1}, ONE, ""], "grad": "G", "params": "W", "pgrad": "g"}},
    }
    first = ["eq", ["tr", ["*", tr(v("g", J)), v("V", J)]], ["tr", ["*", tr(v("G")), ABOVE, v("V", J), BELOW]]]
    return theorem(
        sig,
        [],
        [
            step("variation", "variation", first, LAYERS, loss="L", letter="V"),
            step("gradient", "nondegenerate", concl, LAYERS, letter="V", at=[J], proof=fact("variation", J)),
        ],
    )


CHAIN = ["eq", v("g", J), ["*", tr(ABOVE), v("G"), tr(BELOW)]]


def networks() -> Iterator[World]:
    """g_j from the linear coefficient of the loss along each entry of layer j; unequal widths and bottlenecks."""
    rng = random.Random(10)
    for widths in ((2, 2), (1, 3), (2, 1, 2), (1, 1, 1, 1), (3, 2, 1, 3), (2, 2, 2)):
        depth = len(widths) - 1
        w = {
            (j,): [[F(rng.randint(-3, 3), 2) for _ in range(widths[j - 1])] for _ in range(widths[j])]
            for j in range(1, depth + 1)
        }
        rows, columns = widths[-1], widths[0]
        loss: Loss = {
            tuple((rng.randrange(rows), rng.randrange(columns)) for _ in range(rng.randint(1, 3))): F(k, 3)
            for k in (1, -2, 4)
        }

        def end(layers: Any, depth: int = depth) -> Any:
            product = layers[1,]
            for i in range(2, depth + 1):
                product = mul(layers[i,], product)
            return product

        g = {}
        for key, layer in w.items():
            g[key] = [[F(0)] * len(layer[0]) for _ in layer]
            for i in range(len(layer)):
                for k in range(len(layer[0])):
                    nudge = [
                        [Path([x, int((r, s) == (i, k))]) for s, x in enumerate(row)] for r, row in enumerate(layer)
                    ]
                    along = Path.of(at(loss, end({**w, key: nudge})))
                    g[key][i][k] = along.slope().at_start()
        yield World({"N": depth}, {"W": w, "g": g, "G": gradient(loss, end(w)), "L": at(loss, end(w))})


def test_chain_rule() -> None:
    survives(built_in("chain-rule", moving(RATE)), moving_losses(), 21)
    survives(built_in("chain-rule", squared("value", VALUE)), squares(), 12)
    survives(built_in("chain-rule", squared("gradient", ["eq", v("G"), ERROR])), squares(), 12)
    survives(built_in("chain-rule", layered(CHAIN)), networks(), 6)
    for wrong in (
        moving(["tr", ["*", v("G"), ["D", v("X")]]]),
        moving(["*", q(2), RATE]),
        squared("gradient", ["eq", v("G"), ["*", q(2), ERROR]]),
        squared("gradient", ["eq", v("G"), neg(ERROR)]),
        squared("value", ["eq", v("L"), ["tr", ["*", tr(ERROR), ERROR]]]),
        layered(["eq", v("g", J), ["*", tr(ABOVE), v("G")]]),
    ):
        refused(wrong)
    with precision(
        50
    ):  # the whole change of exp(x) cos(y) along (x, y) = (t^2, 1 - t) against the integral of the rate

        def rate(t: Any) -> Any:
            x, y = t * t, 1 - t
            return x.exp() * y.cos() * 2 * t - x.exp() * y.sin() * -1

        change = Enclosure.from_exact(1).exp() - Enclosure.from_exact(1).cos()
        assert abs(integrate(rate, 0, 1, analytic=entire) - change).certainly_lt(CLOSE)


neighbour(
    "chain-rule",
    lambda: moving(RATE),
    moving_losses,
    transposed=lambda _: moving(["tr", ["*", v("G"), ["D", v("X")]]]),
    twice=lambda _: moving(["*", q(2), RATE]),
)
neighbour(
    "chain-rule, squares",
    lambda: squared("value", VALUE),
    squares,
    missing_half=goal_is(["eq", v("L"), ["tr", ["*", tr(ERROR), ERROR]]]),
    gradient_twice=goal_is(["eq", v("G"), ["*", q(2), ERROR]]),
    gradient_sign=goal_is(["eq", v("G"), neg(ERROR)]),
)
neighbour(
    "chain-rule, layers",
    lambda: layered(CHAIN),
    networks,
    sign=lambda s: {
        **s,
        "goals": [{"all": LAYERS, "concl": ["eq", v("g", J), ["*", q(-1), tr(ABOVE), v("G"), tr(BELOW)]]}],
    },
)


# ---- angles and Gaussian vectors ----------------------------------------------------------------------------------

PHI = v("U")


def sector(low: Any, high: Any, primitive: Json, slope: Json, right: Json = None) -> Json:
    """E 1{a <= U <= b} F'(U) = (F(b) - F(a)) / (2 pi), with a = low pi and b = high pi."""
    bottom, top = half_turns(low), half_turns(high)
    event = ["*", ["ind", sub(PHI, bottom)], ["ind", sub(top, PHI)], slope]
    ends = [replaced(primitive, PHI, x) for x in (top, bottom)]
    share = ["*", sub(*ends), ["inv", ["*", q(2), ["pi"]]]]
    proofs = [["mul", ["q", str(c)], ["pi"]] for c in (low + 1, high - low, 1 - high)]
    return theorem(
        {"letters": {"U": {"law": {"kind": "angle"}}}},
        [],
        [
            step(
                "share",
                "sector",
                ["eq", ["E", event], right or share],
                letter="U",
                at=[],
                low=bottom,
                high=top,
                primitive=primitive,
                proofs=proofs,
            )
        ],
    )


PRIMITIVES = (
    (PHI, q(1)),
    (["*", PHI, PHI], ["*", q(2), PHI]),
    (["cos", ["*", q(3), PHI]], ["*", q(3), ["cos", ["+", ["*", q(3), PHI], half_turns("1/2")]]]),
    (["exp", PHI], ["exp", PHI]),
    (["*", PHI, ["cos", PHI]], ["+", ["cos", PHI], ["*", PHI, ["cos", ["+", PHI, half_turns("1/2")]]]]),
)
SECTORS = ((F(-1), F(1)), (F(-1), F(-1)), (F(0), F(1, 3)), (F(-1, 2), F(1, 2)), (F(1), F(1)), (F(-7, 9), F(1, 100)))


def circle() -> Iterator[World]:
    yield World(angle="U")


def test_uniform_sector() -> None:
    for low, high in SECTORS:
        for primitive, slope in PRIMITIVES:
            survives(built_in("uniform-sector", sector(low, high, primitive, slope)), circle(), 1)
    third = half_turns("1/3")
    for wrong in (
        sector(F(0), F(1, 3), PHI, q(1), ["*", third, ["inv", ["pi"]]]),
        sector(F(0), F(3, 2), PHI, q(1)),
        sector(F(-3, 2), F(0), PHI, q(1)),
        sector(F(1, 2), F(0), PHI, q(1)),
        sector(F(0), F(1, 3), PHI, PHI),
    ):
        refused(wrong)


neighbour(
    "uniform-sector",
    lambda: sector(F(0), F(1, 3), PHI, q(1)),
    circle,
    density=lambda _: sector(F(0), F(1, 3), PHI, q(1), ["*", half_turns("1/3"), ["inv", ["pi"]]]),
    beyond_pi=lambda _: sector(F(0), F(3, 2), PHI, q(1)),
    below_minus_pi=lambda _: sector(F(-3, 2), F(0), PHI, q(1)),
    ends_exchanged=lambda _: sector(F(1, 2), F(0), PHI, q(1)),
    not_the_derivative=lambda _: sector(F(0), F(1, 3), PHI, PHI),
)

Monomial = tuple[int, int, bool, bool]  # u^i v^k, times 1{u >= 0}, times 1{v >= 0}
MOMENT = {0: 1, 2: 2, 4: 8}
MONOMIALS: list[Monomial] = [
    (i, n - i, one, two)
    for n in MOMENT
    for i in range(n + 1)
    for one, two in ((False, False), (True, False), (True, True))
]


def polar(g: Monomial, moment: int, drop: str = "") -> Json:
    """E g(w.x, w.y) = moment E g(cos U, cos(U - theta)) for unit x, y with x.y = cos theta."""
    d, i = {"d": 1}, {"1": 1}
    column = {"shape": [d, i]}
    sig = {
        "nat": {"d": 1},
        "letters": {
            "w": {**column, "law": {"kind": "gauss"}},
            "U": {"law": {"kind": "angle"}},
            "x": column,
            "y": column,
            "theta": {},
            "p": {},
            "r": {},
        },
    }
    dot = {s + t: ["tr", ["*", tr(v(s)), v(t)]] for s in "xyw" for t in "xy"}
    hyps = [
        hyp("x unit", ["eq", dot["xx"], q(1)]),
        hyp("y unit", ["eq", dot["yy"], q(1)]),
        hyp("angle", ["eq", dot["xy"], ["cos", v("theta")]]),
    ]

    def body(u: Json, r: Json) -> Json:
        return ["*", q(1), *[u] * g[0], *[r] * g[1], *[["ind", u]] * g[2], *[["ind", r]] * g[3]]

    plane = body(["cos", PHI], ["cos", sub(PHI, v("theta"))])
    return theorem(
        sig,
        [h for h in hyps if h["id"] != drop],
        [
            step(
                "turned",
                "polar",
                ["eq", ["E", body(dot["wx"], dot["wy"])], ["*", q(moment), ["E", plane]]],
                letter="w",
                at=[],
                x=v("x"),
                y=v("y"),
                angle="U",
                angle_at=[],
                theta=v("theta"),
                u="p",
                v="r",
                body=body(v("p"), v("r")),
                proofs=[fact("x unit"), fact("y unit"), fact("angle")],
            )
        ],
    )


def in_the_plane(g: Monomial, theta: Enclosure) -> Enclosure:
    """E g(cos U, cos(U - theta)) by quadrature; the integrand has period 2 pi and 0 <= theta <= pi."""
    pi, turn = Enclosure.pi(), ball_of(theta)
    low, high = -pi, pi
    if g[2]:
        low, high = -pi / 2, pi / 2
    if g[3]:
        assert g[2]
        low = theta - pi / 2

    def f(z: Any) -> Any:
        return z.cos() ** g[0] * (z - turn).cos() ** g[1]

    return integrate(f, low, high, analytic=entire) / (2 * pi)


def in_space(g: Monomial, rho: F) -> Enclosure:
    """E g(u, v) for standard normal u, v of correlation rho, from the density, without polar coordinates."""
    i, k, one, two = g
    if not two:  # moments by pairings; an indicator halves them because (u, v) and (-u, -v) have one law
        whole = {
            (0, 0): F(1),
            (2, 0): F(1),
            (0, 2): F(1),
            (1, 1): rho,
            (4, 0): F(3),
            (0, 4): F(3),
            (3, 1): 3 * rho,
            (1, 3): 3 * rho,
            (2, 2): 1 + 2 * rho * rho,
        }[i, k]
        return Enclosure.from_exact(whole / 2 if one else whole)
    if rho in (1, -1):  # v = rho u
        return in_space((i + k, 0, True, False), F(1)) if rho == 1 else Enclosure.from_exact(F(int(False)))
    s = Enclosure.from_exact(1 - rho * rho).sqrt()
    spread, r, pi = ball_of(s), ball_of(rho), ball_of(Enclosure.pi())

    def f(u: Any) -> Any:
        """u^i phi(u) E (rho u + s W)^k 1{rho u + s W >= 0}, by the recursion of truncated moments."""
        m = u * r
        y = m / spread
        before, here = None, (-y / ball_of(Enclosure.from_exact(2).sqrt())).erfc() / 2
        density = (-(y * y) / 2).exp() / (2 * pi).sqrt()
        for n in range(1, k + 1):
            after = m * here + (spread * density if n == 1 else (n - 1) * spread * spread * before)
            before, here = here, after
        return u**i * (-(u * u) / 2).exp() / (2 * pi).sqrt() * here

    cut = 24
    tail = 16 * cut**4 * Enclosure.from_exact(F(-cut * cut, 2)).exp()  # |v|^k has mean at most (u + 2)^k <= (2 u)^k
    return integrate(f, 0, cut, analytic=entire) + Enclosure.from_exact(0).hull(tail)


CORRELATIONS = (F(0), F(3, 5), F(-3, 5), F(1), F(-1), F(99, 101), F(-99, 101))


@pytest.mark.parametrize("rho", CORRELATIONS, ids=str)
def test_gaussian_polar(rho: F) -> None:
    with precision(60):
        theta = Enclosure.from_exact(rho).acos()
        for g in MONOMIALS:
            moment = MOMENT[g[0] + g[1]]
            built_in("gaussian-polar", polar(g, moment))
            left, plane = in_space(g, rho), in_the_plane(g, theta)
            assert (left - moment * plane).contains(0) and (left - moment * plane).radius() < CLOSE, g
            for wrong in (
                moment + 1,
                6 if moment == 8 else 0,
                -moment,
            ):  # 6: the fourth moment of a normal law, doubled
                refused(polar(g, wrong))
                assert not (left - wrong * plane).contains(0) or (plane.contains(0) and left.contains(0)), (g, wrong)
        for measure, g in (
            (orthant_probability_cartesian, (0, 0, True, True)),
            (relu_product_mean_cartesian, (1, 1, True, True)),
        ):
            assert in_space(g, rho).overlaps(measure(rho))


def test_gaussian_polar_needs_its_hypotheses() -> None:
    g = (2, 0, False, False)
    for name in ("x unit", "y unit", "angle"):
        refused(polar(g, 2, drop=name))
    with precision(60):
        plane = in_the_plane(g, Enclosure.pi() / 2)
        assert not (4 * in_space(g, F(0)) - 2 * plane).contains(0)  # |x| = 2, x.y = 0
        assert not (
            in_space((1, 1, False, False), F(3, 5)) - 2 * in_the_plane((1, 1, False, False), Enclosure.pi() / 2)
        ).contains(0)
    refused(polar((1, 0, True, False), 1))  # no moment is provided for odd degrees
    refused(polar((4, 2, False, False), 48))


POWERS = (q(1), v("u"), ["pow", v("u"), {"1": 2}])  # primitives u^k; below their E 1{a <= z <= b} (k z^(k-1) - z^(k+1))


def interval(k: int, low: Json, high: Json, factor: Json = ("q", "1"), drop: str = "", primitive: int = -1) -> Json:
    """The step that gives E 1{a <= z <= b} (F'(z) - z F(z)) for F = u^k and z = w.x."""
    column = {"shape": [{"d": 1}, {"1": 1}]}
    z = ["tr", ["*", tr(v("w")), v("x")]]
    event = ["*", ["ind", sub(z, low)], ["ind", sub(high, z)]]
    slope = [["q", "0"], q(1), ["*", q(2), z]][k]

    def end(t: Json) -> Json:
        return ["*", ["pow", t, {"1": k}] if k else q(1), ["exp", ["*", q("-1/2"), t, t]]]

    inside = sub(slope, ["*", z, ["pow", z, {"1": k}] if k else q(1)])
    right = ["*", list(factor), sub(end(high), end(low)), ["inv", ["root", ["*", q(2), ["pi"]], {"1": 2}]]]
    hyps = [
        hyp("unit", ["eq", ["tr", ["*", tr(v("x")), v("x")]], q(1)]),
        hyp("order", ["ge", high, low]),
    ]
    named = POWERS[primitive if primitive >= 0 else k]
    fields = {"at": [], "x": v("x"), "u": "u", "low": low, "high": high, "primitive": named}
    return theorem(
        {"nat": {"d": 1}, "letters": {"w": {**column, "law": {"kind": "gauss"}}, "x": column, "u": {}}},
        [h for h in hyps if h["id"] != drop],
        [
            step(
                "mass",
                "interval",
                ["eq", ["E", ["*", event, inside]], right],
                letter="w",
                proofs=[fact("unit"), fact("order")],
                **fields,
            )
        ],
    )


@pytest.mark.parametrize("ends", [(F(-1), F(1)), (F(0), F(3)), (F(-2), F(-1, 3)), (F(1, 2), F(1, 2))], ids=str)
def test_gaussian_interval(ends: tuple[F, F]) -> None:
    """The rule against quadrature of the normal density, and its neighbours."""
    low, high = (q(e) for e in ends)
    with precision(60):
        root = (2 * Enclosure.pi()).sqrt()
        for k in range(3):
            built_in("gaussian-polar", interval(k, low, high))

            def f(z: Any, k: int = k) -> Any:
                return ((k * z ** (k - 1) if k else 0) - z ** (k + 1)) * (-(z * z) / 2).exp()

            left = integrate(f, *(Enclosure.from_exact(e) for e in ends), analytic=entire) / root
            b, a = (Enclosure.from_exact(e**k) * Enclosure.from_exact(-e * e / 2).exp() for e in reversed(ends))
            right = (b - a) / root
            assert (left - right).contains(0) and (left - right).radius() < CLOSE
            for wrong in (q(2), q("1/2"), ["root", q(2), {"1": 2}]):
                if not right.contains(0):  # it is 0 for equal ends, and for ends -1, 1 with an even primitive
                    refused(interval(k, low, high, wrong))
                    assert not (left - 2 * right).contains(0)
            refused(interval(k, low, high, primitive=(k + 1) % 3))
            for name in ("unit", "order"):
                refused(interval(k, low, high, drop=name))


def test_gaussian_interval_needs_its_hypotheses() -> None:
    """With |x| = 2 the projection has another law, and with exchanged ends the left side is 0."""
    with precision(60):
        root = (2 * Enclosure.pi()).sqrt()

        def wide(z: Any) -> Any:
            return -z * (-(z * z) / 8).exp()

        one = Enclosure.from_exact(F(1))
        left = integrate(wide, Enclosure.from_exact(F(0)), one, analytic=entire) / (2 * root)
        right = (Enclosure.from_exact(F(-1, 2)).exp() - one) / root
        assert not (left - right).contains(0) and not right.contains(0)


# ---- Hoeffding's lemma --------------------------------------------------------------------------------------------


def bounded_laws() -> Iterator[World]:
    """Two and three points, with mass at the ends; the fair coin at small s is where the constant is sharp."""
    rng = random.Random(11)
    scales = [F(0), F(1, 10**12), F(1, 10**3), F(1, 3), F(1), F(7, 2), F(40)]
    laws = [
        [(F(1, 2), F(0)), (F(1, 2), F(1))],
        [(F(1, 2), F(-1)), (F(1, 2), F(1))],
        [(F(1), F(1, 3))],
        [(TINY, F(0)), (1 - TINY, F(1))],
        [(1 - TINY, F(0)), (TINY, F(1))],
        [(F(1, 2), F(2)), (F(1, 2), F(3))],
    ]
    for _ in range(12):
        p = F(rng.randint(1, 99), 100)
        r = F(rng.randint(0, 99), 100) * (1 - p)
        laws.append([(p, F(0)), (1 - p, F(1))])
        laws.append([(p, F(0)), (r, F(rng.randint(0, 20), 20)), (1 - p - r, F(1))])
    for law in laws:
        low, high = min(z for _, z in law), max(z for _, z in law)
        for s in scales:
            for ends in ((low, high), (low - 1, high), (low, (low + high) / 2), ((low + high) / 2, high)):
                yield World({}, {"a": ends[0], "b": ends[1], "s": s if len(law) % 2 else -s}, {"Z": law})


S, Z = v("s"), v("Z")
WIDTH = sub(v("b"), v("a"))


def test_hoeffding_lemma() -> None:
    survives(stated("hoeffding-lemma")(), bounded_laws(), 350)
    with precision(60):  # continuous laws on [0, 1]: density 1, and density 2 z
        for s in (F(1, 100), F(1), F(-1), F(25), F(-25)):
            bound = Enclosure.from_exact(s * s / 8).exp()
            for density, mean in ((lambda z: 1 + 0 * z, F(1, 2)), (lambda z: 2 * z, F(2, 3))):

                def f(z: Any, s: F = s, density: Any = density, mean: F = mean) -> Any:
                    return (ball_of(s) * (z - ball_of(mean))).exp() * density(z)

                assert integrate(f, 0, 1, analytic=entire).certainly_lt(bound)


neighbour(
    "hoeffding-lemma",
    stated("hoeffding-lemma"),
    bounded_laws,
    one_ninth=swapped(q("1/8"), q("1/9")),
    just_below_one_eighth=swapped(q("1/8"), q(F(1, 8) - F(1, 10**20))),
    above_b=without("high"),
    below_a=without("low"),
    not_centred=swapped(["+", Z, ["*", q(-1), ["E", Z]]], Z),
    width_not_squared=swapped(["*", q("1/8"), S, S, WIDTH, WIDTH], ["*", q("1/8"), S, S, WIDTH]),
)


# ---- the falsifiers themselves ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_wrong_neighbours_are_caught(name: str) -> None:
    statement, worlds, change = NEIGHBOURS[name]
    wrong = change(statement())
    assert wrong != statement()
    assert any(judge(wrong, w) == "violated" for w in worlds())


def test_at_least_three_neighbours_for_each() -> None:
    for name in [*BASE_FACTS, *AXIOMS]:
        if name != "gaussian-polar":  # its neighbours are tried in its own tests
            assert sum(key.split(":")[0].split(",")[0] == name for key in NEIGHBOURS) >= 3, name


def test_the_record_names_every_neighbour() -> None:
    assert set(recorded()) == {*BASE_FACTS, *AXIOMS}, "what the report shows is old: python -m tests.axioms.record"
    count = sum(len(entry["neighbours"]) for entry in recorded().values())
    assert count == len(NEIGHBOURS), "what the report shows is old: python -m tests.axioms.record"
    assert all(n > 0 for entry in recorded().values() for n in entry["neighbours"].values())
    assert all(entry["tried"] or entry["cases"] for entry in recorded().values())


def test_limits_citations_and_falsifiers() -> None:
    assert len(BASE_FACTS) <= 12
    assert len(AXIOMS) <= 40
    for name, entry in [*BASE_FACTS.items(), *AXIOMS.items()]:
        assert entry["text"] and entry["citation"], name
        file, _, test = entry["falsifier"].partition("::")
        assert file == "tests/axioms/test_falsifiers.py" and callable(globals().get(test)), name


def test_exact_constructions() -> None:
    """What the worlds rest on: orthogonal matrices are orthogonal, spectra are what they are said to be."""
    rng = random.Random(12)
    for n in range(5):
        turn = orthogonal(n, rng)
        assert mul(turn, transpose(turn)) == unit(n)
        d = [F(k) for k in range(n)]
        assert mul(conjugate(turn, d), turn) == mul(turn, diagonal(d))
