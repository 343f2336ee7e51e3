//! `m2f_model`: an opened pack.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;
use std::path::Path;
use std::sync::Arc;

use media2face::Model;
use media2face::error::Error;
use media2face::internals::memory;
use media2face::output::EyeRange;
use media2face::pack::Pack;

use super::buffer::{self, Buffer};
use super::error::{Failure, m2f_status};
use super::guard::{destroy, get, give, given, guard};
use super::options::{self, Options};
use super::runtime::m2f_runtime;
use super::text;

/// The networks and the face of one pack. All sessions that use it share it.
pub struct m2f_model(pub(super) Arc<Model>);

/// Copies `size` bytes of the pack, from `offset` on, to `buffer`. Returns 0, or any other number on failure. The library calls
/// it only inside `m2f_model_create`. You can decrypt here.
pub type m2f_read_callback =
    Option<unsafe extern "C" fn(offset: u64, buffer: *mut u8, size: usize, user: *mut c_void) -> i32>;

/// Options of [`m2f_model_create`]. Fill with [`m2f_model_options_init`] first. Set exactly one of `path`, `data` and `read`.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct m2f_model_options {
    /// Size of this struct in bytes. [`m2f_model_options_init`] sets it.
    pub struct_size: u32,
    /// Must be 0.
    pub reserved: u32,
    /// Path of a pack, UTF-8. The library maps the file, which must not change while the model lives.
    pub path: *const c_char,
    /// A pack in memory. The library copies it.
    pub data: *const u8,
    /// Number of bytes in `data`.
    pub data_size: u64,
    /// A callback that reads the pack.
    pub read: m2f_read_callback,
    /// Number of bytes of the pack that `read` reads.
    pub read_size: u64,
    /// Handed to `read`.
    pub read_user: *mut c_void,
    /// Path of a pack with a face finder, UTF-8, such as `face-finder.m2f`: pictures of keyframes and styles need no box then. Set
    /// at most one of `face_finder_path`, `face_finder_data` and `face_finder_read`; without any the model's own pack may have one.
    pub face_finder_path: *const c_char,
    /// The face finder's pack in memory. The library copies it.
    pub face_finder_data: *const u8,
    /// Number of bytes in `face_finder_data`.
    pub face_finder_size: u64,
    /// A callback that reads the face finder's pack.
    pub face_finder_read: m2f_read_callback,
    /// Number of bytes of the pack that `face_finder_read` reads.
    pub face_finder_read_size: u64,
    /// Handed to `face_finder_read`.
    pub face_finder_user: *mut c_void,
}

// SAFETY: repr(C), struct_size first; integers, floats, pointers and optional functions of the host's.
unsafe impl Options for m2f_model_options {
    fn defaults() -> Self {
        Self { struct_size: size_of::<Self>() as u32, ..Self::zero() }
    }
}

/// Fills `options` with the defaults.
///
/// Parameters: `options`, `size` writable bytes; `size`, sizeof *options.
/// Returns: OK; INVALID_ARGUMENT for NULL; INVALID_STRUCT_SIZE. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_model_options_init(options: *mut m2f_model_options, size: usize) -> m2f_status {
    // SAFETY: by its docs `options` has `size` writable bytes, or is NULL.
    unsafe { options::init(options, size) }
}

/// Opens a model pack and checks all of it.
///
/// Parameters: `runtime`; `options`, with one source; `out`, receives the model.
/// Returns: OK; INVALID_ARGUMENT (no source or several); INVALID_STRUCT_SIZE; INVALID_UTF8; IO (the file cannot be read, or the
/// callback failed); INVALID_PACK (the text of `m2f_last_error` names what is wrong); MISSING_PART (the face finder's pack has
/// none).
/// Ownership: yours; end it with [`m2f_model_destroy`]. It keeps the runtime alive; sessions and results keep it alive.
/// Threads: any. Cost: reads the pack once; milliseconds for the starter.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_model_create(
    runtime: Option<&m2f_runtime>,
    options: *const m2f_model_options,
    out: Option<&mut MaybeUninit<*mut m2f_model>>,
) -> m2f_status {
    guard(|| {
        let out = given(out, "out")?;
        let runtime = &given(runtime, "runtime")?.0;
        // SAFETY: by its docs `options` is as long as it says, or NULL.
        let options = unsafe { options::read(options) }?;
        if options.reserved != 0 {
            return Err(Failure::argument("reserved is not zero"));
        }
        let [own, finder] = sources(&options);
        // SAFETY: by its docs the pointers of `options` are as its fields say.
        let (pack, finder) = unsafe { (own.open()?, finder.open()?) };
        let pack = pack.ok_or_else(|| Failure::argument("set exactly one of path, data and read"))?;
        let model = match finder {
            Some(finder) => Model::with_face_finder(runtime, pack, &finder)?,
            None => Model::new(runtime, pack)?,
        };
        give(m2f_model(model), out)
    })
}

