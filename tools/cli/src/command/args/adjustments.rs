//! What the finished motion is adjusted by: gains, smoothing, channels, blinks and gaze.

use std::str::FromStr;

use clap::Args;
use media2face::Adjustments as Library;
use media2face::limits;
use media2face::output::{Blinks, Channel, Gaze, GazeTarget};

use super::value::{number, range};

/// What [`Library`] is made of.
#[derive(Args, Clone, Debug)]
pub struct Adjustments {
    /// Blinks: off, max=X to let lids close by 0..1 at most, a number to add so many a minute, or several: off,12
    #[arg(long, value_name = "LIST", value_parser = blinks, allow_negative_numbers = true, help_heading = HEADING)]
    pub blink: Option<Blinks>,
    /// Own gaze and added saccades: off, gain=X, max=DEGREES, saccades=N a minute of size=DEGREES, or several: off,saccades=40
    #[arg(long, value_name = "LIST", value_parser = gaze, help_heading = HEADING)]
    pub gaze: Option<Gaze>,
    /// Look there, seconds and degrees: 1.5-3=-20,5 is 20 to the character's right, 5 down; a third number is the head's part
    /// of the angle, 0..1 (0.4). Repeatable
    #[arg(long, value_name = "START-END=YAW,PITCH", value_parser = target, help_heading = HEADING)]
    pub look_at: Vec<GazeTarget>,
    /// Factor on the expression, about the face at rest
    #[arg(long, value_name = "X", value_parser = gain, allow_negative_numbers = true, help_heading = HEADING,
          default_value_t = Library::default().expression_gain)]
    pub expression_gain: f32,
    /// Factor on the movement of the head
    #[arg(long, value_name = "X", value_parser = gain, allow_negative_numbers = true, help_heading = HEADING,
          default_value_t = Library::default().head_gain)]
    pub head_gain: f32,
    /// Smooths the expression without lag: standard deviation in milliseconds
    #[arg(long, value_name = "MS", value_parser = smoothing, allow_negative_numbers = true, help_heading = HEADING,
          default_value_t = Library::default().smoothing_s * 1e3)]
    pub smooth: f32,
    /// The same for the head, which the network lets tremble a little [default: 40; with --keyframe 0, so that it is met]
    #[arg(long, value_name = "MS", value_parser = smoothing, allow_negative_numbers = true, help_heading = HEADING)]
    pub smooth_head: Option<f32>,
    /// Gain of a blendshape, its offset and its limits: jawOpen=1.2 or jawOpen=1.2,0,0,0.7; weights and mesh follow. Repeatable
    #[arg(long, value_name = "NAME=GAIN", value_parser = channel, help_heading = HEADING)]
    pub channel: Vec<(String, Channel)>,
}

const HEADING: &str = "Adjustments";

impl Adjustments {
    /// As the library takes it; a face that is `held` at keyframes is smoothed only where that is asked for.
    pub fn settings(&self, seed: u64, held: bool) -> Library {
        let Self { blink, gaze, look_at, expression_gain, head_gain, smooth, smooth_head, channel } = self;
        let calm_s = if held { 0.0 } else { Library::CALM_HEAD_S };
        Library {
            seed,
            expression_gain: *expression_gain,
            head_gain: *head_gain,
            smoothing_s: smooth / 1e3,
            head_smoothing_s: smooth_head.map_or(calm_s, |ms| ms / 1e3),
            channels: channel.clone(),
            blinks: blink.unwrap_or_default(),
            gaze: Gaze { targets: look_at.clone(), ..gaze.clone().unwrap_or_default() },
        }
    }
}

fn gain(text: &str) -> Result<f32, String> {
    number(text, 0.0, limits::MAX_GAIN)
}

fn smoothing(text: &str) -> Result<f32, String> {
    number(text, 0.0, limits::MAX_SMOOTHING_S * 1e3)
}

fn blinks(text: &str) -> Result<Blinks, String> {
    let mut blinks = Blinks::default();
    let unknown = |item: &str| format!("{item:?} is not off, max=X or a number of blinks a minute");
    for item in text.split(',').map(str::trim) {
        match item.split_once('=') {
            None if item == "off" => blinks.limit = 0.0,
            Some(("max", limit)) => blinks.limit = number(limit, 0.0, 1.0)?,
            None if f32::from_str(item).is_err() => return Err(unknown(item)),
            None => blinks.added_per_minute = number(item, 0.0, limits::MAX_BLINKS_PER_MINUTE)?,
            Some(_) => return Err(unknown(item)),
        }
    }
    Ok(blinks)
}

fn gaze(text: &str) -> Result<Gaze, String> {
    let mut gaze = Gaze::default();
    for item in text.split(',').map(str::trim) {
        match item.split_once('=') {
            None if item == "off" => gaze.gain = 0.0,
            Some(("gain", factor)) => gaze.gain = gain(factor)?,
            Some(("max", degrees)) => gaze.limit_rad = number(degrees, 0.0, 90.0)?.to_radians(),
            Some(("saccades", rate)) => gaze.saccades_per_minute = number(rate, 0.0, limits::MAX_SACCADES_PER_MINUTE)?,
            Some(("size", degrees)) => gaze.saccade_rad = number(degrees, 0.0, 20.0)?.to_radians(),
            _ => return Err(format!("{item:?} is not off, gain=X, max=DEGREES, saccades=N or size=DEGREES")),
        }
    }
    Ok(gaze)
}

