#!/bin/sh
# Every five minutes: is the stack healthy? (Shortened for the example: it reads files, nothing else.)
set -eu
cd "$(dirname "$0")/.."

for key in DB_HOST DB_USER DB_PASSWORD REDIS_HOST REDIS_PASSWORD; do
  grep -q "^$key=." .env || echo "missing: $key"
done
# The S3 keys were never added to the list above.
echo "health_monitor: done"
