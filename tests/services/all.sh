# shellcheck shell=bash
# The back ends together: which are wanted, what they need installed, all up, all down. Sourced by tests/run.

readonly SERVICES=(postgres docker aws redis alertmanager)
# By this variable a test finds a back end, and this script sees that there is one already.
declare -rA ADDRESS=([postgres]=READBACK_TEST_PG [docker]=READBACK_TEST_DOCKER [aws]=READBACK_TEST_AWS
  [redis]=READBACK_TEST_REDIS [alertmanager]=READBACK_TEST_ALERTMANAGER)
RUN= # the temporary folder of this run
wanted=() given=() left_out=()

for name in "${SERVICES[@]}"; do
  # shellcheck source=/dev/null
  source "tests/services/$name.sh"
done

# Which back ends to start, by READBACK_TEST_WITHOUT and the addresses that are there already.
choose() {
  local name variable
  for name in ${READBACK_TEST_WITHOUT:+${READBACK_TEST_WITHOUT//,/ }}; do
    [[ -v ADDRESS[$name] ]] || { say "READBACK_TEST_WITHOUT: '$name' is none of: ${SERVICES[*]}" && exit 2; }
    left_out+=("$name")
  done
  for name in "${SERVICES[@]}"; do
    variable=${ADDRESS[$name]}
    if [[ " ${left_out[*]} " == *" $name "* ]]; then
      unset "$variable"
    elif [[ -n ${!variable:-} ]]; then
      given+=("$name")
    else
      wanted+=("$name")
    fi
  done
}

missing() {
  local name
  have cc || echo build-essential
  have pgrep || echo procps
  for name in "${wanted[@]}"; do "${name}_needs"; done
}

install_missing() {
  local packages
  have cargo || { say 'cargo is missing: install Rust (https://rustup.rs), then run this again' && exit 1; }
  # Twice at most: what a package brings depends on the release of Debian (docker.io with or without its client).
  for _ in 1 2; do
    mapfile -t packages < <(missing | sort -u)
    ((${#packages[@]})) || break
    if ! have apt-get || ! can_root; then
      say 'Something is missing, and this is not root. Run this line, then this script again:'
      say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages[*]}"
      exit 1
    fi
    say "installing: ${packages[*]}"
    run install_packages "${packages[@]}" >"$RUN/log/apt.log" 2>&1 || { tail -n 25 "$RUN/log/apt.log" >&2 && exit 1; }
    hash -r
  done
  mapfile -t packages < <(missing | sort -u)
  ((${#packages[@]} == 0)) || { say "installed, but still not found: ${packages[*]}" && exit 1; }
  if [[ " ${wanted[*]} " == *' docker '* ]] && ! can_root; then
    say 'A Docker Engine can only be started by root: run this as root or with sudo at hand, give the address of one in'
    say 'READBACK_TEST_DOCKER, or leave it out with READBACK_TEST_WITHOUT=docker'
    exit 1
  fi
}

# A package must not start its own server on its usual port: while apt runs, and only if the machine has no policy of
# its own, there is one that says no.
install_packages() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  as_root env DEBIAN_FRONTEND=noninteractive bash -euc '
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
      trap "rm -f $policy" EXIT
      printf "#!/bin/sh\nexit 101\n" >$policy && chmod 755 $policy
    fi
    apt-get update -q
    apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"' install "$@"
}

# All at once; the slowest sets the time. What they export is read back from RUN/env.
start_services() {
  local name i failed=()
  ((${#given[@]} == 0)) || say "as given in the environment: ${given[*]}"
  for name in "${wanted[@]}"; do
    set -m
    start_service "$name" >"$RUN/log/$name-start.log" 2>&1 </dev/null &
    set +m
    children+=("$!")
  done
  for i in "${!wanted[@]}"; do wait "${children[i]}" || failed+=("${wanted[i]}"); done
  children=()
  for name in "${failed[@]}"; do
    say "" && say "FAILED: the back end $name did not start. The end of its logs:"
    tail -n 25 "$RUN/log/$name"*.log >&2 || true
    say "" && say "To leave it out: READBACK_TEST_WITHOUT=$name tests/run"
  done
  ((${#failed[@]} == 0)) || exit 1
  for name in "${wanted[@]}"; do
    tail -n 1 "$RUN/log/$name-start.log" >&2
    # shellcheck source=/dev/null
    source "$RUN/env/$name"
  done
}

# Not to be called in an && list or a condition: there a function goes on after an error.
start_service() {
  SERVICE=$1
  set -E
  trap 'say "${BASH_SOURCE[0]}, line $LINENO: failed: $BASH_COMMAND"' ERR
  "${SERVICE}_start"
  say "$SERVICE: up, $SECONDS s after the start"
}

stop_services() {
  local name
  [[ -n $RUN ]] || return 0
  for name in "${SERVICES[@]}"; do "${name}_stop" >/dev/null 2>&1 & done
  wait
  rm -rf "$RUN" 2>/dev/null || as_root rm -rf --one-file-system "$RUN"
  rm -f ".cache/runs/${RUN##*/}"
}

# Makes the folder of this run and puts it on record, after tidying up behind runs that were killed.
open_run() {
  local base=${TMPDIR:-/tmp}
  stop_dead_runs
  ((${#base} < 60)) || base=/tmp # a socket's path has room for 107 bytes
  RUN=$(mktemp -d "$base/readback-XXXXXX")
  chmod 755 "$RUN"
  mkdir "$RUN"/{pids,log,env}
  echo "$RUN $$ $(started "$$")" >".cache/runs/${RUN##*/}"
}

stop_dead_runs() {
  local record owner start
  mkdir -p .cache/runs
  for record in .cache/runs/*; do
    [[ -f $record ]] || continue
    read -r RUN owner start <"$record"
    if alive "$owner" "$start"; then say "a run is under way here: process $owner" && continue; fi
    stop_services
  done
  RUN=
}
