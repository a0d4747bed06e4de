"""The command `verify`. Layers that are slow to import come in when a command needs them."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verify.audit import installed
from verify.audit.certificate import CertificateError, write_atomically
from verify.audit.progress import Progress
from verify.audit.run import (
    EXIT_CONTRADICTION,
    EXIT_EXPECTED,
    EXIT_UNEXPECTED,
    EXIT_USAGE,
    Audit,
    ClaimResult,
    Settings,
    StatementResult,
    cores,
)
from verify.audit.sources import Entry, Source, SourceError, discover, register, select
from verify.audit.verdict import Standing, Verdict

if TYPE_CHECKING:
    from verify.audit.recheck import Recheck

GLYPHS = {
    Verdict.ERROR: "!",
    Verdict.ILL_SORTED: "≠",
    Verdict.REFUTED: "✗",
    Verdict.VACUOUS: "∅",
    Verdict.PROVED: "●",
    Verdict.CONDITIONAL: "◐",
    Verdict.ENCLOSED: "▣",
    Verdict.TESTED: "○",
    Verdict.OPEN: "?",
}
COLOURS = {Standing.EXPECTED: "green", Standing.OPEN: "yellow", Standing.UNEXPECTED: "red"}
EXTRA_MODULES = {"flint": "python-flint"}


class Group(click.Group):
    """A user's mistake is one line that says what to do; only our own mistakes have a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; errors that a user can mend become one line and an exit code."""
        try:
            return super().invoke(ctx)
        except (SourceError, CertificateError) as error:
            _fail(str(error), EXIT_USAGE)
        except ModuleNotFoundError as error:
            module = (error.name or "").partition(".")[0]
            if module == "verify":
                raise
            package = EXTRA_MODULES.get(module, module)
            _fail(f"the package {package} is missing; install it with `pip install {package}`", EXIT_UNEXPECTED)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            name = error.filename or "a file"
            _fail(f"{name} cannot be read or written: {error.strerror or error}; choose another place", EXIT_USAGE)


def _fail(message: str, code: int) -> None:
    click.echo(f"verify: {message}", err=True)
    raise SystemExit(code)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="verify-claims", prog_name="verify")
@click.option(
    "--claims",
    "asked",
    multiple=True,
    metavar="FOLDER|NAME",
    help="A claim folder, or claims of an installed package; may be repeated [default: claims, here or above].",
)
@click.pass_context
def main(ctx: click.Context, asked: tuple[str, ...]) -> None:
    """Check claims of deep-learning optimization theory.

    A CLAIM is a slug (balancedness), a topic with or without a slug (linear_networks/balancedness), an id of
    the table of sources (K-24), or the path of a claim file.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    ctx.obj = asked


def _common(command: Callable[..., None]) -> Callable[..., None]:
    command = click.option("--no-cache", is_flag=True, help="Audit again even if nothing changed.")(command)
    help_text = "Processes to use [default: one for each core]."
    return click.option("--workers", "-j", type=click.IntRange(1, 256), metavar="N", help=help_text)(command)


@dataclass(frozen=True)
class Project:
    """What a command works on: claim folders, and the folder that holds reports and cache."""

    claims: tuple[Path, ...]
    base: Path


def project(asked: Sequence[str], names: Sequence[str] = ()) -> Project:
    """The claims asked for; without any, the folder `claims` here or above; without one, what is installed.

    Reports and cache are beside the first claim folder of the user's own, else in the current folder. Raises
    SourceError if there are none.
    """
    here = Path.cwd()
    if asked:
        own = [Path(name) for name in asked if Path(name).is_dir()]
        folders = [Path(name) if Path(name).is_dir() else _installed(name) for name in asked]
        return Project(tuple(folders), own[0].resolve().parent if own else here)
    for base in (here, *here.parents):
        if (base / "claims").is_dir():
            return Project((base / "claims",), base)
    if names and all(name.endswith(".py") for name in names):
        return Project((Path(names[0]).resolve().parent.parent,), here)
    known = installed.names()
    if not known:
        raise SourceError("there is no folder `claims` here or above; name one with `verify --claims FOLDER ..`")
    click.echo(f"verify: no folder `claims` here or above; taking the installed claims: {', '.join(known)}", err=True)
    return Project(tuple(installed.folder(name) for name in known), here)


def _installed(name: str) -> Path:
    if os.sep in name or name in (".", ".."):
        raise SourceError(f"there is no claim folder {name}")
    try:
        return installed.folder(name)
    except SourceError as error:
        raise SourceError(f"there is no claim folder {name}, and {error}") from None


def _settings(base: Path, workers: int | None = None, no_cache: bool = False) -> Settings:
    fields: dict[str, Any] = {} if workers is None else {"workers": workers}
    if no_cache:
        fields["cache"] = None
    else:
        fields["cache"] = base / ".verify-cache"
    reports = base / "reports"
    return Settings(certificates=reports / "certificates", provenance=reports / "provenance.json", **fields)


def _sources(claims: Sequence[Path], names: Sequence[str]) -> list[Source]:
    sources = discover(*claims)
    if not sources and not names:
        where = " and ".join(map(str, claims))
        raise SourceError(f"{where} holds no claim; a claim file starts with `from verify.statement import *`")
    return select(sources, names, claims)


# audit -----------------------------------------------------------------------------------------------------


@main.command("audit")
@click.argument("names", nargs=-1, metavar="[CLAIM]...")
@click.option("--report", "with_report", is_flag=True, help="Build the pages in reports/html as well.")
@click.option(
    "--json",
    "target",
    is_flag=False,
    flag_value="-",
    metavar="[FILE]",
    help="Write the result as JSON, to standard output if no FILE.json follows.",
)
@_common
@click.pass_obj
def audit_command(
    asked: tuple[str, ...],
    names: tuple[str, ...],
    with_report: bool,
    target: str | None,
    workers: int | None,
    no_cache: bool,
) -> None:
    """Audit claims: derive, replay, try, enclose; write certificates; print the verdicts.

    Exit code 0: every verdict as expected. 1: not so, or a claim file raises. 2: usage. 3: contradiction.
    """
    from verify.audit.run import audit

    target = _json_target(target)
    work = project(asked, names)
    sources = _sources(work.claims, names)
    entries = [] if names else [entry for folder in work.claims for entry in register(folder, sources)]
    settings = _settings(work.base, workers, no_cache)
    _writable(work.base / "reports")
    progress = Progress(len(sources))
    result = audit(sources, settings, progress)
    # written only for those who ask: with every certificate in it, it is long
    text = "" if target is None else json.dumps(result.to_json(), indent=2, ensure_ascii=True) + "\n"
    if target == "-":
        click.echo(text, nl=False)
    else:
        _print_audit(result, progress.seconds)
        _print_register(entries, result)
        if target is not None:
            write_atomically(Path(target), text)
    _write_run(work.base, result, progress.seconds)
    if with_report:
        page = build_report(result, work.base / "reports" / "html", work.claims)
        click.echo(f"Report: {page}", err=target == "-")
    raise SystemExit(result.exit_code)


def _writable(folder: Path) -> None:
    """Raise SourceError now rather than after the work, if nothing can be written in a folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or error
        where = "results go to `reports` beside the claim folder"
        advice = "make it writable, or copy the claims to a place of yours"
        raise SourceError(f"{folder} cannot be written: {reason}; {where}: {advice}") from error


