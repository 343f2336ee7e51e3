//! A number that follows from the sound alone, so that what is drawn at random can be the sound's own.

/// Of FNV-1a, 64 bits.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

/// FNV-1a over the pushed samples as 16-bit integers, before any arithmetic on them: i16 and f32 of one sound, in pieces of
/// any size, give one number, on every platform. The rate is not in it. A channel that equals the first one of its frame is
/// left out, so that a voice alone and the same one in two channels, which are averaged to the same samples, agree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fingerprint {
    hash: u64,
    /// Of the frame under way.
    first: i16,
}

impl Fingerprint {
    pub(super) fn new() -> Self {
        Self { hash: OFFSET, first: 0 }
    }

    /// Takes the next sample of the frame's channels.
    pub(super) fn add(&mut self, sample: i16, is_first: bool) {
        if is_first {
            self.first = sample;
        } else if sample == self.first {
            return;
        }
        self.hash = (self.hash ^ u64::from(sample as u16)).wrapping_mul(PRIME);
    }

    /// Below 2^32: short to note down, and exact wherever numbers are doubles.
    pub(super) fn value(self) -> u64 {
        // The last samples have reached only the low bits: MurmurHash3's finaliser spreads them.
        let spread = |hash: u64, factor: u64| (hash ^ (hash >> 33)).wrapping_mul(factor);
        spread(spread(self.hash, 0xff51_afd7_ed55_8ccd), 0xc4ce_b9fe_1a85_ec53) >> 32
    }
}
