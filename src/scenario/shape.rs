//! Checks names, kinds and units of a whole file against the schema, and tells everything that is wrong at once.
//!
//! Serde stops at its first error and words it for programmers. This walk comes first, so that serde only ever sees
//! files it accepts. It does not know what a preset means, only what the schema says.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value as Json;
use serde_yaml::Value;

use super::locate::{Child, Content, Entry};
use super::path::{Path, Segment, Trail};
use super::problem::{Report, quoted};
use super::rules::{Rule, planned, rules};
use super::units::{
    UnitError, parse_drift, parse_duration, parse_duration_or_off, parse_rate, parse_share,
    parse_signed_duration, parse_size,
};

/// Reports what in the indexed document does not fit `schema`, whose `$ref`s lead into itself.
pub(super) fn check(schema: &Json, report: &mut Report<'_>) {
    let document = report.locations().root();
    Checker { root: schema, report, known: BTreeMap::new() }.value(document, schema, &Trail::Top);
}

struct Checker<'a, 'b> {
    root: &'a Json,
    report: &'a mut Report<'b>,
    /// The forms of each part of the schema met so far: a long script meets the same parts again and again.
    known: BTreeMap<*const Json, Rc<[Form<'a>]>>,
}

/// One way in which a value may be written.
#[derive(Clone, Copy)]
struct Form<'a> {
    /// The definition's name; the root's title otherwise.
    name: &'a str,
    schema: &'a Json,
}

