# The daily commands; each is one line, so it can as well be typed. `tests/run` is the whole check, as CI does it.

# List these commands.
default:
    @just --list

# Does it compile, tests and benches too?
check:
    cargo check --all-targets --locked

# The tests, with their back ends; arguments go to the test runner: `just test timeline`.
test *filter:
    tests/run {{ filter }}

# The lints, as CI has them.
clippy:
    cargo clippy --all-targets --locked -- -D warnings

# The console on the bundled example stack, or with other arguments: `just run check --format json`.
run *args="--stack examples/odoo18-prod":
    cargo run --release --locked -- {{ args }}

# The scripted incident: read-only, no network, no disk.
demo:
    cargo run --release --locked -- demo

# Only the back ends, until Enter; in another shell: `source .cache/services.env`, then `cargo test`.
services:
    tests/run services

# Start to first frame, update and view.
bench *filter:
    cargo bench --locked {{ filter }}

# Look through the snapshots that changed (needs cargo-insta).
snapshots:
    cargo insta review

# Licences, advisories, sources and duplicates (needs cargo-deny).
deny:
    cargo deny --locked check

# Stop what a killed run left, and remove what runs keep in .cache.
clean:
    tests/run clean
