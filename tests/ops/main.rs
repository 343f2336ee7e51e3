//! Each op of the list against its definition in f64.
#![allow(missing_docs)]

#[path = "../support/mod.rs"]
mod support;