/// `START-END=YAW,PITCH` or `START-END=YAW,PITCH,SHARE`.
fn target(text: &str) -> Result<GazeTarget, String> {
    let (times, angles) = text.split_once('=').ok_or("expected START-END=YAW,PITCH, such as 1.5-3=-20,5")?;
    let (start_s, end_s) = range(times)?;
    let degrees = |text: &str| number(text, -90.0, 90.0).map(f32::to_radians);
    let (yaw, pitch, share) = match angles.split(',').collect::<Vec<_>>()[..] {
        [yaw, pitch] => (yaw, pitch, None),
        [yaw, pitch, share] => (yaw, pitch, Some(number(share, 0.0, 1.0)?)),
        _ => return Err("expected YAW,PITCH in degrees after the times".to_owned()),
    };
    let head_share = share.unwrap_or(GazeTarget::HEAD_SHARE);
    Ok(GazeTarget { start_s, end_s, head_share, ..GazeTarget::new(degrees(yaw)?, degrees(pitch)?) })
}

/// `NAME=GAIN`, `NAME=GAIN,OFFSET` or `NAME=GAIN,OFFSET,MIN,MAX`.
fn channel(text: &str) -> Result<(String, Channel), String> {
    let form = "expected NAME=GAIN, NAME=GAIN,OFFSET or NAME=GAIN,OFFSET,MIN,MAX";
    let (name, numbers) = text.split_once('=').ok_or(form)?;
    let value = |text: &str| match f32::from_str(text.trim()) {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err(format!("{text:?} is not a number")),
    };
    let mut channel = Channel::default();
    match numbers.split(',').map(value).collect::<Result<Vec<_>, _>>()?[..] {
        [gain] => channel.gain = gain,
        [gain, offset] => (channel.gain, channel.offset) = (gain, offset),
        [gain, offset, min, max] if min <= max => channel = Channel { gain, offset, min, max },
        [_, _, _, _] => return Err("the limits are reversed".to_owned()),
        _ => return Err(form.to_owned()),
    }
    Ok((name.trim().to_owned(), channel))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        adjustments: Adjustments,
    }

    fn parse(line: &str) -> Result<Library, String> {
        let words = std::iter::once("m2f").chain(line.split(' ').filter(|word| !word.is_empty()));
        Line::try_parse_from(words).map(|line| line.adjustments.settings(3, false)).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_said_only_calms_the_head() {
        let nothing = Library { seed: 3, ..Library::default() };
        assert_eq!(parse("--smooth-head 0"), Ok(nothing.clone()));
        assert_eq!(parse(""), Ok(Library { head_smoothing_s: 0.04, ..nothing }));
    }

    #[test]
    fn lists_set_what_they_name() {
        let blinks = |line: &str| parse(line).map(|found| found.blinks);
        assert_eq!(blinks("--blink off"), Ok(Blinks { limit: 0.0, added_per_minute: 0.0 }));
        assert_eq!(blinks("--blink 12"), Ok(Blinks { limit: 1.0, added_per_minute: 12.0 }));
        assert_eq!(blinks("--blink max=.5,12"), Ok(Blinks { limit: 0.5, added_per_minute: 12.0 }));
        let gaze = parse("--gaze gain=.5,max=10,saccades=40,size=2").unwrap().gaze;
        assert_eq!((gaze.gain, gaze.saccades_per_minute), (0.5, 40.0));
        assert_eq!((gaze.limit_rad, gaze.saccade_rad), (10f32.to_radians(), 2f32.to_radians()));
        assert_eq!(parse("--gaze off").unwrap().gaze.gain, 0.0);
        let all = parse("--expression-gain 1.2 --head-gain 0 --smooth 40 --smooth-head 100").unwrap();
        assert_eq!((all.expression_gain, all.head_gain, all.smoothing_s, all.head_smoothing_s), (1.2, 0.0, 0.04, 0.1));
    }

    #[test]
    fn targets_and_channels_come_as_often_as_given() {
        let found = parse("--look-at 1.5-3=-20,5 --look-at 3-=30,-10,.6").unwrap().gaze.targets;
        let first =
            GazeTarget { start_s: 1.5, end_s: 3.0, ..GazeTarget::new((-20f32).to_radians(), 5f32.to_radians()) };
        let second =
            GazeTarget { start_s: 3.0, head_share: 0.6, ..GazeTarget::new(30f32.to_radians(), (-10f32).to_radians()) };
        assert_eq!(found, [first, second]);
        let found =
            parse("--channel jawOpen=1.2 --channel browInnerUp=1,.1 --channel jawLeft=1,0,0,.5").unwrap().channels;
        let expected = [(1.2, 0.0, 1.0), (1.0, 0.1, 1.0), (1.0, 0.0, 0.5)];
        let expected = expected.map(|(gain, offset, max)| Channel { gain, offset, min: 0.0, max });
        assert_eq!(found.iter().map(|(_, channel)| *channel).collect::<Vec<_>>(), expected);
        assert_eq!(found[1].0, "browInnerUp");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for option in [
            "--blink on",
            "--blink -1",
            "--blink max=2",
            "--blink max=nan",
            "--blink 1e6",
            "--blink min=1",
            "--gaze on",
            "--gaze gain=-1",
            "--gaze max=nan",
            "--gaze saccades=1e9",
            "--gaze blink=1",
            "--look-at 1-2",
            "--look-at 2-1=0,0",
            "--look-at 1-2=100,0",
            "--look-at 1-2=0",
            "--look-at 1-2=0,0,2",
            "--look-at 1-2=nan,0",
            "--look-at -1-2=0,0",
            "--expression-gain -1",
            "--expression-gain 9",
            "--head-gain nan",
            "--smooth -1",
            "--smooth 1e6",
            "--channel jawOpen",
            "--channel jawOpen=x",
            "--channel jawOpen=1,0,1",
            "--channel jawOpen=1,0,1,0",
        ] {
            assert!(parse(option).is_err(), "{option}");
        }
    }
}
