"""From certificates, verdicts and replays to what the pages show.

Nothing here decides a verdict; it can only withhold one. A verdict that the data handed over does not bear out (a
missing replay, a missing witness, an axiom under PROVED) is shown as NO VERDICT with the reason.
"""

from __future__ import annotations

import marshal
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from typing import Any

from markupsafe import Markup

from . import bibtex, drawings, failures, mathml, words
from .formulas import Formulas, StatementMath, index_text, instance_rows, json_text
from .verdicts import BY_WORD, NO_VERDICT, as_expected

Json = Any
CUT = 600  # characters of a step's certificate that its page shows; the JSON has them all
_MATH = re.compile(r"<math.*</math>", re.DOTALL)
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}\Z")


class ReportError(Exception):
    """Input from which no report can be built: one line that says what and where."""


@dataclass(frozen=True)
class CertificateAndVerdicts:
    """One claim: its certificate, its entry in the audit summary, and the kernel's answer for each theorem.

    A claim whose file could not be audited has no certificate; its audit entry then carries `error`.
    """

    certificate: Mapping[str, Json] | None
    audit: Mapping[str, Json] | None = None
    replay: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    file: str | None = None  # the text of the claim file, if it is at hand
    text: str | None = None  # the text of the certificate, if it is at hand


@dataclass(frozen=True)
class Ref:
    """A link within a page."""

    text: str
    href: str


@dataclass(frozen=True)
class Instance:
    """A counterexample or witness as it is shown."""

    rows: tuple[Markup, ...]
    facts: tuple[tuple[str, str], ...]
    sentence: str = ""  # of a counterexample: how the conclusion fails


@dataclass(frozen=True)
class Hypothesis:
    """A hypothesis of a statement: its formula, where it is used, and what breaks without it."""

    name: str
    math: Markup
    change: str  # "", "added", "changed": against the printed statement
    before: Markup | None  # as printed, with the parts that changed marked
    uses: tuple[Ref, ...]
    use_known: bool
    necessity: str  # "breaks", "unused", "redundant", "unsettled" or "missing"
    note: str
    instance: Instance | None


@dataclass(frozen=True)
class Table:
    """Rows of evidence under headings; `facts` are single values."""

    facts: tuple[tuple[str, str], ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[Markup | str, ...], ...] = ()


@dataclass(frozen=True)
class Point:
    """Enclosures of both sides at one point: goal (of several), digits, left and right side, margin, outcome."""

    where: Instance | str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Mutant:
    """A false neighbour: what was changed, and what became of it."""

    operator: str
    fate: str  # one of FATES
    outcome: str
    change: str
    math: Markup | None
    where: str
    instance: Instance | None


@dataclass(frozen=True)
class Operator:
    """Mutants of one operator with one outcome; those that read the same are listed once, with their number."""

    name: str
    outcome: str
    mutants: tuple[tuple[Mutant, int], ...]


@dataclass(frozen=True)
class Mutants:
    """The mutants of a statement: rates by operator, and the lists."""

    facts: tuple[tuple[str, str], ...]
    rates: tuple[tuple[str, tuple[int, ...]], ...]  # operator, then counts in the order of FATES
    listed: tuple[tuple[str, int, tuple[Operator, ...]], ...]  # kind of LISTS, number of mutants, operators


@dataclass(frozen=True)
class Kernel:
    """A statement as the kernel reads it: letters, hypotheses, goals."""

    case: str
    letters: tuple[tuple[str, Markup | str], ...]
    hypotheses: tuple[tuple[str, Markup], ...]
    goals: tuple[Markup, ...]
    letters_as: Ref | None = None  # an earlier statement of the page that shows the same letters
    shared: tuple[tuple[Ref, tuple[str, ...]], ...] = ()  # hypotheses that earlier statements show, by statement


@dataclass(frozen=True)
class Evidence:
    """One part for each kernel statement."""

    case: str
    witness: Instance | None
    trials: Table | None
    monte_carlo: Table | None
    enclosures: tuple[Point, ...]
    trajectories: Table | None
    widths: Table | None
    tails: Table | None
    mutants: Mutants | None
    sharpness: str
    sharp_at: Instance | None


@dataclass(frozen=True)
class Against:
    """The printed statement that a corrected one is nearest to, and its conclusion if that changed."""

    label: str
    href: str
    conclusion: Markup | None


@dataclass(frozen=True)
class Statement:
    """A statement with its verdict and everything a page shows of it."""

    label: str
    anchor: str
    role: str
    role_words: str
    reading: str | None
    ids: tuple[str, ...]  # of the register; empty: all that the claim covers
    consequence: str | None  # what its failure means for the document, where the author says it
    verdict: str
    withheld: str  # why the audit's verdict is not shown, if it is not
    reason: str
    expects: str | None
    standing: str  # "expected", "open", "unexpected"
    scope: str
    math: StatementMath | None
    sort_error: str | None
    hypotheses: tuple[Hypothesis, ...]
    dropped: tuple[str, ...]
    against: Against | None
    counterexample: Instance | None
    refutation: Ref | None  # the derivation of its failure
    evaluated: bool  # the kernel has evaluated a counterexample exactly
    evidence: tuple[Evidence, ...]
    kernel: tuple[Kernel, ...]
    theorems: tuple[Ref, ...]
    base_facts: tuple[str, ...]
    axioms: tuple[str, ...]
    oracles: tuple[str, ...]
    footprint_known: bool

    @property
    def name(self) -> str:
        """The label in words, unless it only repeats the role."""
        plain_label = self.label.replace("_", " ")
        return "" if plain_label.lower() == self.role_words.lower() else plain_label

    @property
    def fails(self) -> bool:
        """Whether a statement in the place of a printed one was found false or ill-sorted."""
        return self.role == "printed" and self.verdict in ("REFUTED", "ILL-SORTED")

    @property
    def faulty(self) -> bool:
        """Whether the document is at fault: cautions and the contrary are statements that it does not make."""
        return self.fails and self.consequence not in words.UNPRINTED

    def belongs(self, item: str) -> bool:
        """Whether it speaks of this id of the register."""
        return not self.ids or item in self.ids

    @property
    def argued(self) -> bool:
        """Whether evidence for the statement is called for, rather than evidence against it."""
        return self.verdict not in ("REFUTED", "ILL-SORTED")


