//! Speech in, moving face out: the Media2Face networks as a runtime library.
//!
//! Sound goes in at one end of `src/`, frames come out at the other, and the modules stand in that order: [`audio`],
//! [`speech`], [`prompt`], [`motion`], [`face`], [`output`], tied together by `session`. ARCHITECTURE.md has the map.

pub mod clock;
pub mod error;
pub mod limits;
pub mod memory;
pub mod plan;
pub mod signal;
pub mod tensor;
pub mod unit;

pub mod backend;
pub mod nn;
pub mod pack;
pub mod picture;

pub mod audio;
pub mod face;
pub mod motion;
pub mod output;
pub mod prompt;
pub mod speech;

pub mod session;

pub use error::{Error, Result};
