//! Each stage by itself: behaviour, edges, hostile input.
#![allow(missing_docs, unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

mod audio;
mod face;
mod face_export;
mod motion;
mod output;
mod pack;
mod picture;
mod prompt;
mod session;
mod speech;
mod styles;
mod vision;
mod watched;
