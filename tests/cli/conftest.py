from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest

FAKES = str(Path(__file__).parents[1] / "audit")
if FAKES not in sys.path:
    sys.path.insert(0, FAKES)

import audit_fakes  # noqa: E402

from verify import cli  # noqa: E402


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project in the working folder whose claims go through the small engine."""
    real = cli._settings

    def settings(base: Path, workers: int | None = None, no_cache: bool = False) -> object:
        made = real(base, workers, no_cache)
        return dataclasses.replace(made, engine=audit_fakes.SPEC, kernel=audit_fakes.KERNEL, second=audit_fakes.KERNEL)

    monkeypatch.setattr(cli, "_settings", settings)
    monkeypatch.setattr(cli.installed, "names", tuple)  # no other claims than those written here
    monkeypatch.chdir(tmp_path)
    (tmp_path / "claims").mkdir()
    return tmp_path
