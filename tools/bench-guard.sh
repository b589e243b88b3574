#!/usr/bin/env bash
# What other scanners find in the guard's corpus of made-up secrets and innocent lines, and how long they take, on one
# core. Prints a table in Markdown; the guard's own counts are those of tests/guard/corpus.rs.
#   tools/bench-guard.sh [FOLDER]     (with plants.txt, places.tsv, innocent.txt; made by the test unless given)
# ripsecrets: cargo install ripsecrets. detect-secrets: pip install detect-secrets. What is not there is left out.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
if [ $# -gt 0 ]; then
    cp "$1"/{plants.txt,places.tsv,innocent.txt} "$dir"
else
    READBACK_GUARD_CORPUS=$dir cargo test --quiet --test guard corpus::the_corpus_is_written >&2
fi
cd "$dir"
echo "$(date -u +%F), $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), load $(cut -d' ' -f1-3 /proc/loadavg)"
echo
python3 - <<'PY'
import json, os, re, shutil, subprocess

PLANTS = [(kind, int(first), int(last)) for kind, first, last in (row.split("\t") for row in open("places.tsv"))]
KINDS = sorted({kind for kind, _, _ in PLANTS})

def ripsecrets(file):
    out = subprocess.run(["taskset", "-c", "0", "ripsecrets", file], capture_output=True, text=True).stdout
    return {int(line.split(":")[1]) for line in out.splitlines() if re.match(re.escape(file) + r":\d+:", line)}

def detect_secrets(file):
    words = ["taskset", "-c", "0", "detect-secrets", "scan", "-n", "--all-files", file]
    out = subprocess.run(words, capture_output=True, text=True).stdout
    return {hit["line_number"] for hits in json.loads(out)["results"].values() for hit in hits}

def seconds(find, file):
    before = os.times()
    lines = find(file)
    after = os.times()
    return lines, after.children_user + after.children_system - before.children_user - before.children_system

print("| scanner | secrets found | kinds of which 99 % are found | innocent lines hit | processor | MB/s |\n|---|---:|---:|---:|---:|---:|")
for name, command, find in [("ripsecrets", "ripsecrets", ripsecrets), ("detect-secrets", "detect-secrets", detect_secrets)]:
    if not shutil.which(command):
        continue
    lines, first = seconds(find, "plants.txt")
    wrong, second = seconds(find, "innocent.txt")
    found = [kind for kind, begin, end in PLANTS if any(line in lines for line in range(begin, end + 1))]
    whole = [kind for kind in KINDS if found.count(kind) * 100 >= 99 * sum(k == kind for k, _, _ in PLANTS)]
    size = (os.path.getsize("plants.txt") + os.path.getsize("innocent.txt")) / 1e6
    many = sum(1 for _ in open("innocent.txt"))
    print(f"| {name} | {100 * len(found) / len(PLANTS):.1f} % | {len(whole)} of {len(KINDS)} | {len(wrong):,} of {many:,} | {first + second:.2f} s | {size / (first + second):.2f} |", flush=True)
PY
