//! The bench `hashing` with another allocator, which decides where fresh memory comes from.

#[path = "hashing/main.rs"]
mod hashing;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> hashing::Outcome {
    hashing::run("mimalloc")
}
