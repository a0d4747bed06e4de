"""The pages as files: well formed, self-contained, the same bytes twice, and honest about what is missing."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from posixpath import join, normpath
from typing import Any
from xml.etree import ElementTree

import pytest
import report_example as example

from verify.audit.certificate import canonical, sealed
from verify.report import CertificateAndVerdicts, ReportError, build, export, render
from verify.report.verdicts import NO_VERDICT, VERDICTS, as_expected, badge

VOID = {"meta", "link", "input", "br", "hr", "img", "path", "circle", "use", "rect", "line"}


class Page(HTMLParser):
    """Collects ids, links and text, and insists that every element is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.text: list[str] = []
        self.headings: list[int] = []
        self.lacks: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if "id" in values:
            self.ids[str(values["id"])] += 1
        for name in ("href", "src"):
            if name in values:
                (self.links if tag in ("a", "use") else self.loads).append(str(values[name]))
        for name in ("aria-labelledby", "aria-describedby"):
            self.links += [f"#{x}" for x in str(values.get(name) or "").split()]
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "svg" and "aria-hidden" not in values and values.get("role") not in ("img", "group"):
            self.lacks.append("svg without a role")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def everything() -> list[CertificateAndVerdicts]:
    return [example.balancedness(), example.hoeffding(), example.failing()]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return render(everything(), example.REGISTRY, example.SOURCES)


@pytest.fixture(scope="module")
def pages(files: dict[str, bytes]) -> dict[str, Page]:
    return {name: Page(data.decode()) for name, data in files.items() if name.endswith(".html")}


def words(page: Page) -> str:
    return " ".join(" ".join(page.text).split())


def test_pages_parse_and_ids_are_unique(pages: dict[str, Page]) -> None:
    kinds = Counter(name.partition("/")[0] for name in pages)
    assert kinds.pop("reference") >= 7
    assert kinds == {"index.html": 1, "trust.html": 1, "graph.html": 1, "rules.html": 1, "claims": 3, "graph": 3, "documents": 6}
    for name, page in pages.items():
        twice = [i for i, n in page.ids.items() if n > 1]
        assert not twice, f"{name}: {twice}"
        assert not page.lacks, name
        assert page.headings[0] == 1 and page.headings.count(1) == 1, name
        assert all(b <= a + 1 for a, b in zip(page.headings, page.headings[1:], strict=False)), (name, page.headings)


