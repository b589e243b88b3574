# shellcheck shell=bash
# PostgreSQL with TLS (a CA of its own) and SCRAM. Roles, all with the password `not-a-secret-<role>`:
#   tester    superuser: makes the roles and databases that a test needs
#   norights  may log in, owns nothing, may not connect to the database readback
#   plain     the only one that may connect without TLS

postgres_needs() {
  postgres_bin >/dev/null && have psql || echo postgresql
  have openssl || echo openssl
}

postgres_bin() {
  local dir
  for dir in "$(dirname "$(command -v initdb || echo /none/initdb)")" /usr/local/bin \
    $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
    if [[ -x $dir/initdb && -x $dir/pg_ctl && -x $dir/postgres ]]; then echo "$dir" && return; fi
  done
  return 1
}

postgres_start() {
  local bin dir=$RUN/postgres port as=() tester=not-a-secret-tester
  unset "${!PG@}" # PGHOST and its like are for the user's own server
  bin=$(postgres_bin)
  port=$(free_port 20000)
  mkdir -p "$dir"
  cd "$dir" || return
  postgres_certificates
  printf '%s\n' "$tester" >pwfile
  if ((EUID == 0)); then # the server refuses to run as root
    local user=nobody
    if id postgres >/dev/null 2>&1; then user=postgres; fi
    chown -R "$user" .
    as=(runuser -u "$user" --)
  fi
  "${as[@]}" "$bin/initdb" -D "$dir/data" -U tester --pwfile=pwfile -E UTF8 --locale=C \
    --auth-local=trust --auth-host=scram-sha-256 --no-sync
  "${as[@]}" tee -a data/postgresql.conf >/dev/null <<EOF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = '$dir'
max_connections = 60
ssl = on
ssl_cert_file = '$dir/server.crt'
ssl_key_file = '$dir/server.key'
fsync = off # a crash of the server loses nothing, one of the machine may
full_page_writes = off
EOF
  "${as[@]}" tee data/pg_hba.conf >/dev/null <<'EOF'
local     all all               trust
hostssl   all all   127.0.0.1/32 scram-sha-256
hostnossl all plain 127.0.0.1/32 scram-sha-256
EOF
  postgres_control "$bin" "${as[@]}"
  ./ctl start
  psql -Xq -v ON_ERROR_STOP=1 -h "$dir" -p "$port" -U tester -d postgres <<'EOF'
create database readback;
revoke connect on database readback from public;
create role norights login password 'not-a-secret-norights';
create role plain login password 'not-a-secret-plain';
EOF
  emit READBACK_TEST_PG "postgres://tester:$tester@127.0.0.1:$port/readback?sslmode=require"
  emit READBACK_TEST_PG_DIR "$dir/data"
  emit READBACK_TEST_PG_CTL "$dir/ctl"
  emit READBACK_TEST_PG_CA "$dir/ca.crt"
}

postgres_stop() {
  local dir=$RUN/postgres pid
  [[ -x $dir/ctl ]] || return 0
  if pid=$(head -n 1 "$dir/data/postmaster.pid") && [[ $(readlink "/proc/$pid/cwd") == "$dir/data" ]]; then
    send CONT "$pid" # a test may have stopped it
    timeout 20 "$dir/ctl" stop || timeout 10 "$dir/ctl" crash || send KILL "$pid"
  fi
}

# A script that stops and starts this server, for the tests of an unreachable database.
postgres_control() {
  local bin=$1 && shift
  cat >ctl <<EOF
#!/usr/bin/env bash
# Controls the tests' PostgreSQL; twice the same is no error. crash: no shutdown, so a recovery at the next start.
set -euo pipefail
cd "$PWD"
pg() { ${*@Q} "$bin/pg_ctl" -D "$PWD/data" -w -t 60 -s "\$@"; }
up() { pg status >/dev/null 2>&1; }
case \${1:-} in
  start) up || pg -l "$PWD/server.log" start ;;
  stop) ! up || pg -m fast stop ;;
  crash) ! up || pg -m immediate stop ;;
  restart) "\$0" stop && "\$0" start ;;
  *) echo "usage: \$0 start|stop|restart|crash" >&2 && exit 2 ;;
esac
EOF
  chmod 755 ctl
  ln -sf "$PWD/server.log" "$RUN/log/postgres-server.log"
}

postgres_certificates() {
  local key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
  openssl req -x509 "${key[@]}" -days 30 -subj '/CN=readback test CA' -keyout ca.key -out ca.crt \
    -addext keyUsage=critical,keyCertSign,cRLSign
  openssl req "${key[@]}" -subj /CN=localhost -keyout server.key -out server.csr
  openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out server.crt -extfile <(
    printf '%s\n' subjectAltName=DNS:localhost,IP:127.0.0.1 extendedKeyUsage=serverAuth basicConstraints=CA:FALSE
  )
  chmod 600 ./*.key
}
