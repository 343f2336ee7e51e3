//! Where faces are in a picture: MediaPipe's way, whose networks a pack's `finder` holds.
//!
//! In: a picture of any size. Out: faces, the largest first, each with the box that [`Picture::crop_face`] takes, six points and
//! 468 landmarks. The detector looks at the whole picture in a square, and where it finds nothing, at tiles of half and of a quarter
//! of its longer side: it sees no face that has less than a tenth of its square. The mesh then looks at the square about each
//! face, turned as its eyes lie, and says whether it is one: 30 MFLOP a square of the detector and 80 a face.

mod detector;
mod mesh;
mod region;
mod trunk;

use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::limits::MAX_FACES;
use crate::pack::Pack;
use crate::pack::finder::{FaceBoxConfig, FinderConfig};
use crate::picture::{FaceBox, Picture};
use crate::plan::{Backend, Executable};
use crate::unit::{self, Unit};

use super::batch::{BatchPlan, BatchRunner, FacePrograms};
use detector::{Detection, Detector};
use mesh::FaceMesh;
use region::{Letterbox, Region, tiles};

pub use detector::KEY_POINTS;

/// How often the longer side of a picture is halved, in search of small faces.
const HALVINGS: u32 = 2;

/// Landmarks that the box is made of: the chin, the tops of the brows, the outer corners of the eyes, and the cheeks, which make
/// it as wide as it is high where a head lies on its side.
const CHIN: usize = 152;
const BROWS: [usize; 10] = [70, 63, 105, 66, 107, 336, 296, 334, 293, 300];
const EYES: [usize; 2] = [33, 263];
const CHEEKS: [usize; 2] = [50, 280];
/// Beside the ears, right one of the face first: what is between them turns as the head does.
const SIDES: [usize; 2] = [234, 454];

/// A face that was found in a picture. All places are pixels from the picture's upper left corner.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundFace {
    /// Its box: what [`Picture::crop_face`] and the pack's vision encoders take.
    pub face: FaceBox,
    /// How sure the detector is, 0..1.
    pub score: f32,
    /// How likely a face is where the landmarks were looked for, 0..1.
    pub presence: f32,
    /// How far the head is turned to the character's left, rad, about; past a right angle no face is found.
    pub turn_rad: f32,
    /// The eyes, the tip of the nose, the mouth, the ears; the character's right ones first.
    pub points: [[f32; 2]; KEY_POINTS],
    /// 468 landmarks in MediaPipe's order: x, y, and z away from the camera at the scale of x.
    pub landmarks: Vec<[f32; 3]>,
}

impl FoundFace {
    /// From here on a face is seen from the side, and what is read from it is poor.
    pub const PROFILE_RAD: f32 = 0.8;

    /// What is odd about the first of the faces of a picture, which is read, in words.
    pub fn oddities(faces: &[Self]) -> Option<String> {
        let first = faces.first()?;
        let several = (faces.len() > 1).then(|| format!("{} faces were found, and the largest was taken", faces.len()));
        let degrees = first.turn_rad.abs().to_degrees().round();
        let profile = first.is_profile().then(|| {
            format!("the face is seen from the side, turned by about {degrees}°: what is read from it is poor")
        });
        let odd: Vec<String> = several.into_iter().chain(profile).collect();
        (!odd.is_empty()).then(|| odd.join("; "))
    }

    /// True when the face is seen from the side.
    pub fn is_profile(&self) -> bool {
        self.turn_rad.abs() > Self::PROFILE_RAD
    }
}

/// A pack's networks and their programs on a backend. Immutable; share it between threads, with a [`FaceFinder`] for each.
pub struct FinderNetworks {
    detector: Detector,
    mesh: FaceMesh,
    config: FinderConfig,
    programs: Arc<FacePrograms>,
}

impl FinderNetworks {
    /// `finder.*`
    ///
    /// # Errors
    /// `MissingPart` for a pack without `finder`; `InvalidPack` when it is damaged.
    pub fn load(pack: &Pack, backend: &Arc<dyn Backend>) -> Result<Self> {
        pack.manifest().check()?;
        let none = || Error::MissingPart("the pack has no face finder (finder)".to_owned());
        let config = pack.manifest().finder.clone().ok_or_else(none)?;
        let (detector, mesh) = (Detector::load(pack, &config)?, FaceMesh::load(pack, &config)?);
        Ok(Self { detector, mesh, config, programs: FacePrograms::on(backend) })
    }
}

/// Finds faces in pictures. Owns its executables, which are compiled when first needed: one thread at a time.
pub struct FaceFinder {
    networks: Arc<FinderNetworks>,
    detector: BatchRunner,
    mesh: BatchRunner,
}