def test_links_resolve(files: dict[str, bytes], pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        for link in page.links + page.loads:
            path, _, fragment = link.partition("#")
            target = normpath(join(name, "..", path)) if path else name
            assert target in files, f"{name}: {link}"
            if fragment and "=" not in fragment:
                assert fragment in pages[target].ids, f"{name}: {link}"


def test_nothing_is_loaded_from_elsewhere(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        if name.endswith((".html", ".css", ".js")):
            loaded = b"\n".join(re.findall(rb"<[^>]*>", data)) if name.endswith(".html") else data
            assert b"//" not in re.sub(rb"(?m)^\s*//.*$", b"", loaded), name
            assert b"@import" not in data and b"<iframe" not in data and b"<base" not in data
    assert "assets/fonts/GUST-FONT-LICENSE.txt" in files


def test_equal_input_gives_equal_bytes(files: dict[str, bytes]) -> None:
    assert render(list(reversed(everything())), example.REGISTRY, example.SOURCES) == files


def test_bytes_do_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    code = (
        "import hashlib; import report_example as e; from verify.report import render;"
        "fs = render([e.balancedness(), e.hoeffding()], e.REGISTRY, e.SOURCES);"
        "print(hashlib.sha256(repr(sorted(fs.items())).encode()).hexdigest())"
    )
    root = Path(__file__).parents[2]
    out = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=root, check=True, capture_output=True, text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "MPLCONFIGDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join([str(root), str(Path(__file__).parent)])},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(out) == 1


def test_formulas_are_mathml(files: dict[str, bytes]) -> None:
    text = files["claims/linear_networks/balancedness.html"].decode()
    assert text.count("<math") > 40
    assert "as-text" not in text
    assert len(text) < 300_000


def test_verdicts_have_colour_glyph_and_word(files: dict[str, bytes]) -> None:
    css = files["assets/style.css"].decode()
    glyphs = set()
    for verdict in VERDICTS:
        shown = badge(verdict.word)
        assert verdict.word in shown and "<svg" in shown
        assert f".v-{verdict.css} {{ --v:" in css
        glyphs.add(verdict.glyph)
    assert len(glyphs) == len(VERDICTS)
    legend = files["index.html"].decode().split('id="legend"')[1]
    assert all(f"<span>{v.word}</span>" in legend for v in VERDICTS)


def test_index_counts_proved_and_conditional_apart(files: dict[str, bytes]) -> None:
    data = json.loads(files["report.json"])
    assert data["counts"]["PROVED"] == 3 and data["counts"]["CONDITIONAL"] == 1 and data["counts"]["REFUTED"] == 1
    assert data["counts"]["ERROR"] == 1  # the claim without a certificate
    index = files["index.html"].decode()
    assert index.index("NameError") < index.index('id="counts"')
    first = re.search(r"<tbody>\s*<tr class=\"is-(\w+)\"", index)
    assert first is not None and first[1] == "unexpected"


def test_claim_page_shows_the_pieces(pages: dict[str, Page]) -> None:
    page = pages["claims/linear_networks/balancedness.html"]
    text = words(page)
    for piece in (
        "As printed", "As corrected", "Counterexample", "the conclusion breaks", "added",
        "Printed but not assumed here: balanced",
        "What the kernel checked",
        "≥ 0",
        "differentiable function of", "The time derivative is zero", "chain-rule", "mean-value",
        "verify audit balancedness",
        "Scope: all depths, all widths", "Kaduri", "K-24", "as expected", "Tight",
        "Neighbours that were not rejected",
        "not settled: no counterexample in 80 draws",
    ):  # fmt: skip
        assert piece in text, piece
    assert "s-2-s1" in page.ids and "#s-2-s1" in page.links  # a hypothesis links to the step that uses it


def test_steps_link_to_their_premises(pages: dict[str, Page]) -> None:
    page = pages["claims/linear_networks/balancedness.html"]
    assert "#s-2-gradient_20_of_20_ell" in page.links
    assert "hypothesis equal_rates" in words(page)


def test_conditional_names_its_axiom(pages: dict[str, Page]) -> None:
    page = pages["claims/concentration/hoeffding_samples.html"]
    assert "../../trust.html#axiom-hoeffding_2d_lemma" in page.links
    trust = words(pages["trust.html"])
    assert "JASA 58" in trust and "no counterexample in 4,000 laws" in trust and "none on record" in trust


def _only(item: CertificateAndVerdicts) -> tuple[dict[str, Any], str, str]:
    files = render([item], example.REGISTRY, example.SOURCES)
    data = json.loads(files["report.json"])["claims"][0]
    return data, files[data["page"]].decode(), files["junit.xml"].decode()


def _statement(data: Mapping[str, Any], label: str) -> Any:
    return next(s for s in data["statements"] if s["label"] == label)


def _spoil(kind: str) -> Callable[[Any], CertificateAndVerdicts]:
    def spoiled(item: Any) -> CertificateAndVerdicts:
        certificate, audit, replay = item.certificate, item.audit, dict(item.replay)
        mine = certificate["statements"][2]
        judged = audit["statements"][2]
        name = "balancedness.conserved"
        if kind == "no replay":
            del replay[name]
        elif kind == "failed replay":
            replay[name] = {"id": name, "ok": False, "step": "s1", "rule": "alg", "reason": "the two sides differ"}
        elif kind == "truthy replay":
            replay[name] = {**replay[name], "ok": "yes"}
        elif kind == "no witness":
            del mine["evidence"]["witness"]
        elif kind == "no theorem":
            mine["theorems"] = []
        elif kind == "axiom in the replay":
            replay[name] = {**replay[name], "axioms": ["hoeffding-lemma"]}
        elif kind == "no entry":
            audit["statements"].pop(2)
        elif kind == "unknown word":
            judged["verdict"] = "PROVEN"
        elif kind == "other role":
            judged["role"] = "lemma"
        return CertificateAndVerdicts(certificate, audit, replay)

    return spoiled


@pytest.mark.parametrize(
    "kind",
    ["no replay", "failed replay", "truthy replay", "no witness", "no theorem", "axiom in the replay", "no entry",
     "unknown word", "other role"],
)  # fmt: skip
def test_a_verdict_the_data_do_not_bear_out_is_withheld(kind: str) -> None:
    data, page, junit = _only(_spoil(kind)(example.balancedness()))
    found = _statement(data, "conserved")
    assert found["verdict"] == NO_VERDICT and found["standing"] == "unexpected" and found["withheld"]
    assert data["standing"] == "unexpected"
    assert "note-missing" in page
    suite = ElementTree.fromstring(junit).find("testsuite")
    assert suite is not None and suite.get("failures") == "1"
    if kind == "failed replay":
        assert "rejects it at step s1 (rule alg): the two sides differ" in page


def test_refuted_needs_its_counterexample() -> None:
    item: Any = example.balancedness()
    del item.certificate["statements"][0]["evidence"]["counterexample"]
    data, _, _ = _only(item)
    assert _statement(data, "as_printed")["verdict"] == NO_VERDICT


def test_missing_evidence_is_shown_as_missing() -> None:
    item: Any = example.balancedness()
    for statement in item.certificate["statements"]:
        evidence = statement["evidence"]
        statement["evidence"] = {k: evidence[k] for k in ("witness", "counterexample") if k in evidence}
    item.certificate["figures"] = [{"caption": "Empty.", "data": {"x": [], "series": []}}]
    _, page, _ = _only(item)
    text = words(Page(page))
    assert text.count("Trials missing") == 3 and text.count("Mutants missing") == 3
    assert "not examined" in text and "The figure cannot be drawn" in text


def test_open_is_skipped_and_never_green() -> None:
    item: Any = example.balancedness()
    item.certificate["statements"][3]["expects"] = "OPEN"
    item.audit["statements"][3]["verdict"] = "OPEN"
    data, _, junit = _only(item)
    assert _statement(data, "drift")["standing"] == "open" and data["standing"] == "open"
    suite = ElementTree.fromstring(junit).find("testsuite")
    assert suite is not None and suite.get("skipped") == "1" and suite.get("failures") == "0"


def test_expectations() -> None:
    assert as_expected("PROVED", None) and as_expected("CONDITIONAL", None) and as_expected("REFUTED", "REFUTED")
    for verdict, expects in (
        ("PROVED", "REFUTED"),
        ("OPEN", None),
        ("TESTED", None),
        (NO_VERDICT, NO_VERDICT),
        ("x", "x"),
    ):
        assert not as_expected(verdict, expects)


def test_text_from_certificates_is_escaped() -> None:
    item: Any = example.balancedness()
    bad = '"><script>alert(1)</script>'
    item.certificate["claim"]["title"] = bad
    item.certificate["claim"]["nonclaims"] = [bad]
    item.certificate["statements"][1]["label"] = bad
    item.certificate["statements"][2]["evidence"]["trials"] = {bad: bad, "drawn": bad}
    item.certificate["statements"][2]["evidence"]["witness"]["values"][bad] = bad
    item.certificate["derivation"][0]["steps"][0]["id"] = bad
    item.certificate["figures"][0]["caption"] = bad
    item.certificate["figures"][0]["data"]["series"][0]["label"] = bad
    files = render([item])
    for name, content in files.items():
        if name.endswith(".html"):
            Page(content.decode())
            assert b"<script>" not in content


def test_only_mathml_comes_through() -> None:
    from verify.report.formulas import Formulas
    from verify.report.mathml import clean

    for bad in ("<math><script/></math>", "<math onclick='x'/>", "<math><mi href='x'>x</mi></math>", "<p/>", "<math>"):
        assert clean(bad) is None
    shown = Formulas(kernel=lambda _: "<math><script/></math>").kernel(["eq", ["q", "1"], ["q", "2"]])
    assert "<code>1 = 2</code>" in shown


def test_a_formula_without_renderer_is_text() -> None:
    from verify.report.formulas import Formulas

    def fails(_: Any) -> Any:
        raise RuntimeError

    item = example.balancedness()
    data = render([item], formulas=Formulas(fails, fails))
    page = data["claims/linear_networks/balancedness.html"].decode()
    Page(page)
    assert "as-text" in page


@pytest.mark.parametrize("name", ["../evil", "a/b", "", ".hidden", "x" * 99])
def test_slugs_stay_in_the_folder(name: str) -> None:
    item: Any = example.balancedness()
    item.certificate["claim"]["slug"] = name
    with pytest.raises(ReportError, match="address"):
        render([item])


def test_bad_input_is_one_line() -> None:
    with pytest.raises(ReportError, match="two claims are called"):
        render([example.balancedness(), example.balancedness()])
    item: Any = copy.deepcopy(example.balancedness())
    del item.certificate["derivation"][0]["steps"]
    with pytest.raises(ReportError, match="malformed certificate"):
        render([item])


def test_build_writes_replaces_and_refuses(tmp_path: Path) -> None:
    out = tmp_path / "html"
    site = build(everything(), out, example.REGISTRY, example.SOURCES)
    assert site.index.is_file() and all((out / name).is_file() for name in site.files)
    broken = out / "claims/convergence/broken.html"
    assert broken.is_file()
    keep = out / "notes.txt"
    keep.write_text("mine")
    build([example.balancedness()], out)
    assert not broken.exists() and keep.read_text() == "mine"
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.tex").write_text("x")
    with pytest.raises(ReportError, match="other files"):
        build([example.balancedness()], other)
    with pytest.raises(ReportError, match="not a folder"):
        build([], keep)


def test_an_empty_report_builds() -> None:
    files = render([])
    text = words(Page(files["index.html"].decode()))
    assert "0 claims" in text


def test_the_text_of_a_certificate_is_kept_if_its_hash_fits() -> None:
    made = sealed({"claim": {"slug": "x"}, "figures": []})
    text = canonical(made)
    assert export.recorded(made, text) is text
    for wrong in (None, text.replace('"x"', '"y"'), "", text.replace(made["hash"], "0" * 64)):
        assert export.recorded(made, wrong) == text
    other = {**made, "hash": "0" * 64}  # a certificate that does not fit its own hash is written as it is
    assert export.recorded(other, text) == canonical(other)
