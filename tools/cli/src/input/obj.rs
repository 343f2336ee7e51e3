//! Wavefront OBJ in: positions (mm, x y z a vertex), chart coordinates (u v, v upwards as in the file) and faces, for
//! `--mesh`; everything else in the file is passed over.
//!
//! As exporters write it: lines that go on behind a backslash, comments behind data, any ends of lines, byte-order marks,
//! names in any encoding, indices that count backwards, faces of two corners.

use std::borrow::Cow;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use media2face::limits::MAX_VERTICES;

use crate::render::vector::Vec3;
use crate::{input::file, input::text};

/// A polygon mesh as its file has it.
#[derive(Debug, Default, PartialEq)]
pub struct Obj {
    /// Positions of `v`.
    pub vertices: Vec<Vec3>,
    /// Coordinates of `vt`, v upwards.
    pub uv: Vec<[f32; 2]>,
    /// Polygons as fans of triangles.
    pub triangles: Vec<[Corner; 3]>,
    /// The polygons' sides, as pairs of vertices.
    pub sides: Vec<[u32; 2]>,
    /// Faces of fewer than three corners, which were passed over.
    pub passed_over: usize,
}

/// A corner of a triangle: indices from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Corner {
    /// Of `v`.
    pub vertex: u32,
    /// Of `vt`, where the face states it.
    pub uv: Option<u32>,
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Obj> {
    // Names and comments may be in any encoding; numbers are ASCII.
    let text = text::decode_lossy(&file::read(path, file::MESH)?);
    parse(&text).with_context(|| format!("cannot read {} as a mesh", path.display()))
}

fn parse(text: &str) -> Result<Obj> {
    let mut obj = Obj::default();
    for (line, statement) in statements(text) {
        let mut words = statement.split_whitespace();
        let read = match words.next() {
            Some("v") => numbers(words, 3).map(|point| obj.vertices.push(point)),
            // The second of two may be left out: it is 0.
            Some("vt") => numbers(words, 1).map(|point| obj.uv.push(point)),
            Some("f") => obj.polygon(words),
            _ => Ok(()),
        };
        read.with_context(|| format!("line {line}"))?;
        ensure!(obj.vertices.len() <= MAX_VERTICES, "more than {MAX_VERTICES} vertices");
    }
    ensure!(!obj.vertices.is_empty() && !obj.triangles.is_empty(), "it has no faces");
    Ok(obj)
}

/// What the lines say without comments, each with the number of its first line. One that is read here goes on behind a
/// backslash; in others that may be the end of a path.
fn statements(text: &str) -> impl Iterator<Item = (usize, Cow<'_, str>)> {
    // Ends of lines may be of any system, or of several.
    let lines = text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'));
    let mut lines = (1..).zip(lines.map(|line| line.split('#').next().unwrap_or_default().trim()));
    std::iter::from_fn(move || {
        let (first, mut line) = lines.next()?;
        let word = line.split([' ', '\t', '\\']).next();
        let mut joined = String::new();
        while let Some(begun) = line.strip_suffix('\\').filter(|_| matches!(word, Some("v" | "vt" | "f"))) {
            joined.extend([begun, " "]);
            line = lines.next().map_or("", |(_, line)| line);
        }
        if joined.is_empty() {
            return Some((first, Cow::Borrowed(line)));
        }
        joined.push_str(line);
        Some((first, Cow::Owned(joined)))
    })
}

impl Obj {
    fn polygon<'a>(&mut self, words: impl Iterator<Item = &'a str>) -> Result<()> {
        let corners = words.map(|word| self.corner(word)).collect::<Result<Vec<_>>>()?;
        if corners.len() < 3 {
            self.passed_over += 1;
            return Ok(());
        }
        self.triangles.extend(corners[1..].windows(2).map(|pair| [corners[0], pair[0], pair[1]]));
        let next = corners[1..].iter().chain(corners.first());
        self.sides.extend(corners.iter().zip(next).map(|(from, to)| [from.vertex, to.vertex]));
        Ok(())
    }

    /// `v`, `v/vt`, `v//vn` or `v/vt/vn`.
    fn corner(&self, word: &str) -> Result<Corner> {
        let mut parts = word.split('/');
        let vertex = index(parts.next().unwrap_or_default(), self.vertices.len())?;
        let uv = parts.next().filter(|part| !part.is_empty()).map(|part| index(part, self.uv.len())).transpose()?;
        Ok(Corner { vertex, uv })
    }
}

