"""Settle a statement: `verify.check("1 - x <= exp(-x)", where="x in [0, 1]")`.

The package can be called; the call returns an `Answer`, which prints in a terminal and shows in a notebook.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .answer import Answer
    from .problem import Problem


def check(
    statement: str | Mapping[str, Any],
    where: str | Iterable[str] = (),
    given: str | Iterable[str] = (),
    *,
    certificate: str | None = None,
    **hints: Any,
) -> Answer:
    """Settle a statement, given as at the prompt or as the object of a problem file.

    `where` declares domains or shapes, `given` hypotheses; `hints` are split, monotone_in, substitute (texts or lists
    of them), precision (bits) and budget (seconds). With `certificate` the file of that name is written if the
    statement is settled. Raises `verify.check.errors.InputError` (a ValueError) for input that cannot be understood."""
    from .certificate import canonical
    from .certificate import certificate as sealed
    from .settle import settle

    found = _problem(statement, where, given, hints)
    answer = settle(found)
    if certificate is not None and answer.certificate is not None and answer.settled:
        with open(certificate, "w", encoding="utf-8") as out:
            out.write(canonical(sealed(found, answer)))
    return answer


def _problem(statement: Any, where: Any, given: Any, hints: dict[str, Any]) -> Problem:
    from .errors import InputError
    from .problem import from_json
    from .prompt import problem

    if isinstance(statement, Mapping):
        if where or given or hints:
            raise InputError("a problem object carries its domains, hypotheses and hints itself")
        return from_json(dict(statement))
    if not isinstance(statement, str):
        raise InputError("a statement is a text, or the object of a problem file")
    lists = {key: _texts(hints.pop(key, ())) for key in ("split", "monotone_in", "substitute")}
    precision, budget = hints.pop("precision", None), hints.pop("budget", None)
    if hints:
        raise TypeError(f"check() got an unexpected argument {next(iter(hints))!r}")
    return problem(statement, _texts(where), _texts(given), precision=precision, budget=budget, **lists)


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


class _Callable(types.ModuleType):
    """So that `verify.check` is the package and the function."""

    def __call__(self, *args: Any, **kwargs: Any) -> Answer:
        return check(*args, **kwargs)


sys.modules[__name__].__class__ = _Callable
