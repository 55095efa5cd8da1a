//! More requests than can be served: some succeed, the others get a 503, and nothing else is
//! affected.
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

/// One flood at a time, since the memory of the process is measured, and floods are short.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
