"""The verdict words of the report: what each means, its glyph and its place in a list. Colours are in `style.css`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from markupsafe import Markup


@dataclass(frozen=True)
class Verdict:
    """A verdict word: what it means, its glyph, and its class in the style sheet."""

    word: str
    css: str
    meaning: str
    glyph: str  # SVG content for a 16 x 16 box, drawn in the current colour


_LINE = 'fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"'
_DISC = '<circle cx="8" cy="8" r="6.6" {}/>'
_THIN = 'fill="none" stroke="currentColor" stroke-width="1.5"'
_TICK = '<path d="M4.9 8.3l2.2 2.3 4-4.8" {}/>'
_KNOCKED = _LINE.replace("currentColor", "var(--paper)")

NO_VERDICT = "NO VERDICT"

VERDICTS: tuple[Verdict, ...] = (
    Verdict(
        "ERROR",
        "error",
        "The audit itself failed, or the kernel accepted what a checked counterexample refutes."
        " Nothing may be concluded.",
        '<path d="M5.3 1.4h5.4l3.9 3.9v5.4l-3.9 3.9H5.3l-3.9-3.9V5.3z" fill="currentColor"/>'
        f'<path d="M8 4.4v4.4M8 11.5v.1" {_KNOCKED}/>',
    ),
    Verdict(
        NO_VERDICT,
        "missing",
        "A piece of evidence that the verdict needs was not handed to this report."
        " It counts as unexpected, never as passed.",
        f'<path d="M5.7 5.9a2.3 2.3 0 1 1 3.6 2c-.8.5-1.3 1-1.3 1.9M8 12.4v.1" {_LINE}/>',
    ),
    Verdict(
        "ILL-SORTED",
        "illsorted",
        "The printed formula has no reading in which all parts fit together,"
        " such as a sum of matrices of different sizes.",
        f'<path d="M3 5.8h10M3 10.2h10M10.8 2.6L5.2 13.4" {_LINE}/>',
    ),
    Verdict(
        "REFUTED",
        "refuted",
        "An instance was found and checked exactly, or by enclosure,"
        " at which the hypotheses hold and the conclusion fails.",
        f'<path d="M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4" {_LINE}/>',
    ),
    Verdict(
        "VACUOUS",
        "vacuous",
        "The hypotheses are proved to contradict each other, so the statement says nothing.",
        f'<circle cx="8" cy="8" r="5.2" {_THIN}/><path d="M3.2 12.8l9.6-9.6" {_LINE}/>',
    ),
    Verdict(
        "PROVED",
        "proved",
        "A derivation was replayed by the kernel from its rules and base facts alone, and the hypotheses can be met.",
        _DISC.format('fill="currentColor"') + _TICK.format(_KNOCKED),
    ),
    Verdict(
        "CONDITIONAL",
        "conditional",
        "A derivation was replayed by the kernel, and it rests on the cited theorems and programs listed beside it.",
        _DISC.format(_THIN) + _TICK.format(_LINE),
    ),
    Verdict(
        "ENCLOSED",
        "enclosed",
        "Checked with rigorous interval bounds on a stated finite set or box, and not beyond it.",
        f'<path d="M5.4 2.6H3v10.8h2.4M10.6 2.6H13v10.8h-2.4" {_LINE}/>'
        '<circle cx="8" cy="8" r="1.5" fill="currentColor"/>',
    ),
    Verdict(
        "TESTED",
        "tested",
        "Tried on many instances without a failure. This is no proof.",
        '<circle cx="4" cy="11.8" r="1.7" fill="currentColor"/><circle cx="8" cy="8" r="1.7" fill="currentColor"/>'
        '<circle cx="12" cy="4.2" r="1.7" fill="currentColor"/><circle cx="12" cy="11.8" r="1.7" fill="currentColor"/>'
        '<circle cx="4" cy="4.2" r="1.7" fill="currentColor"/>',
    ),
    Verdict(
        "OPEN",
        "open",
        "Nothing decisive either way, or a budget ran out. It is never counted as passed.",
        f'<circle cx="8" cy="8" r="6" {_THIN} stroke-dasharray="2.6 2.1"/>',
    ),
)

BY_WORD = {verdict.word: verdict for verdict in VERDICTS}
SETTLED = ("PROVED", "CONDITIONAL")


def as_expected(verdict: str, expects: str | None) -> bool:
    """Whether a verdict equals its expectation; without one, a derivation is expected."""
    if verdict == NO_VERDICT or verdict not in BY_WORD:
        return False
    return verdict in SETTLED if expects is None else verdict == expects


def verdict_class(word: str) -> str:
    """The part of a style class that stands for a verdict."""
    return BY_WORD.get(word, BY_WORD[NO_VERDICT]).css


@cache
def glyph(verdict: Verdict, place: str = "") -> Markup:
    """The glyph, drawn once on each page by `sprite`; `place` holds further attributes."""
    return Markup('<svg class="glyph" viewBox="0 0 16 16" aria-hidden="true"{}><use href="#g-{}"/></svg>').format(
        Markup(place), verdict.css
    )


def sprite() -> Markup:
    """All glyphs, to be referred to from the rest of the page."""
    symbol = Markup('<symbol id="g-{}" viewBox="0 0 16 16">{}</symbol>')
    drawn = [symbol.format(v.css, Markup(v.glyph)) for v in VERDICTS]
    return Markup('<svg class="unseen" aria-hidden="true">{}</svg>').format(Markup("").join(drawn))


@cache
def badge(word: str) -> Markup:
    """Glyph, word and colour of a verdict."""
    verdict = BY_WORD.get(word, BY_WORD[NO_VERDICT])
    return Markup('<span class="badge v-{}">{}<span>{}</span></span>').format(verdict.css, glyph(verdict), verdict.word)
