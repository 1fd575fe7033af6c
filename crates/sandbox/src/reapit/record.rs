//! Rendering records in the shapes of the vendor's REST schema: ContactModel, ContactRoleModel,
//! ApplicantModel, LandlordModel, VendorModel, TenancyModel.

use crate::clock::rfc3339;
use crate::json_text::JsonText;
use crate::people::{DATA_END_MS, Dice, People, Person, Place, Purpose, Said};

use super::ids::{CATEGORIES, Kind, NEGOTIATORS, OFFICES, id_of};
use super::roles::{Mode, Roles, linked_id};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A record's stamps, in milliseconds since 1970, whole seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamps {
    pub(super) created: i64,
    /// `None` until the first edit.
    pub(super) modified: Option<i64>,
}

/// Where a record belongs and when it was made: everything that is not the person.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) id: String,
    pub(super) office: usize,
    pub(super) negotiator: &'static str,
    pub(super) stamps: Stamps,
    pub(super) archived: bool,
    pub(super) active: bool,
}

impl Frame {
    /// The frame of a record that was there at the start.
    pub(super) fn of(people: &People, index: usize, seed: u64) -> Self {
        let mut dice = people.dice(Purpose::Record, index);
        let office = dice.index(OFFICES.len());
        let stamps = stamps(people, index, &mut dice);
        let negotiator = if dice.one_in(150) {
            // Somebody who left long ago and is in no list.
            "ZZZ"
        } else {
            NEGOTIATORS
                .get(dice.index(NEGOTIATORS.len()))
                .map_or("", |negotiator| negotiator.0)
        };
        Self {
            id: id_of(Kind::Contact, index, office, seed),
            office,
            negotiator,
            stamps,
            archived: dice.one_in(50),
            active: !dice.one_in(12),
        }
    }

    pub(super) fn office_id(&self) -> &'static str {
        OFFICES.get(self.office).map_or("OXF", |office| office.0)
    }
}

fn stamps(people: &People, index: usize, dice: &mut Dice) -> Stamps {
    let whole_second = |ms: i64| ms / 1_000 * 1_000;
    let age_days = i64::from(dice.below(5_000)) + 30;
    let within_day = i64::from(dice.below(86_400)) * 1_000;
    let mut created = whole_second(DATA_END_MS - age_days * DAY_MS + within_day);
    let since = DATA_END_MS - created;
    let later = i64::from(dice.below(1_000)) * (since / 1_000);
    let mut modified = Some(whole_second(created + later.max(1_000)));
    if dice.percent(15) {
        modified = None;
    }
    if people.is_imported(index) {
        created = DATA_END_MS - 400 * DAY_MS;
        modified = modified.map(|at| at.max(created));
    }
    if people.is_mass_updated(index) {
        modified = Some(DATA_END_MS - 20 * DAY_MS);
        created = created.min(DATA_END_MS - 21 * DAY_MS);
    }
    Stamps { created, modified }
}

/// A contact, and where in its text the value of `_embedded` begins.
pub(super) struct RenderedContact {
    pub(super) text: Vec<u8>,
    pub(super) embed_at: usize,
}

/// Joins a contact's members and its relationships into a text that serves both with and without
/// them.
pub(super) fn seal_contact(mut members: Vec<u8>, relationships: &[u8]) -> RenderedContact {
    members.extend_from_slice(b",\"_embedded\":");
    let embed_at = members.len();
    members.extend_from_slice(b"{\"relationships\":");
    members.extend_from_slice(relationships);
    members.extend_from_slice(b"}}");
    RenderedContact {
        text: members,
        embed_at,
    }
}

