use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::{Attempt, Claim, FailureLimiter, Outcome};
use crate::domain::ClientId;

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An object-safe [`FailureLimiter`].
pub(in super::super) trait Limiter: Send + Sync {
    fn admit<'a>(&'a self, attempt: Attempt<'a>) -> Boxed<'a, Result<Box<dyn UnderWay>, Duration>>;
}

/// An admitted attempt.
pub(in super::super) trait UnderWay: Send {
    /// Reports the outcome to the limiter.
    fn end(self: Box<Self>, outcome: Outcome) -> Boxed<'static, ()>;
}

struct Admitted<L: FailureLimiter> {
    limiter: Arc<L>,
    client_id: ClientId,
    peer: Option<IpAddr>,
    claim: Option<Claim>,
    admission: L::Admission,
}

impl<L: FailureLimiter> Limiter for Arc<L> {
    fn admit<'a>(&'a self, attempt: Attempt<'a>) -> Boxed<'a, Result<Box<dyn UnderWay>, Duration>> {
        Box::pin(async move {
            let admission = FailureLimiter::admit(&**self, attempt).await?;
            Ok(Box::new(Admitted {
                limiter: Arc::clone(self),
                client_id: attempt.client_id.clone(),
                peer: attempt.peer,
                claim: attempt.claim,
                admission,
            }) as Box<dyn UnderWay>)
        })
    }
}

impl<L: FailureLimiter> UnderWay for Admitted<L> {
    fn end(self: Box<Self>, outcome: Outcome) -> Boxed<'static, ()> {
        Box::pin(async move {
            let attempt = Attempt::new(&self.client_id, self.peer).with_claim(self.claim);
            let (limiter, admission) = (&self.limiter, self.admission);
            FailureLimiter::ended(&**limiter, attempt, admission, outcome).await;
        })
    }
}
