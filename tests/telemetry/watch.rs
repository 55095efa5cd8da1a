//! The metrics recorder of this process, which one test at a time may use.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

use metrics_util::MetricKind;
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use tokio::sync::MutexGuard;

use crate::documented::assert_documented;

/// Values by name and labels: `oauth_clients_requests_total{operation=get_client,status=200}`.
pub type Numbers = BTreeMap<String, i64>;

/// The metrics since the beginning of a test.
pub struct Watch {
    snapshotter: Snapshotter,
    gauges: Mutex<Numbers>,
    _alone: MutexGuard<'static, ()>,
}

impl Watch {
    pub async fn begin() -> Self {
        static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        static RECORDER: OnceLock<Snapshotter> = OnceLock::new();
        let alone = ALONE.lock().await;
        let snapshotter = RECORDER.get_or_init(|| {
            let recorder = DebuggingRecorder::new();
            let snapshotter = recorder.snapshotter();
            recorder.install().unwrap();
            snapshotter
        });
        drop(snapshotter.snapshot());
        Self {
            snapshotter: snapshotter.clone(),
            gauges: Mutex::default(),
            _alone: alone,
        }
    }

    /// Counters and numbers of measured times since the previous call, and current gauges, without
    /// zeros.
    pub fn numbers(&self) -> Numbers {
        let mut numbers = Numbers::new();
        let mut gauges = self.gauges.lock().unwrap();
        for (key, _, _, value) in self.snapshotter.snapshot().into_vec() {
            let (kind, key) = (key.kind(), key.key());
            let labels: Vec<_> = key.labels().map(|l| (l.key(), l.value())).collect();
            let word = match kind {
                MetricKind::Counter => "counter",
                MetricKind::Gauge => "gauge",
                MetricKind::Histogram => "histogram",
            };
            assert_documented(key.name(), word, &labels);
            let labels: Vec<_> = labels
                .iter()
                .map(|(l, word)| format!("{l}={word}"))
                .collect();
            let name = match labels.is_empty() {
                true => key.name().to_owned(),
                false => format!("{}{{{}}}", key.name(), labels.join(",")),
            };
            match value {
                DebugValue::Counter(count) => numbers.insert(name, count.try_into().unwrap()),
                // A snapshot resets gauges to 0.
                DebugValue::Gauge(change) => {
                    *gauges.entry(name).or_default() += change.into_inner() as i64;
                    None
                }
                DebugValue::Histogram(values) => {
                    let sound = |value: f64| value.is_finite() && value >= 0.0;
                    assert!(values.iter().all(|value| sound(value.into_inner())));
                    numbers.insert(name, values.len().try_into().unwrap())
                }
            };
        }
        numbers.extend(gauges.clone());
        numbers.retain(|_, number| *number != 0);
        numbers
    }

    /// Whether no hash is running or queued.
    pub fn is_at_rest(&self) -> bool {
        let numbers = self.numbers();
        !numbers.contains_key(WAITING) && !numbers.contains_key(HASHING)
    }
}

pub const WAITING: &str = "oauth_clients_hash_queue_depth";
pub const HASHING: &str = "oauth_clients_hashes_in_flight";

/// Expected numbers: of `name` for each set of labels, and the same of the `duration` histogram.
pub fn timed(name: &str, duration: &str, each: &[(&str, i64)]) -> Numbers {
    let of = |name: &str| {
        let numbers = each.iter();
        numbers
            .map(|(labels, number)| (format!("{name}{{{labels}}}"), *number))
            .collect::<Vec<_>>()
    };
    of(name).into_iter().chain(of(duration)).collect()
}

pub fn named(each: &[(&str, i64)]) -> Numbers {
    let numbers = each.iter();
    numbers
        .map(|(name, number)| ((*name).to_owned(), *number))
        .collect()
}
