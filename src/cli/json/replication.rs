//! What happens in a replica set, as JSON.

use serde_json::{Value, json};

use crate::{
    base::NodeId,
    replica::primary::{News, Resync, Rise},
};

/// One piece of news; `name` gives the name of a replica.
pub(super) fn news(news: News, name: impl Fn(&NodeId) -> String) -> Value {
    match news {
        News::BecamePrimary { term, replid, offset, how } => {
            let how = match how {
                Rise::Promoted => "promoted",
                Rise::FailedOver => "failed_over",
                Rise::Elected => "elected",
                Rise::Restarted => "restarted",
            };
            json!({"fact": "became_primary", "term": term, "replid": replid.to_string(), "offset": offset, "how": how})
        }
        News::BecameReplica { of, term } => {
            json!({"fact": "became_replica", "of": of.as_ref().map(name), "term": term})
        }
        News::Resynced { from, how, replid, offset } => {
            let (how, missed) = match how {
                Resync::Partial { missed } => ("partial", Some(missed)),
                Resync::Full => ("full", None),
            };
            json!({"fact": "resynced", "from": name(&from), "how": how, "missed": missed,
                   "replid": replid.to_string(), "offset": offset})
        }
        News::RegionResynced { from, how, offset } => {
            let (how, missed) = match how {
                Resync::Partial { missed } => ("partial", Some(missed)),
                Resync::Full => ("full", None),
            };
            json!({"fact": "region_resynced", "from": name(&from), "how": how, "missed": missed, "offset": offset})
        }
        News::Suspected { node } => json!({"fact": "suspected", "replica": name(&node)}),
        News::Trusted { node } => json!({"fact": "trusted", "replica": name(&node)}),
        News::AgreedDown { node, agreeing } => {
            json!({"fact": "agreed_down", "replica": name(&node), "agreeing": agreeing})
        }
        News::Authorised { term, votes } => json!({"fact": "authorised", "term": term, "votes": votes}),
        News::NoCandidate { term } => json!({"fact": "no_candidate", "term": term}),
        News::Stood { term } => json!({"fact": "stood", "term": term}),
        News::Saved { offset } => json!({"fact": "saved", "offset": offset}),
    }
}
