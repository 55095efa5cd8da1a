use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Response;

/// The response future of a [`CrossOriginGuardService`](super::CrossOriginGuardService).
#[must_use = "futures do nothing unless polled"]
pub struct CrossOriginGuardFuture<F, R>(Kind<F, R>);

enum Kind<F, R> {
    Passed(Pin<Box<F>>),
    Refused(Box<Option<Response<R>>>),
}

impl<F, R> CrossOriginGuardFuture<F, R> {
    pub(super) fn passed(answer: F) -> Self {
        Self(Kind::Passed(Box::pin(answer)))
    }

    pub(super) fn refused(response: Response<R>) -> Self {
        Self(Kind::Refused(Box::new(Some(response))))
    }
}

impl<F, R, E> Future for CrossOriginGuardFuture<F, R>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        match &mut self.0 {
            Kind::Passed(answer) => answer.as_mut().poll(context),
            Kind::Refused(response) => match response.take() {
                Some(response) => Poll::Ready(Ok(response)),
                None => Poll::Pending,
            },
        }
    }
}

impl<F, R> fmt::Debug for CrossOriginGuardFuture<F, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CrossOriginGuardFuture")
    }
}
