//! A rig's own blendshapes: a folder with `neutral.obj` and an OBJ file for each shape, named by it, in mm. All have the same
//! vertices in the same order. The neutral is a mesh as `--mesh` takes one; a face then is weights of the shapes, by least squares.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use media2face::limits::MAX_SHAPES;
use media2face::output::SolverOptions;
use media2face::{Model, Solver};

use crate::input::face::{self, Brought};
use crate::input::obj::{self, Obj};
use crate::process::interrupt;

/// The file of the face at rest.
pub const NEUTRAL: &str = "neutral.obj";
/// A shape that moves no vertex further does nothing: what is left is the rounding of a file's numbers.
const MOVED_MM: f32 = 1e-3;
/// Most numbers of all shapes together: 1 GiB, of which the solver has a copy.
const MOST_NUMBERS: usize = 1 << 28;

/// The neutral as the model takes it, and the shapes that are solved for on it; gives warnings to `warn`.
///
/// # Errors
/// Those of [`face::bring`] of the neutral; a folder without a neutral or without shapes, or with too many; a shape of other
/// vertices, or of some that are not finite; none that moves what follows the model's face.
pub fn bring(
    model: &Arc<Model>,
    folder: &Path,
    options: SolverOptions,
    warn: impl Fn(&str),
) -> Result<(Brought, Arc<Solver>)> {
    let (neutral_path, paths) = files(folder)?;
    let neutral = obj::read(&neutral_path)?;
    let brought = face::brought(model, &neutral_path, &neutral, &warn)?;
    let numbers = paths.len() * neutral.vertices.len() * 3;
    ensure!(
        numbers <= MOST_NUMBERS,
        "{} shapes of {} vertices in {} are too many",
        paths.len(),
        neutral.vertices.len(),
        folder.display()
    );
    let (mut names, mut offsets_mm) = (Vec::with_capacity(paths.len()), Vec::with_capacity(numbers));
    for path in &paths {
        interrupt::check()?;
        let shape = obj::read(path)?;
        check(&shape, path, &neutral, &neutral_path)?;
        if shape.sides != neutral.sides {
            let (path, neutral) = (path.display(), neutral_path.display());
            warn(&format!("{path} has other faces than {neutral}: are its vertices in the same order?"));
        }
        let moved = shape.vertices.as_flattened().iter().zip(neutral.vertices.as_flattened());
        offsets_mm.extend(moved.map(|(shape, neutral)| shape - neutral));
        names.push(path.file_stem().unwrap_or_default().to_string_lossy().into_owned());
    }
    let (mut offsets_mm, binding) = match &brought {
        Brought::Identity(_) => (offsets_mm, None),
        Brought::Bound(bound) => (bound.of_points(&offsets_mm), Some(bound.binding())),
    };
    let width = offsets_mm.len() / names.len();
    for (path, offsets) in paths.iter().zip(offsets_mm.chunks_exact_mut(width)) {
        if offsets.iter().all(|offset| offset.abs() <= MOVED_MM) {
            offsets.fill(0.0);
            warn(&format!("{} moves nothing that follows the model's face: its weight is 0", path.display()));
        }
    }
    let solver = model.solver(binding, names, &offsets_mm, options);
    Ok((brought, solver.with_context(|| format!("the shapes in {}", folder.display()))?))
}

/// What stands for the rig in files: the folder's name.
pub fn name(folder: &Path) -> String {
    let whole = folder.canonicalize();
    let name = whole.as_deref().unwrap_or(folder).file_name();
    name.map_or_else(|| "shapes".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The neutral, and the shapes by their names.
fn files(folder: &Path) -> Result<(PathBuf, Vec<PathBuf>)> {
    let unread = || format!("cannot read the folder of shapes {}", folder.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(unread)? {
        let name = entry.with_context(unread)?.file_name();
        let path = folder.join(&name);
        // Hidden files are the system's, or an editor's.
        let mesh = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("obj"));
        if mesh && !name.to_string_lossy().starts_with('.') {
            paths.push(path);
        }
        ensure!(paths.len() <= MAX_SHAPES + 1, "{}: more than {MAX_SHAPES} shapes", folder.display());
    }
    paths.sort();
    let is_neutral = |path: &PathBuf| path.file_name().is_some_and(|name| name.eq_ignore_ascii_case(NEUTRAL));
    let neutral = paths.iter().position(is_neutral);
    let neutral = neutral.with_context(|| format!("{} has no {NEUTRAL}, the rig's face at rest", folder.display()))?;
    let neutral = paths.remove(neutral);
    ensure!(!paths.is_empty(), "{} has no shapes beside {NEUTRAL}: an OBJ file for each", folder.display());
    ensure!(paths.len() <= MAX_SHAPES, "{}: more than {MAX_SHAPES} shapes", folder.display());
    Ok((neutral, paths))
}

/// An error unless a shape has the vertices of the neutral.
fn check(shape: &Obj, path: &Path, neutral: &Obj, neutral_path: &Path) -> Result<()> {
    let (own, expected) = (shape.vertices.len(), neutral.vertices.len());
    ensure!(
        own == expected,
        "{} has {own} vertices, {} has {expected}: a shape has the neutral's vertices in the same order",
        path.display(),
        neutral_path.display()
    );
    let wrong = shape.vertices.as_flattened().iter().position(|number| !number.is_finite());
    ensure!(wrong.is_none(), "{}: vertex {} is not finite", path.display(), wrong.unwrap_or_default() / 3 + 1);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_a_neutral_and_shapes_in_the_order_of_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str| std::fs::write(folder.path().join(name), "").unwrap();
        let told = || files(folder.path()).unwrap_err().to_string();
        write("smile.obj");
        assert!(told().contains("has no neutral.obj"), "{}", told());
        write("Neutral.OBJ");
        ["blink.OBJ", "._smile.obj", "notes.txt"].iter().for_each(|name| write(name));
        let (neutral, shapes) = files(folder.path()).unwrap();
        assert_eq!(neutral, folder.path().join("Neutral.OBJ"));
        assert_eq!(shapes, ["blink.OBJ", "smile.obj"].map(|name| folder.path().join(name)));
        for number in 0..MAX_SHAPES {
            write(&format!("{number}.obj"));
        }
        assert!(told().contains("more than 1024 shapes"), "{}", told());
        let alone = tempfile::tempdir().unwrap();
        std::fs::write(alone.path().join(NEUTRAL), "").unwrap();
        assert!(files(alone.path()).unwrap_err().to_string().contains("has no shapes beside neutral.obj"));
        assert!(format!("{:#}", files(&alone.path().join("none")).unwrap_err()).contains("cannot read the folder"));
    }
}
