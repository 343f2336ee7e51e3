//! The commands: what the arguments say, and what is done.

pub mod animate;
pub mod args;
pub mod bake;
pub mod bench;
pub mod compare;
pub mod convert;
pub mod devices;
pub mod extract;
pub mod generate;
pub mod inspect;
pub mod live;
pub mod output;
pub mod profile;
pub mod retarget;
pub mod scene;
pub mod summary;
