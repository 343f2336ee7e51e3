//! How the starter's people look: their colours and hair, textures that open, lashes that go with the lids.

use std::collections::BTreeSet;

use media2face::Identity;
use media2face::limits::DEFAULT_PICTURE_PIXELS;
use media2face::pack::Part;
use media2face::picture::PictureFile;

use super::starter;

/// What all textures may take.
const MOST_BYTES: usize = 2 << 20;

fn distance(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
}

fn part<'a>(parts: &'a [Part], name: &str) -> &'a Part {
    parts.iter().find(|part| part.name == name).unwrap_or_else(|| panic!("no part {name}"))
}

#[test]
fn people_differ_in_skin_and_hair_and_wear_one_cut_each() {
    let model = starter::model();
    let (mut skins, mut cuts) = (BTreeSet::new(), BTreeSet::new());
    for name in model.identity_names() {
        let parts = model.identity(name).expect("identity").parts();
        let worn: Vec<&str> = parts
            .iter()
            .filter(|part| part.name.starts_with("hair_") && part.is_worn())
            .map(|part| &*part.name)
            .collect();
        assert_eq!(worn.len(), 1, "{name} wears {worn:?}");
        cuts.insert(worn[0].to_owned());
        skins.insert(part(&parts, "skin").colour.map(f32::to_bits));
    }
    assert!(skins.len() >= 5 && cuts.len() >= 3, "{} skins, {cuts:?}", skins.len());
}

#[test]
fn mixes_look_as_their_greatest_share_and_own_meshes_as_the_first() {
    let model = starter::model();
    let look = |identity: &Identity| identity.parts();
    let named = |name: &str| look(&model.identity(name).expect("identity"));
    let mix = model.identity_mix("mix", &[("amara", 1.0), ("ida", 3.0), ("bruno", 1.0)]).expect("mix");
    assert_eq!(look(&mix), named("ida"));
    let amara = model.identity("amara").expect("identity");
    let own = model.identity_from_vertices("own", amara.vertices_mm()).expect("own");
    assert_eq!(look(&own), named(&model.identity_names()[0]));
    assert_ne!(named("ida"), named("amara"));
}

#[test]
fn textures_open_and_every_vertex_has_its_place_on_them() {
    let model = starter::model();
    let topology = model.topology().expect("mesh");
    let texcoord = topology.texcoord.as_ref().expect("places on textures");
    assert!(texcoord.as_flattened().iter().all(|place| (0.0..=1.0).contains(place)));
    let stated = &model.manifest().topology.as_ref().expect("mesh").textures;
    let mut bytes = 0;
    for name in stated {
        let file = model.texture(name).expect("texture");
        bytes += file.as_ref().len();
        let opened = PictureFile::open(file.as_ref(), DEFAULT_PICTURE_PIXELS).expect("a picture");
        assert!(opened.decode().expect("pixels").width >= 256, "{name}");
    }
    assert!(bytes <= MOST_BYTES, "{bytes} bytes of textures");
    let used: BTreeSet<&String> = topology
        .parts
        .iter()
        .flat_map(|part| part.texture.iter().chain(part.folds.as_ref().map(|folds| &folds.texture)))
        .collect();
    assert_eq!(used, stated.iter().collect(), "every texture is on a part");
    assert!(model.texture("nobody's").unwrap_err().to_string().contains("nobody's"));
}

#[test]
fn lashes_and_brows_go_with_the_skin_and_hair_with_the_head() {
    let model = starter::model();
    let topology = model.topology().expect("mesh");
    let weights = model.blendshape_names();
    for name in ["average", "chie", "henrik"] {
        let identity = model.identity(name).expect("identity");
        let (rest, offsets) = (identity.vertices_mm(), model.blendshape_offsets_mm(&identity).expect("shapes"));
        let skin = part(&topology.parts, "skin").vertices;
        for (shape, stem) in
            [("eyeBlinkLeft", "lashes_left"), ("browInnerUp", "brow_left"), ("browInnerUp", "hair_short")]
        {
            let at = weights.iter().position(|known| known == shape).expect("shape");
            let moved = &offsets[at * rest.len()..(at + 1) * rest.len()];
            let own = part(&topology.parts, stem);
            // Four vertices a hair, two of them at its root.
            for root in (own.vertices[0]..own.vertices[1]).filter(|vertex| (vertex - own.vertices[0]) % 4 < 2) {
                let of = |vertex: usize| 3 * vertex..3 * vertex + 3;
                if stem == "hair_short" {
                    assert_eq!(moved[of(root)], [0.0; 3], "{name}: hair is rigid");
                    continue;
                }
                let nearest = (skin[0]..skin[1]).min_by(|&a, &b| {
                    distance(&rest[of(a)], &rest[of(root)]).total_cmp(&distance(&rest[of(b)], &rest[of(root)]))
                });
                let apart = distance(&moved[of(root)], &moved[of(nearest.expect("skin"))]);
                assert!(apart < 4.0, "{name}: {shape} moves a root of {stem} {apart} mm from the skin");
            }
        }
    }
}
