//! Rules and categories by name, and which rules a selection means.

use std::collections::BTreeSet;

use crate::rules::catalogue::{self, Category, Profile, RulePage};
use crate::suggest;

/// What `select` and `ignore` may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// One rule.
    Rule(&'static str),
    /// Every rule of a category.
    Category(Category),
}

const CATEGORIES: [Category; 6] = [
    Category::Comparison,
    Category::Verification,
    Category::Secrets,
    Category::Leakage,
    Category::Webhook,
    Category::Housekeeping,
];

impl Selector {
    /// Reads a name; the error says what would have been right.
    pub fn parse(name: &str) -> Result<Self, String> {
        if let Some(page) = catalogue::page(name) {
            return Ok(Self::Rule(page.id));
        }
        if let Some(category) = CATEGORIES.into_iter().find(|category| category.as_str() == name) {
            return Ok(Self::Category(category));
        }
        let rules = catalogue::pages().iter().map(|page| page.id);
        let names = rules.chain(CATEGORIES.iter().map(|category| category.as_str()));
        Err(match suggest::nearest(name, names) {
            Some(near) => format!("no rule or category; did you mean `{near}`?"),
            None => "no rule or category; `bearerlint rule` lists them all".to_owned(),
        })
    }

    fn names(&self, page: &RulePage) -> bool {
        match self {
            Self::Rule(id) => page.id == *id,
            Self::Category(category) => page.category == *category,
        }
    }
}

/// Ids of the rules that run. A category in `select` brings the rules of the profile; a rule named there runs whatever
/// its profile, unless `ignore` names that very rule.
pub(super) fn rules(profile: Profile, select: Option<&[Selector]>, ignore: &[Selector]) -> BTreeSet<&'static str> {
    let in_profile = |page: &RulePage| profile == Profile::Strict || page.profile == Profile::Default;
    let runs = |page: &RulePage| {
        let by_name = Selector::Rule(page.id);
        let is_named = select.is_some_and(|list| list.contains(&by_name));
        let is_wanted = match select {
            None => in_profile(page),
            Some(list) => is_named || (in_profile(page) && list.iter().any(|selector| selector.names(page))),
        };
        let is_ignored =
            if is_named { ignore.contains(&by_name) } else { ignore.iter().any(|selector| selector.names(page)) };
        is_wanted && !is_ignored
    };
    catalogue::pages().iter().filter(|page| runs(page)).map(|page| page.id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "unused-suppression";

    fn run(select: Option<&[Selector]>, ignore: &[Selector]) -> bool {
        rules(Profile::Default, select, ignore).contains(RULE)
    }

    #[test]
    fn the_more_particular_name_wins() {
        let (rule, category) = (Selector::Rule(RULE), Selector::Category(Category::Housekeeping));
        let other = Selector::Category(Category::Webhook);
        assert!(run(None, &[]));
        assert!(!run(None, std::slice::from_ref(&category)));
        assert!(!run(Some(std::slice::from_ref(&other)), &[]));
        assert!(run(Some(std::slice::from_ref(&category)), &[]));
        assert!(run(Some(std::slice::from_ref(&rule)), std::slice::from_ref(&category)));
        assert!(!run(Some(std::slice::from_ref(&category)), std::slice::from_ref(&rule)));
        assert!(!run(Some(std::slice::from_ref(&rule)), std::slice::from_ref(&rule)));
    }

    #[test]
    fn unknown_names_come_with_the_nearest() {
        assert_eq!(
            Selector::parse("unused-supression"),
            Err("no rule or category; did you mean `unused-suppression`?".to_owned())
        );
        assert_eq!(Selector::parse("leakag"), Err("no rule or category; did you mean `leakage`?".to_owned()));
        assert_eq!(Selector::parse("webhook"), Ok(Selector::Category(Category::Webhook)));
    }
}
