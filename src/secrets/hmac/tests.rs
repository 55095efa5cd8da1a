use proptest::prelude::*;

use super::super::{AnyHash, Argon2id};
use super::*;
use crate::domain::{Clock, Id, SystemClock};
use crate::error::BuildErrorKind;

fn pepper(id: &str, byte: u8) -> Pepper {
    Pepper::new(id, [byte; 32]).unwrap()
}

fn hasher(id: &str, byte: u8) -> HmacSha256 {
    HmacSha256::builder(pepper(id, byte)).build().unwrap()
}

fn secret() -> Plaintext {
    let id = Id::generate(SystemClock.now());
    SecretFormat::default().generate(id).unwrap()
}

#[test]
fn hashes_with_its_pepper_and_verifies() {
    let (hasher, secret) = (hasher("2026-04", 1), secret());
    let hash = hasher.hash(&secret).unwrap();
    assert!(hash.expose().starts_with("$hmac-sha256$k=2026-04$"));
    assert!(hasher.reads(&hash) && !hasher.needs_rehash(&hash));
    assert!(hasher.verify(&secret, &hash).unwrap());
    assert!(!hasher.verify(&self::secret(), &hash).unwrap());
    assert!(!hasher.verify(&Plaintext::new(""), &hash).unwrap());
}

/// RFC 4231, test case 6: a key longer than a block.
#[test]
fn is_hmac_sha_256() {
    let hasher = HmacSha256::builder(Pepper::new("a", [0xaa; 131]).unwrap());
    let hasher = hasher.build().unwrap();
    let data = Plaintext::new("Test Using Larger Than Block-Size Key - Hash Key First");
    let tag = "YOQxWR7gtn8Niiaqy/W3f44LxiE3KMUUBUYEDw7jf1Q";
    let hash = SecretHash::new(format!("$hmac-sha256$k=a${tag}"));
    assert!(hasher.verify(&data, &hash).unwrap());
}

#[test]
fn another_pepper_of_the_same_id_verifies_nothing() {
    let secret = secret();
    let hash = hasher("a", 1).hash(&secret).unwrap();
    assert!(!hasher("a", 2).verify(&secret, &hash).unwrap());
}

#[test]
fn what_has_no_whole_tag_is_not_read() {
    let (hasher, secret) = (hasher("a", 1), secret());
    let hash = hasher.hash(&secret).unwrap();
    let hash = hash.expose();
    let shorter = &hash[..hash.len() - 1];
    for text in [shorter, &format!("{hash}A"), &format!("{shorter}%")] {
        let hash = SecretHash::new(text);
        assert!(!hasher.reads(&hash), "{text}");
        let error = hasher.verify(&secret, &hash).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MalformedHash, "{text}");
    }
}

#[test]
fn a_pepper_can_be_changed() {
    let secret = secret();
    let old = hasher("1", 1).hash(&secret).unwrap();
    let both = HmacSha256::builder(pepper("2", 2)).with_older_pepper(pepper("1", 1));
    let both = both.build().unwrap();
    assert!(both.verify(&secret, &old).unwrap());
    assert!(both.needs_rehash(&old));

    let new = both.hash(&secret).unwrap();
    assert!(!both.needs_rehash(&new));
    let error = hasher("1", 1).verify(&secret, &new).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MalformedHash);
    assert!(hasher("2", 2).verify(&secret, &new).unwrap());
}

#[test]
fn hashes_generated_secrets_only() {
    for chosen in ["", "hunter2", &"x".repeat(80), &"€".repeat(27)] {
        let error = hasher("a", 1).hash(&Plaintext::new(chosen)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
    }
}

#[test]
fn what_argon2id_hashed_before_still_verifies() {
    let secret = secret();
    let cheap = Argon2id::builder().with_memory(64).with_insecure_cost();
    let hash = cheap.build().unwrap().hash(&secret).unwrap();
    let any = AnyHash::new(hasher("a", 1));
    assert!(any.verify(&secret, &hash).unwrap());
    assert!(any.needs_rehash(&hash) && any.reads(&hash));
    let new = any.hash(&secret).unwrap();
    assert!(any.verify(&secret, &new).unwrap() && !any.needs_rehash(&new));
}

#[test]
fn a_pepper_has_bounds() {
    for (id, length) in [
        ("", 32),
        ("a$", 32),
        ("a,b", 32),
        ("é", 32),
        ("a", 31),
        ("a", 0),
    ] {
        let error = Pepper::new(id, vec![7; length]).unwrap_err();
        assert_eq!(error.kind(), BuildErrorKind::Setting, "{id}");
    }
    assert!(Pepper::new("a".repeat(33), [7; 32]).is_err());
    assert!(Pepper::new("a".repeat(32), [7; 32]).is_ok());
    let twice = HmacSha256::builder(pepper("a", 1)).with_older_pepper(pepper("a", 2));
    assert_eq!(twice.build().unwrap_err().kind(), BuildErrorKind::Setting);
}

#[test]
fn a_pepper_is_not_printed() {
    let pepper = Pepper::new("a", "hunter2hunter2hunter2hunter2hunter2").unwrap();
    let hasher = HmacSha256::builder(pepper).build().unwrap();
    assert_eq!(
        format!("{hasher:?}"),
        r#"HmacSha256 { peppers: [Pepper { id: "a", .. }] }"#
    );
}

proptest! {
    #[test]
    fn any_text_is_refused(text in "\\PC*|\\$hmac-sha256\\$k=[ab]?\\$?[$=A-Za-z0-9+/]{0,50}") {
        let (hasher, hash) = (hasher("a", 1), SecretHash::new(text));
        let _ = (hasher.reads(&hash), hasher.needs_rehash(&hash));
        prop_assert!(!hasher.verify(&Plaintext::new("hunter2"), &hash).unwrap_or(false));
    }
}
