"""Ill-sorted statements are outcomes; misuse and bad files are errors that say what, where and what next."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from verify.statement import *
from verify.statement import ClaimFileError, NotExpressible, StatementError, from_ast, load
from verify.statement.forms import Bad

N = nat("N", at_least=2)
j = nat("j", between=(1, N - 1))
net = linear_network("W", depth=N)
W = net.layers
x, y = real("x"), real("y")


def bad(term: object) -> str:
    sort = term.sort  # type: ignore[attr-defined]
    assert isinstance(sort, Bad)
    return f"{sort.message} @ {sort.place}"


@pytest.mark.parametrize(
    ("build", "parts"),
    [
        (lambda: W[j] @ W[j], ["W_j", "d_{j-1} columns do not meet d_{j} rows", "transposed would fit"]),
        (lambda: W[j + 1] + W[j], ["cannot be added"]),
        (lambda: W[j] * W[j].T, ["A @ B"]),
        (lambda: W[j] @ 2, ["write * for a scalar"]),
        (lambda: x + W[j], ["c*I"]),
        (lambda: psd(W[j]), ["square"]),
        (lambda: trace(W[j]), ["square"]),
        (lambda: W[j] ** 2, ["square"]),
        (lambda: x**y, ["index expression"]),
        (lambda: exp(W[j]), ["scalar is needed"]),
        (lambda: W[j] <= W[j], ["psd(A - B)"]),
        (lambda: dot(W[j], W[j]), ["dot takes two columns"]),
        (lambda: net.layers[x], ["not an index expression"]),
        (lambda: vector("v", N).T @ vector("w", N) >= 0, ["dot(x, y)"]),
        (lambda: gradient_flow(net, function("f", on=W[1])), ["is a function of"]),
        (lambda: total(j, 1, N, W[j]), ["depends on j"]),
        (lambda: W[j] == W[j].T, ["write .T on it"]),
    ],
)
def test_ill_sorted_terms_carry_message_and_place(build, parts) -> None:  # type: ignore[no-untyped-def]
    text = bad(build())
    for part in parts:
        assert part in text


def test_ill_sorted_statement_is_an_outcome() -> None:
    product = W[j] @ W[j]
    item = printed(then=trace(product + product) >= 0, expect=ILL_SORTED)
    assert item.sort_error is not None
    assert item.sort_error.place == "W_j W_j"
    assert item.kernel() == [] and item.expects == "ILL-SORTED"
    assert "W_{j}" in item.latex() and item.mathml().startswith("<math>")
    with pytest.raises(StatementError, match="ill-sorted"):
        item.compiler()


def test_time_and_names_are_part_of_the_sorts() -> None:
    ell = function("ell", on=net.end)
    still = printed(then=D(ell(net.end)) <= 0)
    assert still.sort_error is not None and "needs a flow" in still.sort_error.message
    lost = printed(then=start(x) == 0)
    assert lost.sort_error is not None
    other = real("x", positive=True)
    clash = printed(then=x == other)
    assert clash.sort_error is not None and "called x" in clash.sort_error.message
    again = printed(then=x == real("x"))
    assert again.sort_error is None
    coin, toss = iid("z", law=rademacher), iid("z", law=rademacher)
    assert printed(then=E(coin * toss) == 0).sort_error is not None
    both_times = printed(a=gradient_flow(net, ell), b=gradient_descent(net, ell, step=x), then=x == x)
    assert both_times.sort_error is not None


def test_truth_values_are_refused() -> None:
    with pytest.raises(StatementError, match="between"):
        bool(x <= y)
    with pytest.raises(StatementError):
        _ = 0 <= x <= 1
    with pytest.raises(StatementError):
        _ = x == y and y == x
    assert same(x + 1, x + 1) and not same(x + 1, 1 + x)
    assert len({x + 1, x + 1}) == 2


def test_floats_are_refused() -> None:
    with pytest.raises(StatementError, match="not exact"):
        _ = 0.5 * x
    with pytest.raises(StatementError, match="never a float"):
        Q(0.5)  # type: ignore[arg-type]
    item = corrected(then=x == x)
    with pytest.raises(StatementError, match="exact"):
        item.fails_at(x=0.1)
    with pytest.raises(StatementError, match="exact"):
        item.tight_at(x=[1, {"a": (0.1,)}])


def test_data_is_exact() -> None:
    item = corrected(h=x >= 1, then=x >= 0)
    item.fails_at(x=Q(1, 2), W=[[1, "1/3"]], law=rademacher)
    item.breaks_without("h", x=-1)
    assert item.data[0].value("x") == Fraction(1, 2)
    assert item.data[0].json()["values"] == {"x": "1/2", "W": [["1", "1/3"]], "law": {"law": "rademacher"}}
    assert (item.data[1].kind, item.data[1].hypothesis) == ("breaks_without", "h")


def test_corrected_has_no_hidden_constant() -> None:
    with pytest.raises(StatementError, match="hidden"):
        corrected(h=at_least_order(x, y), then=x >= 0)
    with pytest.raises(StatementError):
        printed(then=x >= 0, expect="PROVED")


def test_not_expressible_is_named() -> None:
    with pytest.raises(NotExpressible, match="witness"):
        corrected(then=pd(matrix("A", 2, 2))).kernel()
    with pytest.raises(NotExpressible, match="rank"):
        corrected(then=rank(matrix("A", N, 2)) >= 1).kernel()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("conclusion"),
        lambda data: data.update(conclusion=["eval", "1"]),
        lambda data: data.update(conclusion=["ge", {"ref": "nobody"}, ["num", "0"]]),
        lambda data: data.update(conclusion=["ge", ["num", "1/0"], ["num", "0"]]),
        lambda data: data.update(conclusion=["ge", ["num", "2/4"], ["num", "0"]]),
        lambda data: data.update(conclusion=["ge", 3, 4]),
        lambda data: data.update(conclusion=["ge"]),
        lambda data: data["symbols"].append(7),
    ],
)
def test_spoiled_json_is_refused(spoil) -> None:  # type: ignore[no-untyped-def]
    data = corrected(then=x >= 0).ast()
    spoil(data)
    with pytest.raises(StatementError):
        from_ast(data)


def test_hypotheses_do_not_hide_the_words_of_a_proof() -> None:
    with pytest.raises(StatementError, match="rename"):
        corrected(at=x >= 0, then=x >= 0)


def test_terms_are_immutable() -> None:
    with pytest.raises(StatementError):
        x.op = "num"


# Claim files -----------------------------------------------------------------------------------------------

HEAD = '"""A title."""\nfrom verify.statement import *\nx = real("x")\n'
TABLE = {"sources": {"s": {}}, "claims": {"K-24": {"source": "s", "at": "eq. 8"}}}


def write(tmp_path: Path, body: str, head: str = HEAD) -> Path:
    path = tmp_path / "topic" / "slug.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(head + body)
    return path


def failure(tmp_path: Path, body: str, head: str = HEAD) -> ClaimFileError:
    with pytest.raises(ClaimFileError) as caught:
        load(write(tmp_path, body, head), TABLE)
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_claim(tmp_path: Path) -> None:
    body = 'covers("K-24")\na = corrected(then=x == x)\nnonclaim("Nothing else.")\n'
    body += "figure(a, x=x)\ncheck(a, digits=(50,))\n"
    claim = load(write(tmp_path, body), TABLE)
    assert (claim.slug, claim.topic, claim.title) == ("slug", "topic", "A title")
    assert claim.citations[0].ids == ("K-24",) and claim.citations[0].at == "eq. 8"
    assert claim.nonclaims == ("Nothing else.",) and claim.statement("a").label == "a"
    assert claim.figures[0].subject is claim.statement("a") and claim.checks[0].options[0][0] == "digits"


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("a = 1 / 0\n", 4, "ZeroDivisionError"),
        ("a = corrected(then=x\n", 4, "syntax error"),
        ("a = corrected(then=0 <= x <= 1)\n", 4, "between"),
        ("a = corrected(then=zz == 0)\n", 4, "declare the symbol"),
        ("import no_such_module\n", 4, "install no_such_module"),
        ('covers("K-99")\na = corrected(then=x == x)\n', 4, "unknown claim id 'K-99'"),
        ("a = corrected(then=x == x)\nb = a\n", None, "a and b are one statement"),
        ("a = [corrected(then=x == x)]\n", None, "the file states nothing"),
        ("a = corrected(then=x == x)\nprinted(then=x == x)\n", None, "no name"),
        ("a = corrected(then=x == x)\nraise SystemExit(3)\n", 5, "ends the process"),
        ("a = corrected(x, then=x == x)\n", 4, "TypeError"),
        ("a = corrected(h=3, then=x == x)\n", 4, "not a relation"),
    ],
)
def test_bad_files(tmp_path: Path, body: str, line: int | None, words: str) -> None:
    error = failure(tmp_path, body)
    assert error.line == line
    assert words in str(error) and "slug.py" in str(error)


def test_missing_file_and_title(tmp_path: Path) -> None:
    with pytest.raises(ClaimFileError, match="no such file"):
        load(tmp_path / "none.py")
    assert "docstring" in str(failure(tmp_path, "", head="from verify.statement import *\n"))


def test_a_failed_load_leaves_nothing_behind(tmp_path: Path) -> None:
    failure(tmp_path, 'nonclaim("lost")\nraise ValueError("x")\n')
    claim = load(write(tmp_path, "a = corrected(then=x == x)\n"), TABLE)
    assert claim.nonclaims == ()


def test_ids_and_consequence_of_a_statement() -> None:
    x = real("x")
    found = printed(of="K-24", consequence="notation", then=x > x, expect=REFUTED)
    assert (found.ids, found.consequence) == (("K-24",), "notation")
    assert corrected(of=("K-24", "C-21"), then=x >= x).ids == ("K-24", "C-21")
    for wrong in (
        lambda: printed(of=x >= 0, then=x >= x),
        lambda: printed(consequence="fatal", then=x > x, expect=REFUTED),
        lambda: printed(consequence="notation", then=x >= x),
    ):
        with pytest.raises(StatementError):
            wrong()
