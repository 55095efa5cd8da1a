use std::fmt;

use http::header::{self, HeaderMap};
use http::request::Parts;

use super::form::Form;
use super::{Error, ErrorKind, basic};
use crate::domain::{AuthMethod, ClientId};
use crate::exchange::is_coded;
use crate::secrets::Plaintext;

/// The `client_assertion_type` of a JWT (RFC 7523 §2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The credentials that a client presents: one method, never several.
#[non_exhaustive]
pub enum Presented {
    /// A secret in the `Authorization` header (RFC 6749 §2.3.1): `client_secret_basic`.
    SecretBasic {
        /// The claimed client.
        client_id: ClientId,
        /// The secret.
        secret: Plaintext,
    },
    /// A secret in the `Authorization` header that is another one if it was not form-encoded, as
    /// RFC 6749 §2.3.1 requires and many clients forget: `client_secret_basic`, too.
    SecretBasicEither {
        /// The claimed client.
        client_id: ClientId,
        /// The secret, form-decoded. It is verified first.
        secret: Plaintext,
        /// The secret as it was sent.
        as_sent: Plaintext,
    },
    /// A secret in the body (RFC 6749 §2.3.1): `client_secret_post`.
    SecretPost {
        /// The claimed client.
        client_id: ClientId,
        /// The secret.
        secret: Plaintext,
    },
    /// A signed JWT (RFC 7523 §2.2): `private_key_jwt`.
    Assertion {
        /// The claimed client, if named outside of the assertion (RFC 7521 §4.2).
        client_id: Option<ClientId>,
        /// The JWT, not yet parsed.
        assertion: String,
    },
    /// Only a `client_id`, from a public client (RFC 6749 §2.1): `none`.
    Nothing {
        /// The claimed client.
        client_id: ClientId,
    },
}

