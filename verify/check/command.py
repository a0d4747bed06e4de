"""The command `verify check`, without the layers that only claims need."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from . import settle as engine
from .answer import COLOURS, GLYPHS, Answer
from .certificate import canonical, certificate
from .errors import IllSorted, InputError
from .problem import Problem, from_json
from .prompt import problem as from_prompt

EXIT_PROVED, EXIT_REFUTED, EXIT_INPUT, EXIT_CONTRADICTION, EXIT_OPEN = 0, 1, 2, 3, 4
MAX_LINE = 1_000_000
Json = Any


def exit_code(answer: Answer) -> int:
    """0 proved (also CONDITIONAL), 1 refuted, 2 not understood or ill-sorted, 4 open or vacuous."""
    if answer.verdict in ("PROVED", "CONDITIONAL"):
        return EXIT_PROVED
    if answer.verdict == "REFUTED":
        return EXIT_REFUTED
    return EXIT_INPUT if answer.verdict in ("ERROR", "ILL-SORTED") else EXIT_OPEN


def one(statement: str, target: str | None, as_json: bool, **parts: Any) -> int:
    """Settle what was typed; print the answer; the exit code."""
    try:
        found = from_prompt(statement, **parts)
    except IllSorted as error:
        answer = Answer("ILL-SORTED", statement, message=error.message)
        click.echo(_line(answer) if as_json else f"{GLYPHS['ILL-SORTED']} ILL-SORTED  {error.show()}")
        return EXIT_INPUT
    except InputError as error:
        if as_json:
            click.echo(_line(Answer("ERROR", statement[:200], message=str(error))))
        else:
            click.echo(f"verify: {error.show()}", err=True)
        return EXIT_INPUT
    answer = engine.settle(found)
    if as_json:
        click.echo(_line(answer))
    else:
        head, *rest = answer.text().split("\n", 1)
        click.secho(head, fg=COLOURS.get(answer.verdict), bold=True)
        for text in rest:
            click.echo(text)
    save(found, answer, target)
    return exit_code(answer)


def save(found: Problem, answer: Answer, target: str | None) -> None:
    """Write the certificate of `answer` to the problem `found` to the file `target`, if there is one; say so if not."""
    if target is None:
        return
    if answer.certificate is None or not answer.settled:
        click.echo(f"verify: no certificate was written: the statement is {answer.verdict}", err=True)
        return
    Path(target).write_text(canonical(certificate(found, answer)), encoding="utf-8")
    click.echo(f"Certificate: {target}; next: verify recheck {target}", err=True)


def _line(answer: Answer) -> str:
    return json.dumps(answer.to_json(), ensure_ascii=False)


def read_line(text: str, number: int) -> Problem | Answer:
    """The problem in a line of a file, or the answer that it has none."""
    name = f"line-{number}"
    try:
        if len(text) > MAX_LINE:
            raise InputError(f"the line has more than {MAX_LINE} characters")
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InputError(f"not JSON: {str(error)[:100]}") from None
        if isinstance(data, dict) and isinstance(data.get("id"), str):
            name = data["id"]
        return from_json(data, number)
    except IllSorted as error:
        return Answer("ILL-SORTED", message=error.show(), id=name)
    except InputError as error:
        return Answer("ERROR", message=error.show(), id=name)


def file(path: Path, as_json: bool, budget: float | None, folder: str | None) -> int:
    """Settle every line of a problem file.

    0: every line is answered, and as expected where it says so; 1: another verdict than expected; 2: a line cannot be
    understood; 3: a verdict contradicts what is expected."""
    text = click.open_file(str(path), encoding="utf-8").read()
    counts: Counter[str] = Counter()
    code = EXIT_PROVED
    began = time.monotonic()
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        found = read_line(line, number)
        if isinstance(found, Answer):
            answer, expected = found, _expected(line)
        else:
            if budget is not None:
                found = replace(found, hints=replace(found.hints, budget=budget))
            answer, expected = engine.settle(found), found.expected
            if folder is not None and answer.settled and answer.certificate is not None:
                Path(folder).mkdir(parents=True, exist_ok=True)
                name = "".join(c if c.isalnum() or c in "-_." else "_" for c in answer.id)
                (Path(folder) / f"{name}.json").write_text(canonical(certificate(found, answer)), encoding="utf-8")
        counts[answer.verdict] += 1
        code = max(code, _code(answer, expected))
        if as_json:
            click.echo(_line(answer))
        else:
            mark = "" if expected is None or expected == answer.verdict else f"  (expected {expected})"
            word = click.style(f"{GLYPHS[answer.verdict]} {answer.verdict:<11}", fg=COLOURS.get(answer.verdict))
            click.echo(f"{word} {answer.id}  {answer.statement}{mark}")
            if answer.verdict in ("ERROR", "ILL-SORTED"):
                click.echo("\n".join("    " + row for row in answer.message.splitlines()))
    if not as_json:
        tally = ", ".join(f"{n} {v}" for v, n in counts.items()) or "no statement"
        click.echo(f"\n{sum(counts.values())} statements: {tally} ({time.monotonic() - began:.1f} s).")
    return code


def _expected(line: str) -> str | None:
    try:
        value = json.loads(line)["expected"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return value if isinstance(value, str) else None


def _code(answer: Answer, expected: str | None) -> int:
    if expected is None:
        return EXIT_INPUT if answer.verdict == "ERROR" else EXIT_PROVED
    if answer.verdict == expected:
        return EXIT_PROVED
    good, bad = ("PROVED", "CONDITIONAL"), "REFUTED"
    if (expected in good and answer.verdict == bad) or (expected == bad and answer.verdict in good):
        return EXIT_CONTRADICTION
    return EXIT_INPUT if answer.verdict == "ERROR" else 0 if expected in good and answer.verdict in good else 1
