//! PCM of any rate, channels and type to 16 kHz mono.
