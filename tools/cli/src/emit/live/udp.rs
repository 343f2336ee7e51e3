//! Datagrams to one receiver, who may come and go.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

/// A socket that sends to one address and never waits.
#[derive(Debug)]
pub struct Sender {
    socket: UdpSocket,
    unheard: u64,
    dropped: u64,
}

impl Sender {
    /// To this address.
    ///
    /// # Errors
    /// An address to which no way leads.
    pub fn new(to: SocketAddr) -> io::Result<Self> {
        let any: SocketAddr = match to {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(any)?;
        socket.connect(to)?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket, unheard: 0, dropped: 0 })
    }

    /// Sends a datagram. That nobody listens yet, or no more, is counted and no error; so is a full queue of the system.
    ///
    /// # Errors
    /// Whatever else the system has to say: a network that went down, or a datagram that is too large.
    pub fn send(&mut self, datagram: &[u8]) -> io::Result<()> {
        let mut sent = self.socket.send(datagram);
        if sent.as_ref().is_err_and(unheard) {
            // The system tells this of the datagram before, and has not sent this one.
            self.unheard += 1;
            sent = self.socket.send(datagram);
        }
        match sent {
            Err(error) if unheard(&error) => Ok(()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.dropped += 1;
                Ok(())
            }
            sent => sent.map(|_| ()),
        }
    }

    /// Datagrams that the receiver's system sent back: nobody listened.
    pub fn unheard(&self) -> u64 {
        self.unheard
    }

    /// Datagrams for which the system had no room.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// Windows calls it a reset.
fn unheard(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn receiver(at: impl std::net::ToSocketAddrs) -> UdpSocket {
        let receiver = UdpSocket::bind(at).unwrap();
        receiver.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        receiver
    }

    #[test]
    fn datagrams_arrive_whole() {
        let receiver = receiver("127.0.0.1:0");
        let mut sender = Sender::new(receiver.local_addr().unwrap()).unwrap();
        let mut bytes = vec![0; 5000];
        for size in [1, 309, 3000] {
            sender.send(&vec![size as u8; size]).unwrap();
            assert_eq!(receiver.recv(&mut bytes).unwrap(), size);
            assert!(bytes[..size].iter().all(|&byte| byte == size as u8));
        }
    }

    #[test]
    fn receiver_may_come_late() {
        let address = receiver("127.0.0.1:0").local_addr().unwrap();
        let mut sender = Sender::new(address).unwrap();
        (0..5).for_each(|_| sender.send(b"unheard").unwrap());
        let receiver = receiver(address);
        sender.send(b"heard").unwrap();
        let mut bytes = [0; 16];
        let size = receiver.recv(&mut bytes).unwrap();
        assert_eq!(bytes[..size], *b"heard");
    }

    #[test]
    fn datagram_that_is_too_large_is_an_error() {
        let receiver = receiver("127.0.0.1:0");
        let mut sender = Sender::new(receiver.local_addr().unwrap()).unwrap();
        assert!(sender.send(&vec![0; 70_000]).is_err());
    }
}
