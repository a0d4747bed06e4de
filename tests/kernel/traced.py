"""Traces of the kernel: every call of every function while it replays a certificate, as one hash for the certificate.

A call counts with the function's name, its arguments and what came of it: the result, or the exception. The hash does
not depend on the order of calls. That a certificate is accepted or rejected says little about the parts that led to
it; here each of them is held to the answer it gave, bounds, normal forms and counted work included.
`python -m tests.kernel.recorded` writes the hashes again after a change that is meant.

The functions are traced by an exchange of their code, so that calls through names imported elsewhere are seen too.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import importlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import verify.kernel
from verify.kernel.errors import Reject

HOME = Path(verify.kernel.__file__).parent
MASK = (1 << 64) - 1
SILENT = (RecursionError, MemoryError)  # how deep the stack is, is not the kernel's

Json = Any


@functools.cache
def modules() -> dict[str, ModuleType]:
    """The kernel's modules by their names inside the kernel."""
    names = (
        ".".join(p.relative_to(HOME).with_suffix("").parts)
        for p in sorted(HOME.glob("**/*.py"))
        if p.stem not in ("__init__", "__main__")
    )
    return {n: importlib.import_module(f"{verify.kernel.__name__}.{n}") for n in names}


def plain(x: Any) -> Any:
    """The function behind a property, a static method or a cache."""
    x = getattr(x, "fget", None) or getattr(x, "__func__", x)
    return getattr(x, "__wrapped__", x)


@functools.cache
def functions() -> dict[str, FunctionType]:
    """All functions at module level and methods, by module and name; what a class gets made for it is not ours."""
    found = {}
    for name, module in modules().items():
        for key, x in vars(module).items():
            if isinstance(x, type) and x.__module__ == module.__name__:
                parts = {f"{name}.{key}.{k}": plain(y) for k, y in vars(x).items()}
            else:
                parts = {f"{name}.{key}": plain(x)}
            for full, f in parts.items():
                if not isinstance(f, FunctionType) or f.__module__ != module.__name__ or f.__code__.co_freevars:
                    continue
                if Path(f.__code__.co_filename).is_relative_to(HOME):
                    found[full] = f
    return found


@functools.cache
def caches() -> tuple[Any, ...]:
    return tuple(x for module in modules().values() for x in vars(module).values() if hasattr(x, "cache_clear"))


@functools.cache
def word(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest(), "big")


@functools.cache
def fields(kind: type) -> tuple[str, ...] | None:
    """Of values; None for objects with a state, which count by their type alone."""
    if "__slots__" in vars(kind):
        return tuple(sorted(vars(kind)["__slots__"]))
    parameters = getattr(kind, "__dataclass_params__", None)
    if parameters is not None and parameters.frozen:
        return tuple(f.name for f in dataclasses.fields(kind))
    return None


class Trace:
    """Sums of the hashes of calls, by function."""

    def __init__(self) -> None:
        self.sums: dict[str, int] = {}
        self.known: dict[int, tuple[int, Any]] = {}  # hashes of fixed values; the values too: ids are reused

    def of(self, x: Any) -> int:
        """A hash of a value: the same in every process, whatever the order of a set."""
        kind = type(x)
        if kind is str:
            return word(x)
        if kind is int:
            return x if x >= 0 else hash((7, -x))  # hash(-1) == hash(-2)
        if kind is tuple:
            found = self.known.get(id(x))
            if found is None:
                found = self.known[id(x)] = hash((11, *map(self.of, x))), x
            return found[0]
        if x is None or kind is bool:
            return 2 if x is None else 3 + x
        if kind is Fraction:
            return hash((13, self.of(x.numerator), x.denominator))
        if kind is list:
            return hash((17, *map(self.of, x)))
        if isinstance(x, dict):
            return hash((19, sum(hash((self.of(k), self.of(y))) for k, y in x.items())))
        if isinstance(x, (set, frozenset)):
            return hash((23, sum(hash((29, self.of(y))) for y in x)))
        if isinstance(x, FunctionType):
            return word(x.__qualname__)
        names = fields(kind)
        if names is None:
            return word(kind.__name__)
        found = self.known.get(id(x))
        if found is None:
            found = self.known[id(x)] = hash((word(kind.__name__), *[self.of(getattr(x, n, None)) for n in names])), x
        return found[0]

    def note(self, name: str, call: int) -> None:
        self.sums[name] = (self.sums.get(name, 0) + call) & MASK

    def hash(self) -> str:
        text = " ".join(f"{n} {self.sums[n]:x}" for n in sorted(self.sums))
        return hashlib.sha256(text.encode()).hexdigest()[:10]


class Tracer:
    """Exchanges the code of functions while it is installed; `trace` is where calls are noted."""

    def __init__(self) -> None:
        self.trace = Trace()
        self.inner: dict[str, FunctionType] = {}
        self.outer: dict[str, CodeType] = {}
        for name, f in functions().items():
            inner = FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__)
            inner.__kwdefaults__ = f.__kwdefaults__
            self.inner[name] = inner
            self.outer[name] = _outer(name)
            f.__globals__.setdefault("__traced__", {})[name] = self._noting(name, inner)

    @contextlib.contextmanager
    def installed(self, only: str | None = None) -> Iterator[None]:
        """Calls are noted inside; of one function only, if it is named."""
        names = self.inner if only is None else [only] if only in self.inner else []
        for name in names:
            f = functions()[name]
            self.inner[name].__code__ = f.__code__
            f.__code__ = self.outer[name]
        try:
            yield
        finally:
            for name in names:
                functions()[name].__code__ = self.inner[name].__code__

    def of(self, run: Callable[[], Any], only: str | None = None, trace: Trace | None = None) -> Trace:
        """What `run` calls, with the kernel's caches empty at the start, and its answer."""
        for x in caches():
            x.cache_clear()
        trace = self.trace = trace or Trace()
        with self.installed(only):
            answer = run()
        trace.note("answer", trace.of(answer))
        return trace

    def _noting(self, name: str, f: FunctionType) -> Callable[..., Any]:
        made = f.__name__ == "__init__"
        number = word(name)

        def noting(*args: Any, **named: Any) -> Any:
            trace = self.trace
            given = trace.of(args) if not named else hash((trace.of(args), trace.of(named)))
            try:
                result = f(*args, **named)
            except SILENT:
                raise
            except Exception as e:
                said = str(e) if isinstance(e, Reject) else ""
                trace.note(name, hash((number, given, 31, word(type(e).__name__), word(said))))
                raise
            value = trace.of(vars(args[0])) if made and hasattr(args[0], "__dict__") else trace.of(result)
            trace.note(name, hash((number, given, value)))
            return result

        return noting


def _outer(name: str) -> CodeType:
    space: dict[str, Any] = {}
    exec(f"def outer(*args, **named):\n    return __traced__[{name!r}](*args, **named)", space)
    code = space["outer"].__code__
    assert isinstance(code, CodeType)
    return code


@functools.cache
def tracer() -> Tracer:
    """One in a process: it leaves a table in the modules it traces."""
    return Tracer()
