//! Golden vectors in `tests/data/golden`, made by the scripts in `tests/data/generators`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use half::f16;
use media2face::internals::tensor::{Bytes, DType, Weight};
use safetensors::{Dtype, SafeTensors};

/// Path of a file in `tests/data`; on another machine than the tests were built on, `M2F_TEST_DATA` is that folder.
pub fn path(name: &str) -> PathBuf {
    let here = || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    std::env::var_os("M2F_TEST_DATA").map_or_else(here, PathBuf::from).join(name)
}

/// One file of golden vectors.
pub struct Golden(BTreeMap<String, (Vec<usize>, Dtype, Vec<u8>)>);

/// Reads `tests/data/golden/{name}.safetensors`.
pub fn golden(name: &str) -> Golden {
    let bytes = std::fs::read(path(&format!("golden/{name}.safetensors"))).unwrap_or_else(|e| panic!("{name}: {e}"));
    let file = SafeTensors::deserialize(&bytes).expect("golden file");
    let tensors = file.tensors().into_iter();
    Golden(tensors.map(|(name, t)| (name, (t.shape().to_vec(), t.dtype(), t.data().to_vec()))).collect())
}

impl Golden {
    fn entry(&self, name: &str) -> &(Vec<usize>, Dtype, Vec<u8>) {
        self.0.get(name).unwrap_or_else(|| panic!("no golden tensor {name}"))
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub fn shape(&self, name: &str) -> &[usize] {
        &self.entry(name).0
    }

    pub fn bytes(&self, name: &str) -> &[u8] {
        &self.entry(name).2
    }

    pub fn f32(&self, name: &str) -> Vec<f32> {
        let (_, dtype, bytes) = self.entry(name);
        match dtype {
            Dtype::F32 => bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect(),
            Dtype::F64 => bytes.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap()) as f32).collect(),
            other => panic!("{name} is {other:?}"),
        }
    }

    pub fn f64(&self, name: &str) -> Vec<f64> {
        let (_, dtype, bytes) = self.entry(name);
        assert_eq!(*dtype, Dtype::F64, "{name}");
        bytes.chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().unwrap())).collect()
    }

    pub fn i32(&self, name: &str) -> Vec<i32> {
        let (_, dtype, bytes) = self.entry(name);
        assert_eq!(*dtype, Dtype::I32, "{name}");
        bytes.chunks_exact(4).map(|b| i32::from_le_bytes(b.try_into().unwrap())).collect()
    }

    /// All f32 tensors as pack tensors under `prefix`, those whose name starts with `strip` only, `strip` removed. With
    /// `half`, matrices and kernels (two dimensions and more) are rounded to f16, as packs hold them.
    pub fn weights(&self, strip: &str, prefix: &str, half: bool) -> Vec<(String, Weight)> {
        let kept = self.0.iter().filter_map(|(name, t)| Some((name.strip_prefix(strip)?, t)));
        kept.filter(|(_, t)| t.1 == Dtype::F32)
            .map(|(name, (shape, _, bytes))| {
                let name = format!("{prefix}{name}");
                let values: Vec<f32> =
                    bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
                let weight = if half && shape.len() > 1 {
                    let bytes: Vec<u8> = values.iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect();
                    let len = bytes.len();
                    Weight::new(&name, shape, DType::F16, Bytes::new(std::sync::Arc::new(bytes), 0..len)).expect("fits")
                } else {
                    Weight::from_f32(&name, shape, &values)
                };
                (name, weight)
            })
            .collect()
    }
}
