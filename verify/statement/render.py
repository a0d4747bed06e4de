"""Rendering of author terms, declarations and kernel JSON. What is typed is what is shown."""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from . import boxes
from .boxes import Box, big, digits, dot, fence, frac, ident, named, op, root, row, sub, sup, upright, words
from .forms import Form, Width
from .terms import Node, Symbol, walk

# Levels of binding: a box goes into parentheses where a tighter level is needed.
LOGIC, WEDGE, RELATION, SUM, OPEN, PRODUCT, SIGN, POSTFIX, ATOM = range(9)
Piece = tuple[Box, int]


def text(node: Node) -> str:
    """A term or formula of the author's language, `node`, as plain text."""
    return boxes.text(_show(node)[0])


def latex(node: Node) -> str:
    """A term or formula of the author's language, `node`, as LaTeX for math mode."""
    return boxes.latex(_show(node)[0])


def mathml(node: Node) -> str:
    """A term or formula of the author's language, `node`, as a `math` element."""
    return _math(_show(node)[0])


def kernel_text(item: Any) -> str:
    """A term or formula of the kernel language, `item`, as plain text."""
    return boxes.text(_kernel(item)[0])


def kernel_latex(item: Any) -> str:
    """LaTeX of a kernel term, formula or fact, `item`."""
    return boxes.latex(_kernel(item)[0])


def kernel_mathml(item: Any) -> str:
    """MathML of a kernel term, formula or fact, `item`."""
    return _math(_kernel(item)[0])


def declaration_latex(symbol: Symbol) -> str:
    """What `symbol` ranges over, as LaTeX: its shape, sign, and law."""
    return boxes.latex(_declaration(symbol))


def declaration_mathml(symbol: Symbol) -> str:
    """What `symbol` ranges over, as a `math` element."""
    return _math(_declaration(symbol))


def box_latex(box: Box) -> str:
    """A laid-out formula, `box`, as LaTeX."""
    return boxes.latex(box)


def box_mathml(box: Box) -> str:
    """A laid-out formula, `box`, as a `math` element."""
    return _math(box)


def _math(box: Box) -> str:
    inner = boxes.members(box)
    return f"<math>{boxes.mathml(box) if inner is None else inner}</math>"


def paren(piece: Piece, level: int) -> Box:
    """The box of `piece`, in parentheses if it binds less than `level`."""
    box, own = piece
    return box if own >= level else fence("(", box)


def _form(form: Form) -> Box:
    items = [(k, v) for k, v in form.coefficients if k != "1"] + [(k, v) for k, v in form.coefficients if k == "1"]
    if not items:
        return digits("0")
    items.sort(key=lambda item: (item[0] == "1", item[1] < 0))
    parts: list[Box] = []
    for key, factor in items:
        if factor < 0:
            parts.append(op("-" if parts else "neg"))
        elif parts:
            parts.append(op("+"))
        size = abs(factor)
        if key == "1":
            parts.append(digits(str(size)))
        else:
            parts.extend([digits(str(size)), op("times")] if size != 1 else [])
            parts.append(named(key))
    return row(*parts)


def _rational(value: Fraction) -> Piece:
    size = abs(value)
    box = (
        digits(str(size)) if size.denominator == 1 else frac(digits(str(size.numerator)), digits(str(size.denominator)))
    )
    if value < 0:
        return row(op("neg"), box), SUM
    return box, ATOM if size.denominator == 1 else SIGN


def _raised(base: Piece, exponent: Box) -> Piece:
    box, level = base
    if level < ATOM or box.kind in ("sup", "subsup"):
        box = fence("(", box)
    return sup(box, exponent), POSTFIX


def _juxtaposed(a: Piece, b: Piece) -> Piece:
    leading = a[1] == SUM and a[0].kind == "row" and a[0].parts[0] == op("neg") and _is_number(a[0].parts[1])
    left = a[0] if leading or a[1] >= PRODUCT else fence("(", a[0])
    right = b[0] if b[1] in (OPEN,) or b[1] > PRODUCT else fence("(", b[0])
    between = op("cdot") if _starts_with_digit(right) else op("times")
    level = SUM if leading else OPEN if b[1] == OPEN else PRODUCT
    return row(*_flat(left), between, *_flat(right)), level


