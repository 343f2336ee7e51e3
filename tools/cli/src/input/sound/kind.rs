//! What a file is, by its first bytes and not by its name.

use super::riff;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Wave,
    Au,
    /// Read by the library, which calls it by this ending.
    Coded(&'static str),
    /// Sound that is not read: its name.
    Foreign(&'static str),
    /// No sound at all: what it is.
    Other(&'static str),
    Unknown,
}

/// Bytes that tell a kind.
pub const HEAD_BYTES: usize = 1 << 12;

/// What begins with these bytes.
pub fn of(head: &[u8]) -> Kind {
    let starts = |magic: &[u8]| head.starts_with(magic);
    let at = |place: usize, magic: &[u8]| head.get(place..).is_some_and(|rest| rest.starts_with(magic));
    match head {
        _ if riff::is_header(head) => Kind::Wave,
        _ if starts(b".snd") => Kind::Au,
        _ if starts(b"fLaC") => Kind::Coded("flac"),
        _ if starts(b"caff") => Kind::Coded("caf"),
        _ if starts(b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) => Kind::Coded("aiff"),
        _ if starts(b"OggS") => ogg(head),
        _ if at(4, b"ftyp") || at(4, b"moov") => Kind::Coded("m4a"),
        _ => FOREIGN.iter().find(|(place, magic, _)| at(*place, magic)).map_or_else(
            || if is_adts(head) { Kind::Coded("aac") } else { mpeg(head).unwrap_or_else(|| other(head)) },
            |(_, _, name)| Kind::Foreign(name),
        ),
    }
}

/// Sound that is not read: where which bytes stand.
const FOREIGN: [(usize, &[u8], &str); 24] = [
    (0, b"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB", "Wave64 (W64)"),
    (0, b"wvpk", "WavPack"),
    (0, b"MAC ", "Monkey's Audio"),
    (0, b"TTA1", "True Audio"),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+\x07", "Musepack"),
    (0, b"\x1A\x45\xDF\xA3", "WebM or Matroska"),
    (0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "Windows Media (WMA, ASF)"),
    (0, b"#!AMR", "AMR"),
    (0, b"#!SILK", "SILK"),
    (0, b"\x02#!SILK", "SILK"),
    (0, b"DSD \x1C\0\0\0", "DSD (DSF)"),
    (0, b"FRM8", "DSD (DSDIFF)"),
    (0, b"NIST_1A", "NIST SPHERE"),
    (0, b"Creative Voice File", "Creative Voice (VOC)"),
    (0, b".RMF", "RealMedia"),
    (0, b".ra\xFD", "RealAudio"),
    (0, b"FLV\x01", "Flash Video"),
    (0, b"\0\0\x01\xBA", "an MPEG film"),
    (8, b"8SVX", "8SVX"),
    (8, b"AVI LIST", "an AVI film"),
    (0, b"MThd", "MIDI, notes without sound"),
    (0, b"\x47\x40\0\x10\0", "an MPEG transport stream"),
    (0, b"\x0B\x77\xFF\xFF", "AC-3"),
];

/// What is often found in place of a sound.
fn other(head: &[u8]) -> Kind {
    const OTHERS: [(&[u8], &str); 10] = [
        (b"version https://git-lfs", "a pointer of Git LFS: `git lfs pull` fetches the file itself"),
        (b"\x89PNG", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
        (b"GIF8", "a picture"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1F\x8B\x08", "a gzip archive"),
        (b"%PDF", "a PDF document"),
        (b"<!DOCTYPE", "a web page"),
        (b"<html", "a web page"),
        (b"<?xml", "an XML document"),
    ];
    let text = head.trim_ascii_start();
    let found =
        OTHERS.iter().find(|(magic, _)| text.get(..magic.len()).is_some_and(|start| start.eq_ignore_ascii_case(magic)));
    found.map_or(Kind::Unknown, |(_, name)| Kind::Other(name))
}

/// By the first packet of an Ogg file, behind its page's table.
fn ogg(head: &[u8]) -> Kind {
    let packet = head.get(26).and_then(|&segments| head.get(27 + usize::from(segments)..)).unwrap_or(&[]);
    match packet {
        _ if packet.starts_with(b"\x01vorbis") || packet.starts_with(b"\x7FFLAC") => Kind::Coded("ogg"),
        _ if packet.starts_with(b"OpusHead") => Kind::Foreign("Opus"),
        _ if packet.starts_with(b"Speex   ") => Kind::Foreign("Speex"),
        _ => Kind::Foreign("Ogg with neither Vorbis nor FLAC first"),
    }
}

/// Bytes of an ID3 tag at the start.
pub fn id3_bytes(head: &[u8]) -> Option<u64> {
    let head = head.first_chunk::<10>()?;
    let size = &head[6..];
    if !head.starts_with(b"ID3") || size.iter().any(|&byte| byte >= 0x80) {
        return None;
    }
    let footer = if head[5] & 0x10 != 0 { 10 } else { 0 };
    Some(10 + footer + size.iter().fold(0, |sum, &byte| sum << 7 | u64::from(byte)))
}

/// Two frames of raw AAC, one after another.
fn is_adts(head: &[u8]) -> bool {
    let frame = |head: &[u8]| {
        let head = head.first_chunk::<6>()?;
        let synced = head[0] == 0xFF && head[1] & 0xF6 == 0xF0 && head[2] >> 2 & 15 < 13;
        let bytes = usize::from(head[3] & 3) << 11 | usize::from(head[4]) << 3 | usize::from(head[5]) >> 5;
        (synced && bytes > 7).then_some(bytes)
    };
    frame(head).and_then(|bytes| frame(head.get(bytes..)?)).is_some()
}

/// MPEG audio: two frames of a kind, one after another, at the start or soon after it.
fn mpeg(head: &[u8]) -> Option<Kind> {
    const SOON: usize = 1024;
    (0..head.len().min(SOON)).find_map(|at| {
        let (bytes, kind) = mpeg_frame(&head[at..])?;
        let (_, next) = mpeg_frame(head.get(at + bytes..)?)?;
        (kind == next).then_some(if kind & 6 == 2 {
            Kind::Coded("mp3")
        } else {
            Kind::Foreign("MPEG audio of layer 1 or 2")
        })
    })
}

/// Bytes of an MPEG frame, and the bits that all frames of a file share: version, layer, rate.
fn mpeg_frame(head: &[u8]) -> Option<(usize, u16)> {
    const RATES_HZ: [usize; 3] = [44_100, 48_000, 32_000];
    // Of layer 3, kbit/s: MPEG 1, then 2 and 2.5.
    const SPEEDS: [[usize; 14]; 2] = [
        [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];
    // Layer 2 and 1.
    const LONG_SPEEDS: [[usize; 14]; 2] = [
        [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    ];
    const LOW_SPEEDS: [usize; 14] = [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256];
    let &[sync, second, third, _] = head.first_chunk::<4>()?;
    let (version, layer) = (second >> 3 & 3, second >> 1 & 3);
    let (speed, rate, padding) = (usize::from(third >> 4), usize::from(third >> 2 & 3), usize::from(third >> 1 & 1));
    if sync != 0xFF || second < 0xE0 || version == 1 || layer == 0 || !(1..15).contains(&speed) || rate == 3 {
        return None;
    }
    let first = version == 3;
    let rate_hz = RATES_HZ[rate] >> [2, 0, 1, 0][usize::from(version)];
    let (kbps, samples) = match (layer, first) {
        (1, true) => (SPEEDS[0][speed - 1], 1152),
        (1, false) => (SPEEDS[1][speed - 1], 576),
        (2, true) => (LONG_SPEEDS[0][speed - 1], 1152),
        (2, false) => (SPEEDS[1][speed - 1], 1152),
        (_, true) => (LONG_SPEEDS[1][speed - 1], 384),
        (_, false) => (LOW_SPEEDS[speed - 1], 384),
    };
    let bytes = if layer == 3 {
        (samples / 32 * kbps * 1000 / rate_hz + padding) * 4
    } else {
        samples / 8 * kbps * 1000 / rate_hz + padding
    };
    Some((bytes, u16::from(second & 0xFE) | u16::from(third & 0x0C) << 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_go_by_the_first_bytes() {
        for (head, kind) in [
            (&b"RIFF\0\0\0\0WAVE"[..], Kind::Wave),
            (b"BW64\xFF\xFF\xFF\xFFWAVE", Kind::Wave),
            (b"RIFF\0\0\0\0AVI LIST", Kind::Foreign("an AVI film")),
            (b".snd\0\0\0\x18", Kind::Au),
            (b"FORM\0\0\0\0AIFC", Kind::Coded("aiff")),
            (b"\0\0\0\x1CftypM4A ", Kind::Coded("m4a")),
            (b"\x1A\x45\xDF\xA3", Kind::Foreign("WebM or Matroska")),
            (b"\n <!doctype html>", Kind::Other("a web page")),
            (b"This is not a sound at all.", Kind::Unknown),
            (b"", Kind::Unknown),
        ] {
            assert_eq!(of(head), kind, "{}", String::from_utf8_lossy(head));
        }
        let page = |packet: &[u8]| of(&[&b"OggS\0\x02"[..], &[0; 20], &[1, 30], packet].concat());
        assert_eq!(page(b"OpusHead\x01"), Kind::Foreign("Opus"));
        assert_eq!(page(b"\x01vorbis"), Kind::Coded("ogg"));
    }

    #[test]
    fn mpeg_audio_is_two_frames_and_not_one() {
        // MPEG 2 layer 3, 48 kbit/s, 16 kHz: 216 bytes a frame.
        let mut two = vec![0; 216 + 4];
        two[..4].copy_from_slice(&[0xFF, 0xF3, 0x68, 0xC4]);
        assert_eq!(of(&two), Kind::Unknown);
        two[216..].copy_from_slice(&[0xFF, 0xF3, 0x68, 0xC4]);
        assert_eq!(of(&two), Kind::Coded("mp3"));
        let late = [&[0; 100][..], &two].concat();
        assert_eq!(of(&late), Kind::Coded("mp3"));
        two[1] = 0xF5;
        assert_eq!(of(&two), Kind::Unknown, "two frames of different layers");
    }

    #[test]
    fn tags_in_front_have_a_length() {
        assert_eq!(id3_bytes(b"ID3\x04\0\0\0\0\x01\x0A"), Some(10 + 138));
        assert_eq!(id3_bytes(b"ID3\x04\0\x10\0\0\x01\x0A"), Some(20 + 138));
        assert_eq!(id3_bytes(b"ID3\x04\0\0\x80\0\x01\x0A"), None);
        assert_eq!(id3_bytes(b"RIFF"), None);
    }
}
