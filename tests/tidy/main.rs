//! Style that is a test: who may import whom, lengths of files, dead files, what documents name, words that have no place here.
#![allow(missing_docs)]

mod dead;
mod documents;
mod files;
mod layers;
mod licence;
mod setup;
mod tree;
mod words;
