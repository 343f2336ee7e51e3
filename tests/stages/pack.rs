//! The model pack: what is written is read back, and nothing that is wrong gets through.

use media2face::Error;
use media2face::pack::{Pack, Size, random};

fn tiny() -> Pack {
    random(Size::Tiny, 7).expect("tiny pack")
}

#[test]
fn a_written_pack_reads_back_equal() {
    let pack = tiny();
    let bytes = pack.to_bytes().expect("bytes");
    assert!(bytes.len() < 300_000, "{} bytes", bytes.len());
    let again = Pack::from_bytes(bytes.clone()).expect("read");
    assert_eq!(again.manifest(), pack.manifest());
    assert_eq!(again.to_bytes().expect("bytes"), bytes);
}

#[test]
fn a_small_pack_is_the_starter_models_size() {
    let bytes = random(Size::Small, 1).expect("small").to_bytes().expect("bytes");
    assert!((8_000_000..24_000_000).contains(&bytes.len()), "{} bytes", bytes.len());
    Pack::from_bytes(bytes).expect("read").verify().expect("finite");
}

#[test]
fn an_empty_file_is_no_pack() {
    assert!(matches!(Pack::from_bytes(Vec::new()), Err(Error::InvalidPack(_))));
}
