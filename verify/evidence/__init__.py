"""Evidence from kernel statements: instances, verdicts, trials, counterexamples, necessity, mutants,
sharpness.

Works on plain JSON statements (docs/reference/kernel-language.md) and knows nothing of claims. Nothing here
proves a statement for all sizes; a counterexample here is exact or enclosed and validated from its JSON.
"""

from verify.evidence.counterexample import revalidate
from verify.evidence.evaluate import evaluate, verdict
from verify.evidence.gather import Hints, Settings, gather
from verify.evidence.generate import Discard, Plan, draw_many, draw_one
from verify.evidence.instance import Instance, Loss
from verify.evidence.trials import check_witness

__all__ = [
    "Discard",
    "Hints",
    "Instance",
    "Loss",
    "Plan",
    "Settings",
    "check_witness",
    "draw_many",
    "draw_one",
    "evaluate",
    "gather",
    "revalidate",
    "verdict",
]
