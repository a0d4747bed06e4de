"""Dependencies and their drawing: nothing overlaps, arrows touch their boxes, the marks say what the verdicts are."""

from __future__ import annotations

import copy
import random
import re
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

import report_example as example

from verify.report import CertificateAndVerdicts, Formulas, model, render
from verify.report.dependencies import Dependencies, dependencies
from verify.report.layout import Box, Drawing, Edge, _spread, backward, components, curve, layered, layers


def drawn(boxes: list[Box], edges: list[Edge]) -> Drawing:
    """The drawing, after looking at it: inside its size, no two boxes overlap, every edge ends at its ports."""
    drawing = layered(boxes, edges)
    for b in boxes:
        x, y = drawing.corners[b.id]
        assert x >= 0 and y >= 0 and x + b.width <= drawing.width and y + b.height <= drawing.height
    for a, b in combinations(boxes, 2):
        (ax, ay), (bx, by) = drawing.corners[a.id], drawing.corners[b.id]
        assert ax + a.width <= bx or bx + b.width <= ax or ay + a.height <= by or by + b.height <= ay, (a, b)
    turned = backward([b.id for b in boxes], edges)
    size = {b.id: b for b in boxes}
    for k, (e, path) in enumerate(zip(edges, drawing.paths, strict=True)):
        (sx, sy), (tx, ty) = drawing.corners[e.source], drawing.corners[e.target]
        if k in turned:
            assert path[0] == (sx, sy + e.leave) and path[-1] == (tx + size[e.target].width, ty + e.arrive)
        else:
            assert path[0] == (sx + size[e.source].width, sy + e.leave) and path[-1] == (tx, ty + e.arrive)
            assert all(x <= nx for (x, _), (nx, _) in pairwise(path))
    return drawing


def test_random_graphs_are_drawn_without_overlap() -> None:
    for seed in range(30):
        rng = random.Random(seed)
        boxes = [Box(f"b{k}", rng.choice((80, 120)), rng.choice((20, 60, 200))) for k in range(rng.randint(1, 14))]
        pairs = [(a, b) for a, b in combinations(boxes, 2) if rng.random() < 0.25]
        if seed % 3 == 0:  # with cycles
            pairs = [(b, a) if rng.random() < 0.3 else (a, b) for a, b in pairs]
        edges = [Edge(a.id, b.id, rng.randrange(a.height), rng.randrange(b.height)) for a, b in pairs]
        assert drawn(boxes, edges) == layered(boxes, edges)


def test_layers_are_longest_paths() -> None:
    edges = [Edge(a, b, 0, 0) for a, b in ("ab", "bc", "ac", "dc")]
    assert layers(list("abcd"), edges) == {"a": 0, "b": 1, "c": 2, "d": 0}
    assert components(list("abcde"), edges) == [["a", "b", "c", "d"], ["e"]]
    assert backward(list("abcd"), edges) == frozenset()
    assert backward(list("abc"), [*edges[:2], Edge("c", "a", 0, 0)]) == {2}


def test_a_crossing_that_can_be_avoided_is_avoided() -> None:
    boxes = [Box(i, 50, 20) for i in "abxy"]
    drawing = drawn(boxes, [Edge("a", "y", 10, 10), Edge("b", "x", 10, 10)])
    assert (drawing.corners["a"][1] < drawing.corners["b"][1]) == (drawing.corners["y"][1] < drawing.corners["x"][1])


def test_spread_is_nearest() -> None:
    assert _spread([Fraction(0), Fraction(0)], [10, 10]) == [-5, 5]
    assert _spread([Fraction(0), Fraction(30)], [10, 10]) == [0, 30]
    assert _spread([Fraction(9), Fraction(6), Fraction(0)], [2, 2, 2]) == [3, 5, 7]


def test_curves_start_and_end_where_they_should() -> None:
    assert curve([(0, 5), (10, 5), (30, 9)]) == "M0 5H10C20 5 20 9 30 9"


def used(deps: Dependencies, label: str) -> set[str]:
    return {f"{i.split('/')[1]}.{name}" for i, name in deps.below["convergence/user", label]}


