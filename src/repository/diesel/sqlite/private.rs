//! The database file is for nobody but the user that the process runs as, and stays the same one.

/// Makes the file if it is missing, so that only its owner may read and write it, whatever the umask;
/// SQLite gives the files beside it (`-wal`, `-shm`) the same permissions. A file that is there keeps
/// what it has: the operator may have a reason, and is told.
///
/// What goes wrong here, SQLite meets again when it opens the file.
#[cfg(unix)]
pub(super) fn make(path: &str) {
    use std::fs::{OpenOptions, metadata};
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    use std::sync::{Mutex, PoisonError};

    // One at a time: to close the file while somebody else in this process has it open in SQLite
    // would give up the locks of both.
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

/// What tells a file from another one at the same path: its device and its number there.
pub(super) type Identity = (u64, u64);

#[cfg(unix)]
pub(super) fn identity(path: &str) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;

    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

/// Others let nobody replace a file that is open.
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
