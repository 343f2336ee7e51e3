//! The m2f command.

// A command has no public API: `pub` says that other modules use it.
#![allow(unreachable_pub)]

mod emit;
mod mesh;
mod render;
mod track;
mod vector;

fn main() {}
