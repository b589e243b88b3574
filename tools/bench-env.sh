#!/usr/bin/env bash
# How long programs take for large .env files, and how much memory: readback, dotenv-linter and python-dotenv on
# 1,000, 100,000 and 1,000,000 lines, on one core. Prints a table in Markdown.
#   tools/bench-env.sh [READBACK]     (target/release/readback unless given)
# dotenv-linter: cargo install dotenv-linter. python-dotenv: pip install python-dotenv. What is not there is left out.
set -euo pipefail
readback=${1:-$(dirname "$0")/../target/release/readback}
readback=$(realpath "$readback")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
echo "$(date -u +%F), $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), load $(cut -d' ' -f1-3 /proc/loadavg)"
echo
XDG_STATE_HOME=$dir/state READBACK=$readback python3 - <<'PY'
import os, shutil, subprocess, time

SIZES, LIMIT = [1_000, 100_000, 1_000_000], 120
READ = "import sys; from dotenv import dotenv_values as v; a, b = v('a.env'), v('b.env'); sum(a[k] != b.get(k) for k in a)"

def write(name, many, other):
    with open(name, "w") as out:
        for n in range(many):
            value = other if n % 100 == 7 else "a"
            out.write([f"# section {n}\n", f'APP_SETTING_{n}="a quoted value {n} {value}"\n',
                       f"APP_SETTING_{n}='a literal {n} {value}'\n", f"APP_SETTING_{n}=value-{n}-{value} # a comment\n",
                       f"APP_SETTING_{n}=value-of-{n}-{value}\n"][min(n % 10, 4)])

def once(words):
    """Seconds from start to end, and the most memory in MB; None where it takes too long."""
    begun = time.monotonic()
    process = subprocess.Popen(["taskset", "-c", "0", "timeout", str(LIMIT), *words], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    return None if code == 124 else (time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, code)

linter = shutil.which("dotenv-linter")
programs = [("`readback env diff`", [os.environ["READBACK"], "env", "diff", "a.env", "b.env"])]
if linter:
    version = subprocess.run([linter, "--version"], capture_output=True, text=True).stdout.strip()
    takes = "diff" if " 4." in f" {version.split()[-1]}" else "compare"
    programs.append((f"`{version}`, `{takes}`", [linter, takes, "a.env", "b.env"]))
if subprocess.run(["python3", "-c", "import dotenv"], stderr=subprocess.DEVNULL).returncode == 0:
    programs.append(("python-dotenv, both files read and compared", ["python3", "-c", READ]))

print("| program | lines | elapsed | processor | peak memory |\n|---|---:|---:|---:|---:|")
for many in SIZES:
    write("a.env", many, "a"); write("b.env", many, "b")
    for name, words in programs:
        runs = []
        for _ in range(5):
            got = once(words)
            if got is None or got[0] > 10:
                runs.append(got)
                break
            runs.append(got)
        best = None if None in runs else min(runs)
        cells = f"over {LIMIT} s | | " if best is None else f"{best[0]:.3f} s | {best[1]:.3f} s | {best[2]:.0f} MB"
        print(f"| {name} | {many:,} | {cells} |", flush=True)
PY
