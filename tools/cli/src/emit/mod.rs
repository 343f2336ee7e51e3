//! The files of `m2f animate`: each writer takes plain data and a writer. One more format is a file here, a name in `Emit`
//! (command/args.rs) and its turn in command/output.rs.

pub mod csv;
pub mod envelope;
pub mod glb;
pub mod json;
pub mod npy;
pub mod page;
pub mod recording;
pub mod staged;
pub mod timecode;
pub mod track;
