//! Clients that come from another system, and clients that move from one storage to another.

mod document;
mod host;
mod storage;
mod system;
