//! 16 kHz mono to speech features at the animation rate.