def _is_number(box: Box) -> bool:
    return box.kind == "digits" or (box.kind == "frac" and all(p.kind == "digits" for p in box.parts))


def _flat(box: Box) -> tuple[Box, ...]:
    return box.parts if box.kind == "row" else (box,)


def _starts_with_digit(box: Box) -> bool:
    if box.kind in ("row", "sup", "sub", "subsup"):
        return _starts_with_digit(box.parts[0])
    return box.kind == "digits"


def _infix(name: str, a: Piece, b: Piece, level: int, right_level: int | None = None) -> Piece:
    left = paren(a, level)
    right = paren(b, level + 1 if right_level is None else right_level)
    return row(*_flat(left), op(name), *_flat(right)), level


def _applied(name: Box, *args: Box) -> Piece:
    inner: list[Box] = []
    for arg in args:
        inner.extend([op(","), arg] if inner else [arg])
    return row(name, op("apply"), fence("(", row(*inner))), ATOM


def _sum(name: str, v: Box, lo: Box, hi: Box, body: Piece) -> Piece:
    return big(name, row(v, op("="), lo), hi, paren(body, OPEN)), OPEN


def _staged(piece: Piece, stage: str) -> Piece:
    """A value at the start or at the next iterate."""
    box, level = piece
    simple = level == ATOM and box.kind in ("ident", "sub", "upright")
    if stage == "0":
        if simple:
            return row(box, fence("(", digits("0"))), ATOM
        return sub(fence("[", box), row(ident("t"), op("="), digits("0"))), ATOM
    return sup(box if simple else fence("[", box), op("+")), POSTFIX


# Author level ----------------------------------------------------------------------------------------------

RELATIONS = {"eq": "=", "ne": "!=", "le": "<=", "lt": "<", "ge": ">=", "gt": ">"}
FUNCTIONS = {
    "log": "log", "cos": "cos", "sin": "sin", "acos": "arccos", "relu": "relu", "trace": "tr", "rank": "rank",
    "vec": "vec", "minimum": "min", "maximum": "max",
}  # fmt: skip
_names: list[Mapping[str, Box]] = [{}]  # boxes of index symbols inside a substituted body


def _name(symbol: Symbol) -> Box:
    return _names[-1].get(symbol.name, named(symbol.name))


def _indexed(base: Box, *indices: Node) -> Box:
    parts: list[Box] = []
    for index in indices:
        box = _show(index)[0]
        parts.extend([op(","), box] if parts else [box])
    if base.kind == "sub":
        return sub(base.parts[0], row(base.parts[1], op(","), *parts))
    return sub(base, row(*parts))


