"""`python -m benchmarks.soundness.corruptions`: 10,000 random corruptions of valid certificates through both checkers.

Each changes one theorem, refutation or item of another kind, of a committed certificate or of a valid twin of the
must-fail corpus, and goes through the kernel as text. What the kernel accepts all the same is classified by what it
now proves:
  same statement      signature, hypotheses and goals are untouched and so is every fact on the way: another wording
  same, by other facts  the statement is untouched, a fact on the way is another one
  other statement     the theorem states something else; `verify recheck` compares statements and does not count it
Every changed fact that was accepted is tried at random instances of its hypotheses: one that fails is a wrong theorem.
The second checker reads whatever the kernel accepts, and every tenth of the rest. It must not reject the first (it may
be unable to evaluate it); what it alone accepts, the kernel being less complete, is tried at random instances as well.
An item of another kind that states something else and is accepted is listed unless the second checker accepts it too.
The result is saved after every part; the same command goes on where it stopped, and begins again for another kernel.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.must_fail.files import FILES
from tests.must_fail.twins import TWINS
from verify.audit.verdict import states
from verify.crosscheck.files import Library
from verify.crosscheck.files import check as cross_check
from verify.kernel import kinds, replay
from verify.second.files import check as items_check

from .corrupt import PROOFS, corrupt, corrupt_item, put
from .mutants import kernel_hash

ROOT = Path(__file__).resolve().parents[2]
RESULT = Path(__file__).with_name("corruptions.json")
SLOW = 120  # seconds of processor time after which a replay counts as hanging
TRIALS = 12
LARGEST = 60_000  # bytes of a committed certificate that takes part; the twins have every rule
PART = 250  # corruptions between two savings
SHARE = 10  # one rejected corruption in so many is read by the second checker

Json = Any


class Hangs(Exception):
    pass


def originals() -> dict[str, Json]:
    """Valid certificates by name: what is committed, and the twins."""
    found = {f"twin {name}": build() for name, build in TWINS.items()}
    for path in sorted((ROOT / "reports" / "certificates").rglob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        if path.stat().st_size < LARGEST:
            found[f"{path.parent.name}/{path.stem}"] = {k: data[k] for k in ("derivation", "refutations", "statements")}
    return {name: data for name, data in found.items() if data["derivation"]}


def lone() -> dict[str, tuple[Json, str]]:
    """Files with an item that stands alone, and the kind of that item (the last in the file)."""
    out = {}
    for name, build in FILES.items():
        file = build()
        kinds_in = [k for k in kinds.KINDS if k in file]
        if "lemmas" not in file and kinds_in:
            out[name] = file, kinds_in[-1]
        elif file.get("refutations"):
            out[name] = file, "refutations"
    return out


def item_statement(item: Json) -> str:
    return canonical({k: v for k, v in item.items() if k not in ("id", *PROOFS)})


def refutes(item: Json) -> bool:
    return "refutation" in item or "instance" in item or "kind" in item


def facts(theorem: Json) -> Iterator[tuple[str, Json]]:
    for s in theorem["steps"]:
        yield s["id"], {"all": s["all"], "concl": s["concl"]}


def statement(theorem: Json) -> Json:
    return {k: theorem[k] for k in ("sig", "hyps", "goals")}


def canonical(x: Json) -> str:
    return json.dumps(x, sort_keys=True)


def changed_facts(old: Json, new: Json) -> list[Json]:
    """Accepted facts of the new theorem that the old one does not have."""
    before = {canonical(f) for _, f in facts(old)} | {
        canonical({k: h[k] for k in ("all", "concl")}) for h in old["hyps"]
    }
    return [f for _, f in facts(new) if canonical(f) not in before]


def tried(theorem: Json, goals: list[Json], seed: int) -> str:
    """`holds`, `undecided` or `violated` for facts under the theorem's hypotheses, at random instances."""
    from verify.evidence.generate import Plan, draw_many
    from verify.evidence.trials import trials

    worst = "holds"
    for goal in goals:
        st = {"sig": theorem["sig"], "hyps": theorem["hyps"], "goals": [goal]}
        try:
            outcome = trials(st, draw_many(Plan.of(st), TRIALS, seed, max_size=2, budget=40))
        except Exception:  # not every signature can be drawn from; then nothing is known
            worst = "undecided" if worst == "holds" else worst
            continue
        if outcome["violated"]:
            return "violated"
        if outcome["status"] != "passed":
            worst = "undecided" if worst == "holds" else worst
    return worst


