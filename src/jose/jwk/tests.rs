use std::borrow::Cow;

use proptest::prelude::*;
use serde_json::json;

use super::samples::{
    ED25519, P256, P384, P521, POST_QUANTUM, RSA, RSA_3072, SECP256K1, X25519, set,
};
use super::*;
use crate::jose::{Algorithm, Algorithms};

fn parse(text: &str) -> Result<JwkSet, String> {
    let parsed = JwkSet::parse(text, Limits::default());
    if let Ok(set) = &parsed {
        assert_eq!(set.as_str(), text);
    }
    parsed.map_err(Cow::into_owned)
}

/// The error message for a set of these keys, or how many of them are signature keys.
fn judge(keys: &[&str]) -> Result<usize, String> {
    parse(&set(keys)).map(|set| set.signature_keys().len())
}

fn with(key: &str, members: &str) -> String {
    format!("{key},{members}")
}

#[test]
fn every_supported_key_is_accepted() {
    use Algorithm as S;
    let rsa = |bits| KeyKind::Rsa { bits };
    let only = |algorithm| Algorithms::of([algorithm]);
    for (key, alg, kind, algorithms) in [
        (RSA, "PS256", rsa(2048), only(S::Ps256)),
        (RSA, "RS512", rsa(2048), only(S::Rs512)),
        (RSA_3072, "PS384", rsa(3072), only(S::Ps384)),
        (P256, "ES256", KeyKind::P256, only(S::Es256)),
        (P384, "ES384", KeyKind::P384, only(S::Es384)),
        (P521, "ES512", KeyKind::P521, Algorithms::NONE),
        (ED25519, "EdDSA", KeyKind::Ed25519, only(S::EdDsa)),
        (ED25519, "Ed25519", KeyKind::Ed25519, only(S::EdDsa)),
    ] {
        let named = format!(r#"{key},"kid":"a","use":"sig","alg":"{alg}","key_ops":["verify"]"#);
        let found = parse(&set(&[&named, key])).unwrap();
        let found = found.signature_keys().iter();
        let found = found.map(|found| (found.key.kind(), found.algorithms, found.kid.as_deref()));
        let expected = [
            (kind, algorithms, Some("a")),
            (kind, kind.algorithms(), None),
        ];
        assert!(found.clone().eq(expected), "{key}: {found:?}");
    }
}

#[test]
fn the_text_is_kept_byte_for_byte() {
    let text = format!(
        " {{\r\n\t\"x\" : 1e2, \"keys\":[ {{{P256},\"kid\":\"k\\u00e9y \u{1f511}\"}} ] }}\n"
    );
    assert_eq!(parse(&text).unwrap().as_str(), text);
}

#[test]
fn a_private_member_is_refused_in_every_key() {
    for member in [
        "d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv", r"\u0064",
    ] {
        for value in [r#""AA""#, r#""""#, "null", "[]", "7"] {
            let private = format!(r#""{member}":{value}"#);
            for key in [
                RSA,
                P256,
                ED25519,
                POST_QUANTUM,
                r#""kty":7"#,
                r#""kty":"oct""#,
            ] {
                let fault = Err("holds a private key in keys[1]".into());
                assert_eq!(judge(&[P384, &with(key, &private)]), fault);
            }
            let lone = format!("{{{P256},{private}}}");
            assert_eq!(parse(&lone), Err("holds a private key".into()));
        }
    }
    let twice = [r#""kty":1"#, r#""d":"""#, r#""d":"""#];
    assert_eq!(judge(&twice), Err("holds a private key in keys[1]".into()));
}

#[test]
fn only_a_set_is_accepted() {
    let object = "must be one JSON object, and nothing else";
    let keys = "keys: must be an array of 1 to 16 keys";
    let good = set(&[P256]);
    for (text, message) in [
        ("", object),
        ("[]", object),
        ("null", object),
        ("\"{}\"", object),
        ("-----BEGIN PUBLIC KEY-----", object),
        (&format!("\u{feff}{good}"), object),
        (&format!("{good} x"), object),
        (&format!("{good}{good}"), object),
        ("{}", keys),
        (&format!("{{{P256}}}"), keys),
        (r#"{"keys":{}}"#, keys),
        (r#"{"keys":[]}"#, keys),
        (r#"{"keys":null}"#, keys),
        (r#"{"Keys":[{}]}"#, keys),
        (r#"{"keys":[7]}"#, "keys[0]: must be an object"),
        (r#"{"keys":[[]]}"#, "keys[0]: must be an object"),
        (r#"{"keys":[],"keys":[]}"#, "must not repeat a member"),
        (
            &set(&[r#""kty":"EC","kty":"oct""#]),
            "must not repeat a member",
        ),
        (
            &set(&[&with(P256, r#""x-y":[{"a":1,"\u0061":1}]"#)]),
            "must not repeat a member",
        ),
    ] {
        assert_eq!(parse(text), Err(message.into()), "{text}");
    }
}

#[test]
fn limits_hold_and_are_not_smaller_than_they_say() {
    let padded = |bytes: usize| format!("{:bytes$}", set(&[P256]));
    assert!(parse(&padded(32 * 1024)).is_ok());
    let message = "must be at most 32768 bytes";
    assert_eq!(parse(&padded(32 * 1024 + 1)), Err(message.into()));

    assert_eq!(judge(&[P256; 16]), Ok(16));
    let message = "keys: must be an array of 1 to 16 keys";
    assert_eq!(judge(&[P256; 17]), Err(message.into()));

    let nested = |levels| {
        with(
            P256,
            &format!(r#""a":{}{}"#, "[".repeat(levels), "]".repeat(levels)),
        )
    };
    assert_eq!(judge(&[&nested(13)]), Ok(1));
    let message = "must be at most 16 levels deep";
    assert_eq!(judge(&[&nested(14)]), Err(message.into()));
    let bomb = format!("{{\"keys\":{}", "[".repeat(20_000));
    assert_eq!(parse(&bomb), Err(message.into()));

    let limits = Limits {
        bytes: 1024,
        keys: 1,
        depth: 3,
    };
    assert!(JwkSet::parse(&set(&[P256]), limits).is_ok());
    assert!(JwkSet::parse(&set(&[P256, P256]), limits).is_err());
    assert!(JwkSet::parse(&set(&[&with(P256, r#""a":[]"#)]), limits).is_err());
}

#[test]
fn members_have_their_types() {
    for member in ["kid", "use", "alg", "crv"] {
        for value in ["7", "null", "true", "[]", "{}", r#"["a"]"#] {
            let key = format!(r#""kty":"new","{member}":{value}"#);
            let message = format!("keys[1].{member}: must be a string");
            assert_eq!(judge(&[P256, &key]), Err(message));
        }
    }
    let message = "keys[0].kty: must be a string";
    assert_eq!(judge(&[r#""kty":7"#]), Err(message.into()));
    let message = "keys[0].kty: must be present";
    assert_eq!(judge(&[r#""kid":"a""#]), Err(message.into()));
    let message = "keys[0].key_ops: must be an array of distinct strings";
    for value in [
        r#""verify""#,
        "null",
        "{}",
        r#"["verify",1]"#,
        r#"["a","verify","a"]"#,
    ] {
        let key = with(P256, &format!(r#""key_ops":{value}"#));
        assert_eq!(judge(&[&key]), Err(message.into()));
    }
}

#[test]
fn what_is_not_public_or_not_sound_is_refused() {
    for (key, message) in [
        (r#""kty":"oct""#.to_owned(), "kty: must not be symmetric"),
        (with(RSA, r#""alg":"none""#), "alg: must be for public keys"),
        (
            with(RSA, r#""alg":"hs256""#),
            "alg: must be for public keys",
        ),
        (
            r#""kty":"new","alg":"A128KW""#.to_owned(),
            "alg: must be for public keys",
        ),
        (
            with(RSA, r#""alg":"ES256""#),
            "alg: must fit the type and curve of the key",
        ),
        (
            with(P256, r#""alg":"ES384""#),
            "alg: must fit the type and curve of the key",
        ),
        (
            with(ED25519, r#""alg":"ECDH-ES""#),
            "alg: must fit the type and curve of the key",
        ),
        (
            with(RSA, r#""use":"enc","alg":"PS256""#),
            "alg: must be for encryption, as use says",
        ),
        (
            with(P256, r#""use":"sig","alg":"ECDH-ES""#),
            "alg: must be for signatures, as use says",
        ),
        (
            with(P256, r#""use":"sig","key_ops":["encrypt"]"#),
            "key_ops: must agree with use",
        ),
        (
            with(P256, r#""use":"sig","key_ops":[]"#),
            "key_ops: must agree with use",
        ),
        (
            with(P256, r#""use":"enc","key_ops":["verify"]"#),
            "key_ops: must agree with use",
        ),
        (
            RSA.replace("AQAB", "Aw"),
            "e: must be odd, at least 65537 and less than 2^33",
        ),
        (r#""kty":"RSA","e":"AQAB""#.to_owned(), "n: must be present"),
        (
            r#""kty":"RSA","n":"AQ","e":"AQAB""#.to_owned(),
            "n: must be at least 2048 bits",
        ),
        // An unknown word does not hide a weak key.
        (
            r#""kty":"RSA","n":"AQ","e":"AQAB","use":"new""#.to_owned(),
            "n: must be at least 2048 bits",
        ),
    ] {
        assert_eq!(
            judge(&[P256, &key]),
            Err(format!("keys[1].{message}")),
            "{key}"
        );
    }
}

#[test]
fn what_is_not_known_is_ignored_beside_a_usable_key() {
    let usable = "keys: must hold an RSA, P-256, P-384, P-521 or Ed25519 key of a known use";
    for key in [
        POST_QUANTUM.to_owned(),
        SECP256K1.to_owned(),
        X25519.to_owned(),
        r#""kty":"OKP","crv":"Ed448""#.to_owned(),
        r#""kty":"ec""#.to_owned(),
        with(P256, r#""alg":"ES256K""#),
        with(RSA, r#""alg":"RSA1_5""#),
        with(RSA, r#""use":"tls""#),
    ] {
        assert_eq!(judge(&[&key, P384]), Ok(1), "{key}");
        assert_eq!(judge(&[&key]), Err(usable.into()), "{key}");
    }
    let extra = with(
        P256,
        r#""x5u":"file:///etc/passwd","jku":7,"D":1,"a":{"d":[null]}"#,
    );
    assert_eq!(judge(&[&extra]), Ok(1));
}

#[test]
fn a_key_for_something_else_is_no_signature_key() {
    for (key, members) in [
        (RSA, r#""use":"enc""#),
        (
            RSA,
            r#""use":"enc","alg":"RSA-OAEP-256","key_ops":["encrypt"]"#,
        ),
        (RSA, r#""alg":"RSA-OAEP""#),
        (P256, r#""alg":"ECDH-ES+A256KW""#),
        (P256, r#""key_ops":["deriveKey"]"#),
        (P256, r#""key_ops":[]"#),
    ] {
        let key = with(key, members);
        assert_eq!(judge(&[&key]), Ok(0), "{key}");
        assert_eq!(judge(&[&key, ED25519]), Ok(1), "{key}");
    }
}

#[test]
fn keys_of_one_kid_are_told_apart_by_what_they_are_for() {
    let kid = |key, kid| with(key, &format!(r#""kid":"{kid}""#));
    let a = |key| kid(key, "a");
    let message = "keys[1].kid: must be unique among keys of the same kty, crv, use and alg";
    let signs = r#""use":"sig","alg":"RS256""#;
    for (one, other) in [
        (a(P256), kid(P256, r"\u0061")),
        (kid(POST_QUANTUM, ""), kid(POST_QUANTUM, "")),
        (with(&a(RSA), signs), with(&a(RSA_3072), signs)),
        (
            with(&a(P256), r#""use":"enc""#),
            with(&a(P256), r#""use":"enc""#),
        ),
    ] {
        assert_eq!(
            judge(&[&one, &other, ED25519]),
            Err(message.into()),
            "{one}"
        );
    }
    for (one, other, signatures) in [
        (a(P256), a(P384), 2),
        (a(P256), a(RSA), 2),
        (a(P256), kid(P256, "A"), 2),
        (a(P256), P256.to_owned(), 2),
        (
            with(&a(RSA), r#""use":"enc","alg":"RSA-OAEP""#),
            with(&a(RSA), signs),
            1,
        ),
        (
            with(&a(RSA), r#""use":"enc""#),
            with(&a(RSA), r#""use":"sig""#),
            1,
        ),
        (
            with(&a(RSA), r#""alg":"RS256""#),
            with(&a(RSA), r#""alg":"PS256""#),
            2,
        ),
        (
            with(&a(P256), r#""key_ops":["verify"]"#),
            with(&a(P256), r#""key_ops":["deriveKey"]"#),
            1,
        ),
    ] {
        assert_eq!(judge(&[&one, &other]), Ok(signatures), "{one} {other}");
    }
    assert_eq!(judge(&[&kid(P256, "../../etc/passwd'; --")]), Ok(1));
}

#[test]
fn no_message_holds_a_value() {
    let marks = ["MARK", "\"MARK\"", "{\"MARK\":[]}"];
    for text in [
        "@",
        "{\"keys\":[@]}",
        "{\"keys\":[{@}]}",
        "{\"keys\":[{\"kty\":@}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"n\":@}]}",
    ] {
        for mark in marks {
            let message = parse(&text.replace('@', mark)).unwrap_err();
            assert!(!message.contains("MARK"), "{message}");
        }
    }
}

/// Text that gets further than random noise.
fn almost_json() -> impl Strategy<Value = String> {
    let marks = r#"{ } [ ] : , " \ \u00 1 -1e9 null {"keys":[{ }]} é"#.split(' ');
    let names = r#""keys" "kty" "RSA" "EC" "OKP" "crv" "P-256" "Ed25519" "n" "e" "x" "AQAB" "d""#;
    let words: Vec<_> = marks.chain(names.split(' ')).chain([P256, RSA]).collect();
    prop::collection::vec(prop::sample::select(words), 0..40).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        let _ = parse(&text);
    }

    #[test]
    fn any_almost_json_is_answered(text in almost_json()) {
        let _ = parse(&text);
    }

    #[test]
    fn a_broken_set_is_answered(at in 0_usize..600, by in any::<char>()) {
        let mut text = set(&[RSA, P256, ED25519]);
        let at = at % text.len();
        text.replace_range(at..=at, by.encode_utf8(&mut [0; 4]));
        let _ = parse(&text);
    }

    #[test]
    fn what_is_accepted_is_kept(kid: String, more: Vec<f32>, space in "[ \t\r\n]{0,9}") {
        let (kid, more) = (json!(kid), json!(more));
        let key = format!(r#"{P384},{space}"kid":{space}{kid},"more":{more}{space}"#);
        let text = format!("{space}{}{space}", set(&[&key, RSA]));
        let parsed = JwkSet::parse(&text, Limits::default()).unwrap();
        prop_assert_eq!(parsed.as_str(), text);
        prop_assert_eq!(parsed.signature_keys().len(), 2);
    }
}
