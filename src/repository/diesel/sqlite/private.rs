//! Keeps the database file private to the process's user, and detects when it is replaced.

/// Creates the file if it is missing, so that only its owner can read and write it, whatever the
/// umask; SQLite gives the files beside it (`-wal`, `-shm`) the same permissions. An existing file
/// keeps its permissions, which the operator may have chosen, with a warning.
///
/// Errors are ignored: SQLite meets them again when it opens the file.
#[cfg(unix)]
pub(super) fn make(path: &str) {
    use std::fs::{OpenOptions, metadata};
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    use std::sync::{Mutex, PoisonError};

    // One at a time: closing the file while another thread has it open in SQLite would release that
    // connection's locks.
    static MAKING: Mutex<()> = Mutex::new(());

    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let mut new = OpenOptions::new();
    new.write(true).create_new(true).mode(0o600);
    if new.open(path).is_err()
        && let Ok(found) = metadata(path)
        && found.is_file()
        && found.permissions().mode() & 0o077 != 0
    {
        wider(path);
    }
}

#[cfg(not(unix))]
pub(super) fn make(_path: &str) {}

/// Identifies a file regardless of its path: its device and inode.
pub(super) type Identity = (u64, u64);

#[cfg(unix)]
pub(super) fn identity(path: &str) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;

    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

/// Other systems don't allow replacing an open file.
#[cfg(not(unix))]
pub(super) fn identity(_path: &str) -> Option<Identity> {
    None
}

#[cfg(all(unix, feature = "tracing"))]
fn wider(path: &str) {
    tracing::warn!(
        path,
        "others than its owner may read or write the database file"
    );
}

#[cfg(all(unix, not(feature = "tracing")))]
fn wider(_path: &str) {}
