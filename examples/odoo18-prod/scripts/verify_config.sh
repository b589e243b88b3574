#!/bin/sh
# Hourly: is the configuration what it should be? (Reads files, changes nothing, shows no value.)
set -eu
cd "$(dirname "$0")/.."
failed=0

for key in IMAGE_REF DB_HOST DB_USER DB_PASSWORD CAPSULE_S3_BUCKET CAPSULE_S3_ACCESS_KEY CAPSULE_S3_SECRET_KEY; do
  grep -q "^$key=." .env || { echo "FAIL $key is missing or empty"; failed=1; }
done

length=$(sed -n 's/^DB_PASSWORD=//p' .env | tr -d '\n' | wc -c)
[ "$length" -ge 20 ] || { echo "FAIL DB_PASSWORD has $length characters, 20 is the least, 32 expected"; failed=1; }

if grep -q '^[[:space:]]*db_password' odoo.conf; then
  echo "FAIL odoo.conf holds an uncommented db_password"
  failed=1
fi
exit "$failed"
