//! Readers: good files in every format, hostile ones too.

use super::*;
use crate::check::{
    history::Outcome,
    linear::{Budget, Threads, Verdict, judge},
};

fn recorded(text: &str) -> Vec<Recorded> {
    read(text.as_bytes(), None).unwrap_or_else(|error| panic!("{error}")).operations
}

/// One line an operation: who did what and how it ended.
fn told(text: &str) -> Vec<String> {
    recorded(text)
        .iter()
        .map(|operation| {
            let Recorded { process, function, key, argument, result, outcome, .. } = operation;
            let key = key.as_ref().map_or_else(String::new, |key| format!("{key} "));
            format!("{process} {function} {key}{argument} -> {result} {outcome:?}")
        })
        .collect()
}

#[track_caller]
fn refused(text: impl AsRef<[u8]>) -> String {
    read(text.as_ref(), None).expect_err("a refusal").to_string()
}

#[track_caller]
fn says(text: &str, place: (usize, usize), part: &str) {
    let error = read(text.as_bytes(), None).expect_err("a refusal");
    assert_eq!((error.line, error.column), place, "{error}");
    assert!(error.message.contains(part), "{error}");
    assert!(!error.help.is_empty());
}

const READ: [&str; 2] = ["0 write 3 -> 3 Ok", "1 read nil -> 3 Ok"];

#[test]
fn every_format_tells_the_same_history() {
    let lines = "{:index 0, :time 10, :process 0, :type :invoke, :f :write, :value 3}\n\
                 {:index 1, :time 11, :process 1, :type :invoke, :f :read, :value nil}\n\
                 {:index 2, :time 12, :process 0, :type :ok, :f :write, :value 3}\n\
                 {:index 3, :time 13, :process :nemesis, :type :info, :f :start, :value [:n1 #{:n2}]}\n\
                 {:index 4, :time 14, :process 1, :type :ok, :f :read, :value 3}\n";
    assert_eq!(told(lines), READ);
    assert_eq!(told(&format!("; a comment\n[{lines}]")), READ);
    assert_eq!(told(&format!("({lines}\n)")), READ);
    assert_eq!(told(&lines.replace("{:index", "#jepsen.history.Op{:error [:a \"}\" \\c], :index")), READ);
    let short = "[0 :invoke :write 3]\n[1 :invoke :read nil]\n[0 :ok :write 3]\n[:nemesis :info :start nil]\n\
                 [1 :ok :read 3 :x]\n";
    assert_eq!(told(short), READ);
    assert_eq!(told(&format!("[{short}]")), READ);
    let log = "12:00 INFO jepsen.core - starting\nINFO  jepsen.util - 0\t:invoke\t:write\t3\n\
               INFO jepsen.util - 1 :invoke :read nil\nINFO jepsen.util - 0 \t:ok :write \t3 \t:hint 2\n\
               INFO jepsen.util - :nemesis :info :start nil\n\
               2026-01-01 INFO [worker 1] jepsen.util: 1\t:ok\t:read\t3\n";
    assert_eq!(told(log), READ);
    let json = r#"{"process": 0, "type": "invoke", "f": "write", "value": 3}
{"process": 1, "type": "invoke", "f": "read", "value": null}
{"process": 0, "type": "ok", "f": "write", "value": 3}
{"process": "nemesis", "type": "info", "f": "start"}
{"process": 1, "type": "ok", "f": "read", "value": 3}"#;
    assert_eq!(told(json), READ);
    assert_eq!(told(&format!("[{}]", json.replace('\n', ",\n"))), READ);
    let lines_of = |text: &str| recorded(text)[1].lines;
    assert_eq!(lines_of(log), crate::check::history::Lines { invoked: 3, returned: Some(6) });
    assert_eq!(lines_of(json), crate::check::history::Lines { invoked: 2, returned: Some(5) });
}

