"""The file that `verify new` writes: a claim that passes, and what its author has to think about."""

from __future__ import annotations

import re
from pathlib import Path

from verify.audit.sources import SourceError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}\Z")

TEXT = '''"""TITLE: say in one sentence what is concluded, and for which objects."""
from verify.statement import *

# covers("K-24")              the ids of claims/register that this file settles, if it audits a document

# Symbols, with the domain that makes the formulas meaningful. What could be dropped belongs in a hypothesis.
x, y = real("x"), real("y")

# What is printed, as literally as possible, and whether it holds. Expect REFUTED only with a reason.
as_printed = printed(then=2 * x * y < x**2 + y**2, expect=REFUTED)
as_printed.fails_at(x=0, y=0)                       # equality: the relation has to be weak

# What is true: name every hypothesis you add. A statement that follows at once needs no proof script;
# otherwise: with proof(as_corrected) as p: p.have(.., by.algebra(..)); p.conclude(by.algebra(..))
as_corrected = corrected(then=2 * x * y <= x**2 + y**2)
as_corrected.tight_at(x=1, y=1)                     # where it cannot be improved

# What a reader might take from it although it is not said.
nonclaim("Nothing is said about more than two numbers.")
'''


def claim_file(claims: Path, name: str) -> tuple[Path, str]:
    """Path and text of a new claim. Raises SourceError for a name that cannot be one, or is taken."""
    topic, _, slug = name.rpartition("/")
    topic = topic or "drafts"
    for part in (topic, slug):
        if not _NAME.match(part):
            raise SourceError(f"{part!r} is not a name of a topic or claim; use small letters, digits and underscores")
    taken = sorted(claims.rglob(f"{slug}.py")) if claims.is_dir() else []
    if taken:
        raise SourceError(f"{taken[0]} already has this name; choose another slug")
    return claims / topic / f"{slug}.py", TEXT.replace("TITLE", slug.replace("_", " ").capitalize())
