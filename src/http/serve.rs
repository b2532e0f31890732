//! The socket: connections, slow clients, and stopping without breaking off what is being done.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::{Service, build};

/// Time for the head of a request to arrive.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// Connections at once; more wait until one ends.
const CONNECTIONS: usize = 256;
/// Time that work in progress has to finish once the service is told to stop.
const GRACE: Duration = Duration::from_secs(5);
/// Time to send the problems of what did not finish.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Pause after the system could not give a connection, such as for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(200);

/// Serves on a listener until `shutdown` is done. Then no connection is taken any more; work in
/// progress has 5 seconds to finish, and what has not ends with a problem, a stream of events
/// with the event `error`.
///
/// # Errors
/// If the listener is not on a loopback address, or has none.
pub async fn serve(
    listener: TcpListener,
    service: Service,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        let why = "Evenkeel serves this machine only. Choose a loopback address, such as 127.0.0.1.";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    }
    let stopping = CancellationToken::new();
    let fetch_first = service.fetch_first.clone();
    let closing = CancellationToken::new();
    let (app, shared) = build(service, address.port(), stopping.clone());
    if let Some(name) = fetch_first {
        shared.pull(name);
    }
    tokio::spawn(shared.clone().catch_up_from_before());
    let pulls = shared.clone();
    let idle = tokio::spawn(shared.lock_when_idle());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept(), if connections.len() < CONNECTIONS => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                connections.spawn(connection(stream, app.clone(), closing.clone()));
            }
            Err(error) => {
                tracing::warn!(kind = %error.kind(), "a connection could not be taken");
                sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    closing.cancel();
    pulls.stop_pulls();
    if timeout(GRACE, all(&mut connections)).await.is_err() {
        stopping.cancel();
        let _ = timeout(LAST_WORDS, all(&mut connections)).await;
    }
    connections.shutdown().await;
    stopping.cancel();
    let _ = idle.await;
    Ok(())
}

/// Serves one connection until it ends; once `closing`, until its present request is answered.
async fn connection(stream: TcpStream, app: Router, closing: CancellationToken) {
    // Events are small and should not wait for one another.
    let _ = stream.set_nodelay(true);
    let mut serving = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app))
    );
    tokio::select! {
        _ = serving.as_mut() => return,
        () = closing.cancelled() => serving.as_mut().graceful_shutdown(),
    }
    // What breaks on a connection is the client's to see.
    let _ = serving.await;
}

async fn all(connections: &mut JoinSet<()>) {
    while connections.join_next().await.is_some() {}
}
