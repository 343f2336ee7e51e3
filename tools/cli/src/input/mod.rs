//! What people have: sound, meshes, keyframes, strengths, films, text, models.

pub mod digest;
pub mod face;
pub mod ffmpeg;
pub mod file;
pub mod guidance;
pub mod keyframe;
pub mod model;
pub mod obj;
pub mod order;
pub mod shapes;
pub mod sound;
pub mod starter;
pub mod text;
pub mod tts;
pub mod weights;