impl<'a> Checker<'a, '_> {
    fn value(&mut self, value: Child, schema: &'a Json, path: &Trail<'_>) {
        if self.report.is_full() {
            return;
        }
        let forms = self.forms_of(schema);
        let content = self.report.locations().content(value);
        let outcome = match content {
            Content::Map(map) => match forms.iter().find(|form| form.takes("object")) {
                Some(form) => return self.map(map, *form, path),
                None => Err(None),
            },
            Content::List(items) => match forms.iter().find(|form| form.takes("array")) {
                Some(form) => return self.list(items, form.schema, path),
                None => Err(None),
            },
            Content::Scalar(scalar) => self.scalar(scalar, &forms, path),
        };
        if let Err(unit_error) = outcome {
            self.misfit(content, schema, &forms, unit_error, path);
        }
    }

    fn forms_of(&mut self, schema: &'a Json) -> Rc<[Form<'a>]> {
        if let Some(forms) = self.known.get(&std::ptr::from_ref(schema)) {
            return Rc::clone(forms);
        }
        let mut forms = Vec::new();
        self.forms(schema, "Preset", &mut forms);
        let forms: Rc<[Form<'a>]> = forms.into();
        self.known.insert(std::ptr::from_ref(schema), Rc::clone(&forms));
        forms
    }

    /// Every way to write a value of `schema`: references followed, choices spread out.
    fn forms(&self, schema: &'a Json, name: &'a str, forms: &mut Vec<Form<'a>>) {
        if schema.get("x-unit").is_some() {
            forms.push(Form { name, schema });
        } else if let Some(reference) = schema.get("$ref").and_then(Json::as_str) {
            let name = reference.rsplit('/').next().unwrap_or_default();
            self.forms(&self.root["$defs"][name], name, forms);
        } else if let Some(choices) = ["anyOf", "oneOf"].iter().find_map(|many| schema.get(many)?.as_array())
        {
            for choice in choices {
                self.forms(choice, name, forms);
            }
        } else {
            forms.push(Form { name, schema });
        }
    }

    fn map(&mut self, map: &BTreeMap<String, Entry>, form: Form<'a>, path: &Trail<'_>) {
        let known = form.schema.get("properties").and_then(Json::as_object);
        let mut present = Vec::new();
        let mut strangers = false;
        for (key, Entry { value, .. }) in map {
            let path = path.key(key);
            if let Some(schema) = known.and_then(|known| known.get(key)) {
                self.value(*value, schema, &path);
                present.push(key.as_str());
            } else if let Some(schema) =
                form.schema.get("additionalProperties").filter(|rest| rest.is_object())
            {
                self.value(*value, schema, &path);
            } else {
                strangers = true;
                self.stranger(key, form, known, &path);
            }
        }
        // A misspelt setting is not also a missing one.
        if !strangers {
            self.missing(&present, form, path);
            let before = self.report.len();
            let (counts, others): (Vec<_>, Vec<_>) =
                rules(form.name).iter().partition(|rule| matches!(rule, Rule::One { .. }));
            for rule in others {
                self.rule(rule, &present, path);
            }
            // A lonely companion is named above; it is not also a lack of company.
            if self.report.len() == before {
                for rule in counts {
                    self.rule(rule, &present, path);
                }
            }
        }
    }

    fn stranger(
        &mut self,
        key: &str,
        form: Form<'_>,
        known: Option<&serde_json::Map<String, Json>>,
        path: &Trail<'_>,
    ) {
        if self.report.is_full() {
            return;
        }
        if planned(form.name, key) {
            self.report.key(&path.path(), format!("{} is not supported yet", quoted(key)));
            return;
        }
        let valid: Vec<&str> = known.into_iter().flat_map(|known| known.keys().map(String::as_str)).collect();
        let problem = self.report.key(&path.path(), format!("unknown setting {}", quoted(key)));
        *problem = problem.clone().did_you_mean(key, valid.iter().copied());
    }

    fn missing(&mut self, present: &[&str], form: Form<'_>, path: &Trail<'_>) {
        let required = form.schema.get("required").and_then(Json::as_array);
        for name in required.into_iter().flatten().filter_map(Json::as_str) {
            if !present.contains(&name) {
                let problem = self
                    .report
                    .key(&path.path(), format!("{} is missing{}", quoted(name), inside(&path.path())));
                problem.help = description(&form.schema["properties"][name])
                    .map(|text| format!("{}: {text}", quoted(name)));
            }
        }
        let least = form.schema.get("minProperties").and_then(Json::as_u64).unwrap_or(0);
        if (present.len() as u64) < least {
            let valid = form.schema["properties"].as_object();
            let names: Vec<String> =
                valid.into_iter().flat_map(|valid| valid.keys().map(|key| quoted(key))).collect();
            let problem =
                self.report.key(&path.path(), format!("a setting is missing{}", inside(&path.path())));
            problem.help = Some(format!("give at least one of {}", names.join(", ")));
        }
    }

    fn rule(&mut self, rule: &Rule, present: &[&str], path: &Trail<'_>) {
        let there = |of: &[&'static str]| -> Vec<&'static str> {
            of.iter().copied().filter(|key| present.contains(key)).collect()
        };
        let names = |of: &[&str]| of.iter().map(|key| quoted(key)).collect::<Vec<_>>().join(", ");
        match *rule {
            Rule::One { what, of } => match there(of)[..] {
                [] => {
                    let problem = self.report.key(&path.path(), format!("this names no {what}"));
                    problem.help = Some(format!("give exactly one of {}", names(of)));
                }
                [_] => {}
                [first, second, ..] => self.both(first, second, &format!("more than one {what}"), path),
            },
            Rule::AtMostOne { of } => {
                if let [first, second, ..] = there(of)[..] {
                    self.both(first, second, "they exclude each other", path);
                }
            }
            Rule::With { key, of } if present.contains(&key) => match there(of)[..] {
                [] => {
                    let problem =
                        self.report.key(&path.key(key).path(), format!("`{key}` needs {}", either_of(of)));
                    problem.help = None;
                }
                [_] => {}
                [first, second, ..] => self.both(first, second, "they exclude each other", path),
            },
            Rule::Beside { key, of } if present.contains(&key) && there(of).is_empty() => {
                self.report
                    .key(&path.key(key).path(), format!("`{key}` only makes sense beside {}", either_of(of)));
            }
            Rule::With { .. } | Rule::Beside { .. } => {}
        }
    }

    fn both(&mut self, first: &str, second: &str, why: &str, path: &Trail<'_>) {
        let locations = self.report.locations();
        let mut both = [first, second].map(|name| (locations.key(&path.key(name).path()), name));
        both.sort_by_key(|(place, _)| place.start);
        let [(other, first), (_, second)] = both;
        let problem = self
            .report
            .key(&path.key(second).path(), format!("both `{first}` and `{second}` are given: {why}"));
        problem.other = Some((other, "the first".to_owned()));
        problem.help = Some("keep one of them here".to_owned());
    }

    fn list(&mut self, items: &[Child], schema: &'a Json, path: &Trail<'_>) {
        if let Some(item_schema) = schema.get("items") {
            for (index, item) in items.iter().enumerate() {
                self.value(*item, item_schema, &Trail::Index(path, index));
            }
        }
        let bound = |name| schema.get(name).and_then(Json::as_u64);
        let count = items.len() as u64;
        if bound("minItems").is_some_and(|least| count < least)
            || bound("maxItems").is_some_and(|most| count > most)
        {
            let wanted = bound("minItems").or(bound("maxItems")).unwrap_or_default();
            self.report.value(&path.path(), format!("expected a list of {wanted} items, found {count}"));
        }
    }

    /// Whether one of the `forms` takes the scalar; if not, what is wrong with its unit, where that is all.
    fn scalar(&self, value: &Value, forms: &[Form<'_>], path: &Trail<'_>) -> Result<(), Option<UnitError>> {
        let mut unit_error = None;
        for form in forms {
            if let Some(unit) = form.schema.get("x-unit").and_then(Json::as_str) {
                match self.unit(value, unit, path) {
                    Ok(true) => return Ok(()),
                    Ok(false) => {}
                    Err(error) => unit_error = Some(error),
                }
            } else if form.takes_scalar(value) {
                return Ok(());
            }
        }
        Err(unit_error)
    }

    /// Whether the scalar is of the kind that `unit` wants, and why it fails if only the number or its unit is wrong.
    fn unit(&self, value: &Value, unit: &str, path: &Trail<'_>) -> Result<bool, UnitError> {
        let written = match value {
            Value::Number(_) => self.report.locations().written(&path.path()).unwrap_or_default(),
            Value::String(text) => text,
            Value::Null => return Ok(unit == "outcome" || unit == "nothing"),
            _ if unit == "nothing" => return Ok(false),
            _ => return Ok(false),
        };
        match unit {
            "duration" => parse_duration(written).map(|_| true),
            "duration-or-off" => parse_duration_or_off(written).map(|_| true),
            "signed-duration" => parse_signed_duration(written).map(|_| true),
            "size" => parse_size(written).map(|_| true),
            "share" => parse_share(written).map(|_| true),
            "rate" => parse_rate(written).map(|_| true),
            "drift" => parse_drift(written).map(|_| true),
            _ => Ok(value.is_string() || value.is_i64()),
        }
    }

    fn misfit(
        &mut self,
        content: &Content,
        schema: &Json,
        forms: &[Form<'_>],
        unit_error: Option<UnitError>,
        path: &Trail<'_>,
    ) {
        let help = description(schema).or_else(|| forms.first().and_then(|form| description(form.schema)));
        let help = match path.path().0.last() {
            None => Some("a preset is a map of settings, such as `title: Split brain`".to_owned()),
            Some(Segment::Key(name)) => help.map(|text| format!("{}: {text}", quoted(name))),
            Some(Segment::Index(_)) => help,
        };
        if let Some(error) = unit_error {
            let problem = self.report.value(&path.path(), error.to_string());
            problem.help = error.help().or(help);
            return;
        }
        let choices: Vec<&str> = forms.iter().flat_map(Form::choices).collect();
        if let (Content::Scalar(Value::String(text)), false) = (content, choices.is_empty()) {
            let problem = self.report.value(&path.path(), format!("{} is not a choice here", quoted(text)));
            *problem = problem.clone().did_you_mean(text, choices.iter().copied());
            return;
        }
        let mut expected: Vec<&str> = Vec::new();
        for noun in forms.iter().map(Form::noun) {
            if !expected.contains(&noun) {
                expected.push(noun);
            }
        }
        let found = self.found(content, path);
        let problem =
            self.report.value(&path.path(), format!("expected {}, found {found}", expected.join(" or ")));
        problem.help = help;
        if matches!(content, Content::Scalar(Value::Bool(_) | Value::Number(_)))
            && forms.iter().any(Form::is_value)
        {
            problem.help = Some("put it in quotes if it is text".to_owned());
        }
    }

    fn found(&self, content: &Content, path: &Trail<'_>) -> String {
        let written = || quoted(self.report.locations().written(&path.path()).unwrap_or_default());
        match content {
            Content::Map(_) => "a map".to_owned(),
            Content::List(_) => "a list".to_owned(),
            Content::Scalar(Value::Null) => "nothing".to_owned(),
            Content::Scalar(Value::String(_)) => "text".to_owned(),
            Content::Scalar(Value::Number(number)) if number.as_i64().is_some_and(i64::is_negative) => {
                written() + ", which is negative"
            }
            Content::Scalar(_) => written(),
        }
    }
}

impl<'a> Form<'a> {
    fn takes(&self, kind: &str) -> bool {
        self.schema.get("type").and_then(Json::as_str) == Some(kind)
    }

    /// The words that may be written.
    fn choices(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let many = self.schema.get("enum").and_then(Json::as_array).into_iter().flatten();
        many.chain(self.schema.get("const")).filter_map(Json::as_str)
    }

    fn takes_scalar(&self, value: &Value) -> bool {
        let mut choices = self.choices().peekable();
        if choices.peek().is_some() {
            return value.as_str().is_some_and(|text| choices.any(|choice| choice == text));
        }
        match self.schema.get("type").and_then(Json::as_str) {
            // YAML takes `1` and `true` for other things; where only text can stand, they are text.
            Some("string") => !value.is_null(),
            Some("integer") => value.is_u64(),
            Some("number") => value.as_f64().is_some_and(f64::is_finite),
            Some("boolean") => value.is_bool(),
            _ => false,
        }
    }

    fn is_value(&self) -> bool {
        matches!(self.schema.get("x-unit").and_then(Json::as_str), Some("value" | "outcome"))
    }

    fn noun(&self) -> &'static str {
        if self.choices().next().is_some() {
            return "a word";
        }
        let unit = self.schema.get("x-unit").and_then(Json::as_str);
        match unit.or_else(|| self.schema.get("type").and_then(Json::as_str)) {
            Some("duration" | "signed-duration") => "a duration",
            Some("duration-or-off") => "a duration, or `off`",
            Some("share") => "a share",
            Some("size") => "a number of bytes",
            Some("rate") => "a rate",
            Some("drift") => "a clock drift",
            Some("value") => "text or a whole number",
            Some("outcome") => "text, a whole number or null",
            Some("nothing") => "nothing",
            Some("object") => "a map",
            Some("array") => "a list",
            Some("string") => "text",
            Some("integer") => "a whole number",
            Some("number") => "a number",
            Some("boolean") => "true or false",
            _ => "something else",
        }
    }
}

fn description(schema: &Json) -> Option<String> {
    let text = schema.get("description")?.as_str()?;
    Some(text.split("\n\n").next().unwrap_or(text).replace('\n', " "))
}

fn inside(path: &Path) -> String {
    if path.0.is_empty() { String::new() } else { format!(" in {}", quoted(&path.to_string())) }
}

fn either_of(of: &[&str]) -> String {
    of.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" or ")
}
