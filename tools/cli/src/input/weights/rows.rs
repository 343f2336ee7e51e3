//! Tables with a row a frame: CSV of Live Link Face, and the table of `m2f animate`. Columns are found by their names.

use anyhow::{Context, Result, anyhow, bail, ensure};
use csv::StringRecord;
use media2face::limits::MAX_SHAPES;
use media2face::output::live_link_columns;
use media2face::pack::ARKIT_NAMES;
use media2face::signal::{FrameRate, HeadPose};

use super::{Raw, json};
use crate::emit::table;
use crate::input::keyframe::HeadTurn;
use crate::input::text;

/// First columns of the two.
const TIMECODE: &str = "Timecode";
const TIME: &str = "time_s";
/// Behind the timecode: how many values follow, 0 where the app saw no face.
const COUNT: &str = "BlendShapeCount";

/// Most columns of such a table: a row without a face is short, and stands for a value in each.
const MOST_LIVE: usize = 128;

/// Where a table has what.
struct Columns {
    /// Whether the first one is a timecode, or seconds.
    timecode: bool,
    weights: Vec<usize>,
    /// Yaw, pitch and roll in radians, or a quaternion and mm; none of a head that stays.
    head: Vec<usize>,
}

/// Reads a table.
pub fn read(text: &str, warn: &dyn Fn(&str)) -> Result<Raw> {
    let mut reader = csv::ReaderBuilder::new();
    reader.delimiter(text::delimiter(text)).flexible(true).trim(csv::Trim::All);
    let mut reader = reader.from_reader(text.as_bytes());
    let header = reader.headers()?.clone();
    let columns = Columns::of(&header)?;
    let names = columns.weights.iter().map(|&at| header[at].to_owned()).collect();
    let mut raw = Raw { names, ..Raw::default() };
    let (mut times, mut lost) = (Vec::new(), 0usize);
    for record in reader.records() {
        let record = record?;
        let place = || format!("line {}", text::line_of(&record, text));
        let time = columns.time(&record).with_context(place)?;
        raw.drop_frame |= columns.timecode && record[0].contains(';');
        if columns.timecode && record.get(1) == Some("0") && record.iter().skip(2).all(str::is_empty) {
            lost += 1;
            let (weights, heads) = (raw.names.len(), raw.heads.last().copied());
            let before = raw.weights.len().saturating_sub(weights)..;
            let before = raw.weights[before].to_vec();
            raw.weights.extend(if before.is_empty() { vec![0.0; weights] } else { before });
            raw.heads.push(heads.unwrap_or_default());
        } else {
            columns.row(&record, &header, &mut raw).with_context(place)?;
        }
        times.push(time);
    }
    if lost > 0 {
        warn(&format!("{lost} frames have no face, and have the one before"));
    }
    raw.fps = if columns.timecode { by_timecodes(&times, raw.drop_frame) } else { by_times(&times)? };
    Ok(raw)
}

impl Columns {
    fn of(header: &StringRecord) -> Result<Self> {
        let find = |name: &str| header.iter().position(|own| own.eq_ignore_ascii_case(name));
        let first = header.get(0).unwrap_or_default();
        let timecode = first.eq_ignore_ascii_case(TIMECODE);
        let most = if timecode { MOST_LIVE } else { MAX_SHAPES + 64 };
        ensure!(header.len() <= most, "it has {} columns, at most {most} are read", header.len());
        ensure!(
            timecode || first.eq_ignore_ascii_case(TIME),
            "it begins with {:?}: expected the JSON of m2f animate or of Audio2Face, or a table that begins with \
             {TIMECODE} (Live Link Face) or {TIME} (m2f animate)",
            first.chars().take(40).collect::<String>()
        );
        // Angles of the eyes follow from the looks, which are there as weights.
        let (head, others): (Vec<String>, Vec<String>) = if timecode {
            let mut angles: Vec<String> = live_link_columns().skip(ARKIT_NAMES.len()).collect();
            let eyes = angles.split_off(3);
            (angles, [vec![COUNT.to_owned()], eyes].concat())
        } else {
            (table::HEAD.split(',').map(str::to_owned).collect(), Vec::new())
        };
        let found: Vec<usize> = head.iter().filter_map(|name| find(name)).collect();
        ensure!(
            found.is_empty() || found.len() == head.len(),
            "of the head it has only some of the columns {}",
            head.join(", ")
        );
        let others: Vec<usize> = others.iter().filter_map(|name| find(name)).chain([0]).collect();
        let weights = (0..header.len()).filter(|at| !found.contains(at) && !others.contains(at)).collect();
        Ok(Self { timecode, weights, head: found })
    }

