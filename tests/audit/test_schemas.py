"""The published schemas describe what is written; the strict reader agrees with them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from audit_fakes import claims, settings, write_claim

from verify.audit import certificate as certificates
from verify.audit.run import audit
from verify.audit.sources import discover

FOLDER = Path(__file__).parents[2] / "docs" / "reference" / "schemas"
SCHEMAS = {path.name: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "null": type(None),
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}
KNOWN = {
    *("$schema", "$id", "$ref", "$defs", "title", "description", "type", "required", "properties", "items", "enum"),
    *("additionalProperties", "anyOf", "const", "minimum", "minItems", "maxItems", "pattern"),
}


def errors(data: Any, schema: dict[str, Any], root: dict[str, Any], at: str = "$") -> list[str]:
    """The part of JSON Schema that our schemas use."""
    assert schema.keys() <= KNOWN, schema.keys() - KNOWN
    if "$ref" in schema:
        name, _, pointer = schema["$ref"].partition("#")
        root = SCHEMAS[name] if name else root
        target = root
        for part in pointer.strip("/").split("/") if pointer else []:
            target = target[part]
        return errors(data, target, root, at)
    if "anyOf" in schema:
        tries = [errors(data, option, root, at) for option in schema["anyOf"]]
        return [] if any(not found for found in tries) else tries[-1]
    kinds = [schema["type"]] if isinstance(schema.get("type"), str) else schema.get("type", [])
    found = []
    if kinds and not any(isinstance(data, TYPES[k]) and not (isinstance(data, bool) and k != "boolean") for k in kinds):
        return [f"{at}: not {kinds}"]
    if "const" in schema and (data != schema["const"] or type(data) is not type(schema["const"])):
        found.append(f"{at}: not {schema['const']}")
    if "enum" in schema and data not in schema["enum"]:
        found.append(f"{at}: not one of {schema['enum']}")
    if "pattern" in schema and not re.search(schema["pattern"], data):
        found.append(f"{at}: pattern")
    if "minimum" in schema and data < schema["minimum"]:
        found.append(f"{at}: too small")
    if isinstance(data, dict):
        found += [f"{at}: lacks {key}" for key in schema.get("required", []) if key not in data]
        others = schema.get("additionalProperties", {})
        for key, value in data.items():
            inner = schema.get("properties", {}).get(key, others)
            if inner is False:
                found.append(f"{at}: unknown key {key}")
            else:
                found += errors(value, inner, root, f"{at}.{key}")
    if isinstance(data, list):
        if not schema.get("minItems", 0) <= len(data) <= schema.get("maxItems", len(data)):
            found.append(f"{at}: length")
        for k, value in enumerate(data):
            found += errors(value, schema.get("items", {}), root, f"{at}[{k}]")
    return found


def check(data: Any, name: str) -> list[str]:
    return errors(data, SCHEMAS[name], SCHEMAS[name])


@pytest.fixture
def outputs(tmp_path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    s = settings(tmp_path)
    counterexample = {"values": {"x": "-1/2", "A": [["1", "0"], ["0", "1"]]}, "margin": ["1/2", "1/2"]}
    write_claim(
        claims(s),
        "a/one",
        {"label": "x"},
        {"label": "y", "role": "printed", "expects": "REFUTED", "derive": "give up",
         "evidence": {"counterexample": counterexample}},
        {"label": "z", "role": "printed", "expects": "ILL-SORTED", "sort_error": "sizes"},
        {"label": "r", "role": "printed", "expects": "REFUTED", "derive": "give up", "refute": "ok"},
    )  # fmt: skip
    write_claim(claims(s), "a/raises", {"label": "x"}, before="1 / 0")
    result = audit(discover(claims(s)), s)
    return result.to_json(), certificates.read(tmp_path / "reports" / "certificates" / "a" / "one.json")


def test_outputs(outputs: tuple[dict[str, Any], dict[str, Any]]) -> None:
    result, certificate = outputs
    assert check(json.loads(json.dumps(result)), "audit.json") == []
    assert check(certificate, "certificate.json") == []
    assert result["claims"][0]["statements"][1]["counterexample"] is not None
    assert check(result["claims"][0]["statements"][1]["counterexample"], "counterexample.json") == []


def test_reader_and_schema_agree(outputs: tuple[dict[str, Any], dict[str, Any]]) -> None:
    _, good = outputs

    def mutations() -> Any:
        for key in good:
            yield {k: v for k, v in good.items() if k != key}
            yield {**good, key: 7}
        yield {**good, "verdict": "PROVED"}
        for key in good["statements"][0].keys() - {"ids", "consequence"}:
            for changed in ({k: v for k, v in good["statements"][0].items() if k != key},
                            {**good["statements"][0], "verdict": "PROVED"}):  # fmt: skip
                yield {**good, "statements": [changed]}
        for key in ("ids", "consequence"):
            yield {**good, "statements": [{**good["statements"][0], key: 7}]}
        for key in good["claim"]:
            yield {**good, "claim": {k: v for k, v in good["claim"].items() if k != key}}

    for data in mutations():
        assert check(data, "certificate.json")
        with pytest.raises(certificates.CertificateError):
            certificates.check_shape(data)
