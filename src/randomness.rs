//! Randomness, for the whole library: a platform that has none puts its own here, or takes this.
//!
//! Nothing that the library computes is random. Noise comes from seeds, and seeds come from the host or from the sound. Only the hash of
//! the prompts' tokenizer asks for random bytes (`ahash`, through `getrandom`), for tables whose keys are CLIP's vocabulary. Where
//! `getrandom` knows no source, build with `RUSTFLAGS='--cfg getrandom_backend="custom"'`: then it asks here.

/// The same bytes every time, which is enough for tables of known keys.
#[cfg(getrandom_backend = "custom")]
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(bytes: *mut u8, count: usize) -> Result<(), getrandom::Error> {
    for at in 0..count {
        // SAFETY: getrandom hands over `count` bytes to be written.
        unsafe { bytes.add(at).write((at as u8).wrapping_mul(0x9D).wrapping_add(0x5B)) };
    }
    Ok(())
}
