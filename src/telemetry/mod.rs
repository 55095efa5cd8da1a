//! What a host can watch of the work: numbers behind the feature `metrics`, spans behind `tracing`.
//! Without the feature, what is here has no size and does nothing.
//!
//! Every label and field is one of a few fixed words: nothing that a caller chose, and no secret.
//! `docs/observability.md` lists them for hosts, who build on the names.

#[cfg_attr(not(feature = "metrics"), path = "no_metrics.rs")]
#[allow(dead_code, reason = "some are for one feature only")]
mod metrics;
#[cfg_attr(not(feature = "tracing"), path = "no_spans.rs")]
mod spans;

pub(crate) use self::metrics::*;
pub(crate) use self::spans::{Span, span};