def _show(node: object) -> Piece:
    if isinstance(node, Symbol):
        return _name(node), ATOM
    if isinstance(node, int | str):
        return words(str(node)), ATOM
    if not isinstance(node, Node):
        return words(repr(node)), ATOM
    a = node.args
    name = node.op
    if name == "num":
        return _rational(Fraction(str(a[0])))
    if name == "sym":
        return _show(a[0])
    if name in ("time", "pi", "unit"):
        return ident({"time": "t", "pi": "pi", "unit": "I"}[name]), ATOM
    if name == "identity":
        return sub(ident("I"), _show(a[0])[0]), ATOM
    if name in ("member", "layer", "width"):
        symbol = a[0]
        assert isinstance(symbol, Symbol)
        base = ident(symbol.fields["widths"]) if name == "width" else _name(symbol)
        return _indexed(base, *node.children()), ATOM
    if name == "chain":
        hi, lo = (_show(x)[0] for x in node.children())
        return sub(_show(a[0])[0], row(hi, op("colon"), lo)), ATOM
    if name == "layer_gradient":
        return row(sub(op("nabla"), _show(a[2])[0]), op("space"), _show(a[0])[0]), ATOM
    if name == "loss":
        return _applied(_show(a[0])[0], _show(a[1])[0])
    if name == "loss_gradient":
        return _applied(row(op("nabla"), op("space"), _show(a[0])[0]), _show(a[1])[0])
    if name in ("output", "jacobian", "parameter"):
        symbol = a[0]
        assert isinstance(symbol, Symbol)
        return (named(symbol.name if name == "output" else symbol.fields[name]), ATOM)
    if name == "hidden":
        return sub(ident("c"), words(str(a[0]))), ATOM
    if name in ("add", "sub"):
        x, y = (_show(item) for item in a)
        return _infix("+" if name == "add" else "-", x, y, SUM)
    if name == "neg":
        return row(op("neg"), *_flat(paren(_show(a[0]), OPEN))), SUM
    if name in ("mul", "matmul"):
        return _juxtaposed(_show(a[0]), _show(a[1]))
    if name == "div":
        return frac(_show(a[0])[0], _show(a[1])[0]), SIGN
    if name == "T":
        return _raised(_show(a[0]), op("top"))
    if name == "pow":
        return _raised(_show(a[0]), _show(a[1])[0])
    if name == "root":
        return _raised(_show(a[0]), row(digits("1"), words("/"), paren(_show(a[1]), POSTFIX)))
    if name == "kron":
        return _infix("kron", _show(a[0]), _show(a[1]), OPEN, PRODUCT)
    if name == "dot":
        left, right = (paren(_show(item), PRODUCT) for item in a)
        return row(*_flat(left), op("cdot"), *_flat(right)), OPEN - 1
    if name == "exp":
        return sup(ident("e"), _show(a[0])[0]), POSTFIX
    if name == "sqrt":
        return root(_show(a[0])[0]), ATOM
    if name in FUNCTIONS:
        return _applied(upright(FUNCTIONS[name]), *(_show(x)[0] for x in a))
    if name == "absolute":
        return fence("|", _show(a[0])[0]), ATOM
    if name in ("frobenius", "norm"):
        norm = fence("norm", _show(a[0])[0])
        return (sub(norm, ident("F")) if name == "frobenius" else norm), ATOM
    if name in ("sigma_min", "lam_min"):
        return _applied(sub(ident("sigma" if name == "sigma_min" else "lambda"), upright("min")), _show(a[0])[0])
    if name in ("inverse", "one_sided_inverse"):
        exponent = row(op("neg"), digits("1")) if name == "inverse" else op("neg")
        return _raised(_show(a[0]), exponent)
    if name == "preconditioner":
        net = a[0]
        assert isinstance(net, Symbol)
        return sub(ident("P"), sub(_name(net), row(_show(net.fields["depth"])[0], op("colon"), digits("1")))), ATOM
    if name == "entries":
        rows, cols, entry = a[:3]
        if len(a) > 3:
            return named(str(a[3])), ATOM
        return sub(fence("(", _show(entry)[0]), row(_show(rows)[0], op(","), _show(cols)[0])), ATOM
    if name == "entry":
        matrix, i, l = a  # noqa: E741
        assert isinstance(matrix, Node) and isinstance(i, Node) and isinstance(l, Node)
        if matrix.op == "entries" and len(matrix.args) > 3:
            return _indexed(named(str(matrix.args[3])), i, l), ATOM
        if matrix.op == "entries":
            first, second, body = matrix.args[:3]
            assert isinstance(first, Symbol) and isinstance(second, Symbol)
            names = {**_names[-1], first.name: _show(i)[0], second.name: _show(l)[0]}
            _names.append(names)
            try:
                return _show(body)
            finally:
                _names.pop()
        if matrix.op == "E":
            inner = Node("entry", (matrix.args[0], i, l), matrix.sort)
            return row(upright("E"), fence("[", _show(inner)[0])), ATOM
        return sub(fence("[", _show(matrix)[0]), row(_show(i)[0], op(","), _show(l)[0])), ATOM
    if name in ("total", "product"):
        v, first, last, body = a
        sign = "sum" if name == "total" else "prod"
        return _sum(sign, _show(v)[0], _show(first)[0], _show(last)[0], _show(body))
    if name == "mean":
        v, body = a
        assert isinstance(v, Symbol)
        lo, hi = (_show(x)[0] for x in v.fields["between"])
        summed, _ = _sum("sum", _show(v)[0], lo, hi, _show(body))
        return row(frac(digits("1"), hi), op("times"), summed), OPEN
    if name == "mean_family":
        family = a[0]
        assert isinstance(family, Symbol)
        hi = _show(family.fields["count"])[0]
        members = big("sum", row(ident("i"), op("="), digits("1")), hi, sub(_name(family), ident("i")))
        return row(frac(digits("1"), hi), op("times"), members), OPEN
    if name in ("E", "P"):
        return row(upright(name), fence("[", _show(a[0])[0])), ATOM
    if name == "indicator":
        return row(op("one"), fence("{", _show(a[0])[0])), ATOM
    if name in ("start", "after"):
        return _staged(_show(a[0]), "0" if name == "start" else "+")
    if name == "D":
        box, level = _show(a[0])
        if level == ATOM and box.kind in ("ident", "sub"):
            return dot(box), ATOM
        return row(frac(op("d"), row(op("d"), ident("t"))), fence("[", box)), PRODUCT
    return _show_formula(node)