def _print_register(entries: Sequence[Entry], result: Audit) -> None:
    """For each document: how many of its claims are covered, out of scope, pending, and what was found."""
    from verify.audit.closing import closings

    found = {closing.source: closing.lines() for closing in closings(result.claims, entries)}
    for source in dict.fromkeys(entry.source for entry in entries):
        counts = Counter(entry.status for entry in entries if entry.source == source)
        parts = ", ".join(f"{counts[status]} {status}" for status in ("covered", "out of scope", "pending"))
        click.echo(f"{source}: {counts.total()} claims, {parts}")
        for line in found.pop(source):
            click.echo(f"    {line}")
    for source, lines in found.items():
        click.echo("\n    ".join((source, *lines)))


def _json_target(target: str | None) -> str | None:
    if target in (None, "-") or Path(str(target)).suffix == ".json":
        return target
    hint = f"write `verify audit {target} --json` or name a file that ends in .json"
    raise click.UsageError(f"--json {target}: this is not a JSON file; {hint}")


def _write_run(base: Path, result: Audit, seconds: float) -> None:
    """Times and versions: what certificates must not hold."""
    from verify.audit.cache import library_versions

    data = {
        "versions": library_versions(),
        "milliseconds": round(1000 * seconds),
        "claims": {
            c.id: {"milliseconds": round(1000 * c.record.seconds), "cached": c.record.cached} for c in result.claims
        },
    }
    write_atomically(base / "reports" / "run.json", json.dumps(data, indent=2) + "\n")


def _print_audit(result: Audit, seconds: float) -> None:
    """Claims with something unexpected first; within a claim likewise."""
    order = {Standing.UNEXPECTED: 0, Standing.OPEN: 1, Standing.EXPECTED: 2}
    for claim in sorted(result.claims, key=lambda c: (c.green, c.id)):
        click.secho(claim.id, bold=True)
        if claim.error is not None:
            _line(Verdict.ERROR, Standing.UNEXPECTED, claim.error)
        for s in sorted(claim.statements, key=lambda s: order[s.standing]):
            if claim.error is None:
                _line(s.verdict, s.standing, _remark(s))
        if not claim.green and claim.error is None:
            click.echo(f"    next: verify show {claim.id}")
    click.echo()
    click.echo(_tally(result, seconds))
    for claim in result.claims:
        for s in claim.statements:
            if s.judgement.contradiction:
                click.secho(f"CONTRADICTION in {claim.id}, {s.label}: {s.judgement.reason}", fg="red", bold=True)


