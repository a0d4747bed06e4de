"""Claims of installed packages: found by their metadata, without importing them."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from verify.audit import installed
from verify.audit.sources import SourceError


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packages as pip leaves them."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def package(site: Path, name: str, points: str, claims: str | None = None) -> None:
    info = site / f"{name}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[verify.claims]\n{points}\n")
    (site / name).mkdir()
    (site / name / "__init__.py").write_text("raise RuntimeError('imported')\n")
    if claims is not None:
        (site / claims).mkdir(parents=True)
    importlib.invalidate_caches()


def test_a_package_is_found_and_not_imported(site: Path) -> None:
    package(site, "bounds_of_mine", "bounds = bounds_of_mine", "bounds_of_mine/claims")
    assert "bounds" in installed.names()
    assert installed.folder("bounds") == site / "bounds_of_mine" / "claims"
    assert "bounds_of_mine" not in sys.modules


def test_beside_the_package_in_a_checkout_only(site: Path) -> None:
    package(site, "bounds_of_mine", "bounds = bounds_of_mine", "claims")
    with pytest.raises(SourceError, match="has no folder `claims`"):
        installed.folder("bounds")
    (site / "pyproject.toml").write_text("")
    assert installed.folder("bounds") == site / "claims"


@pytest.mark.parametrize(
    ("points", "name", "message"),
    [
        ("bounds = bounds_of_mine", "bonds", "no installed package offers claims called 'bonds'; there are: bounds"),
        ("bounds = nowhere_to_be_found", "bounds", "nowhere_to_be_found, which cannot be found"),
        ("bounds = bounds_of_mine.inner", "bounds", "cannot be found"),
    ],
)
def test_what_is_wrong_is_said(site: Path, points: str, name: str, message: str) -> None:
    package(site, "bounds_of_mine", points)
    (site / "bounds_of_mine" / "__init__.py").write_text("")
    with pytest.raises(SourceError, match=message):
        installed.folder(name)


def test_two_packages_of_one_name(site: Path) -> None:
    package(site, "first_of_two", "bounds = first_of_two", "first_of_two/claims")
    package(site, "second_of_two", "bounds = second_of_two", "second_of_two/claims")
    with pytest.raises(SourceError, match="first_of_two and second_of_two both offer claims called 'bounds'"):
        installed.folder("bounds")
