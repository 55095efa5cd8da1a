use crate::error::BuildError;

/// Checks a URL that the page resolves against its own: relative, or an absolute path. Others lead
/// to another origin, which the page's policy forbids.
pub(super) fn check(name: &'static str, url: &str) -> Result<(), BuildError> {
    let allowed = |c: char| c.is_ascii_graphic() && !"\\?#\"<>".contains(c);
    let first = url.split('/').next().unwrap_or_default();
    // Browsers read `a:b` as a scheme, and `//` as the begin of a host.
    let is_own = !url.starts_with("//") && !first.contains(':');
    if url.is_empty() || !is_own || !url.chars().all(allowed) {
        return Err(BuildError::setting(format!(
            "{name} must be a path on the console's own origin, without a query, such as ../api/v1"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_are_accepted() {
        for url in ["../api/v1", "/api/v1", ".", "..", "api", "./a:b", "/%41/b/"] {
            assert!(check("the API", url).is_ok(), "{url}");
        }
        for url in [
            "",
            "//evil.example",
            "https://evil.example/api",
            "javascript:alert(1)",
            "/\\evil.example",
            "\\\\evil.example",
            "../api?x=1",
            "../api#x",
            "../a b",
            "/ä",
        ] {
            let error = check("the API", url).unwrap_err();
            assert!(error.to_string().starts_with("the API must"), "{url}");
        }
    }
}