/// Where a pack comes from: at most one of three.
struct Source {
    /// The names of the fields.
    names: &'static str,
    path: *const c_char,
    data: *const u8,
    data_size: u64,
    read: m2f_read_callback,
    read_size: u64,
    user: *mut c_void,
}

/// Those of the model and of its face finder.
fn sources(options: &m2f_model_options) -> [Source; 2] {
    let &m2f_model_options { path, data, data_size, read, read_size, .. } = options;
    let own = Source { names: "path, data and read", path, data, data_size, read, read_size, user: options.read_user };
    let finder = Source {
        names: "face_finder_path, face_finder_data and face_finder_read",
        path: options.face_finder_path,
        data: options.face_finder_data,
        data_size: options.face_finder_size,
        read: options.face_finder_read,
        read_size: options.face_finder_read_size,
        user: options.face_finder_user,
    };
    [own, finder]
}

impl Source {
    /// The pack; `None` where no source is set.
    ///
    /// # Safety
    /// The pointers are as the fields of the options say.
    unsafe fn open(&self) -> Result<Option<Pack>, Failure> {
        // SAFETY: by its docs a string, or NULL.
        let path = unsafe { text::optional(self.path, "path") }?;
        Ok(Some(match (path, self.data.is_null(), self.read) {
            (None, true, None) => return Ok(None),
            (Some(path), true, None) => Pack::open(Path::new(path))?,
            (None, false, None) => {
                let size = usize::try_from(self.data_size).map_err(|_| Failure::argument("data_size is too large"))?;
                // SAFETY: by its docs `data` holds `data_size` bytes.
                let data = unsafe { buffer::input(self.data, size, usize::MAX, "data") }?;
                Pack::from_bytes(memory::copy(data, "the pack")?)?
            }
            (None, true, Some(read)) => {
                let mut reader = |offset: u64, buffer: &mut [u8]| {
                    // SAFETY: the host's own function, called inside a call of the host's, with room for the bytes it is asked
                    // for.
                    match unsafe { read(offset, buffer.as_mut_ptr(), buffer.len(), self.user) } {
                        0 => Ok(buffer.len()),
                        code => Err(Error::Io(format!("the read callback answered {code} at byte {offset}"))),
                    }
                };
                Pack::from_reader(&mut reader, self.read_size)?
            }
            _ => return Err(Failure::argument(format!("set exactly one of {}", self.names))),
        }))
    }
}

/// Ends a model. Identities, sessions and results made on it live on until you destroy them.
///
/// Parameters: `model`, or NULL for nothing. Threads: any, but not while another call uses this handle.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_model_destroy(model: Option<Box<m2f_model>>) {
    destroy(model);
}

/// Prepares the model for the first clip: it runs everything that a clip of this length needs once. On a GPU the kernels are
/// compiled. On the CPU the weights are read from disk.
///
/// Parameters: `duration_s`, length of a usual clip.
/// Returns: OK; INVALID_ARGUMENT; MISSING_PART for a model that animates nothing; OUT_OF_MEMORY; DEVICE_LOST.
/// Threads: any but an audio thread or one that draws; running jobs go on between its parts. Cost: up to seconds on a driver that
/// never saw the kernels (see `pipeline_cache` of the runtime's options), else one denoising step, or two if the model takes
/// styles.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_model_warm_up(model: Option<&m2f_model>, duration_s: f32) -> m2f_status {
    guard(|| Ok(given(model, "model")?.0.warm_up(duration_s)?))
}

/// Reads the rate that the model was trained at, frames per second.
///
/// Parameters: `model`; `out`, receives the rate. Returns: OK; INVALID_ARGUMENT. Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_model_fps(model: Option<&m2f_model>, out: Option<&mut MaybeUninit<f32>>) -> m2f_status {
    get(model, "model", out, |model| Ok(model.0.manifest().fps))
}

/// Counts the blendshape weights of a frame. The starter has 52, with ARKit's names.
///
/// Parameters: `model`; `out`, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_model_weight_count(model: Option<&m2f_model>, out: Option<&mut MaybeUninit<u32>>) -> m2f_status {
    get(model, "model", out, |model| Ok(model.0.blendshape_names().len() as u32))
}

/// Counts the vertices of the mesh, which is everything that a renderer draws.
///
/// Parameters: `model`; `out`, receives the count.
/// Returns: OK; INVALID_ARGUMENT; MISSING_PART if the model has no mesh. Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_model_vertex_count(model: Option<&m2f_model>, out: Option<&mut MaybeUninit<u32>>) -> m2f_status {
    get(model, "model", out, |model| Ok(topology(&model.0)?.vertices as u32))
}

