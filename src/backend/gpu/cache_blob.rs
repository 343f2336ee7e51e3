//! A pipeline cache on its way through a file of the host's: sealed with a checksum, since drivers need not survive a
//! cache that was cut or changed. That it is of the same device and driver they check themselves.

/// FNV-1a of 64 bits.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// What a driver gave, with its checksum before it.
pub(crate) fn seal(cache: &[u8]) -> Vec<u8> {
    [&checksum(cache).to_le_bytes(), cache].concat()
}

/// What a driver gave, if this is it.
pub(crate) fn open(blob: &[u8]) -> Option<&[u8]> {
    let (sum, cache) = blob.split_first_chunk::<8>()?;
    (u64::from_le_bytes(*sum) == checksum(cache)).then_some(cache)
}

#[cfg(test)]
mod tests {
    use super::{open, seal};

    #[test]
    fn only_what_was_sealed_opens() {
        let blob = seal(b"pipelines");
        assert_eq!(open(&blob), Some(&b"pipelines"[..]));
        assert!((0..blob.len()).all(|len| open(&blob[..len]).is_none()), "cut");
        let damaged = |at: usize| blob.iter().enumerate().map(|(i, b)| b ^ u8::from(i == at)).collect::<Vec<_>>();
        assert!((0..blob.len()).all(|at| open(&damaged(at)).is_none()), "changed");
        assert_eq!(open(b""), None);
    }
}