@dataclass(frozen=True)
class Step:
    """A step of a derivation, in words and as a formula."""

    anchor: str
    number: str
    name: str
    rule: str
    words: str
    math: Markup
    premises: tuple[Ref, ...]
    premises_known: bool
    certificate: str
    cut: int
    cost: int | None  # counted work of the kernel


@dataclass(frozen=True)
class Theorem:
    """A theorem of a derivation with its steps, and whether the kernel accepts it."""

    anchor: str
    number: int
    name: str
    title: str  # the name without the claim's own prefix
    serves: tuple[Ref, ...]
    ok: bool | None
    failure: str
    hypotheses: tuple[tuple[str, Markup], ...]
    goals: tuple[Markup, ...]
    steps: tuple[Step, ...]
    lemmas: tuple[Ref, ...]
    refutes: bool  # a derivation of the failure of a statement
    cost: int | None


@dataclass(frozen=True)
class Figure:
    """A figure of a claim: its caption and data."""

    caption: str
    data: Json


@dataclass(frozen=True)
class Citation:
    """A source as it is cited."""

    source: str  # key
    short: str  # author and year
    full: str
    at: str
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Claim:
    """Everything the pages show of a claim file."""

    topic: str
    slug: str
    title: str
    citations: tuple[Citation, ...]
    nonclaims: tuple[str, ...]
    statements: tuple[Statement, ...]
    theorems: tuple[Theorem, ...]
    figures: tuple[Figure, ...]
    hash: str
    error: str | None
    certificate: Mapping[str, Json] | None
    file: str | None
    bibtex: tuple[str, ...]

    @property
    def id(self) -> str:
        """Topic and slug."""
        return f"{self.topic}/{self.slug}"

    @property
    def page(self) -> str:
        """Where its page is, from the root of the site."""
        return f"claims/{self.topic}/{self.slug}.html"

    @property
    def fallback(self) -> str:
        """The verdict word of a claim without statements."""
        return "ERROR" if self.error else NO_VERDICT

    @property
    def in_order(self) -> tuple[Statement, ...]:
        """Printed before corrected before lemmas, each in the order of the claim file."""
        return _in_order(self.statements)

    @property
    def standing(self) -> str:
        """The worst standing among its statements; an error is unexpected."""
        if self.error is not None or not self.statements:
            return "unexpected"
        found = {s.standing for s in self.statements}
        return next((s for s in ("unexpected", "open") if s in found), "expected")

    @property
    def erratum(self) -> bool:
        """Whether a printed statement fails and a correction is settled."""
        settled = any(s.role == "corrected" and s.verdict in ("PROVED", "CONDITIONAL") for s in self.statements)
        return settled and any(s.faulty for s in self.statements)

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The verdicts that occur, each once."""
        return tuple(sorted({s.verdict for s in self.statements} or {self.fallback}))

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that its derivations use."""
        return tuple(sorted({step.rule for t in self.theorems for step in t.steps}))

    @property
    def sharpness(self) -> tuple[str, ...]:
        """The kinds of sharpness that its evidence finds."""
        return tuple(sorted({e.sharpness for s in self.statements for e in s.evidence if e.sharpness}))

    def footprint(self, kind: str) -> tuple[str, ...]:
        """The facts of this `kind` (base_facts, axioms, oracles) that its statements rest on, sorted."""
        return tuple(sorted({name for s in self.statements for name in getattr(s, kind)}))


def brief(c: Claim) -> Claim:
    """What the pages of many claims show of one: its statements without their evidence, its steps without formulas."""
    theorems = tuple(
        replace(
            t, hypotheses=(), goals=(),
            steps=tuple(replace(s, words="", math=Markup(), premises=(), certificate="") for s in t.steps),
        )
        for t in c.theorems
    )  # fmt: skip
    statements = tuple(
        replace(s, kernel=(), evidence=tuple(_only_sharpness(e) for e in s.evidence)) for s in c.statements
    )
    return replace(c, statements=statements, theorems=theorems, figures=(), certificate=None, file=None, bibtex=())


def outline(c: Claim) -> Claim:
    """What a page shows of another claim: what it is called, and its statements and verdicts."""
    statements = tuple(
        replace(s, math=None, hypotheses=(), against=None, counterexample=None, kernel=(), evidence=())
        for s in c.statements
    )
    return replace(brief(replace(c, statements=statements)), theorems=())


def _only_sharpness(e: Evidence) -> Evidence:
    return Evidence(e.case, None, None, None, (), None, None, None, None, e.sharpness, None)


