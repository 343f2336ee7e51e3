//! Writes the inputs that fuzzers begin with: `seeds FOLDER` makes a folder for each target in it.

use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| io::Error::other("seeds FOLDER"))?;
    for target in &fuzz_targets::TARGETS {
        write(&folder.join(target.name), &(target.seeds)())?;
        let dictionary: String = target.words.iter().map(|word| entry(word)).collect();
        std::fs::write(folder.join(target.name).with_extension("dict"), dictionary)?;
    }
    Ok(())
}

fn write(folder: &Path, seeds: &[Vec<u8>]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    seeds
        .iter()
        .enumerate()
        .try_for_each(|(number, seed)| std::fs::write(folder.join(format!("seed-{number:03}")), seed))
}

/// A word as libFuzzer's dictionaries have it.
fn entry(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b" .,:;_-+=/{}[]<>#".contains(&byte);
    let escaped = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("\\x{byte:02X}") };
    format!("\"{}\"\n", word.bytes().map(escaped).collect::<String>())
}