def _show_formula(node: Node) -> Piece:
    a, name = node.args, node.op
    if name in RELATIONS:
        return _infix(RELATIONS[name], _show(a[0]), _show(a[1]), RELATION)
    if name == "between":
        low, middle, high = (paren(_show(item), SUM) for item in a)
        return row(low, op("<="), middle, op("<="), high), RELATION
    if name in ("psd", "pd"):
        inner = a[0]
        if isinstance(inner, Node) and inner.op == "sub":
            x, y = (_show(item) for item in inner.args)
            return _infix(name, x, y, RELATION)
        return row(*_flat(paren(_show(inner), SUM)), op(name), digits("0")), RELATION
    if name in ("both", "either"):
        parts: list[Box] = []
        for item in a:
            shown = paren(_show(item), RELATION)
            parts.extend([op("and" if name == "both" else "or"), shown] if parts else [shown])
        return row(*parts), WEDGE
    if name == "negation":
        return row(op("not"), fence("(", _show(a[0])[0])), RELATION
    if name in ("implies", "iff"):
        return _infix(name, _show(a[0]), _show(a[1]), LOGIC, WEDGE)
    if name == "forall":
        *bound, body = a
        heads: list[Box] = []
        for v in bound:
            heads.extend([op(","), _show(v)[0]] if heads else [_show(v)[0]])
        return row(op("forall"), *heads, op(":"), _show(body)[0]), LOGIC
    if name == "balanced":
        net = a[0]
        assert isinstance(net, Symbol)
        depth = net.fields["depth"]
        j = ident("j")
        above, below = sub(_name(net), row(j, op("+"), digits("1"))), sub(_name(net), j)
        if a[1] == "0":
            above, below = (_staged((x, ATOM), "0")[0] for x in (above, below))
        relation = row(sup(above, op("top")), above, op("="), below, sup(below, op("top")))
        ends = row(words(" for "), digits("1"), op("<="), j, op("<"), _show(depth)[0])
        return row(relation, ends), RELATION
    if name == "clock":
        return row(ident("t"), op(">="), digits("0")), RELATION
    if name in ("flow", "descent"):
        return _dynamics(node)
    if name in ("at_least_order", "at_most_order", "same_order"):
        letter = {"at_least_order": "Omega", "at_most_order": "O", "same_order": "Theta"}[name]
        right = row(ident(letter), op("apply"), fence("(", _show(a[1])[0]))
        return row(paren(_show(a[0]), SUM), op("="), right), RELATION
    return _applied(words(name), *(_show(x)[0] for x in a))


def _dynamics(node: Node) -> Piece:
    over, loss = node.args[:2]
    assert isinstance(over, Symbol) and isinstance(loss, Symbol)
    if over.kind == "model":
        theta = named(over.fields["parameter"])
        gradient = row(sub(op("nabla"), theta), op("space"), _name(loss), op("apply"), fence("(", named(over.name)))
        return row(dot(theta), op("="), op("neg"), gradient), RELATION
    j, depth = ident("j"), _show(over.fields["depth"])[0]
    layer = sub(_name(over), j)
    end = sub(_name(over), row(depth, op("colon"), digits("1")))
    gradient = row(sub(op("nabla"), j), op("space"), _name(loss), op("apply"), fence("(", end))
    ends = row(words(" for "), digits("1"), op("<="), j, op("<="), depth)
    if node.op == "descent":
        step = paren(_show(node.args[2]), PRODUCT)
        return row(sup(layer, op("+")), op("="), layer, op("-"), step, op("times"), gradient, ends), RELATION
    rate: tuple[Box, ...] = ()
    if len(node.args) > 2:
        rates = node.args[2]
        assert isinstance(rates, Symbol)
        rate = (sub(_name(rates), j), op("times"))
    return row(dot(layer), op("="), op("neg"), *rate, gradient, ends), RELATION


