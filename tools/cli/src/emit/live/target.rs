//! Where frames go: the values of `--to`.
//!
//! | text | where |
//! |---|---|
//! | `livelink[:HOST[:PORT]]` | Live Link Face by UDP, port 11111 |
//! | `vmc[:HOST[:PORT]]` | the VMC protocol by UDP, port 39539 |
//! | `ws[:HOST[:PORT]]` | clients of a WebSocket server at this address, port 8765 |
//! | `-` or `ndjson` | lines of JSON on standard output |
//!
//! Without a host nothing leaves this machine, nor can anyone outside of it connect.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::str::FromStr;

use super::{live_link_face, vmc, websocket};

/// Where frames go without a host.
const LOOPBACK: &str = "127.0.0.1";
/// The longest name of a host.
const MAX_HOST_BYTES: usize = 253;

/// What is sent, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Datagrams of Live Link Face.
    LiveLinkFace(Endpoint),
    /// Bundles of the VMC protocol.
    Vmc(Endpoint),
    /// JSON for clients that connect to this address.
    WebSocket(Endpoint),
    /// Lines of JSON on standard output.
    Ndjson,
}

/// A host and one of its ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// A name or an address, IPv6 without brackets.
    pub host: String,
    /// 1..65535.
    pub port: u16,
}

impl Endpoint {
    /// From `[HOST:]PORT`, without a host on this machine; errors name it as `kind`.
    ///
    /// # Errors
    /// What is wrong with it, and how it is written.
    pub fn from_text(kind: &str, text: &str) -> Result<Self, String> {
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self { host: LOOPBACK.to_owned(), port: number(kind, text)? });
        }
        match split(kind, text)? {
            (host, Some(port)) => Ok(Self { host: host.to_owned(), port: number(kind, port)? }),
            (host, None) => Err(format!("{host:?} has no port: a number or HOST:PORT is expected")),
        }
    }

    /// An address of the host. Of several the first of IPv4: many receivers listen there alone, and `localhost` has both.
    ///
    /// # Errors
    /// A host that is not known, or has no address.
    pub fn resolve(&self) -> io::Result<SocketAddr> {
        let unknown = |why: String| io::Error::other(format!("the host of {self} is not known: {why}"));
        let found = (self.host.as_str(), self.port).to_socket_addrs().map_err(|error| unknown(error.to_string()))?;
        let found: Vec<SocketAddr> = found.collect();
        let chosen = found.iter().find(|address| address.is_ipv4()).or(found.first());
        chosen.copied().ok_or_else(|| unknown("it has no address".to_owned()))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::LiveLinkFace(endpoint) => write!(f, "livelink:{endpoint}"),
            Self::Vmc(endpoint) => write!(f, "vmc:{endpoint}"),
            Self::WebSocket(endpoint) => write!(f, "ws:{endpoint}"),
            Self::Ndjson => write!(f, "ndjson"),
        }
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, rest) = match text.split_once(':') {
            Some((kind, rest)) => (kind, Some(rest)),
            None => (text, None),
        };
        let (make, port): (fn(Endpoint) -> Self, u16) = match kind {
            "livelink" => (Self::LiveLinkFace, live_link_face::PORT),
            "vmc" => (Self::Vmc, vmc::PORT),
            "ws" => (Self::WebSocket, websocket::PORT),
            "-" | "ndjson" if rest.is_none() => return Ok(Self::Ndjson),
            "-" | "ndjson" => return Err(format!("{kind} takes no address: {kind} alone writes to standard output")),
            _ => return Err(format!("{kind:?} is not known: one of livelink, vmc, ws, ndjson")),
        };
        let Some(rest) = rest else { return Ok(make(Endpoint { host: LOOPBACK.to_owned(), port })) };
        let (host, port_text) = split(kind, rest)?;
        let port = port_text.map_or(Ok(port), |text| number(kind, text))?;
        Ok(make(Endpoint { host: host.to_owned(), port }))
    }
}

/// Host and port of `HOST[:PORT]`.
fn split<'a>(kind: &str, text: &'a str) -> Result<(&'a str, Option<&'a str>), String> {
    if let Some(inside) = text.strip_prefix('[') {
        let Some((host, behind)) = inside.split_once(']') else {
            return Err(format!("{text:?} has no ] behind the address: {kind}:[::1]"));
        };
        if host.parse::<Ipv6Addr>().is_err() {
            return Err(format!("{host:?} between the brackets is no IPv6 address: {kind}:[::1]"));
        }
        return match behind.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if behind.is_empty() => Ok((host, None)),
            None => Err(format!("{behind:?} stands behind the address: a port comes as in {kind}:[::1]:9000")),
        };
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        return Err(format!("{text:?} is an IPv6 address without brackets: {kind}:[{text}]"));
    }
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    check_host(kind, host, port)?;
    Ok((host, port))
}