impl Presented {
    /// Reads the credentials in the head and body of a token endpoint request.
    ///
    /// - The body is `application/x-www-form-urlencoded` in UTF-8 and declared as such, or empty.
    ///   It is the complete body: the caller must limit its length.
    /// - `client_id`, `client_secret`, `client_assertion` and `client_assertion_type` occur at most
    ///   once; without a value they count as absent (RFC 6749 §3.2).
    /// - Only one method is used (RFC 6749 §2.3). A `client_id` in the body besides the header or
    ///   an assertion is not a method, and must name the same client (RFC 7521 §4.2).
    /// - The query is not read: it must not contain credentials (RFC 6749 §2.3.1).
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::InvalidRequest`](super::ErrorKind::InvalidRequest) if these rules are broken,
    ///   a secret comes without a `client_id`, or the header comes with that of another client.
    /// - [`ErrorKind::UnsupportedMediaType`](super::ErrorKind::UnsupportedMediaType) if the body is
    ///   compressed.
    /// - [`ErrorKind::InvalidClient`](super::ErrorKind::InvalidClient) for another authorization
    ///   scheme or assertion type, an unreadable header, an impossible `client_id`, that of
    ///   another client beside an assertion, or no credentials at all.
    pub fn read(head: &Parts, form: &[u8]) -> Result<Self, Error> {
        let mut claimed = None;
        let read = Self::read_all(head, form, &mut claimed);
        read.map_err(|error| match claimed {
            Some(claimed) => error.claimed(&claimed),
            None => error,
        })
    }

    /// Writes the claimed client to `claimed` as soon as it is known.
    fn read_all(head: &Parts, form: &[u8], claimed: &mut Option<String>) -> Result<Self, Error> {
        check_media_type(&head.headers, form)?;
        let field = basic::authorization(&head.headers)?;
        let form = Form::parse(form)?;
        claimed.clone_from(&form.client_id);
        let asserts = form.assertion.is_some() || form.assertion_type.is_some();
        let ways = [field.is_some(), form.secret.is_some(), asserts];
        if ways.into_iter().filter(|used| *used).count() > 1 {
            return Err(Error::malformed("the client authenticates in several ways"));
        }
        if let Some(field) = field {
            return Self::from_header(field, form.client_id.as_deref(), claimed);
        }
        let client_id = form.client_id.as_deref().map(parse).transpose()?;
        if asserts {
            return Self::from_assertion(form, client_id);
        }
        match (client_id, form.secret) {
            (Some(client_id), Some(secret)) => Ok(Self::SecretPost { client_id, secret }),
            (Some(client_id), None) => Ok(Self::Nothing { client_id }),
            (None, Some(_)) => Err(Error::malformed("client_id is missing")),
            (None, None) => Err(Error::refused("nothing is presented")),
        }
    }

    fn from_header(
        field: &[u8],
        beside: Option<&str>,
        claimed: &mut Option<String>,
    ) -> Result<Self, Error> {
        let (client_id, secret, as_sent) = basic::credentials(field)?;
        *claimed = Some(client_id.clone());
        if beside.is_some_and(|beside| beside != client_id) {
            return Err(Error::malformed("the body names another client"));
        }
        let client_id = parse(&client_id)?;
        Ok(match as_sent {
            None => Self::SecretBasic { client_id, secret },
            Some(as_sent) => Self::SecretBasicEither {
                client_id,
                secret,
                as_sent,
            },
        })
    }

    fn from_assertion(form: Form, client_id: Option<ClientId>) -> Result<Self, Error> {
        let (Some(assertion), Some(kind)) = (form.assertion, form.assertion_type) else {
            return Err(Error::malformed(
                "client_assertion and client_assertion_type go together",
            ));
        };
        if kind != JWT_BEARER {
            return Err(Error::refused("another type of assertion than jwt-bearer"));
        }
        Ok(Self::Assertion {
            client_id,
            assertion,
        })
    }

    /// The claimed client, if named outside of an assertion.
    pub(super) fn client_id(&self) -> Option<&ClientId> {
        match self {
            Self::SecretBasic { client_id, .. }
            | Self::SecretBasicEither { client_id, .. }
            | Self::SecretPost { client_id, .. }
            | Self::Nothing { client_id } => Some(client_id),
            Self::Assertion { client_id, .. } => client_id.as_ref(),
        }
    }

    /// The authentication method.
    pub fn method(&self) -> AuthMethod {
        match self {
            Self::SecretBasic { .. } | Self::SecretBasicEither { .. } => {
                AuthMethod::ClientSecretBasic
            }
            Self::SecretPost { .. } => AuthMethod::ClientSecretPost,
            Self::Assertion { .. } => AuthMethod::PrivateKeyJwt,
            Self::Nothing { .. } => AuthMethod::None,
        }
    }
}

/// Redacted: secrets and assertions must not be printed.
impl fmt::Debug for Presented {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented")
            .field("method", &self.method())
            .finish_non_exhaustive()
    }
}

fn parse(client_id: &str) -> Result<ClientId, Error> {
    ClientId::parse(client_id).ok_or_else(|| Error::refused("no client can have this client_id"))
}

/// An uncompressed form that declares itself as such. An empty body needs no declaration.
fn check_media_type(headers: &HeaderMap, form: &[u8]) -> Result<(), Error> {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let first = types.next();
    if types.next().is_some() {
        return Err(Error::malformed("more than one Content-Type header"));
    }
    let name = first.map(|value| {
        let value = value.as_bytes();
        let end = value.iter().position(|byte| *byte == b';');
        value.get(..end.unwrap_or(value.len())).unwrap_or_default()
    });
    let is_form = match name {
        Some(name) => name
            .trim_ascii()
            .eq_ignore_ascii_case(b"application/x-www-form-urlencoded"),
        None => form.is_empty(),
    };
    if is_coded(headers) {
        return Err(ErrorKind::UnsupportedMediaType.into());
    }
    if !is_form {
        return Err(Error::malformed(
            "the body must be application/x-www-form-urlencoded",
        ));
    }
    if first.is_some_and(|value| !is_in_utf_8(value.as_bytes())) {
        return Err(Error::malformed("the charset of the body must be utf-8"));
    }
    Ok(())
}

/// Whether a media type declares no charset (RFC 9110 §8.3.2) but UTF-8, that of forms (WHATWG URL
/// §5.1): another one would be misread.
fn is_in_utf_8(media_type: &[u8]) -> bool {
    let parameters = media_type.split(|byte| *byte == b';').skip(1);
    parameters
        .filter_map(|parameter| {
            let equals = parameter.iter().position(|byte| *byte == b'=')?;
            parameter.split_at_checked(equals)
        })
        .filter(|(name, _)| name.trim_ascii().eq_ignore_ascii_case(b"charset"))
        .all(|(_, value)| {
            let value = value.strip_prefix(b"=").unwrap_or(value).trim_ascii();
            let quoted = value.strip_prefix(b"\"");
            let value = quoted
                .and_then(|value| value.strip_suffix(b"\""))
                .unwrap_or(value);
            value.eq_ignore_ascii_case(b"utf-8")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_in_utf_8() {
        let error = |media_type: &str| {
            let request = http::Request::builder().header("content-type", media_type);
            let head = request.body(()).unwrap().into_parts().0;
            Presented::read(&head, b"client_id=app-1").err()
        };
        let form = "application/x-www-form-urlencoded";
        for good in [
            "",
            ";",
            "; charset=utf-8",
            ";charset=UTF-8",
            "; Charset=\"Utf-8\"",
            "; x=y; charset = utf-8 ",
            "; boundary",
        ] {
            assert!(error(&format!("{form}{good}")).is_none(), "{good}");
        }
        for bad in [
            "; charset=utf-16",
            ";charset=\"iso-8859-1\"",
            "; charset=",
            "; charset=utf-8; charset=utf-16",
            "; x=y;CHARSET=utf-7",
        ] {
            let error = error(&format!("{form}{bad}")).unwrap();
            assert_eq!(error.status(), 400, "{bad}");
            assert_eq!(error.code(), "invalid_request", "{bad}");
            assert_eq!(error.to_string(), "the charset of the body must be utf-8");
        }
    }

    #[test]
    fn an_assertion_is_of_the_one_type() {
        let read = |kind: &str| {
            let request = http::Request::builder()
                .header("content-type", "application/x-www-form-urlencoded");
            let head = request.body(()).unwrap().into_parts().0;
            let form = format!("client_assertion=a.b.c&client_assertion_type={kind}");
            Presented::read(&head, form.as_bytes()).map_err(|error| error.kind())
        };
        let asserted = read(JWT_BEARER);
        assert!(matches!(asserted, Ok(Presented::Assertion { .. })));
        for other in [
            "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
            "urn:ietf:params:oauth:client-assertion-type:JWT-bearer",
            "jwt-bearer",
        ] {
            assert_eq!(read(other).err(), Some(ErrorKind::InvalidClient), "{other}");
        }
    }

    /// Some clients send it in both places.
    #[test]
    fn a_client_id_beside_the_header_is_the_same() {
        let read = |form: &str| {
            let request = http::Request::builder()
                .header("authorization", "Basic YXBwLTE6c2VjcmV0") // app-1:secret
                .header("content-type", "application/x-www-form-urlencoded");
            let head = request.body(()).unwrap().into_parts().0;
            Presented::read(&head, form.as_bytes()).map_err(|error| error.code())
        };
        for same in ["", "client_id=", "client_id=app-1"] {
            assert!(
                matches!(read(same), Ok(Presented::SecretBasic { .. })),
                "{same}"
            );
        }
        for other in ["client_id=app-2", "client_id=app-1%20", "client_id=%00"] {
            assert_eq!(read(other).err(), Some("invalid_request"), "{other}");
        }
    }

    #[test]
    fn nothing_that_is_presented_is_printed() {
        let client_id = ClientId::parse("app-1");
        let asserted = Presented::Assertion {
            client_id: client_id.clone(),
            assertion: "header.claims.signature".to_owned(),
        };
        let secret = Plaintext::new("hunter2hunter2");
        let client_id = client_id.unwrap();
        let posted = Presented::SecretPost { client_id, secret };
        for printed in [format!("{asserted:?}"), format!("{posted:?}")] {
            assert!(printed.contains("Presented { method: "), "{printed}");
            assert!(!printed.contains("claims") && !printed.contains("hunter"));
        }
    }
}