    /// Seconds; of a timecode whole ones with thousands of frames behind the point, which [`by_timecodes`] reads.
    fn time(&self, record: &StringRecord) -> Result<(u64, f64)> {
        let text = record.get(0).unwrap_or_default();
        if !self.timecode {
            let time_s: Option<f64> = text.parse().ok().filter(|time_s: &f64| time_s.is_finite());
            return Ok((0, time_s.with_context(|| format!("column {TIME}: {text:?} is no time"))?));
        }
        let wrong = || anyhow!("{text:?} is no timecode such as 00:00:01:29.000");
        let parts: Vec<&str> = text.split([':', ';']).collect();
        let [hours, minutes, seconds, frame] = parts[..] else { bail!(wrong()) };
        let number = |text: &str| text.parse::<u16>().map(u64::from).map_err(|_| wrong());
        let whole = number(hours)? * 3600 + number(minutes)? * 60 + number(seconds)?;
        let frame: f64 = frame.parse().ok().filter(|frame| (0.0..1000.0).contains(frame)).ok_or_else(wrong)?;
        Ok((whole, frame.floor()))
    }

    /// Weights and head of a row.
    fn row(&self, record: &StringRecord, header: &StringRecord, raw: &mut Raw) -> Result<()> {
        ensure!(record.len() == header.len(), "{} values for {} columns", record.len(), header.len());
        let value = |at: usize| {
            let value = record[at].parse::<f32>().ok().filter(|value| value.is_finite());
            value.with_context(|| format!("column {}: {:?} is not a finite number", &header[at], &record[at]))
        };
        for &at in &self.weights {
            raw.weights.push(value(at)?);
        }
        let head: Vec<f32> = self.head.iter().map(|&at| value(at)).collect::<Result<_>>()?;
        raw.heads.push(match head[..] {
            [yaw, pitch, roll] => {
                let [yaw_deg, pitch_deg, roll_deg] = [yaw, pitch, roll].map(f32::to_degrees);
                HeadTurn { yaw_deg, pitch_deg, roll_deg }.pose()
            }
            [x, y, z, w, right, up, front] => {
                let head = HeadPose { rotation: [x, y, z, w], translation_mm: [right, up, front] };
                ensure!(json::is_pose(&head), "the head's rotation is no unit quaternion");
                head
            }
            _ => HeadPose::default(),
        });
        Ok(())
    }
}

/// The rate of timecodes: the highest number of a frame and one, where a second is whole. Drop-frame ones are of slowed rates.
fn by_timecodes(times: &[(u64, f64)], drop_frame: bool) -> Option<FrameRate> {
    let seconds = times.windows(2).filter(|pair| pair[0].0 != pair[1].0).count();
    let whole = seconds >= 2 || (seconds == 1 && times[0].1 == 0.0);
    let nominal = times.iter().fold(0.0f64, |most, time| most.max(time.1)) as u32 + 1;
    let rate = if drop_frame { FrameRate::new(nominal * 1000, 1001) } else { FrameRate::new(nominal, 1) };
    rate.ok().filter(|_| whole)
}

/// The rate of even times from 0 on: a whole one, or a slowed one, where the times fit it.
fn by_times(times: &[(u64, f64)]) -> Result<Option<FrameRate>> {
    let [first, .., last] = times else { return Ok(None) };
    let hz = (times.len() - 1) as f64 / (last.1 - first.1);
    ensure!(hz.is_finite() && hz > 0.0, "its times do not rise");
    let nominal = hz.round() as u32;
    let rates = [FrameRate::new(nominal, 1), FrameRate::new(nominal.saturating_mul(1000), 1001)];
    // Times have six decimals.
    let fits = |rate: &FrameRate| {
        let at = |frame: usize| (times[frame].1 - first.1 - rate.time_s(frame)).abs();
        (0..times.len()).all(|frame| at(frame) < 2e-6)
    };
    let rate = rates.into_iter().flatten().find(fits).unwrap_or(FrameRate::from(hz as f32)).checked()?;
    let uneven = (0..times.len()).find(|&frame| (times[frame].1 - first.1 - rate.time_s(frame)).abs() > 0.5 / hz);
    ensure!(
        uneven.is_none(),
        "its times are not even: frame {} at {} s",
        uneven.unwrap_or(0),
        times[uneven.unwrap_or(0)].1
    );
    Ok(Some(rate))
}
