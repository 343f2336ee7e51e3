//! How late the frames of a [`pace`](super::pace) were: counted in stretches of 3 %, in memory that does not grow.

/// How late frames were, µs: a histogram, exact up to 63 µs, above that in 32 stretches for each doubling.
#[derive(Debug, Clone)]
pub struct Lateness {
    counts: Vec<u64>,
    count: u64,
    max_us: u64,
}

/// Doublings below which a stretch is one microsecond.
const EXACT_BITS: u32 = 6;
/// Stretches of a doubling above that.
const STRETCHES: u64 = 32;
/// Doublings that are told apart: two hours.
const MOST_BITS: u32 = 33;

impl Default for Lateness {
    fn default() -> Self {
        Self { counts: vec![0; stretch(1 << MOST_BITS) + 1], count: 0, max_us: 0 }
    }
}

/// What a histogram comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Frames.
    pub count: u64,
    /// Half of them were no later, µs.
    pub median_us: u64,
    /// 99 of 100 were no later, µs.
    pub p99_us: u64,
    /// The latest, µs.
    pub max_us: u64,
}

impl Lateness {
    /// Counts a frame.
    pub fn add(&mut self, late_us: u64) {
        self.counts[stretch(late_us.min(1 << MOST_BITS))] += 1;
        self.count += 1;
        self.max_us = self.max_us.max(late_us);
    }

    /// What it comes to; zeros for no frames.
    pub fn summary(&self) -> Summary {
        let Self { count, max_us, .. } = *self;
        Summary { count, median_us: self.within(50), p99_us: self.within(99), max_us }
    }

    /// The least that so many percent of the frames were within, µs, rounded up to the end of its stretch.
    fn within(&self, percent: u64) -> u64 {
        let wanted = (u128::from(self.count) * u128::from(percent)).div_ceil(100);
        let mut seen = 0;
        let reached = self.counts.iter().position(|&count| {
            seen += u128::from(count);
            seen >= wanted
        });
        reached.map_or(self.max_us, |at| last_of(at).min(self.max_us))
    }
}

/// The stretch of a lateness.
const fn stretch(us: u64) -> usize {
    if us < 1 << EXACT_BITS {
        return us as usize;
    }
    let bits = us.ilog2();
    let within = (us >> (bits - STRETCHES.ilog2())) - STRETCHES;
    ((1 << EXACT_BITS) + (bits - EXACT_BITS) as u64 * STRETCHES + within) as usize
}

/// The last lateness of a stretch, µs.
const fn last_of(stretch: usize) -> u64 {
    let at = stretch as u64;
    if at < 1 << EXACT_BITS {
        return at;
    }
    let above = at - (1 << EXACT_BITS);
    let shift = above / STRETCHES + (EXACT_BITS - STRETCHES.ilog2()) as u64;
    ((above % STRETCHES + STRETCHES + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_follow_each_other_without_a_gap() {
        let mut first = 0;
        for at in 0..stretch(1 << 20) {
            let last = last_of(at);
            assert_eq!((stretch(first), stretch(last)), (at, at));
            assert!((last - first) as f64 <= 0.032 * first as f64 + 1e-9 || last == first, "{first}..={last}");
            first = last + 1;
        }
    }

    #[test]
    fn summary_is_that_of_the_sorted_list() {
        let mut lateness = Lateness::default();
        assert_eq!(lateness.summary(), Summary { count: 0, median_us: 0, p99_us: 0, max_us: 0 });
        let mut all: Vec<u64> = (0..1000).map(|i: u64| i * i * 7919 % 100_003).collect();
        all.iter().for_each(|&us| lateness.add(us));
        all.sort_unstable();
        let summary = lateness.summary();
        assert_eq!((summary.count, summary.max_us), (1000, all[999]));
        for (value, exact) in [(summary.median_us, all[499]), (summary.p99_us, all[989])] {
            assert!(value >= exact && value as f64 <= exact as f64 * 1.032 + 1.0, "{value} for {exact}");
        }
        lateness.add(u64::MAX);
        assert_eq!(lateness.summary().max_us, u64::MAX);
    }
}
