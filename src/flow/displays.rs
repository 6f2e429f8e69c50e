//! Values that are written out: sequences, dictionaries, comprehensions, f-strings.

use super::addresses::Pieces;
use super::containers;
use super::dictionaries;
use super::expression::join_all;
use super::interpreter::{Branches, Interpreter, one};
use super::state::State;
use super::value::{Constant, Dictionary, Nullness, Shape, Value};
use crate::source::{Place, Span};
use crate::syntax::tree::{Expression, ExpressionKind, FormattedPart};
use std::rc::Rc;

impl<'p> Interpreter<'p, '_> {
    pub(super) fn formatted(&mut self, state: State<'p>, parts: &'p [FormattedPart], whole: Place) -> Branches<'p> {
        let mut paths = vec![(state, Pieces::default(), Some(String::new()), false)];
        let mut hides = false;
        // What matters of a literal that is put together is where its longest part stands.
        let mut longest: Option<(usize, Place)> = None;
        for (at, part) in parts.iter().enumerate() {
            match part {
                FormattedPart::Text(text) => {
                    for (_, pieces, constant, has_text) in &mut paths {
                        pieces.text(text, whole);
                        constant.iter_mut().for_each(|known| known.push_str(text));
                        *has_text |= !text.is_empty();
                    }
                }
                FormattedPart::Value { value, .. } => {
                    let mut longer = Vec::new();
                    for (state, pieces, constant, has_text) in paths {
                        let place = self.place(value.span);
                        for (state, part) in self.evaluate(state, value) {
                            self.parameter_is_filled(parts.get(..at).unwrap_or_default(), &part, place);
                            hides |= Self::part_may_hide(&part, value);
                            let is_masked = super::masking::is_masked_part(value, parts.get(at + 1));
                            let value = if is_masked { Value::present() } else { self.shown(&state, &part, place) };
                            if let Shape::Constant(Constant::Text { text, at, .. }) = &value.shape
                                && longest.is_none_or(|(length, _)| length < text.len())
                            {
                                longest = Some((text.len(), *at));
                            }
                            let constant = constant.clone().zip(value.as_text()).map(|(known, text)| known + text);
                            let mut pieces = pieces.clone();
                            pieces.value(&value);
                            longer.push((state, pieces, constant, has_text || value.nullness == Nullness::FULL));
                        }
                    }
                    paths = longer;
                }
            }
        }
        paths
            .into_iter()
            .map(|(state, pieces, constant, has_text)| {
                let origins = pieces.origins();
                let nullness = if has_text { Nullness::FULL } else { Nullness::PRESENT };
                let value = match (constant, longest) {
                    (Some(text), Some((_, at))) => Value::text(text.into(), at, false).with_origins(origins),
                    _ => Value::from_origins(origins, nullness),
                };
                let value = Self::guessed_in_text(value, parts, hides, whole);
                (state, value)
            })
            .collect()
    }

    pub(super) fn sequence(&mut self, state: State<'p>, elements: &'p [Expression]) -> Branches<'p> {
        let has_star = elements.iter().any(|element| matches!(element.kind, ExpressionKind::Starred(_)));
        let paths = self.evaluate_all(state, elements);
        paths
            .into_iter()
            .map(|(state, values)| {
                let nullness = if values.is_empty() { Nullness::EMPTY } else { Nullness::FULL };
                let shape = if let Some(all) = spliced(&values, elements).filter(|_| has_star) {
                    Shape::Sequence(Rc::new(all))
                } else if has_star {
                    let spread = values.iter().zip(elements).map(|(value, element)| match element.kind {
                        ExpressionKind::Starred(_) => containers::element_of(value),
                        _ => value.clone(),
                    });
                    Shape::Elements(Rc::new(join_all(spread)))
                } else {
                    Shape::Sequence(Rc::new(values))
                };
                (state, Value::of(shape).with_nullness(nullness))
            })
            .collect()
    }

    pub(super) fn dictionary(
        &mut self,
        state: State<'p>,
        entries: &'p [(Option<Expression>, Expression)],
    ) -> Branches<'p> {
        let mut paths = vec![(state, Dictionary::default())];
        for (key, value) in entries {
            let mut longer = Vec::new();
            for (state, known) in paths {
                let keys = match key {
                    Some(key) => self.evaluate(state, key),
                    None => one(state, Value::none()),
                };
                for (state, key_value) in keys {
                    for (state, value) in self.evaluate(state, value) {
                        let mut known = known.clone();
                        match (key.is_some(), key_value.as_text()) {
                            (true, Some(text)) => {
                                let at = key.as_ref().map_or(Span::default(), |key| key.span);
                                self.is_named(&value, text, self.place(at));
                                dictionaries::put(&mut known, text, value);
                            }
                            (true, None) => dictionaries::add_rest(&mut known, &value),
                            (false, _) => dictionaries::spread(&mut known, &value),
                        }
                        longer.push((state, known));
                    }
                }
            }
            paths = longer;
        }
        let nullness = if entries.is_empty() { Nullness::EMPTY } else { Nullness::FULL };
        paths
            .into_iter()
            .map(|(state, known)| (state, Value::of(Shape::Dictionary(Rc::new(known))).with_nullness(nullness)))
            .collect()
    }
}

/// `[*HMAC, "RS256"]`: the elements in their order, where each list that is spread is known.
fn spliced<'p>(values: &[Value<'p>], written: &[Expression]) -> Option<Vec<Value<'p>>> {
    let mut all = Vec::new();
    for (value, written) in values.iter().zip(written) {
        match (&written.kind, &value.shape) {
            (ExpressionKind::Starred(_), Shape::Sequence(elements)) => all.extend(elements.iter().cloned()),
            (ExpressionKind::Starred(_), _) => return None,
            _ => all.push(value.clone()),
        }
    }
    Some(all)
}
