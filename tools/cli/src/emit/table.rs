//! `<stem>.table.csv`: a column for each weight and for the head, one row a frame, numbers alone. For spreadsheets and engines' curve
//! tables; Live Link's own form is [`csv`](super::csv).

use std::borrow::Cow;
use std::io::{self, Write};

use crate::emit::track::Track;

/// Of the head's pose, behind the weights: a quaternion about its pivot, and mm.
pub const HEAD: &str = "headX,headY,headZ,headW,headRight_mm,headUp_mm,headFront_mm";

/// Writes header and rows; times in seconds.
pub fn write(track: &Track, out: &mut impl Write) -> io::Result<()> {
    write!(out, "time_s")?;
    for name in &track.names {
        write!(out, ",{}", quoted(name))?;
    }
    writeln!(out, ",{HEAD}")?;
    for (frame, head) in track.heads.iter().enumerate() {
        write!(out, "{:.6}", frame as f64 / track.fps.hz())?;
        for value in track.row(frame).iter().chain(&head.rotation).chain(&head.translation_mm) {
            write!(out, ",{value:.6}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// A name as a cell: names of a rig's own shapes may have any letters.
fn quoted(name: &str) -> Cow<'_, str> {
    match name.contains([',', '"', '\n', '\r']) {
        true => Cow::Owned(format!("\"{}\"", name.replace('"', "\"\""))),
        false => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_separators_are_one_cell() {
        let quoted = ["jawOpen", "a,b", "6\" wide"].map(|name| quoted(name).into_owned());
        assert_eq!(quoted, ["jawOpen", "\"a,b\"", "\"6\"\" wide\""]);
    }

    #[test]
    fn rows_have_time_weights_and_head() {
        let mut bytes = Vec::new();
        write(&crate::emit::track::tests::short(), &mut bytes).unwrap();
        let lines: Vec<String> = String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect();
        assert_eq!(lines[0], format!("time_s,jawOpen,eyeBlinkLeft,{HEAD}"));
        assert_eq!(
            lines[2],
            "0.033333,0.500000,0.250000,0.000000,0.099833,0.000000,0.995004,0.000000,1.000000,0.000000"
        );
        assert_eq!(lines.len(), 4);
    }
}