def classify(old: Json, new: Json, seed: int) -> tuple[str, str]:
    """What an accepted corruption says, and how its new facts fare when tried."""
    fresh = changed_facts(old, new)
    same = canonical(statement(old)) == canonical(statement(new))
    kind = "other statement" if not same else "same, by other facts" if fresh else "same statement"
    return kind, tried(new, fresh, seed) if fresh else "nothing new"


def judged(certificate: Json, seen: replay.Seen) -> list[Json]:
    """The kernel's answers, from text, with a watch on the time."""

    def stop(number: int, frame: Any) -> None:
        raise Hangs

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SLOW)
    try:
        data = replay.load(json.dumps({k: certificate[k] for k in ("derivation", "refutations")}))
        theorems, refutations = replay.check_all(data["derivation"], data["refutations"], seen)
        return [*theorems, *refutations]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def second(derivation: list[Json], k: int, library: Library) -> Json:
    """What the second checker says of the k-th theorem, given those before it."""

    def stop(number: int, frame: Any) -> None:
        raise Hangs

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SLOW)
    try:
        answer = cross_check(json.dumps({"derivation": derivation[: k + 1]}), library)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return answer["theorems"][k] if "theorems" in answer else {"ok": False, "reason": answer["error"], "unable": False}


def watched(ask: Callable[[], Json]) -> Json:
    """An answer, with a watch on the time."""

    def stop(number: int, frame: Any) -> None:
        raise Hangs

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SLOW)
    try:
        return ask()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def last(answer: Json, kind: str) -> Json:
    """Outcome of the last item of a kind; `unable` if the checker does not know the kind."""
    if "error" in answer:
        return {"ok": False, "reason": answer["error"], "unable": False}
    if kind not in answer:
        return {"ok": False, "reason": f"{kind} are not read", "unable": True}
    return {"reason": "", "unable": False, **answer[kind][-1]}


def kernel_reads(text: str) -> Json:
    try:
        return kinds.check_file(replay.load(text))
    except replay.Reject as e:
        return {"error": str(e)}


def second_reads(text: str, kind: str) -> Json:
    return cross_check(text, Library()) if kind == "refutations" else items_check(text)


Lone = tuple[dict[str, tuple[Json, str]], dict[str, list[str]], list[str]]


def lone_ready(only: str = "") -> Lone:
    """Files, their names by kind, and what the second checker refuses as it is."""
    files = {n: x for n, x in sorted(lone().items()) if only in n}
    by_kind: dict[str, list[str]] = {}
    refused: list[str] = []  # by the second checker, though nothing is wrong with them: not of the campaign
    for name, (file, kind) in files.items():
        first = last(second_reads(json.dumps(file), kind), kind)
        if first["ok"] or first["unable"]:
            by_kind.setdefault(kind, []).append(name)
        else:
            refused.append(f"{name}: {first['reason']}")
    return files, by_kind, refused


