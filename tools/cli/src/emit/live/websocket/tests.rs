use super::*;
use std::io::Read;

use tungstenite::{Message, WebSocket};

type Client = WebSocket<TcpStream>;

fn server(limits: Limits) -> Server {
    Server::bind("127.0.0.1:0".parse().unwrap(), limits).unwrap()
}

fn stream(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn client(server: &Server) -> Client {
    tungstenite::client(format!("ws://{}/", server.address()), stream(server)).unwrap().0
}

/// Waits for something that another thread does.
fn until(what: &str, done: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < end, "no {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn every_client_gets_every_text() {
    let server = server(Limits::default());
    let mut clients: Vec<Client> = (0..3).map(|_| client(&server)).collect();
    until("three clients", || server.clients() == 3);
    for i in 0..20 {
        assert!(server.send(format!("{{\"sample\":{i}}}").as_bytes()));
        for client in &mut clients {
            assert_eq!(client.read().unwrap(), Message::text(format!("{{\"sample\":{i}}}")));
        }
    }
    assert_eq!(server.counts(), Counts { accepted: 3, ..Counts::default() });
}

#[test]
fn text_without_clients_goes_nowhere() {
    let server = server(Limits::default());
    assert!(server.send(b"{}"));
    let mut late = client(&server);
    until("a client", || server.clients() == 1);
    assert!(!server.send(b"\xff"), "no UTF-8");
    assert!(server.send(b"{\"late\":1}"));
    assert_eq!(late.read().unwrap(), Message::text("{\"late\":1}"));
}

#[test]
fn client_that_leaves_is_forgotten() {
    let server = server(Limits::default());
    let (mut polite, rude) = (client(&server), client(&server));
    until("two clients", || server.clients() == 2);
    polite.close(None).unwrap();
    drop(rude);
    until("two who left", || server.counts().left == 2);
    assert_eq!(server.clients(), 0);
    while polite.read().is_ok() {}
}

#[test]
fn pings_are_answered_and_talk_is_ignored() {
    let server = server(Limits::default());
    let mut client = client(&server);
    client.send(Message::text("hello")).unwrap();
    client.send(Message::Ping(vec![1, 2, 3].into())).unwrap();
    assert_eq!(client.read().unwrap(), Message::Pong(vec![1, 2, 3].into()));
    // More than a message of a client may be.
    client.send(Message::binary(vec![0; 5000])).unwrap();
    until("one who left", || server.counts().left == 1);
}

#[test]
fn client_that_takes_nothing_is_dropped_and_the_sender_goes_on() {
    let server = server(Limits { stall: Duration::from_millis(100), ..Limits::default() });
    let (mut good, stuck) = (client(&server), client(&server));
    until("two clients", || server.clients() == 2);
    let reader = thread::spawn(move || {
        let mut heard = 0;
        while good.read().unwrap() != Message::text("last") {
            heard += 1;
        }
        heard
    });
    let text = "x".repeat(200_000);
    // Until the system's buffers for the client that never reads are full, some megabytes.
    until("stalled client", || {
        server.send(text.as_bytes());
        server.counts().stalled == 1
    });
    assert!(server.counts().skipped > 0, "{:?}", server.counts());
    assert_eq!(server.clients(), 1);
    until("quiet", || server.send(b"last"));
    assert!(reader.join().unwrap() > 0);
    drop(stuck);
}

#[test]
fn seventeenth_client_hears_that_there_is_no_place() {
    let server = server(Limits::default());
    let clients: Vec<Client> = (0..16).map(|_| client(&server)).collect();
    until("sixteen clients", || server.clients() == 16);
    let mut answer = String::new();
    // The connection may break before it ends.
    let _ = stream(&server).read_to_string(&mut answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 503 "), "{answer}");
    until("one refused", || server.counts().refused == 1);
    drop(clients);
    until("all left", || server.clients() == 0);
    client(&server);
}

#[test]
fn handshake_that_takes_too_long_fails() {
    let server = server(Limits { handshake: Duration::from_millis(50), ..Limits::default() });
    let mut silent = stream(&server);
    let mut slow = stream(&server);
    slow.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").unwrap();
    until("two failures", || server.counts().failed == 2);
    assert_eq!(silent.read(&mut [0]).unwrap_or(0), 0);
}

#[test]
fn handshake_that_is_too_large_fails() {
    let server = server(Limits { handshake: Duration::from_secs(60), ..Limits::default() });
    let mut large = stream(&server);
    let _ = large.write_all(format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}", "y".repeat(9000)).as_bytes());
    until("one failure", || server.counts().failed == 1);
    let mut endless = stream(&server);
    let _ = endless.write_all(&[b'a'; 100]);
    let _ = endless.write_all(&vec![b'a'; 100_000]);
    until("two failures", || server.counts().failed == 2);
}

#[test]
fn what_is_no_websocket_fails() {
    let server = server(Limits::default());
    let asks = [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".as_slice(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    ];
    for (number, ask) in asks.into_iter().enumerate() {
        stream(&server).write_all(ask).unwrap();
        until("failure", || server.counts().failed == number as u64 + 1);
    }
    client(&server);
}

#[test]
fn last_text_arrives_before_the_end() {
    let server = server(Limits::default());
    let mut client = client(&server);
    until("a client", || server.clients() == 1);
    let reader = thread::spawn(move || {
        let mut texts = Vec::new();
        while let Ok(message) = client.read() {
            texts.push(message);
        }
        texts
    });
    (0..8).for_each(|i| assert!(server.send(i.to_string().as_bytes())));
    drop(server);
    let texts = reader.join().unwrap();
    assert_eq!(texts[..8], (0..8).map(|i| Message::text(i.to_string())).collect::<Vec<_>>());
    assert!(matches!(&texts[8..], [Message::Close(Some(_))]), "{:?}", &texts[8..]);
}

#[test]
fn port_that_is_taken_is_an_error() {
    let server = server(Limits::default());
    assert!(Server::bind(server.address(), Limits::default()).is_err());
}
