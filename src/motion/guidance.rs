//! Classifier-free guidance (paper eq. 9) over one audio track and any number of styles.
//!
//! x0 = (1 − s_A − Σŝ_k)·G(∅) + s_A·G(A) + Σ ŝ_k·G(A, P_k), with ŝ_k of frame i = s_P(i)·strength_k·weight_k(i) and
//! s_A(i). Without a style there is no style branch.
//!
//! G(A) has every mood that speech was learned in. A default style N takes its place and that of a style that was not asked
//! for, and styles are told from it:
//! x0 = (1 − s_A − s_P)·G(∅) + (s_A + s_P)·G(A, N) + Σ ŝ_k·(G(A, P_k) − G(A, N)).
//! So strength 0 is N, 1 has the style's branch as strong as above, and more goes on in that direction. Terms of one branch are
//! summed up first: there are as many branches as above.
//!
//! A distilled network has its strengths taken in: x0 = (1 − Σŝ_k)·G(A) + Σ ŝ_k·G(A, P_k), with N G(A, N) for G(A): one
//! branch without a style, and one where a style of strength 1 is the only one.
//!
//! One that reads strengths is given u = s_A + s_P and p = Σŝ_k of every frame, and makes all of the second form in one branch,
//! G(A, P, u, p). Several styles share it: x0 = Σ ŝ_k / p·G(A, P_k, u, p), which is the same sum. Strengths below 0 are 0 there.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::limits;

use super::sampler::within;

/// A style that motion is drawn to.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// Style code P, d_p values.
    pub code: Vec<f32>,
    /// Scales the style's guidance; 1 is the model's own.
    pub strength: f32,
    /// Weight of the style at each frame, 0..1; `None`: 1 throughout.
    pub weights: Option<Vec<f32>>,
}

/// What the denoiser is conditioned on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Branch {
    /// On nothing, G(∅).
    Unconditional,
    /// On the audio, G(A); with a default style on it too, G(A, N).
    Audio,
    /// On the audio and the style of this number, G(A, P_k).
    Style(usize),
}

/// A strength over a clip.
#[derive(Debug, Clone)]
pub(super) enum Strength {
    /// Throughout.
    Constant(f32),
    /// Of each frame.
    Frames(Vec<f32>),
}

impl Strength {
    /// The curve where there is one, which has a value for each of `frames`.
    pub(super) fn new(name: &str, constant: f32, curve: Option<Vec<f32>>, frames: usize) -> Result<Self> {
        let Some(curve) = curve else { return Ok(Self::Constant(constant)) };
        if curve.len() != frames {
            let detail = format!("the curve of {name} has {} values for {frames} frames", curve.len());
            return Err(Error::InvalidArgument(detail));
        }
        curve.iter().try_for_each(|&v| within(name, v, -limits::MAX_GUIDANCE, limits::MAX_GUIDANCE))?;
        Ok(Self::Frames(curve))
    }

    fn at(&self, frame: usize) -> f32 {
        match self {
            Self::Constant(value) => *value,
            Self::Frames(values) => values[frame],
        }
    }
}

/// Branches and their weights over a clip.
#[derive(Debug, Clone)]
pub(super) struct Guidance {
    audio: Strength,
    style: Strength,
    styles: Vec<Style>,
    /// N.
    default_code: Option<Vec<f32>>,
    /// What the network has taken in of it.
    pub(super) taken_in: TakenIn,
}

/// What a network has taken in of its guidance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TakenIn {
    /// Nothing: the paper's form.
    Nothing,
    /// Strengths that were chosen when it learned.
    Strengths,
    /// All of it; it reads the strengths.
    Read,
}

impl Guidance {
    /// Guidance by strengths s_A and s_P (constants are checked with the options) and the styles of a clip of `frames`, with
    /// the code of a default style where there is one; codes have `code_width` values. Of a network that is not distilled.
    ///
    /// # Errors
    /// `InvalidArgument` when a style does not fit the clip or the model.
    pub(super) fn new(
        audio: Strength,
        style: Strength,
        styles: Vec<Style>,
        default_code: Option<Vec<f32>>,
        frames: usize,
        code_width: usize,
    ) -> Result<Self> {
        let check_code = |name: &str, code: &[f32]| match code.iter().all(|v| v.is_finite()) {
            true if code.len() == code_width => Ok(()),
            true => Err(invalid(format!("{name} has {} values, the model takes {code_width}", code.len()))),
            false => Err(invalid(format!("{name} is not finite"))),
        };
        default_code.iter().try_for_each(|code| check_code("the default style", code))?;
        for (k, style) in styles.iter().enumerate() {
            within(format_args!("strength of style {k}"), style.strength, -limits::MAX_GUIDANCE, limits::MAX_GUIDANCE)?;
            check_code(&format!("style {k}"), &style.code)?;
            let weights = style.weights.as_deref().unwrap_or(&[]);
            if style.weights.is_some() && weights.len() != frames {
                return Err(invalid(format!("style {k} has {} weights for {frames} frames", weights.len())));
            }
            if !weights.iter().all(|w| (0.0..=1.0).contains(w)) {
                return Err(invalid(format!("style {k} has a weight outside 0 to 1")));
            }
        }
        Ok(Self { audio, style, styles, default_code, taken_in: TakenIn::Nothing })
    }

