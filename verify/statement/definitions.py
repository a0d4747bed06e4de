# ruff: noqa: E501  (the tables are one entry a line)
"""The definition table: every word that unfolds, with its one definition. Part of the hash of a statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .terms import Node, walk


@dataclass(frozen=True)
class Definition:
    """A word of the author's language, what it means in a sentence, and its definition as LaTeX."""

    word: str
    meaning: str
    latex: str

    def json(self) -> dict[str, str]:
        """The form that is hashed and shown."""
        return {"word": self.word, "meaning": self.meaning, "latex": self.latex}


_ENTRIES = (
    ("chain", "end-to-end matrix", "the product of the layers from hi down to lo; the unit matrix when it is empty",
     r"W_{i:j} = W_i W_{i-1} \cdots W_j,\quad W_{j-1:j} = I"),
    ("flow", "gradient flow", "each parameter moves against the gradient of the loss, at every time of the interval",
     r"\dot W_j = -\rho_j \nabla_j \ell(W_{N:1})"),
    ("descent", "gradient descent", "the next iterate is the present one minus the step size times the gradient",
     r"W_j^{+} = W_j - \eta \nabla_j \ell(W_{N:1})"),
    ("balanced", "balanced", "the inner Gram matrices of neighbouring layers agree",
     r"W_{j+1}^{\top} W_{j+1} = W_j W_j^{\top}\quad (1 \le j < N)"),
    ("preconditioner", "preconditioner", "the end-to-end preconditioner of balanced layers, powers as roots of Gram matrices",
     r"P_W = \sum_{j=1}^{N} [W^{\top} W]^{(j-1)/N} \otimes [W W^{\top}]^{(N-j)/N},\quad A^0 = I"),
    ("half_square", "half-square loss", "half the squared Frobenius distance to a target, divided by a number if one is given",
     r"\ell(X) = \tfrac12 \lVert X - Y \rVert_F^2"),
    ("model", "differentiable model", "outputs whose time derivative is the Jacobian times that of the parameters",
     r"\dot u = J \dot\theta"),
    ("frobenius", "Frobenius norm", "the root of the sum of squared entries; `<= r` unfolds to r >= 0 and r^2 >= the sum of squares",
     r"\lVert X \rVert_F = \sqrt{\operatorname{tr} X X^{\top}}"),
    ("norm", "Euclidean norm", "the root of the sum of squared entries; `<= r` unfolds to r >= 0 and r^2 >= the sum of squares",
     r"\lVert x \rVert = \sqrt{x^{\top} x}"),
    ("sigma_min", "least singular value",
     "by shape: the largest s >= 0 for which X X^T - s^2 I (wide) or X^T X - s^2 I (tall) is PSD; both when square. "
     "A statement is proved for every s >= 0 with this property",
     r"\sigma_{\min}(X) \ge s \iff X X^{\top} \succeq s^2 I \ \text{(wide)},\ X^{\top} X \succeq s^2 I \ \text{(tall)}"),
    ("lam_min", "least eigenvalue", "lam_min(A) >= c means that A - c I is positive semidefinite",
     r"\lambda_{\min}(A) \ge c \iff A - c I \succeq 0"),
    ("pd", "positive definite", "A - c I is positive semidefinite for some c > 0; in a conclusion c is the stated witness",
     r"A \succ 0 \iff A \succeq c I \ \text{for some}\ c > 0"),
    ("rank", "full rank", "by shape: a right inverse exists (wide), a left inverse exists (tall); both when square",
     r"\operatorname{rank} W = \min \iff W V = I \ \text{(wide)},\ V W = I \ \text{(tall)}"),
    ("one_sided_inverse", "one-sided inverse", "a right inverse of a wide matrix of full rank, a left inverse of a tall one",
     r"W V = I \ \text{or}\ V W = I"),
    ("root", "root", "the PSD matrix (non-negative number) whose n-th power is the given PSD matrix (non-negative number)",
     r"X = A^{1/n} \iff X \succeq 0,\ X^n = A"),
    ("absolute", "absolute value", "|x| <= e unfolds to x <= e and -x <= e", r"|x| \le e \iff -e \le x \le e"),
    ("dot", "inner product", "of two columns", r"x \cdot y = \operatorname{tr} x^{\top} y"),
    ("relu", "rectifier", "z times the indicator of z >= 0", r"\operatorname{relu}(z) = z \, 1\{z \ge 0\}"),
    ("P", "probability", "the expectation of the indicator of the event", r"P(A) = E[1_A]"),
    ("indicator", "indicator", "1 where the event holds, else 0; conjunction is a product, the complement is 1 - indicator",
     r"1\{A \wedge B\} = 1_A 1_B"),
    ("mean", "mean", "the sum over the index divided by the number of terms", r"\frac1n \sum_{i=1}^n x_i"),
    ("entries", "matrix by entries", "the matrix with the given entries", r"H = (h_{il})"),
    ("at_least_order", "at least of the order",
     "a >= c b for a constant c > 0 that is chosen before all symbols except those listed",
     r"a = \Omega(b) \iff a \ge c\, b"),
    ("at_most_order", "at most of the order",
     "a <= c b for a constant c > 0 that is chosen before all symbols except those listed",
     r"a = O(b) \iff a \le c\, b"),
)  # fmt: skip

TABLE: dict[str, Definition] = {key: Definition(word, meaning, latex) for key, word, meaning, latex in _ENTRIES}
_SAME = {"mean_family": "mean", "output": "model", "jacobian": "model", "parameter": "model", "sqrt": "root"}


def used_definitions(formulas: Iterable[Node]) -> tuple[Definition, ...]:
    """The definitions of the words that occur in `formulas`, in the order of the table."""
    words: set[str] = set()
    for formula in formulas:
        for node in walk(formula):
            words.add(_SAME.get(node.op, node.op))
            for arg in node.args:
                kind = getattr(arg, "kind", "")
                if kind in TABLE:
                    words.add(kind)
    return tuple(definition for key, definition in TABLE.items() if key in words)
