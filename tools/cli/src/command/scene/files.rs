//! The files of a scene: those of each character, and those of all: sound, glTF, page, sheet and film.

use std::io::Write;
use std::path::Path;

use anyhow::Result;

use super::check::{Character, Scene};
use super::sound;
use super::timeline::Spoken;
use crate::command::output::Output;
use crate::emit::Emit;
use crate::emit::glb::{self, Figure};
use crate::emit::page::{self, Band, Clip, Page};
use crate::emit::recording;
use crate::emit::staged::Staged;
use crate::emit::usd;
use crate::input::face::Face;
use crate::input::ffmpeg::FilmWriter;
use crate::process::interrupt;
use crate::process::progress::Progress;
use crate::render::sheet::Pose;
use crate::render::stage::{Actor, Stage};
use crate::render::stage_sheet::{self, Role};

/// Stem of the files of all.
const STEM: &str = "scene";
/// The sound of all.
pub const SOUND: &str = "scene.wav";
/// The page of all.
pub const PAGE: &str = "scene.html";

/// Where everything is written aside.
pub struct Files {
    characters: Vec<Vec<(Emit, Staged)>>,
    sound: Staged,
    glb: Option<Staged>,
    usd: Option<Staged>,
    page: Option<Staged>,
    sheet: Option<Staged>,
    film: Option<Staged>,
    provenance: Option<Staged>,
}

impl Files {
    /// A place aside for each file, so that a folder that cannot be written fails before the work.
    pub fn create(out: &Path, kinds: &[Emit], characters: &[Character]) -> Result<Self> {
        let file = |stem: &str, ending: &str| Staged::create(&out.join(format!("{stem}.{ending}")));
        let own = |character: &Character| {
            let kinds = kinds.iter().filter(|kind| !matches!(kind, Emit::Html | Emit::Mp4 | Emit::Provenance));
            kinds.map(|kind| Ok((*kind, file(&character.name, kind.ending())?))).collect::<Result<Vec<_>>>()
        };
        let of_all = |kind: Emit| kinds.contains(&kind).then(|| file(STEM, kind.ending())).transpose();
        Ok(Self {
            characters: characters.iter().map(own).collect::<Result<_>>()?,
            sound: Staged::create(&out.join(SOUND))?,
            glb: of_all(Emit::Glb)?,
            usd: of_all(Emit::Usd)?,
            page: of_all(Emit::Html)?,
            sheet: of_all(Emit::Png)?,
            film: of_all(Emit::Mp4)?,
            provenance: of_all(Emit::Provenance)?,
        })
    }

    /// Writes all of them aside. Where the scene comes from is told with the first character's seed, from which the others
    /// count up.
    pub fn write(&mut self, scene: &Scene, outputs: &[Output], film_height: usize, progress: &Progress) -> Result<()> {
        for (output, files) in outputs.iter().zip(&mut self.characters) {
            for (kind, file) in files {
                interrupt::check()?;
                output.emit(*kind, file)?;
            }
        }
        if let Some(file) = &mut self.provenance {
            outputs[0].emit(Emit::Provenance, file)?;
        }
        let tracks = scene.characters.iter().map(|character| &character.samples[..]);
        let sound = recording::mono_wav(&sound::mix(tracks))?;
        self.sound.write(|out| Ok(out.write_all(&sound)?))?;
        if [&self.glb, &self.usd, &self.page, &self.sheet, &self.film].iter().all(|file| file.is_none()) {
            return Ok(());
        }
        let cast = Cast { scene, outputs, faces: outputs.iter().map(Output::face).collect::<Result<_>>()? };
        if self.glb.is_some() || self.page.is_some() {
            let glb = cast.glb(progress)?;
            if let Some(file) = &mut self.glb {
                file.write(|out| Ok(out.write_all(&glb)?))?;
            }
            if let Some(file) = &mut self.page {
                cast.write_page(&glb, &sound, file)?;
            }
        }
        if let Some(file) = &mut self.usd {
            progress.show("usd", 0.0);
            cast.figures(|figures| file.write(|out| usd::write(figures, SOUND, out)))?;
        }
        if let Some(file) = &mut self.sheet {
            cast.write_sheet(file)?;
        }
        match &mut self.film {
            Some(file) => cast.write_film(file.aside(), self.sound.aside(), film_height, progress),
            None => Ok(()),
        }
    }

    /// Gives them their names.
    pub fn persist(self) -> Result<()> {
        let own = self.characters.into_iter().flatten().map(|(_, file)| file);
        let of_all = [Some(self.sound), self.glb, self.usd, self.page, self.sheet, self.film, self.provenance];
        let of_all = of_all.into_iter().flatten();
        own.chain(of_all).try_for_each(|file| file.persist().map(drop))
    }
}

/// All characters with their faces.
struct Cast<'a> {
    scene: &'a Scene,
    outputs: &'a [Output],
    faces: Vec<Face>,
}

