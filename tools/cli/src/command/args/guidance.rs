//! A strength of the guidance: a number, or a curve of times and values.

use std::str::FromStr;

use media2face::Curve;
use media2face::limits;

use super::number;

/// Value of --guidance-audio and --guidance-style.
#[derive(Clone, Debug, PartialEq)]
pub enum Guidance {
    Constant(f32),
    Curve(Curve),
}

/// `X`, or `TIME:X,TIME:X,…` in seconds.
pub fn parse(text: &str) -> Result<Guidance, String> {
    let value = |text: &str| number(text, -limits::MAX_GUIDANCE, limits::MAX_GUIDANCE);
    if !text.contains(':') {
        return value(text).map(Guidance::Constant);
    }
    let point = |point: &str| {
        let (time, strength) = point.split_once(':').ok_or("expected TIME:X,TIME:X,…")?;
        let time_s = f64::from_str(time.trim()).map_err(|_| format!("{time:?} is no time: seconds from 0 on"))?;
        Ok::<_, String>((time_s, value(strength)?))
    };
    // A comma or a semicolon between points, and blanks, as in prose.
    let points = text.split([',', ';']).map(point).collect::<Result<_, _>>()?;
    Curve::new(points).map(Guidance::Curve).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

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
            parse("x:1").unwrap_err().contains("\"x\" is no time")
                && parse("0:x").unwrap_err().contains("is no number")
        );
    }
}
