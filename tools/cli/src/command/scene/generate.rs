//! The motions of all characters: one batch, then each adjusted as the script says, with eyes where they look.

use std::sync::Arc;

use anyhow::Result;
use media2face::{Animation, Model, Session};

use super::check::Character;
use crate::command::generate;
use crate::process::progress::Progress;

/// An animation of each character, all as long as the scene.
pub fn generate(model: &Arc<Model>, characters: &[Character], progress: &Progress) -> Result<Vec<Arc<Animation>>> {
    let session = |character: &Character| {
        let session = Session::new(model, character.options.clone())?;
        session.push_f32(&character.samples)?;
        Ok(session)
    };
    let sessions = characters.iter().map(session).collect::<Result<Vec<_>>>()?;
    let animations = generate::finish_together(&sessions.iter().collect::<Vec<_>>(), progress)?;
    let adjusted =
        |(animation, character): (&Arc<Animation>, &Character)| Ok(animation.adjust(&character.adjustments)?);
    animations.iter().zip(characters).map(adjusted).collect()
}
