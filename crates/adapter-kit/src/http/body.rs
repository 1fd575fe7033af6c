//! Reads an answer's body, and no more of it than allowed.

use bytes::{Bytes, BytesMut};
use nurturehub_port::{AdapterError, ErrorKind};

use super::classify;

/// Why a body could not be read.
pub(super) struct BodyFailure {
    pub(super) error: AdapterError,
    /// Bytes read before that.
    pub(super) read: usize,
}

/// Reads the body to its end.
///
/// What the answer says about its own length is checked before anything is read. Decompression
/// happens piece by piece underneath, so a body that swells beyond the limit is left there.
pub(super) async fn read(
    response: &mut reqwest::Response,
    limit: usize,
) -> Result<Bytes, BodyFailure> {
    let announced = response.content_length().unwrap_or(0);
    if announced > u64::try_from(limit).unwrap_or(u64::MAX) {
        return Err(BodyFailure {
            error: too_large(limit),
            read: 0,
        });
    }
    let mut first: Option<Bytes> = None;
    let mut body = BytesMut::new();
    loop {
        let chunk = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(error) => {
                return Err(BodyFailure {
                    error: classify::transport(&error),
                    read: body.len(),
                });
            }
        };
        let so_far = first.as_ref().map_or(body.len(), Bytes::len);
        if so_far.saturating_add(chunk.len()) > limit {
            return Err(BodyFailure {
                error: too_large(limit),
                read: so_far,
            });
        }
        // Most bodies come in one piece, and then nothing needs copying.
        if first.is_none() && body.is_empty() {
            first = Some(chunk);
            continue;
        }
        if let Some(first) = first.take() {
            body.reserve(usize::try_from(announced).unwrap_or(0).max(first.len() * 2));
            body.extend_from_slice(&first);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(first.unwrap_or_else(|| body.freeze()))
}

fn too_large(limit: usize) -> AdapterError {
    AdapterError::new(
        ErrorKind::Protocol,
        format!(
            "The CRM's answer is larger than {} MiB, the most that is taken.",
            limit / (1024 * 1024)
        ),
    )
}
