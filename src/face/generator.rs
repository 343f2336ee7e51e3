//! GNPFA's generator G_geo: neutral map and latent z to a map of offsets.
//!
//! A UNet whose skips are split from its up path, so that everything that knows only the identity is computed once:
//! ```text
//! identity:  s0 = SiLU(conv(Ḡ));  s(i+1) = SiLU(GN(conv_s2(s(i))));  bottom = conv(s(L−1));  skip(i) = conv(s(i))
//! frame:     w = SiLU(L(SiLU(L(z))))
//!            h = FiLM(bottom, w);  for i = L−2..0:  h = FiLM(conv(up2(h)) + skip(i), w);  h = FiLM(conv(h), w)
//!            map = conv(h)
//! FiLM(h, w) = SiLU(GN(h)·(1 + γ(w)) + β(w))
//! ```
//! Cost of a frame: 0.85 GFLOP at 128² with 16..128 channels, 17.0 at 256² with 32..512.

use crate::error::Result;
use crate::nn::{Conv2d, GroupNorm, Linear};
use crate::pack::Pack;
use crate::plan::{Activation, PlanBuilder, View, ops};

use super::{EPS, config};

/// The network's weights.
#[derive(Debug, Clone)]
pub struct Generator {
    res: usize,
    d_z: usize,
    groups: usize,
    stem: Conv2d,
    down: Vec<(Conv2d, GroupNorm)>,
    latent: [Linear; 2],
    bottom: Conv2d,
    bottom_film: Linear,
    /// Finest first.
    levels: Vec<Level>,
    head: Conv2d,
}

/// One level of the up path.
#[derive(Debug, Clone)]
struct Level {
    up: Conv2d,
    skip: Conv2d,
    up_film: Linear,
    conv: Conv2d,
    conv_film: Linear,
}

impl Generator {
    /// `gnpfa.generator.*`, of the sizes that the manifest states.
    pub fn load(pack: &Pack) -> Result<Self> {
        let config = config(pack)?;
        let (res, ch, groups) = (config.res, &config.ch, config.groups);
        let name = |part: &str| format!("gnpfa.generator.{part}");
        let part = |part: &str, i: usize| format!("gnpfa.generator.{part}.{i}");
        let film = |prefix: &str, width: usize| Linear::load(pack, prefix, config.w_dim, 2 * width);
        let last = ch.len() - 1;
        let down = |i: usize| -> Result<_> {
            let conv = Conv2d::load(pack, &part("e_down", i), ch[i], ch[i + 1])?;
            Ok((conv, GroupNorm::load(pack, &part("e_norm", i), ch[i + 1], groups, EPS)?))
        };
        let level = |i: usize| -> Result<_> {
            Ok(Level {
                up: Conv2d::load(pack, &part("up_h", i), ch[i + 1], ch[i])?,
                skip: Conv2d::load_unbiased(pack, &part("up_s", i), ch[i], ch[i])?,
                up_film: film(&part("f1", i), ch[i])?,
                conv: Conv2d::load(pack, &part("c2", i), ch[i], ch[i])?,
                conv_film: film(&part("f2", i), ch[i])?,
            })
        };
        Ok(Self {
            res,
            d_z: config.d_z,
            groups,
            stem: Conv2d::load(pack, &name("e_stem"), 3, ch[0])?,
            down: (0..last).map(down).collect::<Result<_>>()?,
            latent: [
                Linear::load(pack, &name("zmap.0"), config.d_z, config.w_dim)?,
                Linear::load(pack, &name("zmap.2"), config.w_dim, config.w_dim)?,
            ],
            bottom: Conv2d::load(pack, &name("bot"), ch[last], ch[last])?,
            bottom_film: film(&name("fb"), ch[last])?,
            levels: (0..last).map(level).collect::<Result<_>>()?,
            head: Conv2d::load(pack, &name("head"), ch[0], 3)?,
        })
    }

    /// Side of the map.
    pub fn res(&self) -> usize {
        self.res
    }

    /// Columns of z.
    pub fn d_z(&self) -> usize {
        self.d_z
    }

    /// Rows and columns of what [`record_identity`](Self::record_identity) gives: the bottom, then the skips, finest
    /// first.
    pub fn cache_shapes(&self) -> Vec<[usize; 2]> {
        let shape = |level: usize, conv: &Conv2d| [(self.res >> level).pow(2), conv.weight.shape()[0]];
        let bottom = shape(self.levels.len(), &self.bottom);
        let skips = self.levels.iter().enumerate().map(|(i, level)| shape(i, &level.skip));
        std::iter::once(bottom).chain(skips).collect()
    }

    /// The path that z does not touch: neutral map [1, res², 3] → bottom and skips.
    pub fn record_identity(&self, plan: &mut PlanBuilder, neutral: View) -> Vec<View> {
        let mut side = self.res;
        let mut h = self.stem.record(plan, "stem", neutral, side, Activation::Silu);
        let mut skips = Vec::with_capacity(self.levels.len());
        for (level, (conv, norm)) in self.levels.iter().zip(&self.down) {
            skips.push(level.skip.record(plan, "skip", h, side, Activation::None));
            h = conv.record_down(plan, "down", h, side);
            norm.record_in_place(plan, h, Activation::Silu);
            side /= 2;
        }
        let bottom = self.bottom.record(plan, "bottom", h, side, Activation::None);
        std::iter::once(bottom).chain(skips).collect()
    }

    /// The path of a frame: an identity's cache (each [1, rows, cols]) and z [1, B, d_z] → maps [B, res², 3].
    ///
    /// # Panics
    /// If the cache is not of [`cache_shapes`](Self::cache_shapes).
    pub fn record_frames(&self, plan: &mut PlanBuilder, cache: &[View], z: View) -> View {
        assert_eq!(cache.len(), 1 + self.levels.len(), "an identity's cache has a bottom and one skip a level");
        let batch = z.rows;
        let w = self.latent[0].record(plan, "latent", z, Activation::Silu);
        let w = self.latent[1].record(plan, "latent", w, Activation::Silu);
        let mut side = self.res >> self.levels.len();
        let bottom = cache[0].repeat(batch);
        let mut h = plan.scratch("bottom", batch, bottom.rows, bottom.cols);
        self.film(plan, bottom, &self.bottom_film, w, h);
        for (level, skip) in self.levels.iter().zip(&cache[1..]).rev() {
            h = level.up.record_up(plan, "up", h, side, skip.repeat(batch));
            side *= 2;
            self.film(plan, h, &level.up_film, w, h);
            h = level.conv.record(plan, "level", h, side, Activation::None);
            self.film(plan, h, &level.conv_film, w, h);
        }
        // What the last convolution reads and writes: a step of halves would show there.
        plan.keep_f32(h);
        let map = self.head.record(plan, "offset map", h, side, Activation::None);
        plan.keep_f32(map)
    }

    /// SiLU(GN(x)·(1 + γ) + β) into `out`, which may be `x`; γ and β from the code w [1, B, w_dim].
    fn film(&self, plan: &mut PlanBuilder, x: View, layer: &Linear, w: View, out: View) {
        let film = layer.record(plan, "film", w, Activation::None).reshape(x.batch, 1, 2 * x.cols);
        plan.push(ops::GroupNorm {
            x,
            groups: self.groups,
            eps: EPS,
            affine: None,
            film: Some(film),
            activation: Activation::Silu,
            out,
        });
    }
}
