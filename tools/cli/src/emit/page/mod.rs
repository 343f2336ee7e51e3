//! `<stem>.html`: one file that opens in a browser, from the disk and offline: the face of the .glb, byte for byte, moving with
//! its sound; the curves of its channels over the waveform. three.js draws it and is inside too.

use std::io::{self, Write};

use anyhow::{Context, Result};
use base64::engine::general_purpose::STANDARD;
use base64::write::EncoderWriter;
use serde::Serialize;

const PAGE: &str = include_str!("page.html");
const CSS: &str = include_str!("page.css");
/// One script: they see each other's names and nobody else's.
const SCRIPT: [&str; 5] = [
    include_str!("sound.js"),
    include_str!("channels.js"),
    include_str!("timeline.js"),
    include_str!("stage.js"),
    include_str!("page.js"),
];
/// Built from the package as assets/three/package.json says.
const THREE: &str = include_str!("../../../assets/three/three.min.js");
const THREE_LICENCE: &str = include_str!("../../../assets/three/LICENSE.txt");

/// What a page shows.
pub struct Page<'a> {
    pub title: &'a str,
    pub clip: Clip<'a>,
    /// A whole .glb file.
    pub glb: &'a [u8],
    /// A WAV file of 16 bits; none where it is too long.
    pub wav: Option<&'a [u8]>,
}

/// What the page's script is told of the clip.
#[derive(Serialize)]
pub struct Clip<'a> {
    /// Length, seconds.
    pub duration_s: f64,
    /// Frames per second: the step of the arrow keys.
    pub fps: f64,
    /// The line under the title.
    pub facts: &'a [String],
    pub bands: &'a [Band],
}

/// What holds over a stretch of time: a style, who speaks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Band {
    pub label: String,
    pub start_s: f64,
    /// None is the end of the clip.
    pub end_s: Option<f64>,
}

/// Writes the page.
pub fn write(page: &Page, out: &mut impl Write) -> Result<()> {
    let mut rest = PAGE;
    while let Some((head, tail)) = rest.split_once("{{") {
        let (name, tail) = tail.split_once("}}").context("a name in the page has no end")?;
        out.write_all(head.as_bytes())?;
        match name {
            "title" => out.write_all(escaped(page.title).as_bytes())?,
            "generator" => out.write_all(concat!("media2face ", env!("CARGO_PKG_VERSION")).as_bytes())?,
            "css" => out.write_all(CSS.as_bytes())?,
            // Names and styles are free text: they must not end the script.
            "clip" => out.write_all(serde_json::to_string(&page.clip)?.replace('<', "\\u003c").as_bytes())?,
            "glb" => base64(page.glb, out)?,
            "wav" => base64(page.wav.unwrap_or_default(), out)?,
            "three_licence" => out.write_all(THREE_LICENCE.as_bytes())?,
            "three" => out.write_all(THREE.as_bytes())?,
            "script" => {
                out.write_all(b"'use strict';\n{\n")?;
                SCRIPT.iter().try_for_each(|part| out.write_all(part.as_bytes()))?;
                out.write_all(b"}\n")?;
            }
            _ => anyhow::bail!("the page asks for {name:?}"),
        }
        rest = tail;
    }
    Ok(out.write_all(rest.as_bytes())?)
}

fn base64(bytes: &[u8], out: &mut impl Write) -> io::Result<()> {
    let mut encoder = EncoderWriter::new(out, &STANDARD);
    encoder.write_all(bytes)?;
    encoder.finish().map(drop)
}

/// Text between tags.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;

    fn written(title: &str, facts: &[String], wav: Option<&[u8]>) -> String {
        let bands = [Band { label: "</script>".to_owned(), start_s: 0.5, end_s: None }];
        let clip = Clip { duration_s: 2.0, fps: 30.0, facts, bands: &bands };
        let mut bytes = Vec::new();
        write(&Page { title, clip, glb: b"a glb file", wav }, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
        text.split_once(from).unwrap().1.split_once(to).unwrap().0
    }

    #[test]
    fn page_carries_the_files_as_they_are_and_what_is_said_of_them() {
        let page = written("hello", &["style: happy".to_owned()], Some(b"a wav file"));
        let carried = |id: &str| STANDARD.decode(between(&page, &format!("id=\"{id}\">"), "</script>")).unwrap();
        assert_eq!((carried("glb"), carried("wav")), (b"a glb file".to_vec(), b"a wav file".to_vec()));
        assert!(!page.contains("{{"));
        let clip: serde_json::Value = serde_json::from_str(between(&page, "id=\"clip\">", "</script>")).unwrap();
        assert_eq!(
            (&clip["facts"][0], &clip["fps"], &clip["duration_s"]),
            (&"style: happy".into(), &30.0.into(), &2.0.into())
        );
        assert_eq!(clip["bands"], serde_json::json!([{ "label": "</script>", "start_s": 0.5, "end_s": null }]));
    }

    #[test]
    fn free_text_stays_text() {
        let page = written("<b>&</b>", &["</script><b>".to_owned()], None);
        assert!(page.contains("<title>&lt;b&gt;&amp;&lt;/b&gt;</title>"));
        assert!(!page.contains("<b>&") && !page.contains("</script><b>"));
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere_and_the_licence_is_kept() {
        let page = written("hello", &[], None);
        assert!(page.contains("default-src 'none'"));
        assert!(
            !["src=\"", "href=\"http", "@import", "import("].iter().any(|way| page.replace(THREE, "").contains(way))
        );
        assert!(page.contains(THREE_LICENCE) && THREE_LICENCE.contains("three.js authors"));
        // The script must not end before its end, nor the licence's comment.
        assert!(!THREE.contains("</script") && !THREE.contains("<!--") && !THREE_LICENCE.contains("--"));
        assert!(THREE.len() < 700_000, "{} bytes", THREE.len());
    }
}
