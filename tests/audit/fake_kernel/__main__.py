"""A stand-in for the kernel: a theorem's "fake" entry says what happens."""

import json
import os
import sys
import time

for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    answers = {"file": path, "theorems": [], "refutations": []}
    for part, kind in (("derivation", "theorems"), ("refutations", "refutations")):
        for item in data[part]:
            fake = item.get("fake", "ok")
            if fake == "die":
                os.kill(os.getpid(), 9)
            if fake == "raise":
                raise RuntimeError("boom")
            if fake == "hang":
                time.sleep(60)
            if fake == "eat":
                hoard = [0] * 10**9
            if fake == "torn":
                sys.stdout.write('{"file"')
                sys.stdout.flush()
                os._exit(1)
            common = {"id": item["id"], "axioms": [], "oracles": [], "base_facts": ["mean-value"], "scope": None}
            if fake == "axiom":
                common["axioms"] = ["hoeffding-lemma"]
            if fake == "reject":
                answers[kind].append({"id": item["id"], "ok": False, "step": "s1", "rule": "alg", "reason": "no"})
            else:
                answers[kind].append({**common, "ok": True})
    if data["claim"]["slug"] == "refused":
        answers = {"file": path, "error": "unknown rules"}
    print(json.dumps(answers), flush=True)