/// Counts the identities in the pack.
///
/// Parameters: `model`; `out`, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_model_identity_count(
    model: Option<&m2f_model>,
    out: Option<&mut MaybeUninit<u32>>,
) -> m2f_status {
    get(model, "model", out, |model| Ok(model.0.identity_names().len() as u32))
}

/// Counts the style presets in the pack.
///
/// Parameters: `model`; `out`, receives the count. Returns: OK; INVALID_ARGUMENT. Threads: any.
#[unsafe(no_mangle)]
pub extern "C" fn m2f_model_preset_count(model: Option<&m2f_model>, out: Option<&mut MaybeUninit<u32>>) -> m2f_status {
    get(model, "model", out, |model| Ok(model.0.preset_names().len() as u32))
}

/// Reads the name of a blendshape weight, such as `jawOpen`.
///
/// Parameters: `index`, below `m2f_model_weight_count`; `buffer` with room for `capacity` bytes, or NULL and 0 to query; `count`,
/// receives the number of bytes with the terminating NUL (may be NULL when there is a buffer).
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_model_weight_name(
    model: Option<&m2f_model>,
    index: u32,
    buffer: *mut c_char,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` bytes and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| text::copy_out(nth(given(model, "model")?.0.blendshape_names(), index)?, to))
}

/// Reads the name of an identity of the pack.
///
/// Parameters: `index`, below `m2f_model_identity_count`; the rest as for [`m2f_model_weight_name`].
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_model_identity_name(
    model: Option<&m2f_model>,
    index: u32,
    buffer: *mut c_char,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` bytes and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| text::copy_out(nth(given(model, "model")?.0.identity_names(), index)?, to))
}

/// Reads the name of a style preset of the pack.
///
/// Parameters: `index`, below [`m2f_model_preset_count`]; the rest as for [`m2f_model_weight_name`].
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_model_preset_name(
    model: Option<&m2f_model>,
    index: u32,
    buffer: *mut c_char,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` bytes and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| text::copy_out(nth(given(model, "model")?.0.preset_names(), index)?, to))
}

/// Reads the mesh's triangles: three vertex numbers each, counter-clockwise as seen from outside.
///
/// Parameters: `buffer` with room for `capacity` numbers, or NULL and 0 to query; `count`, receives the count of numbers (3 a
/// triangle; may be NULL when there is a buffer).
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART if the model has no mesh. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_model_read_triangles(
    model: Option<&m2f_model>,
    buffer: *mut u32,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` numbers and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| to.fill(topology(&given(model, "model")?.0)?.triangles.as_flattened()))
}

/// Reads where the vertices are in the model's chart: u, v of every vertex, 0..1, v downwards. A vertex off the chart has -1, -1.
/// You lay a mesh of another topology over this chart.
///
/// Parameters: `buffer` with room for `capacity` floats, or NULL and 0 to query; `count`, receives the number of floats (2 a
/// vertex; may be NULL when there is a buffer).
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL; MISSING_PART if the model has no mesh. Threads: any.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_model_read_uv(
    model: Option<&m2f_model>,
    buffer: *mut f32,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` floats and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| to.fill(topology(&given(model, "model")?.0)?.uv.as_flattened()))
}

/// Reads how far a look weight of 1 turns an eye: in, out, up, down, radians, as the pack says or as the eyes of its mesh turn. An eye
/// with the yaw y (positive to the character's left) and the pitch p (positive down) turns about the axis (p, y, 0) by its length.
///
/// Parameters: `buffer` with room for `capacity` floats, or NULL and 0 to query; `count`, receives the number of floats, 4 (may be
/// NULL when there is a buffer).
/// Returns: OK; INVALID_ARGUMENT; BUFFER_TOO_SMALL. Threads: any. Cost: of a pack that does not say, five faces at the first call.
///
/// # Safety
/// As stated for the parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn m2f_model_read_eye_range_rad(
    model: Option<&m2f_model>,
    buffer: *mut f32,
    capacity: usize,
    count: *mut usize,
) -> m2f_status {
    // SAFETY: by their docs there is room for `capacity` floats and a count, or NULL.
    let to = unsafe { Buffer::new(buffer, capacity, count) };
    guard(|| {
        let EyeRange { in_rad, out_rad, up_rad, down_rad } = given(model, "model")?.0.eye_range();
        to.fill(&[in_rad, out_rad, up_rad, down_rad])
    })
}

pub(super) fn topology(model: &Model) -> Result<&media2face::Topology, Failure> {
    let missing = || Failure::new(m2f_status::M2F_STATUS_MISSING_PART, "this model has no mesh (topology)");
    model.topology().ok_or_else(missing)
}

pub(super) fn nth(names: &[String], index: u32) -> Result<&str, Failure> {
    let found = names.get(index as usize).map(String::as_str);
    found.ok_or_else(|| Failure::argument(format!("index {index} is not below {}", names.len())))
}
