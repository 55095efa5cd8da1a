use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use super::claims::Rules;
use super::{JwtAuthorizerBuilder, Keys};
use crate::authorization::{AdminRequest, Authorizer, Error, ErrorKind, Principal, bearer_token};
use crate::domain::Clock;
use crate::error::BuildError;
use crate::jose::{Algorithms, Header, Jws};

/// The accepted `typ` values (RFC 7519 §5.1, RFC 9068 §2.1).
const TYPES: [&str; 3] = ["JWT", "at+jwt", "application/at+jwt"];

/// Authorizes by a signed token; the [module](super) lists what it accepts.
///
/// Clones are cheap and share their keys.
#[derive(Clone)]
pub struct JwtAuthorizer(Arc<Shared>);

struct Shared {
    keys: RwLock<Arc<Keys>>,
    algorithms: Algorithms,
    rules: Rules,
    clock: Arc<dyn Clock>,
}

impl JwtAuthorizer {
    /// Creates a builder for an authorizer that verifies with these keys.
    pub fn builder(keys: Keys) -> JwtAuthorizerBuilder {
        JwtAuthorizerBuilder::new(keys)
    }

    pub(super) fn new(
        keys: Keys,
        algorithms: Algorithms,
        rules: Rules,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BuildError> {
        let keys = keys.serving(algorithms)?;
        Ok(Self(Arc::new(Shared {
            keys: RwLock::new(Arc::new(keys)),
            algorithms,
            rules,
            clock,
        })))
    }

    /// Replaces the keys in every clone. To let old and new keys overlap, pass [both](Keys::and).
    ///
    /// # Errors
    ///
    /// [`BuildErrorKind::NoUsableKey`](crate::BuildErrorKind::NoUsableKey) if none of them
    /// supports an allowed algorithm; the old keys stay in use.
    pub fn replace_keys(&self, keys: Keys) -> Result<(), BuildError> {
        let keys = Arc::new(keys.serving(self.0.algorithms)?);
        *self.0.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// The current keys. The lock is held only to clone the `Arc`.
    fn keys(&self) -> Arc<Keys> {
        let keys = self.0.keys.read();
        Arc::clone(&keys.unwrap_or_else(PoisonError::into_inner))
    }

    /// Verifies the signature, then the claims.
    fn verify(&self, token: &str) -> Result<Principal, Error> {
        let invalid = |reason| Error::new(ErrorKind::InvalidToken).with_source(reason);
        let jws = Jws::read(token).map_err(invalid)?;
        let header = Header::read(&jws.header, &TYPES);
        let header = header.ok_or_else(|| invalid("unacceptable header"))?;
        if !self.0.algorithms.contains(header.algorithm) {
            return Err(invalid("algorithm not allowed"));
        }
        if !self.keys().verify(&header, &jws) {
            return Err(invalid("no key verifies the signature"));
        }
        self.0.rules.judge(&jws.claims, self.0.clock.now())
    }
}

impl Authorizer for JwtAuthorizer {
    async fn authorize(&self, request: AdminRequest<'_>) -> Result<Principal, Error> {
        self.verify(bearer_token(&request.head.headers)?)
    }
}

impl fmt::Debug for JwtAuthorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtAuthorizer")
            .field("keys", &self.keys())
            .field("rules", &self.0.rules)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;
    use crate::authorization::Operation;
    use crate::authorization::jwt::Algorithm;
    use crate::authorization::jwt::testing::{NOW, SECRET, Still, sign};
    use crate::error::BuildErrorKind;

    const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

    fn claims() -> String {
        format!(r#"{{"exp":{},"sub":"s","role":"admin"}}"#, NOW + 600)
    }

    fn authorizer(clock: Still) -> JwtAuthorizer {
        let keys = Keys::from_secret(SECRET).unwrap();
        JwtAuthorizer::builder(keys)
            .with_clock(clock)
            .build()
            .unwrap()
    }

    fn kind(authorizer: &JwtAuthorizer, token: &str) -> Option<ErrorKind> {
        authorizer.verify(token).err().map(|error| error.kind())
    }

    fn request_with(head: &http::request::Parts) -> AdminRequest<'_> {
        AdminRequest::new(head, Operation::ListClients)
    }

    #[tokio::test]
    async fn a_request_with_a_good_token_has_a_principal() {
        let authorizer = authorizer(Still::at(NOW));
        let token = sign(HEADER, &claims(), SECRET);
        let request = http::Request::builder().header("authorization", format!("Bearer {token}"));
        let head = request.body(()).unwrap().into_parts().0;
        let principal = authorizer.authorize(request_with(&head)).await.unwrap();
        assert_eq!(principal.id(), "s");
        let head = http::Request::new(()).into_parts().0;
        let refused = authorizer.authorize(request_with(&head)).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::MissingCredentials);
    }

