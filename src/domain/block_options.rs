use super::document::is_host_name;
use super::initial_options::MAX_HOST_LENGTH;
use super::input::Input;
use super::secret_options::{check_description, told};
use super::violation::{Fault, Violation, Violations};
use super::{BlockTarget, ClientId, RemoteUrl};

/// A block of metadata documents to make: of one URL, or of a domain. It is only validated by the
/// [`ClientResolver`](crate::documents::ClientResolver).
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct DocumentBlockOptions {
    pub(crate) url: Input<String>,
    pub(crate) domain: Input<String>,
    pub(crate) reason: Input<String>,
    /// The members that are none of these.
    pub(crate) unknown: Vec<Violation>,
}

/// Valid options.
#[derive(Debug)]
pub(crate) struct CheckedBlock {
    pub(crate) target: BlockTarget,
    pub(crate) reason: Option<String>,
}

impl DocumentBlockOptions {
    /// A block of the document at a URL, which is compared byte for byte.
    pub fn of_url(url: impl Into<String>) -> Self {
        Self {
            url: Input::Value(url.into()),
            ..Self::default()
        }
    }

    /// A block of all documents on a host and on all below it. The name is in lower case.
    pub fn of_domain(domain: impl Into<String>) -> Self {
        Self {
            domain: Input::Value(domain.into()),
            ..Self::default()
        }
    }

    /// Sets the reason, for administrators: one line of up to 1024 characters.
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Input::Value(reason.into());
        self
    }

    /// Validates the options, and reports all violations.
    pub(crate) fn check(self) -> Result<CheckedBlock, Violations> {
        let mut faults = Violations::default();
        match (&self.url, &self.domain) {
            (Input::Value(_), Input::Value(_)) => {
                let fault = "must not be set together with url";
                faults.push(Violation::new("domain", fault));
            }
            (Input::Absent | Input::Null, Input::Absent | Input::Null) => {
                faults.push(Violation::new("url", "is required, or domain"));
            }
            _ => {}
        }
        let url = told(check_url(self.url), "url", &mut faults);
        let domain = told(check_domain(self.domain), "domain", &mut faults);
        let reason = told(check_description(self.reason), "reason", &mut faults);
        for violation in self.unknown {
            faults.push(violation);
        }
        faults.into_result()?;
        // Without a violation there is one.
        let target = url.or(domain).ok_or_else(Violations::default)?;
        Ok(CheckedBlock { target, reason })
    }
}

/// The text, if there is any.
fn given(input: Input<String>) -> Result<Option<String>, Fault> {
    match input {
        Input::Absent | Input::Null => Ok(None),
        Input::Mistyped => Err("must be a string".into()),
        Input::Value(text) => Ok(Some(text)),
    }
}

/// Nothing is normalized, so a URL that no document can have is refused: it would block nothing.
fn check_url(input: Input<String>) -> Result<Option<BlockTarget>, Fault> {
    let Some(text) = given(input)? else {
        return Ok(None);
    };
    let url = ClientId::parse(&text).ok_or(ClientId::MUST)?;
    if !text.starts_with("http://") {
        let url = RemoteUrl::parse_anywhere(&text, ClientId::MAX_LENGTH)?;
        url.check_identifies_client(true)?;
    }
    Ok(Some(BlockTarget::Url(url)))
}

fn check_domain(input: Input<String>) -> Result<Option<BlockTarget>, Fault> {
    let Some(text) = given(input)? else {
        return Ok(None);
    };
    match text.len() <= MAX_HOST_LENGTH && is_host_name(&text) {
        true => Ok(Some(BlockTarget::Domain(text))),
        false => Err("must be the name of a host in lower case, without a dot in front".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(options: DocumentBlockOptions) -> String {
        options.check().map_or_else(
            |faults| faults.to_string(),
            |block| block.target.as_str().into(),
        )
    }

    #[test]
    fn a_block_is_of_a_url_or_of_a_domain() {
        let url = "https://a.example/m.json";
        assert_eq!(told(DocumentBlockOptions::of_url(url)), url);
        assert_eq!(
            told(DocumentBlockOptions::of_domain("a.example")),
            "a.example"
        );
        let none = DocumentBlockOptions::default();
        assert_eq!(told(none), "url: is required, or domain");
        let mut both = DocumentBlockOptions::of_url(url);
        both.domain = Input::Value("a.example".into());
        assert_eq!(told(both), "domain: must not be set together with url");
        for bad in [
            "a.example",
            "ftp://a.example/m",
            "",
            "https://a b",
            "HTTPS://a.example/m",
            "https://A.example/m",
            "https://a.example:443/m",
            "https://a.example/m/../n",
            "https://a.example/m#x",
            "https://a.example",
            "https://1.2.3.4/m",
        ] {
            let told = told(DocumentBlockOptions::of_url(bad));
            assert!(told.starts_with("url: must "), "{told}");
        }
        for bad in [
            "",
            ".",
            ".a.example",
            "A.example",
            "a.example/",
            "1.2.3.4",
            "*.a.example",
        ] {
            let told = told(DocumentBlockOptions::of_domain(bad));
            assert!(told.starts_with("domain: must "), "{told}");
        }
        let long = DocumentBlockOptions::of_url(url).with_reason("x".repeat(1025));
        assert_eq!(told(long), "reason: must be at most 1024 characters long");
    }
}
