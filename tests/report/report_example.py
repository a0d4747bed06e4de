"""Certificates with written-out evidence, for the tests of the report: one claim with an erratum, one conditional."""

from __future__ import annotations

import copy
import math
from functools import lru_cache
from pathlib import Path
from typing import Any

from verify.kernel import replay
from verify.report import CertificateAndVerdicts
from verify.statement.claims import Claim, load, read_sources
from verify.tactics.author import derive

HERE = Path(__file__).parent / "examples"
SOURCES = read_sources(HERE / "sources.json")["sources"]
Json = dict[str, Any]

REGISTRY: dict[str, dict[str, Json]] = {
    "base_facts": {
        "chain-rule": {
            "text": "A differentiable function of a matrix composed with a differentiable map follows the chain rule.",
            "citation": "Rudin, Principles of Mathematical Analysis, 3rd ed., Theorem 9.15",
            "falsifier": "tests/base/test_chain_rule.py",
        },
        "mean-value": {
            "text": "A differentiable function of time with zero derivative is constant.",
            "citation": "Rudin, Principles of Mathematical Analysis, 3rd ed., Theorem 5.11",
        },
    },
    "axioms": {
        "hoeffding-lemma": {
            "text": "A random variable in [a, b] satisfies E exp(s (Z - E Z)) <= exp(s^2 (b - a)^2 / 8).",
            "citation": "Hoeffding, Probability inequalities for sums of bounded random variables, JASA 58 (1963), (4.16)",
            "falsifier": "tests/axioms/test_falsifiers.py::test_hoeffding_lemma",
            "result": "no counterexample in 4,000 laws",
        }
    },
}

_START = {"W[1]@0": [["1", "0"]], "W[2]@0": [["1"]]}
BREAKS_DESCENT: Json = {
    "values": {"N": "2", "eta": "1", "W[1]": [["1", "1"]], "W[2]": [["1"]], "G@0": [["0", "-1"]], **_START},
    "dims": {"d": [2, 1, 1]},
    "losses": {"ell": {"kind": "half_square", "target": [["1", "1"]]}},
    "margin": ["-1", "-1"],
    "where": "iterate 1",
}
UNEQUAL_RATES: Json = {
    "values": {"N": "2", "rho[1]": "1", "rho[2]": "2", "W[1]": [["1/2"]], "W[2]": [["1"]], "G": [["3/4"]]},
    "dims": {"d": [1, 1, 1]},
    "margin": ["3/4", "3/4"],
}
FLOW_WITNESS: Json = {
    "values": {"N": "2", "rho[1]": "1", "rho[2]": "1", "W[1]": [["1", "0"], ["0", "2/3"]], "W[2]": [["1", "-1/2"]],
               "D W[1]": [["0", "0"], ["0", "0"]], "D W[2]": [["0", "0"]]},
    "dims": {"d": [2, 2, 1]},
}  # fmt: skip
STEP_WITNESS: Json = {
    "values": {"N": "2", "eta": "1/8", "W[1]": [["1", "0"]], "W[2]": [["1"]], "W[1]@+": [["1", "1/8"]], "W[2]@+": [["1"]]},
    "dims": {"d": [2, 1, 1]},
}  # fmt: skip
TRIALS: Json = {
    "kind": "trials",
    "status": "passed",
    "seed": 17,
    "drawn": 512,
    "discarded": 3,
    "reasons": {"sizes: N": 3},
    "corners": {"depth 2": 64, "bottleneck": 128, "rank deficient": 128, "zero layer": 64, "generic": 128},
    "exact": 500,
    "ball": 0,
    "agree": 12,
    "agree_digits": 48,
    "unknown": 0,
    "violated": 0,
}
THIRD = "0." + "3" * 200


def _mutants(statement: Any) -> Json:
    goal = statement.kernel()[0]["goals"][0]
    rows = [
        {
            "operator": "transpose",
            "part": "goal 0",
            "path": [1, 1],
            "change": "T removed",
            "status": "killed",
            "where": "j = 1",
            "margin": ["-3/4", "-3/4"],
        },
        {
            "operator": "constant",
            "part": "goal 0",
            "path": [1, 2],
            "change": "-1 -> -2",
            "status": "killed",
            "counterexample": UNEQUAL_RATES,
        },
        {"operator": "swap", "part": "goal 0", "path": [2], "change": "sides swapped", "status": "equivalent"},
        {"operator": "index", "part": "goal 0", "path": [1, 1], "change": "j -> j + 1", "status": "ill-sorted"},
        {
            "operator": "stage",
            "part": "hyp flow",
            "path": [1],
            "change": "now -> start",
            "status": "survived",
            "tried": 8,
            "formula": goal,
        },
    ]
    return {"kind": "mutants", "seed": 17, "total": 31, "tried": len(rows), "rates": {}, "mutants": rows}


