//! Each stage by itself: behaviour, edges, hostile input.
#![allow(missing_docs, unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

mod adjustments;
mod audio;
mod batch;
mod binding;
mod bits;
mod clips;
mod default_style;
mod edits;
mod eyes;
mod face;
mod face_export;
mod gaze;
mod identity;
mod lips;
mod motion;
mod output;
mod pack;
mod pack_adjustments;
mod picture;
mod programs;
mod prompt;
mod reading;
mod repaint;
mod seeds;
mod session;
mod solver;
mod speech;
mod starter;
mod starter_adjustments;
mod starter_edits;
mod starter_eyes;
mod starter_face;
mod starter_moods;
mod starter_pack_adjustments;
mod starter_shapes;
mod starter_styles;
mod styles;
mod vision;
mod watched;
