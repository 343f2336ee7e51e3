//! All that faces are sent to.

use std::fmt::Write;
use std::io::Stdout;

use anyhow::{Context, Result, ensure};
use media2face::Model;
use media2face::output::LiveLinkMap;
use media2face::signal::{FrameRate, HeadPose};

use crate::emit::live::frame::Frame;
use crate::emit::live::live_link_face::LiveLinkFace;
use crate::emit::live::ndjson::{self, Lines};
use crate::emit::live::target::{Endpoint, Target};
use crate::emit::live::udp::Sender;
use crate::emit::live::vmc::{HEAD_OVER_NECK_M, Naming, Vmc};
use crate::emit::live::websocket::{Limits, Server};
use crate::process::tell;

/// Where faces go.
pub struct Targets {
    all: Vec<Outlet>,
    bytes: Vec<u8>,
}

/// How things are called where that is the receiver's choice.
#[derive(Clone, Copy)]
pub struct Named<'a> {
    /// The face, in Live Link.
    pub subject: &'a str,
    /// The weights, in VMC.
    pub weights: Naming,
}

/// One of them, and what became of the faces.
struct Outlet {
    target: Target,
    wire: Wire,
    sent: u64,
    lost: u64,
    /// It wants no more.
    closed: bool,
}

enum Wire {
    LiveLink(LiveLinkFace, LiveLinkMap, Sender),
    Vmc(Vmc, Sender),
    WebSocket(Server),
    Lines(Lines<Stdout>),
}

impl Targets {
    /// # Errors
    /// For one that is given twice, a host that is not known, and a port that is taken.
    pub fn open(targets: &[Target], model: &Model, named: Named, fps: FrameRate) -> Result<Self> {
        let open = |(number, target): (usize, &Target)| -> Result<Outlet> {
            ensure!(!targets[..number].contains(target), "--to {target} is given twice");
            let wire = Wire::open(target, model, named, fps)?;
            Ok(Outlet { target: target.clone(), wire, sent: 0, lost: 0, closed: false })
        };
        Ok(Self { all: targets.iter().enumerate().map(open).collect::<Result<_>>()?, bytes: Vec::new() })
    }

    /// Sends a face to all; false when nobody wants more.
    ///
    /// # Errors
    /// A standard output that cannot be written.
    pub fn send(&mut self, frame: &Frame, head: &HeadPose) -> Result<bool> {
        for outlet in self.all.iter_mut().filter(|outlet| !outlet.closed) {
            outlet.send(frame, head, &mut self.bytes)?;
        }
        Ok(self.all.iter().any(|outlet| !outlet.closed))
    }

    /// Their names, in a list.
    pub fn names(&self) -> String {
        self.all.iter().map(Outlet::name).collect::<Vec<_>>().join(", ")
    }

    /// How many faces each was sent.
    pub fn counts(&self) -> String {
        self.all.iter().map(Outlet::count).collect::<Vec<_>>().join(", ")
    }
}

impl Wire {
    fn open(target: &Target, model: &Model, named: Named, fps: FrameRate) -> Result<Self> {
        let sender = |to: &Endpoint| {
            let address = to.resolve()?;
            Sender::new(address).with_context(|| format!("cannot send to {to}"))
        };
        let names = model.blendshape_names();
        Ok(match target {
            Target::LiveLinkFace(to) => {
                let encoder = LiveLinkFace::new(named.subject, [fps.numerator(), fps.denominator()], 0.0)?;
                Self::LiveLink(encoder, LiveLinkMap::new(names, model.eye_range()), sender(to)?)
            }
            Target::Vmc(to) => Self::Vmc(Vmc::new(names, named.weights, HEAD_OVER_NECK_M)?, sender(to)?),
            Target::WebSocket(at) => {
                let server = Server::bind(at.resolve()?, Limits::default());
                Self::WebSocket(server.with_context(|| format!("cannot listen at {at}"))?)
            }
            Target::Ndjson => Self::Lines(Lines::new(std::io::stdout())),
        })
    }
}

impl Outlet {
    fn send(&mut self, frame: &Frame, head: &HeadPose, bytes: &mut Vec<u8>) -> Result<()> {
        let sent = match &mut self.wire {
            Wire::LiveLink(encoder, columns, sender) => {
                encoder.encode(frame.time_s, &columns.row(frame.weights, head), bytes);
                sender.send(bytes)
            }
            Wire::Vmc(encoder, sender) => {
                encoder.encode(frame, bytes);
                sender.send(bytes)
            }
            Wire::WebSocket(server) => {
                ndjson::encode(frame, bytes)?;
                self.lost += u64::from(!server.send(bytes));
                Ok(())
            }
            Wire::Lines(lines) => {
                if !lines.send(frame).context("cannot write to stdout")? {
                    self.closed = true;
                    return Ok(());
                }
                Ok(())
            }
        };
        if let Err(error) = sent {
            // A network that goes down comes back.
            if self.lost == 0 {
                tell::warning(&format!("cannot send to {}: {error}", self.target));
            }
            self.lost += 1;
        }
        self.sent += 1;
        Ok(())
    }

    fn name(&self) -> String {
        match &self.wire {
            // As the host's name was understood.
            Wire::WebSocket(server) => format!("ws:{}", server.address()),
            _ => self.target.to_string(),
        }
    }

    fn count(&self) -> String {
        let Self { sent, lost, .. } = self;
        let mut text = format!("{} {}", self.name(), sent - lost);
        let mut note = |count: u64, what: &str| {
            if count > 0 {
                write!(text, " ({count} {what})").expect("a string takes all");
            }
        };
        match &self.wire {
            Wire::LiveLink(_, _, sender) | Wire::Vmc(_, sender) => {
                note(sender.unheard(), "unheard");
                note(sender.dropped() + lost, "dropped");
            }
            Wire::WebSocket(server) => {
                let counts = server.counts();
                note(counts.accepted, "clients");
                note(counts.skipped, "not taken by slow clients");
                note(counts.stalled, "stalled clients");
                note(counts.refused + counts.failed, "clients refused");
                note(*lost, "dropped");
            }
            Wire::Lines(_) => {}
        }
        text
    }
}
