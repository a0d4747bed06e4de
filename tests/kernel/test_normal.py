"""Normal forms keep the value: random terms are evaluated before and after normalisation."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from verify.kernel.checker import Checker
from verify.kernel.errors import Budget, Reject
from verify.kernel.normal import Poly
from verify.kernel.signature import parse

from . import semantics as sem
from .generate import Gen, n, signature

Json = Any
WORK = 60_000
loose = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(autouse=True, scope="module")
def _precision() -> Any:
    with mp.workdps(50):
        yield


def world(sig: Json, depth: int, size: int, seed: int) -> sem.World:
    dims = {"d": {i: 1 + (seed + i * i) % 3 for i in range(depth + 1)}}
    return sem.World(sig, {"N": depth, "n": size}, dims, seed)


def read(sig: Json, t: Json) -> tuple[Checker, Poly]:
    c = Checker(parse(sig), Budget(WORK))
    try:
        return c, c.read(t, c.top())
    except Reject as e:
        refused = (
            "budget",
            "entangled",
            "symbolic exponent",
            "may be zero",
            "too large",
            "factors",
            "no normal form",
            "expanded",
            "sum of matrices",
            "power of a sum",
            "outside 0..",
            "stay a monomial",
            "size limit",
        )
        assert any(x in str(e) for x in refused), (str(e), t)
        assume(False)
        raise


def agree(t: Json, p: Poly, w: sem.World) -> None:
    want = sem.term(t, w, w.nat)
    have = sem.poly(tuple(p.terms.items()), p.sort, w, w.nat)
    if p.sort == ("s",):
        want, have = sem.scalar(want), sem.scalar(have)
    assert sem.close(have, want), (t, p.terms, have, want, w.nat, w.dims)


@loose
@given(st.integers(0, 10**9), st.integers(2, 4))
def test_scalars(seed: int, depth: int) -> None:
    sig = signature()
    t = Gen(seed).scalar(depth)
    _, p = read(sig, t)
    for k in (1, 2, 3):
        agree(t, p, world(sig, k, 1 + (seed + k) % 2, seed))


@loose
@given(st.integers(0, 10**9), st.integers(2, 4))
def test_matrices(seed: int, depth: int) -> None:
    sig, gen = signature(), Gen(seed)
    r = gen.size(())
    c = r if r == n else gen.pick(["dim", "d", {}], ["dim", "d", {"N": 1}])
    t = gen.matrix(depth, r, c, ())
    _, p = read(sig, t)
    for k in (1, 2, 3):
        agree(t, p, world(sig, k, 1 + (seed + k) % 2, seed))


@loose
@given(st.integers(0, 10**9))
def test_kronecker_products_and_stacked_columns(seed: int) -> None:
    sig = signature()
    t = Gen(seed).tensor(2, ())
    _, p = read(sig, t)
    for k in (1, 2):
        agree(t, p, world(sig, k, 2, seed))


@loose
@given(st.integers(0, 10**9), st.integers(1, 3))
def test_derivatives_against_difference_quotients(seed: int, depth: int) -> None:
    sig, gen = signature("flow"), Gen(seed, smooth=True)
    t = gen.scalar(depth)
    c, p = read(sig, t)
    try:
        dp = c.ddt(p, c.top())
    except Reject as e:
        assert any(x in str(e) for x in ("derivative of", "may be zero", "budget", "entangled", "expanded")), (
            str(e),
            t,
        )
        return
    h = mpf(10) ** -15
    for k in (1, 2, 3):
        w = world(sig, k, 2, seed)
        values = []
        for s in (-1, 1):
            w.now = mpf(1) / 3 + s * h
            values.append(sem.scalar(sem.term(t, w, w.nat)))
        w.now = mpf(1) / 3
        have = sem.scalar(sem.poly(tuple(dp.terms.items()), dp.sort, w, w.nat))
        want = (values[1] - values[0]) / (2 * h)
        assert abs(have - want) <= mpf(10) ** -18 * (1 + abs(want)) * (1 + sum(map(abs, values))) ** 3, (t, have, want)


@loose
@given(st.integers(0, 10**9), st.integers(2, 3))
def test_rebuilding_changes_nothing(seed: int, depth: int) -> None:
    """Substituting nothing keeps the value, and substituting an index gives the value at that index."""
    sig = signature()
    gen = Gen(seed)
    t = gen.scalar(depth, ("z",))
    c = Checker(parse(sig), Budget(WORK))
    scope = c.enter((("z", {}, {"N": 1}),), c.top())
    try:
        p = c.read(t, scope)
        q = c.alg.rebuild(p, {}, None, scope.known)
        at = c.alg.rebuild(p, {"z": (("N", 1),)})
    except Reject:
        return
    w = world(sig, 2, 2, seed)
    for r, z in ((p, 2), (at, 2), (q, 1), (p, 0), (p, 1)):
        have = sem.scalar(sem.poly(tuple(r.terms.items()), r.sort, w, {**w.nat, "z": z}))
        assert sem.close(have, sem.scalar(sem.term(t, w, {**w.nat, "z": z}))), (t, r.terms)
