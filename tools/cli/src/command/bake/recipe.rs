//! What a line is made of: its name in the store follows from it, and where it comes from is told by it.

use anyhow::Result;
use serde::Serialize;

use super::table::{Cells, Fault, Heard, Line, Table};
use crate::command::args::{Bake, Given};
use crate::emit::provenance::Provenance;
use crate::input::{digest, file};

/// Of names in the store: another number where the same recipe gives other bytes.
const FORMAT: u32 = 1;

/// What is the same for all lines of a run.
pub struct Recipe {
    /// Without seed and sound.
    provenance: Provenance,
    /// Of the command line; of lines that state none.
    seed: u64,
    /// The command that speaks texts.
    tts: Option<String>,
}

/// All that decides what a line becomes.
#[derive(Serialize)]
struct Key<'a> {
    format: u32,
    origin: &'a Provenance,
    seed: u64,
    heard: Sound<'a>,
    line: &'a Cells,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Sound<'a> {
    Sha256(String),
    Spoken { text: &'a str, tts: Option<&'a str> },
}

impl Recipe {
    /// Of a run with a pack.
    pub fn new(args: &Bake, manifest: &media2face::pack::Manifest, given: &Given) -> Result<Self> {
        let provenance = Provenance::new(manifest, args.pack.sha256()?, given.clone().sorted().options());
        let tts = args.tts.tts.as_ref().map(|words| words.line().to_owned());
        Ok(Self { provenance, seed: args.sampling.seed, tts })
    }

    /// The name of a line in the store. Reads the sound's bytes; a text is named by its words and by what speaks them.
    pub fn object(&self, table: &Table, line: &Line) -> Result<String, Fault> {
        let heard = match &line.heard {
            Heard::Text(text) => Sound::Spoken { text, tts: self.tts.as_deref() },
            Heard::File(path) => {
                let digest = file::sha256(&table.folder.join(path));
                Sound::Sha256(digest.map_err(|error| Fault::of("sound", format!("{error:#}")))?)
            }
        };
        let key = Key { format: FORMAT, origin: &self.provenance, seed: self.seed, heard, line: &line.cells };
        let key = serde_json::to_vec(&key).map_err(Fault::row)?;
        Ok(digest::of(&key))
    }

    /// Where a line comes from, whose sound has this hash.
    pub fn provenance(&self, line: &Line, sound_sha256: String) -> Provenance {
        let mut asked: Cells = line.cells.clone();
        if let Heard::Text(text) = &line.heard {
            asked.insert("text", text.clone());
        }
        self.provenance.clone().with_line(sound_sha256, asked)
    }
}
