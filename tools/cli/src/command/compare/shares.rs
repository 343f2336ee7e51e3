//! Shares of votes, and how far they may be off: 95 % intervals, with and without regard to whose votes they are.

/// How often raters are drawn again.
const DRAWS: usize = 2000;
/// One for all counts, so that the same votes give the same table.
const SEED: u64 = 0x6d32_665f_766f_7465;

/// Wilson's 95 % interval of a share, every vote for itself; none of nothing.
pub fn wilson(successes: usize, trials: usize) -> Option<[f64; 2]> {
    const Z: f64 = 1.959_964;
    if trials == 0 {
        return None;
    }
    let n = trials as f64;
    let share = successes as f64 / n;
    let middle = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    Some([(middle - half).max(0.0), (middle + half).min(1.0)])
}

/// The 95 % interval of a share that votes of one rater hang together in: raters, each with all of their successes and trials, are
/// drawn with replacement, and the middle 95 % of the shares of all draws are between these two. None of fewer than two raters.
pub fn bootstrap(raters: impl Iterator<Item = [usize; 2]>) -> Option<[f64; 2]> {
    let raters: Vec<[usize; 2]> = raters.filter(|[_, trials]| *trials > 0).collect();
    if raters.len() < 2 {
        return None;
    }
    let mut state = SEED;
    let mut draw = || {
        let mut sums = [0; 2];
        for _ in 0..raters.len() {
            let at = (u128::from(random(&mut state)) * raters.len() as u128) >> 64;
            let rater = raters[at as usize];
            sums.iter_mut().zip(rater).for_each(|(sum, own)| *sum += own);
        }
        sums[0] as f64 / sums[1] as f64
    };
    let mut shares: Vec<f64> = (0..DRAWS).map(|_| draw()).collect();
    shares.sort_unstable_by(f64::total_cmp);
    Some([shares[DRAWS / 40], shares[DRAWS - 1 - DRAWS / 40]])
}

/// Steele, Lea and Flood 2014: SplitMix64.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_is_wilsons() {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20.
        for (successes, trials, expected) in
            [(81, 263, [0.2553, 0.3662]), (15, 148, [0.0624, 0.1605]), (0, 20, [0.0, 0.1611])]
        {
            let found = wilson(successes, trials).unwrap();
            assert!(found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-4), "{found:?}");
        }
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn raters_who_agree_leave_no_doubt_and_one_says_nothing() {
        assert_eq!(bootstrap([[3, 4]; 12].into_iter()), Some([0.75; 2]));
        assert_eq!(bootstrap([[3, 4]].into_iter()), None);
        assert_eq!(bootstrap([[3, 4], [0, 0]].into_iter()), None, "who prefers nothing is not drawn");
        // Both draws are the first one's with a chance of 1/4, and of 1/4 the second one's.
        assert_eq!(bootstrap([[1, 1], [0, 1]].into_iter()), Some([0.0, 1.0]));
    }

    #[test]
    fn votes_that_hang_together_count_as_raters_not_as_votes() {
        // 40 raters of ten votes each, of whom half always prefer A: ±1.96 · √(¼ / 40), where 400 free votes have ±0.049.
        let found = bootstrap((0..40).map(|rater| [10 * (rater % 2), 10])).unwrap();
        assert!(found.iter().zip([0.345, 0.655]).all(|(f, e)| (f - e).abs() < 0.026), "{found:?}");
        // The same with votes that do not: each rater has five of each.
        assert_eq!(bootstrap([[5, 10]; 40].into_iter()), Some([0.5; 2]));
        assert_eq!(
            Some(found),
            bootstrap((0..40).map(|rater| [10 * (rater % 2), 10])),
            "the same votes, the same table"
        );
    }

    #[test]
    fn random_numbers_are_those_of_the_paper() {
        // The first three of the reference implementation with the state 1234567.
        let mut state = 1_234_567;
        let found: Vec<u64> = (0..3).map(|_| random(&mut state)).collect();
        assert_eq!(found, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }
}
