"""Run by the Python of another environment: python neural_tangents_peer.py ROWS COLUMNS REPEATS nngp|ntk.

neural-tangents 0.6.5 imports only with jax and jaxlib 0.5.3 or older, and imports TensorFlow for a part that is not
used here: install it with `pip install jax==0.5.3 jaxlib==0.5.3 absl-py` and
`pip install --no-deps neural-tangents frozendict typing_extensions`; the unused modules are replaced below.
"""

import json
import sys
import time
from statistics import median
from unittest.mock import MagicMock

for name in ("jax.experimental.jax2tf", "tf2jax", "tensorflow"):
    sys.modules[name] = MagicMock()

import jax  # noqa: E402

jax.config.update("jax_enable_x64", True)

import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from neural_tangents import stax  # noqa: E402

rows, columns, repeats = map(int, sys.argv[1:4])
_, _, kernel = stax.serial(stax.Dense(1, W_std=1.0, b_std=0.0), stax.Relu(), stax.Dense(1, W_std=1.0, b_std=0.0))
x = np.random.Generator(np.random.PCG64(0)).standard_normal((rows, columns))
x = jnp.array(x / np.linalg.norm(x, axis=1)[:, None])
run = jax.jit(lambda a: kernel(a, None, sys.argv[4]))
run(x).block_until_ready()
taken = []
for _ in range(repeats):
    start = time.perf_counter()
    run(x).block_until_ready()
    taken.append(time.perf_counter() - start)
print(json.dumps({"min": min(taken), "median": median(taken), "max": max(taken)}))
