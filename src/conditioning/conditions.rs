//! What a session's clip is conditioned by: its styles, the strengths of its guidance, its keyframes. The host may change
//! them until the motion begins; the job takes them from here, once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};
use crate::limits;
use crate::motion;

use super::constraint::Constraint;
use super::keyframe::{Keyframe, KeyframeValues};
use super::keyframes::Keyframes;
use super::style::{Curve, Style, StyleTrack, check_strength};
use crate::host::log::LogLevel;
use crate::host::model::Model;
use crate::session::options::SessionOptions;

/// One of the two strengths of eq. 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guidance {
    /// s_A, of the audio.
    Audio,
    /// s_P, of the style.
    Style,
}

/// Styles, curves and keyframes of one session, shared with its job.
pub(crate) struct Conditioning(Mutex<State>);

struct State {
    styles: Vec<CodedStyle>,
    /// What applies where none of them does.
    default_style: Option<(Arc<Style>, Option<Vec<f32>>)>,
    audio_curve: Option<Curve>,
    style_curve: Option<Curve>,
    isolate: bool,
    keyframes: Keyframes,
    /// The motion has begun with them.
    taken: bool,
}

/// A style with its code, once that is known.
struct CodedStyle {
    track: StyleTrack,
    code: Option<Vec<f32>>,
}

/// What a sampling is made with.
pub(crate) struct Conditions {
    pub(crate) styles: Vec<motion::Style>,
    /// Of the default style.
    pub(crate) default_code: Option<Vec<f32>>,
    /// s_A of each frame.
    pub(crate) audio_curve: Option<Vec<f32>>,
    /// s_P of each frame.
    pub(crate) style_curve: Option<Vec<f32>>,
    /// Whether a frame has the unstyled motion; `None` where none does.
    pub(crate) unstyled: Option<Vec<bool>>,
    /// Of the keyframes; `None` without any.
    pub(crate) constraint: Option<Constraint>,
    /// How far a wink was asked for at each frame, 0..1; `None` where nobody did.
    pub(crate) winks: Option<Vec<f32>>,
}

/// What has to be encoded before the motion begins.
pub(crate) enum Unencoded {
    Style(Arc<Style>),
    Keyframe(usize, Keyframe),
}

impl Conditioning {
    /// The styles and curves of the options, checked against the model.
    pub(crate) fn new(model: &Model, options: &SessionOptions) -> Result<Self> {
        let conditioning = Self(Mutex::new(State {
            styles: Vec::new(),
            default_style: model
                .default_style()
                .filter(|_| options.default_style)
                .map(|style| (Arc::clone(style), None)),
            audio_curve: options.audio_curve.clone(),
            style_curve: options.style_curve.clone(),
            isolate: options.isolate_styles,
            keyframes: Keyframes::default(),
            taken: false,
        }));
        if conditioning.lock().default_style.as_ref().is_some_and(|(style, _)| matches!(**style, Style::Text(_))) {
            model.styles().expect_text();
        }
        let whole = options
            .style
            .clone()
            .map(|style| StyleTrack { strength: options.style_strength, ..StyleTrack::new(style) });
        for track in whole.into_iter().chain(options.styles.iter().cloned()) {
            conditioning.add(model, track)?;
        }
        options
            .keyframes
            .iter()
            .try_for_each(|keyframe| conditioning.add_keyframe(model, keyframe.clone()).map(drop))?;
        Ok(conditioning)
    }

    /// One more style; its number.
    pub(crate) fn add(&self, model: &Model, track: StyleTrack) -> Result<usize> {
        track.check()?;
        model.check_style(&track.style)?;
        let mut state = self.open()?;
        if state.styles.len() == limits::MAX_STYLES {
            return Err(Error::InvalidArgument(format!("a clip takes at most {} styles", limits::MAX_STYLES)));
        }
        state.styles.push(CodedStyle { track, code: None });
        Ok(state.styles.len() - 1)
    }

    /// Another style in the place of one.
    pub(crate) fn replace(&self, model: &Model, index: usize, track: StyleTrack) -> Result<()> {
        track.check()?;
        model.check_style(&track.style)?;
        *self.open()?.style(index)? = CodedStyle { track, code: None };
        Ok(())
    }

    /// Another strength of one style.
    pub(crate) fn set_strength(&self, index: usize, strength: f32) -> Result<()> {
        check_strength("strength of the style", strength)?;
        self.open()?.style(index)?.track.strength = strength;
        Ok(())
    }

    /// Another curve, or the constant strength again.
    pub(crate) fn set_curve(&self, guidance: Guidance, curve: Option<Curve>) -> Result<()> {
        let mut state = self.open()?;
        match guidance {
            Guidance::Audio => state.audio_curve = curve,
            Guidance::Style => state.style_curve = curve,
        }
        Ok(())
    }

    /// Whether frames where no style has a weight have the unstyled motion.
    pub(crate) fn set_isolate(&self, isolate: bool) -> Result<()> {
        self.open()?.isolate = isolate;
        Ok(())
    }

    /// One more keyframe; its number.
    pub(crate) fn add_keyframe(&self, model: &Model, keyframe: Keyframe) -> Result<usize> {
        self.open()?.keyframes.add(model, keyframe)
    }

    /// Another keyframe in the place of one.
    pub(crate) fn replace_keyframe(&self, model: &Model, number: usize, keyframe: Keyframe) -> Result<()> {
        self.open()?.keyframes.replace(model, number, keyframe)
    }

