//! Counts panics outside of the tests themselves, whether they are caught or not.

use std::panic::{self, PanicHookInfo};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

static SEEN: AtomicUsize = AtomicUsize::new(0);

/// Starts counting.
pub fn watch() {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |panic: &PanicHookInfo<'_>| {
            let ours = |file: &str| file.starts_with("tests/");
            if !panic
                .location()
                .is_some_and(|location| ours(location.file()))
            {
                SEEN.fetch_add(1, Ordering::SeqCst);
            }
            report(panic);
        }));
    });
}

#[track_caller]
pub fn assert_none(what: &str) {
    assert_eq!(SEEN.load(Ordering::SeqCst), 0, "{what}: something panicked");
}
