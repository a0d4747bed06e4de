"""Claims that come with installed packages, found without importing anything of them.

A package offers claims by an entry point of the group `verify.claims`: the name is what `verify --claims` takes, the
value is the package. Its claim files are in the folder `claims` inside the package, by topic. The library of this
package is offered in the same way; in a checkout, where nothing has been copied, its folder is beside the package.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from pathlib import Path

from verify.audit.sources import SourceError

GROUP = "verify.claims"


def names() -> tuple[str, ...]:
    """What can be asked for, sorted."""
    return tuple(sorted({point.name for point in importlib.metadata.entry_points(group=GROUP)}))


def folder(name: str) -> Path:
    """The claim folder that an installed package offers under this name. Raises SourceError with what to do."""
    points = importlib.metadata.entry_points(group=GROUP, name=name)
    values = sorted({point.value for point in points})
    if not values:
        known = ", ".join(names()) or "none"
        raise SourceError(f"no installed package offers claims called {name!r}; there are: {known}")
    if len(values) > 1:
        raise SourceError(f"{' and '.join(values)} both offer claims called {name!r}; name the folder you mean")
    package = values[0]
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise SourceError(f"the claims {name!r} are said to be in the package {package}, which cannot be found")
    for place in map(Path, spec.submodule_search_locations):
        if (place / "claims").is_dir():
            return place / "claims"
        if (place.parent / "pyproject.toml").is_file() and (place.parent / "claims").is_dir():
            return place.parent / "claims"
    raise SourceError(f"the package {package} offers claims {name!r} but has no folder `claims`; see its author")
