//! Changed weights on their way through the latent, so that the mesh follows: z′ = z + M(w′) − M(w), w = M′(z).

use crate::error::Result;
use crate::face::{FaceReader, LatentReader};
use crate::host::model::Model;
use crate::signal::Frames;

/// How often the way is corrected by what M′ reads back.
const CORRECTIONS: usize = 1;

/// The networks of that way and the memory between them, kept for calls of one size after another.
#[derive(Default)]
pub(crate) struct LatentMover {
    latents: LatentReader,
    to: Frames,
    from: Frames,
    own: Frames,
}

impl LatentMover {
    /// Moves z of the rows whose weights `wanted` differ from those, `own`, that M′ reads off them. All rows are computed: the
    /// bits of one do not follow from which others change.
    ///
    /// # Errors
    /// `MissingPart` without M or M′; those of the backend.
    pub(crate) fn apply(
        &mut self,
        model: &Model,
        reader: &mut FaceReader,
        motion: &mut Frames,
        own: &Frames,
        wanted: &Frames,
    ) -> Result<()> {
        let changes = |i: usize| own.row(i) != wanted.row(i);
        if !(0..motion.len()).any(changes) {
            return Ok(());
        }
        let (encoder, programs) = (model.face_encoder()?, &model.programs().faces);
        let Self { latents, to, from, own: read } = self;
        encoder.read_latents(latents, programs, wanted, to)?;
        read.width = own.width;
        read.data.clear();
        read.data.extend_from_slice(&own.data);
        for correction in 0..=CORRECTIONS {
            if correction > 0 {
                reader.weights(motion, &mut read.data)?;
            }
            encoder.read_latents(latents, programs, read, from)?;
            for frame in (0..motion.len()).filter(|&frame| changes(frame)) {
                let step = to.row(frame).iter().zip(from.row(frame));
                motion.row_mut(frame).iter_mut().zip(step).for_each(|(z, (to, from))| *z += to - from);
            }
        }
        Ok(())
    }
}