def _line(verdict: Verdict, standing: Standing, text: str) -> None:
    word = click.style(f"{GLYPHS[verdict]} {verdict:<11}", fg=COLOURS[standing])
    width = min(max(shutil.get_terminal_size((110, 24)).columns, 60), 110)
    first, *rest = textwrap.wrap(text, width - 20, break_on_hyphens=False) or [""]
    click.echo(f"    {word}  {first}")
    for line in rest:
        click.echo(" " * 19 + line)


def _remark(s: StatementResult) -> str:
    kind = s.label if s.label == s.role else f"{s.label} ({s.role})"
    if s.standing is Standing.UNEXPECTED:
        return f"{kind}: expected {s.expects or 'PROVED or CONDITIONAL'}; {s.judgement.reason}"
    if s.standing is Standing.OPEN:
        return f"{kind}: expected to be open; {s.judgement.reason}"
    if s.verdict is Verdict.CONDITIONAL:
        return f"{kind}: assumes {', '.join((*s.footprint.axioms, *s.footprint.oracles))}"
    if s.expects:
        return f"{kind}: as expected"
    return f"{kind}: {s.footprint.scope}" if s.footprint.scope else kind


def _tally(result: Audit, seconds: float) -> str:
    summary = result.summary()
    counts = ", ".join(f"{n} {v}" for v, n in summary["verdicts"].items() if n)
    said = f"{_several(summary['statements'], 'statement')} in {_several(summary['claims'], 'claim')}"
    text = f"{said}: {counts or 'no verdict'}."
    stands = f"{summary['expected']} as expected, {summary['open']} open, {summary['unexpected']} unexpected"
    errors = f", {_several(summary['errors'], 'claim')} in error" if summary["errors"] else ""
    return f"{text}\n{stands}{errors} ({seconds:.1f} s)."


