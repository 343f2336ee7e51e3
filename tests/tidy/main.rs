//! Style that is a test: who may import whom, file lengths, words that have no place here.
#![allow(missing_docs)]

mod files;
mod layers;
mod licence;
mod setup;
mod words;
