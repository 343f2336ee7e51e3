//! Noise schedule, visited timesteps and the coefficients of the DDIM step, all in f64; the plan takes the step in f32.

use std::f64::consts::FRAC_PI_2;

use crate::error::{Error, Result};
use crate::pack::Spacing;

/// The forward process: ᾱ of every training timestep, from `squaredcos_cap_v2` (MDM, diffusers).
#[derive(Debug, Clone)]
pub struct Schedule {
    alpha_bar: Vec<f64>,
}

/// One step as a linear map: x′ = x·`x` + x0·`x0` + z·`noise`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Factor of the current state.
    pub x: f64,
    /// Factor of the denoised estimate.
    pub x0: f64,
    /// Factor of fresh standard normal noise, σ.
    pub noise: f64,
}

impl Schedule {
    /// β_i = min(1 − f((i+1)/T)/f(i/T), 0.999), f(u) = cos²((u + 0.008)/1.008·π/2); ᾱ is the running product of 1 − β.
    pub fn squared_cosine(timesteps: usize) -> Self {
        let f = |i: usize| {
            let u = i as f64 / timesteps as f64;
            let cosine = libm::cos((u + 0.008) / 1.008 * FRAC_PI_2);
            cosine * cosine
        };
        let mut product = 1.0;
        let alpha_bar = (0..timesteps).map(|i| {
            product *= 1.0 - (1.0 - f(i + 1) / f(i)).min(0.999);
            product
        });
        Self { alpha_bar: alpha_bar.collect() }
    }

    /// Training timesteps T.
    pub fn timesteps(&self) -> usize {
        self.alpha_bar.len()
    }

    /// ᾱ by timestep, T values.
    pub fn alpha_bar(&self) -> &[f64] {
        &self.alpha_bar
    }

    /// The timesteps that a sampling of `steps` visits, noisiest first, each with the one that follows it; `None` after
    /// the last, where ᾱ′ = 1.
    ///
    /// # Errors
    /// `InvalidArgument` unless 1 ≤ `steps` ≤ T.
    pub fn pairs(&self, spacing: Spacing, steps: usize) -> Result<Vec<(usize, Option<usize>)>> {
        let total = self.timesteps();
        if steps == 0 || steps > total {
            return Err(Error::InvalidArgument(format!("{steps} denoising steps: allowed are 1 to {total}")));
        }
        let round = |x: f64| x.round_ties_even() as usize;
        let visited = |i: usize| match spacing {
            Spacing::Leading => (steps - 1 - i) * (total / steps),
            Spacing::Trailing => round(total as f64 - i as f64 * total as f64 / steps as f64) - 1,
            Spacing::Linspace if steps == 1 => 0,
            Spacing::Linspace => round((total - 1) as f64 * (steps - 1 - i) as f64 / (steps - 1) as f64),
        };
        Ok((0..steps).map(|i| (visited(i), (i + 1 < steps).then(|| visited(i + 1)))).collect())
    }

    /// DDIM from timestep `from` to `to` (`None`: to the data, ᾱ′ = 1):
    /// ε = (x − √ᾱ·x0)/√(1−ᾱ), σ = η·√((1−ᾱ′)/(1−ᾱ))·√(1−ᾱ/ᾱ′), x′ = √ᾱ′·x0 + √(1−ᾱ′−σ²)·ε + σ·z.
    ///
    /// # Panics
    /// If a timestep is not below T.
    pub fn step(&self, from: usize, to: Option<usize>, eta: f64) -> Step {
        let now = self.alpha_bar[from];
        let next = to.map_or(1.0, |t| self.alpha_bar[t]);
        let sigma = eta * ((1.0 - next) / (1.0 - now)).sqrt() * (1.0 - now / next).max(0.0).sqrt();
        let epsilon = (1.0 - next - sigma * sigma).max(0.0).sqrt() / (1.0 - now).sqrt();
        Step { x: epsilon, x0: next.sqrt() - epsilon * now.sqrt(), noise: sigma }
    }

    /// The forward process from a timestep (`None`: from the data, ᾱ = 1) to one that is not less noisy:
    /// x′ = √(ᾱ′/ᾱ)·x + √(1−ᾱ′/ᾱ)·z.
    ///
    /// # Panics
    /// If a timestep is not below T.
    pub fn diffuse(&self, from: Option<usize>, to: Option<usize>) -> Step {
        let [now, next] = [from, to].map(|timestep| timestep.map_or(1.0, |t| self.alpha_bar[t]));
        let kept = (next / now).min(1.0);
        Step { x: kept.sqrt(), x0: 0.0, noise: (1.0 - kept).sqrt() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_twenty_of_five_hundred_visits_every_twenty_fifth_from_the_end() {
        let pairs = Schedule::squared_cosine(500).pairs(Spacing::Trailing, 20).unwrap();
        assert_eq!(pairs[0], (499, Some(474)));
        assert_eq!(pairs[19], (24, None));
    }

    #[test]
    fn every_count_of_steps_visits_falling_timesteps() {
        let schedule = Schedule::squared_cosine(53);
        for spacing in [Spacing::Leading, Spacing::Trailing, Spacing::Linspace] {
            for steps in 1..=53 {
                let pairs = schedule.pairs(spacing, steps).unwrap();
                assert_eq!(pairs.len(), steps);
                assert!(pairs[0].0 < 53 && pairs.windows(2).all(|p| p[0].1 == Some(p[1].0) && p[1].0 < p[0].0));
                assert_eq!(pairs[steps - 1].1, None);
            }
            assert!(schedule.pairs(spacing, 0).is_err() && schedule.pairs(spacing, 54).is_err());
        }
    }

    #[test]
    fn step_to_the_data_returns_the_estimate() {
        let step = Schedule::squared_cosine(500).step(24, None, 1.0);
        assert_eq!(step, Step { x: 0.0, x0: 1.0, noise: 0.0 });
    }

    #[test]
    fn diffusing_in_two_parts_is_diffusing_at_once() {
        let schedule = Schedule::squared_cosine(500);
        assert_eq!(schedule.diffuse(None, None), Step { x: 1.0, x0: 0.0, noise: 0.0 });
        let [first, second, whole] =
            [(None, Some(100)), (Some(100), Some(300)), (None, Some(300))].map(|(from, to)| schedule.diffuse(from, to));
        assert!((first.x * second.x - whole.x).abs() < 1e-12);
        let variance = (first.noise * second.x).powi(2) + second.noise.powi(2);
        assert!((variance - whole.noise.powi(2)).abs() < 1e-12);
        assert!((whole.x.powi(2) - schedule.alpha_bar()[300]).abs() < 1e-12);
    }
}
