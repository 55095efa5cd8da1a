use std::error::Error as StdError;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::{Error, ErrorKind};

/// Reads the body of a token endpoint request, up to `limit` bytes.
pub(crate) async fn read_form<B>(body: B, limit: usize) -> Result<Bytes, Error>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let read = read(body, limit).await;
    read.inspect_err(Error::report)
}

async fn read<B>(body: B, limit: usize) -> Result<Bytes, Error>
where
    B: http_body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    // A body that declares itself too long is not read at all.
    if body.size_hint().lower() > limit as u64 {
        return Err(ErrorKind::PayloadTooLarge.into());
    }
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ErrorKind::PayloadTooLarge.into()),
        Err(error) => Err(Error::malformed("the body could not be read").with_source(error)),
    }
}
