//! GNPFA's networks, the mesh, the identities.

use super::{Layout, Role, contradiction};
use crate::error::Result;
use crate::limits::MAX_MAP_LEVELS;
use crate::pack::{GnpfaConfig, Manifest, TopologyConfig};

impl Layout<'_> {
    /// The nets that are there.
    pub(super) fn gnpfa(&mut self, config: &GnpfaConfig, blendshapes: usize) -> Result<()> {
        if self.has_any("gnpfa.generator.") {
            self.generator(config);
        }
        if self.has_any("gnpfa.encoder.") {
            self.encoder("gnpfa.encoder", &config.ch, config.res, 2 * config.d_z);
        }
        for (name, outputs) in [("expression_encoder", config.d_z), ("pose_encoder", 3)] {
            if self.has_any(&format!("gnpfa.{name}.")) {
                self.vision_encoder(&format!("gnpfa.{name}"), config.groups, outputs)?;
            }
        }
        if self.has_any("gnpfa.from_weights.") {
            self.mapping("gnpfa.from_weights", blendshapes, config.d_z);
        }
        if self.has_any("gnpfa.to_weights.") {
            self.mapping("gnpfa.to_weights", config.d_z, blendshapes);
        }
        Ok(())
    }

    fn generator(&mut self, config: &GnpfaConfig) {
        let net = "gnpfa.generator";
        let (ch, w_dim) = (&config.ch, config.w_dim);
        let deepest = ch[ch.len() - 1];
        self.conv3x3(&format!("{net}.e_stem"), 3, ch[0]);
        self.linear(&format!("{net}.zmap.0"), config.d_z, w_dim);
        self.linear(&format!("{net}.zmap.2"), w_dim, w_dim);
        self.conv3x3(&format!("{net}.bot"), deepest, deepest);
        self.linear(&format!("{net}.fb"), w_dim, 2 * deepest);
        for (i, pair) in ch.windows(2).enumerate() {
            let (fine, coarse) = (pair[0], pair[1]);
            self.conv3x3(&format!("{net}.e_down.{i}"), fine, coarse);
            self.norm(&format!("{net}.e_norm.{i}"), coarse);
            self.conv3x3(&format!("{net}.up_h.{i}"), coarse, fine);
            self.matrix(format!("{net}.up_s.{i}.weight"), &[fine, fine, 3, 3]);
            self.conv3x3(&format!("{net}.c2.{i}"), fine, fine);
            self.linear(&format!("{net}.f1.{i}"), w_dim, 2 * fine);
            self.linear(&format!("{net}.f2.{i}"), w_dim, 2 * fine);
        }
        self.conv3x3(&format!("{net}.head"), ch[0], 3);
    }

    fn encoder(&mut self, net: &str, ch: &[usize], res: usize, outputs: usize) {
        self.conv3x3(&format!("{net}.stem"), 3, ch[0]);
        for (i, &width) in ch.iter().enumerate() {
            let next = ch.get(i + 1).copied().unwrap_or(width);
            self.conv3x3(&format!("{net}.convs.{i}"), width, next);
            self.norm(&format!("{net}.norms.{i}"), next);
        }
        let side = res >> ch.len();
        self.linear(&format!("{net}.fc"), ch[ch.len() - 1] * side * side, outputs);
    }

    /// An encoder of pictures, whose channels and side only its tensors state.
    fn vision_encoder(&mut self, net: &str, groups: usize, outputs: usize) -> Result<()> {
        let conv = |i: usize| format!("{net}.convs.{i}.weight");
        let levels = (0..MAX_MAP_LEVELS).take_while(|i| self.has_any(&format!("{net}.convs.{i}."))).count().max(1);
        let code = format!("{net}.fc.weight");
        if let Some(missing) = (0..levels).map(conv).chain([code.clone()]).find(|name| !self.has(name)) {
            return Err(contradiction(format!("tensor {missing} is missing")));
        }
        let ch: Vec<usize> = (0..levels).map(|i| self.dimension(&conv(i), 1)).collect();
        let deepest = ch[levels - 1];
        let inputs = self.dimension(&code, 1);
        let side = inputs.checked_div(deepest).map_or(0, usize::isqrt);
        if side == 0 || deepest * side * side != inputs || ch.iter().any(|c| c % groups != 0) {
            return Err(contradiction(format!(
                "{net}: channels {ch:?} in groups of {groups} do not lead to {inputs} inputs of fc"
            )));
        }
        self.encoder(net, &ch, side << levels, outputs);
        Ok(())
    }

    fn mapping(&mut self, net: &str, inputs: usize, outputs: usize) {
        let width = self.dimension(&format!("{net}.0.weight"), 0);
        self.linear(&format!("{net}.0"), inputs, width);
        self.linear(&format!("{net}.2"), width, width);
        self.linear(&format!("{net}.4"), width, outputs);
    }

    fn conv3x3(&mut self, prefix: &str, inputs: usize, outputs: usize) {
        self.convolution(prefix, &[outputs, inputs, 3, 3]);
    }

    /// The mesh with its lists, and the identities.
    pub(super) fn topology(&mut self, config: &TopologyConfig, manifest: &Manifest) -> Result<()> {
        let vertices = config.vertices;
        let texels = self.dimension("topology.raster_index", 0);
        let res = manifest.gnpfa.as_ref().map_or(texels.isqrt(), |gnpfa| gnpfa.res);
        if manifest.gnpfa.is_none() && res * res != texels {
            return Err(contradiction(format!("tensor topology.raster_index: {texels} texels are no square")));
        }
        self.index("topology.triangles".to_owned(), &[config.triangles, 3]);
        self.vector("topology.uv".to_owned(), &[vertices, 2]);
        let taps = self.dimension("topology.gather_index", 1);
        self.index("topology.gather_index".to_owned(), &[vertices, taps]);
        self.vector("topology.gather_weight".to_owned(), &[vertices, taps]);
        self.index("topology.raster_index".to_owned(), &[res * res, 3]);
        self.vector("topology.raster_weight".to_owned(), &[res * res, 3]);
        for list in ["lip", "upper"] {
            let name = format!("topology.{list}");
            let count = self.dimension(&name, 0);
            self.index(name, &[count]);
        }
        let pairs = self.dimension("topology.lip_inner", 0);
        self.index("topology.lip_inner".to_owned(), &[pairs, 2]);
        self.vector("topology.head_pivot".to_owned(), &[3]);
        self.vector("topology.centre".to_owned(), &[3]);
        self.vector("topology.extent".to_owned(), &[1]);
        if !config.textures.is_empty() {
            self.vector("topology.texcoord".to_owned(), &[vertices, 2]);
        }
        for name in &config.textures {
            let name = format!("textures.{name}");
            let bytes = self.dimension(&name, 0);
            self.add(name, &[bytes], Role::File);
        }
        for name in config.followed() {
            let index = format!("topology.follow.{name}.index");
            let count = self.dimension(&index, 0);
            self.index(index, &[count]);
            self.vector(format!("topology.follow.{name}.matrix"), &[6, count.saturating_mul(3)]);
        }
        for i in 0..manifest.identities.names.len() {
            self.vector(format!("identities.{i}.vertices"), &[vertices, 3]);
            let map = format!("identities.{i}.map");
            if self.has(&map) {
                self.vector(map, &[3, res, res]);
            }
        }
        Ok(())
    }
}
