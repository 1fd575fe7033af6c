//! A CRM's sign-in service that answers as it is told, and one that speaks no HTTP at all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Response, Uri};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
    pub(crate) form: HashMap<String, String>,
}

/// An answer to give.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

pub(crate) fn json(status: u16, body: &str) -> Answer {
    Answer {
        status,
        headers: vec![("content-type", "application/json".to_owned())],
        body: body.as_bytes().to_vec(),
    }
}

/// The service; ends with its value.
pub(crate) struct Crm {
    pub(crate) base: String,
    requests: Arc<Mutex<Vec<Request>>>,
    /// While held, no answer is given.
    pub(crate) gate: Arc<tokio::sync::Mutex<()>>,
    task: AbortHandle,
}

impl Crm {
    /// Gives the answers in turn, and the last one for ever.
    pub(crate) async fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::<Mutex<Vec<Request>>>::default();
        let gate = Arc::<tokio::sync::Mutex<()>>::default();
        let answers: Arc<[Answer]> = answers.into_iter().collect();
        let (log, held) = (Arc::clone(&requests), Arc::clone(&gate));
        let app = Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let index = {
                let mut log = log.lock().unwrap();
                log.push(Request {
                    path: uri.path().to_owned(),
                    authorization: headers
                        .get("authorization")
                        .map(|value| value.to_str().unwrap().to_owned()),
                    form: url::form_urlencoded::parse(&body).into_owned().collect(),
                });
                log.len().min(answers.len()) - 1
            };
            let (answer, held) = (answers[index].clone(), Arc::clone(&held));
            async move {
                drop(held.lock().await);
                let mut response = Response::builder().status(answer.status);
                for (name, value) in &answer.headers {
                    response = response.header(*name, value);
                }
                response.body(Body::from(answer.body)).unwrap()
            }
        });
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self {
            base,
            requests,
            gate,
            task: task.abort_handle(),
        }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Crm {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Something on a port that reads a little, writes these bytes, and then closes or stays.
pub(crate) async fn raw(bytes: &'static [u8], stays: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(bytes).await;
            if stays {
                kept.push(stream);
            }
        }
    });
    address.to_string()
}
