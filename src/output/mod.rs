//! Face frames to what an engine takes.
