//! The last exchanges of a client, kept until somebody knows whether they are needed.
//!
//! A run that fails is looked into with what was said just before. Bodies are held by reference, so
//! that a run that succeeds pays next to nothing, and no more of them than a few pages. Nothing
//! here is masked: whoever writes a recording down replaces what is personal first.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::HeaderMap;
use jiff::Timestamp;
use nurturehub_port::{AdapterError, Cursor, ErrorKind, Retry, Secret};

use super::{HttpResponse, Request};

/// Most bytes of bodies that are held.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Most pages that are held: the one at hand, and what guards against circles compare it with.
const MOST_PAGES: usize = 4;

/// Most exchanges of one page that are held.
const MOST_OF_A_PAGE: usize = 1000;

/// Answers of earlier pages that may be needed again, such as lists of names: at most so many, none
/// longer than so many bytes.
const MOST_ASIDE: usize = 64;
const SMALL: usize = 16 * 1024;

/// One attempt at one request, with all that was said. Credentials are not in it: of the request's
/// headers only the names are kept.
#[derive(Clone)]
pub struct Exchange {
    /// When it ended.
    pub at: Timestamp,
    /// The method.
    pub method: String,
    /// The path with its placeholders.
    pub template: String,
    /// The path, below the base address.
    pub path: String,
    /// The query, encoded.
    pub query: String,
    /// Names of the headers that were sent.
    pub header_names: Vec<String>,
    /// What was sent.
    pub body: Option<Bytes>,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// What came of it.
    pub came: Came,
}

/// What came of an attempt.
#[derive(Clone)]
pub enum Came {
    /// An answer, read to its end.
    Answer {
        /// Its status.
        status: u16,
        /// Its headers.
        headers: HeaderMap,
        /// Its body, decompressed.
        body: Bytes,
    },
    /// No answer.
    Failure {
        /// Why.
        failure: Failure,
        /// Whether the CRM may have acted on the request.
        reached: bool,
    },
    /// There was no key or token to send.
    NoCredential {
        /// Why.
        failure: Failure,
        /// After the CRM had rejected the one before.
        renewing: bool,
    },
}

/// An error, as far as a replay needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its kind.
    pub kind: ErrorKind,
    /// It, in plain English.
    pub message: String,
    /// Whether trying again can help.
    pub retry: Retry,
}

impl From<&AdapterError> for Failure {
    fn from(error: &AdapterError) -> Self {
        Self {
            kind: error.kind,
            message: error.message.clone(),
            retry: error.retry,
        }
    }
}

impl Failure {
    /// The error again.
    #[must_use]
    pub fn error(&self) -> AdapterError {
        AdapterError::new(self.kind, self.message.clone()).retry(self.retry)
    }
}

/// What is held of a client's exchanges.
#[derive(Clone, Default)]
pub struct Recording(Arc<Mutex<Held>>);

impl fmt::Debug for Recording {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Recording")
    }
}

#[derive(Default)]
struct Held {
    pages: VecDeque<Page>,
    aside: VecDeque<Exchange>,
    bytes: usize,
    left_out: u64,
    tokens: Vec<Secret<String>>,
    kept: Option<Page>,
}

#[derive(Clone, Default)]
struct Page {
    /// The position from which a listing goes on with this page; none for the first.
    from: Option<Cursor>,
    exchanges: Vec<Exchange>,
    bytes: usize,
}

/// What was taken out of a recording.
#[derive(Default)]
pub struct Taken {
    /// The position from which a listing makes these exchanges; none where they are all since its
    /// start.
    pub from: Option<Cursor>,
    /// The exchanges, oldest first.
    pub exchanges: Vec<Exchange>,
    /// Small ones from before, whose answers may be needed again.
    pub aside: Vec<Exchange>,
    /// How many were let go of.
    pub left_out: u64,
    /// Keys and tokens that were sent, so that they can be kept out of what is written down.
    pub tokens: Vec<Secret<String>>,
    /// The page that was to be kept whatever followed.
    pub kept: Option<KeptPage>,
}

/// The exchanges of one page, whatever followed them.
pub struct KeptPage {
    /// The position from which a listing makes them; none where it does at its start.
    pub from: Option<Cursor>,
    /// They, oldest first.
    pub exchanges: Vec<Exchange>,
}

