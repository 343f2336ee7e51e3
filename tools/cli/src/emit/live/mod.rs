//! Faces that are sent while they are made: what `m2f live` writes, one frame after another.
//!
//! | module | in → out |
//! |---|---|
//! | [`target`] | text of `--to` → where frames go |
//! | [`frame`] | weights and head pose of one moment |
//! | [`pace`] | a clock → when the next frame is due, and the [`lateness`] of those before |
//! | [`live_link_face`] | frame → datagram for Live Link Face, by [`udp`] |
//! | [`vmc`] | frame → an [`osc`] bundle of the VMC protocol, by [`udp`] |
//! | [`ndjson`] | frame → a line of JSON |
//! | [`websocket`] | the same JSON → every client that is connected |
//!
//! Encoders write into a vector that the caller keeps, so that only the first frame allocates.

pub mod frame;
pub mod lateness;
pub mod live_link_face;
pub mod ndjson;
mod osc;
pub mod pace;
pub mod target;
pub mod udp;
pub mod vmc;
pub mod websocket;

#[cfg(test)]
mod tests;
