//! The networks of one pack, loaded and checked.

use std::sync::{Arc, OnceLock};

use crate::error::{Error, Result};
use crate::face::{self, Eyeball, FaceDecoder, FaceEncoder, FacePrograms, FinderNetworks, Topology, VisionEncoder};
use crate::limits;
use crate::motion::{KeptBatches, SamplePrograms, Sampler};
use crate::output::EyeRange;
use crate::pack::{Bytes, Manifest, Pack, Part};
use crate::prompt::StyleEncoder;
use crate::speech::{SpeechEncoder, SpeechPrograms};

use super::codes::KeptCodes;
use super::runtime::Runtime;
use crate::conditioning::style::Style;
use crate::session::options::SessionOptions;

/// A neutral face of one model, with what the decoder computes of it once. It keeps the model alive.
pub struct Identity {
    model: Arc<Model>,
    pub(crate) face: Arc<face::Identity>,
}

impl Identity {
    /// Name in the pack, or the host's.
    pub fn name(&self) -> &str {
        self.face.name()
    }

    /// The model that it was made for.
    pub fn model(&self) -> &Arc<Model> {
        &self.model
    }

    /// The neutral face, V × 3 mm.
    pub fn vertices_mm(&self) -> &[f32] {
        self.face.vertices_mm()
    }

    /// The mesh's parts as this face wears them: in its own colours, and without triangles where it goes without a part, such as
    /// another person's hair. A host's own face looks as the pack's first does. Empty without a mesh.
    pub fn parts(&self) -> Vec<Part> {
        let Some(topology) = self.model.topology() else { return Vec::new() };
        match self.model.manifest().identities.looks.get(self.face.look()) {
            Some(look) => look.worn(&topology.parts),
            None => topology.parts.clone(),
        }
    }

    /// The left and the right eye, which turn by [`Model::eye_range`] about their middles; none where the pack does not say
    /// which parts of the mesh they are.
    pub fn eyes(&self) -> Option<[Eyeball; 2]> {
        Some(self.model.topology()?.eyes.as_ref()?.of(self.vertices_mm()))
    }
}

/// An opened pack, shared by all sessions that use it. It keeps its runtime alive.
pub struct Model {
    runtime: Arc<Runtime>,
    pack: Pack,
    speech: Option<Arc<SpeechEncoder>>,
    sampler: Option<Arc<Sampler>>,
    live_sampler: Option<Arc<Sampler>>,
    styles: StyleEncoder,
    default_style: Option<Arc<Style>>,
    face: Option<Arc<FaceDecoder>>,
    face_encoder: OnceLock<FaceEncoder>,
    vision_encoder: OnceLock<Arc<VisionEncoder>>,
    finder: Option<Arc<FinderNetworks>>,
    first_identity: OnceLock<Arc<face::Identity>>,
    pub(crate) eye_range: OnceLock<EyeRange>,
    kept_codes: KeptCodes,
    programs: ModelPrograms,
}

/// Programs of a model's networks on its runtime's backend, so that they are prepared once for clips of one length.
pub(crate) struct ModelPrograms {
    pub(crate) speech: SpeechPrograms,
    pub(crate) motion: SamplePrograms,
    /// Those that streams share on a device.
    pub(crate) batches: KeptBatches,
    pub(crate) faces: Arc<FacePrograms>,
}

impl Model {
    /// Loads every network that the pack holds and checks that they fit each other.
    ///
    /// # Errors
    /// `InvalidPack`, naming the tensor or the sizes that do not fit.
    pub fn new(runtime: &Arc<Runtime>, pack: Pack) -> Result<Arc<Self>> {
        Self::load(runtime, pack, None)
    }

    /// As [`new`](Self::new), with the face finder of another pack, which takes the place of the pack's own.
    ///
    /// # Errors
    /// Those of [`new`](Self::new); `MissingPart` when `finder` has no face finder.
    pub fn with_face_finder(runtime: &Arc<Runtime>, pack: Pack, finder: &Pack) -> Result<Arc<Self>> {
        Self::load(runtime, pack, Some(finder))
    }

