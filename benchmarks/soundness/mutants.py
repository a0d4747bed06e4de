"""Mutants of the kernel: small changes of its own source, one at a time.

A definition is a function at module level or a method; functions inside it belong to it. A mutant is named by its
definition and by the text of the change, so that an edit elsewhere in the file, or elsewhere in the function, does
not rename it. Left alone are texts of messages (everything inside `raise`, and the functions in MESSAGES),
annotations, assertions (they narrow types) and tables at module level.
"""

from __future__ import annotations
import __future__

import ast
import copy
import hashlib
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

import verify.kernel

HOME = Path(verify.kernel.__file__).parent
VERSION = 1  # of the operators below: results of another version are not reused
MESSAGES = {"normal.show_sort", "rules._show"}

FLIPS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
SWAPPED = {"sub", "mul", "kron", "chain", "bind", "product", "within", "power", "range"}  # where the order matters
TWINS = {"any": "all", "all": "any", "min": "max", "max": "min"}

Place = tuple[tuple[str, int | None], ...]  # fields and positions from the definition down to a node


@dataclass(frozen=True)
class Definition:
    name: str  # module.function or module.Class.method
    module: str
    tree: ast.FunctionDef
    hash: str


@dataclass(frozen=True)
class Mutant:
    id: str
    definition: Definition
    line: int  # of the statement that is changed, or of the one that is left out
    place: Place
    change: Callable[[Any], Any]  # a fresh copy of the node at the place to its replacement

    def tree(self) -> ast.FunctionDef:
        tree = copy.deepcopy(self.definition.tree)
        _replace(tree, self.place, self.change)
        return ast.fix_missing_locations(tree)


@lru_cache(maxsize=1)
def files() -> tuple[Path, ...]:
    return tuple(sorted(HOME.glob("**/*.py")))


@lru_cache(maxsize=1)
def kernel_hash() -> str:
    """Hash of the kernel's syntax trees: comments, layout and docstrings do not count."""
    whole = hashlib.sha256()
    for path in files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        whole.update(f"{path.relative_to(HOME)}\n{meaning(tree)}\n".encode())
    return whole.hexdigest()


def meaning(tree: ast.AST) -> str:
    """The tree as text, without docstrings; they are put back, which is cheaper than a copy."""
    bodies = [(x, x.body) for x in ast.walk(tree) if isinstance(x, (ast.Module, ast.ClassDef, ast.FunctionDef))]
    for node, body in bodies:
        node.body = body[ast.get_docstring(node, clean=False) is not None :]
    text = ast.dump(tree)
    for node, body in bodies:
        node.body = body
    return text


def definitions(only: str | None = None) -> Iterator[Definition]:
    """All functions and methods of the kernel, or of one module."""
    for path in files():
        module = ".".join(path.relative_to(HOME).with_suffix("").parts)
        if only is not None and module != only:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                yield _definition(module, node.name, node)
            elif isinstance(node, ast.ClassDef):
                for item in node.body:
                    if isinstance(item, ast.FunctionDef):
                        yield _definition(module, f"{node.name}.{item.name}", item)


def _definition(module: str, name: str, node: ast.FunctionDef) -> Definition:
    return Definition(f"{module}.{name}", module, node, hashlib.sha256(meaning(node).encode()).hexdigest()[:16])


def mutants(d: Definition) -> list[Mutant]:
    if d.name in MESSAGES:
        return []
    found: list[Mutant] = []
    texts: dict[str, int] = {}
    for place, line, text, change in _changes(d.tree):
        number = texts[text] = texts.get(text, 0) + 1
        found.append(Mutant(f"{d.name} | {text} | {number}", d, line, place, change))
    return found


# ---- applying -----------------------------------------------------------------------------------------------------


def _replace(root: Any, place: Place, change: Callable[[Any], Any]) -> None:
    node = root
    for field, position in place[:-1]:
        node = getattr(node, field) if position is None else getattr(node, field)[position]
    field, position = place[-1]
    if position is None:
        setattr(node, field, change(getattr(node, field)))
    else:
        getattr(node, field)[position] = change(getattr(node, field)[position])


def apply(mutant: Mutant) -> Callable[[], None]:
    """Put the mutant's code into the function in this process; what is returned takes it out again."""
    owner = _owner(mutant.definition)
    code = _compiled(mutant.definition, mutant.tree())
    home = importlib.import_module(f"{verify.kernel.__name__}.{mutant.definition.module}")
    target: Any = vars(home)[owner[0]]
    if len(owner) == 2:
        target = vars(target)[owner[1]]
    target = getattr(target, "fget", None) or getattr(target, "__func__", target)
    target = getattr(target, "__wrapped__", target)
    before = target.__code__
    target.__code__ = code
    forget()

    def undo() -> None:
        target.__code__ = before
        forget()

    return undo


def _owner(definition: Definition) -> list[str]:
    return definition.name.removeprefix(definition.module + ".").split(".")


