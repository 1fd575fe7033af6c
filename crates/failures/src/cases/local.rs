//! This computer: keychain, disk, database, settings.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};

use nurturehub_engine::{Engine, State, SyncOptions, Vault};
use nurturehub_port::{ErrorKind, Owner, Secret};
use nurturehub_vault::AccountKey;
use tokio_util::sync::CancellationToken;

use crate::case::{Case, Deed, Work};
use crate::desk::Desk;
use crate::door_vault::Door;
use crate::finding::Finding;
use crate::person;
use crate::plan::Plan;
use crate::verdict::{Checked, wrong};
use crate::work::found;

pub(super) fn cases() -> Vec<Case> {
    let keychain =
        |title, cause, kinds| Case::new(title, cause, kinds, Owner::Agency, State::Failing);
    let opened = || Deed::Own(|desk| Box::pin(turns(desk, Door::Open)));
    vec![
        keychain(
            "The keychain is locked",
            Deed::Own(|desk| Box::pin(turns(desk, Door::Locked))),
            &[ErrorKind::VaultLocked],
        )
        .needs("keychain unlocked", opened()),
        keychain(
            "The keychain is gone",
            Deed::Own(|desk| Box::pin(turns(desk, Door::Gone))),
            &[ErrorKind::VaultUnavailable],
        )
        .needs("keychain service started", opened()),
        keychain(
            "The keychain lets nobody in",
            Deed::Own(|desk| Box::pin(turns(desk, Door::Refusing))),
            &[ErrorKind::VaultRefused],
        )
        .needs("access allowed", opened()),
        Case::new(
            "The keychain is locked while the program starts",
            Deed::Own(|desk| Box::pin(turns(desk, Door::Locked))),
            &[ErrorKind::VaultLocked],
            Owner::Agency,
            State::New,
        )
        .met_by(Work::Own(|desk| Box::pin(starts(desk))))
        .needs("keychain unlocked", opened())
        .stateless(),
        Case::new(
            "The stored secrets are gone from the keychain",
            Deed::Own(|desk| Box::pin(forgets(desk))),
            &[ErrorKind::AuthInvalid],
            Owner::Agency,
            State::NeedsReauth,
        )
        .needs("signed in again", signed_in_again()),
        Case::new(
            "The stored secrets are damaged",
            Deed::Own(|desk| Box::pin(scribbles(desk))),
            &[ErrorKind::AuthInvalid],
            Owner::Agency,
            State::NeedsReauth,
        )
        .needs("signed in again", signed_in_anew()),
        Case::new(
            "The disk is full",
            Deed::Own(|desk| Box::pin(fills_up(desk))),
            &[ErrorKind::StorageFull],
            Owner::Agency,
            State::Failing,
        )
        .ends(Deed::Own(|desk| Box::pin(has_room(desk)))),
        Case::new(
            "Another program writes to the database",
            Deed::Own(|desk| Box::pin(occupied(desk))),
            &[ErrorKind::StorageBusy],
            Owner::Support,
            State::Healthy,
        )
        .ends(Deed::Own(|desk| Box::pin(let_go(desk)))),
        Case::new(
            "The database's key is to be changed while it is in use",
            Deed::NoFault,
            &[ErrorKind::StorageBusy],
            Owner::Support,
            State::New,
        )
        .met_by(Work::Own(|desk| Box::pin(changes_key(desk))))
        .ends(Deed::Own(|desk| {
            Box::pin(async {
                desk.close();
                Ok(())
            })
        }))
        .stateless(),
        Case::new(
            "The database is damaged",
            Deed::Own(|desk| Box::pin(damages(desk))),
            &[ErrorKind::StorageCorrupt],
            Owner::Support,
            State::New,
        )
        .met_by(Work::Own(|desk| Box::pin(starts(desk))))
        .needs(
            "started afresh",
            Deed::Own(|desk| Box::pin(starts_afresh(desk))),
        )
        .stateless(),
        Case::new(
            "The database's key is lost",
            Deed::Own(|desk| Box::pin(loses_key(desk))),
            &[ErrorKind::StorageCorrupt],
            Owner::Support,
            State::New,
        )
        .met_by(Work::Own(|desk| Box::pin(starts(desk))))
        .needs(
            "started afresh",
            Deed::Own(|desk| Box::pin(starts_afresh(desk))),
        )
        .stateless(),
        Case::new(
            "Another run is under way",
            Deed::Own(|desk| Box::pin(leased(desk))),
            &[ErrorKind::AlreadyRunning],
            Owner::Support,
            State::Healthy,
        )
        .ends(Deed::Own(|desk| Box::pin(let_go(desk)))),
        Case::new(
            "A person cancels the sync",
            Deed::NoFault,
            &[ErrorKind::Cancelled],
            Owner::Agency,
            State::Healthy,
        )
        .met_by(Work::Own(|desk| Box::pin(is_cancelled(desk))))
        .ends(Deed::Own(|desk| {
            Box::pin(async {
                desk.held.push(Box::new(()));
                Ok(())
            })
        })),
        Case::new(
            "The connection is paused",
            Deed::Own(|desk| Box::pin(pauses(desk))),
            &[ErrorKind::Configuration],
            Owner::Agency,
            State::Paused,
        )
        .needs("resumed", Deed::Own(|desk| Box::pin(resumes(desk)))),
        Case::new(
            "The CRM's address is plain http to another computer",
            Deed::NoFault,
            &[ErrorKind::Configuration],
            Owner::Agency,
            State::New,
        )
        .plan(Plan::with(&[("baseUrl", "http://crm.example")]))
        .met_by(Work::Own(|desk| Box::pin(connects(desk))))
        .needs("address corrected", corrected())
        .stateless(),
        Case::new(
            "A setting is misspelt",
            Deed::NoFault,
            &[ErrorKind::Configuration],
            Owner::Agency,
            State::New,
        )
        .plan(Plan::with(&[("pagesize", "100")]))
        .met_by(Work::Own(|desk| Box::pin(connects(desk))))
        .needs("setting corrected", corrected())
        .stateless(),
    ]
}

