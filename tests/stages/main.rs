//! Each stage by itself: behaviour, edges, hostile input.
#![allow(missing_docs)]

#[path = "../support/mod.rs"]
mod support;

mod face;
mod output;
mod motion;
mod audio;
mod pack;
mod picture;
mod prompt;
mod speech;
