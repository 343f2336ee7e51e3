//! Wavefront OBJ in: positions (mm, x y z a vertex), chart coordinates (u v, v upwards as in the file) and faces, for
//! `--mesh`; everything else in the file is passed over.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail, ensure};
use media2face::limits::MAX_VERTICES;

use crate::vector::Vec3;

/// Largest file that is read, bytes.
const MOST_BYTES: u64 = 256 << 20;

/// A polygon mesh as its file has it.
#[derive(Debug, Default, PartialEq)]
pub struct Obj {
    /// Positions of `v`.
    pub vertices: Vec<Vec3>,
    /// Coordinates of `vt`, v upwards.
    pub uv: Vec<[f32; 2]>,
    /// Polygons as fans of triangles.
    pub triangles: Vec<[Corner; 3]>,
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
    let unread = || format!("cannot read the mesh {}", path.display());
    let bytes = fs::metadata(path).with_context(unread)?.len();
    ensure!(bytes <= MOST_BYTES, "{}: {bytes} bytes, at most {MOST_BYTES}", path.display());
    let text = fs::read(path).with_context(unread)?;
    // Names and comments may be in any encoding; numbers are ASCII.
    parse(&String::from_utf8_lossy(&text)).with_context(|| format!("{} is no mesh that can be read", path.display()))
}

fn parse(text: &str) -> Result<Obj> {
    let mut obj = Obj::default();
    for (i, line) in text.lines().enumerate() {
        let mut words = line.split_whitespace();
        let read = match words.next() {
            Some("v") => floats(words).map(|point| obj.vertices.push(point)),
            Some("vt") => floats(words).map(|point| obj.uv.push(point)),
            Some("f") => obj.polygon(words),
            _ => Ok(()),
        };
        read.with_context(|| format!("line {}", i + 1))?;
        ensure!(obj.vertices.len() <= MAX_VERTICES, "more than {MAX_VERTICES} vertices");
    }
    ensure!(!obj.vertices.is_empty() && !obj.triangles.is_empty(), "it has no faces");
    Ok(obj)
}

impl Obj {
    fn polygon<'a>(&mut self, words: impl Iterator<Item = &'a str>) -> Result<()> {
        let corners = words.map(|word| self.corner(word)).collect::<Result<Vec<_>>>()?;
        ensure!(corners.len() >= 3, "a face of {} corners", corners.len());
        self.triangles.extend(corners[1..].windows(2).map(|pair| [corners[0], pair[0], pair[1]]));
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
    let stated: i64 = word.parse().map_err(|_| anyhow!("{word:?} is no index"))?;
    let at = if stated < 0 { count as i64 + stated } else { stated - 1 };
    if !(0..count as i64).contains(&at) {
        bail!("index {stated} of {count}");
    }
    Ok(at as u32)
}

/// The first N numbers of a line; more may follow (w, colours).
fn floats<'a, const N: usize>(mut words: impl Iterator<Item = &'a str>) -> Result<[f32; N]> {
    let mut values = [0.0; N];
    for value in &mut values {
        let word = words.next().ok_or_else(|| anyhow!("expected {N} numbers"))?;
        *value = word.parse().map_err(|_| anyhow!("{word:?} is no number"))?;
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn faults_are_named_with_their_line() {
        for (text, reason) in [
            ("v 0 0\n", "line 1: expected 3 numbers"),
            ("v 0 0 x\n", "line 1: \"x\" is no number"),
            ("v 0 0 0\nf 1 1\n", "line 2: a face of 2 corners"),
            ("v 0 0 0\nf 1 1 2\n", "line 2: index 2 of 1"),
            ("v 0 0 0\nf 1 1 0\n", "line 2: index 0 of 1"),
            ("v 0 0 0\nf 1/1 1 1\n", "line 2: index 1 of 0"),
            ("v 0 0 0\nf 1 1 -2\n", "line 2: index -2 of 1"),
            ("v 0 0 0\nf a b c\n", "line 2: \"a\" is no index"),
            ("v 0 0 0\n", "it has no faces"),
            ("", "it has no faces"),
        ] {
            assert_eq!(format!("{:#}", parse(text).unwrap_err()), reason, "{text:?}");
        }
    }
}
