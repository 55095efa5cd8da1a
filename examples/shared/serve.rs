use std::io;
use std::net::SocketAddr;
use std::pin::pin;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::stop::Stop;

/// Serves an app, which learns the address of each caller, until a signal stops it.
pub(crate) async fn serve(listener: TcpListener, app: Router, mut stop: Stop) -> io::Result<()> {
    let (begin, begun) = oneshot::channel::<()>();
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, app).with_graceful_shutdown(async {
        let _ = begun.await;
    });
    let mut serving = pin!(serving.into_future());
    tokio::select! {
        ended = &mut serving => return ended,
        () = stop.asked() => drop(begin),
    }
    tracing::info!("stopping");
    stop.finish(async {
        let _ = serving.await;
    })
    .await
}
