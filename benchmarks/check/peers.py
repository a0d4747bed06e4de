"""Scalar inequalities of the corpus with a special function, against the SMT solvers z3 and cvc5.

python benchmarks/check/peers.py --json FILE, with z3-solver and cvc5 installed. The solvers are asked for a point of
the domain where the relation fails: "unsat" proves it, "sat" refutes it. What they cannot express counts as open.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from run import run, statements

from verify.check import expression as ex
from verify.check.problem import Inequality, from_json

SPECIAL = {
    "exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
    "erf", "erfc",
}  # fmt: skip
DIRECT = {"z3": {"exp", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"},
          "cvc5": {"exp", "sin", "cos", "tan", "asin", "acos", "atan"}}  # fmt: skip
NAMES = {"asin": ("asin", "arcsin"), "acos": ("acos", "arccos"), "atan": ("atan", "arctan")}
OPS = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class NoWords(Exception):
    """The statement has no form in the solver's language."""


class Writer:
    """An expression as SMT-LIB text; logs and roots become variables with a defining equation."""

    def __init__(self, solver: str) -> None:
        self.solver = solver
        self.fresh: list[str] = []
        self.facts: list[str] = []

    def number(self, q: Fraction) -> str:
        text = f"(/ {abs(q.numerator)}.0 {q.denominator}.0)"
        return f"(- {text})" if q < 0 else text

    def new(self) -> str:
        self.fresh.append(f"aux{len(self.fresh)}")
        return self.fresh[-1]

    def term(self, e: ex.Expr) -> str:
        head = e[0]
        if head == "q":
            return self.number(Fraction(e[1]))
        if head == "var":
            return f"v_{e[1]}"
        if head == "pi":
            return "pi" if self.solver == "z3" else "real.pi"
        if head in ("+", "*"):
            return f"({head} {' '.join(self.term(p) for p in e[1:])})"
        if head == "abs":
            x = self.term(e[1])
            return f"(ite (>= {x} 0.0) {x} (- {x}))"
        if head in ("min", "max") and len(e) == 3:
            a, b = self.term(e[1]), self.term(e[2])
            return f"(ite ({'<=' if head == 'min' else '>='} {a} {b}) {a} {b})"
        if head == "pow":
            return self.power(e[1], ex.constant(e[2]))
        if head == "log":
            y = self.new()
            self.facts.append(f"(= (exp {y}) {self.term(e[1])})")
            return y
        if head in DIRECT[self.solver]:
            word = NAMES.get(head, (head, head))[self.solver == "cvc5"]
            return f"({word} {self.term(e[1])})"
        if head in ("sinh", "cosh", "tanh"):
            x = self.term(e[1])
            up, down = f"(exp {x})", f"(exp (- {x}))"
            top = f"({'+' if head == 'cosh' else '-'} {up} {down})"
            return f"(/ {top} {f'(+ {up} {down})' if head == 'tanh' else '2.0'})"
        raise NoWords(head)

    def power(self, base: ex.Expr, r: Fraction | None) -> str:
        if r is None:
            raise NoWords("a power with a variable exponent")
        if r.denominator == 1 and abs(r) <= 30:
            x = self.term(base)
            text = f"(* {' '.join([x] * abs(r.numerator))} 1.0)" if r else "1.0"
            return f"(/ 1.0 {text})" if r < 0 else text
        y = self.new()
        root = " ".join([y] * r.denominator)
        self.facts += [f"(>= {y} 0.0)", f"(= (* {root}) {self.term(base)})"]
        text = f"(* {' '.join([y] * abs(r.numerator))} 1.0)"
        return f"(/ 1.0 {text})" if r < 0 else text


def script(s: Inequality, solver: str) -> str:
    w = Writer(solver)
    rows = []
    for name, i in s.vars:
        for end, strict, op in ((i.low, i.open_low, ">"), (i.high, i.open_high, "<")):
            if end not in (ex.INFINITY, ex.MINUS_INFINITY):
                rows.append(f"(assert ({op if strict else op + '='} v_{name} {w.term(end)}))")
    goal = f"(assert ({OPS[s.rel]} {w.term(s.lhs)} {w.term(s.rhs)}))"
    head = "(set-logic ALL)" if solver == "z3" else "(set-logic QF_NRAT)"
    names = [f"v_{n}" for n, _ in s.vars] + w.fresh
    declared = [f"(declare-fun {n} () Real)" for n in names]
    return "\n".join([head, *declared, *rows, *(f"(assert {f})" for f in w.facts), goal, "(check-sat)"]) + "\n"


_Z3 = "import sys, z3; s = z3.Solver(); s.from_file(sys.argv[1]); print(s.check())"
_CVC5 = """import sys, cvc5
tm = cvc5.TermManager(); s = cvc5.Solver(tm); p = cvc5.InputParser(s)
p.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, sys.argv[1]); sm = p.getSymbolManager()
while True:
    c = p.nextCommand()
    if c.isNull(): break
    out = c.invoke(s, sm)
    if out.strip(): print(out.strip())
"""


def ask(solver: str, s: Inequality, seconds: float) -> Mapping[str, Any]:
    began = time.perf_counter()
    try:
        text = script(s, solver)
    except NoWords as error:
        return {"verdict": "OPEN", "seconds": 0.0, "note": f"not expressible: {error}"}
    with tempfile.NamedTemporaryFile("w", suffix=".smt2") as file:
        file.write(text)
        file.flush()
        command = [sys.executable, "-c", _Z3 if solver == "z3" else _CVC5, file.name]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 1)
        except subprocess.TimeoutExpired:
            return {"verdict": "OPEN", "seconds": seconds, "note": "out of time"}
    words = done.stdout.split()
    verdict = "PROVED" if "unsat" in words else "REFUTED" if "sat" in words else "OPEN"
    note = "" if verdict != "OPEN" else (done.stdout + done.stderr).strip()[-100:]
    return {"verdict": verdict, "seconds": round(time.perf_counter() - began, 3), "note": note}


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--seconds", type=float, default=10.0)
    reader.add_argument("--json", type=Path)
    reader.add_argument("--every", type=int, default=1, help="only every n-th statement")
    given = reader.parse_args()
    rows = []
    for number, row in enumerate(statements(["inequality"], "")):
        s = from_json(row).statement
        assert isinstance(s, Inequality)
        if number % given.every or not (ex.heads(s.lhs) | ex.heads(s.rhs)) & SPECIAL:
            continue
        ours = run((row, given.seconds))
        entry = {key: row[key] for key in ("id", "lhs", "rel", "rhs", "expected", "difficulty", "why")}
        entry["contact"] = "contact" in row["why"]
        entry["verify"] = {"verdict": ours["verdict"], "seconds": ours["seconds"]}
        for solver in ("z3", "cvc5"):
            entry[solver] = ask(solver, s, given.seconds)
        rows.append(entry)
        print(entry["id"], *(f"{n} {entry[n]['verdict']}" for n in ("verify", "z3", "cvc5")), flush=True)
    summary = []
    for name in ("verify", "z3", "cvc5"):
        for what, chosen in (("all", rows), ("contact", [r for r in rows if r["contact"]])):
            right = [r for r in chosen if r[name]["verdict"] == r["expected"]]
            wrong = [r for r in chosen if r[name]["verdict"] not in (r["expected"], "OPEN")]
            summary.append(
                {"tool": name, "statements": what, "asked": len(chosen), "right": len(right), "wrong": len(wrong)}
            )
            print(summary[-1])
    if given.json:
        data = {"seconds": given.seconds, "table": summary, "results": rows}
        given.json.write_text(json.dumps(data, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
