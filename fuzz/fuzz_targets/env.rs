//! One target for the whole grammar: the first byte chooses what reads the rest.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| readback_fuzz::laws::hold(data));
