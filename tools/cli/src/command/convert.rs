//! `m2f convert`: upstream checkpoints, or a seed, into a model pack.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use media2face::Error;
use media2face::pack::{self, Checkpoint, Pack};

use crate::command::args::{Convert, Size};
use crate::emit::staged::Staged;
use crate::{input::file, input::model, input::text, process::interrupt};

/// Writes the pack; gives a line that says what it holds.
pub fn run(args: &Convert) -> Result<String> {
    interrupt::watch();
    let pack = match args.random {
        Some(size) => pack::random(pack_size(size), args.seed)?,
        None => convert(args)?,
    };
    let folder = args.out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    ensure!(folder.is_dir(), "cannot write the model {}: there is no folder {}", args.out.display(), folder.display());
    let mut file = Staged::create(&args.out)?;
    file.write(|out| Ok(pack.write(out)?))?;
    interrupt::check()?;
    file.persist()?;
    let bytes = fs::metadata(&args.out).map_or(0, |file| file.len());
    Ok(format!("{}: {} tensors, {bytes} bytes", args.out.display(), pack.tensors().len()))
}

/// The library's name for a size.
pub fn pack_size(size: Size) -> pack::Size {
    match size {
        Size::Tiny => pack::Size::Tiny,
        Size::Small => pack::Size::Small,
        Size::Full => pack::Size::Full,
    }
}

fn convert(args: &Convert) -> Result<Pack> {
    let mut result = args.into.as_deref().map(|base| model::open_pack(Some(base))).transpose()?;
    let sources: [(&[PathBuf], Converter); 2] =
        [(&args.wav2vec2, pack::convert_wav2vec2), (&args.clip, pack::convert_clip)];
    for (paths, converter) in sources.into_iter().filter(|(paths, _)| !paths.is_empty()) {
        let towers = tower(paths, converter)?;
        result = Some(match result {
            Some(base) => base.merge(&towers).with_context(|| format!("cannot add {}", list(paths)))?,
            None => towers,
        });
    }
    result.ok_or_else(|| anyhow!("nothing to convert"))
}

/// A conversion of the library: `config.json` and weights.
type Converter = fn(&str, &Checkpoint) -> Result<Pack, Error>;

fn tower(paths: &[PathBuf], converter: Converter) -> Result<Pack> {
    let (config, weights) = checkpoint_files(paths)?;
    file::check(&weights)?;
    let json = text::read(&config, file::CONFIG)?;
    let checkpoint =
        Checkpoint::open(&weights).map_err(|error| model::failure("cannot open the checkpoint", &weights, &error))?;
    converter(&json, &checkpoint).with_context(|| format!("cannot convert the checkpoint {}", weights.display()))
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" and ")
}

/// `config.json` and the safetensors file, from a folder or in either order.
fn checkpoint_files(paths: &[PathBuf]) -> Result<(PathBuf, PathBuf)> {
    let is_json = |path: &Path| path.extension().is_some_and(|extension| extension == "json");
    match paths {
        [folder] if folder.is_dir() => Ok((folder.join("config.json"), folder.join("model.safetensors"))),
        [config, weights] | [weights, config] if is_json(config) && !is_json(weights) => {
            Ok((config.clone(), weights.clone()))
        }
        [path] if !path.exists() => bail!("there is no checkpoint {}", path.display()),
        _ => bail!("{}: a checkpoint is a folder, or a config.json and a .safetensors file", list(paths)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_are_folders_or_two_files_in_any_order() {
        let [config, weights] = ["a/config.json", "b/model.safetensors"].map(PathBuf::from);
        let files = (config.clone(), weights.clone());
        assert_eq!(checkpoint_files(&[config.clone(), weights.clone()]).unwrap(), files);
        assert_eq!(checkpoint_files(&[weights.clone(), config.clone()]).unwrap(), files);
        assert!(checkpoint_files(&[weights]).is_err());
        assert!(checkpoint_files(&[config.clone(), config]).is_err());
        let folder = tempfile::tempdir().unwrap();
        let (config, _) = checkpoint_files(&[folder.path().to_owned()]).unwrap();
        assert_eq!(config, folder.path().join("config.json"));
    }
}