impl FaceFinder {
    /// With these networks.
    pub fn new(networks: &Arc<FinderNetworks>) -> Self {
        let programs = &networks.programs;
        let runner = |name, most| BatchRunner::new(programs, name, most, Arc::new([]));
        Self { networks: Arc::clone(networks), detector: runner("face detector", 1), mesh: runner("face mesh", 1) }
    }

    /// The picture's faces, the largest first, at most [`MAX_FACES`].
    ///
    /// # Errors
    /// `InvalidPack` when the networks overflow; `OutOfMemory`; what the backend reports.
    pub fn find(&mut self, picture: &Picture) -> Result<Vec<FoundFace>> {
        unit::finish(self.find_in(picture, &Unit::default()))
    }

    /// [`find`](Self::find) in bounded parts.
    ///
    /// # Errors
    /// Those of [`find`](Self::find).
    pub async fn find_in(&mut self, picture: &Picture, unit: &Unit) -> Result<Vec<FoundFace>> {
        let longer = picture.width.max(picture.height);
        for length in (0..=HALVINGS).map(|times| longer >> times) {
            if length < longer.min(self.networks.config.detector.trunk.side) {
                break; // nothing more is seen in a smaller tile
            }
            let mut detections = self.detect(picture, length, unit).await?;
            if length < longer {
                detections.retain(|found| found.score >= self.networks.config.tile_score);
            }
            let mut faces = Vec::new();
            for detection in detections.iter().take(MAX_FACES) {
                faces.extend(self.look(picture, detection, unit).await?);
            }
            if !faces.is_empty() {
                faces.sort_by(|a, b| b.face.height.total_cmp(&a.face.height));
                return Ok(faces);
            }
        }
        Ok(Vec::new())
    }

    /// Detections in tiles of a picture, the largest first.
    async fn detect(&mut self, picture: &Picture, length: usize, unit: &Unit) -> Result<Vec<Detection>> {
        let networks = Arc::clone(&self.networks);
        let network = &networks.detector;
        let mut all = Vec::new();
        for tile in tiles([picture.width, picture.height], length) {
            let letterbox = Letterbox::of(tile, network.trunk.config.side);
            let values = self.detections_in(&letterbox.draw(picture)?, unit).await?;
            all.extend(network.detections(&values).map(|found| letterbox.place(&found)));
        }
        let mut faces = network.merged(all);
        let longer = |face: &Detection| face.sides[0].max(face.sides[1]);
        faces.sort_by(|a, b| longer(b).total_cmp(&longer(a)));
        Ok(faces)
    }

    /// What the detector says of a square of −1..1, channels last, for tests: 17 values for each place.
    ///
    /// # Errors
    /// Those of [`find`](Self::find).
    pub fn raw_detections(&mut self, square: &[f32]) -> Result<Vec<f32>> {
        unit::finish(self.detections_in(square, &Unit::default()))
    }

    /// What the mesh says of a square of 0..1, likewise: x, y, z of 468 landmarks in its pixels, then the presence as a logit.
    ///
    /// # Errors
    /// Those of [`find`](Self::find).
    pub fn raw_landmarks(&mut self, square: &[f32]) -> Result<Vec<f32>> {
        unit::finish(self.landmarks_in(square, &Unit::default()))
    }

    async fn detections_in(&mut self, square: &[f32], unit: &Unit) -> Result<Vec<f32>> {
        let network = &self.networks.detector;
        let (windows, mut values) = (network.trunk.cut(square), vec![0.0; network.len()]);
        unit.pause().await;
        run(&mut self.detector, &|batch| network.record(batch), &windows, &mut values, unit).await?;
        Ok(values)
    }

    async fn landmarks_in(&mut self, square: &[f32], unit: &Unit) -> Result<Vec<f32>> {
        let network = &self.networks.mesh;
        let (windows, mut values) = (network.trunk.cut(square), vec![0.0; network.len()]);
        unit.pause().await;
        run(&mut self.mesh, &|batch| network.record(batch), &windows, &mut values, unit).await?;
        Ok(values)
    }

