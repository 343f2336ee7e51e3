//! Frame → the datagram of the Live Link Face app, as Unreal Engine and others receive it on UDP port 11111.
//!
//! In: a row of 61, as files of Live Link Face have it: 52 weights, then yaw, pitch and roll of the head, the left and the
//! right eye in radians. Out: 306 bytes and the subject's name. All numbers are big-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version of the packet, 6 |
//! | 4 + 36 | length and letters of the device's UUID |
//! | 4 + n | length and letters of the subject's name |
//! | 4 + 4 | number of the frame (i32), part of a frame (f32, 0..1) |
//! | 4 + 4 | frames per second: numerator, denominator (i32) |
//! | 1 | number of values, 61 |
//! | 61 · 4 | values, f32 |

use anyhow::{Result, ensure};

use super::frame::finite;

/// Where the app's receivers listen.
pub const PORT: u16 = 11_111;
/// Values of a row: 52 weights and 9 angles.
pub const WIDTH: usize = 61;

const VERSION: u8 = 6;
/// Receivers set aside room for so many letters of a name.
const MAX_SUBJECT_BYTES: usize = 255;
/// The packet has jawLeft before jawRight and mouthLeft before mouthRight; the app's files have them the other way round.
const LEFT_FIRST: [usize; 2] = [15, 21];

/// What of a packet stays the same.
#[derive(Debug, Clone)]
pub struct LiveLinkFace {
    /// Version, device and subject.
    header: Vec<u8>,
    /// Frames per second: numerator, denominator.
    rate: [u32; 2],
    /// What the receiver's clock shows at the time 0 of the frames.
    origin_s: f64,
}

impl LiveLinkFace {
    /// Packets under the name that a receiver lists, at `rate` numerator / denominator frames per second.
    ///
    /// Frames are numbered from `origin_s` seconds on: 0, or the time of day at which they begin, by which receivers
    /// align devices.
    ///
    /// # Errors
    /// A name or a rate that a packet cannot hold.
    pub fn new(subject: &str, rate: [u32; 2], origin_s: f64) -> Result<Self> {
        let printable = !subject.is_empty() && !subject.chars().any(char::is_control);
        ensure!(
            printable,
            "the subject's name {subject:?} is empty or has letters that cannot be shown: give it another"
        );
        ensure!(
            subject.len() <= MAX_SUBJECT_BYTES,
            "the subject's name has {} bytes: give it one of at most {MAX_SUBJECT_BYTES}",
            subject.len()
        );
        let fits = rate.iter().all(|&part| (1..=i32::MAX as u32).contains(&part));
        ensure!(fits, "{}/{} frames a second: expected two numbers from 1 on", rate[0], rate[1]);
        ensure!(origin_s.is_finite(), "frames cannot be counted from {origin_s} seconds on");
        let mut header = vec![VERSION];
        text(&mut header, &device(subject));
        text(&mut header, subject);
        Ok(Self { header, rate, origin_s })
    }

    /// Writes the packet of a moment, `row` in the order of the app's files.
    pub fn encode(&self, time_s: f64, row: &[f32; WIDTH], out: &mut Vec<u8>) {
        out.clear();
        out.extend_from_slice(&self.header);
        let (frame, part) = self.frame_at(time_s);
        out.extend_from_slice(&frame.to_be_bytes());
        out.extend_from_slice(&part.to_be_bytes());
        self.rate.iter().for_each(|part| out.extend_from_slice(&part.to_be_bytes()));
        out.push(WIDTH as u8);
        let mut values = *row;
        LEFT_FIRST.iter().for_each(|&at| values.swap(at, at + 1));
        values.iter().for_each(|&value| out.extend_from_slice(&finite(value).to_be_bytes()));
    }

    /// Number of the frame at a time, and the part of the next one.
    fn frame_at(&self, time_s: f64) -> (i32, f32) {
        let frames = (self.origin_s + time_s) * f64::from(self.rate[0]) / f64::from(self.rate[1]);
        // A time that was a whole number of frames is one again.
        let frames = if (frames - frames.round()).abs() < 1e-4 { frames.round() } else { frames };
        let part = frames - frames.floor();
        (frames.floor() as i32, finite(part as f32))
    }
}

