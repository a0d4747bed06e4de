from __future__ import annotations

import shutil
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest
from away import ROOT, call

sys.path.append(str(ROOT / "tests" / "docs"))  # blocks.py, which runs the blocks of a page

LEFT_OUT = (".*", "build", "dist", "reports", "tests", "__pycache__", "*.egg-info")


def pip(*arguments: str | Path, cwd: Path) -> None:
    call(sys.executable, "-m", "pip", "--quiet", *arguments, "--no-deps", cwd=cwd)


@pytest.fixture(scope="session")
def wheel(once: Callable[[str, Callable[[Path], Path]], Path]) -> Path:
    """The wheel of this checkout."""

    def made(home: Path) -> Path:
        shutil.copytree(ROOT, home / "source", ignore=shutil.ignore_patterns(*LEFT_OUT))
        pip("wheel", "--no-build-isolation", "-w", home, home / "source", cwd=home)
        (found,) = home.glob("*.whl")
        return found

    return once("wheel", made)


@pytest.fixture
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a virtual environment in which the wheel is installed. The libraries it needs are those of this
    Python, behind it on the path; an editable install there is not seen."""
    home = tmp_path_factory.mktemp("installed") / "venv"
    call(sys.executable, "-m", "venv", "--without-pip", home, cwd=home.parent)
    pip("--python", home / "bin" / "python", "install", "--no-index", wheel, cwd=home.parent)
    (site,) = home.glob("lib/*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin"
