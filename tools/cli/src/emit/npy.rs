//! `<stem>.offsets.npy`: vertex offsets [frames, vertices, 3], f32, mm, without the head pose; written frame by frame.

use std::io::{self, Write};

/// Magic, version 1.0 and the header's length come before the header.
const PREAMBLE_BYTES: usize = 10;

/// Writes a NumPy array of version 1.0 whose shape is known before its values.
pub struct NpyWriter<W> {
    out: W,
    left: usize,
}

impl<W: Write> NpyWriter<W> {
    /// Writes the header.
    pub fn new(mut out: W, shape: [usize; 3]) -> io::Result<Self> {
        let [frames, rows, columns] = shape;
        let mut header =
            format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({frames}, {rows}, {columns}), }}");
        // The values begin at a multiple of 64 bytes; the header ends in a newline.
        let padding = (64 - (PREAMBLE_BYTES + header.len() + 1) % 64) % 64;
        header.extend(std::iter::repeat_n(' ', padding));
        header.push('\n');
        out.write_all(b"\x93NUMPY\x01\x00")?;
        out.write_all(&(header.len() as u16).to_le_bytes())?;
        out.write_all(header.as_bytes())?;
        Ok(Self { out, left: frames * rows * columns })
    }

    /// The next values, in C order.
    pub fn write(&mut self, values: &[f32]) -> io::Result<()> {
        assert!(values.len() <= self.left, "more values than the shape holds");
        self.left -= values.len();
        for value in values {
            self.out.write_all(&value.to_le_bytes())?;
        }
        Ok(())
    }

    /// Ends the file.
    pub fn finish(mut self) -> io::Result<()> {
        assert_eq!(self.left, 0, "fewer values than the shape holds");
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_is_aligned_and_values_follow_it() {
        let mut bytes = Vec::new();
        let mut writer = NpyWriter::new(&mut bytes, [2, 1, 3]).unwrap();
        writer.write(&[1.0, 2.0, 3.0]).unwrap();
        writer.write(&[4.0, 5.0, 6.5]).unwrap();
        writer.finish().unwrap();

        assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
        let length = u16::from_le_bytes([bytes[8], bytes[9]]) as usize;
        let data = PREAMBLE_BYTES + length;
        assert_eq!(data % 64, 0);
        let header = std::str::from_utf8(&bytes[PREAMBLE_BYTES..data]).unwrap();
        assert!(header.starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 3), }"));
        assert!(header.ends_with('\n'));
        let values: Vec<f32> =
            bytes[data..].as_chunks::<4>().0.iter().map(|&value| f32::from_le_bytes(value)).collect();
        assert_eq!(values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.5]);
    }
}
