//! The face finder of a pack: where faces are in pictures, and the landmarks of each.

use serde::{Deserialize, Serialize};

/// Tensors `finder.*`; docs/model-pack.md describes every key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FinderConfig {
    /// Looks at the whole picture.
    pub detector: DetectorConfig,
    /// Looks at the square about a face.
    pub mesh: FaceMeshConfig,
    /// Least score of a detection, 0..1.
    pub score: f32,
    /// The same in the tiles of a picture: there are many.
    pub tile_score: f32,
    /// Detections that overlap by more than this share (intersection over union) are one face.
    pub overlap: f32,
    /// Least presence of a face in its square, 0..1.
    pub presence: f32,
    /// Side of the square that the mesh looks at over that of the detection.
    pub margin: f32,
    /// From landmarks to the face's box.
    pub r#box: FaceBoxConfig,
}

/// A convolution of the picture with stride 2, then blocks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrunkConfig {
    /// Side of the picture, pixels.
    pub side: usize,
    /// Side of the first convolution's kernel.
    pub kernel: usize,
    /// Channels of the first convolution and of each block; they do not fall.
    pub channels: Vec<usize>,
    /// Numbers of the blocks that halve the map.
    pub halves: Vec<usize>,
}

/// The detector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DetectorConfig {
    /// Shared by the scales.
    #[serde(flatten)]
    pub trunk: TrunkConfig,
    /// Where detections are read, the finest map first.
    pub scales: Vec<ScaleConfig>,
}

/// A map on which detections are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScaleConfig {
    /// Number of the block that gives the map.
    pub block: usize,
    /// Detections at each texel.
    pub anchors: usize,
}

/// The landmark network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaceMeshConfig {
    /// Shared by the branches.
    #[serde(flatten)]
    pub trunk: TrunkConfig,
    /// Gives the landmarks.
    pub points: BranchConfig,
    /// Says whether there is a face.
    pub presence: BranchConfig,
    /// How many; 468.
    pub landmarks: usize,
}

/// What an output has of its own: blocks, the first of which halves the map, a squeeze, and one block more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BranchConfig {
    /// Before the squeeze.
    pub blocks: usize,
    /// Channels behind it.
    pub squeeze: usize,
}

/// The face's box, as shares of the height from the chin to the top of the brows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FaceBoxConfig {
    /// That height over the box's.
    pub scale: f32,
    /// The box's middle is so far to the right of that between the eyes.
    pub right: f32,
    /// And so far above that between chin and brows.
    pub up: f32,
}

impl TrunkConfig {
    /// Side of the map behind so many blocks.
    pub fn side_behind(&self, blocks: usize) -> usize {
        self.side >> (1 + self.halves.iter().filter(|&&block| block < blocks).count())
    }

    /// Channels of the last map.
    pub fn outputs(&self) -> usize {
        self.channels.last().copied().unwrap_or(0)
    }
}

impl DetectorConfig {
    /// Values of a detection: score, middle and sides of the box, six points.
    pub const VALUES: usize = 17;

    /// Detections that the network gives.
    pub fn detections(&self) -> usize {
        self.scales.iter().map(|scale| scale.anchors * self.trunk.side_behind(scale.block + 1).pow(2)).sum()
    }
}

impl FaceMeshConfig {
    /// Texels of the map that a branch ends with.
    pub fn texels(&self) -> usize {
        (self.trunk.side_behind(usize::MAX) / 2).pow(2)
    }
}
