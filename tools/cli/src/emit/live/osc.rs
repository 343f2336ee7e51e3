//! The few things of Open Sound Control that [`vmc`](super::vmc) sends: a bundle of messages with integers, numbers and
//! text.
//!
//! By hand, because a message of a general library owns its address and its texts: they would be made again for each of fifty
//! messages a frame. Everything is big-endian and padded with zeros to whole words of four bytes.

/// What a bundle for now bears instead of a time.
const IMMEDIATELY: u64 = 1;

/// A value of a message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// `i`
    Int(i32),
    /// `f`
    Float(f32),
    /// `s`, up to its first zero byte, where it would end for a receiver.
    Text(&'a str),
}

/// A bundle that is being written.
#[derive(Debug)]
pub struct Bundle<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Bundle<'a> {
    /// An empty bundle in place of what the vector holds.
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        out.clear();
        out.extend_from_slice(b"#bundle\0");
        out.extend_from_slice(&IMMEDIATELY.to_be_bytes());
        Self { out }
    }

    /// Adds a message.
    pub fn message(&mut self, address: &str, values: &[Value]) {
        let size_at = self.out.len();
        self.out.extend_from_slice(&[0; 4]);
        self.text(address.bytes());
        let tag = |value: &Value| match value {
            Value::Int(_) => b'i',
            Value::Float(_) => b'f',
            Value::Text(_) => b's',
        };
        self.text(std::iter::once(b',').chain(values.iter().map(tag)));
        for value in values {
            match *value {
                Value::Int(value) => self.out.extend_from_slice(&value.to_be_bytes()),
                Value::Float(value) => self.out.extend_from_slice(&value.to_be_bytes()),
                Value::Text(value) => self.text(value.bytes()),
            }
        }
        let size = self.out.len() - size_at - 4;
        self.out[size_at..size_at + 4].copy_from_slice(&(size as u32).to_be_bytes());
    }

    /// Text with a zero at its end, padded.
    fn text(&mut self, bytes: impl Iterator<Item = u8>) {
        self.out.extend(bytes.take_while(|&byte| byte != 0));
        // One to four zeros: what is written before is whole words.
        self.out.resize((self.out.len() / 4 + 1) * 4, 0);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A value that was read.
    #[derive(Debug, Clone, PartialEq)]
    pub(crate) enum Read {
        Int(i32),
        Float(f32),
        Text(String),
    }

    fn text(bytes: &mut &[u8]) -> String {
        let length = bytes.iter().position(|&byte| byte == 0).unwrap();
        let text = String::from_utf8(bytes[..length].to_vec()).unwrap();
        let padded = length / 4 * 4 + 4;
        assert!(bytes[length..padded].iter().all(|&byte| byte == 0));
        *bytes = &bytes[padded..];
        text
    }

    fn word(bytes: &mut &[u8]) -> [u8; 4] {
        let (word, rest) = bytes.split_at(4);
        *bytes = rest;
        word.try_into().unwrap()
    }

    /// The messages of a bundle: address and values.
    pub(crate) fn read(mut bundle: &[u8]) -> Vec<(String, Vec<Read>)> {
        assert_eq!(text(&mut bundle), "#bundle");
        assert_eq!((word(&mut bundle), word(&mut bundle)), ([0; 4], [0, 0, 0, 1]));
        let mut messages = Vec::new();
        while !bundle.is_empty() {
            let size = u32::from_be_bytes(word(&mut bundle)) as usize;
            let (mut message, rest) = bundle.split_at(size);
            let (address, tags) = (text(&mut message), text(&mut message));
            let value = |tag: u8| match tag {
                b'i' => Read::Int(i32::from_be_bytes(word(&mut message))),
                b'f' => Read::Float(f32::from_be_bytes(word(&mut message))),
                b's' => Read::Text(text(&mut message)),
                other => panic!("{other}"),
            };
            let values = tags.strip_prefix(',').unwrap().bytes().map(value).collect();
            assert!(message.is_empty());
            messages.push((address, values));
            bundle = rest;
        }
        messages
    }

    #[test]
    fn message_has_the_known_bytes() {
        let mut out = vec![7; 100];
        Bundle::new(&mut out).message("/a", &[Value::Text("bcd"), Value::Float(0.5), Value::Int(-2)]);
        let expected =
            [b"#bundle\0\0\0\0\0\0\0\0\x01".as_slice(), b"\0\0\0\x18/a\0\0,sfi\0\0\0\0bcd\0\x3f\0\0\0\xff\xff\xff\xfe"];
        assert_eq!(out, expected.concat());
    }

    #[test]
    fn texts_of_every_length_read_back() {
        let texts = ["", "a", "ab", "abc", "abcd", "abcde", "é"];
        let mut out = Vec::new();
        let mut bundle = Bundle::new(&mut out);
        texts.iter().for_each(|text| bundle.message("/text", &[Value::Text(text), Value::Int(1)]));
        let read: Vec<_> = read(&out).into_iter().map(|(_, values)| values).collect();
        let expected = texts.map(|text| vec![Read::Text(text.to_owned()), Read::Int(1)]);
        assert_eq!(read, expected);
    }

    #[test]
    fn message_without_values_has_a_comma() {
        let mut out = Vec::new();
        Bundle::new(&mut out).message("/VMC/Ext/Blend/Apply", &[]);
        assert_eq!(read(&out), [("/VMC/Ext/Blend/Apply".to_owned(), Vec::new())]);
    }

    #[test]
    fn text_ends_at_a_zero() {
        let mut out = Vec::new();
        Bundle::new(&mut out).message("/a", &[Value::Text("jaw\0Open")]);
        assert_eq!(read(&out), [("/a".to_owned(), vec![Read::Text("jaw".to_owned())])]);
    }
}
