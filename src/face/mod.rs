//! Motion and identity to offsets, weights and head pose.
