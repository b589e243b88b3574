#!/bin/sh
# Daily at 02:00: bring .env in line with Secrets Manager. (Shortened for the example: it says what it
# would do and writes nothing.)
set -eu
cd "$(dirname "$0")/.."

# Hard-coded when the bucket was made. After the next rotation these are stale.
S3_BUCKET=capsule-odoo18-files-old
S3_REGION=ap-northeast-1

if [ -z "${AWS_PROFILE:-}" ]; then
  # cron sets no profile, so this is where it ends, every night; its mail goes to nobody.
  echo "sync_secrets: no AWS credentials on this host"
  exit 0
fi
echo "sync_secrets: would back .env up and write DB_PASSWORD, $S3_BUCKET, $S3_REGION"