def user(**changes: Any) -> CertificateAndVerdicts:
    """A claim whose statements use theorems of the example: `first` directly, `second` through a lemma of its own."""
    made: Any = example.balancedness()
    theorems = {t["id"]: t for t in made.certificate["derivation"]}
    lemma = copy.deepcopy(theorems["balancedness.conserved"])
    lemma.update(changes)

    def by(name: str, *names: str) -> Any:
        steps = [{"id": f"s{k}", "rule": "use", "theorem": t, "all": [], "concl": lemma["goals"][0]["concl"]}
                 for k, t in enumerate(names)]  # fmt: skip
        return {**copy.deepcopy(lemma), "id": f"user.{name}", "steps": steps}

    data = made.certificate
    data["claim"].update(slug="user", topic="convergence")
    data["derivation"] = [
        theorems["balancedness.swap"], lemma, by("first", "balancedness.conserved", "base:psd-root"),
        by("own", "balancedness.swap", "axiom:hoeffding-lemma"), by("second", "user.own", "user.first"),
    ]  # fmt: skip
    data["statements"] = [
        {**data["statements"][2], "label": label, "theorems": [f"user.{label}"]} for label in ("first", "second")
    ]
    return CertificateAndVerdicts(data, {"statements": []}, {})


def graph_of(*items: CertificateAndVerdicts) -> Dependencies:
    return dependencies([model.claim(item, Formulas(), example.SOURCES) for item in items])


def test_statements_rest_on_the_owners_of_the_theorems_they_use() -> None:
    deps = graph_of(example.balancedness(), user())
    assert used(deps, "first") == {"balancedness.conserved"}
    assert used(deps, "second") == {"balancedness.swap", "user.first"}
    assert deps.files["convergence/user"] == ("linear_networks/balancedness",)
    assert deps.users["linear_networks/balancedness"] == ("convergence/user",)
    assert deps.axioms == {"convergence/user": ("hoeffding-lemma",), "linear_networks/balancedness": ()}
    assert ("convergence/user", "second") in deps.above["convergence/user", "first"]


def test_a_theorem_that_the_other_file_states_differently_is_no_dependency() -> None:
    deps = graph_of(example.balancedness(), user(hyps=[]))
    assert used(deps, "first") == set()
    assert used(deps, "second") == {"balancedness.swap", "user.first"}


def test_settled_is_proved_all_the_way_down() -> None:
    item: Any = example.balancedness()
    item.audit["statements"][1]["verdict"] = "OPEN"  # swap
    claim = model.claim(item, Formulas(), example.SOURCES)
    swap, conserved, drift = ((claim.id, label) for label in ("swap", "conserved", "drift"))

    def settled(**below: Any) -> set[str]:
        edges = {(claim.id, label): found for label, found in below.items()}
        return {label for _, label in Dependencies({claim.id: claim}, edges, {}, {}).settled}

    assert settled() == {"conserved", "drift"}
    assert settled(drift=(conserved,)) == {"conserved", "drift"}
    assert settled(drift=(conserved,), conserved=(swap,)) == set()
    assert settled(conserved=(swap,), swap=(drift,)) == {"drift"}
    assert settled(conserved=(drift,), drift=(conserved,)) == {"conserved", "drift"}


def test_pages_of_the_graph() -> None:
    files = render([example.balancedness(), example.hoeffding(), user()], example.REGISTRY, example.SOURCES)
    page = files["graph.html"].decode()
    assert page.count('class="edge"') == 3 and 'data-from="linear_networks/balancedness" data-to="convergence/user"' in page
    assert 'data-from="axiom:hoeffding-lemma"' in page and 'href="trust.html#axiom-hoeffding_2d_lemma"' in page
    assert "balancedness: As printed REFUTED" in page
    marks = set(re.findall(r'<use href="#(m-[\w-]+)"', page.split("<svg class=\"graph\"")[1].split("</svg>\n</div>")[0]))
    assert {"m-printed-refuted", "m-lemma-proved-settled", "m-corrected-conditional"} <= marks
    assert all(f'<g id="{mark}" class="pip ' in page for mark in marks)
    topic = files["graph/convergence.html"].decode()
    assert "linear networks" in topic and 'href="../claims/linear_networks/balancedness.html#st-conserved"' in topic
    claim = files["claims/convergence/user.html"].decode()
    assert 'href="../../claims/linear_networks/balancedness.html#st-swap"' in claim and "Used by files" in claim
