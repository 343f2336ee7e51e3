//! Ties all stages to a backend: jobs.
