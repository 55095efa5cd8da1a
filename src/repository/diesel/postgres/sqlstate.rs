//! Puts the SQLSTATE of an error in front of its message, on the way from the server to the driver.
//! Diesel keeps only the message, whose language is the server's.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io::{self, Cursor};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::config::{Host, SslMode, SslNegotiation};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use tokio_postgres::{CancelToken, Config};

use crate::repository::diesel::cause::SQLSTATE;

/// The type of a message from the server, and its length without the type.
const HEADER: usize = 5;

/// The type of an [error](https://www.postgresql.org/docs/current/protocol-message-formats.html).
const ERROR: u8 = b'E';

/// Longer errors are passed on as they are.
const LONGEST: usize = 64 * 1024;

/// A configuration to connect with [`Coded`], or `None` if that is impossible: over TLS, and over a
/// Unix socket. The driver has a place for a stream of one's own only where TLS would begin.
pub(super) fn coded(config: &Config) -> Option<Config> {
    let is_tcp = |host: &Host| matches!(host, Host::Tcp(_));
    if config.get_ssl_mode() == SslMode::Require || !config.get_hosts().iter().all(is_tcp) {
        return None;
    }
    let mut config = config.clone();
    if config.get_hosts().is_empty() {
        // It demands a name for the certificate.
        for address in config.get_hostaddrs().to_vec() {
            config.host(address.to_string());
        }
    }
    config.ssl_mode(SslMode::Require);
    config.ssl_negotiation(SslNegotiation::Direct);
    Some(config)
}

/// Connects without TLS, to a server whose errors get their SQLSTATE.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coded;

impl<S: AsyncRead + AsyncWrite + Unpin> MakeTlsConnect<S> for Coded {
    type Stream = CodedStream<S>;
    type TlsConnect = Self;
    type Error = Infallible;

    fn make_tls_connect(&mut self, _: &str) -> Result<Self, Infallible> {
        Ok(Self)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsConnect<S> for Coded {
    type Stream = CodedStream<S>;
    type Error = Infallible;
    type Future = Ready<Result<CodedStream<S>, Infallible>>;

    fn connect(self, stream: S) -> Self::Future {
        ready(Ok(CodedStream {
            stream,
            messages: Messages::default(),
        }))
    }
}

/// Whether a connection may be [`Coded`], and not one over TLS, for which a request begins with the
/// question whether the server speaks it. Nothing is sent.
pub(super) async fn is_coded(token: &CancelToken) -> bool {
    let nowhere = Cursor::new(Vec::new());
    token.cancel_query_raw(nowhere, Coded).await.is_ok()
}

pub(super) struct CodedStream<S> {
    stream: S,
    messages: Messages,
}

/// What the server sends.
#[derive(Default)]
struct Messages {
    /// How much of the current message is to come, and is passed on as it is.
    rest: usize,
    /// The beginning of a message that can't be passed on yet.
    held: BytesMut,
    ready: BytesMut,
}

impl Messages {
    /// Whether all of this may be passed on as it is, which then counts as done.
    fn pass(&mut self, mut bytes: &[u8]) -> bool {
        if !self.held.is_empty() {
            return false;
        }
        let mut rest = self.rest;
        while let Some(next) = bytes.get(rest..).filter(|next| !next.is_empty()) {
            match header(next) {
                Some((kind, length)) if kind != ERROR => rest = length,
                _ => return false,
            }
            bytes = next;
        }
        self.rest = rest - bytes.len();
        true
    }

    fn add(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
        loop {
            let passed = self.rest.min(self.held.len());
            self.ready.unsplit(self.held.split_to(passed));
            self.rest -= passed;
            match header(&self.held) {
                Some((ERROR, length)) if length <= LONGEST => {
                    if self.held.len() < length {
                        return;
                    }
                    let error = self.held.split_to(length);
                    self.ready.unsplit(with_code(&error).unwrap_or(error));
                }
                Some((_, length)) => self.rest = length,
                None => return,
            }
        }
    }
}

/// The type and the whole length of the message that begins here.
fn header(bytes: &[u8]) -> Option<(u8, usize)> {
    let (kind, mut rest) = bytes.get(..HEADER)?.split_first()?;
    let length = usize::try_from(rest.try_get_u32().ok()?).ok()?;
    Some((*kind, (1 + length).max(HEADER)))
}

/// The error with its code in its message. `None` if it has no code.
fn with_code(error: &[u8]) -> Option<BytesMut> {
    const CODE: u8 = b'C';
    const MESSAGE: u8 = b'M';

    let fields = || {
        let fields = error
            .get(HEADER..)
            .unwrap_or_default()
            .split(|byte| *byte == 0);
        fields.filter_map(|field| field.split_first())
    };
    let (_, code) = fields().find(|(kind, _)| **kind == CODE)?;
    let mut new = BytesMut::with_capacity(error.len() + SQLSTATE.len() + code.len() + 2);
    new.put_bytes(0, HEADER);
    for (kind, value) in fields() {
        new.put_u8(*kind);
        if *kind == MESSAGE {
            new.put_slice(SQLSTATE.as_bytes());
            new.put_slice(code);
            new.put_slice(b": ");
        }
        new.put_slice(value);
        new.put_u8(0);
    }
    new.put_u8(0);
    let length = u32::try_from(new.len() - 1).ok()?;
    let mut header = new.get_mut(..HEADER)?;
    header.put_u8(ERROR);
    header.put_u32(length);
    Some(new)
}

impl<S: AsyncRead + Unpin> AsyncRead for CodedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { stream, messages } = &mut *self;
        while messages.ready.is_empty() {
            let start = buf.filled().len();
            ready!(Pin::new(&mut *stream).poll_read(cx, buf))?;
            let bytes = buf.filled().get(start..).unwrap_or_default();
            if bytes.is_empty() && !messages.held.is_empty() {
                messages.ready = messages.held.split();
            } else if messages.pass(bytes) {
                return Poll::Ready(Ok(()));
            } else {
                messages.add(bytes);
                buf.set_filled(start);
            }
        }
        let size = messages.ready.len().min(buf.remaining());
        buf.put_slice(&messages.ready.split_to(size));
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for CodedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for CodedStream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::future::poll_fn;
    use std::pin::pin;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// A server that sends these pieces, and then ends.
    struct Server(VecDeque<Vec<u8>>);

    impl AsyncRead for Server {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            if let Some(mut piece) = self.0.pop_front() {
                let rest = piece.split_off(piece.len().min(buf.remaining()));
                buf.put_slice(&piece);
                if !rest.is_empty() {
                    self.0.push_front(rest);
                }
            }
            Poll::Ready(Ok(()))
        }
    }

