"""Search for counterexamples to the statements of a claim file: `verify refute`.

Random draws with corners and shrinking, then a screen of large batches with descent along the gradient. Whatever is
found has been settled exactly or in balls, and where the kernel can evaluate the instance it replays the refutation.
What fails the kernel statement alone, and not what the author wrote, is left out (`verify.evidence.faithful`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from verify.audit.engine import ENGINE

ACCEPTED = "accepted"


class UnknownLabel(LookupError):
    """A label the claim file does not have, and those that it has."""


@dataclass(frozen=True)
class Searched:
    """What became of one kernel statement; `kernel` says what the kernel made of the counterexample.

    `left_out` says why instances do not count at which only the kernel statement fails.
    """

    label: str
    case: str
    drawn: int
    screened: int
    suspects: int
    settled: int
    counterexample: Mapping[str, Any] | None
    source: str | None
    kernel: str | None
    skipped: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """"none found", "counterexample", or "refuted" if the kernel replays it."""
        if self.counterexample is None:
            return "none found"
        return "refuted" if self.kernel == ACCEPTED else "counterexample"

    def to_json(self) -> dict[str, Any]:
        """The line of `verify refute --json`."""
        return {
            "label": self.label,
            "case": self.case,
            "status": self.status,
            "source": self.source,
            "kernel": self.kernel,
            "drawn": self.drawn,
            "screened": self.screened,
            "suspects": self.suspects,
            "settled": self.settled,
            "skipped": list(self.skipped),
            "left_out": list(self.left_out),
            "counterexample": None if self.counterexample is None else dict(self.counterexample),
        }


def search(path: Path, labels: tuple[str, ...], *, draws: int, sizes: int, batch: int, seed: int) -> Iterator[Searched]:
    """Search every kernel statement of a claim file, or those of some labels. Raises UnknownLabel."""
    claim = ENGINE.load(path)
    known = [s.label for s in claim.statements]
    for label in labels:
        if label not in known:
            raise UnknownLabel(label, known)
    for statement in claim.statements:
        if statement.sort_error is None and (not labels or statement.label in labels):
            for compiler, case in zip(statement.compilers(), statement.cases(), strict=True):
                kernel, needs = compiler.statement(), compiler.needs
                yield _search(statement.label, case, kernel, needs, draws, sizes, batch, seed)


def _search(
    label: str,
    case: str,
    kernel: Any,
    needs: Sequence[Mapping[str, Any]],
    draws: int,
    sizes: int,
    batch: int,
    seed: int,
) -> Searched:
    from verify.evidence.counterexample import find, record, revalidate, simplify
    from verify.evidence.faithful import unfaithful
    from verify.evidence.generate import Plan
    from verify.evidence.screen import Screened, screen

    seen = Screened()
    best: tuple[Mapping[str, Any], str, str] | None = None
    left_out: dict[str, None] = {}
    for source in ("draws", "screen"):  # the screen takes plain losses, so the kernel can follow more of what it finds
        if best is not None and best[2] == ACCEPTED:
            break
        if source == "draws":
            found = find(kernel, seed=seed, draws=draws)
        else:
            seen = screen(kernel, seed=seed, sizes=sizes, batch=batch)
            found = None if seen.found is None else simplify(Plan.of(kernel), *seen.found)
        data = None if found is None else record(kernel, *found)
        if data is not None and revalidate(kernel, data) is None:
            reason = unfaithful(kernel, data, needs)
            if reason is not None:
                left_out[reason] = None
                continue
            answer = _replayed(label, kernel, data)
            if best is None or answer == ACCEPTED:
                best = data, source, answer
    counterexample, found_by, verdict = best or (None, None, None)
    return Searched(
        label,
        case,
        draws,
        seen.instances,
        seen.suspects,
        seen.settled,
        counterexample,
        found_by,
        verdict,
        tuple(_why_skipped(reason, kernel) for reason in seen.skipped),
        tuple(left_out),
    )


def _why_skipped(reason: str, kernel: Mapping[str, Any]) -> str:
    """The screen names the hypothesis that a draw did not meet; say so."""
    named = any(hypothesis.get("id") == reason for hypothesis in kernel["hyps"])
    return f"no draw meets {reason}" if named else reason


def _replayed(label: str, kernel: Any, data: Mapping[str, Any]) -> str:
    """What the kernel says of the refutation by evaluation at the counterexample."""
    from verify.kernel import replay

    instance = data.get("kernel")
    if instance is None:
        return "outside its reach (a flow, a law, or a number that is not rational)"
    theorem = {"id": f"{label} fails", "statement": kernel, "kind": "evaluate", "instance": instance}
    (outcome,) = replay.check_all([], [theorem])[1]
    return ACCEPTED if outcome["ok"] else f"not accepted: {outcome['reason']}"


def author_line(found: Searched) -> str | None:
    """The counterexample as a line of a claim file, where an author can write it down."""
    if found.counterexample is None or any(k in found.counterexample for k in ("laws", "time")):
        return None
    values = dict(found.counterexample["values"])
    parts: dict[str, str] = {}
    families: dict[str, dict[int, Any]] = {}
    for name, value in values.items():
        if "@" in name or name.startswith("D "):
            continue
        base, bracket, index = name.partition("[")
        if bracket and index.rstrip("]").isdigit():
            families.setdefault(base, {})[int(index.rstrip("]"))] = value
        elif bracket:
            return None
        else:
            parts[base] = _literal(value)
    for base, members in families.items():
        parts[base] = "[" + ", ".join(_literal(members[i]) for i in sorted(members)) + "]"
    for name, loss in found.counterexample.get("losses", {}).items():
        if "target" not in loss:
            return None
        parts[name] = _literal(loss["target"])
    widths = [row for row in found.counterexample.get("dims", {}).values()]
    if widths:
        parts["widths"] = "(" + ", ".join(map(str, widths[0])) + ",)"
    if any(v == "" for v in parts.values()):
        return None
    return f"{found.label}.fails_at({', '.join(f'{k}={v}' for k, v in sorted(parts.items()))})"


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_literal(x) for x in value) + "]"
    if not isinstance(value, str):
        return ""
    top, slash, bottom = value.partition("/")
    return f"Q({top}, {bottom})" if slash else top
