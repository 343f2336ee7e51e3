//! One client of the server: its handshake, what waits for it, and its end.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::ops::ControlFlow;
use std::time::Instant;

use tungstenite::handshake::MidHandshake;
use tungstenite::handshake::server::{NoCallback, ServerHandshake};
use tungstenite::protocol::WebSocketConfig;
use tungstenite::protocol::frame::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::{Error, HandshakeError, Message, Utf8Bytes, WebSocket, accept_with_config};

use super::Limits;

/// Messages of a client that are read in one turn, so that a talkative one does not hold up the others.
const READS: usize = 16;
/// The largest message of a client. None has a meaning.
const MAX_MESSAGE_BYTES: usize = 4096;
/// Texts are gathered up to here before they are written; a frame is far smaller, so that it is written when it is flushed.
const WRITE_BUFFER_BYTES: usize = 1 << 20;
/// What may wait beyond that: answers to pings of a client that takes nothing.
const MAX_WRITE_BUFFER_BYTES: usize = 4 << 20;

type Handshake = MidHandshake<ServerHandshake<Bounded, NoCallback>>;

/// One who is connected.
pub(super) struct Client {
    link: Link,
    queue: VecDeque<Utf8Bytes>,
    /// Since when something is to be written, or the handshake goes on.
    since: Option<Instant>,
    closing: bool,
}

enum Link {
    Knocks(TcpStream),
    Shakes(Handshake),
    Open(Box<WebSocket<Bounded>>),
    /// Nothing any more: a handshake failed.
    Gone,
}

/// Why a client is one no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The handshake failed, or was too large or too slow.
    Failed,
    /// It closed, or its connection broke.
    Left,
    /// It took nothing for too long.
    Stalled,
}

/// A connection from which only so many bytes are read until the handshake is done.
pub(super) struct Bounded {
    stream: TcpStream,
    left: usize,
}

impl Read for Bounded {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::new(ErrorKind::InvalidData, "the handshake is too large"));
        }
        let most = bytes.len().min(self.left);
        let count = self.stream.read(&mut bytes[..most])?;
        if self.left != usize::MAX {
            self.left -= count;
        }
        Ok(count)
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

impl Client {
    /// One who has just connected.
    pub(super) fn new(stream: TcpStream, limits: &Limits) -> Self {
        let queue = VecDeque::with_capacity(limits.queue);
        Self { link: Link::Knocks(stream), queue, since: None, closing: false }
    }

    /// Its handshake is done.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.link, Link::Open(_))
    }

    /// Something is yet to be written.
    pub(super) fn is_waiting(&self) -> bool {
        !self.queue.is_empty() || self.since.is_some()
    }

    /// Puts a text at the end of what waits; true where the oldest had to go for it.
    pub(super) fn offer(&mut self, text: &Utf8Bytes, queue: usize) -> bool {
        if !self.is_open() || self.closing {
            return false;
        }
        let full = self.queue.len() >= queue.max(1);
        if full {
            self.queue.pop_front();
        }
        self.queue.push_back(text.clone());
        full
    }

    /// Says goodbye once; the next turns bring it on its way and hear the answer.
    pub(super) fn close(&mut self) {
        if let (Link::Open(socket), false) = (&mut self.link, self.closing) {
            self.closing = true;
            let goodbye = CloseFrame { code: CloseCode::Normal, reason: Utf8Bytes::from_static("the frames end here") };
            // What goes wrong here shows at the next turn.
            let _ = socket.close(Some(goodbye));
        }
    }

    /// Does what can be done now: true where the handshake was done in this turn.
    pub(super) fn turn(&mut self, now: Instant, limits: &Limits) -> ControlFlow<End, bool> {
        let opened = match &mut self.link {
            Link::Open(_) => false,
            _ => self.shake(now, limits)?,
        };
        if let Link::Open(socket) = &mut self.link {
            read(socket)?;
            write(socket, &mut self.queue, &mut self.since, now)?;
            if self.since.is_some_and(|since| now.duration_since(since) >= limits.stall) {
                return ControlFlow::Break(End::Stalled);
            }
        }
        ControlFlow::Continue(opened)
    }

    /// Goes on with the handshake; true where it is done.
    fn shake(&mut self, now: Instant, limits: &Limits) -> ControlFlow<End, bool> {
        let since = *self.since.get_or_insert(now);
        let shaken = match std::mem::replace(&mut self.link, Link::Gone) {
            Link::Knocks(stream) => {
                if stream.set_nonblocking(true).is_err() || stream.set_nodelay(true).is_err() {
                    return ControlFlow::Break(End::Failed);
                }
                accept_with_config(Bounded { stream, left: limits.handshake_bytes }, Some(config()))
            }
            Link::Shakes(handshake) => handshake.handshake(),
            Link::Open(_) | Link::Gone => return ControlFlow::Break(End::Failed),
        };
        match shaken {
            Ok(mut socket) => {
                socket.get_mut().left = usize::MAX;
                self.since = None;
                self.link = Link::Open(Box::new(socket));
                ControlFlow::Continue(true)
            }
            Err(HandshakeError::Interrupted(handshake)) if now.duration_since(since) < limits.handshake => {
                self.link = Link::Shakes(handshake);
                ControlFlow::Continue(false)
            }
            Err(_) => ControlFlow::Break(End::Failed),
        }
    }
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(MAX_MESSAGE_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(MAX_WRITE_BUFFER_BYTES)
        .max_message_size(Some(MAX_MESSAGE_BYTES))
        .max_frame_size(Some(MAX_MESSAGE_BYTES))
}

/// Hears what a client says, of which only its goodbye has a meaning. Pings are answered within.
fn read(socket: &mut WebSocket<Bounded>) -> ControlFlow<End> {
    for _ in 0..READS {
        match socket.read() {
            Ok(_) => {}
            Err(error) if waits(&error) => return ControlFlow::Continue(()),
            Err(_) => return ControlFlow::Break(End::Left),
        }
    }
    ControlFlow::Continue(())
}

/// Writes one text after another, as long as the connection takes them.
fn write(
    socket: &mut WebSocket<Bounded>,
    queue: &mut VecDeque<Utf8Bytes>,
    since: &mut Option<Instant>,
    now: Instant,
) -> ControlFlow<End> {
    loop {
        match socket.flush() {
            Ok(()) => *since = None,
            Err(error) if waits(&error) => {
                since.get_or_insert(now);
                return ControlFlow::Continue(());
            }
            Err(_) => return ControlFlow::Break(End::Left),
        }
        let Some(text) = queue.pop_front() else { return ControlFlow::Continue(()) };
        match socket.write(Message::Text(text)) {
            Ok(()) => {}
            Err(error) if waits(&error) => {}
            Err(_) => return ControlFlow::Break(End::Left),
        }
    }
}

/// Nothing went wrong: there is nothing to read, or no room to write.
fn waits(error: &Error) -> bool {
    matches!(error, Error::Io(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted))
}
