//! The page of a stream: its face beside that of the same sound made at once, to be compared.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use media2face::signal::FrameRate;
use media2face::{Animation, Model, Session, SessionOptions};

use crate::command::args::{Live, StyleGroup};
use crate::command::generate;
use crate::emit::glb::{self, Figure};
use crate::emit::page::{self, Clip, Page};
use crate::emit::recording::Recording;
use crate::emit::staged::Staged;
use crate::emit::track::Track;
use crate::input::face::Face;
use crate::input::sound::Sound;
use crate::process::tell;
use crate::render::placement::Placement;

/// Longest sound of a page, ms: the stream keeps all of its motion.
pub const MOST_MS: u32 = 600_000;
/// The stream is on the left, the clip on the right, metres apart.
const NAMES: [&str; 2] = ["live", "offline"];
const APART_M: f32 = 0.3;
/// The name of the sound in the .glb inside.
const SOUND: &str = "sound.wav";

/// Where it will be, so that a folder that cannot be written fails before the work.
pub fn stage(args: &Live) -> Result<Option<Staged>> {
    args.page.as_deref().map(Staged::create).transpose()
}

/// Writes it, of a stream that has heard all of its sound.
pub fn write(args: &Live, stream: &media2face::Stream, mut file: Staged) -> Result<()> {
    let path = args.heard.wav.as_deref().context("a page is of a sound file: --wav FILE")?;
    ensure!(stream.state().first_sample == 0, "the sound is longer than {} s: too long for a page", MOST_MS / 1000);
    let live = stream.take_result()?;
    let model = stream.model();
    let (offline, wav) = offline(args, model, live.seed(), path)?;
    let fps = FrameRate::from(model.manifest().fps);
    let mut tracks = [generate::track(&live, fps)?, generate::track(&offline, fps)?];
    // The last frames of a stream wait for sound that never comes.
    let frames = tracks.iter().map(Track::frame_count).min().unwrap_or(0);
    tracks.iter_mut().for_each(|track| track.cut(frames));
    let face = Face::of(&live, None)?;
    let offsets_mm = face.blendshape_offsets_mm(model)?;
    let figures: Vec<Figure> = (0..2)
        .map(|side| {
            let position_m = [(side as f32 - 0.5) * APART_M, 0.0, 0.0];
            let placement = Placement { position_m, facing_deg: 0.0 };
            Figure {
                stands: Some((NAMES[side], placement)),
                mesh: &face.mesh,
                offsets_mm: &offsets_mm,
                track: &tracks[side],
            }
        })
        .collect();
    let mut bytes = Vec::new();
    glb::write(&figures, SOUND, None, &mut bytes)?;
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let manifest = model.manifest();
    let facts = [
        format!("left: live, {:.0} ms behind the sound", stream.state().latency_ms),
        "right: the same sound at once".to_owned(),
        format!("{} {}", manifest.name, manifest.version),
        format!("seed {}", live.seed()),
    ];
    let clip = Clip { duration_s: fps.time_s(frames), fps: fps.hz(), facts: &facts, bands: &[] };
    file.write(|out| page::write(&Page { title: &name, clip, glb: &bytes, wav: wav.as_deref() }, out))?;
    file.persist().map(drop)
}

/// The same sound as a clip, with the stream's seed, style and guidance; and the sound for the page.
fn offline(args: &Live, model: &Arc<Model>, seed: u64, path: &Path) -> Result<(Arc<Animation>, Option<Vec<u8>>)> {
    let sound = Sound::open(path)?;
    let mut recording = Recording::of(&sound)?;
    let options = args.stream.sampling.over(SessionOptions {
        identity: args.stream.identity.find(model)?,
        styles: args.stream.style()?.map(StyleGroup::track).transpose()?.into_iter().collect(),
        ..SessionOptions::new(sound.sample_rate_hz(), sound.channel_count())
    });
    let session = Session::new(model, SessionOptions { seed, ..options })?;
    sound.stream(&|_: &str| {}, |piece| {
        recording.add(piece)?;
        Ok(session.push_f32(piece)?)
    })?;
    session.finish()?;
    session.wait(None)?;
    let animation = session.pull()?.context("the clip is not done")?;
    tell::line("page: the clip is made");
    Ok((animation, recording.finish()?))
}
