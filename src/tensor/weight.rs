//! Constant tensors: the weights of a pack, or values made at load time.

use std::ops::Range;
use std::sync::Arc;

use half::f16;
use half::slice::HalfFloatSliceExt;

use crate::error::{Error, Result};
use crate::memory;

/// Element type of a constant tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DType {
    /// IEEE single.
    F32,
    /// IEEE half.
    F16,
    /// Signed 32-bit integer, for index lists.
    I32,
    /// Bytes of a file inside the pack, for textures.
    U8,
}

impl DType {
    /// Bytes of one element.
    pub const fn size(self) -> usize {
        match self {
            Self::F32 | Self::I32 => 4,
            Self::F16 => 2,
            Self::U8 => 1,
        }
    }
}

/// A shared, read-only range of bytes: part of a mapped file, or memory of our own.
#[derive(Clone)]
pub struct Bytes {
    owner: Arc<dyn AsRef<[u8]> + Send + Sync>,
    range: Range<usize>,
}

impl Bytes {
    /// The bytes `range` of `owner`.
    ///
    /// # Panics
    /// If the range is not inside the owner.
    pub fn new(owner: Arc<dyn AsRef<[u8]> + Send + Sync>, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= (*owner).as_ref().len(), "range outside its owner");
        Self { owner, range }
    }

    /// A part of these bytes, counted from their start.
    ///
    /// # Panics
    /// If the range is not inside.
    pub fn slice(&self, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= self.range.len(), "slice outside its bytes");
        Self { owner: Arc::clone(&self.owner), range: self.range.start + range.start..self.range.start + range.end }
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        let range = 0..bytes.len();
        Self { owner: Arc::new(bytes), range }
    }
}

impl From<&[u8]> for Bytes {
    /// A copy.
    fn from(bytes: &[u8]) -> Self {
        bytes.to_vec().into()
    }
}

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.range.len())
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &(*self.owner).as_ref()[self.range.clone()]
    }
}

/// A constant tensor, row-major; cloning shares it.
#[derive(Clone)]
pub struct Weight {
    name: Arc<str>,
    shape: Arc<[usize]>,
    dtype: DType,
    bytes: Bytes,
}

