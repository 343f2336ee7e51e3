//! Frame → a line of JSON: `{"sample": …, "time_s": …, "weights": {name: 0..1, …}, "head": [x, y, z, w, x, y, z]}`.
//!
//! `head` is a quaternion and a translation in mm, as [`Frame::head`] says. Numbers are the shortest that read back as the
//! same f32.

use std::io::{self, ErrorKind, Write};

use serde::{Serialize, Serializer};

use super::frame::{Frame, finite};

#[derive(Serialize)]
struct Line<'a> {
    sample: u64,
    time_s: f64,
    weights: Weights<'a>,
    head: [f32; 7],
}

struct Weights<'a>(&'a Frame<'a>);

impl Serialize for Weights<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.names.iter().zip(self.0.weights.iter().map(|&weight| finite(weight))))
    }
}

/// Writes the JSON of a frame, without an end of line.
pub fn encode(frame: &Frame, out: &mut Vec<u8>) -> io::Result<()> {
    out.clear();
    let time_s = if frame.time_s.is_finite() { frame.time_s } else { 0.0 };
    let line = Line { sample: frame.sample, time_s, weights: Weights(frame), head: frame.head.map(finite) };
    Ok(serde_json::to_writer(out, &line)?)
}

/// Lines on a stream, each of which is there at once.
#[derive(Debug)]
pub struct Lines<W> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> Lines<W> {
    /// On standard output, for example.
    pub fn new(out: W) -> Self {
        Self { out, line: Vec::new() }
    }

    /// Writes a line; false where the reader has closed its end, which is how it says that it has enough.
    ///
    /// # Errors
    /// Whatever else the stream has to say.
    pub fn send(&mut self, frame: &Frame) -> io::Result<bool> {
        encode(frame, &mut self.line)?;
        self.line.push(b'\n');
        match self.out.write_all(&self.line).and_then(|()| self.out.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
            written => written.map(|()| true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::frame::tests::with;
    use super::*;

    #[test]
    fn line_has_the_known_letters() {
        with(&["jawOpen", "eyeBlinkLeft"], [0.0, 0.25, 0.0, 1.0, 1.0, -2.5, 0.1], |frame| {
            let mut lines = Lines::new(Vec::new());
            assert!(lines.send(frame).unwrap());
            let expected = r#"{"sample":8000,"time_s":0.5,"weights":{"jawOpen":0.1,"eyeBlinkLeft":0.2},"head":[0.0,0.25,0.0,1.0,1.0,-2.5,0.1]}"#;
            assert_eq!(String::from_utf8(lines.out).unwrap(), format!("{expected}\n"));
        });
    }

    #[test]
    fn line_reads_back() {
        let names = ["a \"name\"\n".to_owned(), "jawOpen".to_owned()];
        let weights = [1.0 / 3.0, f32::NAN];
        let frame = Frame { sample: u64::MAX, time_s: 1.0 / 3.0, names: &names, weights: &weights, head: [0.1; 7] };
        let mut out = Vec::new();
        encode(&frame, &mut out).unwrap();
        assert!(!out.contains(&b'\n'));
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!((&value["sample"], &value["time_s"]), (&u64::MAX.into(), &(1.0 / 3.0).into()));
        assert_eq!(value["weights"]["a \"name\"\n"].as_f64().unwrap() as f32, 1.0 / 3.0);
        assert_eq!(value["weights"]["jawOpen"], 0.0);
        assert_eq!(value["head"].as_array().unwrap().len(), 7);
    }

    /// A stream that fails, or counts how often it was flushed.
    struct Stream(Option<ErrorKind>, usize);

    impl Write for Stream {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.map_or(Ok(bytes.len()), |kind| Err(kind.into()))
        }

        fn flush(&mut self) -> io::Result<()> {
            self.1 += 1;
            Ok(())
        }
    }

    #[test]
    fn every_line_is_flushed() {
        let mut lines = Lines::new(Stream(None, 0));
        with(&["jawOpen"], Frame::HEAD_AT_REST, |frame| (0..3).for_each(|_| assert!(lines.send(frame).unwrap())));
        assert_eq!(lines.out.1, 3);
    }

    #[test]
    fn reader_that_has_enough_is_no_error() {
        let send =
            |kind| with(&["jawOpen"], Frame::HEAD_AT_REST, |frame| Lines::new(Stream(Some(kind), 0)).send(frame));
        assert!(!send(ErrorKind::BrokenPipe).unwrap());
        assert_eq!(send(ErrorKind::StorageFull).unwrap_err().kind(), ErrorKind::StorageFull);
    }
}