def _declaration(symbol: Symbol) -> Box:
    fields, kind = symbol.fields, symbol.kind
    me = named(symbol.name)
    tail: list[Box] = []
    if fields.get("chosen"):
        tail = [words(" for some choice, made first")]
    if fields.get("count") is not None:
        me = sub(me, ident("i")) if me.kind != "sub" else sub(me.parts[0], row(me.parts[1], op(","), ident("i")))
    if fields.get("moving"):
        tail = [words(" differentiable in "), ident("t")]
    if fields.get("count") is not None:
        hi = _show(fields["count"])[0]
        tail = [words(" for "), digits("1"), op("<="), ident("i"), op("<="), hi]
    if kind == "nat":
        if "between" in fields:
            lo, hi = (_show(x)[0] for x in fields["between"])
            return row(lo, op("<="), me, op("<="), hi)
        return row(me, op(">="), digits(str(fields["at_least"])), *tail)
    if kind == "real":
        for key, below in (("open", "<"), ("closed", "<=")):
            if key in fields:
                lo, hi = (_show(x)[0] for x in fields[key])
                return row(lo, op(below), me, op(below), hi, *tail)
        for key, name, value in (("positive", ">", "0"), ("nonnegative", ">=", "0"), ("nonzero", "!=", "0")):
            if fields.get(key):
                return row(me, op(name), digits(value), *tail)
        if "at_least" in fields:
            return row(me, op(">="), _show(fields["at_least"])[0], *tail)
        return row(me, op("in"), upright("R"), *tail)
    if kind == "matrix":
        shape = _space(symbol)
        if fields.get("symmetric"):
            tail.append(words(" symmetric"))
        unit = [op(","), fence("norm", me), op("="), digits("1")] if fields.get("unit") else []
        return row(me, op("in"), shape, *unit, *tail)
    if kind == "random":
        law = fields["law"]
        if law == "gauss":
            what = words(" standard normal in ")
            return row(me, what, _space(symbol), *tail)
        if law == "bounded":
            lo, hi = (_show(x)[0] for x in fields["range"])
            return row(me, words(" independent in "), fence("[", row(lo, op(","), hi)), *tail)
        return row(me, words(f" {law}"), *tail)
    if kind == "network":
        j = ident("j")
        d = fields["widths"]
        shape = row(sub(ident(d), j), words("×"), sub(ident(d), row(j, op("-"), digits("1"))))
        ends = (words(" for "), digits("1"), op("<="), j, op("<="), _show(fields["depth"])[0])
        return row(sub(named(symbol.name), j), op("in"), sup(upright("R"), shape), *ends)
    if kind == "half_square":
        scale = digits("2") if fields.get("over") is None else row(digits("2"), op("times"), _show(fields["over"])[0])
        distance = sup(
            sub(fence("norm", row(ident("X"), op("-"), paren(_show(fields["target"]), OPEN))), ident("F")),
            digits("2"),
        )
        return row(me, fence("(", ident("X")), op("="), frac(digits("1"), scale), distance)
    if kind == "function":
        return row(me, words(f" of class {fields['smooth']}"))
    if kind == "model":
        u, jacobian, theta = named(symbol.name), named(fields["jacobian"]), named(fields["parameter"])
        return row(dot(u), op("="), jacobian, dot(theta))
    return me


def _space(symbol: Symbol) -> Box:
    if symbol.fields.get("like") is not None:
        sort = symbol.fields["like"].sort
        rows, cols = _dim(sort.rows), _dim(sort.cols)
    else:
        rows, cols = (_show(x)[0] for x in symbol.fields["shape"])
    if cols == digits("1"):
        return sup(upright("R"), rows)
    return sup(upright("R"), row(rows, words("×"), cols))


