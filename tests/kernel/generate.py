"""Random well-typed terms over one signature, with symbolic depths, sizes, exponents and ranges."""

from __future__ import annotations

import random
from typing import Any

Json = Any
N, ONE, ZERO = {"N": 1}, {"1": 1}, {}
n = {"n": 1}


def signature(time: str = "none") -> Json:
    dep = {"dep": "smooth"} if time == "flow" else {}
    layers = {"index": [["j", ONE, N]], "shape": [["dim", "d", {"j": 1}], ["dim", "d", {"j": 1, "1": -1}]]}
    return {
        "time": time,
        "nat": {"N": 1, "n": 1},
        "dims": {"d": [ZERO, N]},
        "letters": {
            "a": {**dep},
            "b": {},
            "x": {"index": [["i", ZERO, N]], **dep},
            "W": {**layers, "chain": True, **dep},
            "A": {"shape": [n, n], **dep},
            "B": {"shape": [n, n]},
            "H": {"shape": [n, n], "sym": True, **dep},
            "y": {"index": [["i", ZERO, N], ["k", ZERO, {"i": 1}]], **dep},
        },
    }


class Gen:
    """`smooth` leaves out what has no derivative."""

    def __init__(self, seed: int, smooth: bool = False) -> None:
        self.rng, self.smooth, self.count = random.Random(seed), smooth, 0

    def pick(self, *options: Any) -> Any:
        return self.rng.choice(options)

    def index(self, scope: tuple[str, ...]) -> Json:
        """An index expression between 0 and N."""
        return self.pick(ZERO, N, *({s: 1} for s in scope), *({"N": 1, s: -1} for s in scope))

    def exponent(self, scope: tuple[str, ...]) -> Json:
        return self.pick({"1": 2}, {"1": 3}, N, {"N": 1, "1": 1}, {"N": 2}, *({s: 1} for s in scope))

    def name(self) -> str:
        self.count += 1
        return f"{self.pick('i', 'k', 'm')}{self.count % 4}"

    def scalar(self, depth: int, scope: tuple[str, ...] = ()) -> Json:
        if depth <= 0 or self.rng.random() < 0.1:
            i = self.index(scope)
            return self.pick(
                ["q", self.pick("2", "-1", "1/3", "0")],
                ["v", "a", [], ""],
                ["v", "b", [], ""],
                ["v", "x", [i], ""],
                ["n", i],
                ["n", ["dim", "d", i]],
                ["v", "y", [i, ZERO], ""],
                ["v", "y", [i, i], ""],
                *([["t"]] if self.smooth else [["pi"]]),
            )
        d = depth - 1
        kinds = ["+", "*", "+", "*", "pow", "tr", "tr", "sum", "sum", "kr", "exp", "cos", "cos2"]
        kinds += [] if self.smooth else ["prod", "inv", "ind", "log", "acos", "spow"]
        kind = self.pick(*kinds)
        if kind in ("+", "*"):
            return [kind, *(self.scalar(d, scope) for _ in range(self.pick(2, 2, 3)))]
        if kind == "pow":
            return ["pow", self.scalar(d - 1, scope), self.pick({}, {"1": 2}, {"1": 3})]
        if kind == "spow":
            return ["pow", self.plain(scope), self.exponent(scope)]
        if kind == "tr":
            size = self.size(scope)
            return ["tr", self.matrix(d, size, size, scope)]
        if kind == "sum":
            v = self.name()
            hi = self.pick(N, N, {"1": 2}) if not scope else self.pick(N, {self.pick(*scope): 1})
            if "1" in hi:
                return ["sum", v, ZERO, hi, self.scalar(d, tuple(s for s in scope if s != v))]
            return ["sum", v, ZERO, hi, self.scalar(d, (*(s for s in scope if s != v), v))]
        if kind == "prod":
            v = self.name()
            return ["prod", v, ZERO, N, self.pick(self.plain((v,)), self.scalar(min(d, 1), (v,)))]
        if kind == "kr":
            return self.tensor(d, scope)
        if kind == "cos2":
            return ["*", ["cos", self.angle(scope)], ["cos", self.angle(scope)]]
        if kind in ("exp", "cos"):
            return [kind, self.angle(scope)]
        return [kind, self.scalar(min(d, 2), scope)]

    def plain(self, scope: tuple[str, ...]) -> Json:
        i = self.index(scope)
        return self.pick(
            ["v", "a", [], ""],
            ["v", "x", [i], ""],
            ["*", ["q", "-2"], ["v", "x", [i], ""]],
            ["q", "3"],
            ["+", ["v", "x", [i], ""], ["v", "a", [], ""]],
            ["tr", ["v", "A", [], ""]],
            ["inv", ["v", "x", [i], ""]],
            ["*", ["v", "a", [], ""], ["ind", ["v", "x", [i], ""]]],
            ["exp", ["*", ["q", "1/4"], ["v", "x", [i], ""]]],
        )

    def angle(self, scope: tuple[str, ...]) -> Json:
        """A small argument for exp and cos."""
        part = self.pick(["v", "a", [], ""], ["v", "x", [self.index(scope)], ""], ["q", "1/2"], ["v", "b", [], ""])
        turn = self.pick(["q", "0"], ["*", ["q", self.pick("1/2", "-1", "3/2", "7")], ["pi"]])
        total = self.pick(
            part,
            ["sum", "u", ZERO, N, ["*", ["q", "1/4"], ["v", "x", [{"u": 1}], ""]]],
            ["+", part, ["*", ["q", "-1"], ["v", "b", [], ""]]],
        )
        return ["+", ["*", ["q", self.pick("1/2", "-1/2", "1")], total], turn]

    def size(self, scope: tuple[str, ...]) -> Json:
        return self.pick(n, n, ["dim", "d", ZERO], ["dim", "d", N], *(["dim", "d", {s: 1}] for s in scope))

    def matrix(self, depth: int, r: Json, c: Json, scope: tuple[str, ...]) -> Json:
        d = depth - 1
        kinds = ["+", "*", "*", "scale", "T", "sum"]
        if depth <= 0 or self.rng.random() < 0.2:
            kinds = ["leaf"]
        if r == c and depth > 0:
            kinds += ["pow", "gram"]
        kind = self.pick(*kinds)
        if kind == "+":
            return ["+", self.matrix(d, r, c, scope), self.matrix(d, r, c, scope)]
        if kind == "*":
            middle = self.size(scope) if r != n and c != n else n
            if (middle == n) != (r == n) or (middle == n) != (c == n):
                middle = r
            return ["*", self.matrix(d, r, middle, scope), self.matrix(d, middle, c, scope)]
        if kind == "gram":
            other = n if r == n else self.pick(["dim", "d", ZERO], ["dim", "d", N])
            m = self.matrix(d, other, r, scope)
            return ["*", ["T", m], m]
        if kind == "scale":
            return ["*", self.scalar(min(d, 1), scope), self.matrix(d, r, c, scope)]
        if kind == "T":
            return ["T", self.matrix(d, c, r, scope)]
        if kind == "sum":
            v = self.name()
            if f"'{v}'" in repr((r, c)):
                return self.matrix(d, r, c, scope)
            return ["sum", v, ZERO, N, self.matrix(d, r, c, (*(s for s in scope if s != v), v))]
        if kind == "pow":
            if self.pick(0, 1):
                return ["pow", self.word(r, scope), self.exponent(scope)]
            return ["pow", self.matrix(d, r, r, scope), self.pick({}, {"1": 2})]
        return self.leaf(r, c, scope)

    def word(self, r: Json, scope: tuple[str, ...]) -> Json:
        """A square product without sums, so that symbolic powers of it exist."""
        parts = [self.leaf(r, r, scope) for _ in range(self.pick(1, 2, 3))]
        if r != n:
            other = self.pick(["dim", "d", ZERO], ["dim", "d", N])
            m = self.leaf(r, other, scope)
            parts = [["*", m, ["T", m]], *parts[: self.pick(0, 1)]]
        return ["*", *parts] if len(parts) > 1 else parts[0]

    def leaf(self, r: Json, c: Json, scope: tuple[str, ...]) -> Json:
        if r == n or c == n:
            if r != c:
                raise AssertionError((r, c))
            return self.pick(
                ["v", "A", [], ""], ["v", "B", [], ""], ["v", "H", [], ""], ["T", ["v", "A", [], ""]], ["one", n]
            )
        e, f = r[2], c[2]
        if e == f and self.pick(0, 1):
            return ["one", r]
        up = {k: x for k, x in {**f, "1": f.get("1", 0) + 1}.items() if x}
        down = {k: x for k, x in {**e, "1": e.get("1", 0) + 1}.items() if x}
        if e in (f, N) or f == ZERO:
            return ["ch", "W", e, up, ""]
        if f == N or e == ZERO:
            return ["T", ["ch", "W", f, down, ""]]
        return ["*", ["ch", "W", e, ONE, ""], ["T", ["ch", "W", f, ONE, ""]]]

    def tensor(self, depth: int, scope: tuple[str, ...]) -> Json:
        d = min(depth, 2)
        s, r = self.size(scope), self.size(scope)
        p, q = self.matrix(d, s, s, scope), self.matrix(d, r, r, scope)
        kind = self.pick("trace", "square", "form", "mixed")
        if kind == "trace":
            return ["tr", ["kr", p, q]]
        if kind == "square":
            return ["tr", ["*", ["kr", p, q], ["T", ["kr", p, q]]]]
        if (s == n) != (r == n):
            return ["tr", ["*", ["kr", p, q], ["+", ["kr", p, q], ["T", ["kr", p, q]]]]]
        x = self.matrix(d, r, s, scope)
        column = ["*", ["kr", p, q], ["vec", x]]
        if kind == "mixed":
            return ["*", ["T", ["vec", x]], ["kr", p, q], column]
        return ["*", ["T", column], ["+", column, ["vec", x]]]
