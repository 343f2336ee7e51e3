//! What `cargo xtask dist` has the linker told of the shared library: its name above all. Not by the compiler's flags, for
//! which every crate would be compiled again.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=M2F_LINK_ARGUMENTS");
    for argument in std::env::var("M2F_LINK_ARGUMENTS").unwrap_or_default().split_whitespace() {
        println!("cargo:rustc-cdylib-link-arg={argument}");
    }
}
