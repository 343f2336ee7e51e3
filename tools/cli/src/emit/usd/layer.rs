//! A USD layer while it grows: prims and their properties, each named by its parent too, as the file has them.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use anyhow::Result;
use openusd::sdf::{ChildrenKey, Data, FieldKey, ListOp, Path, SpecData, SpecType, Specifier, Value, Variability};
use openusd::tf::Token;
use openusd::usdc::CrateWriter;

use super::correct::corrected;

/// Prims below each other.
pub struct Layer {
    data: Data,
}

impl Layer {
    /// Without prims.
    pub fn new() -> Self {
        let mut data = Data::new();
        data.create_spec(Path::abs_root(), SpecType::PseudoRoot);
        Self { data }
    }

    /// Says something of the whole layer.
    pub fn say(&mut self, key: impl AsRef<str>, value: Value) {
        self.spec(&Path::abs_root()).add(key, value);
    }

    /// A prim below another, with the API schemas that apply to it.
    pub fn prim(&mut self, parent: &Path, name: &str, kind: &str, schemas: &[&str]) -> Result<Path> {
        let path = parent.append_path(name)?;
        let spec = self.data.create_spec(path.clone(), SpecType::Prim);
        spec.add(FieldKey::Specifier, Value::Specifier(Specifier::Def));
        spec.add(FieldKey::TypeName, Value::Token(kind.into()));
        if !schemas.is_empty() {
            let schemas = schemas.iter().map(|&schema| Token::from(schema));
            spec.add(FieldKey::ApiSchemas, Value::TokenListOp(ListOp::prepended(schemas)));
        }
        self.child(parent, ChildrenKey::PrimChildren, name);
        Ok(path)
    }

    /// An attribute with a value for all time, to say more of.
    pub fn attribute(&mut self, prim: &Path, name: &str, kind: &str, value: Value) -> Result<&mut SpecData> {
        let spec = self.declared(prim, name, kind)?;
        spec.add(FieldKey::Default, value);
        Ok(spec)
    }

    /// An attribute that never varies over time.
    pub fn uniform(&mut self, prim: &Path, name: &str, kind: &str, value: Value) -> Result<()> {
        let spec = self.attribute(prim, name, kind, value)?;
        spec.add(FieldKey::Variability, Value::Variability(Variability::Uniform));
        Ok(())
    }

    /// An attribute with a value at each frame.
    pub fn samples(&mut self, prim: &Path, name: &str, kind: &str, values: impl Iterator<Item = Value>) -> Result<()> {
        let samples = values.enumerate().map(|(frame, value)| (frame as f64, value)).collect();
        self.declared(prim, name, kind)?.add(FieldKey::TimeSamples, Value::TimeSamples(samples));
        Ok(())
    }

    /// An attribute without a value of its own, which may take another's.
    pub fn output(&mut self, prim: &Path, name: &str, kind: &str, from: Option<Path>) -> Result<Path> {
        let spec = self.declared(prim, name, kind)?;
        if let Some(from) = from {
            spec.add(FieldKey::ConnectionPaths, Value::PathListOp(ListOp::explicit([from])));
        }
        prim.append_property(name)
    }

    /// A relationship.
    pub fn relation(&mut self, prim: &Path, name: &str, targets: impl IntoIterator<Item = Path>) -> Result<()> {
        let spec = self.data.create_spec(prim.append_property(name)?, SpecType::Relationship);
        spec.add(FieldKey::Variability, Value::Variability(Variability::Uniform));
        spec.add(FieldKey::TargetPaths, Value::PathListOp(ListOp::explicit(targets)));
        self.child(prim, ChildrenKey::PropertyChildren, name);
        Ok(())
    }

    /// Writes the file: the same bytes for the same prims.
    pub fn finish(&self, out: &mut impl Write) -> Result<()> {
        let mut file = Cursor::new(Vec::new());
        CrateWriter::write(&self.data, &mut file)?;
        Ok(out.write_all(&corrected(file.into_inner())?)?)
    }

    fn declared(&mut self, prim: &Path, name: &str, kind: &str) -> Result<&mut SpecData> {
        self.child(prim, ChildrenKey::PropertyChildren, name);
        let spec = self.data.create_spec(prim.append_property(name)?, SpecType::Attribute);
        spec.add(FieldKey::TypeName, Value::Token(kind.into()));
        Ok(spec)
    }

    /// Names a child in its parent.
    fn child(&mut self, parent: &Path, key: ChildrenKey, name: &str) {
        let spec = self.spec(parent);
        match spec.get_mut(key.as_str()) {
            Some(Value::TokenVec(names)) => names.push(name.into()),
            _ => spec.add(key, Value::TokenVec(vec![name.into()])),
        }
    }

    fn spec(&mut self, path: &Path) -> &mut SpecData {
        self.data.spec_mut(path).expect("a parent is made before its children")
    }
}

/// Names below one prim: letters, digits and `_`, each once.
#[derive(Default)]
pub struct Names(BTreeSet<String>);

impl Names {
    /// The name as nearly as it can be.
    pub fn take(&mut self, name: &str) -> String {
        let mut plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        if !plain.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            plain.insert(0, '_');
        }
        while !self.0.insert(plain.clone()) {
            plain.push('_');
        }
        plain
    }
}

/// Tokens of names.
pub fn tokens<S: AsRef<str>>(names: &[S]) -> Value {
    Value::TokenVec(names.iter().map(|name| name.as_ref().into()).collect())
}
