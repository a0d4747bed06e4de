"""An independent reader of kernel JSON for the tests: every term has the expected sort."""

from __future__ import annotations

from typing import Any

SCALAR = ("scalar",)


def key(form: Any) -> Any:
    if isinstance(form, list):
        assert form[0] == "dim" and len(form) == 3
        return ("dim", form[1], key(form[2]))
    assert isinstance(form, dict)
    assert all(isinstance(v, int) and not isinstance(v, bool) and v != 0 for v in form.values())
    return tuple(sorted(form.items()))


def shift(form: dict[str, int], by: int) -> dict[str, int]:
    moved = {**form, "1": form.get("1", 0) + by}
    return {k: v for k, v in moved.items() if v}


class Reader:
    def __init__(self, statement: dict[str, Any]) -> None:
        self.sig = statement["sig"]
        assert set(self.sig) <= {"time", "nat", "assume", "dims", "letters", "losses"}
        assert self.sig["time"] in ("none", "flow", "descent")
        self.scope = set(self.sig["nat"])
        for name, letter in self.sig["letters"].items():
            assert name not in self.sig["nat"]
            assert set(letter) <= {"index", "shape", "sym", "dep", "chain", "law", "free"}
            inner = self.scope | {v for v, _, _ in letter.get("index", [])}
            for v, lo, hi in letter.get("index", []):
                assert v not in self.scope, f"{v} shadows a natural"
                self.form(lo, self.scope), self.form(hi, self.scope)
            for dim in letter.get("shape", []):
                self.dim(dim, inner)
            if letter.get("dep"):
                assert self.sig["time"] != "none"
            if letter.get("law"):
                assert self.sig["time"] == "none"
        ids = [h["id"] for h in statement["hyps"]]
        assert len(set(ids)) == len(ids)
        for loss in self.sig.get("losses", {}).values():
            assert self.sort(loss["at"], self.scope) == self.sort(["v", loss["grad"], [], ""], self.scope)
            assert loss["params"] in self.sig["letters"] and loss["pgrad"] in self.sig["letters"]
            if "target" in loss:
                assert self.sort(loss["target"], self.scope) == self.sort(loss["at"], self.scope)
        for fact in [*statement["hyps"], *statement["goals"]]:
            self.fact(fact)

    def form(self, form: Any, scope: set[str]) -> None:
        key(form)
        assert isinstance(form, dict)
        assert set(form) - {"1"} <= scope, (form, scope)

    def dim(self, dim: Any, scope: set[str]) -> None:
        if isinstance(dim, list):
            assert dim[0] == "dim" and dim[1] in self.sig["dims"]
            self.form(dim[2], scope)
        else:
            self.form(dim, scope)

    def fact(self, fact: dict[str, Any]) -> None:
        assert set(fact) <= {"id", "all", "concl"} and "all" in fact
        scope = set(self.scope)
        for v, lo, hi in fact["all"]:
            assert v not in scope, f"{v} is bound twice"
            self.form(lo, scope)
            if hi is not None:
                self.form(hi, scope)
            scope.add(v)
        self.formula(fact["concl"], scope)

    def formula(self, formula: Any, scope: set[str]) -> None:
        tag, *args = formula
        sorts = [self.sort(a, scope) for a in args]
        if tag == "psd":
            (only,) = sorts
            assert only[0] in ("matrix", "tensor")
            if only[0] == "matrix":
                assert only[1] == only[2]
        else:
            assert tag in ("eq", "ge", "gt", "ne")
            left, right = sorts
            assert left == right, (left, right, formula)
            assert tag == "eq" or left == SCALAR

    def sort(self, term: Any, scope: set[str]) -> Any:
        tag, *a = term
        if tag == "q":
            assert isinstance(a[0], str)
            return SCALAR
        if tag == "n":
            self.dim(a[0], scope)
            return SCALAR
        if tag in ("pi", "t"):
            assert not a and (tag == "pi" or self.sig["time"] == "flow")
            return SCALAR
        if tag == "v":
            name, indices, stage = a
            letter = self.sig["letters"][name]
            assert len(indices) == len(letter.get("index", []))
            for index in indices:
                self.form(index, scope)
            if stage:
                assert "dep" in letter, (name, stage)
                assert stage == "0" or (stage == "+" and self.sig["time"] == "descent")
            if "shape" not in letter:
                return SCALAR
            bound = {v: i for (v, _, _), i in zip(letter.get("index", []), indices, strict=True)}
            return ("matrix", *(key(self.substitute(d, bound)) for d in letter["shape"]))
        if tag == "ch":
            name, hi, lo, stage = a
            assert self.sig["letters"][name]["chain"] and stage in ("", "0", "+")
            self.form(hi, scope), self.form(lo, scope)
            family = self.sig["letters"][name]["shape"][0][1]
            return ("matrix", key(["dim", family, hi]), key(["dim", family, shift(lo, -1)]))
        if tag == "one":
            self.dim(a[0], scope)
            return ("matrix", key(a[0]), key(a[0]))
        if tag == "zero":
            return ("matrix", key(a[0]), key(a[1]))
        if tag == "+":
            sorts = {self.sort(x, scope) for x in a}
            assert len(sorts) == 1, (sorts, term)
            return sorts.pop()
        if tag == "*":
            return self.product([self.sort(x, scope) for x in a])
        if tag == "T":
            return self.transpose(self.sort(a[0], scope))
        if tag == "tr":
            inner = self.sort(a[0], scope)
            if inner != ("dotted",):
                assert inner[0] == "matrix" and inner[1] == inner[2], term
            return SCALAR
        if tag == "kr":
            return ("tensor", self.sort(a[0], scope), self.sort(a[1], scope))
        if tag == "vec":
            return ("vec", *self.sort(a[0], scope)[1:])
        if tag in ("pow", "root"):
            self.form(a[1], scope)
            inner = self.sort(a[0], scope)
            assert inner == SCALAR or inner[1] == inner[2]
            return inner
        if tag in ("sum", "prod"):
            v, lo, hi, body = a
            assert v not in scope, f"{v} is bound twice"
            self.form(lo, scope), self.form(hi, scope)
            inner = self.sort(body, scope | {v})
            assert tag == "sum" or inner == SCALAR
            assert f"'{v}'" not in str(inner), "the sort of a sum speaks of its index"
            return inner
        if tag in ("exp", "log", "inv", "cos", "acos", "ind", "E"):
            assert self.sort(a[0], scope) == SCALAR, term
            return SCALAR
        if tag == "D":
            assert self.sig["time"] == "flow"
            return self.sort(a[0], scope)
        raise AssertionError(tag)

    def substitute(self, dim: Any, values: dict[str, Any]) -> Any:
        if isinstance(dim, list):
            return ["dim", dim[1], self.substitute(dim[2], values)]
        total: dict[str, int] = {}
        for name, factor in dim.items():
            for k, v in values.get(name, {name: 1}).items():
                total[k] = total.get(k, 0) + v * factor
        return {k: v for k, v in total.items() if v}

    def transpose(self, sort: Any) -> Any:
        if sort[0] == "matrix":
            return ("matrix", sort[2], sort[1])
        if sort[0] == "vec":
            return ("covec", *sort[1:])
        assert sort[0] == "tensor", sort
        return ("tensor", self.transpose(sort[1]), self.transpose(sort[2]))

    def product(self, sorts: list[Any]) -> Any:
        result = SCALAR
        for sort in sorts:
            if result == SCALAR or sort == SCALAR:
                result = sort if result == SCALAR else result
            elif result[0] == sort[0] == "matrix":
                assert result[2] == sort[1], (result, sort)
                result = ("matrix", result[1], sort[2])
            elif result[0] == "tensor" and sort[0] == "vec":
                assert result[1][2] == sort[2] and result[2][2] == sort[1], (result, sort)
                result = ("vec", result[2][1], result[1][1])
            elif result[0] == "covec" and sort[0] == "vec":
                assert result[1:] == sort[1:]
                result = ("dotted",)
            else:
                raise AssertionError((result, sort))
        return result
