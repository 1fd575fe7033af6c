//! Adapters that break a promise: a real one, with something between it and whoever asks.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use nurturehub_conformance::Subject;
use nurturehub_port::{
    Activity, ActivityOutcome, AdapterError, ContactPage, ContactStream, CrmAdapter, SyncStart,
    VerifyStep, VerifyStream, WebhookDelivery, WebhookOutcome,
};

pub(crate) type Item = Result<ContactPage, AdapterError>;
pub(crate) type Pushed = Result<Vec<ActivityOutcome>, AdapterError>;
pub(crate) type Heard = Result<WebhookOutcome, AdapterError>;

/// What is done to what goes in and what comes out; nothing, unless something is set.
#[derive(Clone, Copy)]
pub(crate) struct Break {
    pub(crate) start: fn(SyncStart) -> SyncStart,
    /// What becomes of a page or an error; the number is the page's, from 0.
    pub(crate) item: fn(&SyncStart, usize, Item) -> Option<Item>,
    pub(crate) activities: fn(&[Activity]) -> Vec<Activity>,
    pub(crate) pushed: fn(&[Activity], Pushed) -> Pushed,
    pub(crate) delivery: fn(WebhookDelivery) -> WebhookDelivery,
    pub(crate) heard: fn(Heard) -> Heard,
    pub(crate) steps: fn(Vec<VerifyStep>) -> Vec<VerifyStep>,
    /// How the pages are read.
    pub(crate) reading: Reading,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// As they are asked for.
    Plain,
    /// All of them, before the first is handed out.
    Hoarded,
    /// All of them twice.
    Twice,
    /// By a task of its own, that nobody stops.
    Detached,
}

/// A faithful one.
pub(crate) const FAITHFUL: Break = Break {
    start: |start| start,
    item: |_, _, item| Some(item),
    activities: <[Activity]>::to_vec,
    pushed: |_, pushed| pushed,
    delivery: |delivery| delivery,
    heard: |heard| heard,
    steps: |steps| steps,
    reading: Reading::Plain,
};

impl Break {
    /// The same subject with a broken adapter.
    pub(crate) fn of(self, subject: Subject) -> Subject {
        subject.rebuilt(move |build, context| {
            Box::new(Broken {
                inner: Arc::from(build(context)),
                how: self,
            })
        })
    }
}

struct Broken {
    inner: Arc<dyn CrmAdapter>,
    how: Break,
}

#[async_trait]
impl CrmAdapter for Broken {
    fn verify_connection(&self) -> VerifyStream<'_> {
        let steps = async move {
            let steps = self.inner.verify_connection().collect().await;
            stream::iter((self.how.steps)(steps))
        };
        Box::pin(stream::once(steps).flatten())
    }

    fn sync_contacts(&self, start: SyncStart) -> ContactStream<'_> {
        let start = (self.how.start)(start);
        let item = self.how.item;
        let pages = read(&self.inner, start.clone(), self.how.reading);
        Box::pin(pages.enumerate().filter_map(move |(number, page)| {
            let page = item(&start, number, page);
            async move { page }
        }))
    }

    async fn push_activity(&self, activities: &[Activity]) -> Pushed {
        let changed = (self.how.activities)(activities);
        let pushed = self.inner.push_activity(&changed).await;
        (self.how.pushed)(activities, pushed)
    }

    async fn ingest_webhook(&self, delivery: &WebhookDelivery) -> Heard {
        let delivery = (self.how.delivery)(delivery.clone());
        (self.how.heard)(self.inner.ingest_webhook(&delivery).await)
    }
}

fn read(adapter: &Arc<dyn CrmAdapter>, start: SyncStart, reading: Reading) -> ContactStream<'_> {
    match reading {
        Reading::Plain => adapter.sync_contacts(start),
        Reading::Hoarded | Reading::Twice => Box::pin(
            stream::once(async move {
                if reading == Reading::Twice {
                    let _: Vec<Item> = adapter.sync_contacts(start.clone()).collect().await;
                }
                let pages: Vec<Item> = adapter.sync_contacts(start).collect().await;
                stream::iter(pages)
            })
            .flatten(),
        ),
        Reading::Detached => {
            let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
            let adapter = Arc::clone(adapter);
            tokio::spawn(async move {
                let mut pages = adapter.sync_contacts(start);
                while let Some(page) = pages.next().await {
                    let _ = sender.send(page);
                }
            });
            Box::pin(stream::unfold(receiver, |mut receiver| async move {
                Some((receiver.recv().await?, receiver))
            }))
        }
    }
}

/// Something that is done before the first page is read.
pub(crate) type Before =
    Arc<dyn Fn() -> BoxFuture<'static, Result<(), AdapterError>> + Send + Sync>;

/// An adapter that does something else before it lists.
pub(crate) struct Busybody {
    pub(crate) inner: Box<dyn CrmAdapter>,
    pub(crate) before: Before,
}

#[async_trait]
impl CrmAdapter for Busybody {
    fn verify_connection(&self) -> VerifyStream<'_> {
        self.inner.verify_connection()
    }

    fn sync_contacts(&self, start: SyncStart) -> ContactStream<'_> {
        let first = (self.before)();
        Box::pin(
            stream::once(async move {
                match first.await {
                    Ok(()) => self.inner.sync_contacts(start),
                    Err(error) => Box::pin(stream::iter([Err(error)])),
                }
            })
            .flatten(),
        )
    }

    async fn push_activity(&self, activities: &[Activity]) -> Pushed {
        self.inner.push_activity(activities).await
    }

    async fn ingest_webhook(&self, delivery: &WebhookDelivery) -> Heard {
        self.inner.ingest_webhook(delivery).await
    }
}
