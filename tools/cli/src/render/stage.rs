//! A scene seen from the front: all characters where they stand, farther ones behind nearer ones.

use crate::render::camera::Camera;
use crate::render::canvas::{Area, Canvas};
use crate::render::each;
use crate::render::film::BACKGROUND;
use crate::render::mesh::Mesh;
use crate::render::placement::Placement;
use crate::render::raster::Raster;
use crate::render::shade::{SUPERSAMPLING, resolve};
use crate::render::sheet::{Pixels, Pose, paint};
use crate::render::vector::Vec3;

/// The heads take most of the picture.
const FILL: f32 = 0.84;
/// Widest picture, as a share of its height.
const WIDEST: f32 = 3.0;

/// A character on the stage.
#[derive(Clone, Copy)]
pub struct Actor<'a> {
    pub mesh: &'a Mesh,
    pub placement: Placement,
}

/// Characters before a camera.
pub struct Stage<'a> {
    actors: &'a [Actor<'a>],
    camera: Camera,
    width: usize,
    height: usize,
}

impl Actor<'_> {
    fn placed(&self, positions_mm: &[Vec3]) -> Vec<Vec3> {
        positions_mm.iter().map(|&position| self.placement.to_scene_mm(position)).collect()
    }
}

impl<'a> Stage<'a> {
    /// Pictures of `width × height` pixels.
    pub fn new(actors: &'a [Actor<'a>], [width, height]: [usize; 2]) -> Self {
        let (tall, wide) = (height * SUPERSAMPLING, width * SUPERSAMPLING);
        Self { actors, camera: Camera::framing(&outline(actors), 0.0, wide, tall, FILL), width, height }
    }

    /// A width, even, at which a picture of this height shows all characters as large as it can.
    pub fn width(actors: &[Actor], height: usize) -> usize {
        let outline = outline(actors);
        let extent = |axis: usize| {
            let bounds = outline.iter().fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], vertex| {
                [low.min(vertex[axis]), high.max(vertex[axis])]
            });
            (bounds[1] - bounds[0]).max(1.0)
        };
        let share = (extent(0) / extent(1)).clamp(1.0, WIDEST);
        ((height as f32 * share) as usize).next_multiple_of(2)
    }

    /// The figures at every frame, the farthest first. `poses` has those of each character, all of the same frames.
    pub fn figures(&self, poses: &[&[Pose]], threads: usize) -> Vec<Vec<Pixels>> {
        let (wide, tall) = (self.width * SUPERSAMPLING, self.height * SUPERSAMPLING);
        let mut order: Vec<usize> = (0..self.actors.len()).collect();
        // The camera is on +Z: what has less of it is farther away.
        let depth = |actor: &usize| self.actors[*actor].placement.position_m[2];
        order.sort_by(|a, b| depth(a).total_cmp(&depth(b)));
        let frames: Vec<usize> = (0..poses.first().map_or(0, |poses| poses.len())).collect();
        each(&frames, threads, |frame| {
            let figure = |&actor: &usize| {
                let (Actor { mesh, .. }, pose) = (self.actors[actor], &poses[actor][*frame]);
                let positions = self.actors[actor].placed(&mesh.posed(&mesh.moved(&pose.offsets_mm), &pose.head));
                resolve(&Raster::draw(mesh, &positions, &self.camera, wide, tall), mesh)
            };
            order.iter().map(figure).collect()
        })
    }

    /// Pictures of their own, one a frame. As [`figures`](Self::figures).
    pub fn pictures(&self, poses: &[&[Pose]], threads: usize) -> Vec<Canvas> {
        let whole = Area { x: 0, y: 0, width: self.width, height: self.height };
        let picture = |figures: &Vec<Pixels>| {
            let mut canvas = Canvas::new(self.width, self.height, BACKGROUND[1]);
            canvas.panel(whole, 0.0, BACKGROUND[0], BACKGROUND[1]);
            figures.iter().for_each(|figure| paint(&mut canvas, whole, figure));
            canvas
        };
        self.figures(poses, threads).iter().map(picture).collect()
    }
}

/// Neutral vertices of all characters in the scene, mm.
fn outline(actors: &[Actor]) -> Vec<Vec3> {
    actors.iter().flat_map(|actor| actor.placed(&actor.mesh.head_mm())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::mesh::tests::ball;
    use media2face::signal::HeadPose;

    #[test]
    fn nearer_character_hides_the_farther_one() {
        let mesh = ball();
        let mut far = mesh.clone();
        far.parts.iter_mut().for_each(|part| part.colour = [0.0, 0.0, 1.0]);
        let place = |x, z| Placement { position_m: [x, 0.0, z], facing_deg: 0.0 };
        let offsets_mm = vec![0.0; mesh.vertices_mm.len() * 3];
        let pose = [Pose { frame: 0, offsets_mm, head: HeadPose::default() }];
        let actors =
            [Actor { mesh: &mesh, placement: place(0.0, 0.3) }, Actor { mesh: &far, placement: place(0.12, 0.0) }];
        let picture = Stage::new(&actors, [120, 60]).pictures(&[&pose, &pose], 1);
        let pixel = |x: usize| <[u8; 3]>::try_from(&picture[0].rgb()[(30 * 120 + x) * 3..][..3]).unwrap();
        let blue = |x: usize| pixel(x)[2] > pixel(x)[0].saturating_add(20);
        let columns: Vec<usize> = (0..120).filter(|&x| blue(x)).collect();
        assert!(!columns.is_empty() && columns.iter().all(|&x| x > 60), "{columns:?}");
        assert!(!blue(55), "{:?}", pixel(55));
        assert_eq!(Stage::width(&actors, 100), 176, "280 mm by 160");
    }
}
