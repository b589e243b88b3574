# shellcheck shell=bash
# Redis with a password, on a loopback port, nothing kept on disk.

redis_needs() { have redis-server || echo redis-server; }

redis_start() {
  local port debug='' password=not-a-secret-redis
  port=$(free_port 29000)
  mkdir -p "$RUN/redis"
  # Before version 7 DEBUG is open, and there is no such setting.
  if [[ $(redis-server --version) != *v=[1-6].* ]]; then debug='enable-debug-command local'; fi
  printf '%s\n' 'bind 127.0.0.1' "port $port" "requirepass $password" "dir $RUN/redis" 'save ""' "$debug" \
    >"$RUN/redis/redis.conf"
  daemon redis redis-server "$RUN/redis/redis.conf"
  wait_for 20 redis redis_answers "$port" "$password"
  emit READBACK_TEST_REDIS "redis://:$password@127.0.0.1:$port"
}

redis_stop() { halt redis; }

redis_answers() {
  local ok pong
  exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'AUTH %s\r\nPING\r\n' "$2" >&3
  read -r -t 2 ok <&3 && read -r -t 2 pong <&3
  exec 3>&-
  [[ $ok == +OK* && $pong == +PONG* ]]
}
