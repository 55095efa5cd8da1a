//! Public keys for tests: the members of a JWK without braces.

use super::members::{Fault, Jwk};
use crate::jose::json::{self, Value};

/// Applies `read` to the JWK in `text`.
pub(super) fn read<T>(text: &str, read: fn(&Jwk<'_>) -> Result<T, Fault>) -> Result<T, String> {
    match json::read(text, 1) {
        Ok(Value::Object(key)) => read(&Jwk::new(&key)).map_err(|fault| fault.to_string()),
        other => panic!("{other:?}"),
    }
}

pub(super) const RSA_N: &str = "yrHh3zHLKlU1_1FqftaDjRViEfWMFUl3XA6cKTlVn0kO1nZT5QYaiHg_O9C2PTlye5hsiOQBKSabaIB6OtrFBtXSZJlNJswVzW2z8OqBJBZuaKx85whRNIkFyB_QzGBZgrogT2cxfLr_uzh7pABdw9S4b7dv-Uig5e94ck1ulOHlvi7c-30FEkZg1c4FgTGRW1M7-ye2xLn5IHzCFIGTrCd27gcf0qQlgszc9hBRuNOn0715pe-Hen9TSHsRKCNh_K0kaU6GjHgTpH_SEfrkjj2bVDoLBzZSrcw1Gm923wpanLtWDR-knbagKhtPntVpXLXa0eI32N7X88lsbxOn6w";

pub(super) const RSA: &str = r#""kty":"RSA","n":"yrHh3zHLKlU1_1FqftaDjRViEfWMFUl3XA6cKTlVn0kO1nZT5QYaiHg_O9C2PTlye5hsiOQBKSabaIB6OtrFBtXSZJlNJswVzW2z8OqBJBZuaKx85whRNIkFyB_QzGBZgrogT2cxfLr_uzh7pABdw9S4b7dv-Uig5e94ck1ulOHlvi7c-30FEkZg1c4FgTGRW1M7-ye2xLn5IHzCFIGTrCd27gcf0qQlgszc9hBRuNOn0715pe-Hen9TSHsRKCNh_K0kaU6GjHgTpH_SEfrkjj2bVDoLBzZSrcw1Gm923wpanLtWDR-knbagKhtPntVpXLXa0eI32N7X88lsbxOn6w","e":"AQAB""#;

pub(super) const RSA_3072: &str = r#""kty":"RSA","n":"nlGyN1EaUueZ62lRR_C8TrYJ1MP3oLodYg-voP7hSwqsjbKJ9GxnJmauQVzCFQfHGjkP-yXd1oUACxiLNwhnNuctuulsKsEH6iU43sBkFpCup47RH4xcrNi63cU86DDFEVhZuImzaze6xAKU0RJW4uiZUqJIh-i7bgxCaVsQGpE4bkjSeJwsRjYeSO5hEsI8EYAQTgvByGobsPT0bAsFMJk6v2_matiRAoIpEwUC2Bi6XlwIuMdy59-AfU-zD-myMn4RyvWfn6Zted2a6XXch0OiH9leC7SPG2L4gY07vkjnq_xVZO6i8sb87wwl4k-eakzC3ibEXonMxraJESjEQsgM_vAXMAtDIKP8hkBLBM7ooTeCOrvq2yGzllOXf6ET9vENq8L1QFhJK1iWc9y4VQiVp4gMpswPuoSQMmwbQFmw7cJgPcVBI_It-7nkNAW75C3Eor_qsT_bKwS3FqbByWP_UgMn9sHWdMw8b_FXSdCd-PYYxOuOuWA-uFXLl7oX","e":"AQAB""#;

pub(super) const P256: &str = r#""kty":"EC","crv":"P-256","x":"od8DXpVzecZ9P5JjRu1H062NxetYLA830-CmEeaWIZE","y":"5jGGC3D10SZiUdtbewUZr9Zlj0Gfa6A01Kub_FWc9BE""#;

pub(super) const P384: &str = r#""kty":"EC","crv":"P-384","x":"NNzSCZt_n2uAgyLWJQV_pONzi0ErWD4AtBX18C4R8EPiwUv-nex6xDrDYoouVPZT","y":"gli9p2d8rc-5HjsZmw16kZsrRucE1OUy2aQfOyItKd5D9b0r41TgP53jOBmlMyZ7""#;

pub(super) const P521: &str = r#""kty":"EC","crv":"P-521","x":"AMokxxNL1GDVBCs2R_AoSeUkaRcpn1ONSTO30acUu_pJWAhTZRdGb3_aXLw52xt6BoTQgg0txcWsEeJJ2JCyfHbm","y":"APAqW1scRrflYONV6rHh5M6cnFa_LLXnB7ZYqYxicCZCBsJ1O2IzvrtNnZj0jh7mXa8oXkgmomzFXDzjQ2QF7i0E""#;

pub(super) const ED25519: &str =
    r#""kty":"OKP","crv":"Ed25519","x":"lcykoMDtFV74wUy4aJ2bkZLqEdnM0bzjmRvKUnbCRxw""#;

pub(super) const SECP256K1: &str = r#""kty":"EC","crv":"secp256k1","x":"8V5fxjgJMX09oe07VIp1Tp2gcT_9c3Uf6nGfPrJQ9_A","y":"61hQgkkZB8-QavHIexbvXxYnahdyNMJHEyIzcUaP56E""#;

pub(super) const X25519: &str =
    r#""kty":"OKP","crv":"X25519","x":"rr78EjFULGAg44FiFrgJgkDufUOY8EizbFTwqQSl_HE""#;

pub(super) const POST_QUANTUM: &str = r#""kty":"AKP","alg":"ML-DSA-65","pub":"AA""#;

/// The set of these keys, each given as its members without braces.
pub(super) fn set(keys: &[&str]) -> String {
    format!(r#"{{"keys":[{{{}}}]}}"#, keys.join("},{"))
}
