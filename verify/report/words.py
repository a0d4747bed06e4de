"""Words for the names that occur in certificates: roles, rules, letters, keys, numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from .formulas import index_text, short

ROLES = {"printed": "As printed", "corrected": "As corrected", "lemma": "Lemma"}

UNPRINTED = {"caution": "Not printed, and false", "contrary": "The contrary, and false"}
"""The role of a failing statement that its document does not make, by its consequence."""



def role(name: str, consequence: str | None = None) -> str:
    """A role in words; a failing statement that its document does not make says so."""
    return UNPRINTED.get(consequence or "") or ROLES.get(name, name)


TIMES = {"none": "none", "flow": "continuous, along a flow", "descent": "discrete, along the iterates of descent"}

_RULES = {
    "alg": "Both sides are rebuilt in normal form from the facts named; they agree.",
    "induct": "By induction over a natural number.",
    "use": "By an earlier theorem, a base fact or an axiom, at the values given.",
    "at0": "A fact that holds at all times is taken at the start.",
    "constant": "The time derivative is zero, so the quantity keeps its value from the start.",
    "comparison": "The difference grows at least at the stated rate and starts with this sign, so it keeps it.",
    "continuation": "As long as it holds it holds with room to spare, so there is no first time at which it fails.",
    "antitone": "The time derivative is at most zero, so the quantity stays at or below its value at the start.",
    "variation": "The gradient with respect to one layer against any direction Δ, from the chain rule.",
    "nondegenerate": "Two matrices with the same trace against every direction are equal.",
    "loss": "The value or the gradient of half a squared distance.",
    "independent": "Members of an independent family: the expectation of the product is the product of expectations.",
    "factor": "Two independent factors: the expectation of the product is the product of the expectations.",
    "identical": "Identically distributed: the expectation does not depend on the index.",
    "finite": "The expectation under a finite law is a finite sum.",
    "sector": "The probability that a uniform angle falls into a sector.",
    "interval": "The law of a Gaussian projection on an interval.",
    "polar": "A pair of Gaussian projections in polar form.",
    "cases": "By cases.",
}

_LABELS = {
    "n": "samples",
    "exact": "held exactly",
    "ball": "held in enclosures",
    "agree": "enclosures agree",
    "agree_digits": "to digits",
    "unknown": "undecided",
    "reasons": "discarded for",
    "where": "fails",
    "monte_carlo": "Monte Carlo",
    "clash": "margin of failure",
}


def rule(name: str) -> str:
    """What the kernel rule `name` does, in a sentence."""
    return _RULES.get(name, f"By the rule {name}.")


_BY_CONCLUSION = {
    "eq": "Both sides have the same normal form once the facts are used.",
    "ge": "The difference is a sum of terms that are not negative.",
    "gt": "The difference is a sum of terms that are not negative, one of them positive.",
    "ne": "The difference has a sign.",
    "psd": "The matrix is put together from matrices that are semidefinite.",
}


def step(s: Mapping[str, Any], premises: Sequence[str]) -> str:
    """A step in words: what the rule does, and from which facts."""
    name = str(s.get("rule"))
    concl = s.get("concl")
    text = rule(name)
    if name == "alg":
        text = _BY_CONCLUSION.get(str(concl[0]) if isinstance(concl, list) and concl else "", text)
    elif name == "induct":
        count = len(s.get("base") or ())
        text = f"By induction over {s.get('var')}" + (f", with {count} cases to begin with." if count > 1 else ".")
    elif name == "use":
        text = "An instance of what is proved or cited elsewhere."
    elif name == "loss" and s.get("what") in ("value", "gradient"):
        text = f"The {s['what']} of half the squared distance to the target."
    return f"{text} From {listed(premises)}." if premises else text


_SIGNS = (("&gt;=", "≥"), ("&lt;=", "≤"), (" - ", " − "), ("||", "‖"))
_LETTER_NAMES = {"eta": "η", "eps": "ε", "delta": "δ", "pi": "π", "lam_0": "λ<sub>0</sub>", "Phi": "Φ"}
_RAISED = re.compile(r"\^(\((?:[^()]|\([^()]*\))*\)|\w+)")
_NAMED = re.compile(r"\b(" + "|".join(_LETTER_NAMES) + r")\b")


@lru_cache(maxsize=4_000)
def typeset(text: str) -> Markup:
    """A title with the formulas in it, which are typed as text, in proper type: x >= 1, 2 c^(2/N), lam_0."""
    out = str(escape(text))
    for typed, shown in _SIGNS:
        out = out.replace(typed, shown)
    out = _NAMED.sub(lambda m: f"<i>{_LETTER_NAMES[m[1]]}</i>", out)

    def raised(m: re.Match[str]) -> str:
        inner = m[1][1:-1] if m[1].startswith("(") else m[1]
        return f"<sup>{inner.replace('-', '−')}</sup>"

    return Markup(_RAISED.sub(raised, out))


def listed(items: Sequence[str]) -> str:
    """Items with commas and a last `and`; steps and hypotheses share their word."""
    out: list[str] = []
    for word in ("hypothesis", "step"):
        mine = [x.removeprefix(f"{word} ") for x in items if x.startswith(f"{word} ")]
        many = {"hypothesis": "hypotheses", "step": "steps"}[word]
        if mine:
            out.append(f"{word if len(mine) == 1 else many} {enumerated(mine)}")
    out += [x for x in items if not x.startswith(("hypothesis ", "step "))]
    return enumerated(out)


def label(key: str) -> str:
    """The word for the key of a certificate, `key`."""
    return _LABELS.get(key, key.replace("_", " "))


def letter(row: Mapping[str, Any]) -> str:
    """A letter of a signature in words."""
    shape = row.get("shape")
    words = "scalar" if shape is None else f"{index_text(shape[0])} × {index_text(shape[1])} matrix"
    if row.get("sym"):
        words = f"symmetric {words}"
    if row.get("law"):
        kind = row["law"].get("kind")
        words += {"gauss": ", standard normal", "bounded": ", bounded random", "angle": ", uniform angle"}.get(
            kind, f", random with a {kind} law"
        )
    words += {"smooth": ", differentiable in time", "any": ", depends on time"}.get(row.get("dep", "const"), "")
    if row.get("free"):
        words += ", arbitrary"
    for v, lo, hi in row.get("index") or ():
        words += (
            f", for {v} from {index_text(lo)} to {index_text(hi)}"
            if hi is not None
            else f", for {v} from {index_text(lo)}"
        )
    return words


_RATIONAL = re.compile(r"-?\d+/\d+\Z")


def number(text: str) -> str:
    """A number short enough to read; a long fraction gets a decimal beside it."""
    if not _RATIONAL.match(text) or len(text) <= 24:
        return (
            re.sub(r"\d{49,}", lambda m: short(m[0]), text).replace("-", "−", 1)
            if text.startswith("-")
            else short(text)
        )
    value = Fraction(text)
    if value == 0:
        return "0"
    sign, size = ("−" if value < 0 else ""), abs(value)
    power = len(str(size.numerator)) - len(str(size.denominator))
    scaled = size / Fraction(10) ** power
    if scaled < 1:
        scaled, power = scaled * 10, power - 1
    digits = f"{int(scaled * 10**11):012d}"
    lead = f"{digits[0]}.{digits[1:]}".rstrip("0").rstrip(".")
    return f"{sign}{lead}…" + (f" · 10^{power}" if power else "")


def upper(text: str) -> str:
    """A bound such as 66817118e-40 with two digits, rounded up: 6.7 · 10^-33. Other text stays as it is."""
    match = re.fullmatch(r"(\d+)e(-?\d+)", text)
    if match is None or len(match[1]) <= 2:
        return number(text)
    cut = len(match[1]) - 2
    lead = -(-int(match[1]) // 10**cut)
    power = int(match[2]) + cut + 1
    return f"{lead // 10}.{lead % 10} · 10^{power}" if lead < 100 else f"1.0 · 10^{power + 1}"


def _power_of_ten(x: Fraction) -> int:
    """The least k with x <= 10^k, for x > 0."""
    k = len(str(x.numerator)) - len(str(x.denominator))
    while Fraction(10) ** k < x:
        k += 1
    while Fraction(10) ** (k - 1) >= x:
        k -= 1
    return k


@lru_cache(maxsize=4_000)
def interval(low: str, high: str) -> str:
    """An interval: both ends if they are short, else the digits they share and how wide it is."""
    try:
        a, b = Fraction(low), Fraction(high)
    except (ValueError, ZeroDivisionError):
        return f"[{short(low)}, {short(high)}]"
    if a == b:
        return number(low)
    if len(low) + len(high) <= 36 or b < a:
        return f"[{number(low)}, {number(high)}]"
    if a <= 0 <= b:
        return f"within 10^{_power_of_ten(max(-a, b))} of 0"
    places = max(0, -_power_of_ten(b - a))
    shared = min(places, 24)
    size = min(abs(a), abs(b)) * 10**shared if a * b > 0 else Fraction(0)
    digits = str(int(size)).rjust(shared + 1, "0")
    lead = f"{digits[:-shared]}.{digits[-shared:]}" if shared else digits
    sign = "−" if b < 0 else ""
    return f"{sign}{lead}… (width at most 10^{_power_of_ten(b - a)})"


def natural_order(text: str) -> tuple[tuple[int, str], ...]:
    """A sort key by which K-9 comes before K-10."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", text))


def enumerated(items: Sequence[str]) -> str:
    """"a", "a and b", "a, b and c"."""
    return " and ".join(x for x in (", ".join(items[:-1]), *items[-1:]) if x)
