//! Random packs: the same seed gives the same bytes, and the face is one that can be drawn and driven.

use media2face::internals::face::{FaceDecoder, FaceEncoder};
use media2face::internals::motion::Sampler;
use media2face::internals::prompt::StyleEncoder;
use media2face::internals::speech::SpeechEncoder;
use media2face::pack::{Pack, Part, Size, random};

fn points(pack: &Pack) -> Vec<[f32; 3]> {
    pack.any_shape("identities.0.vertices").unwrap().to_f32().expect("memory").as_chunks().0.to_vec()
}

fn indices(pack: &Pack, name: &str) -> Vec<usize> {
    pack.any_shape(name).unwrap().to_i32().expect("memory").iter().map(|&i| i as usize).collect()
}

fn part<'a>(pack: &'a Pack, name: &str) -> &'a Part {
    pack.manifest().topology.as_ref().unwrap().parts.iter().find(|part| part.name == name).expect("part")
}

/// Volume that the triangles of a part enclose; positive when they are counter-clockwise from outside.
fn volume(pack: &Pack, part: &Part) -> f32 {
    let (points, triangles) = (points(pack), indices(pack, "topology.triangles"));
    let of = &triangles.as_chunks::<3>().0[part.triangles[0]..part.triangles[1]];
    of.iter()
        .map(|t| {
            let [a, b, c] = t.map(|i| points[i]);
            (a[0] * (b[1] * c[2] - b[2] * c[1])
                + a[1] * (b[2] * c[0] - b[0] * c[2])
                + a[2] * (b[0] * c[1] - b[1] * c[0]))
                / 6.0
        })
        .sum()
}

#[test]
fn a_seed_gives_the_same_bytes_and_another_seed_others() {
    let bytes = |seed| random(Size::Tiny, seed).unwrap().to_bytes().unwrap();
    assert_eq!(bytes(3), bytes(3));
    assert_ne!(bytes(3), bytes(4));
}

#[test]
fn a_small_pack_has_the_starter_models_size() {
    let bytes = random(Size::Small, 1).expect("small").to_bytes().expect("bytes");
    assert!((8_000_000..24_000_000).contains(&bytes.len()), "{} bytes", bytes.len());
    Pack::from_bytes(bytes).expect("read").verify().expect("finite");
}

#[test]
fn every_stage_loads_from_a_random_pack() {
    for size in [Size::Tiny, Size::Small] {
        let pack = Pack::from_bytes(random(size, 1).unwrap().to_bytes().unwrap()).unwrap();
        let denoiser = pack.manifest().denoiser.as_ref().unwrap();
        assert_eq!(SpeechEncoder::load(&pack).expect("speech").width(), denoiser.d_a);
        StyleEncoder::load(&pack).expect("prompt");
        Sampler::load(&pack).expect("motion");
        FaceDecoder::load(&pack).expect("face");
        FaceEncoder::load(&pack, None).expect("face encoder");
    }
}

#[test]
fn matrices_keep_activations_near_one() {
    let pack = random(Size::Small, 1).expect("small");
    let weight = pack.any_shape("denoiser.decoder.layers.3.linear1.weight").unwrap();
    let values = weight.to_f32().expect("memory");
    let mean = values.iter().sum::<f32>() / values.len() as f32;
    let gain = values.iter().map(|v| v * v).sum::<f32>() / weight.shape()[0] as f32;
    assert!(mean.abs() < 1e-3 && (gain - 1.0).abs() < 0.02, "mean {mean}, gain {gain}");
}

#[test]
fn every_part_is_closed_and_faces_outwards() {
    for size in [Size::Tiny, Size::Small] {
        let pack = random(size, 1).unwrap();
        let parts = &pack.manifest().topology.as_ref().unwrap().parts;
        let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(names, ["skin", "eye_left", "eye_right", "teeth_upper", "teeth_lower", "tongue"]);
        for part in parts {
            assert!(volume(&pack, part) > 1000.0, "{size:?} {}: {} mm³", part.name, volume(&pack, part));
        }
        for pair in parts.windows(2) {
            assert_eq!((pair[0].vertices[1], pair[0].triangles[1]), (pair[1].vertices[0], pair[1].triangles[0]));
        }
    }
}

#[test]
fn the_neutral_survives_the_way_to_the_map_and_back() {
    let pack = random(Size::Small, 1).unwrap();
    let points = points(&pack);
    let raster = indices(&pack, "topology.raster_index");
    let raster_weight = pack.any_shape("topology.raster_weight").unwrap().to_f32().expect("memory");
    let map: Vec<[f32; 3]> = raster
        .as_chunks::<3>()
        .0
        .iter()
        .zip(raster_weight.as_chunks::<3>().0)
        .map(|(i, w)| std::array::from_fn(|k| (0..3).map(|c| w[c] * points[i[c]][k]).sum()))
        .collect();
    let gather = indices(&pack, "topology.gather_index");
    let gather_weight = pack.any_shape("topology.gather_weight").unwrap().to_f32().expect("memory");
    let uv = pack.any_shape("topology.uv").unwrap().to_f32().expect("memory");
    let mut seen = 0;
    for (vertex, point) in points.iter().enumerate().filter(|(v, _)| uv[2 * v] >= 0.0) {
        for k in 0..3 {
            let found: f32 = (0..4).map(|t| gather_weight[4 * vertex + t] * map[gather[4 * vertex + t]][k]).sum();
            assert!((found - point[k]).abs() < 2.0, "vertex {vertex}: {found} for {}", point[k]);
        }
        seen += 1;
    }
    assert_eq!(seen, 41 * 49);
}

#[test]
fn rigid_parts_follow_a_shift_of_their_skin() {
    for size in [Size::Tiny, Size::Small] {
        let pack = random(size, 1).unwrap();
        for name in ["eye_left", "eye_right", "teeth_lower", "tongue"] {
            assert_eq!(part(&pack, name).follow, name);
            let skin = indices(&pack, &format!("topology.follow.{name}.index"));
            let matrix = pack.any_shape(&format!("topology.follow.{name}.matrix")).unwrap().to_f32().expect("memory");
            let shift = [1.0, -2.0, 0.5];
            let motion: Vec<f32> = matrix
                .chunks(3 * skin.len())
                .map(|row| row.iter().enumerate().map(|(i, m)| m * shift[i % 3]).sum())
                .collect();
            for (found, expected) in motion.iter().zip([0.0, 0.0, 0.0, 1.0, -2.0, 0.5]) {
                assert!((found - expected).abs() < 1e-3, "{size:?} {name}: {motion:?}");
            }
        }
    }
}

#[test]
fn the_lips_close_in_the_neutral_face() {
    let pack = random(Size::Small, 1).unwrap();
    let points = points(&pack);
    let pairs = indices(&pack, "topology.lip_inner");
    assert!(pairs.len() >= 6);
    for pair in pairs.as_chunks::<2>().0 {
        let gap = points[pair[0]][1] - points[pair[1]][1];
        assert!((0.0..1.0).contains(&gap), "gap of {gap} mm");
    }
}
