//! What a view class says of its routes in class attributes: the path before them, the HTTP methods of one that answers all.

use super::interpreter::Interpreter;
use super::value::{Shape, Value};
use crate::program::ClassRef;
use crate::syntax::tree::Name;

impl<'p> Interpreter<'p, '_> {
    /// The words of a class attribute that holds a list, in capitals.
    pub(super) fn listed_attribute(&mut self, class: ClassRef<'p>, name: &str) -> Vec<Name> {
        let list = self.class_attribute(class, &name.into());
        let words = match list.as_ref().map(|list| &list.shape) {
            Some(Shape::Sequence(elements)) => elements.iter().filter_map(Value::as_text).collect(),
            _ => Vec::new(),
        };
        words.into_iter().map(|word| Name::from(word.to_uppercase())).collect()
    }

    /// The path that a view class puts before those of its methods.
    pub(super) fn prefix_of_class(&mut self, class: ClassRef<'p>) -> Option<String> {
        let model = self.view_class_model(class)?;
        model.prefixes.iter().find_map(|template| self.filled_prefix(class, template))
    }

    fn filled_prefix(&mut self, class: ClassRef<'p>, template: &str) -> Option<String> {
        let mut prefix = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (inner, after) = after.split_once('}')?;
            let (name, default) = inner.split_once('|').map_or((inner, None), |(name, text)| (name, Some(text)));
            prefix.push_str(before);
            if name == "class" {
                prefix.push_str(&class.class.name.to_lowercase());
            } else {
                let given = self.class_attribute(class, &name.into());
                prefix.push_str(given.as_ref().and_then(Value::as_text).map(Name::as_str).or(default)?);
            }
            rest = after;
        }
        prefix.push_str(rest);
        Some(prefix)
    }
}
