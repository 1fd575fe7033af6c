//! Where a listing stands, and where a page takes it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use nurturehub_port::{AdapterError, ErrorKind, SyncStart};
use serde::{Deserialize, Serialize};

use super::Profile;
use super::format::EndText;
use super::rules::{List, Paging, Style};

/// The version of the cursor.
const VERSION: u32 = 1;

/// Where a listing stands. Holds nothing personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    v: u32,
    /// The list that is being read.
    pub(super) list: String,
    /// Pages, or records, before the next page of the list; by the style of paging.
    pub(super) at: u64,
    /// What leads to the next page, where each answer says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<String>,
    /// Records on the longest page of the list so far: what the CRM really gives for a page.
    #[serde(default)]
    stride: u64,
    /// Records of the list so far.
    #[serde(default)]
    seen: u64,
    /// The smallest total that the list has said so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    least: Option<u64>,
    /// The total of each list as last said.
    #[serde(default)]
    totals: BTreeMap<String, u64>,
    /// Only what changed since then is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) since: Option<Timestamp>,
    /// When the listing began, by the CRM's clock where it tells the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) began: Option<Timestamp>,
    /// Set once every list was read to its end.
    #[serde(default)]
    pub(super) done: bool,
}

/// What a page says about the list.
#[derive(Debug, Clone, Default)]
pub(super) struct Extent {
    pub(super) length: u64,
    pub(super) total: Option<u64>,
    pub(super) next: Option<String>,
}

/// Where a page takes the listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// To the page after it.
    On,
    /// To an earlier page, for records may have slipped past.
    Back,
    /// To the next list, or to the end.
    Ended,
    /// Nowhere: what is read as the list's total is the length of a page.
    TotalOfPage,
    /// Nowhere: the list has more records than it gives.
    Short { total: Option<u64>, reached: u64 },
}

impl Position {
    /// Where a listing begins.
    ///
    /// # Errors
    /// `protocol`, where it is to go on from a position that is not one of this profile's.
    pub(super) fn of(start: &SyncStart, profile: &Profile) -> Result<Self, AdapterError> {
        match start {
            SyncStart::Full => Ok(Self::start(profile, None)),
            SyncStart::Incremental { since } => {
                let Some(changes) = &profile.changes else {
                    return Ok(Self::start(profile, None));
                };
                let last: Self = since.decode()?;
                let overlap = SignedDuration::from_secs(i64::from(changes.overlap_seconds));
                let since = last.began.and_then(|began| began.checked_sub(overlap).ok());
                Ok(Self::start(profile, since))
            }
            SyncStart::Resume { at } => {
                let position: Self = at.decode()?;
                let paged_alike = match profile.paging.style {
                    Style::Next { .. } | Style::OnePage => position.at == 0,
                    Style::PageNumber { .. } | Style::Offset { .. } => position.token.is_none(),
                };
                if position.v == VERSION && profile.list(&position.list).is_some() && paged_alike {
                    return Ok(position);
                }
                Err(AdapterError::new(
                    ErrorKind::Protocol,
                    "The stored position of the last sync does not fit the profile.",
                )
                .remedy("Run a full sync; it starts from the beginning and repairs the position."))
            }
        }
    }

    fn start(profile: &Profile, since: Option<Timestamp>) -> Self {
        Self {
            v: VERSION,
            list: profile.list_names().next().unwrap_or_default().to_owned(),
            at: 0,
            token: None,
            stride: 0,
            seen: 0,
            least: None,
            totals: BTreeMap::new(),
            since,
            began: None,
            done: false,
        }
    }

    /// How many records all lists have, once all have said.
    pub(super) fn total(&self, profile: &Profile) -> Option<u64> {
        profile.list_names().try_fold(0_u64, |sum, name| {
            Some(sum.saturating_add(*self.totals.get(name)?))
        })
    }

    /// On to the next list, or to the end.
    fn leave_list(&mut self, profile: &Profile) {
        let mut names = profile.list_names().skip_while(|name| *name != self.list);
        match names.nth(1) {
            Some(next) => {
                *self = Self {
                    list: next.to_owned(),
                    totals: std::mem::take(&mut self.totals),
                    began: self.began,
                    ..Self::start(profile, self.since)
                };
            }
            None => self.done = true,
        }
    }

