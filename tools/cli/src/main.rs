//! The m2f command.
fn main() {}
