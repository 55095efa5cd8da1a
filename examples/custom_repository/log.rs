//! A file of lines that are each written completely or not at all.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{self, Path};

use serde_json::Value;

pub(crate) struct Log {
    file: File,
    /// The length of the complete lines.
    length: u64,
}

impl Log {
    /// Opens the log and returns its contents. Only one process may have it open.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Vec<Value>)> {
        let mut options = File::options();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.read(true).append(true).create(true).open(path)?;
        file.try_lock()?;
        // The directory entry must survive a crash, too.
        if let Some(folder) = path::absolute(path)?.parent() {
            File::open(folder)?.sync_all()?;
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let mut lines = Vec::from_iter(bytes.split_inclusive(|byte| *byte == b'\n'));
        // A crash during a write leaves an incomplete last line, which was not acknowledged. It may
        // even have its end, since a disk writes in any order.
        lines.pop_if(|last| {
            !last.ends_with(b"\n") || serde_json::from_slice::<Value>(last).is_err()
        });
        let length = lines.iter().map(|line| line.len() as u64).sum();
        let values = lines.into_iter().map(serde_json::from_slice);
        let values = values.collect::<Result<_, _>>()?;
        Ok((Self { file, length }, values))
    }

    /// Appends a line, which survives a crash once this returns.
    pub(crate) fn append(&mut self, value: &Value) -> io::Result<()> {
        let line = format!("{value}\n");
        // Removes what an earlier, failed write left behind.
        self.file.set_len(self.length)?;
        self.file.write_all(line.as_bytes())?;
        self.file.sync_data()?;
        self.length += line.len() as u64;
        Ok(())
    }
}
