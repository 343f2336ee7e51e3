//! A microphone, by the system's own way to one: its thread writes into the stream as samples come.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};

use anyhow::{Context, Result, bail};
use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{Device, FromSample, Sample, SampleFormat, SizedSample, Stream, StreamConfig, StreamError};
use media2face::audio::RATE_HZ;

use super::ear::Ear;
use crate::process::{interrupt, tell};

/// Most samples of a callback that are taken without more memory.
const USUAL_SAMPLES: usize = 1 << 14;

/// One that was found, and how it is recorded.
pub struct Microphone {
    device: Device,
    name: String,
    config: StreamConfig,
    format: SampleFormat,
}

impl Microphone {
    /// The one with this name, or the system's for none.
    ///
    /// # Errors
    /// For one that is not there, with the names of those that are, or that records nothing we take.
    pub fn open(wanted: &str) -> Result<Self> {
        let host = cpal::default_host();
        let device = match wanted {
            "" => host.default_input_device().context("the system has no microphone")?,
            wanted => find(&host, wanted)?,
        };
        let name = name(&device);
        let config = usual(&device).map_or_else(|| device.default_input_config(), Ok);
        let config = config.with_context(|| format!("cannot record from {name}"))?;
        Ok(Self { device, name, format: config.sample_format(), config: config.config() })
    }

    pub fn rate_hz(&self) -> u32 {
        self.config.sample_rate
    }

    pub fn channels(&self) -> u32 {
        u32::from(self.config.channels)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Records until nobody wants more.
    ///
    /// # Errors
    /// A signal; a microphone that goes away; the stream's failure.
    pub fn run(self, ear: &Arc<Ear>) -> Result<()> {
        let (sender, faults) = mpsc::channel();
        let stream = match self.format {
            SampleFormat::F32 => self.record::<f32>(ear, sender),
            SampleFormat::I16 => self.record::<i16>(ear, sender),
            SampleFormat::U16 => self.record::<u16>(ear, sender),
            SampleFormat::I32 => self.record::<i32>(ear, sender),
            format => bail!("{} records samples of the kind {format}, which are not taken", self.name),
        };
        let stream = stream.with_context(|| format!("cannot record from {}", self.name))?;
        stream.play().with_context(|| format!("cannot record from {}", self.name))?;
        while !ear.is_stopped() {
            interrupt::check()?;
            match faults.recv_timeout(interrupt::PATIENCE) {
                Ok(fault) => return Err(fault.context(format!("cannot record from {}", self.name))),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => bail!("{} went away", self.name),
            }
        }
        Ok(())
    }

    fn record<T>(&self, ear: &Arc<Ear>, faults: Sender<anyhow::Error>) -> Result<Stream>
    where
        T: SizedSample,
        f32: FromSample<T>,
    {
        let (ear, failed) = (Arc::clone(ear), faults.clone());
        let mut piece = Vec::with_capacity(USUAL_SAMPLES);
        let heard = move |samples: &[T], _: &_| {
            piece.clear();
            piece.extend(samples.iter().map(|sample| f32::from_sample(*sample)));
            if let Err(error) = ear.write_at_once(&piece) {
                // Nobody asks any more where the command ends.
                drop(failed.send(error));
            }
        };
        let mut lost = false;
        let fault = move |error: StreamError| match error {
            StreamError::BufferUnderrun if lost => {}
            StreamError::BufferUnderrun => {
                lost = true;
                tell::warning("the microphone lost samples: this machine is busy");
            }
            error => drop(faults.send(error.into())),
        };
        Ok(self.device.build_input_stream(&self.config, heard, fault, None)?)
    }
}

fn name(device: &Device) -> String {
    device.description().map_or_else(|_| "a microphone".to_owned(), |description| description.name().to_owned())
}

/// By its identifier, its name, or a part of that.
fn find(host: &cpal::Host, wanted: &str) -> Result<Device> {
    let devices: Vec<Device> = host.input_devices().context("cannot list the microphones")?.collect();
    let is = |device: &Device| device.id().is_ok_and(|id| id.to_string() == wanted || id.1 == wanted);
    let at = devices.iter().position(is).or_else(|| devices.iter().position(|device| name(device).contains(wanted)));
    let names: Vec<String> = devices.iter().map(|device| format!("{:?}", name(device))).collect();
    match at {
        Some(at) => Ok(devices.into_iter().nth(at).context("it was there")?),
        None if names.is_empty() => bail!("there is no microphone {wanted:?}, nor any other that has a name"),
        None => bail!("there is no microphone {wanted:?}, but {}", names.join(", ")),
    }
}

/// Sound as the model hears it, where the system makes that: what is not converted costs no time.
fn usual(device: &Device) -> Option<cpal::SupportedStreamConfig> {
    let taken = [SampleFormat::F32, SampleFormat::I16];
    let configs = device.supported_input_configs().ok()?;
    let usual = configs.filter(|config| taken.contains(&config.sample_format()));
    let usual = usual.filter_map(|config| config.try_with_sample_rate(RATE_HZ));
    usual.min_by_key(cpal::SupportedStreamConfig::channels)
}
