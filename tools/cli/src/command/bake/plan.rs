//! What a run would do: lines, sound, time and space. Nothing is written into the store.
//!
//! Time and space are measured on this machine, with this pack: two short hums are animated into a temporary folder.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Error, Result};
use media2face::audio::RATE_HZ;
use serde::Serialize;

use super::recipe::Recipe;
use super::report::Lines;
use super::store::Store;
use super::table::{Asked, Cells, Fault, Heard, Line, Table};
use super::worker::{Failure, Worker};
use super::{Partly, kinds, own, wanted};
use crate::command::args::Bake;
use crate::emit::recording;
use crate::emit::staged::Staged;
use crate::input::sound::Sound;
use crate::input::tts::NO_SPEAKER;
use crate::process::progress::Tally;
use crate::process::{interrupt, tell};

/// Letters that are spoken in a second, about.
const LETTERS_A_SECOND: f64 = 15.0;
/// Lengths of the hums, s.
const HUMS_S: [f64; 2] = [1.0, 3.0];

/// What would be done.
#[derive(Serialize, Default)]
struct Plan {
    shard: String,
    lines: usize,
    to_make: usize,
    there: usize,
    /// Of lines to make that come to the same as another.
    shared: usize,
    failed: usize,
    /// Sound of lines to make, from files and, by their letters, of texts.
    sound_s: f64,
    texts: usize,
    /// About, at as many workers.
    jobs: usize,
    time_s: f64,
    bytes: u64,
}

#[derive(Serialize)]
struct Wrong<'a> {
    line: usize,
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<&'static str>,
    error: &'a str,
}

/// Tells what would be done: lines that cannot be made, then one that sums up.
pub fn run(args: &Bake, table: &Table, recipe: &Recipe) -> Result<()> {
    let (mut plan, mut lines) =
        (Plan { shard: format!("{}/{}", args.shard.number, args.shard.of), ..Plan::default() }, Lines::default());
    let (store, kinds, mut names) = (Store::at(&args.store), kinds(args), BTreeSet::new());
    let rows = own(args, table);
    let tally = Tally::new(rows.len(), args.quiet);
    for (at, row) in rows.iter().enumerate() {
        interrupt::check()?;
        tally.show("lines", at, 0);
        plan.lines += 1;
        let looked = row.line.as_ref().map_err(Clone::clone).and_then(|line| {
            let object = recipe.object(table, line)?;
            Ok((line, sound_s(table, line, args.tts.tts.is_some())?, object))
        });
        match looked {
            Ok((line, _, object)) if store.missing(&object, &wanted(line, &kinds)).is_empty() => plan.there += 1,
            Ok((line, sound_s, object)) => {
                plan.to_make += 1;
                if names.insert(object) {
                    plan.texts += usize::from(matches!(line.heard, Heard::Text(_)));
                    plan.sound_s += sound_s;
                } else {
                    plan.shared += 1;
                }
            }
            Err(fault) => {
                plan.failed += 1;
                let (column, error) = (fault.column, fault.message.as_str());
                lines.write(&Wrong { line: row.number, id: &row.id, status: "failed", column, error })?;
                tally.aside(|| tell::line(&format!("{}, {fault}", table.place(row))));
            }
        }
    }
    drop(tally);
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    plan.jobs = args.jobs.map_or_else(cores, |jobs| jobs as usize).min(plan.to_make).max(1);
    estimate(args, recipe, &mut plan)?;
    lines.write(&serde_json::json!({ "plan": plan }))?;
    let Plan { to_make, there, failed, sound_s, time_s, bytes, jobs, .. } = &plan;
    let text = format!(
        "{to_make} lines to make ({sound_s:.0} s of sound), {there} are there, {failed} cannot be made; about {} at {jobs} at once, {:.1} MB",
        duration(*time_s),
        *bytes as f64 / 1e6
    );
    if *failed > 0 {
        return Err(Partly(text).into());
    }
    tell::line(&text);
    Ok(())
}

/// Seconds that a line is heard for; of a text about.
fn sound_s(table: &Table, line: &Line, speaks: bool) -> Result<f64, Fault> {
    match &line.heard {
        Heard::Text(_) if !speaks => Err(Fault::of("text", NO_SPEAKER)),
        Heard::Text(text) => Ok(text.chars().count() as f64 / LETTERS_A_SECOND),
        Heard::File(path) => {
            seconds(&table.folder.join(path)).map_err(|error| Fault::of("sound", format!("{error:#}")))
        }
    }
}

/// By the sound's header, else by all of it.
fn seconds(path: &Path) -> Result<f64> {
    let sound = Sound::open(path)?;
    let (rate_hz, channels) = (f64::from(sound.sample_rate_hz()), sound.channel_count() as usize);
    if let Some(frames) = sound.expected_frames().filter(|frames| *frames > 0) {
        return Ok(frames as f64 / rate_hz);
    }
    let mut samples = 0;
    sound.stream(&|_| {}, |piece| {
        samples += piece.len();
        Ok(())
    })?;
    Ok((samples / channels) as f64 / rate_hz)
}

/// Time and space of what is to be made, by what two hums take.
fn estimate(args: &Bake, recipe: &Recipe, plan: &mut Plan) -> Result<()> {
    let distinct = plan.to_make - plan.shared;
    if distinct == 0 {
        return Ok(());
    }
    let worker = Worker::new(args)?;
    let hum = Line { heard: Heard::Text(String::new()), asked: Asked::default(), cells: Cells::new() };
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let one = |hum_s: f64| -> Result<(f64, u64)> {
        let samples: Vec<f32> =
            (0..(hum_s * f64::from(RATE_HZ)) as usize).map(|i| (i as f32 * 0.05).sin() * 0.2).collect();
        let sound = Sound::of_stream(Path::new("hum"), Cursor::new(recording::mono_wav(&samples)?))?;
        let begun = Instant::now();
        let origin = recipe.provenance(&hum, "0".repeat(64));
        let output = worker.animate(sound, "hum".to_owned(), "sound", &hum, &origin);
        let output = output.map_err(|failure| match failure {
            Failure::Line(fault) => Error::msg(fault.to_string()),
            Failure::All(error) => error,
        })?;
        let mut bytes = 0;
        for kind in kinds(args) {
            let mut file = Staged::create(&folder.path().join(kind.ending()))?;
            output.emit(kind, &mut file)?;
            bytes += std::fs::metadata(file.aside())?.len();
        }
        Ok((begun.elapsed().as_secs_f64(), bytes))
    };
    // The first pays for what is prepared once.
    one(HUMS_S[0])?;
    let [(short, few), (long, many)] = [one(HUMS_S[0])?, one(HUMS_S[1])?];
    let per_second = |short: f64, long: f64| ((long - short) / (HUMS_S[1] - HUMS_S[0])).max(0.0);
    let each = |short: f64, long: f64| (short - HUMS_S[0] * per_second(short, long)).max(0.0);
    let total = |short, long| distinct as f64 * each(short, long) + plan.sound_s * per_second(short, long);
    plan.time_s = total(short, long) / plan.jobs as f64;
    plan.bytes = total(few as f64, many as f64) as u64;
    Ok(())
}

fn duration(seconds: f64) -> String {
    match seconds {
        ..90.0 => format!("{seconds:.0} s"),
        ..5400.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}
