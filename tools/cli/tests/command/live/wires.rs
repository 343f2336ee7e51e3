//! What arrives at the other end: datagrams, read by a small decoder of our own, and texts of a WebSocket. tests/readers/wires.py
//! has the same for programs of others.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use tungstenite::{Message, client};

use super::{Bench, lines, live};

fn receiver() -> (UdpSocket, String) {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    receiver.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let at = receiver.local_addr().unwrap().to_string();
    (receiver, at)
}

/// A port that was free a moment ago.
pub(super) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Reads a datagram from its front.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        taken
    }

    fn word(&mut self) -> [u8; 4] {
        self.take(4).try_into().unwrap()
    }

    fn float(&mut self) -> f32 {
        f32::from_be_bytes(self.word())
    }

    /// Of Live Link: its length comes first.
    fn text(&mut self) -> &'a str {
        let length = u32::from_be_bytes(self.word()) as usize;
        std::str::from_utf8(self.take(length)).unwrap()
    }

    /// Of OSC: it ends with zeros, up to a whole word.
    fn padded(&mut self) -> &'a str {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap();
        let text = std::str::from_utf8(self.take(length)).unwrap();
        self.take(4 - length % 4);
        text
    }
}

/// The weights of a line, by name.
fn weights(face: &Value) -> BTreeMap<String, f32> {
    let weights = face["weights"].as_object().unwrap();
    weights.iter().map(|(name, value)| (name.clone(), value.as_f64().unwrap() as f32)).collect()
}

#[test]
fn datagrams_say_what_the_lines_say() {
    let bench = Bench::new();
    let ((live_link, live_link_at), (vmc, vmc_at)) = (receiver(), receiver());
    // As many as a socket holds that is read behind.
    let args = ["--wav", "hum.wav", "--fast-forward", "--subject", "Ada", "--to", "-"];
    let to = [format!("livelink:{live_link_at}"), format!("vmc:{vmc_at}")];
    let output = live(&bench, &[&args[..], &["--to", &to[0], "--to", &to[1]]].concat()).output().unwrap();
    let faces = lines(&output);
    assert_eq!(faces.len(), 30);
    let mut bytes = vec![0; 65_536];
    for (number, face) in faces.iter().enumerate() {
        let weights = weights(face);
        let size = live_link.recv(&mut bytes).unwrap();
        let mut reader = Reader(&bytes[..size]);
        assert_eq!((reader.take(1), reader.text().len(), reader.text()), (&[6u8][..], 36, "Ada"));
        assert_eq!((reader.word(), reader.float()), ((number as u32).to_be_bytes(), 0.0));
        assert_eq!((reader.word(), reader.word(), reader.take(1)), ([0, 0, 0, 60], [0, 0, 0, 1], &[61u8][..]));
        let row: Vec<f32> = (0..61).map(|_| reader.float()).collect();
        assert!(reader.0.is_empty() && row.iter().all(|value| value.is_finite()));
        for (at, name) in [(0, "eyeBlinkLeft"), (15, "jawLeft"), (16, "jawRight"), (17, "jawOpen"), (51, "tongueOut")] {
            assert_eq!(row[at], weights[name], "face {number}: {name}");
        }

        let size = vmc.recv(&mut bytes).unwrap();
        let mut reader = Reader(&bytes[..size]);
        assert_eq!(reader.padded(), "#bundle");
        reader.take(8);
        let mut seen = Vec::new();
        while !reader.0.is_empty() {
            let size = u32::from_be_bytes(reader.word()) as usize;
            let mut message = Reader(reader.take(size));
            let (address, kinds) = (message.padded(), message.padded());
            if kinds == ",sf" {
                let (name, value) = (message.padded(), message.float());
                let own = name[..1].to_lowercase() + &name[1..];
                assert_eq!(value, weights[&own], "face {number}: {name}");
            }
            seen.push(address.to_owned());
        }
        assert_eq!(seen.len(), 52 + 4);
        assert_eq!(seen[52..], ["/VMC/Ext/Blend/Apply", "/VMC/Ext/Bone/Pos", "/VMC/Ext/OK", "/VMC/Ext/T"]);
    }
}

#[test]
fn pages_that_connect_get_lines() {
    let bench = Bench::new();
    let port = free_port();
    let mut child = live(&bench, &["--to", &format!("ws:127.0.0.1:{port}"), "--quiet"]);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let stream = (0..3000).find_map(|_| {
        sleep(Duration::from_millis(20));
        TcpStream::connect(("127.0.0.1", port)).ok()
    });
    let stream = stream.expect("the server is there");
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let (mut page, _) = client(format!("ws://127.0.0.1:{port}/"), stream).unwrap();
    // Its standard input has no sound yet: the face idles.
    for _ in 0..5 {
        let Message::Text(text) = page.read().unwrap() else { panic!("a text") };
        let face: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(face["weights"].as_object().unwrap().len(), 52);
    }
    // The sound ends, and with it the command.
    drop(child.stdin.take());
    while page.read().is_ok_and(|message| !message.is_close()) {}
    assert!(child.wait().unwrap().success());
}

#[test]
fn port_that_is_taken_is_told_before_any_face() {
    let bench = Bench::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = taken.local_addr().unwrap();
    for args in [["--to", &format!("ws:{at}")], ["--control", &at.to_string()]] {
        let output = live(&bench, &[&["--wav", "hum.wav", "--quiet"], &args[..]].concat()).output().unwrap();
        crate::assert_failed(&output, "cannot listen at");
    }
}

#[test]
fn reader_that_has_enough_ends_it_in_order() {
    let bench = Bench::new();
    for args in [&["--wav", "hum.wav", "--fast-forward"][..], &["--fps", "200"]] {
        let mut child = live(&bench, args).stdin(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        assert!(line.starts_with("{\"sample\":"), "{line}");
        // Its standard input stays open: that it is not read any more is enough.
        let stdin = child.stdin.take();
        drop(out);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && super::told(&output).contains("ndjson "), "{output:?}");
        drop(stdin);
    }
}
