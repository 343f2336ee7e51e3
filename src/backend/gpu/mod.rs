//! What GPU backends share: how the ops of a plan become kernel calls. Nothing here names a device's interface; an engine, such
//! as `backend::vulkan`, does what is said here.
//!
//! [`lowering`] turns the ops of a plan into the calls of [`dispatch`], a file for each op, by what a device can do
//! ([`caps`]). [`product`] and [`element`] are what several ops share, [`parts`] cuts those that pass a binding's range,
//! [`hazards`] says which calls wait for which. A [`kernel`] is one of the compiled [`modules`] of `shaders/` with its constants;
//! [`params`] declares what it takes with a call. [`weights`] packs weights as kernels read them. [`pace`] says how much work is
//! submitted at once.

pub(crate) mod cache_blob;
mod caps;
mod choice;
mod dispatch;
mod element;
mod hazards;
mod kernel;
mod lowering;
pub(crate) mod modules;
pub(crate) mod pace;
mod params;
mod parts;
mod product;
mod profile;
#[cfg(test)]
mod tests;
pub(crate) mod vertices;
mod weights;

macro_rules! files {
    ($($stem:ident $Name:ident),* $(,)?) => {
        $(mod $stem;)*
    };
}
// A file for each op.
each_op!(files);

use crate::each_op;

pub use caps::{Caps, MatrixShape};
pub(crate) use choice::choose;
pub(crate) use dispatch::{Dispatch, Lowered, Memory, workspace_start};
pub(crate) use kernel::{Kernel, MAX_BINDINGS, PUSH_BYTES};
pub(crate) use lowering::lower;
pub(crate) use pace::Pace;
pub(crate) use profile::Profile;
pub(crate) use weights::{Cache, Packed};
