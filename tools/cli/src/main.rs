//! The `m2f` command: WAV in; CSV, JSON, glTF and a contact sheet out.

// A command has no public API: `pub` says that other modules use it.
#![allow(unreachable_pub, missing_docs)]

mod args;
mod emit;
mod mesh;
mod progress;
mod render;
mod track;
mod usage;
mod vector;
mod wav;

fn main() {}
