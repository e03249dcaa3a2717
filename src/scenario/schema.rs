//! The JSON Schema of presets, made from the file mirror, for editors that complete and check YAML.
//!
//! The shape check reads the same schema, so what an editor accepts and what the program accepts cannot drift apart.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::file::Preset;
use super::rules::rules;

/// The schema, draft 2020-12. Unknown settings are errors in it, `null` counts as a value only where it means one,
/// and every setting has a description.
pub fn schema() -> Value {
    SCHEMA.clone()
}

/// The same, made once.
pub(super) static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Preset>().to_value();
    without_null(&mut schema);
    schema["title"] = json!("laggard preset");
    if let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        for (name, definition) in definitions {
            let rules: Vec<Value> = rules(name).iter().map(super::rules::Rule::schema).collect();
            if !rules.is_empty() {
                definition["allOf"] = Value::Array(rules);
            }
        }
    }
    schema
});

/// Takes back the `null` that is added to each optional setting: in a file, a setting without a value is a mistake.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(without_null),
        Value::Object(map) => {
            if let Some(Value::Array(types)) = map.get_mut("type")
                && let [one, null] = types.as_slice()
                && null == "null"
            {
                let one = one.clone();
                map.insert("type".to_owned(), one);
            }
            if let Some(Value::Array(choices)) = map.get("anyOf")
                && let [Value::Object(one), null] = choices.as_slice()
                && *null == json!({ "type": "null" })
            {
                let one = one.clone();
                map.remove("anyOf");
                for (keyword, value) in one {
                    map.entry(keyword).or_insert(value);
                }
            }
            map.values_mut().for_each(without_null);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn each(value: &Value, visit: &mut impl FnMut(&serde_json::Map<String, Value>)) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| each(item, visit)),
            Value::Object(map) => {
                visit(map);
                map.values().for_each(|value| each(value, visit));
            }
            _ => {}
        }
    }

    #[test]
    fn the_shipped_schema_is_current() {
        let shipped = include_str!("../../assets/preset.schema.json");
        assert!(
            format!("{:#}\n", schema()) == shipped,
            "the file mirror has changed: run `laggard schema > assets/preset.schema.json`"
        );
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_definition_is_used() {
        let schema = schema();
        let defined: BTreeSet<String> =
            schema["$defs"].as_object().unwrap().keys().map(|name| format!("#/$defs/{name}")).collect();
        let mut used = BTreeSet::new();
        each(&schema, &mut |map| used.extend(map.get("$ref").map(|name| name.as_str().unwrap().to_owned())));
        assert_eq!(used, defined);
    }

    #[test]
    fn every_map_is_closed_and_every_setting_described() {
        let schema = schema();
        assert!(schema["$schema"].as_str().unwrap().contains("2020-12"));
        each(&schema, &mut |map| {
            if let Some(Value::Object(settings)) = map.get("properties") {
                assert_eq!(map["additionalProperties"], json!(false), "{map:?}");
                for (name, setting) in settings {
                    assert!(setting.get("description").is_some(), "{name} has no description");
                }
            }
        });
    }

    #[test]
    fn every_rule_names_settings_that_exist() {
        let schema = schema();
        let definitions = schema["$defs"].as_object().unwrap();
        let mut rules_seen = 0;
        for (name, definition) in definitions {
            each(&definition["allOf"], &mut |rule| {
                for key in rule.get("required").into_iter().flat_map(|keys| keys.as_array().unwrap()) {
                    rules_seen += 1;
                    assert!(definition["properties"].get(key.as_str().unwrap()).is_some(), "{name}.{key}");
                }
            });
        }
        assert!(rules_seen > 60, "{rules_seen}");
    }
}
