use std::future::Future;

use tracing::Instrument;
use tracing::field::Value;

/// A stretch of work, with a name that stays. A clone is the same stretch.
#[derive(Clone)]
pub(crate) struct Span(tracing::Span);

impl Span {
    /// For [`span!`] alone.
    pub(crate) fn of(span: tracing::Span) -> Self {
        Self(span)
    }

    /// Gives a field its value that was not known in the beginning.
    pub(crate) fn record(&self, field: &'static str, value: impl Value) {
        self.0.record(field, value);
    }

    /// What `work` does is done in this span.
    pub(crate) async fn around<F: Future>(&self, work: F) -> F::Output {
        work.instrument(self.0.clone()).await
    }

    /// The same without waiting; then it ends.
    pub(crate) fn within<T>(self, work: impl FnOnce() -> T) -> T {
        self.0.in_scope(work)
    }
}

/// Opens a span: its level and name, the fields that are known, then those that follow.
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
