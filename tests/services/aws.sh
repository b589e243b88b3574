# shellcheck shell=bash
# An AWS API in memory (moto) in a virtual environment of the checkout. Every version is pinned in aws.txt.

aws_needs() {
  have python3 || echo python3
  python3 -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
}

aws_start() {
  local port venv
  venv=$(aws_venv)
  port=$(free_port 26000)
  # No credentials, no proxy and no configuration of the one who runs the tests.
  daemon aws env -u AWS_PROFILE -u AWS_ENDPOINT_URL AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null \
    "$venv/bin/moto_server" -H 127.0.0.1 -p "$port"
  wait_for 60 aws aws_answers "$port"
  emit READBACK_TEST_AWS "http://127.0.0.1:$port"
}

aws_stop() { halt aws; }

# The virtual environment, made once for each state of aws.txt; one of two runs makes it, the other waits.
aws_venv() {
  local pins sum venv
  pins=$PWD/tests/services/aws.txt
  sum=$(sha256sum "$pins")
  venv=$PWD/.cache/aws-${sum:0:12}
  (
    flock 9
    if [[ ! -f $venv/ready ]]; then
      rm -rf "$venv"
      python3 -m venv "$venv"
      "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$pins"
      touch "$venv/ready"
    fi
  ) 9>"$PWD/.cache/aws.lock" >&2
  echo "$venv"
}

aws_answers() {
  local status
  exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
  printf 'GET /moto-api/data.json HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' >&3
  read -r -t 5 status <&3
  exec 3>&-
  [[ $status == HTTP/1.*\ 200* ]]
}