    /// The face of a detection, if it is one.
    async fn look(&mut self, picture: &Picture, detection: &Detection, unit: &Unit) -> Result<Option<FoundFace>> {
        let networks = Arc::clone(&self.networks);
        let config = &networks.config;
        let region = Region::about(detection, config.margin, config.mesh.trunk.side);
        let values = self.landmarks_in(&region.draw(picture), unit).await?;
        let (points, presence) = networks.mesh.read(&values);
        if presence < config.presence {
            return Ok(None);
        }
        let place = |&[x, y, z]: &[f32; 3]| {
            let [x, y] = region.back([x, y]);
            [x, y, z * region.pixel()]
        };
        let landmarks: Vec<[f32; 3]> = points.iter().map(place).collect();
        let [right, left] = SIDES.map(|side| landmarks[side]);
        let across = libm::hypotf(left[0] - right[0], left[1] - right[1]);
        Ok(Some(FoundFace {
            face: face_box(&landmarks, config.r#box),
            score: detection.score,
            presence,
            turn_rad: libm::atan2f(left[2] - right[2], across),
            points: detection.points,
            landmarks,
        }))
    }
}

/// Runs one item through a network of one output.
async fn run(
    runner: &mut BatchRunner,
    record: &(dyn Fn(usize) -> BatchPlan + Sync),
    input: &[f32],
    values: &mut [f32],
    unit: &Unit,
) -> Result<()> {
    let take = |plan: &BatchPlan, executable: &mut dyn Executable, items: Range<usize>| {
        plan.read(executable, 0, items, &mut *values)
    };
    runner.run_in(record, 1, |_| input, 1, take, unit).await?;
    if values.iter().all(|value| value.is_finite()) {
        return Ok(());
    }
    Err(Error::InvalidPack("the face finder's networks give values that are not finite".to_owned()))
}

/// The square from the chin to just above the brows. Its middle follows the head as it leans.
fn face_box(landmarks: &[[f32; 3]], config: FaceBoxConfig) -> FaceBox {
    let front = || BROWS.into_iter().chain([CHIN]).chain(EYES).chain(CHEEKS).map(|i| landmarks[i]);
    let extent = |value: &dyn Fn([f32; 3]) -> f32| {
        front().map(value).fold([f32::INFINITY, f32::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)])
    };
    let length =
        [0, 1].map(|axis| extent(&|point| point[axis])).map(|[low, high]| high - low).into_iter().fold(0.0, f32::max);
    // Never empty: a crop of it is.
    let side = (length / config.scale).max(1.0);
    let [right, left] = EYES.map(|eye| landmarks[eye]);
    let apart = libm::hypotf(left[0] - right[0], left[1] - right[1]);
    let [cos, sin] =
        if apart > 0.0 { [(left[0] - right[0]) / apart, (left[1] - right[1]) / apart] } else { [1.0, 0.0] };
    let eyes = [0, 1].map(|axis| 0.5 * (left[axis] + right[axis]));
    let [brows, chin] = extent(&|[x, y, _]| (y - eyes[1]) * cos - (x - eyes[0]) * sin);
    let (across, down) = (config.right * length, 0.5 * (brows + chin) - config.up * length);
    let middle = [eyes[0] + across * cos - down * sin, eyes[1] + across * sin + down * cos];
    FaceBox { x: middle[0] - 0.5 * side, y: middle[1] - 0.5 * side, width: side, height: side }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: FaceBoxConfig = FaceBoxConfig { scale: 1.0, right: 0.0, up: 0.0 };

    /// Landmarks with the eyes about the origin, the chin 150 below and the brows 50 above, turned by an angle.
    fn landmarks(turn_rad: f32) -> Vec<[f32; 3]> {
        let (sin, cos) = turn_rad.sin_cos();
        let mut all = vec![[0.0; 3]; 468];
        let mut put = |i: usize, [x, y]: [f32; 2]| all[i] = [x * cos - y * sin, x * sin + y * cos, 0.0];
        put(CHIN, [0.0, 150.0]);
        BROWS.into_iter().for_each(|i| put(i, [0.0, -50.0]));
        [EYES[0], CHEEKS[0]].into_iter().for_each(|i| put(i, [-60.0, 0.0]));
        [EYES[1], CHEEKS[1]].into_iter().for_each(|i| put(i, [60.0, 0.0]));
        all
    }

    #[test]
    fn box_is_as_high_as_from_chin_to_brows_about_their_middle() {
        assert_eq!(face_box(&landmarks(0.0), CONFIG), FaceBox { x: -100.0, y: -50.0, width: 200.0, height: 200.0 });
        let moved = face_box(&landmarks(0.0), FaceBoxConfig { scale: 2.0, right: 0.1, up: 0.2 });
        assert_eq!(moved, FaceBox { x: -30.0, y: -40.0, width: 100.0, height: 100.0 });
    }

    #[test]
    fn box_of_a_head_that_leans_lies_about_the_leaning_face() {
        let found = face_box(&landmarks(std::f32::consts::FRAC_PI_2), CONFIG);
        let middle = [found.x + 0.5 * found.width, found.y + 0.5 * found.height];
        assert!(
            (found.width - 200.0).abs() < 1e-3 && (middle[0] + 50.0).abs() < 1e-3 && middle[1].abs() < 1e-3,
            "{found:?}"
        );
    }

    #[test]
    fn landmarks_in_one_place_have_a_box_that_can_be_cropped() {
        assert_eq!(face_box(&[[3.0; 3]; 468], CONFIG).width, 1.0);
    }
}