def _in_order(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    roles = list(words.ROLES)
    return tuple(sorted(statements, key=lambda s: roles.index(s.role) if s.role in roles else len(roles)))


def short_source(key: str, sources: Mapping[str, Mapping[str, Json]]) -> str:
    """Author's last name and year of the source `key`, or the key where `sources` does not know it."""
    row = sources.get(key) or {}
    if not row.get("author"):
        return key
    return f"{str(row['author']).split()[-1]} {row['year']}" if row.get("year") else str(row["author"]).split()[-1]


def _citation(c: Mapping[str, Json], sources: Mapping[str, Mapping[str, Json]]) -> Citation:
    key = str(c["source"])
    row = sources.get(key) or {}
    parts = [str(row[k]) for k in ("author", "title", "year") if row.get(k)]
    full = ", ".join(parts) if parts else key
    return Citation(key, short_source(key, sources), full, str(c["at"]), tuple(map(str, c.get("ids") or ())))


def claim(
    item: CertificateAndVerdicts, formulas: Formulas, sources: Mapping[str, Mapping[str, Json]] | None = None
) -> Claim:
    """The page of one claim as data. Raises ReportError if the certificate is not of its form."""
    audit = item.audit or {}
    sources = sources or {}
    data = item.certificate
    head: Mapping[str, Json] = data["claim"] if data is not None else audit
    slug, topic = str(head.get("slug")), str(head.get("topic"))
    for name in (slug, topic):
        if not _SLUG.match(name):
            raise ReportError(f"{name[:60]!r} cannot be part of a page's address; use letters, digits, - and _")
    try:
        theorems = _theorems(data or {}, item.replay, formulas)
        statements = _told_once(_statements(data or {}, audit, item.replay, theorems, formulas))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise ReportError(f"{topic}/{slug}: malformed certificate ({type(error).__name__}: {error})") from error
    missing = None if data is not None else "there is no certificate"
    return Claim(
        topic=topic,
        slug=slug,
        title=str(head.get("title") or slug.replace("_", " ")),
        citations=tuple(_citation(c, sources) for c in head.get("citations") or ()),
        nonclaims=tuple(map(str, head.get("nonclaims") or ())),
        statements=statements,
        theorems=theorems,
        figures=_figures(data or {}, statements, formulas),
        hash=str((data or {}).get("hash") or ""),
        error=str(audit["error"]) if audit.get("error") else missing,
        certificate=data,
        file=item.file,
        bibtex=_bibtex(head, topic, slug, statements, data, sources),
    )


def _figures(data: Mapping[str, Json], statements: Sequence[Statement], formulas: Formulas) -> tuple[Figure, ...]:
    """What the claim file draws, then what its evidence holds the numbers for."""
    recorded = {str(s["label"]): s for s in data.get("statements") or ()}
    subjects = [
        drawings.Subject(s.name or s.role_words, record, partial(formulas.sides, record.get("ast")))
        for s in _in_order(statements)
        if s.argued and (record := recorded.get(s.label)) is not None
    ]
    found = [*(data.get("figures") or ()), *drawings.drawings(subjects)]
    return tuple(Figure(str(f.get("caption") or ""), f.get("data")) for f in found)


def _bibtex(
    head: Mapping[str, Json],
    topic: str,
    slug: str,
    statements: Sequence[Statement],
    data: Mapping[str, Json] | None,
    sources: Mapping[str, Mapping[str, Json]],
) -> tuple[str, ...]:
    cited = sorted({str(c["source"]) for c in head.get("citations") or ()})
    title, digest = str(head.get("title") or slug), str((data or {}).get("hash") or "")
    mine = bibtex.claim(slug, topic, title, digest, [(s.label, s.verdict) for s in statements])
    return (mine, *(bibtex.document(key, sources.get(key) or {}) for key in cited))


# Derivations ------------------------------------------------------------------------------------------


def anchor(text: str) -> str:
    """An id from any text, one to one."""
    return "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}_" for c in text)


def _own(data: Mapping[str, Json]) -> dict[str, list[str]]:
    """For each theorem (refutation), the statements it proves (refutes)."""
    owners: dict[str, list[str]] = {}
    for s in data.get("statements") or ():
        refutation = [s["refutation"]] if isinstance(s.get("refutation"), str) else []
        for t in [*(s.get("theorems") or ()), *refutation]:
            owners.setdefault(str(t), []).append(str(s["label"]))
    return owners


def _theorems(
    data: Mapping[str, Json], replay: Mapping[str, Mapping[str, Json]], formulas: Formulas
) -> tuple[Theorem, ...]:
    """The derivation in its order, then the derivations of failures."""
    owners, made = _own(data), []
    places = {str(t["id"]): f"t-{anchor(str(t['id']))}" for t in data.get("derivation") or ()}
    refuted = [
        {"goals": (), **r["theorem"], "id": r["id"]}
        for r in data.get("refutations") or ()
        if isinstance(r.get("theorem"), Mapping)
    ]
    for number, t in enumerate([*(data.get("derivation") or ()), *refuted], 1):
        refutes = number > len(places)
        name = str(t["id"])
        outcome = replay.get(name)
        steps = _steps(t, number, outcome, places, formulas)
        ok = None if outcome is None else outcome.get("ok") is True
        costs = [s.cost for s in steps if s.cost is not None]
        made.append(
            Theorem(
                f"r-{anchor(name)}" if refutes else places[name],
                number,
                name,
                name.removeprefix(f"{data['claim']['slug']}."),
                tuple(Ref(label.replace("_", " "), f"#st-{anchor(label)}") for label in owners.get(name, ())),
                ok,
                _failure(outcome) if ok is False else "",
                tuple((str(h["id"]), formulas.kernel({"all": h["all"], "concl": h["concl"]})) for h in t["hyps"]),
                tuple(formulas.kernel(g) for g in t["goals"]),
                steps,
                tuple(_theorem_ref(str(x), places) for x in (outcome or {}).get("lemmas") or ()),
                refutes,
                sum(costs) if steps and len(costs) == len(steps) else None,
            )
        )
    return tuple(made)


