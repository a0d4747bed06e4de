"""What a claim's page says: differences to the printed statement, steps in words, costs, failures, how to cite."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import report_example as example

from benchmarks.report import library
from verify.audit.certificate import parse
from verify.kernel.kinds import check_file
from verify.report import CertificateAndVerdicts, bibtex, mathml, model, render, site, words
from verify.statement import boxes
from verify.statement.render import kernel_mathml

LIBRARY = Path(__file__).parents[2] / "reports" / "certificates"
X, Y = "<mi>x</mi>", "<mi>y</mi>"


def row(*items: str) -> str:
    return f"<math>{''.join(items)}</math>"


def marked(text: str) -> list[str]:
    return re.findall(r'<(\w+) class="diff">([^<]*)', text)


def test_parts_that_differ_are_marked_on_both_sides() -> None:
    half = "<mfrac><mn>1</mn><mn>2</mn></mfrac>"
    quarter = half.replace("2", "4")
    pair = mathml.differences(row(X, "<mo>=</mo>", half, Y), row(X, "<mo>=</mo>", quarter, Y))
    assert pair is not None and marked(pair[0]) == [("mn", "2")] and marked(pair[1]) == [("mn", "4")]
    pair = mathml.differences(row(X, "<mo>=</mo>", Y), row("<mo>−</mo>", X, "<mo>=</mo>", Y))
    assert pair is not None and marked(pair[0]) == [] and marked(pair[1]) == [("mo", "−")]


def test_no_marks_where_they_do_not_help() -> None:
    assert mathml.differences(row(X, Y), row(X, Y)) is None
    assert mathml.differences(row(X), row("<mfrac><mn>1</mn><mn>2</mn></mfrac>")) is None


def test_what_the_renderer_writes_is_what_is_let_through() -> None:
    """Formulas of the kernel are shown as they are rendered: hostile names come out as text."""
    hostile = '<script>"&'
    for node in (["v", hostile, [], ""], ["q", "1/2"], ["ch", hostile, {hostile: 1}, {"1": 1}, "0"], ["tr", ["v", "x_<b>", [], ""]],
                 [hostile, ["q", "1"]], ["pow", ["v", "grad_<i>", [{"1": 1}], "+"], {"<u>": 2}]):  # fmt: skip
        text = kernel_mathml(node)
        assert mathml.clean(text) == text and "<script" not in text


def test_mathml_is_light_without_a_change_of_meaning() -> None:
    x, y = boxes.ident("x"), boxes.ident("y")
    shown = boxes.mathml(boxes.fence("(", boxes.upright("vec")))
    assert shown == "<mrow><mo>(</mo><mi>vec</mi><mo>)</mo></mrow>"
    shown = boxes.mathml(boxes.fence("(", boxes.row(x, boxes.op("+"), y)))
    assert shown == f"<mrow><mo>(</mo>{X}<mo>+</mo><mi>y</mi><mo>)</mo></mrow>"
    shown = boxes.mathml(boxes.fence("(", boxes.row(boxes.op("neg"), x)))  # a sign at the front of a row would be read as a difference
    assert shown == f'<mrow><mo>(</mo><mrow><mo form="prefix">−</mo>{X}</mrow><mo>)</mo></mrow>'
    assert boxes.mathml(boxes.fence("|", x)).count("fence") == 2  # what the dictionary does not imply stays
    assert boxes.mathml(boxes.root(boxes.row(x, y))) == f"<msqrt>{X}<mi>y</mi></msqrt>"


def test_the_kernels_reading_is_told_once() -> None:
    (item,) = library.items("*/null_space")
    claim = model.claim(item, model.Formulas())
    seen: set[tuple[str, str]] = set()
    for k in (k for s in claim.in_order for k in s.kernel):
        assert not seen & {(name, str(math)) for name, math in k.hypotheses}
        seen |= {(name, str(math)) for name, math in k.hypotheses}
    shown = {label: len(k) for label, k in ((s.label, s.kernel) for s in claim.in_order)}
    data = item.certificate["statements"] if item.certificate else []
    for s in data:
        told = next(x for x in claim.statements if x.label == s["label"]).kernel
        assert shown[s["label"]] == len(s["kernel"])
        for k, mine in zip(s["kernel"], told, strict=True):
            names = [name for name, _ in mine.hypotheses] + [name for _, some in mine.shared for name in some]
            assert sorted(names) == sorted(h["id"] for h in k["hyps"]) and len(mine.goals) == len(k["goals"])
            assert bool(mine.letters) is (mine.letters_as is None)
    assert any(k.letters_as for s in claim.statements for k in s.kernel)


def test_mutants_that_read_the_same_are_one_row() -> None:
    rows = [{"operator": "sign", "part": "goal 0", "change": "-1 becomes 1", "status": w} for w in ("not tried",) * 3]
    rows += [{"operator": "sign", "part": "goal 0", "change": "x", "status": "killed", "where": "here"}]
    made = model._mutants({"mutants": rows, "total": 9, "tried": 4, "seed": 1}, model.Formulas())
    assert made is not None
    assert made.facts == (("neighbours", "9"), ("tried", "1"), ("seed", "1"))
    assert [(kind, n) for kind, n, _ in made.listed] == [("not tried", 3), ("settled", 1)]
    ((_, count),) = made.listed[0][2][0].mutants
    assert count == 3
    assert dict(zip(model.FATES, made.rates[0][1], strict=True))["not tried"] == 3


def test_rows_of_an_enclosure_that_differ_in_digits_alone_are_one() -> None:
    row = {"goal": 0, "left": "2", "right": "0", "margin": ["2", "2"], "status": "holds", "at": "0"}
    (point,) = model._enclosures([{**row, "digits": 50}, {**row, "digits": 200}, {**row, "digits": 50, "goal": 1}])
    assert point.rows == (("1", "50, 200", "2", "0", "2", "holds"), ("2", "50", "2", "0", "2", "holds"))


def test_a_written_path_is_told_letter_by_letter() -> None:
    motion = {"until": "4", "clock": "exp(t)-1", "letters": {"u": [["exp(-t)", "0"], ["1", "t"]], "r": "1-t"}}
    found = model._instance({"values": {"n": 1}, "motion": motion})
    assert found is not None and found.facts == (
        ("r(t)", "1-t"), ("u(t)", "exp(-t), 0; 1, t"), ("the time is", "exp(t)-1 at the parameter t"), ("path until", "t = 4"),
    )


def test_a_path_tells_its_pace() -> None:
    found = model._instance({"values": {}, "motion": {"until": "1/2", "pace": "2-t", "letters": {"x": "1-t"}}})
    assert found is not None and ("the parameter t grows", "at the rate 2-t in time") in found.facts


def test_facts_are_read_by_what_they_are() -> None:
    table = model._facts({"times": ["1", "1/4"], "error": "66817118e-40", "corners": {"J: b": 2, "J: a": 1, "y: a": 3}}, ())
    assert table is not None and dict(table.facts) == {
        "times": "1, 1/4", "error": "6.7 · 10^-33", "corners": "J: a 1, b 2; y: a 3"
    }  # fmt: skip
    assert words.upper("99999e-7") == "1.0 · 10^-2" and words.upper("1001e0") == "1.1 · 10^3"
    assert words.upper("none") == "none"


def page_of(item: CertificateAndVerdicts) -> str:
    files = render([item], example.REGISTRY, example.SOURCES)
    return next(data.decode() for name, data in files.items() if name.startswith("claims/"))


def test_the_corrected_statement_is_read_against_the_printed_one() -> None:
    page = page_of(example.balancedness())
    part = page.split('id="st-conserved"')[1].split("</article>")[0]
    assert 'against <a href="#st-as_5f_printed">' in part and part.count("REFUTED") == 1
    assert len(marked(part)) >= 2 and 'class="before"' in part
    lemma = page.split('id="st-swap"')[1].split("</article>")[0]
    assert "against" not in lemma


def test_a_changed_hypothesis_shows_both() -> None:
    item: Any = example.balancedness()
    mine = item.certificate["statements"]
    mine[2]["ast"] = {**mine[0]["ast"], "hypotheses": [[n, ["ge", ["num", "1"], ["num", "0"]]] for n, _ in mine[0]["ast"]["hypotheses"][:1]]}
    part = page_of(item).split('id="st-conserved"')[1].split("</article>")[0]
    assert '<span class="change">changed</span>' in part and '<span class="from">printed</span>' in part


def test_the_nearest_printed_statement_that_fails() -> None:
    def statement(label: str, role: str, *leaves: str) -> dict[str, Any]:
        return {"label": label, "role": role, "ast": {"conclusion": list(leaves), "hypotheses": []}}

    near, far, true = (statement(n, "printed", *x) for n, x in (("near", "abcd"), ("far", "xyz"), ("true", "abce")))
    mine = statement("mine", "corrected", *"abce")
    verdicts = {"near": "REFUTED", "far": "REFUTED", "true": "PROVED"}
    assert model._nearest(mine, [far, near, true, mine], verdicts) is near
    assert model._nearest(mine, [true, mine], verdicts) is true
    assert model._nearest(mine, [mine], verdicts) is None


def test_steps_say_from_what_they_follow() -> None:
    step = {"rule": "alg", "concl": ["ge", 0, 0], "proof": []}
    assert words.step(step, ["hypothesis flow", "step 1.2", "hypothesis rate"]) == (
        "The difference is a sum of terms that are not negative. From hypotheses flow and rate and step 1.2."
    )
    assert words.step({"rule": "induct", "var": "k", "base": [0, 0]}, []) == "By induction over k, with 2 cases to begin with."
    assert words.step({"rule": "unheard"}, ["axiom a"]) == "By the rule unheard. From axiom a."


def test_steps_show_what_they_cost() -> None:
    item: Any = example.balancedness()
    page = page_of(item)
    costs = [n for outcome in item.replay.values() for n in outcome["work"].values()]
    assert costs and all(f"<dt>cost</dt><dd>{n:,}</dd>" in page for n in costs)
    assert f"cost {sum(item.replay['balancedness.conserved']['work'].values()):,}" in page
    for outcome in item.replay.values():
        del outcome["work"]
    assert "cost</dt><dd><span class=\"missing\">not known without a replay" in page_of(item)


def test_the_file_and_how_to_cite_it() -> None:
    item: Any = example.balancedness()
    page = page_of(CertificateAndVerdicts(item.certificate, item.audit, item.replay, 'x = "<a>" & 1'))
    assert 'x = "&lt;a&gt;" &amp; 1' in page
    assert "@misc{verify:balancedness," in page and "as printed: REFUTED" in page
    for citation in item.certificate["claim"]["citations"]:
        assert f"@misc{{{citation['source']}," in page
    assert "The claim file" not in page_of(item)


def test_bibtex_escapes() -> None:
    assert bibtex.entry("misc", "a b", [("title", bibtex.escaped("50% of $x_1$ {a}\\")), ("year", "")]) == (
        "@misc{a-b,\n  title = {50\\% of \\$x\\_1\\$ \\{a\\}\\textbackslash{}}\n}"
    )


@pytest.mark.parametrize("slug", ["linear_networks/deficiency_margin"])
def test_the_derivation_of_a_failure_is_shown(slug: str) -> None:
    certificate = parse((LIBRARY / f"{slug}.json").read_text(encoding="utf-8"))
    derived = [r for r in certificate["refutations"] if r["kind"] == "derive"]
    assert derived
    answers = check_file(certificate)
    replay = {str(a["id"]): a for kind in ("theorems", "refutations") for a in answers[kind]}
    audit = {"statements": [{"label": s["label"], "role": s["role"], "verdict": "REFUTED" if s["refutation"] else "OPEN"} for s in certificate["statements"]]}
    page = page_of(CertificateAndVerdicts(certificate, audit, replay))
    for r in derived:
        statement = next(s for s in certificate["statements"] if s["refutation"] == r["id"])
        assert f'id="r-{model.anchor(r["id"])}"' in page and f'<a href="#r-{model.anchor(r["id"])}">' in page
        assert f"the failure of {statement['label'].replace('_', ' ')}" in page
        steps = len(r["theorem"]["steps"])
        part = page.split(f'id="r-{model.anchor(r["id"])}"')[1].split("</article>")[0]
        assert part.count("<summary>") == steps and "Replayed by the kernel" in part and " · refutes " in part


def test_a_long_page_gives_its_evidence_away(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = render([example.balancedness()], example.REGISTRY, example.SOURCES)
    assert not any(name.startswith("evidence/") for name in whole)
    name = "claims/linear_networks/balancedness.html"
    monkeypatch.setattr(site, "MOST", len(whole[name]) - 1)
    assert not any(path.startswith("derivation/") for path in render([example.balancedness()]))
    files = render([example.balancedness()], example.REGISTRY, example.SOURCES)
    aside = files["evidence/linear_networks/balancedness.html"].decode()
    assert len(files[name]) < len(whole[name])
    assert "Neighbours that were not rejected" in aside and "Neighbours that were not rejected" not in files[name].decode()
    assert 'href="../../evidence/linear_networks/balancedness.html#st-conserved"' in files[name].decode() and 'id="st-conserved"' in aside


def test_a_page_still_too_long_gives_its_derivation_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "MOST", 1)
    files = render([example.balancedness()], example.REGISTRY, example.SOURCES)
    page = files["claims/linear_networks/balancedness.html"].decode()
    aside = files["derivation/linear_networks/balancedness.html"].decode()
    steps = re.findall(r'<li id="(s-[^"]+)">', page)
    assert steps and steps == re.findall(r'<li id="(s-[^"]+)">', aside)
    assert 'class="data"' in aside and 'class="data"' not in page
    assert all(f'href="../../derivation/linear_networks/balancedness.html#{s}"' in page for s in steps)
    assert 'href="../../claims/linear_networks/balancedness.html#st-conserved"' in aside


def test_a_long_derivation_takes_several_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "MOST", 1)
    monkeypatch.setattr(site, "LONGEST", 1)
    item = example.balancedness()
    assert item.certificate is not None
    files = render([item], example.REGISTRY, example.SOURCES)
    theorems = item.certificate["derivation"]
    names = ["balancedness.html", *(f"balancedness.{k}.html" for k in range(2, len(theorems) + 1))]
    assert [n for n in files if n.startswith("derivation/")] == [f"derivation/linear_networks/{n}" for n in names]
    claim = files["claims/linear_networks/balancedness.html"].decode()
    for k, (t, name) in enumerate(zip(theorems, names, strict=True), 1):
        page = files[f"derivation/linear_networks/{name}"].decode()
        assert page.count('<article class="theorem"') == 1 and f'id="t-{model.anchor(t["id"])}"' in page
        assert f'<b aria-current="page">theorem {k}</b>' in page
        assert f'href="../../derivation/linear_networks/{name}#s-{k}-' in claim
        for other in re.findall(r'href="([^"#]*)#(t-[^"]+)"', page):  # theorems that it uses
            where = names[[f"t-{model.anchor(u['id'])}" for u in theorems].index(other[1])]
            assert (other[0] or name) == where


def test_formulas_in_titles_are_set() -> None:
    assert words.typeset("loss at rate 2 c^(2(N-1)/N) for p >= 1") == "loss at rate 2 c<sup>2(N−1)/N</sup> for p ≥ 1"
    assert words.typeset("(1 - 2 eta)^2 <b>") == "(1 − 2 <i>η</i>)<sup>2</sup> &lt;b&gt;"
    assert words.typeset("beta is a theta") == "beta is a theta"  # letters inside of words stay


def test_a_hypothesis_is_not_needed_only_if_none_of_its_parts_is() -> None:
    attempt = {"draws": 1, "met": 0, "screened": 0}
    open_, idle = {"status": "unknown", "attempt": attempt}, {"status": "unused", "attempt": attempt}
    needless = {"status": "redundant", "by": "it follows from the other hypotheses", "attempt": attempt}
    told = "no counterexample in 1 draw (0 of them met all other hypotheses)"
    assert model._necessity([needless, open_], False) == ("unsettled", told, None)
    assert model._necessity([open_, idle], False) == ("unsettled", told, None)
    assert model._necessity([needless, idle], False) == ("redundant", "it follows from the other hypotheses", None)
    assert model._necessity([idle], False) == ("unused", "", None)
    assert model._necessity([], False) == ("missing", "", None)
