"""Work in several processes gives what one process gives, in order, and fails as one process fails."""

from __future__ import annotations

import os

import pytest
import report_example as example

from verify.report import CertificateAndVerdicts, ReportError, render
from verify.report.parallel import FEWEST, spread

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork: everything is done in one process")


def test_results_come_in_order_and_every_one_is_reported() -> None:
    for workers, count in ((1, 5), (2, 5), (2, 2 * FEWEST + 1), (3, 4 * FEWEST)):
        done: list[int] = []
        assert spread(lambda x: x * x, range(count), workers, lambda done=done: done.append(1)) == [x * x for x in range(count)]  # type: ignore[misc]
        assert len(done) == count


@forks
def test_other_processes_do_the_work() -> None:
    found = set(spread(lambda _: os.getpid(), range(4 * FEWEST), 2, lambda: None))
    assert len(found) == 2 and os.getpid() not in found


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_is_raised(workers: int) -> None:
    def fails(x: int) -> int:
        if x == 7:
            raise ReportError("seven")
        return x

    with pytest.raises(ReportError, match="seven"):
        spread(fails, range(2 * FEWEST), workers, lambda: None)


@forks
def test_a_process_that_dies_is_noticed() -> None:
    with pytest.raises(ChildProcessError):
        spread(lambda x: os._exit(3) if x == 9 else x, range(2 * FEWEST), 2, lambda: None)


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