def _steps(
    t: Mapping[str, Json],
    number: int,
    outcome: Mapping[str, Json] | None,
    places: Mapping[str, str],
    formulas: Formulas,
) -> tuple[Step, ...]:
    premises, work = (outcome or {}).get("premises"), (outcome or {}).get("work")
    names = {str(s["id"]): f"{number}.{k}" for k, s in enumerate(t["steps"], 1)}
    hyps = {str(h["id"]) for h in t["hyps"]}
    steps = []
    for s in t["steps"]:
        step = str(s["id"])
        found = [str(p) for p in premises.get(step, ())] if isinstance(premises, Mapping) else []
        refs = [_premise(p, number, names, hyps) for p in found if p != step and p != "IH"]
        if s.get("rule") == "use" and isinstance(s.get("theorem"), str):
            refs.append(_theorem_ref(s["theorem"], places))
        text = json_text({k: v for k, v in s.items() if k not in ("id", "rule", "all", "concl")})
        cost = work.get(step) if isinstance(work, Mapping) else None
        steps.append(
            Step(
                f"s-{number}-{anchor(step)}",
                names[step],
                step,
                str(s["rule"]),
                words.step(s, [r.text for r in refs]),
                formulas.kernel({"all": s["all"], "concl": s["concl"]}),
                tuple(refs),
                isinstance(premises, Mapping),
                text[:CUT],
                max(0, len(text) - CUT),
                cost if isinstance(cost, int) else None,
            )
        )
    return tuple(steps)


def _premise(name: str, number: int, steps: Mapping[str, str], hyps: set[str]) -> Ref:
    if name in steps:
        return Ref(f"step {steps[name]}", f"#s-{number}-{anchor(name)}")
    return Ref(f"hypothesis {name}" if name in hyps else name, "")


def _theorem_ref(name: str, places: Mapping[str, str]) -> Ref:
    for prefix, what in (("base:", "base fact"), ("axiom:", "axiom")):
        if name.startswith(prefix):
            kind = prefix[:-1]
            return Ref(f"{what} {name[len(prefix) :]}", f"../../trust.html#{kind}-{anchor(name[len(prefix) :])}")
    return Ref(f"theorem {name}", f"#{places[name]}" if name in places else "")


def _failure(outcome: Mapping[str, Json] | None) -> str:
    data = outcome or {}
    place = f" at step {data['step']}" if data.get("step") else ""
    rule = f" (rule {data['rule']})" if data.get("rule") else ""
    return f"The kernel rejects it{place}{rule}: {data.get('reason') or 'no reason given'}."


# Statements -------------------------------------------------------------------------------------------


def _statements(
    data: Mapping[str, Json],
    audit: Mapping[str, Json],
    replay: Mapping[str, Mapping[str, Json]],
    theorems: Sequence[Theorem],
    formulas: Formulas,
) -> tuple[Statement, ...]:
    mine, theirs = data.get("statements") or (), audit.get("statements") or ()
    by_label = {t["label"]: t for t in theirs if "label" in t}
    in_order = theirs if not by_label and len(theirs) == len(mine) else ()
    verdicts = {str(t.get("label")): str(t.get("verdict")) for t in theirs}
    math = {str(s["label"]): formulas.statement(s["ast"]) for s in mine if s.get("ast")}
    made = []
    for k, s in enumerate(mine):
        judged = by_label.get(s["label"]) or (in_order[k] if in_order else None)
        if judged is not None and judged.get("role") != s["role"]:
            judged = None
        compare = _nearest(s, mine, verdicts) if s["role"] == "corrected" else None
        made.append(_statement(s, judged, compare, math, replay, theorems, formulas))
    return tuple(made)


def _nearest(
    s: Mapping[str, Json], statements: Sequence[Mapping[str, Json]], verdicts: Mapping[str, str]
) -> Mapping[str, Json] | None:
    """The printed statement that a corrected one is read against: one that fails if there is any, the most alike."""
    printed = [p for p in statements if p["role"] == "printed" and p.get("ast") and s.get("ast")]
    wrong = [p for p in printed if verdicts.get(str(p["label"])) in ("REFUTED", "ILL-SORTED")]
    if len(wrong or printed) < 2:
        return next(iter(wrong or printed), None)
    mine = _leaves(s.get("ast"))
    return max(wrong or printed, key=lambda p: _alike(mine, _leaves(p["ast"])))


def _leaves(data: Json) -> Counter[str]:
    """How often each leaf occurs."""
    found: Counter[str] = Counter()
    waiting = [data]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Mapping):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
        else:
            found[str(item)] += 1
    return found


def _alike(a: Counter[str], b: Counter[str]) -> Fraction:
    """Share of common leaves (Dice), between 0 and 1."""
    return Fraction(2 * sum((a & b).values()), max(1, sum(a.values()) + sum(b.values())))


