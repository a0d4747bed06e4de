"""Words: every rewriting keeps the value of the product, its transpose and its trace."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp

from verify.kernel import linear as ln
from verify.kernel import words as wd
from verify.kernel.errors import Reject

from . import semantics as sem

N, K = ln.var("N"), ln.var("i")
one = ln.const(1)
TWO = {"1": 2}
SIG: Any = {
    "letters": {
        "W": {"index": [["j", {"1": 1}, {"N": 1}]], "shape": [TWO, TWO]},
        "A": {"shape": [TWO, TWO]},
        "B": {"shape": [TWO, TWO]},
        "H": {"shape": [TWO, TWO], "sym": True},
    }
}
ENDS = ((N, one), (N, ln.add(K, one)), (K, one), (K, K), (N, N), (ln.sub(K, one), one), (K, ln.add(K, one)))


def chain(ends: tuple[ln.Lin, ln.Lin], flip: int) -> wd.Factor:
    return ("c", "W", "", 0, *ends, flip)


letters = st.builds(lambda n, t: ("l", n, (), "", 0, "s" if n == "H" else t), st.sampled_from("ABH"), st.integers(0, 1))
chains = st.builds(chain, st.sampled_from(ENDS), st.integers(0, 1))
plain = st.one_of(letters, chains)
exponents = st.sampled_from([ln.const(0), one, ln.const(2), N, K, ln.add(N, one), ln.scaled(N, 2)])
powers = st.builds(lambda w, e: ("p", tuple(w), e), st.lists(letters, min_size=1, max_size=4), exponents)
nested = st.builds(
    lambda w, e: ("p", tuple(w), e), st.lists(st.one_of(letters, powers), min_size=1, max_size=2), exponents
)
words = st.lists(st.one_of(plain, powers, nested), max_size=6).map(tuple)
POINTS = ({"N": 1, "i": 1}, {"N": 2, "i": 1}, {"N": 3, "i": 2})


def value(w: wd.Word, point: dict[str, int]) -> Any:
    world = sem.World(SIG, point, {}, 7)
    return sem.word(w, ("n", ln.const(2)), world, point)


@settings(deadline=None, max_examples=150)
@given(words)
def test_normal_form_keeps_the_value(w: wd.Word) -> None:
    with mp.workdps(60):
        n = wd.normal(w)
        assert wd.normal(n) == n
        for point in POINTS:
            assert sem.close(value(n, point), value(w, point)), (w, n)
            assert sem.close(value(wd.transpose(w), point), sem.transpose(value(w, point))), w
            assert sem.close(sem.trace(value(wd.cyclic(w), point)), sem.trace(value(w, point))), w


@settings(deadline=None, max_examples=150)
@given(words, st.integers(0, 6))
def test_trace_words_are_invariant(w: wd.Word, k: int) -> None:
    """Equal traces get one representative, except where powers and chains block a rotation."""
    w = tuple(f for f in wd.normal(w) if f[0] == "l")
    c = wd.cyclic(w)
    k = k % (len(w) + 1)
    assert wd.cyclic(c) == wd.cyclic(wd.transpose(w)) == wd.cyclic(w[k:] + w[:k]) == c


A, B, H = (("l", n, (), "", 0, t) for n, t in (("A", 0), ("B", 0), ("H", "s")))
At = ("l", "A", (), "", 0, 1)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((chain((N, ln.add(K, one)), 0), chain((K, one), 0)), (chain((N, one), 0),)),
        ((chain((K, one), 1), chain((N, ln.add(K, one)), 1)), (chain((N, one), 1),)),
        ((chain((K, ln.add(K, one)), 0), A), (A,)),
        ((A, ("p", (At, A), K), At), (("p", (A, At), ln.add(K, one)),)),
        ((("p", (A, B), K), A, B), (("p", (A, B), ln.add(K, one)),)),
        ((("p", (A,), K), ("p", (A,), N)), (("p", (A,), ln.add(K, N)),)),
        ((("p", (A, B, A, B), K),), (("p", (A, B), ln.scaled(K, 2)),)),
        ((("p", (A,), ln.const(3)),), (A, A, A)),
        ((("p", (A,), ln.ZERO),), ()),
    ],
)
def test_identities(left: wd.Word, right: wd.Word) -> None:
    assert wd.normal(left) == wd.normal(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((A, B), (B, A)),
        ((A,), (At,)),
        ((chain((N, one), 0),), (chain((N, one), 1),)),
        ((("p", (A,), K),), (("p", (A,), N),)),
        ((A, At), (At, A)),
        ((chain((K, one), 0), chain((N, ln.add(K, one)), 0)), (chain((N, one), 0),)),
        ((("c", "W", "0", 0, N, ln.add(K, one), 0), chain((K, one), 0)), (chain((N, one), 0),)),
        ((("c", "W", "", 1, N, N, 0), chain((ln.sub(N, one), one), 0)), (chain((N, one), 0),)),
    ],
)
def test_differences(left: wd.Word, right: wd.Word) -> None:
    assert wd.normal(left) != wd.normal(right)


@pytest.mark.parametrize(
    "word",
    [(("p", (A,), ln.const(-1)),), (("p", (A,), ln.const(65)),), (A,) * 401, (("p", (A,) * 50 + (B,), ln.const(60)),)],
)
def test_limits(word: wd.Word) -> None:
    with pytest.raises(Reject):
        wd.normal(word)
