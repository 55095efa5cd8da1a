//! A file of lines, of which each is there as a whole or not at all.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use serde_json::Value;

pub(crate) struct Log {
    file: File,
    /// Up to here it holds whole lines.
    length: u64,
}

impl Log {
    /// Opens the log, and gives back what it holds. Only one process may have it open.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Vec<Value>)> {
        let mut file = File::options()
            .read(true)
            .append(true)
            .create(true)
            .open(path)?;
        file.try_lock()?;
        // The file itself must survive a crash, too.
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            File::open(folder)?.sync_all()?;
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        // A crash in the middle of a write leaves a line without an end: nobody was answered.
        let end = bytes.iter().rposition(|byte| *byte == b'\n');
        bytes.truncate(end.map_or(0, |end| end + 1));
        let values = serde_json::Deserializer::from_slice(&bytes).into_iter();
        let values = values.collect::<Result<_, _>>()?;
        let length = bytes.len() as u64;
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
