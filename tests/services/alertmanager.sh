# shellcheck shell=bash
# Prometheus' Alertmanager. A test starts one of its own, with the configuration that it is about; this sees that there
# is one.

alertmanager_needs() { alertmanager_bin >/dev/null || echo prometheus-alertmanager; }

alertmanager_bin() { command -v prometheus-alertmanager || command -v alertmanager; }

alertmanager_start() {
  local bin
  bin=$(alertmanager_bin)
  "$bin" --version
  emit READBACK_TEST_ALERTMANAGER "$bin"
}

alertmanager_stop() { :; }
