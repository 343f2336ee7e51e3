//! What symphonia reads: FLAC, MP3, Ogg Vorbis, AAC and ALAC in MP4, raw AAC, AIFF, CAF; and MP3 inside a WAV file.
//!
//! What an encoder puts before and behind the sound is cut off, so that a face stays with its voice.

use std::io::ErrorKind;

use anyhow::{Result, anyhow, bail, ensure};
use media2face::limits::MAX_CHANNELS;
use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_AAC, CODEC_ID_AC3, CODEC_ID_AC4, CODEC_ID_ADPCM_G722, CODEC_ID_DCA, CODEC_ID_EAC3, CODEC_ID_MP1,
    CODEC_ID_MP2, CODEC_ID_OPUS, CODEC_ID_SPEEX, CODEC_ID_VORBIS,
};
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions, ReadOnlySource};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;

use super::source::Source;
use super::wave::Bytes;
use super::{Decode, Unread};
use super::{edits, vorbis};

/// Frames that the usual encoder and every decoder of MP3 put before the sound, where a file does not tell.
const MP3_DELAY: u64 = 576 + 529;
/// Most frames of a packet of MP3.
const MP3_FRAME: u64 = 1152;
/// Most frames that are put in place of a packet that cannot be decoded.
const MOST_SILENT_FRAMES: u64 = 1 << 14;
/// Most samples of a packet, of all channels: decoders take memory for as many as a header says.
const MOST_PACKET_SAMPLES: u64 = 1 << 20;
/// Most packets in a row that hold no bytes. A header can count thousands of millions of them.
const MOST_EMPTY_PACKETS: u64 = 64;

/// A stream of packets, of which one track is decoded.
pub struct Coded {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    /// Encoders of MP3 say how much they put around the sound; else the library cuts it off.
    mpeg: bool,
    rate_hz: u32,
    channels: usize,
    /// Frames that are still cut off at the start.
    skip: u64,
    /// Frames of the sound that are left, where the file tells.
    left: Option<u64>,
    /// Frames at the end that are cut off where the whole is as long as the file says.
    padding: Padding,
    /// The first samples, decoded while opening.
    first: Vec<f32>,
    frames: u64,
    packets: u64,
    damaged: u64,
    /// Packets without bytes, of late.
    empty: u64,
    notes: Vec<String>,
    ended: bool,
}

/// What an MP3 says of its end. It is not cut off in files laid end to end, which are longer than the first one says.
#[derive(Default)]
struct Padding {
    frames: u64,
    /// Frames of the whole.
    all: u64,
    held: Vec<f32>,
}

impl Coded {
    /// Any of the files, of the kind with this ending.
    pub fn open(source: Source, ending: &str) -> Result<Self> {
        let mpeg = ending == "mp3";
        if !matches!(ending, "m4a" | "caf") {
            return Self::of_media(Box::new(ReadOnlySource::new(source)), ending, mpeg);
        }
        // Their tables may stand at the end.
        let mut file = source.into_file()?;
        if ending == "caf" {
            return Self::of_media(Box::new(file), ending, false);
        }
        let edits = edits::read(&mut file)?;
        let mut coded = Self::of_media(Box::new(file), ending, false)?;
        if let Some(edit) = edits.get(&coded.track) {
            let rate_hz = f64::from(coded.rate_hz);
            coded.skip = (edit.start_s * rate_hz).round() as u64;
            coded.left = edit.duration_s.map(|duration_s| (duration_s * rate_hz).round() as u64);
        }
        Ok(coded)
    }

    /// The MP3 inside a WAV file, which may tell its frames.
    pub fn mp3_in_wave(bytes: Bytes, frames: Option<u64>) -> Result<Self> {
        let mut coded = Self::of_media(Box::new(ReadOnlySource::new(bytes)), "mp3", true)?;
        coded.left = frames;
        Ok(coded)
    }

