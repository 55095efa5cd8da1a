//! A caller may disconnect at any moment. Its operation is then either completed, with its audit
//! entry, or not started, and the next request succeeds.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use http_body::{Body, Frame, SizeHint};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::timeout;
use tower::Service;
use tower_oauth_clients::domain::{Client, SecretStatus};

use support::{App, CLIENTS, admin, base};

/// Far more polls than an operation takes.
const MOST_POLLS: usize = 200;

/// A body that arrives in small parts, with an await point before each of them.
struct Slow {
    rest: Bytes,
    ready: bool,
}

impl Body for Slow {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        self.ready = !self.ready;
        if self.ready {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let length = self.rest.len().min(32);
        let part = self.rest.split_to(length);
        Poll::Ready(Some(Ok(Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

struct Flag(Notify);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}

/// Polls a future this many times, each time after it was woken, then drops it.
async fn poll_times<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let flag = Arc::new(Flag(Notify::new()));
    let waker = Waker::from(Arc::clone(&flag));
    for _ in 0..times {
        let mut context = Context::from_waker(&waker);
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        flag.0.notified().await;
    }
    None
}

#[derive(Clone, Copy, Debug)]
enum Asked {
    Create,
    Get,
    Update,
    Clone,
    Restore,
}

impl Asked {
    /// Those about clients that are not deleted.
    const LIVE: [Self; 4] = [Self::Create, Self::Get, Self::Update, Self::Clone];

    fn request(self, client_id: &str) -> Request<Slow> {
        let one = format!("{CLIENTS}/{client_id}");
        let (method, path, body) = match self {
            Self::Create => (Method::POST, CLIENTS.to_owned(), Some(base())),
            Self::Get => (Method::GET, one, None),
            Self::Update => (Method::PUT, one, Some(json!({"name": "changed"}))),
            Self::Clone => (Method::POST, format!("{one}/clone"), None),
            Self::Restore => (Method::POST, format!("{one}/restore"), None),
        };
        let rest = body
            .as_ref()
            .map(Value::to_string)
            .unwrap_or_default()
            .into();
        Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", admin("tenant_a")))
            .header("content-type", "application/json")
            .body(Slow { rest, ready: false })
            .unwrap()
    }
}

/// Asserts that a new client, if any, is complete: readable, with a secret and one audit entry.
async fn assert_whole(app: &App, before: &[Client], after: &[Client], place: &str) {
    let new: Vec<_> = after
        .iter()
        .filter(|client| before.iter().all(|old| old.id != client.id))
        .collect();
    assert!(new.len() <= 1, "{place}");
    for client in new {
        let client_id = client.client_id.as_str();
        assert_eq!(app.get(client_id).await.status, 200, "{place}");
        assert_eq!(
            app.secret_records("tenant_a", client_id).await.len(),
            1,
            "{place}"
        );
        assert_eq!(app.trail("tenant_a", client_id).await.len(), 1, "{place}");
    }
}

async fn drop_after(app: &App, asked: Asked, polls: usize) -> bool {
    let place = format!("{asked:?} {:?} after {polls} polls", app.store);
    let client_id = app.create(&base()).await["client_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let before = app.stored_clients("tenant_a").await;

    let future = app.service().call(asked.request(&client_id));
    let answer = poll_times(future, polls).await;
    // Another tenant's write, to wait for an operation that may still be running.
    app.call_as(&admin("tenant_b"), Method::POST, CLIENTS, Some(&base()))
        .await;

    let after = app.stored_clients("tenant_a").await;
    assert_whole(app, &before, &after, &place).await;
    let made = after.len() - before.len();
    let stored = app.stored("tenant_a", &client_id).await;
    let entries = app.trail("tenant_a", &client_id).await.len();
    let changed = stored.metadata.name == "changed";
    assert_eq!(
        entries,
        1 + usize::from(changed),
        "{place}: a change and its entry are one"
    );
    let changes = made + usize::from(changed);
    if let Some(answer) = &answer {
        assert!(answer.as_ref().unwrap().status().is_success(), "{place}");
        let expected = usize::from(!matches!(asked, Asked::Get));
        assert_eq!(changes, expected, "{place}");
    }
    assert!(changes <= 1, "{place}");

    // The next request for the same client succeeds.
    let patch = json!({"name": "after"});
    let update = timeout(Duration::from_secs(10), app.update(&client_id, &patch)).await;
    assert_eq!(update.expect("a lock is held").status, 200, "{place}");
    assert_eq!(app.clone_client(&client_id).await.status, 201, "{place}");
    answer.is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_request_is_done_or_not_begun() {
    for app in App::each().await {
        for asked in Asked::LIVE {
            let mut ended = false;
            for polls in 0..MOST_POLLS {
                ended = drop_after(&app, asked, polls).await;
                if ended {
                    break;
                }
            }
            assert!(ended, "{asked:?} never ended");
        }
    }
}

/// Asserts that the client is deleted or restored, and that the next caller can restore it.
async fn drop_restore(app: &App, polls: usize) -> bool {
    let place = format!("{:?} after {polls} polls", app.store);
    let client_id = app.create(&base()).await["client_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(app.delete(&client_id).await.status, 204);

    let request = Asked::Restore.request(&client_id);
    let answer = poll_times(app.service().call(request), polls).await;
    app.call_as(&admin("tenant_b"), Method::POST, CLIENTS, Some(&base()))
        .await;
    if let Some(answer) = &answer {
        assert_eq!(answer.as_ref().unwrap().status(), 200, "{place}");
        assert_eq!(app.get(&client_id).await.status, 200, "{place}");
    }

    let path = format!("{CLIENTS}/{client_id}/restore");
    let next = app.call(Method::POST, &path, None);
    let next = timeout(Duration::from_secs(10), next).await;
    let status = next.expect("a lock is held").status.as_u16();
    assert!(matches!(status, 200 | 404), "{place}: {status}");
    assert_eq!(app.get(&client_id).await.status, 200, "{place}");
    let entries = app.trail("tenant_a", &client_id).await.len();
    assert_eq!(entries, 3, "{place}: created, deleted and restored once");
    let secrets = app.secret_records("tenant_a", &client_id).await;
    let ended = secrets
        .iter()
        .all(|secret| secret.status == SecretStatus::Inactive);
    assert!(ended, "{place}");
    answer.is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_restoration_is_done_or_not_begun() {
    for app in App::each().await {
        let mut ended = false;
        for polls in 0..MOST_POLLS {
            ended = drop_restore(&app, polls).await;
            if ended {
                break;
            }
        }
        assert!(ended, "{:?}", app.store);
    }
}

/// At arbitrary times of the real clock, not only between polls.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_the_answer_of_a_dropped_read() {
    for app in App::each().await {
        let id = |created: Value| created["client_id"].as_str().unwrap().to_owned();
        let (first, second) = (id(app.create(&base()).await), id(app.create(&base()).await));
        for round in 0..400 {
            let patience = Duration::from_micros(round % 40 * 25);
            let dropped = app.service().call(Asked::Get.request(&first));
            let _ = timeout(patience, dropped).await;
            let read = timeout(Duration::from_secs(10), app.get(&second)).await;
            let read = read.expect("a connection is held");
            assert_eq!(read.status, 200, "{:?} after {patience:?}", app.store);
            assert_eq!(read.data()["client_id"], *second, "{:?}", app.store);
        }
    }
}
