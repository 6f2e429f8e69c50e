//! Settings whose names end like a secret's and that hold only a name: of a cookie, of a key in a session, of an object that
//! keeps the secret. Knows names and texts alone.

use crate::program::vocabulary;

/// Whether a setting of this name that holds this text says under which name a secret is found.
pub(in crate::rules) fn holds_only_a_name(setting: &str, text: &str) -> bool {
    let words = vocabulary::words(setting);
    let text_words: Vec<&str> = text.split(['_', '-', '.', ':']).collect();
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|letter| letter.is_ascii_alphabetic());
    if !text_words.iter().all(is_word) {
        return false;
    }
    let ends =
        |wanted: &[&str]| text_words.last().is_some_and(|last| wanted.contains(&last.to_ascii_lowercase().as_str()));
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        // `COOKIE_REFRESH_TOKEN_KEY = "shop_refresh_token"`: the key under which a token is kept.
        [.., "token" | "session" | "cookie" | "jwt", "key"] => {
            ends(&["token", "session", "sid", "jwt", "cookie", "auth"])
        }
        // `K8S_CONFIG_SECRET = "shop-config-secret"`: an object of the cluster (a label of RFC 1123), not what it holds.
        [.., "secret" | "secrets"] if is_of_cluster(setting) => {
            text_words.len() > 1 && text.contains('-') && ends(&["secret", "secrets", "credentials", "config"])
        }
        _ => false,
    }
}

fn is_of_cluster(setting: &str) -> bool {
    let setting = setting.to_ascii_lowercase();
    setting.contains("k8s") || setting.contains("kube")
}