fn check_host(kind: &str, host: &str, port: Option<&str>) -> Result<(), String> {
    if host.is_empty() {
        let port = port.filter(|port| port.parse::<u16>().is_ok()).unwrap_or("9000");
        return Err(format!("there is no host behind {kind}: for this machine write {kind}:{LOOPBACK}:{port}"));
    }
    if port.is_none() && host.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("{host:?} is no host: a port comes behind one, as in {kind}:{LOOPBACK}:{host}"));
    }
    // A number with dots would be asked for as a name, slowly.
    let numeric = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if numeric && host.parse::<Ipv4Addr>().is_err() {
        return Err(format!("{host:?} is no IPv4 address: four numbers of 0..=255, as {LOOPBACK}"));
    }
    let letter = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !host.chars().all(letter) || host.len() > MAX_HOST_BYTES {
        return Err(format!("{host:?} is no name of a host: letters, digits, - and ., at most {MAX_HOST_BYTES}"));
    }
    Ok(())
}

fn number(kind: &str, text: &str) -> Result<u16, String> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(port) if digits && port > 0 => Ok(port),
        _ => Err(format!("{text:?} is no port: a number in 1..=65535, as in {kind}:{LOOPBACK}:9000")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(host: &str, port: u16) -> Endpoint {
        Endpoint { host: host.to_owned(), port }
    }

    #[test]
    fn targets_are_read_and_written_back() {
        for (text, expected, written) in [
            ("livelink", Target::LiveLinkFace(at("127.0.0.1", 11_111)), "livelink:127.0.0.1:11111"),
            ("livelink:studio-pc", Target::LiveLinkFace(at("studio-pc", 11_111)), "livelink:studio-pc:11111"),
            ("livelink:10.0.0.2:11112", Target::LiveLinkFace(at("10.0.0.2", 11_112)), "livelink:10.0.0.2:11112"),
            ("vmc", Target::Vmc(at("127.0.0.1", 39_539)), "vmc:127.0.0.1:39539"),
            ("vmc:[::1]:39540", Target::Vmc(at("::1", 39_540)), "vmc:[::1]:39540"),
            ("vmc:[fe80::1]", Target::Vmc(at("fe80::1", 39_539)), "vmc:[fe80::1]:39539"),
            ("ws", Target::WebSocket(at("127.0.0.1", 8765)), "ws:127.0.0.1:8765"),
            ("ws:0.0.0.0:1", Target::WebSocket(at("0.0.0.0", 1)), "ws:0.0.0.0:1"),
            ("-", Target::Ndjson, "ndjson"),
            ("ndjson", Target::Ndjson, "ndjson"),
        ] {
            assert_eq!(text.parse(), Ok(expected.clone()), "{text}");
            assert_eq!(expected.to_string(), written);
            assert_eq!(written.parse(), Ok(expected));
        }
    }

    #[test]
    fn errors_say_what_to_write() {
        for (text, part) in [
            ("", "one of livelink, vmc, ws, ndjson"),
            ("udp:127.0.0.1", "\"udp\" is not known"),
            ("LiveLink", "not known"),
            ("-:9000", "takes no address"),
            ("ndjson:", "takes no address"),
            ("vmc:", "there is no host behind vmc: for this machine write vmc:127.0.0.1:9000"),
            ("vmc::39540", "write vmc:127.0.0.1:39540"),
            ("vmc::no\nport", "write vmc:127.0.0.1:9000"),
            ("vmc:39540", "\"39540\" is no host: a port comes behind one, as in vmc:127.0.0.1:39540"),
            ("ws:::1", "IPv6 address without brackets: ws:[::1]"),
            ("ws:[::1", "no ]"),
            ("ws:[127.0.0.1]", "no IPv6 address"),
            ("ws:[::1]9000", "\"9000\" stands behind the address"),
            ("ws:[::1]:", "\"\" is no port"),
            ("livelink:10.0.0.256", "no IPv4 address"),
            ("livelink:10.0.0", "no IPv4 address"),
            ("livelink:http://pc", "\"//pc\" is no port"),
            ("livelink:user@pc", "no name of a host"),
            ("livelink:my pc", "no name of a host"),
            ("livelink:pc:", "\"\" is no port"),
            ("livelink:pc:0", "\"0\" is no port"),
            ("livelink:pc:+80", "\"+80\" is no port"),
            ("livelink:pc:65536", "1..=65535"),
            ("livelink:pc:80:81", "\"80:81\" is no port"),
        ] {
            let error = text.parse::<Target>().unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn any_text_is_answered_in_a_line() {
        let parts = ["ws", "livelink", ":", "[", "]", "::1", "1", ".", "é", "\0", "\n", "-", " ", "65535"];
        let answered = |text: String| {
            let fault = text.parse::<Target>().err();
            assert!(fault.is_none_or(|fault| !fault.is_empty() && !fault.contains('\n')), "{text:?}");
        };
        for a in parts {
            for b in parts {
                for c in parts {
                    answered(format!("ws:{a}{b}{c}"));
                    answered(format!("{a}{b}{c}"));
                }
            }
        }
    }

    #[test]
    fn addresses_resolve_without_a_network() {
        assert_eq!(at("127.0.0.1", 5).resolve().unwrap(), "127.0.0.1:5".parse().unwrap());
        assert_eq!(at("::1", 5).resolve().unwrap(), "[::1]:5".parse().unwrap());
    }
}
