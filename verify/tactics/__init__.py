"""Untrusted search: from proof scripts to derivations that the kernel replays."""

from .author import Context, anew, derive, ensure
from .errors import TacticFailed
from .refuter import refute

__all__ = ["Context", "TacticFailed", "anew", "derive", "ensure", "refute"]
