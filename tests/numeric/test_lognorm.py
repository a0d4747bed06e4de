import random

import flint
import numpy as np
import pytest

from verify.numeric.lognorm import jacobian, largest_eigenvalue_upper, log_norm_upper
from verify.numeric.matrices import RationalMatrix
from verify.numeric.networks import linear_network_flow
from verify.numeric.tracing import trace


def columns(table):
    return [
        [x if isinstance(x, flint.arb) else flint.arb(x) for x in column]
        for column in zip(*table, strict=True)
    ]


@pytest.mark.parametrize(
    "table,least,most",
    [
        ([[3]], 3, 3.001),
        ([[0, 1], [-1, 0]], 0, 0.001),
        ([[0, 1], [1, 0]], 1, 1.001),
        ([[0, 4], [0, 0]], 2, 2.001),
        ([[0, 0], [0, 0]], 0, 0.001),
        ([[-5, 0], [0, -7]], -5, -4.999),
        ([[flint.arb(0, 1)]], 1, 1.001),
        ([[flint.arb(-2, 1), 0], [0, flint.arb(-3, 1)]], -1, 0.5),
        ([[0, flint.arb(0, 1)], [flint.arb(0, 1), 0]], 1, 1.5),
    ],
)
def test_upper_bound_of_the_largest_eigenvalue(table, least, most):
    bound = largest_eigenvalue_upper(columns(table))
    assert bound >= least and bound < flint.arb(most)


def test_random_members_stay_below():
    rng = random.Random(0)
    for size in (2, 4, 7):
        middle = [[rng.uniform(-1, 1) for _ in range(size)] for _ in range(size)]
        bound = largest_eigenvalue_upper(columns([[flint.arb(x, 0.3) for x in row] for row in middle]))
        for _ in range(20):
            member = np.array([[x + rng.choice((-0.3, 0.3)) for x in row] for row in middle])
            assert np.linalg.eigvalsh((member + member.T) / 2)[-1] <= float(bound.mid()) + 1e-12
        row = np.array([[x + 0.3 for x in r] for r in middle])
        assert np.linalg.eigvalsh((row + row.T) / 2)[-1] <= float(bound.mid()) + 1e-12


def test_not_finite_gives_no_bound():
    assert not largest_eigenvalue_upper([[flint.arb.nan()]]).is_finite()
    assert not largest_eigenvalue_upper([[flint.arb.pos_inf()]]).is_finite()
    assert not largest_eigenvalue_upper([[flint.arb(0, flint.arb.pos_inf())]]).is_finite()
    assert largest_eigenvalue_upper([]) == 0


def test_jacobian_against_differences():
    shapes = [(2, 3), (2, 2), (1, 2)]
    rng = np.random.default_rng(3)
    target = RationalMatrix.from_rows([[1, "1/2", -1]])
    tape = trace(linear_network_flow(target), shapes)
    point = [rng.standard_normal(s) for s in shapes]

    def field(flat):
        w, at = [], 0
        for r, c in shapes:
            w.append(flat[at : at + r * c].reshape(r, c))
            at += r * c
        e = w[2] @ w[1] @ w[0] - np.array([[1, 0.5, -1]])
        grads = [w[1].T @ w[2].T @ e, w[2].T @ e @ w[0].T, e @ (w[1] @ w[0]).T]
        return -np.concatenate([g.ravel() for g in grads])

    flat = np.concatenate([p.ravel() for p in point])
    box = [
        flint.arb_mat(*s, [flint.arb(x) for x in p.ravel().tolist()])
        for s, p in zip(shapes, point, strict=True)
    ]
    for k, column in enumerate(jacobian(tape, box)):
        step = np.zeros_like(flat)
        step[k] = 1e-6
        slope = (field(flat + step) - field(flat - step)) / 2e-6
        assert np.allclose([float(x.mid()) for x in column], slope, atol=1e-8)
    numeric = np.array([[float(x.mid()) for x in column] for column in jacobian(tape, box)])
    top = np.linalg.eigvalsh((numeric + numeric.T) / 2)[-1]
    assert top <= float(log_norm_upper(tape, box).mid()) < top + 1e-6
