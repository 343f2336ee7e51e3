//! The headers in every standard that a host may be compiled in, by every compiler that is here.

use anyhow::Result;

use crate::command::{command, exists, run};
use crate::sample::STRICT;

const C: [&str; 3] = ["-std=c99", "-std=c11", "-std=c17"];
/// The C headers are C++ too, before the wrapper is.
const CPP: [&str; 4] = ["-std=c++11", "-std=c++14", "-std=c++17", "-std=c++20"];
const WRAPPER: [&str; 2] = ["-std=c++17", "-std=c++20"];
/// With exceptions; without; and without only in the wrapper.
const MODES: [&[&str]; 3] = [&[], &["-fno-exceptions", "-fno-rtti"], &["-DM2F_NO_EXCEPTIONS"]];

/// Compilers for C and for C++, and what they compile for.
const COMPILERS: [(&str, &str); 3] =
    [("gcc", "g++"), ("clang", "clang++"), ("x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-g++")];

/// A program that uses the wrapper, whose functions are compiled with it.
const WRAPPER_USER: &str = "tests/cpp/errors.cpp";
const HEADERS: &str = "tests/c/headers.c";

/// Compiles them without a warning. Nothing is written.
pub(crate) fn check() -> Result<()> {
    let mut compiled = 0;
    let mut compile = |compiler: &str, options: &[&str], source: &str| {
        compiled += 1;
        run(command(compiler, &STRICT).arg("-fsyntax-only").args(options).arg(source))
    };
    for (c, cpp) in COMPILERS {
        if !exists(c) || !exists(cpp) {
            println!("{c} and {cpp} are not here");
            continue;
        }
        C.iter().try_for_each(|standard| compile(c, &[standard], HEADERS))?;
        CPP.iter().try_for_each(|standard| compile(cpp, &[standard, "-x", "c++"], HEADERS))?;
        for (standard, mode) in WRAPPER.iter().flat_map(|standard| MODES.map(|mode| (standard, mode))) {
            let options: Vec<&str> = mode.iter().copied().chain([*standard]).collect();
            compile(cpp, &options, WRAPPER_USER)?;
        }
    }
    println!("the headers compile in {compiled} ways without a warning");
    Ok(())
}