    /// Takes other strengths throughout and, where it has a style and one is given, another code and strength of that; codes have
    /// the width of those before.
    pub(super) fn retune(&mut self, [audio, style]: [f32; 2], other: Option<(&[f32], f32)>) {
        (self.audio, self.style) = (Strength::Constant(audio), Strength::Constant(style));
        if let (Some(own), Some((code, strength))) = (self.styles.first_mut(), other) {
            own.code.copy_from_slice(code);
            own.strength = strength;
        }
    }

    /// Puts another code in the place of the default style's, where there is one.
    pub(super) fn set_default(&mut self, code: impl Iterator<Item = f32>) {
        self.default_code.iter_mut().flatten().zip(code).for_each(|(own, value)| *own = value);
    }

    /// Weight of a branch at a frame; those of all branches sum to one.
    pub(super) fn weight(&self, branch: Branch, frame: usize) -> f32 {
        let styles = || (0..self.styles.len()).map(|k| self.weight(Branch::Style(k), frame)).sum::<f32>();
        if self.taken_in == TakenIn::Read {
            return self.share(branch, frame);
        }
        let (audio, style) = (self.audio.at(frame), self.style.at(frame));
        let distilled = self.taken_in == TakenIn::Strengths;
        match branch {
            Branch::Unconditional if distilled => 0.0,
            Branch::Unconditional if self.has_default() => 1.0 - audio - style,
            Branch::Unconditional => 1.0 - audio - styles(),
            Branch::Audio if distilled => 1.0 - styles(),
            Branch::Audio if self.has_default() => audio + style - styles(),
            Branch::Audio => audio,
            Branch::Style(k) => self.strength(k, frame),
        }
    }

    /// ŝ of a style at a frame.
    fn strength(&self, style: usize, frame: usize) -> f32 {
        let Style { strength, weights, .. } = &self.styles[style];
        self.style.at(frame) * strength * weights.as_ref().map_or(1.0, |w| w[frame])
    }

    /// p at a frame: of all styles; without one what the default style has.
    fn push(&self, frame: usize) -> f32 {
        match self.styles.len() {
            0 => self.style.at(frame).max(0.0),
            styles => (0..styles).map(|k| self.strength(k, frame).max(0.0)).sum(),
        }
    }

    /// Weight of a branch of a network that reads its strengths: a style's part of p, the first one's where there is none.
    fn share(&self, branch: Branch, frame: usize) -> f32 {
        let alone = |is_alone: bool| f32::from(u8::from(is_alone));
        match branch {
            Branch::Unconditional => 0.0,
            Branch::Audio => alone(self.styles.is_empty()),
            Branch::Style(k) => match self.push(frame) {
                0.0 => alone(k == 0),
                push => self.strength(k, frame).max(0.0) / push,
            },
        }
    }

    /// u and p, which a network that reads strengths is given at a frame.
    pub(super) fn strengths(&self, frame: usize) -> [f32; 2] {
        [(self.audio.at(frame) + self.style.at(frame)).max(0.0), self.push(frame)]
    }

    /// The branches that weigh anything anywhere in these frames, in the order of the formula.
    pub(super) fn branches(&self, frames: Range<usize>) -> Vec<Branch> {
        let styles = (0..self.styles.len()).map(Branch::Style);
        [Branch::Unconditional, Branch::Audio]
            .into_iter()
            .chain(styles)
            .filter(|&branch| frames.clone().any(|frame| self.weight(branch, frame) != 0.0))
            .collect()
    }

    fn has_default(&self) -> bool {
        self.default_code.is_some()
    }

    /// Codes of the styles, by number, and last that of the default style, where there is one.
    pub(super) fn codes(&self) -> impl Iterator<Item = &[f32]> {
        self.styles.iter().map(|style| &style.code).chain(&self.default_code).map(Vec::as_slice)
    }

    /// Which of the codes a branch is conditioned on; none is no style.
    pub(super) fn code(&self, branch: Branch) -> Option<usize> {
        match branch {
            Branch::Unconditional => None,
            Branch::Audio => self.has_default().then_some(self.styles.len()),
            Branch::Style(k) => Some(k),
        }
    }
}