fn corrected() -> Deed {
    Deed::Own(|desk| {
        Box::pin(async {
            desk.plan.settings = &[];
            Ok(())
        })
    })
}

fn signed_in_again() -> Deed {
    Deed::Own(|desk| Box::pin(async { desk.reauthorize().await }))
}

/// What is damaged is put away first, as the remedy of the vault says.
fn signed_in_anew() -> Deed {
    Deed::Own(|desk| {
        Box::pin(async {
            forgets(desk).await?;
            desk.reauthorize().await
        })
    })
}

async fn turns(desk: &mut Desk, door: Door) -> Checked {
    desk.vault.set(door);
    Ok(())
}

/// Starts the program, and syncs where something is connected.
async fn starts(desk: &mut Desk) -> Checked<Option<Finding>> {
    Ok(desk.open().await.err().map(|error| found(&error)))
}

fn secrets(desk: &Desk) -> Checked<AccountKey> {
    let id = nurturehub_port::ConnectionId::parse(desk.connection.clone());
    let id = id.map_err(|error| wrong("no connection", error))?;
    Ok(AccountKey::connection(&id))
}

async fn forgets(desk: &mut Desk) -> Checked {
    let account = secrets(desk)?;
    let done = desk.vault.delete(&account).await;
    done.map_err(|error| wrong("not deleted", error))
}

async fn scribbles(desk: &mut Desk) -> Checked {
    let account = secrets(desk)?;
    let done = desk.vault.write(&account, Secret::new(vec![0; 16])).await;
    done.map_err(|error| wrong("not written", error))
}

