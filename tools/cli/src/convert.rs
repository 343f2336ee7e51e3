//! `m2f convert`: upstream checkpoints, or a seed, into a model pack.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use media2face::Error;
use media2face::pack::{self, Checkpoint, Pack};

use crate::args::{Convert, Size};
use crate::model;

/// Writes the pack; gives a line that says what it holds.
pub fn run(args: &Convert) -> Result<String> {
    let pack = match args.random {
        Some(size) => pack::random(pack_size(size), args.seed)?,
        None => convert(args)?,
    };
    pack.save(&args.out)?;
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
    let mut add = |towers: Pack| -> Result<()> {
        result = Some(match result.take() {
            Some(base) => base.merge(&towers)?,
            None => towers,
        });
        Ok(())
    };
    if !args.wav2vec2.is_empty() {
        add(tower(&args.wav2vec2, pack::convert_wav2vec2)?)?;
    }
    if !args.clip.is_empty() {
        add(tower(&args.clip, pack::convert_clip)?)?;
    }
    match result {
        Some(pack) => Ok(pack),
        None => bail!("nothing to convert"),
    }
}

fn tower(paths: &[PathBuf], convert: fn(&str, &Checkpoint) -> Result<Pack, Error>) -> Result<Pack> {
    let (config, weights) = checkpoint_files(paths)?;
    let json = fs::read_to_string(&config).with_context(|| format!("cannot read {}", config.display()))?;
    let checkpoint = Checkpoint::open(&weights)?;
    convert(&json, &checkpoint).with_context(|| format!("cannot convert {}", weights.display()))
}

/// `config.json` and the safetensors file, from a folder or in either order.
fn checkpoint_files(paths: &[PathBuf]) -> Result<(PathBuf, PathBuf)> {
    let is_json = |path: &Path| path.extension().is_some_and(|extension| extension == "json");
    match paths {
        [folder] if folder.is_dir() => Ok((folder.join("config.json"), folder.join("model.safetensors"))),
        [config, weights] | [weights, config] if is_json(config) && !is_json(weights) => {
            Ok((config.clone(), weights.clone()))
        }
        _ => bail!("a checkpoint is a folder, or a config.json and a .safetensors file"),
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
