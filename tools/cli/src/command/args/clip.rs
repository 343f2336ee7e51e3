//! What becomes of a clip besides its styles.

use clap::Args;

use super::value::tail;

/// What of [`SessionOptions`](media2face::SessionOptions) is the same for a clip of any sound.
#[derive(Args, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Clip {
    /// Let a style with a range (--at) reach into the frames around it, in half the time; else those keep the unstyled
    /// motion, to the bit
    #[arg(long)]
    pub no_isolate: bool,
    /// Where no style is asked for, let the audio alone decide: any mood may come. Else the pack's default style stands there,
    /// with the starter the neutral one
    #[arg(long)]
    pub no_default_style: bool,
    /// Leave the motion as the networks make it: without the pack's gains, with a mouth that stays open in pauses, lids that
    /// move apart, and a start from anywhere
    #[arg(long)]
    pub no_pack_adjustments: bool,
    /// Silence behind the sound in which mouth and head come to rest; all files are longer by it, 0 to 10
    #[arg(long, value_name = "SECONDS", default_value_t = 0.3, value_parser = tail, allow_negative_numbers = true)]
    pub tail: f64,
}
