//! A listing, read to its end.

use std::collections::BTreeSet;

use nurturehub_port::{
    AdapterError, ContactPage, ContactStream, Cursor, MappedContact, PageRecord, RejectedRecord,
};

use futures_util::StreamExt;

use crate::book::Book;
use crate::verdict::{Checked, Stop, ensure, failed};

/// More pages than any listing of a check has; one that gives more does not end.
pub(crate) const ENDLESS: usize = 3_000;

/// The pages of a listing, and the error that ended it, where one did.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) pages: Vec<ContactPage>,
    pub(crate) error: Option<AdapterError>,
}

impl Listed {
    /// Reads a stream to its end; `meanwhile` happens after each page, by its number from 1.
    pub(crate) async fn read(
        mut stream: ContactStream<'_>,
        mut meanwhile: impl FnMut(usize) + Send,
    ) -> Checked<Self> {
        let mut listed = Self::default();
        while let Some(page) = stream.next().await {
            ensure!(
                listed.error.is_none(),
                "the listing went on after it had failed"
            );
            match page {
                Ok(page) => {
                    listed.pages.push(page);
                    meanwhile(listed.pages.len());
                }
                Err(error) => listed.error = Some(error),
            }
            if listed.pages.len() > ENDLESS {
                return failed(format!("the listing did not end within {ENDLESS} pages"));
            }
        }
        Ok(listed)
    }

    /// The listing, where it is complete.
    pub(crate) fn whole(self) -> Checked<Self> {
        if let Some(error) = &self.error {
            return Err(Stop::unexpected("the listing", error));
        }
        let Some((last, before)) = self.pages.split_last() else {
            return failed("the listing has no page, not even a last one");
        };
        ensure!(
            last.complete,
            "the last page does not say that it is the last"
        );
        ensure!(
            before.iter().all(|page| !page.complete),
            "a page says that it is the last, and others follow it"
        );
        Ok(self)
    }

    /// The cursor at the end.
    pub(crate) fn end(&self) -> Checked<Cursor> {
        let last = self.pages.last().map(|page| page.cursor.clone());
        last.ok_or_else(|| Stop::Failed("the listing has no page".to_owned()))
    }

    fn records(&self) -> impl Iterator<Item = &PageRecord> {
        self.pages.iter().flat_map(|page| &page.records)
    }

    pub(crate) fn contacts(&self) -> impl Iterator<Item = &MappedContact> {
        self.records().filter_map(|record| match record {
            PageRecord::Mapped(mapped) => Some(&**mapped),
            PageRecord::Rejected(_) => None,
        })
    }

    pub(crate) fn rejected(&self) -> impl Iterator<Item = &RejectedRecord> {
        self.records().filter_map(|record| match record {
            PageRecord::Rejected(rejected) => Some(rejected),
            PageRecord::Mapped(_) => None,
        })
    }

    pub(crate) fn ids(&self) -> BTreeSet<String> {
        self.contacts().map(id).collect()
    }

    /// The ids of everybody listed, in order, page by page.
    pub(crate) fn ids_by_page(&self) -> Vec<Vec<String>> {
        let of_page = |page: &ContactPage| {
            let mapped = page.records.iter().filter_map(|record| match record {
                PageRecord::Mapped(mapped) => Some(id(mapped)),
                PageRecord::Rejected(_) => None,
            });
            mapped.collect()
        };
        self.pages.iter().map(of_page).collect()
    }

    /// What it leaves behind where there was nothing.
    pub(crate) fn book(&self) -> Book {
        let mut book = Book::default();
        book.take(&self.pages);
        book
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.pages.iter().any(|page| page.complete)
    }
}

pub(crate) fn id(mapped: &MappedContact) -> String {
    mapped.contact.provenance.external_id.to_string()
}
