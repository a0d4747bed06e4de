"""Untrusted search: from proof scripts to derivations that the kernel replays."""

from .author import Context, derive, ensure
from .errors import TacticFailed
from .refuter import refute

__all__ = ["Context", "TacticFailed", "derive", "ensure", "refute"]
