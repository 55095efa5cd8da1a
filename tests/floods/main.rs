//! More than can be served: some are, the others are told to come back, and nothing else suffers.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

#[cfg(target_os = "linux")]
mod memory;
mod overload;

/// One flood at a time: the memory that is measured is the process's, and a moment is soon over.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
