//! Where the starter model is: inside the program if it is built in the repository, else beside it.

use std::path::Path;

fn main() {
    println!("cargo:rustc-check-cfg=cfg(starter_beside)");
    println!("cargo:rerun-if-env-changed=M2F_STARTER");
    println!("cargo:rerun-if-changed=build.rs");
    let in_the_repository = Path::new("../../models/starter.m2f").exists();
    let beside = match std::env::var("M2F_STARTER").as_deref() {
        Ok("beside") => true,
        Ok("inside") | Err(_) => !in_the_repository,
        Ok(other) => panic!("M2F_STARTER is {other:?}; it can be `inside` or `beside`"),
    };
    if beside {
        println!("cargo:rustc-cfg=starter_beside");
    }
}