/// A contact's record.
pub(super) fn contact(
    people: &People,
    index: usize,
    seed: u64,
    frame: &Frame,
    person: &Person,
    roles: Roles,
) -> RenderedContact {
    let mut dice = people.dice(Purpose::Record, index);
    // The dice of the frame are the same; what follows must not hang on them.
    let salt = dice.bits();
    let id = &frame.id;
    let mut json = JsonText(Vec::with_capacity(2_200));
    json.raw("{");
    match people.is_unmappable(index).then_some(salt % 2) {
        Some(0) => {
            json.raw("\"id\":null,");
        }
        Some(_) => {}
        None => {
            json.raw("\"id\":").text(id).raw(",");
        }
    }
    stamps_members(&mut json, frame.stamps);
    json.raw(",");
    name_members(&mut json, person);
    json.flag(",\"active\":", Some(frame.active));
    json.member(",\"marketingConsent\":", consent_word(person.said, salt))
        .member(
            ",\"identityCheck\":",
            match salt % 5 {
                0 => Some("pass"),
                1 => Some("unchecked"),
                _ => None,
            },
        );
    if salt % 7 < 4 {
        json.raw(",\"source\":{\"id\":")
            .text(frame.office_id())
            .raw(",\"type\":\"office\"}");
    } else {
        json.raw(",\"source\":null");
    }
    phone_members(&mut json, person);
    json.member(",\"email\":", person.email.as_deref());
    if frame.archived {
        let since = frame.stamps.modified.unwrap_or(frame.stamps.created);
        json.member(",\"archivedOn\":", Some(&rfc3339(since)));
    } else {
        json.raw(",\"archivedOn\":null");
    }
    json.flag(",\"fromArchive\":", Some(frame.archived));
    let empty = if salt.is_multiple_of(3) {
        Some("")
    } else {
        None
    };
    address(
        &mut json,
        ",\"primaryAddress\":",
        Some("primary"),
        person.place.as_ref(),
        empty,
    );
    address(
        &mut json,
        ",\"secondaryAddress\":",
        Some("secondary"),
        person.second_place.as_ref(),
        empty,
    );
    json.raw(",\"workAddress\":null");
    json.raw(",\"officeIds\":[")
        .text(frame.office_id())
        .raw("]");
    if person.odd.blank {
        json.raw(",\"negotiatorIds\":[]");
    } else {
        json.raw(",\"negotiatorIds\":[")
            .text(frame.negotiator)
            .raw("]");
    }
    match CATEGORIES.get((salt % 12) as usize) {
        Some((category, _)) => json.raw(",\"categoryIds\":[").text(category).raw("]"),
        None => json.raw(",\"categoryIds\":[]"),
    };
    let [letter, email, phone, sms] = person.channels;
    json.flag(",\"communicationPreferenceLetter\":", letter)
        .flag(",\"communicationPreferenceEmail\":", email)
        .flag(",\"communicationPreferencePhone\":", phone)
        .flag(",\"communicationPreferenceSMS\":", sms);
    additional(&mut json, person);
    json.raw(",\"metadata\":null,\"_eTag\":");
    if salt % 25 == 1 {
        json.raw("null");
    } else {
        json.text(&format!("\"{salt:016X}{:016X}\"", salt.rotate_left(21)));
    }
    json.raw(",\"extrasField\":null,");
    json.raw(&format!(
        "\"_links\":{{\"self\":{{\"href\":\"/contacts/{id}\"}},\
         \"documents\":{{\"href\":\"/documents/?associatedType=contact&associatedId={id}\"}},\
         \"identityChecks\":{{\"href\":\"/identityChecks/?contactId={id}\"}},\
         \"offices\":{{\"href\":\"/offices/?id={office}\"}},\
         \"negotiators\":{{\"href\":\"/negotiators/?id={negotiator}\"}},\
         \"relationships\":{{\"href\":\"/contacts/{id}/relationships\"}},\
         \"subscriptions\":{{\"href\":\"/contacts/{id}/subscriptions\"}}}}",
        office = frame.office_id(),
        negotiator = frame.negotiator,
    ));
    seal_contact(json.0, &relationships(people, index, seed, frame, roles))
}

/// The value of a contact's relationships: an array of ContactRoleModel.
fn relationships(people: &People, index: usize, seed: u64, frame: &Frame, roles: Roles) -> Vec<u8> {
    let mut json = JsonText::default();
    json.raw("[");
    for (position, (kind, owner)) in roles.links(index).into_iter().enumerate() {
        if position > 0 {
            json.raw(",");
        }
        let other = linked_id(people, kind, owner, seed);
        let word = kind.as_str();
        let contact = &frame.id;
        json.raw("{\"id\":")
            .text(&format!("{contact}{position}"))
            .raw(",");
        stamps_members(&mut json, frame.stamps);
        json.member(",\"contactId\":", Some(contact))
            .member(",\"associatedType\":", Some(word))
            .member(",\"associatedId\":", Some(&other))
            .flag(",\"fromArchive\":", Some(roles.archived))
            .raw(&format!(
                ",\"_links\":{{\"self\":{{\"href\":\"/contacts/{contact}/relationships/{contact}{position}\"}},\
                 \"contact\":{{\"href\":\"/contacts/{contact}\"}},\
                 \"{word}\":{{\"href\":\"{path}{other}\"}}}},\"_embedded\":null}}",
                path = kind.path(),
            ));
    }
    json.raw("]");
    json.0
}

