"""Labels of figures: the claim's own symbols where there is room, words where there is not."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from verify.audit.figures import AXIS, label


@dataclass
class Term:
    text: str

    def latex(self) -> str:
        return self.text


LONG = " + ".join(f"W_{{{k}}}" for k in range(12))


@pytest.mark.parametrize(
    ("text", "norm", "expected"),
    [
        (r"\ell \left( W_{N : 1} \right)", False, r"$\ell \left( W_{N : 1} \right)$"),
        (r"W", True, r"$\left\lVert W \right\rVert_{F}$"),
        (LONG, False, "left side"),
        (LONG, True, "left side"),
    ],
)
def test_labels(text: str, norm: bool, expected: str) -> None:
    assert label(Term(text), "left side", AXIS, norm=norm) == expected