    fn of_media(media: Box<dyn MediaSource>, ending: &str, mpeg: bool) -> Result<Self> {
        let stream = MediaSourceStream::new(media, MediaSourceStreamOptions::default());
        let (options, metadata) = (FormatOptions::default(), MetadataOptions::default());
        let format =
            symphonia::default::get_probe().probe(Hint::new().with_extension(ending), stream, options, metadata);
        let format = format.map_err(|error| reason(&error))?;
        let Some(track) = format.default_track(TrackType::Audio) else { bail!("it has no readable sound") };
        let (track, decoder) = (track.clone(), decoder(track, mpeg)?);
        let mut padding = Padding::default();
        let mut skip = 0;
        if mpeg {
            skip = track.delay.map_or(MP3_DELAY, u64::from);
            if let (Some(sound), Some(frames)) = (track.num_frames, track.padding.map(u64::from)) {
                padding = Padding { frames, all: skip.saturating_add(sound).saturating_add(frames), held: Vec::new() };
            }
        }
        let (track, first, notes) = (track.id, Vec::new(), Vec::new());
        let (rate_hz, channels, frames, packets, damaged, empty) = (0, 0, 0, 0, 0, 0);
        let (left, ended) = (None, false);
        let mut coded = Self {
            format,
            decoder,
            track,
            mpeg,
            rate_hz,
            channels,
            skip,
            left,
            padding,
            first,
            frames,
            packets,
            damaged,
            empty,
            notes,
            ended,
        };
        // What is decoded has a rate of its own: that of a container may be another.
        let mut first = Vec::new();
        while first.is_empty() && coded.packet(&mut first)? {}
        if coded.channels == 0 {
            bail!(if coded.packets > 0 { "all of it is damaged" } else { "it holds no samples" });
        }
        coded.first = first;
        super::check(coded.rate_hz, coded.channels as u32)?;
        Ok(coded)
    }

    /// Decodes the next packet; false at the end.
    fn packet(&mut self, out: &mut Vec<f32>) -> Result<bool> {
        let packet = match self.format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return Ok(false),
            // Streams laid end to end.
            Err(Error::ResetRequired) => return self.reset(),
            Err(Error::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                self.notes.push("it is cut off at its end".to_owned());
                return Ok(false);
            }
            Err(Error::IoError(error)) => return Err(error.into()),
            Err(error) => {
                self.notes.push(format!(
                    "it is damaged after {:.2} s, and ends there: {}",
                    self.time_s(),
                    reason(&error)
                ));
                return Ok(false);
            }
        };
        if packet.track_id != self.track {
            return Ok(true);
        }
        self.packets += 1;
        self.empty = if packet.data.is_empty() { self.empty + 1 } else { 0 };
        if self.empty > MOST_EMPTY_PACKETS {
            self.notes
                .push(format!("it is damaged after {:.2} s, and ends there: its packets are empty", self.time_s()));
            return Ok(false);
        }
        let decoded = match self.decoder.decode(&packet) {
            Ok(decoded) => decoded,
            Err(Error::IoError(_) | Error::DecodeError(_)) => {
                self.damaged += 1;
                let frames = silent_frames(&packet);
                out.resize(out.len() + frames * self.channels, 0.0);
                self.frames += frames as u64;
                return Ok(true);
            }
            Err(Error::ResetRequired) => return self.reset(),
            Err(error) => return Err(reason(&error)),
        };
        let (rate_hz, channels) = (decoded.spec().rate(), decoded.spec().channels().count());
        if self.channels == 0 {
            (self.rate_hz, self.channels) = (rate_hz, channels);
        }
        if (rate_hz, channels) != (self.rate_hz, self.channels) {
            let time_s = self.time_s();
            let own = (self.channels, self.rate_hz);
            self.notes.push(format!(
                "what follows {time_s:.2} s is left out: {channels} channels at {rate_hz} Hz, the first {} at {} Hz",
                own.0, own.1
            ));
            return Ok(false);
        }
        self.frames += decoded.frames() as u64;
        append(&decoded, out);
        Ok(true)
    }

    fn time_s(&self) -> f64 {
        self.frames as f64 / f64::from(self.rate_hz.max(1))
    }

    /// The tracks are others from here on.
    fn reset(&mut self) -> Result<bool> {
        let Some(track) = self.format.default_track(TrackType::Audio) else { return Ok(false) };
        (self.track, self.decoder) = (track.id, decoder(track, self.mpeg)?);
        Ok(true)
    }

    /// Cuts off what lies before and behind the sound.
    fn trim(&mut self, out: &mut Vec<f32>, start: usize) {
        let frames = (out.len() - start) / self.channels;
        let skipped = self.skip.min(frames as u64);
        self.skip -= skipped;
        out.drain(start..start + skipped as usize * self.channels);
        if let Some(left) = &mut self.left {
            let taken = (*left).min(((out.len() - start) / self.channels) as u64);
            *left -= taken;
            out.truncate(start + taken as usize * self.channels);
        }
        let held = &mut self.padding.held;
        if self.padding.frames > 0 {
            held.extend(out.drain(start..));
            let most = self.padding.frames as usize * self.channels;
            let free = held.len().saturating_sub(most);
            out.extend(held.drain(..free));
        }
    }
}