def named_parts(formulas: list[Node]) -> list[Box]:
    """What the named matrices of some formulas are."""
    found: dict[str, Box] = {}
    for item in (part for formula in formulas for part in walk(formula)):
        if item.op == "entries" and len(item.args) > 3:
            rows, cols, body, name = item.args
            left = sub(named(str(name)), row(_show(rows)[0], op(","), _show(cols)[0]))
            found[str(name)] = row(left, op("="), _show(body)[0])
    return list(found.values())


def _dim(dim: Form | Width) -> Box:
    return _form(dim) if isinstance(dim, Form) else sub(ident(dim.family), _form(dim.at))


# Kernel level ----------------------------------------------------------------------------------------------


def _json_form(data: Any) -> Box:
    if isinstance(data, list):
        return sub(named(data[1]), _json_form(data[2]))
    if isinstance(data, dict):
        return _form(Form.of(data))
    return words(str(data))


def _letter(name: str, indices: list[Any]) -> Piece:
    index: list[Box] = []
    for item in indices:
        index.extend([op(","), _json_form(item)] if index else [_json_form(item)])
    if name.startswith("grad_"):
        loss = name[len("grad_") :]
        if index:
            return row(sub(op("nabla"), row(*index)), op("space"), named(loss.rsplit("_", 1)[0])), ATOM
        return row(op("nabla"), op("space"), named(loss)), ATOM
    if name.startswith("sigma_min_"):
        return _applied(sub(ident("sigma"), upright("min")), named(name[len("sigma_min_") :]))
    if name.startswith("inverse_"):
        return sup(named(name[len("inverse_") :]), op("neg")), POSTFIX
    if name.endswith(".direction"):  # in which parameters change
        return row(ident("Delta"), _letter(name.removesuffix(".direction"), indices)[0]), ATOM
    base = named(name)
    if not index:
        return base, ATOM
    if base.kind == "sub":
        return sub(base.parts[0], row(base.parts[1], op(","), *index)), ATOM
    return sub(base, row(*index)), ATOM


KERNEL_RELATIONS = {"eq": "=", "ge": ">=", "gt": ">", "ne": "!="}
KERNEL_FUNCTIONS = {"log": "log", "cos": "cos", "acos": "arccos", "vec": "vec", "tr": "tr"}


def _kernel(item: Any) -> Piece:
    if isinstance(item, dict):
        if "concl" in item:
            concl = _kernel(item["concl"])
            if not item.get("all"):
                return concl
            parts: list[Box] = [op("forall")]
            for v, lo, hi in item["all"]:
                if len(parts) > 1:
                    parts.append(op(","))
                if hi is None:
                    parts.append(row(named(v), op(">="), _json_form(lo)))
                else:
                    parts.append(row(_json_form(lo), op("<="), named(v), op("<="), _json_form(hi)))
            return row(*parts, op(":"), concl[0]), LOGIC
        return _json_form(item), SUM
    tag, *a = item
    if tag not in _COMPOSED:
        return _term(tag, a)
    key = marshal.dumps(item, 2)  # terms recur: most of a derivation is made of few of them
    found = _shown.get(key)
    if found is None:
        if len(_shown) >= MOST:
            _shown.clear()
        found = _shown[key] = _term(tag, a)
    return found


_COMPOSED = frozenset(("+", "*", "T", "kr", "pow", "root", "sum", "prod", "exp", "inv", "ind", "E", "D"))
_shown: dict[bytes, Piece] = {}  # a pure function's values
MOST = 20_000


