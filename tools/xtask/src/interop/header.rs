//! `include/media2face.h` as data. It reads what cbindgen writes of `capi/src`, and nothing else.

use anyhow::{Context, Result, anyhow, bail, ensure};

/// All that a header declares, in its order.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) constants: Vec<Constant>,
    pub(super) enums: Vec<Enum>,
    pub(super) handles: Vec<String>,
    pub(super) callbacks: Vec<String>,
    pub(super) structs: Vec<Struct>,
    pub(super) functions: Vec<Function>,
}

/// A number with a name.
#[derive(Debug, PartialEq)]
pub(super) struct Constant {
    pub(super) name: String,
    pub(super) value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    Integer(u64),
    Float(f64),
}

/// Numbers of one kind.
#[derive(Debug)]
pub(super) struct Enum {
    pub(super) name: String,
    pub(super) values: Vec<(String, u32)>,
}

#[derive(Debug)]
pub(super) struct Struct {
    pub(super) name: String,
    pub(super) fields: Vec<Parameter>,
}

#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) returns: String,
    pub(super) parameters: Vec<Parameter>,
}

/// A field, a parameter.
#[derive(Debug, PartialEq)]
pub(super) struct Parameter {
    pub(super) name: String,
    /// As C writes it, without what it points to: `uint32_t`, `const char *`, a callback's name.
    pub(super) kind: String,
    /// Elements of an array inside a struct.
    pub(super) count: Option<usize>,
}

impl Parameter {
    pub(super) fn is_pointer(&self) -> bool {
        self.kind.ends_with('*')
    }
}

impl Header {
    /// Reads a header.
    ///
    /// # Errors
    /// Names what it does not know: then cbindgen writes something new.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut header = Self::default();
        let text = without_comments(text);
        let mut code = String::new();
        for line in text.lines() {
            match line.strip_prefix("#define ").and_then(|rest| rest.split_once(' ')) {
                Some((name, value)) if name.starts_with("M2F_") && name != "M2F_API" => {
                    header.constants.push(Constant { name: name.to_owned(), value: number(value)? });
                }
                _ if line.starts_with('#') || line.starts_with("extern \"C\"") => {}
                _ => code.extend([line, " "]),
            }
        }
        let code = code.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut rest = code.as_str();
        while let Some((item, tail)) = next_item(rest) {
            header.add(item).with_context(|| format!("in {item:?}"))?;
            rest = tail;
        }
        let rest = rest.trim_matches([' ', '}']);
        ensure!(rest.is_empty(), "the header ends in {rest:?}");
        Ok(header)
    }

    fn add(&mut self, item: &str) -> Result<()> {
        if let Some(rest) = item.strip_prefix("typedef struct ") {
            let Some((head, body)) = rest.split_once('{') else {
                let name = rest.split(' ').next().unwrap_or_default();
                self.handles.push(name.to_owned());
                return Ok(());
            };
            let (body, _) = body.rsplit_once('}').context("no end")?;
            let fields = body.split(';').map(str::trim).filter(|field| !field.is_empty());
            let fields = fields.map(|field| self.parameter(field)).collect::<Result<_>>()?;
            self.structs.push(Struct { name: head.trim().to_owned(), fields });
        } else if let Some(rest) = item.strip_prefix("typedef uint32_t ") {
            self.enums.push(Enum { name: rest.to_owned(), values: Vec::new() });
        } else if item.starts_with("typedef ") {
            let name = item.split_once("(*").and_then(|(_, rest)| rest.split_once(')')).context("no callback")?.0;
            self.callbacks.push(name.to_owned());
        } else if let Some(rest) = item.strip_prefix("enum {") {
            let values = rest.trim_end_matches('}').split(',').map(str::trim).filter(|value| !value.is_empty());
            let value = |text: &str| {
                let (name, value) = text.split_once(" = ").context("no number")?;
                Ok((name.to_owned(), value.parse()?))
            };
            let of = self.enums.last_mut().context("no type before it")?;
            of.values = values.map(value).collect::<Result<_>>()?;
        } else if let Some(rest) = item.strip_prefix("M2F_API ") {
            let (head, parameters) = rest.split_once('(').context("no parameters")?;
            let at = head.rfind([' ', '*']).context("no return type")? + 1;
            let parameters = parameters.trim_end_matches(')').split(',').map(str::trim);
            let parameters =
                parameters.filter(|one| *one != "void").map(|one| self.parameter(one)).collect::<Result<_>>()?;
            let (returns, name) = (head[..at].trim().to_owned(), head[at..].to_owned());
            self.functions.push(Function { name, returns, parameters });
        } else {
            bail!("neither a type nor a function");
        }
        Ok(())
    }

    /// `const float *weights`, `uint8_t uuid[16]`.
    fn parameter(&self, text: &str) -> Result<Parameter> {
        let (text, count) = match text.split_once('[') {
            Some((text, count)) => (text, Some(self.length(count.trim_end_matches(']'))?)),
            None => (text, None),
        };
        let at = text.rfind([' ', '*']).with_context(|| format!("{text:?} has no name"))? + 1;
        Ok(Parameter { name: text[at..].to_owned(), kind: text[..at].trim().to_owned(), count })
    }

    fn length(&self, text: &str) -> Result<usize> {
        let named = self.constants.iter().find(|constant| constant.name == text);
        match named.map(|constant| constant.value) {
            Some(Value::Integer(count)) => Ok(count as usize),
            _ => text.parse().map_err(|_| anyhow!("{text:?} is no length")),
        }
    }
}

