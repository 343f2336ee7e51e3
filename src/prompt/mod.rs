//! Text or picture → style code P (`d_p` values): CLIP's two towers, at any size that the pack states.
//!
//! Third stage of the data path, beside the sound: [`motion`](crate::motion) takes the code as the condition "how", and
//! does not care which tower it came from. A style is encoded once, before the sampling.
//!
//! | from | by way of | cost |
//! |---|---|---|
//! | text, a pack with n-grams | a linear map on its words | some hundred rows of a table |
//! | text | [`Tokenizer`] → [`TextTower`], as many rows as the text has tokens | ViT-B/32's: 38 M weights, 76 MFLOP a token |
//! | picture file | [`Picture`](crate::picture::Picture) → [`VisionTower`], one row per patch | ViT-B/32's: 8.8 GFLOP |

mod ngrams;
mod reading;
mod said;
mod style;
mod text;
#[cfg(feature = "text")]
mod tokenizer;
#[cfg(not(feature = "text"))]
#[path = "without_text.rs"]
mod tokenizer;
mod vision;

pub use reading::{PromptReading, Share};
pub use style::{StyleCode, StyleEncoder};
pub use text::TextTower;
pub use tokenizer::{Tokenizer, Tokens};
pub use vision::VisionTower;

use std::sync::Arc;

use crate::error::Result;
use crate::nn::{LayerConfig, LayerNames, NormOrder, TransformerLayer};
use crate::pack::Pack;
use crate::plan::{self, Activation, Backend, PlanBuilder, Port, View};
use crate::unit::Unit;

/// The views of a tower's plan, for whoever wants to see more than its end.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// What the host writes.
    pub input: Port,
    /// Before the first layer and after each: [1, rows, hidden_size].
    pub hidden: Vec<View>,
    /// The row that stands for the whole, normalised: [1, 1, hidden_size].
    pub pooled: View,
    /// The style code, not scaled: [1, 1, projection_dim].
    pub projected: View,
}

/// The layers of a tower: [width, heads, feed-forward width, number].
fn load_layers(
    pack: &Pack,
    model: &str,
    [width, heads, feed_forward, count]: [usize; 4],
    eps: f32,
) -> Result<Vec<TransformerLayer>> {
    let (order, activation) = (NormOrder::Pre, Activation::QuickGelu);
    let layer = LayerConfig { width, heads, feed_forward, eps, order, activation };
    TransformerLayer::load_stack(pack, &format!("{model}.encoder.layers"), &LayerNames::CLIP, layer, count)
}

/// Records a tower, runs it once, in bounded parts, and returns its style code.
async fn run_once(
    backend: &dyn Backend,
    record: impl FnOnce(&mut PlanBuilder) -> Recorded,
    input: &[f32],
    unit: &Unit,
) -> Result<Vec<f32>> {
    let mut plan = PlanBuilder::new();
    let section = plan.section("style");
    let recorded = record(&mut plan);
    let mut code = vec![0.0; recorded.projected.cols];
    let (output, view) = plan.output("style_code", 1, 1, code.len());
    plan.copy(recorded.projected, view);

    let plan = Arc::new(plan.finish());
    let program = plan::prepare(backend, async { Ok(((), plan)) }, unit).await?.program;
    let mut executable = program.executable()?;
    let mut state = executable.create_state()?;
    executable.write(recorded.input, input)?;
    while executable.advance(&[section], &mut state)? == 0 {
        unit.pause().await;
    }
    executable.read(output, &mut code)?;
    Ok(code)
}