def _statement(
    s: Mapping[str, Json],
    judged: Mapping[str, Json] | None,
    compare: Mapping[str, Json] | None,
    shown_math: Mapping[str, StatementMath],
    replay: Mapping[str, Mapping[str, Json]],
    theorems: Sequence[Theorem],
    formulas: Formulas,
) -> Statement:
    evidence = s.get("evidence") or {}
    ids = [str(t) for t in s.get("theorems") or ()]
    outcomes = [replay[t] for t in ids if t in replay and replay[t].get("ok") is True]
    verdict, withheld = _checked_verdict(s, judged, ids, outcomes)
    expects = s.get("expects")
    if not as_expected(verdict, expects):
        standing = "unexpected"
    else:
        standing = "open" if verdict == "OPEN" else "expected"
    math = shown_math.get(str(s["label"]))
    before = shown_math.get(str(compare["label"])) if compare is not None else None
    hypotheses = _hypotheses(s, math, compare, before, ids, replay, theorems)
    against = None
    if compare is not None and before is not None and math is not None:
        label = str(compare["label"])
        pair = differences(before.conclusion, math.conclusion)
        changed = before.conclusion != math.conclusion
        shown_before = pair[0] if pair else before.conclusion if changed else None
        math = replace(math, conclusion=pair[1]) if pair else math
        against = Against(label, f"#st-{anchor(label)}", shown_before)
    refutation = str(s["refutation"]) if s.get("refutation") else ""
    derived = next((t for t in theorems if t.refutes and t.name == refutation), None)
    known = judged or {}
    shown = {h.name for h in hypotheses}
    return Statement(
        label=str(s["label"]),
        anchor=f"st-{anchor(str(s['label']))}",
        role=str(s["role"]),
        role_words=words.role(str(s["role"]), s.get("consequence")),
        reading=s.get("reading"),
        ids=tuple(map(str, s.get("ids") or ())),
        consequence=s.get("consequence"),
        verdict=verdict,
        withheld=withheld,
        reason=str(known.get("reason") or ""),
        expects=expects,
        standing=standing,
        scope=_scope(known.get("scope"), verdict),
        math=math,
        sort_error=str(s["sort_error"]) if s.get("sort_error") else None,
        hypotheses=hypotheses,
        dropped=tuple(
            str(name) for name, _ in ((compare or {}).get("ast") or {}).get("hypotheses") or () if name not in shown
        ),
        counterexample=_counterexample(evidence.get("counterexample"), bool(s.get("refutation"))),
        against=against,
        refutation=Ref(f"derivation {derived.number}", f"#{derived.anchor}") if derived else None,
        evaluated=derived is None and (replay.get(refutation) or {}).get("ok") is True,
        evidence=tuple(_evidence(part, case, formulas) for case, part in _parts(evidence, len(s.get("kernel") or ()))),
        kernel=tuple(_kernel(k, case, formulas) for case, k in _cases(s.get("kernel") or ())),
        theorems=tuple(Ref(f"theorem {t.number}", f"#{t.anchor}") for t in theorems if t.name in ids),
        base_facts=_names(known.get("base_facts")),
        axioms=_names(known.get("axioms")),
        oracles=_names(known.get("oracles")),
        footprint_known=judged is not None and bool(outcomes),
    )


def _checked_verdict(
    s: Mapping[str, Json],
    judged: Mapping[str, Json] | None,
    ids: Sequence[str],
    outcomes: Sequence[Mapping[str, Json]],
) -> tuple[str, str]:
    """The audit's verdict, or NO VERDICT and the reason when the data at hand does not bear it out."""
    if judged is None:
        return NO_VERDICT, "The audit summary has no entry for this statement."
    verdict = str(judged.get("verdict"))
    if verdict not in BY_WORD or verdict == NO_VERDICT:
        return NO_VERDICT, f"The audit summary gives the unknown verdict {verdict[:40]!r}."
    evidence = s.get("evidence") or {}
    why = ""
    if verdict in ("PROVED", "CONDITIONAL"):
        if not ids or len(ids) != len(s.get("kernel") or ()):
            why = "the certificate does not name a theorem for each of its kernel statements"
        elif len(outcomes) != len(ids):
            why = "a theorem it rests on has not been replayed successfully"
        elif not all(_instance(part.get("witness")) for _, part in _parts(evidence, len(ids))):
            why = "no witness shows that the hypotheses can be met"
        assumed = {name for o in (judged, *outcomes) for kind in ("axioms", "oracles") for name in o.get(kind) or ()}
        if not why and verdict == "PROVED" and assumed:
            why = f"the derivation rests on {', '.join(sorted(assumed))}"
        if not why and verdict == "CONDITIONAL" and not assumed:
            why = "no axiom or oracle is listed on which it would be conditional"
    elif verdict == "REFUTED" and not (_instance(evidence.get("counterexample")) or s.get("refutation")):
        why = "the certificate holds neither a counterexample nor a refutation"
    elif verdict == "ILL-SORTED" and not s.get("sort_error"):
        why = "the certificate does not say where the sorts disagree"
    elif verdict == "ENCLOSED" and not evidence.get("enclosures"):
        why = "the certificate holds no enclosure"
    elif verdict == "TESTED" and not (evidence.get("trials") or evidence.get("monte_carlo")):
        why = "the certificate holds no trials"
    return (NO_VERDICT, f"The audit says {verdict}, but {why}.") if why else (verdict, "")


def _names(value: Json) -> tuple[str, ...]:
    return tuple(sorted({str(x) if not isinstance(x, Mapping) else str(x.get("id")) for x in value or ()}))


def _scope(scope: Json, verdict: str) -> str:
    if not scope:
        return ""
    return (
        "; ".join(map(str, scope))
        if isinstance(scope, list)
        else (scope if isinstance(scope, str) else json_text(scope))
    )


def _hypotheses(
    s: Mapping[str, Json],
    math: StatementMath | None,
    printed: Mapping[str, Json] | None,
    printed_math: StatementMath | None,
    ids: Sequence[str],
    replay: Mapping[str, Mapping[str, Json]],
    theorems: Sequence[Theorem],
) -> tuple[Hypothesis, ...]:
    if math is None:
        return ()
    before = {str(n): f for n, f in ((printed or {}).get("ast") or {}).get("hypotheses") or ()}
    now = {str(n): f for n, f in s["ast"].get("hypotheses") or ()}
    necessity = (s.get("evidence") or {}).get("necessity") or {}
    used_known = bool(ids) and all(isinstance((replay.get(t) or {}).get("hyp_uses"), Mapping) for t in ids)
    made = []
    for name, formula in math.hypotheses:
        uses: list[Ref] = []
        for t in theorems:
            if t.name not in ids or not used_known:
                continue
            steps = {step.name: step for step in t.steps}
            found = {
                str(step)
                for hyp, used in replay[t.name]["hyp_uses"].items()
                if hyp == name or hyp.startswith(f"{name}.")
                for step in used
            }
            uses += [Ref(steps[x].number, f"#{steps[x].anchor}") for x in steps if x in found]
        change = (
            ""
            if printed is None
            else ("added" if name not in before else "" if before[name] == now[name] else "changed")
        )
        mine = [necessity[k] for k in sorted(necessity) if k == name or k.startswith(f"{name}.")]
        state, note, instance = _necessity(mine, used_known and not uses)
        shown = None
        if change == "changed" and printed_math is not None:
            shown = dict(printed_math.hypotheses).get(name)
            pair = differences(shown, formula) if shown is not None else None
            shown, formula = pair or (shown, formula)
        made.append(Hypothesis(name, formula, change, shown, tuple(uses), used_known, state, note, instance))
    return tuple(made)