    fn load(runtime: &Arc<Runtime>, pack: Pack, finder: Option<&Pack>) -> Result<Arc<Self>> {
        let manifest = pack.manifest();
        let finder = finder.or_else(|| manifest.finder.is_some().then_some(&pack));
        let finder = finder.map(|pack| FinderNetworks::load(pack, runtime.backend()).map(Arc::new)).transpose()?;
        let speech = manifest.audio.is_some().then(|| SpeechEncoder::load(&pack).map(Arc::new)).transpose()?;
        let sampler = manifest.denoiser.is_some().then(|| Sampler::load(&pack).map(Arc::new)).transpose()?;
        let live_sampler = manifest.live.is_some().then(|| Sampler::load_live(&pack).map(Arc::new)).transpose()?;
        let face = manifest.gnpfa.is_some().then(|| FaceDecoder::load(&pack).map(Arc::new)).transpose()?;
        let styles = StyleEncoder::load(&pack)?;
        let default_style =
            manifest.default_style().map(str::to_owned).and_then(|name| match manifest.has_preset(&name) {
                true => Some(Arc::new(Style::Preset(name))),
                // Without prompts in words the audio alone decides.
                false => cfg!(feature = "text").then(|| Arc::new(Style::Text(name))),
            });
        if let (Some(audio), Some(denoiser)) = (&manifest.audio, &manifest.denoiser)
            && audio.feature_width() != denoiser.d_a
        {
            let (features, d_a) = (audio.feature_width(), denoiser.d_a);
            return Err(Error::InvalidPack(format!(
                "the speech encoder gives {features} columns, the denoiser takes {d_a}"
            )));
        }
        Ok(Arc::new(Self {
            runtime: Arc::clone(runtime),
            pack,
            speech,
            sampler,
            live_sampler,
            styles,
            default_style,
            face,
            face_encoder: OnceLock::new(),
            vision_encoder: OnceLock::new(),
            finder,
            first_identity: OnceLock::new(),
            eye_range: OnceLock::new(),
            kept_codes: KeptCodes::default(),
            programs: ModelPrograms {
                speech: SpeechPrograms::new(limits::KEPT_PROGRAM_BYTES),
                motion: SamplePrograms::new(limits::KEPT_PROGRAM_BYTES),
                batches: KeptBatches::default(),
                faces: Arc::new(FacePrograms::new(runtime.backend(), limits::KEPT_PROGRAM_BYTES)),
            },
        }))
    }

    /// The runtime.
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    /// What the pack says about itself.
    pub fn manifest(&self) -> &Manifest {
        self.pack.manifest()
    }

    /// Names of the weights of a frame.
    pub fn blendshape_names(&self) -> &[String] {
        &self.manifest().blendshapes.names
    }

    /// Names of the pack's identities.
    pub fn identity_names(&self) -> &[String] {
        &self.manifest().identities.names
    }

    /// The mesh, where the pack has one.
    pub fn topology(&self) -> Option<&Topology> {
        self.face.as_ref()?.topology().map(|topology| &**topology)
    }

    /// A texture of the mesh's parts, by its name: a JPEG or PNG file. Its colours, decoded from sRGB, are multiplied with a part's.
    ///
    /// # Errors
    /// `MissingPart` for an unknown name; those of [`Pack::any_shape`].
    pub fn texture(&self, name: &str) -> Result<Bytes> {
        let stated =
            self.manifest().topology.as_ref().is_some_and(|topology| topology.textures.iter().any(|t| t == name));
        if !stated {
            return Err(Error::MissingPart(format!("the pack has no texture {name:?}")));
        }
        Ok(self.pack.any_shape(&format!("textures.{name}"))?.shared_bytes())
    }

    /// An identity of the pack; one run of the generator's identity path.
    ///
    /// # Errors
    /// `MissingPart` for an unknown name (the text lists the names) or without a mesh.
    pub fn identity(self: &Arc<Self>, name: &str) -> Result<Arc<Identity>> {
        Ok(self.own(Arc::new(self.named(name)?)))
    }

    /// The pack's first identity, computed once.
    ///
    /// # Errors
    /// `MissingPart` when there is none.
    pub fn default_identity(self: &Arc<Self>) -> Result<Arc<Identity>> {
        Ok(self.own(self.first_face()?))
    }

    /// An identity of the host's own: a neutral face on the topology, V × 3 mm.
    ///
    /// # Errors
    /// `InvalidArgument` for another count, numbers that are not finite or another unit, which is named; `MissingPart`
    /// without a mesh.
    pub fn identity_from_vertices(self: &Arc<Self>, name: &str, vertices_mm: &[f32]) -> Result<Arc<Identity>> {
        let face = self.face()?.identity_from_vertices(&**self.runtime.backend(), name, vertices_mm)?;
        Ok(self.own(Arc::new(face)))
    }