/// A UUID that is the same whenever the name is, so that a receiver knows the sender again: FNV-1a of 128 bits, marked as
/// version 8, whose bits are the sender's own.
fn device(subject: &str) -> String {
    let hash = subject.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    let bits = hash & !(0xf << 76) & !(0x3 << 62) | (0x8 << 76) | (0x2 << 62);
    let (a, b, c) = (bits >> 96, bits >> 80 & 0xffff, bits >> 64 & 0xffff);
    format!("{a:08X}-{b:04X}-{c:04X}-{:04X}-{:012X}", bits >> 48 & 0xffff, bits & 0xffff_ffff_ffff)
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u32).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a packet from its front.
    struct Reader<'a>(&'a [u8]);

    impl<'a> Reader<'a> {
        fn take(&mut self, count: usize) -> &'a [u8] {
            let (taken, rest) = self.0.split_at(count);
            self.0 = rest;
            taken
        }

        fn word(&mut self) -> [u8; 4] {
            self.take(4).try_into().unwrap()
        }

        fn text(&mut self) -> &'a str {
            let length = u32::from_be_bytes(self.word()) as usize;
            std::str::from_utf8(self.take(length)).unwrap()
        }
    }

    fn row() -> [f32; WIDTH] {
        std::array::from_fn(|i| i as f32 / 64.0)
    }

    fn packet(time_s: f64, rate: [u32; 2]) -> Vec<u8> {
        let mut out = Vec::new();
        LiveLinkFace::new("m2f", rate, 0.0).unwrap().encode(time_s, &row(), &mut out);
        out
    }

    #[test]
    fn packet_has_the_known_bytes() {
        let packet = packet(0.5, [60, 1]);
        assert_eq!(packet.len(), 306 + 3);
        assert_eq!(packet[..5], [6, 0, 0, 0, 36], "pylivelinkface takes the last of these for a dollar sign");
        assert_eq!(packet[41..48], [0, 0, 0, 3, b'm', b'2', b'f']);
        assert_eq!(packet[48..64], [0, 0, 0, 30, 0, 0, 0, 0, 0, 0, 0, 60, 0, 0, 0, 1]);
        assert_eq!(packet[64], 61);
        assert_eq!(packet[65..73], [0, 0, 0, 0, 0x3c, 0x80, 0, 0], "0 and 1/64");
    }

    #[test]
    fn packet_reads_back() {
        let packet = packet(2.0 + 1.0 / 240.0, [60, 1]);
        let mut reader = Reader(&packet);
        assert_eq!(reader.take(1), [6]);
        let device = reader.text();
        assert_eq!(device.len(), 36);
        assert!(device.split('-').map(str::len).eq([8, 4, 4, 4, 12]), "{device}");
        assert_eq!((device.as_bytes()[14], device.as_bytes()[19] & 0xfc), (b'8', b'8'), "{device}");
        assert_eq!(reader.text(), "m2f");
        assert_eq!(i32::from_be_bytes(reader.word()), 120);
        assert!((f32::from_be_bytes(reader.word()) - 0.25).abs() < 1e-5);
        assert_eq!((u32::from_be_bytes(reader.word()), u32::from_be_bytes(reader.word())), (60, 1));
        assert_eq!(reader.take(1), [61]);
        let values: Vec<f32> = (0..WIDTH).map(|_| f32::from_be_bytes(reader.word())).collect();
        assert!(reader.0.is_empty());
        let mut expected = row();
        (expected[15], expected[16]) = (expected[16], expected[15]);
        (expected[21], expected[22]) = (expected[22], expected[21]);
        assert_eq!(values, expected);
    }

    #[test]
    fn slowed_rates_count_every_frame() {
        for rate in [[60, 1], [60_000, 1001], [30_000, 1001], [24_000, 1001], [25, 2]] {
            let sender = LiveLinkFace::new("m2f", rate, 3600.0 * 13.0).unwrap();
            let start = sender.frame_at(0.0).0;
            let offset = 3600.0 * 13.0 * f64::from(rate[0]) / f64::from(rate[1]) - f64::from(start);
            for frame in 0..200_000 {
                let time_s = (f64::from(frame) - offset) * f64::from(rate[1]) / f64::from(rate[0]);
                assert_eq!(sender.frame_at(time_s), (start + frame, 0.0), "{rate:?}");
            }
        }
    }

    #[test]
    fn times_that_no_packet_can_hold_are_bounded() {
        let sender = LiveLinkFace::new("m2f", [60, 1], 0.0).unwrap();
        assert_eq!(sender.frame_at(f64::NAN), (0, 0.0));
        assert_eq!(sender.frame_at(f64::INFINITY), (i32::MAX, 0.0));
        assert_eq!(sender.frame_at(-0.125), (-8, 0.5));
    }

    #[test]
    fn what_is_no_number_is_sent_as_zero() {
        let (mut row, mut out) = (row(), Vec::new());
        row[60] = f32::NAN;
        LiveLinkFace::new("m2f", [60, 1], 0.0).unwrap().encode(0.0, &row, &mut out);
        assert_eq!(out[out.len() - 4..], [0; 4]);
    }

    #[test]
    fn names_and_rates_that_do_not_fit_are_refused() {
        for subject in ["", "a\0b", "line\nbreak", &"x".repeat(256)] {
            assert!(LiveLinkFace::new(subject, [60, 1], 0.0).is_err(), "{subject:?}");
        }
        for rate in [[0, 1], [60, 0], [u32::MAX, 1]] {
            assert!(LiveLinkFace::new("m2f", rate, 0.0).is_err(), "{rate:?}");
        }
        assert!(LiveLinkFace::new("m2f", [60, 1], f64::NAN).is_err());
    }

    #[test]
    fn device_is_the_name_s_own() {
        assert_eq!(device("Ada"), device("Ada"));
        assert_ne!(device("Ada"), device("Bob"));
    }
}
