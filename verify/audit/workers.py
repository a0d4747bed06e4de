"""One process a job: a job that raises, loops, eats memory or dies takes nothing else with it.

Processes are forked from a server that has imported the layers and nothing of any claim, so what a job sees
depends neither on the number of workers nor on the order of jobs.
"""

from __future__ import annotations

import contextlib
import json
import math
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from verify.audit import pipeline
from verify.audit.certificate import parse

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Job:
    """`task` is a key of TASKS; `arguments` are JSON. Jobs of large `weight` begin first, so that none is left over."""

    name: str
    task: str
    arguments: Mapping[str, Any]
    weight: int = 0


@dataclass(frozen=True)
class Done:
    """A finished job: its value, or its error in one line, and what it took."""

    job: Job
    value: dict[str, Any] | None
    error: str | None  # one line: what and where
    seconds: float
    reads: tuple[str, ...] = ()  # files below the watched folder that the job opened


@dataclass(frozen=True)
class Net:
    """The safety net of one job: seconds of processor time, and bytes of memory.

    A busy machine must not decide what becomes of a claim, so the clock on the wall only ends a job that has
    had `patience` times as long, because it waits for something or gets next to no processor.
    """

    seconds: float = 240.0
    patience: float = 10.0 if resource is not None else 1.0
    memory: int = 4 * 1024**3


@dataclass
class _Running:
    job: Job
    process: Any
    pipe: Connection
    began: float
    stage: str = "starting"


@dataclass
class Pool:
    """Runs jobs with at most `workers` processes; results come in the order of the jobs."""

    engine: str
    workers: int
    net: Net = field(default_factory=Net)
    on_stage: Callable[[str], None] = lambda _: None
    on_done: Callable[[Done], None] = lambda _: None

    def run(self, jobs: Sequence[Job]) -> list[Done]:
        """Run `jobs`, heavy ones first; the results are in the order of the jobs, and a failed job is a result
        with an error.
        """
        if not jobs:
            return []
        context = _context(self.engine)
        waiting = sorted(jobs[::-1], key=lambda job: job.weight)  # the last one is the next
        running: list[_Running] = []
        finished: dict[int, Done] = {}
        try:
            while waiting or running:
                while waiting and len(running) < max(1, self.workers):
                    running.append(self._start(context, waiting.pop()))
                wait([r.pipe for r in running], timeout=0.5)
                for r in list(running):
                    done = self._poll(r)
                    if done is not None:
                        running.remove(r)
                        finished[id(r.job)] = done
                        self.on_done(done)
                if running:
                    longest = min(running, key=lambda r: r.began)
                    self.on_stage(f"{longest.job.name}: {longest.stage}")
        finally:
            for r in running:
                _stop(r)
        return [finished[id(job)] for job in jobs]

    def _start(self, context: Any, job: Job) -> _Running:
        here, there = context.Pipe(duplex=False)
        process = context.Process(
            target=_work, args=(there, self.engine, job.task, dict(job.arguments), self.net), daemon=True
        )
        process.start()
        there.close()
        return _Running(job, process, here, time.monotonic())

    def _poll(self, r: _Running) -> Done | None:
        value: dict[str, Any] | None = None
        error: str | None = None
        reads: tuple[str, ...] = ()
        seconds = time.monotonic() - r.began
        try:
            while r.pipe.poll():
                kind, content = json.loads(r.pipe.recv_bytes())
                if kind == "stage":
                    r.stage = str(content)
                    continue
                if kind == "done":
                    value, reads = content["value"], tuple(content["reads"])
                else:
                    error = str(content)
                _stop(r)
                return Done(r.job, value, error, seconds, reads)
        except (EOFError, OSError, ValueError):
            r.process.join(5)
            code = r.process.exitcode
            _stop(r)
            if _end(code) == "SIGXCPU":
                error = f"stopped after {self.net.seconds:g} s of processor time while {r.stage}"
            else:
                error = f"the worker died while {r.stage} ({_end(code)})"
            return Done(r.job, None, error, seconds)
        longest = self.net.patience * self.net.seconds
        if seconds > longest:
            _stop(r)
            return Done(r.job, None, f"stopped after {longest:g} s while {r.stage}", seconds)
        return None


def _end(code: int | None) -> str:
    if code is None:
        return "no exit code"
    if code < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
    return f"exit code {code}"


def _context(engine: str) -> Any:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(variable, "1")  # the workers are the parallelism
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, engine.partition(":")[0], "verify.tactics", "verify.evidence"])
    return context


def _stop(r: _Running) -> None:
    """Ends the job's process and whatever it started."""
    if r.process.is_alive():
        with contextlib.suppress(ProcessLookupError, PermissionError, AttributeError):
            os.killpg(r.process.pid, signal.SIGKILL)  # the job leads a group of its own
        r.process.kill()
    r.process.join(5)
    r.pipe.close()


# In the worker.


def _work(pipe: Connection, engine: str, task: str, arguments: Mapping[str, Any], net: Net) -> None:
    _isolate(net)
    reads = _watch(Path(arguments["root"])) if "root" in arguments else set()

    def send(kind: str, content: object) -> None:
        pipe.send_bytes(json.dumps([kind, content]).encode())

    try:
        value = TASKS[task](pipeline.engine(engine), arguments, lambda text: send("stage", text))
        send("done", {"value": value, "reads": sorted(reads)})
    except pipeline.ClaimError as error:
        send("error", str(error))
    except MemoryError:
        send("error", f"out of memory (limit {net.memory // 1024**2} MiB)")
    except RecursionError:
        send("error", "too deeply nested (recursion limit)")
    except (Exception, SystemExit) as error:
        send("error", pipeline.one_line(error))
    pipe.close()


def _isolate(net: Net) -> None:
    """A group of its own, limits, and nothing on standard output but what the parent prints."""
    with contextlib.suppress(OSError, AttributeError):
        os.setsid()
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.dup2(2, 1)
    sys.dont_write_bytecode = True
    if resource is not None:
        cpu = max(1, math.ceil(net.seconds))
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_AS, (net.memory, net.memory))


def _watch(folder: Path) -> set[str]:
    """The files below a folder that this process opens from now on: what a claim depends on."""
    root = str(folder.resolve()) + os.sep
    seen: set[str] = set()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and arguments and isinstance(arguments[0], str):
            path = os.path.abspath(arguments[0])
            if path.startswith(root):
                base, _, name = path.rpartition(os.sep)
                if base.endswith("__pycache__") and name.endswith(".pyc"):
                    path = os.path.join(os.path.dirname(base), name.split(".")[0] + ".py")
                seen.add(path)

    sys.addaudithook(hook)
    return seen


def _task(a: Mapping[str, Any]) -> pipeline.Task:
    return pipeline.Task(Path(a["path"]), a["topic"], a["slug"], Path(a["root"]), a["settings"])


def _produce(layers: pipeline.Engine, a: Mapping[str, Any], stage: pipeline.Stage) -> dict[str, Any]:
    return pipeline.produce(layers, _task(a), stage)


def _examine(layers: pipeline.Engine, a: Mapping[str, Any], stage: pipeline.Stage) -> dict[str, Any]:
    return {"statements": pipeline.examine(layers, parse(a["certificate"]), stage)}


def _describe(layers: pipeline.Engine, a: Mapping[str, Any], stage: pipeline.Stage) -> dict[str, Any]:
    stage("loading")
    return pipeline.describe(layers, _task(a))


TASKS: dict[str, Callable[[pipeline.Engine, Mapping[str, Any], pipeline.Stage], dict[str, Any]]] = {
    "produce": _produce,
    "examine": _examine,
    "describe": _describe,
}
