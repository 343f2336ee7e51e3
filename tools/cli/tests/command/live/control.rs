//! Lines of other programs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use super::wires::free_port;
use super::{Bench, live};

/// A command that idles, and one who commands it.
struct Rig {
    child: Child,
    port: u16,
    _bench: Bench,
}

impl Rig {
    fn new() -> Self {
        let (bench, port) = (Bench::new(), free_port());
        let mut command = live(&bench, &["--control", &port.to_string(), "--quiet"]);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { child, port, _bench: bench }
    }

    fn connect(&self) -> Client {
        let stream = (0..3000).find_map(|_| {
            sleep(Duration::from_millis(20));
            TcpStream::connect(("127.0.0.1", self.port)).ok()
        });
        let stream = stream.expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Client(BufReader::new(stream))
    }

    /// The sound ends, and with it the command.
    fn end(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Client(BufReader<TcpStream>);

impl Client {
    fn ask(&mut self, line: &str) -> String {
        self.0.get_mut().write_all(format!("{line}\n").as_bytes()).unwrap();
        self.answer()
    }

    fn answer(&mut self) -> String {
        let mut answer = String::new();
        self.0.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }

    fn state(&mut self) -> Value {
        serde_json::from_str(&self.ask("state")).unwrap()
    }

    /// Waits for a state that comes.
    fn until(&mut self, what: &str, there: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..6000 {
            let state = self.state();
            if there(&state) {
                return state;
            }
            sleep(Duration::from_millis(10));
        }
        panic!("it did not come that {what}: {}", self.state());
    }
}

#[test]
fn every_command_is_answered() {
    let rig = Rig::new();
    let mut client = rig.connect();
    for line in
        ["style very happy @0.5", "style -", "listen on", "listen off", "guidance 2 1.5", "guidance - -", "flush"]
    {
        assert_eq!(client.ask(line), "ok", "{line}");
    }
    for (line, part) in [
        ("style", "style TEXT"),
        ("style x @1e9", "not in"),
        ("listen", "listen on"),
        ("guidance 1", "two numbers"),
        ("stop", "is no command"),
        ("", "is no command"),
    ] {
        let answer = client.ask(line);
        assert!(answer.starts_with("error: ") && answer.contains(part), "{line}: {answer}");
    }
    rig.end();
}

#[test]
fn face_idles_and_is_interrupted_and_reset() {
    let rig = Rig::new();
    let mut client = rig.connect();
    let before = client.until("the face idles", |state| state["ready_sample"].as_u64().unwrap() > 0);
    assert!(before["idled"].as_u64().unwrap() > 0 && before["dropped"] == 0, "{before}");
    assert_eq!(client.ask("interrupt"), "ok");
    let cut = client.until("the interruption is obeyed", |state| state["generation"] == 1);
    assert!(cut["next_sample"].as_u64().unwrap() > 0, "{cut}");
    assert_eq!(client.ask("reset"), "ok");
    client.until("the reset is obeyed", |state| state["generation"] == 2);
    client.until("the face idles again", |state| state["ready_sample"].as_u64().unwrap() > 0);
    rig.end();
}

#[test]
fn lines_and_clients_are_bounded() {
    let rig = Rig::new();
    let mut clients: Vec<Client> = (0..8).map(|_| rig.connect()).collect();
    clients.iter_mut().for_each(|client| assert_eq!(client.ask("flush"), "ok"));
    assert!(rig.connect().answer().contains("no more are taken"));
    let mut long = clients.pop().unwrap();
    long.0.get_mut().write_all(&[b'x'; 4096]).unwrap();
    assert!(long.answer().contains("4096 bytes at most"));
    // What a browser is made to send is no command.
    let mut browser = clients.pop().unwrap();
    let form = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nreset\n";
    let _ = browser.0.get_mut().write_all(form.as_bytes());
    let mut answer = String::new();
    // The connection may break before it ends.
    let _ = browser.0.read_to_string(&mut answer);
    assert_eq!(answer, "");
    assert_eq!(clients[0].state()["generation"], 0);
    let mut broken = clients.pop().unwrap();
    broken.0.get_mut().write_all(b"style \xff\n").unwrap();
    assert_eq!(broken.answer(), "error: it is no UTF-8");
    rig.end();
}
