use super::json::{Object, Value};

/// Members that must be numbers; any other type makes the object invalid.
const NUMBERS: [&str; 3] = ["exp", "nbf", "iat"];

/// 9999-12-31T23:59:59Z, the latest accepted date.
const LAST_SECOND: f64 = 253_402_300_799.0;

impl<'a> Object<'a> {
    /// Parses the header or the claims of a token; `None` unless it is one object without duplicate
    /// members. Only the wanted members keep their value.
    pub(crate) fn of_token(json: &'a [u8], wanted: &[&str]) -> Option<Self> {
        let text = str::from_utf8(json).ok()?;
        Self::read(text, &|name| wanted.contains(&name), &NUMBERS).ok()
    }

    /// The `NumericDate` (RFC 7519 §2) of `exp`, `nbf` or `iat`, in microseconds.
    ///
    /// # Errors
    ///
    /// If the date is out of range.
    pub(crate) fn date(&self, name: &str) -> Result<Option<i64>, &'static str> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Number(seconds)) if (0.0..=LAST_SECOND).contains(seconds) => {
                Ok(Some((seconds * 1e6) as i64))
            }
            Some(_) => Err("a date out of range"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;

    fn read(json: &str) -> Option<Object<'_>> {
        Object::of_token(json.as_bytes(), &["a", "exp"])
    }

    #[test]
    fn values_keep_their_type() {
        fn value(json: &str) -> Value<'_> {
            read(json).unwrap().into_iter().next().unwrap().1
        }
        let text = |text| Value::Text(Cow::Borrowed(text));
        assert_eq!(value(r#"{"a":"x"}"#), text("x"));
        assert_eq!(value(r#"{"a":"\u0061"}"#), text("a"));
        assert_eq!(value(r#"{"\u0061":"x"}"#), text("x"));
        let list = value(r#"{"a":["x","y"]}"#);
        assert_eq!(list, Value::List(vec![text("x"), text("y")]));
        assert!(list.texts().unwrap().eq(["x", "y"]));
        let others = [
            "1",
            "-1",
            "1.5",
            "null",
            "true",
            r#"["x",1]"#,
            r#"[["x"]]"#,
            r#"{"a":"x"}"#,
        ];
        for other in others {
            let json = format!(r#"{{"a":{other}}}"#);
            let value = value(&json);
            assert!(value.text().is_none(), "{other}");
            assert!(value.texts().is_none(), "{other}");
            assert!(!matches!(value, Value::Number(_)), "{other}");
        }
        assert_eq!(value(r#"{"exp":1}"#), Value::Number(1.0));
        assert_eq!(value(r#"{"exp":1.5e3}"#), Value::Number(1500.0));
        assert_eq!(value(r#"{"unwanted":"x"}"#), Value::Other);
    }

    #[test]
    fn anything_but_one_object_with_distinct_names_is_refused() {
        let cases = [
            "",
            "null",
            "[]",
            r#"["x"]"#,
            r#"{"a":"x"} y"#,
            "\u{feff}{}",
            r#"{"a":"x","a":"x"}"#,
            r#"{"a":"x","\u0061":"y"}"#,
            r#"{"b":1,"c":2,"b":3}"#,
            r#"{"exp":"1"}"#,
            r#"{"exp":null}"#,
            r#"{"exp":[1]}"#,
            r#"{"exp":1e999}"#,
            r#"{"a":"\ud800"}"#,
        ];
        for json in cases {
            assert!(read(json).is_none(), "{json}");
        }
        assert!(Object::of_token(b"{\"a\":\"\xff\"}", &[]).is_none());
        let deep = format!(r#"{{"a":{}1{}}}"#, "[".repeat(4000), "]".repeat(4000));
        assert!(read(&deep).is_none());
    }
}