def _drift_figure() -> Json:
    steps = [2.0**-k for k in range(10, 0, -1)]
    return {
        "x": [f"1/{2**k}" for k in range(10, 0, -1)],
        "series": [
            {"label": r"$\eta^2\,\Vert G_2^\top G_2-G_1G_1^\top\Vert_F$", "y": [eta**2 * 1.4 for eta in steps], "style": "bound"},
            {"label": "descent, one step", "y": [eta**2 * 1.4 for eta in steps], "style": "points"},
        ],
        "xlabel": r"step size $\eta$",
        "ylabel": r"$\Vert W_2^\top W_2-W_1W_1^\top\Vert_F$",
        "scale": "log-log",
    }  # fmt: skip


def band_figure() -> Json:
    ms = [10, 20, 50, 100, 200, 500, 1000]
    wide = [math.sqrt(2 * math.log(2 / 0.05) / m) for m in ms]
    return {
        "x": ms,
        "series": [
            {"label": "Hoeffding band", "band": [[0.25 - w / 2, 0.25 + w / 2] for w in wide]},
            {"label": "kernel at width $m$", "y": [0.31, 0.22, 0.27, 0.243, 0.259, 0.247, 0.2513], "style": "points"},
            {"label": "limit", "y": [0.25] * len(ms), "style": "bound"},
        ],
        "xlabel": "width $m$",
        "ylabel": r"$H_{12}$",
        "scale": "log-x",
    }


def _certificate(claim: Claim, topic: str, derivation: list[Json], evidence: dict[str, Json]) -> Json:
    owners = {f"{claim.slug}.{s.label}" for s in claim.statements}
    known = {t["id"] for t in derivation} & owners
    return {
        "format": 1,
        "rules": 1,
        "claim": {
            "slug": claim.slug,
            "topic": topic,
            "title": claim.title,
            "citations": [{"source": c.source, "at": c.at, "ids": list(c.ids)} for c in claim.citations],
            "nonclaims": list(claim.nonclaims),
        },
        "statements": [
            {
                "label": s.label,
                "role": s.role,
                "expects": s.expects,
                "reading": s.reading,
                "ast": s.ast(),
                "sort_error": None,
                "kernel": s.kernel(),
                "theorems": [name for name in [f"{claim.slug}.{s.label}"] if name in known],
                "refutation": None,
                "evidence": evidence.get(s.label, {}),
            }
            for s in claim.statements
        ],
        "derivation": derivation,
        "figures": [],
        "hash": "0" * 63 + "1",
    }


def _audit(certificate: Json, verdicts: dict[str, Json], replayed: dict[str, Json]) -> Json:
    statements = []
    for s in certificate["statements"]:
        outcomes = [replayed[t] for t in s["theorems"] if t in replayed]
        statements.append(
            {
                "label": s["label"],
                "role": s["role"],
                "expects": s["expects"],
                "reason": "",
                **{k: sorted({n for o in outcomes for n in o[k]}) for k in ("base_facts", "axioms", "oracles")},
                **verdicts[s["label"]],
            }
        )
    head = certificate["claim"]
    return {"id": f"{head['topic']}/{head['slug']}", **head, "statements": statements, "error": None, "seconds": 0.1}


