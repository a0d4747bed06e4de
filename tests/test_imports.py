"""Who may import whom, and what the kernel may contain."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import verify
from tests.batches import all_pass

HOME = Path(verify.__file__).parent
BELOW = {
    "kernel": set(),
    "crosscheck": set(),
    "second": set(),
    "statement": {"kernel"},
    "tactics": {"kernel", "statement"},
    "numeric": {"kernel", "statement"},
    "evidence": {"kernel", "statement", "tactics", "numeric"},
    "check": {"kernel", "statement", "tactics", "numeric"},
    "audit": {"kernel", "statement", "tactics", "numeric", "evidence"},
    "report": {"kernel", "statement", "tactics", "numeric", "evidence", "audit"},
    "cli": {"kernel", "statement", "tactics", "numeric", "evidence", "audit", "report", "check"},
    "notebook": {"kernel", "statement", "tactics", "numeric", "evidence", "audit", "report"},
    "pytest_plugin": {"kernel", "statement", "tactics", "numeric", "evidence", "audit", "report"},
}
HEAVY = ("sympy", "numpy", "scipy", "flint", "mpmath", "hypothesis", "jinja2")
EXACT = {"comb", "factorial", "gcd", "isqrt", "lcm", "prod"}  # integers in, integers out
FILES = sorted(HOME.rglob("*.py"))
KERNEL = [path for path in FILES if path.relative_to(HOME).parts[0] == "kernel"]
SECOND = [path for path in FILES if path.relative_to(HOME).parts[0] == "crosscheck"]
ITEMS = [path for path in FILES if path.relative_to(HOME).parts[0] == "second"]
COPIED = 60  # nodes of a syntax tree from which on two equal functions are a copy


def layer(path: Path) -> str:
    return path.relative_to(HOME).parts[0].removesuffix(".py")


@cache
def modules(path: Path) -> tuple[str, ...]:
    """Full names of imported modules, relative imports resolved."""
    package = ["verify", *path.relative_to(HOME).parts[:-1]]
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            name = ".".join(part for part in (base, node.module or "") if part)
            found += [f"{name}.{alias.name}" for alias in node.names]
    return tuple(found)


def named(path: Path) -> str:
    return path.relative_to(HOME).as_posix()


def test_layers() -> None:
    all_pass(FILES, keeps_to_its_layer, named)


def keeps_to_its_layer(path: Path) -> None:
    mine = layer(path)
    if mine == "__init__":
        assert list(modules(path)) in ([], ["__future__.annotations", "typing.Any", "importlib"])
        return
    assert mine in BELOW, f"verify.{mine} has no place among the layers"
    for module in modules(path):
        parts = module.split(".")
        if parts[0] == "verify" and len(parts) > 1 and parts[1] != mine:
            assert parts[1] in BELOW[mine], f"{named(path)} imports {module}"


def test_only_two_layers_import_flint() -> None:
    """The numeric layer, and the second checker, which shares nothing with it."""
    flint = [p for p in FILES if "flint" in {m.split(".")[0] for m in modules(p)}]
    assert {layer(p) for p in flint} == {"numeric", "second"}, [named(p) for p in flint]


@pytest.mark.parametrize("path", KERNEL, ids=named)
def test_the_kernel_imports_only_the_standard_library(path: Path) -> None:
    for module in modules(path):
        top = module.split(".")[0]
        assert top in sys.stdlib_module_names or module.startswith("verify.kernel"), module


@pytest.mark.parametrize("path", SECOND, ids=named)
def test_the_second_checker_imports_only_the_standard_library_and_nothing_of_the_kernel(path: Path) -> None:
    for module in modules(path):
        top = module.split(".")[0]
        assert top in sys.stdlib_module_names or module.startswith(("verify.crosscheck", "crosscheck")), module


@pytest.mark.parametrize("path", ITEMS, ids=named)
def test_the_second_checker_of_items_imports_the_standard_library_and_flint(path: Path) -> None:
    for module in modules(path):
        top = module.split(".")[0]
        assert top in {*sys.stdlib_module_names, "flint"} or module.startswith("verify.second"), module


def functions(path: Path) -> Iterator[tuple[str, str]]:
    """The syntax of every longer function, its name and its words for people left out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if sum(1 for part in body for _ in ast.walk(part)) >= COPIED:
                yield f"{named(path)}: {node.name}", "\n".join(map(ast.dump, body))


def test_the_second_checkers_share_no_code_with_the_kernel() -> None:
    """Not by imports, which the tests above see, and not by copies."""
    kernel = {text: name for path in KERNEL for name, text in functions(path)}
    assert len(kernel) > 500
    copies = [(name, kernel[text]) for path in (*SECOND, *ITEMS) for name, text in functions(path) if text in kernel]
    assert copies == []


@pytest.mark.parametrize("path", KERNEL, ids=named)
def test_the_kernel_has_no_floats_and_evaluates_no_text(path: Path) -> None:
    banned = {"float", "complex", "eval", "exec", "compile", "__import__"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float | complex), f"{named(path)}:{node.lineno} has a float"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in banned, f"{named(path)}:{node.lineno} calls {node.func.id}"
        if isinstance(node, ast.ImportFrom) and node.module == "math":
            assert {alias.name for alias in node.names} <= EXACT, f"{named(path)}:{node.lineno} imports from math"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            assert not {"math", "cmath", "random", "decimal", "pickle"} & set(names)


def loaded(code: str) -> list[str]:
    found = f"{code}\nimport sys; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", found], capture_output=True, text=True, check=True)
    names: list[str] = ast.literal_eval(done.stdout.strip().splitlines()[-1])
    return names


def test_help_is_light() -> None:
    code = "from verify.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    assert loaded(code) == []


@pytest.mark.parametrize("module", ["verify.audit.run", "verify.audit.recheck", "verify.statement"])
def test_light_layers(module: str) -> None:
    assert loaded(f"import {module}") == []


def test_the_plugin_is_light() -> None:
    code = "import verify.pytest_plugin, sys\nassert 'verify.audit' not in sys.modules"
    assert not set(loaded(code)) - {"hypothesis"}
