//! Bugs on purpose: what the program does when it is wrong can be seen in the program itself. A release
//! build has none of it.

/// Panics where `READBACK_FAULT` names this place (`ui`, `probe:<id>`).
#[cfg(debug_assertions)]
#[allow(clippy::panic, clippy::manual_assert, clippy::missing_panics_doc, reason = "to panic is what it is for")]
pub fn trip(place: &str) {
    if std::env::var("READBACK_FAULT").is_ok_and(|named| named == place) {
        panic!("a fault on purpose: {place}");
    }
}

/// Stops for good where `READBACK_FAULT` names this place, after it has said so: the moment to be killed at.
#[cfg(debug_assertions)]
pub fn halt(place: &str) {
    if std::env::var("READBACK_FAULT").is_ok_and(|named| named == place) {
        let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("halted at {place}\n").as_bytes());
        loop {
            std::thread::park();
        }
    }
}

/// Does nothing.
#[cfg(not(debug_assertions))]
pub fn trip(_place: &str) {}

/// Does nothing.
#[cfg(not(debug_assertions))]
pub fn halt(_place: &str) {}
