//! Clients that are imported from another system, or moved from one storage to another.

mod document;
mod host;
mod storage;
mod system;