@lru_cache(maxsize=1)
def _balancedness() -> CertificateAndVerdicts:
    claim = load(HERE / "balancedness.py")
    derivation: dict[str, Json] = {}
    for s in claim.statements:
        if s.script is not None:
            derivation.update({t["id"]: t for t in derive(claim, s)[0]})
    replayed = {o["id"]: dict(o) for o in replay.check(list(derivation.values()))}
    conserved, drift = claim.statement("conserved"), claim.statement("drift")
    evidence: dict[str, Json] = {
        "as_printed": {"counterexample": BREAKS_DESCENT, "witness": BREAKS_DESCENT},
        "swap": {"witness": FLOW_WITNESS, "trials": TRIALS},
        "conserved": {
            "witness": FLOW_WITNESS,
            "trials": TRIALS,
            "enclosures": [
                {"what": "largest entry of the drift", "at": {"N": "3"}, "digits": 50, "interval": ["-1/" + "1" + "0" * 51, "1/1" + "0" * 51],
                 "margin": "1e-50", "holds": True},
                {"what": "loss at t = 1", "at": {"N": "3"}, "digits": 200, "interval": [THIRD + "1", THIRD + "9"],
                 "margin": "1e-200", "holds": True},
            ],
            "necessity": {
                "equal_rates": {"kind": "necessity", "status": "necessary", "source": "search", "counterexample": UNEQUAL_RATES},
                "flow": {"kind": "necessity", "status": "unknown", "attempt": {"draws": 80, "seed": 17, "found": 0}},
                "rho.positive": {"kind": "necessity", "status": "unused", "attempt": {"draws": 80, "seed": 3, "found": 0}},
            },
            "mutants": _mutants(conserved),
            "sharpness": {"kind": "Tight", **FLOW_WITNESS},
        },
        "drift": {"witness": STEP_WITNESS, "trials": {**TRIALS, "drawn": 256, "exact": 241}, "mutants": _mutants(drift)},
    }  # fmt: skip
    certificate = _certificate(claim, "linear_networks", list(derivation.values()), evidence)
    certificate["figures"] = [
        {"caption": "One step of descent from a balanced start: the drift grows with the square of the step size.",
         "data": _drift_figure()}
    ]  # fmt: skip
    every = "all depths, all widths"
    verdicts = {
        "as_printed": {"verdict": "REFUTED", "scope": None},
        "swap": {"verdict": "PROVED", "scope": every},
        "conserved": {"verdict": "PROVED", "scope": every},
        "drift": {"verdict": "PROVED", "scope": every},
    }
    return CertificateAndVerdicts(certificate, _audit(certificate, verdicts, replayed), replayed)


@lru_cache(maxsize=1)
def _hoeffding() -> CertificateAndVerdicts:
    claim = load(HERE / "hoeffding_samples.py")
    kernel = claim.statements[0].kernel()[0]
    name = "hoeffding_samples.samples"
    size = kernel["hyps"][-1]
    theorem = {
        "id": name,
        **kernel,
        "steps": [
            {"id": "lemma", "rule": "use", "theorem": "axiom:hoeffding-lemma", "map": {}, "hyps": {}, "goal": 0, "at": [],
             "all": [], "concl": kernel["goals"][0]["concl"]},
            {"id": "tail", "rule": "alg", "proof": ["fact", "lemma", []], "all": [], "concl": size["concl"]},
        ],
        "qed": ["tail"],
    }  # fmt: skip
    replayed: dict[str, Json] = {
        name: {
            "id": name, "ok": True, "steps": 2, "hyp_uses": {h["id"]: ["tail"] for h in kernel["hyps"]},
            "premises": {"lemma": [], "tail": ["lemma", size["id"]]}, "rules": ["alg", "use"],
            "base_facts": [], "axioms": ["hoeffding-lemma"], "oracles": [], "lemmas": [],
        }
    }  # fmt: skip
    evidence: dict[str, Json] = {
        "samples": {
            "witness": {"values": {"n": "24", "eps": "1/2", "delta": "1/8"},
                        "laws": {"Z": [["1/2", "-1"], ["1/2", "1"]]}},
            "enclosures": [
                {"what": "exact binomial tail", "at": {"n": "24"}, "digits": 50,
                 "interval": ["2376317/134217728", "2376317/134217728"], "margin": "0.1073", "holds": True},
            ],
            "monte_carlo": {"n": 20000, "seed": "hoeffding/1", "interval": ["0.979", "0.984"], "confidence": "0.99"},
            "sharpness": "Upper",
        }
    }  # fmt: skip
    certificate = _certificate(claim, "concentration", [theorem], evidence)
    certificate["figures"] = [{"caption": "A kernel entry at finite width inside its band.", "data": band_figure()}]
    verdicts = {"samples": {"verdict": "CONDITIONAL", "scope": "all n"}}
    return CertificateAndVerdicts(certificate, _audit(certificate, verdicts, replayed), replayed)


def balancedness() -> CertificateAndVerdicts:
    return copy.deepcopy(_balancedness())


def hoeffding() -> CertificateAndVerdicts:
    return copy.deepcopy(_hoeffding())


def failing() -> CertificateAndVerdicts:
    """A claim file that raised, so that there is no certificate."""
    audit = {
        "id": "convergence/broken", "slug": "broken", "topic": "convergence", "title": None, "citations": [],
        "statements": [], "error": "broken.py:7: the claim file raises NameError: name 'flaw' is not defined",
    }  # fmt: skip
    return CertificateAndVerdicts(None, audit, {})
