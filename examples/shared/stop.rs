//! When a host stops: at Ctrl-C, or SIGTERM where there is such a signal. Requests in flight are
//! completed, within a time; a second signal ends the host at once.

use std::io;
use std::time::Duration;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC, ctrl_c};
use tokio::time::sleep;

/// The deadline for requests in flight.
const TIME_TO_STOP: Duration = Duration::from_secs(10);

/// The signals.
#[cfg(unix)]
pub(crate) struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

#[cfg(unix)]
impl Stop {
    /// Listens from now on, also between polls.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Resolves at the next signal.
    pub(crate) async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signals.
#[cfg(windows)]
pub(crate) struct Stop(CtrlC);

#[cfg(windows)]
impl Stop {
    /// Listens from now on, also between polls.
    pub(crate) fn listen() -> io::Result<Self> {
        ctrl_c().map(Self)
    }

    /// Resolves at the next signal.
    pub(crate) async fn asked(&mut self) {
        self.0.recv().await;
    }
}

impl Stop {
    /// Waits for the requests in flight, which `draining` resolves after.
    pub(crate) async fn finish(mut self, draining: impl Future<Output = ()>) -> io::Result<()> {
        tokio::select! {
            () = draining => Ok(()),
            () = self.asked() => {
                let told = "stopped at once, as asked: some requests were not completed";
                Err(io::Error::new(io::ErrorKind::Interrupted, told))
            }
            () = sleep(TIME_TO_STOP) => {
                let told = format!("some requests were not completed in {TIME_TO_STOP:?}");
                Err(io::Error::new(io::ErrorKind::TimedOut, told))
            }
        }
    }
}
