use super::*;

#[test]
fn what_is_not_one_value_is_refused() {
    for text in [
        "",
        " ",
        "nul",
        "{",
        "[1,]",
        "{,}",
        "{'a':1}",
        "{a:1}",
        "01",
        "\"\\ud800\"",
        "\"\n\"",
        "{} {}",
        "{} x",
        "{},",
        "\u{feff}{}",
        "/**/{}",
        "NaN",
    ] {
        let refused = read(text, 16);
        assert!(
            matches!(refused, Err(Fault::Syntax { .. })),
            "{text:?}: {refused:?}"
        );
    }
}

#[test]
fn a_member_is_not_repeated_at_any_level() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":{},"b":0,"a":[]}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"{"":1,"":2}"#,
        r#"[{"x":[{"a":1,"a":1}]}]"#,
    ] {
        assert_eq!(read(text, 16), Err(Fault::Repeated), "{text}");
    }
    for text in [
        r#"{"a":1,"A":1}"#,
        r#"[{"a":1},{"a":1}]"#,
        r#"{"a":{"a":1}}"#,
    ] {
        assert!(read(text, 16).is_ok(), "{text}");
    }
}

#[test]
fn depth_counts_every_object_and_array() {
    assert_eq!(read("1", 0), Ok(Value::Other));
    assert_eq!(read("[]", 0), Err(Fault::Deep));
    assert!(read(r#"[{"a":[0,"x",null]}]"#, 3).is_ok());
    assert_eq!(read(r#"[{"a":[{}]}]"#, 3), Err(Fault::Deep));
    assert_eq!(read(&"[".repeat(1 << 20), 16), Err(Fault::Deep));
    assert_eq!(read(&r#"{"a":"#.repeat(1 << 20), 16), Err(Fault::Deep));
    assert!(read(&"[".repeat(1 << 20), usize::MAX).is_err());
}

#[test]
fn text_is_decoded() {
    assert_eq!(read(r#""kt\u0079""#, 0), Ok(Value::Text("kty".into())));
}
