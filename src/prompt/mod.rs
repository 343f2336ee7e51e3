//! Text or picture to the style code.
