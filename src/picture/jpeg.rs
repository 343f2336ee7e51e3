//! Whether a JPEG file runs to its end.
//!
//! The decoder fills what a cut file lacks with grey; a style taken from half a picture would pass unnoticed. So the
//! markers are followed, without decoding, to the end-of-image marker (ITU T.81, B.1).

/// True when the markers lead from the start of the image to its end.
pub(super) fn is_complete(bytes: &[u8]) -> bool {
    const END_OF_IMAGE: u8 = 0xd9;
    const START_OF_SCAN: u8 = 0xda;
    const TEMPORARY: u8 = 0x01;

    let mut at = 2; // behind the start-of-image marker
    while let Some(marker) = next_marker(bytes, &mut at) {
        match marker {
            END_OF_IMAGE => return true,
            // Without a segment: restarts, a second start of image.
            TEMPORARY | 0xd0..=0xd8 => {}
            _ => {
                let Some(&[high, low]) = bytes.get(at..at + 2) else { return false };
                at += usize::from(u16::from_be_bytes([high, low])).max(2);
                if marker == START_OF_SCAN {
                    skip_scan(bytes, &mut at);
                }
            }
        }
    }
    false
}

/// The next marker's code; `at` goes behind it. Bytes that are not part of a marker are skipped, as decoders do.
fn next_marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    let rest = bytes.get(*at..)?;
    let found = rest.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff))?;
    *at += found + 2;
    Some(rest[found + 1])
}

/// Moves `at` to the first marker after a scan's data, in which 0xff is followed by 0 or by a restart marker.
fn skip_scan(bytes: &[u8], at: &mut usize) {
    let rest = bytes.get(*at..).unwrap_or_default();
    let ends = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff | 0xd0..=0xd7);
    *at += rest.windows(2).position(ends).unwrap_or(rest.len());
}