impl Decode for Coded {
    fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    fn channels(&self) -> u32 {
        self.channels as u32
    }

    fn expected_frames(&self) -> Option<u64> {
        // A header's word is not taken for it.
        None
    }

    fn read(&mut self, out: &mut Vec<f32>) -> Result<bool> {
        let start = out.len();
        out.append(&mut self.first);
        if !self.ended && out.len() == start {
            self.ended = !self.packet(out)?;
        }
        self.trim(out, start);
        if self.ended {
            // Some count a frame more or less.
            if self.frames.abs_diff(self.padding.all) <= MP3_FRAME {
                self.padding.held.clear();
            }
            out.append(&mut self.padding.held);
        }
        Ok(!self.ended && self.left != Some(0))
    }

    fn notes(&mut self) -> Vec<String> {
        if self.damaged > 0 {
            self.notes.push(format!("{} of its {} packets are damaged: they are silent", self.damaged, self.packets));
            self.damaged = 0;
        }
        std::mem::take(&mut self.notes)
    }
}

fn append(decoded: &GenericAudioBufferRef<'_>, out: &mut Vec<f32>) {
    let start = out.len();
    out.resize(start + decoded.samples_interleaved(), 0.0);
    decoded.copy_to_slice_interleaved(&mut out[start..]);
}

fn silent_frames(packet: &Packet) -> usize {
    packet.dur.get().min(MOST_SILENT_FRAMES) as usize
}

fn decoder(track: &Track, mpeg: bool) -> Result<Box<dyn AudioDecoder>> {
    let Some(CodecParameters::Audio(parameters)) = &track.codec_params else { bail!("it has no readable sound") };
    let channels = parameters.channels.as_ref().map_or(1, |channels| channels.count() as u64);
    ensure!(channels <= u64::from(MAX_CHANNELS), "it has {channels} channels, at most {MAX_CHANNELS} are read");
    let frames = [parameters.max_frames_per_packet, parameters.frames_per_block].into_iter().flatten().max();
    let samples = frames.unwrap_or(0).saturating_mul(channels);
    ensure!(samples <= MOST_PACKET_SAMPLES, "it is damaged (packets of {samples} samples)");
    if parameters.codec == CODEC_ID_VORBIS {
        vorbis::check(parameters.extra_data.as_deref().unwrap_or_default())?;
    }
    let options = AudioDecoderOptions::default().gapless(!mpeg);
    let made = symphonia::default::get_codecs().make_audio_decoder(parameters, &options);
    made.map_err(|error| match error {
        Error::Unsupported(_) => Unread(name(parameters)).into(),
        other => reason(&other),
    })
}

/// What a codec that is not read is called.
fn name(parameters: &AudioCodecParameters) -> String {
    const NAMES: [(AudioCodecId, &str); 9] = [
        (CODEC_ID_AAC, "AAC of another profile than LC, or of more than two channels"),
        (CODEC_ID_AC3, "AC-3"),
        (CODEC_ID_AC4, "AC-4"),
        (CODEC_ID_EAC3, "E-AC-3"),
        (CODEC_ID_DCA, "DTS"),
        (CODEC_ID_MP1, "MPEG audio of layer 1"),
        (CODEC_ID_MP2, "MPEG audio of layer 2"),
        (CODEC_ID_OPUS, "Opus"),
        (CODEC_ID_SPEEX, "Speex"),
    ];
    let known = NAMES.iter().find(|(codec, _)| *codec == parameters.codec);
    match known {
        Some((_, name)) => (*name).to_owned(),
        None if parameters.codec == CODEC_ID_ADPCM_G722 => "G.722".to_owned(),
        None => "a codec that is not known".to_owned(),
    }
}

/// The library's reasons, without what says where in it they arose.
fn reason(error: &Error) -> anyhow::Error {
    match error {
        Error::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => anyhow!("it is cut off"),
        Error::IoError(error) => anyhow!("{error}"),
        Error::DecodeError(what) => anyhow!("it is damaged ({what})"),
        Error::Unsupported(what) => anyhow!("it cannot be decoded ({what})"),
        other => anyhow!("{other}"),
    }
}
