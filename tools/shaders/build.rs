//! Hands on the version of the compiler, which is part of every module's hash.

fn main() {
    println!("cargo:rerun-if-changed=../../Cargo.lock");
    let lock = std::fs::read_to_string("../../Cargo.lock").expect("Cargo.lock");
    let after = lock.split_once("name = \"glslang-sys\"\nversion = \"").expect("glslang-sys in Cargo.lock").1;
    println!("cargo:rustc-env=GLSLANG=glslang {}", after.split('"').next().expect("a version"));
}
