//! What models say of classes of libraries and their objects, each class's bases included.

use super::schema::{ClassModel, ClassRole, Gives, ObjectText};
use super::{Meaning, Models};

impl Models {
    /// What calling a method of a library's class means; looks at its bases too.
    pub fn method(&self, class: &str, name: &str) -> Option<&Meaning> {
        self.find_in_bases(class, &|models, path| models.meanings.get(&format!("{path}.{name}")))
    }

    /// What an attribute of a library's object gives.
    pub fn attribute(&self, class: &str, name: &str) -> Option<&Gives> {
        self.of_class(class, &|model| model.attributes.get(name))
    }

    /// What a method of a library's object gives.
    pub fn method_gives(&self, class: &str, name: &str) -> Option<&Gives> {
        self.of_class(class, &|model| model.methods.get(name))
    }

    /// What a key of a library's object gives.
    pub fn item(&self, class: &str, key: &str) -> Option<&Gives> {
        self.of_class(class, &|model| model.items.get(key))
    }

    /// Whether objects of a library's class are read by keys that a model names.
    pub fn has_items(&self, class: &str) -> bool {
        self.is_of_class(class, &|model| !model.items.is_empty())
    }

    /// The keys under which objects of a class hold the header map or the `Authorization` header.
    pub fn header_keys(&self, class: &str) -> Vec<&str> {
        let holds = |gives: &Gives| match gives {
            Gives::Headers | Gives::HeaderPairs => true,
            Gives::Part(part) => matches!(*part.of, Gives::Headers | Gives::HeaderPairs),
            _ => false,
        };
        let Some(model) = self.classes.get(self.canonical(class).as_ref()) else { return Vec::new() };
        model.items.iter().filter(|(_, gives)| holds(gives)).map(|(key, _)| key.as_str()).collect()
    }

    /// What part objects of a class play.
    pub fn role(&self, class: &str) -> Option<ClassRole> {
        self.of_class(class, &|model| model.role)
    }

    /// As which parameter of its requests an object keeps an attribute.
    pub fn keeps(&self, class: &str, attribute: &str) -> Option<&str> {
        self.of_class(class, &|model| model.keeps.get(attribute)).map(String::as_str)
    }

    /// Whether an attribute of a class's objects is the object again under another name (`app.wsgi_app`).
    pub fn gives_itself(&self, class: &str, attribute: &str) -> bool {
        self.attribute(class, attribute) == Some(&Gives::Itself)
    }

    /// Whether assigning to this attribute of a library's object sets the status of the answer.
    pub fn sets_status(&self, class: &str, name: &str) -> bool {
        self.is_of_class(class, &|model| model.status_attributes.iter().any(|known| known == name))
    }

    /// Whether assigning to this attribute of a library's object answers with the value.
    pub fn answers_with(&self, class: &str, name: &str) -> bool {
        self.is_of_class(class, &|model| model.answer_attributes.iter().any(|known| known == name))
    }

    /// Whether classes of the program that inherit from this one describe what a caller sends.
    pub fn describes_data(&self, class: &str) -> bool {
        self.is_of_class(class, &|model| model.describes_data)
    }

    /// Whether classes of the program that inherit from this one make plain dictionaries.
    pub fn makes_dictionaries(&self, class: &str) -> bool {
        self.is_of_class(class, &|model| model.makes_dictionaries)
    }

    /// Whether a method of a class that describes data makes an object of a mapping.
    pub fn is_made_from(&self, class: &str, method: &str) -> bool {
        self.is_of_class(class, &|model| model.made_from.iter().any(|known| known == method))
    }

    /// Whether a method of this name only gives data a form, whatever its class and however much it sounds like a check.
    pub fn is_parser(&self, method: &str) -> bool {
        self.parsers.contains(method)
    }

    /// Whether fields of a class's subclasses are read from the environment.
    pub fn reads_environment(&self, class: &str) -> bool {
        self.is_of_class(class, &|model| model.reads_environment)
    }

    /// What the text of a class's objects shows, where a model says so.
    pub fn text_shows(&self, class: &str) -> Option<ObjectText> {
        self.of_class(class, &|model| model.text)
    }

    /// Whether a class's objects hold a secret that their text does not show.
    pub fn hides_secret(&self, class: &str) -> bool {
        self.text_shows(class) == Some(ObjectText::Asterisks)
    }

    /// Whether a class's objects are keys that only one family of algorithms takes.
    pub fn is_key_of_family(&self, class: &str) -> bool {
        self.of_class(class, &|model| model.is_key_of_family.then_some(&())).is_some()
    }

    /// Whether a class is described.
    pub fn is_class(&self, path: &str) -> bool {
        self.classes.contains_key(path) || self.classes.contains_key(self.canonical(path).as_ref())
    }

    /// Whether a class is, or inherits from, another.
    pub fn is_subclass(&self, class: &str, base: &str) -> bool {
        self.find_in_bases(class, &|_, path| (path == base).then_some(())).is_some()
    }

    /// What a class's model says, or else that of one of its bases.
    fn of_class<'a, T>(&'a self, class: &str, find: &dyn Fn(&'a ClassModel) -> Option<T>) -> Option<T> {
        self.find_in_bases(class, &|models, path| find(models.classes.get(path)?))
    }

    /// Whether something holds of a class's model, or of that of one of its bases.
    fn is_of_class(&self, class: &str, holds: &dyn Fn(&ClassModel) -> bool) -> bool {
        self.of_class(class, &|model| holds(model).then_some(())).is_some()
    }

    fn find_in_bases<'a, T>(&'a self, class: &str, find: &dyn Fn(&'a Self, &str) -> Option<T>) -> Option<T> {
        let mut pending = vec![self.canonical(class).into_owned()];
        // Bases come from model files: a chain longer than this is a mistake there, not a reason to hang.
        for _ in 0..16 {
            let path = pending.pop()?;
            if let Some(found) = find(self, &path) {
                return Some(found);
            }
            if let Some(model) = self.classes.get(&path) {
                pending.extend(model.bases.iter().rev().map(|base| self.canonical(base).into_owned()));
            }
        }
        None
    }
}
