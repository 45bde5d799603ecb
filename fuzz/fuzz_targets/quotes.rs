#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| cited_fuzz::quotes(bytes));
