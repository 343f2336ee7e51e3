//! The two parts of a .glb while they grow: values become views of one binary buffer, described by accessors in the JSON.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anyhow::{Result, ensure};
use bytemuck::Pod;
use gltf_json as json;
use json::accessor::{self, ComponentType, Type, sparse};
use json::validation::Checked::Valid;
use json::validation::USize64;
use json::{Accessor, Index, Value, buffer};

use crate::emit::provenance::Provenance;
use crate::render::texture::Texture;
use crate::render::vector::Vec3;

const GLB_MAGIC: u32 = 0x4654_6C67;
const GLB_VERSION: u32 = 2;
const CHUNK_JSON: u32 = 0x4E4F_534A;
const CHUNK_BIN: u32 = 0x004E_4942;

/// The JSON part and the binary part while they grow.
#[derive(Default)]
pub struct Document {
    /// Nodes, meshes and the rest.
    pub root: json::Root,
    bin: Vec<u8>,
    /// Accessors of zeros alone by their counts.
    still: BTreeMap<usize, Index<Accessor>>,
    /// Pictures that are in the file by their names.
    textures: BTreeMap<String, Index<json::Texture>>,
    /// A view of so many rows of zeros, which all sparse accessors begin with.
    zeros: Option<(usize, Index<buffer::View>)>,
}

impl Document {
    /// Appends values to the binary part, at a multiple of 4 bytes.
    fn view<T: Pod>(&mut self, values: &[T], target: Option<buffer::Target>) -> Index<buffer::View> {
        let bytes: &[u8] = bytemuck::cast_slice(values);
        let offset = self.bin.len();
        self.bin.extend_from_slice(bytes);
        self.bin.resize(self.bin.len().next_multiple_of(4), 0);
        self.root.push(buffer::View {
            buffer: Index::new(0),
            byte_length: USize64::from(bytes.len()),
            byte_offset: Some(USize64::from(offset)),
            byte_stride: None,
            name: None,
            target: target.map(Valid),
            extensions: None,
            extras: None,
        })
    }

    /// Floats, one `type_` an element.
    pub fn floats<T: Pod>(&mut self, values: &[T], type_: Type) -> Index<Accessor> {
        let view = self.view(values, None);
        self.root.push(accessor(view, values.len(), ComponentType::F32, type_))
    }

    /// A picture, once for all that show it.
    pub fn texture(&mut self, name: &str, texture: &Texture) -> Index<json::Texture> {
        if let Some(index) = self.textures.get(name) {
            return *index;
        }
        let view = self.view(texture.file.as_ref(), None);
        let source = self.root.push(json::Image {
            buffer_view: Some(view),
            mime_type: Some(json::image::MimeType(texture.media_type().to_owned())),
            name: Some(name.to_owned()),
            uri: None,
            extensions: None,
            extras: None,
        });
        let name = name.to_owned();
        let texture = json::Texture { name: Some(name.clone()), sampler: None, source, extensions: None, extras: None };
        let index = self.root.push(texture);
        self.textures.insert(name, index);
        index
    }

    /// Rising times of frames, s.
    pub fn times(&mut self, times: &[f32]) -> Index<Accessor> {
        let view = self.view(times, None);
        let mut accessor = accessor(view, times.len(), ComponentType::F32, Type::Scalar);
        accessor.min = times.first().map(|&time| Value::from(vec![time]));
        accessor.max = times.last().map(|&time| Value::from(vec![time]));
        self.root.push(accessor)
    }

    /// Positions, which glTF wants with their bounds, or normals; one a vertex.
    pub fn vertex_attribute(&mut self, values: &[Vec3], bounds: bool) -> Index<Accessor> {
        let view = self.view(values, Some(buffer::Target::ArrayBuffer));
        let mut accessor = accessor(view, values.len(), ComponentType::F32, Type::Vec3);
        if bounds {
            set_bounds(&mut accessor, values);
        }
        self.root.push(accessor)
    }

    /// Places on a picture, one a vertex.
    pub fn places(&mut self, values: &[[f32; 2]]) -> Index<Accessor> {
        let view = self.view(values, Some(buffer::Target::ArrayBuffer));
        self.root.push(accessor(view, values.len(), ComponentType::F32, Type::Vec2))
    }