def lone_campaign(count: int, seed: int, ready: Lone) -> Json:
    """Corruptions of items that stand alone and of refutations."""
    rng = random.Random(f"items {seed}")
    files, by_kind, refused = ready
    counts: Counter[str] = Counter()
    wrong: list[Json] = []
    listed: list[Json] = []
    number = 0
    while number < count:
        kind = rng.choice(sorted(by_kind))
        name = rng.choice(by_kind[kind])
        file = files[name][0]
        old = file[kind][-1]
        change, new = corrupt_item(old, rng)
        if canonical(new) == canonical(old):
            continue
        number += 1
        text = json.dumps({**file, kind: [*file[kind][:-1], new]})
        row = {"certificate": name, "kind": change, "item": new}
        try:
            mine = last(watched(lambda text=text: kernel_reads(text)), kind)
            other = last(watched(lambda text=text, kind=kind: second_reads(text, kind)), kind)
        except Hangs:
            wrong.append({**row, "what": "hangs"})
            continue
        except Exception as error:  # whatever it is, a checker must not end like this
            wrong.append({**row, "what": f"crash: {error!r}"})
            continue
        verdict = "accepts" if other["ok"] else "is unable" if other["unable"] else "rejects"
        counts[f"{kind}: kernel {'accepts' if mine['ok'] else 'rejects'}, second checker {verdict}"] += 1
        if not mine["ok"]:
            if not mine["reason"]:
                wrong.append({**row, "what": "no reason"})
            continue
        if verdict == "rejects":
            wrong.append({**row, "what": f"the second checker rejects it: {other['reason']}"})
        same = item_statement(old) == item_statement(new) and refutes(old) == refutes(new)
        counts[f"{kind}: accepted, {'same' if same else 'other'} statement"] += 1
        if not same and verdict != "accepts":
            listed.append(row)
    return {
        "corruptions": number,
        "files": len(files) - len(refused),
        "originals_refused_by_the_second_checker": refused,
        "outcomes": dict(sorted(counts.items())),
        "wrong": wrong,
        "other_statement_by_the_kernel_alone": listed,
    }


Ready = tuple[dict[str, Json], dict[str, replay.Seen], dict[str, Library]]


def theorems_ready(only: str = "") -> Ready:
    """Certificates and what both checkers remember of them."""
    certificates = {n: c for n, c in originals().items() if only in n}
    seen: dict[str, replay.Seen] = {name: {} for name in certificates}
    for name, c in certificates.items():
        assert all(r["ok"] for r in judged({**c, "refutations": []}, seen[name])), name
    return certificates, seen, {name: Library() for name in certificates}


