//! Where a job is, as a host sees it.

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Stage {
    /// Takes audio.
    Input,
    /// Encodes the text or picture.
    Style,
    /// Encodes the speech.
    Speech,
    /// Samples the motion.
    Motion,
    /// Done, failed or cancelled.
    Done,
}

impl Stage {
    pub(crate) const ALL: [Self; 5] = [Self::Input, Self::Style, Self::Speech, Self::Motion, Self::Done];

    /// One word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Style => "style",
            Self::Speech => "speech",
            Self::Motion => "motion",
            Self::Done => "done",
        }
    }
}

/// Progress of a job.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Where it is.
    pub stage: Stage,
    /// Share of the whole work that is done, 0..1.
    pub fraction: f32,
}
