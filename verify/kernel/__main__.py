"""`python -I -S verify/kernel FILE...`: replay certificate files, one JSON object a line on standard output.

Exit code 0 if everything was accepted, 1 if anything was rejected. The folder is registered as a package by hand,
because an isolated interpreter that is given a folder knows no parent package.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import sys
from pathlib import Path


def _package() -> str:
    if __package__:
        return __package__
    here = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location("verify_kernel", here / "__init__.py",
                                                  submodule_search_locations=[str(here)])
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["verify_kernel"] = module
    spec.loader.exec_module(module)
    return "verify_kernel"


def main(paths: list[str]) -> int:
    package = _package()
    replay = importlib.import_module(f"{package}.replay")
    kinds = importlib.import_module(f"{package}.kinds")
    errors = importlib.import_module(f"{package}.errors")
    sys.setrecursionlimit(20_000)
    gc.set_threshold(200_000)  # terms are trees: there is next to nothing for the cycle collector
    code = 0
    seen: dict[str, object] = {}
    for path in paths:
        try:
            data = replay.load(Path(path).read_text(encoding="utf-8"))
            outcomes = kinds.check_file(data, seen)
            result = {"file": path, **outcomes}
        except (OSError, UnicodeDecodeError) as e:
            result = {"file": path, "error": f"cannot be read: {e}"}
        except errors.Reject as e:
            result = {"file": path, "error": str(e)}
        if "error" in result or not all(item["ok"] for items in outcomes.values() for item in items):
            code = 1
        print(json.dumps(result, sort_keys=True), flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
