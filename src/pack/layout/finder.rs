//! The face finder's networks.

use super::Layout;
use crate::pack::finder::{BranchConfig, DetectorConfig, FinderConfig, TrunkConfig};

impl Layout<'_> {
    pub(super) fn finder(&mut self, config: &FinderConfig) {
        self.trunk("finder.detector", &config.detector.trunk);
        for (i, scale) in config.detector.scales.iter().enumerate() {
            let inputs = config.detector.trunk.channels[scale.block + 1];
            self.linear(&format!("finder.detector.heads.{i}"), inputs, scale.anchors * DetectorConfig::VALUES);
        }
        let mesh = &config.mesh;
        self.trunk("finder.mesh", &mesh.trunk);
        let (inputs, texels) = (mesh.trunk.outputs(), mesh.texels());
        self.branch("finder.mesh.points", &mesh.points, inputs, texels, 3 * mesh.landmarks);
        self.branch("finder.mesh.presence", &mesh.presence, inputs, texels, 1);
    }

    fn trunk(&mut self, prefix: &str, config: &TrunkConfig) {
        self.linear(&format!("{prefix}.stem"), config.kernel.pow(2) * 3, config.channels[0]);
        self.slope(&format!("{prefix}.stem"), config.channels[0]);
        for (i, pair) in config.channels.windows(2).enumerate() {
            self.block(&format!("{prefix}.blocks.{i}"), pair[0], pair[1]);
        }
    }

    fn branch(&mut self, prefix: &str, config: &BranchConfig, inputs: usize, texels: usize, outputs: usize) {
        (0..config.blocks).for_each(|i| self.block(&format!("{prefix}.blocks.{i}"), inputs, inputs));
        self.linear(&format!("{prefix}.squeeze"), inputs, config.squeeze);
        self.slope(&format!("{prefix}.squeeze"), config.squeeze);
        self.block(&format!("{prefix}.last"), config.squeeze, config.squeeze);
        self.linear(&format!("{prefix}.out"), config.squeeze * texels, outputs);
    }

    fn block(&mut self, prefix: &str, inputs: usize, outputs: usize) {
        self.vector(format!("{prefix}.depthwise.weight"), &[inputs, 3, 3]);
        self.vector(format!("{prefix}.depthwise.bias"), &[inputs]);
        self.linear(&format!("{prefix}.pointwise"), inputs, outputs);
        self.slope(prefix, outputs);
    }

    fn slope(&mut self, prefix: &str, channels: usize) {
        self.vector(format!("{prefix}.slope"), &[channels]);
    }
}
