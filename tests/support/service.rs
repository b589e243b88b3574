//! Where the real back ends are, as `tests/run` says it.

/// The address of a back end. `None` only where `READBACK_TEST_WITHOUT` leaves it out: a back end that
/// is not there must not read as tests that passed.
pub(crate) fn address(name: &str, variable: &str) -> Option<String> {
    if is_left_out(name) {
        return None;
    }
    let address = std::env::var(variable).ok().filter(|address| !address.is_empty());
    Some(address.unwrap_or_else(|| panic!("{variable} is not set: run tests/run, or READBACK_TEST_WITHOUT={name}")))
}

/// Whether `READBACK_TEST_WITHOUT` leaves it out.
pub(crate) fn is_left_out(name: &str) -> bool {
    let left_out = std::env::var("READBACK_TEST_WITHOUT").unwrap_or_default();
    left_out.split([',', ' ']).any(|word| word == name)
}
