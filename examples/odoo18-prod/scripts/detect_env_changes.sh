#!/bin/sh
# Every five minutes: did anyone change .env outside sync? (Shortened for the example: it prints, and
# keeps no state.)
set -eu
cd "$(dirname "$0")/.."

echo "checked .env, last changed $(date -r .env '+%Y-%m-%dT%H:%M:%S%z')"
