//! The spans that a subscriber receives.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, OnceLock};

use tracing::Subscriber;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

use crate::authentication::{asserting, assertion, host, signing};
use crate::requests::everything;
use crate::watch::Watch;
use support::presented::Sent;
use support::world::Member;
use support::{App, Store, base};

/// The closed spans of this crate, each with its level, its path of names and its fields.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<String>>>);

struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields(BTreeMap::new());
        attributes.record(&mut fields);
        context.span(id).unwrap().extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        values.record(span.extensions_mut().get_mut::<Fields>().unwrap());
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let span = context.span(&id).unwrap();
        if !span.metadata().target().starts_with("tower_oauth_clients") {
            return;
        }
        let names: Vec<_> = span.scope().from_root().map(|span| span.name()).collect();
        let extensions = span.extensions();
        let fields = &extensions.get::<Fields>().unwrap().0;
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let level = span.metadata().level();
        let closed = format!("{level} {} {}", names.join(">"), fields.join(" "));
        self.0.lock().unwrap().push(closed);
    }
}

impl Spans {
    /// Captures the spans of this process from now on.
    fn captured() -> Self {
        static SPANS: OnceLock<Spans> = OnceLock::new();
        let spans = SPANS.get_or_init(|| {
            let spans = Self::default();
            let subscriber = Registry::default().with(spans.clone());
            tracing::subscriber::set_global_default(subscriber).unwrap();
            spans
        });
        spans.taken();
        spans.clone()
    }

    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[tokio::test]
async fn a_request_has_one_and_its_hash_is_within() {
    let _alone = Watch::begin().await;
    let app = App::new(Store::Memory).await;
    let spans = Spans::captured();
    app.create(&base()).await;
    assert_eq!(
        spans.taken(),
        [
            "DEBUG oauth_clients.create_client>oauth_clients.hash work=hash",
            "INFO oauth_clients.create_client operation=create_client status=201",
        ]
    );
}

#[tokio::test]
async fn every_operation_has_its_name() {
    let _alone = Watch::begin().await;
    let app = App::new(Store::Memory).await;
    let spans = Spans::captured();
    everything(&app).await;
    let mut seen = BTreeMap::new();
    for span in spans.taken() {
        let Some((name, fields)) = span
            .strip_prefix("INFO oauth_clients.")
            .and_then(|rest| rest.split_once(' '))
        else {
            assert!(span.starts_with("DEBUG "), "{span}");
            continue;
        };
        let (operation, status) = fields.split_once(' ').unwrap();
        assert_eq!(operation, format!("operation={name}"));
        assert!(
            status.starts_with("status=") && status.len() == 10,
            "{span}"
        );
        *seen.entry(name.to_owned()).or_insert(0) += 1;
    }
    assert_eq!(seen.len(), 30, "{seen:?}");
    assert_eq!((seen["get_client"], seen["other"]), (5, 2));
}

#[tokio::test]
async fn an_authentication_has_one_and_its_hash_is_within() {
    let _alone = Watch::begin().await;
    let app = App::new(Store::Memory).await;
    let (host, member, signing) = (
        host(&app),
        Member::confidential(&app).await,
        signing(&app).await,
    );
    let asserted = asserting(&assertion(&app, &signing, "1").text());
    let spans = Spans::captured();
    for (sent, hash, method, outcome) in [
        (member.basic(), "verify", "client_secret_basic", "success"),
        (member.basic(), "", "client_secret_basic", "success"),
        (
            Sent::post("app-absent", "x"),
            "hash",
            "client_secret_post",
            "invalid_client",
        ),
        (
            Sent::post("app-absent", "x"),
            "verify",
            "client_secret_post",
            "invalid_client",
        ),
        (asserted, "", "private_key_jwt", "success"),
        (
            Sent::form(&[("client_id", &member.id)]),
            "",
            "none",
            "invalid_client",
        ),
        (Sent::new(&[], "x"), "", "unknown", "invalid_request"),
    ] {
        let _ = host.send(&sent).await;
        let within = format!("DEBUG oauth_clients.authenticate>oauth_clients.hash work={hash}");
        let own = format!("INFO oauth_clients.authenticate method={method} outcome={outcome}");
        let expected = [within, own];
        assert_eq!(spans.taken(), expected[usize::from(hash.is_empty())..]);
    }
}

#[tokio::test]
async fn who_hangs_up_leaves_a_span_without_an_outcome() {
    let _alone = Watch::begin().await;
    let app = App::new(Store::Memory).await;
    let (host, member) = (host(&app), Member::confidential(&app).await);
    let sent = member.basic();
    host.hasher.pause(true);
    let spans = Spans::captured();
    tokio::select! {
        biased;
        _ = host.send(&sent) => panic!("it is held up"),
        () = tokio::time::sleep(std::time::Duration::from_millis(10)) => {}
    }
    host.hasher.pause(false);
    let own = "INFO oauth_clients.authenticate method=client_secret_basic".to_owned();
    support::world::eventually("it is closed", async || {
        spans.0.lock().unwrap().contains(&own)
    })
    .await;
}
