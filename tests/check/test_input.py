"""What is typed: places of errors, limits, and that nothing is evaluated."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import verify
from verify.check import expression as ex
from verify.check import matrices as mx
from verify.check.errors import IllSorted, InputError
from verify.check.problem import from_json
from verify.check.prompt import problem
from verify.cli import main


def cli(*arguments: str):
    return CliRunner().invoke(main, ["check", *arguments])


BAD = [
    (("1 -- x) + 2 <= 3", "--where", "x in [0, 1]"), "has no meaning here", True),
    (("2x <= 3", "--where", "x in [0, 1]"), "write products with *", True),
    (("frob(x) <= 3", "--where", "x in [0, 1]"), "function frob is not known", True),
    (("sni(x) <= 3", "--where", "x in [0, 1]"), "did you mean sin", True),
    (("sin <= 3", "--where", "x in [0, 1]"), "needs its argument", True),
    (("x + y <= 3", "--where", "x in [0, 1]"), "variable y has no domain", True),
    (("x <= 3", "--where", "x in [1, 0]"), "empty", False),
    (("x <= 3", "--where", "x in (1, 1]"), "empty", False),
    (("x <= 3", "--where", "x in [pi, 3]"), "empty", False),
    (("x <= 3", "--where", "x in [0, y]"), "no domain", True),
    (("I*x <= 3", "--where", "x in [0, 1]"), "should be real", False),
    (("x <= 3", "--where", "x complex"), "real interval", False),
    (("x <= ", "--where", "x in [0, 1]"), "formula ends", True),
    (("x <= 1 <= 2", "--where", "x in [0, 1]"), "one relation at a time", True),
    (("1+" * 50_000 + "x <= 1", "--where", "x in [0, 1]"), "characters; the limit", False),
    (("(" * 500 + "x" + ")" * 500 + " <= 1", "--where", "x in [0, 1]"), "nested more than", True),
    (("x <= 1", "--where", "x in [0, 1], x in [0, 2]"), "declared twice", True),
    (("A*B = B", "--where", "A: n x n"), "matrix B has no shape", True),
    (("x = $", "--where", "x real"), "no meaning", True),
    (("1/0 <= x", "--where", "x in [0, 1]"), "division by zero everywhere", True),
    (("x <= 1/(x*(x + 1) - x**2 - x)", "--where", "x in [0, 1]"), "division by zero everywhere", True),
    (("x <= oo", "--where", "x in [0, 1]"), "infinity", False),
]


@pytest.mark.parametrize(("arguments", "words", "caret"), BAD, ids=[b[1] + str(i) for i, b in enumerate(BAD)])
def test_bad_input_is_explained(arguments, words, caret):
    done = cli(*arguments)
    assert done.exit_code == 2, done.output
    assert words in done.output
    assert "Traceback" not in done.output
    assert len(done.output) < 1000
    if caret:
        assert "^" in done.output.splitlines()[-1]


def test_the_caret_stands_under_the_place():
    with pytest.raises(InputError) as caught:
        ex.parse("1 + foo(x)", ["x"])
    *_, line, caret = caught.value.show().splitlines()
    assert line[caret.index("^") :].startswith("foo")


def test_shapes_that_do_not_fit_are_ill_sorted():
    done = cli("A*B = B*A", "--where", "A: m x n, B: n x m")
    assert done.exit_code == 2
    assert "ILL-SORTED" in done.output and "m x m" in done.output and "n x n" in done.output


@pytest.mark.parametrize("text", ["A + B", "B*A*B", "tr(B)", "inv(B)", "det(B)", "had(A, B)", "1 + A", "B**2", "A/A"])
def test_ill_sorted_expressions_name_their_place(text):
    shapes = {"A": (mx.dimension("n"), mx.dimension("n")), "B": (mx.dimension("m"), mx.dimension("n"))}
    with pytest.raises(IllSorted) as caught:
        mx.parse(text, shapes)
    assert caught.value.text == text


def test_numbers_are_exact():
    assert ex.parse("0.1") == ("q", "1/10")
    assert ex.parse("1e-8") == ("q", "1/100000000")
    assert ex.parse("Rational(1, 3)") == ("q", "1/3")


def test_division_by_zero_is_kept():
    assert ex.parse("1/0") == ("pow", ("q", "0"), ("q", "-1"))


def test_precedence():
    assert ex.parse("-x**2") == ex.negative(ex.parse("x**2"))
    assert ex.parse("2**3**x") == ("pow", ("q", "2"), ("pow", ("q", "3"), ("var", "x")))
    assert ex.parse("a - b - c") == ("+", ("var", "a"), ex.negative(("var", "b")), ex.negative(("var", "c")))
    assert ex.parse("a/b/c") == ("*", ("var", "a"), ex.inverse(("var", "b")), ex.inverse(("var", "c")))


@pytest.mark.parametrize("text", ["__import__('os')", "x.__class__", "().__class__", "lambda: 0", "x if x else x"])
def test_nothing_is_evaluated(text):
    with pytest.raises(InputError):
        ex.parse(text, ["x"])


expressions = st.recursive(
    st.sampled_from([("var", "x"), ("var", "y"), ("pi",)])
    | st.fractions(max_denominator=30).map(ex.rational),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["sin", "exp", "abs", "erf"]), inner),
        st.lists(inner, min_size=2, max_size=3).map(lambda p: ("+", *p)),
        st.lists(inner, min_size=2, max_size=3).map(lambda p: ("*", *p)),
        st.tuples(st.just("pow"), inner, inner),
        st.tuples(st.just("max"), inner, inner),
    ),
    max_leaves=12,
)
POINT = {"x": 0.37, "y": 1.21}


@given(expressions)
@settings(max_examples=300, deadline=None)
def test_what_is_shown_reads_as_the_same_function(e):
    again = ex.parse(ex.show(e), ["x", "y"])
    assert ex.show(again) == ex.show(ex.parse(ex.show(again), ["x", "y"]))
    a, b = ex.approximate(e, POINT), ex.approximate(again, POINT)
    if a is not None and abs(a) < 1e9:
        assert b == pytest.approx(a, rel=1e-6, abs=1e-9)


@given(st.text(alphabet="x1+-*/^()[],=<>! .einspqrtA", max_size=40))
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_or_explained(text):
    try:
        ex.parse(text, ["x"])
    except InputError as error:
        assert error.show()


@given(st.text(alphabet="xyn:[](), 0123.kAB<>=", max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_domain_is_read_or_explained(text):
    try:
        problem("x <= 1", [text])
    except InputError as error:
        assert error.show()


def test_domains_of_the_prompt():
    data = problem("x + y + z + w <= 1", ["x in [0, 1), 0 < y <= pi", "z positive, w > -2"]).source
    assert data["vars"] == {"x": ["0", "1"], "y": ["0", "pi"], "z": ["0", "oo"], "w": ["-2", "oo"]}
    assert data["open"] == {"x": [False, True], "y": [True, False], "z": [True, False], "w": [True, False]}


def test_names_before_a_common_domain():
    assert problem("x <= y", ["x, y in [0, 1]"]).source["vars"] == {"x": ["0", "1"], "y": ["0", "1"]}


def test_shapes_of_the_prompt():
    where = ["A: n x m, B: m×n", "S: n x n symmetric invertible"]
    data = problem("tr(A*B) = tr(B*A)", where, ["invertible(I(n) + S*S)", "A*B = S"]).source
    assert data["matrices"] == {"A": ["n", "m"], "B": ["m", "n"], "S": ["n", "n"]}
    assert data["flags"] == {"S": ["symmetric", "invertible"]}
    assert data["invertible"] == ["I(n) + S*S"] and data["hypotheses"] == ["A*B = S"]


def test_psd_of_the_prompt():
    data = problem("not psd([[1, max(a, 2)], [a, 1]])", ["a in [3, 4]"]).source
    assert data["matrix"] == [["1", "max(a, 2)"], ["a", "1"]] and data["claim"] == "not psd"


@pytest.mark.parametrize(
    "data",
    [
        {"family": "frob"},
        {"family": "inequality", "vars": {}, "lhs": "1", "rhs": "2"},
        {"family": "inequality", "vars": {"x": ["0", "1"]}, "lhs": "x", "rel": "=", "rhs": "2"},
        {"family": "inequality", "vars": {"x": [0.5, 1]}, "lhs": "x", "rel": "<=", "rhs": "2"},
        {"family": "inequality", "vars": {}, "lhs": "1", "rel": "<", "rhs": "2", "frob": 1},
        {"family": "identity", "vars": {"x": "quaternion"}, "lhs": "x", "rhs": "x"},
        {"family": "matrix", "matrices": {"A": ["n"]}, "lhs": "A", "rhs": "A"},
        {"family": "matrix", "matrices": {"A": ["n", "n"]}, "flags": {"B": ["psd"]}, "lhs": "A", "rhs": "A"},
        {"family": "psd", "matrix": [["1", "0"]], "claim": "psd"},
        {"family": "ode", "field": {"x": "-x"}, "quantity": "x", "claim": {"type": "conserved"}},
        {"family": "probability", "formal": {"kind": "closed", "lhs": "1", "rel": "~", "rhs": "1"}},
        [],
        "x",
    ],
)
def test_malformed_problems_are_explained(data):
    with pytest.raises(InputError):
        from_json(data)


def test_a_file_answers_every_line(tmp_path):
    path = tmp_path / "p.jsonl"
    good = {"id": "a", "family": "matrix", "matrices": {"A": ["m", "n"]}, "lhs": "A", "rhs": "T(A)"}
    path.write_text(json.dumps(good) + "\n\nnot json\n" + json.dumps({"id": "c", "family": "frob"}) + "\n")
    done = cli("--file", str(path), "--json")
    rows = [json.loads(line) for line in done.output.splitlines()]
    assert [(r["id"], r["verdict"]) for r in rows] == [("a", "ILL-SORTED"), ("line-3", "ERROR"), ("c", "ERROR")]
    assert done.exit_code == 2


def test_it_can_be_called():
    with pytest.raises(ValueError, match="no domain"):
        verify.check("x <= 1")
    with pytest.raises(TypeError, match="unexpected"):
        verify.check("x <= 1", where="x in [0, 1]", frob=1)


def test_dimensions():
    assert mx.dimension("1") == () and mx.dimension(3) == ((("1", 3),),)
    assert mx.dimension("n + 1") == ((("1", 1), ("n", 1)),)
    assert mx.same(mx.dimension("m*n"), mx.dimension("n*m"))
    for bad in ("0", "-n", "n/2", "1.5"):
        with pytest.raises(InputError):
            mx.dimension(bad)


def test_rationals_of_literals():
    assert Fraction(ex.parse("12.50")[1]) == Fraction(25, 2)