    /// Corners of triangles, below `vertex_count`.
    pub fn indices(&mut self, indices: &[u32], vertex_count: usize) -> Index<Accessor> {
        let (view, component) = self.narrow(indices, vertex_count, Some(buffer::Target::ElementArrayBuffer));
        self.root.push(accessor(view, indices.len(), component, Type::Scalar))
    }

    /// Indices below `bound` in 16 bits where they fit; 65,535 itself is glTF's primitive restart.
    fn narrow(
        &mut self,
        indices: &[u32],
        bound: usize,
        target: Option<buffer::Target>,
    ) -> (Index<buffer::View>, ComponentType) {
        if u16::try_from(bound).is_ok() {
            let short: Vec<u16> = indices.iter().map(|&index| index as u16).collect();
            (self.view(&short, target), ComponentType::U16)
        } else {
            (self.view(indices, target), ComponentType::U32)
        }
    }

    /// Rows of zeros, at least so many. glTF lets a sparse accessor name no view to begin with. Godot up to 4.0 then takes view 0,
    /// and UnityGLTF and Assimp refuse it, so it names this one.
    fn zeros(&mut self, count: usize) -> Index<buffer::View> {
        if let Some((_, view)) = self.zeros.filter(|(length, _)| *length >= count) {
            return view;
        }
        let view = self.view(&vec![[0.0f32; 3]; count], Some(buffer::Target::ArrayBuffer));
        // Several attributes of vertices share it.
        self.root.buffer_views[view.value()].byte_stride = Some(buffer::Stride(size_of::<Vec3>()));
        self.zeros = Some((count, view));
        view
    }

    /// An accessor of zeros but for the rows in which a component reaches `threshold`. Those with no such row are one and the
    /// same for each count.
    pub fn sparse(&mut self, rows: &[Vec3], threshold: f32, bounds: bool) -> Index<Accessor> {
        let kept: Vec<u32> = (0..rows.len() as u32)
            .filter(|&row| rows[row as usize].iter().any(|value| value.abs() >= threshold))
            .collect();
        if kept.is_empty() {
            return self.still.get(&rows.len()).copied().unwrap_or_else(|| {
                let mut zeros = accessor(self.zeros(rows.len()), rows.len(), ComponentType::F32, Type::Vec3);
                set_bounds(&mut zeros, &[[0.0; 3]]);
                let zeros = self.root.push(zeros);
                self.still.insert(rows.len(), zeros);
                zeros
            });
        }
        let values: Vec<Vec3> = kept.iter().map(|&row| rows[row as usize]).collect();
        self.exceptions(rows.len(), &kept, &values, bounds)
    }

    /// An accessor of zeros but for these rows.
    fn exceptions(&mut self, count: usize, rows: &[u32], values: &[Vec3], bounds: bool) -> Index<Accessor> {
        let (indices, component) = self.narrow(rows, count, None);
        let mut accessor = accessor(self.zeros(count), count, ComponentType::F32, Type::Vec3);
        accessor.sparse = Some(sparse::Sparse {
            count: USize64::from(rows.len()),
            indices: sparse::Indices {
                buffer_view: indices,
                byte_offset: USize64(0),
                component_type: Valid(accessor::IndexComponentType(component)),
                extensions: None,
                extras: None,
            },
            values: sparse::Values {
                buffer_view: self.view(values, None),
                byte_offset: USize64(0),
                extensions: None,
                extras: None,
            },
            extensions: None,
            extras: None,
        });
        if bounds {
            let zeros = (rows.len() < count).then_some([0.0; 3]);
            let all: Vec<Vec3> = values.iter().copied().chain(zeros).collect();
            set_bounds(&mut accessor, &all);
        }
        self.root.push(accessor)
    }

