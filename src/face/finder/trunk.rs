//! What the finder's networks share: a convolution of the picture, blocks, branches.

use crate::error::Result;
use crate::nn::{DepthwiseBlock, Linear};
use crate::pack::Pack;
use crate::pack::finder::{BranchConfig, TrunkConfig};
use crate::plan::{Activation, PlanBuilder, View, ops};
use crate::tensor::Weight;

/// A linear layer with a PReLU behind it.
#[derive(Debug)]
struct Activated {
    layer: Linear,
    slope: Weight,
}

impl Activated {
    fn load(pack: &Pack, prefix: &str, inputs: usize, outputs: usize) -> Result<Self> {
        let slope = pack.tensor(&format!("{prefix}.slope"), &[outputs])?;
        Ok(Self { layer: Linear::load(pack, prefix, inputs, outputs)?, slope })
    }

    fn record(&self, plan: &mut PlanBuilder, label: &'static str, x: View) -> View {
        let out = self.layer.record(plan, label, x, Activation::None);
        plan.push(ops::Prelu { x: out, add: None, slope: self.slope.clone(), out });
        out
    }
}

/// The first convolution, whose windows the host cuts out, and the blocks behind it.
#[derive(Debug)]
pub(super) struct Trunk {
    pub(super) config: TrunkConfig,
    stem: Activated,
    blocks: Vec<DepthwiseBlock>,
}

impl Trunk {
    /// `{prefix}.stem.*` and `{prefix}.blocks.{i}.*`.
    pub(super) fn load(pack: &Pack, prefix: &str, config: &TrunkConfig) -> Result<Self> {
        let block = |(i, pair): (usize, &[usize])| {
            let prefix = format!("{prefix}.blocks.{i}");
            DepthwiseBlock::load(pack, &prefix, pair[0], pair[1], config.halves.contains(&i))
        };
        Ok(Self {
            config: config.clone(),
            stem: Activated::load(pack, &format!("{prefix}.stem"), config.kernel.pow(2) * 3, config.channels[0])?,
            blocks: config.channels.windows(2).enumerate().map(block).collect::<Result<_>>()?,
        })
    }

    /// Rows and columns of the windows of a picture.
    pub(super) fn windows(&self) -> [usize; 2] {
        [self.config.side_behind(0).pow(2), self.config.kernel.pow(2) * 3]
    }

    /// The windows of a picture of `side × side × 3` values: [texels of the first map, kernel² · 3]. Zeros are around it, as many
    /// behind it as before it, or one more.
    pub(super) fn cut(&self, picture: &[f32]) -> Vec<f32> {
        let (side, kernel, out_side) = (self.config.side, self.config.kernel, self.config.side_behind(0));
        let pad = (kernel - 2) / 2;
        let mut windows = vec![0.0; self.windows().iter().product()];
        for (texel, window) in windows.chunks_exact_mut(kernel * kernel * 3).enumerate() {
            let (top, left) = (texel / out_side * 2, texel % out_side * 2);
            for (i, row) in window.chunks_exact_mut(kernel * 3).enumerate() {
                let Some(y) = (top + i).checked_sub(pad).filter(|&y| y < side) else { continue };
                let (first, end) = (left.max(pad), (left + kernel).min(side + pad));
                let from = (y * side + first - pad) * 3;
                row[(first - left) * 3..(end - left) * 3].copy_from_slice(&picture[from..from + (end - first) * 3]);
            }
        }
        windows
    }

    /// Windows [B, texels, kernel² · 3] → the maps behind every block.
    pub(super) fn record(&self, plan: &mut PlanBuilder, windows: View) -> Vec<View> {
        let mut map = self.stem.record(plan, "stem", windows);
        let mut maps = Vec::with_capacity(self.blocks.len());
        for (i, block) in self.blocks.iter().enumerate() {
            map = block.record(plan, map, self.config.side_behind(i));
            maps.push(map);
        }
        maps
    }
}

/// What an output of the landmark network has of its own.
#[derive(Debug)]
pub(super) struct Branch {
    blocks: Vec<DepthwiseBlock>,
    squeeze: Activated,
    last: DepthwiseBlock,
    out: Linear,
}

impl Branch {
    /// `{prefix}.blocks.{i}.*`, the first of which halves the map of `inputs` channels, `{prefix}.{squeeze,last,out}.*`; `texels`
    /// are left of the map at the end.
    pub(super) fn load(
        pack: &Pack,
        prefix: &str,
        config: BranchConfig,
        inputs: usize,
        texels: usize,
        outputs: usize,
    ) -> Result<Self> {
        let block = |i| DepthwiseBlock::load(pack, &format!("{prefix}.blocks.{i}"), inputs, inputs, i == 0);
        let squeeze = config.squeeze;
        Ok(Self {
            blocks: (0..config.blocks).map(block).collect::<Result<_>>()?,
            squeeze: Activated::load(pack, &format!("{prefix}.squeeze"), inputs, squeeze)?,
            last: DepthwiseBlock::load(pack, &format!("{prefix}.last"), squeeze, squeeze, false)?,
            out: Linear::load(pack, &format!("{prefix}.out"), squeeze * texels, outputs)?,
        })
    }

    /// A map [B, side², inputs] → [1, B, outputs], kept whole.
    pub(super) fn record(&self, plan: &mut PlanBuilder, mut map: View, mut side: usize) -> View {
        for (i, block) in self.blocks.iter().enumerate() {
            map = block.record(plan, map, side);
            side = if i == 0 { side / 2 } else { side };
        }
        let squeezed = self.squeeze.record(plan, "squeeze", map);
        let last = self.last.record(plan, squeezed, side);
        let flat = last.reshape(1, last.batch, last.rows * last.cols);
        let out = self.out.record(plan, "out", flat, Activation::None);
        plan.keep_f32(out)
    }
}
