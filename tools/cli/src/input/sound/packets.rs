//! Codecs inside a WAV or AU file whose bytes are cut into blocks here and decoded by the library: G.711 and ADPCM.

use anyhow::{Result, anyhow};
use symphonia::core::audio::{Channels, Position};
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_ADPCM_IMA_WAV, CODEC_ID_ADPCM_MS, CODEC_ID_PCM_ALAW, CODEC_ID_PCM_MULAW,
};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};

use super::format::{Encoding, Format};

/// Decodes one block after the other.
pub struct Blocks {
    decoder: Box<dyn AudioDecoder>,
    format: Format,
    /// A block that is cut off at the end, filled up.
    filled: Vec<u8>,
}

impl Blocks {
    /// For one of the four encodings.
    pub fn new(format: Format) -> Result<Self> {
        let codec = match format.encoding {
            Encoding::ALaw => CODEC_ID_PCM_ALAW,
            Encoding::MuLaw => CODEC_ID_PCM_MULAW,
            Encoding::AdpcmIma { .. } => CODEC_ID_ADPCM_IMA_WAV,
            Encoding::AdpcmMs { .. } => CODEC_ID_ADPCM_MS,
            _ => unreachable!("plain samples and streams are read elsewhere"),
        };
        let frames = format.frames_in(format.block_bytes()).unwrap_or(0) as u64;
        let channels = match Position::from_count(u32::from(format.channels)) {
            Some(positions) => Channels::Positioned(positions),
            None => Channels::Discrete(format.channels),
        };
        let mut parameters = AudioCodecParameters::new();
        parameters.for_codec(codec).with_sample_rate(format.rate_hz).with_channels(channels);
        parameters.with_max_frames_per_packet(frames).with_frames_per_block(frames);
        let registry = symphonia::default::get_codecs();
        let decoder = registry.make_audio_decoder(&parameters, &AudioDecoderOptions::default());
        let decoder = decoder.map_err(|error| anyhow!("its encoding cannot be decoded: {error}"))?;
        Ok(Self { decoder, format, filled: Vec::new() })
    }

    /// Appends the samples of these bytes: whole blocks, or the last one as far as it goes. A damaged block is silent; gives
    /// whether all were sound.
    pub fn decode(&mut self, bytes: &[u8], out: &mut Vec<f32>) -> bool {
        let block_bytes = self.format.block_bytes();
        let adpcm = matches!(self.format.encoding, Encoding::AdpcmIma { .. } | Encoding::AdpcmMs { .. });
        if !adpcm {
            return self.block(bytes, out);
        }
        let mut sound = true;
        for block in bytes.chunks(block_bytes) {
            if block.len() == block_bytes {
                sound &= self.block(block, out);
                continue;
            }
            let wanted = self.format.frames_in(block.len()).unwrap_or(0) * usize::from(self.format.channels);
            let mut filled = std::mem::take(&mut self.filled);
            filled.clear();
            filled.extend_from_slice(block);
            filled.resize(block_bytes, 0);
            let start = out.len();
            sound &= wanted == 0 || self.block(&filled, out);
            out.truncate(start + wanted);
            self.filled = filled;
        }
        sound
    }

    fn block(&mut self, bytes: &[u8], out: &mut Vec<f32>) -> bool {
        let frames = self.format.frames_in(bytes.len()).unwrap_or(0);
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::from(frames as u64), bytes);
        let start = out.len();
        out.resize(start + frames * usize::from(self.format.channels), 0.0);
        match self.decoder.decode_ref(&packet) {
            Ok(decoded) if decoded.samples_interleaved() == out.len() - start => {
                decoded.copy_to_slice_interleaved(&mut out[start..]);
                true
            }
            _ => false,
        }
    }
}
