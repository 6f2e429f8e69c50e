//! Words that a literal is made of: what stands in the place of a secret and is none.

use super::words;

/// Whether a string says that something has to be written in its place: `YOUR_TOKEN_HERE`, `your-client-secret`, `sk-xxxxxxxxxxxx`,
/// `mock_access_token`.
pub fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let words = words(&lower);
    let is_addressed = matches!(words.first().map(String::as_str), Some("your" | "insert" | "enter" | "put"))
        || matches!(words.last().map(String::as_str), Some("here" | "removed" | "redacted"));
    let is_made_up = words.iter().any(|word| matches!(word.as_str(), "mock" | "dummy" | "fake" | "placeholder"))
        || matches!(words.as_slice(), [.., before, last] if before == "for" && matches!(last.as_str(), "test" | "tests" | "testing"));
    (words.len() > 1 && (is_addressed || is_made_up)) || lower.contains("xxxxxxxx")
}

/// Whether a string names an algorithm of a token's header (RFC 7518, sections 3.1, 4.1 and 5.1): `ECDH-ES+A128KW`.
fn is_algorithm(text: &str) -> bool {
    let is_numbered = |piece: &str| {
        let stem = piece.trim_end_matches(|letter: char| letter.is_ascii_digit());
        stem.len() < piece.len() && matches!(stem, "hs" | "rs" | "es" | "ps" | "pbes" | "oaep" | "")
    };
    let is_piece = |piece: &str| {
        is_numbered(piece)
            || matches!(piece, "rsa" | "oaep" | "ecdh" | "es" | "dir")
            || matches!(piece, "a128kw" | "a192kw" | "a256kw" | "a128gcm" | "a192gcm" | "a256gcm")
            || matches!(piece, "a128gcmkw" | "a192gcmkw" | "a256gcmkw" | "a128cbc" | "a192cbc" | "a256cbc")
    };
    text.chars().any(char::is_alphabetic) && text.split(['-', '+']).all(is_piece)
}

/// Whether a string is a word of an authentication scheme, a token type, an algorithm or a placeholder and no secret.
pub fn is_scheme_or_word(text: &str) -> bool {
    let lower = text.trim().to_ascii_lowercase();
    is_algorithm(&lower)
        || matches!(
            lower.as_str(),
            "" | "bearer"
                | "basic"
                | "digest"
                | "token"
                | "jwt"
                | "apikey"
                | "api-key"
                | "api_key"
                | "key"
                | "hmac"
                | "negotiate"
                | "oauth"
                | "access"
                | "refresh"
                | "null"
                | "none"
                | "undefined"
                | "nil"
                | "true"
                | "false"
                | "anonymous"
                | "mac"
                | "secret"
                | "aws4-hmac-sha256"
                | "sha1"
                | "sha256"
                | "id_token"
                | "access_token"
                | "refresh_token"
                | "password"
                | "n/a"
                | "unknown"
                | "sso-key"
                | "hawk"
                | "scram"
                | "ntlm"
                | "kerberos"
                | "bearer:"
                | "default"
                | "*"
                | "-"
                | "public"
                | "private"
        )
}
