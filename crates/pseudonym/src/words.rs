//! Words of protocols and of the trade, which say nothing about anybody.
//!
//! Names that an error text can do without are left out even where they are such a word, too (`grant`,
//! `mark`, `page`, `young`): a name that survives is worse than an error text that has lost a word. Of
//! the others those that are also names are harmless in small letters only (`key`, but not `Key`). Any
//! word can be a name where one stands: see `values::prose`.

use std::collections::HashSet;
use std::sync::LazyLock;

static WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| LIST.split_ascii_whitespace().collect());

const LIST: &str = "
a about above access account accepted action active activated activity address after again agencies
agency all allow allowed already also an and another any api app application applicant applicants
applicantlettings applicantsales are archived array as at attribute attributes auth authenticate
authenticated authentication authorisation authorised authorization authorize authorized available
back bad batch be because been before below between blocked boolean both bounced branch bearer body
broken business but buyer buyers buying by cache call called calls can cannot certificate change
changed character check client clients closed code collection commercial company complete
configuration configured confirm conflict connection consent contact contacts content correct could
created credential credentials currently customer customers daily data database date day days
declined default delayed delete deleted denied deny did disabled do document does domain done down
draft duplicate during each either email emails empty enabled end ended endpoint enough entity enum
error errors exceeded exception exist existing exists expected expire expired expires expiry failed
failure false field fields filter following for forbidden format found from full gateway get given
granted has have header headers host hour hours http https id identifier ids if in inactive include
included incomplete incorrect individual install installation installed integer integration
interactive internal into invalid invalidcontactid invalid_client invalid_grant invalid_request
invalid_scope invalid_token is issue it item items its json key keys known landlord landlords later
lead leads least length let lettings level limit limited limits link links list listed listing live
load lock locked login long lookup made main maintenance malformed many marketing match max maximum
media member message meta method minimum minute minutes missing mode model modified more most moved
must name named network new next no none not note notes notfound null number object of off office
offline ok on once one only open operation optin optout option or organisation organization other
our out output over owner parameter parameters parent parse path payload people per permission
permissions permitted person phone please policy portal post preference present prevented primary
problem process processing prohibited properties property prospect provide provided provider proxy
purchaser put query quota rate reached read reason received record records reference refresh refused
register registered reject rejected related relationship relationships removed rental renting
request requested requests require required reset resource response result results retry revoked
role root route sale sales schema scope scopes search second seconds secret see seller sent server
service services session short should sign signature signed sms sold some soon source specified
standard started state status still stop stopped string subscribed subscription success successful
such supplier support supplied supported suspended system team temporarily temporary tenant tenants
than that the their them then there these they this tier time timeout timestamp title to token too
total trace true try type unable unauthenticated unauthorised unauthorized unauthorized_client
unavailable under unexpected unique unknown unprocessable unsubscribed unsupported
unsupported_grant_type until up update updated upstream url us use used user uses using valid
validation value values vendor vendors verified version view viewing wait warning was we webhook
were what when where which while window with within without write wrong xml you your
captive portal hotspot wi fi guest network free welcome internet online html head div span form
input br script style doctype charset utf href equiv button h1 h2 p img src alt
wispaccessgatewayparam redirect messagetype responsecode accessprocedure locationname html
";

static NAMES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| ALSO_NAMES.split_ascii_whitespace().collect());

/// Those of the list that people are called, too.
const ALSO_NAMES: &str = "
back branch button call code date day down end field fields free given guest head host key keys lead
leads link list lock long main match max must new parent per post present read root sale sales see
seller session short soon span still trace true wait welcome while window
";

/// Whether a word is one of these, and nobody's name as it is written.
pub(crate) fn is_harmless_here(word: &str) -> bool {
    is_harmless(word) && !(is_capital(word) && NAMES.contains(word.to_ascii_lowercase().as_str()))
}

/// By these a network's own sign-in page is known from a CRM's answer, however they are written: an
/// exchange without them would be another failure.
const OF_NETWORKS: [&str; 5] = [
    "captive portal",
    "guest network",
    "hotspot",
    "wi-fi",
    "wispaccessgatewayparam",
];

/// Whether these words tell a network's own page.
pub(crate) fn is_of_networks(words: &str) -> bool {
    OF_NETWORKS.contains(&words.to_ascii_lowercase().as_str())
}

/// Whether a word is written as a name is.
pub(crate) fn is_capital(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
}

/// Whether a word is one of these.
pub(crate) fn is_harmless(word: &str) -> bool {
    WORDS.contains(word.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_also_a_name_is_harmless_in_small_letters_only() {
        for name in NAMES.iter() {
            assert!(is_harmless_here(name), "{name} is in the list");
            let (first, rest) = name.split_at(1);
            let written = first.to_uppercase() + rest;
            assert!(!is_harmless_here(&written), "{written} can be somebody");
            assert!(!is_harmless_here(&name.to_uppercase()), "{name}, shouted");
        }
        assert!(is_harmless_here("The"), "a sentence may begin");
    }
}
