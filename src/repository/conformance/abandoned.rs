use std::time::Duration;

use super::subject::{Subject, kind};
use crate::domain::Page;
use crate::repository::{ClientRepository, ErrorKind, Secrets};

/// Callers that go away at any time leave a whole write or none, and no lock behind.
///
/// Needs a runtime with a clock.
pub async fn abandoned_writes_are_whole_or_nothing(repository: impl ClientRepository) {
    let subject = Subject::new(repository);
    let id = subject.create(0).await.client_id;
    for second in 1..=40 {
        let client = subject.get(&id).await.expect("the client");
        let write = subject.update(&client, Secrets::Keep, second);
        let patience = Duration::from_micros(second * 50);
        let _ = tokio::time::timeout(patience, write).await;
    }
    // The last word: whatever was abandoned comes too late from here on.
    let last = loop {
        let client = subject.get(&id).await.expect("the client");
        let updated = subject.update(&client, Secrets::Keep, 99).await;
        if kind(&updated) != Some(ErrorKind::Stale) {
            break updated.expect("updated");
        }
    };
    let page = Page::Number { number: 1, size: 1 };
    let trail = subject.trail(&id, page).await.expect("the trail");
    assert_eq!(trail.total, Some(last.version.as_i64().unsigned_abs()));
    assert_eq!(subject.get(&id).await.ok(), Some(last));
}
