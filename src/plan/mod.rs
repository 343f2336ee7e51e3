//! Recorded work: the op list, the plan, and what a backend offers.
//!
//! A network records ops into a [`PlanBuilder`]; nothing is computed. [`PlanBuilder::finish`] gives every intermediate
//! a place in one arena by lifetime, so that peak memory is known before the first run and a run allocates nothing. A
//! [`Backend`] compiles the plan once into an [`Executable`] that runs often.
//!
//! Every tensor of a plan is seen through a [`View`]: batch × rows × columns of f32, columns contiguous. A sequence is
//! [batch, time, channels]; a picture or map is [batch, height · width, channels].

mod arena;
mod builder;
mod exec;
mod frames;
mod ops;
mod vertices;
mod view;

pub use builder::{Plan, PlanBuilder, Port, Section};
pub use exec::{Backend, Executable, State, Tensor};
pub use frames::DeviceFrames;
pub use ops::{Activation, Mask, Op};
pub use vertices::{TimelineSignal, VertexFormat, VertexLayout, VertexSource};
pub use view::{Buffer, Storage, View};