fn invalid(detail: String) -> Error {
    Error::InvalidArgument(detail)
}

#[cfg(test)]
mod tests {
    use super::Strength::{Constant, Frames};
    use super::TakenIn::{Read, Strengths};
    use super::*;

    fn style(strength: f32, weights: Option<Vec<f32>>) -> Style {
        Style { code: vec![0.5; 2], strength, weights }
    }

    #[test]
    fn no_style_gives_two_branches() {
        let guidance = Guidance::new(Constant(2.5), Constant(1.5), vec![], None, 4, 2).unwrap();
        assert_eq!(guidance.branches(0..4), [Branch::Unconditional, Branch::Audio]);
        assert_eq!(guidance.weight(Branch::Unconditional, 0), -1.5);
    }

    #[test]
    fn branch_without_weight_is_left_out() {
        let audio_alone = Guidance::new(Constant(1.0), Constant(1.5), vec![], None, 4, 2).unwrap();
        assert_eq!(audio_alone.branches(0..4), [Branch::Audio]);
        let late = style(1.0, Some(vec![0.0, 0.0, 0.0, 1.0]));
        let guidance = Guidance::new(Constant(2.5), Constant(1.5), vec![late], None, 4, 2).unwrap();
        assert_eq!(guidance.branches(0..3), [Branch::Unconditional, Branch::Audio]);
        assert_eq!(guidance.branches(1..4), [Branch::Unconditional, Branch::Audio, Branch::Style(0)]);
    }

    #[test]
    fn weights_of_all_branches_sum_to_one() {
        let styles = vec![style(0.7, Some(vec![0.0, 0.25, 1.0])), style(1.0, None)];
        let guidance = Guidance::new(Constant(2.5), Constant(1.5), styles, None, 3, 2).unwrap();
        for frame in 0..3 {
            let sum: f32 = guidance.branches(0..3).into_iter().map(|b| guidance.weight(b, frame)).sum();
            assert!((sum - 1.0).abs() < 1e-6);
        }
        assert_eq!(guidance.weight(Branch::Style(0), 1), 1.5 * 0.7 * 0.25);
    }

    #[test]
    fn strengths_follow_their_curves() {
        let (audio, style_curve) = (Frames(vec![1.0, 2.0, 0.0]), Frames(vec![0.0, 0.0, 3.0]));
        let guidance = Guidance::new(audio, style_curve, vec![style(0.5, None)], None, 3, 2).unwrap();
        let weights = |frame| {
            [Branch::Unconditional, Branch::Audio, Branch::Style(0)].map(|branch| guidance.weight(branch, frame))
        };
        assert_eq!([0, 1, 2].map(weights), [[0.0, 1.0, 0.0], [-1.0, 2.0, 0.0], [-0.5, 0.0, 1.5]]);
        assert_eq!(guidance.branches(0..1), [Branch::Audio]);
        assert_eq!(guidance.branches(0..2), [Branch::Unconditional, Branch::Audio]);
    }

    #[test]
    fn distilled_network_takes_one_branch_without_a_style_or_with_a_full_one() {
        let of = |styles| {
            let guidance = Guidance::new(Constant(2.5), Constant(1.0), styles, None, 3, 2).unwrap();
            Guidance { taken_in: Strengths, ..guidance }
        };
        assert_eq!(of(vec![]).branches(0..3), [Branch::Audio]);
        assert_eq!(of(vec![]).weight(Branch::Audio, 0), 1.0);
        assert_eq!(of(vec![style(1.0, None)]).branches(0..3), [Branch::Style(0)]);
        let late = of(vec![style(0.5, Some(vec![0.0, 0.5, 1.0]))]);
        let weights = |frame| [Branch::Audio, Branch::Style(0)].map(|branch| late.weight(branch, frame));
        assert_eq!([0, 1, 2].map(weights), [[1.0, 0.0], [0.75, 0.25], [0.5, 0.5]]);
    }

