//! `m2f inspect` and `m2f identities`: what a model pack holds.

use std::fmt::Write;

use anyhow::Result;
use media2face::pack::{AdjustmentsConfig, Manifest, Pack};
use serde::Serialize;

use crate::command::args::{Identities, Inspect};
use crate::input::model;

/// A network or an asset of a pack.
#[derive(Serialize)]
struct Network {
    name: String,
    tensors: usize,
    parameters: usize,
    bytes: usize,
}

#[derive(Serialize)]
struct Report<'a> {
    networks: &'a [Network],
    manifest: &'a Manifest,
}

/// The text or JSON of `m2f inspect`.
pub fn run(args: &Inspect) -> Result<String> {
    let pack = model::open_pack(Some(&args.pack))?;
    let networks = networks(&pack);
    if args.json {
        return Ok(serde_json::to_string_pretty(&Report { networks: &networks, manifest: pack.manifest() })?);
    }
    Ok(text(pack.manifest(), &networks)?)
}

/// The names of `m2f identities`, one a line or a JSON list.
pub fn identities(args: &Identities) -> Result<String> {
    let pack = args.pack.open()?;
    let names = &pack.manifest().identities.names;
    Ok(if args.json { serde_json::to_string(names)? } else { names.join("\n") })
}

fn text(manifest: &Manifest, networks: &[Network]) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    let or_none = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    writeln!(out, "name        {} {}", or_none(&manifest.name), manifest.version)?;
    writeln!(out, "format      {}", manifest.format)?;
    writeln!(out, "licence     {}", or_none(&manifest.licence))?;
    writeln!(out, "provenance  {}", or_none(&manifest.provenance))?;
    let diffusion = &manifest.diffusion;
    let reads = manifest.denoiser.as_ref().is_some_and(|denoiser| denoiser.d_s > 0);
    let audio =
        if diffusion.distilled && !reads { "taken in".to_owned() } else { diffusion.guidance_audio.to_string() };
    writeln!(
        out,
        "motion      {} frames/s, {} of {} steps, guidance {audio} (audio) {} (style)",
        manifest.fps, diffusion.steps, diffusion.timesteps, diffusion.guidance_style
    )?;

    if let Some(config) = &manifest.adjustments {
        writeln!(out, "adjusted    {}", adjustments(config))?;
    }

    writeln!(out, "\n{:<28}{:>9}{:>14}{:>12}", "network", "tensors", "parameters", "bytes")?;
    for network in networks {
        let Network { name, tensors, parameters, bytes } = network;
        writeln!(out, "{name:<28}{tensors:>9}{parameters:>14}{bytes:>12}")?;
    }
    let sum = |count: fn(&Network) -> usize| networks.iter().map(count).sum::<usize>();
    let all = (sum(|network| network.tensors), sum(|network| network.parameters), sum(|network| network.bytes));
    writeln!(out, "{:<28}{:>9}{:>14}{:>12}", "all", all.0, all.1, all.2)?;

    if let Some(topology) = &manifest.topology {
        writeln!(out, "\n{:<28}{:>9}{:>14}  follows", "part", "vertices", "triangles")?;
        for part in &topology.parts {
            let [vertices, triangles] = [part.vertices, part.triangles].map(|[first, end]| end.saturating_sub(first));
            writeln!(out, "{:<28}{vertices:>9}{triangles:>14}  {}", part.name, part.follow)?;
        }
        writeln!(out, "{:<28}{:>9}{:>14}", "all", topology.vertices, topology.triangles)?;
    }
    let list = |names: &[String]| if names.is_empty() { "-".to_owned() } else { names.join(", ") };
    writeln!(out, "\nidentities  {}", list(&manifest.identities.names))?;
    writeln!(out, "presets     {}", list(&manifest.presets.names))?;
    writeln!(out, "emoji       {}", manifest.emoji.as_ref().map_or(0, |emoji| emoji.names.len()))?;
    write!(out, "weights     {}: {}", manifest.blendshapes.names.len(), list(&manifest.blendshapes.names))?;
    Ok(out)
}

/// In words.
fn adjustments(config: &AdjustmentsConfig) -> String {
    let mut all: Vec<String> = config.gains.iter().map(|(name, gain)| format!("{name} × {gain}")).collect();
    if !config.pause_gains.is_empty() {
        all.push(format!("the mouth comes to rest in pauses of {} s or more", config.shortest_pause_s));
    }
    if config.lids_together {
        all.push("lids move together".to_owned());
    }
    if config.ease_in_s > 0.0 {
        all.push(format!("from rest within {} s", config.ease_in_s));
    }
    if config.head_play_deg > 0.0 {
        all.push(format!("heads hold still within {}°", config.head_play_deg));
    }
    if all.is_empty() { "-".to_owned() } else { all.join("; ") }
}

/// Tensors summed by network, in the order of their names.
fn networks(pack: &Pack) -> Vec<Network> {
    let mut networks: Vec<Network> = Vec::new();
    for (name, tensor) in pack.tensors() {
        let network = network_of(name);
        let at = networks.iter().position(|known| known.name == network).unwrap_or_else(|| {
            networks.push(Network { name: network.to_owned(), tensors: 0, parameters: 0, bytes: 0 });
            networks.len() - 1
        });
        networks[at].tensors += 1;
        networks[at].parameters += tensor.len();
        networks[at].bytes += tensor.bytes().len();
    }
    networks
}

/// `gnpfa.generator`, `clip.text`, `clip.vision`; the first word of every other name.
fn network_of(tensor: &str) -> &str {
    let mut dots = tensor.match_indices('.').map(|(at, _)| at);
    let first = dots.next().unwrap_or(tensor.len());
    match &tensor[..first] {
        "clip" if tensor[first..].starts_with(".text") => "clip.text",
        "clip" => "clip.vision",
        "gnpfa" => &tensor[..dots.next().unwrap_or(tensor.len())],
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media2face::pack::Weight;

    #[test]
    fn tensors_are_counted_by_network() {
        let tensor = |name: &str, count: usize| (name.to_owned(), Weight::from_f32(name, &[count], &vec![0.0; count]));
        let pack = Pack::from_parts(
            Manifest::default(),
            [
                tensor("audio.norm.bias", 5),
                tensor("audio.norm.weight", 5),
                tensor("clip.text_projection.weight", 3),
                tensor("clip.visual_projection.weight", 2),
                tensor("gnpfa.to_weights.0.bias", 7),
            ],
        );
        let networks = networks(&pack);
        let rows: Vec<_> = networks.iter().map(|n| (n.name.as_str(), n.tensors, n.parameters, n.bytes)).collect();
        assert_eq!(
            rows,
            [("audio", 2, 10, 40), ("clip.text", 1, 3, 12), ("clip.vision", 1, 2, 8), ("gnpfa.to_weights", 1, 7, 28)]
        );
        let plain = text(&Manifest::default(), &networks).unwrap();
        assert!(plain.contains("audio") && !plain.contains("adjusted"));
        let config = AdjustmentsConfig { gains: [("jawOpen".to_owned(), 0.5)].into(), ..AdjustmentsConfig::default() };
        let adjusted = Manifest { adjustments: Some(config), ..Manifest::default() };
        assert!(text(&adjusted, &networks).unwrap().contains("\nadjusted    jawOpen × 0.5\n"));
    }
}
