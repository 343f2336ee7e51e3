//! Chores and their options that documents name are there.

use clap::CommandFactory;

use super::Arguments;
use crate::command::root;

#[test]
fn chores_in_documents_are_chores() {
    let chores = Arguments::command();
    let (mut seen, mut faults) = (0, Vec::new());
    for document in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "shaders/README.md",
        "docs/adding-an-op.md",
        "docs/platforms.md",
    ] {
        let text = std::fs::read_to_string(root().join(document)).expect("readable");
        for line in text.split("cargo xtask ").skip(1) {
            // Up to the end of a span or line of code; behind -- stands another program's line.
            let line = line.split(['`', '\n', '#', ';', ',']).next().unwrap_or_default();
            let words: Vec<&str> = line.split_whitespace().take_while(|word| *word != "--").collect();
            let Some(chore) = words.first().and_then(|name| chores.find_subcommand(name)) else {
                faults.push(format!("{document}: cargo xtask {line}"));
                continue;
            };
            seen += 1;
            for option in
                words.iter().map(|word| word.trim_matches(['[', ']'])).filter_map(|word| word.strip_prefix("--"))
            {
                if !chore.get_arguments().any(|argument| argument.get_long() == Some(option)) {
                    faults.push(format!("{document}: {} has no --{option}", chore.get_name()));
                }
            }
        }
    }
    assert!(seen > 10, "only {seen} found: the reader is broken");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
