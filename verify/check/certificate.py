"""Certificate files of settled problems: what is replayed, the problem it is about, and a hash of the content."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import verify

from .answer import Answer
from .errors import InputError
from .problem import Problem, from_json

KERNEL = Path(verify.__file__).parent / "kernel"
SECONDS = 300.0
Json = Any


class BadCertificate(ValueError):
    """A file that is not the certificate of a problem, in one line."""


def canonical(data: Json) -> str:
    """The canonical JSON of `data`: sorted keys, no spaces, ASCII, newline at the end; ValueError for NaN."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False) + "\n"


def content_hash(data: Mapping[str, Json]) -> str:
    """SHA-256 of the canonical JSON of `data` without its own hash."""
    return hashlib.sha256(canonical({k: v for k, v in data.items() if k != "hash"}).encode()).hexdigest()


def certificate(problem: Problem, answer: Answer) -> dict[str, Json]:
    """The file of a settled problem. Raises BadCertificate without one."""
    if answer.certificate is None or not answer.settled:
        raise BadCertificate(f"an answer {answer.verdict} has no certificate")
    data = {
        "format": 1,
        "rules": 1,
        "derivation": [],
        **answer.certificate,
        "problem": dict(problem.source),
        "statement": answer.statement,
        "verdict": answer.verdict,
    }
    return {**data, "hash": content_hash(data)}


@dataclass(frozen=True)
class Checked:
    """What a recheck found: the verdict stands if `finding` is None."""

    file: str
    verdict: str
    statement: str
    items: int
    finding: str | None
    answers: Mapping[str, Json] = field(default_factory=dict)  # the kernel's, by kind, if the verdict stands


def is_problem_certificate(path: Path) -> bool:
    """Does the file look like one of these (not like the certificate of a claim)?"""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(data, dict) and "problem" in data and "claim" not in data


def recheck(path: Path) -> Checked:
    """Replay a certificate in a fresh process and compare it with the problem it names. Raises BadCertificate if
    the file cannot be read or is none.
    """
    from verify.kernel.errors import Reject
    from verify.kernel.replay import load

    from .settle import FAMILIES, carried, judge, show

    try:
        data = load(path.read_text(encoding="utf-8"))
        problem = from_json(data["problem"])
    except Reject as error:
        raise BadCertificate(f"{path}: {error}") from None
    except InputError as error:
        raise BadCertificate(f"{path}: its problem cannot be read: {error}") from None
    except (OSError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise BadCertificate(f"{path}: not the certificate of a problem ({type(error).__name__})") from None
    for key in ("format", "rules"):
        if type(data.get(key)) is not int or data[key] != 1:
            newer = "; install a newer version of verify-claims" if str(data.get(key)) > "1" else ""
            raise BadCertificate(f"{path}: {key} {data.get(key)!r}; this version reads {key} 1{newer}")
    verdict, shown = str(data.get("verdict")), show(problem)
    count = sum(len(v) for k, v in data.items() if isinstance(v, list) and k != "rests")

    def found(what: str | None) -> Checked:
        return Checked(str(path), verdict, shown, count, what)

    if data.get("hash") != content_hash(data):
        return found("the hash is not that of the content; the file was changed after it was made")
    if verdict not in ("PROVED", "CONDITIONAL", "REFUTED") or problem.family not in FAMILIES:
        return found(f"{verdict} is not a verdict that a certificate carries")
    if data.get("statement") != shown:
        return found(f"its words are not those of its problem, which says: {shown}")
    here = judge(problem, verdict, data)
    if isinstance(here, str):
        return found(here)
    answers = _fresh(path)
    fresh = carried(data, answers)
    if isinstance(fresh, str):
        return found(fresh)
    if bool(fresh[1]) != (verdict == "CONDITIONAL") and verdict != "REFUTED":
        return found(f"the verdict should be {'CONDITIONAL' if fresh[1] else 'PROVED'}")
    return replace(found(None), answers=answers)


def _fresh(path: Path) -> dict[str, Json]:
    """Outcomes by kind from the kernel in a process of its own."""
    command = [sys.executable, "-I", "-S", str(KERNEL), str(path.resolve())]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
        answer = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return {"kernel": [{"id": "file", "ok": False, "reason": f"no answer within {SECONDS:g} s"}]}
    except ValueError:
        return {"kernel": [{"id": "file", "ok": False, "reason": "the kernel gave no answer"}]}
    if "error" in answer:
        return {"kernel": [{"id": "file", "ok": False, "reason": answer["error"]}]}
    return {kind: items for kind, items in answer.items() if isinstance(items, list)}
