//! What is known when an entry has run: the rules that judge a whole route ask here.

use super::bounds::Reached;
use super::event::{Above, Decision, Decode, HeaderUse, Introspection, LooseForm, Stage};
use super::evidence::{Check, Evidence};
use super::origin::{Origin, Origins};
use crate::source::Place;
use crate::syntax::tree::Name;
use std::collections::{BTreeMap, BTreeSet};

/// Names that a value is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Where they stand.
    pub names: Place,
    /// Where what is bound to them ends.
    pub end: u32,
}

/// What is known when an entry has run.
#[derive(Clone, Debug, Default)]
pub struct Facts<'p> {
    /// Every decode, by place.
    pub decodes: BTreeMap<Place, Decode<'p>>,
    /// Those of them that a part of the entry, run by itself, knows from before.
    pub decoded_before: BTreeSet<Place>,
    /// Claims that were tested: decode and name; an empty name where that is not known, so that it may be any.
    pub claim_checks: BTreeSet<(Place, Name)>,
    /// Calls and decorators of libraries that verified the caller, by place, with their dotted names.
    pub verifiers: BTreeMap<Place, Name>,
    /// Claims that were looked for, whatever they say: where, decode and name; an empty name where that is not known.
    pub claim_presence: BTreeSet<(Place, Place, Name)>,
    /// Claims that were read: decode and name.
    pub claim_reads: BTreeSet<(Place, Name)>,
    /// Decodes whose claims were validated by a call of their own.
    pub validated: BTreeSet<Place>,
    /// What was verified, or compared with what the program holds, by place: where the presented value came from.
    pub tried: BTreeMap<Place, Origins>,
    /// Of these, the ones whose verdict nobody looks at, and the names that it is bound to, where it is.
    pub unheeded: BTreeMap<Place, Option<Binding>>,
    /// And those whose result nobody reads, likewise: an exception is all they can tell.
    pub unread: BTreeMap<Place, Option<Binding>>,
    /// Statements that change nothing: log lines, answers and exceptions that are made and dropped.
    pub idle: BTreeSet<Place>,
    /// Names of functions that hold what was verified, with the verifications.
    pub holders: BTreeMap<(Option<Place>, Name), BTreeSet<Place>>,
    /// Verifications in whose place something else says who the caller is where they fail, and whether that is a guest.
    pub stand_ins: BTreeSet<(Place, bool)>,
    /// Where the handler of a route returned, with what its path had established.
    pub ways_out: Vec<(Place, Evidence)>,
    /// Handlers of errors that gave what the route would have given.
    pub answered_instead: BTreeSet<Place>,
    /// Checks that let a caller without any credential pass.
    pub optional_checks: BTreeSet<Place>,
    /// Where somebody asked who the caller is.
    pub identity_reads: BTreeSet<Place>,
    /// Where what was answered decided something or was handed on, and whether the handler did it.
    pub identity_looks: BTreeMap<Place, bool>,
    /// Objects that read a credential for a parameter and give nothing where there is none.
    pub optional_schemes: BTreeSet<Place>,
    /// Answers that hold what is known about a person, with the key that says so.
    pub personal_answers: BTreeMap<Place, Name>,
    /// Comparisons of claims of which nobody looks at the result, with the claim's name.
    pub unused_comparisons: BTreeMap<Place, Name>,
    /// Parameters of unverified token headers that were tested, or seen by what nobody can see into.
    pub header_checks: BTreeSet<Name>,
    /// What was done with parameters of unverified token headers, by place.
    pub header_uses: BTreeMap<(Place, HeaderUse), Origin>,
    /// Ways to take an `Authorization` header apart that a later test of its scheme makes up for, with the header.
    pub loose_schemes: BTreeMap<(Place, LooseForm), Origin>,
    /// Questions to an authorization server, by place: the answers' claims carry it.
    pub introspections: BTreeMap<Place, Introspection<'p>>,
    /// Decodes whose claims an unknown function saw whole, or that left the analysed code.
    pub escaped_claims: BTreeSet<Place>,
    /// What unverified claims decided.
    pub decisions: BTreeSet<Decision>,
    /// Which bounds it reached.
    pub bounds: Reached,
    /// Credentials read from the request, by place.
    pub reads: BTreeMap<Place, Origin>,
    /// Credentials that a callback is handed.
    pub presented: Vec<Origin>,
    /// Headers in which guards of libraries look for a credential by themselves, by place of the guard.
    pub read_by_guards: BTreeMap<Place, Name>,
    /// Which part of what surrounds the handler made each check.
    pub stages: BTreeMap<Check, Stage>,
    /// Where credentials enter that were compared with what the program holds.
    pub compared: BTreeSet<Place>,
    /// Signatures computed over a body that was parsed and written out again, by place, and where that came from.
    pub signed_copies: BTreeMap<Place, Origin>,
    /// Where a library verified the signature over a message that it was handed.
    pub verified_messages: BTreeSet<Place>,
    /// Requests to another service that a presented credential is sent with, so that somebody else judges it, and what of the caller
    /// they are given.
    pub judged_elsewhere: BTreeMap<Place, Origins>,
    /// Calls nobody can see into whose name says that they check, and what of a presented token they were handed: the token or its
    /// pieces, not what it says.
    pub checked_unseen: BTreeMap<Place, Origins>,
    /// Requests that a claim goes into together with the token that it is of: who answers them knows both.
    pub claims_beside_token: BTreeSet<Place>,
    /// Where signatures were computed that a presented one was compared with.
    pub compared_signatures: BTreeSet<Place>,
    /// Settings that a presented credential was compared with, by name.
    pub expected_settings: BTreeSet<Name>,
    /// Settings that are used as keys, by name.
    pub key_settings: BTreeSet<Name>,
    /// Secrets that a test found unset: where, and which.
    pub unset_secrets: BTreeMap<Place, Origin>,
    /// Secrets by name that a caller's credential was compared with, or that are keys.
    pub checking_secrets: BTreeSet<Name>,
    /// Secrets by name that something nobody can see into was given together with a credential.
    pub secrets_beside_credentials: BTreeSet<Name>,
    /// Calls that hand request data to another service or library, whose answer may confirm it, or that decrypt it.
    pub inquiries: BTreeSet<Place>,
    /// Where a digest was handed to what nobody can see into: who keeps digests of keys knows the key by it.
    pub digests_handed: BTreeSet<Place>,
    /// Calls nobody can see into that were given the raw body: they may verify it.
    pub raw_body_seen: BTreeSet<Place>,
    /// Decorators above the one that registers the entry: the framework never runs them.
    pub decorators_above: Vec<Above>,
    /// Settings that reach a log: origin, sink, place.
    pub logged_settings: Vec<(Origin, String, Place)>,
}

