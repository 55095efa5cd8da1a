use url::form_urlencoded;

use super::Error;
use crate::secrets::Plaintext;

/// The client authentication parameters of a form. All others are the host's.
#[derive(Default)]
pub(super) struct Form {
    pub(super) client_id: Option<String>,
    pub(super) secret: Option<Plaintext>,
    pub(super) assertion: Option<String>,
    pub(super) assertion_type: Option<String>,
}

impl Form {
    /// Parses `application/x-www-form-urlencoded`. A parameter without a value counts as absent
    /// (RFC 6749 §3.2). These four must not be repeated; others may (RFC 8707 §2).
    pub(super) fn parse(form: &[u8]) -> Result<Self, Error> {
        let mut read = Self::default();
        let mut seen = [false; 4];
        for (name, value) in form_urlencoded::parse(form) {
            let (index, place) = match &*name {
                "client_id" => (0, &mut read.client_id),
                "client_assertion" => (1, &mut read.assertion),
                "client_assertion_type" => (2, &mut read.assertion_type),
                "client_secret" => {
                    once(&mut seen, 3)?;
                    // Moved, not copied: it is wiped on drop.
                    read.secret = (!value.is_empty()).then(|| Plaintext::new(value));
                    continue;
                }
                _ => continue,
            };
            once(&mut seen, index)?;
            *place = (!value.is_empty()).then(|| value.into_owned());
        }
        Ok(read)
    }
}

fn once(seen: &mut [bool], index: usize) -> Result<(), Error> {
    match seen.get_mut(index) {
        Some(seen) if !*seen => {
            *seen = true;
            Ok(())
        }
        _ => Err(Error::malformed("a parameter is there more than once")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ErrorKind;
    use super::*;

    #[test]
    fn a_form_is_read() {
        let form = b"grant_type=client_credentials&client_id=app%2D1&client_secret=a%3Ab%2Bc+d";
        let form = Form::parse(form).unwrap();
        assert_eq!(form.client_id.as_deref(), Some("app-1"));
        assert_eq!(form.secret.unwrap().expose(), "a:b+c d");
        assert!(form.assertion.is_none() && form.assertion_type.is_none());
    }

    #[test]
    fn what_has_no_value_is_not_there() {
        let form = Form::parse(b"client_id&client_secret=&client_assertion=").unwrap();
        assert!(form.client_id.is_none() && form.secret.is_none() && form.assertion.is_none());
    }

    #[test]
    fn what_names_the_client_is_there_once() {
        for name in [
            "client_id",
            "client_secret",
            "client_assertion",
            "client_assertion_type",
        ] {
            for (one, other) in [("a", "a"), ("", "a"), ("a", "")] {
                let form = format!("{name}={one}&x=1&{name}={other}");
                let error = Form::parse(form.as_bytes()).err().unwrap();
                assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{form}");
            }
        }
        assert!(Form::parse(b"resource=a&resource=b&scope=x&scope=y").is_ok());
    }

    #[test]
    fn anything_is_read_without_a_panic() {
        for form in [
            &b"\xff=\xfe&%zz=%&&&=&==="[..],
            b"",
            b"%00=%00",
            b"client_id=%ff",
        ] {
            assert!(Form::parse(form).is_ok());
        }
    }
}
