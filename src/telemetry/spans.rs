use std::future::Future;

use tracing::Instrument;
use tracing::field::Value;

/// A tracing span. Clones refer to the same span.
#[derive(Clone)]
pub(crate) struct Span(tracing::Span);

impl Span {
    /// Used by [`span!`] only.
    pub(crate) fn of(span: tracing::Span) -> Self {
        Self(span)
    }

    /// Sets a field whose value was not known at the start.
    pub(crate) fn record(&self, field: &'static str, value: impl Value) {
        self.0.record(field, value);
    }

    /// Runs a future in this span.
    pub(crate) async fn around<F: Future>(&self, work: F) -> F::Output {
        work.instrument(self.0.clone()).await
    }

    /// Runs a closure in this span, which then ends.
    pub(crate) fn within<T>(self, work: impl FnOnce() -> T) -> T {
        self.0.in_scope(work)
    }
}

/// Opens a span with a level, a name, the known fields, and optionally one that is recorded later.
macro_rules! span {
    ($level:ident, $name:expr, $($known:ident = $value:expr),+ $(; $later:ident)?) => {
        $crate::telemetry::Span::of(tracing::span!(
            tracing::Level::$level,
            $name,
            $($known = $value,)+
            $($later = tracing::field::Empty,)?
        ))
    };
}

pub(crate) use span;