def _compiled(definition: Definition, tree: ast.FunctionDef) -> CodeType:
    tree.decorator_list = []
    owner = _owner(definition)
    body: ast.stmt = tree
    if len(owner) == 2:
        body = ast.ClassDef(owner[0], [], [], [tree], [])
    module = ast.fix_missing_locations(ast.Module([body], []))
    flags = __future__.annotations.compiler_flag
    code = compile(module, str(HOME / f"{definition.module}.py"), "exec", flags, dont_inherit=True)
    for name in owner:
        code = next(c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == name)
    return code


def _essence(code: CodeType) -> tuple[Any, ...]:
    """What a function does, without where it stands."""
    inner = tuple(_essence(c) if isinstance(c, CodeType) else (type(c), repr(c)) for c in code.co_consts)
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return code.co_code, inner, names, code.co_exceptiontable, code.co_argcount, code.co_kwonlyargcount


def unchanged(mutant: Mutant) -> bool:
    """Is the compiled code that of the definition? Then this is no mutant."""
    plain = _compiled(mutant.definition, copy.deepcopy(mutant.definition.tree))
    return _essence(plain) == _essence(_compiled(mutant.definition, mutant.tree()))


@lru_cache(maxsize=1)
def _caches() -> tuple[Any, ...]:
    found = []
    for path in files():
        if path.name != "__main__.py":
            name = ".".join(path.relative_to(HOME).with_suffix("").parts)
            module = vars(importlib.import_module(f"{verify.kernel.__name__}.{name}"))
            found += [x for x in module.values() if hasattr(x, "cache_clear")]
    return tuple(found)


def forget() -> None:
    """Clear the kernel's caches: they hold what the code said before."""
    for x in _caches():
        x.cache_clear()


# ---- the operators ------------------------------------------------------------------------------------------------

Change = tuple[Place, int, str, Callable[[Any], Any]]


