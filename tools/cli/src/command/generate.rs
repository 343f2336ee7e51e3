//! A sound through a session: the animation, and what is drawn and written of it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow};
use media2face::signal::FrameRate;
use media2face::{Animation, Model, Session, SessionOptions, Solver, Stage};

use crate::emit::envelope::Envelope;
use crate::emit::track::Track;
use crate::input::sound::Sound;
use crate::process::interrupt;
use crate::process::progress::Progress;

/// Frames that are decoded at once.
pub const CHUNK_FRAMES: usize = 128;

/// The options of a session that takes this sound.
pub fn options(sound: &Sound) -> SessionOptions {
    SessionOptions::new(sound.sample_rate_hz(), sound.channel_count())
}

/// Pushes the sound, which `also` sees as the session does; its outline, with so much silence behind it.
pub fn push(
    session: &Session,
    sound: Sound,
    tail_s: f64,
    warn: &dyn Fn(&str),
    mut also: impl FnMut(&[f32]) -> Result<()>,
    progress: &Progress,
) -> Result<Envelope> {
    let (channels, expected) = (sound.channel_count() as usize, sound.expected_frames());
    let tail = (tail_s * f64::from(sound.sample_rate_hz())).round() as usize;
    let mut envelope = Envelope::default();
    let mut taken = 0;
    sound.stream(warn, |piece| {
        session.push_f32(piece)?;
        envelope.add(piece, channels);
        also(piece)?;
        taken += piece.len() / channels;
        progress.show(Stage::Input.name(), expected.map_or(0.0, |all| taken as f32 / all.max(1) as f32));
        Ok(())
    })?;
    envelope.add_silence(tail);
    Ok(envelope)
}

/// Waits for the motion of what was pushed.
pub fn finish(session: &Session, progress: &Progress) -> Result<Arc<Animation>> {
    Ok(finish_together(&[session], progress)?.remove(0))
}

/// Waits for the motions of what was pushed to several sessions of one model: one job, in the same batches.
pub fn finish_together(sessions: &[&Session], progress: &Progress) -> Result<Vec<Arc<Animation>>> {
    Session::finish_together(sessions)?;
    while !sessions[0].wait(Some(Duration::from_millis(40)))? {
        interrupt::check()?;
        let now = sessions[0].progress();
        progress.show(now.stage.name(), now.fraction);
    }
    let pull = |session: &&Session| {
        session.wait(None)?;
        session.pull()?.ok_or_else(|| anyhow!("the job ended without a result"))
    };
    sessions.iter().map(pull).collect()
}

/// The animation of a sound that was looked at before: nothing is told of it.
pub fn animation(
    model: &Arc<Model>,
    options: SessionOptions,
    sound: Sound,
    progress: &Progress,
) -> Result<Arc<Animation>> {
    let tail_s = options.tail_s;
    let session = Session::new(model, options)?;
    push(&session, sound, tail_s, &|_| {}, |_| Ok(()), progress)?;
    finish(&session, progress)
}

/// Weights and head poses of every frame.
pub fn track(animation: &Arc<Animation>, fps: FrameRate) -> Result<Track> {
    let mut reader = animation.reader()?;
    let frame_count = animation.frame_count(fps)?;
    let names = animation.model().blendshape_names().to_vec();
    let mut weights = Vec::with_capacity(frame_count * names.len());
    for first in (0..frame_count).step_by(CHUNK_FRAMES) {
        weights.extend(reader.weights(fps, first, CHUNK_FRAMES.min(frame_count - first))?);
    }
    let eye_range = animation.model().eye_range();
    Ok(Track { fps, drop_frame: false, names, weights, heads: reader.heads(fps, 0, frame_count)?, eye_range })
}

/// The frames of a track by a rig's own blendshapes. All at once: smoothing goes over the whole clip.
pub fn solved(animation: &Arc<Animation>, track: &Track, solver: &Solver) -> Result<Track> {
    let names = solver.names().to_vec();
    let mut weights = vec![0.0; track.frame_count() * names.len()];
    animation.reader()?.solved_weights_into(solver, track.fps, 0, &mut weights)?;
    Ok(Track { names, weights, heads: track.heads.clone(), ..*track })
}
