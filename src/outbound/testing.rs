//! A TLS server on loopback that says whatever a test wants, and what leads a fetcher there.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

use super::{Fetcher, FetcherBuilder, Resolve};
use crate::domain::{Clock, Timestamp};

/// A public address, to which no test connects.
pub(crate) const PUBLIC: &str = "93.184.216.34";

/// A clock that a test moves.
#[derive(Clone)]
pub(crate) struct MovedClock(Arc<AtomicI64>);

impl Default for MovedClock {
    fn default() -> Self {
        let start = Timestamp::parse("2026-11-30T12:00:00Z").unwrap();
        Self(Arc::new(AtomicI64::new(start.as_micros())))
    }
}

impl MovedClock {
    pub(crate) fn pass(&self, time: Duration) {
        let micros = i64::try_from(time.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Leads every connection to a server on loopback, and notes where it should have gone.
#[derive(Clone)]
pub(crate) struct Route {
    to: SocketAddr,
    dialled: Arc<Mutex<Vec<SocketAddr>>>,
}

impl Route {
    pub(crate) fn to(to: SocketAddr) -> Self {
        Self {
            to,
            dialled: Arc::default(),
        }
    }

    pub(crate) fn of(&self, address: SocketAddr) -> SocketAddr {
        self.dialled.lock().unwrap().push(address);
        self.to
    }

    pub(crate) fn dialled(&self) -> Vec<SocketAddr> {
        self.dialled.lock().unwrap().clone()
    }
}

/// A resolver whose answers come one after the other; the last one stays.
#[derive(Clone)]
pub(crate) struct Names {
    answers: Arc<Mutex<VecDeque<Vec<IpAddr>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Names {
    pub(crate) fn new(answers: &[&[&str]]) -> Self {
        let answers = answers.iter().map(|answer| {
            let addresses = answer.iter().map(|address| address.parse().unwrap());
            addresses.collect()
        });
        Self {
            answers: Arc::new(Mutex::new(answers.collect())),
            asked: Arc::default(),
        }
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Resolve for Names {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.lock().unwrap().push(host.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let answer = answers.front().cloned().ok_or(io::ErrorKind::NotFound)?;
        if answers.len() > 1 {
            answers.pop_front();
        }
        Ok(answer)
    }
}

/// What a server says on one connection.
#[derive(Clone)]
pub(crate) enum Answer {
    /// These bytes; then it closes the connection.
    Bytes(Vec<u8>),
    /// These bytes, and then one more every now and then.
    Trickle(Vec<u8>, Duration),
    /// These bytes, and then more as fast as it can.
    Endless(Vec<u8>),
    /// Nothing. The connection stays open.
    Silence,
}

impl Answer {
    /// A whole response.
    pub(crate) fn of(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        Self::Bytes(format!("{head}\r\n{body}").into_bytes())
    }

    async fn send(self, to: &mut (impl AsyncWriteExt + Unpin)) -> io::Result<()> {
        match self {
            Self::Bytes(bytes) => {
                to.write_all(&bytes).await?;
                to.shutdown().await
            }
            Self::Trickle(bytes, every) => {
                to.write_all(&bytes).await?;
                loop {
                    sleep(every).await;
                    to.write_all(b" ").await?;
                    to.flush().await?;
                }
            }
            Self::Endless(bytes) => {
                to.write_all(&bytes).await?;
                loop {
                    to.write_all(&[b'x'; 1_024]).await?;
                }
            }
            Self::Silence => std::future::pending().await,
        }
    }
}

/// A server with a certificate of its own authority.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) tls: Arc<ClientConfig>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server for these names, which answers the connections in order.
    pub(crate) async fn start(
        names: &[&str],
        answer: impl Fn(usize, &str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let (acceptor, tls) = certified(names);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (heads, answer) = (Arc::<Mutex<Vec<String>>>::default(), Arc::new(answer));
        let noted = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, answer) = (acceptor.clone(), Arc::clone(&answer));
                let noted = Arc::clone(&noted);
                tokio::spawn(async move {
                    let Ok(mut stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    let head = head(&mut stream).await;
                    let index = {
                        let mut noted = noted.lock().unwrap();
                        noted.push(head.clone());
                        noted.len() - 1
                    };
                    let _ = answer(index, &head).send(&mut stream).await;
                });
            }
        });
        Self {
            address,
            tls,
            heads,
        }
    }

    /// The heads of the requests.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    /// A fetcher that finds nothing but this server.
    pub(crate) fn fetcher(&self, names: &Names, clock: &MovedClock) -> (FetcherBuilder, Route) {
        let route = Route::to(self.address);
        let builder = Fetcher::builder()
            .with_resolver(names.clone())
            .with_tls(Arc::clone(&self.tls))
            .with_clock(clock.clone())
            .with_timeout(Duration::from_secs(1))
            .with_route(route.clone());
        (builder, route)
    }
}

async fn head(stream: &mut tokio_rustls::server::TlsStream<TcpStream>) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

fn certified(names: &[&str]) -> (TlsAcceptor, Arc<ClientConfig>) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let root = authority.self_signed(&key).unwrap();
    let issuer = Issuer::new(authority, key);
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(names).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();

    let provider = Arc::new(default_provider());
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.into()], key)
        .unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(root.into()).unwrap();
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    (TlsAcceptor::from(Arc::new(server)), Arc::new(client))
}