impl Cast<'_> {
    fn actors(&self) -> Vec<Actor<'_>> {
        let mut actors = Vec::with_capacity(self.faces.len());
        for (face, character) in self.faces.iter().zip(&self.scene.characters) {
            actors.push(Actor { mesh: &face.mesh, placement: character.placement });
        }
        actors
    }

    fn glb(&self, progress: &Progress) -> Result<Vec<u8>> {
        progress.show("glb", 0.0);
        let mut glb = Vec::new();
        self.figures(|figures| glb::write(figures, SOUND, Some(&self.outputs[0].provenance), &mut glb))?;
        Ok(glb)
    }

    /// All faces as files have them.
    fn figures(&self, write: impl FnOnce(&[Figure]) -> Result<()>) -> Result<()> {
        let model = &self.scene.model;
        let offsets = self.faces.iter().map(|face| face.blendshape_offsets_mm(model)).collect::<Result<Vec<_>>>()?;
        let mut figures = Vec::with_capacity(offsets.len());
        for (number, offsets_mm) in offsets.iter().enumerate() {
            let Character { name, placement, .. } = &self.scene.characters[number];
            let (mesh, track) = (&self.faces[number].mesh, &self.outputs[number].track);
            figures.push(Figure { stands: Some((name, *placement)), mesh, offsets_mm, track });
        }
        write(&figures)
    }

    fn write_page(&self, glb: &[u8], wav: &[u8], file: &mut Staged) -> Result<()> {
        let Scene { model, fps, characters, lines, .. } = self.scene;
        let band = |line: &Spoken| Band {
            label: characters[line.speaker].name.clone(),
            start_s: line.start_s,
            end_s: Some(line.end_s),
        };
        let bands: Vec<Band> = lines.iter().map(band).collect();
        let names = characters.iter().map(|character| character.name.as_str()).collect::<Vec<_>>().join(", ");
        let manifest = model.manifest();
        let facts = [names, format!("{} {}", manifest.name, manifest.version)];
        let duration_s = self.outputs[0].animation.duration_s();
        let clip = Clip { duration_s, fps: fps.hz(), facts: &facts, bands: &bands };
        let wav = recording::fits_page(wav).then_some(wav);
        file.write(|out| page::write(&Page { title: STEM, clip, glb, wav }, out))
    }

    fn write_sheet(&self, file: &mut Staged) -> Result<()> {
        let fps = self.scene.fps;
        let frames = stage_sheet::chosen_frames(self.outputs[0].track.frame_count());
        let mut roles = Vec::with_capacity(self.outputs.len());
        for (number, actor) in self.actors().into_iter().enumerate() {
            let (character, output) = (&self.scene.characters[number], &self.outputs[number]);
            let own = self.scene.lines.iter().filter(|line| line.speaker == number);
            roles.push(Role {
                name: &character.name,
                actor,
                poses: output.poses(&self.faces[number], &mut output.animation.reader()?, &frames)?,
                envelope: output.envelope.peaks(),
                spoken: own.map(|line| (line.start_s, line.end_s)).collect(),
            });
        }
        let (duration_s, threads) = (self.outputs[0].animation.duration_s(), self.threads());
        file.write(|out| stage_sheet::write(&roles, fps, duration_s, threads, out))
    }

    /// The stage, frame by frame, with the sound of all.
    fn write_film(&self, film: &Path, sound: &Path, height: usize, progress: &Progress) -> Result<()> {
        let (actors, threads) = (self.actors(), self.threads());
        let size = [Stage::width(&actors, height), height];
        let stage = Stage::new(&actors, size);
        let mut readers =
            self.outputs.iter().map(|output| output.animation.reader()).collect::<media2face::Result<Vec<_>>>()?;
        let mut writer = FilmWriter::create(film, Some(sound), size, self.scene.fps)?;
        let count = self.outputs[0].track.frame_count();
        // A few pictures for each thread, so that one slow picture holds nobody up for long.
        let chunk = 4 * threads;
        for first in (0..count).step_by(chunk) {
            interrupt::check()?;
            progress.show("mp4", first as f32 / count as f32);
            let frames: Vec<usize> = (first..count.min(first + chunk)).collect();
            let all = self.outputs.iter().zip(&self.faces).zip(&mut readers);
            let poses = all.map(|((output, face), reader)| output.poses(face, reader, &frames));
            let poses = poses.collect::<Result<Vec<Vec<Pose>>>>()?;
            let poses: Vec<&[Pose]> = poses.iter().map(Vec::as_slice).collect();
            stage.pictures(&poses, threads).iter().try_for_each(|picture| writer.write(picture.rgb()))?;
        }
        writer.finish()
    }

    fn threads(&self) -> usize {
        self.scene.model.runtime().threads().max(1)
    }
}
