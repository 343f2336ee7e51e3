//! What a session's clip is directed by: its styles and the strengths of its guidance. The host may change them until
//! the motion is begun; the job takes them from here, once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{Error, Result};
use crate::limits;
use crate::motion;
use crate::signal::Frames;

use super::log::LogLevel;
use super::model::Model;
use super::options::SessionOptions;
use super::style::{Curve, Style, StyleTrack, check_strength};

/// One of the two strengths of eq. 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guidance {
    /// s_A, of the audio.
    Audio,
    /// s_P, of the style.
    Style,
}

/// Styles and curves of one session, shared with its job.
pub(super) struct Direction(Mutex<State>);

struct State {
    styles: Vec<Directed>,
    audio_curve: Option<Curve>,
    style_curve: Option<Curve>,
    isolate: bool,
    /// The motion is begun with them.
    taken: bool,
}

/// A style with its code, once that is known.
struct Directed {
    track: StyleTrack,
    code: Option<Vec<f32>>,
}

/// What a sampling is made with.
#[derive(Clone)]
pub(super) struct Directions {
    pub(super) styles: Vec<motion::Style>,
    /// s_A of each frame.
    pub(super) audio_curve: Option<Vec<f32>>,
    /// s_P of each frame.
    pub(super) style_curve: Option<Vec<f32>>,
    /// 1 where the unstyled motion is kept, [frames, 1]; `None` where nothing is.
    pub(super) kept: Option<Frames>,
}

impl Direction {
    /// The styles and curves of the options, checked against the model.
    pub(super) fn new(model: &Model, options: &SessionOptions) -> Result<Self> {
        let direction = Self(Mutex::new(State {
            styles: Vec::new(),
            audio_curve: options.audio_curve.clone(),
            style_curve: options.style_curve.clone(),
            isolate: options.isolate_styles,
            taken: false,
        }));
        let whole = options
            .style
            .clone()
            .map(|style| StyleTrack { strength: options.style_strength, ..StyleTrack::new(style) });
        for track in whole.into_iter().chain(options.styles.iter().cloned()) {
            direction.add(model, track)?;
        }
        Ok(direction)
    }

    /// One more style; its number.
    pub(super) fn add(&self, model: &Model, track: StyleTrack) -> Result<usize> {
        track.check()?;
        model.check_style(&track.style)?;
        let mut state = self.open()?;
        if state.styles.len() == limits::MAX_STYLES {
            return Err(Error::InvalidArgument(format!("a clip takes at most {} styles", limits::MAX_STYLES)));
        }
        state.styles.push(Directed { track, code: None });
        Ok(state.styles.len() - 1)
    }

    /// Another style in the place of one.
    pub(super) fn replace(&self, model: &Model, index: usize, track: StyleTrack) -> Result<()> {
        track.check()?;
        model.check_style(&track.style)?;
        *self.open()?.style(index)? = Directed { track, code: None };
        Ok(())
    }

    /// Another strength of one style.
    pub(super) fn set_strength(&self, index: usize, strength: f32) -> Result<()> {
        check_strength("strength of the style", strength)?;
        self.open()?.style(index)?.track.strength = strength;
        Ok(())
    }

    /// Another curve, or the constant strength again.
    pub(super) fn set_curve(&self, guidance: Guidance, curve: Option<Curve>) -> Result<()> {
        let mut state = self.open()?;
        match guidance {
            Guidance::Audio => state.audio_curve = curve,
            Guidance::Style => state.style_curve = curve,
        }
        Ok(())
    }

    /// Whether the unstyled motion is kept where no style has a weight.
    pub(super) fn set_isolate(&self, isolate: bool) -> Result<()> {
        self.open()?.isolate = isolate;
        Ok(())
    }

    /// A style whose code is not known yet.
    pub(super) fn uncoded(&self) -> Option<Arc<Style>> {
        let state = self.lock();
        state.styles.iter().find(|directed| directed.code.is_none()).map(|directed| Arc::clone(&directed.track.style))
    }

    /// Gives a code to every track of this style.
    pub(super) fn set_code(&self, style: &Arc<Style>, code: &[f32]) {
        let mut state = self.lock();
        let same = state.styles.iter_mut().filter(|directed| directed.track.style == *style);
        same.for_each(|directed| directed.code = Some(code.to_vec()));
    }

    /// Takes all of it for a clip of `frames`, unless a style waits for its code; from then on nothing changes any more.
    /// What lies past the clip's end is told as a warning.
    pub(super) fn take(&self, model: &Model, frames: usize) -> Option<Directions> {
        let mut state = self.lock();
        if state.styles.iter().any(|directed| directed.code.is_none()) {
            return None;
        }
        state.taken = true;
        let fps = model.manifest().fps;
        let duration_s = frames as f64 / f64::from(fps);
        let mut styles = Vec::with_capacity(state.styles.len());
        for (number, directed) in state.styles.iter().enumerate() {
            let track = &directed.track;
            if let Some(cut) = track.cut(duration_s) {
                model.runtime().log.add(LogLevel::Warning, format!("style {number} {cut}"));
            }
            let (code, weights) = (directed.code.clone().unwrap_or_default(), track.weights(frames, fps));
            styles.push(motion::Style { code, strength: track.strength, weights });
        }
        let values = |curve: &Option<Curve>| curve.as_ref().map(|curve| curve.values(frames, fps));
        let kept = if state.isolate { kept(&styles, frames) } else { None };
        let (audio_curve, style_curve) = (values(&state.audio_curve), values(&state.style_curve));
        Some(Directions { styles, audio_curve, style_curve, kept })
    }

    /// The state, while it may change.
    fn open(&self) -> Result<MutexGuard<'_, State>> {
        let state = self.lock();
        if state.taken {
            let detail = "the motion is begun: its styles and guidance do not change any more";
            return Err(Error::InvalidState(detail.to_owned()));
        }
        Ok(state)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn style(&mut self, index: usize) -> Result<&mut Directed> {
        let count = self.styles.len();
        self.styles
            .get_mut(index)
            .ok_or_else(|| Error::InvalidArgument(format!("style {index} of a session that has {count} styles")))
    }
}

/// The frames that no style has a weight in, where there are such and others.
fn kept(styles: &[motion::Style], frames: usize) -> Option<Frames> {
    let styled = |frame: usize| {
        styles.iter().any(|style| style.strength != 0.0 && style.weights.as_ref().is_none_or(|w| w[frame] != 0.0))
    };
    let mask: Vec<f32> = (0..frames).map(|frame| f32::from(u8::from(!styled(frame)))).collect();
    (mask.contains(&0.0) && mask.contains(&1.0)).then(|| Frames::new(1, mask))
}