    /// Takes note of a page at the present place, and moves on. `doubted` is the place of an empty
    /// page that came too early, where there was one.
    pub(super) fn follow(
        &mut self,
        profile: &Profile,
        list: &List,
        page: Extent,
        doubted: &mut Option<u64>,
    ) -> Turn {
        let known = self.totals.get(&self.list).copied();
        if let Some(total) = page.total {
            self.totals.insert(self.list.clone(), total);
            self.least = Some(self.least.map_or(total, |least| least.min(total)));
        }
        self.seen = self.seen.saturating_add(page.length);
        self.stride = self.stride.max(page.length);
        let turn = match &profile.paging.style {
            Style::OnePage => self.one_page(&profile.paging, list, &page),
            Style::Next { .. } => self.follow_token(page),
            Style::PageNumber { .. } | Style::Offset { .. } => {
                let lost = match (known, page.total) {
                    (Some(before), Some(now)) => before.saturating_sub(now),
                    _ => 0,
                };
                if lost > 0 && self.at > 0 {
                    self.retreat(&profile.paging, lost);
                    Turn::Back
                } else if page.length == 0 {
                    self.nothing(&profile.paging, doubted)
                } else {
                    self.something(&profile.paging, page.length)
                }
            }
        };
        if turn == Turn::Ended {
            self.leave_list(profile);
        }
        turn
    }

    /// The whole list in one answer.
    fn one_page(&self, paging: &Paging, list: &List, page: &Extent) -> Turn {
        // As many as were asked for: there is no telling whether there are more.
        let full = list.takes_count() && page.length >= paging.records;
        let short = match page.total {
            Some(total) => total > page.length,
            None => full,
        };
        if short {
            return Turn::Short {
                total: page.total,
                reached: page.length,
            };
        }
        Turn::Ended
    }

    fn follow_token(&mut self, page: Extent) -> Turn {
        self.token = page.next;
        match (&self.token, self.least) {
            (Some(_), _) => Turn::On,
            (None, Some(least)) if least > self.seen => Turn::Short {
                total: Some(least),
                reached: self.seen,
            },
            (None, _) => Turn::Ended,
        }
    }

    /// Records, as many as `length`, at the present place.
    fn something(&mut self, paging: &Paging, length: u64) -> Turn {
        let before = self.before(paging);
        let reached = before.saturating_add(length);
        let ended = match self.totals.get(&self.list) {
            // A profile may have taken the length of a page for that of the list. A full first page
            // cannot tell, so the next one is looked at.
            Some(total) if before == 0 && *total == length && length >= paging.records => false,
            Some(total) if before == *total => return Turn::TotalOfPage,
            Some(total) => reached >= *total && self.least.is_none_or(|least| self.seen >= least),
            None => paging.end == EndText::ShortPage && length < paging.records,
        };
        if ended {
            return Turn::Ended;
        }
        self.at = self.at.saturating_add(match paging.style {
            Style::Offset { .. } => length,
            _ => 1,
        });
        Turn::On
    }

    /// No records at the present place: the end of the list, or an answer that came too early. Then
    /// the listing looks again one page earlier, once; a list that has shrunk says so there.
    fn nothing(&mut self, paging: &Paging, doubted: &mut Option<u64>) -> Turn {
        let total = self.totals.get(&self.list).copied();
        let reached = self.before(paging);
        let expected = total.is_some_and(|total| total > reached)
            || self.least.is_some_and(|least| least > self.seen);
        if !expected {
            return Turn::Ended;
        }
        if self.at == 0 || *doubted == Some(self.at) {
            return Turn::Short { total, reached };
        }
        *doubted = Some(self.at);
        self.retreat(paging, self.stride);
        Turn::Back
    }

    /// Records before the present place.
    fn before(&self, paging: &Paging) -> u64 {
        match paging.style {
            Style::Offset { .. } => self.at,
            _ => self.at.saturating_mul(self.stride),
        }
    }

    /// Back by so many records, or by the pages that they can be spread over.
    fn retreat(&mut self, paging: &Paging, records: u64) {
        let back = match paging.style {
            Style::Offset { .. } => records,
            _ => records.div_ceil(self.stride.max(1)),
        };
        self.at = self.at.saturating_sub(back);
        // What is read again must not count twice, or a list that lacks records would seem whole.
        self.seen = self.seen.min(self.before(paging));
    }
}
