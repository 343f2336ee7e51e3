//! `<stem>.csv`: a recording as the Live Link Face app writes it, one row a frame, weights matched by name.

use std::io::{self, Write};

use media2face::output::{LIVE_LINK_WIDTH, LiveLinkMap, live_link_columns};

use super::timecode::timecode;
use crate::emit::track::Track;

/// Writes header and rows.
pub fn write(track: &Track, out: &mut impl Write) -> io::Result<()> {
    write!(out, "Timecode,BlendShapeCount")?;
    for column in live_link_columns() {
        write!(out, ",{column}")?;
    }
    writeln!(out)?;
    let columns = LiveLinkMap::new(&track.names, track.eye_range);
    for (frame, head) in track.heads.iter().enumerate() {
        write!(out, "{},{LIVE_LINK_WIDTH}", timecode(frame, track.fps, track.drop_frame))?;
        for value in columns.row(track.row(frame), head) {
            write!(out, ",{value:.6}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::track::tests::short;

    const HEADER: &str = "Timecode,BlendShapeCount,EyeBlinkLeft,EyeLookDownLeft,EyeLookInLeft,EyeLookOutLeft,\
        EyeLookUpLeft,EyeSquintLeft,EyeWideLeft,EyeBlinkRight,EyeLookDownRight,EyeLookInRight,EyeLookOutRight,\
        EyeLookUpRight,EyeSquintRight,EyeWideRight,JawForward,JawRight,JawLeft,JawOpen,MouthClose,MouthFunnel,\
        MouthPucker,MouthRight,MouthLeft,MouthSmileLeft,MouthSmileRight,MouthFrownLeft,MouthFrownRight,\
        MouthDimpleLeft,MouthDimpleRight,MouthStretchLeft,MouthStretchRight,MouthRollLower,MouthRollUpper,\
        MouthShrugLower,MouthShrugUpper,MouthPressLeft,MouthPressRight,MouthLowerDownLeft,MouthLowerDownRight,\
        MouthUpperUpLeft,MouthUpperUpRight,BrowDownLeft,BrowDownRight,BrowInnerUp,BrowOuterUpLeft,BrowOuterUpRight,\
        CheekPuff,CheekSquintLeft,CheekSquintRight,NoseSneerLeft,NoseSneerRight,TongueOut,HeadYaw,HeadPitch,HeadRoll,\
        LeftEyeYaw,LeftEyePitch,LeftEyeRoll,RightEyeYaw,RightEyePitch,RightEyeRoll";

    fn lines() -> Vec<String> {
        let mut bytes = Vec::new();
        write(&short(), &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn header_is_that_of_live_link_face() {
        assert_eq!(lines()[0], HEADER);
    }

    #[test]
    fn weights_stand_under_their_names() {
        let lines = lines();
        assert_eq!(lines.len(), 4);
        let columns: Vec<&str> = HEADER.split(',').collect();
        let row: Vec<&str> = lines[2].split(',').collect();
        assert_eq!(row.len(), columns.len());
        assert_eq!(row[..2], ["00:00:00:01.000", "61"]);
        for (column, value) in columns.iter().zip(&row).skip(2) {
            let expected = match *column {
                "JawOpen" => 0.5,
                "EyeBlinkLeft" => 0.25,
                "HeadYaw" => 0.2,
                _ => 0.0,
            };
            let value: f32 = value.parse().unwrap();
            assert!((value - expected).abs() < 1e-6, "{column} is {value}");
        }
    }
}
