//! `<stem>.frames/` and `<stem>.mp4`: every frame of an animation or of a track, seen from the front.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use media2face::Animation;
use media2face::picture::FaceBox;
use media2face::signal::{FrameRate, HeadPose};

use crate::emit::staged::StagedFolder;
use crate::emit::track::Track;
use crate::input::face::Face;
use crate::input::ffmpeg::FilmWriter;
use crate::process::interrupt;
use crate::process::progress::Progress;
use crate::render::camera::Camera;
use crate::render::canvas::{Area, Canvas, Colour};
use crate::render::each;
use crate::render::puppet::Puppet;
use crate::render::raster::Raster;
use crate::render::shade::{SUPERSAMPLING, resolve};

/// The head takes the whole picture; the square of 1.6 times the face's box, which E_exp and E_pose look at, stays inside.
const FILL: f32 = 0.92;
/// Top and bottom of what is behind a face.
pub(super) const BACKGROUND: [Colour; 2] = [[58, 62, 72], [34, 37, 44]];

/// Where the face is in each picture.
const BOXES: &str = "boxes.csv";

/// Whether a folder of pictures has a file of this name.
pub fn is_picture(name: &str) -> bool {
    let is_number = |stem: &str| stem.len() >= 7 && stem.bytes().all(|byte| byte.is_ascii_digit());
    name == BOXES || name.strip_suffix(".png").is_some_and(is_number)
}

/// A face that moves, as a row of square pictures.
pub struct Film {
    motion: Motion,
    face: Face,
    heads: Vec<HeadPose>,
    fps: FrameRate,
    side: usize,
    camera: Camera,
}

/// What moves the face.
enum Motion {
    /// The model's decoder.
    Decoded(Arc<Animation>),
    /// Weights [frames, names].
    Weights(Arc<Puppet>, Vec<f32>),
}

/// Offsets of so many frames from one on, [count, vertices, 3] mm.
type Offsets<'a> = Box<dyn FnMut(usize, usize) -> Result<Vec<f32>> + 'a>;

/// A picture of a film.
struct Picture {
    canvas: Canvas,
    face: FaceBox,
}

impl Film {
    /// Pictures of `side × side` pixels, `fps` a second.
    pub fn new(animation: &Arc<Animation>, face: Face, fps: FrameRate, side: usize) -> Result<Self> {
        let heads = animation.reader()?.heads(fps, 0, animation.frame_count(fps)?)?;
        Ok(Self::of(Motion::Decoded(Arc::clone(animation)), face, heads, fps, side))
    }

    /// The same of a track, whose names are the puppet's.
    pub fn of_track(puppet: &Arc<Puppet>, track: Track, side: usize) -> Self {
        let motion = Motion::Weights(Arc::clone(puppet), track.weights);
        Self::of(motion, puppet.face().clone(), track.heads, track.fps, side)
    }

    fn of(motion: Motion, face: Face, heads: Vec<HeadPose>, fps: FrameRate, side: usize) -> Self {
        let texels = side * SUPERSAMPLING;
        let camera = Camera::framing(&face.mesh.head_mm(), 0.0, texels, texels, FILL);
        Self { motion, face, heads, fps, side, camera }
    }

    /// The same with a head that stays as it is at rest.
    pub fn with_still_head(mut self) -> Self {
        self.heads.fill(HeadPose::default());
        self
    }

    /// PNG files named by their frames, and `boxes.csv`: where the face is in each.
    pub fn write_pictures(&self, folder: &StagedFolder, progress: &Progress) -> Result<()> {
        let mut boxes = "frame,x,y,w,h\n".to_owned();
        self.draw("frames", progress, |frame, picture| {
            let FaceBox { x, y, width, height } = picture.face;
            writeln!(boxes, "{frame},{x:.1},{y:.1},{width:.1},{height:.1}").expect("a string takes all");
            folder.write(&format!("{frame:07}.png"), |out| picture.canvas.write_png(out))
        })?;
        folder.write(BOXES, |out| Ok(out.write_all(boxes.as_bytes())?))
    }

