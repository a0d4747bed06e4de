"""The five claims as an author writes them: they load, compile, render and survive their JSON form."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from kernel_sorts import Reader

from verify.kernel import replay
from verify.statement import from_ast, load
from verify.statement.render import kernel_latex, kernel_mathml
from verify.statement.statements import canonical

FOLDER = Path(__file__).parent / "examples"
NOT_YET_READ = {("hoeffding_width", "entries")}  # the expectation of a product of indicators of Gaussian letters
FILES = sorted(FOLDER.glob("*.py"))


def balanced_braces(text: str) -> bool:
    depth = 0
    for char in text.replace(r"\{", "").replace(r"\}", ""):
        depth += {"{": 1, "}": -1}.get(char, 0)
        if depth < 0:
            return False
    return depth == 0 and text.count(r"\left") == text.count(r"\right") + text.count(r"\rightarrow")


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_compiles_to_well_sorted_kernel_statements(path: Path) -> None:
    claim = load(path)
    assert claim.title and claim.statements and claim.citations
    for statement in claim.statements:
        assert statement.sort_error is None, statement.sort_error
        kernel = statement.kernel()
        assert kernel and len(kernel) == len(statement.cases())
        for item in kernel:
            assert set(item) - {"exists"} == {"sig", "hyps", "goals"} and item["goals"]
            Reader(item)
            assert json.loads(json.dumps(item)) == item


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_json_form_gives_the_same_kernel_statements(path: Path) -> None:
    for statement in load(path).statements:
        data = json.loads(canonical(statement.ast()))
        again = from_ast(data)
        assert again.ast() == statement.ast()
        assert again.kernel() == statement.kernel()
        assert again.hash() == statement.hash()
        assert again.latex() == statement.latex()


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_the_kernel_reads_them(path: Path) -> None:
    for statement in load(path).statements:
        for item in statement.kernel():
            if (path.stem, statement.label) not in NOT_YET_READ:
                replay.statement(item)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_renders(path: Path) -> None:
    for statement in load(path).statements:
        shown = [statement.mathml(), *statement.hypothesis_mathml().values(), *statement.domain_mathml()]
        typed = [statement.latex(), *statement.hypothesis_latex().values(), *statement.domain_latex()]
        for item in statement.kernel():
            for fact in [*item["hyps"], *item["goals"]]:
                shown.append(kernel_mathml(fact))
                typed.append(kernel_latex(fact))
        for text in shown:
            root = ElementTree.fromstring(text)
            assert root.tag == "math"
            for node in root.iter():
                children = {
                    "mfrac": 2,
                    "msub": 2,
                    "msup": 2,
                    "msubsup": 3,
                    "munderover": 3,
                    "mover": 2,
                    "mroot": 2,
                }
                assert len(node) == children.get(node.tag, len(node)), text
        for text in typed:
            assert balanced_braces(text), text


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_two_loads_agree_and_do_not_meet(path: Path) -> None:
    one, two = load(path), load(path)
    for a, b in zip(one.statements, two.statements, strict=True):
        assert a is not b and a.label == b.label and a.ast() == b.ast()


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_scripts_compile_in_the_signature_of_their_statement(path: Path) -> None:
    for statement in load(path).statements:
        if statement.script is None:
            continue
        assert statement.script.steps[-1].kind == "conclude"
        for case, item in enumerate(statement.kernel()):
            compiler = statement.compiler(case)
            reader = Reader(item)
            for step in statement.script.steps:
                if step.goal is not None and statement.label != "as_printed":
                    for fact in compiler.formula(step.goal):
                        reader.fact(fact)
