use std::env::{self, VarError};

/// The value of an environment variable, if it is set.
pub(crate) fn variable(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("{name} must be UTF-8.")),
    }
}

/// The path in a URL such as `sqlite://clients.db`. Others may contain a password, so that the error
/// doesn't show them.
pub(crate) fn sqlite_path(url: &str) -> Result<String, String> {
    let path = url.strip_prefix("sqlite://");
    match path.filter(|path| !path.is_empty()) {
        Some(path) if path.contains(['?', '#']) => {
            Err("DATABASE_URL must end with the path: what follows ? or # is not read.".into())
        }
        Some(path) => Ok(path.to_owned()),
        None => Err(
            "DATABASE_URL must look like sqlite://PATH, for example sqlite://clients.db.".into(),
        ),
    }
}