    /// A style whose code is not known yet, or a keyframe whose values are not.
    pub(crate) fn unencoded(&self) -> Option<Unencoded> {
        let state = self.lock();
        let style = state.uncoded().map(|style| Unencoded::Style(Arc::clone(style)));
        style.or_else(|| state.keyframes.unencoded().map(|(number, keyframe)| Unencoded::Keyframe(number, keyframe)))
    }

    /// Takes the values of a keyframe.
    pub(crate) fn set_values(&self, number: usize, keyframe: &Keyframe, values: KeyframeValues) {
        self.lock().keyframes.set_values(number, keyframe, values);
    }

    /// Gives a code to every track of this style, and to the default style where it is this one.
    pub(crate) fn set_code(&self, style: &Arc<Style>, code: &[f32]) {
        let mut state = self.lock();
        let same = state.styles.iter_mut().filter(|coded| coded.track.style == *style);
        same.for_each(|coded| coded.code = Some(code.to_vec()));
        let default = state.default_style.iter_mut().filter(|(own, _)| own == style);
        default.for_each(|(_, place)| *place = Some(code.to_vec()));
    }

    /// Takes all of it for a clip of `frames`, unless a style or a keyframe waits to be encoded; from then on nothing changes
    /// any more. What lies past the clip's end is told as a warning.
    pub(crate) fn take(&self, model: &Model, frames: usize) -> Result<Option<Conditions>> {
        let mut state = self.lock();
        if state.uncoded().is_some() || state.keyframes.unencoded().is_some() {
            return Ok(None);
        }
        state.taken = true;
        let default_code = state.default_style.as_ref().and_then(|(_, code)| code.clone());
        let fps = model.manifest().fps;
        let duration_s = frames as f64 / f64::from(fps);
        let mut styles = Vec::with_capacity(state.styles.len());
        for (number, coded) in state.styles.iter().enumerate() {
            let track = &coded.track;
            if let Some(cut) = track.cut(duration_s) {
                model.runtime().log.add(LogLevel::Warning, format!("style {number} {cut}"));
            }
            let (code, weights) = (coded.code.clone().unwrap_or_default(), track.weights(frames, fps));
            styles.push(motion::Style { code, strength: track.strength, weights });
        }
        let winks = winks(&state.styles, &styles, model, frames);
        // The default style is what is there without it.
        styles.retain(|style| default_code.as_ref() != Some(&style.code));
        let values = |curve: &Option<Curve>| curve.as_ref().map(|curve| curve.values(frames, fps));
        let unstyled = if state.isolate { unstyled(&styles, frames) } else { None };
        let (audio_curve, style_curve) = (values(&state.audio_curve), values(&state.style_curve));
        state.keyframes.cuts(duration_s).for_each(|cut| model.runtime().log.add(LogLevel::Warning, cut));
        let config = model.sampler()?.denoiser().config();
        let constraint = state.keyframes.constraint(frames, fps, config.d_x, config.d_z)?;
        Ok(Some(Conditions { styles, default_code, audio_curve, style_curve, unstyled, constraint, winks }))
    }

    /// The state, while it may change.
    fn open(&self) -> Result<MutexGuard<'_, State>> {
        let state = self.lock();
        if state.taken {
            let detail = "the motion has begun: its styles, guidance and keyframes do not change any more";
            return Err(Error::InvalidState(detail.to_owned()));
        }
        Ok(state)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A style whose code is not known yet.
    fn uncoded(&self) -> Option<&Arc<Style>> {
        let styles = self.styles.iter().map(|coded| (&coded.track.style, &coded.code));
        let mut styles = styles.chain(self.default_style.iter().map(|(style, code)| (style, code)));
        styles.find(|(_, code)| code.is_none()).map(|(style, _)| style)
    }

    fn style(&mut self, index: usize) -> Result<&mut CodedStyle> {
        let count = self.styles.len();
        self.styles
            .get_mut(index)
            .ok_or_else(|| Error::InvalidArgument(format!("there is no style {index}: the session has {count} styles")))
    }
}

/// How far styles that ask for a wink do so at each frame.
fn winks(coded: &[CodedStyle], styles: &[motion::Style], model: &Model, frames: usize) -> Option<Vec<f32>> {
    let emoji = model.manifest().emoji.as_ref();
    let mut winks = None;
    for (coded, style) in coded.iter().zip(styles) {
        if style.strength != 0.0 && coded.track.style.asks_to_wink(emoji) {
            let winks = winks.get_or_insert_with(|| vec![0.0f32; frames]);
            let weight = |frame: usize| style.weights.as_ref().map_or(1.0, |weights| weights[frame]);
            winks.iter_mut().enumerate().for_each(|(frame, wink)| *wink = wink.max(weight(frame)));
        }
    }
    winks
}

/// The frames that no style has a weight in, where there are such and others.
fn unstyled(styles: &[motion::Style], frames: usize) -> Option<Vec<bool>> {
    let styled = |frame: usize| {
        styles.iter().any(|style| style.strength != 0.0 && style.weights.as_ref().is_none_or(|w| w[frame] != 0.0))
    };
    let unstyled: Vec<bool> = (0..frames).map(|frame| !styled(frame)).collect();
    (unstyled.contains(&false) && unstyled.contains(&true)).then_some(unstyled)
}
