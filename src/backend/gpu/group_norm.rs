//! The op `group_norm` on a device: shaders/group_norm_moments.comp, then shaders/group_norm.comp.

use crate::error::Result;
use crate::plan::{Activation, View, ops};
use crate::tensor::Weight;

use super::element;
use super::lowering::{Call, Lower, Lowering, Span};
use super::params::params;
use super::parts::{self, Part};
use super::product;
use super::weights::Layout;

/// Invocations of a workgroup.
const GROUP: usize = 128;
/// Workgroups that fill a large device.
const FILLING_GROUPS: usize = 1024;
/// Chunks of rows: as few as each workgroup of the second pass can merge again, as many as small batches need.
const CHUNKS: std::ops::RangeInclusive<usize> = 8..=128;
/// Rows of an invocation at least.
const LEAST_ROWS: usize = 4;
/// Count, mean, sum of squares.
const MOMENTS: usize = 3;

/// How both passes share out the columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tiling {
    /// Groups of columns of a workgroup.
    groups: usize,
    /// Invocations side by side in a group.
    lanes: usize,
    /// Tiles that cover all groups.
    tiles: usize,
    chunk_rows: usize,
    chunks: usize,
}

impl Tiling {
    fn new(x: View, groups: usize, four: bool) -> Self {
        let vectors = x.cols / groups / if four { 4 } else { 1 };
        let lanes = vectors.min(GROUP);
        let tile_groups = (GROUP / lanes).min(groups);
        let tiles = groups.div_ceil(tile_groups);
        let wanted = (FILLING_GROUPS / (x.batch * tiles)).clamp(*CHUNKS.start(), *CHUNKS.end());
        let least = LEAST_ROWS * (GROUP / (tile_groups * lanes));
        let chunk_rows = x.rows.div_ceil(wanted).max(least).min(x.rows);
        Self { groups: tile_groups, lanes, tiles, chunk_rows, chunks: x.rows.div_ceil(chunk_rows) }
    }

    /// Workgroups for a part.
    fn grid(&self, part: View) -> [usize; 3] {
        [part.batch * self.tiles * part.rows.div_ceil(self.chunk_rows), 1, 1]
    }
}

params! {
    /// The front of both kernels' parameters.
    struct Shape {
        batch: u32,
        rows: u32,
        groups: u32,
        group_cols: u32,
        tile_groups: u32,
        lanes: u32,
        chunk_rows: u32,
        chunks: u32,
        /// Of the part's first item and chunk.
        partials_offset: u32,
    }
}

params! {
    struct MomentsParams {
        shape: Shape,
        x: Span,
    }
}

params! {
    struct Params {
        shape: Shape,
        eps: f32,
        x: Span,
        film: Span,
        out: Span,
    }
}

struct Norm<'a> {
    groups: usize,
    eps: f32,
    affine: Option<&'a (Weight, Weight)>,
    film: Option<View>,
    activation: Activation,
    four: bool,
    tiling: Tiling,
    workspace_bytes: u64,
}

impl Lower for ops::GroupNorm {
    fn lower(&self, lowering: &mut Lowering) -> Result<()> {
        let ops::GroupNorm { x, groups, eps, affine, film, activation, out } = self;
        let (x, out, groups) = (*x, *out, *groups);
        let films = film.iter().all(|film| lowering.is_vector(*film));
        let four = (x.cols / groups).is_multiple_of(4) && films && element::by_four(lowering, &[x, out]);
        let tiling = Tiling::new(x, groups, four);
        let norm = Norm {
            groups,
            eps: *eps,
            affine: affine.as_ref(),
            film: *film,
            activation: *activation,
            four,
            tiling,
            workspace_bytes: (x.batch * groups * tiling.chunks * MOMENTS * 4) as u64,
        };
        let parts = parts::rows(lowering, &[x, out], tiling.chunk_rows);
        for part in &parts {
            norm.moments(x, part, lowering)?;
        }
        for part in &parts {
            norm.apply(x, out, part, lowering)?;
        }
        Ok(())
    }

    #[cfg(test)]
    fn examples(plan: &mut crate::plan::PlanBuilder) {
        use super::tests::weight;

        let (x, out) = (plan.input("x", 2, 9, 16).1, plan.output("out", 2, 9, 16).1);
        let (affine, film) = ((weight(&[16]), weight(&[16])), plan.input("film", 2, 1, 32).1);
        for (affine, film) in [(None, None), (Some(affine), None), (None, Some(film))] {
            plan.push(Self { x, groups: 4, eps: 1e-5, affine, film, activation: Activation::None, out });
        }
    }
}

impl Norm<'_> {
    fn shape(&self, x: View, item: usize, chunk: usize) -> Shape {
        let Tiling { groups, lanes, chunk_rows, chunks, .. } = self.tiling;
        Shape {
            batch: x.batch as u32,
            rows: x.rows as u32,
            groups: self.groups as u32,
            group_cols: (x.cols / self.groups) as u32,
            tile_groups: groups as u32,
            lanes: lanes as u32,
            chunk_rows: chunk_rows as u32,
            chunks: chunks as u32,
            partials_offset: ((item * self.groups * chunks + chunk) * MOMENTS) as u32,
        }
    }

    /// Constants: workgroup, by four, x half.
    fn moments(&self, x: View, part: &Part, lowering: &mut Lowering) -> Result<()> {
        let x = part.of(x);
        let mut call = Call::new("group_norm");
        let x_span = lowering.read(&mut call, "x", x)?;
        lowering.workspace(&mut call, "partials", self.workspace_bytes, true);
        let constants = vec![GROUP as u32, u32::from(self.four), u32::from(lowering.is_half(x))];
        let shape = self.shape(x, part.items.start, part.rows.start / self.tiling.chunk_rows);
        let params = MomentsParams { shape, x: x_span };
        let module = lowering.variant("group_norm_moments");
        lowering.dispatch(call, module, constants, &params, self.tiling.grid(x), 0);
        Ok(())
    }

    /// Constants: workgroup, by four, activation, x half, out half, film half, gain.
    fn apply(&self, x: View, out: View, part: &Part, lowering: &mut Lowering) -> Result<()> {
        let (x, out) = (part.of(x), part.of(out));
        let mut call = Call::new("group_norm");
        let x_span = lowering.read(&mut call, "x", x)?;
        lowering.workspace(&mut call, "partials", self.workspace_bytes, false);
        if let Some((weight, bias)) = self.affine {
            lowering.weight(&mut call, "weight", weight, Layout::Vector)?;
            lowering.weight(&mut call, "bias", bias, Layout::Vector)?;
        } else {
            call.without("weight");
            call.without("bias");
        }
        let film_span = if let Some(film) = self.film {
            lowering.read(&mut call, "film", film.batch(part.items.clone()))?
        } else {
            call.without("film");
            Span::default()
        };
        let out_span = lowering.write(&mut call, "out", out)?;
        let half = |view| u32::from(lowering.is_half(view));
        let gain = match (self.affine, self.film) {
            (None, None) => 0,
            (Some(_), _) => 1,
            (None, Some(_)) => 2,
        };
        let constants = vec![
            GROUP as u32,
            u32::from(self.four),
            product::activation(self.activation),
            half(x),
            half(out),
            self.film.map_or(0, half),
            gain,
        ];
        let shape = self.shape(x, part.items.start, 0);
        let params = Params { shape, eps: self.eps, x: x_span, film: film_span, out: out_span };
        let module = lowering.variant("group_norm");
        lowering.dispatch(call, module, constants, &params, self.tiling.grid(out), 0);
        Ok(())
    }
}
