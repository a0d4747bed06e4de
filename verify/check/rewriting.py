"""Search for proofs of matrix equations: rewriting of networks by equations, with completion. Nothing here is trusted.

An equation U = V becomes the rule "leading monomial -> the rest". A rule is applied wherever its leading monomial is a
part of a monomial (a path, a closed loop, several pieces at once), and the place is remembered as a context, so that
each rewriting is a part [coefficient, context, equation] of a certificate. For equations between words (products
of matrices) the rules are completed: where two leading words overlap, the two ways of rewriting give a new equation
(Buchberger's algorithm in a free algebra, after Mora). Transposed equations are added for each equation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import Any

from verify.kernel.errors import Reject
from verify.kernel.matrix import dims as dm
from verify.kernel.matrix.networks import Mono, Net, ordered
from verify.kernel.matrix.replay import Proof, Statement

Json = Any
MAX_RULES = 160
MAX_REWRITES = 600
MAX_LETTERS = 14
_LINE = ((("1", 2),),)


def dim_json(d: Any) -> Json:
    """The dimension `d` of a normal form as kernel JSON."""
    return [dict(form) for form in d]


class Terms:
    """Terms for atoms and monomials, so that a normal form can be written down again."""

    def __init__(self, statement: Statement) -> None:
        self.s, self.a, self.r = statement, statement.algebra, statement.reader
        self.atoms: dict[Any, Json] = {}

    def learn(self, term: Json) -> None:
        """Remember the terms of the inverses and determinants in a term."""
        if type(term) is not list or not term or term[0] in ("v", "q", "n", "I", "Z", "ones", "hole"):
            return
        for x in term[1:]:
            if type(x) is list:
                self.learn(x)
        if term[0] in ("inv", "det"):
            self.known(term)

    def known(self, term: Json) -> None:
        """Remember `term`, an inverse, as the way to write its atom."""
        net = self.r.read(term)
        if len(net.terms) != 1:
            return
        ((scalars, components, _), _), = net.terms.items()
        if len(components) == 1 and len(components[0]) == 1 and components[0][0][0][0] == "inv":
            atom = components[0][0][0]
            # the atom is the inverse of the expression or of its transpose, up to a number
            inner = self.canonical(term[1], atom)
            if inner is not None:
                self.atoms.setdefault(atom, inner)
        for atom, _ in scalars:
            if atom[0] in ("inv", "det") and atom not in self.atoms:
                self.atoms[atom] = self.from_key(atom[0], atom[1])

    def canonical(self, m: Json, atom: Any) -> Json | None:
        """The way to write the inverse of `m` that the kernel reads as `atom`, or None."""
        for candidate in (m, ["T", m]):
            net = self.r.read(candidate)
            c = ordered(net.terms.items())[0][1]
            term = candidate if c == 1 else ["*", ["q", str(1 / c)], candidate]
            found = self.r.read(["inv", term])
            direct = self.a._factor(atom, net.rows, net.cols)
            if found.terms == direct.terms:
                return ["inv", term]
        return None

    def from_key(self, head: str, k: Any) -> Json:
        """The term with this `head` of the normal form under the key `k`."""
        return [head, self.net(Net(k[0], k[1], dict(k[2])))]

    def atom(self, atom: Any) -> Json:
        """The term for `atom`."""
        if atom[0] == "v":
            return ["v", atom[1]]
        if atom not in self.atoms:
            self.atoms[atom] = self.from_key(atom[0], atom[1])
        return self.atoms[atom]

    # ---- normal form back to a term ------------------------------------------------------------------------

    def scalar(self, atom: Any, e: dm.Power) -> list[Json]:
        """Factors of atom^e."""
        head = atom[0]
        if head == "net":
            base: Json = ["net", [], [], [[self.atom(f), _names(r), _names(c)] for f, r, c in atom[1]]]
        elif head == "n":
            base = ["n", [{atom[1]: 1}]]
        elif head == "p":
            base = ["q", str(atom[1])]
        elif head == "-1":
            base = ["q", "-1"]
        else:
            base = self.atom(atom)
        out = []
        for m, k in e:
            b = base if k > 0 else ["inv", base]
            powered = [{s: 1} for s in m]
            one = b if not m else ["pow", b, powered]
            out.append(one if abs(k) == 1 else ["pow", one, abs(k)])
        return out

    def mono(self, m: Mono, rows: dm.Dim, cols: dm.Dim) -> Json:
        """The term for the monomial `m` of shape `rows` x `cols`."""
        scalars, components, pattern = m
        factors = [f for atom, e in scalars for f in self.scalar(atom, e)]
        names = [f"o{p}" for p in pattern]
        if not names:
            return factors[0] if len(factors) == 1 else ["*", *factors] if factors else ["q", "1"]
        items = []
        for n, component in enumerate(components):
            for atom, r, c in component:
                items.append([self.atom(atom), *([_label(i, n) for i in s] for s in (r, c))])
        carried = {x for _, r, c in items for x in (*r, *c)}
        for p, form in zip(pattern, (*rows, *cols), strict=True):
            name = f"o{p}"
            if name not in carried:
                items.append([["ones", dim_json((form,)), []], [name], []])
                carried.add(name)
        net = self.plain(m, rows, cols) or ["net", names[: len(rows)], names[len(rows) :], items]
        return ["*", *factors, net] if factors else net

    def plain(self, m: Mono, rows: dm.Dim, cols: dm.Dim) -> Json | None:
        """A product of letters, where the monomial is one."""
        word = word_of(m, rows, cols)
        if word is None:
            return None
        if not word:
            return ["I", dim_json(rows)]
        factors = [["T", self.atom(a)] if flip else self.atom(a) for a, flip in word]
        return factors[0] if len(factors) == 1 else ["*", *factors]

    def net(self, p: Net) -> Json:
        """The term for the normal form `p`."""
        parts = []
        for m, c in ordered(p.terms.items()):
            t = self.mono(m, p.rows, p.cols)
            parts.append(t if c == 1 else ["*", ["q", str(c)], t])
        if not parts:
            return ["Z", dim_json(p.rows), dim_json(p.cols)] if not p.scalar else ["q", "0"]
        return parts[0] if len(parts) == 1 else ["+", *parts]


def _names(s: Any) -> list[str]:
    return [f"s{i}" for i in s]


def _label(i: int, n: int) -> str:
    return f"o{-i - 1}" if i < 0 else f"s{n}.{i}"


Word = tuple[tuple[Any, bool], ...]


def word_of(m: Mono, rows: dm.Dim, cols: dm.Dim) -> Word | None:
    """The factors of a monomial that is a product of matrices, with a flag for transposed ones; else None."""
    _, components, pattern = m
    if len(rows) != 1 or len(cols) != 1:
        return None
    if not components:
        return () if pattern == (0, 0) else None
    if pattern != (0, 1) or len(components) != 1:
        return None
    left = list(components[0])
    if any(len(r) != 1 or len(c) != 1 for _, r, c in left):
        return None
    here, word = -1, []
    while left:
        for k, (atom, r, c) in enumerate(left):
            if r[0] == here or c[0] == here:
                flip = r[0] != here
                word.append((atom, flip))
                here = r[0] if flip else c[0]
                del left[k]
                break
        else:
            return None
    return tuple(word) if here == -2 else None


@dataclass
class Rule:
    """An equation as a rule from its leading monomial to the rest."""

    ref: Json  # the equation in the certificate
    net: Net  # left minus right, divided by `lead`
    lead: Mono
    scale: Fraction  # left - right = scale * net
    word: Word | None
    forced: bool = False


class Rewriter:
    """Equations over one statement, oriented, with the certificate that grows along."""

    def __init__(self, proof: Proof, terms: Terms, expired: Callable[[], bool]) -> None:
        self.proof, self.terms, self.expired = proof, terms, expired
        self.a, self.r = proof.a, proof.r
        self.rules: list[Rule] = []
        self.steps: list[Json] = []
        self.names = count(1)
        self.seen: set[Any] = set()
        self.done: set[tuple[int, int, int]] = set()
        self.weights: dict[Any, int] = {}
        self.spelled: dict[Mono, Any] = {}
        self.defined: set[Any] = set()
        self.scalar_weight = 1  # of a scalar letter; 2 makes A x = c x a rule for c x
        self.contradiction: Json = None  # an equation that says that something positive is zero

    # ---- order -----------------------------------------------------------------------------------------------

    def weight(self, atom: Any) -> int:
        """Inverses of sums and determinants weigh more, so that they are rewritten away."""
        if atom not in self.weights:
            self.weights[atom] = {"inv": 3, "det": 9}.get(atom[0], 50 if atom in self.defined else 2)
        return self.weights[atom]

    def rank(self, m: Mono) -> Any:
        """The key by which monomials are ordered: weight, size, then the letters of `m`."""
        scalars, components, _ = m
        total = size = 0
        for atom, e in scalars:
            k = abs(dm.whole(e) or 1)
            if atom[0] == "net":
                total += k * sum(self.weight(f) if r or c else self.scalar_weight for f, r, c in atom[1])
                size += k * len(atom[1])
            elif atom[0] in ("inv", "det"):
                total += k * self.weight(atom)
                size += k
        for component in components:
            total += sum(self.weight(f) for f, _, _ in component)
            size += len(component)
        return total, size, self.letters(m), repr((components, scalars))

    def letters(self, m: Mono) -> Any:
        """The letters of a word in order, so that the order of words respects multiplication."""
        if m not in self.spelled:
            word = word_of(m, _LINE, _LINE) if len(m[2]) == 2 else None
            self.spelled[m] = tuple((self.weight(a), repr(a), flip) for a, flip in word or ())
        return self.spelled[m]

    # ---- equations --------------------------------------------------------------------------------------------

    def define(self, atom: Any) -> None:
        """Rewrite this letter away: a hypothesis says what it is."""
        self.defined.add(atom)
        self.weights.pop(atom, None)

    def add(self, ref: Json, both: bool = True, forced: bool = False) -> None:
        """Use an equation of the proof as a rule, and its transpose; `forced`: from left to right."""
        x, y = self.proof.equation(ref)
        if forced:
            if len(x.terms) == 1:
                self.force(ref, self.a.add(x, y, -1), next(iter(x.terms)))
            return
        self.orient(ref, self.a.add(x, y, -1))
        if both and not x.scalar:
            t = self.a.transpose(self.a.add(x, y, -1))
            if t.terms and ordered(t.terms.items()) not in self.seen:
                name = self.derived(t, [["1", ["T", ["hole"]], ref]])
                self.orient(name, t)

    def force(self, ref: Json, net: Net, lead: Mono) -> None:
        """Orient from a given monomial; powers of numbers with symbolic exponents go to the other side."""
        odd = [(a, e) for a, e in lead[0] if a[0] in ("n", "p", "-1")]
        if odd:
            factors = [f for a, e in odd for f in self.terms.scalar(a, dm.plus((), e, -1))]
            context = ["*", *factors, ["hole"]]
            net = self.r.filled(context, net)
            ref = self.derived(net, [["1", context, ref]])
            lead = (tuple(row for row in lead[0] if row not in odd), *lead[1:])
        self.orient(ref, net, lead)

    def derived(self, net: Net, parts: list[Json], wish: str = "e") -> str:
        """A new step: net = 0, from parts."""
        name = f"{wish}{next(self.names)}"
        zero = ["q", "0"] if net.scalar else ["Z", dim_json(net.rows), dim_json(net.cols)]
        step = {"id": name, "equal": [self.terms.net(net), zero], "by": parts}
        self.proof.step(step)
        self.steps.append(step)
        return name

    def orient(self, ref: Json, net: Net, forced: Mono | None = None) -> bool:
        """Make the equation `net` = 0, cited as `ref`, a rule from its largest monomial or from `forced`; False
        if there is none.
        """
        if not net.terms or (forced is not None and forced not in net.terms):
            return False
        lead = max(net.terms, key=self.rank) if forced is None else forced
        if len(net.terms) == 1 and self.never_zero(lead):
            self.contradiction = ref
        scale = net.terms[lead]
        monic = self.a.scale(net, 1 / scale)
        mark = ordered(monic.terms.items())
        if mark in self.seen or len(self.rules) >= MAX_RULES or not self.usable(lead):
            return False
        self.seen.add(mark)
        word = word_of(lead, net.rows, net.cols) if not lead[0] else None
        if word is not None and any(word_of(m, net.rows, net.cols) is None for m in net.terms):
            word = None
        self.rules.append(Rule(ref, monic, lead, scale, word, forced is not None))
        return True

    @staticmethod
    def never_zero(m: Mono) -> bool:
        """A product of dimensions, or such a multiple of a unit matrix."""
        scalars, components, pattern = m
        n = len(pattern) // 2
        unit = pattern == tuple(range(n)) * 2 and not components
        return unit and all(a[0] == "n" for a, _ in scalars)

    @staticmethod
    def usable(lead: Mono) -> bool:
        """Can it be found inside other monomials: every output index is carried by a factor, all indices differ."""
        scalars, components, pattern = lead
        carried = {i for comp in components for _, r, c in comp for i in (*r, *c)}
        plain = all(dm.whole(e) is not None and (dm.whole(e) or 0) > 0 for _, e in scalars)
        return plain and pattern == tuple(range(len(pattern))) and all(-p - 1 in carried for p in pattern) and bool(
            components or scalars)

    # ---- reduction ----------------------------------------------------------------------------------------------

    def reduce(self, net: Net, limit: int = MAX_REWRITES) -> tuple[Net, list[Json]]:
        """Rewrite until no rule applies; the parts that were subtracted."""
        parts: list[Json] = []
        for _ in range(limit):
            if self.expired():
                break
            found = self.rewrite_once(net)
            if found is None:
                break
            net, part = found
            parts.append(part)
        return net, parts

    def rewrite_once(self, net: Net, rules: list[Rule] | None = None) -> tuple[Net, Json] | None:
        """The first rewriting of `net` by one of `rules` (all by default) and its proof part, or None."""
        for m in sorted(net.terms, key=self.rank, reverse=True):
            target = _flat(m)
            for rule in self.rules if rules is None else rules:
                place = self.place(rule, m, target)
                if place is None:
                    continue
                context = self.context(m, net.rows, net.cols, target, place, rule)
                q = net.terms[m]
                try:
                    change = self.r.filled(context, rule.net)
                except Reject:
                    continue
                if m not in change.terms:
                    continue
                if not rule.forced and any(self.rank(x) >= self.rank(m) for x in change.terms if x != m):
                    continue
                q /= change.terms[m]
                return self.a.add(net, change, -q), [str(q / rule.scale), context, rule.ref]
        return None

    def place(self, rule: Rule, m: Mono, target: Any) -> Any | None:
        """An occurrence of the rule's leading monomial: which factors, and where its output indices go."""
        factors, rest, degree = target
        pattern_factors, pattern_rest, pattern_degree = _flat(rule.lead)
        if len(pattern_factors) > len(factors):
            return None
        for atom, k in pattern_rest.items():
            if rest.get(atom, 0) < k:
                return None
        flips = self.a._flips
        for used, where in _occurrences(pattern_factors, factors, flips, pattern_degree, degree):
            return used, where
        return None

    def context(self, m: Mono, rows: dm.Dim, cols: dm.Dim, target: Any, place: Any, rule: Rule) -> Json:
        """What stands around the `place` at which `rule` was found in the monomial `m` of shape `rows` x `cols`,
        as a proof term; `target` is `m` taken apart.
        """
        factors, _, _ = target
        used, where = place
        scalars, _, pattern = m
        left = [f for k, f in enumerate(factors) if k not in used]
        word = word_of(m, rows, cols)
        lead_scalars = {a: e for a, e in rule.lead[0] if a[0] != "net"}
        outside: list[Json] = []
        for atom, e in scalars:
            if atom[0] == "net" and (dm.whole(e) or 0) > 0:
                continue  # its factors are among `factors`
            e = dm.plus(e, lead_scalars.get(atom, ()), -1)
            if e:
                outside += self.terms.scalar(atom, e)
        n = len(rule.net.rows)
        ends = [where[-p - 1] for p in range(n + len(rule.net.cols))]
        plain = all(len(r) == len(c) == 1 for _, r, c in left)
        if word is not None and rule.word is not None and plain and not outside:
            text = self.product(factors, used, word, left, ends)
            if text is not None:
                return text
        names = [f"o{p}" for p in pattern]
        items: list[Json] = [[self.terms.atom(a), [_tag(i) for i in r], [_tag(i) for i in c]] for a, r, c in left]
        items.append([["hole"], [_tag(i) for i in ends[:n]], [_tag(i) for i in ends[n:]]])
        carried = {x for _, r, c in items for x in (*r, *c)}
        for p, form in zip(pattern, (*rows, *cols), strict=True):
            if f"o{p}" not in carried:
                items.append([["ones", dim_json((form,)), []], [f"o{p}"], []])
                carried.add(f"o{p}")
        simple = len(items) == 1 and items[0][1] == names[: len(rows)] and items[0][2] == names[len(rows) :]
        net: Json = ["hole"] if simple else ["net", names[: len(rows)], names[len(rows) :], items]
        return ["*", *outside, net] if outside else net

    def product(self, factors: Any, used: Any, word: Word, left: Any, ends: Any) -> Json | None:
        """left * hole * right, for a word inside a word."""
        before: list[Json] = []
        after: list[Json] = []
        here: Any = ("o", 0)
        rest = list(left)
        flip_hole = False
        placed = False
        for _ in range(len(rest) + 1):
            if not placed and here in ends:
                placed, flip_hole = True, here == ends[1] and ends[0] != ends[1]
                here = ends[0] if flip_hole else ends[1]
                if flip_hole:
                    return None
                continue
            for k, (atom, r, c) in enumerate(rest):
                if r[0] == here or c[0] == here:
                    flip = r[0] != here
                    t = self.terms.atom(atom)
                    (after if placed else before).append(["T", t] if flip else t)
                    here = r[0] if flip else c[0]
                    del rest[k]
                    break
            else:
                return None
        if rest or not placed or here != ("o", 1):
            return None
        chain = [*before, ["hole"], *after]
        return chain[0] if len(chain) == 1 else ["*", *chain]

    def turned(self) -> Iterator[Rule]:
        """Equations that contain a letter by itself, as rules from that letter (or its transpose) to the rest."""
        for rule in list(self.rules):
            if rule.word is None:
                continue
            for m, c in rule.net.terms.items():
                word = word_of(m, rule.net.rows, rule.net.cols)
                if word is not None and len(word) == 1 and not m[0] and word[0][0][0] == "v":
                    net = self.a.scale(rule.net, 1 / c)
                    yield Rule(rule.ref, net, m, rule.scale * c, word, True)

    # ---- completion ---------------------------------------------------------------------------------------------

    def complete(self, goal: Callable[[], bool], limit: float = 1e9) -> bool:
        """Add consequences until `goal` is met, nothing new arises, or time is up."""
        while not self.expired():
            pairs = sorted(self.overlaps(), key=lambda p: p[0])
            if not pairs:
                return goal()
            fresh = False
            for _, i, j, k in pairs:
                if self.expired() or len(self.rules) >= MAX_RULES:
                    return goal()
                self.done.add((i, j, k))
                if self.resolve(self.rules[i], self.rules[j], k):
                    fresh = True
                    if goal():
                        return True
                    break
            if not fresh:
                return goal()
        return False

    def overlaps(self) -> Iterator[tuple[Any, int, int, int]]:
        """Pairs of rules whose leading words overlap, with the length of the overlap, short ones first."""
        words = [(n, r.word) for n, r in enumerate(self.rules) if r.word]
        for i, u in words:
            for j, v in words:
                assert u is not None and v is not None
                for k in range(1, min(len(u), len(v)) + (i != j)):
                    if (i, j, k) in self.done or len(u) + len(v) - k > MAX_LETTERS:
                        continue
                    if k < max(len(u), len(v)) and u[len(u) - k :] == v[:k]:
                        size = sum(self.weight(a) for a, _ in (*u, *v[k:]))
                        yield (size, len(self.rules[i].net.terms) + len(self.rules[j].net.terms), i, j), i, j, k

    def resolve(self, f: Rule, g: Rule, k: int) -> bool:
        """u = a c, v = c b with c of length k: f b - a g is a new equation."""
        assert f.word is not None and g.word is not None
        after, before = g.word[k:], f.word[: len(f.word) - k]
        left = self.wrapped((), after)
        right = self.wrapped(before, ())
        try:
            net = self.a.add(self.r.filled(left, f.net), self.r.filled(right, g.net), -1)
            parts = [[str(1 / f.scale), left, f.ref], [str(-1 / g.scale), right, g.ref]]
            net, more = self.reduce(net, 80)
            if not net.terms:
                return False
            parts += [[str(-Fraction(q)), c, ref] for q, c, ref in more]
            if len(net.terms) > 24:
                return False
            monic_mark = ordered(self.a.scale(net, 1 / net.terms[max(net.terms, key=self.rank)]).terms.items())
            if monic_mark in self.seen:
                return False
            name = self.derived(net, parts)
            return self.orient(name, net)
        except Reject:
            return False

    def wrapped(self, before: Word, after: Word) -> Json:
        """The proof context with the factors `before` and `after` the hole."""
        def one(row: tuple[Any, bool]) -> Json:
            return ["T", self.terms.atom(row[0])] if row[1] else self.terms.atom(row[0])

        chain = [*map(one, before), ["hole"], *map(one, after)]
        return chain[0] if len(chain) == 1 else ["*", *chain]