def _necessity(parts: Sequence[Json], unused: bool) -> tuple[str, str, Instance | None]:
    """What dropping a hypothesis does, from the entries of the kernel hypotheses it compiles to.

    It is needed nowhere only if none of its parts is: one part that is not settled leaves all of it unsettled.
    """
    notes: list[str] = []
    needless: list[str] = []
    for found in parts:
        entry = found if isinstance(found, Mapping) else {"note": found}
        instance = _instance(entry.get("counterexample")) or _instance(entry)
        note = str(entry.get("note") or "")
        if instance is not None:
            return "breaks", note, instance
        if entry.get("status") == "redundant":
            needless.append(str(entry.get("by")))
        elif entry.get("status") == "unused":
            needless.append("")
        else:
            notes.append(note or _attempt(entry.get("attempt")))
    note = next((n for n in notes if n), "")
    if unused:
        return "unused", note, None
    if parts and len(needless) == len(parts):
        by = next((n for n in needless if n), "")
        return ("redundant", by, None) if by else ("unused", note, None)
    return ("unsettled" if parts else "missing"), note, None


def _attempt(attempt: object) -> str:
    """How far a search for a counterexample went."""
    if not isinstance(attempt, Mapping) or not attempt.get("draws"):
        return ""
    draws, met, screened = int(attempt["draws"]), attempt.get("met"), attempt.get("screened")
    seen = f" ({met} of them met all other hypotheses)" if met is not None else ""
    more = f", nor among {screened} instances screened" if screened else ""
    return f"no counterexample in {draws} draw{'' if draws == 1 else 's'}{seen}{more}"


def _cases(kernel: Sequence[Json]) -> list[tuple[str, Json]]:
    return [(f"part {k} of {len(kernel)}" if len(kernel) > 1 else "", item) for k, item in enumerate(kernel, 1)]


def _parts(evidence: Mapping[str, Json], count: int) -> list[tuple[str, Mapping[str, Json]]]:
    """The evidence of each kernel statement; parts that are not there are empty."""
    parts: list[Mapping[str, Json]] = [evidence, *(evidence.get("others") or ())]
    parts += [{}] * (count - len(parts))
    return _cases(parts)


def _kernel(k: Mapping[str, Json], case: str, formulas: Formulas) -> Kernel:
    sig = k.get("sig") or {}
    rows: list[tuple[str, Markup | str]] = [
        ("time", words.TIMES.get(str(sig.get("time", "none")), str(sig.get("time"))))
    ]
    rows += [(str(n), f"natural number, at least {low}") for n, low in sorted((sig.get("nat") or {}).items())]
    rows += [("range", f"{index_text(form)} ≥ 0".replace("-", "−")) for form in sig.get("assume") or ()]
    for name, bounds in sorted((sig.get("dims") or {}).items()):
        low, high = (index_text(x) for x in bounds)
        rows.append((str(name), f"sizes, indexed from {low} to {high}"))
    rows += [(str(n), words.letter(row)) for n, row in sorted((sig.get("letters") or {}).items())]
    for name, row in sorted((sig.get("losses") or {}).items()):
        text = Markup("{} of {}, with gradient {}").format(
            "half the squared distance to the target" if "target" in row else "differentiable function",
            formulas.kernel(row["at"], block=False),
            Markup("<code>{}</code>").format(row["grad"]),
        )
        if "target" in row:
            text += Markup("; target {}").format(formulas.kernel(row["target"], block=False))
        if "pgrad" in row:
            text += Markup("; gradients <code>{}</code> in the members of <code>{}</code>").format(
                row["pgrad"], row["params"]
            )
        rows.append((f"{name}, loss", text))
    return Kernel(
        case,
        tuple(rows),
        tuple((str(h["id"]), formulas.kernel({"all": h["all"], "concl": h["concl"]})) for h in k.get("hyps") or ()),
        tuple(formulas.kernel(g) for g in k.get("goals") or ()),
    )


