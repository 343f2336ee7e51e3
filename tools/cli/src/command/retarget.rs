//! `m2f retarget`: weights that a file has, by the channels of another rig. No model is needed.

use std::path::Path;

use anyhow::{Context, Result};
use media2face::output::Rig;

use crate::command::args::Retarget;
use crate::emit::Emit;
use crate::emit::staged::Staged;
use crate::emit::track::Track;
use crate::emit::{a2f, csv, json, table};
use crate::input::weights::{self, Recorded};
use crate::process::interrupt;
use crate::{process::tell, process::temporary};

/// Writes the files; gives the line that sums them up.
pub fn run(args: &Retarget) -> Result<String> {
    interrupt::watch();
    let Recorded { track, seed } = weights::read(&args.input, args.fps, &tell::warning)?;
    weights::check_arkit(&track.names, &args.input, &tell::warning)?;
    let driven = track.driven(args.rig)?;
    let stem = stem(&args.input)?;
    let mut kinds: Vec<Emit> = Vec::new();
    args.emit.iter().for_each(|kind| kinds.extend((!kinds.contains(kind)).then_some(*kind)));
    let mut files = Vec::new();
    for kind in kinds {
        interrupt::check()?;
        let name = format!("{stem}.{}.{}", args.rig.name, kind.ending());
        let mut file = Staged::create(&args.out.join(&name))?;
        write(kind, args.rig, &track, &driven, seed, &args.input, &mut file)?;
        files.push((name, file));
    }
    let _naming = temporary::naming();
    interrupt::check()?;
    let (frames, channels) = (driven.frame_count(), driven.names.len());
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    files.into_iter().try_for_each(|(_, file)| file.persist().map(drop))?;
    let (rig, fps, names) = (args.rig.name, track.fps, names.join(", "));
    Ok(format!("{frames} frames at {fps} fps, {channels} channels of {rig}: {names} in {}", args.out.display()))
}

fn write(
    kind: Emit,
    rig: &Rig,
    track: &Track,
    driven: &Track,
    seed: Option<u64>,
    input: &Path,
    file: &mut Staged,
) -> Result<()> {
    match kind {
        Emit::Json => file.write(|out| Ok(json::write(driven, seed, None, Some(rig.name), out)?)),
        Emit::Table => file.write(|out| Ok(table::write(driven, out)?)),
        Emit::Csv => file.write(|out| Ok(csv::write(track, out)?)),
        Emit::A2f => {
            let track = track.driven(Rig::find("arkit")?)?;
            let name = input.file_name().unwrap_or_default().to_string_lossy();
            file.write(|out| Ok(a2f::write(&track, &name, out)?))
        }
        _ => unreachable!("the option takes no other kind"),
    }
}

/// What the files are called, before the rig's name: that of the file without its endings.
fn stem(input: &Path) -> Result<String> {
    let name = input.file_name().with_context(|| format!("{} has no name", input.display()))?.to_string_lossy();
    let whole = [".a2f.json", ".table.csv"].into_iter().find_map(|ending| name.strip_suffix(ending));
    let plain = || Path::new(&*name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    whole.map(str::to_owned).or_else(plain).with_context(|| format!("{} has no name", input.display()))
}
