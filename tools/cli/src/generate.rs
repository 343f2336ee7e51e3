//! A WAV file through a session: the animation, and what is drawn and written of it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow};
use media2face::session::{Animation, Model, Session, SessionOptions, Stage};

use crate::envelope::Envelope;
use crate::interrupt;
use crate::progress::Progress;
use crate::track::Track;
use crate::wav::Wav;

/// Frames that are decoded at once.
pub const CHUNK_FRAMES: usize = 128;

/// The options of a session that takes this file.
pub fn options(wav: &Wav) -> SessionOptions {
    SessionOptions::new(wav.sample_rate_hz(), wav.channel_count())
}

/// Pushes the file; its outline, with so much silence behind it.
pub fn push(session: &Session, wav: Wav, tail_s: f64, progress: &Progress) -> Result<Envelope> {
    let (channels, frame_count) = (wav.channel_count() as usize, wav.frame_count());
    let mut envelope = Envelope::new(frame_count + (tail_s * f64::from(wav.sample_rate_hz())).round() as usize);
    let mut taken = 0;
    wav.stream(|chunk| {
        session.push_f32(chunk)?;
        envelope.add(chunk, channels);
        taken += chunk.len() / channels;
        progress.show(Stage::Input.name(), taken as f32 / frame_count as f32);
        Ok(())
    })?;
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

/// The animation of a file.
pub fn animation(model: &Arc<Model>, options: SessionOptions, wav: Wav, progress: &Progress) -> Result<Arc<Animation>> {
    let tail_s = options.tail_s;
    let session = Session::new(model, options)?;
    push(&session, wav, tail_s, progress)?;
    finish(&session, progress)
}

/// Weights and head poses of every frame.
pub fn track(animation: &Arc<Animation>, fps: f32) -> Result<Track> {
    let mut reader = animation.reader()?;
    let frame_count = animation.frame_count(fps)?;
    let names = animation.model().blendshape_names().to_vec();
    let mut weights = Vec::with_capacity(frame_count * names.len());
    for first in (0..frame_count).step_by(CHUNK_FRAMES) {
        weights.extend(reader.weights(fps, first, CHUNK_FRAMES.min(frame_count - first))?);
    }
    Ok(Track { fps, names, weights, heads: reader.heads(fps, 0, frame_count)? })
}
