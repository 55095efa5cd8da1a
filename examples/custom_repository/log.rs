//! A file of lines, of which each is there as a whole or not at all.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{self, Path};

use serde_json::Value;

pub(crate) struct Log {
    file: File,
    /// Up to here it holds whole lines.
    length: u64,
}

impl Log {
    /// Opens the log, and gives back what it holds. Only one process may have it open.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Vec<Value>)> {
        let mut options = File::options();
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.read(true).append(true).create(true).open(path)?;
        file.try_lock()?;
        // The file itself must survive a crash, too.
        if let Some(folder) = path::absolute(path)?.parent() {
            File::open(folder)?.sync_all()?;
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let mut lines = Vec::from_iter(bytes.split_inclusive(|byte| *byte == b'\n'));
        // A crash in the middle of a write leaves a last line that is not whole: nobody was answered.
        // It may even have its end, since a disk writes in any order.
        lines.pop_if(|last| {
            !last.ends_with(b"\n") || serde_json::from_slice::<Value>(last).is_err()
        });
        let length = lines.iter().map(|line| line.len() as u64).sum();
        let values = lines.into_iter().map(serde_json::from_slice);
        let values = values.collect::<Result<_, _>>()?;
        Ok((Self { file, length }, values))
    }

    /// Adds a line; it survives a crash once this returns.
    pub(crate) fn append(&mut self, value: &Value) -> io::Result<()> {
        let line = format!("{value}\n");
        // What an earlier write left half done goes first.
        self.file.set_len(self.length)?;
        self.file.write_all(line.as_bytes())?;
        self.file.sync_data()?;
        self.length += line.len() as u64;
        Ok(())
    }
}
