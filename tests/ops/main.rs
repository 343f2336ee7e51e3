//! Every op of the plan against the f64 oracle, on sizes that no tile divides.
#![allow(missing_docs, unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

mod bench;
mod executable;
mod parts;
mod vertices;

macro_rules! files {
    ($($stem:ident $Name:ident),* $(,)?) => {
        $(mod $stem;)*
    };
}
// A file for each op.
media2face::each_op!(files);