/// From 1, or backwards from the last that was read.
fn index(word: &str, count: usize) -> Result<u32> {
    let stated: i64 = word.parse().map_err(|_| anyhow!("{word:?} is not an index"))?;
    let at = if stated < 0 { count as i64 + stated } else { stated - 1 };
    if !(0..count as i64).contains(&at) {
        bail!("index {stated} of {count}");
    }
    Ok(at as u32)
}

/// The first N numbers of a line, of which `least` have to be there, the others are 0; more may follow (w, colours).
fn numbers<'a, const N: usize>(mut words: impl Iterator<Item = &'a str>, least: usize) -> Result<[f32; N]> {
    let mut values = [0.0; N];
    for (at, value) in values.iter_mut().enumerate() {
        match words.next() {
            Some(word) => *value = number(word)?,
            None => ensure!(at >= least, "expected {N} numbers"),
        }
    }
    Ok(values)
}

fn number(word: &str) -> Result<f32> {
    word.parse().map_err(|_| match word.replace(',', ".").parse::<f32>() {
        Ok(_) => anyhow!("{word:?} has a decimal comma, expected a point"),
        Err(_) => anyhow!("{word:?} is not a number"),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::allocations::{MOST_BYTES, peak_of};

    fn corner(vertex: u32, uv: Option<u32>) -> Corner {
        Corner { vertex, uv }
    }

    #[test]
    fn every_form_of_a_face_is_read() {
        let text = "# a comment\nv 0 0 0\nv 1 0 0 0.5 0.5 0.5\nv 1 1 0\nv 0 1.5e0 0\nvt 0 0\nvt 1 0 0\nvn 0 0 1\n\
                    f 1/1/1 2/2/1 3//1 4\ng part\nf -4/-2 -3 -2\n";
        let obj = parse(text).unwrap();
        assert_eq!((obj.vertices.len(), obj.vertices[3]), (4, [0.0, 1.5, 0.0]));
        assert_eq!(obj.uv, [[0.0, 0.0], [1.0, 0.0]]);
        let first = [corner(0, Some(0)), corner(1, Some(1)), corner(2, None)];
        let second = [corner(0, Some(0)), corner(2, None), corner(3, None)];
        let third = [corner(0, Some(0)), corner(1, None), corner(2, None)];
        assert_eq!(obj.triangles, [first, second, third]);
    }

    const SQUARE: &str = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nf 1/1 2/2 3/1 4/2\n";

    #[test]
    fn what_exporters_write_is_one_mesh() {
        let square = parse(SQUARE).unwrap();
        assert_eq!(square.sides, [[0, 1], [1, 2], [2, 3], [3, 0]]);
        for (what, text) in [
            ("ends of lines", SQUARE.replace('\n', "\r\n")),
            ("old ends of lines", SQUARE.replace('\n', "\r")),
            ("continuation", SQUARE.replace("f 1/1 ", "f \\\n\t1/1 \\  \n").replace("v 1 1 ", "v 1 1\\\n ")),
            ("comments", SQUARE.replace("v 1 1 0\n", "v 1 1 0 # top \\\n#v 3 3 3\n").replace("4/2\n", "4/2# last\n")),
            ("tabs and blanks", SQUARE.replace(' ', " \t ").replace("v ", " v ")),
            ("exponents", SQUARE.replace("v 1 1 0", "v 1.0E+00 +1 -0e0")),
            ("colours and w", SQUARE.replace("v 1 1 0", "v 1 1 0 0.2 0.4 1").replace("vt 1 0", "vt 1 0 0")),
            ("one coordinate", SQUARE.replace("vt 1 0", "vt 1")),
            ("backwards", SQUARE.replace("f 1/1 2/2 3/1 4/2", "f -4/-2 -3/-1 -2/-2 -1/-1")),
            ("normals", SQUARE.replace("f 1/1 2/2 3/1 4/2", "vn 0 0 1\nf 1/1/1 2/2/1 3/1/1 4/2/1")),
            ("paths", format!("mtllib C:\\a\\\no front\ng\ns off\nusemtl a#1\n{SQUARE}l 1 2\np 1\n")),
        ] {
            assert_eq!(parse(&text).unwrap(), square, "{what}");
        }
        let more = parse(&format!("{SQUARE}f 1/1 2/2\nf\n")).unwrap();
        assert_eq!(more, Obj { passed_over: 2, ..square });
    }

    #[test]
    fn marks_and_names_in_other_encodings_cost_no_vertex() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.obj");
        let utf16: Vec<u8> = [0xfeff].into_iter().chain(SQUARE.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let named = [&b"o K\xf6pfchen\n"[..], SQUARE.as_bytes()].concat();
        for bytes in [[b"\xef\xbb\xbf", SQUARE.as_bytes()].concat(), utf16, named] {
            fs::write(&path, bytes).unwrap();
            assert_eq!(read(&path).unwrap(), parse(SQUARE).unwrap());
        }
    }

    #[test]
    fn faults_are_named_with_their_line() {
        for (text, reason) in [
            ("v 0 0\n", "line 1: expected 3 numbers"),
            ("v 0 0 x\n", "line 1: \"x\" is not a number"),
            ("v 0,5 0 0\n", "line 1: \"0,5\" has a decimal comma, expected a point"),
            ("vt\n", "line 1: expected 2 numbers"),
            ("v 0 0 0\nf 1 1\n", "it has no faces"),
            ("v 0 0 0\nf 1 9\n", "line 2: index 9 of 1"),
            ("v 0 0 0\r\n\r\nf 1 1 \\\r\n 2\r\n", "line 3: index 2 of 1"),
            ("v 0 \\\n 0 \\\n 0\nv 0 0\n", "line 4: expected 3 numbers"),
            ("v 0 0 0\rv 0 0 x\r", "line 2: \"x\" is not a number"),
            ("v 0 0 0\nf 1 1 \\", "it has no faces"),
            ("v 0 0 0\nf 1 1 2\n", "line 2: index 2 of 1"),
            ("v 0 0 0\nf 1 1 0\n", "line 2: index 0 of 1"),
            ("v 0 0 0\nf 1/1 1 1\n", "line 2: index 1 of 0"),
            ("v 0 0 0\nf 1 1 -2\n", "line 2: index -2 of 1"),
            ("v 0 0 0\nf a b c\n", "line 2: \"a\" is not an index"),
            ("v 0 0 0\n", "it has no faces"),
            ("", "it has no faces"),
        ] {
            assert_eq!(format!("{:#}", parse(text).unwrap_err()), reason, "{text:?}");
        }
    }

    #[test]
    fn small_files_take_little_memory_whatever_they_say() {
        for (begin, again) in [
            ("", "v 0 0 0\n"),
            ("", "vt 0\n"),
            ("v 0 0 0\nf", " 1"),
            ("v 0 0 0\n", "f 1 1 1\n"),
            ("v 0 0 0\n", "f 1\n"),
            ("f ", "\\\n"),
            ("f ", "\\\r"),
            ("", "\n"),
            ("f 1 1 1 ", "a"),
            ("", "\u{fffd}"),
        ] {
            let text = begin.to_owned() + &again.repeat((100_000 - begin.len()) / again.len());
            let ((), bytes) = peak_of(|| drop(parse(&text::decode_lossy(text.as_bytes()))));
            assert!(bytes <= MOST_BYTES, "{begin:?} {again:?}: {bytes}");
        }
    }
}
