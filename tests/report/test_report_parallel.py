"""Work in several processes gives what one process gives, in order, and fails as one process fails."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

import pytest
import report_example as example

from verify.report import CertificateAndVerdicts, ReportError, render
from verify.report.parallel import FEWEST, Passes, relay

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork: everything is done in one process")


def test_results_come_in_order_and_every_one_is_reported() -> None:
    for workers, count in ((1, 5), (2, 5), (2, 2 * FEWEST + 1), (3, 4 * FEWEST)):
        read: list[int] = []
        done: list[int] = []
        passes: Passes[int, int, str, int, tuple[int, str, int]] = Passes(
            lambda x: (x, "kept" * x), sum, lambda x, kept, total: (x * x, kept, total)
        )
        got = relay(passes, range(count), workers, partial(read.append, 1), partial(done.append, 1))
        assert got == [(x * x, "kept" * x, sum(range(count))) for x in range(count)]
        assert len(read) == len(done) == count


@forks
def test_other_processes_do_the_work_and_stay_for_the_second_pass() -> None:
    passes: Passes[int, int, int, list[int], tuple[int, int]] = Passes(
        lambda x: (os.getpid(), os.getpid()), list, lambda x, kept, _: (kept, os.getpid())
    )
    found = set(relay(passes, range(4 * FEWEST), 2, nothing, nothing))
    assert len(found) == 2 and all(one == other != os.getpid() for one, other in found)


def nothing() -> None:
    pass


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("second", [False, True])
def test_a_failure_is_raised(workers: int, second: bool) -> None:
    def fails(x: int) -> int:
        if x == 7:
            raise ReportError("seven")
        return x

    first: Callable[[int], tuple[int, int]] = (lambda x: (x, x)) if second else (lambda x: (fails(x), x))
    passes: Passes[int, int, int, int, int] = Passes(first, sum, lambda x, kept, _: fails(x))
    with pytest.raises(ReportError, match="seven"):
        relay(passes, range(2 * FEWEST), workers, nothing, nothing)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_between_the_passes_is_raised(workers: int) -> None:
    def meet(_: object) -> int:
        raise ReportError("twice")

    passes: Passes[int, int, int, int, int] = Passes(lambda x: (x, x), meet, lambda x, kept, _: x)
    with pytest.raises(ReportError, match="twice"):
        relay(passes, range(2 * FEWEST), workers, nothing, nothing)


@forks
@pytest.mark.parametrize("second", [False, True])
def test_a_process_that_dies_is_noticed(second: bool) -> None:
    def dies(x: int) -> int:
        return os._exit(3) if x == 9 else x

    first: Callable[[int], tuple[int, int]] = (lambda x: (x, x)) if second else (lambda x: (dies(x), x))
    passes: Passes[int, int, int, int, int] = Passes(first, sum, lambda x, kept, _: dies(x))
    with pytest.raises(ChildProcessError):
        relay(passes, range(2 * FEWEST), 2, nothing, nothing)


def many() -> list[CertificateAndVerdicts]:
    made = []
    for k in range(2 * FEWEST):
        item = example.hoeffding()
        assert item.certificate is not None
        item.certificate["claim"]["slug"] = f"copy_{k}"  # type: ignore[index]
        item.certificate["figures"] = []  # type: ignore[index]
        made.append(item)
    return made


def test_pages_do_not_depend_on_the_number_of_processes() -> None:
    seen: list[tuple[str, int, int]] = []
    alone = render(many(), example.REGISTRY, example.SOURCES)
    assert render(many(), example.REGISTRY, example.SOURCES, workers=2, progress=lambda *x: seen.append(x)) == alone
    total = 2 * FEWEST
    assert seen == [(what, k, total) for what in ("read", "rendered") for k in range(1, total + 1)]
