"""`python -I -S verify/crosscheck FILE..`: one line of JSON for each certificate file."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path


def main(names: list[str]) -> None:
    """Print one line of JSON for each of the certificate files `names`."""
    from crosscheck.files import Library, check  # type: ignore[import-not-found]

    library = Library()
    for name in names:
        try:
            answer = check(Path(name).read_text(encoding="utf-8"), library)
        except (OSError, UnicodeDecodeError) as error:
            answer = {"error": f"cannot be read: {error}"}
        print(json.dumps({"file": name, **answer}, sort_keys=True), flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.setrecursionlimit(60_000)
    threading.stack_size(512 * 1024 * 1024)
    worker = threading.Thread(target=main, args=(sys.argv[1:],))
    worker.start()
    worker.join()