impl<'p> Facts<'p> {
    /// Takes over what became known in a part of the entry that was run by itself.
    pub(super) fn absorb(&mut self, part: &Facts<'p>) {
        let Self {
            decodes,
            // Said of the part alone.
            decoded_before: _,
            claim_checks,
            verifiers,
            claim_presence,
            claim_reads,
            validated,
            tried,
            unheeded,
            unread,
            idle,
            holders,
            stand_ins,
            ways_out,
            answered_instead,
            optional_checks,
            identity_reads,
            identity_looks,
            optional_schemes,
            personal_answers,
            unused_comparisons,
            header_checks,
            header_uses,
            loose_schemes,
            introspections,
            escaped_claims,
            decisions,
            bounds,
            reads,
            presented,
            read_by_guards,
            stages,
            compared,
            signed_copies,
            verified_messages,
            judged_elsewhere,
            checked_unseen,
            claims_beside_token,
            compared_signatures,
            expected_settings,
            key_settings,
            unset_secrets,
            checking_secrets,
            secrets_beside_credentials,
            inquiries,
            digests_handed,
            raw_body_seen,
            // Said of the whole entry.
            decorators_above: _,
            logged_settings,
        } = part;
        add_new(&mut self.decodes, decodes);
        add_all(&mut self.claim_checks, claim_checks);
        add_new(&mut self.verifiers, verifiers);
        add_all(&mut self.claim_presence, claim_presence);
        add_all(&mut self.claim_reads, claim_reads);
        add_all(&mut self.validated, validated);
        add_new(&mut self.tried, tried);
        add_new(&mut self.unheeded, unheeded);
        add_new(&mut self.unread, unread);
        add_all(&mut self.idle, idle);
        for (holder, verifications) in holders {
            self.holders.entry(holder.clone()).or_default().extend(verifications);
        }
        add_all(&mut self.stand_ins, stand_ins);
        add_missing(&mut self.ways_out, ways_out, PartialEq::eq);
        add_all(&mut self.answered_instead, answered_instead);
        add_all(&mut self.optional_checks, optional_checks);
        add_all(&mut self.identity_reads, identity_reads);
        add_new(&mut self.identity_looks, identity_looks);
        add_all(&mut self.optional_schemes, optional_schemes);
        add_new(&mut self.personal_answers, personal_answers);
        add_new(&mut self.unused_comparisons, unused_comparisons);
        add_all(&mut self.header_checks, header_checks);
        add_new(&mut self.header_uses, header_uses);
        add_new(&mut self.loose_schemes, loose_schemes);
        add_new(&mut self.introspections, introspections);
        add_all(&mut self.escaped_claims, escaped_claims);
        add_all(&mut self.decisions, decisions);
        self.bounds.absorb(bounds);
        add_new(&mut self.reads, reads);
        add_missing(&mut self.presented, presented, |one, other| root(one) == root(other));
        add_new(&mut self.read_by_guards, read_by_guards);
        add_new(&mut self.stages, stages);
        add_all(&mut self.compared, compared);
        add_new(&mut self.signed_copies, signed_copies);
        add_all(&mut self.verified_messages, verified_messages);
        add_new(&mut self.judged_elsewhere, judged_elsewhere);
        add_new(&mut self.checked_unseen, checked_unseen);
        add_all(&mut self.claims_beside_token, claims_beside_token);
        add_all(&mut self.compared_signatures, compared_signatures);
        add_all(&mut self.expected_settings, expected_settings);
        add_all(&mut self.key_settings, key_settings);
        add_new(&mut self.unset_secrets, unset_secrets);
        add_all(&mut self.checking_secrets, checking_secrets);
        add_all(&mut self.secrets_beside_credentials, secrets_beside_credentials);
        add_all(&mut self.inquiries, inquiries);
        add_all(&mut self.digests_handed, digests_handed);
        add_all(&mut self.raw_body_seen, raw_body_seen);
        add_missing(&mut self.logged_settings, logged_settings, |one, other| {
            (root(&one.0), one.2) == (root(&other.0), other.2)
        });
    }
}

fn add_all<T: Clone + Ord>(known: &mut BTreeSet<T>, more: &BTreeSet<T>) {
    known.extend(more.iter().cloned());
}

fn add_new<K: Clone + Ord, V: Clone>(known: &mut BTreeMap<K, V>, more: &BTreeMap<K, V>) {
    for (key, value) in more {
        known.entry(key.clone()).or_insert_with(|| value.clone());
    }
}

fn add_missing<T: Clone>(known: &mut Vec<T>, more: &[T], is_same: impl Fn(&T, &T) -> bool) {
    for one in more {
        if !known.iter().any(|known| is_same(known, one)) {
            known.push(one.clone());
        }
    }
}

/// Where a value entered.
fn root(origin: &Origin) -> Place {
    origin.trail.root().place
}
