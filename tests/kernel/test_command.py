"""The command of the kernel: exit codes, what is printed, and the settings it makes."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.must_fail.twins import TWINS
from verify.kernel import __main__ as command


class Line:
    """A standard output that takes down what is written and when it is handed on."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def write(self, text: str) -> int:
        self.log.append(text)
        return len(text)

    def flush(self) -> None:
        self.log.append("<handed on>")


@pytest.fixture(autouse=True)
def settings() -> Iterator[None]:
    depth, threshold = sys.getrecursionlimit(), gc.get_threshold()
    yield
    sys.setrecursionlimit(depth)
    gc.set_threshold(*threshold)


def written(folder: Path, name: str, data: Any) -> str:
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return str(path)


def good() -> Any:
    return TWINS["lemma_used"]()


def half() -> Any:
    """The first theorem is accepted, the second is not."""
    data = good()
    data["derivation"][1]["qed"] = ["nothing"]
    return data


def test_the_exit_code_says_whether_everything_is_accepted(tmp_path: Path, capsys: Any) -> None:
    fine, partly = written(tmp_path, "good", good()), written(tmp_path, "half", half())
    broken = written(tmp_path, "broken", "{")
    assert command.main([fine]) == 0
    assert command.main([partly]) == 1
    assert command.main([broken]) == 1
    assert command.main([str(tmp_path / "none")]) == 1
    assert command.main([partly, fine]) == 1 and command.main([broken, fine]) == 1
    assert command.main([fine, broken]) == 1
    results = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [("error" in r) for r in results[:4]] == [False, False, True, True]
    assert [item["ok"] for item in results[1]["theorems"]] == [True, False]


def test_each_line_is_sorted_and_handed_on_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = Line()
    monkeypatch.setattr(sys, "stdout", out)
    command.main([written(tmp_path, "good", good())])
    text = out.log[0]
    assert out.log[-1] == "<handed on>"
    assert text == json.dumps(json.loads(text), sort_keys=True)


def test_deep_terms_are_allowed_and_the_collector_is_rarely_called(tmp_path: Path) -> None:
    sys.setrecursionlimit(5000)
    gc.set_threshold(700, 10, 10)
    command.main([])
    assert sys.getrecursionlimit() == 20_000
    assert gc.get_threshold()[0] == 200_000


def test_a_folder_that_is_run_becomes_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    assert command._package() == "verify.kernel"
    monkeypatch.setattr(command, "__package__", "")
    monkeypatch.delitem(sys.modules, "verify_kernel", raising=False)
    loaded: list[str] = []
    plain = command.importlib.util.module_from_spec

    def noticed(spec: Any) -> Any:
        real = spec.loader.exec_module
        spec.loader.exec_module = lambda module: (loaded.append(module.__name__), real(module))
        return plain(spec)

    monkeypatch.setattr(command.importlib.util, "module_from_spec", noticed)
    try:
        assert command._package() == "verify_kernel"
        assert loaded == ["verify_kernel"]
        assert sys.modules["verify_kernel"].__name__ == "verify_kernel"
    finally:
        sys.modules.pop("verify_kernel", None)
