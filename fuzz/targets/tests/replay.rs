//! Every target on its seeds and on mutations of them, the same in every run, without a clock and without a sanitizer.
#![allow(missing_docs)]

use fuzz_targets::mutate::{Numbers, mutated};
use fuzz_targets::target;

fn replay(name: &str) {
    let target = target(name);
    let seeds = (target.seeds)();
    seeds.iter().for_each(|seed| (target.run)(seed));
    (target.run)(&[]);
    let mut numbers = Numbers::new(1);
    for number in 0..target.mutations {
        let input = mutated(&seeds, target.words, &mut numbers);
        let outcome = std::panic::catch_unwind(|| (target.run)(&input));
        assert!(outcome.is_ok(), "{name}, mutation {number}: {}", String::from_utf8_lossy(&input).escape_debug());
    }
}

macro_rules! replays {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            replay(stringify!($name));
        }
    )*
        #[test]
        fn every_target_is_replayed_and_has_its_program() {
            let names: Vec<&str> = fuzz_targets::TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(names, [$(stringify!($name)),*]);
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
            let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).expect("fuzz/Cargo.toml");
            for name in names {
                assert!(folder.join(format!("fuzz_targets/{name}.rs")).is_file(), "no program for {name}");
                assert!(manifest.contains(&format!("name = \"{name}\"")), "fuzz/Cargo.toml has no {name}");
            }
        }
    };
}

replays! { abi boxes control convert obj pack picture scene sound study table tokenizer weights }
