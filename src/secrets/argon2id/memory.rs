use std::collections::TryReserveError;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use argon2::Block;

/// Hash memory, reused from one hash to the next.
///
/// Mapping 19 MiB for each hash costs a page fault per 4 KiB, which adds half of the hash's own
/// time.
pub(super) struct Memory {
    /// The number of blocks in each kept allocation.
    size: usize,
    free: Mutex<Vec<Vec<Block>>>,
}

impl Memory {
    pub(super) fn new(size: usize) -> Self {
        Self {
            size,
            free: Mutex::default(),
        }
    }

    /// Runs `work` on at least `needed` blocks with arbitrary contents.
    pub(super) fn with<T>(
        &self,
        needed: usize,
        work: impl FnOnce(&mut [Block]) -> T,
    ) -> Result<T, TryReserveError> {
        if needed > self.size {
            return Ok(work(&mut allocate(needed)?));
        }
        let kept = self.free().pop();
        let mut blocks = kept.map_or_else(|| allocate(self.size), Ok)?;
        let done = work(&mut blocks);
        self.free().push(blocks);
        Ok(done)
    }

    fn free(&self) -> MutexGuard<'_, Vec<Vec<Block>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The blocks are redacted: they derive from secrets.
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

fn allocate(size: usize) -> Result<Vec<Block>, TryReserveError> {
    let mut blocks = Vec::new();
    blocks.try_reserve_exact(size)?;
    blocks.resize(size, Block::new());
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_allocated_once_and_reused() {
        let memory = Memory::new(8);
        let [one, other] = [8, 4].map(|needed| {
            let at = |blocks: &mut [Block]| (blocks.len(), blocks.as_ptr().addr());
            memory.with(needed, at).unwrap()
        });
        assert_eq!(one, other);
        assert_eq!(memory.free().len(), 1);
    }

    #[test]
    fn hashes_at_the_same_time_have_memory_each() {
        let memory = Memory::new(8);
        memory.with(8, |_| memory.with(8, |_| ()).unwrap()).unwrap();
        assert_eq!(memory.free().len(), 2);
    }

    #[test]
    fn more_than_the_usual_is_given_back() {
        let memory = Memory::new(8);
        assert_eq!(memory.with(9, |blocks| blocks.len()).unwrap(), 9);
        assert!(memory.free().is_empty());
    }
}
