//! SHA-256 of bytes and of files, as sixty-four letters.

use std::fmt::Write;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// Of bytes.
pub fn of(bytes: &[u8]) -> String {
    letters(&Sha256::digest(bytes))
}

/// Of all that a reader gives.
pub fn of_reader(mut reader: impl Read) -> io::Result<String> {
    let mut digest = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        match reader.read(&mut block) {
            Ok(0) => return Ok(letters(&digest.finalize())),
            Ok(count) => digest.update(&block[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn letters(digest: &[u8]) -> String {
    let mut letters = String::with_capacity(2 * digest.len());
    for byte in digest {
        write!(letters, "{byte:02x}").expect("a string takes all");
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_readers_have_the_digest_of_the_standard() {
        // FIPS 180-4, and the same in pieces.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((of(b"abc"), of_reader(&b"abc"[..]).unwrap()), (abc.to_owned(), abc.to_owned()));
        let long = vec![7; 200_000];
        assert_eq!(of_reader(&long[..]).unwrap(), of(&long));
    }
}