/// Up to the semicolon that ends it, outside of braces.
fn next_item(code: &str) -> Option<(&str, &str)> {
    let mut depth = 0;
    for (at, letter) in code.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return Some((code[..at].trim(), &code[at + 1..])),
            _ => {}
        }
    }
    None
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((code, comment)) = rest.split_once("/*") {
        out.push_str(code);
        rest = comment.split_once("*/").map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    out.lines().map(|line| line.split("//").next().unwrap_or_default()).flat_map(|line| [line, "\n"]).collect()
}

fn number(text: &str) -> Result<Value> {
    Ok(match text {
        "UINT32_MAX" => Value::Integer(u32::MAX.into()),
        "UINT64_MAX" => Value::Integer(u64::MAX),
        _ => match text.parse() {
            Ok(value) => Value::Integer(value),
            Err(_) => Value::Float(text.parse().with_context(|| format!("{text:?} is no number"))?),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
/* A head. */
#include <stdint.h>
#define M2F_MOST 2
#define M2F_AUTO UINT64_MAX
#define M2F_FADE_S 0.2
/** What a call returns. */
typedef uint32_t m2f_status;
enum {
    /** Done; and more. */
    M2F_STATUS_OK = 0,
    M2F_STATUS_IO = 10,
};
typedef struct m2f_model m2f_model;
typedef void (*m2f_log_callback)(uint32_t level, const char *message, void *user);
typedef struct m2f_options {
    uint32_t struct_size;
    const char *const *names;
    float shares[M2F_MOST];
    m2f_log_callback log;
} m2f_options;
#ifdef __cplusplus
extern "C" {
#endif // __cplusplus
M2F_API const char *m2f_last_error(void);
M2F_API
m2f_status m2f_model_create(const struct m2f_options *options,
                            struct m2f_model **out);
#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus
"#;

    fn parameter(name: &str, kind: &str, count: Option<usize>) -> Parameter {
        Parameter { name: name.to_owned(), kind: kind.to_owned(), count }
    }

    #[test]
    fn header_gives_all_that_it_declares() {
        let header = Header::parse(TEXT).unwrap();
        let values: Vec<Value> = header.constants.iter().map(|constant| constant.value).collect();
        assert_eq!(values, [Value::Integer(2), Value::Integer(u64::MAX), Value::Float(0.2)]);
        assert_eq!(header.enums[0].name, "m2f_status");
        assert_eq!(header.enums[0].values, [("M2F_STATUS_OK".to_owned(), 0), ("M2F_STATUS_IO".to_owned(), 10)]);
        assert_eq!(
            (&header.handles[..], &header.callbacks[..]),
            (&["m2f_model".into()][..], &["m2f_log_callback".into()][..])
        );
        let expected = [
            parameter("struct_size", "uint32_t", None),
            parameter("names", "const char *const *", None),
            parameter("shares", "float", Some(2)),
            parameter("log", "m2f_log_callback", None),
        ];
        assert_eq!(header.structs[0].fields, expected);
        assert_eq!((&*header.functions[0].name, &*header.functions[0].returns), ("m2f_last_error", "const char *"));
        assert_eq!(header.functions[0].parameters, []);
        let expected =
            [parameter("options", "const struct m2f_options *", None), parameter("out", "struct m2f_model **", None)];
        assert_eq!(header.functions[1].parameters, expected);
    }

    #[test]
    fn what_is_not_known_is_named() {
        let failed = |text: &str| format!("{:#}", Header::parse(text).unwrap_err());
        assert!(failed("#define M2F_X later\n").contains("later"));
        assert!(failed("union m2f_u { int a; } u;\n").contains("neither"));
        assert!(failed("typedef struct m2f_a { float x[M2F_N]; } m2f_a;\n").contains("M2F_N"));
    }
}