    /// Header, JSON chunk (padded with spaces), binary chunk.
    pub fn finish(mut self, provenance: Option<&Provenance>, out: &mut impl Write) -> Result<()> {
        self.root.asset.generator = Some(concat!("media2face ", env!("CARGO_PKG_VERSION")).to_owned());
        if let Some(provenance) = provenance {
            let extras = serde_json::json!({ "provenance": provenance });
            self.root.asset.extras = Some(serde_json::value::to_raw_value(&extras)?);
        }
        self.root.push(json::Buffer {
            byte_length: USize64::from(self.bin.len()),
            name: None,
            uri: None,
            extensions: None,
            extras: None,
        });
        let mut text = self.root.to_vec()?;
        text.resize(text.len().next_multiple_of(4), b' ');
        let total = 12 + 8 + text.len() + 8 + self.bin.len();
        ensure!(u32::try_from(total).is_ok(), "the animation is too long for a .glb file: {total} bytes");
        write_words(out, [GLB_MAGIC, GLB_VERSION, total as u32])?;
        write_words(out, [text.len() as u32, CHUNK_JSON])?;
        out.write_all(&text)?;
        write_words(out, [self.bin.len() as u32, CHUNK_BIN])?;
        out.write_all(&self.bin)?;
        Ok(())
    }
}

fn accessor(view: Index<buffer::View>, count: usize, component: ComponentType, type_: Type) -> Accessor {
    Accessor {
        buffer_view: Some(view),
        byte_offset: Some(USize64(0)),
        count: USize64::from(count),
        component_type: Valid(accessor::GenericComponentType(component)),
        extensions: None,
        extras: None,
        type_: Valid(type_),
        min: None,
        max: None,
        name: None,
        normalized: false,
        sparse: None,
    }
}

fn set_bounds(accessor: &mut Accessor, values: &[Vec3]) {
    let fold = |pick: fn(f32, f32) -> f32| {
        let bound = values.iter().copied().reduce(|a, b| [pick(a[0], b[0]), pick(a[1], b[1]), pick(a[2], b[2])]);
        bound.map(|bound| Value::from(bound.to_vec()))
    };
    accessor.min = fold(f32::min);
    accessor.max = fold(f32::max);
}

fn write_words<const N: usize>(out: &mut impl Write, words: [u32; N]) -> io::Result<()> {
    words.iter().try_for_each(|word| out.write_all(&word.to_le_bytes()))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// The JSON and the binary part of a file, whose frame is checked.
    pub fn chunks(bytes: &[u8]) -> (json::Root, &[u8]) {
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        assert_eq!([word(0), word(4), word(8)], [GLB_MAGIC, 2, bytes.len() as u32]);
        let text = word(12) as usize;
        assert_eq!(word(16), CHUNK_JSON);
        let bin = 20 + text;
        assert_eq!([word(bin), word(bin + 4)], [(bytes.len() - bin - 8) as u32, CHUNK_BIN]);
        (json::Root::from_slice(&bytes[20..bin]).unwrap(), &bytes[bin + 8..])
    }

    fn finished(document: Document) -> Vec<u8> {
        let mut bytes = Vec::new();
        document.finish(None, &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn views_begin_at_multiples_of_four_bytes() {
        let mut document = Document::default();
        document.indices(&[0, 1, 2], 3);
        document.floats(&[[1.0f32, 2.0, 3.0]], Type::Vec3);
        let bytes = finished(document);
        let (root, bin) = chunks(&bytes);
        let offsets: Vec<u64> = root.buffer_views.iter().map(|view| view.byte_offset.unwrap().0).collect();
        assert_eq!((offsets, root.buffers[0].byte_length.0), (vec![0, 8], 20));
        assert_eq!(bin[..8], [0, 0, 1, 0, 2, 0, 0, 0]);
        assert_eq!(bin[8..12], 1.0f32.to_le_bytes());
    }

    #[test]
    fn indices_take_32_bits_from_the_primitive_restart_on() {
        let mut document = Document::default();
        for vertex_count in [65_535, 65_536] {
            document.indices(&[0, 1, 2], vertex_count);
        }
        let bytes = finished(document);
        let lengths: Vec<u64> = chunks(&bytes).0.buffer_views.iter().map(|view| view.byte_length.0).collect();
        assert_eq!(lengths, [3 * 2, 3 * 4]);
    }
}
