//! NumPy arrays, written value by value: `<stem>.offsets.npy`, and those of a data set.

use std::io::{self, Write};
use std::marker::PhantomData;

use half::f16;

/// Magic, version 1.0 and the header's length come before the header.
const PREAMBLE_BYTES: usize = 10;

/// A type of values, little-endian on disk.
pub trait Element: Copy {
    /// NumPy's name of it.
    const DESCR: &'static str;
    /// As stored.
    type Bytes: AsRef<[u8]>;
    fn bytes(self) -> Self::Bytes;
}

impl Element for f32 {
    const DESCR: &'static str = "<f4";
    type Bytes = [u8; 4];
    fn bytes(self) -> [u8; 4] {
        self.to_le_bytes()
    }
}

impl Element for f16 {
    const DESCR: &'static str = "<f2";
    type Bytes = [u8; 2];
    fn bytes(self) -> [u8; 2] {
        self.to_le_bytes()
    }
}

impl Element for i16 {
    const DESCR: &'static str = "<i2";
    type Bytes = [u8; 2];
    fn bytes(self) -> [u8; 2] {
        self.to_le_bytes()
    }
}

impl Element for bool {
    const DESCR: &'static str = "|b1";
    type Bytes = [u8; 1];
    fn bytes(self) -> [u8; 1] {
        [u8::from(self)]
    }
}

/// Writes a NumPy array of version 1.0 whose shape is known before its values.
pub struct NpyWriter<W, T> {
    out: W,
    left: usize,
    element: PhantomData<T>,
}

impl<W: Write, T: Element> NpyWriter<W, T> {
    /// Writes the header.
    pub fn new(mut out: W, shape: &[usize]) -> io::Result<Self> {
        let sides: Vec<String> = shape.iter().map(ToString::to_string).collect();
        // A tuple of one ends in a comma.
        let comma = if shape.len() == 1 { "," } else { "" };
        let (descr, sides) = (T::DESCR, sides.join(", "));
        let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({sides}{comma}), }}");
        // The values begin at a multiple of 64 bytes; the header ends in a newline.
        let padding = (64 - (PREAMBLE_BYTES + header.len() + 1) % 64) % 64;
        header.extend(std::iter::repeat_n(' ', padding));
        header.push('\n');
        out.write_all(b"\x93NUMPY\x01\x00")?;
        out.write_all(&(header.len() as u16).to_le_bytes())?;
        out.write_all(header.as_bytes())?;
        Ok(Self { out, left: shape.iter().product(), element: PhantomData })
    }

    /// The next values, in C order.
    pub fn write(&mut self, values: &[T]) -> io::Result<()> {
        assert!(values.len() <= self.left, "more values than the shape holds");
        self.left -= values.len();
        for value in values {
            self.out.write_all(value.bytes().as_ref())?;
        }
        Ok(())
    }

    /// Ends the file.
    pub fn finish(mut self) -> io::Result<()> {
        assert_eq!(self.left, 0, "fewer values than the shape holds");
        self.out.flush()
    }
}

/// A whole array.
pub fn write<T: Element>(out: impl Write, shape: &[usize], values: &[T]) -> io::Result<()> {
    let mut npy = NpyWriter::new(out, shape)?;
    npy.write(values)?;
    npy.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken_apart(bytes: &[u8]) -> (&str, &[u8]) {
        assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
        let data = PREAMBLE_BYTES + u16::from_le_bytes([bytes[8], bytes[9]]) as usize;
        assert_eq!(data % 64, 0);
        let header = std::str::from_utf8(&bytes[PREAMBLE_BYTES..data]).unwrap();
        assert!(header.ends_with('\n'));
        (header.trim_end(), &bytes[data..])
    }

    #[test]
    fn header_is_aligned_and_values_follow_it() {
        let mut bytes = Vec::new();
        let mut writer = NpyWriter::new(&mut bytes, &[2, 1, 3]).unwrap();
        writer.write(&[1.0f32, 2.0, 3.0]).unwrap();
        writer.write(&[4.0f32, 5.0, 6.5]).unwrap();
        writer.finish().unwrap();

        let (header, data) = taken_apart(&bytes);
        assert_eq!(header, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 3), }");
        let values: Vec<f32> = data.as_chunks::<4>().0.iter().map(|&value| f32::from_le_bytes(value)).collect();
        assert_eq!(values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.5]);
    }

    #[test]
    fn every_type_has_its_name_and_bytes() {
        let array = |write: &dyn Fn(&mut Vec<u8>) -> io::Result<()>| {
            let mut bytes = Vec::new();
            write(&mut bytes).unwrap();
            let (header, data) = taken_apart(&bytes);
            (header.to_owned(), data.to_owned())
        };
        let (header, data) = array(&|out| super::write(out, &[2], &[true, false]));
        assert_eq!(
            (header.as_str(), &data[..]),
            ("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", &[1, 0][..])
        );
        let (header, data) = array(&|out| super::write(out, &[1], &[-2i16]));
        assert!(header.contains("'<i2'") && data == [0xfe, 0xff]);
        let (header, data) = array(&|out| super::write(out, &[1, 1], &[f16::from_f32(1.0)]));
        assert!(header.contains("'<f2'") && header.contains("(1, 1)") && data == [0x00, 0x3c]);
        assert!(array(&|out| super::write::<f32>(out, &[0, 5], &[])).0.contains("(0, 5)"));
    }
}
