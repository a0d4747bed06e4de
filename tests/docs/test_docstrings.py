"""Every public name says what it is: shapes, domains, errors, and where its mathematics is from.

Public is what has no underscore in its name or in its module. Everywhere a docstring of its own is asked for, or one
of the method it overrides, that names each exception raised in the body. The names that the reference lists, and those
of `verify.notebook`, name every parameter as well; in the packages of COMPLETE every public function does, but for
parameters whose type is a class of ours, which has a docstring itself. Modules with mathematics in them say its source.
The kernel's functions are explained by rule in `docs/reference`, and a docstring there would change the key of its
mutants.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import verify

HOME = Path(verify.__file__).parent
KERNEL = "verify.kernel"
OWN = {"Reject", "NotImplementedError", "AssertionError", "StopIteration", "SystemExit", "Failure"}
"""Not asked for: the one rejection of the kernel, of which its modules speak; how a command or a test item ends."""
COMPLETE = ("verify.notebook", "verify.numeric", "verify.statement", "verify.tactics")
"""Packages in which every parameter is described."""

SOURCED = {
    "verify.check.ode": "Gronwall",
    "verify.check.probability": "Hoeffding",
    "verify.check.psd": "Sylvester",
    "verify.check.rewriting": "Buchberger",
    "verify.check.scalar.sos": "Peyrl",
    "verify.crosscheck.forms": "Schrijver",
    "verify.evidence.expectation": "Isserlis",
    "verify.evidence.monte_carlo": "Hoeffding",
    "verify.evidence.rng": "Steele",
    "verify.numeric.analytic": "Griewank",
    "verify.numeric.binomial": "Pearson",
    "verify.numeric.blow_up": "2006",
    "verify.numeric.deep": "Hongler",
    "verify.numeric.enclosure": "Johansson",
    "verify.numeric.finite_width": "Pearson",
    "verify.numeric.floats": "1980",
    "verify.numeric.flow": "Dahlquist",
    "verify.numeric.gram": "1971",
    "verify.numeric.lognorm": "Dahlquist",
    "verify.numeric.orthant": "Sheppard",
    "verify.numeric.quadrature": "2018",
    "verify.numeric.relu": "Filippov",
    "verify.numeric.taylor": "Cauchy",
    "verify.numeric.wide": "Saul",
    "verify.second.matrices": "Schwartz",
}
"""Modules whose mathematics is more than a definition worked out, and a word of the source that they name."""


@dataclass(frozen=True)
class Public:
    """A public function, method or class as it stands in the source."""

    module: str
    name: str
    node: ast.FunctionDef | ast.ClassDef

    @property
    def id(self) -> str:
        return f"{self.module}.{self.name}"

    @property
    def found(self) -> Any:
        found: Any = importlib.import_module(self.module)
        for part in self.name.split("."):
            found = inspect.getattr_static(found, part)
        return found

    @property
    def text(self) -> str:
        """Its docstring, or that of the method it overrides."""
        own = ast.get_docstring(self.node)
        if own or isinstance(self.node, ast.ClassDef) or "." not in self.name:
            return own or ""
        owner: Any = importlib.import_module(self.module)
        *owners, name = self.name.split(".")
        for part in owners:
            owner = getattr(owner, part)
        above = (inspect.getattr_static(base, name, None) for base in owner.__mro__[1:])
        return next((text for text in (getattr(f, "__doc__", None) for f in above) if text), "")

    @property
    def parameters(self) -> list[str]:
        if isinstance(self.node, ast.ClassDef):
            return []
        a = self.node.args
        every = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
        return [x.arg for x in every if x.arg not in ("self", "cls") and not x.arg.startswith("_")]

    @property
    def raised(self) -> set[str]:
        """Names of the exceptions that the body raises itself and does not catch again."""
        return {name for part in self.node.body for name in _raised(part)} if not self.is_class else set()

    @property
    def is_class(self) -> bool:
        return isinstance(self.node, ast.ClassDef)


def _raised(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
        return
    if isinstance(node, ast.Raise) and node.exc is not None:
        what = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if isinstance(what, ast.Name) and what.id[:1].isupper():
            yield what.id
    caught: set[str] = set()
    if isinstance(node, ast.Try):
        types = [h.type for h in node.handlers if h.type is not None]
        caught = {n.id for t in types for n in ast.walk(t) if isinstance(n, ast.Name)}
    for child in ast.iter_child_nodes(node):
        for name in _raised(child):
            if name not in caught:
                yield name


def files() -> Iterator[tuple[str, Path]]:
    """Names and files of the public modules."""
    for path in sorted(HOME.rglob("*.py")):
        parts = path.relative_to(HOME.parent).with_suffix("").parts
        if any(p.startswith("_") and p != "__init__" for p in parts) or "__pycache__" in parts:
            continue
        yield ".".join(p for p in parts if p != "__init__"), path


@cache
def public() -> tuple[Public, ...]:
    return tuple(_public())


def _public() -> Iterator[Public]:
    for module, path in files():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            yield Public(module, node.name, node)
            for item in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(item, ast.FunctionDef) and not item.name.startswith("_"):
                    yield Public(module, f"{node.name}.{item.name}", item)


MODULES = sorted(module for module, _ in files())


def listed() -> Iterator[Public]:
    """What the reference shows: the exported names, with the methods of exported classes."""
    wanted: set[str] = {"verify.check.check"}
    for module in ("verify.statement", "verify.numeric", "verify.tactics", "verify.notebook"):
        home = importlib.import_module(module)
        for name in getattr(home, "__all__", [n for n in vars(home) if not n.startswith("_")]):
            found = getattr(home, name)
            if getattr(found, "__module__", "").startswith("verify."):
                wanted.add(f"{found.__module__}.{getattr(found, '__qualname__', name)}")
    for p in public():
        if p.id in wanted or p.id.rpartition(".")[0] in wanted:
            yield p


def missing_text(p: Public) -> str | None:
    text = p.text.strip()
    if not text:
        return "no docstring"
    return None if text.splitlines()[0].strip() and text[-1] in ".?`):" else "no sentence"


def missing_errors(p: Public) -> str | None:
    left = sorted(e for e in p.raised - OWN if not re.search(rf"\b{e}\b", p.text))
    return f"raises {', '.join(left)}" if left else None


def missing_parameters(p: Public) -> str | None:
    left = [x for x in p.parameters if not re.search(rf"\b{x}\b", p.text)]
    return f"does not name {', '.join(left)}" if left else None


def annotations(p: Public) -> dict[str, set[str]]:
    """The names in the type of each parameter."""
    if not isinstance(p.node, ast.FunctionDef):
        return {}
    a, found = p.node.args, {}
    for x in (*a.posonlyargs, *a.args, *a.kwonlyargs):
        nodes = ast.walk(x.annotation) if x.annotation is not None else ()
        found[x.arg] = {n.id for n in nodes if isinstance(n, ast.Name)}
    return found


def test_every_parameter_is_described() -> None:
    ours = {p.name for p in public() if p.is_class}
    found = {}
    for p in public():
        if p.module.startswith(COMPLETE):
            types = annotations(p)
            names = [x for x in p.parameters if not types.get(x, set()) & ours]
            left = [x for x in names if not re.search(rf"\b{x}\b", p.text)]
            found |= {p.id: left} if left else {}
    assert not found


@pytest.mark.parametrize("module", [m for m in MODULES if not m.startswith(KERNEL)])
def test_public_names_say_what_they_are_and_what_they_raise(module: str) -> None:
    found = {p.name: missing_text(p) or missing_errors(p) for p in public() if p.module == module}
    assert not {name: what for name, what in found.items() if what}


def test_names_of_the_reference_name_their_parameters() -> None:
    rows = tuple(listed())
    assert len(rows) > 200
    found = {p.id: missing_text(p) or missing_parameters(p) or missing_errors(p) for p in rows}
    assert not {name: what for name, what in found.items() if what}


@pytest.mark.parametrize(("module", "word"), SOURCED.items())
def test_mathematics_has_a_source(module: str, word: str) -> None:
    path = HOME.parent / f"{module.replace('.', '/')}.py"
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    kinds = (ast.Module, ast.FunctionDef, ast.ClassDef)
    texts = [ast.get_docstring(n) or "" for n in nodes if isinstance(n, kinds)]
    assert re.search(rf"\b{word}\b", " ".join(texts))


def test_what_is_missing_is_seen() -> None:
    """The checks themselves, on a function that lacks everything but a docstring."""
    head = 'def f(a, *, b=1):\n    """What a is."""\n    if b:\n        raise ValueError\n'
    (node,) = ast.parse(head + "    try:\n        raise KeyError\n    except KeyError:\n        pass\n").body
    assert isinstance(node, ast.FunctionDef)
    p = Public("verify", "f", node)
    assert missing_text(p) is None
    assert missing_errors(p) == "raises ValueError"
    assert missing_parameters(p) == "does not name b"