    #[test]
    fn time_decides() {
        let clock = Still::at(NOW);
        let authorizer = authorizer(clock.clone());
        let (start, end) = (NOW + 100, NOW + 200);
        let claims = format!(r#"{{"exp":{end}.5,"nbf":{start},"sub":"s","role":"admin"}}"#);
        let token = sign(HEADER, &claims, SECRET);
        let invalid = Some(ErrorKind::InvalidToken);
        for (offset, expected) in [
            (69.9, invalid),
            (70.0, None),
            (200.0, None),
            (230.4, None),
            (230.5, invalid),
        ] {
            clock.move_to(NOW as f64 + offset);
            assert_eq!(kind(&authorizer, &token), expected, "{offset}");
        }
    }

    #[test]
    fn a_token_is_three_parts_signed_by_our_key() {
        let authorizer = authorizer(Still::at(NOW));
        let good = sign(HEADER, &claims(), SECRET);
        assert_eq!(kind(&authorizer, &good), None);
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let (header, payload) = signed.split_once('.').unwrap();
        let refused = [
            String::new(),
            "a".to_owned(),
            "..".to_owned(),
            "a.b.c.d.e".to_owned(),
            signed.to_owned(),
            format!("{signed}."),
            format!(".{payload}.{signature}"),
            format!("{header}..{signature}"),
            format!("{good}="),
            format!("{good}."),
            format!("{good}.{signature}"),
            format!("{header}=.{payload}.{signature}"),
            format!("{header}.{payload}AA.{signature}"),
            sign(HEADER, &claims(), b""),
            sign(HEADER, &claims(), &[8; 32]),
            sign(r#"{"alg":"none"}"#, &claims(), SECRET),
            sign(r#"{"alg":"HS384"}"#, &claims(), SECRET),
            sign(r#"{"alg":"RS256"}"#, &claims(), SECRET),
            sign(r#"{"alg":"HS256","kid":1}"#, &claims(), SECRET),
            sign(HEADER, "", SECRET),
            sign(HEADER, "[]", SECRET),
        ];
        for token in refused {
            assert_eq!(
                kind(&authorizer, &token),
                Some(ErrorKind::InvalidToken),
                "{token}"
            );
        }
        // A secret has no name, so any `kid` is accepted.
        let named = sign(r#"{"alg":"HS256","kid":"any"}"#, &claims(), SECRET);
        assert_eq!(kind(&authorizer, &named), None);
    }

    #[test]
    fn only_allowed_algorithms_pass() {
        let builder = JwtAuthorizer::builder(Keys::from_insecure_secret(SECRET).unwrap());
        let builder = builder.with_algorithms([Algorithm::Hs512]);
        let authorizer = builder.with_clock(Still::at(NOW)).build().unwrap();
        let token = sign(HEADER, &claims(), SECRET);
        assert_eq!(kind(&authorizer, &token), Some(ErrorKind::InvalidToken));
    }

    #[test]
    fn new_keys_count_at_once_and_in_every_clone() {
        let authorizer = authorizer(Still::at(NOW));
        let clone = authorizer.clone();
        let old = sign(HEADER, &claims(), SECRET);
        let new = sign(HEADER, &claims(), &[9; 32]);
        let keys = |secret: &[u8]| Keys::from_secret(secret).unwrap();
        let invalid = Some(ErrorKind::InvalidToken);

        authorizer
            .replace_keys(keys(SECRET).and(keys(&[9; 32])).unwrap())
            .unwrap();
        assert_eq!((kind(&clone, &old), kind(&clone, &new)), (None, None));
        authorizer.replace_keys(keys(&[9; 32])).unwrap();
        assert_eq!((kind(&clone, &old), kind(&clone, &new)), (invalid, None));
    }

    #[test]
    fn keys_that_could_verify_nothing_do_not_replace_those_that_can() {
        let builder = JwtAuthorizer::builder(Keys::from_secret(SECRET).unwrap());
        let builder = builder.with_algorithms([Algorithm::Hs256]);
        let authorizer = builder.with_clock(Still::at(NOW)).build().unwrap();
        let rsa = Keys::from_pem(include_str!("../../../tests/data/keys/rsa.pub.pem")).unwrap();
        let refused = authorizer.replace_keys(rsa).unwrap_err();
        assert_eq!(refused.kind(), BuildErrorKind::NoUsableKey);
        assert_eq!(kind(&authorizer, &sign(HEADER, &claims(), SECRET)), None);
    }

    #[test]
    fn neither_errors_nor_debug_show_what_is_secret() {
        let authorizer = authorizer(Still::at(NOW));
        let token = sign(HEADER, r#"{"exp":"s3cret"}"#, SECRET);
        let error = authorizer.verify(&token).unwrap_err();
        let source = error.source().unwrap().to_string();
        let shown = format!("{error} {error:?} {source} {authorizer:?}");
        for secret in ["s3cret", "a secret of 32", &token] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