#[test]
fn whole_operations_have_closed_intervals() {
    let json = r#"[{"process": 0, "f": "write", "value": 3, "start": 5, "end": 10},
                   {"process": 1, "f": "read", "result": 3, "start": 0, "end": 5},
                   {"process": 2, "f": "read", "value": 3, "start": 7, "end": null},
                   {"process": 3, "f": "write", "value": 4, "type": "fail", "start": 7, "end": 8}]"#;
    let operations = recorded(json);
    let spans: Vec<_> = operations.iter().map(|op| (op.invoked, op.returned, op.outcome)).collect();
    let expected = [
        (0, Some(5), Outcome::Ok),
        (5, Some(10), Outcome::Ok),
        (7, None, Outcome::Unknown),
        (7, Some(8), Outcome::Fail),
    ];
    assert_eq!(spans, expected);
    says(
        r#"{"process": 0, "f": "write", "value": 3, "start": 5, "end": 4}"#,
        (1, 1),
        "ends before it starts",
    );
    says(
        "{\"process\": 0, \"f\": \"write\", \"value\": 3, \"start\": -5, \"end\": 4}",
        (1, 1),
        "whole number",
    );
}

#[test]
fn porcupines_lines_have_keys_and_texts() {
    let lines = "{:process 0, :type :invoke, :f :put, :key \"0\", :value \"x\\n\"}\n\
                 {:process 0, :type :ok, :f :put, :key \"0\", :value \"x\\n\"}\n\
                 {:process 0, :type :invoke, :f :append, :key \"0\", :value \"y\"}\n\
                 {:process 0, :type :info, :f :append, :key \"0\", :value \"y\"}\n\
                 {:process 1, :type :invoke, :f :get, :key \"0\", :value nil}\n";
    assert_eq!(
        told(lines),
        [
            r#"0 put "0" "x\n" -> "x\n" Ok"#,
            r#"0 append "0" "y" -> "y" Unknown"#,
            r#"1 get "0" nil -> nil Unknown"#
        ]
    );
}

#[test]
fn jepsens_independent_tuples_are_keys() {
    let text = "{:process 0 :type :invoke :f :write :value [7 1]}{:process 0 :type :ok :f :write :value [7 1]}\
                {:process 0 :type :invoke :f :cas :value [8 [nil 2]]}{:process 0 :type :ok :f :cas :value [8 [nil 2]]}\
                {:process 0 :type :invoke :f :read :value [7 nil]}{:process 0 :type :ok :f :read :value [7 2]}\
                {:process 0 :type :invoke :f :read :value [8 nil]}{:process 0 :type :ok :f :read :value [8 2]}";
    let recording = read(text.as_bytes(), None).expect("a history");
    let history = understand(recording, Model::CasRegister, None).expect("known operations");
    assert_eq!(history.objects.len(), 2);
    let judged = judge(&history, Budget::default(), Threads::MIN);
    assert!(matches!(judged.verdicts[..], [Verdict::Violated(_), Verdict::Holds]), "{judged:?}");
}

