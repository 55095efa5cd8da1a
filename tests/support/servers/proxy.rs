use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use url::Url;

use super::free_port;

/// A network connection between clients and a server, which can be made to fail.
///
/// A message is everything that a client sends until the server responds.
#[derive(Debug)]
pub struct Proxy {
    url: String,
    orders: watch::Sender<Orders>,
    seen: Arc<Seen>,
}

#[derive(Clone, Copy, Debug)]
struct Orders {
    open: bool,
    stalled: bool,
    /// Connections of an earlier age must end.
    age: u64,
    over: bool,
}

#[derive(Debug, Default)]
struct Seen {
    listening: Mutex<bool>,
    connections: Mutex<BTreeSet<u64>>,
    accepted: AtomicU64,
    messages: AtomicU64,
    round_trips: AtomicU64,
    cut: Mutex<Option<Cut>>,
}

#[derive(Clone, Copy, Debug)]
enum Cut {
    /// After this many more messages.
    In(u64),
    /// Before the server's next response on this connection.
    Answer(u64),
    /// In place of the message after this many more.
    Instead(u64),
}

impl Proxy {
    pub fn before(url: &str) -> Self {
        let mut url = Url::parse(url).unwrap();
        let server = url.socket_addrs(|| None).unwrap()[0];
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        url.set_ip_host(address.ip()).unwrap();
        url.set_port(Some(address.port())).unwrap();
        let (orders, received) = watch::channel(Orders {
            open: true,
            stalled: false,
            age: 0,
            over: false,
        });
        let seen = Arc::new(Seen::default());
        // In its own runtime, since a test may block the one it runs in.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let accept = accept(address, server, received, seen.clone());
        thread::spawn(move || runtime.block_on(accept));
        let proxy = Self {
            url: url.into(),
            orders,
            seen,
        };
        proxy.accept();
        proxy
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// The number of messages that clients sent.
    pub fn messages(&self) -> u64 {
        self.seen.messages.load(Ordering::SeqCst)
    }

    /// The number of messages that the server responded to.
    pub fn round_trips(&self) -> u64 {
        self.seen.round_trips.load(Ordering::SeqCst)
    }

    /// The number of open connections.
    pub fn connections(&self) -> usize {
        self.seen.connections.lock().unwrap().len()
    }

    /// The number of connections that were ever accepted.
    pub fn accepted(&self) -> u64 {
        self.seen.accepted.load(Ordering::SeqCst)
    }

    /// Closes all open connections.
    pub fn cut(&self) {
        let there = self.seen.connections.lock().unwrap().clone();
        self.orders.send_modify(|orders| orders.age += 1);
        wait(|| self.seen.connections.lock().unwrap().is_disjoint(&there));
    }

    /// Passes this many more messages on, of all clients together, and closes the connection of the
    /// last one before its response: the server has executed it, but the client does not know.
    pub fn cut_after(&self, messages: u64) {
        assert!(messages > 0);
        *self.seen.cut.lock().unwrap() = Some(Cut::In(messages));
    }

    /// Passes this many more messages on, of all clients together, and closes the connection of the
    /// next one instead of passing it on.
    pub fn cut_instead_of(&self, messages: u64) {
        *self.seen.cut.lock().unwrap() = Some(Cut::Instead(messages));
    }

    /// Whether a requested cut has not happened yet.
    pub fn is_to_cut(&self) -> bool {
        self.seen.cut.lock().unwrap().is_some()
    }

    /// Cancels a cut that has not happened yet.
    pub fn do_not_cut(&self) {
        *self.seen.cut.lock().unwrap() = None;
    }

    /// Stops passing data on, and closes nothing.
    pub fn stall(&self) {
        self.orders.send_modify(|orders| orders.stalled = true);
    }

    pub fn resume(&self) {
        self.orders.send_modify(|orders| orders.stalled = false);
    }

    /// Refuses new connections, like a server that does not run.
    pub fn refuse(&self) {
        self.orders.send_modify(|orders| orders.open = false);
        wait(|| !*self.seen.listening.lock().unwrap());
    }

    pub fn accept(&self) {
        self.orders.send_modify(|orders| orders.open = true);
        wait(|| *self.seen.listening.lock().unwrap());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.orders.send_modify(|orders| orders.over = true);
    }
}

fn wait(until: impl Fn() -> bool) {
    while !until() {
        thread::sleep(Duration::from_millis(1));
    }
}

async fn accept(
    address: SocketAddr,
    server: SocketAddr,
    mut orders: watch::Receiver<Orders>,
    seen: Arc<Seen>,
) {
    let mut listener = None;
    loop {
        let now = *orders.borrow_and_update();
        if now.over {
            return;
        }
        if now.open != listener.is_some() {
            listener = if now.open {
                Some(TcpListener::bind(address).await.unwrap())
            } else {
                None
            };
            *seen.listening.lock().unwrap() = now.open;
        }
        let Some(listener) = &listener else {
            let _ = orders.changed().await;
            continue;
        };
        tokio::select! {
            _ = orders.changed() => {}
            client = listener.accept() => {
                let (client, _) = client.unwrap();
                let number = seen.accepted.fetch_add(1, Ordering::SeqCst);
                let (orders, seen) = (orders.clone(), seen.clone());
                let age = orders.borrow().age;
                seen.connections.lock().unwrap().insert(number);
                let connection = Connection { number, age, orders, seen };
                tokio::spawn(connection.run(client, server));
            }
        }
    }
}

struct Connection {
    number: u64,
    age: u64,
    orders: watch::Receiver<Orders>,
    seen: Arc<Seen>,
}

impl Connection {
    async fn run(self, client: TcpStream, server: SocketAddr) {
        let mut orders = self.orders.clone();
        tokio::select! {
            _ = orders.wait_for(|orders| orders.age > self.age || orders.over) => {}
            () = self.pass(client, server) => {}
        }
    }