def _text(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 90 else text[:60] + " .. " + text[-26:]


def _changes(root: ast.FunctionDef) -> Iterator[Change]:
    yield from _function(root, ())
    for i, s in enumerate(root.body):
        yield from _statement(s, (("body", i),), first=i == 0)


def _function(f: ast.FunctionDef, place: Place) -> Iterator[Change]:
    """Early return."""
    kind = ast.unparse(f.returns) if f.returns else ""
    start = 1 if ast.get_docstring(f, clean=False) is not None else 0
    if start >= len(f.body):
        return
    values = {"None": [None], "bool": [True, False]}.get(kind, [])
    for value in values:
        here = (*place, ("body", start))

        def early(node: ast.stmt, value: Any = value) -> ast.stmt:
            return ast.Return(ast.Constant(value))

        if not (isinstance(f.body[start], ast.Return) and value is None):
            yield here, f.body[start].lineno, f"{f.name} returns {value} at once", early


def _blocks(s: ast.stmt) -> Iterator[tuple[str, list[ast.stmt]]]:
    for field in ("body", "orelse", "finalbody"):
        if getattr(s, field, None):
            yield field, getattr(s, field)


def _statement(s: ast.stmt, place: Place, first: bool = False) -> Iterator[Change]:
    line = s.lineno
    if isinstance(s, (ast.Raise, ast.Assert)):
        return
    if isinstance(s, ast.FunctionDef):
        yield from _function(s, place)
    elif isinstance(s, ast.Expr):
        if not (isinstance(s.value, ast.Constant)):
            yield place, line, f"drop: {_text(s)}", lambda n: ast.Pass()
    elif isinstance(s, ast.AugAssign):
        yield place, line, f"drop: {_text(s)}", lambda n: ast.Pass()
        if type(s.op) in ARITHMETIC:
            new = ARITHMETIC[type(s.op)]
            yield place, line, f"{_text(s)} -> {new.__name__}", lambda n, new=new: _with(n, op=new())
    elif isinstance(s, ast.If):
        guard = len(s.body) == 1 and isinstance(s.body[0], ast.Raise)
        yield place, s.body[0].lineno, f"if {_text(s.test)} -> never", lambda n: _with(n, test=ast.Constant(False))
        if not guard:
            yield place, line, f"if {_text(s.test)} -> always", lambda n: _with(n, test=ast.Constant(True))
    elif isinstance(s, ast.For):
        yield (
            place,
            s.body[0].lineno,
            f"for {_text(s.target)} in {_text(s.iter)}: no pass",
            lambda n: _with(n, iter=ast.Tuple([], ast.Load())),
        )
        yield (
            place,
            line,
            f"for {_text(s.target)} in {_text(s.iter)}: one pass",
            lambda n: _with(n, body=[*n.body, ast.Break()]),
        )
    elif isinstance(s, (ast.Continue, ast.Break)):
        other = ast.Break if isinstance(s, ast.Continue) else ast.Continue
        yield place, line, f"{_text(s)} -> {_text(other())}", lambda n: other()
        yield place, line, f"drop: {_text(s)}", lambda n: ast.Pass()
    elif isinstance(s, ast.Try):
        for i, h in enumerate(s.handlers):
            for k, inner in enumerate(h.body):
                yield from _statement(inner, (*place, ("handlers", i), ("body", k)))
    for name, value in ast.iter_fields(s):
        if name in ("annotation", "returns", "decorator_list", "args", "handlers", "body", "orelse", "finalbody"):
            continue
        if isinstance(value, ast.expr):
            yield from _expression(value, (*place, (name, None)), line)
        elif isinstance(value, list):
            for i, x in enumerate(value):
                if isinstance(x, ast.expr):
                    yield from _expression(x, (*place, (name, i)), line)
    for field, block in _blocks(s):
        for i, inner in enumerate(block):
            yield from _statement(inner, (*place, (field, i)))


def _with(node: Any, **fields: Any) -> Any:
    for k, v in fields.items():
        setattr(node, k, v)
    return node


def _expression(e: ast.expr, place: Place, line: int) -> Iterator[Change]:
    before = _text(e)

    def to(new: Callable[[Any], Any]) -> Change:
        return place, line, f"{before} -> {_text(new(copy.deepcopy(e)))}", new

    if isinstance(e, ast.Compare):
        for k, op in enumerate(e.ops):
            for other in FLIPS[type(op)]:
                yield to(lambda n, k=k, other=other: _with(n, ops=[*n.ops[:k], other(), *n.ops[k + 1 :]]))
        for k, right in enumerate(e.comparators):
            if isinstance(e.ops[k], (ast.In, ast.NotIn)) and isinstance(right, (ast.Tuple, ast.List, ast.Set)):
                for i in range(len(right.elts)):
                    yield to(lambda n, k=k, i=i: (n.comparators[k].elts.pop(i), n)[1])
    elif isinstance(e, ast.BoolOp):
        other_op = ast.Or if isinstance(e.op, ast.And) else ast.And
        yield to(lambda n: _with(n, op=other_op()))
        for i in range(len(e.values)):
            yield to(lambda n, i=i: n.values[1 - i] if len(n.values) == 2 else (n.values.pop(i), n)[1])
    elif isinstance(e, ast.UnaryOp) and isinstance(e.op, (ast.Not, ast.USub)):
        yield to(lambda n: n.operand)
    elif isinstance(e, ast.BinOp) and type(e.op) in ARITHMETIC:
        new_op = ARITHMETIC[type(e.op)]
        yield to(lambda n: _with(n, op=new_op()))
    elif isinstance(e, ast.Constant):
        if type(e.value) is int:
            for shift in (1, -1):
                yield to(lambda n, shift=shift: ast.Constant(n.value + shift))
        elif type(e.value) is bool:
            yield to(lambda n: ast.Constant(not n.value))
    elif isinstance(e, ast.IfExp):
        yield to(lambda n: n.body)
        yield to(lambda n: n.orelse)
    elif isinstance(e, ast.Slice):
        if e.lower is not None:
            yield to(lambda n: _with(n, lower=None))
        if e.upper is not None:
            yield to(lambda n: _with(n, upper=None))
    elif isinstance(e, ast.Call):
        if isinstance(e.func, ast.Name) and e.func.id in TWINS:
            yield to(lambda n: _with(n, func=ast.Name(TWINS[n.func.id], ast.Load())))
        name = e.func.attr if isinstance(e.func, ast.Attribute) else e.func.id if isinstance(e.func, ast.Name) else ""
        for i in range(len(e.args) - 1 if name in SWAPPED else 0):
            pair = e.args[i : i + 2]
            odd = any(isinstance(x, (ast.Starred, ast.Constant)) or _text(x) in ("scope", "v", "x") for x in pair)
            if not odd and ast.dump(pair[0]) != ast.dump(pair[1]):
                yield to(lambda n, i=i: (n.args.insert(i, n.args.pop(i + 1)), n)[1])
    elif isinstance(e, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        for g, generator in enumerate(e.generators):
            for i in range(len(generator.ifs)):
                yield to(lambda n, g=g, i=i: (n.generators[g].ifs.pop(i), n)[1])
    yield from _below(e, place, line)


def _below(e: ast.AST, place: Place, line: int) -> Iterator[Change]:
    for name, value in ast.iter_fields(e):
        if isinstance(value, ast.expr):
            if not (isinstance(e, ast.JoinedStr) or name == "annotation"):
                yield from _expression(value, (*place, (name, None)), line)
        elif isinstance(value, list) and not isinstance(e, ast.JoinedStr):
            for i, x in enumerate(value):
                if isinstance(x, ast.expr):
                    yield from _expression(x, (*place, (name, i)), line)
                elif isinstance(x, (ast.comprehension, ast.keyword)):
                    yield from _below(x, (*place, (name, i)), line)
