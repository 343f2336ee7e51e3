//! A strength of the guidance: a number, or a curve of times and values.

use std::str::FromStr;

use media2face::Curve;
use media2face::limits;
use serde::Deserialize;

/// Strength of the audio or of the styles.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(try_from = "Written")]
pub enum Guidance {
    Constant(f32),
    Curve(Curve),
}

/// In a script: a number, whose limits the session checks, or text.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a number, or a curve as text such as \"0:2.5,1.5:3\"")]
enum Written {
    Number(f32),
    Text(String),
}

impl TryFrom<Written> for Guidance {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::Number(value) => Ok(Self::Constant(value)),
            Written::Text(text) => text.parse(),
        }
    }
}

impl Guidance {
    /// As the library takes it: a constant or a curve.
    pub fn split(guidance: Option<&Self>) -> (Option<f32>, Option<Curve>) {
        match guidance {
            None => (None, None),
            Some(Self::Constant(value)) => (Some(*value), None),
            Some(Self::Curve(curve)) => (None, Some(curve.clone())),
        }
    }
}

impl FromStr for Guidance {
    type Err = String;

    /// `X`, or `TIME:X,TIME:X,…` in seconds.
    fn from_str(text: &str) -> Result<Self, String> {
        if !text.contains(':') {
            return strength(text).map(Self::Constant);
        }
        let point = |point: &str| {
            let (time, value) = point.split_once(':').ok_or("expected TIME:X,TIME:X,…")?;
            let time_s = f64::from_str(time.trim()).map_err(|_| format!("{time:?} is not a time in seconds"))?;
            Ok::<_, String>((time_s, strength(value)?))
        };
        // A comma or a semicolon between points, and blanks, as in prose.
        let points = text.split([',', ';']).map(point).collect::<Result<_, _>>()?;
        Curve::new(points).map(Self::Curve).map_err(|error| error.to_string())
    }
}

/// A strength within limits, which NaN is not.
pub fn strength(text: &str) -> Result<f32, String> {
    let most = limits::MAX_GUIDANCE;
    match f32::from_str(text.trim()) {
        Ok(value) if (-most..=most).contains(&value) => Ok(value),
        Ok(_) => Err(format!("not in -{most}..={most}")),
        Err(_) => Err(format!("{text:?} is not a number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Guidance, String> {
        text.parse()
    }

    #[test]
    fn number_is_constant_and_pairs_are_a_curve() {
        assert_eq!(parse("2.5"), Ok(Guidance::Constant(2.5)));
        assert_eq!(parse("0:2.5,1.5:-3"), Ok(Guidance::Curve(Curve::new(vec![(0.0, 2.5), (1.5, -3.0)]).unwrap())));
        let spaced = Guidance::Curve(Curve::new(vec![(0.0, 2.5), (1.5, 3.0)]).unwrap());
        for text in ["0:2.5, 1.5:3", " 0 : 2.5,1.5 : 3 ", "0:2.5;1.5:3", "0:2.5; 1.5:3"] {
            assert_eq!(parse(text), Ok(spaced.clone()), "{text:?}");
        }
        for text in ["", "nan", "1:2,", "1:2,0:1", "-1:2", "nan:1", "1:inf", ":", "1:1e9", "0:2,5"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(
            parse("x:1").unwrap_err().contains("\"x\" is not a time")
                && parse("0:x").unwrap_err().contains("is not a number")
        );
    }
}
