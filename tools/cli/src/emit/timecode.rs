//! SMPTE timecode of the frames of a clip, which begins at 00:00:00:00.
//!
//! Whole rates and the slowed ones (24000/1001, 30000/1001 and so on) count their frames, `HH:MM:SS:FF` with FF from 0 to one
//! less than the whole rate, and no number is left out: at 29.97 an hour of timecode takes 3.6 s more than an hour.
//! Drop-frame timecode, `HH:MM:SS;FF`, of 29.97 and 59.94 alone, leaves out the first numbers of every minute but each
//! tenth, and is right to a frame again every ten minutes. Other rates have no timecode: theirs tells the time, with the
//! frame within the second.
//!
//! Behind that stand thousandths of a frame, as the Live Link Face app writes them.

use anyhow::{Result, ensure};
use media2face::signal::FrameRate;

/// Frames that a second of timecode has; none for rates that SMPTE does not know.
fn nominal(fps: FrameRate) -> Option<u64> {
    match (u64::from(fps.numerator()), fps.denominator()) {
        (frames, 1) => Some(frames),
        (frames, 1001) if frames % 1000 == 0 => Some(frames / 1000),
        _ => None,
    }
}

/// An error for a rate that has no drop-frame timecode.
pub fn check_drop_frame(fps: FrameRate) -> Result<()> {
    let fits = fps.denominator() == 1001 && nominal(fps).is_some_and(|frames| frames % 30 == 0);
    ensure!(fits, "drop-frame timecode needs 29.97 or 59.94 frames a second, not {fps}");
    Ok(())
}

/// The timecode of a frame.
pub fn timecode(frame: usize, fps: FrameRate, drop_frame: bool) -> String {
    let frame = frame as u64;
    let Some(nominal) = nominal(fps) else { return clock(frame, fps) };
    let (frame, mark) = if drop_frame { (with_dropped(frame, nominal), ';') } else { (frame, ':') };
    write(frame / nominal, mark, frame % nominal, 0)
}

/// The number that a frame has where two of thirty are left out at the start of every minute but each tenth.
fn with_dropped(frame: u64, nominal: u64) -> u64 {
    let dropped = nominal / 15;
    let (minute, ten_minutes) = (60 * nominal - dropped, 600 * nominal - 9 * dropped);
    let (tens, within) = (frame / ten_minutes, frame % ten_minutes);
    // The first minute of ten is whole.
    let minutes = within.saturating_sub(dropped) / minute;
    frame + dropped * (9 * tens + minutes)
}

/// By the clock: whole seconds, then the frames since then.
fn clock(frame: u64, fps: FrameRate) -> String {
    let (n, d) = (u64::from(fps.numerator()), u64::from(fps.denominator()));
    let (second, rest) = (frame * d / n, frame * d % n);
    write(second, ':', rest / d, rest % d * 1000 / d)
}

fn write(second: u64, mark: char, frames: u64, thousandths: u64) -> String {
    let (hours, minutes, seconds) = (second / 3600, second / 60 % 60, second % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}{mark}{frames:02}.{thousandths:03}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(frame: usize, fps: &str, drop_frame: bool) -> String {
        timecode(frame, fps.parse().unwrap(), drop_frame)
    }

    #[test]
    fn frames_are_counted_within_the_second() {
        assert_eq!(at(0, "30", false), "00:00:00:00.000");
        assert_eq!(at(29, "30", false), "00:00:00:29.000");
        assert_eq!(at(60 * 3723 + 5, "60", false), "01:02:03:05.000");
    }

    #[test]
    fn slowed_rates_count_every_number_of_the_whole_rate() {
        for (fps, nominal) in [("23.976", 24), ("24000/1001", 24), ("29.97", 30), ("59.94", 60), ("119.88", 120)] {
            // An hour and a second, frame by frame: no number is missing, none comes twice, none is past the last.
            for frame in 0..3601 * nominal {
                let (second, frames) = (frame / nominal, frame % nominal);
                let (minute, second) = (second / 60, second % 60);
                let expected = format!("{:02}:{:02}:{second:02}:{frames:02}.000", minute / 60, minute % 60);
                assert_eq!(at(frame, fps, false), expected, "{fps}");
            }
        }
    }

    #[test]
    fn drop_frame_leaves_out_numbers_and_keeps_the_clock() {
        for (frame, expected) in [
            (1799, "00:00:59;29.000"),
            (1800, "00:01:00;02.000"),
            (17_981, "00:09:59;29.000"),
            (17_982, "00:10:00;00.000"),
            (107_892, "01:00:00;00.000"),
        ] {
            assert_eq!(at(frame, "29.97", true), expected);
        }
        assert_eq!(
            (at(3599, "59.94", true), at(3600, "59.94", true)),
            ("00:00:59;59.000".into(), "00:01:00;04.000".into())
        );
        // Every number is one more than the one before, or jumps over the two that a minute lacks.
        let count = |text: &str| -> usize {
            let numbers: Vec<usize> = text[..11].split([':', ';']).map(|number| number.parse().unwrap()).collect();
            ((numbers[0] * 60 + numbers[1]) * 60 + numbers[2]) * 30 + numbers[3]
        };
        for frame in 1..36_000 {
            let (before, now) = (count(&at(frame - 1, "29.97", true)), count(&at(frame, "29.97", true)));
            let skips = now % 1800 == 2 && now / 1800 % 10 != 0;
            assert_eq!(now - before, if skips { 3 } else { 1 }, "{frame}");
        }
        assert!(check_drop_frame(29.97.into()).is_ok() && check_drop_frame(59.94.into()).is_ok());
        for fps in [30.0, 23.976, 25.0, 12.5] {
            assert!(check_drop_frame(fps.into()).is_err(), "{fps}");
        }
    }

    #[test]
    fn rates_without_a_timecode_tell_the_time() {
        assert_eq!(at(2, "2.5", false), "00:00:00:02.000");
        assert_eq!(at(3, "2.5", false), "00:00:01:00.500");
        assert_eq!(at(5 * 3600 / 2, "2.5", false), "01:00:00:00.000");
    }
}