    /// An MP4 film, with the sound of a WAV file or without any.
    pub fn write_mp4(&self, sound: Option<&Path>, film: &Path, progress: &Progress) -> Result<()> {
        let mut writer = FilmWriter::create(film, sound, [self.side; 2], self.fps)?;
        self.draw("mp4", progress, |_, picture| writer.write(picture.canvas.rgb()))?;
        writer.finish()
    }

    /// Draws every frame, several at once, and hands them to `take` in order.
    fn draw(
        &self,
        stage: &'static str,
        progress: &Progress,
        mut take: impl FnMut(usize, &Picture) -> Result<()>,
    ) -> Result<()> {
        let threads = self.face.identity().model().runtime().threads().max(1);
        let mut offsets = self.offsets()?;
        let (count, width) = (self.heads.len(), self.face.mesh.vertices_mm.len() * 3);
        // A few pictures for each thread, so that one slow picture holds nobody up for long.
        let chunk = 4 * threads;
        for first in (0..count).step_by(chunk) {
            interrupt::check()?;
            progress.show(stage, first as f32 / count as f32);
            let offsets_mm = offsets(first, chunk.min(count - first))?;
            let poses: Vec<_> = offsets_mm.chunks_exact(width).zip(&self.heads[first..]).collect();
            let pictures = each(&poses, threads, |(offsets_mm, head)| self.picture(offsets_mm, head));
            pictures.iter().zip(first..).try_for_each(|(picture, frame)| take(frame, picture))?;
        }
        Ok(())
    }

    fn offsets(&self) -> Result<Offsets<'_>> {
        Ok(match &self.motion {
            Motion::Decoded(animation) => {
                let mut reader = animation.reader()?;
                Box::new(move |first, count| self.face.offsets_mm(&mut reader, self.fps, first, count))
            }
            Motion::Weights(puppet, weights) => {
                Box::new(move |first, count| Ok(puppet.offsets_mm(weights, first, count)))
            }
        })
    }

    fn picture(&self, offsets_mm: &[f32], head: &HeadPose) -> Picture {
        let positions = self.face.mesh.posed(&self.face.mesh.moved(offsets_mm), head);
        let texels = self.side * SUPERSAMPLING;
        let raster = Raster::draw(&self.face.mesh, &positions, &self.camera, texels, texels);
        let mut canvas = Canvas::new(self.side, self.side, BACKGROUND[1]);
        let whole = Area { x: 0, y: 0, width: self.side, height: self.side };
        canvas.panel(whole, 0.0, BACKGROUND[0], BACKGROUND[1]);
        for (place, (colour, cover)) in resolve(&raster, &self.face.mesh).into_iter().enumerate() {
            canvas.blend(place % self.side, place / self.side, colour, cover);
        }
        let points = self.face.span.iter().map(|&vertex| self.camera.project(positions[vertex], texels, texels));
        Picture { canvas, face: bounds(points) }
    }
}

/// What the box has around its points, as a share of its height: it ends above the brows.
const AROUND: f32 = 0.05;

/// The face's box around points of a raster, in pixels; empty for none.
fn bounds(points: impl Iterator<Item = [f32; 2]>) -> FaceBox {
    let (mut low, mut high) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
    for point in points {
        for axis in 0..2 {
            let at = point[axis] / SUPERSAMPLING as f32;
            (low[axis], high[axis]) = (low[axis].min(at), high[axis].max(at));
        }
    }
    let [width, height] = [high[0] - low[0], high[1] - low[1]];
    let around = AROUND * height;
    FaceBox { x: low[0] - around, y: low[1] - around, width: width + 2.0 * around, height: height + 2.0 * around }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pictures_are_numbers() {
        assert!(["0000000.png", "0123456.png", "12345678.png", "boxes.csv"].into_iter().all(is_picture));
        assert!(
            !["000000.png", "000000a.png", "0000000.PNG", ".png", "a.png", "notes.csv"].into_iter().any(is_picture)
        );
    }

    #[test]
    fn bounds_are_in_pixels_and_reach_a_little_further() {
        let FaceBox { x, y, width, height } = bounds([[4.0, 10.0], [8.0, 30.0], [5.0, 50.0]].into_iter());
        assert_eq!([x, y, width, height], [1.0, 4.0, 4.0, 22.0]);
    }
}
