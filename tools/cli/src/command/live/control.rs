//! Commands of other programs while a stream goes on: a TCP server of lines, each answered by one.
//!
//! A thread takes clients in, and each has a thread of its own, on which styles are encoded: the sending never waits for one.
//! Lines and clients are few and short, and who says nothing for long is let go. A browser that is made to send a form here
//! speaks HTTP, which is no command: its connection is closed before anything in it is taken for one.

mod order;

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use media2face::Model;

use super::ear::Ear;
use crate::emit::live::target::Endpoint;
pub use order::Order;

/// Clients at a time.
const CLIENTS: usize = 8;
/// The longest line, bytes.
const LINE_BYTES: usize = 4096;
/// Who says nothing for so long is let go.
const IDLE: Duration = Duration::from_secs(600);
/// How long an answer may take to be taken.
const ANSWER: Duration = Duration::from_secs(2);
/// How often the end is looked for.
const TURN: Duration = Duration::from_millis(50);
/// Words that begin a line of HTTP.
const HTTP: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT"];

/// A server that listens.
pub struct Control {
    address: SocketAddr,
    room: Arc<Room>,
    thread: Option<JoinHandle<()>>,
}

/// What all of its threads see.
struct Room {
    ear: Arc<Ear>,
    model: Arc<Model>,
    /// One commands at a time.
    turn: Mutex<()>,
    clients: AtomicUsize,
    over: AtomicBool,
}

impl Control {
    /// # Errors
    /// An address that is not this machine's, or whose port is taken.
    pub fn bind(at: &Endpoint, ear: &Arc<Ear>, model: &Arc<Model>) -> Result<Self> {
        let listening = || format!("cannot listen at {at}");
        let listener = TcpListener::bind(at.resolve()?).with_context(listening)?;
        listener.set_nonblocking(true).with_context(listening)?;
        let address = listener.local_addr().with_context(listening)?;
        let room = Arc::new(Room {
            ear: Arc::clone(ear),
            model: Arc::clone(model),
            turn: Mutex::new(()),
            clients: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        });
        let own = Arc::clone(&room);
        let thread = thread::Builder::new().name("control".to_owned()).spawn(move || own.listen(&listener))?;
        Ok(Self { address, room, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.room.over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            // One that panicked listens no more either.
            let _ = thread.join();
        }
    }
}

impl Room {
    fn listen(self: Arc<Self>, listener: &TcpListener) {
        while !self.over.load(Ordering::Acquire) {
            // Nobody knocks, or the system has no more sockets.
            let Ok((stream, _)) = listener.accept() else {
                sleep(TURN);
                continue;
            };
            let room = Arc::clone(&self);
            if self.clients.fetch_add(1, Ordering::AcqRel) >= CLIENTS {
                answer(&stream, &format!("error: {CLIENTS} clients are connected, and no more are taken"));
                self.clients.fetch_sub(1, Ordering::AcqRel);
                continue;
            }
            let serve = move || {
                room.serve(&stream);
                room.clients.fetch_sub(1, Ordering::AcqRel);
            };
            if thread::Builder::new().name("client".to_owned()).spawn(serve).is_err() {
                self.clients.fetch_sub(1, Ordering::AcqRel);
            }
        }
    }

    /// One client, until it leaves.
    fn serve(&self, mut stream: &TcpStream) {
        let ready = stream.set_nonblocking(false).and_then(|()| stream.set_read_timeout(Some(TURN)));
        if ready.and_then(|()| stream.set_write_timeout(Some(ANSWER))).is_err() {
            return;
        }
        let (mut held, mut bytes, mut spoke) = (Vec::new(), [0; LINE_BYTES], Instant::now());
        while !self.over.load(Ordering::Acquire) && spoke.elapsed() < IDLE {
            match stream.read(&mut bytes) {
                Ok(0) => return,
                Ok(count) => {
                    held.extend_from_slice(&bytes[..count]);
                    spoke = Instant::now();
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
            while let Some(at) = held.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = held.drain(..=at).collect();
                if line.len() > LINE_BYTES || !self.line(stream, &line) {
                    return;
                }
            }
            if held.len() >= LINE_BYTES {
                answer(stream, &format!("error: a line has {LINE_BYTES} bytes at most"));
                return;
            }
        }
    }

    /// Does what a line says, and answers; false where that ends the connection.
    fn line(&self, stream: &TcpStream, line: &[u8]) -> bool {
        let Ok(text) = std::str::from_utf8(line) else { return answer(stream, "error: it is no UTF-8") };
        let text = text.trim();
        if HTTP.iter().any(|word| text.split(' ').next() == Some(word)) {
            return false;
        }
        let done = text.parse::<Order>().map_err(anyhow::Error::msg).and_then(|order| {
            let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
            order.obey(&self.ear, &self.model)
        });
        match done {
            Ok(said) => answer(stream, &said),
            Err(error) => answer(stream, &format!("error: {}", format!("{error:#}").replace('\n', " "))),
        }
    }
}

/// False where it is not taken.
fn answer(mut stream: &TcpStream, text: &str) -> bool {
    stream.write_all(format!("{text}\n").as_bytes()).is_ok()
}
