//! Metrics (feature `metrics`) and spans (feature `tracing`). Without the feature, these types have
//! no size and do nothing.
//!
//! Every label and field has one of a few fixed values: never one that a caller chose, and no
//! secret. `docs/observability.md` lists them for hosts, which depend on the names.

#[cfg_attr(not(feature = "metrics"), path = "no_metrics.rs")]
#[allow(dead_code, reason = "some are for one feature only")]
mod metrics;
#[cfg_attr(not(feature = "tracing"), path = "no_spans.rs")]
mod spans;

pub(crate) use self::metrics::*;
pub(crate) use self::spans::{Span, span};
