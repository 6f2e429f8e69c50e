//! What names say of values that a program makes itself: which are credentials, and which anybody knows.

use super::vocabulary::{OTHER_MEANINGS, has, has_pair, speak_of_secret, words, written_pairs};

/// Words of names that hold a credential for something that is not a caller, or only speak of one.
const NO_MADE_CREDENTIAL: &[&str] = &[
    "trace",
    "correlation",
    "client",
    "job",
    "batch",
    "upload",
    "lock",
    "lease",
    "fencing",
    "epoch",
    "placeholder",
    "pad",
    "sentinel",
    "stop",
    "eos",
    "bos",
    "unk",
    "dummy",
    "fake",
    "sample",
    "example",
    "test",
    "cancel",
    "cancellation",
    "resume",
    "task",
    "worker",
    "watch",
    "poll",
    "state",
    "nonce",
    "temp",
    "tmp",
    "at",
    "last",
    "since",
    "start",
    "started",
    "refreshed",
    "updated",
    "issued",
    "acquired",
    "fetched",
    "until",
    "when",
    "seen",
    "used",
    "changed",
    "modified",
    "sent",
    "rotated",
    "renewed",
    "expired",
    "bucket",
    "embedding",
    "embeddings",
    "tensor",
    "logits",
    "prob",
    "probability",
    "guess",
    "seed",
    "idx",
    "change",
    "compute",
    "count",
    "estimate",
];

/// Words that name a code for one use.
const ONE_TIME_WORDS: &[&str] = &["otp", "totp", "passcode"];

/// What a code, key or link is for that lets its holder in.
const PURPOSES: &[&str] = &[
    "activation",
    "activate",
    "reset",
    "confirm",
    "confirmation",
    "verification",
    "verify",
    "invite",
    "invitation",
    "recovery",
    "registration",
    "login",
    "auth",
    "security",
    "magic",
    "unlock",
    "backup",
    "otp",
    "sms",
    "access",
    "passwordless",
];

/// What it is, after what it is for.
const FORMS: &[&str] = &["code", "key", "hash", "link", "pin"];

/// Whether something that the program makes is called a credential: a token, key, password or code that lets its holder in.
pub fn is_made_credential(name: &str) -> bool {
    let words = words(name);
    let is_other = words.iter().any(|word| {
        NO_MADE_CREDENTIAL.contains(&word.as_str())
            || (OTHER_MEANINGS.contains(&word.as_str())
                && !matches!(word.as_str(), "user" | "service" | "hash" | "url" | "uri"))
    });
    if is_other && !has(&words, &["secret"]) {
        return false;
    }
    speak_of_secret(&words) || has(&words, ONE_TIME_WORDS) || has_pair(&words, PURPOSES, FORMS)
}

/// Whether what has this name is the digest of a credential (`token_hash`), and not a credential that is called a hash
/// (`reset_hash`).
pub fn is_called_digest(name: &str) -> bool {
    let words = words(name);
    let is_digest =
        words.last().is_some_and(|word| matches!(word.as_str(), "hash" | "digest" | "fingerprint" | "checksum"));
    is_digest && !has_pair(&words, PURPOSES, FORMS)
}

/// The words of names of credentials that only a program that makes them speaks of, as a text writes them.
pub(in crate::program) fn written_words() -> impl Iterator<Item = String> {
    ONE_TIME_WORDS.iter().map(|word| (*word).to_owned()).chain(written_pairs(PURPOSES, FORMS))
}

/// Whether a function of this name only says that it makes something, not what.
pub fn only_makes(name: &str) -> bool {
    words(name).iter().all(|word| {
        matches!(
            word.as_str(),
            "generate"
                | "create"
                | "new"
                | "make"
                | "build"
                | "next"
                | "get"
                | "issue"
                | "call"
                | "random"
                | "value"
                | "default"
        )
    })
}

/// A class's name without the word that says that it makes something: `TokenGenerator`.
pub fn without_maker(name: &str) -> String {
    let makers =
        ["generator", "factory", "service", "manager", "provider", "maker", "builder", "issuer", "store", "repository"];
    let kept: Vec<String> = words(name).into_iter().filter(|word| !makers.contains(&word.as_str())).collect();
    kept.join("_")
}

/// Whether what has this name is known to others or easily found out: an address, a date, an identifier.
pub fn is_public(name: &str) -> bool {
    let words = words(name);
    !words.is_empty()
        && words.iter().all(|word| {
            [
                "id",
                "pk",
                "uid",
                "email",
                "mail",
                "username",
                "user",
                "name",
                "login",
                "phone",
                "account",
                "prefix",
                "date",
                "day",
                "now",
                "today",
                "time",
                "timestamp",
                "ts",
                "created",
                "joined",
                "index",
                "i",
                "n",
                "number",
                "host",
                "hostname",
                "ip",
                "address",
                "addr",
                "remote",
                "agent",
                "domain",
                "order",
                "customer",
                "client",
                "member",
                "slug",
                "title",
                "role",
                "tenant",
                "org",
                "organisation",
                "organization",
                "company",
                "first",
                "last",
                "at",
                "self",
                "full",
                "birth",
                "birthday",
                "year",
                "month",
                "pid",
                "current",
                "count",
                "expiry",
                "expires",
                "locale",
                "country",
                "city",
                "product",
                "version",
                "namespace",
                "dns",
                "url",
            ]
            .contains(&word.as_str())
        })
}

/// Whether a variable of this name holds a number that grows by one each time.
pub fn is_counter(name: &str) -> bool {
    let words = words(name);
    words.last().is_some_and(|word| matches!(word.as_str(), "counter" | "seq" | "sequence" | "serial"))
        || has_pair(&words, &["next", "last"], &["id", "number"])
}
