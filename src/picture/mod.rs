//! Pictures: bounded decoding, resize, crop.
