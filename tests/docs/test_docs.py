"""The documentation against the code: commands, claim files, tactics, links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from verify.kernel import replay
from verify.statement import load
from verify.statement.claims import read_sources
from verify.tactics import derive
from verify.tactics.author import Author

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
CLAIMS = sorted(ROOT.glob("claims/*/*.py"))
SCRIPT = ROOT / ".ci" / "run"
TACTICS = ROOT / "docs" / "reference" / "tactics.md"
SOURCES = read_sources(ROOT / "claims" / "sources.json")
START = "from verify.statement import *"


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


FILES = [
    pytest.param(page, text, id=f"{page.stem}-{k}")
    for page in PAGES
    for k, text in enumerate(blocks(page, "python"))
    if START in text
]


def test_the_two_commands_are_those_of_the_script() -> None:
    first, second = (line for text in blocks(ROOT / "README.md", "sh")[:2] for line in text.splitlines() if line)
    assert first.startswith("python3 -m venv") and first.endswith("verify audit --report")
    assert second.startswith("python3 -m venv") and second.endswith("pytest")
    script = SCRIPT.read_text(encoding="utf-8")
    assert first in script and second in script


@pytest.mark.parametrize("page,text", FILES)
def test_claim_files_in_the_pages_load_and_their_proofs_stand(page: Path, text: str, tmp_path: Path) -> None:
    home = tmp_path / "examples"
    home.mkdir()
    path = home / f"{page.stem.replace('-', '_').lower()}.py"
    path.write_text(text, encoding="utf-8")
    claim = load(path, SOURCES)
    assert claim.title and claim.statements
    for statement in claim.statements:
        assert statement.sort_error is None or statement.expects == "ILL-SORTED"
        if statement.script is not None and statement.script.kind == "proof":
            theorems, ids = derive(claim, statement)
            assert ids and all(r["ok"] for r in replay.check(theorems))


def test_there_are_claim_files_in_the_pages() -> None:
    assert {p.id.rsplit("-", 1)[0] for p in FILES if p.id} >= {"README", "write-a-claim", "tactics"}


def test_the_file_in_the_readme_is_the_real_one() -> None:
    (text,) = (t for t in blocks(ROOT / "README.md", "python") if START in t)
    assert bare(text) == bare((ROOT / "claims" / "linear_networks" / "balancedness.py").read_text(encoding="utf-8"))


def rows(section: str) -> dict[str, str]:
    """The first column of the tables of a section (with other names for the same), and the example."""
    text = TACTICS.read_text(encoding="utf-8").split(f"\n## {section}")[1].split("\n## ")[0]
    out = {}
    for name, others, example in re.findall(r"^\| `(\w+)`(.*?)\|.*\| `(by\..*)` \|$", text, re.MULTILINE):
        for alias in (name, *re.findall(r"`(\w+)`", others)):
            out[alias] = example
    return out


@pytest.mark.parametrize("section,start", [("Tactics", "_by_"), ("Ingredients", "_with_")])
def test_every_tactic_and_ingredient_is_documented(section: str, start: str) -> None:
    known = {name.removeprefix(start) for name in dir(Author) if name.startswith(start)}
    assert known == set(rows(section))


@pytest.mark.parametrize("section", ["Tactics", "Ingredients"])
def test_examples_are_taken_from_claims(section: str) -> None:
    texts = [bare(path.read_text(encoding="utf-8")) for path in CLAIMS]
    texts += [bare(text) for text in blocks(TACTICS, "python")]
    for name, example in rows(section).items():
        parts = [re.escape(bare(part)) for part in example.split("..")]
        assert any(re.search(".*?".join(parts), text) for text in texts), f"{name}: {example}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if not target.startswith(("http:", "https:")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_picture_is_small() -> None:
    assert (ROOT / "docs" / "images" / "report.png").stat().st_size < 300_000
