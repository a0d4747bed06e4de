"""A small engine for tests: claim files assign STATEMENTS, a list of dicts that say what happens."""

from __future__ import annotations

import os
import runpy
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from verify.audit.run import Settings
from verify.audit.workers import Net

KERNEL = Path(__file__).parent / "fake_kernel"
SPEC = "audit_fakes:ENGINE"


class GivesUp(Exception):
    def __init__(self, what: str) -> None:
        self.what, self.next = what, "more"
        super().__init__(f"{what}; next: more")


def kernel(name: str = "x") -> dict[str, Any]:
    """A kernel statement, recognisable by a name."""
    sig = {"time": "none", "letters": {name: {}}}
    goals = [{"all": [], "concl": ["ge", ["v", name, [], ""], ["q", "0"]]}]
    return {
        "sig": sig,
        "hyps": [{"id": "h", "all": [], "concl": ["ge", ["v", name, [], ""], ["q", "1"]]}],
        "goals": goals,
    }


def theorem(name: str, statement: dict[str, Any], fake: str = "ok") -> dict[str, Any]:
    return {"id": name, **statement, "steps": [], "qed": [], "fake": fake}


class Fake:
    def load(self, path: Path) -> Any:
        found = runpy.run_path(str(path))
        statements = []
        for data in found["STATEMENTS"]:
            fields = {"role": "corrected", "expects": None, "reading": None, "ids": (), "consequence": None, **data}
            fields["ast"] = lambda d=data: {"kernel": d.get("kernel", [kernel()]), "sort_error": d.get("sort_error")}
            statements.append(SimpleNamespace(**fields, plan=data))
        return SimpleNamespace(
            title=(found.get("__doc__") or "").strip(), citations=(), nonclaims=(), statements=statements
        )

    def context(self, claim: Any, root: Path) -> Any:
        return None

    def derive(self, claim: Any, statement: Any, context: Any) -> list[dict[str, Any]]:
        plan = statement.plan.get("derive", "ok")
        if plan == "give up":
            raise GivesUp("nothing found")
        if plan == "raise":
            raise ZeroDivisionError("oops")
        if plan == "loop":
            while True:
                pass
        if plan == "sleep":
            time.sleep(3600)
        if plan == "nap":
            time.sleep(5)
        if plan == "die":
            os.kill(os.getpid(), 9)
        if plan == "eat":
            return [[0] * 10**10]  # type: ignore[list-item]
        if plan == "other":
            return [theorem(statement.label, kernel("other"))]
        if plan == "vacuous":
            goals = [{"all": [], "concl": ["ge", ["q", "-1"], ["q", "0"]]}]
            return [theorem(statement.label, {**kernel(), "goals": goals})]
        return [theorem(statement.label, statement.plan.get("kernel", [kernel()])[0], plan)]

    def gather(self, claim: Any, statement: Any, case: int, *_: Any) -> dict[str, Any]:
        return dict(statement.plan.get("evidence", {"witness": {"values": {"x": "1"}}}))

    def contradict(self, kernel: Any) -> None:
        return None

    def refute(self, claim: Any, statement: Any, evidence: Any, context: Any) -> Any:
        if "refute" not in statement.plan:
            return None, []
        return {"statement": kernel(), "kind": "evaluate", "instance": {}, "fake": statement.plan["refute"]}, []

    def figures(self, claim: Any, evidence: Any) -> list[dict[str, Any]]:
        return []

    def compile(self, ast: Any) -> dict[str, Any]:
        if ast["sort_error"] is not None:
            return {"kernel": [], "sort_error": ast["sort_error"]}
        return {"kernel": ast["kernel"], "sort_error": None}

    def spare(self, theorems: Any) -> Any:
        return lambda theorem, hypothesis: False

    def validate(self, statements: Any, evidence: Any, needs: Any = (), spares: Any = ()) -> dict[str, Any]:
        if evidence.get("witness") == "crash":
            raise ValueError("no evaluator")
        problems = []
        for kind in ("witness", "counterexample"):
            if evidence.get(kind) == {"values": {"x": "wrong"}}:
                problems.append({"where": kind, "reason": "a hypothesis fails at it"})
        stands = {kind: kind in evidence and not problems for kind in ("witness", "counterexample", "enclosures")}
        return {**stands, "problems": problems}

    def cross_examine(self, theorem: dict[str, Any]) -> dict[str, Any]:
        if theorem["fake"] == "raise in cross":
            raise ValueError("no instance")
        false = [{"step": "s1", "rule": "alg"}] if theorem["fake"] == "false step" else []
        counts = {"instances": 1, "settled": 1, "agree": 0, "unknown": 0, "steps": 1, "silent": 0}
        return {"status": "violated" if false else "evaluated", **counts, "violations": false}

    def gives_up(self) -> tuple[type[Exception], ...]:
        return (GivesUp,)


ENGINE = Fake()


def write_claim(root: Path, name: str, *statements: dict[str, Any], before: str = "") -> Path:
    topic, slug = name.split("/")
    path = root / topic / f"{slug}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (
        f'"""The claim {slug}."""\nfrom verify.statement import covers\n\n{before}\nSTATEMENTS = {list(statements)!r}\n'
    )
    path.write_text(text)
    return path


def settings(folder: Path, **changes: Any) -> Settings:
    fields: dict[str, Any] = {
        "certificates": folder / "reports" / "certificates",
        "cache": folder / ".verify-cache",
        "workers": 2,
        "net": Net(seconds=20),
        "engine": SPEC,
        "kernel": KERNEL,
        "second": KERNEL,
    }
    return Settings(**{**fields, **changes})


def claims(s: Settings) -> Path:
    """The claim folder beside the reports of `settings`."""
    assert s.certificates is not None
    return s.certificates.parents[1] / "claims"
