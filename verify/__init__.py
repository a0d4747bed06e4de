"""A theorem-checking toolkit for deep-learning optimization theory."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    """`verify.check(..)` without importing anything before it is asked for."""
    if name == "check":
        import importlib

        return importlib.import_module("verify.check")
    raise AttributeError(f"module 'verify' has no attribute {name!r}")
