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

/// Does nothing.
#[cfg(not(debug_assertions))]
pub fn trip(_place: &str) {}
