"""The notebook of the tutorial runs, shows what it shows in the repository, and what is shown is rendered."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ipykernel", reason="pip install -e '.[notebook]' brings ipykernel and nbclient")
nbformat = pytest.importorskip("nbformat")
NotebookClient = pytest.importorskip("nbclient").NotebookClient

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "docs" / "tutorial" / "notebook.ipynb"


def outputs(notebook: Any) -> list[dict[str, str]]:
    """The data of each output, without times."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            assert output.output_type == "execute_result", output
            found.append({kind: re.sub(r"[0-9.]+ s\b", "", str(text)) for kind, text in output.data.items()})
    return found


def test_the_notebook_runs_and_shows_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = nbformat.read(NOTEBOOK, as_version=4)
    fresh = nbformat.read(NOTEBOOK, as_version=4)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    NotebookClient(fresh, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    told, before = outputs(fresh), outputs(kept)
    assert len(told) == len(before) == 5
    for new, old in zip(told[:4], before[:4], strict=True):
        assert new == old
    answer, statement, verdicts, derivation, picture = (data["text/html"] for data in told)
    assert "PROVED" in answer and "<math" in statement
    assert "REFUTED" in verdicts and "PROVED" in verdicts and "<math" in verdicts
    assert "<li" in derivation and "<svg" in picture
