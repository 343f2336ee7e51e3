//! The contact sheet: a small renderer of faces in software, and what is drawn around them.

mod canvas;
mod font;
mod raster;
mod shade;
pub mod sheet;
