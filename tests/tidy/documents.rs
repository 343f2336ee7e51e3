//! What documents name is there: files they link to, heads, paths in the text, commands.

use super::tree::{documents, files, root, text};

/// Between two marks, in each line.
fn between<'a>(text: &'a str, open: &'a str, close: char) -> impl Iterator<Item = &'a str> {
    text.split(open).skip(1).filter_map(move |rest| rest.split(close).next())
}

/// As GitHub makes an anchor of a head.
fn anchor(head: &str) -> String {
    let letters = head.trim().to_lowercase().replace(' ', "-");
    letters.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
}

fn folder(document: &str) -> &str {
    document.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[test]
fn links_lead_to_files_and_heads_that_are_there() {
    let (mut seen, mut faults) = (0, Vec::new());
    for document in documents() {
        let own = text(&document);
        for link in between(&own, "](", ')').filter(|link| !link.contains("://")) {
            seen += 1;
            let (file, head) = link.split_once('#').map_or((link, None), |(file, head)| (file, Some(head)));
            let path = if file.is_empty() { root().join(&document) } else { root().join(folder(&document)).join(file) };
            if !path.exists() {
                faults.push(format!("{document}: {link} leads nowhere"));
            } else if let Some(head) = head {
                let target = std::fs::read_to_string(&path).unwrap_or_default();
                let heads = target.lines().filter(|line| line.starts_with('#'));
                if !heads.map(|line| anchor(line.trim_start_matches('#'))).any(|name| name == head) {
                    faults.push(format!("{document}: {link} names no head"));
                }
            }
        }
    }
    assert!(seen > 30, "only {seen} links found: the reader is broken");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Paths in backticks: from the root, from the document's folder, or the end of a path in the tree.
#[test]
fn paths_in_documents_are_in_the_tree() {
    let files = files();
    let known = |path: &str, document: &str| {
        let path = path.trim_end_matches('/');
        let near = format!("{}/{path}", folder(document));
        let named = |file: &String, path: &str| file == path || file.starts_with(&format!("{path}/"));
        let within = |file: &String| file.ends_with(&format!("/{path}")) || file.contains(&format!("/{path}/"));
        files.iter().any(|file| named(file, path) || named(file, &near) || within(file))
    };
    let (mut seen, mut faults) = (0, Vec::new());
    for document in documents() {
        for path in between(&text(&document), "`", '`').filter(|span| is_path(span)) {
            seen += 1;
            if !known(path, &document) {
                faults.push(format!("{document}: `{path}` is not in the tree"));
            }
        }
    }
    assert!(seen > 60, "only {seen} paths found: the reader is broken");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Whether a span of code is the path of a source, a document or a folder of the tree; not of what is made, nor a pattern.
fn is_path(span: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let source = [".rs", ".md", ".py", ".comp", ".glsl", ".toml", ".c", ".h"].iter().any(|end| span.ends_with(end));
    let made = ["target", "out", "fuzz/corpus", "fuzz/artifacts"].iter().any(|folder| span.starts_with(folder));
    span.chars().all(plain)
        && span.contains('/')
        && !span.starts_with(['/', '.'])
        && !made
        && (source || span.ends_with('/'))
}

#[test]
fn benches_and_modules_that_commands_name_are_there() {
    let (mut seen, mut faults) = (0, Vec::new());
    for document in documents() {
        let own = text(&document);
        for name in words_after(&own, "--bench ") {
            seen += 1;
            if !root().join(format!("benches/{name}.rs")).exists() {
                faults.push(format!("{document}: no bench {name}"));
            }
        }
        for module in words_after(&own, "python -m media2face_training.") {
            seen += 1;
            let path = format!("training/media2face_training/{}", module.trim_end_matches('.').replace('.', "/"));
            if !root().join(format!("{path}.py")).exists() && !root().join(format!("{path}/__main__.py")).exists() {
                faults.push(format!("{document}: no module {module}"));
            }
        }
    }
    assert!(seen > 8, "only {seen} commands found: the reader is broken");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn words_after<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    let end = |rest: &str| rest.find(|c: char| !(c.is_alphanumeric() || "_.".contains(c))).unwrap_or(rest.len());
    text.split(mark).skip(1).map(move |rest| &rest[..end(rest)]).filter(|word| !word.is_empty())
}

#[test]
fn readers_of_documents_read() {
    assert_eq!(anchor(" On a device: `pace`, slices"), "on-a-device-pace-slices");
    assert!(
        is_path("src/plan/ops/") && is_path("session/job.rs") && !is_path("target/dist") && !is_path("a/<stem>.rs")
    );
    assert_eq!(words_after("cargo bench --bench units; x", "--bench ").collect::<Vec<_>>(), ["units"]);
}