def _told_once(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The kernel's reading with letters and hypotheses that an earlier statement of the page shows left to it."""
    letters: dict[tuple[tuple[str, Markup | str], ...], Ref] = {}
    hypotheses: dict[tuple[str, Markup], Ref] = {}
    made: dict[str, tuple[Kernel, ...]] = {}
    for s in _in_order(statements):
        kernels = []
        for k in s.kernel:
            here = Ref(f"{s.role_words} {s.name}".strip() + (f", {k.case}" if k.case else ""), f"#k-{anchor(s.label)}")
            earlier: dict[Ref, list[str]] = {}
            for name, math in k.hypotheses:
                if (name, math) in hypotheses:
                    earlier.setdefault(hypotheses[name, math], []).append(name)
            own = tuple(h for h in k.hypotheses if h not in hypotheses)
            shared = tuple((ref, tuple(names)) for ref, names in earlier.items())
            told = letters.get(k.letters)
            mine = () if told else k.letters
            kernels.append(replace(k, letters=mine, hypotheses=own, letters_as=told, shared=shared))
            letters.setdefault(k.letters, here)
            hypotheses.update(dict.fromkeys(own, here))
        made[s.label] = tuple(kernels)
    return tuple(replace(s, kernel=made[s.label]) for s in statements)


def differences(before: Markup, after: Markup) -> tuple[Markup, Markup] | None:
    """Two displayed formulas with the parts that differ marked, or None where marks would not help."""
    if before == after:
        return None
    old, new = (_MATH.search(str(x)) for x in (before, after))
    pair = mathml.differences(old[0], new[0]) if old and new else None
    if old is None or new is None or pair is None:
        return None
    return Markup(str(before).replace(old[0], pair[0])), Markup(str(after).replace(new[0], pair[1]))


# Evidence ---------------------------------------------------------------------------------------------


def _instance(data: Json) -> Instance | None:
    if isinstance(data, Mapping) and isinstance(data.get("instance"), Mapping):
        inner = dict(data["instance"])
        inner.update({k: v for k, v in data.items() if k != "instance"})
        data = inner
    if not isinstance(data, Mapping) or not isinstance(data.get("values"), Mapping):
        return None
    shown = ("values", "dims", "dims_from", "losses", "laws", "time", "kind", "status", "kernel", "motion")
    rest = [(words.label(k), plain(v)) for k, v in sorted(data.items()) if k not in shown and v not in (None, [], {})]
    facts = [*_path(data.get("motion")), *rest]
    return Instance(tuple(instance_rows(data)), tuple(facts))


def _path(motion: Json) -> Iterator[tuple[str, str]]:
    """What moves along a written path, the letters first."""
    if not isinstance(motion, Mapping):
        return
    for name, value in sorted(motion["letters"].items()):
        rows = value if isinstance(value, list) else [[value]]
        yield f"{name}(t)", "; ".join(", ".join(str(x) for x in row) for row in rows)
    if "clock" in motion:
        yield "the time is", f"{motion['clock']} at the parameter t"
    if "pace" in motion:
        yield "the parameter t grows", f"at the rate {motion['pace']} in time"
    yield "path until", f"t = {motion['until']}"


def _counterexample(data: Json, negation_derived: bool) -> Instance | None:
    if not isinstance(data, Mapping) or _instance(data) is None:
        return None
    shown = _instance({k: v for k, v in data.items() if k not in failures.TOLD})
    return shown and replace(shown, sentence=failures.sentence(data, negation_derived))


def plain(value: Json) -> str:
    """A value of the evidence in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return words.number(value)
    if isinstance(value, list) and len(value) == 2 and all(isinstance(x, str) for x in value):
        return words.interval(value[0], value[1])
    if isinstance(value, list) and all(isinstance(x, str | int) for x in value):
        return ", ".join(words.number(str(x)) for x in value)
    if isinstance(value, Mapping) and set(value) == {"low", "high"}:
        return words.interval(str(value["low"]), str(value["high"]))
    if isinstance(value, Mapping) and all(isinstance(x, str | int) for x in value.values()):
        counted = all(isinstance(x, int) for x in value.values())
        return ", ".join(f"{k}{' ' if counted else ' = '}{words.number(str(x))}" for k, x in sorted(value.items()))
    return str(value) if isinstance(value, int) else json_text(value)[:400]


def _facts(data: Json, leading: Iterable[str]) -> Table | None:
    if not isinstance(data, Mapping) or not data:
        return None
    order = [k for k in leading if k in data] + sorted(k for k in data if k not in leading and k != "kind")
    return Table(tuple((words.label(k), _fact(k, data[k])) for k in order if data[k] not in (None, {}, [])))


def _fact(key: str, value: Json) -> str:
    """A value by what its key says it is: times are a list, corners are counts by letter, an error is a bound."""
    if key == "times" and isinstance(value, list):
        return ", ".join(words.number(str(x)) for x in value)
    if key == "error" and isinstance(value, str):
        return words.upper(value)
    if key == "corners" and isinstance(value, Mapping) and all(": " in k for k in value):
        letters: dict[str, list[str]] = {}
        for k, n in sorted(value.items()):
            letter, _, corner = k.partition(": ")
            letters.setdefault(letter, []).append(f"{corner} {n}")
        return "; ".join(f"{letter}: {', '.join(some)}" for letter, some in letters.items())
    return plain(value)


def _enclosures(data: Json) -> tuple[Point, ...]:
    """Both sides at each instance, to stated numbers of digits; nothing that is absent is shown as a success.

    Rows that differ in nothing but the number of digits are one row.
    """
    rows: list[Json] = data if isinstance(data, list) else []
    goals = sorted({e["goal"] for e in rows if isinstance(e.get("goal"), int)})
    points: dict[str, tuple[Instance | str, dict[tuple[str, ...], dict[str, None]]]] = {}
    known: dict[bytes, Instance | None] = {}  # most rows stand at an instance of the row before
    for e in rows:
        at = marshal.dumps(e.get("instance"), 2)
        instance = known[at] if at in known else known.setdefault(at, _instance(e.get("instance")))
        where = instance or (plain(e["at"]) if e.get("at") else "not stated")
        sides = [_digits(str(e[k])) if e.get(k) is not None else "–" for k in ("left", "right")]
        if sides == ["–", "–"] and e.get("interval"):
            sides[0] = plain(e["interval"])
        status = str(e.get("status") or "not stated")
        if status == "agrees":
            status = f"agree to {e.get('agree_digits', 'unknown')} digits"
        margin = plain(e["margin"]) if e.get("margin") is not None else "not stated"
        goal = [str(e["goal"] + 1) if isinstance(e.get("goal"), int) else "–"] if len(goals) > 1 else []
        found = points.setdefault(repr(where), (where, {}))[1]
        found.setdefault((*goal, *sides, margin, status), {})[str(e.get("digits") or "not stated")] = None
    return tuple(
        Point(where, tuple((*row[:-4], ", ".join(digits), *row[-4:]) for row, digits in found.items()))
        for where, found in points.values()
    )


def _tails(data: Json) -> Table | None:
    """Exact tails against the probability that the claim allows."""
    if not isinstance(data, list) or not data:
        return None
    keys = ("n", "eps", "delta", "p", "tail")
    rows = tuple((*(str(r.get(k, "")) for k in keys), "below" if r.get("holds") is True else "above") for r in data)
    return Table((), ("samples n", "eps", "delta", "coin p", "exact tail, rounded up", "against delta"), rows)


def _monte_carlo(data: Json) -> Table | None:
    """Estimates with their intervals, one row each, or the facts of a single one."""
    if not isinstance(data, list) or not data:
        return _facts(data, ("n", "seed", "interval", "confidence"))
    first = data[0]
    facts = tuple((words.label(k), plain(first[k])) for k in ("n", "seed", "confidence") if k in first)
    said = {True: "inside", False: "outside"}
    rows = tuple(
        (*(str(r.get(k, "")) for k in ("estimate", "low", "high")), said.get(r.get("contains_value"), "not known"))
        for r in data
    )
    return Table(facts, ("estimate", "from", "to", "exact or enclosed value"), rows)


def _widths(data: Json) -> Table | None:
    """Estimates at growing widths with simultaneous intervals, against the other side of the equation."""
    if not isinstance(data, list) or not data:
        return None
    first = data[0]
    facts = tuple((words.label(k), plain(first[k])) for k in ("n", "seed", "confidence") if k in first)
    keys = ("width", "estimate", "low", "high", "value")
    rows = tuple((*(str(r.get(k, "")) for k in keys), "inside" if r.get("inside") is True else "outside") for r in data)
    width = f"width {first.get('symbol', '')}"
    return Table(facts, (width, "estimate", "from", "to", "other side", "against the interval"), rows)


def _digits(text: str) -> str:
    """A long decimal, cut in the middle for display; the certificate holds all of it."""
    return text if len(text) <= 36 else f"{text[:24]}\u2026{text[-6:]}"


FATES = ("rejected", "equivalent", "implied", "also true", "survived", "undecided", "not tried")
_FATES = {word: "rejected" for word in ("killed", "refuted", "rejected", "ill-sorted")} | {
    "equivalent": "equivalent",
    "implied": "implied",
    "proved": "also true",
    "survived": "survived",
    "not tried": "not tried",
}
_LISTS = {"survived": "open", "undecided": "open", "not tried": "not tried"}  # the others are settled


def _mutants(data: Json, formulas: Formulas) -> Mutants | None:
    items = data.get("mutants") if isinstance(data, Mapping) else data
    if not isinstance(items, list) or not items:
        return None
    made = []
    for m in items:
        outcome = str(m.get("status") or m.get("outcome") or "undecided").lower()
        change = ": ".join(str(m[k]) for k in ("part", "change") if isinstance(m.get(k), str))
        formula = m.get("formula")
        made.append(
            Mutant(
                str(m.get("operator") or "unnamed"),
                _FATES.get(outcome, "undecided"),
                outcome,
                change,
                formulas.kernel(formula) if formula is not None else None,
                "; ".join(f"{words.label(k)} {plain(m[k])}" for k in ("by", "where", "margin") if m.get(k)),
                _instance(m.get("counterexample")),
            )
        )
    tallies: dict[str, Counter[str]] = {}
    lists: dict[str, list[Mutant]] = {"open": [], "not tried": [], "settled": []}
    for m in made:
        tallies.setdefault(m.operator, Counter())[m.fate] += 1
        lists[_LISTS.get(m.fate, "settled")].append(m)
    facts = data if isinstance(data, Mapping) else {}
    known = [("neighbours", str(facts["total"]))] if "total" in facts else []
    known.append(("tried", str(len(made) - len(lists["not tried"]))))
    known += [("seed", plain(facts["seed"]))] if "seed" in facts else []
    return Mutants(
        tuple(known),
        tuple((name, tuple(tallies[name][fate] for fate in FATES)) for name in sorted(tallies)),
        tuple((kind, len(some), _by_operator(some)) for kind, some in lists.items() if some),
    )


def _by_operator(mutants: Iterable[Mutant]) -> tuple[Operator, ...]:
    groups: dict[tuple[str, str], Counter[Mutant]] = {}
    for m in mutants:
        groups.setdefault((m.operator, m.outcome), Counter())[m] += 1
    return tuple(Operator(*key, tuple(groups[key].items())) for key in sorted(groups))


_TRIALS = ("status", "drawn", "discarded", "held", "exact", "ball", "agree", "unknown", "failed", "violated", "corners")


def _evidence(data: Mapping[str, Json], case: str, formulas: Formulas) -> Evidence:
    sharp = data.get("sharpness")
    if isinstance(sharp, list):  # one entry a goal: the first that is attained, else the first
        tight = [s for s in sharp if isinstance(s, Mapping) and s.get("status") == "Tight"]
        first = (tight or [s for s in sharp if isinstance(s, Mapping)] or [{}])[0]
        sharp = {"kind": first.get("status", ""), **(first.get("attained_at") or {})}
    kind = sharp if isinstance(sharp, str) else ""
    if isinstance(sharp, Mapping):
        kind = str(sharp.get("kind") or sharp.get("sharpness") or "")
    return Evidence(
        case,
        _instance(data.get("witness")),
        _facts(data.get("trials"), _TRIALS),
        _monte_carlo(data.get("monte_carlo")),
        _enclosures(data.get("enclosures")),
        _facts(data.get("trajectories"), ("status",)),
        _widths(data.get("widths")),
        _tails(data.get("tails")),
        _mutants(data.get("mutants"), formulas),
        kind,
        _instance(sharp),
    )