/// The record of an applicant, landlord, vendor or tenancy that belongs to a contact. `partner` is
/// the second of a couple.
pub(super) fn role_entity(
    kind: Kind,
    people: &People,
    index: usize,
    seed: u64,
    frame: &Frame,
    roles: Roles,
    related: &[(&Frame, &Person)],
) -> Vec<u8> {
    let id = linked_id(people, kind, index, seed);
    let mut json = JsonText(Vec::with_capacity(1_500));
    json.raw("{\"id\":").text(&id).raw(",");
    stamps_members(&mut json, frame.stamps);
    match kind {
        Kind::Applicant => applicant_members(&mut json, index, roles, frame),
        Kind::Landlord => {
            json.flag(",\"active\":", Some(frame.active))
                .raw(",\"solicitorId\":null")
                .member(",\"officeId\":", Some(frame.office_id()))
                .raw(",\"source\":null");
        }
        Kind::Vendor => {
            json.raw(",\"lastCall\":null,\"nextCall\":null,\"typeId\":\"S\",\"sellingReasonId\":null,\"solicitorId\":null")
                .member(",\"propertyId\":", Some(&format!("{}{:06}", frame.office_id(), index)))
                .raw(",\"source\":null,\"correspondenceAddressType\":null")
                .member(",\"negotiatorId\":", Some(frame.negotiator))
                .raw(",\"officeIds\":[").text(frame.office_id()).raw("]");
        }
        Kind::Tenancy | Kind::Contact | Kind::Offer => {
            json.raw(",\"startDate\":\"2024-08-01T00:00:00.000Z\",\"endDate\":\"2025-08-01T00:00:00.000Z\",\"status\":\"current\",\"agentRole\":\"managed\",\"rent\":950.5,\"rentFrequency\":\"monthly\",\"typeId\":\"AZR\"")
                .member(",\"negotiatorId\":", Some(frame.negotiator))
                .member(",\"propertyId\":", Some(&format!("{}{:06}", frame.office_id(), index)))
                .raw(",\"applicantId\":null,\"source\":null");
        }
    }
    if matches!(kind, Kind::Applicant | Kind::Vendor) {
        json.raw(",\"archivedOn\":null");
    }
    if kind != Kind::Landlord {
        // Landlords have no such field.
        json.flag(",\"fromArchive\":", Some(roles.archived));
    }
    json.raw(",\"related\":[");
    for (position, (frame, person)) in related.iter().enumerate() {
        if position > 0 {
            json.raw(",");
        }
        related_contact(&mut json, kind, frame, person, roles.archived);
    }
    json.raw("],\"metadata\":null,\"_eTag\":null").raw(&format!(
        ",\"_links\":{{\"self\":{{\"href\":\"{path}{id}\"}},\"relationships\":{{\"href\":\"{path}{id}/relationships\"}}}},\"_embedded\":null}}",
        path = kind.path(),
    ));
    json.0
}

fn applicant_members(json: &mut JsonText, index: usize, roles: Roles, frame: &Frame) {
    let mode = roles.applicant.unwrap_or(Mode::Buying);
    let price = 180_000 + index % 60 * 10_000;
    json.member(",\"marketingMode\":", Some(mode.as_str()))
        .raw(",\"currency\":\"GBP\"")
        .flag(",\"active\":", Some(frame.active))
        .raw(",\"notes\":\"Looking for a garden\",\"sellingStatus\":null,\"sellingPosition\":null,\"statusId\":null,\"lastCall\":null,\"nextCall\":null,\"departmentId\":\"G\",\"solicitorId\":null,\"potentialClient\":false,\"type\":[\"house\"],\"style\":null,\"situation\":null,\"parking\":null,\"age\":null,\"locality\":null,\"specialFeatures\":null,\"bedroomsMin\":2,\"bedroomsMax\":4,\"locationType\":\"none\",\"locationOptions\":null");
    if mode == Mode::Renting {
        json.raw(",\"buying\":null,\"renting\":{\"moveDate\":null,\"term\":\"long\",\"rentFrom\":700,\"rentTo\":1250,\"rentFrequency\":\"monthly\",\"furnishing\":null,\"positionId\":null}");
    } else {
        json.raw(&format!(
            ",\"buying\":{{\"priceFrom\":{price},\"priceTo\":{},\"decoration\":null,\"reasonId\":null,\"positionId\":null,\"tenure\":null,\"mortgageExpiry\":null,\"leaseRemaining\":null}},\"renting\":null",
            price + 50_000
        ));
    }
    json.raw(",\"source\":null,\"officeIds\":[")
        .text(frame.office_id())
        .raw("],\"negotiatorIds\":[")
        .text(frame.negotiator)
        .raw("]");
}

