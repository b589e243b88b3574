# shellcheck shell=bash
# What the services share. Sourced by tests/run. Everything a run starts is on record in its
# temporary folder, RUN: RUN/pids/NAME (PID and start time), RUN/log/NAME.log, RUN/env/SERVICE.

say() { printf '%s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
as_root() { if ((EUID == 0)); then "$@"; else sudo "$@"; fi; }
can_root() { ((EUID == 0)) || { have sudo && { sudo -n true 2>/dev/null || { [[ -t 0 ]] && sudo -v; }; }; }; }

# emit NAME VALUE: what the tests are told, under the service that says it.
emit() { echo "export $1=${2@Q}" >>"$RUN/env/$SERVICE"; }

# free_port BASE: a port nobody listens on, of the 3000 from BASE. A range for each service, all below
# the one for outgoing connections, so that two services of a run never draw the same one.
free_port() {
  local port
  for _ in {1..50}; do
    port=$(($1 + SRANDOM % 3000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port" && return; }
  done
  say "no free port from $1"
  return 1
}

# daemon [--root] NAME COMMAND...: runs in a session of its own, so that Ctrl-C reaches only the script, and writes
# its own PID before it becomes the command, so that there is no moment in which it runs off the record.
daemon() {
  local as=()
  if [[ $1 == --root ]]; then
    shift
    ((EUID == 0)) || as=(sudo)
  fi
  local name=$1 && shift
  # shellcheck disable=SC2016 # expanded by the inner shell
  "${as[@]}" setsid bash -c 'read -r -a stat <"/proc/$$/stat" && echo "$$ ${stat[21]}" >"$0" && exec "$@"' \
    "$RUN/pids/$name" "$@" >"$RUN/log/$name.log" 2>&1 </dev/null &
}

# started PID: when the process began, in ticks since the boot; with the PID it names a process for good.
started() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  read -r -a stat <<<"${stat##*) }"
  [[ ${stat[0]} != Z ]] && echo "${stat[19]}"
}

# alive PID START: is this still the process that was recorded, and not one that got its number?
alive() { [[ $(started "$1") == "$2" ]]; }

# running NAME
running() {
  local pid start
  [[ -s $RUN/pids/$1 ]] && read -r pid start <"$RUN/pids/$1" && alive "$pid" "$start"
}

send() { kill "-$1" "$2" 2>/dev/null || as_root kill "-$1" "$2" 2>/dev/null || true; }

# halt NAME [SECONDS]: TERM (and CONT, for one that a test stopped), and KILL when it does not go.
halt() {
  local pid end=$((SECONDS + ${2:-10}))
  if running "$1"; then
    read -r pid _ <"$RUN/pids/$1"
    send TERM "$pid"
    send CONT "$pid"
    while running "$1" && ((SECONDS < end)); do sleep 0.05; done
    if running "$1"; then send KILL "$pid" && sleep 0.2; fi
  fi
  rm -f "$RUN/pids/$1"
}

# wait_for SECONDS NAME COMMAND...: until the command succeeds; fails at once when daemon NAME has ended.
wait_for() {
  local end=$((SECONDS + $1)) name=$2 && shift 2
  until "$@" >/dev/null 2>&1; do
    sleep 0.1
    if [[ -s $RUN/pids/$name ]] && ! running "$name"; then say "$name ended while it was starting" && return 1; fi
    if ((SECONDS >= end)); then say "$name did not answer in time" && return 1; fi
  done
}
