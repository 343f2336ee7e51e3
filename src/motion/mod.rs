//! Features, style and seed to motion.
