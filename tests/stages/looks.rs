//! What a manifest may say of looks, textures and folds.

use media2face::error::Error;
use media2face::internals::face::FaceDecoder;
use media2face::pack::{Folds, Look, TopologyConfig};

use super::support::tiny_face::TinyFace;

type Damage = fn(&mut TinyFace);

#[test]
fn looks_of_parts_that_are_not_there_are_refused() {
    fn topology(face: &mut TinyFace) -> &mut TopologyConfig {
        face.manifest.topology.as_mut().expect("topology")
    }
    fn looks(face: &mut TinyFace, change: impl Fn(&mut Look)) {
        let mut look = Look::default();
        change(&mut look);
        let identities = &mut face.manifest.identities;
        identities.looks = vec![look; identities.names.len()];
    }
    let cases: &[(&str, Damage)] = &[
        ("no texture \"fur\"", |f| topology(f).parts[1].texture = Some("fur".to_owned())),
        ("no texture \"lines\"", |f| {
            topology(f).parts[0].folds = Some(Folds { texture: "lines".to_owned(), rest: 0.0 });
        }),
        ("textures.names has \"fur\" twice", |f| topology(f).textures = vec!["fur".to_owned(); 2]),
        ("topology.texcoord is missing", |f| topology(f).textures = vec!["fur".to_owned()]),
        ("identities.looks", |f| f.manifest.identities.looks = vec![Look::default(); 7]),
        ("no \"tail\"", |f| looks(f, |look| look.without.extend(["tail".to_owned()]))),
        ("looks' folds", |f| looks(f, |look| look.folds.extend([("skin".to_owned(), 2.0)]))),
        ("looks' colour", |f| looks(f, |look| look.colours.extend([("skin".to_owned(), [0.0, f32::NAN, 0.0])]))),
    ];
    for (named, damage) in cases {
        let mut face = TinyFace::new();
        damage(&mut face);
        match FaceDecoder::load(&face.pack()) {
            Err(Error::InvalidPack(text)) => assert!(text.contains(named), "{text:?} names {named:?}"),
            other => panic!("{named}: {:?}", other.map(drop)),
        }
    }
}
