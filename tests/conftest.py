"""Settings of the whole suite: property-based tests are not timed, as machines differ; what is costly is made once."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

try:
    import fcntl
except ImportError:  # not on Windows: every process makes its own
    fcntl = None  # type: ignore[assignment]

settings.register_profile(
    "suite", settings.get_profile(settings.get_current_profile_name()), deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
settings.load_profile("suite")

Once = Callable[[str, Callable[[Path], Any]], Any]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """`once(name, make)` is `make(folder)`, made by one process of the run and read by the others.

    The value must be picklable; the folder is empty and stays for the whole run. If `make` raises, the next to ask
    tries again.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ and fcntl is not None else base

    def get(name: str, make: Callable[[Path], Any]) -> Any:
        home = shared / "once"
        home.mkdir(exist_ok=True)
        found = home / f"{name}.pickle"
        with (home / f"{name}.lock").open("w") as lock:
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX)
            if not found.is_file():
                value = make(tmp_path_factory.mktemp(name))
                found.write_bytes(pickle.dumps(value))
        return pickle.loads(found.read_bytes())

    return get
