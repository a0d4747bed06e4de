"""Instances that satisfy the hypotheses of a kernel statement by construction.

One draw goes: natural numbers and sizes, letters by kind (balanced chains from orthonormal factors, points on
spheres, Gram matrices), repair of the hypotheses that still fail (solve an equation for a letter it is affine
in, shift a PSD letter, move a scalar to or inside its range), scalars to an edge of their range, laws of
random letters, derivatives and next iterates from the flow or descent. Then every hypothesis is validated; a
draw that fails is discarded and counted, with the hypothesis at fault. Corners are drawn on purpose and
recorded.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from verify.evidence import values as vl
from verify.evidence.evaluate import Evaluator, Verdict
from verify.evidence.instance import Instance, Key, Law, Loss
from verify.evidence.rng import Rng
from verify.evidence.terms import (
    Env,
    Statement,
    Term,
    facts,
    has_random,
    index_symbols,
    is_scalar,
    letters,
    random_names,
    term_indices,
    walk,
)
from verify.evidence.values import Mat, Scalar, ShapeError, Unsupported, Value
from verify.evidence.work import WorkLimit
from verify.numeric.enclosure import NotEvidence, precision

Fact = Mapping[str, Any]

_STEPS = "1 1/2 2 1/4 3 1/3 9/10 1/10 3/4 99/100 5 1/100 10 1/1000 1/1000000 0 -1 -1/2 -3"
LADDER = [Fraction(x) for x in _STEPS.split(" ")]
MAX_COUNT = 24
MAX_WORK = 120
WIDTH_CORNERS = ("any", "equal", "ones", "bottleneck", "wide hidden", "one output", "one input", "unequal")


class Discard(Exception):
    """This draw does not satisfy the hypotheses; the argument says which one or what was out of reach."""


class OutOfReach(ValueError):
    """No instance was found within the budget of draws."""


@dataclass(frozen=True)
class Plan:
    """What the generator reads off a statement, once."""

    statement: Statement
    sig: Mapping[str, Any]
    time: str
    sizes: tuple[Fact, ...]  # hypotheses about natural numbers only
    counts: tuple[tuple[str, Fact], ...]  # natural number bounded below by a term
    static: tuple[Fact, ...]
    pathwise: tuple[Fact, ...]  # about random letters, almost surely
    dynamic: tuple[Fact, ...]  # about derivatives or next iterates
    derived: frozenset[str]  # values and gradients of losses
    random: frozenset[str]
    mentions: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @staticmethod
    def of(statement: Statement) -> Plan:
        """The plan of `statement`: its letters by kind, its hypotheses by when they can be met."""
        sig = statement["sig"]
        derived: set[str] = set()
        for name, row in sig.get("losses", {}).items():
            derived |= {name, row["grad"]} | ({row["pgrad"]} if "pgrad" in row else set())
        random = random_names(sig)
        parts: dict[str, list[Any]] = {"sizes": [], "counts": [], "static": [], "pathwise": [], "dynamic": []}
        mentions: dict[str, frozenset[str]] = {}
        for h in statement.get("hyps", []):
            formula = h["concl"]
            mentions[h["id"]] = frozenset(_read(formula, sig))
            count = _count_of(formula, sig)
            if any(
                x[0] == "D" or (x[0] == "v" and x[3] == "+") or (x[0] == "ch" and x[4] == "+")
                for x in walk(formula)
            ):
                parts["dynamic"].append(h)
            elif not letters(formula):
                parts["sizes"].append(h)
            elif count is not None:
                parts["counts"].append((count, h))
            elif has_random(formula, random):
                parts["pathwise"].append(h)
            else:
                parts["static"].append(h)
        return Plan(
            statement,
            sig,
            sig.get("time", "none"),
            tuple(parts["sizes"]),
            tuple(parts["counts"]),
            tuple(parts["static"]),
            tuple(parts["pathwise"]),
            tuple(parts["dynamic"]),
            frozenset(derived),
            frozenset(random),
            mentions,
        )


def _read(formula: Term, sig: Mapping[str, Any]) -> set[str]:
    """Letters a formula depends on, through losses as well."""
    out = letters(formula)
    for name, row in sig.get("losses", {}).items():
        if out & {name, row["grad"], row.get("pgrad", name)}:
            out |= letters(row["at"]) | (letters(row["target"]) if "target" in row else set())
    return out


def _count_of(formula: Term, sig: Mapping[str, Any]) -> str | None:
    """The natural symbol n of `n >= term` if letters occur in the term."""
    if formula[0] not in ("ge", "gt") or formula[1][0] != "n" or isinstance(formula[1][1], list):
        return None
    form = formula[1][1]
    if len(form) != 1 or not letters(formula[2]):
        return None
    ((symbol, coefficient),) = form.items()
    if coefficient != 1 or symbol not in sig.get("nat", {}):
        return None
    return (
        None if any(symbol in index_symbols(e) for x in walk(formula[2]) for e in term_indices(x)) else symbol
    )


# -- one draw --------------------------------------------------------------------------------------------


class _Letters(dict[Key, Value]):
    """Letters of a draw; counts changes, so that what was computed from matrices can be kept."""

    matrices = 0
    changes = 0

    def __setitem__(self, k: Key, v: Value) -> None:
        self.changes += 1
        if isinstance(v, Mat) or isinstance(self.get(k), Mat):
            self.matrices += 1
        super().__setitem__(k, v)

    def __delitem__(self, k: Key) -> None:
        self.changes += 1
        self.matrices += 1
        super().__delitem__(k)

    def pop(self, k: Key, default: Any = None) -> Any:
        if k in self:
            value = self[k]
            del self[k]
            return value
        return default


class _Draw:
    """State of one draw."""

    def __init__(self, plan: Plan, rng: Rng, size: int, corner: str | None) -> None:
        self.plan, self.rng, self.size, self.corner = plan, rng, size, corner
        self.sig = plan.sig
        self.nat: dict[str, int] = {}
        self.dims: dict[str, dict[int, int]] = {}
        self.letters: _Letters = _Letters()
        self.losses: dict[str, Loss] = {}
        self.laws: dict[str, Law] = {}
        self.corners: list[str] = []
        self.work = 0
        self.fixed = False
        self._kept: tuple[Evaluator, int, int] | None = None
        self._reads: dict[int, tuple[Term, list[tuple[str, Any, frozenset[str]]]]] = {}

    def instance(self) -> Instance:
        return Instance(
            dict(self.nat),
            {d: dict(r) for d, r in self.dims.items()},
            dict(self.letters),
            dict(self.losses),
            dict(self.laws),
            None,
            tuple(sorted(set(self.corners))),
        )

    def ev(self) -> Evaluator:
        self.work += 1
        if self.work > MAX_WORK:
            raise Discard("repair: too many attempts")
        if self._kept is not None and self.fixed and self._kept[1] == self.letters.matrices:
            kept, matrices, changes = self._kept
            if changes != self.letters.changes:
                kept._loss_cache.clear()
                kept._staged.clear()
                kept.means.clear()
                kept.sums.clear()
                self._kept = kept, matrices, self.letters.changes
            return kept
        inst = Instance(self.nat, self.dims, self.letters, self.losses, self.laws)
        fresh = Evaluator(self.sig, inst)
        fresh.memo = {} if self.fixed else None
        self._kept = fresh, self.letters.matrices, self.letters.changes
        return fresh

    # -- sizes -------------------------------------------------------------------------------------------

    def naturals(self) -> None:
        symbols = self.sig.get("nat", {})
        depths = {
            s
            for x in self.sig["letters"].values()
            if x.get("chain")
            for row in x["index"]
            for s in index_symbols(row[2])
        }
        copies = {
            s
            for n in self.plan.random
            for row in self.sig["letters"][n].get("index", [])
            for s in index_symbols(row[2])
        }
        held = {s for s, _ in self.plan.counts}
        sizes = {  # an empty matrix has no form of its own in JSON
            s
            for x in self.sig["letters"].values()
            for side in x.get("shape") or []
            if isinstance(side, dict)
            for s in index_symbols(side)
        }
        symbols = {s: max(least, 1) if s in sizes else least for s, least in symbols.items()}
        for _ in range(200):
            for s, least in symbols.items():
                cap = 5 if s in depths else (1 if self.plan.pathwise else 2) if copies else 4
                top = least + min(cap, self.size)
                self.nat[s] = least if s in held else self.rng.between(least, top)
            if all(_form(f, self.nat) >= 0 for f in self.sig.get("assume", [])):
                break
        else:
            raise Discard("sizes: the natural numbers do not satisfy the assumptions")
        for s in depths:
            if self.nat[s] == max(6, symbols[s]):
                self.corners.append("depth 6")

    def widths(self) -> None:
        for d, (lo, hi) in self.sig.get("dims", {}).items():
            a, b = _form(lo, self.nat), _form(hi, self.nat)
            top = 1 + min(4, self.size)
            kind = self.corner if self.corner in WIDTH_CORNERS else self.rng.choice(WIDTH_CORNERS)
            row = {i: self.rng.between(1, top) for i in range(a, b + 1)}
            if kind == "equal":
                row = dict.fromkeys(row, self.rng.between(1, top))
            elif kind == "ones":
                row = dict.fromkeys(row, 1)
            elif kind == "bottleneck" and b - a >= 2:
                row = {i: max(2, v) for i, v in row.items()}
                row[self.rng.between(a + 1, b - 1)] = 1
            elif kind == "wide hidden" and b - a >= 2:
                row = {i: (min(5, v + 2) if a < i < b else min(v, 3)) for i, v in row.items()}
            elif kind == "one output":
                row[b] = 1
            elif kind == "one input":
                row[a] = 1
            elif kind == "unequal":
                row = {i: 1 + (v + i) % (top + 1) for i, v in row.items()}
            self.dims[d] = row
            self.corners.append(f"widths: {kind}")

    def check_sizes(self) -> None:
        ev = self.ev()
        for h in self.plan.sizes:
            if ev.fact(h).status != "holds":
                raise Discard(h["id"])

    # -- letters -----------------------------------------------------------------------------------------

    def members(self, name: str) -> list[tuple[tuple[int, ...], tuple[int, int] | None]]:
        decl = self.sig["letters"][name]
        ev = self.ev()
        out: list[tuple[int, ...]] = [()]
        for _, lo, hi in decl.get("index", []):
            a, b = _form(lo, self.nat), _form(hi, self.nat)
            out = [(*row, i) for row in out for i in range(a, b + 1)]
        return [(row, ev.shape(name, row)) for row in out]

    def given(self) -> list[str]:
        """Letters that need a value, those in few hypotheses last."""
        skip = self.plan.derived | self.plan.random
        names = [n for n in self.sig["letters"] if n not in skip]
        chains = [n for n in names if self.sig["letters"][n].get("chain")]
        scalars = [n for n in names if self.sig["letters"][n].get("shape") is None]
        return chains + [n for n in names if n not in chains and n not in scalars] + scalars

    def hyps_of(self, name: str, *heads: str) -> list[Fact]:
        return [h for h in self.plan.static if name in self.plan.mentions[h["id"]] and h["concl"][0] in heads]

    def draw(self, name: str) -> None:
        decl = self.sig["letters"][name]
        if decl.get("chain"):
            self.chain(name)
        elif decl.get("shape") is None:
            for row, _ in self.members(name):
                self.letters[name, row, ""] = self.scalar()
        else:
            for row, shape in self.members(name):
                assert shape is not None
                if decl.get("sym"):
                    value = self.gram(shape[0])
                elif shape[1] == 1 and self.only_itself(name):
                    value = self.tied_vector((name, row, ""), shape[0])
                else:
                    value = self.matrix(name, shape)
                self.letters[name, row, ""] = value

    def only_itself(self, name: str) -> bool:
        return any(self.plan.mentions[h["id"]] == {name} for h in self.hyps_of(name, "eq"))

    def scalar(self) -> Fraction:
        if self.rng.chance(1, 6):
            return vl.ZERO
        if self.rng.chance(1, 3):
            return self.rng.choice(LADDER[: 6 + 2 * self.size]) * self.rng.choice((1, 1, -1))
        return self.rng.rational(self.size)

    # chains

    def chain(self, name: str) -> None:
        rows = self.members(name)
        tied = any(self.plan.mentions[h["id"]] <= {name} for h in self.hyps_of(name, "eq"))
        rooted = any(
            x[0] == "root" and not is_scalar(x, self.sig)
            for f in facts(self.plan.statement)
            for x in walk(f["concl"])
        )
        kinds: tuple[str, ...] = ("generic",) * 4 + ("balanced",) * (6 if rooted else 2)
        kinds += ("low rank", "zero", "lopsided", "lopsided")
        if tied:
            kinds = ("balanced",) * 7 + ("zero",)
        if self.corner == "wild" and tied and self.rng.chance(1, 2):
            kinds = ("generic", "generic", "low rank", "zero")
        kind = self.rng.choice(kinds)
        self.corners.append(f"{name}: {kind}")
        if kind in ("balanced", "lopsided"):
            self.balanced(name, rows)
            if kind == "lopsided" and len(rows) > 1:
                first, last = (name, rows[0][0], ""), (name, rows[-1][0], "")
                factor = Fraction(self.rng.choice((2, 5)))
                low, high = self.letters[first], self.letters[last]
                assert isinstance(low, Mat) and isinstance(high, Mat)
                self.letters[first], self.letters[last] = low.scale(factor), high.scale(1 / factor)
            return
        zeroed = self.rng.below(len(rows)) if kind == "zero" and rows else -1
        for n, (row, shape) in enumerate(rows):
            assert shape is not None
            if n == zeroed or (kind == "zero" and self.rng.chance(1, 2)) or (kind == "zero" and tied):
                value = Mat.zero(*shape)
            elif kind == "low rank" and self.rng.chance(1, 2):
                value = self.rank_one(shape)
            else:
                value = self.generic(shape)
            self.letters[name, row, ""] = value

    def balanced(self, name: str, rows: list[tuple[tuple[int, ...], tuple[int, int] | None]]) -> None:
        """W_j = Q_j T Q_(j-1)^T with orthonormal columns and one rational diagonal T."""
        sizes = [s for _, s in rows if s is not None]
        if not sizes:
            return
        room = min(min(s) for s in sizes)
        rank = room if self.rng.chance(3, 4) else self.rng.between(0, room)
        if rank < room:
            self.corners.append(f"{name}: rank-deficient")
        spectrum = [
            self.rng.choice([Fraction(x) for x in ("1", "1/2", "2", "3/2", "1/3", "3")][: 2 + self.size])
            for _ in range(rank)
        ]
        if rank > 1 and self.rng.chance(1, 4):
            spectrum = [spectrum[0]] * rank
            self.corners.append(f"{name}: repeated singular values")
        middle = Mat.diagonal(spectrum, rank, rank) if rank else Mat.zero(1, 1)
        rank = max(rank, 1)
        factors = [orthonormal(self.rng, sizes[0][1], rank, self.size)]
        factors += [orthonormal(self.rng, s[0], rank, self.size) for s in sizes]
        for k, (row, _) in enumerate(rows):
            self.letters[name, row, ""] = factors[k + 1].mul(middle).mul(factors[k].t())

    def generic(self, shape: tuple[int, int]) -> Mat:
        r, c = shape
        return Mat.of(r, c, [self.rng.rational(self.size) for _ in range(r * c)])

    def rank_one(self, shape: tuple[int, int]) -> Mat:
        return self.generic((shape[0], 1)).mul(self.generic((1, shape[1])))

    # vectors

    def tied_vector(self, k: Key, n: int) -> Mat:
        """A column for a letter with an equation of its own: on the unit sphere, else of another small
        length.
        """
        unit = self.unit_vector(n)
        about = [h for h in self.hyps_of(k[0], "eq") if self.plan.mentions[h["id"]] == {k[0]}]
        signs = [Fraction(1 if self.rng.chance(1, 2) else -1) for _ in range(n)]
        ones = Mat.of(n, 1, [s if i < 2 else vl.ZERO for i, s in enumerate(signs)])
        half = Fraction(1, 2)
        for value in (
            unit,
            ones,
            ones.scale(half),
            unit.scale(Fraction(2)),
            unit.scale(half),
            Mat.zero(n, 1),
        ):
            self.letters[k] = value
            ev = self.ev()
            if any(
                ev.judge(h["concl"], env).status == "holds"
                for h in about
                for env in ev.environments(h.get("all", []), {})
                if self.read(h["concl"], env) == [k] * len(self.read(h["concl"], env))
            ):
                return value
        return unit

    def read(self, term: Term, env: Env) -> list[Key]:
        ev = self.ev()
        known = self._reads.get(id(term))
        if known is None:
            found = [x for x in walk(term) if x[0] == "v"]
            known = term, [(x[1], x[2], frozenset().union(*map(index_symbols, x[2]))) for x in found]
            self._reads[id(term)] = known  # keeps the term, so its id stays its own
        have = {*env, *self.nat}
        return [(name, tuple(ev.index(i, env) for i in at), "") for name, at, symbols in known[1] if symbols <= have]

    def unit_vector(self, n: int) -> Mat:
        """A rational point of the sphere, often in a special position to an earlier one."""
        earlier = [
            v for v in self.letters.values() if isinstance(v, Mat) and v.shape == (n, 1) and v.inner(v) == 1
        ]
        if earlier and self.rng.chance(3, 5):
            x = self.rng.choice(earlier)
            kind = self.rng.choice(("equal", "antipodal", "orthogonal", "near equal", "near antipodal"))
            if kind == "equal":
                self.corners.append("vectors: equal")
                return x
            if kind == "antipodal":
                self.corners.append("vectors: antipodal")
                return x.neg()
            if n > 1:
                angle = vl.ONE if kind == "orthogonal" else Fraction(1, 10 ** self.rng.choice((3, 10, 32)))
                self.corners.append(f"vectors: {kind}")
                turned = rotate(x, angle)
                return turned.neg() if kind == "near antipodal" else turned
        if self.rng.chance(1, 4):
            return Mat.single(n, 1, self.rng.below(n), 0)
        return orthonormal(self.rng, n, 1, self.size)

    def matrix(self, name: str, shape: tuple[int, int]) -> Mat:
        near = self.companion(name)
        if near is not None and near.shape == shape:
            kind = self.rng.choice(("far", "near", "near", "nearer", "equal", "turned", "turned"))
            if kind == "turned" and max(shape) > 1:
                self.corners.append(f"{name}: turned")
                t = Fraction(1, self.rng.choice((5, 20)))
                return near.mul(turn(shape[1], t)) if shape[1] > 1 else turn(shape[0], t).mul(near)
            kind = "near" if kind == "turned" else kind
            if kind != "far":
                self.corners.append(f"{name}: {kind}")
                scale = {"near": Fraction(1, 10), "nearer": Fraction(1, 1000), "equal": vl.ZERO}[kind]
                step = self.generic(shape)
                if self.rng.chance(1, 2):
                    step = Mat.single(*shape, self.rng.below(shape[0]), self.rng.below(shape[1]))
                return near.add(step.scale(scale))
        floors = self.hyps_of(name, "psd")
        kinds = ["generic", "generic", "zero", "rank one", "scaled orthogonal", "diagonal", "earlier"]
        if floors:
            kinds = ["generic", "generic", "scaled orthogonal", "scaled orthogonal", "diagonal"]
        kind = self.rng.choice(kinds)
        self.corners.append(f"{name}: {kind}")
        if kind == "zero":
            return Mat.zero(*shape)
        if kind == "rank one":
            return self.rank_one(shape)
        if kind == "scaled orthogonal":
            short, long = min(shape), max(shape)
            q = orthonormal(self.rng, long, short, self.size).scale(self.rng.positive(self.size))
            return q if shape[0] == long else q.t()
        if kind == "diagonal":
            return Mat.diagonal([self.rng.positive(self.size) for _ in range(min(shape))], *shape)
        if kind == "earlier":
            same = [v for v in self.letters.values() if isinstance(v, Mat) and v.shape == shape]
            if same:
                return self.rng.choice(same)
        if not floors and self.rng.chance(1, 4):
            self.corners.append(f"{name}: scaled")
            return self.generic(shape).scale(self.rng.choice((Fraction(1, 10), Fraction(10))))
        return self.generic(shape)

    def companion(self, name: str) -> Mat | None:
        """The value X of a difference X - name that a hypothesis or loss speaks of."""
        terms = [h["concl"] for h in self.plan.static]
        for row in self.sig.get("losses", {}).values():
            if row.get("target") == ["v", name, [], ""]:
                terms.append(["+", row["at"], ["*", ["q", "-1"], row["target"]]])
        for formula in terms:
            for x in walk(formula):
                if x[0] == "+" and len(x) == 3 and x[2] == ["*", ["q", "-1"], ["v", name, [], ""]]:
                    try:
                        value = self.ev().value(x[1], {})
                    except (Unsupported, ShapeError, NotEvidence):
                        continue
                    if isinstance(value, Mat) and value.is_exact:
                        return value
        return None

    def gram(self, n: int) -> Mat:
        kind = self.rng.choice(("full", "full", "rank one", "zero", "scalar", "repeated"))
        self.corners.append(f"gram: {kind}")
        if kind == "zero":
            return Mat.zero(n, n)
        if kind == "scalar":
            return Mat.unit(n).scale(self.rng.positive(self.size))
        if kind == "rank one":
            v = self.generic((n, 1))
            return v.mul(v.t())
        if kind == "repeated":
            q = orthonormal(self.rng, n, n, self.size)
            a, b = self.rng.positive(self.size), self.rng.positive(self.size)
            return q.mul(Mat.diagonal([a if i < n / 2 else b for i in range(n)])).mul(q.t())
        g = self.generic((n, n))
        return g.mul(g.t())

    # -- losses and laws ---------------------------------------------------------------------------------

    def loss_instances(self) -> None:
        for name, row in self.sig.get("losses", {}).items():
            if "target" in row:
                continue
            x = self.ev().value(row["at"], {})
            shape = x.shape if isinstance(x, Mat) else (1, 1)
            kind = self.rng.choice(("half_square", "half_square", "linear", "quadratic", "quartic"))
            self.corners.append(f"loss: {kind}")
            if kind == "half_square":
                target = self.generic(shape)
                if isinstance(x, Mat) and x.is_exact and self.rng.chance(1, 5):
                    target = x
                    self.corners.append("loss: at its minimum")
                self.losses[name] = Loss("half_square", target)
                continue
            cells = [(i, j) for i in range(shape[0]) for j in range(shape[1])]
            terms: list[tuple[Fraction, tuple[tuple[int, int, int], ...]]] = []
            for i, j in cells:
                terms.append((self.rng.rational(self.size), ((i, j, 1),)))
                if kind != "linear":
                    a, b = self.rng.choice(cells)
                    other = ((i, j, 2),) if (a, b) == (i, j) else ((i, j, 1), (a, b, 1))
                    terms.append((self.rng.rational(self.size), other))
                if kind == "quartic":
                    terms.append((Fraction(1, 4), ((i, j, 4),)))
            self.losses[name] = Loss("polynomial", None, tuple((c, f) for c, f in terms if c))

    def law_instances(self) -> None:
        for name in sorted(self.plan.random):
            if self.sig["letters"][name]["law"]["kind"] != "bounded":
                continue
            low, high = self.bounds(name)
            if low is not None and high is not None and low > high:
                raise Discard(f"law of {name}")
            a = low if low is not None else (high if high is not None else vl.ZERO) - self.rng.choice((3, 10))
            b = high if high is not None else a + self.rng.choice((6, 20))
            kind = self.rng.choice(("coin", "coin", "biased", "point", "three"))
            self.corners.append(f"law: {kind}")
            mid = a + (b - a) * Fraction(self.rng.between(0, 4), 4)
            p = self.rng.choice([Fraction(1, 10), Fraction(3, 10), Fraction(1, 50), Fraction(2, 5)])
            half = Fraction(1, 2)
            self.laws[name] = {
                "coin": ((half, a), (half, b)),
                "biased": ((1 - p, a), (p, b)),
                "point": ((vl.ONE, mid),),
                "three": ((Fraction(1, 3), a), (Fraction(1, 3), mid), (Fraction(1, 3), b)),
            }[kind]

    def bounds(self, name: str) -> tuple[Fraction | None, Fraction | None]:
        """Bounds of a bounded letter from hypotheses `Z >= term` and `term >= Z`."""
        low: Fraction | None = None
        high: Fraction | None = None
        for h in self.plan.pathwise:
            f = h["concl"]
            if f[0] not in ("ge", "gt"):
                continue
            for side, other in ((1, 2), (2, 1)):
                if f[side][0] == "v" and f[side][1] == name and name not in letters(f[other]):
                    try:
                        env = next(iter(self.ev().environments(h.get("all", []), {})), {})
                        value = self.ev().value(f[other], env)
                    except (Unsupported, ShapeError, NotEvidence):
                        continue
                    if isinstance(value, Fraction):
                        strict = Fraction(1, 100) if f[0] == "gt" else vl.ZERO
                        if side == 1:
                            low = value + strict if low is None else max(low, value + strict)
                        else:
                            high = value - strict if high is None else min(high, value - strict)
        return low, high

    # -- counts ------------------------------------------------------------------------------------------

    def solve_counts(self) -> None:
        """Draw the scalars in `n >= term` first, then take n at or a little above the bound."""
        for symbol, h in self.plan.counts:
            self.work = -MAX_WORK
            for name in sorted(self.plan.mentions[h["id"]]):
                decl = self.sig["letters"][name]
                if decl.get("shape") is not None or name in self.plan.random or decl.get("index"):
                    raise Discard(f"{h['id']}: the bound of {symbol} reads {name}")
            for _ in range(20):
                for name in sorted(self.plan.mentions[h["id"]]):
                    self.letters[name, (), ""] = self.scalar()
                    self.settle_scalar((name, (), ""))
                try:
                    value = self.ev().value(h["concl"][2], {})
                except (Unsupported, ShapeError, NotEvidence):
                    continue
                ends = None if isinstance(value, Mat) else vl.ends(value)
                if ends is None:
                    continue
                need = max(self.sig["nat"][symbol], math.floor(ends[1]) + 1, self.nat.get(symbol, 0))
                if isinstance(value, Fraction) and value.denominator == 1 and h["concl"][0] == "ge":
                    need = max(self.sig["nat"][symbol], int(value))
                if need <= MAX_COUNT:
                    extra = self.rng.choice((0, 0, 0, 1, 2))
                    self.nat[symbol] = need + extra
                    if not extra:
                        self.corners.append(f"{symbol}: at its bound")
                    break
            else:
                raise Discard(f"{h['id']}: {symbol} would have to be above {MAX_COUNT}")

    # -- repair ------------------------------------------------------------------------------------------

    def verdict(self, h: Fact, ev: Evaluator | None = None) -> Verdict:
        return (ev or self.ev()).fact(h)

    def failing(self) -> tuple[Fact, Env] | None:
        ev = self.ev()
        for h in self.plan.static:
            try:
                for env in ev.environments(h.get("all", []), {}):
                    if ev.judge(h["concl"], env).status != "holds":
                        return h, env
            except Unsupported as reason:
                raise Discard(f"{h['id']}: {reason}") from None
        return None

    def repair(self) -> None:
        for _ in range(3 + len(self.plan.static)):
            found = self.failing()
            if found is None:
                return
            h, env = found
            if not self.mend(h, env):
                raise Discard(h["id"])
        raise Discard("repair does not come to an end")

    def keys(self, h: Fact, env: Env) -> list[Key]:
        """Keys of letters in a hypothesis that may be changed: few hypotheses first, chains last."""
        found: dict[Key, int] = {}
        ev = self.ev()

        def visit(term: Term, env: Env) -> None:
            if term[0] == "v":
                k: Key = (term[1], tuple(ev.index(i, env) for i in term[2]), "")
                if k in self.letters:
                    found.setdefault(k, len(found))
            if term[0] in ("sum", "prod"):
                for i in ev.range(term[2], term[3], env):
                    visit(term[4], {**env, term[1]: i})
                return
            from verify.evidence.terms import children

            for i in children(term):
                visit(term[i], env)

        visit(h["concl"], env)

        def weight(k: Key) -> tuple[int, int]:
            uses = sum(k[0] in m for m in self.plan.mentions.values())
            return (10 if self.sig["letters"][k[0]].get("chain") else 0) + uses, -found[k]

        return sorted(found, key=weight)

    def mend(self, h: Fact, env: Env) -> bool:
        formula = h["concl"]
        keys = self.keys(h, env)
        if formula[0] == "eq":
            return any(self.solve(formula, env, k) for k in keys)
        scalars = [k for k in keys if not isinstance(self.letters[k], Mat)]
        matrices = [k for k in keys if isinstance(self.letters[k], Mat)]
        if any(self.settle_scalar(k, (formula, env)) for k in scalars):
            return True
        if any(self.settle_pair(k, other) for k in scalars for other in self.partners(k)):
            return True
        if formula[0] == "psd" and any(self.shift_psd(h, env, k) for k in matrices):
            return True
        if any(self.settle_scalar(k, (formula, env), only=True) for k in scalars):
            return True
        for k in matrices if formula[0] != "psd" else []:
            before = self.letters[k]
            assert isinstance(before, Mat)
            near = self.companion(k[0])
            options = [Mat.zero(*before.shape), before.scale(Fraction(1, 10)), self.generic(before.shape)]
            if near is not None and near.shape == before.shape:
                options = [near.add(self.generic(before.shape).scale(Fraction(1, 1000))), near]
            for new in options:
                self.letters[k] = new
                if near is not None or self.ev().judge(formula, env).status == "holds":
                    return True
            self.letters[k] = before
        return False

    def repair_pathwise(self) -> None:
        """Move scalars so that hypotheses that must hold almost surely do."""
        for h in self.plan.pathwise:
            if h["concl"][0] not in ("ge", "gt") or self.ev().fact(h).status == "holds":
                continue
            names = self.plan.mentions[h["id"]] - self.plan.random
            about = [g for g in self.plan.static if names & self.plan.mentions[g["id"]]]
            for k in [k for k, v in self.letters.items() if k[0] in names and isinstance(v, Fraction)]:
                before = self.letters[k]
                for x in (Fraction(1, 2), Fraction(9, 10), Fraction(99, 100), Fraction(2)):
                    self.letters[k] = x
                    ev = self.ev()
                    if all(ev.fact(g).status == "holds" for g in [*about, h]):
                        break
                else:
                    self.letters[k] = before
                    continue
                break

    def partners(self, k: Key) -> list[Key]:
        """Other scalars that share a hypothesis with this one."""
        shared = {n for m in self.plan.mentions.values() if k[0] in m for n in m}
        return [
            o
            for o, v in self.letters.items()
            if o != k and o[0] in shared and isinstance(v, Fraction) and not o[2]
        ]

    def settle_pair(self, k: Key, other: Key) -> bool:
        """Two scalars at once: the first at an edge of its range, the second anywhere."""
        before = self.letters[k], self.letters[other]
        about = [
            h for h in self.plan.static if {k[0], other[0]} & self.plan.mentions[h["id"]] and self.ready(h)
        ]
        for x in sorted(self.edges(k, about), reverse=True)[:3] + LADDER[:3]:
            self.letters[k] = x
            for y in LADDER[1:14:2] if self.rng.chance(1, 2) else LADDER[:14:2]:
                self.letters[other] = y
                ev = self.ev()
                if all(ev.fact(h).status == "holds" for h in about):
                    return True
        self.letters[k], self.letters[other] = before
        return False

    def solve(self, formula: Term, env: Env, k: Key) -> bool:
        """Solve an equation for one letter in which it is affine."""
        before = self.letters[k]
        powered = self.solve_power(formula, env, k)
        value = solve_affine(self, formula, env, k) if powered is None else powered
        if value is None:
            return False
        if self.sig["letters"][k[0]].get("sym") and isinstance(value, Mat) and not value.same(value.t()):
            return False
        self.letters[k] = value
        if self.ev().judge(formula, env).status == "holds":
            return True
        self.letters[k] = before
        return False

    def shift_psd(self, h: Fact, env: Env, k: Key) -> bool:
        """Choose a symmetric letter X in psd(c X + rest) so that the matrix is a drawn Gram matrix."""
        before = self.letters[k]
        assert isinstance(before, Mat)
        if not self.sig["letters"][k[0]].get("sym"):
            return False
        try:
            self.letters[k] = Mat.zero(*before.shape)
            rest = self.ev().value(h["concl"][1], env)
            self.letters[k] = Mat.unit(before.rows)
            slope = vl.sub(self.ev().value(h["concl"][1], env), rest)
            assert isinstance(rest, Mat) and isinstance(slope, Mat)
            c = slope.at(0, 0)
            if isinstance(c, Fraction) and c > 0 and slope.same(Mat.unit(before.rows).scale(c)):
                self.letters[k] = self.gram(before.rows).sub(rest).scale(1 / c)
                if self.ev().judge(h["concl"], env).status == "holds":
                    return True
        except (Unsupported, ShapeError, NotEvidence, AssertionError):
            pass
        self.letters[k] = before
        return False

    def settle_scalar(
        self, k: Key, must: tuple[Term, Env] | None = None, *, edge: bool = False, only: bool = False
    ) -> bool:
        """Move a scalar to a value at which every hypothesis about it that can be evaluated holds.

        With `must` one of them has to hold there and no other may start to fail; with `only`, others may.
        """
        ready = [h for h in self.plan.static if k[0] in self.plan.mentions[h["id"]] and self.ready(h)]
        before = self.letters[k]
        edges = self.edges(k, ready)
        if edge:
            candidates = self.rng.shuffled(edges)
        else:
            current = [before] if isinstance(before, Fraction) else []
            candidates = current + self.rng.shuffled(LADDER[:6]) + LADDER[6:] + edges
            candidates += [e + s for e in edges for s in (Fraction(1, 7), Fraction(-1, 7))]
        allowed = 0 if must is None else max(0, self.failures(ready) - 1)
        for x in candidates:
            self.letters[k] = x
            if must is not None and self.ev().judge(*must).status != "holds":
                continue
            if only or self.failures(ready) <= allowed:
                return True
        self.letters[k] = before
        return False

    def failures(self, hyps: list[Fact]) -> int:
        """How many single facts of these hypotheses do not certainly hold."""
        ev = self.ev()
        return sum(
            ev.judge(h["concl"], env).status != "holds"
            for h in hyps
            for env in ev.environments(h.get("all", []), {})
        )

    def ready(self, h: Fact) -> bool:
        known = {key[0] for key in self.letters} | self.plan.derived
        return self.plan.mentions[h["id"]] <= known

    def edges(self, k: Key, about: list[Fact]) -> list[Fraction]:
        """Values at which an inequality affine in the scalar is an equality, or a PSD bound is reached."""
        out: list[Fraction] = []
        before = self.letters[k]
        for h in about:
            f = h["concl"]
            try:
                for env in self.ev().environments(h.get("all", []), {}):
                    if f[0] in ("ge", "gt"):
                        gaps = []
                        for x in (vl.ZERO, vl.ONE, Fraction(2)):
                            self.letters[k] = x
                            ev = self.ev()
                            gaps.append(vl.sub(ev.value(f[1], env), ev.value(f[2], env)))
                        a, b, c = gaps
                        if not all(isinstance(x, Fraction) for x in gaps):
                            continue
                        assert isinstance(a, Fraction) and isinstance(b, Fraction) and isinstance(c, Fraction)
                        if c - b == b - a != 0:
                            out.append(-a / (b - a))
                        else:
                            out += _quadratic_edges(a, b, c)
                    elif f[0] == "psd":
                        self.letters[k] = vl.ZERO
                        value = self.ev().value(f[1], env)
                        if isinstance(value, Mat) and value.is_exact and value.same(value.t()):
                            low, _ = vl.smallest_eigenvalue(value)
                            out.append(low)
                            root = vl.fraction_root(low, 2) if low > 0 else None
                            if root is not None:
                                out.append(root)
                            elif low > 0:
                                out.append(Fraction(math.isqrt(int(low * 10**12)), 10**6))
            except (Unsupported, ShapeError, NotEvidence):
                continue
            finally:
                self.letters[k] = before
        return list(dict.fromkeys(out))

    def sharpen(self) -> None:
        """Sometimes put a scalar at the edge of its range."""
        scalars = [k for k, v in self.letters.items() if isinstance(v, Fraction) and k[2] == ""]
        for k in self.rng.shuffled(scalars):
            if self.rng.chance(1, 2) and self.settle_scalar(k, edge=True):
                self.corners.append(f"{k[0]}: edge of its range")

    def slacken(self) -> None:
        """Put scalars where fewer inequalities are equalities, so that what holds goes on to hold nearby."""
        for k in [k for k, v in self.letters.items() if isinstance(v, Fraction) and k[2] == ""]:
            about = [h for h in self.plan.static if k[0] in self.plan.mentions[h["id"]]]
            if any(h["concl"][0] == "eq" for h in about):
                continue
            before = self.letters[k]
            assert isinstance(before, Fraction)
            best, least = before, self.tight(about)
            for x in (before * 2, before / 2, before * 4, before / 8, before + 1, before - 1):
                if not least or self.work > MAX_WORK - 20:
                    break
                self.letters[k] = x
                if not self.failures(about) and (tight := self.tight(about)) < least:
                    best, least = x, tight
            self.letters[k] = best
            if best != before:
                self.corners.append(f"{k[0]}: inside its range")

    def tight(self, hyps: list[Fact]) -> int:
        """How many inequalities among these hypotheses are equalities or nearly so."""
        ev = self.ev()
        count = 0
        for h in hyps:
            for env in ev.environments(h.get("all", []), {}):
                if h["concl"][0] == "psd":
                    a = ev.matrix(h["concl"][1], env)
                    tiny = Mat.unit(a.rows).scale(Fraction(1, 10**6))
                    count += not (a.is_exact and vl.psd_exact(a.sub(tiny)))
                elif h["concl"][0] in ("ge", "gt"):
                    low = ev.judge(h["concl"], env).low
                    count += low is None or low <= 0
        return count

    # -- dynamics ----------------------------------------------------------------------------------------

    def dynamics(self) -> None:
        """Derivatives (flow) or next iterates (descent) from the hypotheses; the rest is drawn."""
        stage = "D" if self.plan.time == "flow" else "+"
        if self.plan.time == "none":
            return
        moving = "smooth" if stage == "D" else ("smooth", "any")
        unknown: dict[Key, tuple[int, int] | None] = {}
        for name, decl in self.sig["letters"].items():
            if name in self.plan.derived or decl.get("dep", "const") not in moving or decl.get("dep") is None:
                continue
            if decl.get("dep", "const") == "const":
                continue
            for row, shape in self.members(name):
                unknown[name, row, stage] = shape
        pending = [
            (h, env)
            for h in (*self.plan.dynamic, *(self.differentiated() if stage == "D" else ()))
            if h["concl"][0] == "eq"
            for env in self.ev().environments(h.get("all", []), {})
        ]
        while unknown:
            progress = False
            for item in list(pending):
                wanted = [k for k in self.moving_keys(item[0]["concl"], item[1], stage) if k in unknown]
                if not wanted:
                    pending.remove(item)
                elif len(wanted) == 1:
                    pending.remove(item)
                    if self.solve_motion(item[0]["concl"], item[1], wanted[0], unknown[wanted[0]]):
                        del unknown[wanted[0]]
                        progress = True
            if not progress:
                k = next(iter(unknown))
                free_shape = unknown.pop(k)
                self.corners.append(f"{k[0]}: free motion")
                self.letters[k] = self.scalar() if free_shape is None else self.generic(free_shape)
        if stage == "D":
            self.rest()

    def differentiated(self) -> list[Fact]:
        """Time derivatives of the equations between differentiable letters."""
        smooth = {n for n, d in self.sig["letters"].items() if d.get("dep") == "smooth"} - self.plan.derived
        out: list[Fact] = []
        for h in self.plan.static:
            left, right = h["concl"][1], h["concl"][-1]
            if h["concl"][0] == "eq" and any(x[0] == "v" and x[3] == "" and x[1] in smooth for x in walk(h["concl"])):
                out.append({**h, "concl": ["eq", ["D", left], ["D", right]]})
        return out

    def rest(self) -> None:
        """Letters that need not have a derivative, and that no equation speaks of by themselves, stay as they are."""
        bare = {
            side[1]
            for h in (*self.plan.static, *self.plan.dynamic)
            if h["concl"][0] == "eq"
            for side in h["concl"][1:]
            if side[0] == "v"
        }
        for name, decl in self.sig["letters"].items():
            if decl.get("dep") == "any" and name not in self.plan.derived and name not in bare:
                for row, _ in self.members(name):
                    here = self.letters.get((name, row, ""))
                    if here is not None:
                        self.letters[name, row, "D"] = vl.zero_like(here)

    def moving_keys(self, term: Term, env: Env, stage: str) -> Iterator[Key]:
        ev = self.ev()

        def inside(term: Term, env: Env, under: bool) -> Iterator[Key]:
            from verify.evidence.terms import children

            if term[0] == "v" and ((stage == "D" and under and term[3] == "") or term[3] == stage):
                yield term[1], tuple(ev.index(i, env) for i in term[2]), stage
            if term[0] == "ch" and ((stage == "D" and under and term[4] == "") or term[4] == stage):
                for i in range(ev.index(term[3], env), ev.index(term[2], env) + 1):
                    yield term[1], (i,), stage
            if term[0] in ("sum", "prod"):
                for i in ev.range(term[2], term[3], env):
                    yield from inside(term[4], {**env, term[1]: i}, under)
                return
            for i in children(term):
                yield from inside(term[i], env, under or term[0] == "D")

        yield from dict.fromkeys(inside(term, env, False))

    def solve_motion(self, formula: Term, env: Env, k: Key, shape: tuple[int, int] | None) -> bool:
        ev = self.ev()
        for side, other in ((1, 2), (2, 1)):
            left = formula[side]
            bare = left[1] if k[2] == "D" and left[0] == "D" else left
            if bare[0] == "v" and bare[3] == ("" if k[2] == "D" else "+") and (k[2] == "+" or left[0] == "D"):
                index = tuple(ev.index(i, env) for i in bare[2])
                if (bare[1], index) == k[:2] and k not in set(self.moving_keys(formula[other], env, k[2])):
                    try:
                        value = ev.value(formula[other], env)
                    except (Unsupported, NotEvidence):
                        return False
                    if (value.shape if isinstance(value, Mat) else None) != shape:
                        raise ShapeError("the equation of motion has another shape than its letter")
                    self.letters[k] = value
                    return True
        powered = self.solve_power(formula, env, k)
        value_found = powered if powered is not None else solve_affine(self, formula, env, k, shape)
        if value_found is None:
            self.letters.pop(k, None)
            return False
        self.letters[k] = value_found
        return True

    def solve_power(self, formula: Term, env: Env, k: Key) -> Fraction | None:
        """The positive root of an equation x^e = value, where x is a scalar or its derivative."""
        for side, other in ((formula[1], formula[2]), (formula[2], formula[1])):
            if side[0] != "pow" or set(side[2]) != {"1"}:
                continue
            bare = side[1][1] if k[2] == "D" and side[1][0] == "D" else side[1]
            if bare[0] != "v" or bare[1] != k[0] or bare[2] or bare[3] not in ("", k[2]) or bare[1] in letters(other):
                continue
            try:
                value = self.ev().value(other, env)
            except (Unsupported, ShapeError, NotEvidence):
                continue
            if isinstance(value, Fraction) and value >= 0:
                return vl.fraction_root(value, side[2]["1"])
        return None

    # -- all together ------------------------------------------------------------------------------------

    def run(self) -> Instance:
        self.naturals()
        if self.plan.counts:
            self.solve_counts()
            self.work = 0
        self.widths()
        self.check_sizes()
        solved = {name for _, h in self.plan.counts for name in self.plan.mentions[h["id"]]}
        for name in self.given():
            if name not in solved:
                self.draw(name)
        self.loss_instances()
        self.fixed = True
        self.repair()
        if self.corner == "slack":
            self.slacken()
        elif self.rng.chance(2, 3):
            self.sharpen()
        self.fixed = False
        self.law_instances()
        self.fixed = True
        self.repair_pathwise()
        self.fixed = False
        self.dynamics()
        instance = self.instance()
        bad = validate(self.plan, instance)
        if bad is not None:
            raise Discard(bad)
        return instance


def _quadratic_edges(a: Fraction, b: Fraction, c: Fraction) -> list[Fraction]:
    """Rational zeros of the quadratic through (0, a), (1, b), (2, c)."""
    p = (c - 2 * b + a) / 2
    q = b - a - p
    if p == 0:
        return []
    root = vl.fraction_root(q * q - 4 * p * a, 2) if q * q >= 4 * p * a else None
    return [] if root is None else [(-q + root) / (2 * p), (-q - root) / (2 * p)]


def _form(form: Mapping[str, int], nat: Mapping[str, int]) -> int:
    return sum(c if s == "1" else c * nat[s] for s, c in form.items())


def solve_affine(
    draw: _Draw, formula: Term, env: Env, k: Key, shape: tuple[int, int] | None = None
) -> Value | None:
    """The value of one letter at which an equation affine in it holds; free directions are set to 0."""
    before = draw.letters.get(k)
    if isinstance(before, Mat):
        shape = before.shape
    size = 1 if shape is None else shape[0] * shape[1]

    def residual(n: int) -> list[Scalar] | None:
        if shape is None:
            draw.letters[k] = vl.ONE if n >= 0 else vl.ZERO
        else:
            draw.letters[k] = Mat.zero(*shape) if n < 0 else Mat.single(*shape, n // shape[1], n % shape[1])
        ev = draw.ev()
        gap = vl.sub(ev.value(formula[1], env), ev.value(formula[2], env))
        return list(gap.entries()) if isinstance(gap, Mat) else [gap]

    try:
        base = residual(-1)
        columns = [residual(n) for n in range(size)]
    except (Unsupported, NotEvidence):
        return None
    finally:
        if before is None:
            draw.letters.pop(k, None)
        else:
            draw.letters[k] = before
    if base is None or any(not isinstance(x, Fraction) for c in [base, *columns] if c for x in c):
        return None
    exact = [[x for x in c if isinstance(x, Fraction)] for c in columns if c is not None]
    zero = [x for x in base if isinstance(x, Fraction)]
    rows = [[c[i] - zero[i] for c in exact] + [-zero[i]] for i in range(len(zero))]
    solution = _least(rows, size)
    if solution is None:
        return None
    return solution[0] if shape is None else Mat.of(*shape, solution)


def _least(rows: list[list[Fraction]], size: int) -> list[Fraction] | None:
    """A solution of a linear system given by augmented rows, free unknowns 0; None if there is none."""
    rows = [list(r) for r in rows]
    pivots: list[tuple[int, int]] = []
    r = 0
    for col in range(size):
        pivot = next((i for i in range(r, len(rows)) if rows[i][col] != 0), None)
        if pivot is None:
            continue
        rows[r], rows[pivot] = rows[pivot], rows[r]
        lead = rows[r][col]
        rows[r] = [x / lead for x in rows[r]]
        for i in range(len(rows)):
            if i != r and rows[i][col] != 0:
                factor = rows[i][col]
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[r], strict=True)]
        pivots.append((r, col))
        r += 1
    if any(row[-1] != 0 for row in rows[r:]):
        return None
    out = [vl.ZERO] * size
    for row, col in pivots:
        out[col] = rows[row][-1]
    return out


def orthonormal(rng: Rng, n: int, k: int, size: int) -> Mat:
    """k rational orthonormal columns of length n: columns of a product of reflections and permutations. Raises
    ShapeError if shapes do not fit.
    """
    order = rng.shuffled(list(range(n)))
    q = Mat.of(
        n,
        n,
        [Fraction(int(order[j] == i) * (1 if rng.chance(1, 2) else -1)) for i in range(n) for j in range(n)],
    )
    for _ in range(min(size, 2) if n > 1 else 0):
        v = Mat.of(n, 1, [Fraction(rng.between(-2, 2)) for _ in range(n)])
        norm = v.inner(v)
        if isinstance(norm, Fraction) and norm != 0:
            q = q.sub(v.mul(v.t()).mul(q).scale(2 / norm))
    if k <= n:
        cells = [q.at(i, j) for i in range(n) for j in range(k)]
        return Mat.of(n, k, cells)
    raise ShapeError("more orthonormal columns than rows")


def turn(n: int, t: Fraction) -> Mat:
    """The rotation by the rational angle 2 atan t in the plane of the first two axes."""
    c, s = (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)
    rows = [[vl.ONE if i == j else vl.ZERO for j in range(n)] for i in range(n)]
    rows[0][0], rows[0][1], rows[1][0], rows[1][1] = c, -s, s, c
    return Mat.from_rows(rows)


def rotate(x: Mat, t: Fraction) -> Mat:
    """Turn a column by the rational angle 2 atan t in the plane of itself and an orthogonal column."""
    rows = [c for (c,) in x.fractions()]
    i = next(k for k, c in enumerate(rows) if c != 0)
    j = (i + 1) % len(rows)
    c, s = (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)
    turned = list(rows)
    if rows[j] == 0 or len(rows) == 2:
        turned[i], turned[j] = c * rows[i] - s * rows[j], s * rows[i] + c * rows[j]
        return Mat.of(len(rows), 1, turned)
    turned[i], turned[j] = c * rows[i] - s * rows[j], s * rows[i] + c * rows[j]
    return Mat.of(len(rows), 1, turned)


def validate(plan: Plan, instance: Instance) -> str | None:
    """The first hypothesis that does not certainly hold at the instance, or None."""
    ev = Evaluator(plan.sig, instance)
    for name, decl in plan.sig["letters"].items():
        if decl.get("sym"):
            for k, v in instance.letters.items():
                if k[0] == name and isinstance(v, Mat) and not v.same(v.t()):
                    return f"{name} is not symmetric"
    for h in plan.statement.get("hyps", []):
        if ev.fact(h).status != "holds":
            return str(h["id"])
    return None


# -- many draws ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Drawn:
    """Instances in the order drawn, what was discarded and why."""

    instances: tuple[Instance, ...]
    drawn: int
    discarded: int
    reasons: Mapping[str, int]
    corners: Mapping[str, int]
    seed: int


def draw_one(
    plan: Plan, seed: int, size: int = 3, corner: str | None = None, *, digits: int = 30
) -> Instance:
    """One instance. Raises Discard if this draw does not satisfy the hypotheses, also if the budget of evaluations ends
    before that is known, and ShapeError for bad sizes.
    """
    try:
        with precision(digits):
            return _Draw(plan, Rng(seed), size, corner).run()
    except WorkLimit as reason:
        raise Discard(str(reason)) from None


def draw_many(
    plan: Plan,
    count: int,
    seed: int,
    *,
    max_size: int = 3,
    min_size: int = 0,
    budget: int | None = None,
    digits: int = 30,
    corner: str | None = None,
) -> Drawn:
    """Up to `count` instances, small ones first, from at most `budget` draws (6 a wanted instance)."""
    limit = 6 * count + 30 if budget is None else budget
    found: list[Instance] = []
    reasons: dict[str, int] = {}
    corners: dict[str, int] = {}
    rng = Rng(seed)
    drawn = 0
    while len(found) < count and drawn < limit:
        drawn += 1
        size = min(max_size, min_size + len(found) * (max_size + 2) // max(count, 1) + (drawn > limit // 2))
        try:
            instance = draw_one(plan, rng.next(), size, corner, digits=digits)
        except Discard as reason:
            reasons[str(reason)] = reasons.get(str(reason), 0) + 1
            continue
        except ShapeError as reason:
            text = f"sizes: {reason}"
            reasons[text] = reasons.get(text, 0) + 1
            continue
        found.append(instance)
        for c in instance.corners:
            corners[c] = corners.get(c, 0) + 1
    return Drawn(
        tuple(found),
        drawn,
        drawn - len(found),
        dict(sorted(reasons.items())),
        dict(sorted(corners.items())),
        seed,
    )