def _term(tag: str, a: list[Any]) -> Piece:
    if tag == "q":
        return _rational(Fraction(a[0]))
    if tag == "n":
        box = _json_form(a[0])
        return box, SUM if box.kind == "row" else ATOM
    if tag in ("pi", "t"):
        return ident(tag), ATOM
    if tag == "v":
        name, indices, stage = a
        piece = _letter(name, indices)
        return _staged(piece, stage) if stage else piece
    if tag == "ch":
        name, hi, lo, stage = a
        piece = sub(named(name), row(_json_form(hi), op("colon"), _json_form(lo))), ATOM
        return _staged(piece, stage) if stage else piece
    if tag == "one":
        return sub(ident("I"), _json_form(a[0])), ATOM
    if tag == "zero":
        return digits("0"), ATOM
    if tag == "+":
        return _kernel_sum(a)
    if tag == "*":
        return _kernel_product(a)
    if tag == "T":
        return _raised(_kernel(a[0]), op("top"))
    if tag == "kr":
        return _infix("kron", _kernel(a[0]), _kernel(a[1]), OPEN, PRODUCT)
    if tag == "pow":
        return _raised(_kernel(a[0]), _json_form(a[1]))
    if tag == "root":
        if a[1] == {"1": 2}:
            return root(_kernel(a[0])[0]), ATOM
        order = _json_form(a[1])
        return _raised(_kernel(a[0]), row(digits("1"), words("/"), fence("(", order) if order.kind == "row" else order))
    if tag in ("sum", "prod"):
        v, lo, hi, body = a
        return _sum(tag, named(v), _json_form(lo), _json_form(hi), _kernel(body))
    if tag == "exp":
        return sup(ident("e"), _kernel(a[0])[0]), POSTFIX
    if tag == "inv":
        return frac(digits("1"), _kernel(a[0])[0]), SIGN
    if tag == "ind":
        return row(op("one"), fence("{", row(*_flat(paren(_kernel(a[0]), SUM)), op(">="), digits("0")))), ATOM
    if tag == "E":
        return row(upright("E"), fence("[", _kernel(a[0])[0])), ATOM
    if tag == "D":
        box, level = _kernel(a[0])
        if level == ATOM and box.kind in ("ident", "sub"):
            return dot(box), ATOM
        return row(frac(op("d"), row(op("d"), ident("t"))), fence("[", box)), PRODUCT
    if tag in KERNEL_RELATIONS:
        return _infix(KERNEL_RELATIONS[tag], _kernel(a[0]), _kernel(a[1]), RELATION)
    if tag == "psd":
        return row(*_flat(paren(_kernel(a[0]), SUM)), op("psd"), digits("0")), RELATION
    return _applied(
        upright(KERNEL_FUNCTIONS.get(tag, str(tag))),
        *(_kernel(x)[0] for x in a if isinstance(x, list | dict)),
    )


def _kernel_sum(terms: list[Any]) -> Piece:
    parts: list[Box] = []
    for item in terms:
        negative = None
        if item[0] == "*" and len(item) > 2 and item[1][0] == "q" and item[1][1].startswith("-"):
            factor = -Fraction(item[1][1])
            rest = item[2:] if factor == 1 else [["q", str(factor)], *item[2:]]
            negative = rest[0] if len(rest) == 1 else ["*", *rest]
        elif item[0] == "q" and item[1].startswith("-"):
            negative = ["q", str(-Fraction(item[1]))]
        if negative is not None:
            parts.append(op("-" if parts else "neg"))
            parts.extend(_flat(paren(_kernel(negative), OPEN)))
        else:
            if parts:
                parts.append(op("+"))
            parts.extend(_flat(paren(_kernel(item), OPEN if parts else SUM)))
    return row(*parts) if parts else digits("0"), SUM


def _kernel_product(factors: list[Any]) -> Piece:
    if not factors:
        return digits("1"), ATOM
    if factors[0] == ["q", "-1"] and len(factors) > 1:
        positive = _kernel_product(factors[1:])
        return row(op("neg"), *_flat(paren(positive, OPEN))), SUM
    denominators = [f[1] for f in factors if f[0] == "inv"]
    if not denominators or len(factors) == 1:
        return _chained([_kernel(item) for item in factors])
    above = [f for f in factors if f[0] != "inv" and _visibly_scalar(f)]
    rest = [f for f in factors if f[0] != "inv" and not _visibly_scalar(f)]
    quotient = frac(_kernel_product(above)[0], _kernel_product(denominators)[0]), SIGN
    return _chained([quotient, *(_kernel(item) for item in rest)])


def _chained(pieces: list[Piece]) -> Piece:
    piece = pieces[0]
    for item in pieces[1:]:
        piece = _juxtaposed(piece, item)
    return piece


def _visibly_scalar(item: Any) -> bool:
    if item[0] in ("q", "n", "pi", "t", "tr", "exp", "log", "E", "ind", "cos", "acos", "inv", "prod"):
        return True
    if item[0] in ("+", "*"):
        return all(_visibly_scalar(part) for part in item[1:])
    return item[0] in ("pow", "root") and _visibly_scalar(item[1])
