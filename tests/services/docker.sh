# shellcheck shell=bash
# A Docker Engine of the tests' own: its socket, data, containerd and bridge, no rule in the host's firewall, no
# configuration of the host read. A daemon that is there is not touched, nor its containerd, nor docker0.
# Containers reach each other and the host; ports are published by the userland proxy; there is no way out.

docker_needs() {
  if ! have dockerd || ! have containerd; then
    echo docker.io
  elif ! have docker; then
    echo docker-cli
  fi
  have ip || echo iproute2
  have busybox || echo busybox-static
}

docker_start() {
  local dir=$RUN/docker bridge=rbt$$ net
  mkdir -p "$dir/config"
  net=$(docker_net)
  as_root ip link add "$bridge" type bridge
  as_root ip addr add "$net.0.1/24" dev "$bridge"
  as_root ip link set "$bridge" up
  # Left to itself, dockerd would join a containerd of the system.
  cat >"$dir/containerd.toml" <<EOF
version = 2
root = "$dir/containerd"
state = "$dir/containerd-run"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[debug]
level = "warn"
[grpc]
address = "$dir/containerd.sock"
EOF
  cat >"$dir/daemon.json" <<EOF
{
  "hosts": ["unix://$dir/docker.sock"], "group": "$(id -g)", "containerd": "$dir/containerd.sock",
  "data-root": "$dir/data", "exec-root": "$dir/exec", "pidfile": "$dir/dockerd.pid",
  "bridge": "$bridge", "default-address-pools": [{ "base": "$net.128.0/17", "size": 24 }],
  "iptables": false, "ip6tables": false, "ip-forward": false, "ip-masq": false, "shutdown-timeout": 5,
  "log-level": "warn"
}
EOF
  daemon --root docker-containerd containerd --config "$dir/containerd.toml"
  wait_for 30 docker-containerd test -S "$dir/containerd.sock"
  daemon --root docker dockerd --config-file "$dir/daemon.json"
  wait_for 60 docker docker_client version
  docker_image
  emit READBACK_TEST_DOCKER "unix://$dir/docker.sock"
  emit READBACK_TEST_IMAGE rb/busybox:1
}

docker_stop() {
  local dir=$RUN/docker link path pid
  [[ -d $dir ]] || return 0
  if running docker; then
    read -r pid _ <"$RUN/pids/docker"
    send CONT "$pid" # a test may have stopped it
    docker_client ps -aq | xargs -r timeout 30 docker -H "unix://$dir/docker.sock" rm -f || true
    docker_client network prune -f || true
  fi
  halt docker 20
  halt docker-containerd
  # What a killed daemon leaves: shims that hold containers, mounts, bridges.
  while read -r pid; do send KILL "$pid"; done < <(docker_shims "$dir/containerd.sock")
  while read -r _ path _; do
    if [[ $path == "$dir"/* ]]; then as_root umount -l "$path" || true; fi
  done < <(sort -rk2 /proc/mounts)
  if [[ -f $dir/net ]]; then
    while read -r link; do as_root ip link del "$link" || true; done < <(
      ip -o -4 addr show | awk -v net="$(<"$dir/net")." 'index($4, net) == 1 { print $2 }'
    )
  fi
}

docker_client() {
  env -u DOCKER_CONTEXT -u DOCKER_TLS_VERIFY -u DOCKER_CERT_PATH DOCKER_CONFIG="$RUN/docker/config" \
    timeout 20 docker -H "unix://$RUN/docker/docker.sock" "$@"
}

# The containerd shims of this daemon, found by the address that each has on its command line, and what they run.
docker_shims() {
  local file args
  for file in /proc/[0-9]*/cmdline; do
    args=$(tr '\0' ' ' 2>/dev/null <"$file") || continue
    if [[ $args == *containerd-shim*"-address $1 "* ]]; then
      file=${file%/cmdline}
      pgrep -P "${file##*/}" || true
      echo "${file##*/}"
    fi
  done
}

# The first two numbers of a 10.x.0.0/16 that no route of this machine knows.
docker_net() {
  local net
  for _ in {1..50}; do
    net=10.$((64 + SRANDOM % 180))
    if ! { ip -4 route show root "$net.0.0/16" && ip -4 route show match "$net.0.0/16"; } | grep -qv '^default'; then
      echo "$net" | tee "$RUN/docker/net"
      return
    fi
  done
  say 'no free 10.x.0.0/16 for the bridge'
  return 1
}

# rb/busybox:1, from the machine's busybox: no registry is asked.
docker_image() {
  local root=$RUN/docker/root box name
  box=$(command -v busybox)
  mkdir -p "$root"/{bin,tmp,etc,proc,sys,dev}
  cp "$box" "$root/bin/busybox"
  # Its libraries, if it has any.
  while read -r name; do cp -L --parents "$name" "$root"; done < <(ldd "$box" 2>/dev/null | grep -o '/[^ ]*')
  for name in $(busybox --list); do [[ $name == busybox ]] || ln -s busybox "$root/bin/$name"; done
  tar -C "$root" -c . | docker_client import -c 'ENV PATH=/bin' -c 'CMD ["/bin/sh"]' - rb/busybox:1
}
