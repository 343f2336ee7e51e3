//! `m2f live`: sound in while it is spoken, faces out while it is heard.
//!
//! ```text
//! standard input, file, microphone ─ input ─→ ear (the stream, and its clock) ─→ sending ─→ targets
//!                                             ↑ control: lines of other programs
//! ```
//!
//! Sound is written on a thread of its own, commands come on others. The main thread sends: at its pace the face of the sound
//! that was written a delay ago, or, where that was asked for, every face as soon as it is ready.

mod control;
mod ear;
mod input;
#[cfg(feature = "microphone")]
mod microphone;
#[cfg(not(feature = "microphone"))]
#[path = "without_microphone.rs"]
mod microphone;
mod page;
mod report;
mod sending;
mod targets;

use std::sync::{Arc, mpsc};
use std::thread;

use anyhow::{Context, Result, ensure};
use media2face::{Model, StreamOptions, Underrun};

use crate::command::args::{Live, StyleGroup};
use crate::input::model;
use crate::process::{interrupt, tell};
use control::Control;
pub use control::Order;
use ear::Ear;
use input::Input;
use sending::{End, Sending};
use targets::{Named, Targets};

/// What of the sound that is written is not animated yet, at most, beside the latency, ms.
const AHEAD_MS: u32 = 1_000;

/// Sends until the sound ends, or nobody wants more; what there is to tell is told on the way.
pub fn run(args: &Live) -> Result<String> {
    interrupt::watch();
    let fps = args.rate()?;
    let page = page::stage(args)?;
    let input = Input::open(&args.heard)?;
    let model = model::load(args.pack.open()?, args.compute.options()?, tell::warning)?;
    let ear = Arc::new(listen(args, &model, &input)?);
    let named = Named { subject: &args.subject, weights: args.vmc_names };
    let mut targets = Targets::open(&args.to, &model, named, fps)?;
    let control = args.control.as_ref().map(|at| Control::bind(at, &ear, &model)).transpose()?;
    if !args.quiet {
        tell::line(&report::start(&input, &ear, &targets, control.as_ref()));
    }
    let ended = write(input, &ear)?;
    let mut sending = Sending::new(&ear, &mut targets, fps);
    let sent = if args.heard.fast_forward { sending.fast_forward() } else { sending.at_its_pace() };
    ear.stop();
    let lateness = sending.into_lateness();
    drop(control);
    let told = report::end(&ear, &targets, &lateness);
    // Clients take the last faces.
    drop(targets);
    if !args.quiet {
        tell::line(&told);
    }
    match sent? {
        End::Sound => ended.recv().context("the input ended without a word")??,
        End::Unwanted => {}
    }
    page.map_or(Ok(()), |file| page::write(args, ear.stream(), file))?;
    Ok(String::new())
}

/// Makes the stream.
fn listen(args: &Live, model: &Arc<Model>, input: &Input) -> Result<Ear> {
    let trained = model.manifest().live.as_ref().is_none_or(|live| live.trained);
    ensure!(
        trained || !args.stream.is_fast(),
        "the pack's live network was drawn, not trained: --latency careful works without it"
    );
    let options = args.stream.options(StreamOptions::new(input.rate_hz(), input.channels()))?;
    let hop_ms = args.stream.hop() as f64 / f64::from(model.manifest().fps) * 1e3;
    let style = args.stream.style()?.map(StyleGroup::track).transpose()?;
    let style = match style {
        Some(track) => {
            args.stream.strict.check(model, &track.style)?;
            Some((model.prepare_style(&track.style)?, track.strength))
        }
        None => None,
    };
    let strength = style.as_ref().map_or(options.style_strength, |(_, strength)| *strength);
    let delay_ms = args.stream.delay;
    let options = StreamOptions {
        identity: args.stream.identity.find(model)?,
        style: style.map(|(style, _)| style),
        style_strength: strength,
        // Every face is that of its sound: nothing goes in between.
        underrun: if args.heard.fast_forward { Underrun::Hold } else { options.underrun },
        keep_ms: if args.page.is_some() { page::MOST_MS } else { options.keep_ms },
        ring_ms: 2 * AHEAD_MS + hop_ms.ceil() as u32 + delay_ms.unwrap_or(0.0).ceil() as u32,
        ..options
    };
    Ear::new(model, options, hop_ms, delay_ms)
}

/// Writes the sound on a thread of its own, which tells how that ended.
fn write(input: Input, ear: &Arc<Ear>) -> Result<mpsc::Receiver<Result<()>>> {
    let (sender, receiver) = mpsc::channel();
    let ear = Arc::clone(ear);
    let write = move || {
        let written = input.run(&ear).and_then(|()| ear.finish());
        if written.is_err() {
            ear.fail();
        }
        // Nobody listens where nobody wanted more.
        drop(sender.send(written));
    };
    thread::Builder::new().name("sound".to_owned()).spawn(write).context("cannot start a thread")?;
    Ok(receiver)
}
