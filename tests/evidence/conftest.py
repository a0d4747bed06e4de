import copy
import json
from pathlib import Path

import pytest

STATEMENTS = json.loads((Path(__file__).parent / "statements.json").read_text())


@pytest.fixture
def statement():
    """Kernel statements by name, as fresh copies."""
    return lambda name: copy.deepcopy(STATEMENTS[name])