impl Weight {
    /// Wraps bytes in native (little-endian) order; they need not be aligned.
    ///
    /// # Errors
    /// `InvalidPack` when their length does not fit the shape.
    pub fn new(name: &str, shape: &[usize], dtype: DType, bytes: Bytes) -> Result<Self> {
        let count = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d));
        let size = count.and_then(|n| n.checked_mul(dtype.size()));
        if size != Some(bytes.as_ref().len()) {
            return Err(Error::InvalidPack(format!(
                "tensor {name}: shape {shape:?} does not fit its {} bytes",
                bytes.as_ref().len()
            )));
        }
        Ok(Self { name: name.into(), shape: shape.into(), dtype, bytes })
    }

    /// A tensor made at load time.
    ///
    /// # Errors
    /// `OutOfMemory`; `InvalidPack` when the number of values does not fit the shape.
    pub fn try_from_f32(name: &str, shape: &[usize], values: &[f32]) -> Result<Self> {
        Self::new(name, shape, DType::F32, Bytes::from(memory::copy(bytemuck::cast_slice(values), name)?))
    }

    /// [`try_from_f32`](Self::try_from_f32), for packs that are made from nothing.
    ///
    /// # Panics
    /// If the number of values does not fit the shape, or there is no memory.
    pub fn from_f32(name: &str, shape: &[usize], values: &[f32]) -> Self {
        Self::try_from_f32(name, shape, values).expect("values fit the shape")
    }

    /// A tensor made at load time, rounded to half precision.
    ///
    /// # Panics
    /// If the number of values does not fit the shape.
    pub fn from_f32_as_f16(name: &str, shape: &[usize], values: &[f32]) -> Self {
        let mut halves = vec![f16::ZERO; values.len()];
        halves.convert_from_f32_slice(values);
        let bytes = Bytes::from(bytemuck::cast_slice(halves.reinterpret_cast()));
        Self::new(name, shape, DType::F16, bytes).expect("values fit the shape")
    }

    /// An index list made at load time.
    ///
    /// # Errors
    /// `OutOfMemory`; `InvalidPack` when the number of values does not fit the shape.
    pub fn try_from_i32(name: &str, shape: &[usize], values: &[i32]) -> Result<Self> {
        Self::new(name, shape, DType::I32, Bytes::from(memory::copy(bytemuck::cast_slice(values), name)?))
    }

    /// [`try_from_i32`](Self::try_from_i32), for packs that are made from nothing.
    ///
    /// # Panics
    /// If the number of values does not fit the shape, or there is no memory.
    pub fn from_i32(name: &str, shape: &[usize], values: &[i32]) -> Self {
        Self::try_from_i32(name, shape, values).expect("values fit the shape")
    }

    /// Name in the pack, or a derived one.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Dimensions, outermost first.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Element type.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// True for a tensor with a zero dimension.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The stored bytes.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    /// The same bytes, shared: they outlive the tensor.
    pub fn shared_bytes(&self) -> Bytes {
        self.bytes.clone()
    }

    /// Rows `range` of the outermost dimension, sharing the bytes.
    ///
    /// # Panics
    /// If the range is not inside.
    pub fn rows(&self, range: Range<usize>) -> Self {
        let row = self.shape[1..].iter().product::<usize>() * self.dtype.size();
        let mut shape = self.shape.to_vec();
        shape[0] = range.len();
        Self {
            name: format!("{}[{}..{}]", self.name, range.start, range.end).into(),
            shape: shape.into(),
            dtype: self.dtype,
            bytes: self.bytes.slice(range.start * row..range.end * row),
        }
    }

    /// The same elements under another shape.
    ///
    /// # Panics
    /// If the element counts differ.
    pub fn reshaped(&self, shape: &[usize]) -> Self {
        assert_eq!(shape.iter().product::<usize>(), self.len(), "{}: reshape changes the count", self.name);
        Self { shape: shape.into(), ..self.clone() }
    }

    /// All elements as f32; integers are converted.
    ///
    /// # Errors
    /// `OutOfMemory`.
    pub fn to_f32(&self) -> Result<Vec<f32>> {
        let (words, halves) = (self.bytes().as_chunks::<4>().0, self.bytes().as_chunks::<2>().0);
        match self.dtype {
            DType::F32 => memory::collect(words.iter().map(|b| f32::from_le_bytes(*b)), &self.name),
            DType::F16 => memory::collect(halves.iter().map(|b| f16::from_le_bytes(*b).to_f32()), &self.name),
            DType::I32 => memory::collect(words.iter().map(|b| i32::from_le_bytes(*b) as f32), &self.name),
            DType::U8 => memory::collect(self.bytes().iter().map(|b| f32::from(*b)), &self.name),
        }
    }

    /// All elements of an integer tensor.
    ///
    /// # Errors
    /// `OutOfMemory`.
    ///
    /// # Panics
    /// If it is not one.
    pub fn to_i32(&self) -> Result<Vec<i32>> {
        assert_eq!(self.dtype, DType::I32, "{} is not an integer tensor", self.name);
        memory::collect(self.bytes().as_chunks::<4>().0.iter().map(|b| i32::from_le_bytes(*b)), &self.name)
    }

    /// What tells this tensor from every other while it lives: address, length and type of its bytes. A backend keys
    /// its packed copy by this (and keeps the weight, so that the address stays taken).
    pub fn identity(&self) -> (usize, usize, DType) {
        let bytes = self.bytes();
        (bytes.as_ptr() as usize, bytes.len(), self.dtype)
    }
}

impl std::fmt::Debug for Weight {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} {:?}", self.name, self.dtype, self.shape)
    }
}