#[test]
fn numbers_and_texts_keep_what_they_are() {
    let values = |text: &str| value(text).to_string();
    for (text, shown) in [
        ("+7N", "7"),
        ("-0", "0"),
        ("007", "7"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("1.50M", "1.50M"),
        ("2/3", "2/3"),
        ("\"a\\u0041\\\"\"", "\"aA\\\"\""),
        ("#{3 1 2}", "#{1 2 3}"),
        ("{:b 1, :a 2}", "{:a 2, :b 1}"),
        (":x/y", ":x/y"),
        ("\\newline", "\\newline"),
        ("#_ hidden true", "true"),
        ("two words", "\"two words\""),
    ] {
        assert_eq!(values(text), shown, "{text}");
    }
    assert_ne!(value("1"), value("\"1\""));
}

#[test]
fn shuffled_and_cut_histories_say_where() {
    let event = |process: u32, kind: &str, rest: &str| {
        format!("{{:process {process} :type :{kind} :f :read :value nil{rest}}}\n")
    };
    let (invoke, ok) = (event(0, "invoke", ""), event(0, "ok", ""));
    says(&ok, (1, 1), "it has not invoked");
    says(&format!("{invoke}{invoke}"), (2, 1), "its operation of line 1 has not returned");
    says(&format!("{invoke}{ok}{ok}"), (3, 1), "it has not invoked");
    let indexed = event(0, "invoke", " :index 5") + &event(0, "ok", " :index 4");
    says(&indexed, (2, 1), "index 4 comes after index 5");
    says(&format!("{invoke}{}", ok.replace(":read", ":write")), (2, 1), "on line 1 it invoked `read`");
    says(&format!("[{invoke}"), (1, 1), "ends inside this vector");
    says(&format!("[{invoke}] 1"), (2, 3), "follows the end");
    says(&invoke[..30], (1, 1), "ends before the `}`");
    says("{:process 0 :type :invoke :f :read :value \"abc", (1, 43), "inside the text");
    says("{:process 0 :type :invoke :f :read :value ]}", (1, 43), "closes nothing");
    says("{:process 0 :type :invoke :f}", (1, 1), "key without a value");
    says("{:process 0 :type :begin :f :read}", (1, 1), "no event has the type `:begin`");
    says("{:process 0 :f :read}", (1, 1), "no :type");
    says("{:process [1] :type :ok :f :read}", (1, 1), "a process is a number");
    says("\n\n  7 8", (3, 1), "neither EDN, JSON nor a Jepsen log");
    says("INFO jepsen.util - 0 :invo", (1, 1), "no :invoke");
    says("INFO jepsen.util - 0 :invoke :write", (1, 1), "ends before its value");
    says("{\"process\": 0, \"type\": \"invoke\",\n \"f\": }", (2, 7), "not JSON");
    says("[{\"process\": 0, \"type\": \"invoke\", \"f\": \"read\"}", (1, 1), "ends inside the array");
    says("{\"process\": 0, \"type\"", (1, 21), "not JSON: EOF");
    says(
        "{\"process\": 0, \"type\": \"invoke\", \"f\": \"write\", \"value\": 1e300}",
        (1, 1),
        "may not carry",
    );
    says("", (1, 1), "empty");
    says("[]", (1, 1), "no client's operation");
}

#[test]
fn hostile_files_are_refused_at_once() {
    assert!(refused(b"{:a \xff}").contains("not UTF-8"));
    assert!(refused(b"{:a 1}\n\0").contains("line 2, column 1: this line has a NUL byte"));
    for open in ["[", "(", "{", "#{", "#a ", "[^", "#_", "[#_", "{:a "] {
        let deep = open.repeat(200_000);
        assert!(refused(&deep).contains("nest more than 64 deep"), "{open}");
    }
    let json = format!("{{\"value\": {}", "[".repeat(200_000));
    assert!(refused(&json).contains("recursion limit"), "{}", refused(&json));
    let digits = format!("{{:process 0 :type :invoke :f :write :value {}}}", "9".repeat(1_000_000));
    assert!(refused(&digits).contains("more than 400 digits"));
    assert!(refused(&digits).len() < 300);
    let events = "[0 :invoke :read nil]\n[0 :ok :read nil]\n".repeat(MOST_EVENTS / 2 + 1);
    assert!(refused(&events).contains("more than 2000000 events"));
    assert!(refused("\u{feff}").contains("empty"));
}

#[test]
fn no_mangled_file_makes_a_reader_panic() {
    let good = [
        "{:process 0, :type :invoke, :f :cas, :value [1 2]}\n#a.B{:process 0, :type :ok, :f :cas, :value #{\"é\\u0041\" 1.5}}\n",
        "INFO  jepsen.util - 0\t:invoke\t:write\t3\nINFO  jepsen.util - 0\t:ok\t:write\t3\n",
        "[{\"process\": 0, \"type\": \"invoke\", \"f\": \"é\", \"value\": [1, {\"a\": null}]},\n {\"process\": 1, \"f\": \"x\"}]",
    ];
    let parts = ["", "{", "}", "[", "]", "\"", "\\", "#", "\n", "é", "9", ":", "nil", "\u{0}"];
    for text in good {
        for (at, _) in text.char_indices() {
            for part in parts {
                for skip in [0, 1, 7] {
                    let rest: String = text[at..].chars().skip(skip).collect();
                    let mangled = format!("{}{part}{rest}", &text[..at]);
                    for format in [None, Some(Format::Edn), Some(Format::JepsenLog), Some(Format::Json)] {
                        let _ = read(mangled.as_bytes(), format);
                    }
                }
            }
        }
    }
}