def _several(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


# report ----------------------------------------------------------------------------------------------------


def registry() -> dict[str, dict[str, dict[str, Any]]]:
    """What derivations may rest on, by kind and name."""
    from verify.kernel.axioms import AXIOMS
    from verify.kernel.base import BASE_FACTS
    from verify.report.falsifiers import results, said

    found = results()

    def plain(entries: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {name: {**e, **({"result": said(found[name])} if name in found else {})} for name, e in entries.items()}

    return {"base_facts": plain(BASE_FACTS), "axioms": plain(AXIOMS)}


def build_report(result: Audit, out: Path, claims: Sequence[Path]) -> Path:
    """The pages, from certificates, verdicts, replays and the register of documents; the page to open."""
    from verify.report import CertificateAndVerdicts, ReportError, build
    from verify.statement.claims import read_sources

    items = []
    for claim in result.claims:
        answers = {**(claim.record.answers.get("theorems") or {}), **(claim.record.answers.get("refutations") or {})}
        found = (folder / f"{claim.id}.py" for folder in claims)
        file = next((path.read_text(encoding="utf-8") for path in found if path.is_file()), None)
        text = claim.record.certificate
        items.append(CertificateAndVerdicts(claim.certificate, claim.to_json(), answers, file, text))
    rows: list[dict[str, Any]] = []
    sources: dict[str, Any] = {}
    for folder in claims:
        if not (folder / "sources.json").is_file():
            continue
        table = read_sources(folder / "sources.json")
        sources |= table["sources"]
        rows += [
            {"id": e.id, "source": e.source, "at": table["claims"][e.id].get("at", ""), "status": e.status,
             "reason": e.reason, "says": table["claims"][e.id].get("says", "")}
            for e in register(folder, discover(folder))
        ]  # fmt: skip
    bar = Progress(len(items))

    def told(what: str, done: int, total: int) -> None:
        bar.done, bar.total = done, total
        bar.show(f"claims {what} for the pages")

    try:
        index: Path = build(items, out, registry(), sources, None, rows, cores(), told).index
    except ReportError as error:
        _fail(str(error), EXIT_USAGE)
        raise AssertionError from None
    finally:
        bar.close()
    return index


@main.command("report")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="[default: reports/html]")
@click.pass_obj
def report_command(asked: tuple[str, ...], out: Path | None) -> None:
    """Build the pages from the certificates, which are replayed first."""
    from verify.audit.run import reread

    work = project(asked)
    settings = _settings(work.base)
    files = _certificates(work.base, ())
    progress = Progress(len(files))
    result = reread(files, settings, progress)
    click.echo(f"Report: {build_report(result, out or work.base / 'reports' / 'html', work.claims)}")
    click.echo(_tally(result, progress.seconds))
    _print_register([entry for folder in work.claims for entry in register(folder, discover(folder))], result)
    raise SystemExit(result.exit_code)


def _certificates(base: Path, names: Sequence[str]) -> list[Path]:
    if not names:
        names = (str(base / "reports" / "certificates"),)
        if not Path(names[0]).is_dir():
            raise SourceError(f"there are no certificates in {names[0]}; run `verify audit` first")
    found: list[Path] = []
    for name in names:
        path = Path(name)
        if path.is_dir():
            found += sorted(p for p in path.rglob("*.json") if not p.name.startswith("."))
        elif path.is_file():
            found.append(path)
        else:
            raise SourceError(f"there is no file {name}")
    if not found:
        raise SourceError(f"there is no certificate in {', '.join(names)}")
    return found


# show ------------------------------------------------------------------------------------------------------


@main.command("show")
@click.argument("name", metavar="CLAIM")
@_common
@click.pass_obj
def show_command(asked: tuple[str, ...], name: str, workers: int | None, no_cache: bool) -> None:
    """One claim in full: statements, verdicts, where they come from, what they rest on."""
    from verify.audit.run import audit

    work = project(asked, (name,))
    sources = _sources(work.claims, (name,))
    _writable(work.base / "reports")
    result = audit(sources, _settings(work.base, workers, no_cache), Progress(len(sources)))
    for claim in result.claims:
        _show(claim)
    raise SystemExit(result.exit_code)


def _show(claim: ClaimResult) -> None:
    click.secho(claim.id, bold=True)
    if claim.error is not None:
        _line(Verdict.ERROR, Standing.UNEXPECTED, claim.error)
        if claim.certificate is None:
            return
    certificate = claim.certificate
    assert certificate is not None
    click.echo(certificate["claim"]["title"])
    for citation in certificate["claim"]["citations"]:
        click.echo(f"  {citation['source']}, {citation['at']} ({', '.join(citation['ids'])})")
    for s in claim.statements:
        click.echo()
        _show_statement(claim, s)
    for text in certificate["claim"]["nonclaims"]:
        click.echo(f"\nNot claimed: {text}")
    click.echo(f"\nCertificate: {certificate['hash'][:16]}; next: verify recheck, verify report")


def _show_statement(claim: ClaimResult, s: StatementResult) -> None:
    word = click.style(f"{GLYPHS[s.verdict]} {s.verdict}", fg=COLOURS[s.standing])
    reading = f", reading: {s.record['reading']}" if s.record["reading"] else ""
    expects = f" (expected {s.expects or 'PROVED or CONDITIONAL'})" if s.standing is Standing.UNEXPECTED else ""
    click.echo(f"{s.label} [{s.role}{reading}]  {word}{expects}")
    for name, formula in _formulas(s.record["ast"]):
        click.echo(f"    {name:>12}  {formula}")
    _field("why", s.judgement.reason)
    advice = _advice(s)
    if advice is not None:
        _field("next", advice)
    if s.footprint.scope is not None:
        _field("scope", s.footprint.scope)
    for kind in ("base_facts", "axioms", "oracles"):
        names = getattr(s.footprint, kind)
        if names:
            _field(kind.replace("_", " "), ", ".join(names))
    answers = claim.record.answers.get("theorems") or {}
    for name in s.record["theorems"]:
        outcome = answers.get(name) or {}
        steps = _several(int(outcome.get("steps") or 0), "step")
        state = f"replayed, {steps}" if outcome.get("ok") is True else "not accepted"
        _field("theorem", f"{name}: {state}")
    parts = [s.evidence, *(s.evidence.get("others") or [])]
    for number, part in enumerate(parts, 1):
        for kind, text in _digest(part):
            _field(kind if len(parts) == 1 else f"{kind} {number}", text)
    for problem in s.checks.get("problems") or ():
        _field("problem", f"{problem.get('where')}: {problem.get('reason')}")


def _advice(s: StatementResult) -> str | None:
    """What to do about a verdict that was not expected, where the reason does not say it."""
    if s.standing is not Standing.UNEXPECTED:
        return None
    if s.verdict is Verdict.REFUTED and s.role == "printed":
        return "if the source says so, write expect=REFUTED and state next to it, as corrected(..), what is true"
    if s.verdict is Verdict.REFUTED:
        return "the counterexample meets every hypothesis that is written: add the missing one, or mend the conclusion"
    if s.verdict is Verdict.VACUOUS:
        return "mend the hypotheses; an instance that meets them all can be given with holds_at(..)"
    if s.verdict in (Verdict.PROVED, Verdict.CONDITIONAL):
        return f"the statement holds: remove expect={s.expects}, unless it is not what the source says"
    return None


def _formulas(ast: Any) -> list[tuple[str, str]]:
    """Hypotheses and conclusion as text."""
    if not ast:
        return []
    from verify.statement.errors import StatementError
    from verify.statement.statements import from_ast

    try:
        statement = from_ast(ast)
        named = [*statement.hypotheses, ("then", statement.conclusion)]
        return [(name, repr(formula)) for name, formula in named]
    except (StatementError, KeyError, TypeError, ValueError) as error:
        return [("then", f"cannot be shown: {error}")]


def _digest(part: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The evidence for one kernel statement, each kind in a line."""
    for kind in ("witness", "counterexample"):
        if part.get(kind):
            yield kind, _instance(part[kind])
    for kind in ("trials", "trajectories"):
        if part.get(kind):
            yield kind, _tried(part[kind])
    if part.get("enclosures"):
        found = Counter(str(row.get("status")) for row in part["enclosures"])
        digits = sorted({row.get("digits") for row in part["enclosures"]})
        yield "enclosures", f"{_counts(found)} (at {' and '.join(map(str, digits))} digits)"
    if part.get("necessity"):
        yield "necessity", ", ".join(f"{name}: {e.get('status')}" for name, e in part["necessity"].items())
    if part.get("mutants"):
        yield "mutants", _counts(Counter(str(m.get("status")) for m in part["mutants"].get("mutants", ())))
    if part.get("sharpness"):
        yield "sharpness", ", ".join(f"goal {e.get('goal')}: {e.get('status')}" for e in part["sharpness"])


TRIED = {
    "violated": "violate the statement",
    "exact": "hold exactly",
    "ball": "hold in enclosures",
    "agree": "agree as far as the digits go",
    "unknown": "undecided",
    "discarded": "do not meet the hypotheses",
}


def _tried(data: Mapping[str, Any]) -> str:
    """How many instances were drawn, and what became of them; what did not occur is left out."""
    counts = {k: v for k, v in data.items() if isinstance(v, int) and not isinstance(v, bool) and v}
    left = [k for k in counts if k not in (*TRIED, "drawn", "seed", "agree_digits", "longest_bits")]
    parts = [f"{counts[k]} {TRIED.get(k, k.replace('_', ' '))}" for k in (*TRIED, *left) if k in counts]
    drawn = f"{counts['drawn']} drawn" if "drawn" in counts else ""
    return ": ".join(filter(None, (drawn, ", ".join(parts)))) or "none"


def _counts(found: Counter[str]) -> str:
    return ", ".join(f"{n} {word}" for word, n in sorted(found.items()))


def _field(name: str, text: str) -> None:
    lines = textwrap.wrap(text, 90, break_on_hyphens=False)[:6] or [""]
    click.echo(f"    {name:>12}: {lines[0]}")
    for line in lines[1:]:
        click.echo(" " * 18 + line)


def _instance(data: Mapping[str, Any]) -> str:
    """Values as an author would write them, and by how much the conclusion fails or holds."""
    named = [*(data.get("values") or {}).items(), *(data.get("dims") or {}).items()]
    text = ", ".join(f"{name} = {_plain(value)}" for name, value in sorted(named))
    text = text if len(text) <= 400 else text[:397] + "..."
    margin = data.get("margin")
    if not margin:
        return text
    low, high = margin
    return f"{text} (margin {low})" if low == high else f"{text} (margin {low} to {high})"


def _plain(data: Any) -> str:
    if isinstance(data, list):
        return f"[{', '.join(map(_plain, data))}]"
    return data if isinstance(data, str) else json.dumps(data, sort_keys=True, ensure_ascii=False)


# recheck ---------------------------------------------------------------------------------------------------


@main.command("recheck")
@click.argument("names", nargs=-1, metavar="[FILE]...")
@click.option("--workers", "-j", type=click.IntRange(1, 256), metavar="N", help="Processes to use.")
@click.pass_obj
def recheck_command(asked: tuple[str, ...], names: tuple[str, ...], workers: int | None) -> None:
    """Replay certificates in fresh processes, by the kernel and by a second checker, and compare with the claim files.

    FILE may be a certificate or a folder of them [default: reports/certificates]. A certificate is data:
    one from a stranger can be rechecked without running anything it brought along. Exit code 3: the checkers disagree.
    """
    from verify.audit.certificate import read
    from verify.audit.recheck import recheck

    names, stands = _recheck_problems(names)
    if not names and stands is not None:
        raise SystemExit(EXIT_EXPECTED if stands else EXIT_UNEXPECTED)
    try:
        work = project(asked)
        base, sources = work.base, discover(*work.claims)
    except SourceError:
        if not names or asked:
            raise
        base, sources = Path.cwd(), []
    files, unreadable = [], []
    for path in _certificates(base, names):
        try:
            read(path)
            files.append(path)
        except CertificateError as error:
            unreadable.append(f"{path}: {error}")
    settings = _settings(base, workers, no_cache=True)
    progress = Progress(len(files))
    result = recheck(files, sources, settings, progress)
    _print_recheck(result, unreadable, progress.seconds)
    if result.audit.exit_code == EXIT_CONTRADICTION or result.disagreement:
        raise SystemExit(EXIT_CONTRADICTION)
    if unreadable:
        raise SystemExit(EXIT_USAGE)
    raise SystemExit(EXIT_UNEXPECTED if result.findings or stands is False else EXIT_EXPECTED)


def _recheck_problems(names: tuple[str, ...]) -> tuple[tuple[str, ...], bool | None]:
    """Recheck the certificates of `verify check` among the files; the other names, and whether all stand."""
    from verify.check.certificate import BadCertificate, is_problem_certificate, recheck
    from verify.check.second import opinion

    rest: list[str] = []
    stands: bool | None = None
    false: list[str] = []
    for name in names:
        inside = sorted(Path(name).glob("*.json")) if Path(name).is_dir() else [Path(name)]
        mine = [path for path in inside if path.is_file() and is_problem_certificate(path)]
        if not mine or len(mine) < len(inside):
            rest.append(name)
            continue
        for path in mine:
            try:
                found = recheck(path)
            except BadCertificate as error:
                _fail(str(error), EXIT_USAGE)
                raise AssertionError from None
            stands = stands is not False and found.finding is None
            if found.finding is None:
                second = opinion(path, found.answers)
                click.echo(f"{path}: {found.verdict} stands, {found.items} items replayed, {second}: {found.statement}")
                for text in second.unable:
                    click.secho(f"{path}: no second opinion on {text}", fg="yellow")
                false += [f"{path}: the checkers disagree on {text}" for text in second.disagreements]
            else:
                click.secho(f"{path}: {found.finding}", fg="red")
    if false:
        _fail("; ".join(false), EXIT_CONTRADICTION)
    return tuple(rest), stands


def _print_recheck(result: Recheck, unreadable: Sequence[str], seconds: float) -> None:
    for text in unreadable:
        click.echo(f"verify: {text}", err=True)
    bad = {finding.file for finding in result.findings}
    said = {opinion.file: opinion for opinion in result.second}
    for finding in result.findings:
        click.secho(str(finding), fg="red")
    for claim in result.audit.claims:
        if claim.record.path not in bad:
            answers = claim.record.answers
            count = len(answers.get("theorems") or {}) + len(answers.get("refutations") or {})
            alone = " (no claim file to compare with)" if claim.record.path in result.uncompared else ""
            seconded = f", {said[claim.record.path].agreed} seconded" if claim.record.path in said else ""
            click.echo(f"{claim.record.path}: {_several(count, 'theorem')} replayed{seconded}{alone}")
    for opinion in result.second:
        for text in opinion.undecided:
            click.secho(f"{opinion.file}: no second opinion on {text}", fg="yellow")
    if result.audit.claims:
        click.echo(_crossed(result.audit))
    good = len(result.audit.claims) - len(bad)
    total = len(result.audit.claims) + len(unreadable)
    click.echo(f"{good} of {total} certificates stand ({seconds:.1f} s).")


def _crossed(audit: Audit) -> str:
    """What evaluating the steps of all theorems at random instances gave; a theorem counts once."""
    found = {n: r for c in audit.claims for checks in c.record.checks for n, r in (checks.get("cross") or {}).items()}
    total: Counter[str] = Counter()
    for result in found.values():
        total.update({k: v for k, v in result.items() if isinstance(v, int)})
        total[str(result.get("status"))] += 1
    held, without = total["settled"] + total["agree"], total["no instance"]
    return (
        f"Cross-examination: {held} conclusions hold at random instances of {_several(len(found), 'theorem')}, "
        f"{total['unknown']} undecided; {total['silent']} steps never evaluated, {without} theorems without instance."
    )


# check -----------------------------------------------------------------------------------------------------


@main.command("check")
@click.argument("statement", required=False)
@click.option("--where", multiple=True, metavar="TEXT", help="Domains or shapes: 'x in [0, 1]', 'A: n x n symmetric'.")
@click.option("--given", multiple=True, metavar="TEXT", help="Hypotheses: 'T(A)*A = B', 'invertible(A)', 'y != 0'.")
@click.option("--file", "source", type=click.Path(path_type=Path), help="A problem file (JSON Lines; - for input).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each statement.")
@click.option("--certificate", metavar="FILE", help="Save the certificate (with --file: the folder for them).")
@click.option("--split", multiple=True, metavar="x=1", help="Treat the two sides of a point by themselves.")
@click.option("--monotone-in", multiple=True, metavar="x", help="Look for monotonicity in this variable.")
@click.option("--substitute", multiple=True, metavar="x=TERM", help="Try this substitution.")
@click.option("--precision", type=click.IntRange(16, 20_000), metavar="BITS", help="Working precision.")
@click.option("--budget", type=click.FloatRange(0, 86_400, min_open=True), metavar="SECONDS", help="[default: 10]")
def check_command(
    statement: str | None,
    where: tuple[str, ...],
    given: tuple[str, ...],
    source: Path | None,
    as_json: bool,
    certificate: str | None,
    budget: float | None,
    **hints: Any,
) -> None:
    """Settle a statement: a proof, a counterexample, or what was tried.

    STATEMENT is 'lhs <= rhs', 'lhs = rhs', or 'psd([[1, a], [a, 1]])'.

    Exit code 0: proved. 1: refuted. 2: not understood, or ill-sorted. 4: open. With --file 0: every line answered,
    and as expected where the file says so. 1: another verdict. 2: a line not understood. 3: a contradiction.
    """
    from verify.check import command

    if (statement is None) == (source is None):
        raise click.UsageError("give a statement in quotes, or a problem file with --file")
    if source is not None:
        if where or given or any(hints.values()):
            raise click.UsageError("the problems in a file carry their own domains, hypotheses and hints")
        raise SystemExit(command.file(source, as_json, budget, certificate))
    assert statement is not None
    raise SystemExit(
        command.one(statement, certificate, as_json, where=where, given=given, budget=budget, **hints)
    )


# axioms ----------------------------------------------------------------------------------------------------


@main.command("new")
@click.argument("name", metavar="[TOPIC/]SLUG")
@click.pass_obj
def new_command(asked: tuple[str, ...], name: str) -> None:
    """Write a claim file that already passes, with the fields to think about.

    The file is `claims/TOPIC/SLUG.py`; without a topic it goes into `claims/drafts`.
    """
    from verify.audit.template import claim_file

    claims = Path(asked[0]) if asked else Path("claims")
    path, text = claim_file(claims, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text)
    click.echo(f"Wrote {path}; next: edit it, then verify show {path.stem}")


@main.command("explain")
@click.argument("name", metavar="CLAIM")
@click.option("--step", "number", type=click.IntRange(1), help="This step only, with its certificate.")
@click.pass_obj
def explain_command(asked: tuple[str, ...], name: str, number: int | None) -> None:
    """The derivation of CLAIM, step by step in words, from its certificate (which is replayed)."""
    from verify.audit.inspection import lines
    from verify.audit.run import reread
    from verify.report.words import rule

    work = project(asked, (name,))
    (source,) = _sources(work.claims, (name,))
    files = _certificates(work.base, (str(work.base / "reports" / "certificates" / f"{source.id}.json"),))
    (claim,) = reread(files, _settings(work.base), Progress(1)).claims
    assert claim.certificate is not None
    steps = list(lines(claim.certificate, claim.record.answers.get("theorems") or {}))
    if number is not None and number > len(steps):
        known = _several(len(steps), "step")
        _fail(f"there is no step {number}: the derivation of {source.id} has {known}", EXIT_USAGE)
    theorem = ""
    for line in steps:
        if number not in (None, line.number):
            continue
        if line.theorem != theorem:
            theorem = line.theorem
            click.secho(theorem, bold=True)
        click.echo(f"  {line.number}. {line.formula}")
        source_text = f" From {', '.join(line.premises)}." if line.premises else ""
        for row in textwrap.wrap(rule(line.rule) + source_text, 96):
            click.echo(f"       {row}")
        if number is not None:
            for key, value in sorted(line.certificate.items()):
                for row in textwrap.wrap(f'"{key}": {json.dumps(value, sort_keys=True)}', 96, break_on_hyphens=False):
                    click.echo(f"       {row}")


@main.command("uses")
@click.argument("name", metavar="NAME")
@click.pass_obj
def uses_command(asked: tuple[str, ...], name: str) -> None:
    """The steps that use NAME: a theorem, a base fact, an axiom, or a rule of the kernel."""
    import difflib

    from verify.audit.certificate import read_named
    from verify.audit.inspection import known_names, uses

    found = [read_named(path) for path in _certificates(project(asked).base, ())]
    hits = uses(found, name)
    if not hits:
        names = known_names(found)
        if name in names:
            click.echo(f"{name} is used by no step.")
            return
        near = difflib.get_close_matches(name, sorted(names), n=3, cutoff=0.5)
        kinds = "; a name is that of a theorem (CLAIM.STATEMENT), of a fact in `verify axioms`, or of a kernel rule"
        hint = f"; did you mean {' or '.join(near)}?" if near else kinds
        _fail(f"no derivation knows {name!r}{hint}", EXIT_USAGE)
    for claim, count in Counter((hit.claim) for hit in hits).items():
        where = ", ".join(f"{hit.theorem} ({hit.step})" for hit in hits if hit.claim == claim)
        click.echo(f"{claim}: {count}")
        for row in textwrap.wrap(where, 96):
            click.echo(f"    {row}")


@main.command("diff")
@click.argument("old", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("new", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def diff_command(old: Path, new: Path) -> None:
    """What changed between two results of `verify audit --json FILE`.

    Exit code 0: nothing. 1: something. 2: a file that is no result.
    """
    from verify.audit.inspection import changes

    results = []
    for path in (old, new):
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            results.append({"claims": data["claims"]} if isinstance(data["claims"], list) else None)
        except (ValueError, KeyError, TypeError):
            results.append(None)
        if results[-1] is None:
            _fail(f"{path} is no result of `verify audit --json {path.name}`", EXIT_USAGE)
    try:
        found = changes(results[0] or {}, results[1] or {})
    except (KeyError, TypeError, AttributeError):
        _fail("the files are not results of `verify audit --json`", EXIT_USAGE)
    for change in found:
        click.echo(f"{change.claim}: {change.label}: {change.what}: {change.before} -> {change.after}")
    click.echo(f"{len(found)} {'change' if len(found) == 1 else 'changes'}")
    raise SystemExit(EXIT_UNEXPECTED if found else EXIT_EXPECTED)


@main.command("refute")
@click.argument("name", metavar="CLAIM")
@click.option("--label", "labels", multiple=True, help="Search this statement only; may be repeated.")
@click.option("--draws", default=200, show_default=True, type=click.IntRange(1), help="Random instances a statement.")
@click.option("--sizes", default=12, show_default=True, type=click.IntRange(1), help="Sizes that are screened.")
@click.option("--batch", default=2000, show_default=True, type=click.IntRange(1), help="Screened instances a size.")
@click.option("--seed", default=20, show_default=True, type=int)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def refute_command(
    asked: tuple[str, ...],
    name: str,
    labels: tuple[str, ...],
    draws: int,
    sizes: int,
    batch: int,
    seed: int,
    as_json: bool,
) -> None:
    """Search for counterexamples to the statements of CLAIM.

    Exit code 0: none found, which proves nothing. 1: a counterexample to at least one statement. 2: usage.
    """
    from verify.audit.search import UnknownLabel, author_line, search
    from verify.statement.errors import ClaimFileError

    (source,) = _sources(project(asked, [name]).claims, [name])
    hit = False
    try:
        for found in search(source.path, labels, draws=draws, sizes=sizes, batch=batch, seed=seed):
            hit = hit or found.counterexample is not None
            if as_json:
                click.echo(json.dumps(found.to_json(), sort_keys=True))
                continue
            case = f" ({found.case})" if found.case else ""
            if found.counterexample is None:
                more = f", {found.screened} screened" if found.screened else ""
                click.echo(f"{found.label}{case}: none found in {found.drawn} draws{more}")
                for reason in found.left_out:
                    click.echo(f"    an instance that fails the form the kernel reads is left out: {reason}")
                for reason in found.skipped if not found.screened else ():
                    click.echo(f"    not screened: {reason}")
                continue
            low, high = found.counterexample.get("margin") or (None, None)
            margin = "" if low is None else f", margin {low}" if low == high else f", margin {low} to {high}"
            click.echo(f"{found.label}{case}: fails {found.counterexample['where']}{margin}")
            only = found.counterexample.get("only_for")
            if only:
                click.echo(f"    for this choice of {', '.join(only)} only: no refutation of the statement")
            click.echo(f"    kernel: {found.kernel}")
            line = author_line(found)
            click.echo(f"    {line}" if line else f"    {json.dumps(found.counterexample['values'], sort_keys=True)}")
    except UnknownLabel as error:
        wanted, known = error.args
        _fail(f"{source.path.stem} has no statement {wanted!r}; it has {', '.join(known)}", EXIT_USAGE)
    except ClaimFileError as error:
        _fail(str(error), EXIT_UNEXPECTED)
    except Exception as error:  # a claim file may raise anything
        _fail(f"{source.path}: {type(error).__name__}: {error}", EXIT_UNEXPECTED)
    raise SystemExit(EXIT_UNEXPECTED if hit else EXIT_EXPECTED)


@main.command("axioms")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def axioms_command(as_json: bool) -> None:
    """Everything a verdict may rest on: base facts (PROVED) and axioms (CONDITIONAL)."""
    entries = {
        kind: {name: {k: v for k, v in e.items() if k != "statement"} for name, e in found.items()}
        for kind, found in registry().items()
    }
    if as_json:
        click.echo(json.dumps(entries, indent=2, sort_keys=True))
        return
    titles = {"base_facts": "Base facts (a PROVED statement may rest on them)", "axioms": "Axioms (CONDITIONAL)"}
    for kind, title in titles.items():
        click.secho(f"{title}: {len(entries[kind])}", bold=True)
        for name, entry in entries[kind].items():
            click.echo(f"  {name}")
            for key in ("text", "citation", "falsifier", "result"):
                if entry.get(key):
                    _field("tried by" if key == "falsifier" else key, str(entry[key]))
        click.echo()
