"""All figures of the numeric layer: `python -m benchmarks.evidence.run [--neural-tangents PYTHON] [--repeats 5]`.

Writes benchmarks/evidence/result.json. Run it on an idle machine; every figure is a ratio or a time of this run.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from pathlib import Path
from typing import Any

from benchmarks.evidence import flow, gram, orthant, screening


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--neural-tangents", type=Path, metavar="PYTHON", help="Python that has neural-tangents.")
    parser.add_argument("--repeats", type=int, default=5, help="Runs of each side; at least 5.")
    parser.add_argument("--only", choices=("flow", "orthant", "screening", "gram"), action="append")
    options = parser.parse_args()
    if options.repeats < 5:
        parser.error("medians of fewer than 5 runs are not recorded")
    target = Path(__file__).with_name("result.json")
    found: dict[str, Any] = json.loads(target.read_text()) if target.exists() else {}
    parts = {
        "flow": lambda: flow.measure(options.repeats),
        "orthant": lambda: orthant.measure(options.repeats),
        "screening": lambda: screening.measure(options.repeats),
        "gram": lambda: gram.measure(options.repeats, options.neural_tangents),
    }
    for name, run in parts.items():
        if options.only and name not in options.only:
            continue
        print(f"{name} ..", flush=True)
        found[name] = run()
        print(json.dumps(found[name], indent=1), flush=True)
    found["machine"] = {"python": platform.python_version(), "system": platform.system(), "cores": os.cpu_count()}
    target.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
