"""The author's language: `from verify.statement import *` gives a claim file its names."""

from .claims import Citation, Claim, Figure, check, covers, figure, load, nonclaim
from .compile import Compiler
from .errors import ClaimFileError, NotExpressible, SortError, StatementError
from .language import *  # noqa: F403
from .language import __all__ as _names
from .scripts import CASE, IH, Fact, Hint, Script, Step, by, proof, refutation
from .statements import Data, Statement, corrected, from_ast, lemma, printed
from .terms import Formula, Symbol, Term, same

__all__ = [
    *_names, "CASE", "IH", "by", "check", "corrected", "covers", "figure", "lemma", "nonclaim", "printed", "proof",
    "refutation", "same",
]  # fmt: skip

_public = (
    Citation, Claim, ClaimFileError, Compiler, Data, Fact, Figure, Formula, Hint, NotExpressible, Script,
    SortError, Statement, StatementError, Step, Symbol, Term, from_ast, load,
)  # fmt: skip
