//! Where the face is in each frame.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};
use media2face::picture::FaceBox;

use crate::{input::file, input::text};

/// Columns of a table of boxes.
pub const HEADER: [&str; 5] = ["frame", "x", "y", "w", "h"];

/// Where the face is.
pub enum Boxes {
    /// It is looked for in every frame.
    Found,
    /// The whole picture is the box.
    Whole,
    /// The same in every frame.
    One(FaceBox),
    /// By frame; those that are not there show no face.
    Each(BTreeMap<usize, FaceBox>),
}

/// Where the face is in a frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    /// To be looked for.
    Found,
    /// The whole picture.
    Whole,
    /// Here.
    Given(FaceBox),
    /// Nowhere.
    None,
}

impl Place {
    /// The box that was given.
    pub fn given(self) -> Option<FaceBox> {
        if let Self::Given(face) = self { Some(face) } else { None }
    }
}

impl Boxes {
    /// A CSV file with the header `frame,x,y,w,h`; rows with empty values are as good as none.
    pub fn read(path: &Path) -> Result<Self> {
        let unread = || format!("cannot read {}", path.display());
        let text = text::read(path, file::BOXES)?;
        let mut reader = csv::ReaderBuilder::new();
        reader.delimiter(text::delimiter(&text)).flexible(true).trim(csv::Trim::All);
        let mut reader = reader.from_reader(text.as_bytes());
        let header = reader.headers().with_context(unread)?;
        let found = header.iter().collect::<Vec<_>>().join(",");
        ensure!(found == HEADER.join(","), "{} begins with {found:?}, expected {:?}", path.display(), HEADER.join(","));
        let mut boxes = BTreeMap::new();
        for record in reader.records() {
            let record = record.with_context(unread)?;
            let place = || format!("{} line {}", path.display(), text::line_of(&record, &text));
            if let Some((frame, face)) = row(&record).with_context(place)? {
                ensure!(boxes.insert(frame, face).is_none(), "{}: frame {frame} is given twice", place());
            }
        }
        Ok(Self::Each(boxes))
    }

    /// The box of a frame, as it is given.
    pub fn at(&self, frame: usize) -> Place {
        match self {
            Self::Found => Place::Found,
            Self::Whole => Place::Whole,
            Self::One(face) => Place::Given(*face),
            Self::Each(boxes) => boxes.get(&frame).map_or(Place::None, |face| Place::Given(*face)),
        }
    }

    /// An error when there is a box behind the last frame.
    pub fn check_count(&self, frames: usize) -> Result<()> {
        if let Self::Each(boxes) = self
            && let Some((&last, _)) = boxes.last_key_value()
            && last >= frames
        {
            bail!("there is a box for frame {last}, but the clip has {frames} frames, counted from 0");
        }
        Ok(())
    }
}

fn row(record: &csv::StringRecord) -> Result<Option<(usize, FaceBox)>> {
    ensure!(record.len() == HEADER.len(), "{} columns, expected {}", record.len(), HEADER.len());
    let frame =
        usize::from_str(&record[0]).ok().with_context(|| format!("column frame: {:?} is not a frame", &record[0]))?;
    if (1..5).all(|i| record[i].is_empty()) {
        return Ok(None);
    }
    let number = |i: usize| {
        let number = f32::from_str(&record[i]).ok().filter(|number| number.is_finite());
        number.with_context(|| format!("column {}: {:?} is not a number", HEADER[i], &record[i]))
    };
    let face = FaceBox { x: number(1)?, y: number(2)?, width: number(3)?, height: number(4)? };
    for (name, side) in [("w", face.width), ("h", face.height)] {
        ensure!(side > 0.0, "column {name}: {side} is not above 0");
    }
    Ok(Some((frame, face)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::allocations::{MOST_BYTES, peak_of};

    fn read(text: &str) -> Result<Boxes, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("boxes.csv");
        std::fs::write(&path, text).unwrap();
        let shorter = |error| format!("{error:#}").replace(&path.display().to_string(), "boxes.csv");
        Boxes::read(&path).map_err(shorter)
    }

    #[test]
    fn frames_without_values_have_no_box() {
        let boxes = read("frame, x, y, w, h\n0, 1, -2.5, 30, 40\n1,,,,\n3,5,6,7,8\n").unwrap();
        assert_eq!(boxes.at(0), Place::Given(FaceBox { x: 1.0, y: -2.5, width: 30.0, height: 40.0 }));
        assert_eq!((boxes.at(1), boxes.at(2)), (Place::None, Place::None));
        assert!(boxes.check_count(4).is_ok() && boxes.check_count(3).unwrap_err().to_string().contains("frame 3"));
        assert_eq!((Boxes::Whole.at(9), Boxes::Found.at(9)), (Place::Whole, Place::Found));
    }

    #[test]
    fn spreadsheets_may_have_written_them() {
        for text in [
            "\u{feff}frame,x,y,w,h\r\n2,1,2,3,4\r\n",
            "frame;x;y;w;h\n2;1;2;3;4\n",
            "frame\tx\ty\tw\th\n2\t1\t2\t3\t4\n",
        ] {
            let boxes = read(text).unwrap();
            assert_eq!(boxes.at(2), Place::Given(FaceBox { x: 1.0, y: 2.0, width: 3.0, height: 4.0 }), "{text:?}");
        }
    }

    #[test]
    fn bad_rows_name_line_and_column() {
        for (text, reason) in [
            ("", "begins with \"\""),
            ("frame,x,y,width,height\n", "begins with \"frame,x,y,width,height\""),
            ("frame,x,y,w,h\n0,1,2,3\n", "boxes.csv line 2: 4 columns, expected 5"),
            ("frame,x,y,w,h\n0,1,2,3,4\n\n1,1,two,3,4\n", "boxes.csv line 4: column y: \"two\" is not a number"),
            ("frame,x,y,w,h\n-1,1,2,3,4\n", "boxes.csv line 2: column frame: \"-1\" is not a frame"),
            ("frame,x,y,w,h\n0,1,2,,4\n", "boxes.csv line 2: column w: \"\" is not a number"),
            ("frame,x,y,w,h\n0,nan,2,3,4\n", "boxes.csv line 2: column x: \"nan\" is not a number"),
            ("frame,x,y,w,h\n0,1,2,3,0\n", "boxes.csv line 2: column h: 0 is not above 0"),
            ("frame,x,y,w,h\n0,1,2,3,4\n0,1,2,3,4\n", "boxes.csv line 3: frame 0 is given twice"),
        ] {
            let error = read(text).err().unwrap();
            assert!(error.contains(reason), "{text:?}: {error}");
        }
    }

    #[test]
    fn small_files_take_little_memory_whatever_they_say() {
        let header = "frame,x,y,w,h\n";
        let rows: String = (0..7_000).map(|frame| format!("{frame},0,0,1,1\n")).collect();
        let all = [
            [header, &rows].concat(),
            [header, &"1,,,,\n".repeat(16_000)].concat(),
            [header, &",".repeat(99_000)].concat(),
            [header, "\"", &"\n".repeat(99_000)].concat(),
            ",".repeat(100_000),
            "\n".repeat(100_000),
        ];
        for text in all {
            let ((), bytes) = peak_of(|| drop(read(&text)));
            assert!(bytes <= MOST_BYTES, "{:?}: {bytes}", &text[..20]);
        }
    }
}