impl fmt::Debug for Taken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Taken")
            .field("exchanges", &self.exchanges.len())
            .field("left_out", &self.left_out)
            .finish_non_exhaustive()
    }
}

impl Exchange {
    fn bytes(&self) -> usize {
        let sent = self.body.as_ref().map_or(0, Bytes::len);
        let came = match &self.came {
            Came::Answer { body, .. } => body.len(),
            _ => 0,
        };
        sent.saturating_add(came)
    }
}

impl Recording {
    /// A listing goes on from here: what is said next belongs to the page after this position.
    pub fn goes_on_from(&self, position: &Cursor) {
        let mut held = self.held();
        held.pages.push_back(Page {
            from: Some(position.clone()),
            ..Page::default()
        });
        held.trim();
    }

    /// The page at hand shows what is wrong: it is kept whatever follows. The first such page is.
    pub fn keeps(&self) {
        let mut held = self.held();
        if held.kept.is_none() {
            held.kept = held.pages.back().cloned();
        }
    }

    /// What is said next is another matter; what was said before is kept for what may be needed again.
    pub fn turns(&self) {
        let mut held = self.held();
        while held.let_go_of_oldest() {}
    }

    /// Takes everything that is held.
    #[must_use]
    pub fn take(&self) -> Taken {
        let held = std::mem::take(&mut *self.held());
        let from = held.pages.front().and_then(|page| page.from.clone());
        Taken {
            from,
            exchanges: held
                .pages
                .into_iter()
                .flat_map(|page| page.exchanges)
                .collect(),
            aside: held.aside.into(),
            left_out: held.left_out,
            tokens: held.tokens,
            kept: held.kept.map(|page| KeptPage {
                from: page.from,
                exchanges: page.exchanges,
            }),
        }
    }

    /// Takes note of an attempt.
    pub(super) fn note(&self, request: &Request<'_>, attempt: u32, at: Timestamp, came: Came) {
        let exchange = Exchange {
            at,
            method: request.method.as_str().to_owned(),
            template: request.template.clone(),
            path: request.path().to_owned(),
            query: request.query_text().to_owned(),
            header_names: request
                .headers
                .keys()
                .map(|name| name.as_str().to_owned())
                .collect(),
            body: request.body.clone(),
            attempt,
            came,
        };
        let mut held = self.held();
        if held.pages.is_empty() {
            held.pages.push_back(Page::default());
        }
        let bytes = exchange.bytes();
        held.bytes = held.bytes.saturating_add(bytes);
        if let Some(page) = held.pages.back_mut() {
            page.bytes = page.bytes.saturating_add(bytes);
            page.exchanges.push(exchange);
        }
        held.trim();
    }

    /// Takes note of a key or token that is sent.
    pub(super) fn sends(&self, token: &Secret<String>) {
        let mut held = self.held();
        if !held.tokens.contains(token) {
            held.tokens.push(token.clone());
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Lets go of the oldest page, but for small answers, and says whether there was one.
    fn let_go_of_oldest(&mut self) -> bool {
        let Some(page) = self.pages.pop_front() else {
            return false;
        };
        self.bytes = self.bytes.saturating_sub(page.bytes);
        for exchange in page.exchanges {
            self.left_out += 1;
            if exchange.bytes() <= SMALL {
                self.aside.push_back(exchange);
            }
        }
        while self.aside.len() > MOST_ASIDE {
            self.aside.pop_front();
        }
        true
    }

    /// Lets go of whole pages, oldest first, and of the oldest within the only one that is left.
    fn trim(&mut self) {
        while self.pages.len() > 1 && (self.pages.len() > MOST_PAGES || self.bytes > MOST_BYTES) {
            self.let_go_of_oldest();
        }
        let Some(page) = self.pages.front_mut() else {
            return;
        };
        while page.exchanges.len() > 1
            && (self.bytes > MOST_BYTES || page.exchanges.len() > MOST_OF_A_PAGE)
        {
            let gone = page.exchanges.remove(0).bytes();
            page.bytes = page.bytes.saturating_sub(gone);
            self.bytes = self.bytes.saturating_sub(gone);
            self.left_out += 1;
        }
    }
}

/// What an answer says, as it is recorded.
pub(super) fn answer(response: &HttpResponse) -> Came {
    Came::Answer {
        status: response.status.as_u16(),
        headers: response.headers.clone(),
        body: response.body.clone(),
    }
}
