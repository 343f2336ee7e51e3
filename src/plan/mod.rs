//! Recorded work: the op list, the plan, and what a backend offers.
//!
//! A network records ops into a [`PlanBuilder`]; nothing is computed. [`PlanBuilder::finish`] gives every intermediate
//! a place in one arena by lifetime, so that peak memory is known before the first run and a run allocates nothing. A
//! [`Backend`] makes a [`Program`] of the plan once, which [`Programs`] keep, and an [`Executable`] of it for each run.
//!
//! Every tensor of a plan is seen through a [`View`]: batch × rows × columns of f32, columns contiguous. A sequence is
//! [batch, time, channels]; a picture or map is [batch, height · width, channels].

mod arena;
mod builder;
mod exec;
mod frames;
pub mod ops;
mod programs;
mod vertices;
mod view;

pub use builder::{BufferInfo, Plan, PlanBuilder, Port, Section};
pub use exec::{Backend, Executable, Preparation, Prepared, Program, State, Tensor, prepared_at_once};
pub use frames::DeviceFrames;
pub use ops::{Activation, Mask, Op};
pub use programs::{Programs, Recorded, prepare};
pub use vertices::{TimelineSignal, VertexFormat, VertexLayout, VertexSource};
pub use view::{Buffer, Storage, View};
