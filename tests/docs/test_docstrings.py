"""Every public name says what it is: what a claim file gets, numbers, tactics, `verify.check`, notebooks."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest

import verify.check
import verify.notebook
import verify.numeric
import verify.statement
import verify.tactics

MODULES = (verify.statement, verify.numeric, verify.tactics)


def public() -> Iterator[tuple[str, Any]]:
    for module in MODULES:
        for name in module.__all__:
            found = getattr(module, name)
            if inspect.isfunction(found) or inspect.isclass(found):
                yield f"{module.__name__}.{name}", found
    yield "verify.check.check", verify.check.check
    yield "verify.notebook.audit", verify.notebook.audit


@pytest.mark.parametrize(("name", "found"), [pytest.param(n, f, id=n) for n, f in public()])
def test_a_public_name_has_a_docstring_of_its_own(name: str, found: Any) -> None:
    text = inspect.getdoc(found) if inspect.isfunction(found) else vars(found).get("__doc__")
    assert text and text.strip()[-1] in ".`)", name
    assert not text.startswith(f"{found.__name__}("), f"{name} has the generated docstring of a dataclass"
