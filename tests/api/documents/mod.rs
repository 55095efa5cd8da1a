//! Administrators see the metadata documents that are used, and block them.

mod blocks;
mod hostile;
mod seen;
