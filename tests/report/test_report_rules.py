"""The rules page: every rule of the kernel has its argument, and uses are counted as they occur."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import report_example as example

from verify.kernel.kinds import KINDS
from verify.kernel.rules import RULES
from verify.report import prose, reference, render, rules

ROOT = Path(__file__).parents[2]


def test_every_rule_has_its_argument_and_no_other_is_explained() -> None:
    found = reference.load().entries("rules", "Rules")
    assert set(found) == set(RULES)
    for name, entry in found.items():
        assert tuple(entry.fields.split(", ")) == RULES[name], name
        assert len(entry.text) > 20, name
    assert set(reference.load().entries("rules", "Refutations")) == {"evaluate", "derive"}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_item_has_a_page(kind: str) -> None:
    assert reference.load().page_of(kind).endswith("-certificates")


def test_the_families_of_proof_terms_are_those_of_the_reference() -> None:
    text = reference.load().section("rules", "Proof terms")
    parts = re.split(r"\*\*(?:Equations|Inequalities|PSD)\*\*", text)
    for family, part in zip("ZPS", parts[1:], strict=True):
        part = part.split("**Cases.**")[0]
        cells = [line.split("|")[1] for line in part.splitlines() if line.startswith("| `")] or [part]
        said = {words.split()[0] for cell in cells for words in re.findall(r"`([^`]+)`", cell)}
        assert said <= set(rules._ARGUMENTS[family]) | {"["}, (family, said - set(rules._ARGUMENTS[family]))
        assert set(rules._ARGUMENTS[family]) - said <= {"ne", "fact"}, (family, set(rules._ARGUMENTS[family]) - said)


def test_proof_terms_are_counted_by_what_they_show() -> None:
    proof = ["add", ["inv", ["v", "x", [], ""], ["fact", "positive", []]], ["mul", ["q", "2"], ["anti", ["pi"], ["sq", ["q", "1"]]], None]]
    found = sorted(rules.proof_terms(proof, "Z"))
    assert found == [("P", "fact"), ("P", "pi"), ("P", "sq"), ("Z", "add"), ("Z", "anti"), ("Z", "inv"), ("Z", "mul")]
    step = {"rule": "use", "theorem": "base:psd-root", "hyps": {"psd": {"vars": [], "proof": ["gram", ["v", "A", [], ""]]}}}
    assert list(rules.step_terms(step, {})) == [("S", "gram")]


def test_uses_are_counted_and_linked() -> None:
    item: Any = example.balancedness()
    page = render([item], example.REGISTRY, example.SOURCES)["rules.html"].decode()
    steps = [s for t in item.certificate["derivation"] for s in t["steps"]]
    for rule in RULES:
        count = sum(s["rule"] == rule for s in steps)
        row = re.search(rf'<a href="#rule-{rule}">.*?<td class="n">([^<]*)</td><td class="n">([^<]*)</td>', page, re.DOTALL)
        assert row is not None and (row[1], row[2]) == ((str(count), "1") if count else ("–", "–")), rule
    part = page.split('id="rule-variation"')[1].split("</article>")[0]
    assert 'href="claims/linear_networks/balancedness.html#s-' in part


def test_a_rule_the_reference_does_not_know_is_marked() -> None:
    item: Any = example.balancedness()
    item.certificate["derivation"][0]["steps"][0]["rule"] = "magic"
    page = render([item])["rules.html"].decode()
    assert "<code>magic</code></th><td class=\"missing\">not in the reference" in page


def test_prose() -> None:
    source = "# T\n\nA *b* **c `d*`** [e](f.md) x**2 <i>\n\n1. one\n   more\n2. two\n\n| a | b |\n|---|---|\n| `x | y` | 1 \\| 2 |\n\n    code <\n\n```json\n{}\n```\n"
    out = prose.html(source, lambda href: href.replace(".md", ".html"))
    assert out.startswith('<h1 id="t">T</h1>')
    assert '<p>A <em>b</em> <b>c <code>d*</code></b> <a href="f.html">e</a> x**2 &lt;i&gt;</p>' in out
    assert "<ol><li>one more</li><li>two</li></ol>" in out
    assert "<td><code>x | y</code></td><td>1 | 2</td>" in out
    assert '<pre tabindex="0"><code>code &lt;</code></pre>' in out and "<code>{}</code></pre>" in out
    assert prose.inline("[a](b)") == "a"


def test_a_wheel_carries_the_reference(tmp_path: Path) -> None:
    code = "import setuptools, sys; sys.argv = ['setup.py', '-q', 'build_py', '-d', sys.argv[1]]; exec(open('setup.py').read(), {'__file__': 'setup.py', '__name__': '__main__'})"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=True, capture_output=True, timeout=100)
    copied = {f.name: f.read_text(encoding="utf-8") for f in (tmp_path / "verify/report/reference").iterdir()}
    assert copied == {f.name: f.read_text(encoding="utf-8") for f in (ROOT / "docs/reference").glob("*.md")}