    /// What the driver reads, with room for so many bytes at a time.
    fn read(pieces: Vec<Vec<u8>>, room: usize) -> Vec<u8> {
        let mut stream = pin!(CodedStream {
            stream: Server(pieces.into()),
            messages: Messages::default(),
        });
        let mut all = Vec::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            loop {
                let mut space = vec![0; room];
                let mut buf = ReadBuf::new(&mut space);
                let done = poll_fn(|cx| stream.as_mut().poll_read(cx, &mut buf)).await;
                done.unwrap();
                match buf.filled() {
                    [] => return all,
                    bytes => all.extend_from_slice(bytes),
                }
            }
        })
    }

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[kind], &length.to_be_bytes()[..], body].concat()
    }

    fn error(text: &str) -> Vec<u8> {
        let body = format!("SFEHLER\0VERROR\0C40P01\0M{text}\0D\0\0");
        message(ERROR, body.as_bytes())
    }

    proptest! {
        #[test]
        fn errors_have_their_code_however_they_come(
            messages in vec((any::<u8>(), vec(any::<u8>(), 0..40)), 0..8),
            sizes in vec(1_usize..30, 1..8),
            room in 1_usize..50,
        ) {
            let (mut sent, mut expected) = (Vec::new(), Vec::new());
            for (kind, body) in messages {
                if kind % 3 == 0 {
                    sent.extend(error("Verklemmung"));
                    expected.extend(error("SQLSTATE 40P01: Verklemmung"));
                } else if kind != ERROR {
                    sent.extend(message(kind, &body));
                    expected.extend(message(kind, &body));
                }
            }
            let mut pieces = Vec::new();
            let mut sizes = sizes.into_iter().cycle();
            while !sent.is_empty() {
                let size = sizes.next().unwrap().min(sent.len());
                let rest = sent.split_off(size);
                pieces.push(std::mem::replace(&mut sent, rest));
            }
            prop_assert_eq!(read(pieces, room), expected);
        }

        #[test]
        fn what_is_no_message_is_passed_on(bytes in vec(any::<u8>(), 0..60)) {
            let bytes: Vec<u8> = bytes.iter().map(|byte| byte & !1).collect();
            prop_assert_eq!(read(vec![bytes.clone()], 16), bytes);
        }
    }

    #[test]
    fn an_error_that_ends_early_or_is_too_long_is_passed_on() {
        let mut cut = error("Verklemmung");
        cut.truncate(20);
        assert_eq!(read(vec![cut.clone()], 64), cut);
        let long = error(&"long".repeat(LONGEST));
        assert_eq!(read(vec![long.clone()], 64), long);
        let without_code = message(ERROR, b"Mno code\0\0");
        assert_eq!(read(vec![without_code.clone()], 64), without_code);
    }

    #[test]
    fn only_plain_tcp_has_codes() {
        let is_coded = |url: &str| coded(&url.parse().unwrap()).is_some();
        assert!(is_coded("postgres://app@localhost,[::1]:5433/app"));
        assert!(is_coded("hostaddr=127.0.0.1 user=app"));
        assert!(is_coded("postgres://app@localhost/app?sslmode=disable"));
        assert!(!is_coded("postgres://app@localhost/app?sslmode=require"));
        assert!(!is_coded("postgres://app@%2Frun%2Fpostgresql/app"));
        assert!(!is_coded("host=localhost,/run/postgresql user=app"));
    }
}