    /// Returns when either side ends, or the connection is cut.
    async fn pass(&self, client: TcpStream, server: SocketAddr) {
        let Ok(server) = TcpStream::connect(server).await else {
            return;
        };
        for stream in [&client, &server] {
            stream.set_nodelay(true).unwrap();
        }
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        // Whether the server sent last. A client is expected to send first.
        let turn = Mutex::new(true);
        tokio::select! {
            () = self.forward(from_client, to_server, || self.client_speaks(&turn)) => {}
            () = self.forward(from_server, to_client, || self.server_speaks(&turn)) => {}
        }
    }

    async fn forward(
        &self,
        mut from: OwnedReadHalf,
        mut to: OwnedWriteHalf,
        may_pass: impl Fn() -> bool,
    ) {
        let mut orders = self.orders.clone();
        let mut bytes = vec![0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut bytes).await {
            // It fails if the proxy was dropped.
            let flows = orders.wait_for(|orders| !orders.stalled).await.is_ok();
            if !flows || !may_pass() || to.write_all(&bytes[..length]).await.is_err() {
                return;
            }
        }
    }

    fn client_speaks(&self, turn: &Mutex<bool>) -> bool {
        if !std::mem::replace(&mut *turn.lock().unwrap(), false) {
            return true;
        }
        let mut cut = self.seen.cut.lock().unwrap();
        match *cut {
            Some(Cut::Instead(0)) => {
                *cut = None;
                return false;
            }
            Some(Cut::Instead(messages)) => *cut = Some(Cut::Instead(messages - 1)),
            Some(Cut::In(1)) => *cut = Some(Cut::Answer(self.number)),
            Some(Cut::In(messages)) => *cut = Some(Cut::In(messages - 1)),
            Some(Cut::Answer(_)) | None => {}
        }
        self.seen.messages.fetch_add(1, Ordering::SeqCst);
        true
    }

    fn server_speaks(&self, turn: &Mutex<bool>) -> bool {
        if std::mem::replace(&mut *turn.lock().unwrap(), true) {
            return true;
        }
        let mut cut = self.seen.cut.lock().unwrap();
        if matches!(*cut, Some(Cut::Answer(number)) if number == self.number) {
            *cut = None;
            return false;
        }
        self.seen.round_trips.fetch_add(1, Ordering::SeqCst);
        true
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut connections = self.seen.connections.lock().unwrap();
        connections.remove(&self.number);
    }
}