/// No page more than the database has now.
async fn fills_up(desk: &mut Desk) -> Checked {
    let store = desk.engine()?.store();
    let done = store.limit_pages(Some(1)).await;
    done.map_err(|error| wrong("no limit", error))?;
    // What there is to store must need room.
    let mutation = nurturehub_sandbox::Mutation::of(nurturehub_sandbox::Change::Create, 200);
    desk.sandbox.mutate(desk.spec.id.as_str(), &mutation);
    Ok(())
}

async fn has_room(desk: &mut Desk) -> Checked {
    let done = desk.engine()?.store().limit_pages(None).await;
    done.map_err(|error| wrong("no room", error))
}

/// Another program has a transaction open.
async fn occupied(desk: &mut Desk) -> Checked {
    let other = Engine::open(desk.options()).await;
    let other = other.map_err(|error| wrong("no other program", error))?;
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let (began, begun) = tokio::sync::oneshot::channel();
    let held = other.store().enqueue(move |_| {
        let _ = began.send(());
        // Ends when the case lets go of its end.
        let _ = wait.recv();
        Ok(())
    });
    let held = held.map_err(|error| wrong("nothing held", error))?;
    begun.await.map_err(|error| wrong("nothing begun", error))?;
    // Let go of in this order: the transaction ends before its program does.
    desk.held.push(Box::new(release));
    desk.held.push(Box::new(held));
    desk.held.push(Box::new(other));
    Ok(())
}

async fn let_go(desk: &mut Desk) -> Checked {
    for held in std::mem::take(&mut desk.held) {
        drop(held);
    }
    Ok(())
}

async fn changes_key(desk: &mut Desk) -> Checked<Option<Finding>> {
    let changed = Engine::rotate_key(desk.options()).await;
    Ok(changed.err().map(|error| found(&error)))
}

async fn damages(desk: &mut Desk) -> Checked {
    desk.close();
    let scribble = || -> std::io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .open(desk.at_home().database())?;
        file.seek(SeekFrom::Start(64))?;
        file.write_all(&[0; 4096])
    };
    scribble().map_err(|error| wrong("not damaged", error))
}

async fn loses_key(desk: &mut Desk) -> Checked {
    desk.close();
    let lost = desk.vault.delete(&AccountKey::database_key()).await;
    lost.map_err(|error| wrong("not lost", error))
}

async fn starts_afresh(desk: &mut Desk) -> Checked {
    let done = Engine::start_fresh(desk.options()).await;
    done.map(|_| ())
        .map_err(|error| wrong("not begun anew", error))
}

/// Another program has the lease.
async fn leased(desk: &mut Desk) -> Checked {
    let path = desk
        .at_home()
        .locks()
        .join(format!("{}.run", desk.connection));
    let taken = OpenOptions::new().write(true).open(path);
    let taken = taken.map_err(|error| wrong("no lease", error))?;
    taken.lock().map_err(|error| wrong("not taken", error))?;
    desk.held.push(Box::new(taken));
    Ok(())
}

/// Cancelled at once, until the case is over.
async fn is_cancelled(desk: &mut Desk) -> Checked<Option<Finding>> {
    if !desk.held.is_empty() {
        return desk.finding_of_sync().await;
    }
    let cancel = CancellationToken::new();
    cancel.cancel();
    let options = SyncOptions::default();
    let engine = desk.engine()?;
    let done = engine
        .sync(&desk.connection, options, &|_| {}, &cancel)
        .await;
    Ok(done.err().map(|error| found(&error)))
}

async fn pauses(desk: &mut Desk) -> Checked {
    let paused = desk.engine()?.pause(&desk.connection).await;
    paused
        .map(|_| ())
        .map_err(|error| wrong("not paused", error))
}

async fn resumes(desk: &mut Desk) -> Checked {
    let resumed = desk.engine()?.resume(&desk.connection).await;
    resumed
        .map(|_| ())
        .map_err(|error| wrong("not resumed", error))
}

async fn connects(desk: &mut Desk) -> Checked<Option<Finding>> {
    let done = desk.connect_with(&person::goes_where_sent()).await;
    Ok(done.err().map(|error| found(&error)))
}
