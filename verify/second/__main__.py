"""`python -I verify/second FILE..`: one line of JSON for each certificate file."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path


def main(names: list[str]) -> None:
    """Print one line of JSON for each of the certificate files `names`."""
    from verify.second.files import check

    for name in names:
        try:
            answer = check(Path(name).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            answer = {"error": f"cannot be read: {error}"}
        print(json.dumps({"file": name, **answer}, sort_keys=True), flush=True)


def limit() -> None:
    """A safety net for files from strangers; answers depend on counted work, not on these."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    try:
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ValueError, OSError):
        return  # a tighter limit holds


if __name__ == "__main__":
    limit()
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
    sys.setrecursionlimit(20_000)
    threading.stack_size(256 * 1024 * 1024)
    worker = threading.Thread(target=main, args=(sys.argv[1:],))
    worker.start()
    worker.join()