def campaign(count: int, seed: int, only: str = "", ready: Ready | None = None) -> Json:
    """Corruptions of theorems."""
    rng = random.Random(seed)
    certificates, seen, libraries = ready or theorems_ready(only)
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    wrong: list[Json] = []
    slowest = 0.0
    names = sorted(certificates)
    number = 0
    while number < count:
        name = rng.choice(names)
        certificate = certificates[name]
        k = rng.randrange(len(certificate["derivation"]))
        old = certificate["derivation"][k]
        kind, new = corrupt(old, rng)
        if canonical(new) == canonical(old):
            continue
        number += 1
        began = time.process_time()
        theorems = put(certificate, ("derivation", k), new)
        try:
            # later theorems that use this one are replayed again, the others are remembered
            answers = judged({"derivation": theorems["derivation"], "refutations": []}, dict(seen[name]))
        except Hangs:
            wrong.append({"certificate": name, "kind": kind, "theorem": new, "what": "hangs"})
            continue
        except replay.Reject:
            counts["rejected as a file"] += 1
            kinds[kind] += 1
            continue
        except Exception as error:  # whatever it is, the kernel must not end like this
            wrong.append({"certificate": name, "kind": kind, "theorem": new, "what": f"crash: {error!r}"})
            continue
        slowest = max(slowest, time.process_time() - began)
        mine = answers[k]
        if mine["ok"] or number % SHARE == 0:
            try:
                other = second(theorems["derivation"], k, libraries[name])
            except Hangs:
                wrong.append({"certificate": name, "kind": kind, "theorem": new, "what": "the second checker hangs"})
                continue
            except Exception as error:
                what = f"crash of the second checker: {error!r}"
                wrong.append({"certificate": name, "kind": kind, "theorem": new, "what": what})
                continue
            verdict = "accepts" if other["ok"] else "is unable" if other["unable"] else "rejects"
            counts[f"kernel {'accepts' if mine['ok'] else 'rejects'}, second checker {verdict}"] += 1
            if mine["ok"] and verdict == "rejects":
                what = f"the second checker rejects it: {other['reason']}"
                wrong.append({"certificate": name, "kind": kind, "theorem": new, "what": what})
            if not mine["ok"] and verdict == "accepts":
                fresh = changed_facts(old, new)
                fate = tried(new, fresh, seed + number) if fresh else "nothing new"
                counts[f"accepted by the second checker alone, tried: {fate}"] += 1
                if fate == "violated":
                    what = "a wrong fact is accepted by the second checker"
                    wrong.append({"certificate": name, "kind": kind, "theorem": new, "what": what})
        if not mine["ok"]:
            counts["rejected"] += 1
            kinds[kind] += 1
            if not mine["reason"]:
                wrong.append({"certificate": name, "kind": kind, "theorem": new, "what": "no reason"})
            continue
        says, fate = classify(old, new, seed + number)
        counts[f"accepted: {says}"] += 1
        counts[f"new facts tried: {fate}"] += fate != "nothing new"
        if fate == "violated":
            wrong.append({"certificate": name, "kind": kind, "theorem": new, "what": "a wrong fact is accepted"})
        if says == "other statement" and any(
            new.get("id") in (s["theorems"] or []) and any(states(new, st) for st in s["kernel"])
            for s in certificate.get("statements", [])
        ):
            counts["still equal to a statement of the claim (letters that occur nowhere)"] += 1
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"slowest {slowest:.2f} s, {memory} MiB", flush=True)
    return {
        "seed": seed,
        "corruptions": number,
        "certificates": len(names),
        "outcomes": dict(sorted(counts.items())),
        "rejected_by_kind": dict(sorted(kinds.items())),
        "wrong": wrong,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soundness.corruptions", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="certificates whose name contains this; nothing is written")
    args = parser.parse_args()
    sys.setrecursionlimit(20_000)
    result = begun(args.seed, None if args.only else RESULT)
    ready, lone_files = theorems_ready(args.only), lone_ready(args.only)
    while result["corruptions"] < args.count:
        part = result["parts"]
        size = min(PART, args.count - result["corruptions"])
        items = lone_campaign(size * 2 // 5, args.seed * 1000 + part, lone_files)
        theorems = campaign(size - items["corruptions"], args.seed * 1000 + part, args.only, ready)
        result["parts"] += 1
        result["corruptions"] += size
        for key, found in (("theorems", theorems), ("items", items)):
            result[key] = merged(result[key], found)
        if not args.only:
            new = RESULT.with_suffix(".new")
            new.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            new.replace(RESULT)
        print(f"{result['corruptions']}: {[len(result[k]['wrong']) for k in ('theorems', 'items')]} wrong", flush=True)
    print(json.dumps({k: v["outcomes"] for k, v in result.items() if type(v) is dict}, indent=1))
    return 1 if result["theorems"]["wrong"] or result["items"]["wrong"] else 0


def begun(seed: int, path: Path | None = RESULT) -> Json:
    """What was found of the present kernel with this seed so far."""
    kernel = kernel_hash()
    if path is not None and path.exists():
        found = json.loads(path.read_text(encoding="utf-8"))
        if (found.get("kernel"), found["seed"]) == (kernel, seed):
            return found
    return {"kernel": kernel, "seed": seed, "parts": 0, "corruptions": 0, "theorems": {}, "items": {}}


def merged(before: Json, more: Json) -> Json:
    """Counts added, lists joined, except what is the same in every part."""
    out = dict(before)
    for key, x in more.items():
        if key in ("seed", "certificates", "files", "originals_refused_by_the_second_checker") or key not in out:
            out[key] = x
        elif isinstance(x, dict):
            out[key] = dict(sorted((Counter(out[key]) + Counter(x)).items()))
        else:
            out[key] = out[key] + x
    return out


if __name__ == "__main__":
    sys.exit(main())
