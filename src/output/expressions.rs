//! Expressions by name: what a keyframe can be asked for in one word.

use super::channels::{find_channel, sides};
use crate::error::{Error, Result};

/// Names, and weights of ARKit's channels; both sides where a channel has no side of its own.
const NAMED: [(&str, &[(&str, f32)]); 12] = [
    ("neutral", &[]),
    ("smile", &[("mouthSmile", 0.7), ("cheekSquint", 0.4), ("eyeSquint", 0.2)]),
    (
        "laugh",
        &[("mouthSmile", 0.8), ("jawOpen", 0.4), ("cheekSquint", 0.7), ("eyeSquint", 0.5), ("mouthUpperUp", 0.3)],
    ),
    ("frown", &[("mouthFrown", 0.7), ("browDown", 0.3), ("browInnerUp", 0.3), ("mouthShrugLower", 0.3)]),
    ("surprise", &[("browInnerUp", 0.8), ("browOuterUp", 0.7), ("eyeWide", 0.7), ("jawOpen", 0.35)]),
    ("anger", &[("browDown", 0.9), ("noseSneer", 0.4), ("eyeSquint", 0.4), ("mouthPress", 0.5)]),
    ("disgust", &[("noseSneer", 0.8), ("mouthUpperUp", 0.4), ("browDown", 0.4), ("eyeSquint", 0.3)]),
    ("fear", &[("browInnerUp", 0.8), ("eyeWide", 0.6), ("mouthStretch", 0.5), ("jawOpen", 0.2)]),
    ("blink", &[("eyeBlink", 1.0)]),
    ("wink", &[("eyeBlinkLeft", 1.0), ("cheekSquintLeft", 0.5), ("mouthSmileLeft", 0.5)]),
    ("kiss", &[("mouthPucker", 0.9), ("mouthFunnel", 0.2)]),
    ("open", &[("jawOpen", 0.7)]),
];

/// Names of the expressions, `neutral` first.
pub fn expression_names() -> impl ExactSizeIterator<Item = &'static str> {
    NAMED.iter().map(|(name, _)| *name)
}

/// Weights of an expression for a model whose channels have these names, a value each.
///
/// # Errors
/// `InvalidArgument` for an unknown name (the text lists them); `MissingPart` for a channel that the model lacks.
pub fn named_expression(name: &str, channels: &[String]) -> Result<Vec<f32>> {
    let Some((_, listed)) = NAMED.iter().find(|(known, _)| *known == name) else {
        let known = expression_names().collect::<Vec<_>>().join(", ");
        return Err(Error::InvalidArgument(format!("no expression {name:?}; there are: {known}")));
    };
    let mut weights = vec![0.0; channels.len()];
    for (channel, weight) in *listed {
        for own in sides(channel) {
            let at = find_channel(channels, &own).ok_or_else(|| {
                Error::MissingPart(format!("the pack has no blendshape {own:?}, which the expression {name:?} needs"))
            })?;
            weights[at] = *weight;
        }
    }
    Ok(weights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::ARKIT_NAMES;

    #[test]
    fn expressions_are_weights_of_arkit_channels() {
        let channels = ARKIT_NAMES.map(str::to_owned);
        for (name, listed) in NAMED {
            let weights = named_expression(name, &channels).unwrap();
            let set = weights.iter().filter(|weight| **weight > 0.0).count();
            assert!((listed.len()..=2 * listed.len()).contains(&set), "{name}: {set} of {}", listed.len());
        }
        let smile = named_expression("smile", &channels).unwrap();
        let sides = ["mouthSmileLeft", "mouthSmileRight"].map(|name| smile[find_channel(&channels, name).unwrap()]);
        assert_eq!(sides, [0.7, 0.7]);
        assert_eq!(expression_names().next(), Some("neutral"));
    }

    #[test]
    fn unknown_name_and_missing_channel_are_told() {
        let error = named_expression("smirk", &[]).unwrap_err();
        assert!(matches!(&error, Error::InvalidArgument(text) if text.contains("neutral, smile")), "{error}");
        let error = named_expression("open", &["jaw".to_owned()]).unwrap_err();
        assert!(matches!(&error, Error::MissingPart(text) if text.contains("jawOpen")), "{error}");
    }
}