    /// A face between identities of the pack: their neutral meshes by weight, which are brought to a sum of 1.
    ///
    /// # Errors
    /// `MissingPart` for an unknown name (the text lists the names) or without a mesh; `InvalidArgument` for no names, or
    /// weights that are negative, not finite or all 0.
    pub fn identity_mix(self: &Arc<Self>, name: &str, mix: &[(&str, f32)]) -> Result<Arc<Identity>> {
        mix.iter().try_for_each(|(name, _)| self.check_name(name))?;
        Ok(self.own(Arc::new(self.face()?.identity_mix(&**self.runtime.backend(), name, mix)?)))
    }

    fn own(self: &Arc<Self>, face: Arc<face::Identity>) -> Arc<Identity> {
        Arc::new(Identity { model: Arc::clone(self), face })
    }

    fn check_name(&self, name: &str) -> Result<()> {
        if self.identity_names().iter().any(|known| known == name) {
            return Ok(());
        }
        let names = self.identity_names().join(", ");
        Err(Error::MissingPart(format!("the pack has no identity {name:?}; it has: {names}")))
    }

    fn named(&self, name: &str) -> Result<face::Identity> {
        self.check_name(name)?;
        self.face()?.identity(&**self.runtime.backend(), name)
    }

    /// The first identity's face; the model keeps it.
    pub(crate) fn first_face(&self) -> Result<Arc<face::Identity>> {
        if let Some(face) = self.first_identity.get() {
            return Ok(Arc::clone(face));
        }
        let none = || Error::MissingPart("the pack has no identity".to_owned());
        let face = Arc::new(self.named(self.identity_names().first().ok_or_else(none)?)?);
        Ok(Arc::clone(self.first_identity.get_or_init(|| face)))
    }

    /// Checks that the pack holds what a session with these options needs besides its styles, and that the options fit it.
    pub(crate) fn check(self: &Arc<Self>, options: &SessionOptions) -> Result<()> {
        self.speech()?;
        let sampler = self.sampler()?;
        sampler.check(&options.for_sampler(sampler))?;
        if options.identity.as_ref().is_some_and(|identity| !Arc::ptr_eq(&identity.model, self)) {
            return Err(Error::InvalidArgument("the identity was made for another model".to_owned()));
        }
        Ok(())
    }

    pub(crate) fn speech(&self) -> Result<&Arc<SpeechEncoder>> {
        self.speech.as_ref().ok_or_else(|| missing("speech encoder (audio)"))
    }

    pub(crate) fn sampler(&self) -> Result<&Arc<Sampler>> {
        self.sampler.as_ref().ok_or_else(|| missing("denoiser"))
    }

    /// The live network of fast streams.
    pub(crate) fn live_sampler(&self) -> Result<&Arc<Sampler>> {
        self.live_sampler.as_ref().ok_or_else(|| missing("live network (live), which fast streams take"))
    }

    pub(crate) fn styles(&self) -> &StyleEncoder {
        &self.styles
    }

    /// What applies where no style is asked for; `None` where the audio alone decides.
    pub(crate) fn default_style(&self) -> Option<&Arc<Style>> {
        self.default_style.as_ref()
    }

    pub(crate) fn programs(&self) -> &ModelPrograms {
        &self.programs
    }

    pub(crate) fn kept_codes(&self) -> &KeptCodes {
        &self.kept_codes
    }

    pub(crate) fn face(&self) -> Result<&Arc<FaceDecoder>> {
        self.face.as_ref().ok_or_else(|| missing("face networks (gnpfa)"))
    }

    /// The way from weights and meshes to z, loaded at its first use.
    pub(crate) fn face_encoder(&self) -> Result<&FaceEncoder> {
        if let Some(encoder) = self.face_encoder.get() {
            return Ok(encoder);
        }
        let encoder = FaceEncoder::load(&self.pack, self.face()?.topology())?;
        Ok(self.face_encoder.get_or_init(|| encoder))
    }

    pub(crate) fn finder_networks(&self) -> Option<&Arc<FinderNetworks>> {
        self.finder.as_ref()
    }

    /// The way from pictures to faces, loaded at its first use.
    pub(crate) fn vision_encoder(&self) -> Result<&Arc<VisionEncoder>> {
        if let Some(encoder) = self.vision_encoder.get() {
            return Ok(encoder);
        }
        let encoder = Arc::new(VisionEncoder::load(&self.pack)?);
        Ok(self.vision_encoder.get_or_init(|| encoder))
    }
}

fn missing(part: &str) -> Error {
    Error::MissingPart(format!("the pack has no {part}"))
}
