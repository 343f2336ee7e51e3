//! Frames per second as a fraction: 24000/1001 is itself, and the time of a frame is exact after hours too.

use std::fmt::{self, Display};
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::limits::{MAX_FPS, MIN_FPS};

/// Whole rates whose 1000/1001 are in use, as video after colour television counts.
const SLOWED: [u32; 5] = [24, 30, 48, 60, 120];
/// How far a number may be from a slowed rate and still mean it, as a share: 23.976, 29.97 and 59.94 are a millionth off.
const SAME: f64 = 2e-6;

/// Frames per second, `numerator/denominator` in lowest terms. Made [from](From) a number it is that number exactly, except
/// that 23.976, 29.97, 47.952, 59.94 and 119.88, and 24000/1001 and its like rounded to a float, are n·1000/1001.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameRate {
    /// 0 for a number that is no rate: every use of it is refused.
    numerator: u32,
    denominator: u32,
}

impl FrameRate {
    /// A fraction.
    ///
    /// # Errors
    /// `InvalidArgument` for a rate outside [`MIN_FPS`] to [`MAX_FPS`].
    pub fn new(numerator: u32, denominator: u32) -> Result<Self> {
        let common = common_divisor(numerator, denominator).max(1);
        Self { numerator: numerator / common, denominator: denominator / common }.checked()
    }

    /// The same, unless it is outside the limits.
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub fn checked(self) -> Result<Self> {
        let (low, high) = (f64::from(MIN_FPS), f64::from(MAX_FPS));
        if self.denominator > 0 && (low..=high).contains(&self.hz()) {
            return Ok(self);
        }
        let detail = format!("a rate outside {MIN_FPS} to {MAX_FPS} frames a second");
        Err(Error::InvalidArgument(detail))
    }

    /// Frames in [`denominator`](Self::denominator) seconds.
    pub fn numerator(self) -> u32 {
        self.numerator
    }

    /// Seconds that [`numerator`](Self::numerator) frames take.
    pub fn denominator(self) -> u32 {
        self.denominator
    }

    /// Frames in a second, rounded once.
    pub fn hz(self) -> f64 {
        f64::from(self.numerator) / f64::from(self.denominator)
    }

    /// When a frame stands, seconds: the nearest f64 to frame·denominator/numerator.
    pub fn time_s(self, frame: usize) -> f64 {
        (frame as u128 * u128::from(self.denominator)) as f64 / f64::from(self.numerator)
    }

    /// Frames in so many samples at a rate, rounded to the nearest, and at least 1.
    pub fn frame_count(self, samples: usize, sample_rate_hz: u32) -> usize {
        let (n, d) = (u128::from(self.numerator), u128::from(self.denominator) * u128::from(sample_rate_hz));
        ((2 * samples as u128 * n + d) / (2 * d).max(1)).max(1) as usize
    }

    /// Where frame `frame` of this rate stands in frames of another: whole frames, and the part of the next, 0..1.
    pub fn position(self, frame: usize, other: Self) -> (usize, f64) {
        let steps = frame as u128 * u128::from(self.denominator) * u128::from(other.numerator);
        let whole = (u128::from(self.numerator) * u128::from(other.denominator)).max(1);
        (usize::try_from(steps / whole).unwrap_or(usize::MAX), (steps % whole) as f64 / whole as f64)
    }

    /// The slowed rate that a number means.
    fn slowed(hz: f64) -> Option<Self> {
        let meant = |nominal: &&u32| (hz * 1001.0 / (f64::from(**nominal) * 1000.0) - 1.0).abs() < SAME;
        SLOWED.iter().find(meant).map(|nominal| Self { numerator: nominal * 1000, denominator: 1001 })
    }
}

impl From<f32> for FrameRate {
    /// Exact, for a float is a fraction, but for the slowed rates; a number outside the limits is refused where it is used.
    fn from(hz: f32) -> Self {
        if !(MIN_FPS..=MAX_FPS).contains(&hz) {
            return Self { numerator: 0, denominator: 1 };
        }
        let (mut numerator, mut denominator) = (hz, 1);
        while numerator.fract() != 0.0 {
            (numerator, denominator) = (numerator * 2.0, denominator * 2);
        }
        Self::slowed(f64::from(hz)).unwrap_or(Self { numerator: numerator as u32, denominator })
    }
}

impl From<FrameRate> for f64 {
    fn from(rate: FrameRate) -> Self {
        rate.hz()
    }
}

impl FromStr for FrameRate {
    type Err = Error;

