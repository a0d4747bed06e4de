"""Whether a certificate and a claim file speak of the same statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from verify.audit.certificate import canonical

KEYS = ("role", "expects", "reading", "ids", "consequence", "ast", "sort_error", "kernel")
"""What of a statement the claim file decides without any search."""


def differences(certificate: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Place and kind of each difference between a certificate and what its claim file says (`pipeline.describe`)."""
    if canonical(certificate["claim"]) != canonical(said["claim"]):
        yield "claim", "title, citations or nonclaims differ from the claim file"
    ours = {s["label"]: s for s in certificate["statements"]}
    theirs = {s["label"]: s for s in said["statements"]}
    for label in sorted(ours.keys() | theirs.keys()):
        where = f"statement {label}"
        if label not in ours or label not in theirs:
            lacking = "certificate" if label not in ours else "claim file"
            yield where, f"the {lacking} does not have it"
            continue
        for key in KEYS:
            if canonical(ours[label].get(key)) != canonical(theirs[label].get(key)):
                yield where, f"its {key} differs from the claim file"
                break