    #[test]
    fn default_style_takes_the_place_of_the_audio_alone_and_costs_no_branch_more() {
        use Branch::{Audio, Style, Unconditional};
        let of = |styles| Guidance::new(Constant(1.75), Constant(1.5), styles, Some(vec![0.1; 2]), 3, 2).unwrap();
        let weights = |guidance: &Guidance, frame| {
            guidance.branches(0..3).into_iter().map(|branch| guidance.weight(branch, frame)).collect::<Vec<_>>()
        };
        assert_eq!(of(vec![]).branches(0..3), [Unconditional, Audio]);
        assert_eq!(weights(&of(vec![]), 0), [-2.25, 3.25]);
        assert_eq!(of(vec![style(0.0, None)]).branches(0..3), [Unconditional, Audio]);
        assert_eq!(weights(&of(vec![style(1.0, None)]), 0), [-2.25, 1.75, 1.5]);
        assert_eq!(weights(&of(vec![style(2.0, None)]), 0), [-2.25, 0.25, 3.0]);
        let late = of(vec![style(1.0, Some(vec![0.0, 0.5, 1.0]))]);
        assert_eq!([0, 2].map(|frame| weights(&late, frame)), [[-2.25, 3.25, 0.0], [-2.25, 1.75, 1.5]]);
        assert_eq!(late.branches(0..1), [Unconditional, Audio]);
        let codes = [Unconditional, Style(0), Audio].map(|branch| late.code(branch));
        assert_eq!(codes, [None, Some(0), Some(1)]);
        // Where nothing of the default style is left it is not run.
        let voiceless = Guidance { audio: Constant(0.0), ..of(vec![style(1.0, None)]) };
        assert_eq!(voiceless.branches(0..3), [Unconditional, Style(0)]);
        let distilled = |styles| Guidance { taken_in: Strengths, style: Constant(1.0), ..of(styles) };
        assert_eq!(distilled(vec![]).branches(0..3), [Audio]);
        assert_eq!(distilled(vec![style(1.0, None)]).branches(0..3), [Style(0)]);
        assert_eq!(distilled(vec![style(2.0, None)]).weight(Audio, 0), -1.0);
    }

    #[test]
    fn network_that_reads_strengths_takes_one_branch_of_any() {
        use Branch::{Audio, Style};
        let of = |styles| {
            let style = Frames(vec![1.5, 1.5, 2.0, -1.0]);
            let guidance = Guidance::new(Constant(1.75), style, styles, Some(vec![0.1; 2]), 4, 2).unwrap();
            Guidance { taken_in: Read, ..guidance }
        };
        let all = |guidance: &Guidance| [0, 1, 2, 3].map(|frame| guidance.strengths(frame));
        let none = of(vec![]);
        assert_eq!(none.branches(0..4), [Audio]);
        assert_eq!(all(&none), [[3.25, 1.5], [3.25, 1.5], [3.75, 2.0], [0.75, 0.0]]);
        let late = of(vec![style(2.0, Some(vec![0.0, 0.5, 1.0, 1.0]))]);
        assert_eq!(late.branches(0..4), [Style(0)]);
        assert_eq!(all(&late), [[3.25, 0.0], [3.25, 1.5], [3.75, 4.0], [0.75, 0.0]]);
        assert_eq!([0, 1, 2, 3].map(|frame| late.weight(Style(0), frame)), [1.0; 4]);
        // Two that cross over are what the sum over all branches would be.
        let two = of(vec![style(1.0, Some(vec![1.0, 0.75, 0.0, 0.0])), style(1.0, Some(vec![0.0, 0.25, 1.0, 1.0]))]);
        assert_eq!(two.branches(0..3), [Style(0), Style(1)]);
        let weights = |frame| [Style(0), Style(1)].map(|branch| two.weight(branch, frame));
        assert_eq!([0, 1, 2, 3].map(weights), [[1.0, 0.0], [0.75, 0.25], [0.0, 1.0], [1.0, 0.0]]);
        assert_eq!(two.strengths(1), [3.25, 1.5]);
        // Less than nothing of a style is nothing of it.
        let negative = of(vec![style(-1.0, None)]);
        assert_eq!((negative.branches(0..3), negative.strengths(0)), (vec![Style(0)], [3.25, 0.0]));
    }

    #[test]
    fn curve_that_does_not_fit_is_refused() {
        let of = |curve: &[f32]| Strength::new("s_A", 2.5, Some(curve.to_vec()), 2);
        assert!(of(&[0.0, 1.0]).is_ok());
        for curve in [vec![1.0], vec![1.0; 3], vec![1.0, f32::NAN], vec![1.0, 2.0 * limits::MAX_GUIDANCE]] {
            assert!(of(&curve).is_err(), "{curve:?}");
        }
    }

    #[test]
    fn style_that_does_not_fit_is_refused() {
        let with = |style| Guidance::new(Constant(2.5), Constant(1.5), vec![style], None, 3, 2).is_err();
        assert!(with(Style { code: vec![0.0], strength: 1.0, weights: None }));
        assert!(with(Style { code: vec![f32::NAN; 2], strength: 1.0, weights: None }));
        assert!(with(style(f32::INFINITY, None)));
        assert!(with(style(1.0, Some(vec![1.0; 2]))));
        assert!(with(style(1.0, Some(vec![f32::NAN; 3]))));
    }
}