    /// `24000/1001`, or a number: decimals are exact, 23.976 and its like, and 23.98, are the slowed rates.
    fn from_str(text: &str) -> Result<Self> {
        let none = || Error::InvalidArgument(format!("{text:?} is not a rate such as 30, 29.97 or 24000/1001"));
        let outside = |_| Error::InvalidArgument(format!("not in {MIN_FPS}..={MAX_FPS}"));
        if let Some((numerator, denominator)) = text.split_once('/') {
            let part = |text: &str| u32::from_str(text.trim()).map_err(|_| none());
            return Self::new(part(numerator)?, part(denominator)?).map_err(outside);
        }
        let text = text.trim();
        let hz = f64::from_str(text).map_err(|_| none())?;
        if let Some(slowed) = Self::slowed(if text == "23.98" { 23.976 } else { hz }) {
            return Ok(slowed);
        }
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let exact = f64::from(10u32.pow(decimals.min(6) as u32));
        let (numerator, denominator) = (hz * exact, exact as u32);
        if (numerator.round() / exact).to_bits() == hz.to_bits() && (0.0..=f64::from(u32::MAX)).contains(&numerator) {
            return Self::new(numerator.round() as u32, denominator).map_err(outside);
        }
        Self::from(hz as f32).checked().map_err(outside)
    }
}

impl Display for FrameRate {
    /// A decimal where three places are exact, else the fraction; programs such as ffmpeg read both.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator {
            0 => write!(f, "no rate"),
            d if 1000 % d == 0 => write!(f, "{}", self.hz()),
            d => write!(f, "{}/{d}", self.numerator),
        }
    }
}

fn common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(rate: FrameRate) -> (u32, u32) {
        (rate.numerator(), rate.denominator())
    }

    #[test]
    fn decimals_and_floats_of_slowed_rates_are_their_fractions() {
        for (nominal, texts) in [
            (24, &["23.976", "23.98", "23.976024", "24000/1001", "48000/2002"][..]),
            (30, &["29.97", "29.97003"]),
            (60, &["59.94", " 59.940060 "]),
        ] {
            let hz = f64::from(nominal) * 1000.0 / 1001.0;
            assert_eq!(parts(FrameRate::from(hz as f32)), (nominal * 1000, 1001));
            assert_eq!(parts(FrameRate::from(nominal as f32 * 0.999)), (nominal * 1000, 1001));
            for text in texts {
                assert_eq!(parts(text.parse().expect(text)), (nominal * 1000, 1001), "{text}");
            }
        }
        assert_eq!(parts(47.952.into()), (48000, 1001));
        assert_eq!(parts(119.88.into()), (120_000, 1001));
    }

    #[test]
    fn other_numbers_are_themselves() {
        for (hz, expected) in [(30.0, (30, 1)), (12.5, (25, 2)), (1.0, (1, 1)), (1000.0, (1000, 1)), (29.98, (0, 0))] {
            let rate = FrameRate::from(hz);
            assert_eq!(rate.hz(), f64::from(hz));
            assert!(expected == (0, 0) || parts(rate) == expected, "{hz}");
            assert!(rate.checked().is_ok());
        }
        for (text, expected) in
            [("25", (25, 1)), ("12.5", (25, 2)), ("7.3", (73, 10)), ("1e2", (100, 1)), ("50/2", (25, 1))]
        {
            assert_eq!(parts(text.parse().expect(text)), expected, "{text}");
        }
        for text in ["", "x", "1/", "/2", "1/0", "0", "-5", "nan", "inf", "1e9", "0.5", "1001", "2000000/1001", "24,5"]
        {
            assert!(text.parse::<FrameRate>().is_err(), "{text}");
        }
        for hz in [0.0, -1.0, f32::NAN, f32::INFINITY, 0.999, 1000.1] {
            assert!(FrameRate::from(hz).checked().is_err(), "{hz}");
        }
    }

    #[test]
    fn times_are_exact_after_hours() {
        let film: FrameRate = 23.976f32.into();
        // A day of film: 2,071,529 frames of 1001/24000 s, and a float's 23.976 would be 80 ms off.
        for frame in [0, 1, 86_314, 2_071_529] {
            assert_eq!(film.time_s(frame), frame as f64 * 1001.0 / 24000.0);
        }
        assert_eq!(film.time_s(24_000 * 4), 4.0 * 1001.0);
        let broadcast: FrameRate = "30000/1001".parse().expect("rate");
        assert_eq!(film.position(24_000, broadcast), (30_000, 0.0));
        assert_eq!(broadcast.position(1001, 30.0.into()), (1002, 0.001));
    }

    #[test]
    fn an_hour_has_its_frames() {
        let hour = 3600 * 16_000;
        for (rate, frames) in
            [("24", 86_400), ("23.976", 86_314), ("29.97", 107_892), ("59.94", 215_784), ("60", 216_000)]
        {
            assert_eq!(rate.parse::<FrameRate>().expect(rate).frame_count(hour, 16_000), frames, "{rate}");
        }
        assert_eq!(FrameRate::from(1.0).frame_count(100, 16_000), 1);
    }

    #[test]
    fn text_of_a_rate_reads_back() {
        for text in ["30", "12.5", "24000/1001", "30000/1001", "60000/1001", "1000/3"] {
            assert_eq!(text.parse::<FrameRate>().expect(text).to_string(), text);
        }
    }
}
