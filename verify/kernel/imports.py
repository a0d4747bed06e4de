"""Use of an earlier theorem: its formulas are read directly in the signature of the present one.

Letters of the theorem are given images (terms, or letters of the present signature); nothing is substituted
textually, so nothing can be captured. Every condition of the theorem's signature is checked for the images.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from . import linear as ln
from . import normal as nm
from .checker import Checker, Json, Scope
from .errors import Reject
from .normal import SCALAR, Poly
from .signature import Signature, fields, name_of


class Imported(Checker):
    """Reads terms of `sig` with the images given by `data` into the algebra of `target`."""

    def __init__(self, sig: Signature, data: Json, target: Checker, scope: Scope) -> None:
        super().__init__(sig, target.alg.budget)
        self.alg, self.target, self.outer = target.alg, target, scope
        fields(data, ("nat", "dims", "letters"), (), "map of a theorem's letters")
        self.images: dict[str, Any] = fields(data.get("letters", {}), tuple(sig.letters), tuple(sig.letters), "letters")
        self.families: dict[str, str] = fields(data.get("dims", {}), tuple(sig.dims), tuple(sig.dims), "dims")
        self.env: dict[str, ln.Lin] = {}
        self.sizes: dict[str, Any] = {}
        for s, image in fields(data.get("nat", {}), tuple(sig.nat), tuple(sig.nat), "nat").items():
            if type(image) is list:
                self.sizes[s] = target.dim(image, scope)
            else:
                self.env[s] = ln.parse(image, scope.env)
        self._conditions()

    def scope(self) -> Scope:
        return replace(self.outer, env=dict(self.env), local={})

    # ---- conditions on the images ----------------------------------------------------------------------

    def _conditions(self) -> None:
        sig, target, scope = self.sig, self.target.sig, self.outer
        if sig.time not in ("none", target.time):
            raise Reject(f"a theorem about a {sig.time} used in a statement with time {target.time!r}")
        for s, least in sig.data.get("nat", {}).items():
            if s in self.env:
                self.demand(ln.sub(self.env[s], ln.const(least)), scope, f"{s} of the theorem below its least value")
            elif least:
                raise Reject(f"{s} is at least {least} in the theorem, which is not known of a layer width")
        for form in sig.data.get("assume", []):
            self.demand(ln.parse(form, self.env), scope, "an index assumption of the theorem")
        for d, (lo, hi) in sig.dims.items():
            new = self.families[d]
            low, high = target.family(new)
            if not ln.symbols(lo) | ln.symbols(hi) <= set(self.env):
                raise Reject(f"the range of {d} depends on a layer width")
            self.demand(ln.sub(ln.substitute(lo, self.env), low), scope, f"range of {d}")
            self.demand(ln.sub(high, ln.substitute(hi, self.env)), scope, f"range of {d}")
        random = [n for n, x in sig.letters.items() if x.random]
        renamed: set[str] = set()
        for n in sig.letters:
            self._image_condition(n, alone=len(random) == 1)
            if n in random and type(self.images[n]) is str:
                if self.images[n] in renamed:
                    raise Reject("two independent random letters are given the same image")
                renamed.add(self.images[n])
        for n in sig.losses:
            self._loss_condition(n)

    def _image_condition(self, n: str, alone: bool) -> None:
        decl, image = self.sig.letter(n), self.images[n]
        scope, forms = self.scope(), []
        for v, lo_data, hi_data in decl.index:
            x = self.alg.fresh()
            lo, hi = ln.parse(lo_data, scope.env), ln.parse(hi_data, scope.env)
            known = (*scope.known, ln.sub(ln.var(x), lo), ln.sub(hi, ln.var(x)))
            scope = replace(scope, env={**scope.env, v: ln.var(x)}, known=known)
            forms.append(ln.var(x))
        if type(image) is str:
            other = self.target.sig.letter(image)
            if other.random != decl.random or (other.law != decl.law and not (
                    decl.law == {"kind": "bounded"} and other.bounded)):
                raise Reject(f"{n} and its image {image} have different laws")
            if decl.chain != other.chain:
                raise Reject(f"{n} and its image {image} are not both chain families")
        elif decl.chain or (decl.random and not (alone and not decl.index and decl.law == {"kind": "bounded"})):
            raise Reject(f"{n} can only be given a letter as its image")
        p = self._image(n, tuple(forms), "", scope)
        if decl.shape is None:
            want: Any = SCALAR
        else:
            want = ("m", self.dim(decl.shape[0], scope), self.dim(decl.shape[1], scope))
        if p.sort != want:
            raise Reject(f"the image of {n} is {nm.show_sort(p.sort)}, not {nm.show_sort(want)}")
        if decl.sym and self.alg.sub(p, self.alg.transpose(p)).terms:
            raise Reject(f"the image of the symmetric letter {n} is not symmetric in normal form")
        if not decl.random and self.alg.letters(self.alg.key(p)):
            raise Reject(f"{n} is not random in the theorem, but its image is")
        if decl.random and type(image) is not str and not all(
                self.alg.bounded_atom(a) for m in p.terms for a, _ in m[1]):
            raise Reject(f"{n} is bounded in the theorem, which its image is not known to be")
        if self.sig.time != "none":
            if decl.dep == "const" and self._dynamic(self.alg.key(p)):
                raise Reject(f"{n} is constant in the theorem, but its image depends on time")
            if decl.dep == "smooth" and self.sig.time == "flow":
                self.target.ddt(p, self.outer)

    def _dynamic(self, obj: Any) -> bool:
        if type(obj) is not tuple or not obj:
            return False
        if obj[0] in ("l", "c") and len(obj) >= 5 and type(obj[1]) is str:
            stage = obj[3] if obj[0] == "l" else obj[2]
            if self.target.sig.letter(obj[1]).dep != "const" and stage != "0":
                return True
        return obj == ("t",) or any(self._dynamic(x) for x in obj)

    def _loss_condition(self, n: str) -> None:
        row = self.sig.losses[n]
        new = self.images[n]
        if type(new) is not str or new not in self.target.sig.losses:
            raise Reject(f"the loss {n} must be given a loss as its image")
        other = self.target.sig.losses[new]
        for k in ("grad", "params", "pgrad"):
            if k in row and self.images[row[k]] != other.get(k):
                raise Reject(f"the {k} of the loss {n} is given another image than the loss")
        if "target" in row and "target" not in other:
            raise Reject(f"the loss {n} is a squared distance in the theorem only")
        for k in ("at", "target"):
            if k in row:
                mine, theirs = self.read(row[k], self.scope()), self.target.read(other[k], self.target.top())
                if mine.sort != theirs.sort or self.alg.sub(mine, theirs).terms:
                    raise Reject(f"the loss {n} is taken at another matrix in the theorem")

    def read(self, t: Json, scope: Scope) -> Poly:
        return self._read(t, scope)  # images are read in `outer`, which is not part of the scope: remember nothing

    # ---- reading ---------------------------------------------------------------------------------------

    def dim(self, data: Json, scope: Scope) -> Any:
        if type(data) is dict and len(data) == 1:
            (s, c), = data.items()
            if s in self.sizes and c == 1:
                return self.sizes[s]
        d = nm.dim(data, scope.env)
        if d[0] == "d":
            lo, hi = self.target.sig.family(self.families[d[1]])
            self.within(d[2], lo, hi, scope, f"index of the dimension {d[1]}")
            return ("d", self.families[d[1]], d[2])
        self.demand(d[1], scope, "a dimension may be negative")
        return d

    def index(self, name: str, idx: Json, scope: Scope) -> tuple[ln.Lin, ...]:
        decl = self.sig.letter(name)
        forms = self.places(decl, name, idx, scope)
        env = dict(self.env)
        for (v, lo, hi), i in zip(decl.index, forms, strict=True):
            self.within(i, ln.parse(lo, env), ln.parse(hi, env), scope, f"index of {name}")
            env[v] = i
        return forms

    def _image(self, n: str, forms: tuple[ln.Lin, ...], stage: str, scope: Scope) -> Poly:
        image = self.images[n]
        start = scope.start or stage == "0"
        if type(image) is str:
            decl = self.target.sig.letter(image)
            new = "" if decl.dep == "const" else ("0" if start else stage)
            names = {f"i{k}": f for k, f in enumerate(forms)}
            inner = replace(scope, env={**self.outer.env, **names})
            return self.target.read(["v", image, [{k: 1} for k in names], new], inner)
        if stage == "+":
            raise Reject(f"{n} needs a letter as its image: the next iterate of a term is not read off")
        fields(image, ("vars", "term"), ("vars", "term"), f"image of {n}")
        if type(image["vars"]) is not list or len(image["vars"]) != len(forms):
            raise Reject(f"the image of {n} needs {len(forms)} index variables")
        env = {**self.outer.env, **dict(zip(map(name_of, image["vars"]), forms, strict=True))}
        return self.target.read(image["term"], replace(scope, env=env, local={}, start=start))

    def stage(self, name: str, stage: Json, scope: Scope) -> str:
        return super().stage(name, stage, replace(scope, start=False))

    def _read_v(self, t: Json, scope: Scope) -> Poly:
        self.sig.letter(t[1])
        return self._image(t[1], self.index(t[1], t[2], scope), self.stage(t[1], t[3], scope), scope)

    def _read_ch(self, t: Json, scope: Scope) -> Poly:
        self.chain(t[1])
        image = self.images[t[1]]  # a letter, as for every chain family
        stage = self.stage(t[1], t[4], scope)
        names = {"hi": ln.parse(t[2], scope.env), "lo": ln.parse(t[3], scope.env)}
        inner = replace(scope, env={**self.outer.env, **names})
        if self.target.sig.letter(image).dep == "const":
            stage = ""
        return self.target.read(["ch", image, {"hi": 1}, {"lo": 1}, "0" if scope.start and stage == "" and
                                 self.target.sig.letter(image).dep != "const" else stage], inner)

    def _read_t(self, t: Json, scope: Scope) -> Poly:
        return self.target.read(t, scope)

    def ddt(self, p: Poly, scope: Scope) -> Poly:
        return self.target.ddt(p, scope)
