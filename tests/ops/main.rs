//! Every op of the plan against the f64 oracle, on sizes that no tile divides.
#![allow(missing_docs, unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

mod attention;
mod bench;
mod combine;
mod conv1d;
mod conv2d;
mod executable;
mod gather;
mod group_norm;
mod interpolate;
mod layer_norm;
mod linear;
mod map;
mod normals;
mod parts;
mod rigid_motion;
mod vertices;
