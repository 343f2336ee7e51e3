//! Frames as JSON text to every WebSocket client that is connected: pages in a browser, tools.
//!
//! One thread of the server accepts clients, shakes hands, writes and reads; no call of it waits for a client. The sender hands
//! it a text and goes on. A client that is slow loses the oldest of its waiting frames, and is dropped where it takes nothing
//! at all for a while. Whatever clients send is read and forgotten. Any page that can reach the address may connect: bind it to
//! the loopback address unless faces are for all of a network.

mod client;

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tungstenite::Utf8Bytes;

use client::{Client, End};

/// Where pages expect the server unless told otherwise.
pub const PORT: u16 = 8765;

/// Frames on their way to the server's thread, which takes them at once unless the machine is very busy.
const HANDED_OVER: usize = 8;
/// How often the server looks for clients and their answers while no frame comes.
const TURN: Duration = Duration::from_millis(5);
/// How long clients have to take the last frames.
const FAREWELL: Duration = Duration::from_millis(250);
/// What those hear for whom there is no place.
const NO_PLACE: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// What clients may ask of the server.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Clients at a time, those that still shake hands among them.
    pub clients: usize,
    /// Frames that wait for a client; the oldest goes first.
    pub queue: usize,
    /// How long a handshake may take.
    pub handshake: Duration,
    /// How large one may be, bytes.
    pub handshake_bytes: usize,
    /// How long a client may take nothing of what waits for it.
    pub stall: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            clients: 16,
            queue: 8,
            handshake: Duration::from_secs(2),
            handshake_bytes: 8192,
            stall: Duration::from_secs(2),
        }
    }
}

/// What became of clients and frames so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Clients whose handshake was done.
    pub accepted: u64,
    /// Clients for whom there was no place.
    pub refused: u64,
    /// Clients whose handshake failed, or was too large or too slow.
    pub failed: u64,
    /// Clients that left.
    pub left: u64,
    /// Clients that were dropped, for they took nothing any more.
    pub stalled: u64,
    /// Frames that slow clients did not get, each of each client.
    pub skipped: u64,
}

/// What the sender and the server's thread both see.
#[derive(Debug, Default)]
struct Shared {
    /// Clients whose handshake is done.
    open: AtomicUsize,
    counts: Mutex<Counts>,
}

/// A server that sends the same text to all of its clients.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// None when the thread is told to end.
    texts: Option<SyncSender<Utf8Bytes>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens at this address, at a port of the system's choice where it is 0.
    ///
    /// # Errors
    /// An address that is not this machine's, or whose port is taken.
    pub fn bind(address: SocketAddr, limits: Limits) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let (texts, handed_over) = sync_channel(HANDED_OVER);
        let room =
            Room { listener, limits, clients: Vec::new(), counts: Counts::default(), shared: Arc::clone(&shared) };
        let thread = thread::Builder::new().name("websocket".to_owned()).spawn(move || room.run(&handed_over))?;
        Ok(Self { address, shared, texts: Some(texts), thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Clients that get frames now.
    pub fn clients(&self) -> usize {
        self.shared.open.load(Ordering::Relaxed)
    }

    /// What became of clients and frames so far.
    pub fn counts(&self) -> Counts {
        *self.shared.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a text to all clients, without waiting for any of them. False where it is not sent to anyone: it is no UTF-8, or
    /// the server's thread is behind.
    pub fn send(&self, text: &[u8]) -> bool {
        if self.clients() == 0 {
            return true;
        }
        // One copy that all clients share: they may hold it for longer than the caller's vector.
        let (Ok(text), Some(texts)) = (std::str::from_utf8(text), &self.texts) else { return false };
        !matches!(texts.try_send(text.into()), Err(TrySendError::Full(_) | TrySendError::Disconnected(_)))
    }
}

impl Drop for Server {
    /// Gives clients a moment to take the last frames, then closes.
    fn drop(&mut self) {
        self.texts = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has no clients any more either.
            let _ = thread.join();
        }
    }
}

/// The thread's own.
struct Room {
    listener: TcpListener,
    limits: Limits,
    clients: Vec<Client>,
    counts: Counts,
    shared: Arc<Shared>,
}

impl Room {
    fn run(mut self, texts: &Receiver<Utf8Bytes>) {
        loop {
            match texts.recv_timeout(TURN) {
                Ok(text) => self.offer(&text),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            texts.try_iter().take(HANDED_OVER).for_each(|text| self.offer(&text));
            self.turn();
            self.accept();
            self.publish();
        }
        self.farewell();
        self.clients.clear();
        self.publish();
    }

    fn offer(&mut self, text: &Utf8Bytes) {
        for client in &mut self.clients {
            self.counts.skipped += u64::from(client.offer(text, self.limits.queue));
        }
    }

    /// Reads and writes what can be read and written now.
    fn turn(&mut self) {
        let now = Instant::now();
        let (limits, counts) = (&self.limits, &mut self.counts);
        self.clients.retain_mut(|client| match client.turn(now, limits) {
            ControlFlow::Continue(opened) => {
                counts.accepted += u64::from(opened);
                true
            }
            ControlFlow::Break(end) => {
                match end {
                    End::Failed => counts.failed += 1,
                    End::Left => counts.left += 1,
                    End::Stalled => counts.stalled += 1,
                }
                false
            }
        });
    }

    /// Takes in those who knock, a few at a time.
    fn accept(&mut self) {
        for _ in 0..self.limits.clients.max(1) {
            // Nobody knocks, or the system has no more sockets; it may have some at the next turn.
            let Ok((stream, _)) = self.listener.accept() else { return };
            if self.clients.len() >= self.limits.clients {
                self.counts.refused += 1;
                refuse(&stream);
            } else {
                self.clients.push(Client::new(stream, &self.limits));
            }
        }
    }

    fn publish(&self) {
        let open = self.clients.iter().filter(|client| client.is_open()).count();
        self.shared.open.store(open, Ordering::Relaxed);
        *self.shared.counts.lock().unwrap_or_else(PoisonError::into_inner) = self.counts;
    }

    /// Lets clients take what waits for them, says goodbye, and waits a moment for their answers.
    fn farewell(&mut self) {
        self.clients.retain(Client::is_open);
        let until = Instant::now() + FAREWELL;
        while !self.clients.is_empty() && Instant::now() < until {
            self.clients.iter_mut().filter(|client| !client.is_waiting()).for_each(Client::close);
            self.turn();
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Tells a client that there is no place for it, if it takes that at once.
fn refuse(mut stream: &TcpStream) {
    if stream.set_nonblocking(true).is_ok() {
        let _ = stream.write(NO_PLACE);
    }
}

#[cfg(test)]
mod tests;
