from __future__ import annotations

import shutil
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest
from away import ROOT, call

LEFT_OUT = (".*", "build", "dist", "reports", "tests", "__pycache__", "*.egg-info")


def pip(*arguments: str | Path, cwd: Path) -> None:
    call(sys.executable, "-m", "pip", "--quiet", *arguments, "--no-deps", cwd=cwd)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes wheels of this checkout and of packages in it, and a virtual environment that has them. The libraries they
    need are those of this Python, behind them on the path; an editable install there is not seen."""

    def make(*packages: Path) -> Path:
        home = tmp_path_factory.mktemp("installed")
        for number, package in enumerate((ROOT, *packages)):
            source = home / f"source{number}"
            shutil.copytree(package, source, ignore=shutil.ignore_patterns(*LEFT_OUT))
            pip("wheel", "--no-build-isolation", "-w", home / "wheels", source, cwd=home)
            shutil.rmtree(source)
        call(sys.executable, "-m", "venv", "--without-pip", home / "venv", cwd=home)
        python = home / "venv" / "bin" / "python"
        wheels = sorted((home / "wheels").glob("*.whl"))
        assert len(wheels) == 1 + len(packages)
        pip("--python", python, "install", "--no-index", *wheels, cwd=home)
        (site,) = (home / "venv").glob("lib/*/site-packages")
        (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
        return python.parent

    return make
