//! The cases, chapter by chapter.

mod access;
mod crm;
mod data;
mod local;
mod network;
mod platform;
mod secure;
mod unasked;

pub(crate) use crm::SMALL_ALLOWANCE;

use crate::case::Case;

/// All of them.
pub(crate) fn all() -> Vec<Case> {
    let chapters = [
        network::cases(),
        secure::cases(),
        crm::cases(),
        data::cases(),
        access::cases(),
        local::cases(),
        platform::cases(),
        unasked::cases(),
    ];
    chapters.into_iter().flatten().collect()
}