fn related_contact(
    json: &mut JsonText,
    kind: Kind,
    frame: &Frame,
    person: &Person,
    archived: bool,
) {
    json.raw("{\"id\":")
        .text(&frame.id)
        .member(",\"name\":", Some(&person.full_name()))
        .raw(",");
    name_members(json, person);
    json.raw(",\"type\":\"contact\"");
    phone_members(json, person);
    json.member(",\"email\":", person.email.as_deref())
        .raw(",\"marketingConsent\":null");
    if kind != Kind::Landlord {
        json.flag(",\"fromArchive\":", Some(archived));
    }
    address(
        json,
        ",\"primaryAddress\":",
        None,
        person.place.as_ref(),
        None,
    );
    json.raw(",\"additionalContactDetails\":null}");
}

fn stamps_members(json: &mut JsonText, stamps: Stamps) {
    json.member("\"created\":", Some(&rfc3339(stamps.created)))
        .member(",\"modified\":", stamps.modified.map(rfc3339).as_deref());
}

fn name_members(json: &mut JsonText, person: &Person) {
    json.member("\"title\":", person.title.as_deref())
        .member(",\"forename\":", person.forename.as_deref())
        .member(",\"surname\":", person.surname.as_deref());
    let born = person
        .born
        .as_ref()
        .map(|day| format!("{day}T00:00:00.000Z"));
    json.member(",\"dateOfBirth\":", born.as_deref());
}

fn phone_members(json: &mut JsonText, person: &Person) {
    json.member(",\"homePhone\":", person.home.as_deref())
        .member(",\"workPhone\":", person.work.as_deref())
        .member(",\"mobilePhone\":", person.mobile.as_deref());
}

/// An address; parts that nobody typed in are `empty`.
fn address(
    json: &mut JsonText,
    key: &str,
    kind: Option<&str>,
    place: Option<&Place>,
    empty: Option<&str>,
) {
    json.raw(key);
    let Some(place) = place else {
        json.raw("null");
        return;
    };
    json.raw("{");
    if let Some(kind) = kind {
        json.raw("\"type\":").text(kind).raw(",");
    }
    json.member(
        "\"buildingName\":",
        place.building_name.as_deref().or(empty),
    )
    .member(
        ",\"buildingNumber\":",
        place.building_number.as_deref().or(empty),
    )
    .member(",\"line1\":", place.street.as_deref().or(empty))
    .member(",\"line2\":", place.town.as_deref().or(empty))
    .member(",\"line3\":", place.county.as_deref().or(empty))
    .member(",\"line4\":", empty)
    .member(",\"postcode\":", place.postcode.as_deref().or(empty))
    .member(",\"countryId\":", place.country)
    .raw("}");
}

fn additional(json: &mut JsonText, person: &Person) {
    match &person.also {
        Some(also) => {
            let kind = if also.contains('@') {
                "Email 2"
            } else {
                "Mobile 2"
            };
            json.raw(",\"additionalContactDetails\":[{\"type\":")
                .text(kind)
                .member(",\"value\":", Some(also))
                .raw("}]");
        }
        None => {
            json.raw(",\"additionalContactDetails\":null");
        }
    }
}

const fn consent_word(said: Said, salt: u64) -> Option<&'static str> {
    match said {
        Said::Yes => Some("grant"),
        Said::No => Some("deny"),
        Said::NotAsked => Some("notAsked"),
        Said::Nothing if salt.is_multiple_of(2) => Some("unknown"),
        Said::Nothing => None,
    }
}