def _tag(i: Any) -> str:
    return f"o{i[1]}" if i[0] == "o" else "s" + ".".join(map(str, i[1:]))


def _flat(m: Mono) -> tuple[list[Any], dict[Any, int], dict[Any, int]]:
    """Factors with global indices, the other scalars with constant exponents, and how often each index occurs."""
    scalars, components, pattern = m
    factors: list[Any] = []
    rest: dict[Any, int] = {}
    groups = list(components)
    for atom, e in scalars:
        k = dm.whole(e)
        if atom[0] == "net" and k is not None and k > 0:
            groups += [atom[1]] * k
        elif k is not None:
            rest[atom] = k
    for n, component in enumerate(groups):
        for atom, r, c in component:
            factors.append((atom, *(tuple(("o", -i - 1) if i < 0 else ("s", n, i) for i in s) for s in (r, c))))
    degree: dict[Any, int] = {}
    for _, r, c in factors:
        for i in (*r, *c):
            degree[i] = degree.get(i, 0) + 1
    for p in pattern:
        degree[("o", p)] = degree.get(("o", p), 0) + 1
    return factors, rest, degree


def _occurrences(
    pattern: list[Any], factors: list[Any], flips: Callable[[Any], bool], pattern_degree: dict[Any, int],
    degree: dict[Any, int],
) -> Iterator[tuple[set[int], dict[int, Any]]]:  # fmt: skip
    """Injective maps of the pattern's factors into the target; summed indices must be summed inside the part."""
    order: list[Any] = []
    left = list(pattern)
    touched: set[Any] = set()
    while left:  # connected factors one after the other
        k = next((k for k, (_, r, c) in enumerate(left) if touched & {*r, *c}), 0)
        f = left.pop(k)
        order.append(f)
        touched |= {*f[1], *f[2]}

    def walk(n: int, used: set[int], image: dict[Any, Any]) -> Iterator[tuple[set[int], dict[int, Any]]]:
        if n == len(order):
            summed = [i for i in image if i[0] == "s"]
            values = [image[i] for i in summed]
            if len(set(values)) == len(values) and all(
                image[i][0] == "s" and degree[image[i]] == pattern_degree[i] for i in summed
            ):
                yield set(used), {-i[1] - 1: v for i, v in image.items() if i[0] == "o"}
            return
        atom, rows, cols = order[n]
        for k, (other, r, c) in enumerate(factors):
            if k in used or other != atom:
                continue
            for a, b in ((r, c), (c, r)) if flips(atom) else ((r, c),):
                new = dict(image)
                if all(new.setdefault(i, t) == t for i, t in zip((*rows, *cols), (*a, *b), strict=True)):
                    yield from walk(n + 1, used | {k}, new)

    yield from walk(0, set(), {})
